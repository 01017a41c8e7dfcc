//! `warchest explain`.

use super::Context;
use crate::Finished;
use crate::error::CliError;

/// Flags of `warchest explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Error code, e.g. scenario::unit.
    pub code: String,
}

/// Runs the verb.
///
/// # Errors
/// [`CliError::NotBuilt`] for now.
pub fn run(_args: &Args, _context: Context) -> miette::Result<Finished> {
    Err(CliError::NotBuilt { verb: "explain" }.into())
}

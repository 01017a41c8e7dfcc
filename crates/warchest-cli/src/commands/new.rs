//! `warchest new`.

use super::Context;
use crate::Finished;
use crate::error::CliError;
use std::path::PathBuf;

/// Flags of `warchest new`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the new scenario file.
    pub name: PathBuf,
}

/// Runs the verb.
///
/// # Errors
/// [`CliError::NotBuilt`] for now.
pub fn run(_args: &Args, _context: Context) -> miette::Result<Finished> {
    Err(CliError::NotBuilt { verb: "new" }.into())
}

//! `warchest check`.

use super::Context;
use crate::Finished;
use crate::error::CliError;
use std::path::PathBuf;

/// Flags of `warchest check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Scenario file.
    pub file: PathBuf,
}

/// Runs the verb.
///
/// # Errors
/// [`CliError::NotBuilt`] for now.
pub fn run(_args: &Args, _context: Context) -> miette::Result<Finished> {
    Err(CliError::NotBuilt { verb: "check" }.into())
}

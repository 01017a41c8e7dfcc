//! `warchest compare`.

use super::Context;
use crate::Finished;
use crate::error::CliError;
use std::path::PathBuf;

/// Flags of `warchest compare`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Two scenarios or two run folders.
    pub sides: Vec<PathBuf>,
}

/// Runs the verb.
///
/// # Errors
/// [`CliError::NotBuilt`] for now.
pub fn run(_args: &Args, _context: Context) -> miette::Result<Finished> {
    Err(CliError::NotBuilt { verb: "compare" }.into())
}

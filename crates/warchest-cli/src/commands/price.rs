//! `warchest price`.

use super::Context;
use crate::Finished;
use crate::error::CliError;
use std::path::PathBuf;

/// Flags of `warchest price`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Market file.
    pub file: PathBuf,
}

/// Runs the verb.
///
/// # Errors
/// [`CliError::NotBuilt`] for now.
pub fn run(_args: &Args, _context: Context) -> miette::Result<Finished> {
    Err(CliError::NotBuilt { verb: "price" }.into())
}

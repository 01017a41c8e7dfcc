//! `warchest curve`.

use super::Context;
use crate::Finished;
use crate::error::CliError;
use std::path::PathBuf;

/// Flags of `warchest curve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Series name or file.
    pub series: PathBuf,
}

/// Runs the verb.
///
/// # Errors
/// [`CliError::NotBuilt`] for now.
pub fn run(_args: &Args, _context: Context) -> miette::Result<Finished> {
    Err(CliError::NotBuilt { verb: "curve" }.into())
}

//! `warchest merge`.

use super::Context;
use crate::Finished;
use crate::error::CliError;
use std::path::PathBuf;

/// Flags of `warchest merge`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Run folders of the shards.
    pub dirs: Vec<PathBuf>,
}

/// Runs the verb.
///
/// # Errors
/// [`CliError::NotBuilt`] for now.
pub fn run(_args: &Args, _context: Context) -> miette::Result<Finished> {
    Err(CliError::NotBuilt { verb: "merge" }.into())
}

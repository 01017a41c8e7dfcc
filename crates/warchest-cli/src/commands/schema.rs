//! `warchest schema`.

use super::Context;
use crate::Finished;
use crate::error::CliError;
use std::path::PathBuf;

/// Flags of `warchest schema`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to write the schema; standard output when absent.
    pub out: Option<PathBuf>,
}

/// Runs the verb.
///
/// # Errors
/// [`CliError::NotBuilt`] for now.
pub fn run(_args: &Args, _context: Context) -> miette::Result<Finished> {
    Err(CliError::NotBuilt { verb: "schema" }.into())
}

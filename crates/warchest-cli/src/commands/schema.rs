//! `warchest schema`: the JSON Schema of a scenario file.

use super::Context;
use crate::Finished;
use crate::error::CliError;
use crate::output;
use std::path::PathBuf;
use warchest::scenario::schema;

/// Flags of `warchest schema`.
#[derive(Debug, clap::Args)]
#[command(after_help = "A first line `#:schema PATH` in a scenario names the schema to editors.")]
pub struct Args {
    /// Where to write the schema; standard output when absent.
    pub out: Option<PathBuf>,
}

/// Runs the verb.
///
/// # Errors
/// [`CliError::Write`].
pub fn run(args: &Args, _context: Context) -> miette::Result<Finished> {
    let schema = schema::schema();
    let Some(path) = &args.out else {
        output::print_json(&schema)?;
        return Ok(Finished::Well);
    };
    if path.extension().is_some_and(|ending| ending == "toml") {
        let help = "name the JSON file to write; `warchest check` reads a scenario";
        return Err(CliError::folder(path, "is no name for a JSON Schema", help).into());
    }
    let mut text = serde_json::to_string_pretty(&schema).map_err(|e| CliError::write(path, e))?;
    text.push('\n');
    std::fs::write(path, text).map_err(|e| CliError::write(path, e))?;
    Ok(Finished::Well)
}

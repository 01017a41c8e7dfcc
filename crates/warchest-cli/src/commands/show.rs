//! `warchest show`: a scenario as written, or merged with the origin of every line.

use super::Context;
use crate::Finished;
use crate::disk::Disk;
use crate::error::CliError;
use crate::output;
use serde::Serialize;
use std::path::PathBuf;
use warchest::scenario::resolve::Line;
use warchest::scenario::{self, source};

/// Version of the JSON answer.
const SCHEMA: u32 = 1;

/// Flags of `warchest show`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  warchest show scenarios/frontier-ai-latest.toml --resolved\n  \
    warchest show scenarios/toy.toml --set firm.F0.cash=\"3 GUSD\""
)]
pub struct Args {
    /// Scenario file.
    pub file: PathBuf,
    /// Merge it with its base and the defaults; the origin stands behind every line.
    #[arg(long)]
    pub resolved: bool,
    /// Override a number first, e.g. firm.OpenAI.cash="20 GUSD" (repeatable; implies --resolved).
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// What is printed as JSON.
#[derive(Debug, Serialize)]
struct Answer {
    schema: u32,
    file: String,
    /// The file, when it is shown as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The lines of the merged scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<Line>>,
}

/// Runs the verb.
///
/// # Errors
/// [`CliError::Scenario`]: a file that cannot be read; with `--resolved`, any error in it.
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    let file = args.file.to_string_lossy().into_owned();
    if !args.resolved && args.set.is_empty() {
        let read = source::read(&Disk, &file);
        let read = read.map_err(|error| CliError::scenario(&args.file, vec![*error]))?;
        if context.json {
            let text = Some(read.text.to_string());
            output::print_json(&Answer { schema: SCHEMA, file, text, lines: None })?;
        } else {
            output::print(&read.text)?;
        }
        return Ok(Finished::Well);
    }
    let scenario = scenario::read(&file, &Disk, &args.set)
        .map_err(|errors| CliError::scenario(&args.file, errors))?;
    if context.json {
        let lines = scenario.lines().into_iter().filter(|line| !line.text.is_empty()).collect();
        output::print_json(&Answer { schema: SCHEMA, file, text: None, lines: Some(lines) })?;
    } else {
        output::print(&scenario.resolved())?;
    }
    Ok(Finished::Well)
}

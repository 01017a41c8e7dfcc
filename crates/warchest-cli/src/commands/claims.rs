//! `warchest claims`: statements with numbers, each with a verdict computed from data.

mod summary;
mod text;

use super::Context;
use crate::Finished;
use crate::error::CliError;
use crate::output;
use std::path::{Path, PathBuf};
use thiserror::Error;
use warchest::claims::{self, ClaimError, Report};

/// Flags of `warchest claims`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  warchest claims claims/article-2025-05-30.toml\n  \
    warchest claims claims/article-2025-05-30.toml --run runs/frontier-ai-2025-05 --json")]
pub struct Args {
    /// Claims file.
    pub file: PathBuf,
    /// Run folder whose summary.json answers the claims about the future.
    #[arg(long, value_name = "DIR")]
    pub run: Option<PathBuf>,
    /// List the rows of data under each claim.
    #[arg(long)]
    pub rows: bool,
}

/// Everything that is wrong with a claims file, each with its place.
#[derive(Debug, Error, miette::Diagnostic)]
#[error("{} in {file}", match errors.len() { 1 => "an error".to_string(), n => format!("{n} errors") })]
struct ClaimErrors {
    file: String,
    #[related]
    errors: Vec<ClaimError>,
}

/// Runs the verb.
///
/// # Errors
/// A file that cannot be read or does not parse; expressions that do not fit together.
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    let report = judge(&args.file, args.run.as_deref())?;
    if context.json {
        output::print_json(&report)?;
    } else {
        output::print(&text::render(&report, args.rows))?;
    }
    Ok(Finished::Well)
}

/// Reads the claims file, the tables it names and the run, and judges.
///
/// # Errors
/// As [`run`].
pub fn judge(path: &Path, run: Option<&Path>) -> miette::Result<Report> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| CliError::read(path, e))?;
    let home = path.parent().unwrap_or(Path::new("."));
    let mut table = |wanted: &str| {
        std::fs::read_to_string(home.join(wanted)).map_err(|error| error.to_string())
    };
    let wrong = |errors: Vec<ClaimError>| ClaimErrors { file: name.clone(), errors };
    let (file, tables) = claims::read(&name, &text, &mut table).map_err(wrong)?;
    let run = run.map(summary::RunFolder::read).transpose()?;
    let answers = run.as_ref().map(|run| run as &dyn claims::Run);
    Ok(claims::judge(&file, &tables, answers).map_err(wrong)?)
}

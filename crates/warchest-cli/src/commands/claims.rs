//! `warchest claims`: statements with numbers, each with a verdict computed from data.

mod chart;
mod page;
mod summary;
mod text;

use super::Context;
use crate::Finished;
use crate::disk;
use crate::error::CliError;
use crate::output;
use crate::report::page::Section;
use std::path::{Path, PathBuf};
use thiserror::Error;
use warchest::answers::Summary;
use warchest::claims::{self, ClaimError, Report};

/// Flags of `warchest claims`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  warchest claims claims/article-2025-05-30.toml\n  \
    warchest claims claims/article-2025-05-30.toml --run runs/NAME-HASH --json")]
pub struct Args {
    /// Claims file.
    pub file: PathBuf,
    /// Run folder whose summary.json answers the claims about the future.
    #[arg(long, value_name = "DIR")]
    pub run: Option<PathBuf>,
    /// Also write the verdicts as one self-contained page.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
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
    if let Some(path) = &args.report {
        disk::not_the_input("report", path, &args.file)?;
    }
    let report = judge(&args.file, args.run.as_deref())?;
    if let Some(path) = &args.report {
        std::fs::write(path, page::render(&report)).map_err(|e| CliError::write(path, e))?;
    }
    if context.json {
        output::print_json(&report)?;
    } else {
        output::print(&text::render(&report, args.rows))?;
    }
    Ok(Finished::Well)
}

/// Sections for the appendix of a run's report: the table of every claims file, in the folder
/// `claims` beside the scenario's own, that asks this scenario for a probability. A claims file
/// that cannot be read is left out: `warchest claims FILE` says why.
pub fn appendix(scenario: &Path, summary: &Summary) -> Vec<Section> {
    let Some(home) = scenario.parent().map(|folder| folder.join("..").join("claims")) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(home).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    let asks = |report: &Report| {
        let name = scenario.file_name();
        let mut models = report.claims.iter().filter_map(|claim| claim.model.as_ref());
        models.any(|model| Path::new(&model.scenario).file_name() == name)
    };
    let run = summary::RunFolder::of(serde_json::to_value(summary).unwrap_or_default());
    let judged = files
        .iter()
        .filter(|file| file.extension().is_some_and(|ending| ending == "toml"))
        .filter_map(|file| judge_with(file, Some(&run)).ok());
    judged.filter(asks).map(|report| page::section(&report)).collect()
}

/// Reads the claims file, the tables it names and the run, and judges.
///
/// # Errors
/// As [`run`].
fn judge(path: &Path, run: Option<&Path>) -> miette::Result<Report> {
    let run = run.map(summary::RunFolder::read).transpose()?;
    judge_with(path, run.as_ref())
}

fn judge_with(path: &Path, run: Option<&summary::RunFolder>) -> miette::Result<Report> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| CliError::read(path, e))?;
    let home = path.parent().unwrap_or(Path::new("."));
    let mut table = |wanted: &str| {
        std::fs::read_to_string(home.join(wanted)).map_err(|error| error.to_string())
    };
    let wrong = |errors: Vec<ClaimError>| ClaimErrors { file: name.clone(), errors };
    let (file, tables) = claims::read(&name, &text, &mut table).map_err(wrong)?;
    let answers = run.map(|run| run as &dyn claims::Run);
    Ok(claims::judge(&file, &tables, answers).map_err(wrong)?)
}

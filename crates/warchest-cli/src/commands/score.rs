//! `warchest score`: a finished run against what happened.

mod text;

use super::Context;
use crate::error::CliError;
use crate::folder::{lock, read_summary};
use crate::{Finished, output};
use miette::Diagnostic;
use std::path::{Path, PathBuf};
use thiserror::Error;
use warchest::answers::score::{ScoreError, Scores, judge};
use warchest::answers::{SUMMARY_VERSION, Summary};
use warchest::curves::CurveError;
use warchest::curves::series::Passport;

/// Flags of `warchest score`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  warchest run scenarios/frontier-ai-2025-05.toml --out runs/mine\n  \
    warchest score runs/mine\n  warchest score runs/mine --against data/frontier-outcomes --json"
)]
pub struct Args {
    /// Folder of a finished run.
    pub run: PathBuf,
    /// Folder with what happened: series.csv, one figure a row, and its passport.toml.
    #[arg(long, value_name = "DIR", default_value = "data/frontier-outcomes")]
    pub against: PathBuf,
    /// Score a run that may have read what happened; the scores are marked as no forecast.
    #[arg(long)]
    pub hindsight: bool,
}

/// What is written as JSON.
#[derive(Debug, serde::Serialize)]
struct Answer {
    #[serde(flatten)]
    scores: Scores,
    /// Run folder as named on the command line.
    run: String,
    /// Folder of what happened.
    against: String,
    /// What that is, in words.
    outcomes: String,
    /// ISO date from which all of it was known.
    known_at: String,
    /// How far the scores may be trusted.
    limits: Vec<&'static str>,
}

/// Printed with every score.
const LIMITS: [&str; 2] = [
    "Figures of one year and one market are not independent: a single miss, about growth for \
     instance, shows in many rows, so the shares and means are no test of calibration.",
    "A figure of a firm is forecast over the paths on which it is in business.",
];

/// Everything that is wrong with a table, or between it and a run.
#[derive(Debug, Error, Diagnostic)]
#[error("{} cannot be scored against {}: {}", run.display(), against.display(), match errors.len() {
    1 => "1 error".to_string(),
    n => format!("{n} errors"),
})]
struct ScoreErrors {
    run: PathBuf,
    against: PathBuf,
    #[related]
    errors: Vec<ScoreError>,
}

/// A passport that cannot be read.
#[derive(Debug, Error, Diagnostic)]
#[error("{}", path.display())]
struct PassportError {
    path: PathBuf,
    #[related]
    errors: Vec<CurveError>,
}

/// Runs the verb.
///
/// # Errors
/// A folder that holds no finished run with quarters, a table with errors or that does not fit
/// the run, a run that may have read it.
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    let summary = finished(&args.run)?;
    let read = |name: &str| -> Result<(PathBuf, String), CliError> {
        let path = args.against.join(name);
        let text = std::fs::read_to_string(&path).map_err(|e| CliError::read(&path, e))?;
        Ok((path, text))
    };
    let (path, text) = read("passport.toml")?;
    let passport =
        Passport::parse(&text).map_err(|error| PassportError { path, errors: vec![error] })?;
    let (path, text) = read("series.csv")?;
    let name = path.display().to_string();
    let scores = judge(&summary, &name, &text, args.hindsight).map_err(|errors| ScoreErrors {
        run: args.run.clone(),
        against: path,
        errors,
    })?;
    let answer = Answer {
        scores,
        run: args.run.display().to_string(),
        against: args.against.display().to_string(),
        outcomes: passport.title,
        known_at: passport.known_at,
        limits: LIMITS.to_vec(),
    };
    if context.json {
        output::print_json(&answer)?;
    } else {
        output::print(&text::render(&answer))?;
    }
    Ok(Finished::Well)
}

/// The answers of a folder that holds a whole, finished run with its quarters.
fn finished(folder: &Path) -> Result<Summary, CliError> {
    let wrong = |problem: &str, help: &str| Err(CliError::folder(folder, problem, help));
    let start = "name the folder that `warchest run SCENARIO` wrote";
    if !folder.is_dir() {
        let there = folder.exists();
        return wrong(if there { "is no folder" } else { "is not there" }, start);
    }
    let Some(lock) = lock::read(folder)? else { return wrong("holds no run", start) };
    if lock.shard.is_some() {
        return wrong("holds one part of a run", "join the parts with `warchest merge` first");
    }
    if !lock.complete {
        let help = "run it to its end first: the same command with --resume goes on";
        return wrong("holds a run that is not finished", help);
    }
    if lock.asked.detail() != warchest::simulate::outcome::Detail::Quarters {
        let help = "run it with --detail quarters";
        return wrong("holds a run without quarters", help);
    }
    if lock.summary != SUMMARY_VERSION {
        let problem = format!("has answers of version {}", lock.summary);
        let help = format!("this program reads version {SUMMARY_VERSION}: run it again");
        return wrong(&problem, &help);
    }
    read_summary(folder)
}

//! What can go wrong in the front end: files, folders, flags that contradict each other.

use miette::Diagnostic;
use std::path::{Path, PathBuf};
use thiserror::Error;
use warchest::scenario::ScenarioError;
use warchest::simulate::ensemble::SimulateError;

/// An error of the command, not of the model. Shown on stderr with code and help; exit code 1.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum CliError {
    /// A file or folder could not be read.
    #[error("cannot read {}: {reason}", path.display())]
    #[diagnostic(code(cli::read), help("check that the file exists and that you may read it"))]
    Read { path: PathBuf, reason: String },
    /// A file or folder could not be written: no space, no permission.
    #[error("cannot write {}: {reason}", path.display())]
    #[diagnostic(
        code(cli::write),
        help(
            "free some space or choose another folder with --out; finished parts are kept and --resume goes on from them"
        )
    )]
    Write { path: PathBuf, reason: String },
    /// Standard output could not be written.
    #[error("cannot write to standard output: {reason}")]
    #[diagnostic(code(cli::stdout))]
    Stdout { reason: String, closed: bool },
    /// A scenario with errors, each shown with its place in the text.
    #[error("{} has {}", path.display(), count(errors.len() + left_out))]
    #[diagnostic(code(cli::scenario), help("`warchest explain CODE` says more about each{}", match left_out {
        0 => String::new(),
        n => format!("; {n} more are not shown: mend these first, or list all with `warchest check {} --json`", path.display()),
    }))]
    Scenario {
        path: PathBuf,
        #[related]
        errors: Vec<ScenarioError>,
        left_out: usize,
    },
    /// A file that is there already.
    #[error("{} is there already", path.display())]
    #[diagnostic(code(cli::exists), help("choose another name, or say --force to replace it"))]
    Exists { path: PathBuf },
    /// A code that no error has.
    #[error("no error has the code `{found}`{}", match nearest {
        Some(code) => format!("; did you mean `{code}`?"),
        None => String::new(),
    })]
    #[diagnostic(code(cli::unknown_code), help("`warchest explain` lists all codes"))]
    UnknownCode { found: String, nearest: Option<String> },
    /// The run cannot start.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Simulate(#[from] SimulateError),
    /// A flag whose value cannot be used.
    #[error("--{flag} {found}: {problem}")]
    #[diagnostic(code(cli::flag), help("{help}"))]
    Flag { flag: &'static str, found: String, problem: String, help: String },
    /// A run folder that does not fit what is asked.
    #[error("{}: {problem}", path.display())]
    #[diagnostic(code(cli::folder), help("{help}"))]
    Folder { path: PathBuf, problem: String, help: String },
}

/// Errors of a scenario that are printed: whoever has more than that mends the first ones first.
const SHOWN_MAX: usize = 20;

fn count(errors: usize) -> String {
    if errors == 1 { "1 error".to_string() } else { format!("{errors} errors") }
}

impl CliError {
    /// The errors of a scenario, as many as a person reads.
    pub fn scenario(path: impl AsRef<Path>, mut errors: Vec<ScenarioError>) -> Self {
        let left_out = errors.len().saturating_sub(SHOWN_MAX);
        errors.truncate(SHOWN_MAX);
        Self::Scenario { path: path.as_ref().to_path_buf(), errors, left_out }
    }

    /// A read error at `path`.
    pub fn read(path: impl AsRef<Path>, reason: impl ToString) -> Self {
        Self::Read { path: path.as_ref().to_path_buf(), reason: reason.to_string() }
    }

    /// A run folder that does not fit.
    pub fn folder(path: impl AsRef<Path>, problem: impl ToString, help: &str) -> Self {
        Self::Folder {
            path: path.as_ref().to_path_buf(),
            problem: problem.to_string(),
            help: help.to_string(),
        }
    }

    /// A write error at `path`.
    pub fn write(path: impl AsRef<Path>, reason: impl ToString) -> Self {
        Self::Write { path: path.as_ref().to_path_buf(), reason: reason.to_string() }
    }
}

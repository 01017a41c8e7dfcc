//! What can go wrong in the front end: files, folders, flags that contradict each other.

use miette::Diagnostic;
use std::path::{Path, PathBuf};
use thiserror::Error;

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
    /// The verb is not built yet.
    #[error("`warchest {verb}` is not part of this build yet")]
    #[diagnostic(code(cli::not_built))]
    NotBuilt { verb: &'static str },
}

impl CliError {
    /// A read error at `path`.
    pub fn read(path: impl AsRef<Path>, reason: impl ToString) -> Self {
        Self::Read { path: path.as_ref().to_path_buf(), reason: reason.to_string() }
    }

    /// A write error at `path`.
    pub fn write(path: impl AsRef<Path>, reason: impl ToString) -> Self {
        Self::Write { path: path.as_ref().to_path_buf(), reason: reason.to_string() }
    }
}

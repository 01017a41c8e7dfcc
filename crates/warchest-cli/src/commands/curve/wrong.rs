//! What can be wrong with a series that is named or given, or with a date.

use miette::{Diagnostic, NamedSource, SourceSpan};
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;
use warchest::curves::CurveError;

/// An error of `warchest curve`, beside those of the library.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum Wrong {
    /// No folder with series.
    #[error("no folder of series: there is no `data` here or above")]
    #[diagnostic(
        code(curve::no_data),
        help("name it with --data DIR, or give a CSV file with the columns year and cost")
    )]
    NoData,
    /// A folder without a single readable series.
    #[error("{} holds no series", folder.display())]
    #[diagnostic(
        code(curve::no_data),
        help("a folder of series holds FAMILY/series.csv with FAMILY/passport.toml beside it")
    )]
    EmptyData { folder: PathBuf },
    /// No series of that name.
    #[error("no series `{wanted}`{}", did_you_mean(near))]
    #[diagnostic(
        code(curve::unknown),
        help("`warchest curve list` names every series; a path to a CSV file works too")
    )]
    Unknown { wanted: String, near: Vec<String> },
    /// Several series of that name.
    #[error("`{wanted}` names {count} series: {}{}", choices.join(", "), if *count > choices.len() { ", ..." } else { "" })]
    #[diagnostic(code(curve::ambiguous), help("write one of them in full"))]
    Ambiguous { wanted: String, count: usize, choices: Vec<String> },
    /// A file larger than any series.
    #[error("{} has more than {limit} bytes", path.display())]
    #[diagnostic(
        code(curve::size),
        help("a series of costs has a row a year; keep the columns year and cost")
    )]
    Size { path: PathBuf, limit: u64 },
    /// Bytes that are not text.
    #[error("{}, line {line}: not UTF-8 text", path.display())]
    #[diagnostic(code(curve::encoding), help("save the table again as `CSV UTF-8`"))]
    Encoding { path: PathBuf, line: usize },
    /// Text of two bytes a letter.
    #[error("{} is UTF-16, not UTF-8", path.display())]
    #[diagnostic(
        code(curve::encoding),
        help("spreadsheets call this `Unicode text`; save the table again as `CSV UTF-8`")
    )]
    Wide { path: PathBuf },
    /// Cells that are not separated by commas.
    #[error("{}: the cells are separated by {with}, not by commas", path.display())]
    #[diagnostic(
        code(curve::separator),
        help("save with commas between cells and points in numbers: 2013,0.82")
    )]
    Separator { path: PathBuf, with: &'static str },
    /// A header without rows.
    #[error("{} has no rows", path.display())]
    #[diagnostic(code(curve::empty), help("one row a date below the header `year,cost`"))]
    Empty { path: PathBuf },
    /// A panel in which no series is long and regular enough.
    #[error("nothing in `{panel}` can be hindcast")]
    #[diagnostic(
        code(curve::nothing_to_score),
        help(
            "a series needs one value a year, eight of them at least, costs that vary, and with \
             --select improving a clear fall"
        )
    )]
    Nothing { panel: String },
    /// What the library found wrong, at its place in the file.
    #[error("{error}")]
    #[diagnostic(code(curve::file), help("{}", help_of(error)))]
    Line {
        error: CurveError,
        #[label("here")]
        at: SourceSpan,
        #[source_code]
        file: NamedSource<Arc<str>>,
    },
    /// Not a date.
    #[error("--{flag} {found}: not a date")]
    #[diagnostic(
        code(curve::date),
        help("write a year (2013), a part of one (2013.5) or a day (2025-05-31)")
    )]
    Date { flag: &'static str, found: String },
    /// A statement that cannot be read.
    #[error("{problem}")]
    #[diagnostic(
        code(curve::statement),
        help(
            "write it like \"x2400 in 8 years\", \"-99.7 % in 2 years\", \"2.4x a year\", \
             \"doubling every 7 months\" or \"from 60 to 0.07 in 2.9 years\""
        )
    )]
    Statement {
        problem: String,
        #[label("{label}")]
        at: SourceSpan,
        label: String,
        #[source_code]
        text: NamedSource<String>,
    },
}

fn did_you_mean(near: &[String]) -> String {
    match near {
        [] => String::new(),
        [one] => format!("; did you mean `{one}`?"),
        several => format!("; did you mean one of {}?", several.join(", ")),
    }
}

fn help_of(error: &CurveError) -> String {
    error.help().map(|help| help.to_string()).unwrap_or_default()
}

impl Wrong {
    /// Puts the place in the text beside an error that names a line; others are returned as
    /// they are.
    pub fn locate(error: CurveError, path: &str, text: &str) -> miette::Report {
        let (line, found) = match &error {
            CurveError::Cell { line, found, .. } => (*line, found.clone()),
            CurveError::Order { line, found, .. } => (*line, found.to_string()),
            CurveError::Column { .. } => (1, String::new()),
            _ => return error.into(),
        };
        let start: usize =
            text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let row = text[start..].lines().next().unwrap_or("");
        let at = match row.find(&found) {
            Some(at) if !found.is_empty() => (start + at, found.len()),
            _ => (start, row.len()),
        };
        let file = NamedSource::new(path, Arc::from(text));
        Wrong::Line { error, at: at.into(), file }.into()
    }
}

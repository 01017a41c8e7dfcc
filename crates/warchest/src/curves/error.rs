//! What can be wrong with a series or with what is asked of it.

use miette::Diagnostic;
use thiserror::Error;

/// Why a series could not be read or a curve could not be fitted.
#[derive(Clone, Debug, PartialEq, Error, Diagnostic)]
#[non_exhaustive]
pub enum CurveError {
    /// The passport is not the TOML that is expected.
    #[error("passport: {reason}")]
    #[diagnostic(
        code(curves::passport),
        help("a passport names title, origin, citation, collected, known_at, licence and unit")
    )]
    Passport {
        /// What the TOML reader said.
        reason: String,
    },
    /// A column that every series needs is absent.
    #[error("the header has no column `{column}`; it has: {found}")]
    #[diagnostic(
        code(curves::column),
        help(
            "the header is `date,cost` (or `year,cost`) with optional `series`, `production`, \
             `experience`, separated by commas"
        )
    )]
    Column {
        /// The missing column.
        column: String,
        /// The columns found.
        found: String,
    },
    /// A cell that cannot be read.
    #[error("line {line}, column `{column}`: `{found}` is not {wanted}")]
    #[diagnostic(
        code(curves::cell),
        help("dates are years (1957, 1957.5) or days (2024-05-13); costs are above zero")
    )]
    Cell {
        /// Line of the file, from 1.
        line: usize,
        /// Column name.
        column: String,
        /// Text found.
        found: String,
        /// What it should be.
        wanted: String,
    },
    /// Dates that do not increase.
    #[error("line {line}: the date {found} of `{series}` does not follow {before}")]
    #[diagnostic(code(curves::order), help("sort the rows of a series by date, one row a date"))]
    Order {
        /// Line of the file, from 1.
        line: usize,
        /// Series of the row.
        series: String,
        /// Date found.
        found: f64,
        /// Date of the row before.
        before: f64,
    },
    /// A series published after the date a run may look back from.
    #[error("`{series}` was published on {known_at}, after {as_of}")]
    #[diagnostic(
        code(curves::not_yet_known),
        help("use a series that was public then, or declare hindsight")
    )]
    NotYetKnown {
        /// Identifier of the series.
        series: String,
        /// Date of publication.
        known_at: String,
        /// Date of the run.
        as_of: String,
    },
    /// No series of that name.
    #[error("no series `{wanted}`{}", hint(near))]
    #[diagnostic(code(curves::unknown), help("check the spelling: names are exact"))]
    Unknown {
        /// The name asked for.
        wanted: String,
        /// The closest name, empty if none is close.
        near: String,
    },
    /// Too few points for the fit.
    #[error("{found} changes of cost are too few for {model}; it needs {needed}")]
    #[diagnostic(
        code(curves::short),
        help("use a model that pools across technologies, or a longer window")
    )]
    Short {
        /// Model that was asked for.
        model: String,
        /// Changes given.
        found: usize,
        /// Changes needed.
        needed: usize,
    },
    /// A column of a window that does not go with its costs.
    #[error("column `{column}` of the window has {found} values; its costs ask for {needed}")]
    #[diagnostic(code(curves::length))]
    Length {
        /// Column of the window.
        column: String,
        /// Values given.
        found: usize,
        /// Values needed.
        needed: usize,
    },
    /// A window that holds something other than finite numbers.
    #[error("{model} was given a window with a value that is not finite, or a gap not above zero")]
    #[diagnostic(
        code(curves::not_a_number),
        help("costs and experience must be above zero before their logarithm is taken")
    )]
    NotANumber {
        /// Model that was asked for.
        model: String,
    },
    /// A model that needs production was given none.
    #[error("`{series}` has no production or experience, which {model} needs")]
    #[diagnostic(code(curves::experience), help("use moore or pooled, which read the cost alone"))]
    NoExperience {
        /// Series or model input.
        series: String,
        /// Model that was asked for.
        model: String,
    },
    /// All changes are equal: the scale of the errors is zero.
    #[error("{model} finds no variation in the window, so its forecast has no width")]
    #[diagnostic(
        code(curves::flat),
        help("a running minimum or a repeated price hides volatility; use pooled")
    )]
    Flat {
        /// Model that was asked for.
        model: String,
    },
    /// A setting outside its range.
    #[error("{name} is {found}; it must be {allowed}")]
    #[diagnostic(code(curves::setting))]
    Setting {
        /// Name of the setting.
        name: String,
        /// Value found.
        found: f64,
        /// Values allowed.
        allowed: String,
    },
    /// A step of the numerical work failed.
    #[error("{what} did not succeed")]
    #[diagnostic(code(curves::numerics))]
    Numerics {
        /// What was being computed.
        what: String,
    },
}

fn hint(near: &str) -> String {
    if near.is_empty() { String::new() } else { format!("; did you mean `{near}`?") }
}

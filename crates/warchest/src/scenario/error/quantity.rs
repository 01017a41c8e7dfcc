//! What can be wrong with a number, its unit and its distribution.

use miette::Diagnostic;
use thiserror::Error;

use super::did_you_mean;

/// What can be wrong with a number, its unit and its distribution.
#[derive(Clone, Debug, PartialEq, Error, Diagnostic)]
#[non_exhaustive]
pub enum QuantityProblem {
    /// A bare number where a unit is due.
    #[error("`{key} = {found}` has no unit; it is {dimension}")]
    #[diagnostic(code(scenario::missing_unit), help("write `{key} = {suggestion}`"))]
    MissingUnit {
        /// The key.
        key: String,
        /// As written.
        found: String,
        /// What is measured.
        dimension: &'static str,
        /// The line that was probably meant.
        suggestion: String,
    },
    /// A unit nobody knows.
    #[error("unknown unit `{found}` in `{key}`{}", did_you_mean(.nearest))]
    #[diagnostic(code(scenario::unknown_unit), help("{dimension} is written like {examples}"))]
    UnknownUnit {
        /// The key.
        key: String,
        /// As written.
        found: String,
        /// The closest.
        nearest: Option<String>,
        /// What is measured.
        dimension: &'static str,
        /// Units that fit.
        examples: &'static str,
    },
    /// A known unit that measures something else.
    #[error("`{key}` is {dimension}, but `{found}` measures {measures}")]
    #[diagnostic(code(scenario::wrong_unit), help("it is written like {examples}"))]
    WrongUnit {
        /// The key.
        key: String,
        /// As written.
        found: String,
        /// What that measures.
        measures: String,
        /// What is due.
        dimension: &'static str,
        /// Units that fit.
        examples: &'static str,
    },
    /// A unit on a pure number.
    #[error("`{key}` is a pure number, but carries the unit `{found}`")]
    #[diagnostic(code(scenario::unit_on_number), help("write the number alone, e.g. {example}"))]
    UnitOnNumber {
        /// The key.
        key: String,
        /// As written.
        found: String,
        /// How it could read.
        example: &'static str,
    },
    /// Text that is no quantity.
    #[error("cannot read `{found}` in `{key}`: expected {expected}")]
    #[diagnostic(
        code(scenario::bad_quantity),
        help(
            "a quantity reads `17.5 GUSD`, `18 % to 27 %`, `normal(1.2, 0.1)`; see docs/scenario.md"
        )
    )]
    BadQuantity {
        /// The key.
        key: String,
        /// The piece that does not fit.
        found: String,
        /// What could stand there.
        expected: String,
    },
    /// NaN or infinity.
    #[error("`{key}` is {found}, which is not a finite number")]
    #[diagnostic(
        code(scenario::not_finite),
        help("write the largest number you believe in; leave out a limit you do not want")
    )]
    NotFinite {
        /// The key.
        key: String,
        /// As written.
        found: String,
    },
    /// A value outside what the key allows.
    #[error("`{key}` is {found}; it must lie {allowed}")]
    #[diagnostic(code(scenario::out_of_range), help("{doc}"))]
    OutOfRange {
        /// The key.
        key: String,
        /// As written.
        found: String,
        /// The range in words.
        allowed: String,
        /// What the key means.
        doc: String,
    },
    /// A distribution nobody knows.
    #[error("there is no distribution `{found}`{}", did_you_mean(.nearest))]
    #[diagnostic(code(scenario::unknown_distribution), help("there are {known}"))]
    UnknownDistribution {
        /// As written.
        found: String,
        /// The closest.
        nearest: Option<String>,
        /// All.
        known: &'static str,
    },
    /// A wrong number of arguments.
    #[error("`{name}` takes {takes}; in its brackets: {found}")]
    #[diagnostic(code(scenario::arguments), help("for example `{example}`"))]
    Arguments {
        /// The distribution.
        name: String,
        /// What it takes.
        takes: &'static str,
        /// How many there are.
        found: usize,
        /// How it could read.
        example: &'static str,
    },
    /// Parameters no distribution has.
    #[error("`{name}` in `{key}`: {rule}, found {found}")]
    #[diagnostic(code(scenario::distribution), help("{mend}"))]
    Distribution {
        /// The distribution.
        name: String,
        /// The key.
        key: String,
        /// What must hold.
        rule: &'static str,
        /// What does.
        found: String,
        /// How to mend it.
        mend: &'static str,
    },
    /// An interval whose ends are the wrong way round.
    #[error("the interval of `{key}` runs from {low} to {high}")]
    #[diagnostic(
        code(scenario::interval_order),
        help("write the smaller end first: `LOW to HIGH` holds 90 % of the probability")
    )]
    IntervalOrder {
        /// The key.
        key: String,
        /// First end.
        low: String,
        /// Second end.
        high: String,
    },
    /// An interval that no lognormal can have.
    #[error("the interval of `{key}` reaches {low}; a plain interval is {family}")]
    #[diagnostic(code(scenario::interval_reach), help("{mend}"))]
    IntervalReach {
        /// The key.
        key: String,
        /// The end that does not fit.
        low: String,
        /// Lognormal or logit-normal, in words.
        family: &'static str,
        /// How to mend it.
        mend: String,
    },
    /// A distribution on something that is fixed structure.
    #[error("`{key}` must be one known value, found `{found}`")]
    #[diagnostic(
        code(scenario::must_be_fixed),
        help("it decides what is simulated or reported, so it cannot differ between paths")
    )]
    MustBeFixed {
        /// The key.
        key: String,
        /// As written.
        found: String,
    },
    /// `per = "quarter"` on a value of the start.
    #[error("`{key}` is a value of the start: it cannot be drawn per quarter")]
    #[diagnostic(
        code(scenario::per_quarter),
        help("use per = \"path\": we do not know it, but it does not move by itself")
    )]
    PerQuarter {
        /// The key.
        key: String,
    },
    /// A technology curve nobody has.
    #[error("there is no series `{found}`{}", did_you_mean(.nearest))]
    #[diagnostic(code(scenario::unknown_series), help("{known}"))]
    UnknownSeries {
        /// As written.
        found: String,
        /// The closest.
        nearest: Option<String>,
        /// Where series are found, or why it cannot be fitted.
        known: String,
    },
}

//! What can be wrong with dates, sources, and the market as a whole.

use miette::Diagnostic;
use thiserror::Error;

/// What can be wrong with dates, sources, and the market as a whole.
#[derive(Clone, Debug, PartialEq, Error, Diagnostic)]
#[non_exhaustive]
pub enum MarketProblem {
    /// Known only later.
    #[error("`{key}` was known on {known_at}, after the scenario's as_of {as_of}")]
    #[diagnostic(
        code(scenario::hindsight),
        help("use what was known then, or say `hindsight = true` under [meta]")
    )]
    Hindsight {
        /// The key.
        key: String,
        /// Its date.
        known_at: String,
        /// The scenario's.
        as_of: String,
    },
    /// No such date.
    #[error("`{key}` is `{found}`, which is not a date")]
    #[diagnostic(code(scenario::bad_date), help("dates are YYYY-MM-DD, quarters YYYY-Qn"))]
    BadDate {
        /// The key.
        key: String,
        /// As written.
        found: String,
    },
    /// A value outside all its sources.
    #[error("`{key}` is {found}, but its sources say {low} to {high}")]
    #[diagnostic(
        code(scenario::contradictory_sources),
        help(
            "take a value its sources support, or say in `why` what makes them wrong and drop `says`"
        )
    )]
    ContradictorySources {
        /// The key.
        key: String,
        /// As written.
        found: String,
        /// Smallest figure of a source.
        low: String,
        /// Largest.
        high: String,
    },
    /// Shares that do not add up.
    #[error("the shares in market `{market}` sum to {sum}")]
    #[diagnostic(code(scenario::shares), help("{rule}"))]
    Shares {
        /// Segment and region.
        market: String,
        /// Per cent.
        sum: String,
        /// What must hold.
        rule: &'static str,
    },
    /// A time outside the run.
    #[error("`{key}` is {found}, outside the run ({first} to {last})")]
    #[diagnostic(
        code(scenario::outside_run),
        help("move it into the run, or lengthen the run under [clock]")
    )]
    OutsideRun {
        /// The key.
        key: String,
        /// As written.
        found: String,
        /// First simulated quarter.
        first: String,
        /// Last simulated quarter.
        last: String,
    },
    /// Numbers that must grow.
    #[error("`{key}` must increase from entry to entry; `{found}` does not")]
    #[diagnostic(code(scenario::not_increasing), help("sort the list and drop repeats"))]
    NotIncreasing {
        /// The key.
        key: String,
        /// The entry.
        found: String,
    },
    /// A correlation that cannot be.
    #[error("the correlations among {names} are contradictory: {reason}")]
    #[diagnostic(
        code(scenario::correlation),
        help(
            "a correlation matrix is symmetric, has ones on its diagonal and is positive definite; bring rho closer to 0"
        )
    )]
    Correlation {
        /// The parameters.
        names: String,
        /// Which minor fails.
        reason: String,
    },
    /// A correlation with something that is not drawn per path.
    #[error("`{name}` cannot be correlated: it is {found}")]
    #[diagnostic(
        code(scenario::not_correlated),
        help("only values with a distribution and per = \"path\" can be correlated")
    )]
    NotCorrelated {
        /// The parameter.
        name: String,
        /// What it is.
        found: &'static str,
    },
    /// A predicate that cannot be read.
    #[error("cannot read the check `{text}`: expected {expected}")]
    #[diagnostic(
        code(scenario::predicate),
        help(
            "checks read `survivors(2030) between 1 and 6`, `survival(\"OpenAI\", 2030) between 0.2 and 1`, `price(\"coding in China\", 2027) between 0 and 4`, `cash balances`, `converged 99.9 %`"
        )
    )]
    Predicate {
        /// As written.
        text: String,
        /// What could stand there.
        expected: String,
    },
}

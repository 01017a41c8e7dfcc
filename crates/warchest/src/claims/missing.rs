//! What a sound expression may lack: a series, a row, a run.

use super::error::ClaimError;
use serde::Serialize;
use std::fmt;

/// The answers of a simulation, by dotted path: `firms.OpenAI.survival.independent`.
pub trait Run {
    /// The number at `path` with its standard error, when it is there.
    ///
    /// # Errors
    /// What is there instead, in words.
    fn number(&self, path: &str) -> Result<(f64, Option<f64>), String>;

    /// The name of the run's quarter `at`, counted from 0, as `2029Q3`.
    fn quarter(&self, _at: u32) -> Option<String> {
        None
    }

    /// What ran: command, paths, seed.
    fn describe(&self) -> String {
        "a run".into()
    }
}

/// Why an expression has no value although it is sound: what is missing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "missing", rename_all = "snake_case")]
pub enum Missing {
    /// No such series.
    Series {
        /// Whom it is about.
        entity: String,
        /// What is measured.
        metric: String,
        /// The nearest series.
        nearest: Option<String>,
    },
    /// The series has no row there.
    Period {
        /// `entity metric`.
        series: String,
        /// What was asked for.
        period: String,
        /// What there is.
        have: String,
    },
    /// The only row is from memory (confidence D), and the reading does not ask for those.
    Memory {
        /// `entity metric`.
        series: String,
        /// Periods of those rows.
        periods: Vec<String>,
    },
    /// No date meets the condition.
    Never {
        /// Last date looked at.
        until: String,
    },
    /// The run has no such number, or there is no run.
    Run {
        /// Dotted path.
        path: String,
        /// Why not.
        why: String,
    },
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::Series { entity, metric, nearest } => {
                write!(f, "no series \"{entity}\" \"{metric}\"")?;
                nearest.as_ref().map_or(Ok(()), |name| write!(f, " (nearest: {name})"))
            }
            Missing::Period { series, period, have } => {
                write!(f, "{series} has no row for {period}; it has {have}")
            }
            Missing::Memory { series, periods } => write!(
                f,
                "{series} for {} is known from memory only (confidence D)",
                periods.join(", ")
            ),
            Missing::Never { until } => write!(f, "it did not happen until {until}"),
            Missing::Run { path, why } => write!(f, "no `{path}` of a run: {why}"),
        }
    }
}

/// Why evaluation stopped.
#[derive(Debug)]
pub enum Stop {
    /// The expression is wrong.
    Error(Box<ClaimError>),
    /// The expression is sound, the data are not there.
    Missing(Missing),
}

impl From<ClaimError> for Stop {
    fn from(error: ClaimError) -> Self {
        Stop::Error(Box::new(error))
    }
}

//! What a scored run says.

use super::Bracket;
use crate::answers::types::Estimate;
use serde::Serialize;

/// Version of the shape of [`Scores`].
pub const SCORES_VERSION: u32 = 1;

/// A run, scored.
#[derive(Clone, Debug, Serialize)]
pub struct Scores {
    /// [`SCORES_VERSION`].
    pub schema: u32,
    /// Title of the scenario.
    pub title: String,
    /// ISO date of what the scenario knows.
    pub as_of: String,
    /// The command that reproduces the run.
    pub command: String,
    /// Paths.
    pub paths: u64,
    /// Why the run is no forecast of these figures; none where it is one.
    pub not_a_forecast: Option<String>,
    /// Figures with a distribution.
    pub figures: Vec<Figure>,
    /// Events with a probability.
    pub events: Vec<Event>,
    /// Rows that the run has no answer to.
    pub not_recorded: Vec<NotRecorded>,
    /// Over all rows.
    pub totals: Totals,
}

/// A figure beside its forecast, both in the unit of the row.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Item, as written.
    pub item: String,
    /// Quarter.
    pub quarter: String,
    /// Unit, as written.
    pub unit: String,
    /// What happened.
    pub value: f64,
    /// Least that sources say.
    pub low: Option<f64>,
    /// Most that sources say.
    pub high: Option<f64>,
    /// The forecast: quantiles at [`LEVELS`](super::LEVELS).
    pub quantiles: [f64; 5],
    /// Part of all paths that the quantiles are over: those on which there is such a figure.
    pub on_paths: f64,
    /// From the 25 to the 75 % quantile.
    pub inside_50: bool,
    /// From the 5 to the 95 % quantile.
    pub inside_90: bool,
    /// Share of the forecast below what happened.
    pub pit: Bracket,
    /// The same from `low` to `high`.
    pub pit_range: Option<Bracket>,
    /// Weighted interval score of the run.
    pub wis: f64,
    /// The naive forecast; none in the run's first quarter, where it is the run's.
    pub naive: Option<Naive>,
    /// Source of the row.
    pub source: String,
    /// Note of the row; empty where there is none.
    pub note: String,
    /// Line of the table.
    pub line: usize,
}

/// A naive forecast: the run's first median held constant, with the later spread.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Naive {
    /// Quantiles at [`LEVELS`](super::LEVELS).
    pub quantiles: [f64; 5],
    /// The spread is relative to the median; otherwise it is the distances from it.
    pub relative: bool,
    /// Weighted interval score.
    pub wis: f64,
    /// The run's score over this one; NaN where this one is 0.
    pub ratio: f64,
}

/// An event beside its probability.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// Item, as written.
    pub item: String,
    /// Quarter.
    pub quarter: String,
    /// It held at the end of the quarter.
    pub happened: bool,
    /// What the run gave it, with its Monte-Carlo standard error.
    pub probability: Estimate,
    /// Brier score of the run.
    pub brier: f64,
    /// Brier score of the constant [`REFERENCE`](super::REFERENCE).
    pub brier_reference: f64,
    /// Brier score of "nothing changes": a firm in business stays so.
    pub brier_no_change: f64,
    /// Source of the row.
    pub source: String,
    /// Note of the row; empty where there is none.
    pub note: String,
    /// Line of the table.
    pub line: usize,
}

/// A row that the run has no answer to.
#[derive(Clone, Debug, Serialize)]
pub struct NotRecorded {
    /// Item, as written.
    pub item: String,
    /// Quarter.
    pub quarter: String,
    /// What happened.
    pub value: f64,
    /// Unit, as written.
    pub unit: String,
    /// Why there is no answer.
    pub why: String,
    /// Line of the table.
    pub line: usize,
}

/// Over all rows.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Totals {
    /// Figures scored.
    pub figures: usize,
    /// Part of them within the 50 % interval.
    pub inside_50: f64,
    /// Part of them within the 90 % interval.
    pub inside_90: f64,
    /// Geometric mean of the ratios to the naive score.
    pub ratio: f64,
    /// Ratios in it.
    pub ratios: usize,
    /// Events scored.
    pub events: usize,
    /// Mean Brier score of the run.
    pub brier: f64,
    /// Probability that the reference gives every event.
    pub reference: f64,
    /// Mean Brier score of the reference.
    pub brier_reference: f64,
    /// Mean Brier score of "nothing changes".
    pub brier_no_change: f64,
    /// Rows without an answer.
    pub not_recorded: usize,
}

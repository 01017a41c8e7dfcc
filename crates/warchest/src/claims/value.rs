//! What an expression is worth: a number, a series, a date or a condition.

use super::period::Period;
use super::table::RowId;
use super::unit::Unit;
use std::collections::BTreeSet;

/// Rows that a value rests on.
pub type Rows = BTreeSet<RowId>;

/// A condition by date, with the rows behind each.
pub type Mask = Vec<(Period, bool, Rows)>;

/// A number in base units.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// In base units of `unit`.
    pub amount: f64,
    /// What it counts.
    pub unit: Unit,
    /// Monte-Carlo standard error, in the same unit, when it comes from a run.
    pub error: Option<f64>,
}

impl Number {
    /// A plain number.
    pub fn plain(amount: f64) -> Self {
        Self { amount, unit: Unit::none(), error: None }
    }

    /// A number in a unit.
    pub fn of(amount: f64, unit: Unit) -> Self {
        Self { amount, unit, error: None }
    }
}

/// A row, or a combination of rows, at one date.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// When.
    pub period: Period,
    /// In base units of the series' unit.
    pub amount: f64,
    /// Rows it rests on.
    pub rows: Rows,
}

/// A series in calendar order, all in one unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What it counts.
    pub unit: Unit,
    /// In calendar order, one per period.
    pub points: Vec<Point>,
    /// `entity metric`, for messages.
    pub name: String,
}

/// What an expression is worth.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(Number),
    /// A series.
    Series(Series),
    /// A date.
    Time(Period),
    /// A text.
    Text(String),
    /// First and last period.
    Span(Period, Period),
    /// True or false.
    Truth(bool),
    /// A condition, by date.
    Mask(Mask),
    /// The running date `t` of a condition.
    Clock,
    /// A condition on `t` alone: sign and date.
    Bound(super::parse::Op, Period),
}

impl Value {
    /// The kind, as an error message names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Number(_) => "a number",
            Value::Series(_) => "a series",
            Value::Time(_) => "a date",
            Value::Text(_) => "a text",
            Value::Span(..) => "a range of dates",
            Value::Truth(_) => "true or false",
            Value::Mask(_) | Value::Bound(..) => "a condition",
            Value::Clock => "`t`",
        }
    }
}

//! What can be wrong when a run is scored.

use miette::{Diagnostic, NamedSource, SourceSpan};
use std::sync::Arc;
use thiserror::Error;

/// A text and its name, for pointing at.
pub type Source = Arc<NamedSource<Arc<str>>>;

/// What can be wrong with figures to score against, or between them and a run.
#[derive(Clone, Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum ScoreError {
    /// A column that the header does not have.
    #[error("there is no column `{column}`; the first line has: {found}")]
    #[diagnostic(
        code(score::column),
        help("the first line names the columns: item,quarter,value,low,high,unit,source,note")
    )]
    Column {
        /// Its name.
        column: &'static str,
        /// The first line.
        found: String,
        /// Where.
        #[label("this line")]
        at: SourceSpan,
        /// The table.
        #[source_code]
        file: Source,
    },
    /// A row that cannot be read.
    #[error("{why}")]
    #[diagnostic(code(score::row), help("{allowed}"))]
    Row {
        /// What was found.
        why: String,
        /// What is allowed.
        allowed: String,
        /// Where.
        #[label("here")]
        at: SourceSpan,
        /// The table.
        #[source_code]
        file: Source,
    },
    /// A second row for one item and quarter.
    #[error("`{item}` of {quarter} is there twice")]
    #[diagnostic(code(score::twice), help("sources that disagree share one row: value, low, high"))]
    Twice {
        /// Item.
        item: String,
        /// Quarter.
        quarter: String,
        /// Where.
        #[label("the second")]
        at: SourceSpan,
        /// The table.
        #[source_code]
        file: Source,
    },
    /// An item that nobody knows.
    #[error("no item is called `{found}`")]
    #[diagnostic(code(score::item), help("{allowed}"))]
    Item {
        /// As written.
        found: String,
        /// What is allowed.
        allowed: String,
        /// Where.
        #[label("this item")]
        at: SourceSpan,
        /// The table.
        #[source_code]
        file: Source,
    },
    /// A unit that is not one of the item.
    #[error("`{found}` is no unit of {item}")]
    #[diagnostic(code(score::unit), help("write {allowed}"))]
    Unit {
        /// As written.
        found: String,
        /// What is measured.
        item: &'static str,
        /// What is allowed.
        allowed: &'static str,
        /// Where.
        #[label("this unit")]
        at: SourceSpan,
        /// The table.
        #[source_code]
        file: Source,
    },
    /// A firm that the run does not have.
    #[error("the run has no firm `{found}`")]
    #[diagnostic(code(score::firm), help("{allowed}"))]
    Firm {
        /// As written.
        found: String,
        /// The nearest name, or all.
        allowed: String,
        /// Where.
        #[label("this firm")]
        at: SourceSpan,
        /// The table.
        #[source_code]
        file: Source,
    },
    /// A quarter that the run does not simulate.
    #[error("the run does not simulate {found}")]
    #[diagnostic(code(score::quarter), help("it goes from {first} to {last}"))]
    Quarter {
        /// As written.
        found: String,
        /// First quarter of the run.
        first: String,
        /// Last.
        last: String,
        /// Where.
        #[label("this quarter")]
        at: SourceSpan,
        /// The table.
        #[source_code]
        file: Source,
    },
    /// The run may have read what it would be scored against.
    #[error("the run is no forecast of these figures: {why}")]
    #[diagnostic(
        code(score::no_forecast),
        help(
            "score a run of a scenario without hindsight, or add --hindsight to see the scores marked as no forecast"
        )
    )]
    Hindsight {
        /// Why.
        why: String,
    },
    /// No figure at all.
    #[error("{name} has no row to score against")]
    #[diagnostic(
        code(score::empty),
        help("one figure a line: item,quarter,value,low,high,unit,source,note")
    )]
    Empty {
        /// The table.
        name: String,
    },
}

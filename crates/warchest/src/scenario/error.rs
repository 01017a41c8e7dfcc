//! What can be wrong in a scenario. Every error points at the text that caused it, says what
//! was found, what is allowed, and how to put it right.

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, SourceCode};
use thiserror::Error;

use super::source::Place;
use excerpt::{Excerpt, clipped};

mod excerpt;
mod files;
mod market;
mod quantity;
mod shape;

pub use files::FileProblem;
pub use market::MarketProblem;
pub use quantity::QuantityProblem;
pub use shape::ShapeProblem;

/// A broken rule, one variant per rule of four kinds. Its code is what `warchest explain`
/// takes.
#[derive(Clone, Debug, PartialEq, Error, Diagnostic)]
#[non_exhaustive]
pub enum Problem {
    /// The file, its base, an override.
    #[error(transparent)]
    #[diagnostic(transparent)]
    File(#[from] FileProblem),
    /// Keys, names, choices.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Shape(#[from] ShapeProblem),
    /// A number, its unit, its distribution.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Quantity(#[from] QuantityProblem),
    /// Dates, sources, the market as a whole.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Market(#[from] MarketProblem),
}

pub(super) fn did_you_mean(nearest: &Option<String>) -> String {
    match nearest {
        Some(word) => format!("; did you mean `{word}`?"),
        None => String::new(),
    }
}

/// Puts a problem at a place.
pub trait At: Into<Problem> {
    /// The problem at a place.
    fn at(self, place: &Place) -> ScenarioError {
        ScenarioError {
            problem: self.into(),
            place: place.clone(),
            also: None,
            file: Excerpt::new(&place.source.name, &place.source.text),
        }
    }
}

impl<P: Into<Problem>> At for P {}

/// Longest message, in characters: what was found may be a whole file on one line.
const MESSAGE_MAX: usize = 320;

fn brief(problem: &Problem) -> String {
    let text = problem.to_string();
    let length = text.chars().count();
    if length <= MESSAGE_MAX {
        return text;
    }
    let half = MESSAGE_MAX / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(length - half).collect();
    format!("{head} … {tail}")
}

/// A broken rule and the text that broke it.
#[derive(Debug, Clone, Error)]
#[error("{}", brief(.problem))]
pub struct ScenarioError {
    /// What is wrong.
    pub problem: Problem,
    /// Where.
    pub place: Place,
    /// A second place in the same file, with what it is.
    pub also: Option<(Place, &'static str)>,
    file: Excerpt,
}

impl ScenarioError {
    /// The code that `warchest explain` takes, e.g. `scenario::missing_unit`.
    pub fn code(&self) -> String {
        self.problem.code().map_or_else(String::new, |code| code.to_string())
    }

    /// Line and column, from 1.
    pub fn line_column(&self) -> (usize, usize) {
        self.place.source.line_column(self.place.span.start)
    }

    /// Names a second place, where the two are in one file.
    #[must_use]
    pub fn and(mut self, place: &Place, what: &'static str) -> ScenarioError {
        if Arc::ptr_eq(&place.source, &self.place.source) {
            self.also = Some((place.clone(), what));
        }
        self
    }
}

impl Diagnostic for ScenarioError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.code()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        if self.place.source.text.is_empty() {
            return None;
        }
        Some(&self.file)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.place.source.text.is_empty() {
            return None;
        }
        let text = &self.place.source.text;
        let span = clipped(text, &self.place.span);
        let here = LabeledSpan::new_primary_with_span(Some(String::from("here")), span);
        let also = self.also.iter().map(|(place, what)| {
            LabeledSpan::new_with_span(Some((*what).to_string()), clipped(text, &place.span))
        });
        Some(Box::new(std::iter::once(here).chain(also)))
    }
}

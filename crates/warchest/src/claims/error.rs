//! What can be wrong in a claims file or in its tables.

use miette::{Diagnostic, NamedSource, SourceSpan};
use std::sync::Arc;
use thiserror::Error;

/// A text and its name, for pointing at.
pub type Source = Arc<NamedSource<Arc<str>>>;

/// What can be wrong in a claims file. Every variant points at the text that caused it.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum ClaimError {
    /// The file is not TOML of the expected shape.
    #[error("{message}")]
    #[diagnostic(code(claims::shape), help("docs/claims.md lists the fields of a claim"))]
    Shape {
        /// What the reader of TOML says.
        message: String,
        /// Where.
        #[label("here")]
        at: SourceSpan,
        /// The claims file.
        #[source_code]
        file: Source,
    },
    /// An expression that does not parse.
    #[error("expected {expected}, found {found}")]
    #[diagnostic(code(claims::syntax))]
    Syntax {
        /// What could stand here.
        expected: String,
        /// What stands here.
        found: String,
        /// Where.
        #[label("here")]
        at: SourceSpan,
        /// The claims file.
        #[source_code]
        file: Source,
    },
    /// Parentheses or signs nested beyond `DEPTH_MAX`.
    #[error("the expression is nested more than {most} deep")]
    #[diagnostic(code(claims::depth), help("name a part of it under `let`"))]
    Depth {
        /// The limit.
        most: usize,
        /// Where it was passed.
        #[label("too deep here")]
        at: SourceSpan,
        /// The claims file.
        #[source_code]
        file: Source,
    },
    /// A unit nobody knows.
    #[error("unknown unit `{found}`")]
    #[diagnostic(code(claims::unit))]
    Unit {
        /// As written.
        found: String,
        /// The nearest name.
        #[help]
        nearest: Option<String>,
        /// Where.
        #[label("this unit")]
        at: SourceSpan,
        /// The claims file.
        #[source_code]
        file: Source,
    },
    /// A function nobody knows.
    #[error("unknown function `{found}`")]
    #[diagnostic(code(claims::function))]
    Function {
        /// As written.
        found: String,
        /// The nearest name.
        #[help]
        nearest: Option<String>,
        /// Where.
        #[label("this function")]
        at: SourceSpan,
        /// The claims file.
        #[source_code]
        file: Source,
    },
    /// A name that no `let` of the claim defines.
    #[error("unknown name `{found}`")]
    #[diagnostic(code(claims::name))]
    Name {
        /// As written.
        found: String,
        /// The nearest name.
        #[help]
        nearest: Option<String>,
        /// Where.
        #[label("this name")]
        at: SourceSpan,
        /// The claims file.
        #[source_code]
        file: Source,
    },
    /// A function given what it cannot take.
    #[error("{what} takes {wanted}, not {found}")]
    #[diagnostic(code(claims::kind))]
    Kind {
        /// The function or operator.
        what: String,
        /// What it takes.
        wanted: String,
        /// What it was given.
        found: String,
        /// How to put it right.
        #[help]
        advice: Option<String>,
        /// Where.
        #[label("this")]
        at: SourceSpan,
        /// The claims file.
        #[source_code]
        file: Source,
    },
    /// Two units that do not go together.
    #[error("{what} needs one unit, but the left is in {left} and the right in {right}")]
    #[diagnostic(
        code(claims::unit_mismatch),
        help(
            "divide or multiply to the same unit first; a count of weekly users is not one of monthly users"
        )
    )]
    UnitMismatch {
        /// The operation.
        what: String,
        /// Unit on the left.
        left: String,
        /// Unit on the right.
        right: String,
        /// Where.
        #[label("here")]
        at: SourceSpan,
        /// The claims file.
        #[source_code]
        file: Source,
    },
    /// A number outside what the operation allows.
    #[error("{what}: {why}")]
    #[diagnostic(code(claims::range))]
    Range {
        /// The operation or field.
        what: String,
        /// Why not.
        why: String,
        /// Where.
        #[label("here")]
        at: SourceSpan,
        /// The claims file.
        #[source_code]
        file: Source,
    },
    /// Two claims, readings or names that are called the same.
    #[error("`{name}` is there twice")]
    #[diagnostic(code(claims::twice))]
    Twice {
        /// The name.
        name: String,
        /// The second.
        #[label("the second")]
        at: SourceSpan,
        /// The claims file.
        #[source_code]
        file: Source,
    },
    /// A row of a table that cannot be read.
    #[error("{why}")]
    #[diagnostic(
        code(claims::row),
        help(
            "columns: entity, metric, period, value, unit, low, high, confidence, source, known_at"
        )
    )]
    Row {
        /// What is wrong with it.
        why: String,
        /// Where.
        #[label("this row")]
        at: SourceSpan,
        /// The table.
        #[source_code]
        file: Source,
    },
    /// A table that the claims file names and that cannot be read.
    #[error("the table `{path}` cannot be read: {why}")]
    #[diagnostic(code(claims::table), help("paths are relative to the claims file"))]
    Table {
        /// As written.
        path: String,
        /// What the reader says.
        why: String,
        /// Where it is named.
        #[label("named here")]
        at: SourceSpan,
        /// The claims file.
        #[source_code]
        file: Source,
    },
}

/// The nearest of `names`, as advice, when one is near.
pub(super) fn nearest<'a>(found: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let limit = (found.chars().count() / 3).max(1) + 1;
    names
        .map(|name| (distance(found, name), name))
        .min()
        .filter(|(far, _)| *far <= limit)
        .map(|(_, name)| name.to_string())
}

/// The nearest name as a line of help.
pub(super) fn did_you_mean(nearest: Option<String>) -> Option<String> {
    nearest.map(|name| format!("did you mean `{name}`?"))
}

/// Letters to insert, drop or change to get from `a` to `b`, ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().take(64).collect();
    let b: Vec<char> = b.to_lowercase().chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = corner + usize::from(from != to);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names() {
        let names = ["net_income", "free_cash_flow", "deliveries"];
        assert_eq!(nearest("net_incme", names.into_iter()), Some("net_income".into()));
        assert_eq!(nearest("spaceships", names.into_iter()), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}

//! What can be wrong with keys, names and choices.

use miette::Diagnostic;
use thiserror::Error;

use super::did_you_mean;

/// What can be wrong with keys, names and choices.
#[derive(Clone, Debug, PartialEq, Error, Diagnostic)]
#[non_exhaustive]
pub enum ShapeProblem {
    /// A key the table does not have.
    #[error("{section} has no key `{key}`{}", did_you_mean(.nearest))]
    #[diagnostic(code(scenario::unknown_key), help("allowed here: {allowed}"))]
    UnknownKey {
        /// Where.
        section: String,
        /// Found.
        key: String,
        /// The closest allowed key.
        nearest: Option<String>,
        /// All of them.
        allowed: String,
    },
    /// A key that must be there.
    #[error("{section} needs `{key}`: {doc}")]
    #[diagnostic(code(scenario::missing_key), help("{}", match .meant {
        Some(name) => format!(
            "did you mean `{name}`? A variant changes an entry of its base by its exact name; a \
             new entry needs the line `{key} = {example}`"
        ),
        None => format!("add the line `{key} = {example}`"),
    }))]
    MissingKey {
        /// Where.
        section: String,
        /// What is missing.
        key: String,
        /// What it is.
        doc: String,
        /// How it could read.
        example: String,
        /// The entry of a base that this one may mean.
        meant: Option<String>,
    },
    /// A value of another kind.
    #[error("`{key}` is {found}; it must be {expected}")]
    #[diagnostic(code(scenario::wrong_type), help("{mend}"))]
    WrongType {
        /// The key.
        key: String,
        /// What is there.
        found: String,
        /// What is allowed.
        expected: String,
        /// How it could read.
        mend: String,
    },
    /// Two entries with one name.
    #[error("two entries of {section} are called `{name}`")]
    #[diagnostic(
        code(scenario::duplicate),
        help("names tell entries apart when a variant changes them; rename one")
    )]
    Duplicate {
        /// The list.
        section: String,
        /// The name.
        name: String,
    },
    /// A name nobody has.
    #[error("there is no {what} called `{found}`{}", did_you_mean(.nearest))]
    #[diagnostic(code(scenario::unknown_name), help("{what}s here: {known}"))]
    UnknownName {
        /// Kind of entity.
        what: &'static str,
        /// Found.
        found: String,
        /// The closest.
        nearest: Option<String>,
        /// All.
        known: String,
    },
    /// A name that cannot be one.
    #[error("`{found}` cannot be a name: {reason}")]
    #[diagnostic(
        code(scenario::bad_name),
        help("names are 1 to 60 characters, without quotes, commas, brackets or line breaks")
    )]
    BadName {
        /// Found.
        found: String,
        /// Why.
        reason: &'static str,
    },
    /// A word that is none of the choices.
    #[error("`{key}` is `{found}`{}", did_you_mean(.nearest))]
    #[diagnostic(code(scenario::bad_choice), help("it is one of {allowed}"))]
    BadChoice {
        /// The key.
        key: String,
        /// Found.
        found: String,
        /// The closest.
        nearest: Option<String>,
        /// All.
        allowed: String,
    },
    /// Two keys that say the same thing.
    #[error("{section} has both `{one}` and `{other}`")]
    #[diagnostic(code(scenario::conflict), help("{mend}"))]
    Conflict {
        /// Where.
        section: String,
        /// A key.
        one: String,
        /// The other.
        other: String,
        /// How to mend it.
        mend: &'static str,
    },
    /// A key that another choice would read.
    #[error("`{key}` has no effect: {section} has {choice}")]
    #[diagnostic(code(scenario::no_effect), help("`{key}` belongs to {belongs}; drop it"))]
    NoEffect {
        /// The key.
        key: String,
        /// Where.
        section: String,
        /// The choice made.
        choice: String,
        /// The choice that reads it.
        belongs: String,
    },
    /// A list that must not be empty, a product no one can buy.
    #[error("{what}")]
    #[diagnostic(code(scenario::nothing), help("{mend}"))]
    Nothing {
        /// What is missing.
        what: String,
        /// How to mend it.
        mend: &'static str,
    },
}

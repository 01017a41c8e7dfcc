//! What can be wrong before a key is read: the file, its base, overrides.

use miette::Diagnostic;
use thiserror::Error;

use super::did_you_mean;

/// What can be wrong before a key is read: the file, its base, overrides.
#[derive(Clone, Debug, PartialEq, Error, Diagnostic)]
#[non_exhaustive]
pub enum FileProblem {
    /// The file cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    #[diagnostic(
        code(scenario::unreadable),
        help("{}", match .as_base {
            true => "name an existing file; `base` is looked up beside the file that names it",
            false => "name an existing scenario file; `warchest new NAME --like SCENARIO` makes one",
        })
    )]
    Unreadable {
        /// As named.
        path: String,
        /// In words.
        reason: String,
        /// A scenario names it as its `base`.
        as_base: bool,
    },
    /// The file is far larger than a scenario.
    #[error("the file has {bytes} bytes; a scenario may have {most}")]
    #[diagnostic(
        code(scenario::too_large),
        help("data series belong under data/ and are named by data(\"series\")")
    )]
    TooLarge {
        /// Found.
        bytes: usize,
        /// Allowed.
        most: usize,
    },
    /// A list or table far longer than a market needs.
    #[error("this {what} has {found} entries; it may have {most}")]
    #[diagnostic(
        code(scenario::too_many),
        help("join what is alike: firms that differ in nothing that is asked, regions, segments")
    )]
    TooMany {
        /// `list` or `table`.
        what: &'static str,
        /// Found.
        found: usize,
        /// Allowed.
        most: usize,
    },
    /// Not UTF-8.
    #[error("`{path}` is not UTF-8 text: byte {byte} (line {line}) looks like {looks_like}")]
    #[diagnostic(
        code(scenario::encoding),
        help("save the file as UTF-8; most editors have `Save with encoding`")
    )]
    Encoding {
        /// The file.
        path: String,
        /// Offset of the first byte that is wrong.
        byte: usize,
        /// Its line.
        line: usize,
        /// A guess.
        looks_like: &'static str,
    },
    /// Not TOML.
    #[error("not TOML: {message}")]
    #[diagnostic(code(scenario::syntax), help("{mend}"))]
    Syntax {
        /// From the parser.
        message: String,
        /// How to mend it.
        mend: &'static str,
    },
    /// `base` leads back to a file already read.
    #[error("`base` runs in a circle: {chain}")]
    #[diagnostic(
        code(scenario::base_cycle),
        help("a scenario may not be built on itself; cut one `base` line")
    )]
    BaseCycle {
        /// The files in order.
        chain: String,
    },
    /// Too many bases.
    #[error("`base` is nested {depth} deep; {most} are allowed")]
    #[diagnostic(code(scenario::base_depth), help("merge some of the variants into one"))]
    BaseDepth {
        /// Found.
        depth: usize,
        /// Allowed.
        most: usize,
    },
    /// A `--set` that cannot be read.
    #[error("cannot read the override `{text}`: {reason}")]
    #[diagnostic(
        code(scenario::bad_override),
        help("overrides read firm.OpenAI.cash=\"20 GUSD\"; quote names that hold dots")
    )]
    BadOverride {
        /// As given.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// `remove = true` on an entry the base does not have.
    #[error("nothing to remove: {section} has no entry called `{name}`{}", did_you_mean(.nearest))]
    #[diagnostic(
        code(scenario::nothing_to_remove),
        help("`remove = true` takes an entry of the base out; name one it has")
    )]
    NothingToRemove {
        /// The list.
        section: String,
        /// As written.
        name: String,
        /// The closest.
        nearest: Option<String>,
    },
}

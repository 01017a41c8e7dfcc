//! The text of a scenario, read, merged, checked: TOML in, a [`World`] out.
//!
//! One file is one market; a variant names its `base`. Every number is a quantity with a unit
//! and may be uncertain. [`load`] returns the world or every error it found, each pointing at
//! the text that caused it. The tables of [`fields`] say what may be written; the checker, the
//! resolved listing, the JSON Schema and `docs/scenario.md` all read them.

use crate::world::World;

mod check;
mod correlate;
pub mod error;
pub mod explain;
pub mod expression;
pub mod fields;
mod merge;
pub mod nearest;
mod overrides;
pub mod predicate;
pub mod quantity;
pub mod raw;
pub mod reference;
pub mod resolve;
pub mod schema;
mod series;
pub mod source;
pub mod unit;
pub mod when;

pub use error::{Problem, ScenarioError};
pub use source::Files;

/// Reads a scenario, its bases, and checks it.
///
/// `entry` is the path handed to `files`; a `base` is looked up beside the file that names it,
/// a `data("series")` under `data/` beside the scenario or one folder up.
///
/// # Errors
/// Every error found, in the order of the text; never empty.
pub fn load(entry: &str, files: &dyn Files) -> Result<World, Vec<ScenarioError>> {
    load_with(entry, files, &[])
}

/// As [`load`], with overrides such as `firm.OpenAI.cash="20 GUSD"` applied last.
///
/// # Errors
/// As [`load`]; an override that names nothing is an error of its own.
pub fn load_with(
    entry: &str,
    files: &dyn Files,
    overrides: &[String],
) -> Result<World, Vec<ScenarioError>> {
    read(entry, files, overrides).map(|scenario| scenario.world)
}

/// A scenario that passed every check.
pub struct Scenario {
    /// The market.
    pub world: World,
    merged: raw::Node,
    read: std::collections::BTreeSet<String>,
}

impl Scenario {
    /// The merged scenario as TOML with the origin (`file:line`, `default`, `--set`) of every
    /// line. It parses back to the same world.
    pub fn resolved(&self) -> String {
        resolve::text(&self.lines())
    }

    /// The lines of [`Scenario::resolved`], each with its dotted path and origin.
    pub fn lines(&self) -> Vec<resolve::Line> {
        resolve::lines(&self.merged, &self.read)
    }
}

/// As [`load_with`], keeping what [`Scenario::resolved`] needs.
///
/// # Errors
/// As [`load_with`].
pub fn read(
    entry: &str,
    files: &dyn Files,
    overrides: &[String],
) -> Result<Scenario, Vec<ScenarioError>> {
    let mut errors = Vec::new();
    let Some(mut merged) = merge::read(entry, files, &mut errors) else {
        return Err(errors);
    };
    let broken = errors.iter().any(|error| matches!(error.problem, Problem::File(_)));
    for text in overrides {
        overrides::set(&mut merged, text, &mut errors);
    }
    merge::spread_defaults(&mut merged);
    let shelf = series::Shelf::new(files, &merge::normal(entry));
    let checked = check::check(&merged, &merge::normal(entry), shelf);
    if !broken {
        errors.extend(checked.errors);
    }
    match checked.world {
        Some(world) if errors.is_empty() => Ok(Scenario { world, merged, read: checked.read }),
        _ => Err(in_order(errors)),
    }
}

/// By place in the text, each message once.
fn in_order(mut errors: Vec<ScenarioError>) -> Vec<ScenarioError> {
    let mut seen = std::collections::BTreeSet::new();
    errors.retain(|error| {
        let place = &error.place;
        seen.insert((place.source.name.clone(), place.span.start, error.code()))
    });
    errors.sort_by_key(|error| (error.place.source.name.clone(), error.place.span.start));
    errors
}

//! Raw to [`World`]: reads every key through the tables of [`super::fields`] and collects all
//! errors it meets.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{At, Problem, ScenarioError, ShapeProblem};
use super::fields::{self, Field, Kind, Section};
use super::merge;
use super::nearest::nearest;
use super::raw::{Node, Table, Value};
use super::series::Shelf;
use super::source::{Place, Source};
use crate::world::{Assumption, Param, ParamId, World};

mod firm;
mod listing;
mod market;
mod run;
mod stated;
mod technology;
mod values;

pub use stated::About;

/// What has been understood so far, and what is wrong.
pub(super) struct Checker<'a> {
    pub errors: Vec<ScenarioError>,
    pub params: Vec<Param>,
    by_name: BTreeMap<String, ParamId>,
    pub assumptions: Vec<Assumption>,
    /// Where each parameter is written, for messages about several.
    pub places: BTreeMap<ParamId, Place>,
    /// Keys that were read, as `path.key`: `show --resolved` prints their defaults.
    pub read: BTreeSet<String>,
    pub as_of: String,
    pub hindsight: bool,
    /// Begin and length of the run are sound; without that nothing is said to lie outside it.
    pub clock_known: bool,
    /// The file that was asked for: where two places clash, its line is the newer one.
    pub entry: String,
    pub shelf: Shelf<'a>,
    /// Bounds of a quantity, and their words, where they depend on more than its key.
    pub limits: Option<((f64, f64), &'static str)>,
}

/// One table of the scenario while it is read.
#[derive(Clone)]
pub(super) struct Scope<'t> {
    pub section: &'static Section,
    pub table: &'t Table,
    /// Where the table begins.
    pub place: Place,
    /// Dotted path, e.g. `firm.OpenAI`.
    pub path: String,
    /// In messages, e.g. ``firm `OpenAI` ``.
    pub label: String,
    /// Source and date said of the whole table, or of the one around it.
    pub about: Vec<About>,
    /// An entry of a base that this one, written in a variant, may mean.
    pub meant: Option<String>,
}

/// An entry of a list: its name and where that is written.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub name: String,
    pub place: Place,
}

/// A scenario understood: the world, and which keys were read.
pub(super) struct Checked {
    pub world: Option<World>,
    pub errors: Vec<ScenarioError>,
    pub read: BTreeSet<String>,
}

/// Reads a merged scenario.
pub(super) fn check(root: &Node, entry: &str, shelf: Shelf<'_>) -> Checked {
    let mut checker = Checker {
        errors: Vec::new(),
        params: Vec::new(),
        by_name: BTreeMap::new(),
        assumptions: Vec::new(),
        places: BTreeMap::new(),
        read: BTreeSet::new(),
        as_of: String::new(),
        hindsight: true,
        clock_known: true,
        entry: entry.to_string(),
        shelf,
        limits: None,
    };
    let world = checker.world(root);
    let clean = checker.errors.is_empty();
    Checked { world: world.filter(|_| clean), errors: checker.errors, read: checker.read }
}

impl<'a> Checker<'a> {
    fn world(&mut self, root: &Node) -> Option<World> {
        let empty = Table::default();
        let scope = Scope {
            section: &fields::ROOT,
            table: root.as_table().unwrap_or(&empty),
            place: root.place.clone(),
            path: String::new(),
            label: String::from("the scenario"),
            about: Vec::new(),
            meant: None,
        };
        self.keys(&scope);
        self.defaults(&scope);
        let meta = self.meta(&scope);
        let clock = self.clock(&scope, &meta);
        let (regions, region_names) = self.regions(&scope);
        let technology = self.technology(&scope);
        let funding = self.funding(&scope);
        let mut markets = self.segments(&scope, &region_names);
        let firms = self.firms(&scope, &clock, &region_names, &mut markets);
        self.shares(&markets);
        let shocks = self.shocks(&scope, &clock, &firms, &region_names);
        let stresses = self.stresses(&scope, &clock, &firms, &region_names);
        let correlations = self.correlations(&scope);
        let checks = self.checks(&scope, &clock, &firms.names, &markets.markets);
        let report = self.report(&scope, &clock);
        self.idle(&scope, &firms.firms);
        self.deserted(&scope, &markets, &firms.firms);
        Some(World {
            meta,
            clock,
            params: std::mem::take(&mut self.params),
            correlations,
            curves: self.shelf.take(),
            regions,
            segments: markets.segments,
            markets: markets.markets,
            products: firms.products,
            technology,
            firms: firms.firms,
            funding,
            shocks,
            stresses,
            checks,
            assumptions: std::mem::take(&mut self.assumptions),
            report,
        })
    }

    pub fn fail(&mut self, problem: impl Into<Problem>, place: &Place) {
        let problem: Problem = problem.into();
        self.errors.push(problem.at(place));
    }

    /// Reports keys the table does not have and keys it lacks.
    pub fn keys(&mut self, scope: &Scope<'_>) {
        let mut first = true;
        for entry in &scope.table.entries {
            let key = entry.key.as_str();
            let about = !scope.path.is_empty() && matches!(key, "source" | "known_at" | "why");
            if scope.section.field(key).is_none() && !about {
                let mut problem = merge::unknown_key(scope.section, &scope.label, key);
                if let (ShapeProblem::UnknownKey { allowed, .. }, false) = (&mut problem, first) {
                    *allowed = String::from("as above");
                }
                first = false;
                self.fail(problem, &entry.key_place);
            }
        }
        for field in scope.section.fields {
            if field.required && scope.table.get(field.key).is_none() {
                self.missing(scope, field);
            }
        }
    }

    /// `[default.x]` holds keys of `x` that entries can share: no names, no lists of tables.
    fn defaults(&mut self, root: &Scope<'_>) {
        let Some(defaults) = root.table.get("default").and_then(Node::as_table) else { return };
        for entry in &defaults.entries {
            let key = entry.key.as_str();
            let Some(Kind::Table(section)) = fields::DEFAULT.field(key).map(|field| field.kind)
            else {
                let problem = merge::unknown_key(&fields::DEFAULT, "[default]", key);
                self.fail(problem, &entry.key_place);
                continue;
            };
            let label = format!("[default.{key}]");
            for entry in entry.node.as_table().into_iter().flat_map(|table| &table.entries) {
                let field = section.field(&entry.key);
                let about = matches!(entry.key.as_str(), "source" | "known_at" | "why");
                let shared = field.is_some_and(|field| {
                    !matches!(field.kind, Kind::Name | Kind::Tables(..)) && field.key != "region"
                        || section.name == "firm" && field.key == "region"
                });
                if shared || about {
                    continue;
                }
                let mut problem = merge::unknown_key(section, &label, &entry.key);
                if let ShapeProblem::UnknownKey { nearest, .. } = &mut problem
                    && field.is_some()
                {
                    *nearest = None;
                }
                self.fail(problem, &entry.key_place);
            }
        }
    }

    pub fn missing(&mut self, scope: &Scope<'_>, field: &Field) {
        let problem = ShapeProblem::MissingKey {
            section: scope.label.clone(),
            key: field.key.to_string(),
            doc: field.meaning(),
            example: field.example(),
            meant: scope.meant.clone(),
        };
        self.fail(problem, &scope.place);
    }

    /// A table of the file; an empty one where it is missing.
    pub fn table<'t>(
        &mut self,
        root: &Scope<'t>,
        key: &'static str,
        empty: &'t Table,
    ) -> Scope<'t> {
        let field = field_of(root.section, key);
        let Kind::Table(section) = field.kind else { unreachable!("`{key}` is a table") };
        let node = root.table.get(key);
        if let Some(node) = node
            && node.as_table().is_none()
        {
            self.wrong_type(key, field, node, "a table");
        }
        let scope = Scope {
            section,
            table: node.and_then(Node::as_table).unwrap_or(empty),
            place: node.map_or_else(|| root.place.clone(), |node| node.place.clone()),
            path: key.to_string(),
            label: section.name.to_string(),
            about: Vec::new(),
            meant: None,
        };
        let scope = Scope { about: self.about_of(&scope, None), ..scope };
        self.keys(&scope);
        scope
    }

    /// The entries of a list of tables, with their names checked and told apart.
    pub fn tables<'t>(&mut self, parent: &Scope<'t>, key: &'static str) -> Vec<(Scope<'t>, Named)> {
        let field = field_of(parent.section, key);
        let Kind::Tables(section, by) = field.kind else { unreachable!("`{key}` is a list") };
        let Some(node) = parent.table.get(key) else { return Vec::new() };
        let Some(items) = node.as_array() else {
            self.wrong_type(key, field, node, "a list of tables");
            return Vec::new();
        };
        let mut found: Vec<(Scope<'t>, Named)> = Vec::new();
        for item in items {
            let Some(table) = item.as_table() else {
                self.wrong_type(key, field, item, "a table");
                continue;
            };
            let named = self.name_of(table, (section, by), item);
            let others: Vec<&str> = found
                .iter()
                .filter(|(_, old)| old.place.source.name != named.place.source.name)
                .map(|(_, old)| old.name.as_str())
                .collect();
            if others.iter().any(|other| is_spelling_of(&named.name, other)) {
                let names: Vec<String> = others.iter().map(ToString::to_string).collect();
                self.find(section.name, &named.name, &names, &named.place);
                continue;
            }
            let meant = nearest(&named.name, others).filter(|other| *other != named.name);
            if let Some((_, first)) =
                found.iter().find(|(_, old)| old.name == named.name && !named.name.is_empty())
            {
                let problem = ShapeProblem::Duplicate {
                    section: section.header.to_string(),
                    name: named.name.clone(),
                };
                let first = first.place.clone();
                self.errors.push(problem.at(&named.place).and(&first, "first written here"));
            }
            let dot = if parent.path.is_empty() { "" } else { "." };
            let scope = Scope {
                section,
                table,
                place: item.place.clone(),
                path: format!("{}{dot}{key}.{}", parent.path, named.name),
                label: match named.name.as_str() {
                    "" => format!("an entry of {}", section.header),
                    name => format!("{} `{name}`", section.name),
                },
                about: Vec::new(),
                meant,
            };
            let scope = Scope { about: self.about_of(&scope, Some(parent)), ..scope };
            self.keys(&scope);
            found.push((scope, named));
        }
        found
    }

    fn name_of(
        &mut self,
        table: &Table,
        (section, by): (&'static Section, &str),
        item: &Node,
    ) -> Named {
        let node = table.get(by).or_else(|| table.get("segment"));
        if let (Some(node), Some(field)) = (table.get(by), section.field(by))
            && !matches!(node.value, Value::Text(_))
        {
            self.wrong_type(by, field, node, "text in quotes");
        }
        let name = merge::identity(table, by);
        let place = node.map_or_else(|| item.place.clone(), |node| node.place.clone());
        let reason = if name.chars().count() > 60 {
            "it is longer than 60 characters"
        } else if name.chars().any(|c| c.is_control() || "\"'`,[](){}".contains(c)) {
            "it holds a quote, comma, bracket or line break"
        } else if name.trim() != name {
            "it begins or ends with a blank"
        } else if name.is_empty() && matches!(node.map(|node| &node.value), Some(Value::Text(_))) {
            "it is empty"
        } else {
            return Named { name, place };
        };
        let problem = ShapeProblem::BadName { found: name.clone(), reason };
        self.fail(problem, &place);
        Named { name, place }
    }

    pub fn wrong_type(&mut self, key: &str, field: &Field, node: &Node, expected: &str) {
        let found = match &node.value {
            Value::Text(text) => format!("the string \"{text}\""),
            Value::Number(_, written) => format!("the bare number {written}"),
            Value::Date(date) => format!("the date {date}"),
            other => other.kind().to_string(),
        };
        let problem = ShapeProblem::WrongType {
            key: key.to_string(),
            found,
            expected: expected.to_string(),
            mend: field.usage(),
        };
        self.fail(problem, &node.place);
    }

    /// Of two places that clash, the one in the file that was asked for first.
    pub fn newer<'p>(&self, one: &'p Place, other: &'p Place) -> (&'p Place, &'p Place) {
        if one.source.name != self.entry && other.source.name == self.entry {
            (other, one)
        } else {
            (one, other)
        }
    }

    /// Index of a name among others; an error naming the nearest where there is none.
    pub fn find(
        &mut self,
        what: &'static str,
        name: &str,
        among: &[String],
        place: &Place,
    ) -> Option<usize> {
        let found = among.iter().position(|known| known == name);
        if found.is_none() {
            let problem = ShapeProblem::UnknownName {
                what,
                found: name.to_string(),
                nearest: nearest(name, among.iter().map(String::as_str)),
                known: if among.is_empty() { String::from("none") } else { among.join(", ") },
            };
            self.fail(problem, place);
        }
        found
    }
}

/// The field of a key that the checker itself names.
pub(super) fn field_of(section: &'static Section, key: &str) -> &'static Field {
    section
        .field(key)
        .unwrap_or_else(|| unreachable!("{} has the key `{key}` (tested)", section.name))
}

/// Whether two names differ in capitals, blanks, dashes and dots alone: in a variant that is a mistake.
fn is_spelling_of(one: &str, other: &str) -> bool {
    let passed_over = |c: &char| c.is_whitespace() || "-–_.,'’".contains(*c);
    let letters = |name: &str| -> String {
        name.chars().filter(|c| !passed_over(c)).flat_map(char::to_lowercase).collect()
    };
    one != other && !letters(one).is_empty() && letters(one) == letters(other)
}

/// A place in no file, for built-in defaults.
pub(super) fn built_in() -> Place {
    Place::new(&Source::new("default", ""), 0..0)
}

#[cfg(test)]
mod tests {
    use super::is_spelling_of;

    #[test]
    fn another_spelling_is_no_other_name() {
        for other in ["openai", "Open AI", "Open-AI", "Open.A.I"] {
            assert!(is_spelling_of("OpenAI", other), "{other}");
        }
        for other in ["OpenAI", "OpenAI+", "OpenAI 2", ""] {
            assert!(!is_spelling_of("OpenAI", other), "{other}");
        }
    }
}

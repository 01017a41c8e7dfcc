//! What stands behind a key and what is said of it: source, date, reason.

use std::sync::Arc;

use super::{Checker, Scope, field_of};
use crate::scenario::error::{MarketProblem, QuantityProblem, ShapeProblem};
use crate::scenario::expression::Form;
use crate::scenario::fields::Field;
use crate::scenario::nearest::nearest;
use crate::scenario::quantity::{self, Meaning};
use crate::scenario::raw::{Node, Table, Value};
use crate::scenario::source::{Place, Source};
use crate::scenario::unit::Dim;
use crate::scenario::when;
use crate::world::Per;

/// What is said of a value, or of all values of a table.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The file it is written in: it holds for that file's values only.
    pub file: Option<Arc<Source>>,
    /// Where the figure comes from.
    pub source: Option<String>,
    /// Since when it is known, and where that is written.
    pub known_at: Option<(String, Place)>,
    /// Why this figure.
    pub why: Option<String>,
    /// Smallest and largest figure that the named sources give, as written.
    pub says: Vec<(String, Place)>,
}

/// A value with what is said of it.
pub(super) struct Stated {
    pub text: String,
    pub place: Place,
    pub per: Per,
    pub about: About,
}

const VALUE_KEYS: [&str; 6] = ["value", "per", "source", "known_at", "why", "sources"];

impl Checker<'_> {
    /// The text of a quantity and what is said of it: a string, a pure number, or a table
    /// with `value`.
    pub(super) fn stated(
        &mut self,
        scope: &Scope<'_>,
        field: &Field,
        dim: Dim,
        node: &Node,
    ) -> Option<Stated> {
        let mut about = About::default();
        let mut per = Per::Path;
        let mut value = node;
        if let Value::Table(table) = &node.value {
            self.value_keys(field, table);
            let Some(inner) = table.get("value") else {
                let problem = ShapeProblem::WrongType {
                    key: field.key.to_string(),
                    found: String::from("a table without `value`"),
                    expected: String::from("a quantity, or a table with `value`"),
                    mend: format!(
                        "for example `{} = {{ value = {} }}`",
                        field.key,
                        field.example()
                    ),
                };
                self.fail(problem, &node.place);
                return None;
            };
            per = self.per(table);
            about = self.about(table, node);
            value = inner;
        }
        let text = match &value.value {
            Value::Text(text) => text.clone(),
            Value::Number(_, written) if dim.is_pure() => written.replace('_', ""),
            Value::Number(number, written) => {
                let problem = if number.is_finite() {
                    quantity::missing_unit(field.key, dim, written, Form::Plain)
                } else {
                    let (key, found) = (field.key.to_string(), written.clone());
                    QuantityProblem::NotFinite { key, found }
                };
                self.fail(problem, &value.place);
                return None;
            }
            _ => {
                self.wrong_type(field.key, field, value, "a quantity with its unit, in quotes");
                return None;
            }
        };
        for outer in &scope.about {
            let same = outer.file.as_ref().is_some_and(|f| Arc::ptr_eq(f, &value.place.source));
            if same && about.source.is_none() && about.says.is_empty() {
                about.source.clone_from(&outer.source);
            }
            if same && about.known_at.is_none() {
                about.known_at.clone_from(&outer.known_at);
            }
            if same && about.why.is_none() {
                about.why.clone_from(&outer.why);
            }
        }
        if let Some((date, place)) = about.known_at.clone() {
            self.hindsight(field.key, &date, &place);
        }
        Some(Stated { text, place: value.place.clone(), per, about })
    }

    fn value_keys(&mut self, field: &Field, table: &Table) {
        for entry in &table.entries {
            if !VALUE_KEYS.contains(&entry.key.as_str()) {
                let problem = ShapeProblem::UnknownKey {
                    section: format!("the value of `{}`", field.key),
                    key: entry.key.clone(),
                    nearest: nearest(&entry.key, VALUE_KEYS),
                    allowed: VALUE_KEYS.join(", "),
                };
                self.fail(problem, &entry.key_place);
            }
        }
    }

    fn per(&mut self, table: &Table) -> Per {
        let Some(node) = table.get("per") else { return Per::Path };
        match &node.value {
            Value::Text(word) if word == "path" => Per::Path,
            Value::Text(word) if word == "quarter" => Per::Quarter,
            value => {
                let found = if let Value::Text(word) = value { word } else { value.kind() };
                let problem = ShapeProblem::BadChoice {
                    key: String::from("per"),
                    found: found.to_string(),
                    nearest: nearest(found, ["path", "quarter"]),
                    allowed: String::from("\"path\" (we do not know it), \"quarter\" (it moves)"),
                };
                self.fail(problem, &node.place);
                Per::Path
            }
        }
    }

    /// Source and date said of the whole table, then those of the one around it.
    pub fn about_of(&mut self, scope: &Scope<'_>, parent: Option<&Scope<'_>>) -> Vec<About> {
        let mut found = Vec::new();
        for entry in &scope.table.entries {
            if scope.section.field(&entry.key).is_none()
                && matches!(entry.key.as_str(), "source" | "known_at" | "why")
            {
                let table = Table { entries: vec![entry.clone()] };
                found.push(self.about(&table, &entry.node));
            }
        }
        found.extend(parent.into_iter().flat_map(|parent| parent.about.clone()));
        found
    }

    fn about(&mut self, table: &Table, node: &Node) -> About {
        let mut about = About { file: Some(Arc::clone(&node.place.source)), ..About::default() };
        for (key, slot) in [("source", &mut about.source), ("why", &mut about.why)] {
            match table.get(key) {
                Some(Node { value: Value::Text(text), .. }) => *slot = Some(text.clone()),
                Some(other) => self.not_text(key, other),
                None => {}
            }
        }
        if let Some(node) = table.get("known_at") {
            let text = date_text(node);
            match text.filter(|text| when::parse_date(text).is_some()) {
                Some(text) => about.known_at = Some((text, node.place.clone())),
                None => self.bad_date("known_at", node),
            }
        }
        if let Some(node) = table.get("sources") {
            self.sources(&mut about, table, node);
        }
        about
    }

    fn sources(&mut self, about: &mut About, table: &Table, node: &Node) {
        if let Some(entry) = table.entry("source") {
            let problem = ShapeProblem::Conflict {
                section: String::from("the value"),
                one: String::from("source"),
                other: String::from("sources"),
                mend: "move the single source into the list",
            };
            self.fail(problem, &entry.key_place);
        }
        let items = node.as_array().unwrap_or_default();
        let mut named = Vec::new();
        for item in items {
            let Some(text) = item.as_table().and_then(|table| table.text("source")) else {
                self.not_text("sources", item);
                continue;
            };
            let inner = item.as_table().and_then(|table| table.get("says"));
            match inner {
                Some(Node { value: Value::Text(says), place }) => {
                    named.push(format!("{text} ({says})"));
                    about.says.push((says.clone(), place.clone()));
                }
                _ => named.push(text.to_string()),
            }
        }
        if node.as_array().is_none() {
            self.not_text("sources", node);
        }
        about.source = Some(named.join("; "));
    }

    fn not_text(&mut self, key: &str, node: &Node) {
        let (expected, example) = match key {
            "sources" => ("a list of tables", "[{ source = \"...\", says = \"17.5 GUSD\" }]"),
            _ => ("text in quotes", "\"...\""),
        };
        let problem = ShapeProblem::WrongType {
            key: key.to_string(),
            found: node.value.kind().to_string(),
            expected: expected.to_string(),
            mend: format!("for example `{key} = {example}`"),
        };
        self.fail(problem, &node.place);
    }

    fn hindsight(&mut self, key: &str, known_at: &str, place: &Place) {
        if self.hindsight || self.as_of.is_empty() || known_at <= self.as_of.as_str() {
            return;
        }
        let problem = MarketProblem::Hindsight {
            key: key.to_string(),
            known_at: known_at.to_string(),
            as_of: self.as_of.clone(),
        };
        self.fail(problem, place);
    }

    pub(super) fn bad_date(&mut self, key: &str, node: &Node) {
        let found = date_text(node).unwrap_or_else(|| node.value.kind().to_string());
        self.fail(MarketProblem::BadDate { key: key.to_string(), found }, &node.place);
    }

    /// A value must lie within what its own sources say.
    pub(super) fn supported(&mut self, key: &str, dim: Dim, meaning: &Meaning, stated: &Stated) {
        let field = Field { key: "says", ..*field_of(&crate::scenario::fields::META, "title") };
        let mut figures: Vec<(f64, String)> = Vec::new();
        for (text, place) in &stated.about.says {
            if let Some(says) = self.meaning(&field, dim, text, place) {
                figures.extend(says.points.iter().map(|x| (*x, text.clone())));
            }
        }
        figures.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (Some(low), Some(high)) = (figures.first(), figures.last()) else { return };
        let outside = meaning.points.iter().any(|x| *x < low.0 || *x > high.0);
        if outside && meaning.known().is_some() {
            let problem = MarketProblem::ContradictorySources {
                key: key.to_string(),
                found: stated.text.clone(),
                low: low.1.clone(),
                high: high.1.clone(),
            };
            self.fail(problem, &stated.place);
        }
    }
}

/// A date or text as written.
pub(super) fn date_text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) | Value::Date(text) => Some(text.clone()),
        _ => None,
    }
}

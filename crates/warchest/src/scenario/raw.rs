//! A scenario as written: TOML with the place of every key and value.
//!
//! Every value keeps the file it came from, so that a merged scenario still says where each
//! line was written.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{At, FileProblem, ScenarioError};
use super::source::{Place, Source};

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it is written.
    pub place: Place,
}

/// A TOML value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A number, with its digits as written.
    Number(f64, String),
    /// True or false.
    Bool(bool),
    /// A date or time, as written.
    Date(String),
    /// An array.
    Array(Vec<Node>),
    /// A table, in the order written.
    Table(Table),
}

impl Value {
    /// What a person calls this kind of value.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a string",
            Value::Number(..) => "a bare number",
            Value::Bool(_) => "true or false",
            Value::Date(_) => "a date",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
        }
    }
}

/// Keys and values in the order written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The entries.
    pub entries: Vec<Entry>,
}

/// One `key = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub key_place: Place,
    /// The value.
    pub node: Node,
}

impl Table {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of a key, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let entry = self.entries.iter_mut().find(|entry| entry.key == key)?;
        Some(&mut entry.node)
    }

    /// Replaces the value of a key or appends it.
    pub fn set(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|old| old.key == entry.key) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }

    /// Takes a key out.
    pub fn take(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at))
    }

    /// The string behind a key, if it is one.
    pub fn text(&self, key: &str) -> Option<&str> {
        match &self.get(key)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Node {
    /// As a table.
    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// As an array.
    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }
}

/// Parses a text, reporting every syntax error in it.
pub fn parse(source: &Arc<Source>, errors: &mut Vec<ScenarioError>) -> Node {
    let (table, found) = DeTable::parse_recoverable(&source.text);
    for error in found {
        let end = source.text.len();
        let span = error.span().unwrap_or(end..end);
        let message = one_line(error.message());
        let mend = mend(&source.text, &message);
        let problem = FileProblem::Syntax { message, mend };
        errors.push(problem.at(&Place::new(source, span)));
    }
    let place = Place::new(source, 0..0);
    let value = Value::Table(table_of(table.into_inner(), source));
    Node { value, place }
}

/// One value, as on the right of `key =`; `None` when it does not parse as TOML.
pub fn parse_value(source: &Arc<Source>, text: &str, shift: usize) -> Option<Node> {
    let parsed = DeValue::parse(text).ok()?;
    let mut node = node_of(parsed, source);
    shift_places(&mut node, shift);
    Some(node)
}

/// Most entries of a list and most keys of a table.
pub const ENTRIES_MAX: usize = 256;

/// The first list or table that is larger than any market needs.
pub fn too_many(node: &Node) -> Option<ScenarioError> {
    let (found, first) = match &node.value {
        Value::Array(items) => (items.len(), items.get(ENTRIES_MAX).map(|item| &item.place)),
        Value::Table(table) => {
            let entry = table.entries.get(ENTRIES_MAX);
            (table.entries.len(), entry.map(|entry| &entry.key_place))
        }
        _ => return None,
    };
    if let Some(place) = first {
        let what = if node.as_array().is_some() { "list" } else { "table" };
        return Some(FileProblem::TooMany { what, found, most: ENTRIES_MAX }.at(place));
    }
    match &node.value {
        Value::Array(items) => items.iter().find_map(too_many),
        Value::Table(table) => table.entries.iter().find_map(|entry| too_many(&entry.node)),
        _ => None,
    }
}

fn shift_places(node: &mut Node, shift: usize) {
    node.place.span = node.place.span.start + shift..node.place.span.end + shift;
    match &mut node.value {
        Value::Array(items) => items.iter_mut().for_each(|item| shift_places(item, shift)),
        Value::Table(table) => {
            for entry in &mut table.entries {
                let span = &mut entry.key_place.span;
                *span = span.start + shift..span.end + shift;
                shift_places(&mut entry.node, shift);
            }
        }
        _ => {}
    }
}

/// How to mend what the parser met.
fn mend(text: &str, message: &str) -> &'static str {
    match message {
        _ if text.trim_start().starts_with('{') => {
            "this looks like JSON; a scenario is TOML: `key = value`, tables `[name]`, entries of a list `[[name]]`"
        }
        _ if message.contains("duplicate key") => {
            "a key stands once in its table, and a table `[name]` once in the file: put the lines together"
        }
        _ if message.contains("must be quoted") => {
            "put the value in straight quotes: `key = \"value\"`"
        }
        _ if message.contains("recurs") => "nothing in a scenario is nested that deep",
        _ => "keys are written `key = value`, tables `[name]`, entries of a list `[[name]]`",
    }
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn table_of(table: DeTable<'_>, source: &Arc<Source>) -> Table {
    let mut entries: Vec<Entry> = table
        .into_iter()
        .map(|(key, value)| Entry {
            key_place: Place::new(source, key.span()),
            key: key.into_inner().into_owned(),
            node: node_of(value, source),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_place.span.start);
    Table { entries }
}

fn node_of(value: Spanned<DeValue<'_>>, source: &Arc<Source>) -> Node {
    let place = Place::new(source, value.span());
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(digits) => Value::Number(integer(&digits), digits.to_string()),
        DeValue::Float(digits) => {
            let written = digits.as_str();
            Value::Number(written.parse().unwrap_or(f64::NAN), written.to_string())
        }
        DeValue::Boolean(flag) => Value::Bool(flag),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(items) => {
            Value::Array(items.into_iter().map(|item| node_of(item, source)).collect())
        }
        DeValue::Table(table) => Value::Table(table_of(table, source)),
    };
    Node { value, place }
}

/// An integer as `f64`; beyond 64 bits it is not a number anyone meant.
fn integer(digits: &toml::de::DeInteger<'_>) -> f64 {
    i64::from_str_radix(digits.as_str(), digits.radix()).map_or(f64::NAN, |whole| whole as f64)
}

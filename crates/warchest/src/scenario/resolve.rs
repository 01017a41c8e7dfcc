//! The merged scenario, with the origin of every line.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::fields::{self, Field, Kind, Section};
use super::merge::identity;
use super::raw::{Entry, Node, Table, Value};

/// Column of the origin, where the line is short enough.
const COLUMN: usize = 64;

/// One line of the merged scenario.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Line {
    /// Dotted path of the value, as `--set` takes it; of the table on a header.
    pub path: String,
    /// The line as TOML; empty between tables.
    pub text: String,
    /// `file:line`, `default`, `--set`.
    pub origin: String,
}

/// The merged scenario as TOML, the origin of every line behind it.
pub fn text(lines: &[Line]) -> String {
    let mut out = String::new();
    for line in lines {
        if line.text.is_empty() {
            out.push('\n');
            continue;
        }
        let width = line.text.chars().count();
        let pad = COLUMN.saturating_sub(width).max(2);
        let _ = writeln!(out, "{}{:pad$}# {}", line.text, "", line.origin);
    }
    out
}

/// The merged scenario, line by line. `read` holds the keys that the checker looked at, so that
/// defaults nobody reads are left out.
pub fn lines(root: &Node, read: &BTreeSet<String>) -> Vec<Line> {
    let mut writer = Writer { out: Vec::new(), read };
    let empty = Table::default();
    let table = root.as_table().unwrap_or(&empty);
    for field in fields::ROOT.fields {
        match field.kind {
            Kind::Table(section) if field.key != "default" => {
                let node = table.get(field.key);
                let inner = node.and_then(Node::as_table).unwrap_or(&empty);
                let origin = node.map_or_else(|| String::from("default"), |n| n.place.origin());
                writer.line(field.key, format!("[{}]", field.key), origin);
                writer.table(section, inner, field.key, field.key);
                writer.gap();
            }
            Kind::Tables(section, by) => {
                let items = table.get(field.key).and_then(Node::as_array).unwrap_or_default();
                writer.list(section, by, items, field.key, field.key);
            }
            _ => {}
        }
    }
    writer.out
}

struct Writer<'a> {
    out: Vec<Line>,
    read: &'a BTreeSet<String>,
}

impl Writer<'_> {
    fn line(&mut self, path: &str, text: String, origin: String) {
        self.out.push(Line { path: path.to_string(), text, origin });
    }

    fn gap(&mut self) {
        self.line("", String::new(), String::new());
    }

    fn list(&mut self, section: &Section, by: &str, items: &[Node], header: &str, path: &str) {
        for item in items {
            let Some(table) = item.as_table() else { continue };
            let path = format!("{path}.{}", identity(table, by));
            self.line(&path, format!("[[{header}]]"), item.place.origin());
            self.table(section, table, header, &path);
            if !header.contains('.') {
                self.gap();
            }
        }
    }

    fn table(&mut self, section: &Section, table: &Table, header: &str, path: &str) {
        for key in ["source", "known_at", "why"] {
            if let (None, Some(entry)) = (section.field(key), table.entry(key)) {
                self.entry(path, entry);
            }
        }
        let lists = |field: &&Field| matches!(field.kind, Kind::Tables(..));
        for field in section.fields.iter().filter(|field| !lists(field)) {
            let inner = format!("{path}.{}", field.key);
            match (table.entry(field.key), field.default) {
                (Some(entry), _) => self.entry(path, entry),
                (None, Some(text)) if self.read.contains(&inner) => {
                    let text = format!("{} = {text}", field.key);
                    self.line(&inner, text, String::from("default"));
                }
                _ => {}
            }
        }
        for field in section.fields.iter().filter(lists) {
            let Kind::Tables(inner, by) = field.kind else { continue };
            let items = table.get(field.key).and_then(Node::as_array).unwrap_or_default();
            let header = format!("{header}.{}", field.key);
            self.list(inner, by, items, &header, &format!("{path}.{}", field.key));
        }
    }

    fn entry(&mut self, path: &str, entry: &Entry) {
        let text = format!("{} = {}", entry.key, value_text(&entry.node));
        self.line(&format!("{path}.{}", entry.key), text, entry.node.place.origin());
    }
}

/// A value as TOML on one line.
pub fn value_text(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => quoted(text),
        Value::Number(_, written) | Value::Date(written) => written.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(value_text).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(table) => {
            let entries: Vec<String> = table
                .entries
                .iter()
                .map(|entry| format!("{} = {}", key_text(&entry.key), value_text(&entry.node)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

fn key_text(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(bare) { key.to_string() } else { quoted(key) }
}

/// A basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            letter if letter.is_control() => {
                let _ = write!(out, "\\u{:04x}", letter as u32);
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

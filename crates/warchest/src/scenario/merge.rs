//! A variant over its base; overrides from the command line; defaults of lists.

use std::collections::BTreeMap;

use super::error::{At, FileProblem, Problem, ScenarioError, ShapeProblem};
use super::fields::{self, Kind, Section};
use super::nearest::nearest;
use super::raw::{self, Entry, Node, Table, Value};
use super::source::{self, Files, Place, Source};

/// Deepest chain of `base`.
pub const DEPTH_MAX: usize = 16;

/// Reads a scenario and its bases and merges them, the base first.
pub fn read(entry: &str, files: &dyn Files, errors: &mut Vec<ScenarioError>) -> Option<Node> {
    let mut chain: Vec<String> = Vec::new();
    let mut layers: Vec<Node> = Vec::new();
    let mut next = Some((normal(entry), None::<Place>));
    while let Some((path, named_at)) = next.take() {
        if let Some(place) = &named_at {
            if chain.contains(&path) {
                let chain = chain.iter().chain([&path]).cloned().collect::<Vec<_>>().join(" → ");
                errors.push(FileProblem::BaseCycle { chain }.at(place));
                break;
            }
            if chain.len() >= DEPTH_MAX {
                let depth = chain.len() + 1;
                errors.push(FileProblem::BaseDepth { depth, most: DEPTH_MAX }.at(place));
                break;
            }
        }
        let source = match source::read(files, &path) {
            Ok(source) => source,
            Err(error) => {
                errors.push(match (&named_at, error.problem) {
                    (Some(place), Problem::File(FileProblem::Unreadable { path, reason, .. })) => {
                        FileProblem::Unreadable { path, reason, as_base: true }.at(place)
                    }
                    (Some(place), problem) => problem.at(place),
                    (None, problem) => problem.at(&error.place),
                });
                break;
            }
        };
        let node = raw::parse(&source, errors);
        if let Some(error) = raw::too_many(&node) {
            errors.push(error);
            break;
        }
        next = base_of(&node, &path, errors);
        chain.push(path);
        layers.push(node);
    }
    let mut merged = layers.pop()?;
    strip_removals(&mut merged, &fields::ROOT, errors);
    while let Some(layer) = layers.pop() {
        merge_node(&mut merged, layer, &fields::ROOT, errors);
    }
    if let Value::Table(root) = &mut merged.value {
        root.take("base");
    }
    Some(merged)
}

fn base_of(
    node: &Node,
    path: &str,
    errors: &mut Vec<ScenarioError>,
) -> Option<(String, Option<Place>)> {
    let base = node.as_table()?.get("base")?;
    match &base.value {
        Value::Text(name) => {
            let folder = path.rfind('/').map_or("", |slash| &path[..=slash]);
            let folder = if name.starts_with('/') { "" } else { folder };
            Some((normal(&format!("{folder}{name}")), Some(base.place.clone())))
        }
        other => {
            let problem = ShapeProblem::WrongType {
                key: String::from("base"),
                found: other.kind().to_string(),
                expected: String::from("the name of a file, in quotes"),
                mend: String::from("for example `base = \"other.toml\"`"),
            };
            errors.push(problem.at(&base.place));
            None
        }
    }
}

/// A path without `.` and `x/..`.
pub fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let path = path.replace('\\', "/");
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    if parts.is_empty() { String::from(".") } else { parts.join("/") }
}

/// What tells an entry of a list apart.
pub fn identity(table: &Table, key: &str) -> String {
    let text = table.text(key).or_else(|| table.text("segment"));
    text.unwrap_or("").to_string()
}

fn merge_node(
    base: &mut Node,
    over: Node,
    section: &'static Section,
    errors: &mut Vec<ScenarioError>,
) {
    let (Value::Table(base), Value::Table(over)) = (&mut base.value, over.value) else {
        return;
    };
    for entry in over.entries {
        let kind = section.field(&entry.key).map(|field| field.kind);
        match (base.get_mut(&entry.key), kind) {
            (Some(old), Some(Kind::Table(inner)))
                if old.as_table().is_some() && entry.node.as_table().is_some() =>
            {
                merge_node(old, entry.node, inner, errors);
            }
            (Some(old), Some(Kind::Tables(inner, by)))
                if old.as_array().is_some() && entry.node.as_array().is_some() =>
            {
                merge_list(old, entry.node, inner, by, errors);
            }
            (Some(old), None) if matches!(entry.key.as_str(), "source" | "known_at" | "why") => {
                // What a base says of its own values is not true of the variant's.
                *old = entry.node;
            }
            (_, Some(_) | None) => {
                let mut entry = entry;
                if let Some(Kind::Table(inner) | Kind::Tables(inner, _)) = kind {
                    strip_removals_of(&mut entry.node, inner, errors);
                }
                base.set(entry);
            }
        }
    }
}

fn merge_list(
    base: &mut Node,
    over: Node,
    section: &'static Section,
    by: &str,
    errors: &mut Vec<ScenarioError>,
) {
    let (Value::Array(base), Value::Array(over)) = (&mut base.value, over.value) else {
        return;
    };
    let mut seen: BTreeMap<String, Place> = BTreeMap::new();
    for mut node in over {
        let Some(table) = node.as_table() else {
            base.push(node);
            continue;
        };
        let name = identity(table, by);
        let named = !name.is_empty() || section.name == "firm.product";
        if let Some(first) = seen.insert(name.clone(), node.place.clone())
            && named
        {
            let problem = ShapeProblem::Duplicate { section: section.header.to_string(), name };
            errors.push(problem.at(&node.place).and(&first, "first written here"));
            continue;
        }
        let at = base
            .iter()
            .position(|old| named && old.as_table().is_some_and(|old| identity(old, by) == name));
        let remove = table.get("remove").map(|flag| flag.value == Value::Bool(true));
        match (at, remove) {
            (Some(at), Some(true)) => {
                base.remove(at);
            }
            (None, Some(true)) => {
                let names: Vec<String> =
                    base.iter().filter_map(Node::as_table).map(|old| identity(old, by)).collect();
                errors.push(nothing_to_remove(section, &name, &names, &node.place));
            }
            (Some(at), _) => {
                take_remove(&mut node);
                merge_node(&mut base[at], node, section, errors);
            }
            (None, _) => {
                strip_removals(&mut node, section, errors);
                take_remove(&mut node);
                base.push(node);
            }
        }
    }
}

fn nothing_to_remove(
    section: &Section,
    name: &str,
    names: &[String],
    place: &Place,
) -> ScenarioError {
    let problem = FileProblem::NothingToRemove {
        section: section.header.to_string(),
        name: name.to_string(),
        nearest: nearest(name, names.iter().map(String::as_str)),
    };
    problem.at(place)
}

fn take_remove(node: &mut Node) {
    if let Value::Table(table) = &mut node.value {
        table.take("remove");
    }
}

/// In a file without base there is nothing to remove.
fn strip_removals(node: &mut Node, section: &'static Section, errors: &mut Vec<ScenarioError>) {
    let Value::Table(table) = &mut node.value else { return };
    for entry in &mut table.entries {
        if let Some(Kind::Table(inner) | Kind::Tables(inner, _)) =
            section.field(&entry.key).map(|field| field.kind)
        {
            strip_removals_of(&mut entry.node, inner, errors);
        }
    }
}

fn strip_removals_of(node: &mut Node, inner: &'static Section, errors: &mut Vec<ScenarioError>) {
    match &mut node.value {
        Value::Table(_) => strip_removals(node, inner, errors),
        Value::Array(items) => {
            for item in items {
                let removes = item.as_table().and_then(|table| table.get("remove"));
                if removes.is_some_and(|flag| flag.value == Value::Bool(true)) {
                    let name = item.as_table().map_or("", |table| table.text("name").unwrap_or(""));
                    errors.push(nothing_to_remove(inner, name, &[], &item.place));
                }
                take_remove(item);
                strip_removals(item, inner, errors);
            }
        }
        _ => {}
    }
}

/// Gives every entry of a list the keys of `[default.x]` that it lacks.
pub fn spread_defaults(root: &mut Node) {
    let Value::Table(root) = &mut root.value else { return };
    imply(root);
    spread(root);
    name_segments(root);
}

fn entry(key: &str, value: Value) -> Entry {
    let place = Place::new(&Source::new("default", ""), 0..0);
    let node = Node { value, place: place.clone() };
    Entry { key: key.to_string(), key_place: place, node }
}

/// One region when none is given; funding is on once its table is there.
fn imply(root: &mut Table) {
    if root.get("region").is_none() {
        let name = entry("name", Value::Text(String::from("World")));
        let world = Value::Table(Table { entries: vec![name] });
        let item = Node { value: world, ..entry("", Value::Bool(true)).node };
        root.set(entry("region", Value::Array(vec![item])));
    }
    if let Some(Value::Table(funding)) = root.get_mut("funding").map(|node| &mut node.value)
        && funding.get("enabled").is_none()
    {
        funding.set(entry("enabled", Value::Bool(true)));
    }
}

/// A product without a segment is sold to the only one.
fn name_segments(root: &mut Table) {
    let Some([only]) = root.get("segment").and_then(Node::as_array) else { return };
    let Some(name) = only.as_table().and_then(|table| table.text("name")) else { return };
    let name = name.to_string();
    let Some(Value::Array(firms)) = root.get_mut("firm").map(|node| &mut node.value) else {
        return;
    };
    for firm in firms {
        let Value::Table(firm) = &mut firm.value else { continue };
        let Some(Value::Array(products)) = firm.get_mut("product").map(|node| &mut node.value)
        else {
            continue;
        };
        for product in products {
            if let Value::Table(product) = &mut product.value
                && product.get("segment").is_none()
            {
                product.set(entry("segment", Value::Text(name.clone())));
            }
        }
    }
}

fn spread(root: &mut Table) {
    let Some(defaults) = root.get("default").cloned() else { return };
    let Some(defaults) = defaults.as_table() else { return };
    for (list, inner) in [("region", None), ("segment", Some("market")), ("firm", Some("product"))]
    {
        let Some(Value::Array(items)) = root.get_mut(list).map(|node| &mut node.value) else {
            continue;
        };
        for item in items {
            fill(item, defaults.get(list));
            let Some(inner) = inner else { continue };
            let Value::Table(table) = &mut item.value else { continue };
            let Some(Value::Array(items)) = table.get_mut(inner).map(|node| &mut node.value) else {
                continue;
            };
            for item in items {
                fill(item, defaults.get(inner));
            }
        }
    }
}

fn fill(item: &mut Node, defaults: Option<&Node>) {
    let (Value::Table(table), Some(defaults)) =
        (&mut item.value, defaults.and_then(Node::as_table))
    else {
        return;
    };
    for entry in &defaults.entries {
        let either = matches!(entry.key.as_str(), "taste" | "share")
            && (table.get("taste").is_some() || table.get("share").is_some());
        if table.get(&entry.key).is_none() && !either {
            table.entries.push(entry.clone());
        }
    }
}

/// The error for a key that a table does not have.
pub fn unknown_key(section: &Section, whose: &str, key: &str) -> ShapeProblem {
    let keys = section.fields.iter().map(|field| field.key);
    let allowed: Vec<&str> = keys.clone().collect();
    ShapeProblem::UnknownKey {
        section: if whose.is_empty() { section.name } else { whose }.to_string(),
        key: key.to_string(),
        nearest: nearest(key, keys),
        allowed: allowed.join(", "),
    }
}

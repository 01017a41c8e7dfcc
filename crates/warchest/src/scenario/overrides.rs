//! Overrides from the command line: `firm.OpenAI.cash="20 GUSD"`.

use std::sync::Arc;

use super::error::{At, FileProblem, Problem, ScenarioError, ShapeProblem};
use super::fields::{self, Field, Kind, Section};
use super::merge::{identity, unknown_key};
use super::nearest::nearest;
use super::raw::{self, Entry, Node, Table, Value};
use super::source::{Place, Source};

/// Applies `firm.OpenAI.cash="20 GUSD"`.
pub fn set(root: &mut Node, text: &str, errors: &mut Vec<ScenarioError>) {
    let source = Source::new("--set", text);
    let place = Place::new(&source, 0..text.len());
    let bad = |reason: &str| {
        FileProblem::BadOverride { text: text.to_string(), reason: reason.to_string() }.at(&place)
    };
    let (segments, equals) = match split_path(text) {
        Ok(found) => found,
        Err(reason) => return errors.push(bad(reason)),
    };
    let written = &text[equals + 1..];
    let start = equals + 1 + (written.len() - written.trim_start().len());
    let trimmed = written.trim();
    if trimmed.is_empty() {
        return errors.push(bad("nothing stands after `=`"));
    }
    let node = raw::parse_value(&source, trimmed, start).unwrap_or_else(|| Node {
        value: Value::Text(trimmed.to_string()),
        place: Place::new(&source, start..start + trimmed.len()),
    });
    if let Err(mut error) = put(root, &segments, node, &source) {
        suggest(&mut error, root, &segments);
        errors.push(*error);
    }
}

type Segment = (String, std::ops::Range<usize>);

/// The dotted path before the first `=` outside quotes, and where that is.
fn split_path(text: &str) -> Result<(Vec<Segment>, usize), &'static str> {
    let mut segments: Vec<Segment> = vec![(String::new(), 0..0)];
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        let here = at + letter.len_utf8();
        let last = segments.len() - 1;
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '.') => segments.push((String::new(), here..here)),
            (None, '=') => {
                for segment in &mut segments {
                    segment.0 = segment.0.trim().to_string();
                }
                if segments.iter().any(|segment| segment.0.is_empty()) {
                    return Err("the path before `=` has an empty part");
                }
                return Ok((segments, at));
            }
            _ => {
                segments[last].0.push(letter);
                segments[last].1.end = here;
            }
        }
    }
    Err("there is no `=` in it")
}

fn put(
    root: &mut Node,
    segments: &[Segment],
    value: Node,
    source: &Arc<Source>,
) -> Result<(), Box<ScenarioError>> {
    let mut section: &'static Section = &fields::ROOT;
    let mut node = root;
    let mut rest = segments;
    loop {
        let Some(((key, span), after)) = rest.split_first() else {
            let problem = FileProblem::BadOverride {
                text: source.text.to_string(),
                reason: String::from("it names a table, not a key"),
            };
            return Err(Box::new(problem.at(&value.place)));
        };
        let place = Place::new(source, span.clone());
        let field = known_field(section, key).map_err(|problem| Box::new(problem.at(&place)))?;
        if key == "base" && section.name == fields::ROOT.name {
            let problem = FileProblem::BadOverride {
                text: source.text.to_string(),
                reason: String::from("a `base` is named in the file alone"),
            };
            return Err(Box::new(problem.at(&place)));
        }
        let Value::Table(table) = &mut node.value else { return Ok(()) };
        match field.kind {
            Kind::Table(inner) => {
                if table.get(key).is_none() {
                    let value = Value::Table(Table::default());
                    let node = Node { value, place: place.clone() };
                    table.set(Entry { key: key.clone(), key_place: place.clone(), node });
                }
                let Some(next) = table.get_mut(key) else { return Ok(()) };
                (node, section, rest) = (next, inner, after);
            }
            Kind::Tables(inner, by) => {
                let Some(((name, span), after)) = after.split_first() else {
                    let problem = FileProblem::BadOverride {
                        text: source.text.to_string(),
                        reason: format!("`{key}` is a list; name an entry, `{key}.NAME.KEY`"),
                    };
                    return Err(Box::new(problem.at(&place)));
                };
                let list = table.get_mut(key).map(|list| &mut list.value);
                let place = Place::new(source, span.clone());
                node = entry_of(list, by, name, inner)
                    .map_err(|problem| Box::new(problem.at(&place)))?;
                (section, rest) = (inner, after);
            }
            _ if !after.is_empty() => {
                let problem = FileProblem::BadOverride {
                    text: source.text.to_string(),
                    reason: format!("`{key}` is not a table"),
                };
                return Err(Box::new(problem.at(&place)));
            }
            _ => {
                table.set(Entry { key: key.clone(), key_place: place, node: value });
                return Ok(());
            }
        }
    }
}

fn known_field(section: &'static Section, key: &str) -> Result<&'static Field, ShapeProblem> {
    section.field(key).ok_or_else(|| unknown_key(section, section.header, key))
}

fn entry_of<'a>(
    list: Option<&'a mut Value>,
    by: &str,
    name: &str,
    section: &'static Section,
) -> Result<&'a mut Node, ShapeProblem> {
    let items = match list {
        Some(Value::Array(items)) => items.as_mut_slice(),
        _ => &mut [],
    };
    let names: Vec<String> = items
        .iter()
        .map(|item| item.as_table().map_or(String::new(), |t| identity(t, by)))
        .collect();
    match names.iter().position(|known| known == name) {
        Some(at) => Ok(&mut items[at]),
        None => Err(ShapeProblem::UnknownName {
            what: section.name,
            found: name.to_string(),
            nearest: nearest(name, names.iter().map(String::as_str)),
            known: names.join(", "),
        }),
    }
}

/// A wrong key or name is answered with the nearest whole path.
fn suggest(error: &mut ScenarioError, root: &Node, segments: &[Segment]) {
    let Problem::Shape(
        ShapeProblem::UnknownKey { nearest: word, .. }
        | ShapeProblem::UnknownName { nearest: word, .. },
    ) = &mut error.problem
    else {
        return;
    };
    let found: Vec<&str> = segments.iter().map(|segment| segment.0.as_str()).collect();
    let found = found.join(".");
    let mut known = Vec::new();
    paths(root.as_table(), &fields::ROOT, "", &mut known);
    let end = format!(".{found}");
    let path = known.iter().find(|path| path.ends_with(&end)).cloned();
    let path = path.or_else(|| nearest(&found, known.iter().map(String::as_str)));
    if path.is_some() {
        *word = path;
    }
}

/// The dotted paths of every key that an override could set.
fn paths(table: Option<&Table>, section: &Section, prefix: &str, known: &mut Vec<String>) {
    for field in section.fields {
        let path = format!("{prefix}{}", field.key);
        let inner = table.and_then(|table| table.get(field.key));
        match field.kind {
            Kind::Table(_) if field.key == "default" => {}
            Kind::Table(section) => {
                paths(inner.and_then(Node::as_table), section, &format!("{path}."), known);
            }
            Kind::Tables(section, by) => {
                for item in inner.and_then(Node::as_array).unwrap_or_default() {
                    let name = item.as_table().map_or(String::new(), |item| identity(item, by));
                    let plain = !name.contains(['.', '=']);
                    let name = if plain { name } else { format!("\"{name}\"") };
                    paths(item.as_table(), section, &format!("{path}.{name}."), known);
                }
            }
            _ => known.push(path),
        }
    }
}

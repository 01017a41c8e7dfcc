//! The JSON Schema of a scenario file, written from the tables of [`super::fields`], so that an
//! editor completes what the checker reads.
//!
//! Draft 7, which editors know best. A variant holds only its deltas, so a key is required only
//! where even a variant needs it: the name that tells an entry of a list apart.

use std::collections::BTreeMap;

use schemars::{Schema, json_schema};

use super::fields::{self, Field, Kind, Section};
use super::unit::Dim;

/// The schema of a scenario file or of a variant of one.
pub fn schema() -> Schema {
    let mut definitions: BTreeMap<String, Schema> = BTreeMap::new();
    fields::walk(&fields::ROOT, &mut |section| {
        if section.name != fields::ROOT.name {
            definitions.insert(section_name(section), table(section));
        }
    });
    definitions.insert(String::from("default"), table(&fields::DEFAULT));
    for dim in Dim::ALL {
        definitions.insert(dim_name(dim), quantity(dim));
    }
    definitions.insert(String::from("stated"), stated(&["string"]));
    definitions.insert(String::from("stated-number"), stated(&["string", "number"]));
    definitions.insert(String::from("day"), day());
    let mut root = table(&fields::ROOT);
    let whole = json_schema!({
        "required": ["meta", "firm"],
        "properties": { "meta": { "required": ["as_of"] } }
    });
    let more = json_schema!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "warchest scenario",
        "if": { "not": { "required": ["base"] } },
        "then": whole,
        "definitions": definitions
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        root.insert(key.clone(), value.clone());
    }
    root
}

fn section_name(section: &Section) -> String {
    if section.name == fields::DEFAULT.name {
        return section.name.to_string();
    }
    section.header.trim_matches(['[', ']']).to_string()
}

fn dim_name(dim: Dim) -> String {
    format!("quantity-{dim:?}")
}

/// A table: its keys, what is said of all its values, and nothing else.
fn table(section: &'static Section) -> Schema {
    let mut properties: BTreeMap<&str, Schema> = BTreeMap::new();
    for field in section.fields {
        properties.insert(field.key, value(field));
    }
    let root = section.name == fields::ROOT.name;
    if !root && section.name != fields::DEFAULT.name {
        for (key, schema) in about() {
            properties.entry(key).or_insert(schema);
        }
    }
    if section.header.starts_with("[[") {
        let doc = "In a variant: true takes this entry of the base out.";
        let schema = json_schema!({ "type": "boolean", "description": doc });
        properties.insert("remove", schema);
    }
    json_schema!({
        "type": "object",
        "description": section.doc,
        "properties": properties,
        "additionalProperties": false
    })
}

/// What may be said of every value of a table.
fn about() -> [(&'static str, Schema); 3] {
    [
        ("source", text("Where the figures of this table come from.")),
        ("known_at", described(json_schema!({ "$ref": "#/definitions/day" }), KNOWN_AT)),
        ("why", text("Why these figures.")),
    ]
}

const KNOWN_AT: &str = "Day from which it was known; after as_of it needs hindsight = true.";

fn text(doc: &str) -> Schema {
    json_schema!({ "type": "string", "description": doc })
}

fn day() -> Schema {
    json_schema!({
        "type": "string",
        "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        "examples": ["2025-05-31"]
    })
}

/// In draft 7 what stands beside `$ref` is ignored, so the reference goes into `allOf`.
fn described(inner: Schema, doc: &str) -> Schema {
    json_schema!({ "description": doc, "allOf": [inner] })
}

/// What may stand behind a key, with its meaning and default.
fn value(field: &Field) -> Schema {
    let mut doc = field.doc.to_string();
    if !field.range.is_empty() {
        doc = format!("{doc} Must lie {}.", field.range);
    }
    let mut schema = described(kind(field.kind), &doc);
    if let Some(default) = field.default
        && let Ok(parsed) = toml::from_str::<toml::Table>(&format!("value = {default}"))
    {
        let parsed = json_schema!({ "default": parsed["value"] });
        for (key, value) in parsed.as_object().into_iter().flatten() {
            schema.insert(key.clone(), value.clone());
        }
    }
    schema
}

fn kind(kind: Kind) -> Schema {
    match kind {
        Kind::Text | Kind::Reference(_) => json_schema!({ "type": "string" }),
        Kind::Name => json_schema!({
            "type": "string",
            "pattern": "^[^\"'`,\\[\\](){}\\n\\r\\t]{1,60}$"
        }),
        Kind::Date => json_schema!({ "$ref": "#/definitions/day" }),
        Kind::When => json_schema!({
            "type": "string",
            "pattern": "^[0-9]{4}-Q[1-4]$",
            "examples": ["2026-Q1"]
        }),
        Kind::Flag => json_schema!({ "type": "boolean" }),
        Kind::Choice(words) => json_schema!({ "enum": words }),
        Kind::Quantity(dim) | Kind::Fixed(dim) => {
            json_schema!({ "$ref": format!("#/definitions/{}", dim_name(dim)) })
        }
        Kind::FixedList(dim) => {
            let item = json_schema!({ "$ref": format!("#/definitions/{}", dim_name(dim)) });
            json_schema!({ "type": "array", "items": item })
        }
        Kind::References(_) | Kind::Names => {
            json_schema!({ "type": "array", "items": { "type": "string" } })
        }
        Kind::Years => json_schema!({
            "type": "array",
            "items": { "type": "integer", "minimum": 1000, "maximum": 9999 }
        }),
        Kind::Points => json_schema!({
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "array",
                "items": { "type": "number" },
                "minItems": 2,
                "maxItems": 2
            }
        }),
        Kind::Rho => json_schema!({
            "anyOf": [
                { "type": "number", "minimum": -1, "maximum": 1 },
                { "type": "array", "items": { "type": "array", "items": { "type": "number" } } }
            ]
        }),
        Kind::Table(section) => {
            json_schema!({ "$ref": format!("#/definitions/{}", section_name(section)) })
        }
        Kind::Tables(section, by) => list(section, by),
    }
}

/// A list of tables; each entry needs the key that tells it apart, where that key is required.
fn list(section: &'static Section, by: &str) -> Schema {
    let item = json_schema!({ "$ref": format!("#/definitions/{}", section_name(section)) });
    let named = section.field(by).is_some_and(|field| field.required);
    let item = if named { json_schema!({ "allOf": [item], "required": [by] }) } else { item };
    json_schema!({ "type": "array", "items": item })
}

/// A quantity: text with its unit, a bare number where it is pure, or a table that says more.
fn quantity(dim: Dim) -> Schema {
    let written = dim.written();
    let examples: Vec<&str> = written.examples.split('`').skip(1).step_by(2).collect();
    let doc = format!("{}: {}", written.words, written.examples);
    let mut ways = vec![json_schema!({ "type": "string", "examples": examples })];
    if dim.is_pure() {
        ways.push(json_schema!({ "type": "number" }));
        ways.push(json_schema!({ "$ref": "#/definitions/stated-number" }));
    } else {
        ways.push(json_schema!({ "$ref": "#/definitions/stated" }));
    }
    json_schema!({ "description": doc, "anyOf": ways })
}

/// A quantity with what is said of it.
fn stated(types: &[&str]) -> Schema {
    let says = json_schema!({
        "type": "object",
        "properties": { "source": { "type": "string" }, "says": { "type": "string" } },
        "required": ["source"],
        "additionalProperties": false
    });
    let mut properties = BTreeMap::from(about());
    let per = "path: we do not know it, drawn once per path. quarter: it moves.";
    properties.insert("value", json_schema!({ "type": types }));
    properties.insert("per", json_schema!({ "enum": ["path", "quarter"], "description": per }));
    let several = "Several sources, each with what it says.";
    properties.insert(
        "sources",
        json_schema!({ "type": "array", "items": says, "description": several }),
    );
    json_schema!({
        "type": "object",
        "properties": properties,
        "required": ["value"],
        "additionalProperties": false
    })
}

//! `docs/scenario.md`: the reference of every table and key, written from the same tables that
//! the checker reads.

use std::fmt::Write as _;

use super::fields::{self, Field, Kind, Section};
use super::quantity;
use super::unit::Dim;

const HEAD: &str = include_str!("reference.md");

/// The whole document.
pub fn markdown() -> String {
    let mut out = HEAD
        .replace("@MARKET@", super::explain::SMALL)
        .replace("@DISTRIBUTIONS@", &distributions())
        .replace("@UNITS@", &units());
    fields::walk(&fields::ROOT, &mut |section| table(section, &mut out));
    table(&fields::DEFAULT, &mut out);
    out
}

fn table(section: &Section, out: &mut String) {
    let title = if section.header.is_empty() { "The file" } else { section.header };
    let _ = writeln!(out, "\n### {}\n\n{}\n", code(title), section.doc);
    let _ = writeln!(out, "| key | value | default | meaning |\n|---|---|---|---|");
    for field in section.fields {
        let default = match (field.default, field.required) {
            (Some(text), _) => format!("`{}`", text.trim_matches('"')),
            (None, true) => String::from("required"),
            (None, false) => String::from("–"),
        };
        let range = if field.range.is_empty() {
            String::new()
        } else {
            format!(" Must lie {}.", field.range)
        };
        let start = if field.at_start { " Value of the start." } else { "" };
        let doc = field.doc;
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {doc}{range}{start} |",
            field.key,
            kind(field),
            if default == "``" { "empty" } else { &default },
        );
    }
}

fn code(title: &str) -> String {
    if title.starts_with('[') { format!("`{title}`") } else { title.to_string() }
}

fn kind(field: &Field) -> String {
    match field.kind {
        Kind::Text => String::from("text"),
        Kind::Name => String::from("name"),
        Kind::Date => String::from("day, `2025-05-31`"),
        Kind::When => String::from("quarter, `2026-Q1`"),
        Kind::Flag => String::from("`true` or `false`"),
        Kind::Choice(words) => {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
        }
        Kind::Quantity(dim) => format!("{}: {}", dim.written().words, dim.written().examples),
        Kind::Fixed(dim) => {
            format!("{}, known: {}", dim.written().words, dim.written().examples)
        }
        Kind::FixedList(dim) => {
            format!("list of {}s, known: {}", bare(dim.written().words), dim.written().examples)
        }
        Kind::Reference(what) => format!("name of a {what}"),
        Kind::References(what) => format!("names of {what}s, `[\"A\", \"B\"]`"),
        Kind::Names => String::from("names, `[\"a\", \"b\"]`"),
        Kind::Years => String::from("years, `[2027, 2030]`"),
        Kind::Points => String::from("pairs, `[[0.0, 0.5], [0.5, 0.0]]`"),
        Kind::Rho => String::from("`0.5`, or a matrix"),
        Kind::Table(_) => String::from("table"),
        Kind::Tables(..) => String::from("list of tables"),
    }
}

fn bare(words: &str) -> &str {
    words.trim_start_matches("a ").trim_start_matches("an ")
}

fn distributions() -> String {
    let mut out = String::from("| name | takes | example |\n|---|---|---|\n");
    for (name, takes, example) in quantity::FAMILIES {
        let _ = writeln!(out, "| `{name}` | {takes} | `{example}` |");
    }
    out
}

fn units() -> String {
    let mut out = String::from("| what | written like | engine unit |\n|---|---|---|\n");
    for dim in Dim::ALL {
        let written = dim.written();
        let canonical = match dim {
            Dim::Growth => "log rate per quarter",
            Dim::Share | Dim::Ratio => "fraction",
            Dim::LogNumber => "its logarithm",
            Dim::Price | Dim::Slope | Dim::Size => "by the kind of segment",
            _ if written.canonical.is_empty() => "the number",
            _ => written.canonical,
        };
        let _ = writeln!(out, "| {} | {} | {canonical} |", written.words, written.examples);
    }
    out
}

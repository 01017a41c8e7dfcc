//! `warchest explain`: what an error code means, an example that gives it, and the same mended.

use super::Context;
use crate::Finished;
use crate::error::CliError;
use crate::output;
use serde::Serialize;
use std::fmt::Write as _;
use warchest::scenario::explain::{self, Entry, Example};
use warchest::scenario::nearest::nearest;

/// Version of the JSON answer.
const SCHEMA: u32 = 1;

/// Width that texts are wrapped to.
const WIDTH: usize = 88;

/// What the codes beside those of a scenario mean.
const TEXTS: [&str; 5] = [
    include_str!("explain/cli.md"),
    include_str!("explain/curve.md"),
    include_str!("explain/files.md"),
    include_str!("explain/library.md"),
    include_str!("explain/score.md"),
];

/// Flags of `warchest explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Error code, e.g. scenario::missing_unit; without one, all codes are listed.
    pub code: Option<String>,
}

/// An entry as data.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    code: &'a str,
    meaning: String,
    wrong: &'a str,
    right: &'a str,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    codes: Vec<Shown<'a>>,
}

/// Every entry, by code.
pub fn all() -> Vec<Entry> {
    let mut entries = explain::entries();
    entries.extend(TEXTS.iter().flat_map(|text| explain::parse(text)));
    entries.sort_by(|a, b| a.code.cmp(&b.code));
    entries
}

/// Runs the verb.
///
/// # Errors
/// [`CliError::UnknownCode`], naming the nearest.
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    let entries = all();
    let found: Vec<&Entry> = match &args.code {
        Some(code) => vec![find(&entries, code)?],
        None => entries.iter().collect(),
    };
    if context.json {
        let codes = found.iter().map(|entry| shown(entry)).collect();
        output::print_json(&Answer { schema: SCHEMA, codes })?;
    } else if args.code.is_some() {
        output::print(&found.iter().map(|entry| text(entry)).collect::<String>())?;
    } else {
        output::print(&list(&found))?;
    }
    Ok(Finished::Well)
}

/// The entry of a code; its family may be left out where that leaves no doubt.
fn find<'a>(entries: &'a [Entry], code: &str) -> Result<&'a Entry, CliError> {
    let short = |entry: &Entry| entry.code.rsplit("::").next().unwrap_or_default().to_string();
    if let Some(entry) = entries.iter().find(|entry| entry.code == code) {
        return Ok(entry);
    }
    let mut alike = entries.iter().filter(|entry| short(entry) == code);
    if let (Some(entry), None) = (alike.next(), alike.next()) {
        return Ok(entry);
    }
    let whole = nearest(code, entries.iter().map(|entry| entry.code.as_str()));
    let nearest = whole.or_else(|| {
        let names: Vec<String> = entries.iter().map(short).collect();
        let name = nearest(code, names.iter().map(String::as_str))?;
        entries.iter().find(|entry| short(entry) == name).map(|entry| entry.code.clone())
    });
    Err(CliError::UnknownCode { found: code.to_string(), nearest })
}

fn shown(entry: &Entry) -> Shown<'_> {
    Shown {
        code: &entry.code,
        meaning: one_line(&entry.meaning),
        wrong: &entry.wrong.text,
        right: &entry.right.text,
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn wrapped(text: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut width = WIDTH;
    for word in text.split_whitespace() {
        let length = word.chars().count() + 1;
        if width + length > WIDTH {
            out.push_str(if out.is_empty() { "" } else { "\n" });
            out.push_str(indent);
            width = indent.len();
        } else {
            out.push(' ');
        }
        out.push_str(word);
        width += length;
    }
    out.push('\n');
    out
}

fn text(entry: &Entry) -> String {
    let example = |title: &str, example: &Example| {
        let mut out = format!("\n{title}\n");
        for line in example.text.lines() {
            let prompt = match example.kind.as_str() {
                "set" => "--set ",
                "sh" => "$ ",
                _ => "",
            };
            let line = format!("    {prompt}{line}");
            let _ = writeln!(out, "{}", line.trim_end());
        }
        out
    };
    let mut out = format!("{}\n\n{}", entry.code, wrapped(&entry.meaning, "  "));
    out += &example("Wrong:", &entry.wrong);
    out += &example("Right:", &entry.right);
    out
}

fn list(entries: &[&Entry]) -> String {
    let wide = entries.iter().map(|entry| entry.code.len()).max().unwrap_or(0);
    let mut out = String::new();
    for entry in entries {
        let meaning = one_line(&entry.meaning);
        let first = meaning.split_once(". ").map_or(meaning.as_str(), |(first, _)| first);
        let _ = writeln!(out, "{:<wide$}  {}", entry.code, first.trim_end_matches('.'));
    }
    out.push_str("\n`warchest explain CODE` shows one with an example.\n");
    out
}

//! `warchest check`: everything that is wrong with a scenario at once, or what it holds.

use super::Context;
use crate::Finished;
use crate::disk::Disk;
use crate::error::CliError;
use crate::folder::lock::quoted;
use crate::output;
use crate::report::back::is_judgement;
use miette::Diagnostic;
use serde::Serialize;
use std::fmt::Write as _;
use std::path::PathBuf;
use warchest::scenario::{self, ScenarioError, when};
use warchest::world::{Assumption, Dist, World};

/// Version of the JSON answer.
const SCHEMA: u32 = 1;

/// Flags of `warchest check`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  warchest check scenarios/toy.toml\n  \
    warchest check scenarios/frontier-ai-2025-05.toml --sources\n\n\
    `warchest explain CODE` says what an error means and shows the line mended.")]
pub struct Args {
    /// Scenario file.
    pub file: PathBuf,
    /// List the values that have no source, and those whose source is a judgement.
    #[arg(long)]
    pub sources: bool,
    /// Override a number of the scenario, e.g. firm.OpenAI.cash="20 GUSD" (repeatable).
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// With --sources: exit with 3 when a value has no source.
    #[arg(long, requires = "sources")]
    pub strict: bool,
}

/// What is printed as JSON.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    file: String,
    sound: bool,
    errors: Vec<Wrong>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holds: Option<Holds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<Value<'a>>>,
}

/// An error as data.
#[derive(Debug, Serialize)]
struct Wrong {
    code: String,
    message: String,
    help: String,
    file: String,
    line: usize,
    column: usize,
    found: String,
}

/// What a sound scenario holds.
#[derive(Debug, Serialize)]
struct Holds {
    title: String,
    as_of: String,
    first: String,
    quarters: u32,
    firms: usize,
    products: usize,
    markets: usize,
    segments: usize,
    regions: usize,
    quantities: usize,
    uncertain: usize,
    cited: usize,
    judged: usize,
    without_source: usize,
    correlations: usize,
    shocks: usize,
    stresses: usize,
    checks: usize,
}

/// A value and where it comes from.
#[derive(Debug, Serialize)]
struct Value<'a> {
    path: &'a str,
    text: &'a str,
    basis: Basis,
    source: Option<&'a str>,
    known_at: Option<&'a str>,
    why: Option<&'a str>,
    origin: &'a str,
}

/// What a value rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Basis {
    /// A named source.
    Cited,
    /// A judgement: the source begins with `assumption`.
    Judged,
    /// Nothing said.
    None,
}

fn basis(value: &Assumption) -> Basis {
    match value.source.as_deref().map(str::trim) {
        None | Some("") => Basis::None,
        Some(source) if is_judgement(source) => Basis::Judged,
        Some(_) => Basis::Cited,
    }
}

/// Runs the verb.
///
/// # Errors
/// [`CliError::Scenario`] with the errors found.
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    let file = args.file.to_string_lossy().into_owned();
    let scenario = match scenario::read(&file, &Disk, &args.set) {
        Ok(scenario) => scenario,
        Err(errors) => {
            if context.json {
                let wrong = errors.iter().map(wrong).collect();
                output::print_json(&Answer {
                    schema: SCHEMA,
                    file,
                    sound: false,
                    errors: wrong,
                    holds: None,
                    values: None,
                })?;
            }
            return Err(CliError::scenario(&args.file, errors).into());
        }
    };
    let world = &scenario.world;
    let holds = holds(world);
    let bare = holds.without_source;
    if context.json {
        let values = args.sources.then(|| world.assumptions.iter().map(value).collect());
        let holds = Some(holds);
        let errors = Vec::new();
        output::print_json(&Answer { schema: SCHEMA, file, sound: true, errors, holds, values })?;
    } else if args.sources {
        output::print(&sources(world))?;
    } else {
        output::print(&summary(&file, &holds))?;
    }
    Ok(if args.strict && bare > 0 { Finished::Attention } else { Finished::Well })
}

fn wrong(error: &ScenarioError) -> Wrong {
    let (line, column) = error.line_column();
    let place = &error.place;
    let found = place.source.text.get(place.span.clone()).unwrap_or("");
    Wrong {
        code: error.code(),
        message: error.to_string(),
        help: error.help().map_or_else(String::new, |help| help.to_string()),
        file: place.source.name.clone(),
        line,
        column,
        found: found.chars().take(200).collect(),
    }
}

fn holds(world: &World) -> Holds {
    let values = &world.assumptions;
    let count = |which: Basis| values.iter().filter(|value| basis(value) == which).count();
    let drawn = |value: &&Assumption| {
        let id = world.find_param(&value.path);
        id.is_some_and(|id| !matches!(world.param(id).dist, Dist::Fixed(_)))
    };
    Holds {
        title: world.meta.title.clone(),
        as_of: world.meta.as_of.clone(),
        first: when::first(&world.clock).to_string(),
        quarters: world.clock.quarters,
        firms: world.firms.len(),
        products: world.products.len(),
        markets: world.markets.len(),
        segments: world.segments.len(),
        regions: world.regions.len(),
        quantities: values.len(),
        uncertain: values.iter().filter(drawn).count(),
        cited: count(Basis::Cited),
        judged: count(Basis::Judged),
        without_source: count(Basis::None),
        correlations: world.correlations.len(),
        shocks: world.shocks.len(),
        stresses: world.stresses.len(),
        checks: world.checks.len(),
    }
}

fn value(value: &Assumption) -> Value<'_> {
    Value {
        path: &value.path,
        text: &value.text,
        basis: basis(value),
        source: value.source.as_deref(),
        known_at: value.known_at.as_deref(),
        why: value.why.as_deref(),
        origin: &value.origin,
    }
}

fn many(count: usize, what: &str) -> String {
    let end = match (count, what.ends_with('s')) {
        (1, _) => "",
        (_, true) => "es",
        _ => "s",
    };
    format!("{count} {what}{end}")
}

fn summary(file: &str, holds: &Holds) -> String {
    let Holds { title, as_of, first, quarters, .. } = holds;
    let mut out = format!("{file} is sound\n\n");
    let rows = [
        ("scenario", format!("{title}; as of {as_of}, {quarters} quarters from {first}")),
        ("firms", format!("{} with {}", holds.firms, many(holds.products, "product"))),
        (
            "markets",
            format!(
                "{} ({}, {})",
                holds.markets,
                many(holds.segments, "segment"),
                many(holds.regions, "region")
            ),
        ),
        (
            "quantities",
            format!(
                "{} given: {} uncertain, {} known",
                holds.quantities,
                holds.uncertain,
                holds.quantities - holds.uncertain
            ),
        ),
        (
            "sources",
            format!(
                "{} cited, {} judged (source = \"assumption\"), {} without",
                holds.cited, holds.judged, holds.without_source
            ),
        ),
        (
            "questions",
            format!(
                "{}, {}, {}; {} of correlated values",
                many(holds.shocks, "shock"),
                many(holds.stresses, "stress"),
                many(holds.checks, "check"),
                many(holds.correlations, "group")
            ),
        ),
    ];
    for (what, text) in rows {
        let _ = writeln!(out, "  {what:<11} {text}");
    }
    if holds.without_source > 0 {
        let file = quoted(file);
        let _ = writeln!(out, "\n`warchest check {file} --sources` lists the values without one.");
    }
    out
}

/// The values without a source, then those that rest on a judgement, each with its place.
fn sources(world: &World) -> String {
    let mut out = String::new();
    let all = world.assumptions.len();
    for (which, title) in
        [(Basis::None, "without a source"), (Basis::Judged, "judged: source = \"assumption\"")]
    {
        let found: Vec<&Assumption> =
            world.assumptions.iter().filter(|value| basis(value) == which).collect();
        let _ = writeln!(out, "{} of {all} values {title}", found.len());
        let wide = found.iter().map(|value| value.origin.chars().count()).max().unwrap_or(0);
        for value in found {
            let (origin, path, text) = (&value.origin, &value.path, &value.text);
            let pad = wide - origin.chars().count();
            let _ = write!(out, "  {origin}{:pad$}  {path} = {text}", "");
            match &value.why {
                Some(why) => _ = writeln!(out, "  ({why})"),
                None => out.push('\n'),
            }
        }
        out.push('\n');
    }
    out.pop();
    out
}

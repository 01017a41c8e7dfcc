//! `warchest new`: a scenario of one's own, as a variant of one that runs.

use super::Context;
use crate::Finished;
use crate::disk::Disk;
use crate::error::CliError;
use crate::folder::lock::quoted;
use crate::output;
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use warchest::scenario::resolve::Line;
use warchest::scenario::{self, Scenario, when};

/// Version of the JSON answer.
const SCHEMA: u32 = 1;

/// Flags of `warchest new`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  warchest new my-market --like scenarios/frontier-ai-2025-05.toml\n  \
    warchest run my-market.toml"
)]
pub struct Args {
    /// Name of the new scenario file; `.toml` is added where it has no ending.
    pub name: PathBuf,
    /// The scenario to start from: a file, or the name of one under scenarios/.
    #[arg(long, value_name = "SCENARIO")]
    pub like: PathBuf,
    /// Replace a file that is there already.
    #[arg(long)]
    pub force: bool,
}

/// What is printed as JSON.
#[derive(Debug, Serialize)]
struct Answer {
    schema: u32,
    file: String,
    base: String,
}

/// Runs the verb.
///
/// # Errors
/// A base that has errors; [`CliError::Exists`]; [`CliError::Write`].
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    let file = match args.name.extension() {
        Some(_) => args.name.clone(),
        None => args.name.with_extension("toml"),
    };
    let like = named(&args.like);
    let base = scenario::read(&like.to_string_lossy(), &Disk, &[])
        .map_err(|errors| CliError::scenario(&like, errors))?;
    let home = folder(&file);
    if !home.is_dir() {
        let help = format!("make it first: mkdir -p {}", quoted(&home.to_string_lossy()));
        return Err(CliError::folder(home, "is no folder", &help).into());
    }
    let way = relative(&like, home).map_err(|e| CliError::read(&like, e))?;
    let schema = folder(&like).join("../docs/scenario.schema.json");
    let schema = schema.exists().then(|| relative(&schema, home).ok()).flatten();
    write(&file, &text(&base, &way, schema.as_deref()), args.force)?;
    let shown = file.display().to_string();
    if context.json {
        output::print_json(&Answer { schema: SCHEMA, file: shown, base: way })?;
    } else {
        output::print(&format!(
            "{shown} is a variant of {}; change what you doubt, then\n  \
             warchest check {named}\n  warchest run {named}\n",
            like.display(),
            named = quoted(&shown)
        ))?;
    }
    Ok(Finished::Well)
}

/// A file, or a name under `scenarios/`.
fn named(like: &Path) -> PathBuf {
    let shipped = Path::new("scenarios").join(like).with_extension("toml");
    if !like.exists() && shipped.exists() { shipped } else { like.to_path_buf() }
}

fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The way from `home` to `file`, with `/`.
fn relative(file: &Path, home: &Path) -> std::io::Result<String> {
    let (file, home) = (file.canonicalize()?, home.canonicalize()?);
    let shared = file.components().zip(home.components()).take_while(|(a, b)| a == b).count();
    let up = home.components().skip(shared).map(|_| "..".into());
    let down = file.components().skip(shared).map(|c| c.as_os_str().to_string_lossy());
    Ok(up.chain(down).collect::<Vec<_>>().join("/"))
}

fn write(file: &Path, text: &str, force: bool) -> miette::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    let options =
        if force { options.create(true).truncate(true) } else { options.create_new(true) };
    let opened = options.open(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => CliError::Exists { path: file.to_path_buf() },
        _ => CliError::write(file, error),
    });
    opened?.write_all(text.as_bytes()).map_err(|e| CliError::write(file, e).into())
}

/// The new file: its base, its title, and deltas that only wait for their `#` to go.
fn text(base: &Scenario, way: &str, schema: Option<&str>) -> String {
    let world = &base.world;
    let mut out = String::new();
    if let Some(schema) = schema {
        let _ = writeln!(out, "#:schema {schema}");
    }
    let _ = writeln!(out, "# A variant: only what differs from its base stands here.");
    let _ = writeln!(out, "# Take the # from the lines of a block and change the values.\n");
    let _ = writeln!(out, "base = {way:?}\n\n[meta]");
    let _ = writeln!(out, "title = {:?}", format!("{}: my variant", world.meta.title));
    let _ = writeln!(out, "question = {:?}", world.meta.question);
    let lines = base.lines();
    let mut block = |why: &str, header: &str, name: Option<&str>, keys: &[&Line]| {
        if keys.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n# {why}\n#{header}");
        if let Some(name) = name {
            let _ = writeln!(out, "#name = {name:?}");
        }
        for line in keys {
            let _ = writeln!(out, "#{}", line.text);
        }
    };
    let pick = |path: &str, keys: &[&str]| -> Vec<&Line> {
        let paths = keys.iter().map(|key| format!("{path}.{key}"));
        paths.filter_map(|path| lines.iter().find(|line| line.path == path)).collect()
    };
    for firm in world.firms.iter().filter(|firm| firm.reported).take(2) {
        let keys = pick(&format!("firm.{}", firm.name), &["cash", "opex", "research_share"]);
        block("What a firm has and spends.", "[[firm]]", Some(&firm.name), &keys);
    }
    if let Some(segment) = world.segments.first() {
        let path = format!("segment.{}", segment.name);
        let keys = pick(&path, &["substitution", "price_slope", "growth", "reoptimise"]);
        block(
            "How buyers choose, and how their market grows.",
            "[[segment]]",
            Some(&segment.name),
            &keys,
        );
    }
    block(
        "How fast costs fall.",
        "[technology]",
        None,
        &pick("technology", &["efficiency_growth"]),
    );
    if world.funding.enabled {
        let keys = pick("funding", &["pool", "raise_constant", "crash_hazard"]);
        block("How easily money is raised.", "[funding]", None, &keys);
    }
    out + &questions(base)
}

/// A stress and a check that any market can be asked.
fn questions(base: &Scenario) -> String {
    let clock = &base.world.clock;
    let start = when::first(clock);
    let last = when::last(clock);
    let year = if last.quarter == 4 { last.year } else { last.year - 1 };
    let mut out = format!(
        "\n# A question: who breaks when everybody prices below what they would?\n\
         #[[stress]]\n#name = \"my price war\"\n#kind = \"price-war\"\n#start = \"{start}\"\n\
         #sizes = [\"0 %\", \"20 %\", \"40 %\", \"60 %\"]\n"
    );
    if year >= start.year {
        let _ = write!(
            out,
            "\n# What must hold in every run.\n#[[check]]\n\
             #expect = \"survivors({year}) between 0 and {}\"\n",
            base.world.firms.len()
        );
    }
    out
}

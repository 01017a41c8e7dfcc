//! `warchest compare`: paired differences under common random numbers, largest first.

use super::Context;
use crate::condition::Condition;
use crate::disk;
use crate::error::CliError;
use crate::folder::{lock, read::Reader, read_summary};
use crate::{Finished, output, screen, session};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use warchest::answers::{Difference, Paired};
use warchest::numerics::lanes::Isa;
use warchest::scenario::nearest::nearest;
use warchest::simulate::ensemble;
use warchest::simulate::outcome::{Block, Detail, Request};
use warchest::world::World;

/// Differences below this many standard deviations are shown only when all are asked for.
const SMALL: f64 = 0.005;
/// Blocks held in memory per side.
const WINDOW: u64 = 32;

/// Flags of `warchest compare`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// First scenario or run folder.
    pub a: PathBuf,
    /// Second scenario or run folder.
    pub b: PathBuf,
    /// Exit with 3 when a difference (second − first) meets it, e.g. "survive/OpenAI < -5 %",
    /// "abs(final_spend) > 1e9" (repeatable).
    #[arg(long, value_name = "CONDITION")]
    pub fail_if: Vec<String>,
    /// Paths, when scenarios are compared.
    #[arg(long, default_value_t = 2048, value_parser = clap::value_parser!(u64).range(1..))]
    pub paths: u64,
    /// Seed of both, when scenarios are compared.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Worker threads; 0 = one per core.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub threads: usize,
    /// Override a number of the second scenario (repeatable): compare a scenario with itself.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Lines shown; 0 = all.
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub lines: usize,
}

/// What is written as JSON.
#[derive(serde::Serialize)]
struct Comparison {
    schema: u32,
    a: String,
    b: String,
    paths: u64,
    /// Firms of one side only.
    only_in_a: Vec<String>,
    only_in_b: Vec<String>,
    differences: Vec<Difference>,
    /// Conditions of `--fail-if` that hold.
    failed: Vec<String>,
}

/// Runs the verb.
///
/// # Errors
/// Sides that cannot be paired, a condition that names nothing.
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    let example = "\"survive/FIRM < -5 %\"";
    let conditions: Vec<(String, Condition)> = args
        .fail_if
        .iter()
        .map(|text| Ok((text.clone(), Condition::parse("fail-if", text, example)?)))
        .collect::<Result<_, CliError>>()?;
    let interrupt = session::on_interrupt();
    let found = match (args.a.is_dir(), args.b.is_dir()) {
        (true, true) => folders(args)?,
        (false, false) => scenarios(args, &interrupt)?,
        _ => {
            return Err(CliError::folder(
                &args.b,
                "cannot be paired with the other side",
                "name two scenarios or two run folders",
            )
            .into());
        }
    };
    let Some(mut found) = found else { return Ok(Finished::Interrupted) };
    for (text, condition) in &conditions {
        if holds(condition, text, &found.differences)? {
            found.failed.push(text.clone());
        }
    }
    if context.json {
        output::print_json(&found)?;
    } else {
        output::print(&show(&found, args.lines))?;
    }
    for text in &found.failed {
        anstream::eprintln!("fails: {text}");
    }
    Ok(if found.failed.is_empty() { Finished::Well } else { Finished::Attention })
}

/// Firms of both by name, and those of one side.
type Matched = (Vec<(String, usize, usize)>, Vec<String>, Vec<String>);

fn matched(a: &[String], b: &[String]) -> Matched {
    let at = |names: &[String], name: &String| names.iter().position(|other| other == name);
    let both = a.iter().enumerate().filter_map(|(i, name)| Some((name.clone(), i, at(b, name)?)));
    let left = |mine: &[String], theirs: &[String]| {
        mine.iter().filter(|name| at(theirs, name).is_none()).cloned().collect()
    };
    (both.collect(), left(a, b), left(b, a))
}

fn scenarios(args: &Args, interrupt: &AtomicBool) -> miette::Result<Option<Comparison>> {
    let a = disk::load(&args.a, &[])?;
    let b = disk::load(&args.b, &args.set)?;
    session::set_threads(args.threads);
    let names = |world: &World| -> Vec<String> {
        world.firms.iter().map(|firm| firm.name.clone()).collect()
    };
    let (both, only_in_a, only_in_b) = matched(&names(&a.world), &names(&b.world));
    let mut paired = Paired::default();
    let all = ensemble::blocks_of(args.paths);
    let mut at = 0;
    while at < all {
        let window = at..(at + WINDOW).min(all);
        at = window.end;
        let left = blocks(&a.world, args, window.clone(), interrupt)?;
        let right = blocks(&b.world, args, window, interrupt)?;
        if interrupt.load(Ordering::Relaxed) {
            return Ok(None);
        }
        for (left, right) in left.iter().zip(&right) {
            paired.add(left, right, &both);
        }
    }
    let differences = paired.differences();
    Ok(Some(comparison(args, args.paths, (only_in_a, only_in_b), differences)))
}

fn blocks(
    world: &World,
    args: &Args,
    window: std::ops::Range<u64>,
    interrupt: &AtomicBool,
) -> Result<Vec<Block>, CliError> {
    let request =
        Request { seed: args.seed, detail: Detail::Rows, audit: false, free_funding: false };
    let mut out = Vec::new();
    ensemble::run(world, &request, window, args.paths, Isa::best(), &mut |block| {
        out.push(std::mem::take(block));
        session::until(interrupt)
    })?;
    Ok(out)
}

fn folders(args: &Args) -> miette::Result<Option<Comparison>> {
    let open = |folder: &Path| -> Result<(lock::Lock, Vec<String>, Reader), CliError> {
        let lock = lock::read(folder)?.filter(|lock| lock.complete && lock.shard.is_none());
        let lock = lock.ok_or_else(|| {
            CliError::folder(folder, "holds no complete run", "run it to its end first")
        })?;
        if !lock.files.contains_key("paths.parquet") {
            let help = "run it with --detail rows or quarters";
            return Err(CliError::folder(folder, "holds no rows", help));
        }
        let summary = read_summary(folder)?;
        let names: Vec<String> = summary.firms.into_iter().map(|firm| firm.name).collect();
        let reader = Reader::open(folder, names.len())?;
        Ok((lock, names, reader))
    };
    let (lock_a, names_a, mut a) = open(&args.a)?;
    let (lock_b, names_b, mut b) = open(&args.b)?;
    if lock_a.asked.seed != lock_b.asked.seed {
        return Err(CliError::folder(
            &args.b,
            format!("has seed {}, the other {}", lock_b.asked.seed, lock_a.asked.seed),
            "runs are paired path by path: give both the same --seed",
        )
        .into());
    }
    let (both, only_in_a, only_in_b) = matched(&names_a, &names_b);
    let (mut paired, mut paths) = (Paired::default(), 0);
    while let (Some(left), Some(right)) = (a.block()?, b.block()?) {
        paired.add(&left, &right, &both);
        paths += u64::from(left.paths.min(right.paths));
    }
    Ok(Some(comparison(args, paths, (only_in_a, only_in_b), paired.differences())))
}

fn comparison(
    args: &Args,
    paths: u64,
    (only_in_a, only_in_b): (Vec<String>, Vec<String>),
    differences: Vec<Difference>,
) -> Comparison {
    Comparison {
        schema: 1,
        a: args.a.display().to_string(),
        b: args.b.display().to_string(),
        paths,
        only_in_a,
        only_in_b,
        differences,
        failed: Vec::new(),
    }
}

fn holds(condition: &Condition, text: &str, lines: &[Difference]) -> Result<bool, CliError> {
    let wrong = |problem: String, help: String| CliError::Flag {
        flag: "fail-if",
        found: format!("\"{text}\""),
        problem,
        help,
    };
    let Some(line) = lines.iter().find(|line| line.name == condition.name) else {
        let close = nearest(&condition.name, lines.iter().map(|line| line.name.as_str()));
        let help = match close {
            Some(close) => format!("did you mean \"{close}\"?"),
            None => "`warchest compare A B --lines 0` shows every name".to_string(),
        };
        return Err(wrong(format!("no difference is called {}", condition.name), help));
    };
    let difference = line.difference;
    let value = match condition.function.as_deref() {
        None => difference.value,
        Some("abs") => difference.value.abs(),
        Some("se") => difference.se,
        Some("z") => difference.value / difference.se,
        Some(other) => {
            let help = "use abs(NAME), se(NAME), z(NAME) or NAME".to_string();
            return Err(wrong(format!("there is no function {other}"), help));
        }
    };
    Ok(condition.holds(value))
}

fn show(found: &Comparison, lines: usize) -> String {
    let (most, least) = if lines == 0 { (usize::MAX, 0.0) } else { (lines, SMALL) };
    let mut text = format!("A: {}\nB: {}\n\n", found.a, found.b);
    let header = ["number", "A", "B", "B − A", "± paired se", "in sd"].map(String::from);
    let differs = |d: &&Difference| d.effect != 0.0;
    let large = |d: &&Difference| differs(d) && d.effect.abs() >= least;
    let rows: Vec<Vec<String>> =
        found.differences.iter().filter(large).take(most).map(row).collect();
    let shown = rows.len();
    let same = found.differences.iter().filter(|d| !differs(d)).count();
    let rest = found.differences.len() - same - shown;
    match (shown, rest) {
        (0, 0) => text += "No number differs on any path.\n",
        (0, _) => text += "No number differs by 0.005 standard deviations or more.\n",
        _ => text += &screen::table(&header, rows),
    }
    let mut notes = vec![format!("{} paths with the same draws, largest first", found.paths)];
    if rest > 0 {
        notes.push(format!("{rest} smaller ones not shown (--lines 0)"));
    }
    if same > 0 {
        notes.push(format!("{same} equal"));
    }
    for (side, only) in [("A", &found.only_in_a), ("B", &found.only_in_b)] {
        if !only.is_empty() {
            notes.push(format!("only in {side}: {}", only.join(", ")));
        }
    }
    text += &screen::wrapped(&notes.join("; "), "");
    text
}

fn row(line: &Difference) -> Vec<String> {
    let number = |value: f64| match line.unit.as_str() {
        "USD" => screen::usd(value),
        "probability" => format!("{:.1} %", 100.0 * value),
        _ => format!("{value:.4}"),
    };
    vec![
        line.name.clone(),
        number(line.a.value),
        number(line.b.value),
        number(line.difference.value),
        number(line.difference.se),
        format!("{:+.2}", line.effect.clamp(-999.0, 999.0)),
    ]
}

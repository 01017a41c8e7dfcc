//! `warchest run`: simulate a scenario, write the run folder, show one screen.

use super::Context;
use crate::Finished;
use crate::condition::Condition;
use crate::disk::{self, Loaded};
use crate::error::CliError;
use crate::finish::{answers, finish, open_lock};
use crate::folder::lock::{self, Asked, Lock};
use crate::folder::parts::Cut;
use crate::folder::{Held, hold, make, write_atomic};
use crate::session::{self, Session};
use std::ops::Range;
use std::path::{Path, PathBuf};
use warchest::answers::Summary;
use warchest::simulate::outcome::BITS_VERSION;

/// Paths of a run when nothing is said.
const PATHS: u64 = 4_000;
/// Most paths of a run that stops by precision, when nothing is said.
const PATHS_UNTIL: u64 = 262_144;

/// Flags of `warchest run`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Scenario file.
    pub file: PathBuf,
    /// Number of paths [default: 4000; with --until at most 262144].
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=4_000_000_000))]
    pub paths: Option<u64>,
    /// Stop when precise enough, e.g. "se(survive) < 0.2 %".
    #[arg(long, value_name = "CONDITION")]
    pub until: Option<String>,
    /// Seed of every draw; two scenarios with one seed share their shocks.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Worker threads; 0 = one per core. The answer does not depend on it.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub threads: usize,
    /// Override a number of the scenario, e.g. firm.OpenAI.cash="20 GUSD" (repeatable).
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Run folder [default: runs/SCENARIO-HASH].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Run one part of the paths, e.g. 2/4; join the folders with `warchest merge`.
    #[arg(long, value_name = "I/N", conflicts_with = "until")]
    pub shard: Option<String>,
    /// Go on from the finished parts of an interrupted run.
    #[arg(long)]
    pub resume: bool,
    /// Assert every identity of the books in every quarter; exit with 3 when one fails.
    #[arg(long)]
    pub audit: bool,
    /// What is recorded: ends per firm, rows per path, quantiles of every quarter.
    #[arg(long, default_value = "quarters", value_parser = ["ends", "rows", "quarters"])]
    pub detail: String,
    /// Leave out the shadow run and the scenario's stresses.
    #[arg(long)]
    pub plain: bool,
    /// Exit with 3 when one of the scenario's checks fails.
    #[arg(long)]
    pub strict: bool,
}

/// Runs the verb.
///
/// # Errors
/// A scenario with errors, a folder that cannot be used, a file that cannot be written.
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    let until = args.until.as_deref().map(parse_until).transpose()?;
    let loaded = disk::load(&args.file, &args.set)?;
    if let Some(until) = &until {
        session::is_precise(until, &loaded.world, &Default::default())?;
    }
    let asked = asked(args, &loaded);
    let cut = Cut::new(asked.paths);
    let shard = args.shard.as_deref().map(|text| parse_shard(text, cut)).transpose()?;
    let folder = args.out.clone().unwrap_or_else(|| default_folder(&loaded, &asked, &args.shard));
    if let Some(summary) = cached(&folder, &asked, args)? {
        return show(&summary, &folder, args, context, true);
    }
    let resume = args.resume || is_finished_shard(&folder, &asked, args)?;
    let _held = prepare(&folder, &loaded, &asked, (args, resume))?;
    session::set_threads(args.threads);
    let interrupt = session::on_interrupt();
    let session = Session {
        loaded: &loaded,
        asked: &asked,
        folder: &folder,
        range: shard.clone().unwrap_or(0..cut.parts()),
        until: until.as_ref(),
        resume,
        interrupt: &interrupt,
    };
    // The answers need no part: they are found while the last one is written.
    let (done, found) = session.run(|done| match done.whole && shard.is_none() {
        true => answers(&loaded, &asked, &done.total, &interrupt),
        false => Ok(None),
    })?;
    if !done.whole {
        return Ok(interrupted(&folder, done.total.tally.paths));
    }
    if let Some(until) = &until {
        let paths = crate::progress::grouped(done.total.tally.paths);
        if session::is_precise(until, &loaded.world, &done.total.tally)? {
            anstream::eprintln!("precise enough after {paths} paths");
        } else {
            anstream::eprintln!("not that precise after {paths} paths, the most: see --paths");
        }
    }
    if let Some(range) = shard {
        return finish_shard(&folder, &asked, (args, context), range, done.total.tally.paths);
    }
    let homes: Vec<&Path> = (0..done.finished).map(|_| folder.as_path()).collect();
    let Some(summary) = found else {
        return Ok(interrupted(&folder, done.total.tally.paths));
    };
    finish(&loaded, &asked, &folder, &summary, &homes)?;
    show(&summary, &folder, args, context, false)
}

fn parse_until(text: &str) -> Result<Condition, CliError> {
    Condition::parse("until", text, "\"se(survive) < 0.2 %\"")
}

fn asked(args: &Args, loaded: &Loaded) -> Asked {
    let default = if args.until.is_some() { PATHS_UNTIL } else { PATHS };
    Asked {
        version: env!("CARGO_PKG_VERSION").to_string(),
        bits: BITS_VERSION,
        scenario: loaded.path.clone(),
        set: loaded.set.clone(),
        scenario_sha256: loaded.sha256.clone(),
        seed: args.seed,
        paths: args.paths.unwrap_or(default),
        until: args.until.clone(),
        detail: args.detail.clone(),
        audit: args.audit,
        follow: !args.plain,
    }
}

fn default_folder(loaded: &Loaded, asked: &Asked, shard: &Option<String>) -> PathBuf {
    let mut name = format!("{}-{}", loaded.stem, &asked.key()[..12]);
    if let Some(shard) = shard {
        name += &format!("-shard-{}", shard.replace('/', "of"));
    }
    Path::new("runs").join(name)
}

/// Parts of a shard written `i/n`.
fn parse_shard(text: &str, cut: Cut) -> Result<Range<u64>, CliError> {
    let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    match numbers {
        Some((i, n)) if 1 <= i && i <= n && n <= 1_000_000 => Ok(cut.shard(i, n)),
        _ => Err(CliError::Flag {
            flag: "shard",
            found: format!("\"{text}\""),
            problem: "is not a shard".to_string(),
            help: "write I/N with 1 <= I <= N, e.g. 2/4".to_string(),
        }),
    }
}

/// The summary of the same run made before, when the folder holds it whole.
fn cached(folder: &Path, asked: &Asked, args: &Args) -> Result<Option<Summary>, CliError> {
    let Some(found) = lock::read(folder)? else { return Ok(None) };
    let same = found.key == asked.key() && found.shard.is_none() && args.shard.is_none();
    if !same || !lock::is_whole(folder, &found) {
        return Ok(None);
    }
    crate::folder::read_summary(folder).map(Some)
}

/// True when the folder holds this shard, finished: its parts are checked and kept.
fn is_finished_shard(folder: &Path, asked: &Asked, args: &Args) -> Result<bool, CliError> {
    let same = |lock: Lock| lock.complete && lock.key == asked.key() && lock.shard == args.shard;
    Ok(args.shard.is_some() && lock::read(folder)?.is_some_and(same))
}

/// Makes the folder ready and keeps other runs out of it: its lock says what will be in it.
fn prepare(
    folder: &Path,
    loaded: &Loaded,
    asked: &Asked,
    (args, resume): (&Args, bool),
) -> miette::Result<Held> {
    let found = lock::of_target(folder)?;
    make(folder)?;
    let held = hold(folder)?;
    if let Some(found) = &found {
        if found.key != asked.key() || found.shard != args.shard {
            return Err(CliError::folder(
                folder,
                "holds another run",
                "choose another folder with --out, or remove this one",
            )
            .into());
        }
        if !resume && !found.complete {
            anstream::eprintln!(
                "an unfinished run is in {}; starting over (--resume goes on from it)",
                folder.display()
            );
        }
    }
    let parts = folder.join("parts");
    if !resume && parts.exists() {
        std::fs::remove_dir_all(&parts).map_err(|error| CliError::write(&parts, error))?;
    }
    // The lock comes first: what is in the folder is ours from here on.
    lock::write(folder, &open_lock(asked, args.shard.clone()))?;
    make(&parts)?;
    write_atomic(&folder.join("scenario.toml"), loaded.resolved.as_bytes())?;
    Ok(held)
}

fn interrupted(folder: &Path, paths: u64) -> Finished {
    anstream::eprintln!(
        "stopped after {} paths; the finished parts are in {}: run the same command with \
         --resume to go on",
        crate::progress::grouped(paths),
        folder.display()
    );
    Finished::Interrupted
}

fn finish_shard(
    folder: &Path,
    asked: &Asked,
    (args, context): (&Args, Context),
    range: Range<u64>,
    paths: u64,
) -> miette::Result<Finished> {
    let mut lock = open_lock(asked, args.shard.clone());
    lock.complete = true;
    lock.paths_done = paths;
    lock::write(folder, &lock)?;
    anstream::eprintln!(
        "shard done: {} paths in {} parts in {}; `warchest merge` joins the shards",
        crate::progress::grouped(paths),
        range.end - range.start,
        folder.display()
    );
    if context.json {
        crate::output::print_json(&lock)?;
    }
    Ok(Finished::Well)
}

fn show(
    summary: &Summary,
    folder: &Path,
    args: &Args,
    context: Context,
    cached: bool,
) -> miette::Result<Finished> {
    let again = if cached { " (the same run, made before)" } else { "" };
    let finished = super::answer(summary, context, args.strict)?;
    anstream::eprintln!("{}{again}", folder.join("report.html").display());
    Ok(finished)
}

//! From finished parts to a complete run folder.

use crate::disk::Loaded;
use crate::error::CliError;
use crate::folder::lock::{self, Asked, Lock};
use crate::folder::{columns, parts, quarters, sha256_of, write_atomic};
use crate::follow::{self, Followed};
use crate::report;
use crate::report::references::{References, file_of};
use crate::session::count;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use warchest::answers::{Inputs, RunCard, SUMMARY_VERSION, Summary, summarise};
use warchest::simulate::outcome::{BLOCK, Detail, Request, SCHEMA_VERSION, Tally};
use warchest::world::{Check, Predicate, World};

/// A lock for a folder that is being filled.
pub fn open_lock(asked: &Asked, shard: Option<String>) -> Lock {
    Lock {
        columns: SCHEMA_VERSION,
        summary: SUMMARY_VERSION,
        asked: asked.clone(),
        key: asked.key(),
        shard,
        complete: false,
        paths_done: 0,
        files: BTreeMap::new(),
    }
}

/// Completes a folder once the answers are known. `part_folders[i]` holds part `i`.
///
/// # Errors
/// A file that cannot be read or written.
pub fn finish(
    loaded: &Loaded,
    asked: &Asked,
    folder: &Path,
    summary: &Summary,
    part_folders: &[&Path],
) -> Result<(), CliError> {
    write_atomic(&folder.join("scenario.toml"), loaded.resolved.as_bytes())?;
    let (tables, texts) = rayon::join(
        || tables(asked, folder, summary, part_folders),
        || texts(loaded, folder, summary),
    );
    let mut lock = open_lock(asked, None);
    let names = [["scenario.toml"].as_slice(), &tables?, &texts?].concat();
    let hash = |name: &str| Ok((name.to_string(), sha256_of(&folder.join(name))?));
    lock.files = names.into_iter().map(hash).collect::<Result<_, CliError>>()?;
    lock.complete = true;
    lock.paths_done = summary.run.paths;
    lock::write(folder, &lock)?;
    let parts = folder.join("parts");
    if parts.exists() {
        std::fs::remove_dir_all(&parts).map_err(|error| CliError::write(&parts, error))?;
    }
    Ok(())
}

/// Writes the tables; returns their names.
fn tables(
    asked: &Asked,
    folder: &Path,
    summary: &Summary,
    part_folders: &[&Path],
) -> Result<Vec<&'static str>, CliError> {
    let mut names = Vec::new();
    if asked.detail() >= Detail::Rows {
        for name in ["paths.parquet", "market.parquet"] {
            let at =
                |(i, home): (usize, &&Path)| parts::stem(home, i as u64).with_added_extension(name);
            let found: Vec<PathBuf> = part_folders.iter().enumerate().map(at).collect();
            columns::join(&found, &folder.join(name))?;
            names.push(name);
        }
    }
    if asked.detail() == Detail::Quarters {
        quarters::write(&folder.join("quarters.parquet"), summary)?;
        names.push("quarters.parquet");
    }
    let target = folder.join("summary.json");
    let bytes = serde_json::to_vec(summary).map_err(|error| CliError::write(&target, error))?;
    write_atomic(&target, &bytes)?;
    names.push("summary.json");
    Ok(names)
}

/// Writes the report and its picture; returns their names.
fn texts(loaded: &Loaded, folder: &Path, summary: &Summary) -> Result<[&'static str; 2], CliError> {
    let appendix = crate::commands::claims::appendix(Path::new(&loaded.path), summary);
    let origins = summary.assumptions.iter().map(|found| found.origin.as_str());
    let references = References::beside(origins.map(file_of));
    let page = report::html(summary, appendix, references);
    write_atomic(&folder.join("report.html"), page.as_bytes())?;
    write_atomic(&folder.join("survival.svg"), report::picture(summary).as_bytes())?;
    Ok(["report.html", "survival.svg"])
}

/// The answers: shadow run, stresses, summary. None when interrupted.
///
/// # Errors
/// A world that cannot run.
pub fn answers(
    loaded: &Loaded,
    asked: &Asked,
    total: &parts::Part,
    interrupt: &AtomicBool,
) -> Result<Option<Summary>, CliError> {
    let world = &loaded.world;
    let (audited, followed) = rayon::join(
        || audited(world, asked, &total.tally, interrupt),
        || match asked.follow {
            true => follow::all(world, asked.seed, &total.tally, interrupt),
            false => Ok(Some(Followed::default())),
        },
    );
    let (Some(audited), Some(followed)) = (audited?, followed?) else { return Ok(None) };
    let card = RunCard {
        version: asked.version.clone(),
        command: asked.command(),
        scenario_sha256: asked.scenario_sha256.clone(),
        seed: asked.seed,
        stress_paths: followed.stress_paths,
        audited_paths: audited.0,
        identity_failures: audited.1,
        ..RunCard::default()
    };
    let inputs = Inputs {
        world,
        tally: &total.tally,
        joint: &total.joint,
        shadow: followed.shadow.as_ref(),
        stresses: &followed.stresses,
        card: &card,
    };
    Ok(Some(summarise(&inputs)))
}

/// Number of paths whose books were audited and of the identities that failed on them: all
/// paths when asked for, else a block of them when a check of the scenario wants it. None when
/// interrupted.
fn audited(
    world: &World,
    asked: &Asked,
    main: &Tally,
    interrupt: &AtomicBool,
) -> Result<Option<(u64, u64)>, CliError> {
    let balances = |check: &Check| check.predicate == Predicate::CashBalances;
    if asked.audit {
        return Ok(Some((main.paths, main.identity_failures)));
    }
    if !world.checks.iter().any(balances) {
        return Ok(Some((0, main.identity_failures)));
    }
    let request =
        Request { seed: asked.seed, detail: Detail::Ends, audit: true, free_funding: false };
    let found = count(world, &request, main.paths.min(BLOCK), interrupt)?;
    Ok(found.map(|part| (part.tally.paths, part.tally.identity_failures)))
}

//! `warchest merge`: join shards into the run they are parts of.

use super::Context;
use crate::error::CliError;
use crate::finish::{answers, finish, open_lock};
use crate::folder::lock::{self, Asked};
use crate::folder::parts::{self, Cut, Found, Part};
use crate::folder::{hold, make, read_summary};
use crate::{Finished, disk, session};
use std::path::{Path, PathBuf};
use warchest::simulate::outcome::BITS_VERSION;

/// Flags of `warchest merge`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Run folders of the shards, in any order.
    #[arg(required = true)]
    pub dirs: Vec<PathBuf>,
    /// Folder of the joined run [default: runs/SCENARIO-HASH].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Worker threads for the shadow run and the stresses; 0 = one per core.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub threads: usize,
    /// Exit with 3 when one of the scenario's checks fails.
    #[arg(long)]
    pub strict: bool,
}

/// Runs the verb.
///
/// # Errors
/// Shards of different runs, a missing part, a scenario that changed since.
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    let asked = same_run(&args.dirs)?;
    if asked.version != env!("CARGO_PKG_VERSION") || asked.bits != BITS_VERSION {
        return Err(CliError::folder(
            &args.dirs[0],
            format!("was run by version {} (bits {})", asked.version, asked.bits),
            "join shards with the version that ran them",
        )
        .into());
    }
    let loaded = disk::load(Path::new(&asked.scenario), &asked.set)?;
    if loaded.sha256 != asked.scenario_sha256 {
        return Err(CliError::folder(
            &asked.scenario,
            "is not the scenario that the shards ran: it or a file it reads has changed",
            "put the scenario back, or run the shards again",
        )
        .into());
    }
    let cut = Cut::new(asked.paths);
    let mut total = Part::default();
    let mut homes: Vec<&Path> = Vec::new();
    for index in 0..cut.parts() {
        let (home, part) = find(&args.dirs, index)?;
        total.merge(&part);
        homes.push(home);
    }
    let name = format!("{}-{}", loaded.stem, &asked.key()[..12]);
    let folder = args.out.clone().unwrap_or_else(|| Path::new("runs").join(name));
    if let Some(found) = lock::of_target(&folder)?
        && (found.key != asked.key() || found.shard.is_some())
    {
        let problem = if found.shard.is_some() { "holds a shard" } else { "holds another run" };
        return Err(CliError::folder(&folder, problem, "choose another folder with --out").into());
    }
    make(&folder)?;
    let _held = hold(&folder)?;
    lock::write(&folder, &open_lock(&asked, None))?;
    session::set_threads(args.threads);
    let interrupt = session::on_interrupt();
    let Some(summary) = answers(&loaded, &asked, &total, &interrupt)? else {
        anstream::eprintln!("stopped; the shards are as they were: merge them again");
        return Ok(Finished::Interrupted);
    };
    finish(&loaded, &asked, &folder, &summary, &homes)?;
    let finished = super::answer(&read_summary(&folder)?, context, args.strict)?;
    anstream::eprintln!("{}", folder.join("report.html").display());
    Ok(finished)
}

/// What every folder was asked; an error when they differ.
fn same_run(dirs: &[PathBuf]) -> Result<Asked, CliError> {
    let mut first: Option<(&PathBuf, lock::Lock)> = None;
    for dir in dirs {
        let found = lock::read(dir)?.ok_or_else(|| {
            CliError::folder(dir, "holds no run", "name folders written by `warchest run --shard`")
        })?;
        if found.shard.is_none() {
            let help = "name folders written by `warchest run --shard`";
            return Err(CliError::folder(dir, "is no shard", help));
        }
        if !found.complete {
            let help = "run its command again with --resume";
            return Err(CliError::folder(dir, "is not finished", help));
        }
        match &first {
            None => first = Some((dir, found)),
            Some((other, lock)) if lock.key != found.key => {
                let problem = format!("is a shard of another run than {}", other.display());
                let help = "shards of one run share scenario, seed, paths and flags";
                return Err(CliError::folder(dir, problem, help));
            }
            Some(_) => {}
        }
    }
    first.map(|(_, lock)| lock.asked).ok_or_else(|| CliError::read("", "no folder named"))
}

fn find(dirs: &[PathBuf], index: u64) -> Result<(&Path, Part), CliError> {
    for dir in dirs {
        match parts::read(dir, index)? {
            Found::Whole(part) => return Ok((dir, *part)),
            Found::Missing => {}
            Found::Damaged(file) => {
                let help = "run the command of this shard again with --resume";
                return Err(CliError::folder(dir, format!("{file} is damaged"), help));
            }
        }
    }
    Err(CliError::folder(
        &dirs[0],
        format!("part {index} is in none of the folders"),
        "name the folders of all shards, 1/N to N/N",
    ))
}

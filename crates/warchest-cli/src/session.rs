//! The main run: parts one after the other, each written when it is finished; stops at the
//! end, by precision, or at Ctrl-C.

use crate::condition::Condition;
use crate::disk::Loaded;
use crate::error::CliError;
use crate::folder::lock::Asked;
use crate::folder::parts::{self, Cut, Found, Part};
use crate::folder::rows::Rows;
use crate::progress::Progress;
use std::ops::{ControlFlow, Range};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ScopedJoinHandle;
use warchest::answers::{Joint, proportion};
use warchest::numerics::lanes::Isa;
use warchest::simulate::ensemble;
use warchest::simulate::outcome::{BLOCK, Block, Detail, Request, Tally};
use warchest::world::World;

/// Sets the number of worker threads of this process; 0 = one per core.
pub fn set_threads(threads: usize) {
    // Fails only when the pool exists already, which then has the number asked for first.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
}

/// A flag that Ctrl-C sets; a second Ctrl-C ends the process at once.
pub fn on_interrupt() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let _ = signal_hook::flag::register_conditional_shutdown(signal, 130, flag.clone());
        let _ = signal_hook::flag::register(signal, flag.clone());
    }
    flag
}

/// What the main run came to.
pub struct Done {
    /// Everything counted so far.
    pub total: Part,
    /// Parts that are finished: `range.start..range.start + finished`.
    pub finished: u64,
    /// False when Ctrl-C came first.
    pub whole: bool,
}

/// A main run.
pub struct Session<'a> {
    /// The market.
    pub loaded: &'a Loaded,
    /// What was asked.
    pub asked: &'a Asked,
    /// The run folder.
    pub folder: &'a Path,
    /// Parts to run.
    pub range: Range<u64>,
    /// Precision to stop at.
    pub until: Option<&'a Condition>,
    /// Take finished parts from the folder.
    pub resume: bool,
    /// Ctrl-C.
    pub interrupt: &'a AtomicBool,
}

impl Session<'_> {
    /// Runs it.
    ///
    /// # Errors
    /// A part that cannot be written, a world that cannot run.
    pub fn run(&self) -> miette::Result<Done> {
        let cut = Cut::new(self.asked.paths);
        let paths = |range: Range<u64>| {
            let last = cut.blocks(range.end.max(1) - 1).end * BLOCK;
            last.min(cut.paths).saturating_sub(cut.blocks(range.start).start * BLOCK)
        };
        let mut progress = Progress::new(paths(self.range.clone()));
        let (mut total, mut next, mut kept) = (Part::default(), self.range.start, 0);
        // A part is written while the next one runs.
        std::thread::scope(|scope| -> miette::Result<()> {
            let mut writer = None;
            while next < self.range.end {
                if let Some(part) = self.kept(next)? {
                    progress.skip(part.tally.paths);
                    kept += 1;
                    total.merge(&part);
                } else {
                    let found = self.part(cut, next, &total.tally, &mut progress)?;
                    let Some((part, rows)) = found else { break };
                    total.merge(&part);
                    let index = next;
                    finished(writer.take())?;
                    writer = Some(scope.spawn(move || self.write(index, &part, rows.as_ref())));
                }
                next += 1;
                if self.precise(&total.tally)? {
                    break;
                }
            }
            Ok(finished(writer)?)
        })?;
        progress.finish();
        if self.resume {
            let parts = self.range.end - self.range.start;
            anstream::eprintln!("{kept} of {parts} parts were there already");
        }
        let whole = !self.interrupt.load(Ordering::Relaxed);
        Ok(Done { total, finished: next - self.range.start, whole })
    }

    /// A part finished before; none when it must be run, which is said when it is damaged.
    fn kept(&self, index: u64) -> miette::Result<Option<Part>> {
        if !self.resume {
            return Ok(None);
        }
        Ok(match parts::read(self.folder, index)? {
            Found::Whole(part) => Some(*part),
            Found::Missing => None,
            Found::Damaged(file) => {
                anstream::eprintln!("{file} is damaged; its part is run again");
                None
            }
        })
    }

    /// Runs one part, with the rows that are kept; none when it was interrupted.
    fn part(
        &self,
        cut: Cut,
        index: u64,
        before: &Tally,
        progress: &mut Progress,
    ) -> miette::Result<Option<(Part, Option<Rows>)>> {
        let world = &self.loaded.world;
        let blocks = cut.blocks(index);
        let mut part = Part::default();
        let mut rows = Rows { first: blocks.start * BLOCK, ..Rows::default() };
        let mut so_far = Tally { paths: before.paths, ..Tally::default() };
        so_far.firms = before.firms.iter().map(counts_only).collect();
        let keep = self.asked.detail() >= Detail::Rows;
        let mut on_block = |mut block: Block| {
            part.joint.add(&block);
            part.tally.merge(&block.tally);
            let counts = Tally {
                paths: block.tally.paths,
                firms: block.tally.firms.iter().map(counts_only).collect(),
                ..Tally::default()
            };
            so_far.merge(&counts);
            progress.say(world, &so_far);
            if keep {
                rows.push(&mut block);
            }
            if self.interrupt.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let request = request(self.asked);
        ensemble::run(world, &request, blocks, cut.paths, Isa::best(), &mut on_block)
            .map_err(CliError::from)?;
        if self.interrupt.load(Ordering::Relaxed) {
            return Ok(None);
        }
        Ok(Some((part, keep.then_some(rows))))
    }

    fn write(&self, index: u64, part: &Part, rows: Option<&Rows>) -> Result<(), CliError> {
        let firms = &self.loaded.world.firms;
        let names: Vec<String> = firms.iter().map(|firm| firm.name.clone()).collect();
        parts::write(self.folder, index, part, rows.map(|rows| (rows, names.as_slice())))
    }

    fn precise(&self, tally: &Tally) -> miette::Result<bool> {
        self.until.map_or(Ok(false), |until| Ok(is_precise(until, &self.loaded.world, tally)?))
    }
}

/// Waits for the writing of a part.
fn finished(writer: Option<ScopedJoinHandle<'_, Result<(), CliError>>>) -> Result<(), CliError> {
    // A panic of the writer goes on in the thread that waits for it.
    writer.map_or(Ok(()), |writer| writer.join().unwrap_or_else(|panic| resume_unwind(panic)))
}

/// The request behind what was asked.
pub fn request(asked: &Asked) -> Request {
    Request { seed: asked.seed, detail: asked.detail(), audit: asked.audit, free_funding: false }
}

fn counts_only(
    found: &warchest::simulate::outcome::FirmTally,
) -> warchest::simulate::outcome::FirmTally {
    warchest::simulate::outcome::FirmTally { alive: found.alive, ..Default::default() }
}

/// Whether the standard error of survival (of the worst known firm, or of the one named) has
/// fallen below the bound.
///
/// # Errors
/// [`CliError::Flag`] when the condition names something else.
pub fn is_precise(until: &Condition, world: &World, tally: &Tally) -> Result<bool, CliError> {
    let wrong = |problem: String| CliError::Flag {
        flag: "until",
        found: format!("\"{}\"", until.name),
        problem,
        help: "write it like \"se(survive) < 0.2 %\" or \"se(survive/FIRM) < 0.2 %\"".to_string(),
    };
    if until.function.as_deref() != Some("se") || !until.below {
        return Err(wrong("only a standard error below a bound can stop a run".to_string()));
    }
    let one = match until.name.split_once('/') {
        None if until.name == "survive" => None,
        Some(("survive", firm)) => {
            if !world.firms.iter().any(|other| other.name == firm) {
                return Err(wrong(format!("names no firm of the scenario: {firm}")));
            }
            Some(firm)
        }
        _ => return Err(wrong("names no number that can be followed".to_string())),
    };
    let chosen = world.firms.iter().zip(&tally.firms).filter(|(firm, _)| match one {
        Some(name) => firm.name == name,
        None => firm.reported,
    });
    let errors = chosen.map(|(_, found)| proportion(found.alive, tally.paths).se);
    Ok(tally.paths > 0 && until.holds(errors.fold(0.0, f64::max)))
}

/// Runs `paths` paths of a world and counts them, without a folder.
///
/// # Errors
/// A world that cannot run. None is returned when interrupted.
pub fn count(
    world: &World,
    request: &Request,
    paths: u64,
    interrupt: &AtomicBool,
) -> Result<Option<Part>, CliError> {
    let mut part = Part { tally: Tally::default(), joint: Joint::default() };
    let blocks = 0..ensemble::blocks_of(paths);
    ensemble::run(world, request, blocks, paths, Isa::best(), &mut |block| {
        part.joint.add(&block);
        part.tally.merge(&block.tally);
        if interrupt.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    Ok((!interrupt.load(Ordering::Relaxed)).then_some(part))
}

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
use std::thread::{Scope, ScopedJoinHandle};
use warchest::answers::{Joint, proportion};
use warchest::numerics::lanes::Isa;
use warchest::simulate::ensemble;
use warchest::simulate::outcome::{BLOCK, Block, Detail, FirmTally, Request, Tally};
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
    /// Runs it; calls `meanwhile` when all is counted and the last part is still being written.
    ///
    /// # Errors
    /// A part that cannot be written, a world that cannot run; those of `meanwhile`.
    pub fn run<T>(
        &self,
        meanwhile: impl FnOnce(&Done) -> Result<T, CliError>,
    ) -> miette::Result<(Done, T)> {
        let cut = Cut::new(self.asked.paths);
        let paths = |range: Range<u64>| {
            let last = cut.blocks(range.end.max(1) - 1).end * BLOCK;
            last.min(cut.paths).saturating_sub(cut.blocks(range.start).start * BLOCK)
        };
        let mut progress = Progress::new(paths(self.range.clone()));
        let (mut total, mut next, mut kept) = (Part::default(), self.range.start, 0);
        // A part is written while the next ones run.
        std::thread::scope(|scope| {
            let mut desk = Desk { session: self, cut, scope, writer: None, precise: false };
            while next < self.range.end && !desk.precise {
                if let Some(part) = self.kept(next)? {
                    progress.skip(part.tally.paths);
                    kept += 1;
                    total.merge(&part);
                    next += 1;
                    desk.precise = self.precise(&total.tally)?;
                } else {
                    let wanted = next..self.missing_until(next);
                    next = desk.parts(wanted.clone(), &mut total, &mut progress)?;
                    if next < wanted.end {
                        break;
                    }
                }
            }
            progress.finish();
            if self.resume {
                let parts = self.range.end - self.range.start;
                anstream::eprintln!("{kept} of {parts} parts were there already");
            }
            let whole = !self.is_interrupted();
            let done = Done { total, finished: next - self.range.start, whole };
            let found = meanwhile(&done)?;
            finished(desk.writer)?;
            Ok((done, found))
        })
    }

    /// End of the parts that must be run in a row from `index` on.
    fn missing_until(&self, index: u64) -> u64 {
        let there = |index: &u64| self.resume && parts::is_there(self.folder, *index);
        (index + 1..self.range.end).find(there).unwrap_or(self.range.end)
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

    fn write(&self, index: u64, part: &Part, rows: Option<&Rows>) -> Result<(), CliError> {
        let firms = &self.loaded.world.firms;
        let names: Vec<String> = firms.iter().map(|firm| firm.name.clone()).collect();
        parts::write(self.folder, index, part, rows.map(|rows| (rows, names.as_slice())))
    }

    fn precise(&self, tally: &Tally) -> Result<bool, CliError> {
        self.until.map_or(Ok(false), |until| is_precise(until, &self.loaded.world, tally))
    }

    fn is_interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }
}

/// Puts parts together from their blocks.
struct Desk<'scope, 'env> {
    session: &'env Session<'env>,
    cut: Cut,
    scope: &'scope Scope<'scope, 'env>,
    /// Writes the part before.
    writer: Option<ScopedJoinHandle<'scope, Result<(), CliError>>>,
    /// The precision asked for is reached.
    precise: bool,
}

impl Desk<'_, '_> {
    /// Runs the parts `wanted`, adds each to `total` and has it written; returns the first part
    /// that was not finished, which is the end unless precision or Ctrl-C came first.
    fn parts(
        &mut self,
        wanted: Range<u64>,
        total: &mut Part,
        progress: &mut Progress,
    ) -> miette::Result<u64> {
        let session = self.session;
        let world = &session.loaded.world;
        let blocks = self.cut.blocks(wanted.start).start..self.cut.blocks(wanted.end - 1).end;
        let (request, paths) = (request(session.asked), self.cut.paths);
        let mut so_far = counts_only(&total.tally);
        let keep = session.asked.detail() >= Detail::Rows;
        let (mut next, mut part, mut rows) = (wanted.start, Part::default(), Rows::default());
        let mut failed = None;
        let mut on_block = |block: &mut Block| {
            if part.tally.paths == 0 {
                rows = Rows { first: block.index * BLOCK, ..Rows::default() };
            }
            part.joint.add(block);
            part.tally.add(block);
            so_far.merge(&counts_only(&block.tally));
            progress.say(world, &so_far);
            if keep {
                rows.push(block);
            }
            if block.index + 1 == self.cut.blocks(next).end {
                total.merge(&part);
                let rows = keep.then(|| std::mem::take(&mut rows));
                match self.finish(next, std::mem::take(&mut part), rows, &total.tally) {
                    Ok(()) => next += 1,
                    Err(error) => failed = Some(error),
                }
            }
            let stop = failed.is_some() || self.precise || session.is_interrupted();
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        ensemble::run(world, &request, blocks, paths, Isa::best(), &mut on_block)
            .map_err(CliError::from)?;
        failed.map_or(Ok(next), |error| Err(error.into()))
    }

    /// Has a finished part written, once the one before is.
    fn finish(
        &mut self,
        index: u64,
        part: Part,
        rows: Option<Rows>,
        total: &Tally,
    ) -> Result<(), CliError> {
        let session = self.session;
        finished(self.writer.take())?;
        self.writer = Some(self.scope.spawn(move || session.write(index, &part, rows.as_ref())));
        self.precise = session.precise(total)?;
        Ok(())
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

/// What the line of progress needs.
fn counts_only(found: &Tally) -> Tally {
    let firm = |firm: &FirmTally| FirmTally { alive: firm.alive, ..Default::default() };
    let firms = found.firms.iter().map(firm).collect();
    Tally { paths: found.paths, firms, ..Tally::default() }
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
    if !(until.bound > 0.0) {
        return Err(wrong("no standard error is below 0: the bound must be above it".to_string()));
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

/// Goes on until Ctrl-C.
pub fn until(interrupt: &AtomicBool) -> ControlFlow<()> {
    if interrupt.load(Ordering::Relaxed) {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
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
        part.joint.add(block);
        part.tally.add(block);
        until(interrupt)
    })?;
    Ok((!interrupt.load(Ordering::Relaxed)).then_some(part))
}

//! Ranges of paths, cut into blocks, run in any order, handed over in order.

use std::ops::{ControlFlow, Range};
#[cfg(feature = "parallel")]
use std::sync::Mutex;

use miette::Diagnostic;
use thiserror::Error;

use crate::numerics::lanes::Isa;
use crate::simulate::lanes::State;
use crate::simulate::outcome::{BLOCK, Block, Request};
use crate::simulate::plan::Plan;
use crate::simulate::record::Recorder;
use crate::simulate::step;
use crate::world::World;

/// Paths that advance side by side. [`BLOCK`] is a multiple of it.
pub const LANES: usize = 32;

/// Why a run cannot start.
#[derive(Clone, Debug, PartialEq, Error, Diagnostic)]
#[non_exhaustive]
pub enum SimulateError {
    /// A block beyond the last path.
    #[error("blocks {start}..{end} reach beyond the run, which has {paths} paths")]
    #[diagnostic(code(simulate::blocks), help("a run of n paths has blocks 0..(n + 255)/256"))]
    Blocks {
        /// First block asked for.
        start: u64,
        /// End of the range asked for.
        end: u64,
        /// Paths of the run.
        paths: u64,
    },
    /// A world without quarters.
    #[error("the clock of the scenario has no quarter to simulate")]
    #[diagnostic(code(simulate::no_quarters), help("let the clock end after it starts"))]
    NoQuarters,
}

/// Number of blocks of a run.
pub fn blocks_of(paths: u64) -> u64 {
    paths.div_ceil(BLOCK)
}

/// Runs the blocks `blocks` of a run of `paths` paths and hands each to `on_block` in order,
/// until it breaks.
///
/// With feature `parallel` the blocks of a wave run on the current rayon pool; neither the
/// number of threads nor the cut into ranges changes a bit of any block.
///
/// # Errors
/// [`SimulateError`] when the range is not part of the run or the clock is empty.
pub fn run(
    world: &World,
    request: &Request,
    blocks: Range<u64>,
    paths: u64,
    isa: Isa,
    on_block: &mut dyn FnMut(Block) -> ControlFlow<()>,
) -> Result<(), SimulateError> {
    if world.clock.quarters == 0 {
        return Err(SimulateError::NoQuarters);
    }
    if blocks.end > blocks_of(paths) {
        return Err(SimulateError::Blocks { start: blocks.start, end: blocks.end, paths });
    }
    let plan = Plan::new(world, request.seed);
    let job = Job { plan: &plan, request, paths, isa };
    job.waves(blocks, on_block);
    Ok(())
}

/// What a thread needs to run blocks.
type Desk = (State<LANES>, Recorder<LANES>);

struct Job<'a> {
    plan: &'a Plan<'a>,
    request: &'a Request,
    paths: u64,
    isa: Isa,
}

impl Job<'_> {
    /// While one wave is handed over the next one runs.
    #[cfg(feature = "parallel")]
    fn waves(&self, blocks: Range<u64>, on_block: &mut dyn FnMut(Block) -> ControlFlow<()>) {
        let threads = rayon::current_num_threads() as u64;
        if threads == 1 || blocks.end - blocks.start == 1 {
            return self.one_by_one(blocks, on_block);
        }
        let idle = Mutex::new(Vec::new());
        let (mut at, mut ready) = (blocks.start, Vec::new());
        loop {
            let wave = at..(at + threads * WAVE).min(blocks.end);
            at = wave.end;
            let mut next = Vec::new();
            let on = rayon::in_place_scope(|scope| {
                scope.spawn(|_| next = self.wave(wave, &idle));
                ready.drain(..).try_for_each(&mut *on_block)
            });
            if on.is_break() || next.is_empty() {
                return;
            }
            ready = next;
        }
    }

    /// Runs blocks on whichever threads are free; `idle` holds desks to run them at.
    #[cfg(feature = "parallel")]
    fn wave(&self, blocks: Range<u64>, idle: &Mutex<Vec<Desk>>) -> Vec<Block> {
        use rayon::prelude::*;
        let desks = || idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let one = |index| {
            let kept = desks().pop();
            let mut desk = kept.unwrap_or_else(|| self.desk());
            let block = self.block(&mut desk, index);
            desks().push(desk);
            block
        };
        let count = (blocks.end - blocks.start) as usize;
        let numbers = (0..count).into_par_iter().with_max_len(1);
        numbers.map(|k| one(blocks.start + k as u64)).collect()
    }

    #[cfg(not(feature = "parallel"))]
    fn waves(&self, blocks: Range<u64>, on_block: &mut dyn FnMut(Block) -> ControlFlow<()>) {
        self.one_by_one(blocks, on_block);
    }

    fn one_by_one(&self, blocks: Range<u64>, on_block: &mut dyn FnMut(Block) -> ControlFlow<()>) {
        let mut desk = self.desk();
        for index in blocks {
            if on_block(self.block(&mut desk, index)).is_break() {
                return;
            }
        }
    }

    fn desk(&self) -> Desk {
        (State::new(self.plan, self.request), Recorder::new(self.plan, self.request))
    }

    fn block(&self, (state, record): &mut Desk, index: u64) -> Block {
        let first = index * BLOCK;
        let count = (self.paths - first).min(BLOCK);
        record.begin(self.plan, index, count as u32);
        let mut at = first;
        while at < first + count {
            let lanes = (first + count - at).min(LANES as u64) as usize;
            state.begin(self.isa, self.plan, at);
            for quarter in 0..self.plan.world.clock.quarters {
                step::quarter(self.isa, self.plan, state, quarter);
                record.quarter(self.isa, self.plan, state, lanes);
            }
            record.end(self.plan, state, lanes);
            at += lanes as u64;
        }
        record.finish(self.isa, self.plan)
    }
}

/// Blocks per thread between two hand-overs.
#[cfg(feature = "parallel")]
const WAVE: u64 = 2;

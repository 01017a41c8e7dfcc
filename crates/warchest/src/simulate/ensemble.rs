//! Ranges of paths, cut into blocks, run in any order, handed over in order.

use std::ops::{ControlFlow, Range};

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
pub const LANES: usize = 16;

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

struct Job<'a> {
    plan: &'a Plan<'a>,
    request: &'a Request,
    paths: u64,
    isa: Isa,
}

impl Job<'_> {
    #[cfg(feature = "parallel")]
    fn waves(&self, blocks: Range<u64>, on_block: &mut dyn FnMut(Block) -> ControlFlow<()>) {
        use rayon::prelude::*;
        let threads = rayon::current_num_threads() as u64;
        if threads == 1 {
            return self.one_by_one(blocks, on_block);
        }
        let mut states: Vec<Option<State<LANES>>> = (0..threads).map(|_| None).collect();
        let mut at = blocks.start;
        while at < blocks.end {
            let wave = (threads * WAVE).min(blocks.end - at);
            let share = wave.div_ceil(threads);
            let done: Vec<Vec<Block>> = states
                .par_iter_mut()
                .enumerate()
                .map(|(worker, state)| {
                    let state = state.get_or_insert_with(|| State::new(self.plan, self.request));
                    let first = (at + worker as u64 * share).min(at + wave);
                    let last = (first + share).min(at + wave);
                    (first..last).map(|index| self.block(state, index)).collect()
                })
                .collect();
            for block in done.into_iter().flatten() {
                if on_block(block).is_break() {
                    return;
                }
            }
            at += wave;
        }
    }

    #[cfg(not(feature = "parallel"))]
    fn waves(&self, blocks: Range<u64>, on_block: &mut dyn FnMut(Block) -> ControlFlow<()>) {
        self.one_by_one(blocks, on_block);
    }

    fn one_by_one(&self, blocks: Range<u64>, on_block: &mut dyn FnMut(Block) -> ControlFlow<()>) {
        let mut state = State::new(self.plan, self.request);
        for index in blocks {
            if on_block(self.block(&mut state, index)).is_break() {
                return;
            }
        }
    }

    fn block(&self, state: &mut State<LANES>, index: u64) -> Block {
        let first = index * BLOCK;
        let count = (self.paths - first).min(BLOCK);
        let mut record = Recorder::new(self.plan, self.request, index, count as u32);
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
        record.finish(self.plan)
    }
}

/// Blocks per thread between two hand-overs.
#[cfg(feature = "parallel")]
const WAVE: u64 = 4;

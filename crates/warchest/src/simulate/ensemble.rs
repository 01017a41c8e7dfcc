//! Ranges of paths, cut into blocks, run in any order, handed over in order.

#[cfg(feature = "parallel")]
use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
#[cfg(feature = "parallel")]
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
#[cfg(feature = "parallel")]
use std::sync::{Mutex, MutexGuard};

use miette::Diagnostic;
use thiserror::Error;

use crate::numerics::lanes::Isa;
use crate::simulate::lanes::State;
use crate::simulate::outcome::{BLOCK, Block, Columns, Request};
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

/// Takes blocks in order; breaks when it has enough. What it leaves in a block makes room for a
/// later one; `std::mem::take` keeps a block.
pub type OnBlock<'a> = dyn FnMut(&mut Block) -> ControlFlow<()> + Send + 'a;

/// Number of blocks of a run.
pub fn blocks_of(paths: u64) -> u64 {
    paths.div_ceil(BLOCK)
}

/// Runs the blocks `blocks` of a run of `paths` paths and hands each to `on_block` in order,
/// until it breaks.
///
/// With feature `parallel` the blocks run on the current rayon pool, and `on_block` is called by
/// whichever of its threads finished the block that is due; neither the number of threads nor the
/// cut into ranges changes a bit of any block.
///
/// # Errors
/// [`SimulateError`] when the range is not part of the run or the clock is empty.
pub fn run(
    world: &World,
    request: &Request,
    blocks: Range<u64>,
    paths: u64,
    isa: Isa,
    on_block: &mut OnBlock<'_>,
) -> Result<(), SimulateError> {
    if world.clock.quarters == 0 {
        return Err(SimulateError::NoQuarters);
    }
    if blocks.end > blocks_of(paths) {
        return Err(SimulateError::Blocks { start: blocks.start, end: blocks.end, paths });
    }
    let plan = Plan::new(world, request.seed);
    let job = Job { plan: &plan, request, paths, isa };
    job.blocks(blocks, on_block);
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
    /// Every thread runs blocks; whichever finishes the one that is due hands over all that wait
    /// for it. Nobody waits for another, but threads far ahead of a slow reader rest.
    #[cfg(feature = "parallel")]
    fn blocks(&self, blocks: Range<u64>, on_block: &mut OnBlock<'_>) {
        let threads = rayon::current_num_threads() as u64;
        let count = blocks.end.saturating_sub(blocks.start);
        if threads == 1 || count == 1 {
            return self.one_by_one(blocks, on_block);
        }
        let relay = Relay::new(blocks, AHEAD * threads, on_block);
        rayon::scope(|scope| {
            for _ in 0..threads.min(count) {
                scope.spawn(|scope| self.work(&relay, scope));
            }
        });
    }

    /// Runs blocks as long as there are some to run and the reader keeps up.
    #[cfg(feature = "parallel")]
    fn work<'s>(&'s self, relay: &'s Relay<'_>, scope: &rayon::Scope<'s>) {
        let mut desk = None;
        while let Some(index) = relay.take() {
            let desk = desk.get_or_insert_with(|| self.desk());
            let room = relay.spare().pop().unwrap_or_default();
            relay.hand_over(self.block(desk, index, room));
            for _ in 0..relay.resting.swap(0, Ordering::Relaxed) {
                scope.spawn(|scope| self.work(relay, scope));
            }
        }
    }

    #[cfg(not(feature = "parallel"))]
    fn blocks(&self, blocks: Range<u64>, on_block: &mut OnBlock<'_>) {
        self.one_by_one(blocks, on_block);
    }

    fn one_by_one(&self, blocks: Range<u64>, on_block: &mut OnBlock<'_>) {
        let (mut desk, mut block) = (self.desk(), Block::default());
        for index in blocks {
            block = self.block(&mut desk, index, std::mem::take(&mut block.columns));
            if on_block(&mut block).is_break() {
                return;
            }
        }
    }

    fn desk(&self) -> Desk {
        (State::new(self.plan, self.request), Recorder::new(self.request))
    }

    fn block(&self, (state, record): &mut Desk, index: u64, room: Columns) -> Block {
        let first = index * BLOCK;
        let count = (self.paths - first).min(BLOCK);
        record.begin(self.plan, (index, count as u32), room);
        let mut at = first;
        while at < first + count {
            let lanes = (first + count - at).min(LANES as u64) as usize;
            state.begin(self.isa, self.plan, at);
            for quarter in 0..self.plan.world.clock.quarters {
                step::quarter(self.isa, self.plan, state, quarter);
                record.quarter(self.isa, self.plan, state, lanes);
            }
            record.end(self.isa, self.plan, state, lanes);
            at += lanes as u64;
        }
        record.finish()
    }
}

/// Blocks per thread that may be run before the one that is due is handed over.
#[cfg(feature = "parallel")]
const AHEAD: u64 = 4;

/// Blocks on their way from the threads to the reader, who takes them in order.
#[cfg(feature = "parallel")]
struct Relay<'a> {
    end: u64,
    most_ahead: u64,
    /// Next block to run; block that is due at the reader.
    next: AtomicU64,
    due: AtomicU64,
    ready: Mutex<BTreeMap<u64, Block>>,
    reader: Mutex<&'a mut OnBlock<'a>>,
    /// Columns of blocks that were read: fresh memory costs as much as filling it.
    spare: Mutex<Vec<Columns>>,
    /// Workers that went because the reader was behind.
    resting: AtomicUsize,
    over: AtomicBool,
}

#[cfg(feature = "parallel")]
impl<'a> Relay<'a> {
    fn new(blocks: Range<u64>, most_ahead: u64, on_block: &'a mut OnBlock<'a>) -> Relay<'a> {
        Relay {
            end: blocks.end,
            most_ahead,
            next: AtomicU64::new(blocks.start),
            due: AtomicU64::new(blocks.start),
            ready: Mutex::default(),
            reader: Mutex::new(on_block),
            spare: Mutex::default(),
            resting: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        }
    }

    /// The next block to run; none when all are taken, the reader has enough or is behind.
    fn take(&self) -> Option<u64> {
        if self.over.load(Ordering::Relaxed) {
            return None;
        }
        let next = self.next.load(Ordering::Relaxed);
        if next.saturating_sub(self.due.load(Ordering::Relaxed)) >= self.most_ahead {
            self.resting.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        (index < self.end).then_some(index)
    }

    fn ready(&self) -> MutexGuard<'_, BTreeMap<u64, Block>> {
        self.ready.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Columns>> {
        self.spare.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Leaves a block and, unless another thread is at it, hands over what is due.
    fn hand_over(&self, block: Block) {
        self.ready().insert(block.index, block);
        // What arrives between the last look and the unlocking is seen by the next turn.
        while self.ready().contains_key(&self.due.load(Ordering::Acquire)) {
            let Ok(mut reader) = self.reader.try_lock() else { return };
            loop {
                let due = self.due.load(Ordering::Relaxed);
                let Some(mut block) = self.ready().remove(&due) else { break };
                if self.over.load(Ordering::Relaxed) {
                    return;
                }
                if reader(&mut block).is_break() {
                    self.over.store(true, Ordering::Relaxed);
                }
                self.spare().push(block.columns);
                self.due.store(due + 1, Ordering::Release);
            }
        }
    }
}

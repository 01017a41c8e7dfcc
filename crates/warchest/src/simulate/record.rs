//! From the state of a group of paths to rows and counts.

use crate::simulate::lanes::State;
use crate::simulate::outcome::{Block, Cause, Detail, FirmRows, FirmTally, NEVER, PathRows};
use crate::simulate::outcome::{Request, Status, Tally};
use crate::simulate::plan::Plan;

/// Number of [`Cause`] values.
pub const CAUSES: usize = 4;

/// Collects one block.
#[derive(Clone, Debug)]
pub struct Recorder {
    block: Block,
    detail: Detail,
}

impl Recorder {
    /// An empty block.
    pub fn new(plan: &Plan, request: &Request, index: u64, paths: u32) -> Recorder {
        Recorder {
            block: Block {
                index,
                paths,
                firms: FirmRows::default(),
                market: PathRows::default(),
                tally: empty_tally(plan),
            },
            detail: request.detail,
        }
    }

    /// Records the quarter that was just lived.
    pub fn quarter<const L: usize>(&mut self, _plan: &Plan, _state: &State<L>, _lanes: usize) {}

    /// Records the end of the first `lanes` paths of the group.
    pub fn end<const L: usize>(&mut self, plan: &Plan, state: &State<L>, lanes: usize) {
        let tally = &mut self.block.tally;
        tally.paths += lanes as u64;
        for l in 0..lanes {
            tally.price_games += state.games[l] as u64;
            tally.unconverged += state.unconverged[l] as u64;
            tally.paths_unconverged += u64::from(state.unconverged[l] > 0.0);
        }
        for f in 0..plan.world.firms.len() {
            end_of_firm(&mut tally.firms[f], state, f, lanes);
        }
        count_survivors(tally, plan, state, lanes);
        if self.detail >= Detail::Rows {
            self.rows(plan, state, lanes);
        }
    }

    fn rows<const L: usize>(&mut self, plan: &Plan, state: &State<L>, lanes: usize) {
        let rows = &mut self.block.firms;
        for l in 0..lanes {
            for f in 0..plan.world.firms.len() {
                rows.status.push(state.firms.status[f][l] as u8);
                rows.cause.push(state.firms.cause[f][l] as u8);
                rows.exit_quarter.push(state.firms.exit_quarter[f][l] as u16);
                rows.cash.push(state.ledger.cash(f)[l]);
            }
            self.block.market.unconverged.push(state.unconverged[l] as u32);
        }
    }

    /// The block.
    pub fn finish(self) -> Block {
        self.block
    }
}

/// A tally of no paths, with the world's firms and quarters.
pub fn empty_tally(plan: &Plan) -> Tally {
    let quarters = plan.world.clock.quarters as usize;
    let reported = plan.world.firms.iter().filter(|firm| firm.reported).count();
    let firm = FirmTally {
        exits: vec![vec![0; quarters]; CAUSES],
        acquired: vec![0; quarters],
        entered: vec![0; quarters],
        cash_positive: vec![0; quarters],
        ..FirmTally::default()
    };
    Tally {
        firms: vec![firm; plan.world.firms.len()],
        survivors: vec![0; reported + 1],
        survivors_by_quarter: vec![vec![0; reported + 1]; quarters],
        ..Tally::default()
    }
}

fn end_of_firm<const L: usize>(tally: &mut FirmTally, state: &State<L>, f: usize, lanes: usize) {
    for l in 0..lanes {
        let status = state.firms.status[f][l] as u8;
        let exit = state.firms.exit_quarter[f][l];
        if exit < f64::from(NEVER) {
            let cause = state.firms.cause[f][l] as usize;
            tally.exits[cause][exit as usize] += 1;
            if status == Status::Acquired as u8 {
                tally.acquired[exit as usize] += 1;
            }
        } else if status != Status::Outside as u8 {
            tally.alive += 1;
            tally.listed += u64::from(status == Status::Listed as u8);
        }
        tally.end_cash.add(state.ledger.cash(f)[l]);
    }
}

fn count_survivors<const L: usize>(tally: &mut Tally, plan: &Plan, state: &State<L>, lanes: usize) {
    for l in 0..lanes {
        let mut at_end = 0;
        for (f, firm) in plan.world.firms.iter().enumerate() {
            at_end += usize::from(firm.reported && state.firms.alive[f][l] > 0.0);
        }
        tally.survivors[at_end] += 1;
        for (quarter, counts) in tally.survivors_by_quarter.iter_mut().enumerate() {
            let q = quarter as f64;
            let mut alive = 0;
            for (f, firm) in plan.world.firms.iter().enumerate() {
                let entered = state.firms.entry_quarter[f][l] <= q;
                let stays = state.firms.exit_quarter[f][l] > q;
                alive += usize::from(firm.reported && entered && stays);
            }
            counts[alive] += 1;
        }
    }
}

/// Cause of an end whose number a row holds.
pub fn cause(number: u8) -> Cause {
    match number {
        1 => Cause::NoRound,
        2 => Cause::Frozen,
        3 => Cause::Commitment,
        _ => Cause::None,
    }
}

//! From the state of a group of paths to rows and counts.

use crate::numerics::lanes::Isa;
use crate::numerics::sketch::NO_BIN;
use crate::numerics::summary::note;
use crate::simulate::books::revenue_year;
use crate::simulate::figures::{concentration, figures, giants, rows as rows_of, stated};
use crate::simulate::lanes::{State, each, lanes_set, pick};
use crate::simulate::outcome::{BLOCK, Block, Columns, Detail, FIRM_FIGURES, FirmRows, FirmTally};
use crate::simulate::outcome::{MARKET_FIGURES, NEVER, PATH_NUMBERS, Request, Status, Tally};
use crate::simulate::plan::Plan;

/// Number of [`crate::simulate::outcome::Cause`] values.
pub const CAUSES: usize = 4;

/// Values of a figure in a block, at most.
const PLACES: usize = BLOCK as usize;

/// Spreads of a firm that are kept with the rows.
const FIRM_SPREADS: usize = 5;

/// Collects blocks, one after the other.
#[derive(Clone, Debug)]
pub struct Recorder<const L: usize> {
    block: Block,
    detail: Detail,
    /// Paths of the block recorded so far.
    at: usize,
    scratch: Vec<[f64; L]>,
}

/// First column of each kind: the ends of the firms, their other numbers, those of the path, then
/// the figures of quarter 0, 1, ...
struct First {
    firms: usize,
    path: usize,
    quarters: usize,
    end: usize,
}

impl First {
    fn new(plan: &Plan, detail: Detail) -> First {
        let firms = plan.world.firms.len();
        let (rows, wide) = (detail >= Detail::Rows, detail >= Detail::Quarters);
        let path = firms + if rows { firms * FIRM_SPREADS } else { 0 };
        let quarters = path + if rows { PATH_NUMBERS.len() } else { 0 };
        let figures = rows_of(plan) * plan.world.clock.quarters as usize;
        First { firms, path, quarters, end: quarters + if wide { figures } else { 0 } }
    }
}

impl<const L: usize> Recorder<L> {
    /// A recorder without a block.
    pub fn new(request: &Request) -> Recorder<L> {
        let (block, scratch) = (Block::default(), Vec::new());
        Recorder { block, detail: request.detail, at: 0, scratch }
    }

    /// Starts a block of so many paths; `room` is overwritten.
    pub fn begin(&mut self, plan: &Plan, (index, paths): (u64, u32), room: Columns) {
        self.at = 0;
        let (firms, markets) = (plan.world.firms.len(), plan.world.markets.len());
        let (mut columns, count) = (room, First::new(plan, self.detail).end);
        columns.moments.clear();
        columns.moments.resize(count, Default::default());
        // Every row of a full block is written.
        if u64::from(paths) < BLOCK {
            columns.bins.clear();
        }
        columns.bins.resize(count * PLACES, NO_BIN);
        let own = [firms * FIRM_FIGURES.len(), markets * MARKET_FIGURES.len()];
        columns.figures = [own[0], own[1], rows_of(plan) - own[0] - own[1]].map(|n| n as u32);
        let (tally, alive) = (empty_tally(plan), vec![Default::default(); firms]);
        self.block = Block { index, paths, alive, columns, tally, ..Block::default() };
    }

    /// Records the known numbers (not 0) of a row.
    fn put(&mut self, isa: Isa, column: usize, row: &[f64; L], known: &[f64; L]) {
        let columns = &mut self.block.columns;
        let bins = &mut columns.bins[column * PLACES + self.at..];
        let Some(bins) = bins.first_chunk_mut() else { return };
        note(isa, row, known, &mut columns.moments[column], bins);
    }

    /// Records the quarter that was just lived by the first `lanes` paths of the group.
    pub fn quarter(&mut self, isa: Isa, plan: &Plan, state: &State<L>, lanes: usize) {
        if self.detail < Detail::Quarters {
            return;
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        figures(isa, plan, state, &mut scratch);
        let first = First::new(plan, self.detail).quarters + state.quarter as usize * scratch.len();
        let (own, here) = (self.block.columns.figures[0] as usize, first_lanes(lanes));
        for (k, row) in scratch.iter().enumerate() {
            let known = if k < own {
                let alive = &state.firms.alive[k / FIRM_FIGURES.len()];
                each(|l| alive[l] * here[l])
            } else {
                here
            };
            self.put(isa, first + k, row, &known);
        }
        self.scratch = scratch;
    }

    /// Records the end of the first `lanes` paths of the group.
    pub fn end(&mut self, isa: Isa, plan: &Plan, state: &State<L>, lanes: usize) {
        let tally = &mut self.block.tally;
        let common = &state.common;
        tally.paths += lanes as u64;
        for l in 0..lanes {
            tally.price_games += common.games[l] as u64;
            tally.identity_failures += common.failures[l] as u64;
            tally.unconverged += common.unconverged[l] as u64;
            tally.paths_unconverged += u64::from(common.unconverged[l] > 0.0);
        }
        count_survivors(tally, plan, state, lanes);
        for f in 0..plan.world.firms.len() {
            for l in lanes_set(&state.firms.alive[f]).take_while(|&l| l < lanes) {
                let path = self.at + l;
                self.block.alive[f][path / 64] |= 1 << (path % 64);
            }
            end_of_firm(&mut self.block.tally.firms[f], state, f, lanes);
            self.put(isa, f, state.ledger.cash(f), &first_lanes(lanes));
        }
        if self.detail >= Detail::Rows {
            for f in 0..plan.world.firms.len() {
                self.firm_numbers(isa, plan, state, f, lanes);
            }
            firm_rows(&mut self.block.firms, plan, state, lanes);
            self.path_rows(isa, plan, state, lanes);
        }
        self.at += lanes;
    }

    /// What is known of a firm that entered.
    fn firm_numbers(&mut self, isa: Isa, plan: &Plan, state: &State<L>, f: usize, lanes: usize) {
        let (firms, tally) = (&state.firms, &mut self.block.tally.firms[f]);
        let (entry, positive) = (&firms.entry_quarter[f], &firms.cash_positive[f]);
        let never = f64::from(NEVER);
        for l in (0..lanes).filter(|&l| entry[l] < never) {
            tally.entered[entry[l] as usize] += 1;
            if positive[l] < never {
                tally.cash_positive[positive[l] as usize] += 1;
            } else {
                tally.never_self_sufficient += 1;
            }
        }
        let need: [f64; L] = each(|l| pick(positive[l] < never, firms.deepest[f][l], f64::NAN));
        let numbers =
            [need, firms.raised[f], firms.valuation[f], year(plan, state, f), firms.stake[f]];
        let first = First::new(plan, self.detail).firms + f * FIRM_SPREADS;
        let here: [f64; L] = first_lanes(lanes);
        let known = each(|l| pick(entry[l] < never, here[l], 0.0));
        for (k, row) in numbers.iter().enumerate() {
            self.put(isa, first + k, row, &known);
        }
    }

    fn path_rows(&mut self, isa: Isa, plan: &Plan, state: &State<L>, lanes: usize) {
        let common = &state.common;
        let [giants, abroad] = giants(plan, state, plan.world.report.giant_usd);
        let (spend, usage) =
            (concentration(plan, state, None, false), concentration(plan, state, None, true));
        let rows = &mut self.block.market;
        for l in 0..lanes {
            rows.hhi_spend.push(spend[l]);
            rows.hhi_usage.push(usage[l]);
            rows.leader_change.push(common.leader_change[l] as u16);
            rows.final_spend.push(common.final_spend[l]);
            for k in 0..5 {
                rows.value_added[k].push(common.value_added[k][l]);
            }
            rows.capex.push(common.capex[l]);
            rows.cloud_capex.push(common.cloud_capex[l]);
            rows.consumer_surplus.push(common.surplus[l]);
            rows.unconverged.push(common.unconverged[l] as u32);
        }
        let [chips, cloud, labs, applications, energy] = common.value_added;
        let numbers = [
            spend,
            usage,
            common.leader_change,
            common.final_spend,
            chips,
            cloud,
            labs,
            applications,
            energy,
            common.capex,
            common.surplus,
            giants,
            abroad,
        ];
        let first = First::new(plan, self.detail).path;
        for (k, row) in numbers.iter().enumerate() {
            self.put(isa, first + k, row, &first_lanes(lanes));
        }
    }

    /// The block that was begun.
    pub fn finish(&mut self) -> Block {
        std::mem::take(&mut self.block)
    }
}

/// Revenue of the last four quarters as the firm states it.
fn year<const L: usize>(plan: &Plan, state: &State<L>, f: usize) -> [f64; L] {
    let (stated, year) = (stated(plan, state, f), revenue_year(state, f));
    each(|l| year[l] * stated[l])
}

/// 1 in the first `lanes` lanes, 0 in the others.
fn first_lanes<const L: usize>(lanes: usize) -> [f64; L] {
    each(|l| if l < lanes { 1.0 } else { 0.0 })
}

fn firm_rows<const L: usize>(rows: &mut FirmRows, plan: &Plan, state: &State<L>, lanes: usize) {
    let firms = &state.firms;
    let years: Vec<[f64; L]> = (0..plan.world.firms.len()).map(|f| year(plan, state, f)).collect();
    for l in 0..lanes {
        for f in 0..plan.world.firms.len() {
            rows.status.push(firms.status[f][l] as u8);
            rows.cause.push(firms.cause[f][l] as u8);
            rows.exit_quarter.push(firms.exit_quarter[f][l] as u16);
            rows.cash.push(state.ledger.cash(f)[l]);
            rows.revenue_year.push(years[f][l]);
            rows.levered_fcf.push(firms.levered_sum[f][l]);
            rows.raised.push(firms.raised[f][l]);
            rows.founders_stake.push(firms.stake[f][l]);
            rows.valuation.push(firms.valuation[f][l]);
            rows.deepest_need.push(firms.deepest[f][l]);
            rows.cash_positive.push(firms.cash_positive[f][l] as u16);
            rows.defaulted.push(firms.defaulted[f][l] as u8);
        }
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
    let firms = &state.firms;
    let alive = &firms.alive[f][..lanes];
    let listed = f64::from(Status::Listed as u8);
    let count = |row: &[f64], value: f64| row.iter().map(|&x| u64::from(x == value)).sum::<u64>();
    tally.alive += count(alive, 1.0);
    tally.listed += count(&firms.status[f][..lanes], listed);
    tally.defaulted += count(&firms.defaulted[f][..lanes], 1.0);
    let never = f64::from(NEVER);
    for l in (0..lanes).filter(|&l| alive[l] == 0.0) {
        let exit = firms.exit_quarter[f][l];
        if exit < never {
            tally.exits[firms.cause[f][l] as usize][exit as usize] += 1;
            let acquired = firms.status[f][l] == f64::from(Status::Acquired as u8);
            tally.acquired[exit as usize] += u64::from(acquired);
        }
    }
}

/// How many of the reported firms are alive, at the end and by quarter.
fn count_survivors<const L: usize>(tally: &mut Tally, plan: &Plan, state: &State<L>, lanes: usize) {
    let quarters = tally.survivors_by_quarter.len();
    let mut change = vec![[0i32; L]; quarters + 1];
    let mut at_end = [0usize; L];
    let reported = plan.world.firms.iter().enumerate().filter(|(_, firm)| firm.reported);
    for (f, firm) in reported {
        let alive = &state.firms.alive[f];
        let waits = firm.entry.is_some();
        for l in 0..lanes {
            at_end[l] += usize::from(alive[l] > 0.0);
            if !waits && alive[l] > 0.0 {
                change[0][l] += 1;
                continue;
            }
            let entry = (state.firms.entry_quarter[f][l] as usize).min(quarters);
            let exit = (state.firms.exit_quarter[f][l] as usize).min(quarters);
            change[entry][l] += 1;
            change[exit.max(entry)][l] -= 1;
        }
    }
    let mut alive = [0i32; L];
    for (counts, change) in tally.survivors_by_quarter.iter_mut().zip(&change) {
        for l in 0..L {
            alive[l] += change[l];
        }
        for &alive in &alive[..lanes] {
            counts[alive as usize] += 1;
        }
    }
    for &at_end in &at_end[..lanes] {
        tally.survivors[at_end] += 1;
    }
}

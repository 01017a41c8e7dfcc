//! From the state of a group of paths to rows and counts.

use std::collections::BTreeMap;

use crate::numerics::lanes::Isa;
use crate::simulate::books::revenue_year;
use crate::simulate::figures::{concentration, figures, giants, rows as rows_of};
use crate::simulate::lanes::{State, each, lanes_set, pick};
use crate::simulate::outcome::{BLOCK, Block, Detail, FirmRows, FirmTally, NEVER};
use crate::simulate::outcome::{COMMON_FIGURES, FIRM_FIGURES, MARKET_FIGURES, PATH_NUMBERS};
use crate::simulate::outcome::{QuarterTally, Request, Spread, Status, Tally};
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
    /// One number a path, [`PLACES`] to a column, NaN where there is none: the ends of the firms,
    /// their other numbers, those of the path, then the figures of quarter 0, 1, ...
    columns: Vec<f64>,
    scratch: Vec<[f64; L]>,
}

/// First column of each kind.
struct Columns {
    firms: usize,
    path: usize,
    quarters: usize,
    end: usize,
}

impl Columns {
    fn new(plan: &Plan, detail: Detail) -> Columns {
        let firms = plan.world.firms.len();
        let (rows, wide) = (detail >= Detail::Rows, detail >= Detail::Quarters);
        let path = firms + if rows { firms * FIRM_SPREADS } else { 0 };
        let quarters = path + if rows { PATH_NUMBERS.len() } else { 0 };
        let figures = rows_of(plan) * plan.world.clock.quarters as usize;
        Columns { firms, path, quarters, end: quarters + if wide { figures } else { 0 } }
    }
}

impl<const L: usize> Recorder<L> {
    /// Room for the blocks of a run.
    pub fn new(plan: &Plan, request: &Request) -> Recorder<L> {
        let columns = Columns::new(plan, request.detail).end;
        Recorder {
            block: Block::default(),
            detail: request.detail,
            at: 0,
            columns: vec![0.0; columns * PLACES],
            scratch: Vec::new(),
        }
    }

    /// Starts a block.
    pub fn begin(&mut self, plan: &Plan, index: u64, paths: u32) {
        self.at = 0;
        let alive = vec![Default::default(); plan.world.firms.len()];
        self.block = Block { index, paths, alive, tally: empty_tally(plan), ..Block::default() };
    }

    #[inline(always)]
    fn put(&mut self, column: usize, row: &[f64; L], lanes: usize) {
        let at = column * PLACES + self.at;
        self.columns[at..at + lanes].copy_from_slice(&row[..lanes]);
    }

    /// Records the quarter that was just lived by the first `lanes` paths of the group.
    pub fn quarter(&mut self, isa: Isa, plan: &Plan, state: &State<L>, lanes: usize) {
        if self.detail < Detail::Quarters {
            return;
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        figures(isa, plan, state, &mut scratch);
        let own = plan.world.firms.len() * FIRM_FIGURES.len();
        let first =
            Columns::new(plan, self.detail).quarters + state.quarter as usize * scratch.len();
        for (k, row) in scratch.iter().enumerate() {
            let known = if k < own {
                let alive = &state.firms.alive[k / FIRM_FIGURES.len()];
                each(|l| pick(alive[l] > 0.0, row[l], f64::NAN))
            } else {
                each(|l| pick(row[l].is_finite(), row[l], f64::NAN))
            };
            self.put(first + k, &known, lanes);
        }
        self.scratch = scratch;
    }

    /// Records the end of the first `lanes` paths of the group.
    pub fn end(&mut self, plan: &Plan, state: &State<L>, lanes: usize) {
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
            self.put(f, state.ledger.cash(f), lanes);
        }
        if self.detail >= Detail::Rows {
            for f in 0..plan.world.firms.len() {
                self.firm_numbers(plan, state, f, lanes);
            }
            firm_rows(&mut self.block.firms, plan, state, lanes);
            self.path_rows(plan, state, lanes);
        }
        self.at += lanes;
    }

    /// What is known of a firm that entered.
    fn firm_numbers(&mut self, plan: &Plan, state: &State<L>, f: usize, lanes: usize) {
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
            [need, firms.raised[f], firms.valuation[f], revenue_year(state, f), firms.stake[f]];
        let first = Columns::new(plan, self.detail).firms + f * FIRM_SPREADS;
        for (k, row) in numbers.iter().enumerate() {
            let known = each(|l| pick(entry[l] < never, row[l], f64::NAN));
            self.put(first + k, &known, lanes);
        }
    }

    fn path_rows(&mut self, plan: &Plan, state: &State<L>, lanes: usize) {
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
        let first = Columns::new(plan, self.detail).path;
        for (k, row) in numbers.iter().enumerate() {
            let known = each(|l| pick(row[l].is_finite(), row[l], f64::NAN));
            self.put(first + k, &known, lanes);
        }
    }

    /// The block that was begun.
    pub fn finish(&mut self, isa: Isa, plan: &Plan) -> Block {
        let columns = Columns::new(plan, self.detail);
        let (mut spreads, paths) = (self.columns.chunks_exact(PLACES), self.at);
        let mut desk = Desk::default();
        let mut next = || desk.spread(isa, spreads.next().map_or(&[], |column| &column[..paths]));
        let tally = &mut self.block.tally;
        for firm in &mut tally.firms {
            firm.end_cash = next();
        }
        if columns.path > columns.firms {
            for firm in &mut tally.firms {
                firm.need = next();
                firm.raised = next();
                firm.valuation = next();
                firm.revenue_year = next();
                firm.founders_stake = next();
            }
            let names = PATH_NUMBERS.iter().map(|name| name.to_string());
            tally.path_numbers = names.map(|name| (name, next())).collect();
        }
        if columns.end > columns.quarters {
            let quarters = 0..plan.world.clock.quarters;
            tally.quarters = quarters.map(|_| named(plan, &mut next)).collect();
        }
        std::mem::take(&mut self.block)
    }
}

/// Scratch of the spreads.
struct Desk {
    values: [f64; PLACES],
    squares: [f64; PLACES],
    bins: [i32; PLACES],
}

impl Default for Desk {
    fn default() -> Self {
        Desk { values: [0.0; PLACES], squares: [0.0; PLACES], bins: [0; PLACES] }
    }
}

impl Desk {
    /// The spread of the numbers in a column.
    fn spread(&mut self, isa: Isa, column: &[f64]) -> Spread {
        let mut count = 0;
        for &value in column {
            self.values[count] = value;
            count += usize::from(!value.is_nan());
        }
        let (bins, squares) = (&mut self.bins[..count], &mut self.squares[..count]);
        Spread::of(isa, &self.values[..count], bins, squares)
    }
}

/// Puts names on the figures of a quarter.
fn named(plan: &Plan, next: &mut impl FnMut() -> Spread) -> QuarterTally {
    let mut take = |names: &[&str]| -> BTreeMap<String, Spread> {
        names.iter().map(|name| (name.to_string(), next())).collect()
    };
    let firms = plan.world.firms.iter().map(|_| take(&FIRM_FIGURES)).collect();
    let markets = plan.world.markets.iter().map(|_| take(&MARKET_FIGURES)).collect();
    let mut common = take(&COMMON_FIGURES);
    for region in &plan.world.regions {
        let names = [format!("hhi_spend/{}", region.name), format!("hhi_usage/{}", region.name)];
        common.append(&mut take(&[&names[0], &names[1]]));
    }
    QuarterTally { firms, markets, common }
}

fn firm_rows<const L: usize>(rows: &mut FirmRows, plan: &Plan, state: &State<L>, lanes: usize) {
    let firms = &state.firms;
    let years: Vec<[f64; L]> =
        (0..plan.world.firms.len()).map(|f| revenue_year(state, f)).collect();
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

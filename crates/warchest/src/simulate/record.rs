//! From the state of a group of paths to rows and counts.

use std::collections::BTreeMap;

use crate::numerics::lanes::Isa;
use crate::numerics::summary::Sketch;
use crate::simulate::books::revenue_year;
use crate::simulate::figures::{concentration, figures, giants, rows};
use crate::simulate::lanes::{Rows, State};
use crate::simulate::outcome::{BLOCK, Block, Detail, FirmRows, FirmTally, NEVER, PathRows};
use crate::simulate::outcome::{COMMON_FIGURES, FIRM_FIGURES, MARKET_FIGURES, PATH_NUMBERS};
use crate::simulate::outcome::{QuarterTally, Request, Spread, Status, Tally};
use crate::simulate::plan::Plan;

/// Number of [`crate::simulate::outcome::Cause`] values.
pub const CAUSES: usize = 4;

/// Values of a figure in a block, at most.
const PLACES: usize = BLOCK as usize;

/// Collects one block.
#[derive(Clone, Debug)]
pub struct Recorder<const L: usize> {
    block: Block,
    detail: Detail,
    /// One spread per quarter and figure, figures in a row; the bins of its values, [`BLOCK`]
    /// places each, are sorted into its sketch when the block is whole.
    quarters: Vec<Spread>,
    bins: Vec<i32>,
    paths: Vec<Spread>,
    scratch: Rows<L>,
}

impl<const L: usize> Recorder<L> {
    /// An empty block.
    pub fn new(plan: &Plan, request: &Request, index: u64, paths: u32) -> Recorder<L> {
        let wide = request.detail >= Detail::Quarters;
        let figures = if wide { rows(plan) * plan.world.clock.quarters as usize } else { 0 };
        Recorder {
            block: Block {
                index,
                paths,
                firms: FirmRows::default(),
                market: PathRows::default(),
                tally: empty_tally(plan),
            },
            detail: request.detail,
            quarters: vec![Spread::default(); figures],
            bins: vec![0; figures * PLACES],
            paths: vec![Spread::default(); PATH_NUMBERS.len()],
            scratch: Vec::new(),
        }
    }

    /// Records the quarter that was just lived by the first `lanes` paths of the group.
    pub fn quarter(&mut self, isa: Isa, plan: &Plan, state: &State<L>, lanes: usize) {
        if self.detail < Detail::Quarters {
            return;
        }
        figures(isa, plan, state, &mut self.scratch);
        let width = self.scratch.len();
        let own = plan.world.firms.len() * FIRM_FIGURES.len();
        let at = state.quarter as usize * width;
        let room = self.bins[at * PLACES..].chunks_exact_mut(PLACES);
        let spreads = self.quarters[at..].iter_mut().zip(room);
        for (k, (row, (spread, bins))) in self.scratch.iter().zip(spreads).enumerate() {
            let alive = (k < own).then(|| &state.firms.alive[k / FIRM_FIGURES.len()]);
            for l in 0..lanes {
                let value = row[l];
                if alive.map_or(value.is_finite(), |alive| alive[l] > 0.0) {
                    bins[spread.sum.count as usize] = Sketch::bin(value);
                    spread.sum.add(value);
                    spread.sum_squares.add(value * value);
                }
            }
        }
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
        for f in 0..plan.world.firms.len() {
            end_of_firm(&mut tally.firms[f], state, f, lanes);
        }
        count_survivors(tally, plan, state, lanes);
        if self.detail >= Detail::Rows {
            for f in 0..plan.world.firms.len() {
                spreads_of_firm(&mut self.block.tally.firms[f], state, f, lanes);
            }
            firm_rows(&mut self.block.firms, plan, state, lanes);
            self.path_rows(plan, state, lanes);
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
            let [chips, cloud, labs, applications, energy] = common.value_added;
            let numbers = [
                spend[l],
                usage[l],
                common.leader_change[l],
                common.final_spend[l],
                chips[l],
                cloud[l],
                labs[l],
                applications[l],
                energy[l],
                common.capex[l],
                common.surplus[l],
                giants[l],
                abroad[l],
            ];
            for (spread, number) in self.paths.iter_mut().zip(numbers) {
                if number.is_finite() {
                    spread.add(number);
                }
            }
        }
    }

    /// The block.
    pub fn finish(mut self, plan: &Plan) -> Block {
        if self.detail >= Detail::Rows {
            let names = PATH_NUMBERS.iter().map(|name| name.to_string());
            self.block.tally.path_numbers = names.zip(self.paths).collect();
        }
        if self.detail >= Detail::Quarters {
            let width = rows(plan);
            for (spread, bins) in self.quarters.iter_mut().zip(self.bins.chunks_exact_mut(PLACES)) {
                spread.sketch = Sketch::of_bins(&mut bins[..spread.sum.count as usize]);
            }
            let mut spreads = self.quarters.into_iter();
            for _ in 0..plan.world.clock.quarters {
                let row: Vec<Spread> = spreads.by_ref().take(width).collect();
                self.block.tally.quarters.push(named(plan, row));
            }
        }
        self.block
    }
}

/// Puts names on a row of figures.
fn named(plan: &Plan, row: Vec<Spread>) -> QuarterTally {
    let mut spreads = row.into_iter();
    let mut take = |names: &[&str]| -> BTreeMap<String, Spread> {
        names.iter().map(|name| name.to_string()).zip(spreads.by_ref()).collect()
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
    let years: Rows<L> = (0..plan.world.firms.len()).map(|f| revenue_year(state, f)).collect();
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
    let never = f64::from(NEVER);
    for l in 0..lanes {
        let status = firms.status[f][l] as u8;
        let exit = firms.exit_quarter[f][l];
        if exit < never {
            tally.exits[firms.cause[f][l] as usize][exit as usize] += 1;
            if status == Status::Acquired as u8 {
                tally.acquired[exit as usize] += 1;
            }
        } else if status != Status::Outside as u8 {
            tally.alive += 1;
            tally.listed += u64::from(status == Status::Listed as u8);
        }
        tally.defaulted += firms.defaulted[f][l] as u64;
        tally.end_cash.add(state.ledger.cash(f)[l]);
    }
}

fn spreads_of_firm<const L: usize>(
    tally: &mut FirmTally,
    state: &State<L>,
    f: usize,
    lanes: usize,
) {
    let firms = &state.firms;
    let never = f64::from(NEVER);
    let year = revenue_year(state, f);
    for l in 0..lanes {
        let entry = firms.entry_quarter[f][l];
        if entry >= never {
            continue;
        }
        tally.entered[entry as usize] += 1;
        let positive = firms.cash_positive[f][l];
        if positive < never {
            tally.cash_positive[positive as usize] += 1;
            tally.need.add(firms.deepest[f][l]);
        } else {
            tally.never_self_sufficient += 1;
        }
        tally.raised.add(firms.raised[f][l]);
        tally.valuation.add(firms.valuation[f][l]);
        tally.revenue_year.add(year[l]);
        tally.founders_stake.add(firms.stake[f][l]);
    }
}

fn count_survivors<const L: usize>(tally: &mut Tally, plan: &Plan, state: &State<L>, lanes: usize) {
    let quarters = tally.survivors_by_quarter.len();
    for l in 0..lanes {
        let mut change = vec![0i32; quarters + 1];
        let mut at_end = 0;
        for (f, firm) in plan.world.firms.iter().enumerate() {
            if firm.reported {
                at_end += usize::from(state.firms.alive[f][l] > 0.0);
                let entry = (state.firms.entry_quarter[f][l] as usize).min(quarters);
                let exit = (state.firms.exit_quarter[f][l] as usize).min(quarters);
                change[entry] += 1;
                change[exit.max(entry)] -= 1;
            }
        }
        tally.survivors[at_end] += 1;
        let mut alive = 0;
        for (quarter, counts) in tally.survivors_by_quarter.iter_mut().enumerate() {
            alive += change[quarter];
            counts[alive as usize] += 1;
        }
    }
}

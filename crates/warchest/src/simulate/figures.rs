//! The figures of a quarter, in the order of the names in [`crate::simulate::outcome`].

use crate::capital::ledger::Kind;
use crate::multiversion;
use crate::numerics::elementary::{exp, ln};
use crate::simulate::lanes::{State, each, flag, pick};
use crate::simulate::outcome::{COMMON_FIGURES, FIRM_FIGURES, MARKET_FIGURES};
use crate::simulate::plan::Plan;
use crate::world::{FirmId, Kernel, MarketId};

/// Number of rows of [`figures`].
pub fn rows(plan: &Plan) -> usize {
    plan.world.firms.len() * FIRM_FIGURES.len()
        + plan.world.markets.len() * MARKET_FIGURES.len()
        + COMMON_FIGURES.len()
        + 2 * plan.world.regions.len()
}

multiversion! {
    /// Fills `out` with one row per figure: firms, then markets, then common ones, then the
    /// concentration of each region.
    pub fn figures<const L: usize>(plan: &Plan, state: &State<L>, out: &mut Vec<[f64; L]>) {
        out.clear();
        let mut spend = [0.0; L];
        for f in 0..plan.world.firms.len() {
            let revenue = &state.firms.revenue[f];
            for l in 0..L {
                spend[l] += revenue[l];
            }
        }
        for f in 0..plan.world.firms.len() {
            firm(plan, state, f, &spend, out);
        }
        for m in 0..plan.world.markets.len() {
            market(plan, state, m, out);
        }
        prices(plan, state, out);
        out.push(concentration(plan, state, None, false));
        out.push(concentration(plan, state, None, true));
        totals(plan, state, out);
        for r in 0..plan.world.regions.len() {
            out.push(concentration(plan, state, Some(r), false));
            out.push(concentration(plan, state, Some(r), true));
        }
    }
}

#[inline(always)]
fn firm<const L: usize>(
    plan: &Plan,
    state: &State<L>,
    f: FirmId,
    spend: &[f64; L],
    out: &mut Vec<[f64; L]>,
) {
    let firms = &state.firms;
    let revenue = &firms.revenue[f];
    let stated = stated(plan, state, f);
    out.push(*state.ledger.cash(f));
    out.push(each(|l| revenue[l] * stated[l]));
    out.push(firms.levered[f]);
    out.push(firms.unlevered[f]);
    out.push(firms.profit[f]);
    let run_rate = run_rate(state, f);
    out.push(each(|l| run_rate[l] * stated[l]));
    out.push(each(|l| pick(spend[l] > 0.0, revenue[l] / spend[l], 0.0)));
    out.push(firms.valuation[f]);
    out.push(firms.raised_last[f]);
    out.push(firms.research[f]);
    out.push(firms.quality[f]);
}

/// Part of a firm's revenue that it states: all of it, or what its partner leaves.
#[inline(always)]
pub fn stated<const L: usize>(plan: &Plan, state: &State<L>, f: FirmId) -> [f64; L] {
    let firm = &plan.world.firms[f];
    if !firm.net_revenue {
        return [1.0; L];
    }
    let share = &state.values[firm.partner_share];
    each(|l| 1.0 - share[l])
}

/// Run-rate revenue at the end of the quarter: 28 days of use × 13 + a month of subscriptions
/// × 12, both at the pace of the quarter's end (a third of its growth beyond its mean).
#[inline(always)]
fn run_rate<const L: usize>(state: &State<L>, f: FirmId) -> [f64; L] {
    const DAYS: f64 = 91.3125;
    let before = &state.firms.revenue_year[4 * f + ((state.quarter as usize + 3) & 3)];
    let (revenue, subscriptions) = (&state.firms.revenue[f], &state.firms.subscriptions[f]);
    each(|l| {
        let known = before[l] > 0.0 && revenue[l] > 0.0;
        let growth = ln(revenue[l] / before[l]).clamp(-1.0, 1.0);
        let pace = if known { exp(growth / 3.0) } else { 1.0 };
        let usage = revenue[l] - subscriptions[l];
        pace * (usage / DAYS * 28.0 * 13.0 + subscriptions[l] / 3.0 * 12.0)
    })
}

#[inline(always)]
fn market<const L: usize>(plan: &Plan, state: &State<L>, m: MarketId, out: &mut Vec<[f64; L]>) {
    let (mut revenue, mut units) = ([0.0; L], [0.0; L]);
    let (mut inside, mut open) = ([0.0; L], [0.0; L]);
    for n in plan.places[m].range.clone() {
        let offers = &state.offers;
        let serves_open = plan.world.firms[plan.offers[n].firm].serves_open;
        for l in 0..L {
            revenue[l] += offers.revenue[n][l];
            units[l] += offers.units[n][l];
            inside[l] += offers.share[n][l];
            open[l] += pick(serves_open, offers.share[n][l], 0.0);
        }
    }
    out.push(each(|l| pick(units[l] > 0.0, revenue[l] / units[l], f64::NAN)));
    out.push(state.markets.size[m]);
    out.push(inside);
    out.push(each(|l| pick(inside[l] > 0.0, open[l] / inside[l], 0.0)));
}

/// Three prices: quality-adjusted index over the budget markets, weighted by spend; price of the
/// best model on sale; cheapest price of the frontier quality of the start, which whoever sells a
/// better model could sell for less by what the difference costs to run.
#[inline(always)]
fn prices<const L: usize>(plan: &Plan, state: &State<L>, out: &mut Vec<[f64; L]>) {
    let (mut log, mut weight) = ([0.0; L], [0.0; L]);
    let (mut best, mut frontier) = ([f64::NEG_INFINITY; L], [f64::NAN; L]);
    let mut least = [f64::INFINITY; L];
    for (m, place) in plan.places.iter().enumerate() {
        let segment = &plan.world.segments[plan.world.markets[m].segment];
        let Kernel::Budget { sigma, .. } = segment.kernel else { continue };
        let (now, start) = (&state.markets.log_sum[m], &state.markets.log_sum_start[m]);
        let (sigma, factor) = (&state.values[sigma], &state.common.substitution);
        let size = &state.markets.size[m];
        for l in 0..L {
            let index = -(now[l] - start[l]) / (sigma[l] * factor[l] - 1.0);
            let counts = index.is_finite();
            log[l] += pick(counts, size[l] * index, 0.0);
            weight[l] += pick(counts, size[l], 0.0);
        }
        for n in place.range.clone() {
            let offer = &plan.offers[n];
            let quality = &state.products.quality[offer.product];
            let (price, active) = (&state.offers.price[n], &state.offers.active[n]);
            let start = &state.common.frontier_start;
            let dearer = &state.values[plan.world.technology.cost_of_quality];
            for l in 0..L {
                let on = active[l] > 0.0;
                let leads = on && quality[l] > best[l];
                best[l] = pick(leads, quality[l], best[l]);
                frontier[l] = pick(leads, price[l], frontier[l]);
                let above = quality[l] - start[l];
                let price = price[l] * exp(-dearer[l] * above);
                let enough = on && above >= 0.0 && price < least[l];
                least[l] = pick(enough, price, least[l]);
            }
        }
    }
    out.push(each(|l| pick(weight[l] > 0.0, exp(log[l] / weight[l]), f64::NAN)));
    out.push(frontier);
    out.push(each(|l| pick(least[l].is_finite(), least[l], f64::NAN)));
}

/// Herfindahl–Hirschman index of spend or of usage in RT, in one region or all.
#[inline(always)]
pub fn concentration<const L: usize>(
    plan: &Plan,
    state: &State<L>,
    region: Option<usize>,
    usage: bool,
) -> [f64; L] {
    let (mut total, mut squares) = ([0.0; L], [0.0; L]);
    for f in 0..plan.world.firms.len() {
        let mut own = [0.0; L];
        for (n, offer) in plan.offers.iter().enumerate() {
            let here = region.is_none_or(|r| plan.world.markets[offer.market].region == r);
            if offer.firm != f || !here {
                continue;
            }
            let (revenue, units) = (&state.offers.revenue[n], &state.offers.units[n]);
            let per_unit = &state.markets.rt_per_unit[offer.market];
            for l in 0..L {
                own[l] += pick(usage, units[l] * per_unit[l], revenue[l]);
            }
        }
        for l in 0..L {
            total[l] += own[l];
            squares[l] += own[l] * own[l];
        }
    }
    each(|l| pick(total[l] > 0.0, squares[l] / (total[l] * total[l]), f64::NAN))
}

#[inline(always)]
fn totals<const L: usize>(plan: &Plan, state: &State<L>, out: &mut Vec<[f64; L]>) {
    let (common, ledger) = (&state.common, &state.ledger);
    out.push(common.rent);
    out.push(common.mood);
    let (sales, ads) = (ledger.total(Kind::Sales), ledger.total(Kind::Advertising));
    out.push(each(|l| sales[l] + ads[l]));
    for layer in &common.value_added_now {
        out.push(*layer);
    }
    let mut surplus = [0.0; L];
    for row in state.markets.surplus.iter() {
        for l in 0..L {
            surplus[l] += row[l];
        }
    }
    out.push(surplus);
    let (own, fleet) = (ledger.total(Kind::Capex), ledger.total(Kind::CloudCapex));
    out.push(each(|l| own[l] + fleet[l]));
    out.push(*ledger.related());
    let mut adopters = [0.0; L];
    for r in 0..plan.world.regions.len() {
        for l in 0..L {
            adopters[l] += state.regions.adopters[r][l];
        }
    }
    out.push(adopters);
}

/// Firms worth at least `usd` on each path: all, and those outside North America.
pub fn giants<const L: usize>(plan: &Plan, state: &State<L>, usd: f64) -> [[f64; L]; 2] {
    let mut found = [[0.0; L]; 2];
    for (f, firm) in plan.world.firms.iter().enumerate() {
        let abroad = !plan.world.regions.get(firm.region).is_some_and(|r| r.north_america);
        for l in 0..L {
            let large = flag(state.firms.valuation[f][l] >= usd) * state.firms.alive[f][l];
            found[0][l] += large;
            found[1][l] += if abroad { large } else { 0.0 };
        }
    }
    found
}

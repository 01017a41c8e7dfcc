//! Step 10: what the firms are worth, who raises how much from the common pool, who lists.

use crate::capital::burn::runway;
use crate::capital::ledger::{Kind, Outside, whole};
use crate::capital::rounds::{Case, dilution, multiple, raise_probability};
use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::numerics::lanes::Isa;
use crate::simulate::lanes::{Common, State, any, each, flag, lanes_set, ones, pick, renew};
use crate::simulate::outcome::Status;
use crate::simulate::plan::Plan;
use crate::world::FirmId;

/// Marks, tranches, rounds, listings; a parent's refill; the shadow run's filling.
pub fn funding<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>) {
    if plan.parents || plan.world.funding.enabled || state.free_funding {
        funds(isa, plan, state);
    }
}

multiversion! {
    fn funds<const L: usize>(plan: &Plan, state: &mut State<L>) {
        for f in 0..plan.world.firms.len() {
            state.firms.raised_last[f] = [0.0; L];
            parent(plan, state, f);
        }
        if state.free_funding {
            fill(plan, state);
        } else if plan.world.funding.enabled {
            for f in 0..plan.world.firms.len() {
                mark(plan, state, f);
            }
            rounds(plan, state);
        }
    }
}

/// A parent tops cash up to that of the start, at most its cap a quarter.
#[inline(always)]
fn parent<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId) {
    let firm = &plan.world.firms[f];
    if plan.is_fixed(firm.parent_cap, 0.0) {
        return;
    }
    let (cap, start) = (&state.values[firm.parent_cap], &state.values[firm.cash]);
    let (cash, alive) = (state.ledger.cash(f), &state.firms.alive[f]);
    let mut refill = [0.0; L];
    for l in 0..L {
        let short = (start[l] - cash[l]).max(0.0);
        refill[l] = whole(short.min(cap[l]) * alive[l]);
    }
    let investors = state.ledger.outside(Outside::Investors);
    state.ledger.post(Kind::Parent, investors, f, &refill);
}

/// The shadow run: investors fill every hole, asking for nothing.
#[inline(always)]
fn fill<const L: usize>(plan: &Plan, state: &mut State<L>) {
    let investors = state.ledger.outside(Outside::Investors);
    for f in 0..plan.world.firms.len() {
        let (cash, alive) = (state.ledger.cash(f), &state.firms.alive[f]);
        let mut hole = [0.0; L];
        for l in 0..L {
            hole[l] = (-cash[l]).max(0.0) * alive[l];
        }
        state.ledger.post(Kind::Equity, investors, f, &hole);
        let firms = &mut state.firms;
        for l in 0..L {
            firms.raised[f][l] += hole[l];
            firms.raised_last[f][l] += hole[l];
        }
    }
}

/// Value of the equity: the given mark in the first quarter, then annualised revenue at the
/// formula's multiple. What the given mark was above the formula stays on top, what it was below
/// stays a factor, and either fades. The formula of the first quarter is taken at the growth that
/// the second one shows, so that the mark does not jump when growth becomes known.
#[inline(always)]
fn mark<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId) {
    let funding = &plan.world.funding;
    let values = &state.values;
    let b =
        [&values[funding.multiple[0]], &values[funding.multiple[1]], &values[funding.multiple[2]]];
    let start = &values[plan.world.firms[f].valuation];
    let mood = &state.common.mood;
    let firms = &mut state.firms;
    let (growth, revenue, alive) = (&firms.growth[f], &firms.revenue[f], &firms.alive[f]);
    let times: [f64; L] = each(|l| 4.0 * multiple([b[0][l], b[1][l], b[2][l]], growth[l], mood[l]));
    let feeling: [f64; L] = each(|l| exp(b[2][l] * mood[l]));
    let (legacy, scale) = (&mut firms.legacy[f], &mut firms.mark_scale[f]);
    let fade = &values[funding.mark_fade];
    let given = |l: usize| start[l] > 0.0;
    match state.quarter {
        0 => *scale = *ones(),
        1 => {
            let first = &firms.revenue_year[4 * f];
            let formula: [f64; L] = each(|l| first[l] * times[l]);
            let above: [f64; L] = each(|l| start[l] - formula[l]);
            *legacy = each(|l| pick(given(l) & (above[l] > 0.0), above[l] / feeling[l], 0.0));
            *scale = each(|l| pick(given(l) & (above[l] < 0.0), start[l] / formula[l], 1.0));
        }
        _ => {
            *legacy = each(|l| legacy[l] * (1.0 - fade[l] * alive[l]));
            *scale = each(|l| scale[l] + (1.0 - scale[l]) * fade[l] * alive[l]);
        }
    }
    let first = state.quarter == 0;
    let value: [f64; L] = each(|l| {
        let value = scale[l] * revenue[l] * times[l] + legacy[l] * feeling[l];
        pick(first & given(l), start[l], value)
    });
    let mark = &mut firms.valuation[f];
    *mark = each(|l| renew(alive[l] > 0.0, value[l], mark[l]));
}

/// Who asks the pool: lives, burns, has a short runway and a value.
#[inline(always)]
fn seeks<const L: usize>(plan: &Plan, state: &State<L>, f: FirmId) -> [f64; L] {
    let least = &state.values[plan.world.funding.seek_runway];
    let (cash, firms) = (state.ledger.cash(f), &state.firms);
    let (alive, flow, worth) = (&firms.alive[f], &firms.cash_flow[f], &firms.valuation[f]);
    each(|l| {
        let short = (flow[l] < 0.0) & (runway(cash[l], flow[l]) < least[l]);
        flag(short & (alive[l] > 0.0) & !(worth[l] <= 0.0))
    })
}

/// What a firm that seeks money asks of the pool, 0 when nobody listens.
#[inline(always)]
fn asked<const L: usize>(plan: &Plan, state: &State<L>, f: FirmId, l: usize) -> f64 {
    let funding = &plan.world.funding;
    let firm = &plan.world.firms[f];
    let values = &state.values;
    let burn = -state.firms.cash_flow[f][l];
    let left = runway(state.ledger.cash(f)[l], -burn);
    let revenue = state.firms.revenue[f][l];
    let margin = pick(revenue > 0.0, state.firms.profit[f][l] / revenue, -3.0);
    let case = Case {
        growth: state.firms.growth[f][l],
        mood: state.common.mood[l],
        runway: left,
        strategic: if firm.strategic_investor { 1.0 } else { 0.0 },
        margin: margin.clamp(-3.0, 3.0),
    };
    let alpha = funding.alpha.map(|id| values[id][l]);
    let u = plan.rare[f].raise.uniform(state.path + l as u64, state.quarter);
    if u > raise_probability(alpha, &case) {
        return 0.0;
    }
    let most = values[funding.pool_share][l] * state.common.pool[l];
    (values[funding.round_quarters][l] * burn).min(most)
}

/// Rounds share the pool in proportion to what was asked; a listing does not draw on it.
#[inline(always)]
fn rounds<const L: usize>(plan: &Plan, state: &mut State<L>) {
    let firms = plan.world.firms.len();
    let mut sum = [0.0; L];
    for f in 0..firms {
        state.last_excess[f] = [0.0; L];
        if plan.world.firms[f].raises {
            for l in lanes_set(&seeks(plan, state, f)) {
                state.last_excess[f][l] = asked(plan, state, f, l);
            }
            let more = &state.last_excess[f];
            sum = each(|l| sum[l] + more[l]);
        }
    }
    let common = &state.common;
    let (pool, shut) = (&common.pool, each(|l| flag(is_shut(common, l))));
    let scale: [f64; L] = each(|l| pick(sum[l] > pool[l], pool[l] / sum[l], 1.0));
    let part = state.values[plan.world.funding.debt_share];
    state.common.pool_left = *pool;
    for f in 0..firms {
        if !plan.world.firms[f].raises {
            continue;
        }
        let got = std::mem::replace(&mut state.last_excess[f], [0.0; L]);
        let amount: [f64; L] = each(|l| whole(got[l] * scale[l]));
        let left = &mut state.common.pool_left;
        *left = each(|l| left[l] - amount[l]);
        let lent = each(|l| whole(amount[l] * part[l]));
        let mut equity: [f64; L] = each(|l| amount[l] - lent[l]);
        for l in lanes_set(&may_list(plan, state, f, &shut)) {
            equity[l] += listing(plan, state, f, l);
        }
        let mut paid = tranche(state, f, &shut);
        let some: [f64; L] = each(|l| flag(equity[l] > 0.0));
        for l in lanes_set(&some) {
            paid[l] += announce(plan, state, f, l, equity[l]);
        }
        if any(&paid) {
            pay_in(plan, state, f, &paid);
        }
        if any(&lent) {
            borrow(state, f, &lent);
        }
    }
}

/// New debt: paid at once, owed from now on.
#[inline(always)]
fn borrow<const L: usize>(state: &mut State<L>, f: FirmId, lent: &[f64; L]) {
    let lenders = state.ledger.outside(Outside::Lenders);
    state.ledger.post(Kind::Debt, lenders, f, lent);
    for l in 0..L {
        state.firms.debt[f][l] += lent[l];
    }
}

/// What is paid at once of an announced round; the rest becomes conditional.
#[inline(always)]
fn announce<const L: usize>(
    plan: &Plan,
    state: &mut State<L>,
    f: FirmId,
    l: usize,
    amount: f64,
) -> f64 {
    let funding = &plan.world.funding;
    let noise = state.values[funding.multiple[3]][l];
    let z = plan.rare[f].multiple.normal(state.path + l as u64, state.quarter);
    let pre_money = state.firms.valuation[f][l] * exp(noise * z);
    let sold = dilution(pre_money, amount);
    dilute(state, f, l, sold);
    state.firms.valuation[f][l] = pre_money + amount;
    state.common.announced[l] += amount;
    let now = whole(amount * state.values[funding.paid_at_close][l]).min(amount);
    state.firms.conditional[f][l] += amount - now;
    state.firms.tranche[f][l] = whole(0.25 * state.firms.conditional[f][l]) + 1.0;
    now
}

/// New holders get `sold` of the firm; all others keep `1 − sold` of what they had.
#[inline(always)]
pub fn dilute<const L: usize>(state: &mut State<L>, f: FirmId, l: usize, sold: f64) {
    let (stake, others) = (&mut state.firms.stake[f][l], &mut state.firms.others[f][l]);
    *stake *= 1.0 - sold;
    *others = *others * (1.0 - sold) + sold;
}

/// The conditional part that is paid this quarter: none while the pool is shut.
#[inline(always)]
fn tranche<const L: usize>(state: &mut State<L>, f: FirmId, shut: &[f64; L]) -> [f64; L] {
    let firms = &mut state.firms;
    let (alive, step) = (&firms.alive[f], &firms.tranche[f]);
    let left = &mut firms.conditional[f];
    let paid = each(|l| {
        let due = left[l].min(step[l]);
        pick((shut[l] == 0.0) & (alive[l] > 0.0), due, 0.0)
    });
    *left = each(|l| left[l] - paid[l]);
    paid
}

/// Nobody invests: a crash this quarter, or a pool under half its trend.
#[inline(always)]
pub fn is_shut<const L: usize>(common: &Common<L>, l: usize) -> bool {
    (common.crash[l] > 0.0) | (common.pool_factor[l] < 0.5)
}

/// Private, large enough, worth something while the pool is open.
#[inline(always)]
fn may_list<const L: usize>(plan: &Plan, state: &State<L>, f: FirmId, shut: &[f64; L]) -> [f64; L] {
    let least = &state.values[plan.world.funding.listing_revenue];
    let firms = &state.firms;
    let (status, revenue, worth) = (&firms.status[f], &firms.revenue[f], &firms.valuation[f]);
    each(|l| {
        let private = status[l] == f64::from(Status::Alive as u8);
        let large = (4.0 * revenue[l] >= least[l]) & !(worth[l] <= 0.0);
        flag(private & large & (shut[l] == 0.0))
    })
}

/// Proceeds of a listing by a firm that may list, 0 without one.
#[inline(always)]
fn listing<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId, l: usize) -> f64 {
    let funding = &plan.world.funding;
    let values = &state.values;
    let u = plan.rare[f].listing.uniform(state.path + l as u64, state.quarter);
    if u > values[funding.listing_hazard][l] {
        return 0.0;
    }
    let burn = (-state.firms.cash_flow[f][l]).max(0.0);
    let round = values[funding.round_quarters][l] * burn;
    state.firms.status[f][l] = f64::from(Status::Listed as u8);
    whole(values[funding.listing_multiple][l] * round)
}

/// Posts equity that was paid in; a strategic investor is a supplier, so the flow is tagged.
#[inline(always)]
pub fn pay_in<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId, paid: &[f64; L]) {
    let strategic = plan.world.firms[f].strategic_investor;
    let from = if strategic { Outside::Clouds } else { Outside::Investors };
    let from = state.ledger.outside(from);
    state.ledger.post(Kind::Equity, from, f, paid);
    if strategic {
        state.ledger.tag_related(paid);
    }
    for l in 0..L {
        state.firms.raised[f][l] += paid[l];
        state.firms.raised_last[f][l] += paid[l];
    }
}

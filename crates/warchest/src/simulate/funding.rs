//! Step 10: what the firms are worth, who raises how much from the common pool, who lists.

use crate::capital::burn::runway;
use crate::capital::ledger::{Kind, Outside, whole};
use crate::capital::rounds::{Case, dilution, multiple, raise_probability};
use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::simulate::lanes::{State, any, pick};
use crate::simulate::outcome::Status;
use crate::simulate::plan::Plan;
use crate::world::FirmId;

multiversion! {
    /// Marks, tranches, rounds, listings; a parent's refill; the shadow run's filling.
    pub fn funding<const L: usize>(plan: &Plan, state: &mut State<L>) {
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
        let raised = &mut state.firms.raised[f];
        for l in 0..L {
            raised[l] += hole[l];
        }
    }
}

/// Value of the equity: annualised revenue at the formula's multiple, plus what does not follow
/// revenue, which moves with the mood alone.
#[inline(always)]
fn mark<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId) {
    let funding = &plan.world.funding;
    let values = &state.values;
    let b =
        [&values[funding.multiple[0]], &values[funding.multiple[1]], &values[funding.multiple[2]]];
    let start = &values[plan.world.firms[f].valuation];
    let (growth, mood) = (&state.firms.growth[f], &state.common.mood);
    let revenue = &state.firms.revenue[f];
    for l in 0..L {
        let formula = 4.0 * revenue[l] * multiple([b[0][l], b[1][l], b[2][l]], growth[l], mood[l]);
        let feeling = exp(b[2][l] * mood[l]);
        if state.quarter == 0 {
            let given = start[l] > 0.0;
            let above = start[l] - formula;
            let legacy = if given && above > 0.0 { above / feeling } else { 0.0 };
            let scale = pick(given && above < 0.0, start[l] / formula, 1.0);
            state.firms.legacy[f][l] = legacy;
            state.firms.mark_scale[f][l] = scale;
        }
        let value = state.firms.mark_scale[f][l] * formula + state.firms.legacy[f][l] * feeling;
        let alive = state.firms.alive[f][l] > 0.0;
        let mark = &mut state.firms.valuation[f][l];
        *mark = if alive { value } else { *mark };
    }
}

/// What a firm asks of the pool, 0 when it does not ask or nobody listens.
#[inline(always)]
fn asked<const L: usize>(plan: &Plan, state: &State<L>, f: FirmId, l: usize) -> f64 {
    let funding = &plan.world.funding;
    let firm = &plan.world.firms[f];
    let values = &state.values;
    let burn = -state.firms.cash_flow[f][l];
    let left = runway(state.ledger.cash(f)[l], -burn);
    let seeks =
        state.firms.alive[f][l] > 0.0 && burn > 0.0 && left < values[funding.seek_runway][l];
    if !seeks || state.firms.valuation[f][l] <= 0.0 {
        return 0.0;
    }
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
            for l in 0..L {
                state.last_excess[f][l] = asked(plan, state, f, l);
                sum[l] += state.last_excess[f][l];
            }
        }
    }
    for f in 0..firms {
        if !plan.world.firms[f].raises {
            continue;
        }
        let (mut paid, mut lent) = ([0.0; L], [0.0; L]);
        let part = state.values[plan.world.funding.debt_share];
        for l in 0..L {
            let scale = pick(sum[l] > state.common.pool[l], state.common.pool[l] / sum[l], 1.0);
            let mut amount = whole(state.last_excess[f][l] * scale);
            lent[l] = whole(amount * part[l]);
            amount += listing(plan, state, f, l) - lent[l];
            paid[l] = tranche(state, f, l);
            if amount > 0.0 {
                paid[l] += announce(plan, state, f, l, amount);
            }
        }
        state.last_excess[f] = [0.0; L];
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
    state.firms.stake[f][l] *= 1.0 - sold;
    state.firms.valuation[f][l] = pre_money + amount;
    state.common.announced[l] += amount;
    let now = whole(amount * state.values[funding.paid_at_close][l]).min(amount);
    state.firms.conditional[f][l] += amount - now;
    state.firms.tranche[f][l] = whole(0.25 * state.firms.conditional[f][l]) + 1.0;
    now
}

/// A conditional part that is paid this quarter: none while the pool is shut.
#[inline(always)]
fn tranche<const L: usize>(state: &mut State<L>, f: FirmId, l: usize) -> f64 {
    let due = state.firms.conditional[f][l].min(state.firms.tranche[f][l]);
    let open = !is_shut(state, l) && state.firms.alive[f][l] > 0.0;
    let paid = if open { due } else { 0.0 };
    state.firms.conditional[f][l] -= paid;
    paid
}

/// Nobody invests: a crash this quarter, or a pool under half its trend.
#[inline(always)]
pub fn is_shut<const L: usize>(state: &State<L>, l: usize) -> bool {
    state.common.crash[l] > 0.0 || state.common.pool_factor[l] < 0.5
}

/// Proceeds of a listing, 0 without one.
#[inline(always)]
fn listing<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId, l: usize) -> f64 {
    let funding = &plan.world.funding;
    let values = &state.values;
    let private = state.firms.status[f][l] == f64::from(Status::Alive as u8);
    let large = 4.0 * state.firms.revenue[f][l] >= values[funding.listing_revenue][l];
    if !private || !large || state.firms.valuation[f][l] <= 0.0 || is_shut(state, l) {
        return 0.0;
    }
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

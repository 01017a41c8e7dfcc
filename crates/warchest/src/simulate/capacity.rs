//! Step 2: capacity arrives, the rental price clears compute.

use crate::capital::ledger::{Kind, Outside, whole};
use crate::multiversion;
use crate::numerics::elementary::{exp, ln};
use crate::numerics::lanes::Isa;
use crate::simulate::lanes::{State, each, pick};
use crate::simulate::plan::Plan;

/// Old capacity wears out, orders arrive, new ones are placed, the rental price moves.
pub fn capacity<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>) {
    if plan.compute || plan.rents {
        orders_and_rent(isa, plan, state);
    }
}

multiversion! {
    fn orders_and_rent<const L: usize>(plan: &Plan, state: &mut State<L>) {
        if plan.compute {
            state.firms.capex.fill([0.0; L]);
            for &f in &plan.bound {
                firm_orders(plan, state, f);
            }
            fleet_orders(plan, state);
        }
        if plan.rents {
            rent(plan, state);
        }
    }
}

/// Position of this quarter's row in the ring of orders of `f`.
#[inline(always)]
fn row(plan: &Plan, f: usize, quarter: u32) -> usize {
    let lead = plan.world.technology.lead_time.max(1);
    f * lead as usize + (quarter % lead) as usize
}

/// Everything that `f` still has on order.
#[inline(always)]
fn pipeline<const L: usize>(plan: &Plan, state: &State<L>, f: usize) -> [f64; L] {
    let lead = plan.world.technology.lead_time.max(1) as usize;
    let mut sum = [0.0; L];
    for k in 0..lead {
        let order = &state.orders[f * lead + k];
        for l in 0..L {
            sum[l] += order[l];
        }
    }
    sum
}

/// A firm's own capacity: whole hours, ordered to cover its use grown at its target when the
/// order arrives.
#[inline(always)]
fn firm_orders<const L: usize>(plan: &Plan, state: &mut State<L>, f: usize) {
    let technology = &plan.world.technology;
    let now = row(plan, f, state.quarter);
    let depreciation = state.values[technology.depreciation];
    let target = state.values[plan.world.firms[f].capacity_target];
    let alive = state.firms.alive[f];
    let lead = f64::from(technology.lead_time.max(1));
    let arrived = state.orders[now];
    let capacity = &mut state.firms.capacity[f];
    for l in 0..L {
        capacity[l] = whole(capacity[l] * (1.0 - depreciation[l]) + arrived[l]) * alive[l];
    }
    state.orders[now] = [0.0; L];
    if state.quarter == 0 {
        return;
    }
    let pipeline = pipeline(plan, state, f);
    let used = state.firms.hours[f];
    let unit = capacity_price(plan, state);
    let capacity = state.firms.capacity[f];
    let mut order = [0.0; L];
    for l in 0..L {
        let aim = used[l] * exp(target[l] * (lead + 1.0));
        let left = capacity[l] * exp(lead * ln(1.0 - depreciation[l]));
        order[l] = whole((aim - left - pipeline[l]).max(0.0)) * alive[l];
        state.firms.capex[f][l] = whole(order[l] * unit[l]);
        let worn = state.firms.book[f][l] * (1.0 - depreciation[l]);
        state.firms.book[f][l] = (worn + state.firms.capex[f][l]) * alive[l];
    }
    state.orders[now] = order;
}

/// USD per hour per quarter of new capacity: follows the long-run rental price.
#[inline(always)]
fn capacity_price<const L: usize>(plan: &Plan, state: &State<L>) -> [f64; L] {
    let technology = &plan.world.technology;
    let drift = &state.values[technology.compute_price_drift];
    let cost = &state.values[technology.capacity_cost];
    let quarters = f64::from(state.quarter);
    each(|l| cost[l] * exp(drift[l] * quarters))
}

/// The clouds' fleet: ordered to meet the use that they expect when the order arrives.
#[inline(always)]
fn fleet_orders<const L: usize>(plan: &Plan, state: &mut State<L>) {
    let technology = &plan.world.technology;
    let f = plan.world.firms.len();
    let now = row(plan, f, state.quarter);
    let depreciation = state.values[technology.depreciation];
    let lead = f64::from(technology.lead_time.max(1));
    let arrived = state.orders[now];
    for l in 0..L {
        let fleet = &mut state.common.fleet[l];
        *fleet = whole(*fleet * (1.0 - depreciation[l]) + arrived[l]);
    }
    state.orders[now] = [0.0; L];
    if state.quarter == 0 {
        return;
    }
    let pipeline = pipeline(plan, state, f);
    let unit = capacity_price(plan, state);
    let owned = owned(plan, state);
    let (mut order, mut paid) = ([0.0; L], [0.0; L]);
    for l in 0..L {
        let rented = (state.common.use_level[l] - owned[l]).max(0.0);
        let left = state.common.fleet[l] * exp(lead * ln(1.0 - depreciation[l]));
        let aim = rented * exp(ln(1.0 + state.common.use_growth[l]) * lead);
        order[l] = whole((aim - left - pipeline[l]).max(0.0));
        paid[l] = whole(order[l] * unit[l]);
    }
    state.orders[now] = order;
    let (clouds, chips) =
        (state.ledger.outside(Outside::Clouds), state.ledger.outside(Outside::Chips));
    state.ledger.post(Kind::CloudCapex, clouds, chips, &paid);
}

/// Hours per quarter that firms own.
#[inline(always)]
pub fn owned<const L: usize>(plan: &Plan, state: &State<L>) -> [f64; L] {
    let mut sum = [0.0; L];
    for &f in &plan.bound {
        let capacity = &state.firms.capacity[f];
        for l in 0..L {
            sum[l] += capacity[l];
        }
    }
    sum
}

/// w = w_LR · (use/installed)^χ, relative to the tightness of the first quarter, times the
/// scenario's shortage.
#[inline(always)]
fn rent<const L: usize>(plan: &Plan, state: &mut State<L>) {
    let technology = &plan.world.technology;
    let values = &state.values;
    let (back, drift) =
        (&values[technology.compute_price_reversion], &values[technology.compute_price_drift]);
    let tightness = &values[technology.compute_tightness];
    let start = &values[technology.compute_price];
    let gap = &mut state.common.rent_gap;
    for l in 0..L {
        gap[l] *= 1.0 - back[l];
    }
    if let Some(z) = state.draws.normal(plan.slots.compute_price) {
        let sigma = &values[technology.compute_price_volatility];
        for l in 0..L {
            gap[l] += sigma[l] * f64::from(z[l]);
        }
    }
    let owned = owned(plan, state);
    let since = f64::from(state.quarter) + 1.0;
    let common = &mut state.common;
    for l in 0..L {
        let installed = common.fleet[l] + owned[l];
        let load = common.use_last[l] / installed;
        let known = common.use_last[l] > 0.0 && installed > 0.0;
        let tight = pick(known, ln(load) * tightness[l], 0.0);
        let log = drift[l] * since + common.rent_gap[l] + tight;
        common.rent_ratio[l] = exp(log) * common.shortage[l];
        common.rent[l] = start[l] * common.rent_ratio[l];
    }
}

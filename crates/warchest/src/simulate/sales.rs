//! Step 8: what is served, sold and paid for compute.

use crate::capital::ledger::{Kind, Outside, whole};
use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::simulate::books::watched;
use crate::simulate::capacity::owned;
use crate::simulate::lanes::{State, each, pick};
use crate::simulate::plan::Plan;
use crate::world::{Kernel, ParamId};

multiversion! {
    /// Rations use to capacity, posts sales, the partner's share and compute.
    pub fn sales<const L: usize>(plan: &Plan, state: &mut State<L>) {
        if state.figures {
            state.firms.subscriptions.fill([0.0; L]);
        }
        if plan.compute {
            state.firms.hours.fill([0.0; L]);
        }
        for &f in &plan.bound {
            ration(plan, state, f);
        }
        for (f, offers) in plan.sold_by.iter().enumerate() {
            let (mut revenue, mut compute) = ([0.0; L], [0.0; L]);
            for &n in offers {
                let [sold, served] = sell(plan, state, n);
                revenue = each(|l| revenue[l] + sold[l]);
                compute = each(|l| compute[l] + served[l]);
            }
            state.firms.revenue[f] = revenue;
            if watched(plan, state) {
                state.firms.levered[f] = each(|l| revenue[l] - compute[l]);
            }
            partner(plan, state, f);
        }
        if plan.compute {
            hours(plan, state);
        }
        if plan.learning {
            learn(plan, state);
        }
    }
}

/// Share of wanted use that a firm can serve.
#[inline(always)]
fn ration<const L: usize>(plan: &Plan, state: &mut State<L>, f: usize) {
    let mut used = [0.0; L];
    for (n, offer) in plan.offers.iter().enumerate() {
        if offer.firm == f {
            let (units, hours) = (&state.offers.wanted[n], &state.offers.hours[n]);
            for l in 0..L {
                used[l] += units[l] * hours[l];
            }
        }
    }
    let capacity = &state.firms.capacity[f];
    state.firms.served[f] = each(|l| pick(used[l] > capacity[l], capacity[l] / used[l], 1.0));
}

/// Serves and posts the use of an offer; returns what it brought and what compute cost, USD.
#[inline(always)]
fn sell<const L: usize>(plan: &Plan, state: &mut State<L>, n: usize) -> [[f64; L]; 2] {
    let offer = &plan.offers[n];
    let f = offer.firm;
    let segment = &plan.world.segments[plan.world.markets[offer.market].segment];
    let (wanted, served) = (&state.offers.wanted[n], &state.firms.served[f]);
    let free = matches!(segment.kernel, Kernel::Free { .. });
    let price = match segment.kernel {
        Kernel::Free { ad_revenue, ad_growth } => &advertising(state, ad_revenue, ad_growth),
        _ => &state.offers.price[n],
    };
    // A firm with capacity of its own pays only energy and operations for its hours.
    let cost = &state.offers.cost[n];
    let cost = if plan.owns[f] {
        let share = &state.values[plan.world.technology.energy_share];
        &each(|l| cost[l] * share[l])
    } else {
        cost
    };
    let (mut units, mut sold, mut compute) = ([0.0; L], [0.0; L], [0.0; L]);
    for l in 0..L {
        units[l] = wanted[l] * served[l];
        sold[l] = whole(units[l] * price[l]);
        compute[l] = whole(units[l] * cost[l]);
    }
    if plan.compute {
        let (hours, all) = (&state.offers.hours[n], &mut state.firms.hours[f]);
        *all = each(|l| all[l] + units[l] * hours[l]);
    }
    if plan.sold || state.whole {
        state.offers.units[n] = units;
        state.offers.revenue[n] = sold;
    }
    if state.figures && matches!(segment.kernel, Kernel::Unit { .. }) {
        let all = &mut state.firms.subscriptions[f];
        *all = each(|l| all[l] + sold[l]);
    }
    let ledger = &mut state.ledger;
    let (customers, clouds) = (ledger.outside(Outside::Customers), ledger.outside(Outside::Clouds));
    let sale = if free { Kind::Advertising } else { Kind::Sales };
    ledger.post(sale, customers, f, &sold);
    if plan.owns[f] {
        let energy = ledger.outside(Outside::Energy);
        ledger.post(Kind::Energy, f, energy, &compute);
    } else {
        ledger.post(if free { Kind::FreeServing } else { Kind::Compute }, f, clouds, &compute);
    }
    [sold, compute]
}

/// What advertisers pay for a unit of free use this quarter.
#[inline(always)]
fn advertising<const L: usize>(
    state: &State<L>,
    revenue: ParamId,
    growth: Option<ParamId>,
) -> [f64; L] {
    let start = &state.values[revenue];
    let Some(growth) = growth else { return *start };
    let (growth, quarters) = (&state.values[growth], f64::from(state.quarter));
    each(|l| start[l] * exp(growth[l] * quarters))
}

/// The distribution partner's share of revenue.
#[inline(always)]
fn partner<const L: usize>(plan: &Plan, state: &mut State<L>, f: usize) {
    let watched = watched(plan, state);
    let share = plan.world.firms[f].partner_share;
    if plan.is_fixed(share, 0.0) {
        return;
    }
    let (share, revenue) = (&state.values[share], &state.firms.revenue[f]);
    let levered = &mut state.firms.levered[f];
    let due = each(|l| whole(share[l] * revenue[l]));
    if watched {
        *levered = each(|l| levered[l] - due[l]);
    }
    let applications = state.ledger.outside(Outside::Applications);
    state.ledger.post(Kind::Distribution, f, applications, &due);
}

/// Compute in whole hours: inference + training + idle = installed. What the market uses beyond
/// the fleet is drawn in from general-purpose clouds and counts as installed.
#[inline(always)]
fn hours<const L: usize>(plan: &Plan, state: &mut State<L>) {
    let mut inference = [0.0; L];
    let mut training = [0.0; L];
    for f in 0..plan.world.firms.len() {
        let (hours, research) = (&state.firms.hours[f], &state.firms.research[f]);
        for l in 0..L {
            inference[l] += hours[l];
            training[l] += research[l] / state.common.rent[l];
        }
    }
    let owned = owned(plan, state);
    let common = &mut state.common;
    for l in 0..L {
        common.inference[l] = whole(inference[l]);
        common.training[l] = whole(training[l]);
        let used = common.inference[l] + common.training[l];
        let before = common.use_last[l];
        let grown = (used / before - 1.0).clamp(-0.25, 0.25);
        let known = before > 0.0 && used > 0.0;
        let smooth = 0.5 * (common.use_growth[l] + grown);
        common.use_growth[l] = if known { smooth } else { 0.0 };
        if state.quarter == 0 {
            common.fleet[l] = whole((used - owned[l]).max(0.0));
        }
        let standing = common.fleet[l] + owned[l];
        common.installed[l] = if used > standing { used } else { standing };
        common.idle[l] = common.installed[l] - used;
        common.use_last[l] = used;
    }
}

/// Cumulative output in RT, for learning; a year of the first quarter's counts as before.
#[inline(always)]
fn learn<const L: usize>(plan: &Plan, state: &mut State<L>) {
    let first = state.quarter == 0;
    for (n, offer) in plan.offers.iter().enumerate() {
        let per_unit = &state.markets.rt_per_unit[offer.market];
        let units = &state.offers.units[n];
        let output: [f64; L] = each(|l| units[l] * per_unit[l]);
        let all = &mut state.firms.output[offer.firm];
        *all = each(|l| all[l] + output[l]);
        if first {
            let before = &mut state.firms.output_before[offer.firm];
            *before = each(|l| before[l] + 4.0 * output[l]);
        }
    }
}

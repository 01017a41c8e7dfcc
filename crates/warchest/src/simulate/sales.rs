//! Step 8: what is served, sold and paid for compute.

use crate::capital::ledger::{Kind, Outside, whole};
use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::numerics::lanes::Isa;
use crate::simulate::capacity::owned;
use crate::simulate::lanes::{Firms, Offers, State, each, ones, pick};
use crate::simulate::plan::Plan;
use crate::world::Kernel;

/// Rations use to capacity, posts sales, the partner's share and compute.
pub fn sales<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>) {
    begin(isa, plan, state);
    for (f, offers) in plan.sold_by.iter().enumerate() {
        for &n in offers {
            sell(isa, plan, state, n);
        }
        if !plan.is_fixed(plan.world.firms[f].partner_share, 0.0) {
            partner(isa, plan, state, f);
        }
    }
    if plan.compute || plan.learning {
        used(isa, plan, state);
    }
}

multiversion! {
    /// Clears the sums of the quarter, finds what firms with capacity of their own can serve.
    fn begin<const L: usize>(plan: &Plan, state: &mut State<L>) {
        state.firms.revenue.fill([0.0; L]);
        if state.flows {
            state.firms.levered.fill([0.0; L]);
        }
        if state.figures {
            state.firms.subscriptions.fill([0.0; L]);
        }
        if plan.compute {
            state.firms.hours.fill([0.0; L]);
        }
        for &f in &plan.bound {
            ration(plan, state, f);
        }
    }
}

multiversion! {
    /// Compute in use and output so far.
    fn used<const L: usize>(plan: &Plan, state: &mut State<L>) {
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

/// Serves and posts the use of an offer.
fn sell<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>, n: usize) {
    let offer = &plan.offers[n];
    let f = offer.firm;
    let segment = &plan.world.segments[plan.world.markets[offer.market].segment];
    let free = matches!(segment.kernel, Kernel::Free { .. });
    if free || plan.owns[f] {
        special(isa, plan, state, n);
    }
    let [by_ads, energy] = &state.special;
    let Offers { units, revenue, wanted, price, cost, hours, .. } = &mut state.offers;
    let price = if free { by_ads } else { &price[n] };
    // What nobody reads later is written where the next offer overwrites it.
    let row = if plan.sold || state.whole { n } else { 0 };
    let (units, sold) = (&mut units[row], &mut revenue[row]);
    let Firms { revenue, levered, hours: used, subscriptions, served: part, .. } = &mut state.firms;
    let (served, cost) = if plan.owns[f] { (&part[f], energy) } else { (ones(), &cost[n]) };
    let net = state.ledger.net(f, &mut levered[f]);
    serve(
        isa,
        &mut revenue[f],
        net,
        units,
        sold,
        &mut state.spent,
        &wanted[n],
        served,
        price,
        cost,
    );
    if plan.compute {
        let (hours, all) = (&hours[n], &mut used[f]);
        *all = each(|l| all[l] + units[l] * hours[l]);
    }
    if state.figures && matches!(segment.kernel, Kernel::Unit { .. }) {
        let all = &mut subscriptions[f];
        *all = each(|l| all[l] + sold[l]);
    }
    if state.whole {
        enter(isa, plan, state, f, free, row);
    }
}

multiversion! {
    /// Enters a sale and its compute in the books.
    fn enter<const L: usize>(plan: &Plan, state: &mut State<L>, f: usize, free: bool, n: usize) {
        let ledger = &mut state.ledger;
        let party = [Outside::Customers, Outside::Clouds, Outside::Energy];
        let [customers, clouds, energy] = party.map(|party| ledger.outside(party));
        let sale = if free { Kind::Advertising } else { Kind::Sales };
        ledger.flow(sale, customers, f, &state.offers.revenue[n]);
        let (kind, to) = match (plan.owns[f], free) {
            (true, _) => (Kind::Energy, energy),
            (false, true) => (Kind::FreeServing, clouds),
            (false, false) => (Kind::Compute, clouds),
        };
        ledger.flow(kind, f, to, &state.spent);
    }
}

multiversion! {
    /// Units served, what they bring and what their compute costs, whole USD; adds to the sums of
    /// the firm.
    fn serve<const L: usize>(
        revenue: &mut [f64; L],
        net: &mut [f64; L],
        units: &mut [f64; L],
        sold: &mut [f64; L],
        compute: &mut [f64; L],
        wanted: &[f64; L],
        served: &[f64; L],
        price: &[f64; L],
        cost: &[f64; L],
    ) {
        for l in 0..L {
            units[l] = wanted[l] * served[l];
            sold[l] = whole(units[l] * price[l]);
            compute[l] = whole(units[l] * cost[l]);
            revenue[l] += sold[l];
            net[l] += sold[l] - compute[l];
        }
    }
}

multiversion! {
    /// What advertisers pay for a unit of free use this quarter; what a firm with capacity of its
    /// own pays for the compute of a unit, energy and operations.
    fn special<const L: usize>(plan: &Plan, state: &mut State<L>, n: usize) {
        let (cost, share) = (&state.offers.cost[n], plan.world.technology.energy_share);
        let share = &state.values[share];
        state.special[1] = each(|l| cost[l] * share[l]);
        let segment = plan.world.markets[plan.offers[n].market].segment;
        if let Kernel::Free { ad_revenue, ad_growth } = plan.world.segments[segment].kernel {
            let start = &state.values[ad_revenue];
            state.special[0] = *start;
            if let Some(growth) = ad_growth {
                let (growth, quarters) = (&state.values[growth], f64::from(state.quarter));
                state.special[0] = each(|l| start[l] * exp(growth[l] * quarters));
            }
        }
    }
}

multiversion! {
    /// The distribution partner's share of revenue.
    fn partner<const L: usize>(plan: &Plan, state: &mut State<L>, f: usize) {
        let share = &state.values[plan.world.firms[f].partner_share];
        let revenue = &state.firms.revenue[f];
        let due = each(|l| whole(share[l] * revenue[l]));
        let net = state.ledger.net(f, &mut state.firms.levered[f]);
        *net = each(|l| net[l] - due[l]);
        let applications = state.ledger.outside(Outside::Applications);
        state.ledger.flow(Kind::Distribution, f, applications, &due);
    }
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
        // Research is planned in dollars: a rent that is off for a while does not move the plan.
        let seen = inference[l] + training[l] * exp(common.rent_gap[l]);
        let (level, growth) =
            expect(common.use_level[l], common.use_growth[l], seen, state.quarter);
        (common.use_level[l], common.use_growth[l]) = (level, growth);
        if state.quarter == 0 {
            common.fleet[l] = whole((used - owned[l]).max(0.0));
        }
        let standing = common.fleet[l] + owned[l];
        common.installed[l] = if used > standing { used } else { standing };
        common.idle[l] = common.installed[l] - used;
        common.use_last[l] = used;
    }
}

/// Level and growth per quarter to expect after `seen`: exponential smoothing with a trend (Holt
/// 1957), half of the level and a fifth of the trend from the last quarter. The trend starts with
/// the first change that is seen.
#[inline(always)]
fn expect(level: f64, growth: f64, seen: f64, quarter: u32) -> (f64, f64) {
    if quarter == 0 || !(level > 0.0 && seen > 0.0) {
        return (seen, 0.0);
    }
    let first = quarter == 1;
    let next = 0.5 * (seen + level * (1.0 + growth));
    let found =
        if first { seen / level - 1.0 } else { growth + 0.2 * (next / level - 1.0 - growth) };
    (if first { seen } else { next }, found.clamp(-0.25, 0.25))
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

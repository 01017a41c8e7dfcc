//! Step 9: cash. K' = K + (1−τ)·revenue − compute − opex − R&D − capex − interest + new funds.

use crate::capital::burn::positive_run;
use crate::capital::ledger::{Kind, Outside, whole};
use crate::multiversion;
use crate::numerics::elementary::ln;
use crate::numerics::lanes::Isa;
use crate::simulate::lanes::{Firms, State, each, larger, pick, renew};
use crate::simulate::outcome::Status;
use crate::simulate::plan::Plan;
use crate::world::FirmId;

/// Posts everything but sales and compute; closes each firm's flows of the quarter.
pub fn books<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>) {
    for f in 0..plan.world.firms.len() {
        let share = &state.values[plan.world.firms[f].opex_share];
        let Firms { opex: fixed, levered, revenue, alive, .. } = &mut state.firms;
        let net = state.ledger.net(f, &mut levered[f]);
        let (fixed, paid) = (&mut fixed[f], &mut state.spent);
        let factor = &state.factors[plan.opex_factor[f]];
        opex(isa, fixed, net, paid, factor, share, &revenue[f], &alive[f]);
        if plan.pays_more[f] || state.flows {
            rest(isa, plan, state, f);
        }
    }
}

multiversion! {
    /// Operating expense, fixed and by revenue; the fixed part grows.
    fn opex<const L: usize>(
        fixed: &mut [f64; L],
        net: &mut [f64; L],
        paid: &mut [f64; L],
        factor: &[f64; L],
        share: &[f64; L],
        revenue: &[f64; L],
        alive: &[f64; L],
    ) {
        for l in 0..L {
            fixed[l] *= factor[l];
            paid[l] = whole((fixed[l] + share[l] * revenue[l]) * alive[l]);
            net[l] -= paid[l];
        }
    }
}

multiversion! {
    /// Everything else that a firm pays, and what its flows add up to.
    fn rest<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId) {
        let staff = state.ledger.outside(Outside::Staff);
        state.ledger.flow(Kind::Opex, f, staff, &state.spent);
        other(plan, state, f);
        if plan.compute {
            research_and_commitments(plan, state, f);
        }
        if state.flows {
            state.firms.unlevered[f] = state.firms.levered[f];
        }
        interest(plan, state, f);
        if state.flows {
            state.ledger.settle(f, &state.firms.levered[f]);
            flows(plan, state, f);
        }
    }
}

/// The rest of the business.
#[inline(always)]
fn other<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId) {
    let firm = &plan.world.firms[f];
    let z = state.draws.normal(plan.slots.other_cash[f]);
    if z.is_none() && plan.is_fixed(firm.other_cash, 0.0) {
        return;
    }
    let (mean, sd) = (&state.values[firm.other_cash], &state.values[firm.other_cash_volatility]);
    let mut flow = *mean;
    if let Some(z) = z {
        flow = each(|l| flow[l] + sd[l] * f64::from(z[l]));
    }
    let alive = &state.firms.alive[f];
    let flow = each(|l| whole(flow[l] * alive[l]));
    let net = state.ledger.net(f, &mut state.firms.levered[f]);
    *net = each(|l| net[l] + flow[l]);
    let elsewhere = state.ledger.outside(Outside::Elsewhere);
    state.ledger.flow(Kind::Other, elsewhere, f, &flow);
}

/// Research, take-or-pay beyond use, chips. What is rented for research counts towards the
/// commitment.
#[inline(always)]
fn research_and_commitments<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId) {
    let firm = &plan.world.firms[f];
    let (clouds, chips) =
        (state.ledger.outside(Outside::Clouds), state.ledger.outside(Outside::Chips));
    let research = state.firms.research[f];
    let capex = state.firms.capex[f];
    state.ledger.flow(Kind::Research, f, clouds, &research);
    state.ledger.flow(Kind::Capex, f, chips, &capex);
    let net = state.ledger.net(f, &mut state.firms.levered[f]);
    *net = each(|l| net[l] - (research[l] + capex[l]));
    state.firms.unused[f] = [0.0; L];
    let Some(&due) = firm.commitments.get(state.quarter as usize) else { return };
    let agreed: [f64; L] = each(|l| whole(state.values[due][l].max(0.0)));
    let waits = f64::from(Status::Outside as u8);
    let due: [f64; L] = each(|l| agreed[l] * state.firms.alive[f][l]);
    for l in 0..L {
        let lapses = state.firms.status[f][l] == waits;
        state.firms.cancelled[f][l] += pick(lapses, agreed[l], 0.0);
    }
    let owns = plan.owns[f];
    let mut rented = research;
    if !owns {
        for (n, offer) in plan.offers.iter().enumerate() {
            if offer.firm == f {
                let (units, cost) = (&state.offers.units[n], &state.offers.cost[n]);
                for l in 0..L {
                    rented[l] += whole(units[l] * cost[l]);
                }
            }
        }
    }
    let shortfall: [f64; L] = each(|l| (due[l] - rented[l]).max(0.0));
    state.ledger.flow(Kind::Shortfall, f, clouds, &shortfall);
    let net = state.ledger.net(f, &mut state.firms.levered[f]);
    *net = each(|l| net[l] - shortfall[l]);
    let paid = &mut state.firms.paid[f];
    *paid = each(|l| paid[l] + due[l].min(rented[l]) + shortfall[l]);
    state.firms.unused[f] = shortfall;
}

#[inline(always)]
fn interest<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId) {
    let firm = &plan.world.firms[f];
    if !plan.owes(firm) {
        return;
    }
    let (debt, rate) = (&state.firms.debt[f], &state.values[firm.interest]);
    let alive = &state.firms.alive[f];
    let paid = each(|l| whole(debt[l] * rate[l]) * alive[l]);
    let lenders = state.ledger.outside(Outside::Lenders);
    state.ledger.flow(Kind::Interest, f, lenders, &paid);
    let net = state.ledger.net(f, &mut state.firms.levered[f]);
    *net = each(|l| net[l] - paid[l]);
}

/// Sums over the life, first self-sufficient quarter, growth of revenue.
#[inline(always)]
fn flows<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId) {
    let now = f64::from(state.quarter);
    let depreciation = &state.values[plan.world.technology.depreciation];
    let firms = &mut state.firms;
    let (levered, alive) = (firms.levered[f], &firms.alive[f]);
    let (sum, deepest) = (&mut firms.levered_sum[f], &mut firms.deepest[f]);
    *sum = each(|l| sum[l] + levered[l]);
    *deepest = each(|l| larger(-sum[l], deepest[l]));
    let (run, first) = (&mut firms.positive_run[f], &mut firms.cash_positive[f]);
    *run = each(|l| positive_run(run[l], levered[l]) * alive[l]);
    *first = each(|l| renew(run[l] >= 4.0 && now < first[l], now, first[l]));
    let cash_flow = &mut firms.cash_flow[f];
    let weight = if state.quarter == 0 { 1.0 } else { 0.5 };
    *cash_flow = each(|l| cash_flow[l] + weight * (levered[l] - cash_flow[l]));
    let (unlevered, capex, worn) = (&firms.unlevered[f], &firms.capex[f], &firms.book[f]);
    firms.profit[f] = each(|l| unlevered[l] + capex[l] - depreciation[l] * worn[l]);
    let ring = 4 * f + (state.quarter as usize & 3);
    let year_ago = firms.revenue_year[ring];
    firms.revenue_year[ring] = firms.revenue[f];
    if state.quarter > 0 && plan.world.funding.enabled {
        growth(state, f, &year_ago);
    }
}

/// Log growth of revenue per year: over four quarters, or what there is of them.
#[inline(always)]
fn growth<const L: usize>(state: &mut State<L>, f: FirmId, year_ago: &[f64; L]) {
    let first = state.firms.revenue_year[4 * f];
    let early = state.quarter < 4;
    let (base, years) =
        if early { (&first, f64::from(state.quarter) / 4.0) } else { (year_ago, 1.0) };
    let now = &state.firms.revenue[f];
    let growth = &mut state.firms.growth[f];
    *growth = each(|l| {
        let known = base[l] > 0.0 && now[l] > 0.0;
        let log = ln(now[l] / base[l]) / years;
        if known { log.clamp(-3.0, 3.0) } else { 0.0 }
    });
}

/// Revenue of the last four quarters of a firm, USD.
#[inline(always)]
pub fn revenue_year<const L: usize>(state: &State<L>, f: FirmId) -> [f64; L] {
    let rows = &state.firms.revenue_year[4 * f..4 * f + 4];
    each(|l| rows[0][l] + rows[1][l] + rows[2][l] + rows[3][l])
}

//! Step 12: the quarter's totals are drawn, the identities are checked, the state turns over.

use crate::capital::ledger::{Kind, Outside, whole};
use crate::multiversion;
use crate::numerics::elementary::{exp, ln};
use crate::simulate::demand::ceiling;
use crate::simulate::lanes::{State, each, larger, pick};
use crate::simulate::plan::Plan;
use crate::world::{Kernel, MarketId};

/// Price over that of the start at which a budget segment buys nothing: the choke of its
/// consumer surplus, which would be infinite at an elasticity of 1 or less.
pub const CHOKE: f64 = 20.0;

multiversion! {
    /// Value added by layer, consumer surplus, who leads; shares become those held.
    pub fn close<const L: usize>(plan: &Plan, state: &mut State<L>) {
        if state.whole {
            value_added(plan, state);
        }
        if state.figures {
            for m in 0..plan.places.len() {
                surplus(plan, state, m);
            }
            leader(plan, state);
        }
        for (n, offer) in plan.offers.iter().enumerate() {
            if !plan.places[offer.market].fluid || !plan.prices_given || state.figures {
                state.offers.held[n] = state.offers.share[n];
            }
            if !plan.prices_given {
                state.offers.price_before[n] = state.offers.price[n];
            }
        }
    }
}

/// Final spend = Σ value added. Clouds pay energy; chips used up are the chip makers' part; chip
/// sales are capital expenditure and stay out.
#[inline(always)]
fn value_added<const L: usize>(plan: &Plan, state: &mut State<L>) {
    let technology = &plan.world.technology;
    let ledger = &mut state.ledger;
    let (sales, ads) = (ledger.total(Kind::Sales), ledger.total(Kind::Advertising));
    let applications = *ledger.total(Kind::Distribution);
    let own_energy = ledger.total(Kind::Energy);
    let (serving, free) = (ledger.total(Kind::Compute), ledger.total(Kind::FreeServing));
    let (research, beyond) = (ledger.total(Kind::Research), ledger.total(Kind::Shortfall));
    let (chip, energy) =
        (&state.values[technology.chip_share], &state.values[technology.energy_share]);
    let common = &mut state.common;
    let spend: [f64; L] = each(|l| sales[l] + ads[l]);
    let rented: [f64; L] = each(|l| serving[l] + free[l] + research[l] + beyond[l]);
    let chips: [f64; L] = each(|l| whole(chip[l] * rented[l]));
    let rented_energy: [f64; L] = each(|l| whole(energy[l] * rented[l]));
    let cloud = each(|l| rented[l] - chips[l] - rented_energy[l]);
    let labs = each(|l| spend[l] - applications[l] - rented[l] - own_energy[l]);
    let all_energy = each(|l| own_energy[l] + rented_energy[l]);
    let final_spend = &mut common.final_spend;
    *final_spend = each(|l| final_spend[l] + spend[l]);
    common.value_added_now = [chips, cloud, labs, applications, all_energy];
    for (all, now) in common.value_added.iter_mut().zip(&common.value_added_now) {
        *all = each(|l| all[l] + now[l]);
    }
    if any_energy(plan) {
        let (clouds, party) = (ledger.outside(Outside::Clouds), ledger.outside(Outside::Energy));
        ledger.post(Kind::CloudEnergy, clouds, party, &rented_energy);
    }
    let (own, fleet) = (ledger.total(Kind::Capex), ledger.total(Kind::CloudCapex));
    for l in 0..L {
        common.capex[l] += own[l] + fleet[l];
        common.cloud_capex[l] += fleet[l];
    }
}

fn any_energy(plan: &Plan) -> bool {
    !plan.is_fixed(plan.world.technology.energy_share, 0.0)
}

/// Unit: (N/b) ln Σ e^V, outside good included. Budget: area under the spend curve from the
/// price index to [`CHOKE`] times that of the start. Free use has no price to weigh it by.
#[inline(always)]
fn surplus<const L: usize>(plan: &Plan, state: &mut State<L>, m: MarketId) {
    let segment = &plan.world.segments[plan.world.markets[m].segment];
    let (now, start) = (&state.markets.log_sum[m], &state.markets.log_sum_start[m]);
    let (size, factor) = (&state.markets.size[m], &state.common.substitution);
    let surplus = match segment.kernel {
        Kernel::Unit { price_slope } => {
            let slope = &state.values[price_slope];
            each(|l| size[l] * now[l] / slope[l])
        }
        Kernel::Budget { sigma, epsilon } => {
            let (sigma, epsilon) = (&state.values[sigma], &state.values[epsilon]);
            let most = ceiling(plan, state, m);
            let mut area = [0.0; L];
            for l in 0..L {
                let index = -(now[l] - start[l]) / (sigma[l] * factor[l] - 1.0);
                let found = spend_area(size[l], most[l], 1.0 - epsilon[l], index);
                area[l] = pick(now[l].is_finite(), found, 0.0);
            }
            area
        }
        Kernel::Free { .. } => [0.0; L],
    };
    state.markets.surplus[m] = surplus;
    for l in 0..L {
        state.common.surplus[l] += surplus[l];
    }
}

/// Area under the spend curve `min(size·P^slope, most)` over ln P, from `index` to the choke.
#[inline(always)]
fn spend_area(size: f64, most: f64, slope: f64, index: f64) -> f64 {
    let (low, choke) = (index, ln(CHOKE));
    // Where the ceiling is met: below it with a negative slope, above it with a positive one.
    let met = ln(larger(most, size) / size) / slope;
    let falls = slope < 0.0;
    let from = pick(falls & (met > low), pick(met < choke, met, choke), low);
    let to = pick(!falls & (met < choke), larger(met, low), choke);
    let held = larger(from - low, 0.0) + larger(choke - larger(to, low), 0.0);
    let (gap, at) = (to - from, size * exp(slope * from));
    let x = slope * gap;
    // (e^x − 1)/slope, which tends to the gap as the slope does to 0.
    let area = pick(x.abs() < 1e-6, gap * (1.0 + 0.5 * x), gap * (exp(x) - 1.0) / x);
    pick(held > 0.0, held * larger(most, size), 0.0) + pick(gap > 0.0, at * area, 0.0)
}

#[inline(always)]
fn leader<const L: usize>(plan: &Plan, state: &mut State<L>) {
    let (mut best, mut who) = ([-1.0; L], [0.0; L]);
    for f in 0..plan.world.firms.len() {
        let revenue = &state.firms.revenue[f];
        for l in 0..L {
            let leads = revenue[l] > best[l];
            best[l] = pick(leads, revenue[l], best[l]);
            who[l] = pick(leads, f as f64, who[l]);
        }
    }
    let common = &mut state.common;
    let now = f64::from(state.quarter);
    if state.quarter == 0 {
        common.leader = who;
    }
    for l in 0..L {
        let changed = who[l] != common.leader[l] && best[l] > 0.0;
        let first = common.leader_change[l].min(now);
        common.leader_change[l] = pick(changed, first, common.leader_change[l]);
    }
}

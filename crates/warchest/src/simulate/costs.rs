//! Step 3: what a unit costs, in dollars and in hours of compute.

use crate::multiversion;
use crate::numerics::elementary::{exp_held, ln};
use crate::numerics::lanes::Isa;
use crate::simulate::lanes::{State, each, pick};
use crate::simulate::plan::{Offer, Plan};

/// c = w κ e^{γ(q − q_0)} / (A (Q/Q_0)^λ u), per unit of each offer.
pub fn unit_costs<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>) {
    for (n, offer) in plan.offers.iter().enumerate() {
        if plan.steady[n] {
            let base = &state.values[plan.world.products[offer.product].unit_cost];
            let per_unit = &state.markets.rt_per_unit[offer.market];
            let own = &state.firms.ln_efficiency[offer.firm];
            let common = &state.common.ln_efficiency;
            by_efficiency(isa, &mut state.offers.cost[n], base, per_unit, common, own);
        } else {
            by_all(isa, plan, state, n, offer);
        }
    }
}

multiversion! {
    /// The cost of which efficiency is all that moves: no factor more, none a division.
    fn by_efficiency<const L: usize>(
        cost: &mut [f64; L],
        base: &[f64; L],
        per_unit: &[f64; L],
        common: &[f64; L],
        own: &[f64; L],
    ) {
        for l in 0..L {
            cost[l] = base[l] * per_unit[l] * exp_held(-(common[l] + own[l]));
        }
    }
}

multiversion! {
    fn by_all<const L: usize>(plan: &Plan, state: &mut State<L>, n: usize, offer: &Offer) {
        let world = plan.world;
        let base = &state.values[world.products[offer.product].unit_cost];
        let load = &state.values[world.firms[offer.firm].load_factor];
        let per_unit = &state.markets.rt_per_unit[offer.market];
        let fall = exponent(plan, state, offer.firm, offer.product);
        let rent = &state.common.rent_ratio;
        let region = &state.regions.rent_factor[world.markets[offer.market].region];
        let cost: [f64; L] = each(|l| {
            base[l] * per_unit[l] / load[l] * exp_held(-fall[l]) * rent[l] * region[l]
        });
        state.offers.cost[n] = cost;
        if plan.compute {
            let rent = &state.common.rent;
            state.offers.hours[n] = each(|l| cost[l] / (rent[l] * region[l]));
        }
    }
}

/// What efficiency, quality and learning take off the log of cost.
#[inline(always)]
fn exponent<const L: usize>(plan: &Plan, state: &State<L>, f: usize, j: usize) -> [f64; L] {
    let (own, common) = (&state.firms.ln_efficiency[f], &state.common.ln_efficiency);
    let mut fall: [f64; L] = each(|l| common[l] + own[l]);
    if plan.research {
        let gamma = &state.values[plan.world.technology.cost_of_quality];
        let start = &state.values[plan.world.firms[f].quality];
        let offset = &state.values[plan.world.products[j].quality_offset];
        let quality = &state.products.quality[j];
        for l in 0..L {
            fall[l] -= gamma[l] * (quality[l] - offset[l] - start[l]);
        }
    }
    if plan.learning && state.quarter > 0 {
        let lambda = &state.values[plan.world.firms[f].learning];
        let (output, before) = (&state.firms.output[f], &state.firms.output_before[f]);
        for l in 0..L {
            let ratio = pick(before[l] > 0.0, 1.0 + output[l] / before[l], 1.0);
            fall[l] += lambda[l] * ln(ratio);
        }
    }
    fall
}

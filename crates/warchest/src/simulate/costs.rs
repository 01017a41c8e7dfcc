//! Step 3: what a unit costs.

use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::simulate::lanes::State;
use crate::simulate::plan::Plan;

multiversion! {
    /// Unit cost of every offer.
    pub fn unit_costs<const L: usize>(plan: &Plan, state: &mut State<L>) {
        let world = plan.world;
        for (n, offer) in plan.offers.iter().enumerate() {
            let product = &world.products[offer.product];
            let firm = &world.firms[offer.firm];
            let base = &state.values[product.unit_cost];
            let load = &state.values[firm.load_factor];
            let per_unit = &state.values[world.segments[product.segment].rt_per_unit];
            let own = &state.firms.ln_efficiency[offer.firm];
            let cost = &mut state.offers.cost[n];
            for l in 0..L {
                let fall = state.ln_efficiency[l] + own[l];
                cost[l] = base[l] * per_unit[l] / load[l] * exp(-fall);
            }
        }
    }
}

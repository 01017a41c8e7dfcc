//! Steps 6 and 7: what each firm charges and whom the buyers choose.

use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::simulate::lanes::State;
use crate::simulate::plan::Plan;
use crate::world::{Kernel, Strategy};

multiversion! {
    /// Prices and shares of every market.
    pub fn prices_and_shares<const L: usize>(plan: &Plan, state: &mut State<L>) {
        let world = plan.world;
        for (f, firm) in world.firms.iter().enumerate() {
            if let Strategy::CostPlus { decay, .. } = firm.strategy {
                if state.quarter > 0 {
                    let decay = &state.values[decay];
                    for l in 0..L {
                        state.firms.markup[f][l] *= decay[l];
                    }
                }
            }
        }
        for (m, range) in plan.range.iter().enumerate() {
            let segment = &world.segments[world.markets[m].segment];
            let Kernel::Unit { price_slope } = segment.kernel else { continue };
            let slope = &state.values[price_slope];
            let mut sum = [1.0; L];
            for n in range.clone() {
                let offer = &plan.offers[n];
                let firm = &world.firms[offer.firm];
                let Strategy::CostPlus { markup, .. } = firm.strategy else { continue };
                let (markup, k) = (&state.values[markup], &state.firms.markup[offer.firm]);
                let alive = &state.firms.alive[offer.firm];
                let (taste, walk) = (&state.offers.taste[n], &state.products.taste_walk[offer.product]);
                let cost = &state.offers.cost[n];
                let price = &mut state.offers.price[n];
                let share = &mut state.offers.share[n];
                for l in 0..L {
                    price[l] = cost[l] * (1.0 + markup[l] * k[l]);
                    share[l] = alive[l] * exp(taste[l] + walk[l] - slope[l] * price[l]);
                    sum[l] += share[l];
                }
            }
            let mut scale = [0.0; L];
            for l in 0..L {
                scale[l] = 1.0 / sum[l];
            }
            for n in range.clone() {
                for l in 0..L {
                    state.offers.share[n][l] *= scale[l];
                }
            }
        }
    }
}

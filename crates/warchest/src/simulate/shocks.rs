//! Step 1: what nobody chose.

use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::simulate::lanes::{State, each};
use crate::simulate::plan::Plan;
use crate::world::Size;

multiversion! {
    /// Efficiency, tastes and market sizes move.
    pub fn shocks<const L: usize>(plan: &Plan, state: &mut State<L>) {
        let world = plan.world;
        let values = &state.values;
        let draws = &state.draws;
        let drift = &values[world.technology.efficiency_growth];
        for l in 0..L {
            state.ln_efficiency[l] += drift[l];
        }
        if let Some(z) = draws.normal(plan.slots.efficiency) {
            let sigma = &values[world.technology.efficiency_volatility];
            for l in 0..L {
                state.ln_efficiency[l] += sigma[l] * z[l];
            }
        }
        for (f, firm) in world.firms.iter().enumerate() {
            let own = &mut state.firms.ln_efficiency[f];
            let drift = &values[firm.efficiency_growth];
            for l in 0..L {
                own[l] += drift[l];
            }
            if let Some(z) = draws.normal(plan.slots.own_efficiency[f]) {
                let sigma = &values[firm.efficiency_volatility];
                for l in 0..L {
                    own[l] += sigma[l] * z[l];
                }
            }
        }
        for (j, product) in world.products.iter().enumerate() {
            if let Some(z) = draws.normal(plan.slots.taste[j]) {
                let sigma = &values[product.taste_volatility];
                let walk = &mut state.products.taste_walk[j];
                for l in 0..L {
                    walk[l] += sigma[l] * z[l];
                }
            }
        }
        for (m, market) in world.markets.iter().enumerate() {
            if let Size::Walk { growth, volatility, ceiling, .. } = market.size {
                let drift = &values[growth];
                let mut change = match ceiling {
                    None => *drift,
                    Some(ceiling) => {
                        let (size, most) = (&state.markets.size[m], &values[ceiling]);
                        each(|l| drift[l] * (1.0 - size[l] / most[l]).max(0.0))
                    }
                };
                if let Some(z) = draws.normal(plan.slots.size[m]) {
                    let sigma = &values[volatility];
                    for l in 0..L {
                        change[l] += sigma[l] * z[l];
                    }
                }
                let size = &mut state.markets.size[m];
                for l in 0..L {
                    size[l] *= exp(change[l]);
                }
            }
        }
    }
}

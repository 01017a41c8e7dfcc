//! Step 5: how many people use, and how large each market is.

use crate::demand::bass::hazard_step;
use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::simulate::lanes::{State, each};
use crate::simulate::plan::Plan;
use crate::world::Size;

multiversion! {
    /// Adopters by region, size and RT per unit by market.
    pub fn adoption<const L: usize>(plan: &Plan, state: &mut State<L>) {
        for (r, region) in plan.world.regions.iter().enumerate() {
            if plan.is_fixed(region.innovation, 0.0) && plan.is_fixed(region.imitation, 0.0) {
                continue;
            }
            let reachable = &state.values[region.reachable];
            let (p, q) = (&state.values[region.innovation], &state.values[region.imitation]);
            let adopters = &mut state.regions.adopters[r];
            for l in 0..L {
                adopters[l] = hazard_step(adopters[l], reachable[l], p[l], q[l]);
            }
        }
        for m in 0..plan.world.markets.len() {
            size(plan, state, m);
        }
    }
}

/// Trend size by its own walk or by adopters, and the size of the quarter under shocks.
#[inline(always)]
fn size<const L: usize>(plan: &Plan, state: &mut State<L>, m: usize) {
    let market = &plan.world.markets[m];
    let values = &state.values;
    match market.size {
        Size::Walk { growth, volatility, ceiling, persistence, .. } => {
            let mut change = values[growth];
            if let Some(ceiling) = ceiling {
                let (size, most) = (&state.markets.trend[m], &values[ceiling]);
                for l in 0..L {
                    change[l] *= (1.0 - size[l] / most[l]).max(0.0);
                }
            }
            if let Some(persistence) = persistence {
                let (fade, keep) = (&mut state.markets.fade[m], &values[persistence]);
                for l in 0..L {
                    change[l] *= fade[l];
                    fade[l] *= keep[l];
                }
            }
            if let Some(z) = state.draws.normal(plan.slots.size[m]) {
                let sigma = &values[volatility];
                for l in 0..L {
                    change[l] += sigma[l] * f64::from(z[l]);
                }
            }
            let trend = &mut state.markets.trend[m];
            for l in 0..L {
                trend[l] *= exp(change[l]);
            }
        }
        Size::Adopters { share } => {
            let (share, adopters) = (&values[share], &state.regions.adopters[market.region]);
            state.markets.trend[m] = each(|l| share[l] * adopters[l]);
        }
    }
    let (trend, demand) = (&state.markets.trend[m], &state.common.demand);
    state.markets.size[m] = each(|l| trend[l] * demand[l]);
    let growth = plan.world.segments[market.segment].rt_growth;
    if !plan.is_fixed(growth, 0.0) {
        let growth = &values[growth];
        let per_unit = &mut state.markets.rt_per_unit[m];
        for l in 0..L {
            per_unit[l] *= exp(growth[l]);
        }
    }
}

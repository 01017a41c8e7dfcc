//! Step 6: shares held and units wanted.

use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::simulate::lanes::{State, each, larger, pick};
use crate::simulate::plan::Plan;
use crate::world::{Kernel, Size};

multiversion! {
    /// share_t = (1 − θ) share_{t−1} + θ choice_t; what leaves with a firm that ended is chosen
    /// anew. Then units wanted, and hours of compute they need by firm.
    pub fn wanted<const L: usize>(plan: &Plan, state: &mut State<L>, m: usize) {
        let place = &plan.places[m];
        let segment = &plan.world.segments[plan.world.markets[m].segment];
        if !place.fluid {
            inertia(plan, state, m);
        }
        let size = state.markets.size[m];
        match segment.kernel {
            Kernel::Budget { sigma, epsilon } => {
                let (sigma, epsilon) = (&state.values[sigma], &state.values[epsilon]);
                let factor = &state.common.substitution;
                let (now, start) = (&state.markets.log_sum[m], &state.markets.log_sum_start[m]);
                // ln(P/P̄) = −(ln Σ e^V − that of the start)/(σ − 1).
                let most = ceiling(plan, state, m);
                let spend: [f64; L] = each(|l| {
                    let index = -(now[l] - start[l]) / (sigma[l] * factor[l] - 1.0);
                    let wanted = size[l] * exp((1.0 - epsilon[l]) * index);
                    let most = larger(most[l], size[l]);
                    if wanted < most { wanted } else { most }
                });
                for n in place.range.clone() {
                    let (share, price) = (&state.offers.share[n], &state.offers.price[n]);
                    state.offers.wanted[n] = each(|l| {
                        let sold = share[l] > 0.0 && price[l] > 0.0;
                        pick(sold, spend[l] * share[l] / price[l], 0.0)
                    });
                }
            }
            _ => {
                for n in place.range.clone() {
                    let share = &state.offers.share[n];
                    state.offers.wanted[n] = each(|l| size[l] * share[l]);
                }
            }
        }
    }
}

/// Ceiling of a budget, USD per quarter: also what a falling price index cannot push it beyond.
#[inline(always)]
pub fn ceiling<const L: usize>(plan: &Plan, state: &State<L>, m: usize) -> [f64; L] {
    match plan.world.markets[m].size {
        Size::Walk { ceiling: Some(most), .. } => state.values[most],
        _ => [f64::INFINITY; L],
    }
}

#[inline(always)]
fn inertia<const L: usize>(plan: &Plan, state: &mut State<L>, m: usize) {
    let segment = &plan.world.segments[plan.world.markets[m].segment];
    let theta = &state.values[segment.reoptimise];
    let mut lost = [0.0; L];
    for n in plan.places[m].range.clone() {
        let (held, active) = (&state.offers.held[n], &state.offers.active[n]);
        for l in 0..L {
            lost[l] += (1.0 - active[l]) * held[l];
        }
    }
    for n in plan.places[m].range.clone() {
        let (held, active) = (&state.offers.held[n], &state.offers.active[n]);
        let choice = &state.offers.choice[n];
        state.offers.share[n] = each(|l| {
            let anew = theta[l] + (1.0 - theta[l]) * lost[l];
            (1.0 - theta[l]) * held[l] * active[l] + anew * choice[l]
        });
    }
}

//! Commoditisation: products become closer substitutes of each other.
//!
//! A sharper choice alone would also lose the worth of variety, and with it buyers: what the sum over
//! products is worth falls. That is another story, so each nest (a budget is one) is worth at the
//! prices and qualities of the start what it is without the shock.

use crate::demand::choice::NEVER;
use crate::multiversion;
use crate::numerics::elementary::{exp, ln};
use crate::simulate::lanes::{State, each, larger, pick};
use crate::simulate::market::taste;
use crate::simulate::plan::{Place, Plan};
use crate::world::Kernel;

multiversion! {
    /// Utilities at the list prices of the start; not a number where a product has none.
    pub fn note_start<const L: usize>(plan: &Plan, state: &mut State<L>) {
        for n in 0..plan.offers.len() {
            let active = state.offers.active[n];
            let v = utility_at(plan, state, n, &state.offers.list[n]);
            state.offers.at_start[n] = each(|l| pick(active[l] > 0.0, v[l], NEVER));
        }
    }
}

/// Utility at a price, not a number where there is none.
#[inline(always)]
fn utility_at<const L: usize>(
    plan: &Plan,
    state: &State<L>,
    n: usize,
    price: &[f64; L],
) -> [f64; L] {
    let offer = &plan.offers[n];
    let segment = &plan.world.segments[plan.world.markets[offer.market].segment];
    let (taste, weight) = (&state.offers.taste[n], &state.values[segment.quality_weight]);
    let quality = &state.products.quality[offer.product];
    let cost: [f64; L] = match segment.kernel {
        Kernel::Unit { price_slope } => {
            let slope = &state.values[price_slope];
            each(|l| slope[l] * price[l])
        }
        _ => each(|l| ln(price[l])),
    };
    each(|l| pick(price[l] > 0.0, taste[l] + weight[l] * quality[l] - cost[l], f64::NAN))
}

multiversion! {
    /// What is added to the utility of every offer in this quarter. A product without a list price of
    /// the start counts from the second quarter on, at the price of the first.
    pub fn rebase<const L: usize>(plan: &Plan, state: &mut State<L>) {
        if state.quarter == 1 {
            for n in 0..plan.offers.len() {
                let known = state.offers.at_start[n];
                let v = utility_at(plan, state, n, &state.offers.price[n]);
                state.offers.at_start[n] = each(|l| pick(known[l].is_nan(), v[l], known[l]));
            }
        }
        for (m, place) in plan.places.iter().enumerate() {
            let segment = &plan.world.segments[plan.world.markets[m].segment];
            if matches!(segment.kernel, Kernel::Free { .. }) {
                continue;
            }
            let factor = state.common.substitution;
            let calm = taste(segment, &state.values, &[1.0; L]);
            let now = taste(segment, &state.values, &factor);
            let nests = if is_budget(&segment.kernel) { 1 } else { place.nests };
            for nest in 0..nests {
                let value = |taste| worth(plan, state, (m, nest), &segment.kernel, taste);
                let (before, after) = (value(&calm), value(&now));
                let shift: [f64; L] = each(|l| before[l] - after[l]);
                let shift = each(|l| pick(factor[l] != 1.0 && shift[l].is_finite(), shift[l], 0.0));
                for n in members(place, &segment.kernel, nest) {
                    state.offers.rebase[n] = shift;
                }
            }
        }
    }
}

fn is_budget(kernel: &Kernel) -> bool {
    matches!(kernel, Kernel::Budget { .. })
}

/// Offers of a nest; a budget has no nests.
fn members(place: &Place, kernel: &Kernel, nest: usize) -> impl Iterator<Item = usize> {
    let all = is_budget(kernel);
    place.range.clone().filter(move |&n| all || place.nest[n - place.range.start] == nest)
}

/// What a nest is worth at the start, in utility as the kernel wants it; no finite number where
/// nothing was on sale or a price is not known.
#[inline(always)]
fn worth<const L: usize>(
    plan: &Plan,
    state: &State<L>,
    (m, nest): (usize, usize),
    kernel: &Kernel,
    [_, sigma, rho]: &[[f64; L]; 3],
) -> [f64; L] {
    // A budget's utilities are per unit of σ − 1, and so is its sum; in a nest they are divided by
    // 1 − ρ, and the sum is multiplied by it.
    let (scale, back): ([f64; L], [f64; L]) = match kernel {
        Kernel::Budget { .. } => (each(|l| sigma[l] - 1.0), [1.0; L]),
        _ => (each(|l| 1.0 / (1.0 - rho[l])), each(|l| 1.0 - rho[l])),
    };
    let own = || members(&plan.places[m], kernel, nest);
    let (mut most, mut sum) = ([NEVER; L], [0.0; L]);
    for n in own() {
        let v = &state.offers.at_start[n];
        most = each(|l| larger(v[l], most[l]));
    }
    for n in own() {
        let v = &state.offers.at_start[n];
        sum = each(|l| sum[l] + pick(v[l] == NEVER, 0.0, exp(scale[l] * (v[l] - most[l]))));
    }
    each(|l| {
        let log = scale[l] * most[l] + ln(sum[l]);
        pick(sum[l] == 0.0, f64::NEG_INFINITY, back[l] * log)
    })
}

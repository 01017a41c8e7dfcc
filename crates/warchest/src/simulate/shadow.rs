//! The shadow price of capacity: μ ≥ 0, complementary to use ≤ capacity, for each firm with
//! capacity of its own.

use crate::multiversion;
use crate::numerics::elementary::ln;
use crate::simulate::lanes::{State, flag, pick};
use crate::simulate::plan::Plan;

/// Largest shadow price, in rental prices: beyond it use is rationed.
pub const MOST: f64 = 50.0;
/// Excess of use, as a log, that counts as met.
const TOLERANCE: f64 = 1e-13;
/// From this excess on, a secant step that no longer helps ends the search.
const NEAR: f64 = 1e-9;

multiversion! {
    /// One secant step of every bound firm in the lanes not `done`, from the units wanted at the
    /// present shadow prices; marks the lanes where all firms meet their capacity.
    pub fn search<const L: usize>(plan: &Plan, state: &mut State<L>, pass: u32, done: &mut [f64; L]) {
        let mut met = [1.0; L];
        for &f in &plan.bound {
            let mut used = [0.0; L];
            for (n, offer) in plan.offers.iter().enumerate() {
                if offer.firm == f {
                    let (units, hours) = (&state.offers.wanted[n], &state.offers.hours[n]);
                    for l in 0..L {
                        used[l] += units[l] * hours[l];
                    }
                }
            }
            step(state, f, &used, pass, (&mut met, done));
        }
        for l in 0..L {
            done[l] = done[l].max(met[l]);
        }
    }
}

#[inline(always)]
fn step<const L: usize>(
    state: &mut State<L>,
    f: usize,
    used: &[f64; L],
    pass: u32,
    lanes: (&mut [f64; L], &[f64; L]),
) {
    let (met, done) = lanes;
    let capacity = state.firms.capacity[f];
    let rent = state.common.rent;
    for l in 0..L {
        let shadow = state.firms.shadow[f][l];
        let last = (state.last_shadow[f][l], state.last_excess[f][l]);
        let excess = ln(used[l] / capacity[l]);
        let idle = !(used[l] > 0.0) || !(capacity[l] > 0.0);
        let slack = shadow == 0.0 && excess <= 0.0;
        let tight = excess.abs() <= TOLERANCE
            || (pass > 2 && excess.abs() <= NEAR && excess.abs() >= 0.5 * last.1.abs());
        let most = MOST * rent[l];
        let rationed = shadow >= most && excess > 0.0;
        // A firm whose prices are all held this quarter does not answer: it rations.
        let deaf = pass > 0 && shadow != last.0 && (excess - last.1).abs() <= TOLERANCE;
        let ends = idle || slack || tight || rationed || deaf;
        met[l] *= flag(ends);
        if done[l] > 0.0 || ends {
            continue;
        }
        let secant = (excess - last.1) / (shadow - last.0);
        let steep = pass > 0 && secant < 0.0 && secant.is_finite();
        let slope = pick(steep, secant, -1.0 / (rent[l] + shadow));
        let change = (-excess / slope).clamp(-shadow, 4.0 * (rent[l] + shadow));
        state.last_shadow[f][l] = shadow;
        state.last_excess[f][l] = excess;
        state.firms.shadow[f][l] = (shadow + change).min(most);
    }
}

//! Nash prices of many markets at a time: one piece of code for the simulation (lanes are
//! paths) and for batches of markets.
//!
//! Layout `[[f64; L]]` as in [`crate::demand::choice`]. Each lane is solved on its own: a lane
//! that has arrived is left alone, so its answer does not depend on its neighbours.
//!
//! `prices` goes in and out. A frozen product keeps the price found there; for the others it
//! is the start of a `warm` game (a price at or below cost, or one that is not finite, starts cold),
//! which pays where prices and costs are near those of the answer; else the start is a first guess
//! from costs. A product that is not on sale keeps what it had and gets share 0.

mod aggregate;
mod aggregate_newton;
mod ces;
mod logit;
mod nested;
mod nested_newton;
mod nested_state;
mod search;

pub use ces::{CesGame, ces_nash};
pub use logit::{LogitGame, logit_nash};
pub use nested::{NestedGame, nested_nash};

/// Steps after which a lane gives up.
pub const STEPS_MAX: u32 = 60;

/// Largest `|FOC|/s`, relative to the size of the markup terms, of a converged lane.
pub const TOLERANCE: f64 = 1e-12;

/// Residual from which one more Newton step reaches rounding.
const NEAR: f64 = 1e-8;

/// How a price game ended, lane by lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GameStatus<const L: usize> {
    /// Whether the prices meet their own first-order conditions within [`TOLERANCE`].
    pub converged: [bool; L],
    /// Evaluations of the first-order conditions.
    pub iterations: [u32; L],
    /// Largest `|FOC|/s` over the free products, evaluated at the prices that came back.
    pub residual: [f64; L],
}

/// Number of firms of an owner list.
#[inline(always)]
fn firms(owner: &[usize]) -> usize {
    owner.iter().fold(0, |most, &f| most.max(f + 1))
}

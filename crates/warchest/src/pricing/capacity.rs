//! Prices under capacity limits: the shadow price `μ_j ≥ 0` is complementary to `q_j ≤ G_j`.

use super::effort::Effort;
use super::market::Market;
use super::nash::{Solution, solve_unlimited};

/// Rounds over the limited products.
const ROUNDS_MAX: u32 = 100;

/// Relative excess over a limit that counts as met.
const FULL: f64 = 1e-12;

/// Solves with limits: product by product, the shadow price that sells just the capacity,
/// given the others', until none moves.
pub(super) fn solve(effort: Effort<'_>, market: &Market, start: &[f64]) -> Solution {
    let mut mu = vec![0.0; start.len()];
    let mut solution = solve_unlimited(effort, market, start, &mu);
    let limited: Vec<usize> = (0..mu.len())
        .filter(|&j| market.products[j].capacity.is_finite() && !market.products[j].frozen)
        .collect();
    let mut evaluations = solution.evaluations;
    let mut settled = false;
    for _ in 0..ROUNDS_MAX {
        if !solution.converged {
            break;
        }
        settled = limited.iter().all(|&j| meets(market, &solution, &mu, j));
        if settled {
            break;
        }
        for &j in &limited {
            evaluations += fill(effort, market, &mut mu, j, &mut solution);
        }
    }
    // A frozen product may sell more than it can make: that is not an equilibrium.
    let frozen_fit = market
        .products
        .iter()
        .zip(&solution.quantities)
        .all(|(p, q)| !p.frozen || *q <= p.capacity * (1.0 + FULL));
    solution.converged = solution.converged && settled && frozen_fit;
    solution.evaluations = evaluations;
    solution
}

/// Whether product `j` keeps its limit, and pays a shadow price only when full.
fn meets(market: &Market, solution: &Solution, mu: &[f64], j: usize) -> bool {
    let excess = solution.quantities[j] / market.products[j].capacity - 1.0;
    excess <= FULL && (mu[j] == 0.0 || excess >= -10.0 * FULL)
}

/// Sets `mu[j]` so that product `j` sells its capacity at most; returns the evaluations spent.
/// Brackets upwards, then regula falsi (Illinois) on the log of use over capacity.
fn fill(
    effort: Effort<'_>,
    market: &Market,
    mu: &mut [f64],
    j: usize,
    solution: &mut Solution,
) -> u32 {
    let mut spent = 0;
    let mut gap = |value: f64, mu: &mut [f64], solution: &mut Solution| -> f64 {
        mu[j] = value;
        *solution = solve_unlimited(effort, market, &solution.prices, mu);
        spent += solution.evaluations;
        let use_over = solution.quantities[j] / market.products[j].capacity;
        if solution.converged { crate::numerics::elementary::ln(use_over) } else { f64::NAN }
    };
    let before = mu[j];
    let (mut low, mut high) = (0.0, 0.0);
    let mut at_low = gap(0.0, mu, solution);
    if at_low <= 0.0 || at_low.is_nan() {
        return spent;
    }
    let price = solution.prices[j].abs() + market.products[j].cost.abs();
    let mut reach = if before > 0.0 { 0.01 * before } else { 0.1 * price.max(1e-9) };
    let mut at_high = at_low;
    if before > 0.0 {
        // Start beside the last shadow price.
        (low, at_low) = (before, gap(before, mu, solution));
        if at_low <= 0.0 {
            (high, at_high) = (low, at_low);
            (low, at_low) = (0.0, gap(0.0, mu, solution));
        }
    }
    while at_high > 0.0 {
        high = low + reach;
        reach *= 2.0;
        at_high = gap(high, mu, solution);
        if at_high > 0.0 {
            (low, at_low) = (high, at_high);
        }
    }
    if at_high.is_nan() || at_low.is_nan() {
        return spent;
    }
    for _ in 0..80 {
        let next = (low * at_high - high * at_low) / (at_high - at_low);
        let found = gap(next, mu, solution);
        if found.is_nan() || found.abs() <= 0.3 * FULL || (high - low) <= 1e-15 * high {
            break;
        }
        if (found > 0.0) == (at_low > 0.0) {
            (low, at_low) = (next, found);
            at_high *= 0.5;
        } else {
            (high, at_high) = (next, found);
            at_low *= 0.5;
        }
    }
    spent
}

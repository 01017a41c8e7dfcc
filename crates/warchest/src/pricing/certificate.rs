//! Evidence that prices are an equilibrium, gathered without the code that found them.

use super::conditions::{Conditions, quantities, slopes};
use super::market::{Market, Ownership};
use super::nash::Solution;
use crate::numerics::lanes::Isa;

/// Factors on a markup that the grid of unilateral deviations tries.
const GRID: [f64; 14] =
    [0.0, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99, 1.01, 1.03, 1.1, 1.3, 1.7, 2.5, 5.0];

/// What was found at the prices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certificate {
    /// Largest `|FOC|/q` over free products, from dense slopes.
    pub foc: f64,
    /// Free products whose own second-order condition fails (`∂FOC_j/∂p_j ≥ 0`).
    pub second_order_failures: usize,
    /// Largest relative gain in the aim of any owner from moving one price, or all prices of
    /// one firm together, over a grid of markups; 0 when none gains.
    pub best_gain: f64,
    /// Deviations tried.
    pub deviations: usize,
}

/// Checks a solution. With `grid` false the unilateral deviations are skipped (they cost
/// fourteen evaluations a product).
pub fn certify(isa: Isa, market: &Market, solution: &Solution, grid: bool) -> Certificate {
    let mut out = Certificate { foc: 0.0, second_order_failures: 0, best_gain: 0.0, deviations: 0 };
    let cost = market.effective_costs(&solution.shadow);
    let free: Vec<usize> = (0..cost.len()).filter(|&j| !market.products[j].frozen).collect();
    let at = conditions(isa, market, &cost, &solution.prices);
    let n = cost.len();
    let mut fast = Conditions::new(isa, market, &solution.shadow);
    let (mut moved, mut foc) = (vec![0.0; n], vec![0.0; n]);
    let (mut pull, mut quantity) = (vec![0.0; n], vec![0.0; n]);
    for &j in &free {
        let r = (at.foc[j] / at.quantity[j]).abs();
        out.foc = if r > out.foc || r.is_nan() { r } else { out.foc };
        let h = 1e-5 * at.scale[j];
        let mut side = |by: f64| {
            moved.copy_from_slice(&solution.prices);
            moved[j] += by;
            fast.at(&moved, &mut foc, &mut pull, &mut quantity);
            foc[j]
        };
        let curve = (side(h) - side(-h)) / (2.0 * h);
        out.second_order_failures += usize::from(curve >= 0.0 || curve.is_nan());
    }
    if grid {
        deviations(isa, market, (&cost, &solution.prices), &free, &mut out);
    }
    out
}

struct At {
    foc: Vec<f64>,
    quantity: Vec<f64>,
    /// Markup scale `q_j/|∂q_j/∂p_j|`.
    scale: Vec<f64>,
}

/// First-order conditions by the dense formula, whatever the kind of demand.
fn conditions(isa: Isa, market: &Market, cost: &[f64], prices: &[f64]) -> At {
    let n = prices.len();
    let groups = market.groups();
    let found = slopes(isa, &market.demand, prices);
    let kept: Vec<f64> = market.products.iter().map(|p| p.kept()).collect();
    let foc = (0..n)
        .map(|j| {
            let earn = |k: usize| kept[k] * (prices[k] - cost[k]) * found.slope[k * n + j];
            let sum: f64 = (0..n).map(|k| groups.weight(j, k) * earn(k)).sum();
            found.quantity[j] + sum / kept[j]
        })
        .collect();
    let scale = (0..n).map(|j| (found.quantity[j] / found.slope[j * n + j]).abs()).collect();
    At { foc, quantity: found.quantity, scale }
}

/// Tries each free price alone, then each firm's free prices together.
fn deviations(
    isa: Isa,
    market: &Market,
    at: (&[f64], &[f64]),
    free: &[usize],
    out: &mut Certificate,
) {
    let (cost, prices) = at;
    let groups = market.groups();
    let aim = |j: usize, prices: &[f64]| -> f64 {
        let sold = quantities(isa, &market.demand, prices);
        (0..prices.len())
            .map(|k| {
                let kept = market.products[k].kept();
                groups.weight(j, k) * kept * (prices[k] - cost[k]) * sold[k]
            })
            .sum()
    };
    let mut sets: Vec<Vec<usize>> = free.iter().map(|&j| vec![j]).collect();
    if !matches!(market.ownership, Ownership::Products(_)) {
        for firm in 0..market.firms.len() {
            let own: Vec<usize> =
                free.iter().copied().filter(|&j| market.products[j].firm == firm).collect();
            if own.len() > 1 {
                sets.push(own);
            }
        }
    }
    for set in sets {
        let now = aim(set[0], prices);
        for factor in GRID {
            let mut moved = prices.to_vec();
            for &j in &set {
                moved[j] = cost[j] + factor * (prices[j] - cost[j]);
            }
            if moved.iter().any(|&p| p <= 0.0)
                && matches!(market.demand, super::market::Demand::Ces { .. })
            {
                continue;
            }
            let gain = (aim(set[0], &moved) - now) / now.abs().max(f64::MIN_POSITIVE);
            out.deviations += 1;
            out.best_gain = if gain > out.best_gain { gain } else { out.best_gain };
        }
    }
}

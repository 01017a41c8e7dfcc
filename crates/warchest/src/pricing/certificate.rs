//! Evidence that prices are an equilibrium, gathered without the code that found them.

use super::conditions::{Conditions, quantities, slopes};
use super::market::{Market, Ownership};
use super::nash::Solution;
use crate::numerics::lanes::Isa;

/// Factors on a markup that the grid of unilateral deviations tries.
const GRID: [f64; 24] = [
    0.0, 0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.75, 0.9, 0.97, 0.99, 1.01, 1.03, 1.1, 1.2, 1.35,
    1.6, 1.9, 2.3, 2.8, 3.5, 4.2, 5.0,
];

/// A relative gain this small is rounding.
pub const GAIN_ROUNDING: f64 = 1e-10;

/// Least quantity whose first-order condition can be told from rounding.
const SOLD: f64 = 1e-280;

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
    /// Free products whose demand is zero in double precision (outshone inside their nest, say):
    /// their conditions say nothing and are left out of `foc`.
    pub unsold: usize,
}

impl Certificate {
    /// Whether nothing speaks against an equilibrium: no second-order condition fails and no
    /// deviation gains more than [`GAIN_ROUNDING`]. (That `foc` is small is the search's claim.)
    pub fn is_equilibrium(&self) -> bool {
        self.second_order_failures == 0 && self.best_gain <= GAIN_ROUNDING
    }
}

/// Checks a solution. With `grid` false the unilateral deviations are skipped (they cost
/// as many evaluations a product as the grid has points).
pub fn certify(isa: Isa, market: &Market, solution: &Solution, grid: bool) -> Certificate {
    let (foc, best_gain) = (0.0, 0.0);
    let mut out =
        Certificate { foc, second_order_failures: 0, best_gain, deviations: 0, unsold: 0 };
    let cost = market.effective_costs(&solution.shadow);
    let free: Vec<usize> = (0..cost.len()).filter(|&j| !market.products[j].frozen).collect();
    let at = conditions(isa, market, &cost, &solution.prices);
    let n = cost.len();
    let mut fast = Conditions::new(isa, market, &solution.shadow);
    let (mut moved, mut foc) = (vec![0.0; n], vec![0.0; n]);
    let (mut pull, mut quantity) = (vec![0.0; n], vec![0.0; n]);
    for &j in &free {
        if at.quantity[j] < SOLD {
            out.unsold += 1;
            continue;
        }
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
        deviations(isa, market, (&cost, &solution.prices), &mut out);
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

/// Relative gain of the best-placed owner that moves alone from a solution to the prices
/// `there`, a product or a firm at a time; 0 when nobody gains.
pub(super) fn gain_towards(isa: Isa, market: &Market, solution: &Solution, there: &[f64]) -> f64 {
    let cost = market.effective_costs(&solution.shadow);
    let aims = Aims { isa, market, cost: &cost };
    let mut best = 0.0;
    for set in movers(market) {
        let mut moved = solution.prices.clone();
        for &j in &set {
            moved[j] = there[j];
        }
        let gain = aims.gain(set[0], &solution.prices, &moved);
        best = if gain > best { gain } else { best };
    }
    best
}

/// Free products alone, then each firm's free products together.
fn movers(market: &Market) -> Vec<Vec<usize>> {
    let free = (0..market.products.len()).filter(|&j| !market.products[j].frozen);
    let free: Vec<usize> = free.collect();
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
    sets
}

/// What the owners of products aim at.
struct Aims<'a> {
    isa: Isa,
    market: &'a Market,
    cost: &'a [f64],
}

impl Aims<'_> {
    /// Weighted profit behind the price of product `j`.
    fn aim(&self, j: usize, prices: &[f64]) -> f64 {
        let groups = self.market.groups();
        let sold = quantities(self.isa, &self.market.demand, prices);
        (0..prices.len())
            .map(|k| {
                let kept = self.market.products[k].kept();
                groups.weight(j, k) * kept * (prices[k] - self.cost[k]) * sold[k]
            })
            .sum()
    }

    /// Relative gain of the owner of `j` when prices move.
    fn gain(&self, j: usize, from: &[f64], to: &[f64]) -> f64 {
        let now = self.aim(j, from);
        (self.aim(j, to) - now) / now.abs().max(f64::MIN_POSITIVE)
    }
}

/// Tries each set of movers on the grid of markups.
fn deviations(isa: Isa, market: &Market, at: (&[f64], &[f64]), out: &mut Certificate) {
    let (cost, prices) = at;
    let aims = Aims { isa, market, cost };
    for set in movers(market) {
        let now = aims.aim(set[0], prices);
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
            let gain = (aims.aim(set[0], &moved) - now) / now.abs().max(f64::MIN_POSITIVE);
            out.deviations += 1;
            out.best_gain = if gain > out.best_gain { gain } else { out.best_gain };
        }
    }
}

//! What people ask of a priced market.

use super::conditions::{Conditions, Slopes, slopes};
use super::market::{Demand, Market};
use super::nash::Solution;
use crate::numerics::dense;
use crate::numerics::lanes::Isa;

/// Figures of a market at given prices. Matrices are by rows, `n × n`.
#[derive(Clone, Debug, PartialEq)]
pub struct Measures {
    /// `(p − c̃)/p` with the effective cost of the product, shadow price excluded.
    pub margins: Vec<f64>,
    /// `∂ln q_j/∂ln p_k` at `j·n + k`.
    pub elasticities: Vec<f64>,
    /// `−(∂q_k/∂p_j)/(∂q_j/∂p_j)` at `j·n + k`: where the buyers that `j` loses go; the
    /// diagonal holds the part that leaves to the outside good.
    pub diversion: Vec<f64>,
    /// Profit of each firm after tax, in the market's money.
    pub profits: Vec<f64>,
    /// Tax revenue, in the market's money.
    pub tax_revenue: f64,
    /// Consumer surplus in the market's money, up to a constant of the market: only
    /// differences between two prices of one market mean something (under plain and nested
    /// logit with an outside good the constant is 0).
    pub consumer_surplus: f64,
    /// Herfindahl index (0 to 10,000) over firms, of units among inside goods.
    pub hhi: f64,
    /// The same of spend.
    pub hhi_spend: f64,
}

/// Reads off the measures at a solution.
pub fn measure(isa: Isa, market: &Market, solution: &Solution) -> Measures {
    let n = solution.prices.len();
    let found = slopes(isa, &market.demand, &solution.prices);
    let price = &solution.prices;
    let mut profits = vec![0.0; market.firms.len()];
    let (mut units, mut spend) = (profits.clone(), profits.clone());
    let mut tax_revenue = 0.0;
    let mut margins = Vec::with_capacity(n);
    for (j, product) in market.products.iter().enumerate() {
        let sold = found.quantity[j] * market.size;
        margins.push(1.0 - product.effective_cost(0.0) / price[j]);
        let net = product.kept() * price[j] - product.unit_tax - product.cost;
        profits[product.firm] += net * sold;
        units[product.firm] += sold;
        spend[product.firm] += price[j] * sold;
        tax_revenue += (product.tax_rate * price[j] + product.unit_tax) * sold;
    }
    Measures {
        margins,
        elasticities: elasticities(&found, price),
        diversion: diversion(market, &found),
        profits,
        tax_revenue,
        consumer_surplus: found.surplus * market.size,
        hhi: herfindahl(&units),
        hhi_spend: herfindahl(&spend),
    }
}

fn elasticities(found: &Slopes, price: &[f64]) -> Vec<f64> {
    let n = price.len();
    (0..n * n).map(|at| found.slope[at] * price[at % n] / found.quantity[at / n]).collect()
}

fn diversion(market: &Market, found: &Slopes) -> Vec<f64> {
    let n = found.quantity.len();
    let mut out = vec![0.0; n * n];
    for j in 0..n {
        let lost = -found.slope[j * n + j];
        let mut inside = 0.0;
        for k in (0..n).filter(|&k| k != j) {
            out[j * n + k] = found.slope[k * n + j] / lost;
            inside += out[j * n + k];
        }
        // Under CES the units do not add up, so what leaves is not one minus the rest.
        let budget = matches!(market.demand, Demand::Ces { .. });
        out[j * n + j] = if budget { f64::NAN } else { 1.0 - inside };
    }
    out
}

fn herfindahl(amounts: &[f64]) -> f64 {
    let total: f64 = amounts.iter().sum();
    amounts.iter().map(|a| (100.0 * a / total) * (100.0 * a / total)).sum()
}

/// Pass-through of costs into prices, `∂p_j/∂c_k` at `j·n + k`, by differentiating the
/// first-order conditions at the solution (frozen products do not move). `None` when these
/// are singular there.
pub fn pass_through(isa: Isa, market: &Market, solution: &Solution) -> Option<Vec<f64>> {
    let n = solution.prices.len();
    let mut conditions = Conditions::new(isa, market, &solution.shadow);
    let (mut pull, mut quantity) = (vec![0.0; n], vec![0.0; n]);
    let free: Vec<usize> = (0..n).filter(|&j| !market.products[j].frozen).collect();
    let found = slopes(isa, &market.demand, &solution.prices);
    let m = free.len();
    let mut matrix = vec![0.0; m * m];
    for (column, &j) in free.iter().enumerate() {
        let h = 3e-5 * (found.quantity[j] / found.slope[j * n + j]).abs();
        let mut side = |by: f64| {
            let mut moved = solution.prices.clone();
            moved[j] += by;
            let mut foc = vec![0.0; n];
            conditions.at(&moved, &mut foc, &mut pull, &mut quantity);
            foc
        };
        let (up, down) = (side(h), side(-h));
        for (row, &i) in free.iter().enumerate() {
            matrix[row * m + column] = (up[i] - down[i]) / (2.0 * h);
        }
    }
    // ∂FOC_i/∂c_k = −H_ik κ_k/κ_i · ∂q_k/∂p_i · ∂c̃_k/∂c_k, with ∂c̃_k/∂c_k = 1/κ_k.
    let groups = market.groups();
    let mut rhs = vec![0.0; m * n];
    for (row, &i) in free.iter().enumerate() {
        let kept = market.products[i].kept();
        for k in 0..n {
            rhs[row * n + k] = groups.weight(i, k) * found.slope[k * n + i] / kept;
        }
    }
    if !dense::solve(m, &mut matrix, &mut rhs, n) {
        return None;
    }
    let mut out = vec![0.0; n * n];
    for (row, &j) in free.iter().enumerate() {
        out[j * n..(j + 1) * n].copy_from_slice(&rhs[row * n..(row + 1) * n]);
    }
    Some(out)
}

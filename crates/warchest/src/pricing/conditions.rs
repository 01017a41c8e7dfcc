//! First-order conditions of a market at given prices, for every kind of demand.

use super::market::{Demand, Market};
use crate::demand::choice::{
    CesDemand, LogitDemand, NestedDemand, ces_shares, logit_shares, nested_shares,
};
use crate::demand::mixed::{Groups, Response, Scratch, mixed_shares, mixed_slopes, respond};
use crate::numerics::elementary::exp;
use crate::numerics::lanes::Isa;

/// Quantities per unit of size and their slopes at given prices.
#[derive(Clone, Debug, Default)]
pub struct Slopes {
    /// `q_j` (shares; under CES share over price, times the budget's answer).
    pub quantity: Vec<f64>,
    /// `∂q_k/∂p_j` at `k·J + j`.
    pub slope: Vec<f64>,
    /// Consumer surplus per unit of size, up to a constant of the market.
    pub surplus: f64,
}

/// One market as a lane of its own.
pub(super) fn column(values: &[f64]) -> &[[f64; 1]] {
    values.as_chunks::<1>().0
}

/// Shares (of buyers, or of the budget) and the log sum behind them.
pub fn shares(isa: Isa, demand: &Demand, prices: &[f64]) -> (Vec<f64>, f64) {
    let n = prices.len();
    let (at, one, mut share) = (column(prices), vec![[1.0]; n], vec![0.0; n]);
    let out = share.as_chunks_mut::<1>().0;
    let log_sum = match demand {
        Demand::Logit { utility, slope, outside } => {
            let utility = column(utility);
            let lanes = LogitDemand { utility, active: &one, slope: [*slope], outside: *outside };
            logit_shares(isa, &lanes, at, out)[0]
        }
        Demand::Nested { utility, slope, rho, nest, nests, outside } => {
            let lanes = NestedDemand {
                utility: column(utility),
                active: &one,
                slope: [*slope],
                rho: [*rho],
                nest,
                nests: nests.len(),
                outside: *outside,
            };
            nested_shares(isa, &lanes, at, out)[0]
        }
        Demand::Ces { utility, sigma, outside, .. } => {
            let utility = column(utility);
            let lanes = CesDemand { utility, active: &one, sigma: [*sigma], outside: *outside };
            ces_shares(isa, &lanes, at, out)[0]
        }
        Demand::Mixed(consumers) => {
            mixed_shares(isa, consumers, prices, &mut share);
            return (share, f64::NAN);
        }
    };
    (share, log_sum)
}

/// Spend per unit of size under CES, `P^{1−ε}`, from the log sum.
fn budget(sigma: f64, epsilon: f64, log_sum: f64) -> f64 {
    exp(-(1.0 - epsilon) / (sigma - 1.0) * log_sum)
}

/// Quantities per unit of size at these prices.
pub fn quantities(isa: Isa, demand: &Demand, prices: &[f64]) -> Vec<f64> {
    let (mut share, log_sum) = shares(isa, demand, prices);
    if let Demand::Ces { sigma, epsilon, .. } = demand {
        let spend = budget(*sigma, *epsilon, log_sum);
        for (q, p) in share.iter_mut().zip(prices) {
            *q *= spend / p;
        }
    }
    share
}

/// Quantities, slopes and surplus at these prices.
pub fn slopes(isa: Isa, demand: &Demand, prices: &[f64]) -> Slopes {
    let n = prices.len();
    let mut out = Slopes { quantity: vec![0.0; n], slope: vec![0.0; n * n], surplus: 0.0 };
    if let Demand::Mixed(consumers) = demand {
        out.surplus = mixed_slopes(isa, consumers, prices, &mut out.quantity, &mut out.slope);
        return out;
    }
    let (share, log_sum) = shares(isa, demand, prices);
    match demand {
        Demand::Logit { slope, .. } => {
            out.surplus = log_sum / slope;
            fill(&mut out.slope, n, |k, j| slope * share[j] * (share[k] - same(k == j)));
            out.quantity = share;
        }
        Demand::Nested { slope, rho, nest, nests, .. } => {
            out.surplus = log_sum / slope;
            let mut total = vec![0.0; nests.len()];
            for (s, &g) in share.iter().zip(nest) {
                total[g] += s;
            }
            let within = |k: usize, j: usize| {
                same(nest[k] == nest[j]) * share[k] / total[nest[k]].max(f64::MIN_POSITIVE)
            };
            let steep = slope / (1.0 - rho);
            fill(&mut out.slope, n, |k, j| {
                steep * share[j] * (rho * within(k, j) + (1.0 - rho) * share[k] - same(k == j))
            });
            out.quantity = share;
        }
        Demand::Ces { sigma, epsilon, .. } => {
            let spend = budget(*sigma, *epsilon, log_sum);
            out.surplus =
                if *epsilon == 1.0 { log_sum / (sigma - 1.0) } else { spend / (epsilon - 1.0) };
            out.quantity = share.iter().zip(prices).map(|(s, p)| spend * s / p).collect();
            fill(&mut out.slope, n, |k, j| {
                out.quantity[k] / prices[j] * ((sigma - epsilon) * share[j] - sigma * same(k == j))
            });
        }
        Demand::Mixed(_) => {}
    }
    out
}

fn same(yes: bool) -> f64 {
    if yes { 1.0 } else { 0.0 }
}

fn fill(out: &mut [f64], n: usize, value: impl Fn(usize, usize) -> f64) {
    for k in 0..n {
        for j in 0..n {
            out[k * n + j] = value(k, j);
        }
    }
}

/// The first-order conditions of a market with given effective costs.
pub struct Conditions<'a> {
    isa: Isa,
    demand: &'a Demand,
    groups: Groups,
    /// `1 − τ_j`.
    kept: Vec<f64>,
    cost: Vec<f64>,
    margins: Vec<f64>,
    response: Response,
    scratch: Scratch,
}

impl<'a> Conditions<'a> {
    /// With capacity shadow prices `mu`.
    pub fn new(isa: Isa, market: &'a Market, mu: &[f64]) -> Self {
        Self {
            isa,
            demand: &market.demand,
            groups: market.groups(),
            kept: market.products.iter().map(|p| p.kept()).collect(),
            cost: market.effective_costs(mu),
            margins: Vec::new(),
            response: Response::default(),
            scratch: Scratch::default(),
        }
    }

    /// At `prices`: `foc[j] = q_j + Σ_k H_jk (κ_k/κ_j)(p_k − c_k) ∂q_k/∂p_j` with `κ = 1 − τ`,
    /// `pull[j] = Λ_j`, `quantity[j] = q_j`. The ζ map is `p_j ← p_j − foc_j/Λ_j`.
    pub fn at(&mut self, prices: &[f64], foc: &mut [f64], pull: &mut [f64], quantity: &mut [f64]) {
        self.margins.clear();
        let kept = self.kept.iter().zip(&self.cost);
        self.margins.extend(prices.iter().zip(kept).map(|(p, (kept, c))| kept * (p - c)));
        if let Demand::Mixed(consumers) = self.demand {
            let (scratch, response) = (&mut self.scratch, &mut self.response);
            respond(self.isa, consumers, &self.groups, prices, &self.margins, scratch, response);
            for j in 0..prices.len() {
                quantity[j] = self.response.share[j];
                pull[j] = self.response.lambda[j];
                let own = pull[j] * (prices[j] - self.cost[j]);
                foc[j] = quantity[j] + own - self.response.earned[j] / self.kept[j];
            }
            return;
        }
        self.dense(prices, foc, pull, quantity);
    }

    fn dense(&self, prices: &[f64], foc: &mut [f64], pull: &mut [f64], quantity: &mut [f64]) {
        let n = prices.len();
        let found = slopes(self.isa, self.demand, prices);
        for j in 0..n {
            quantity[j] = found.quantity[j];
            pull[j] = match self.demand {
                Demand::Nested { slope, rho, .. } => -slope / (1.0 - rho) * quantity[j],
                Demand::Ces { sigma, .. } => -sigma * quantity[j] / prices[j],
                Demand::Logit { slope, .. } => -slope * quantity[j],
                Demand::Mixed(_) => 0.0,
            };
            let mut sum = 0.0;
            for k in 0..n {
                sum += self.groups.weight(j, k) * self.margins[k] * found.slope[k * n + j];
            }
            foc[j] = quantity[j] + sum / self.kept[j];
        }
    }
}

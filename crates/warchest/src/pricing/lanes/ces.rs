//! CES demand with multi-product firms (Atkeson and Burstein).

use super::aggregate::{Aggregates, Rule, Scratch, Search, Terms, shares_at, solve};
use super::logit::status;
use super::{GameStatus, firms};
use crate::demand::choice::{CesDemand, NEVER, lane_max};
use crate::multiversion;
use crate::numerics::elementary::{exp, ln};

/// A CES price game; layout of [`crate::pricing::lanes`].
#[derive(Clone, Copy, Debug)]
pub struct CesGame<'a, const L: usize> {
    /// Who spends on what.
    pub demand: CesDemand<'a, L>,
    /// Elasticity of the segment's spend to its price index: `B = B̄ (P/P̄)^{1−ε}`, per lane.
    pub epsilon: [f64; L],
    /// Effective marginal cost, product × lane, > 0.
    pub cost: &'a [[f64; L]],
    /// 1 where the product keeps its price, else 0; product × lane.
    pub frozen: &'a [[f64; L]],
    /// Firm of each product, `0..`.
    pub owner: &'a [usize],
}

/// `σ·m = 1 + (σ − ε)(S·m + k)` with the margin `m = 1 − c/p`, in log markups `x = ln(p/c)`.
struct CesRule<'a, const L: usize> {
    sigma: &'a [f64; L],
    epsilon: &'a [f64; L],
}

impl<const L: usize> Rule for CesRule<'_, L> {
    #[inline(always)]
    fn rate(&self, lane: usize) -> f64 {
        self.sigma[lane] - 1.0
    }

    #[inline(always)]
    fn terms(&self, lane: usize, x: f64, s: f64, k: f64) -> Terms {
        let (sigma, gap) = (self.sigma[lane], self.sigma[lane] - self.epsilon[lane]);
        let pass = exp(-x);
        let margin = 1.0 - pass;
        let earned = gap * (s * margin + k);
        Terms {
            r: sigma * margin - earned - 1.0,
            alpha: pass * (sigma - gap * s) + gap * (sigma - 1.0) * s * margin,
            beta: earned,
        }
    }
}

multiversion! {
    /// Nash prices under CES demand, in `prices`, and the budget shares there, in `shares`.
    ///
    /// All free products of a firm carry one margin: with firm share `S_f` and no frozen
    /// product, `p = c·η_f/(η_f − 1)`, `η_f = σ(1 − S_f) + ε S_f`. A lane whose dominant
    /// firm faces `η ≤ 1`, or with a cost that is not positive, comes back not converged.
    ///
    /// # Source
    /// Atkeson and Burstein (2008), AER 98(5); Bertrand form with many products per firm.
    pub fn ces_nash<const L: usize>(game: &CesGame<'_, L>, prices: &mut [[f64; L]], shares: &mut [[f64; L]]) -> GameStatus<L> {
        let count = firms(game.owner);
        let mut weight = vec![[0.0; L]; count];
        let mut kept = vec![[0.0; L]; count];
        let base = attractions(game, prices, shares, (&mut weight, &mut kept));
        let aggregates = Aggregates { weight: &weight, frozen: &kept, base };
        let rule = CesRule { sigma: &game.demand.sigma, epsilon: &game.epsilon };
        let mut x = vec![[0.0; L]; count];
        let mut scratch = Scratch::new(count);
        start(game, &aggregates, prices, &mut x);
        let search = solve(&rule, &aggregates, &mut x, &mut scratch);
        let total = shares_at(&rule, &aggregates, &x, &mut scratch.share);
        finish(game, (&x, &total), prices, shares);
        certify(game, prices, shares, &search)
    }
}

/// As for logit: attractions at cost (free) or at price (frozen), summed by firm.
#[inline(always)]
fn attractions<const L: usize>(
    game: &CesGame<'_, L>,
    prices: &[[f64; L]],
    shares: &mut [[f64; L]],
    sums: (&mut [[f64; L]], &mut [[f64; L]]),
) -> [f64; L] {
    let (weight, kept) = sums;
    let demand = &game.demand;
    for j in 0..shares.len() {
        for l in 0..L {
            let at = if game.frozen[j][l] > 0.5 { prices[j][l] } else { game.cost[j][l] };
            let v = demand.utility[j][l] - (demand.sigma[l] - 1.0) * ln(at);
            shares[j][l] = if demand.active[j][l] > 0.5 { v } else { NEVER };
        }
    }
    let shift = lane_max(shares, if demand.outside { 0.0 } else { NEVER });
    let mut base = [0.0; L];
    for l in 0..L {
        base[l] = if demand.outside { exp(-shift[l]) } else { 0.0 };
    }
    for j in 0..shares.len() {
        let f = game.owner[j];
        for l in 0..L {
            let e = exp(shares[j][l] - shift[l]);
            let e = if demand.active[j][l] > 0.5 { e } else { 0.0 };
            shares[j][l] = e;
            let stays = game.frozen[j][l] > 0.5;
            let held = if stays { e } else { 0.0 };
            let margin = if stays { 1.0 - game.cost[j][l] / prices[j][l] } else { 0.0 };
            weight[f][l] += e - held;
            base[l] += held;
            kept[f][l] += held * margin;
        }
    }
    base
}

/// Starting log markups: those of the prices given, else the rule at competitive shares.
#[inline(always)]
fn start<const L: usize>(
    game: &CesGame<'_, L>,
    a: &Aggregates<'_, L>,
    prices: &[[f64; L]],
    x: &mut [[f64; L]],
) {
    let mut total = a.base;
    for f in 0..x.len() {
        for l in 0..L {
            total[l] += a.weight[f][l];
        }
    }
    for f in 0..x.len() {
        for l in 0..L {
            let sigma = game.demand.sigma[l];
            let eta = sigma - (sigma - game.epsilon[l]) * a.weight[f][l] / total[l];
            // Shares at cost overstate the leader: halfway to σ, and never a margin above 2/3.
            let eta = 0.5 * (eta + sigma);
            let eta = if eta > 1.5 { eta } else { 1.5 };
            x[f][l] = -ln(1.0 - 1.0 / eta);
        }
    }
    for j in 0..prices.len() {
        let f = game.owner[j];
        for l in 0..L {
            let given = ln(prices[j][l] / game.cost[j][l]);
            let free = game.demand.active[j][l] > 0.5 && game.frozen[j][l] < 0.5;
            let usable = free && given > 1e-3 && given < 5.0;
            x[f][l] = if usable { given } else { x[f][l] };
        }
    }
}

/// Prices and shares from log markups.
#[inline(always)]
fn finish<const L: usize>(
    game: &CesGame<'_, L>,
    solved: (&[[f64; L]], &[f64; L]),
    prices: &mut [[f64; L]],
    shares: &mut [[f64; L]],
) {
    let (x, total) = solved;
    let mut spread = vec![[0.0; L]; x.len()];
    let mut factor = vec![[0.0; L]; x.len()];
    for f in 0..x.len() {
        for l in 0..L {
            spread[f][l] = exp(-(game.demand.sigma[l] - 1.0) * x[f][l]);
            factor[f][l] = exp(x[f][l]);
        }
    }
    for j in 0..prices.len() {
        let f = game.owner[j];
        for l in 0..L {
            let stays = game.frozen[j][l] > 0.5;
            let free = game.demand.active[j][l] > 0.5 && !stays;
            let price = game.cost[j][l] * factor[f][l];
            prices[j][l] = if free { price } else { prices[j][l] };
            let scale = if stays { 1.0 } else { spread[f][l] };
            let sold = shares[j][l] * scale / total[l];
            shares[j][l] = if game.demand.active[j][l] > 0.5 { sold } else { 0.0 };
        }
    }
}

/// Status from the prices and shares that came out, not from the search.
#[inline(always)]
fn certify<const L: usize>(
    game: &CesGame<'_, L>,
    prices: &[[f64; L]],
    shares: &[[f64; L]],
    search: &Search<L>,
) -> GameStatus<L> {
    let mut earned = vec![[0.0; L]; firms(game.owner)];
    for j in 0..prices.len() {
        for l in 0..L {
            let on_sale = game.demand.active[j][l] > 0.5;
            let margin = 1.0 - game.cost[j][l] / prices[j][l];
            earned[game.owner[j]][l] += if on_sale { shares[j][l] * margin } else { 0.0 };
        }
    }
    let (mut residual, mut broken) = ([0.0; L], [0.0; L]);
    for j in 0..prices.len() {
        for l in 0..L {
            let (sigma, gap) = (game.demand.sigma[l], game.demand.sigma[l] - game.epsilon[l]);
            let margin = 1.0 - game.cost[j][l] / prices[j][l];
            let r = (sigma * margin - gap * earned[game.owner[j]][l] - 1.0).abs();
            let counts = game.demand.active[j][l] > 0.5 && game.frozen[j][l] < 0.5;
            // A margin this close to one is a price that runs off, not an equilibrium.
            let r = if margin < 1.0 - 1e-8 { r } else { f64::NAN };
            let r = if counts { r } else { 0.0 };
            broken[l] += r * 0.0;
            residual[l] = if r > residual[l] { r } else { residual[l] };
        }
    }
    status(&residual, &game.demand.sigma, &broken, search)
}

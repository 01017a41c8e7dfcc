//! CES demand with multi-product firms (Atkeson and Burstein).

use super::aggregate::{Aggregates, Rows, Rule, Search, Terms, shares_at, solve};
use super::logit::status;
use super::{GameStatus, firms};
use crate::demand::choice::{CesDemand, NEVER, lane_max};
use crate::multiversion;
use crate::numerics::elementary::{exp, ln};
use crate::numerics::lanes::pick;

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

impl<const L: usize> Rule<L> for CesRule<'_, L> {
    #[inline(always)]
    fn rate(&self) -> [f64; L] {
        let mut rate = *self.sigma;
        for l in 0..L {
            rate[l] -= 1.0;
        }
        rate
    }

    #[inline(always)]
    fn terms(&self, x: [f64; L], s: [f64; L], k: [f64; L]) -> Terms<L> {
        let (sigma, epsilon) = (*self.sigma, *self.epsilon);
        let mut out = Terms { r: [0.0; L], alpha: [0.0; L], beta: [0.0; L] };
        for l in 0..L {
            let (sigma, gap) = (sigma[l], sigma[l] - epsilon[l]);
            let pass = exp(-x[l]);
            let margin = 1.0 - pass;
            let earned = gap * (s[l] * margin + k[l]);
            out.r[l] = sigma * margin - earned - 1.0;
            out.alpha[l] = pass * (sigma - gap * s[l]) + gap * (sigma - 1.0) * s[l] * margin;
            out.beta[l] = earned;
        }
        out
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
        let mut store = vec![[0.0; L]; Rows::<L>::COUNT * count];
        let Rows { weight, kept, plays, x, mut scratch } = Rows::new(&mut store, count);
        let base = attractions(game, prices, shares, [weight, kept, plays]);
        let aggregates = Aggregates { weight, frozen: kept, plays, base };
        let rule = CesRule { sigma: &game.demand.sigma, epsilon: &game.epsilon };
        start(game, &aggregates, prices, x);
        let search = solve(&rule, &aggregates, x, &mut scratch);
        let total = shares_at(&rule, &aggregates, x, scratch.share);
        finish(game, (x, &total), (scratch.slack, scratch.beta), prices, shares);
        certify(game, prices, shares, scratch.share, &search)
    }
}

/// As for logit: attractions at cost (free) or at price (frozen), summed by firm.
#[inline(always)]
fn attractions<const L: usize>(
    game: &CesGame<'_, L>,
    prices: &[[f64; L]],
    shares: &mut [[f64; L]],
    sums: [&mut [[f64; L]]; 3],
) -> [f64; L] {
    let [weight, kept, plays] = sums;
    let demand = &game.demand;
    let sigma = demand.sigma;
    for j in 0..shares.len() {
        let (utility, active) = (demand.utility[j], demand.active[j]);
        let (price, cost, frozen) = (prices[j], game.cost[j], game.frozen[j]);
        let mut row = [0.0; L];
        for l in 0..L {
            let at = pick(frozen[l] > 0.5, price[l], cost[l]);
            let v = utility[l] - (sigma[l] - 1.0) * ln(at);
            row[l] = if active[l] > 0.5 { v } else { NEVER };
        }
        shares[j] = row;
    }
    let shift = lane_max(shares, if demand.outside { 0.0 } else { NEVER });
    let mut base = [0.0; L];
    for l in 0..L {
        base[l] = pick(demand.outside, exp(-shift[l]), 0.0);
    }
    for (row, active) in shares.iter_mut().zip(demand.active) {
        for l in 0..L {
            let e = exp(row[l] - shift[l]);
            row[l] = if active[l] > 0.5 { e } else { 0.0 };
        }
    }
    for j in 0..shares.len() {
        let f = game.owner[j];
        let (active, frozen) = (demand.active[j], game.frozen[j]);
        let (price, cost) = (prices[j], game.cost[j]);
        let (row, mut free, mut own, mut earns) = (shares[j], plays[f], weight[f], kept[f]);
        for l in 0..L {
            let e = row[l];
            let stays = frozen[l] > 0.5;
            let held = if stays { e } else { 0.0 };
            let margin = pick(stays, 1.0 - cost[l] / price[l], 0.0);
            free[l] = pick(active[l] > 0.5 && !stays, 1.0, free[l]);
            own[l] += e - held;
            base[l] += held;
            earns[l] += held * margin;
        }
        (plays[f], weight[f], kept[f]) = (free, own, earns);
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
    let (sigma, epsilon) = (game.demand.sigma, game.epsilon);
    for f in 0..x.len() {
        let (weight, mut row) = (a.weight[f], [0.0; L]);
        for l in 0..L {
            let eta = sigma[l] - (sigma[l] - epsilon[l]) * weight[l] / total[l];
            // Shares at cost overstate the leader: halfway to σ, and never a margin above 2/3.
            let eta = 0.5 * (eta + sigma[l]);
            let eta = if eta > 1.5 { eta } else { 1.5 };
            row[l] = -ln(1.0 - 1.0 / eta);
        }
        x[f] = row;
    }
    for j in 0..prices.len() {
        let f = game.owner[j];
        let (price, cost, mut row) = (prices[j], game.cost[j], x[f]);
        let (active, frozen) = (game.demand.active[j], game.frozen[j]);
        for l in 0..L {
            let given = ln(price[l] / cost[l]);
            let free = active[l] > 0.5 && frozen[l] < 0.5;
            let usable = free && given > 1e-3 && given < 5.0;
            row[l] = pick(usable, given, row[l]);
        }
        x[f] = row;
    }
}

/// Prices and shares from log markups.
#[inline(always)]
fn finish<const L: usize>(
    game: &CesGame<'_, L>,
    solved: (&[[f64; L]], &[f64; L]),
    (spread, factor): (&mut [[f64; L]], &mut [[f64; L]]),
    prices: &mut [[f64; L]],
    shares: &mut [[f64; L]],
) {
    let (x, total) = solved;
    let sigma = game.demand.sigma;
    for f in 0..x.len() {
        let (x, mut thin, mut thick) = (x[f], [0.0; L], [0.0; L]);
        for l in 0..L {
            thin[l] = exp(-(sigma[l] - 1.0) * x[l]);
            thick[l] = exp(x[l]);
        }
        (spread[f], factor[f]) = (thin, thick);
    }
    for j in 0..prices.len() {
        let (spread, factor) = (spread[game.owner[j]], factor[game.owner[j]]);
        let (active, frozen, cost) = (game.demand.active[j], game.frozen[j], game.cost[j]);
        let (mut price, mut share) = (prices[j], shares[j]);
        for l in 0..L {
            let (on_sale, stays) = (active[l] > 0.5, frozen[l] > 0.5);
            price[l] = pick(on_sale && !stays, cost[l] * factor[l], price[l]);
            let scale = pick(stays, 1.0, spread[l]);
            let sold = share[l] * scale / total[l];
            share[l] = if on_sale { sold } else { 0.0 };
        }
        (prices[j], shares[j]) = (price, share);
    }
}

/// Status from the prices and shares that came out, not from the search.
#[inline(always)]
fn certify<const L: usize>(
    game: &CesGame<'_, L>,
    prices: &[[f64; L]],
    shares: &[[f64; L]],
    earned: &mut [[f64; L]],
    search: &Search<L>,
) -> GameStatus<L> {
    earned.fill([0.0; L]);
    let (sigma, epsilon) = (game.demand.sigma, game.epsilon);
    for j in 0..prices.len() {
        let (active, share) = (game.demand.active[j], shares[j]);
        let (price, cost, mut own) = (prices[j], game.cost[j], earned[game.owner[j]]);
        for l in 0..L {
            let margin = 1.0 - cost[l] / price[l];
            own[l] += pick(active[l] > 0.5, share[l] * margin, 0.0);
        }
        earned[game.owner[j]] = own;
    }
    let (mut residual, mut broken) = ([0.0; L], [0.0; L]);
    for j in 0..prices.len() {
        let (active, frozen) = (game.demand.active[j], game.frozen[j]);
        let (price, cost, own) = (prices[j], game.cost[j], earned[game.owner[j]]);
        for l in 0..L {
            let gap = sigma[l] - epsilon[l];
            let margin = 1.0 - cost[l] / price[l];
            let r = (sigma[l] * margin - gap * own[l] - 1.0).abs();
            let counts = active[l] > 0.5 && frozen[l] < 0.5;
            // A margin this close to one is a price that runs off, not an equilibrium.
            let r = if margin < 1.0 - 1e-8 { r } else { f64::NAN };
            let r = if counts { r } else { 0.0 };
            broken[l] += r * 0.0;
            residual[l] = pick(r > residual[l], r, residual[l]);
        }
    }
    status(&residual, &game.demand.sigma, &broken, search)
}

//! CES demand with multi-product firms (Atkeson and Burstein).

use super::GameStatus;
use super::aggregate::{Market, Rule, nash};
use crate::demand::choice::CesDemand;
use crate::numerics::elementary::{exp_held, ln};
use crate::numerics::lanes::Isa;

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
    /// Whether the prices given are a start.
    pub warm: bool,
}

/// `(1 − 1/σ)^(σ−1)` at σ = 7, and within 0.03 of it from 4 on: what is left of an attraction at the
/// markup of a firm without weight.
const COMPETITIVE: f64 = 0.397;

/// `σ·m = 1 + (σ − ε)(S·m + k)` with the margin `m = 1 − c/p`, in log markups `x = ln(p/c)`.
struct CesRule<'a, const L: usize> {
    sigma: &'a [f64; L],
    epsilon: &'a [f64; L],
}

impl<const L: usize> Rule<L> for CesRule<'_, L> {
    #[inline(always)]
    fn log_attraction(&self, l: usize, utility: f64, price: f64) -> f64 {
        utility - (self.sigma[l] - 1.0) * ln(price)
    }

    #[inline(always)]
    fn rate(&self, l: usize) -> f64 {
        self.sigma[l] - 1.0
    }

    #[inline(always)]
    fn terms(&self, l: usize, x: f64, s: f64, k: f64) -> [f64; 3] {
        let (sigma, gap) = (self.sigma[l], self.sigma[l] - self.epsilon[l]);
        let pass = exp_held(-x);
        let margin = 1.0 - pass;
        let earned = gap * (s * margin + k);
        let alpha = pass * (sigma - gap * s) + gap * (sigma - 1.0) * s * margin;
        [sigma * margin - earned - 1.0, alpha, earned]
    }

    #[inline(always)]
    fn margin(&self, _: usize, price: f64, cost: f64) -> f64 {
        1.0 - cost / price
    }

    #[inline(always)]
    fn markup(&self, _: usize, price: f64, cost: f64) -> f64 {
        let given = ln(price / cost);
        if (given > 1e-3) & (given < 5.0) { given } else { f64::NAN }
    }

    #[inline(always)]
    fn at_first(&self, weight: f64) -> f64 {
        weight * COMPETITIVE
    }

    /// The markup at a guess of the share. What a small firm's markup leaves of the log odds when the
    /// firm raises it to that of its share s, `ln o = ln(s/(1 − s)) + (σ − 1)(x(s) − x(0))`, has no
    /// closed form for s; it is all of them where they are low, and a third to a fifth where they are
    /// high. With ln o from −5 to 12 the guess misses the log odds by 0.3 at most for σ from 7 to 15
    /// and ε up to 1.13, by more where σ is lower or ε higher (3.4 at σ = 5, ε = 1.3): a start, no more.
    #[inline(always)]
    fn cold_start(&self, l: usize, own: f64, kept: f64, total: f64) -> f64 {
        let (sigma, gap) = (self.sigma[l], self.sigma[l] - self.epsilon[l]);
        let others = total - own;
        let lead = (total / others).sqrt().sqrt();
        let rise = 0.8 / (sigma - 1.0) - 0.04;
        let rise = if rise > 0.0 { rise } else { 0.0 };
        let far = 1.0 + lead * lead * (1.0 / 225.0);
        let mine = own * lead * (far + rise * lead);
        let rest = total * far * (1.0 + lead * (1.0 / 150.0));
        let share = mine / (mine + rest);
        // Alone, it has it all.
        let share = if share < 1.0 { share } else { 1.0 };
        let earned = kept * (1.0 - share) / others;
        let earned = if earned < 1.0 { earned } else { 1.0 };
        let margin = (1.0 + gap * earned) / (sigma - gap * share);
        let margin = if (margin > 0.0) & (margin < 0.87) { margin } else { 0.87 };
        -ln(1.0 - margin)
    }

    #[inline(always)]
    fn common(&self, _: usize, x: f64) -> f64 {
        exp_held(x)
    }

    #[inline(always)]
    fn price(&self, cost: f64, common: f64) -> f64 {
        cost * common
    }

    #[inline(always)]
    fn residual(&self, l: usize, margin: f64, own: f64) -> f64 {
        let (sigma, gap) = (self.sigma[l], self.sigma[l] - self.epsilon[l]);
        let r = (sigma * margin - gap * own - 1.0).abs();
        // A margin this close to one is a price that runs off, not an equilibrium.
        if margin < 1.0 - 1e-8 { r } else { f64::NAN }
    }

    #[inline(always)]
    fn size(&self, l: usize, _: f64, _: f64) -> f64 {
        self.sigma[l]
    }
}

/// Nash prices under CES demand, in `prices`, and the budget shares there, in `shares`.
///
/// All free products of a firm carry one margin: with firm share `S_f` and no frozen
/// product, `p = c·η_f/(η_f − 1)`, `η_f = σ(1 − S_f) + ε S_f`. A lane whose dominant
/// firm faces `η ≤ 1`, or with a cost that is not positive, comes back not converged.
///
/// # Source
/// Atkeson and Burstein (2008), AER 98(5); Bertrand form with many products per firm.
pub fn ces_nash<const L: usize>(
    isa: Isa,
    game: &CesGame<'_, L>,
    prices: &mut [[f64; L]],
    shares: &mut [[f64; L]],
) -> GameStatus<L> {
    let mut status = attempt(isa, game, prices, shares);
    for l in 0..L {
        if !status.converged[l] {
            rescue(game, l, (prices, shares), &mut status);
        }
    }
    status
}

/// One search.
fn attempt<const L: usize>(
    isa: Isa,
    game: &CesGame<'_, L>,
    prices: &mut [[f64; L]],
    shares: &mut [[f64; L]],
) -> GameStatus<L> {
    let CesDemand { utility, active, sigma, outside } = &game.demand;
    let CesGame { cost, frozen, owner, ref epsilon, warm, .. } = *game;
    let market = Market { utility, active, cost, frozen, owner, outside: *outside, warm };
    nash(isa, &CesRule { sigma, epsilon }, &market, prices, shares)
}

/// Margins from which a lane that did not arrive is tried again: where a firm sells most of a market
/// beside a product whose price it keeps, its condition may turn back between the start and the root.
const AGAIN: [f64; 3] = [0.02, 0.9, 0.6];

/// Solves lane `l` again from other markups.
#[cold]
fn rescue<const L: usize>(
    game: &CesGame<'_, L>,
    l: usize,
    (prices, shares): (&mut [[f64; L]], &mut [[f64; L]]),
    status: &mut GameStatus<L>,
) {
    let lane = |rows: &[[f64; L]]| -> Vec<[f64; 1]> { rows.iter().map(|row| [row[l]]).collect() };
    let (utility, active) = (lane(game.demand.utility), lane(game.demand.active));
    let (cost, frozen) = (lane(game.cost), lane(game.frozen));
    for margin in AGAIN {
        let start = |j: usize| match frozen[j][0] > 0.5 || active[j][0] < 0.5 {
            true => [prices[j][l]],
            false => [cost[j][0] / (1.0 - margin)],
        };
        let mut at: Vec<[f64; 1]> = (0..cost.len()).map(start).collect();
        let mut bought = vec![[0.0; 1]; cost.len()];
        let demand = CesDemand {
            utility: &utility,
            active: &active,
            sigma: [game.demand.sigma[l]],
            outside: game.demand.outside,
        };
        let again = CesGame {
            demand,
            epsilon: [game.epsilon[l]],
            cost: &cost,
            frozen: &frozen,
            owner: game.owner,
            warm: true,
        };
        let found = attempt(Isa::PORTABLE, &again, &mut at, &mut bought);
        status.iterations[l] += found.iterations[0];
        if found.converged[0] {
            (status.converged[l], status.residual[l]) = (true, found.residual[0]);
            for j in 0..at.len() {
                (prices[j][l], shares[j][l]) = (at[j][0], bought[j][0]);
            }
            return;
        }
    }
}

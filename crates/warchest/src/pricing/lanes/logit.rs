//! Plain logit with multi-product firms.

use super::GameStatus;
use super::aggregate::{Market, Rule, nash};
use crate::demand::choice::LogitDemand;
use crate::numerics::lambert::rough;
use crate::numerics::lanes::Isa;

/// A logit price game; layout of [`crate::pricing::lanes`].
#[derive(Clone, Copy, Debug)]
pub struct LogitGame<'a, const L: usize> {
    /// Who buys what.
    pub demand: LogitDemand<'a, L>,
    /// Effective marginal cost, product × lane; may be negative.
    pub cost: &'a [[f64; L]],
    /// 1 where the product keeps its price, else 0; product × lane.
    pub frozen: &'a [[f64; L]],
    /// Firm of each product, `0..`.
    pub owner: &'a [usize],
    /// Whether the prices given are a start.
    pub warm: bool,
}

/// `x(1 − S) − k = 1` in markups `x = slope·(p − c)`.
struct LogitRule<'a, const L: usize> {
    slope: &'a [f64; L],
}

/// e^-1: what is left of an attraction at the markup of perfect competition.
const COMPETITIVE: f64 = 0.367_879_441_171_442_33;

impl<const L: usize> Rule<L> for LogitRule<'_, L> {
    #[inline(always)]
    fn log_attraction(&self, l: usize, utility: f64, price: f64) -> f64 {
        utility - self.slope[l] * price
    }

    #[inline(always)]
    fn rate(&self, _: usize) -> f64 {
        1.0
    }

    #[inline(always)]
    fn terms(&self, _: usize, x: f64, s: f64, k: f64) -> [f64; 3] {
        let earned = s * x + k;
        [x - earned - 1.0, 1.0 - s + s * x, earned]
    }

    #[inline(always)]
    fn margin(&self, l: usize, price: f64, cost: f64) -> f64 {
        self.slope[l] * (price - cost)
    }

    #[inline(always)]
    fn markup(&self, l: usize, price: f64, cost: f64) -> f64 {
        let given = self.slope[l] * (price - cost);
        if (given > 0.25) & (given < 700.0) { given } else { f64::NAN }
    }

    #[inline(always)]
    fn at_first(&self, weight: f64) -> f64 {
        weight * COMPETITIVE
    }

    /// The best reply to rivals who earn the competitive markup.
    #[inline(always)]
    fn cold_start(&self, _: usize, own: f64, _: f64, total: f64) -> f64 {
        let reply = 1.0 + rough(own / (total - own));
        if reply < 700.0 { reply } else { 1.0 }
    }

    #[inline(always)]
    fn common(&self, l: usize, x: f64) -> f64 {
        x / self.slope[l]
    }

    #[inline(always)]
    fn price(&self, cost: f64, common: f64) -> f64 {
        cost + common
    }

    #[inline(always)]
    fn residual(&self, _: usize, margin: f64, own: f64) -> f64 {
        (margin - own - 1.0).abs()
    }

    #[inline(always)]
    fn size(&self, l: usize, price: f64, margin: f64) -> f64 {
        self.slope[l] * price.abs() + margin.abs()
    }
}

/// Nash prices of the logit price game, in `prices`, and the shares there, in `shares`.
///
/// Every free product of firm `f` carries the markup `m_f = (1 + Π_f)/slope`, with
/// `Π_f = Σ_{k∈f} s_k·slope·(p_k − c_k)` over all its products, frozen ones included:
/// one unknown per firm. The equilibrium is unique.
///
/// # Source
/// Nocke and Schutz (2018), Econometrica 86(2); Anderson, de Palma and Thisse (1992).
pub fn logit_nash<const L: usize>(
    isa: Isa,
    game: &LogitGame<'_, L>,
    prices: &mut [[f64; L]],
    shares: &mut [[f64; L]],
) -> GameStatus<L> {
    let LogitDemand { utility, active, slope, outside } = &game.demand;
    let LogitGame { cost, frozen, owner, warm, .. } = *game;
    let market = Market { utility, active, cost, frozen, owner, outside: *outside, warm };
    nash(isa, &LogitRule { slope }, &market, prices, shares)
}

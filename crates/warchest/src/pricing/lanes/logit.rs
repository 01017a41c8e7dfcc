//! Plain logit with multi-product firms.

use super::aggregate::{Aggregates, Rule, Scratch, Search, Terms, shares_at, solve};
use super::{GameStatus, TOLERANCE, firms};
use crate::demand::choice::{LogitDemand, NEVER, lane_max};
use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::numerics::lambert::rough;

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
}

/// `x(1 − S) − k = 1` in markups `x = slope·(p − c)`.
struct LogitRule;

impl Rule for LogitRule {
    #[inline(always)]
    fn rate(&self, _lane: usize) -> f64 {
        1.0
    }

    #[inline(always)]
    fn terms(&self, _lane: usize, x: f64, s: f64, k: f64) -> Terms {
        let earned = s * x + k;
        Terms { r: x - earned - 1.0, alpha: 1.0 - s + s * x, beta: earned }
    }
}

multiversion! {
    /// Nash prices of the logit price game, in `prices`, and the shares there, in `shares`.
    ///
    /// Every free product of firm `f` carries the markup `m_f = (1 + Π_f)/slope`, with
    /// `Π_f = Σ_{k∈f} s_k·slope·(p_k − c_k)` over all its products, frozen ones included:
    /// one unknown per firm. The equilibrium is unique.
    ///
    /// # Source
    /// Nocke and Schutz (2018), Econometrica 86(2); Anderson, de Palma and Thisse (1992).
    pub fn logit_nash<const L: usize>(game: &LogitGame<'_, L>, prices: &mut [[f64; L]], shares: &mut [[f64; L]]) -> GameStatus<L> {
        let count = firms(game.owner);
        let mut weight = vec![[0.0; L]; count];
        let mut kept = vec![[0.0; L]; count];
        let base = attractions(game, prices, shares, (&mut weight, &mut kept));
        let aggregates = Aggregates { weight: &weight, frozen: &kept, base };
        let mut x = vec![[0.0; L]; count];
        let mut scratch = Scratch::new(count);
        start(game, &aggregates, prices, &mut x);
        let search = solve(&LogitRule, &aggregates, &mut x, &mut scratch);
        let total = shares_at(&LogitRule, &aggregates, &x, &mut scratch.share);
        finish(game, (&x, &total), prices, shares);
        certify(game, prices, shares, &search)
    }
}

/// Fills `shares` with scaled attractions: at cost for free products, at price for frozen
/// ones; sums them by firm. Returns the outside good and the frozen products together.
#[inline(always)]
fn attractions<const L: usize>(
    game: &LogitGame<'_, L>,
    prices: &[[f64; L]],
    shares: &mut [[f64; L]],
    sums: (&mut [[f64; L]], &mut [[f64; L]]),
) -> [f64; L] {
    let (weight, kept) = sums;
    let demand = &game.demand;
    for j in 0..shares.len() {
        for l in 0..L {
            let at = if game.frozen[j][l] > 0.5 { prices[j][l] } else { game.cost[j][l] };
            let u = demand.utility[j][l] - demand.slope[l] * at;
            shares[j][l] = if demand.active[j][l] > 0.5 { u } else { NEVER };
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
            let margin =
                if stays { demand.slope[l] * (prices[j][l] - game.cost[j][l]) } else { 0.0 };
            weight[f][l] += e - held;
            base[l] += held;
            kept[f][l] += held * margin;
        }
    }
    base
}

/// Starting markups: those of the prices given where they make sense, else best replies to
/// rivals who earn the competitive markup.
#[inline(always)]
fn start<const L: usize>(
    game: &LogitGame<'_, L>,
    a: &Aggregates<'_, L>,
    prices: &[[f64; L]],
    x: &mut [[f64; L]],
) {
    let mut total = a.base;
    let competitive = exp(-1.0);
    for f in 0..x.len() {
        for l in 0..L {
            total[l] += a.weight[f][l] * competitive;
        }
    }
    for f in 0..x.len() {
        for l in 0..L {
            let own = a.weight[f][l] * competitive;
            let reply = 1.0 + rough(own / (total[l] - own));
            x[f][l] = if reply < 700.0 { reply } else { 1.0 };
        }
    }
    for j in 0..prices.len() {
        let f = game.owner[j];
        for l in 0..L {
            let given = game.demand.slope[l] * (prices[j][l] - game.cost[j][l]);
            let free = game.demand.active[j][l] > 0.5 && game.frozen[j][l] < 0.5;
            let usable = free && given > 0.25 && given < 700.0;
            x[f][l] = if usable { given } else { x[f][l] };
        }
    }
}

/// Prices and shares from markups.
#[inline(always)]
fn finish<const L: usize>(
    game: &LogitGame<'_, L>,
    solved: (&[[f64; L]], &[f64; L]),
    prices: &mut [[f64; L]],
    shares: &mut [[f64; L]],
) {
    let (x, total) = solved;
    let mut spread = vec![[0.0; L]; x.len()];
    for f in 0..x.len() {
        for l in 0..L {
            spread[f][l] = exp(-x[f][l]);
        }
    }
    for j in 0..prices.len() {
        let f = game.owner[j];
        for l in 0..L {
            let stays = game.frozen[j][l] > 0.5;
            let free = game.demand.active[j][l] > 0.5 && !stays;
            let price = game.cost[j][l] + x[f][l] / game.demand.slope[l];
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
    game: &LogitGame<'_, L>,
    prices: &[[f64; L]],
    shares: &[[f64; L]],
    search: &Search<L>,
) -> GameStatus<L> {
    let slope = &game.demand.slope;
    let mut earned = vec![[0.0; L]; firms(game.owner)];
    for j in 0..prices.len() {
        for l in 0..L {
            let on_sale = game.demand.active[j][l] > 0.5;
            let margin = slope[l] * (prices[j][l] - game.cost[j][l]);
            earned[game.owner[j]][l] += if on_sale { shares[j][l] * margin } else { 0.0 };
        }
    }
    let (mut residual, mut size, mut broken) = ([0.0; L], [1.0; L], [0.0; L]);
    for j in 0..prices.len() {
        for l in 0..L {
            let x = slope[l] * (prices[j][l] - game.cost[j][l]);
            let r = (x - earned[game.owner[j]][l] - 1.0).abs();
            let counts = game.demand.active[j][l] > 0.5 && game.frozen[j][l] < 0.5;
            let r = if counts { r } else { 0.0 };
            broken[l] += r * 0.0;
            residual[l] = if r > residual[l] { r } else { residual[l] };
            let scale = slope[l] * prices[j][l].abs() + x.abs();
            size[l] = if counts && scale > size[l] { scale } else { size[l] };
        }
    }
    status(&residual, &size, &broken, search)
}

/// Puts a status together; `broken` is 0 unless a residual was not a finite number.
#[inline(always)]
pub(super) fn status<const L: usize>(
    residual: &[f64; L],
    size: &[f64; L],
    broken: &[f64; L],
    search: &Search<L>,
) -> GameStatus<L> {
    let mut out =
        GameStatus { converged: [false; L], iterations: search.iterations, residual: *residual };
    for l in 0..L {
        out.residual[l] += broken[l];
        let room = TOLERANCE * size[l];
        let room = if room < 1e-9 { room } else { 1e-9 };
        out.converged[l] = search.done[l] && out.residual[l] <= room;
    }
    out
}

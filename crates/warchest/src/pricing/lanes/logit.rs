//! Plain logit with multi-product firms.

use super::aggregate::{Aggregates, Rows, Rule, Search, Terms, shares_at, solve};
use super::{GameStatus, TOLERANCE, firms};
use crate::demand::choice::{LogitDemand, NEVER, lane_max};
use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::numerics::lambert::rough;
use crate::numerics::lanes::pick;

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

impl<const L: usize> Rule<L> for LogitRule {
    #[inline(always)]
    fn rate(&self) -> [f64; L] {
        [1.0; L]
    }

    #[inline(always)]
    fn terms(&self, x: [f64; L], s: [f64; L], k: [f64; L]) -> Terms<L> {
        let mut out = Terms { r: [0.0; L], alpha: [0.0; L], beta: [0.0; L] };
        for l in 0..L {
            let earned = s[l] * x[l] + k[l];
            out.r[l] = x[l] - earned - 1.0;
            out.alpha[l] = 1.0 - s[l] + s[l] * x[l];
            out.beta[l] = earned;
        }
        out
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
        let mut store = vec![[0.0; L]; Rows::<L>::COUNT * count];
        let Rows { weight, kept, plays, x, mut scratch } = Rows::new(&mut store, count);
        let base = attractions(game, prices, shares, [weight, kept, plays]);
        let aggregates = Aggregates { weight, frozen: kept, plays, base };
        start(game, &aggregates, prices, x);
        let search = solve(&LogitRule, &aggregates, x, &mut scratch);
        let total = shares_at(&LogitRule, &aggregates, x, scratch.share);
        finish(game, (x, &total), scratch.slack, prices, shares);
        certify(game, prices, shares, scratch.share, &search)
    }
}

/// Fills `shares` with scaled attractions: at cost for free products, at price for frozen
/// ones; sums them by firm. Returns the outside good and the frozen products together.
#[inline(always)]
fn attractions<const L: usize>(
    game: &LogitGame<'_, L>,
    prices: &[[f64; L]],
    shares: &mut [[f64; L]],
    sums: [&mut [[f64; L]]; 3],
) -> [f64; L] {
    let [weight, kept, plays] = sums;
    let demand = &game.demand;
    let slope = demand.slope;
    for j in 0..shares.len() {
        let (utility, active) = (demand.utility[j], demand.active[j]);
        let (price, cost, frozen) = (prices[j], game.cost[j], game.frozen[j]);
        let mut row = [0.0; L];
        for l in 0..L {
            let at = pick(frozen[l] > 0.5, price[l], cost[l]);
            let u = utility[l] - slope[l] * at;
            row[l] = if active[l] > 0.5 { u } else { NEVER };
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
            let margin = pick(stays, slope[l] * (price[l] - cost[l]), 0.0);
            free[l] = pick(active[l] > 0.5 && !stays, 1.0, free[l]);
            own[l] += e - held;
            base[l] += held;
            earns[l] += held * margin;
        }
        (plays[f], weight[f], kept[f]) = (free, own, earns);
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
        let (weight, mut row) = (a.weight[f], [0.0; L]);
        for l in 0..L {
            let own = weight[l] * competitive;
            let reply = 1.0 + rough(own / (total[l] - own));
            row[l] = if reply < 700.0 { reply } else { 1.0 };
        }
        x[f] = row;
    }
    let slope = game.demand.slope;
    for j in 0..prices.len() {
        let f = game.owner[j];
        let (price, cost, mut row) = (prices[j], game.cost[j], x[f]);
        let (active, frozen) = (game.demand.active[j], game.frozen[j]);
        for l in 0..L {
            let given = slope[l] * (price[l] - cost[l]);
            let free = active[l] > 0.5 && frozen[l] < 0.5;
            let usable = free && given > 0.25 && given < 700.0;
            row[l] = pick(usable, given, row[l]);
        }
        x[f] = row;
    }
}

/// Prices and shares from markups.
#[inline(always)]
fn finish<const L: usize>(
    game: &LogitGame<'_, L>,
    solved: (&[[f64; L]], &[f64; L]),
    spread: &mut [[f64; L]],
    prices: &mut [[f64; L]],
    shares: &mut [[f64; L]],
) {
    let (x, total) = solved;
    for f in 0..x.len() {
        let (x, mut row) = (x[f], [0.0; L]);
        for l in 0..L {
            row[l] = exp(-x[l]);
        }
        spread[f] = row;
    }
    let slope = game.demand.slope;
    for j in 0..prices.len() {
        let (spread, x) = (spread[game.owner[j]], x[game.owner[j]]);
        let (active, frozen, cost) = (game.demand.active[j], game.frozen[j], game.cost[j]);
        let (mut price, mut share) = (prices[j], shares[j]);
        for l in 0..L {
            let (on_sale, stays) = (active[l] > 0.5, frozen[l] > 0.5);
            price[l] = pick(on_sale && !stays, cost[l] + x[l] / slope[l], price[l]);
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
    game: &LogitGame<'_, L>,
    prices: &[[f64; L]],
    shares: &[[f64; L]],
    earned: &mut [[f64; L]],
    search: &Search<L>,
) -> GameStatus<L> {
    let slope = game.demand.slope;
    earned.fill([0.0; L]);
    for j in 0..prices.len() {
        let (active, share) = (game.demand.active[j], shares[j]);
        let (price, cost, mut own) = (prices[j], game.cost[j], earned[game.owner[j]]);
        for l in 0..L {
            let margin = slope[l] * (price[l] - cost[l]);
            own[l] += pick(active[l] > 0.5, share[l] * margin, 0.0);
        }
        earned[game.owner[j]] = own;
    }
    let (mut residual, mut size, mut broken) = ([0.0; L], [1.0; L], [0.0; L]);
    for j in 0..prices.len() {
        let (active, frozen) = (game.demand.active[j], game.frozen[j]);
        let (price, cost, own) = (prices[j], game.cost[j], earned[game.owner[j]]);
        for l in 0..L {
            let x = slope[l] * (price[l] - cost[l]);
            let r = (x - own[l] - 1.0).abs();
            let counts = active[l] > 0.5 && frozen[l] < 0.5;
            let r = if counts { r } else { 0.0 };
            broken[l] += r * 0.0;
            residual[l] = pick(r > residual[l], r, residual[l]);
            let scale = slope[l] * price[l].abs() + x.abs();
            size[l] = pick(counts && scale > size[l], scale, size[l]);
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
    let iterations = search.iterations.map(|n| n as u32);
    let mut out = GameStatus { converged: [false; L], iterations, residual: *residual };
    for l in 0..L {
        out.residual[l] += broken[l];
        let room = TOLERANCE * size[l];
        let room = if room < 1e-9 { room } else { 1e-9 };
        out.converged[l] = search.done[l] > 0.5 && out.residual[l] <= room;
    }
    out
}

//! Nested logit with multi-product firms.
//!
//! Works in `y = slope·(p − c)/(1 − ρ)`: all free products of one firm in one nest (a *pair*)
//! carry the same `y`, with `y = 1 + Π_f + ρ q`, where `q = Σ s_{k|g} y_k` over the pair and
//! `Π_f = Σ_g (1−ρ) s_g q`. Newton's step on all pairs costs O(pairs + nests³): rivals enter
//! only through the inclusive values `d_g = ln D_g` and the firm's other nests only through
//! `Π_f`, so pairs and firms are eliminated by hand and a nests × nests system is left.

use super::aggregate::Search;
use super::logit::status;
use super::nested_newton::{Market, Pair, evaluate, solve};
use super::{GameStatus, firms};
use crate::demand::choice::{NEVER, NestedDemand};
use crate::multiversion;
use crate::numerics::elementary::{exp, ln};
use crate::numerics::lambert::rough;
use crate::numerics::lanes::{Isa, each, pick};

/// A nested-logit price game; layout of [`crate::pricing::lanes`].
#[derive(Clone, Copy, Debug)]
pub struct NestedGame<'a, const L: usize> {
    /// Who buys what.
    pub demand: NestedDemand<'a, L>,
    /// Effective marginal cost, product × lane; may be negative.
    pub cost: &'a [[f64; L]],
    /// 1 where the product keeps its price, else 0; product × lane.
    pub frozen: &'a [[f64; L]],
    /// Firm of each product, `0..`.
    pub owner: &'a [usize],
}

/// Nash prices under nested logit, in `prices`, and the shares there, in `shares`.
///
/// Newton with step halving, in logarithms throughout, so correlations up to 0.999 and
/// beyond are served. A lane that does not arrive is tried again along a path of rising
/// correlation; what still does not arrive says so in the status.
///
/// # Source
/// First-order conditions of Verboven (1996); aggregates as in Nocke and Schutz (2018).
pub fn nested_nash<const L: usize>(
    isa: Isa,
    game: &NestedGame<'_, L>,
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

multiversion! {
    /// One search from the prices given.
    fn attempt<const L: usize>(game: &NestedGame<'_, L>, prices: &mut [[f64; L]], shares: &mut [[f64; L]]) -> GameStatus<L> {
        let (mut pairs, of) = pairs_of(game);
        let mut market = Market::new(firms(game.owner), game.demand.nests);
        attractions(game, (&mut pairs, &of), prices, shares);
        evaluate(&game.demand, &mut pairs, &mut market);
        start(game, (&mut pairs, &of), &market, prices);
        let search = solve(&game.demand, &mut pairs, &mut market);
        evaluate(&game.demand, &mut pairs, &mut market);
        finish(game, (&pairs, &of), &market, prices, shares);
        certify(game, (&pairs, &of), prices, shares, &search)
    }
}

/// Solves lane `l` again from plain logit upwards, halving `1 − ρ` from stage to stage.
#[cold]
fn rescue<const L: usize>(
    game: &NestedGame<'_, L>,
    l: usize,
    out: (&mut [[f64; L]], &mut [[f64; L]]),
    status: &mut GameStatus<L>,
) {
    let lane = |rows: &[[f64; L]]| -> Vec<[f64; 1]> { rows.iter().map(|row| [row[l]]).collect() };
    let (utility, active) = (lane(game.demand.utility), lane(game.demand.active));
    let (cost, frozen) = (lane(game.cost), lane(game.frozen));
    let (prices, shares) = out;
    // Free products start cold: at cost.
    let mut at: Vec<[f64; 1]> = (0..cost.len())
        .map(|j| if frozen[j][0] > 0.5 { [prices[j][l]] } else { cost[j] })
        .collect();
    let mut bought = vec![[0.0; 1]; cost.len()];
    let target = 1.0 - game.demand.rho[l];
    let mut rest: f64 = 1.0;
    loop {
        rest = (0.5 * rest).max(target);
        let demand = NestedDemand {
            utility: &utility,
            active: &active,
            slope: [game.demand.slope[l]],
            rho: [pick(rest <= target, game.demand.rho[l], 1.0 - rest)],
            nest: game.demand.nest,
            nests: game.demand.nests,
            outside: game.demand.outside,
        };
        let stage = NestedGame { demand, cost: &cost, frozen: &frozen, owner: game.owner };
        let found = attempt(Isa::PORTABLE, &stage, &mut at, &mut bought);
        status.iterations[l] += found.iterations[0];
        if rest <= target {
            if found.converged[0] {
                (status.converged[l], status.residual[l]) = (true, found.residual[0]);
                for j in 0..at.len() {
                    (prices[j][l], shares[j][l]) = (at[j][0], bought[j][0]);
                }
            }
            return;
        }
    }
}

/// The pairs in order of first product, and the pair of each product.
#[inline(always)]
fn pairs_of<const L: usize>(game: &NestedGame<'_, L>) -> (Vec<Pair<L>>, Vec<usize>) {
    let nests = game.demand.nests;
    let mut seat = vec![usize::MAX; firms(game.owner) * nests];
    let mut pairs: Vec<Pair<L>> = Vec::with_capacity(game.owner.len());
    let mut of = Vec::with_capacity(game.owner.len());
    for (&firm, &nest) in game.owner.iter().zip(game.demand.nest) {
        let at = &mut seat[firm * nests + nest];
        if *at == usize::MAX {
            *at = pairs.len();
            pairs.push(Pair::new(firm, nest));
        }
        of.push(*at);
    }
    (pairs, of)
}

/// Log attractions by pair; `shares` holds each product's part of its pair's.
#[inline(always)]
fn attractions<const L: usize>(
    game: &NestedGame<'_, L>,
    pairs: (&mut [Pair<L>], &[usize]),
    prices: &[[f64; L]],
    shares: &mut [[f64; L]],
) {
    let (pairs, of) = pairs;
    let demand = &game.demand;
    let mut inverse = [0.0; L];
    for l in 0..L {
        inverse[l] = 1.0 / (1.0 - demand.rho[l]);
    }
    for j in 0..shares.len() {
        let pair = &mut pairs[of[j]];
        let (frozen, price, cost) = (&game.frozen[j], &prices[j], &game.cost[j]);
        let (utility, active) = (&demand.utility[j], &demand.active[j]);
        let at: [f64; L] = each(|l| pick(frozen[l] > 0.5, price[l], cost[l]));
        let v: [f64; L] = each(|l| (utility[l] - demand.slope[l] * at[l]) * inverse[l]);
        let v: [f64; L] = each(|l| pick(active[l] > 0.5, v[l], NEVER));
        let (kept, free) = (&pair.log_kept, &pair.shift);
        let top: [f64; L] = each(|l| pick(frozen[l] > 0.5, kept[l], free[l]));
        let top: [f64; L] = each(|l| pick(v[l] > top[l], v[l], top[l]));
        let kept: [f64; L] = each(|l| pick(frozen[l] > 0.5, top[l], kept[l]));
        let free: [f64; L] = each(|l| pick(frozen[l] > 0.5, free[l], top[l]));
        (shares[j], pair.log_kept, pair.shift) = (v, kept, free);
    }
    // Sums over the pair; `base` and `step` serve as accumulators.
    for j in 0..shares.len() {
        let pair = &mut pairs[of[j]];
        let (frozen, price, cost) = (&game.frozen[j], &prices[j], &game.cost[j]);
        let (active, kept, free) = (&demand.active[j], &pair.log_kept, &pair.shift);
        let top: [f64; L] = each(|l| pick(frozen[l] > 0.5, kept[l], free[l]));
        let e: [f64; L] = each(|l| exp(shares[j][l] - top[l]));
        let e: [f64; L] = each(|l| pick(active[l] > 0.5, e[l], 0.0));
        let held: [f64; L] = each(|l| pick(frozen[l] > 0.5, e[l], 0.0));
        let margin: [f64; L] = each(|l| demand.slope[l] * (price[l] - cost[l]) * inverse[l]);
        let (base, step, earned) = (&pair.base, &pair.step, &pair.kept_margin);
        let base: [f64; L] = each(|l| base[l] + (e[l] - held[l]));
        let step: [f64; L] = each(|l| step[l] + held[l]);
        let margin: [f64; L] = each(|l| held[l] * margin[l]);
        let margin: [f64; L] = each(|l| pick(held[l] > 0.0, margin[l], 0.0));
        let earned: [f64; L] = each(|l| earned[l] + margin[l]);
        (shares[j], pair.base, pair.step, pair.kept_margin) = (e, base, step, earned);
    }
    for pair in pairs.iter_mut() {
        let (free, kept) = (&pair.base, &pair.step);
        pair.keeps = kept.iter().fold(0.0, |sum, kept| sum + kept) > 0.0;
        let weight: [f64; L] = each(|l| pair.shift[l] + ln(free[l]));
        pair.log_weight = each(|l| pick(free[l] > 0.0, weight[l], NEVER));
        let weight: [f64; L] = each(|l| pair.log_kept[l] + ln(kept[l]));
        pair.log_kept = each(|l| pick(kept[l] > 0.0, weight[l], NEVER));
        let mean: [f64; L] = each(|l| pair.kept_margin[l] / kept[l]);
        pair.kept_margin = each(|l| pick(kept[l] > 0.0, mean[l], 0.0));
        pair.y = [1.0; L];
    }
}

/// The largest and second largest log attraction of a pair in each nest.
#[inline(always)]
fn leaders<const L: usize>(pairs: &[Pair<L>], nests: usize) -> (Vec<[f64; L]>, Vec<[f64; L]>) {
    let mut first = vec![[NEVER; L]; nests];
    let mut second = vec![[NEVER; L]; nests];
    for pair in pairs {
        let (first, second) = (&mut first[pair.nest], &mut second[pair.nest]);
        let own = own_log(pair);
        let loser: [f64; L] = each(|l| pick(own[l] > first[l], first[l], own[l]));
        *first = each(|l| pick(own[l] > first[l], own[l], first[l]));
        *second = each(|l| pick(loser[l] > second[l], loser[l], second[l]));
    }
    (first, second)
}

/// Log attraction of a pair: of its frozen products, or of the free ones at `y = 1`.
#[inline(always)]
fn own_log<const L: usize>(pair: &Pair<L>) -> [f64; L] {
    let free: [f64; L] = each(|l| pair.log_weight[l] - 1.0);
    each(|l| pick(pair.log_kept[l] > free[l], pair.log_kept[l], free[l]))
}

/// Starting `y`: that of the prices given, else each pair's reply inside its nest: a winner
/// may charge what keeps it ahead of the second, or what it would charge alone.
#[inline(always)]
fn start<const L: usize>(
    game: &NestedGame<'_, L>,
    pairs: (&mut [Pair<L>], &[usize]),
    market: &Market<L>,
    prices: &[[f64; L]],
) {
    let (pairs, of) = pairs;
    let (first, second) = leaders(pairs, game.demand.nests);
    for pair in pairs.iter_mut() {
        let (first, second) = (&first[pair.nest], &second[pair.nest]);
        // A pair alone in its nest plays against the outside: y = (1 + W)/(1 − ρ).
        let (omega, rho) = (&market.omega[pair.nest], &game.demand.rho);
        let nest: [f64; L] = each(|l| omega[l] / (1.0 - rho[l]));
        let rest: [f64; L] = each(|l| nest[l] / (1.0 - nest[l]));
        let rest: [f64; L] = each(|l| pick(nest[l] < 0.999, rest[l], 1e3));
        // Loops, not closures: what is this long the compiler would not put inline.
        let mut alone = [0.0; L];
        for l in 0..L {
            alone[l] = (1.0 + rough(rest[l])) / (1.0 - rho[l]);
        }
        let own = own_log(pair);
        let rival: [f64; L] = each(|l| pick(own[l] < first[l], first[l], second[l]));
        let ahead: [f64; L] = each(|l| pair.log_weight[l] - rival[l]);
        let mut close: [f64; L] = each(|l| exp(ahead[l].min(30.0) - 1.0));
        for l in 0..L {
            close[l] = 1.0 + rough(close[l]);
        }
        let far: [f64; L] = each(|l| ahead[l].max(30.0));
        let far: [f64; L] = each(|l| far[l] - ln(far[l]));
        let against: [f64; L] = each(|l| pick(ahead[l] > 30.0, far[l], close[l]));
        let y: [f64; L] = each(|l| pick(against[l] < alone[l], against[l], alone[l]));
        pair.y = each(|l| pick(y[l] > 1.0, y[l], 1.0));
    }
    for j in 0..prices.len() {
        let pair = &mut pairs[of[j]];
        let (frozen, price, cost) = (&game.frozen[j], &prices[j], &game.cost[j]);
        let (active, rho, slope) = (&game.demand.active[j], &game.demand.rho, &game.demand.slope);
        let inverse: [f64; L] = each(|l| 1.0 / (1.0 - rho[l]));
        let given: [f64; L] = each(|l| slope[l] * (price[l] - cost[l]) * inverse[l]);
        let y = &pair.y;
        pair.y = each(|l| {
            let free = (active[l] > 0.5) & (frozen[l] < 0.5);
            let usable = free & (given[l] > 0.25) & (given[l] < 100.0 * inverse[l]);
            pick(usable, given[l], y[l])
        });
    }
}

/// Prices and shares from the pairs.
#[inline(always)]
fn finish<const L: usize>(
    game: &NestedGame<'_, L>,
    pairs: (&[Pair<L>], &[usize]),
    market: &Market<L>,
    prices: &mut [[f64; L]],
    shares: &mut [[f64; L]],
) {
    let (pairs, of) = pairs;
    for j in 0..prices.len() {
        let pair = &pairs[of[j]];
        let (d, omega) = (&market.d[pair.nest], &market.omega[pair.nest]);
        let (frozen, active, cost) = (&game.frozen[j], &game.demand.active[j], &game.cost[j]);
        let (slope, utility) = (&game.demand.slope, &game.demand.utility[j]);
        let rest: [f64; L] = each(|l| 1.0 - game.demand.rho[l]);
        let new: [f64; L] = each(|l| cost[l] + pair.y[l] * rest[l] / slope[l]);
        let old = &prices[j];
        let moves = |l: usize| (active[l] > 0.5) & (frozen[l] <= 0.5);
        let price: [f64; L] = each(|l| pick(moves(l), new[l], old[l]));
        let within: [f64; L] = each(|l| exp((utility[l] - slope[l] * price[l]) / rest[l] - d[l]));
        let share: [f64; L] = each(|l| within[l] * omega[l] / rest[l]);
        shares[j] = each(|l| pick(active[l] > 0.5, share[l], 0.0));
        prices[j] = price;
    }
}

/// Status from the prices and shares that came out, not from the search.
#[inline(always)]
fn certify<const L: usize>(
    game: &NestedGame<'_, L>,
    pairs: (&[Pair<L>], &[usize]),
    prices: &[[f64; L]],
    shares: &[[f64; L]],
    search: &Search<L>,
) -> GameStatus<L> {
    let (pairs, of) = pairs;
    let mut nest = vec![[0.0; L]; game.demand.nests];
    let mut own = vec![[0.0; L]; pairs.len()];
    let mut profit = vec![[0.0; L]; firms(game.owner)];
    for j in 0..prices.len() {
        let (active, price, cost) = (&game.demand.active[j], &prices[j], &game.cost[j]);
        let (slope, share) = (&game.demand.slope, &shares[j]);
        let earned: [f64; L] = each(|l| share[l] * (slope[l] * (price[l] - cost[l])));
        let earned: [f64; L] = each(|l| pick(active[l] > 0.5, earned[l], 0.0));
        let rows = [
            (&mut nest[game.demand.nest[j]], share),
            (&mut own[of[j]], &earned),
            (&mut profit[game.owner[j]], &earned),
        ];
        for (row, by) in rows {
            *row = each(|l| row[l] + by[l]);
        }
    }
    let (mut residual, mut size, mut broken) = ([0.0; L], [1.0; L], [0.0; L]);
    for j in 0..prices.len() {
        let g = game.demand.nest[j];
        let (active, frozen) = (&game.demand.active[j], &game.frozen[j]);
        let (price, cost, rho) = (&prices[j], &game.cost[j], &game.demand.rho);
        let (own, nest, profit) = (&own[of[j]], &nest[g], &profit[game.owner[j]]);
        let scale: [f64; L] = each(|l| game.demand.slope[l] / (1.0 - rho[l]));
        let y: [f64; L] = each(|l| scale[l] * (price[l] - cost[l]));
        let q: [f64; L] = each(|l| own[l] / (nest[l] * (1.0 - rho[l])));
        let r: [f64; L] = each(|l| (y[l] - rho[l] * q[l] - 1.0 - profit[l]).abs());
        let counts = |l: usize| (active[l] > 0.5) & (frozen[l] < 0.5);
        let r: [f64; L] = each(|l| pick(counts(l) & (nest[l] > 0.0), r[l], 0.0));
        broken = each(|l| broken[l] + r[l] * 0.0);
        residual = each(|l| pick(r[l] > residual[l], r[l], residual[l]));
        let large: [f64; L] = each(|l| scale[l] * price[l].abs() + y[l].abs());
        size = each(|l| pick(counts(l) & (large[l] > size[l]), large[l], size[l]));
    }
    status(&residual, &size, &broken, search)
}

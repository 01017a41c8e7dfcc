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
use crate::numerics::lanes::Isa;

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
            rho: [if rest <= target { game.demand.rho[l] } else { 1.0 - rest }],
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
        for l in 0..L {
            let stays = game.frozen[j][l] > 0.5;
            let at = if stays { prices[j][l] } else { game.cost[j][l] };
            let v = (demand.utility[j][l] - demand.slope[l] * at) * inverse[l];
            let v = if demand.active[j][l] > 0.5 { v } else { NEVER };
            shares[j][l] = v;
            let top = if stays { pair.log_kept[l] } else { pair.shift[l] };
            let top = if v > top { v } else { top };
            pair.log_kept[l] = if stays { top } else { pair.log_kept[l] };
            pair.shift[l] = if stays { pair.shift[l] } else { top };
        }
    }
    // Sums over the pair; `base` and `step` serve as accumulators.
    for j in 0..shares.len() {
        let pair = &mut pairs[of[j]];
        for l in 0..L {
            let stays = game.frozen[j][l] > 0.5;
            let e = exp(shares[j][l] - if stays { pair.log_kept[l] } else { pair.shift[l] });
            let e = if demand.active[j][l] > 0.5 { e } else { 0.0 };
            shares[j][l] = e;
            let held = if stays { e } else { 0.0 };
            let margin = demand.slope[l] * (prices[j][l] - game.cost[j][l]) * inverse[l];
            pair.base[l] += e - held;
            pair.step[l] += held;
            pair.kept_margin[l] += if held > 0.0 { held * margin } else { 0.0 };
        }
    }
    for pair in pairs.iter_mut() {
        for l in 0..L {
            let (free, kept) = (pair.base[l], pair.step[l]);
            pair.log_weight[l] = if free > 0.0 { pair.shift[l] + ln(free) } else { NEVER };
            pair.log_kept[l] = if kept > 0.0 { pair.log_kept[l] + ln(kept) } else { NEVER };
            pair.kept_margin[l] = if kept > 0.0 { pair.kept_margin[l] / kept } else { 0.0 };
            pair.y[l] = 1.0;
        }
    }
}

/// The largest and second largest log attraction of a pair in each nest.
#[inline(always)]
fn leaders<const L: usize>(pairs: &[Pair<L>], nests: usize) -> (Vec<[f64; L]>, Vec<[f64; L]>) {
    let mut first = vec![[NEVER; L]; nests];
    let mut second = vec![[NEVER; L]; nests];
    for pair in pairs {
        let (first, second) = (&mut first[pair.nest], &mut second[pair.nest]);
        for l in 0..L {
            let own = pair.log_weight[l] - 1.0;
            let own = if pair.log_kept[l] > own { pair.log_kept[l] } else { own };
            let loser = if own > first[l] { first[l] } else { own };
            first[l] = if own > first[l] { own } else { first[l] };
            second[l] = if loser > second[l] { loser } else { second[l] };
        }
    }
    (first, second)
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
        for l in 0..L {
            let rho = game.demand.rho[l];
            // A pair alone in its nest plays against the outside: y = (1 + W)/(1 − ρ).
            let nest = market.omega[pair.nest][l] / (1.0 - rho);
            let rest = if nest < 0.999 { nest / (1.0 - nest) } else { 1e3 };
            let alone = (1.0 + rough(rest)) / (1.0 - rho);
            let own = pair.log_weight[l] - 1.0;
            let own = if pair.log_kept[l] > own { pair.log_kept[l] } else { own };
            let rival = if own < first[l] { first[l] } else { second[l] };
            let ahead = pair.log_weight[l] - rival;
            let held = if ahead > 30.0 { 30.0 } else { ahead };
            let far = if ahead > 30.0 { ahead } else { 30.0 };
            let close = 1.0 + rough(exp(held - 1.0));
            let against = if ahead > 30.0 { far - ln(far) } else { close };
            let y = if against < alone { against } else { alone };
            pair.y[l] = if y > 1.0 { y } else { 1.0 };
        }
    }
    for j in 0..prices.len() {
        let pair = &mut pairs[of[j]];
        for l in 0..L {
            let inverse = 1.0 / (1.0 - game.demand.rho[l]);
            let given = game.demand.slope[l] * (prices[j][l] - game.cost[j][l]) * inverse;
            let free = game.demand.active[j][l] > 0.5 && game.frozen[j][l] < 0.5;
            let usable = free && given > 0.25 && given < 100.0 * inverse;
            pair.y[l] = if usable { given } else { pair.y[l] };
        }
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
        for l in 0..L {
            let rest = 1.0 - game.demand.rho[l];
            let stays = game.frozen[j][l] > 0.5;
            let on_sale = game.demand.active[j][l] > 0.5;
            let price = game.cost[j][l] + pair.y[l] * rest / game.demand.slope[l];
            prices[j][l] = if on_sale && !stays { price } else { prices[j][l] };
            let v = (game.demand.utility[j][l] - game.demand.slope[l] * prices[j][l]) / rest;
            let within = exp(v - d[l]);
            shares[j][l] = if on_sale { within * omega[l] / rest } else { 0.0 };
        }
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
        for l in 0..L {
            let margin = game.demand.slope[l] * (prices[j][l] - game.cost[j][l]);
            let earned = if game.demand.active[j][l] > 0.5 { shares[j][l] * margin } else { 0.0 };
            nest[game.demand.nest[j]][l] += shares[j][l];
            own[of[j]][l] += earned;
            profit[game.owner[j]][l] += earned;
        }
    }
    let (mut residual, mut size, mut broken) = ([0.0; L], [1.0; L], [0.0; L]);
    for j in 0..prices.len() {
        let g = game.demand.nest[j];
        for l in 0..L {
            let rho = game.demand.rho[l];
            let scale = game.demand.slope[l] / (1.0 - rho);
            let y = scale * (prices[j][l] - game.cost[j][l]);
            let q = own[of[j]][l] / (nest[g][l] * (1.0 - rho));
            let r = (y - rho * q - 1.0 - profit[game.owner[j]][l]).abs();
            let counts = game.demand.active[j][l] > 0.5 && game.frozen[j][l] < 0.5;
            let r = if counts && nest[g][l] > 0.0 { r } else { 0.0 };
            broken[l] += r * 0.0;
            residual[l] = if r > residual[l] { r } else { residual[l] };
            let large = scale * prices[j][l].abs() + y.abs();
            size[l] = if counts && large > size[l] { large } else { size[l] };
        }
    }
    status(&residual, &size, &broken, search)
}

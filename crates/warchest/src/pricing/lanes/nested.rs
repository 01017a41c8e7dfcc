//! Nested logit with multi-product firms.
//!
//! Works in `y = slope·(p − c)/(1 − ρ)`: all free products of one firm in one nest (a *pair*)
//! carry the same `y`, with `y = 1 + Π_f + ρ q`, where `q = Σ s_{k|g} y_k` over the pair and
//! `Π_f = Σ_g (1−ρ) s_g q`. Newton's step on all pairs costs O(pairs + nests³): rivals enter
//! only through the inclusive values `d_g = ln D_g` and the firm's other nests only through
//! `Π_f`, so pairs and firms are eliminated by hand and a nests × nests system is left.

use super::nested_newton::{evaluate, solve, vanishing};
use super::nested_state::{Market, Nest, Pair};
use super::search::{Search, status};
use super::{GameStatus, firms};
use crate::demand::choice::{NEVER, NestedDemand};
use crate::multiversion;
use crate::numerics::elementary::{exp, ln};
use crate::numerics::lambert::rough;
use crate::numerics::lanes::{Isa, larger, pick, renew};

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
    /// Whether the prices given are a start.
    pub warm: bool,
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

/// One search from the prices given.
fn attempt<const L: usize>(
    isa: Isa,
    game: &NestedGame<'_, L>,
    prices: &mut [[f64; L]],
    shares: &mut [[f64; L]],
) -> GameStatus<L> {
    let (mut pairs, of) = pairs_of(game);
    let mut market = Market::new(isa, &game.demand, firms(game.owner));
    attractions(isa, game, (&mut pairs, &of), &market.inverse, prices, shares);
    start(isa, game, (&mut pairs, &of), &mut market, prices);
    let search = solve(isa, &game.demand, &mut pairs, &mut market);
    evaluate(isa, &game.demand, &mut pairs, &mut market);
    finish(isa, game, (&pairs, &of), &market, prices, shares);
    certify(isa, game, (&pairs, &of), &market.inverse, prices, shares, &search)
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
        let stage =
            NestedGame { demand, cost: &cost, frozen: &frozen, owner: game.owner, warm: true };
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
fn attractions<const L: usize>(
    isa: Isa,
    game: &NestedGame<'_, L>,
    (pairs, of): (&mut [Pair<L>], &[usize]),
    inverse: &[f64; L],
    prices: &[[f64; L]],
    shares: &mut [[f64; L]],
) {
    let NestedDemand { utility, active, slope, .. } = &game.demand;
    for (j, row) in shares.iter_mut().enumerate() {
        let (price, cost, frozen) = (&prices[j], &game.cost[j], &game.frozen[j]);
        let pair = &mut pairs[of[j]];
        attract(isa, row, pair, &utility[j], price, cost, &active[j], frozen, slope, inverse);
    }
    for (j, row) in shares.iter_mut().enumerate() {
        let (price, cost, frozen) = (&prices[j], &game.cost[j], &game.frozen[j]);
        gather(isa, row, &mut pairs[of[j]], price, cost, &active[j], frozen, slope, inverse);
    }
    for pair in pairs.iter_mut() {
        pair.keeps = pair.step.iter().fold(0.0, |sum, kept| sum + kept) > 0.0;
        weigh(isa, pair);
    }
}

multiversion! {
    /// Log attraction of a product, at cost or, frozen, at its price; the largest of its pair.
    fn attract<const L: usize>(
        row: &mut [f64; L],
        pair: &mut Pair<L>,
        utility: &[f64; L],
        price: &[f64; L],
        cost: &[f64; L],
        active: &[f64; L],
        frozen: &[f64; L],
        slope: &[f64; L],
        inverse: &[f64; L],
    ) {
        for l in 0..L {
            let stays = frozen[l] > 0.5;
            let v = (utility[l] - slope[l] * pick(stays, price[l], cost[l])) * inverse[l];
            row[l] = pick(active[l] > 0.5, v, NEVER);
            pair.log_kept[l] = larger(pick(stays, row[l], NEVER), pair.log_kept[l]);
            pair.shift[l] = larger(pick(stays, NEVER, row[l]), pair.shift[l]);
        }
    }
}

multiversion! {
    /// Sums over the pair; `base` and `step` serve as accumulators.
    fn gather<const L: usize>(
        row: &mut [f64; L],
        pair: &mut Pair<L>,
        price: &[f64; L],
        cost: &[f64; L],
        active: &[f64; L],
        frozen: &[f64; L],
        slope: &[f64; L],
        inverse: &[f64; L],
    ) {
        for l in 0..L {
            let stays = frozen[l] > 0.5;
            let top = pick(stays, pair.log_kept[l], pair.shift[l]);
            let e = pick(active[l] > 0.5, vanishing(row[l] - top), 0.0);
            let held = pick(stays, e, 0.0);
            let margin = slope[l] * (price[l] - cost[l]) * inverse[l];
            row[l] = e;
            pair.base[l] += e - held;
            pair.step[l] += held;
            pair.kept_margin[l] += pick(held > 0.0, held * margin, 0.0);
        }
    }
}

multiversion! {
    /// Log attractions of the pair, free and frozen, from the sums.
    fn weigh<const L: usize>(pair: &mut Pair<L>) {
        for l in 0..L {
            let free = pair.base[l];
            pair.log_weight[l] = pick(free > 0.0, pair.shift[l] + ln(free), NEVER);
        }
        if pair.keeps {
            for l in 0..L {
                let kept = pair.step[l];
                pair.log_kept[l] = pick(kept > 0.0, pair.log_kept[l] + ln(kept), NEVER);
                pair.kept_margin[l] = pick(kept > 0.0, pair.kept_margin[l] / kept, 0.0);
            }
        } else {
            (pair.log_kept, pair.kept_margin) = ([NEVER; L], [0.0; L]);
        }
    }
}

/// Starting `y`: that of the prices of a warm game, else each pair's reply inside its nest: a winner
/// may charge what keeps it ahead of the second, or what it would charge alone.
fn start<const L: usize>(
    isa: Isa,
    game: &NestedGame<'_, L>,
    (pairs, of): (&mut [Pair<L>], &[usize]),
    market: &mut Market<L>,
    prices: &[[f64; L]],
) {
    if game.warm {
        warm(isa, game, (pairs, of), &market.inverse, prices);
        if !pairs.iter().any(|pair| lacks_start(isa, pair)) {
            return;
        }
    }
    for pair in pairs.iter_mut() {
        pair.y = [1.0; L];
    }
    evaluate(isa, &game.demand, pairs, market);
    let none = vec![[NEVER; L]; game.demand.nests];
    let (mut first, mut second) = (none.clone(), none);
    for pair in pairs.iter() {
        lead(isa, &mut first[pair.nest], &mut second[pair.nest], pair);
    }
    for pair in pairs.iter_mut() {
        let (first, second) = (&first[pair.nest], &second[pair.nest]);
        let omega = &market.nests[pair.nest].omega;
        reply(isa, pair, first, second, omega, &game.demand.rho);
    }
    if game.warm {
        warm(isa, game, (pairs, of), &market.inverse, prices);
    }
}

/// Takes `y` from the prices given, where they make sense.
fn warm<const L: usize>(
    isa: Isa,
    game: &NestedGame<'_, L>,
    (pairs, of): (&mut [Pair<L>], &[usize]),
    inverse: &[f64; L],
    prices: &[[f64; L]],
) {
    for (j, price) in prices.iter().enumerate() {
        let (y, slope) = (&mut pairs[of[j]].y, &game.demand.slope);
        let (active, frozen) = (&game.demand.active[j], &game.frozen[j]);
        warm_one(isa, y, price, &game.cost[j], active, frozen, slope, inverse);
    }
}

multiversion! {
    fn warm_one<const L: usize>(
        y: &mut [f64; L],
        price: &[f64; L],
        cost: &[f64; L],
        active: &[f64; L],
        frozen: &[f64; L],
        slope: &[f64; L],
        inverse: &[f64; L],
    ) {
        for l in 0..L {
            let given = slope[l] * (price[l] - cost[l]) * inverse[l];
            let free = (active[l] > 0.5) & (frozen[l] < 0.5);
            let usable = free & (given > 0.25) & (given < 100.0 * inverse[l]);
            y[l] = renew(usable, given, y[l]);
        }
    }
}

multiversion! {
    /// Has a pair a price to set and no `y` yet? One that has none moves nothing from 0.
    fn lacks_start<const L: usize>(pair: &Pair<L>) -> bool {
        let lacks = |l: usize| (pair.log_weight[l] > NEVER) & (pair.y[l] == 0.0);
        (0..L).fold(0u64, |any, l| any | u64::from(lacks(l))) != 0
    }
}

multiversion! {
    /// The largest and second largest log attraction of a pair in a nest.
    fn lead<const L: usize>(first: &mut [f64; L], second: &mut [f64; L], pair: &Pair<L>) {
        for l in 0..L {
            let own = own_log(pair, l);
            let loser = pick(own > first[l], first[l], own);
            first[l] = larger(own, first[l]);
            second[l] = larger(loser, second[l]);
        }
    }
}

/// Log attraction of a pair: of its frozen products, or of the free ones at `y = 1`.
#[inline(always)]
fn own_log<const L: usize>(pair: &Pair<L>, l: usize) -> f64 {
    larger(pair.log_kept[l], pair.log_weight[l] - 1.0)
}

multiversion! {
    fn reply<const L: usize>(
        pair: &mut Pair<L>,
        first: &[f64; L],
        second: &[f64; L],
        omega: &[f64; L],
        rho: &[f64; L],
    ) {
        for l in 0..L {
            // A pair alone in its nest plays against the outside: y = (1 + W)/(1 − ρ).
            let nest = omega[l] / (1.0 - rho[l]);
            let rest = pick(nest < 0.999, nest / (1.0 - nest), 1e3);
            let alone = (1.0 + rough(rest)) / (1.0 - rho[l]);
            let own = own_log(pair, l);
            let ahead = pair.log_weight[l] - pick(own < first[l], first[l], second[l]);
            let close = 1.0 + rough(exp(ahead.min(30.0) - 1.0));
            let far = ahead.max(30.0);
            let against = pick(ahead > 30.0, far - ln(far), close);
            pair.y[l] = larger(pick(against < alone, against, alone), 1.0);
        }
    }
}

/// Prices and shares from the pairs.
fn finish<const L: usize>(
    isa: Isa,
    game: &NestedGame<'_, L>,
    (pairs, of): (&[Pair<L>], &[usize]),
    market: &Market<L>,
    prices: &mut [[f64; L]],
    shares: &mut [[f64; L]],
) {
    for (j, (price, share)) in prices.iter_mut().zip(shares).enumerate() {
        let pair = &pairs[of[j]];
        let nest = &market.nests[pair.nest];
        let (frozen, cost) = (&game.frozen[j], &game.cost[j]);
        deliver(isa, price, share, &game.demand, j, cost, frozen, &pair.y, nest, &market.inverse);
    }
}

multiversion! {
    fn deliver<const L: usize>(
        price: &mut [f64; L],
        share: &mut [f64; L],
        demand: &NestedDemand<'_, L>,
        j: usize,
        cost: &[f64; L],
        frozen: &[f64; L],
        y: &[f64; L],
        nest: &Nest<L>,
        inverse: &[f64; L],
    ) {
        let (utility, active) = (&demand.utility[j], &demand.active[j]);
        for l in 0..L {
            let (slope, rest) = (demand.slope[l], 1.0 - demand.rho[l]);
            let sells = active[l] > 0.5;
            let new = cost[l] + y[l] * rest / slope;
            price[l] = renew(sells & (frozen[l] <= 0.5), new, price[l]);
            let within = vanishing((utility[l] - slope * price[l]) * inverse[l] - nest.d[l]);
            share[l] = pick(sells, within * nest.omega[l] * inverse[l], 0.0);
        }
    }
}

/// Status from the prices and shares that came out, not from the search.
fn certify<const L: usize>(
    isa: Isa,
    game: &NestedGame<'_, L>,
    (pairs, of): (&[Pair<L>], &[usize]),
    inverse: &[f64; L],
    prices: &[[f64; L]],
    shares: &[[f64; L]],
    search: &Search<L>,
) -> GameStatus<L> {
    let demand = &game.demand;
    let mut nest = vec![[0.0; L]; demand.nests];
    let mut own = vec![[0.0; L]; pairs.len()];
    let mut profit = vec![[0.0; L]; firms(game.owner)];
    for (j, (price, share)) in prices.iter().zip(shares).enumerate() {
        let sums = (&mut nest[demand.nest[j]], &mut own[of[j]], &mut profit[game.owner[j]]);
        let (active, cost) = (&demand.active[j], &game.cost[j]);
        earn(isa, sums.0, sums.1, sums.2, price, cost, share, active, &demand.slope);
    }
    let (mut residual, mut size, mut broken) = ([0.0; L], [1.0; L], [0.0; L]);
    for (j, price) in prices.iter().enumerate() {
        let sums = [&nest[demand.nest[j]], &own[of[j]], &profit[game.owner[j]]];
        let row = [price, &game.cost[j], &game.frozen[j], &demand.active[j]];
        miss(isa, &mut residual, &mut size, &mut broken, row, sums, demand, inverse);
    }
    status(&residual, &size, &broken, search)
}

multiversion! {
    /// What a product sells and earns, added to its nest, its pair and its firm.
    fn earn<const L: usize>(
        nest: &mut [f64; L],
        own: &mut [f64; L],
        profit: &mut [f64; L],
        price: &[f64; L],
        cost: &[f64; L],
        share: &[f64; L],
        active: &[f64; L],
        slope: &[f64; L],
    ) {
        for l in 0..L {
            let earned = share[l] * (slope[l] * (price[l] - cost[l]));
            let earned = pick(active[l] > 0.5, earned, 0.0);
            nest[l] += share[l];
            own[l] += earned;
            profit[l] += earned;
        }
    }
}

multiversion! {
    /// By how much a product misses its first-order condition, against the size of its terms.
    fn miss<const L: usize>(
        residual: &mut [f64; L],
        size: &mut [f64; L],
        broken: &mut [f64; L],
        row: [&[f64; L]; 4],
        sums: [&[f64; L]; 3],
        demand: &NestedDemand<'_, L>,
        inverse: &[f64; L],
    ) {
        let ([price, cost, frozen, active], [nest, own, profit]) = (row, sums);
        for l in 0..L {
            let (scale, rho) = (demand.slope[l] * inverse[l], demand.rho[l]);
            let y = scale * (price[l] - cost[l]);
            let q = own[l] * inverse[l] / nest[l];
            let counts = (active[l] > 0.5) & (frozen[l] < 0.5);
            let r = (y - rho * q - 1.0 - profit[l]).abs();
            let r = pick(counts & (nest[l] > 0.0), r, 0.0);
            broken[l] += r * 0.0;
            residual[l] = larger(r, residual[l]);
            let large = scale * price[l].abs() + y.abs();
            size[l] = larger(pick(counts, large, 0.0), size[l]);
        }
    }
}

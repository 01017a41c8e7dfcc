//! Games in which a firm has one markup and meets its rivals only through an aggregate.
//!
//! Firm `f` picks `x_f`; its attraction is `E_f = A_f e^{−rate·x_f}`, its share `S_f = E_f/H`
//! with `H = H_0 + Σ E_f`, and its first-order condition `r(x_f, S_f, k_f) = 0`, where
//! `k_f = K_f/H` is what its frozen products earn. Newton's step on all firms costs O(F)
//! because rivals enter through `dh = d ln H` only.
//!
//! What is done to a product or a firm on all lanes is one loop over rows that cannot overlap.

use super::aggregate_newton::solve;
use super::search::{Search, status};
use super::{GameStatus, firms};
use crate::demand::choice::NEVER;
use crate::multiversion;
use crate::numerics::elementary::exp_held;
use crate::numerics::lanes::{Isa, larger, pick, renew};

/// What distinguishes logit from CES: formulas on one lane.
pub(super) trait Rule<const L: usize> {
    /// Log of a product's attraction at a price.
    fn log_attraction(&self, l: usize, utility: f64, price: f64) -> f64;
    /// Decline of the log attraction per unit of markup.
    fn rate(&self, l: usize) -> f64;
    /// The first-order condition at markup `x`, share `s`, frozen earnings `k`, and how it moves:
    /// `[r, alpha, beta]` with `dr = alpha·dx + beta·dh`.
    fn terms(&self, l: usize, x: f64, s: f64, k: f64) -> [f64; 3];
    /// What a product earns per unit of share at a price.
    fn margin(&self, l: usize, price: f64, cost: f64) -> f64;
    /// The markup that a price means, above 0; NaN where it is no good start.
    fn markup(&self, l: usize, price: f64, cost: f64) -> f64;
    /// What is left of a firm's attraction at a first guess of its markup; a start without a
    /// price, from that, what its frozen products earn, and the sum of all.
    fn at_first(&self, weight: f64) -> f64;
    fn cold_start(&self, l: usize, own: f64, kept: f64, total: f64) -> f64;
    /// Part of the price that a firm's products share, and a price from it.
    fn common(&self, l: usize, x: f64) -> f64;
    fn price(&self, cost: f64, common: f64) -> f64;
    /// The first-order condition of a product, in absolute value, where its firm earns `own`; the
    /// size of its terms.
    fn residual(&self, l: usize, margin: f64, own: f64) -> f64;
    fn size(&self, l: usize, price: f64, margin: f64) -> f64;
}

/// A market in which firms set prices; product × lane.
pub(super) struct Market<'a, const L: usize> {
    pub utility: &'a [[f64; L]],
    pub active: &'a [[f64; L]],
    pub cost: &'a [[f64; L]],
    pub frozen: &'a [[f64; L]],
    pub owner: &'a [usize],
    pub outside: bool,
    pub warm: bool,
}

/// Numbers of a firm by lane.
#[repr(C, align(64))]
pub(super) struct Seller<const L: usize> {
    /// `A_f` and `K_f`, after the common scaling.
    pub weight: [f64; L],
    pub kept: [f64; L],
    /// 1 where the firm has a price to set, else 0. A firm without one has `A_f = 0`: it moves
    /// nothing, its markup is nobody's, and its first-order condition does not count.
    pub plays: [f64; L],
    /// Markup; the last one accepted and the step from it.
    pub x: [f64; L],
    pub base: [f64; L],
    pub step: [f64; L],
    pub share: [f64; L],
    /// Newton's terms at the markup: residual, one over alpha, beta.
    pub residual: [f64; L],
    pub slack: [f64; L],
    pub beta: [f64; L],
}

impl<const L: usize> Seller<L> {
    fn new() -> Self {
        let zero = [0.0; L];
        Self {
            weight: zero,
            kept: zero,
            plays: zero,
            x: zero,
            base: zero,
            step: zero,
            share: zero,
            residual: zero,
            slack: zero,
            beta: zero,
        }
    }
}

/// Nash prices, in `prices`, and the shares there, in `shares`.
pub(super) fn nash<const L: usize, R: Rule<L>>(
    isa: Isa,
    rule: &R,
    market: &Market<'_, L>,
    prices: &mut [[f64; L]],
    shares: &mut [[f64; L]],
) -> GameStatus<L> {
    let mut sellers: Vec<Seller<L>> = Vec::new();
    sellers.resize_with(firms(market.owner), Seller::new);
    let base = attractions(isa, rule, market, prices, shares, &mut sellers);
    start(isa, rule, market, prices, &base, &mut sellers);
    let search = solve(isa, rule, &base, &mut sellers);
    finish(isa, rule, market, &base, &mut sellers, prices, shares);
    certify(isa, rule, market, prices, shares, &mut sellers, &search)
}

/// Fills `shares` with scaled attractions: at cost for free products, at price for frozen ones;
/// sums them by firm. Returns the outside good and the frozen products together.
fn attractions<const L: usize, R: Rule<L>>(
    isa: Isa,
    rule: &R,
    market: &Market<'_, L>,
    prices: &[[f64; L]],
    shares: &mut [[f64; L]],
    sellers: &mut [Seller<L>],
) -> [f64; L] {
    let mut shift = [if market.outside { 0.0 } else { NEVER }; L];
    for (j, row) in shares.iter_mut().enumerate() {
        let (utility, cost) = (&market.utility[j], &market.cost[j]);
        let (active, frozen) = (&market.active[j], &market.frozen[j]);
        attract(isa, row, &mut shift, rule, utility, &prices[j], cost, active, frozen);
    }
    let mut base = [0.0; L];
    if market.outside {
        outside(isa, &mut base, &shift);
    }
    for (j, row) in shares.iter_mut().enumerate() {
        let Seller { weight, kept, plays, .. } = &mut sellers[market.owner[j]];
        let cost = &market.cost[j];
        let (active, frozen) = (&market.active[j], &market.frozen[j]);
        gather(
            isa, row, weight, kept, plays, &mut base, rule, &shift, &prices[j], cost, active,
            frozen,
        );
    }
    base
}

multiversion! {
    fn attract<const L: usize, R: Rule<L>>(
        row: &mut [f64; L],
        most: &mut [f64; L],
        rule: &R,
        utility: &[f64; L],
        price: &[f64; L],
        cost: &[f64; L],
        active: &[f64; L],
        frozen: &[f64; L],
    ) {
        for l in 0..L {
            let at = pick(frozen[l] > 0.5, price[l], cost[l]);
            let v = rule.log_attraction(l, utility[l], at);
            row[l] = pick(active[l] > 0.5, v, NEVER);
            most[l] = larger(row[l], most[l]);
        }
    }
}

multiversion! {
    fn outside<const L: usize>(base: &mut [f64; L], shift: &[f64; L]) {
        for l in 0..L {
            base[l] = exp_held(-shift[l]);
        }
    }
}

multiversion! {
    fn gather<const L: usize, R: Rule<L>>(
        row: &mut [f64; L],
        weight: &mut [f64; L],
        kept: &mut [f64; L],
        plays: &mut [f64; L],
        base: &mut [f64; L],
        rule: &R,
        shift: &[f64; L],
        price: &[f64; L],
        cost: &[f64; L],
        active: &[f64; L],
        frozen: &[f64; L],
    ) {
        for l in 0..L {
            let (sells, stays) = (active[l] > 0.5, frozen[l] > 0.5);
            let e = pick(sells, exp_held(row[l] - shift[l]), 0.0);
            let held = pick(stays, e, 0.0);
            let margin = pick(stays, rule.margin(l, price[l], cost[l]), 0.0);
            row[l] = e;
            plays[l] = renew(sells & !stays, 1.0, plays[l]);
            weight[l] += e - held;
            base[l] += held;
            kept[l] += held * margin;
        }
    }
}

/// Starting markups: those of the prices of a warm game where they make sense, else the rule's own.
fn start<const L: usize, R: Rule<L>>(
    isa: Isa,
    rule: &R,
    market: &Market<'_, L>,
    prices: &[[f64; L]],
    base: &[f64; L],
    sellers: &mut [Seller<L>],
) {
    if market.warm {
        for (j, price) in prices.iter().enumerate() {
            let (cost, x) = (&market.cost[j], &mut sellers[market.owner[j]].x);
            warm(isa, x, rule, price, cost, &market.active[j], &market.frozen[j]);
        }
    }
    if sellers.iter().any(|seller| lacks_start(isa, &seller.x, &seller.plays)) {
        let mut total = *base;
        for seller in sellers.iter() {
            add(isa, &mut total, rule, &seller.weight);
        }
        for seller in sellers.iter_mut() {
            cold(isa, &mut seller.x, rule, &seller.weight, &seller.kept, &total);
        }
    }
    for seller in sellers.iter_mut() {
        seller.base = seller.x;
    }
}

multiversion! {
    fn add<const L: usize, R: Rule<L>>(total: &mut [f64; L], rule: &R, weight: &[f64; L]) {
        for l in 0..L {
            total[l] += rule.at_first(weight[l]);
        }
    }
}

multiversion! {
    fn cold<const L: usize, R: Rule<L>>(
        x: &mut [f64; L],
        rule: &R,
        weight: &[f64; L],
        kept: &[f64; L],
        total: &[f64; L],
    ) {
        for l in 0..L {
            let first = rule.cold_start(l, rule.at_first(weight[l]), kept[l], total[l]);
            x[l] = renew(x[l] == 0.0, first, x[l]);
        }
    }
}

multiversion! {
    /// Has a firm a price to set and no markup yet? One that has none moves nothing from 0.
    fn lacks_start<const L: usize>(x: &[f64; L], plays: &[f64; L]) -> bool {
        (0..L).fold(0u64, |any, l| any | u64::from((plays[l] > 0.5) & (x[l] == 0.0))) != 0
    }
}

multiversion! {
    fn warm<const L: usize, R: Rule<L>>(
        x: &mut [f64; L],
        rule: &R,
        price: &[f64; L],
        cost: &[f64; L],
        active: &[f64; L],
        frozen: &[f64; L],
    ) {
        for l in 0..L {
            let given = rule.markup(l, price[l], cost[l]);
            let free = (active[l] > 0.5) & (frozen[l] < 0.5);
            x[l] = renew(free & !given.is_nan(), given, x[l]);
        }
    }
}

/// Prices and shares from markups.
fn finish<const L: usize, R: Rule<L>>(
    isa: Isa,
    rule: &R,
    market: &Market<'_, L>,
    base: &[f64; L],
    sellers: &mut [Seller<L>],
    prices: &mut [[f64; L]],
    shares: &mut [[f64; L]],
) {
    let mut total = *base;
    for seller in sellers.iter_mut() {
        let Seller { slack: thin, beta: common, weight, x, .. } = seller;
        spread(isa, thin, common, &mut total, rule, weight, x);
    }
    for (j, (price, share)) in prices.iter_mut().zip(shares).enumerate() {
        let Seller { slack: thin, beta: common, .. } = &sellers[market.owner[j]];
        let (active, frozen) = (&market.active[j], &market.frozen[j]);
        deliver(isa, price, share, rule, &market.cost[j], active, frozen, thin, common, &total);
    }
}

multiversion! {
    /// What a firm's markup takes off its attractions, its part of the price and of the sum.
    fn spread<const L: usize, R: Rule<L>>(
        thin: &mut [f64; L],
        common: &mut [f64; L],
        total: &mut [f64; L],
        rule: &R,
        weight: &[f64; L],
        x: &[f64; L],
    ) {
        for l in 0..L {
            thin[l] = exp_held(-rule.rate(l) * x[l]);
            total[l] += weight[l] * thin[l];
            common[l] = rule.common(l, x[l]);
        }
    }
}

multiversion! {
    fn deliver<const L: usize, R: Rule<L>>(
        price: &mut [f64; L],
        share: &mut [f64; L],
        rule: &R,
        cost: &[f64; L],
        active: &[f64; L],
        frozen: &[f64; L],
        thin: &[f64; L],
        common: &[f64; L],
        total: &[f64; L],
    ) {
        for l in 0..L {
            let (sells, stays) = (active[l] > 0.5, frozen[l] > 0.5);
            price[l] = renew(sells & !stays, rule.price(cost[l], common[l]), price[l]);
            let sold = share[l] * pick(stays, 1.0, thin[l]) / total[l];
            share[l] = pick(sells, sold, 0.0);
        }
    }
}

/// Status from the prices and shares that came out, not from the search.
fn certify<const L: usize, R: Rule<L>>(
    isa: Isa,
    rule: &R,
    market: &Market<'_, L>,
    prices: &[[f64; L]],
    shares: &[[f64; L]],
    sellers: &mut [Seller<L>],
    search: &Search<L>,
) -> GameStatus<L> {
    for seller in sellers.iter_mut() {
        seller.kept = [0.0; L];
    }
    for (j, (price, share)) in prices.iter().zip(shares).enumerate() {
        let own = &mut sellers[market.owner[j]].kept;
        earn(isa, own, rule, price, &market.cost[j], share, &market.active[j]);
    }
    let (mut residual, mut size, mut broken) = ([0.0; L], [1.0; L], [0.0; L]);
    for (j, price) in prices.iter().enumerate() {
        let (cost, own) = (&market.cost[j], &sellers[market.owner[j]].kept);
        let (active, frozen) = (&market.active[j], &market.frozen[j]);
        miss(isa, &mut residual, &mut size, &mut broken, rule, price, cost, own, active, frozen);
    }
    status(&residual, &size, &broken, search)
}

multiversion! {
    /// What a firm earns, per unit of the market.
    fn earn<const L: usize, R: Rule<L>>(
        own: &mut [f64; L],
        rule: &R,
        price: &[f64; L],
        cost: &[f64; L],
        share: &[f64; L],
        active: &[f64; L],
    ) {
        for l in 0..L {
            let earned = share[l] * rule.margin(l, price[l], cost[l]);
            own[l] += pick(active[l] > 0.5, earned, 0.0);
        }
    }
}

multiversion! {
    /// By how much a product misses its first-order condition, against the size of its terms.
    fn miss<const L: usize, R: Rule<L>>(
        residual: &mut [f64; L],
        size: &mut [f64; L],
        broken: &mut [f64; L],
        rule: &R,
        price: &[f64; L],
        cost: &[f64; L],
        own: &[f64; L],
        active: &[f64; L],
        frozen: &[f64; L],
    ) {
        for l in 0..L {
            let margin = rule.margin(l, price[l], cost[l]);
            let counts = (active[l] > 0.5) & (frozen[l] < 0.5);
            let r = pick(counts, rule.residual(l, margin, own[l]), 0.0);
            broken[l] += r * 0.0;
            residual[l] = larger(r, residual[l]);
            let scale = rule.size(l, price[l], margin);
            size[l] = larger(pick(counts, scale, 0.0), size[l]);
        }
    }
}

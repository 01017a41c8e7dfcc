//! Games in which a firm has one markup and meets its rivals only through an aggregate.
//!
//! Firm `f` picks `x_f`; its attraction is `E_f = A_f e^{−rate·x_f}`, its share `S_f = E_f/H`
//! with `H = H_0 + Σ E_f`, and its first-order condition `r(x_f, S_f, k_f) = 0`, where
//! `k_f = K_f/H` is what its frozen products earn. Newton's step on all firms costs O(F)
//! because rivals enter through `dh = d ln H` only.
//!
//! Loops over lanes read and write local rows: among rows behind references the compiler would
//! have to fear that one overlaps another, and would leave the lanes one by one.

use super::{NEAR, STEPS_MAX};
use crate::numerics::elementary::exp;
use crate::numerics::lanes::{each, pick};

/// First-order condition of one firm by lane and how it moves: with `dr = alpha·dx + beta·dh`.
pub(super) struct Terms<const L: usize> {
    pub r: [f64; L],
    pub alpha: [f64; L],
    pub beta: [f64; L],
}

/// What distinguishes logit from CES.
pub(super) trait Rule<const L: usize> {
    /// Decline of the log attraction per unit of markup, by lane.
    fn rate(&self) -> [f64; L];
    /// The first-order condition at markups `x`, shares `s`, frozen earnings `k`.
    fn terms(&self, x: [f64; L], s: [f64; L], k: [f64; L]) -> Terms<L>;
}

/// The game in aggregates: firm × lane.
pub(super) struct Aggregates<'a, const L: usize> {
    /// `A_f`, after the common scaling.
    pub weight: &'a [[f64; L]],
    /// `K_f`, same scaling.
    pub frozen: &'a [[f64; L]],
    /// 1 where the firm has a price to set, else 0. A firm without one has `A_f = 0`: it moves
    /// nothing, its markup is nobody's, and its first-order condition does not count.
    pub plays: &'a [[f64; L]],
    /// `H_0`: outside good and frozen products, same scaling.
    pub base: [f64; L],
}

/// State of the search in each lane; flags are 1 or 0, as wide as the numbers they choose among.
pub(super) struct Search<const L: usize> {
    pub done: [f64; L],
    pub iterations: [f64; L],
    merit: [f64; L],
    length: [f64; L],
    last: [f64; L],
}

impl<const L: usize> Search<L> {
    #[inline(always)]
    pub fn new() -> Self {
        Self {
            done: [0.0; L],
            iterations: [0.0; L],
            merit: [f64::INFINITY; L],
            length: [1.0; L],
            last: [0.0; L],
        }
    }

    /// Takes the merit of the point just evaluated; says, per lane, whether the point becomes
    /// the new base or the step is shortened.
    #[inline(always)]
    pub fn judge(&mut self, merit: &[f64; L]) -> [f64; L] {
        let mut accept = [0.0; L];
        for l in 0..L {
            let better = merit[l] < self.merit[l];
            let open = 1.0 - self.done[l];
            accept[l] = if better { open } else { 0.0 };
            self.iterations[l] += open;
            self.length[l] = pick(better, 1.0, 0.35 * self.length[l]);
            self.merit[l] = pick(accept[l] > 0.5, merit[l], self.merit[l]);
            self.last[l] = pick(merit[l] < NEAR, accept[l], 0.0);
        }
        accept
    }

    /// After the step: lanes that were near have taken their last one.
    #[inline(always)]
    pub fn settle(&mut self) {
        for l in 0..L {
            self.done[l] = pick(self.last[l] > 0.5, 1.0, self.done[l]);
        }
    }

    /// Step length of each lane: 0 where the search is over.
    #[inline(always)]
    pub fn lengths(&self) -> [f64; L] {
        let mut out = [0.0; L];
        for l in 0..L {
            out[l] = pick(self.done[l] > 0.5, 0.0, self.length[l]);
        }
        out
    }

    #[inline(always)]
    pub fn over(&self) -> bool {
        self.done.iter().all(|&done| done > 0.5)
    }
}

/// Scratch of [`solve`], one row per firm.
pub(super) struct Scratch<'a, const L: usize> {
    base: &'a mut [[f64; L]],
    step: &'a mut [[f64; L]],
    next: &'a mut [[f64; L]],
    /// Newton terms, `1/alpha` and `beta`; free for other uses after the search.
    pub slack: &'a mut [[f64; L]],
    pub beta: &'a mut [[f64; L]],
    /// Shares of the last evaluation, then of the solution.
    pub share: &'a mut [[f64; L]],
}

/// Numbers of a game by firm: what [`Aggregates`] borrows, the markups, and the search's scratch.
pub(super) struct Rows<'a, const L: usize> {
    pub weight: &'a mut [[f64; L]],
    pub kept: &'a mut [[f64; L]],
    pub plays: &'a mut [[f64; L]],
    pub x: &'a mut [[f64; L]],
    pub scratch: Scratch<'a, L>,
}

impl<'a, const L: usize> Rows<'a, L> {
    /// Rows of each firm.
    pub const COUNT: usize = 10;

    /// Cuts `store`, of [`Rows::COUNT`] zeros for each of so many firms: one allocation for all.
    #[inline(always)]
    pub fn new(store: &'a mut [[f64; L]], firms: usize) -> Self {
        let mut rows = store.chunks_exact_mut(firms.max(1));
        let mut row = || rows.next().unwrap_or_default();
        let (weight, kept, plays, x) = (row(), row(), row(), row());
        let (base, step, next) = (row(), row(), row());
        let scratch = Scratch { base, step, next, slack: row(), beta: row(), share: row() };
        Self { weight, kept, plays, x, scratch }
    }
}

/// One over each lane: a division costs as much as ten products.
#[inline(always)]
pub(super) fn inverse<const L: usize>(row: &[f64; L]) -> [f64; L] {
    let mut out = [0.0; L];
    for l in 0..L {
        out[l] = 1.0 / row[l];
    }
    out
}

/// Attractions over their sum, into `share`; returns the sum `H`.
#[inline(always)]
pub(super) fn shares_at<const L: usize, R: Rule<L>>(
    rule: &R,
    game: &Aggregates<'_, L>,
    x: &[[f64; L]],
    share: &mut [[f64; L]],
) -> [f64; L] {
    let (mut total, rate) = (game.base, rule.rate());
    for f in 0..x.len() {
        let (weight, x) = (game.weight[f], x[f]);
        let mut row = [0.0; L];
        for l in 0..L {
            row[l] = weight[l] * exp(-rate[l] * x[l]);
            total[l] += row[l];
        }
        share[f] = row;
    }
    let share_of = inverse(&total);
    for row in share.iter_mut() {
        // The product may miss the 1 of who sells alone.
        *row = each(|l| {
            let alone = (row[l] == total[l]) & (total[l] > 0.0);
            pick(alone, 1.0, row[l] * share_of[l])
        });
    }
    total
}

/// Newton step of every firm at `x` into `scratch.next`; returns the largest `|r|` per lane.
#[inline(always)]
fn newton<const L: usize, R: Rule<L>>(
    rule: &R,
    game: &Aggregates<'_, L>,
    x: &[[f64; L]],
    total: &[f64; L],
    scratch: &mut Scratch<'_, L>,
) -> [f64; L] {
    let (mut merit, mut pull, mut give, mut broken) = ([0.0; L], [0.0; L], [1.0; L], [0.0; L]);
    let (rate, share_of) = (rule.rate(), inverse(total));
    for f in 0..x.len() {
        let (s, plays, mut k) = (scratch.share[f], game.plays[f], game.frozen[f]);
        for l in 0..L {
            k[l] *= share_of[l];
        }
        let Terms { mut r, alpha, beta } = rule.terms(x[f], s, k);
        let slack = inverse(&alpha);
        for l in 0..L {
            r[l] = pick(plays[l] > 0.5, r[l], 0.0);
            let size = r[l].abs();
            merit[l] = pick(size > merit[l], size, merit[l]);
            // Zero, unless the residual is not a finite number.
            broken[l] += size * 0.0;
            let lean = rate[l] * s[l] * slack[l];
            pull[l] += lean * r[l];
            give[l] -= lean * beta[l];
        }
        (scratch.next[f], scratch.slack[f], scratch.beta[f]) = (r, slack, beta);
    }
    for l in 0..L {
        merit[l] += broken[l];
        pull[l] /= give[l];
    }
    for f in 0..x.len() {
        let (mut row, plays) = (scratch.next[f], game.plays[f]);
        let (slack, beta) = (scratch.slack[f], scratch.beta[f]);
        for l in 0..L {
            let by = -(row[l] + beta[l] * pull[l]) * slack[l];
            row[l] = if plays[l] > 0.5 { by } else { 0.0 };
        }
        scratch.next[f] = row;
    }
    merit
}

/// Solves the game from the markups in `x`, which come back solved where the search arrived.
#[inline(always)]
pub(super) fn solve<const L: usize, R: Rule<L>>(
    rule: &R,
    game: &Aggregates<'_, L>,
    x: &mut [[f64; L]],
    scratch: &mut Scratch<'_, L>,
) -> Search<L> {
    let mut search = Search::new();
    scratch.base.copy_from_slice(x);
    for _ in 0..STEPS_MAX {
        let total = shares_at(rule, game, x, scratch.share);
        let merit = newton(rule, game, x, &total, scratch);
        let accept = search.judge(&merit);
        let (length, done) = (search.lengths(), search.done);
        for f in 0..x.len() {
            let (mut at, mut base, mut by) = (x[f], scratch.base[f], scratch.step[f]);
            let new = scratch.next[f];
            for l in 0..L {
                let from = pick(accept[l] > 0.5, at[l], base[l]);
                let step = pick(accept[l] > 0.5, new[l], by[l]);
                let to = moved(from, length[l] * step);
                at[l] = pick(done[l] > 0.5, at[l], to);
                (base[l], by[l]) = (from, step);
            }
            (x[f], scratch.base[f], scratch.step[f]) = (at, base, by);
        }
        search.settle();
        if search.over() {
            break;
        }
    }
    search
}

/// A markup after a step: it may fall by at most 60 % at once.
#[inline(always)]
pub(super) fn moved(base: f64, by: f64) -> f64 {
    let to = base + by;
    let floor = 0.4 * base;
    let low = (base > 0.0) & (to < floor);
    if low { floor } else { to }
}

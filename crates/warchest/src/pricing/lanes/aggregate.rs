//! Games in which a firm has one markup and meets its rivals only through an aggregate.
//!
//! Firm `f` picks `x_f`; its attraction is `E_f = A_f e^{−rate·x_f}`, its share `S_f = E_f/H`
//! with `H = H_0 + Σ E_f`, and its first-order condition `r(x_f, S_f, k_f) = 0`, where
//! `k_f = K_f/H` is what its frozen products earn. Newton's step on all firms costs O(F)
//! because rivals enter through `dh = d ln H` only.

use super::{NEAR, STEPS_MAX};
use crate::numerics::elementary::exp;

/// First-order condition of one firm in one lane and how it moves: with
/// `dr = alpha·dx + beta·dh`.
pub(super) struct Terms {
    pub r: f64,
    pub alpha: f64,
    pub beta: f64,
}

/// What distinguishes logit from CES.
pub(super) trait Rule {
    /// Decline of the log attraction per unit of markup.
    fn rate(&self, lane: usize) -> f64;
    /// The first-order condition at markup `x`, share `s`, frozen earnings `k`.
    fn terms(&self, lane: usize, x: f64, s: f64, k: f64) -> Terms;
}

/// The game in aggregates: firm × lane.
pub(super) struct Aggregates<'a, const L: usize> {
    /// `A_f`, after the common scaling.
    pub weight: &'a [[f64; L]],
    /// `K_f`, same scaling.
    pub frozen: &'a [[f64; L]],
    /// `H_0`: outside good and frozen products, same scaling.
    pub base: [f64; L],
}

/// State of the search in each lane.
pub(super) struct Search<const L: usize> {
    pub done: [bool; L],
    pub iterations: [u32; L],
    merit: [f64; L],
    length: [f64; L],
    last: [bool; L],
}

impl<const L: usize> Search<L> {
    #[inline(always)]
    pub fn new() -> Self {
        Self {
            done: [false; L],
            iterations: [0; L],
            merit: [f64::INFINITY; L],
            length: [1.0; L],
            last: [false; L],
        }
    }

    /// Takes the merit of the point just evaluated; says, per lane, whether the point becomes
    /// the new base or the step is shortened.
    #[inline(always)]
    pub fn judge(&mut self, merit: &[f64; L]) -> [bool; L] {
        let mut accept = [false; L];
        for l in 0..L {
            let better = merit[l] < self.merit[l];
            accept[l] = better && !self.done[l];
            self.iterations[l] += u32::from(!self.done[l]);
            self.merit[l] = if accept[l] { merit[l] } else { self.merit[l] };
            self.length[l] = if better { 1.0 } else { 0.35 * self.length[l] };
            self.last[l] = accept[l] && merit[l] < NEAR;
        }
        accept
    }

    /// After the step: lanes that were near have taken their last one.
    #[inline(always)]
    pub fn settle(&mut self) {
        for l in 0..L {
            self.done[l] = self.done[l] || self.last[l];
        }
    }

    /// Step length of each lane: 0 where the search is over.
    #[inline(always)]
    pub fn lengths(&self) -> [f64; L] {
        let mut out = [0.0; L];
        for l in 0..L {
            out[l] = if self.done[l] { 0.0 } else { self.length[l] };
        }
        out
    }

    #[inline(always)]
    pub fn over(&self) -> bool {
        self.done.iter().all(|&done| done)
    }
}

/// Scratch of [`solve`], one row per firm.
pub(super) struct Scratch<const L: usize> {
    base: Vec<[f64; L]>,
    step: Vec<[f64; L]>,
    alpha: Vec<[f64; L]>,
    beta: Vec<[f64; L]>,
    /// Shares of the last evaluation, then of the solution.
    pub share: Vec<[f64; L]>,
}

impl<const L: usize> Scratch<L> {
    pub fn new(firms: usize) -> Self {
        Self {
            base: vec![[0.0; L]; firms],
            step: vec![[0.0; L]; firms],
            alpha: vec![[0.0; L]; firms],
            beta: vec![[0.0; L]; firms],
            share: vec![[0.0; L]; firms],
        }
    }
}

/// Attractions over their sum, into `share`; returns the sum `H`.
#[inline(always)]
pub(super) fn shares_at<const L: usize, R: Rule>(
    rule: &R,
    game: &Aggregates<'_, L>,
    x: &[[f64; L]],
    share: &mut [[f64; L]],
) -> [f64; L] {
    let mut total = game.base;
    for f in 0..x.len() {
        for l in 0..L {
            share[f][l] = game.weight[f][l] * exp(-rule.rate(l) * x[f][l]);
            total[l] += share[f][l];
        }
    }
    for row in share.iter_mut() {
        for l in 0..L {
            row[l] /= total[l];
        }
    }
    total
}

/// Newton step of every firm at `x` into `step`; returns the largest `|r|` per lane.
#[inline(always)]
fn newton<const L: usize, R: Rule>(
    rule: &R,
    game: &Aggregates<'_, L>,
    x: &[[f64; L]],
    total: &[f64; L],
    scratch: &mut Scratch<L>,
    step: &mut [[f64; L]],
) -> [f64; L] {
    let (mut merit, mut pull, mut give, mut broken) = ([0.0; L], [0.0; L], [1.0; L], [0.0; L]);
    for f in 0..x.len() {
        for l in 0..L {
            let s = scratch.share[f][l];
            let t = rule.terms(l, x[f][l], s, game.frozen[f][l] / total[l]);
            let size = t.r.abs();
            merit[l] = if size > merit[l] { size } else { merit[l] };
            // Zero, unless the residual is not a finite number.
            broken[l] += size * 0.0;
            let lean = rule.rate(l) * s / t.alpha;
            pull[l] += lean * t.r;
            give[l] -= lean * t.beta;
            step[f][l] = t.r;
            scratch.alpha[f][l] = t.alpha;
            scratch.beta[f][l] = t.beta;
        }
    }
    for l in 0..L {
        merit[l] += broken[l];
        pull[l] /= give[l];
    }
    for f in 0..x.len() {
        for l in 0..L {
            step[f][l] = -(step[f][l] + scratch.beta[f][l] * pull[l]) / scratch.alpha[f][l];
        }
    }
    merit
}

/// Solves the game from the markups in `x`, which come back solved where the search arrived.
#[inline(always)]
pub(super) fn solve<const L: usize, R: Rule>(
    rule: &R,
    game: &Aggregates<'_, L>,
    x: &mut [[f64; L]],
    scratch: &mut Scratch<L>,
) -> Search<L> {
    let mut search = Search::new();
    let mut step = vec![[0.0; L]; x.len()];
    scratch.base.copy_from_slice(x);
    for _ in 0..STEPS_MAX {
        let total = shares_at(rule, game, x, &mut scratch.share);
        let merit = newton(rule, game, x, &total, scratch, &mut step);
        let accept = search.judge(&merit);
        let length = search.lengths();
        for f in 0..x.len() {
            for l in 0..L {
                let base = if accept[l] { x[f][l] } else { scratch.base[f][l] };
                let by = if accept[l] { step[f][l] } else { scratch.step[f][l] };
                scratch.base[f][l] = base;
                scratch.step[f][l] = by;
                x[f][l] = if search.done[l] { x[f][l] } else { moved(base, length[l] * by) };
            }
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
    let floor = if base > 0.0 { 0.4 * base } else { f64::NEG_INFINITY };
    if to < floor { floor } else { to }
}

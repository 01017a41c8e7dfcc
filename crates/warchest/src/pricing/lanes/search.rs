//! The search that every game of this folder runs: Newton steps, taken or shortened lane by lane.

use super::{GameStatus, NEAR, TOLERANCE};
use crate::numerics::lanes::{larger, pick, renew};

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
            self.merit[l] = renew(accept[l] > 0.5, merit[l], self.merit[l]);
            self.last[l] = pick(merit[l] < NEAR, accept[l], 0.0);
        }
        accept
    }

    /// After the step: lanes that were near have taken their last one.
    #[inline(always)]
    pub fn settle(&mut self) {
        for l in 0..L {
            self.done[l] = larger(self.last[l], self.done[l]);
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

/// A markup after a step: it may fall by at most 60 % at once.
#[inline(always)]
pub(super) fn moved(base: f64, by: f64) -> f64 {
    let to = base + by;
    let floor = 0.4 * base;
    let low = (base > 0.0) & (to < floor);
    if low { floor } else { to }
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

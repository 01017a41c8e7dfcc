//! Anderson acceleration of a fixed point `x ← x + f(x)`.

use crate::multiversion;
use crate::numerics::lanes::{Aligned, Isa};

/// Steps remembered.
const MEMORY: usize = 5;

/// Numbers side by side in a sum; rows are filled up with zeros to a multiple.
const WIDTH: usize = 8;

/// Differences of the last steps and the normal equations over them.
pub(super) struct Anderson {
    isa: Isa,
    /// Length of a row.
    width: usize,
    /// Changes of the step, row by row, and the same plus the moves that made them.
    changes: Aligned,
    turns: Aligned,
    gram: [[f64; MEMORY]; MEMORY],
    /// `1/√gram_ii`.
    scale: [f64; MEMORY],
    last_x: Aligned,
    last_f: Aligned,
    step: Aligned,
    started: bool,
    filled: usize,
    next: usize,
}

impl Anderson {
    /// For a fixed point in `n` numbers.
    pub fn new(isa: Isa, n: usize) -> Self {
        let width = n.div_ceil(WIDTH) * WIDTH;
        Self {
            isa,
            width,
            changes: Aligned::zeros(MEMORY * width),
            turns: Aligned::zeros(MEMORY * width),
            gram: [[0.0; MEMORY]; MEMORY],
            scale: [0.0; MEMORY],
            last_x: Aligned::zeros(width),
            last_f: Aligned::zeros(width),
            step: Aligned::zeros(width),
            started: false,
            filled: 0,
            next: 0,
        }
    }

    /// Forgets the past.
    pub fn reset(&mut self) {
        (self.filled, self.next, self.started) = (0, 0, false);
    }

    /// Whether the next point will be more than a plain step.
    pub fn is_accelerating(&self) -> bool {
        self.filled > 0
    }

    /// Moves `x` to the next point, given the step `f` of the plain map there.
    pub fn advance(&mut self, x: &mut [f64], f: &[f64]) {
        advance(self.isa, self, x, f);
    }

    /// Stores the difference to the last point in the oldest seat.
    #[inline(always)]
    fn remember(&mut self, x: &[f64], f: &[f64]) {
        let (seat, n, width) = (self.next, x.len(), self.width);
        let changes = &mut self.changes[seat * width..][..n];
        let turns = &mut self.turns[seat * width..][..n];
        let (last_x, last_f) = (&self.last_x[..n], &self.last_f[..n]);
        for j in 0..n {
            let change = f[j] - last_f[j];
            changes[j] = change;
            turns[j] = (x[j] - last_x[j]) + change;
        }
        self.filled = (self.filled + 1).min(MEMORY);
        self.next = (seat + 1) % MEMORY;
        for i in 0..self.filled {
            let row = |i: usize| &self.changes[i * width..(i + 1) * width];
            let value = dot(row(i), row(seat));
            self.gram[i][seat] = value;
            self.gram[seat][i] = value;
        }
        self.scale[seat] = 1.0 / self.gram[seat][seat].sqrt();
    }

    /// Weights that cancel most of the step; Cholesky on the scaled normal equations.
    #[inline(always)]
    fn least_squares(&self, weight: &mut [f64; MEMORY]) -> bool {
        let (m, scale) = (self.filled, &self.scale);
        let mut low = [[0.0; MEMORY]; MEMORY];
        let mut inverse = [0.0; MEMORY];
        for i in 0..m {
            if self.gram[i][i] <= 0.0 {
                return false;
            }
            for j in 0..=i {
                let mut sum = self.gram[i][j] * scale[i] * scale[j];
                sum += if i == j { 1e-14 } else { 0.0 };
                for k in 0..j {
                    sum -= low[i][k] * low[j][k];
                }
                if i == j {
                    if !(sum > 0.0 && sum.is_finite()) {
                        return false;
                    }
                    inverse[i] = 1.0 / sum.sqrt();
                } else {
                    low[i][j] = sum * inverse[j];
                }
            }
        }
        for i in 0..m {
            weight[i] *= scale[i];
            for k in 0..i {
                weight[i] -= low[i][k] * weight[k];
            }
            weight[i] *= inverse[i];
        }
        for i in (0..m).rev() {
            for k in i + 1..m {
                weight[i] -= low[k][i] * weight[k];
            }
            weight[i] *= inverse[i];
        }
        for i in 0..m {
            weight[i] *= scale[i];
        }
        true
    }
}

multiversion! {
    fn advance(past: &mut Anderson, x: &mut [f64], f: &[f64]) {
        let (n, width) = (x.len(), past.width);
        let f = &f[..n];
        if past.started {
            past.remember(x, f);
        }
        past.started = true;
        past.last_x[..n].copy_from_slice(x);
        past.last_f[..n].copy_from_slice(f);
        past.step[..n].copy_from_slice(f);
        let mut weight = [0.0; MEMORY];
        for i in 0..past.filled {
            weight[i] = dot(&past.changes[i * width..(i + 1) * width], &past.step);
        }
        if past.filled > 0 && !past.least_squares(&mut weight) {
            (past.filled, past.next) = (0, 0);
        }
        for i in 0..past.filled {
            let (turns, step) = (&past.turns[i * width..][..n], &mut past.step[..n]);
            for j in 0..n {
                step[j] -= weight[i] * turns[j];
            }
        }
        let step = &past.step[..n];
        for j in 0..n {
            x[j] += step[j];
        }
    }
}

/// Sum of products, lane by lane, folded in a fixed order.
#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (a.as_chunks::<WIDTH>().0, b.as_chunks::<WIDTH>().0);
    let (b, mut sum) = (&b[..a.len()], [0.0; WIDTH]);
    for at in 0..a.len() {
        for l in 0..WIDTH {
            sum[l] += a[at][l] * b[at][l];
        }
    }
    let pair = |i: usize, j: usize| sum[i] + sum[j];
    (pair(0, 4) + pair(2, 6)) + (pair(1, 5) + pair(3, 7))
}

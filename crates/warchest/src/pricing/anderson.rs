//! Anderson acceleration of a fixed point `x ← x + f(x)`.

/// Steps remembered.
const MEMORY: usize = 5;

/// Differences of the last steps and the normal equations over them.
#[derive(Default)]
pub(super) struct Anderson {
    moves: Vec<Vec<f64>>,
    changes: Vec<Vec<f64>>,
    gram: [[f64; MEMORY]; MEMORY],
    last_x: Vec<f64>,
    last_f: Vec<f64>,
    filled: usize,
    next: usize,
}

impl Anderson {
    /// Forgets the past.
    pub fn reset(&mut self) {
        (self.filled, self.next) = (0, 0);
        self.last_x.clear();
    }

    /// Whether the next point will be more than a plain step.
    pub fn is_accelerating(&self) -> bool {
        self.filled > 0
    }

    /// Moves `x` to the next point, given the step `f` of the plain map there.
    pub fn advance(&mut self, x: &mut [f64], f: &[f64]) {
        if !self.last_x.is_empty() {
            self.remember(x, f);
        }
        self.last_x.clear();
        self.last_x.extend_from_slice(x);
        self.last_f.clear();
        self.last_f.extend_from_slice(f);
        let m = self.filled;
        let mut weight = [0.0; MEMORY];
        if m > 0 {
            for i in 0..m {
                weight[i] = dot(&self.changes[i], f);
            }
            if !self.least_squares(m, &mut weight) {
                self.filled = 0;
                self.next = 0;
                weight = [0.0; MEMORY];
            }
        }
        for (x, f) in x.iter_mut().zip(f) {
            *x += f;
        }
        for i in 0..self.filled {
            let (moves, changes) = (&self.moves[i], &self.changes[i]);
            for j in 0..x.len() {
                x[j] -= weight[i] * (moves[j] + changes[j]);
            }
        }
    }

    /// Stores the difference to the last point in the oldest seat.
    fn remember(&mut self, x: &[f64], f: &[f64]) {
        let seat = self.next;
        if self.moves.len() <= seat {
            self.moves.push(Vec::with_capacity(x.len()));
            self.changes.push(Vec::with_capacity(x.len()));
        }
        let difference = |out: &mut Vec<f64>, now: &[f64], then: &[f64]| {
            out.clear();
            out.extend(now.iter().zip(then).map(|(now, then)| now - then));
        };
        difference(&mut self.moves[seat], x, &self.last_x);
        difference(&mut self.changes[seat], f, &self.last_f);
        self.filled = (self.filled + 1).min(MEMORY);
        self.next = (seat + 1) % MEMORY;
        for i in 0..self.filled {
            let value = dot(&self.changes[i], &self.changes[seat]);
            self.gram[i][seat] = value;
            self.gram[seat][i] = value;
        }
    }

    /// Weights that cancel most of the step; Cholesky on the scaled normal equations.
    fn least_squares(&self, m: usize, weight: &mut [f64; MEMORY]) -> bool {
        let mut low = [[0.0; MEMORY]; MEMORY];
        let mut scale = [0.0; MEMORY];
        for i in 0..m {
            if self.gram[i][i] <= 0.0 {
                return false;
            }
            scale[i] = 1.0 / self.gram[i][i].sqrt();
        }
        for i in 0..m {
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
                    low[i][i] = sum.sqrt();
                } else {
                    low[i][j] = sum / low[j][j];
                }
            }
        }
        for i in 0..m {
            weight[i] *= scale[i];
            for k in 0..i {
                weight[i] -= low[i][k] * weight[k];
            }
            weight[i] /= low[i][i];
        }
        for i in (0..m).rev() {
            for k in i + 1..m {
                weight[i] -= low[k][i] * weight[k];
            }
            weight[i] /= low[i][i];
        }
        for i in 0..m {
            weight[i] *= scale[i];
        }
        true
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

//! The ζ fixed point of Morrow and Skerlos (2011) with Anderson acceleration, and Newton's
//! method where it stalls.

use super::anderson::Anderson;
use super::conditions::Conditions;
use super::effort::Effort;
use crate::numerics::dense::solve;

/// Evaluations of the accelerated map before Newton takes over.
const MAP_MAX: u32 = 120;

/// Newton steps before the search gives up.
const NEWTON_MAX: u32 = 40;

/// Rounding of `|FOC|/q`, in units of the size of its terms.
const ROUNDING: f64 = 1.5e-15;

/// A residual above this is never put down to rounding.
const SMALL: f64 = 1e-10;

/// Elasticities beyond this are of prices that run off.
const TERMS_MAX: f64 = 1e8;

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    pub converged: bool,
    pub stopped: bool,
    pub evaluations: u32,
    pub residual: f64,
}

/// One evaluation: conditions, Λ, quantities.
#[derive(Clone, Default)]
struct Point {
    foc: Vec<f64>,
    pull: Vec<f64>,
    quantity: Vec<f64>,
}

impl Point {
    fn new(n: usize) -> Self {
        Self { foc: vec![0.0; n], pull: vec![0.0; n], quantity: vec![0.0; n] }
    }

    fn at(&mut self, conditions: &mut Conditions<'_>, prices: &[f64]) {
        conditions.at(prices, &mut self.foc, &mut self.pull, &mut self.quantity);
    }

    /// Largest `|FOC|/q` over the free products, and the same over its rounding.
    fn residual(&self, prices: &[f64], free: &[usize]) -> (f64, f64) {
        let (mut worst, mut over) = (0.0, 0.0);
        for &j in free {
            let r = (self.foc[j] / self.quantity[j]).abs();
            let terms = 1.0 + (self.pull[j] * prices[j] / self.quantity[j]).abs();
            // Prices that run off have huge terms: that is not rounding, even where they cancel.
            let times = (r / (ROUNDING * terms)).max(r / SMALL);
            if !times.is_finite() || terms > TERMS_MAX {
                return (f64::INFINITY, f64::INFINITY);
            }
            worst = if r > worst { r } else { worst };
            over = if times > over { times } else { over };
        }
        (worst, over)
    }
}

/// What a search works on.
struct Game<'a, 'm> {
    effort: Effort<'a>,
    conditions: &'a mut Conditions<'m>,
    free: &'a [usize],
}

/// Searches from `prices`, moving only the products in `free`.
pub(super) fn search(
    effort: Effort<'_>,
    conditions: &mut Conditions<'_>,
    free: &[usize],
    prices: &mut [f64],
) -> Found {
    let mut point = Point::new(prices.len());
    let mut game = Game { effort, conditions, free };
    let mut best = prices.to_vec();
    let mut found = game.accelerate(prices, &mut point, &mut best);
    if !found.converged {
        prices.copy_from_slice(&best);
        if !found.stopped {
            game.newton(prices, &mut point, &mut found);
        }
    }
    found
}

impl Game<'_, '_> {
    /// ζ with Anderson: goes back to the best point with a plain step when the residual jumps.
    fn accelerate(&mut self, prices: &mut [f64], point: &mut Point, best: &mut [f64]) -> Found {
        let mut found =
            Found { converged: false, stopped: false, evaluations: 0, residual: f64::INFINITY };
        let free = self.free;
        let mut anderson = Anderson::default();
        let mut x: Vec<f64> = free.iter().map(|&j| prices[j]).collect();
        let (mut step, mut best_x) = (vec![0.0; x.len()], x.clone());
        let (mut damp, mut stalls) = (1.0, 0);
        while found.evaluations < MAP_MAX {
            for (&j, &x) in free.iter().zip(&x) {
                prices[j] = x;
            }
            if found.evaluations > 0 && self.effort.is_over() {
                found.stopped = true;
                return found;
            }
            point.at(self.conditions, prices);
            found.evaluations += 1;
            let (residual, over) = point.residual(prices, free);
            if residual < found.residual {
                found.residual = residual;
                best_x.copy_from_slice(&x);
                best.copy_from_slice(prices);
                stalls = 0;
            } else {
                stalls += 1;
            }
            if over <= 1.0 || (stalls >= 3 && over < 30.0) {
                prices.copy_from_slice(best);
                found.converged = true;
                return found;
            }
            // A jump: back to the best point, forget, and step more carefully.
            if residual > 5.0 * found.residual && anderson.is_accelerating()
                || !residual.is_finite()
            {
                anderson.reset();
                x.copy_from_slice(&best_x);
                damp *= 0.5;
                if damp < 0.01 {
                    return found;
                }
                for (&j, &x) in free.iter().zip(&x) {
                    prices[j] = x;
                }
                point.at(self.conditions, prices);
                found.evaluations += 1;
            }
            for (step, &j) in step.iter_mut().zip(free) {
                *step = -damp * point.foc[j] / point.pull[j];
            }
            anderson.advance(&mut x, &step);
        }
        found
    }

    /// Newton on the step of the map, its Jacobian by differences, with step halving.
    fn newton(&mut self, prices: &mut [f64], point: &mut Point, found: &mut Found) {
        let free = self.free;
        let n = free.len();
        let (mut matrix, mut step) = (vec![0.0; n * n], vec![0.0; n]);
        let mut trial = prices.to_vec();
        point.at(self.conditions, prices);
        let (mut residual, mut over) = point.residual(prices, free);
        let mut probe = Point::new(prices.len());
        for _ in 0..NEWTON_MAX {
            if over <= 1.0 || residual.is_infinite() {
                break;
            }
            if !self.jacobian((prices, &mut trial), (point, &mut probe), &mut matrix) {
                found.stopped = true;
                break;
            }
            for (step, &j) in step.iter_mut().zip(free) {
                *step = -point.foc[j] / point.pull[j];
            }
            found.evaluations += n as u32;
            if !solve(n, &mut matrix, &mut step, 1) {
                break;
            }
            let mut length = 1.0;
            let before = residual;
            while length > 1e-4 {
                trial.copy_from_slice(prices);
                for (&j, step) in free.iter().zip(&step) {
                    trial[j] += length * step;
                }
                probe.at(self.conditions, &trial);
                found.evaluations += 1;
                let (r, o) = probe.residual(&trial, free);
                if r < residual {
                    (residual, over) = (r, o);
                    prices.copy_from_slice(&trial);
                    std::mem::swap(point, &mut probe);
                    break;
                }
                length *= 0.5;
            }
            if residual >= before {
                break;
            }
        }
        found.residual = residual;
        found.converged = over <= 30.0;
    }

    /// `∂(foc_i/Λ_i)/∂p_j` by forward differences, into `matrix`; false when there is no time left.
    fn jacobian(
        &mut self,
        prices: (&[f64], &mut [f64]),
        points: (&Point, &mut Point),
        matrix: &mut [f64],
    ) -> bool {
        let free = self.free;
        let ((prices, trial), (point, probe)) = (prices, points);
        let n = free.len();
        trial.copy_from_slice(prices);
        for (column, &j) in free.iter().enumerate() {
            if self.effort.is_over() {
                return false;
            }
            // A step in proportion to the markup scale q/|Λ|, not to the level of prices.
            let h = 1e-6 * (point.quantity[j] / point.pull[j]).abs();
            trial[j] = prices[j] + h;
            let h = trial[j] - prices[j];
            probe.at(self.conditions, trial);
            trial[j] = prices[j];
            for (row, &i) in free.iter().enumerate() {
                let was = point.foc[i] / point.pull[i];
                matrix[row * n + column] = (probe.foc[i] / probe.pull[i] - was) / h;
            }
        }
        true
    }
}

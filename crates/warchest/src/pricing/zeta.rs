//! The ζ fixed point of Morrow and Skerlos (2011) with Anderson acceleration, and Newton's
//! method where it stalls.

use super::anderson::Anderson;
use super::conditions::Conditions;
use super::effort::Effort;
use crate::multiversion;
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
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub converged: bool,
    pub stopped: bool,
    pub evaluations: u32,
    pub residual: f64,
    /// Quantities at the prices returned.
    pub quantity: Vec<f64>,
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
}

multiversion! {
    /// Largest `|FOC|/q` over the free products, and the same over its rounding.
    fn assess(point: &Point, prices: &[f64], free: &[f64], sizes: &mut [[f64; 2]]) -> (f64, f64) {
        let n = prices.len();
        let (free, sizes) = (&free[..n], &mut sizes[..n]);
        let (foc, pull, quantity) = (&point.foc[..n], &point.pull[..n], &point.quantity[..n]);
        for j in 0..n {
            let inverse = 1.0 / quantity[j];
            let r = (foc[j] * inverse).abs();
            let terms = 1.0 + (pull[j] * prices[j] * inverse).abs();
            sizes[j] = if free[j] > 0.5 { [r, terms] } else { [0.0, 1.0] };
        }
        let (mut worst, mut over, mut largest, mut broken) = (0.0, 0.0, 0.0, 0.0);
        for &[r, terms] in sizes.iter() {
            let times = r / terms;
            worst = if r > worst { r } else { worst };
            over = if times > over { times } else { over };
            largest = if terms > largest { terms } else { largest };
            broken += times * 0.0;
        }
        // Prices that run off have huge terms: that is not rounding, even where they cancel.
        if broken != 0.0 || !(largest <= TERMS_MAX) {
            return (f64::INFINITY, f64::INFINITY);
        }
        let (times, small) = (over / ROUNDING, worst / SMALL);
        (worst, if small > times { small } else { times })
    }
}

/// What a search works on.
struct Game<'a, 'm> {
    effort: Effort<'a>,
    conditions: &'a mut Conditions<'m>,
    free: &'a [usize],
    /// 1 for a free product, 0 for one that keeps its price.
    moves: Vec<f64>,
    sizes: Vec<[f64; 2]>,
}

/// Searches from `prices`, moving only the products in `free`.
pub(super) fn search(
    effort: Effort<'_>,
    conditions: &mut Conditions<'_>,
    free: &[usize],
    prices: &mut [f64],
) -> Found {
    let n = prices.len();
    let mut moves = vec![0.0; n];
    for &j in free {
        moves[j] = 1.0;
    }
    let mut best = Point::new(n);
    let mut game = Game { effort, conditions, free, moves, sizes: vec![[0.0; 2]; n] };
    let mut found = game.accelerate(prices, &mut best);
    if !found.converged && !found.stopped {
        game.newton(prices, &mut best, &mut found);
    }
    found.quantity = best.quantity;
    found
}

impl Game<'_, '_> {
    fn assess(&mut self, point: &Point, prices: &[f64]) -> (f64, f64) {
        assess(self.effort.isa, point, prices, &self.moves, &mut self.sizes)
    }

    /// ζ with Anderson: goes back to the best point with a plain step when the residual jumps.
    /// Leaves the best prices in `prices` and what was found there in `best`.
    fn accelerate(&mut self, prices: &mut [f64], best: &mut Point) -> Found {
        let quantity = Vec::new();
        let residual = f64::INFINITY;
        let mut found =
            Found { converged: false, stopped: false, evaluations: 0, residual, quantity };
        let n = prices.len();
        let mut anderson = Anderson::new(self.effort.isa, n);
        let (mut x, mut step, mut point) = (prices.to_vec(), vec![0.0; n], Point::new(n));
        let (mut damp, mut stalls) = (1.0, 0);
        while found.evaluations < MAP_MAX {
            if found.evaluations > 0 && self.effort.is_over() {
                found.stopped = true;
                break;
            }
            point.at(self.conditions, &x);
            found.evaluations += 1;
            let (residual, over) = self.assess(&point, &x);
            let better = residual < found.residual;
            // A jump: back to the best point, forget, and step more carefully.
            let jump = residual > 5.0 * found.residual && anderson.is_accelerating();
            if better || found.evaluations == 1 {
                found.residual = residual;
                prices.copy_from_slice(&x);
                std::mem::swap(best, &mut point);
            }
            stalls = if better { 0 } else { stalls + 1 };
            if over <= 1.0 || (stalls >= 3 && over < 30.0) {
                found.converged = true;
                break;
            }
            let back = jump || !residual.is_finite();
            if back {
                anderson.reset();
                x.copy_from_slice(prices);
                damp *= 0.5;
                if damp < 0.01 {
                    break;
                }
            }
            let at = if better || back { &*best } else { &point };
            for j in 0..n {
                step[j] = if self.moves[j] > 0.5 { -damp * at.foc[j] / at.pull[j] } else { 0.0 };
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
        let (mut residual, mut over) = self.assess(point, prices);
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
                let (r, o) = self.assess(&probe, &trial);
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

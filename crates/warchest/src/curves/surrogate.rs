//! The hindcast's null: what the pooled errors look like when the law is true.
//!
//! A scaled error does not depend on the drift or the volatility of its technology (both cancel
//! in `(E/K̂)`), so a made-up technology needs a length and `θ` and nothing else.

use super::each;
use super::hindcast::Technology;
use super::moore::a_star;
use crate::numerics::special::StudentT;
use crate::rng::Stream;

/// Points at which the distributions are compared, over `[−15, 15]`.
const GRID: usize = 1000;
const GRID_END: f64 = 15.0;
/// Grid steps per unit of error.
const DENSITY: f64 = (GRID - 1) as f64 / (2.0 * GRID_END);

/// How far the distribution of the pooled scaled errors is from Student's, over 1000 points in
/// `[−15, 15]`.
///
/// # Source
/// Farmer and Lafond (2016), appendix E.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Distances {
    /// Sum of the absolute differences.
    pub sum_abs: f64,
    /// Sum of their squares.
    pub sum_squares: f64,
    /// The largest.
    pub max: f64,
}

/// Rolling hindcasts by Moore's law of technologies of given lengths.
#[derive(Clone, Debug, PartialEq)]
pub struct Hindcasts {
    /// Points of each technology.
    pub points: Vec<usize>,
    /// Changes `m` that each forecast reads.
    pub changes: usize,
    /// Longest horizon in steps.
    pub horizon_max: usize,
}

/// Share of surrogate panels that lie further from Student's law than the panel itself.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct SurrogateTest {
    /// MA(1) coefficient under test.
    pub theta: f64,
    /// Surrogate panels drawn.
    pub surrogates: usize,
    /// Distances of the panel.
    pub found: Distances,
    /// Share with a larger sum of absolute differences, sum of squares, maximum.
    pub p: [f64; 3],
    /// Monte-Carlo standard errors of the three shares.
    pub standard_error: [f64; 3],
}

/// Calls `each` with `E/K̂` at horizons 1, 2, ... for every origin of one technology.
fn rolling(y: &[f64], m: usize, most: usize, errors: &mut [f64], mut each: impl FnMut(&[f64])) {
    let points = y.len();
    for origin in m..points.saturating_sub(1) {
        let past = &y[origin - m..=origin];
        let mean = (past[m] - past[0]) / m as f64;
        let mut squares = 0.0;
        for pair in past.windows(2) {
            let off = pair[1] - pair[0] - mean;
            squares += off * off;
        }
        let per_k = ((m as f64 - 1.0) / squares).sqrt();
        let horizons = most.min(points - 1 - origin);
        let ahead = &y[origin + 1..=origin + horizons];
        for (k, (error, y)) in errors.iter_mut().zip(ahead).enumerate() {
            *error = (y - past[m] - mean * (k + 1) as f64) * per_k;
        }
        each(&errors[..horizons]);
    }
}

/// Counts of scaled errors between the points of the grid.
struct Counts {
    below: Vec<u32>,
    total: u32,
}

impl Counts {
    fn new() -> Counts {
        Counts { below: vec![0; GRID + 1], total: 0 }
    }

    /// Adds `E/K̂` of horizons 1, 2, ..., each times its factor (in grid steps).
    #[inline]
    fn add(&mut self, errors: &[f64], factors: &[f64]) {
        for (error, factor) in errors.iter().zip(factors) {
            let at = error * factor + GRID_END * DENSITY;
            let slot = at.clamp(-1.0, (GRID - 1) as f64) + 1.0;
            self.below[slot as usize] += 1;
        }
        self.total += errors.len() as u32;
    }

    fn distances(&self, law: &[f64]) -> Distances {
        let mut out = Distances { sum_abs: 0.0, sum_squares: 0.0, max: 0.0 };
        let share = 1.0 / f64::from(self.total);
        let mut below = 0u32;
        for (count, law) in self.below.iter().zip(law) {
            below += count;
            let off = (f64::from(below) * share - law).abs();
            out.sum_abs += off;
            out.sum_squares += off * off;
            out.max = if off > out.max { off } else { out.max };
        }
        out
    }
}

impl Hindcasts {
    /// The rolling hindcasts of a panel: `m` changes, at most `horizon_max` steps. `m` is at
    /// least two.
    pub fn of(panel: &[Technology], changes: usize, horizon_max: usize) -> Hindcasts {
        let points = panel.iter().map(|technology| technology.y.len()).collect();
        Hindcasts { points, changes: changes.max(2), horizon_max: horizon_max.max(1) }
    }

    /// Distribution of Student's t with `m − 1` degrees of freedom on the grid.
    fn law(&self) -> Vec<f64> {
        let law = StudentT::new(self.changes as f64 - 1.0);
        (0..GRID).map(|k| law.cdf(k as f64 / DENSITY - GRID_END)).collect()
    }

    /// `1/√(A*/(1 + θ²))` by horizon, in grid steps.
    fn factors(&self, theta: f64) -> Vec<f64> {
        let m = self.changes as f64;
        let scale = |tau: usize| a_star(theta, m, tau as f64) / (1.0 + theta * theta);
        (1..=self.horizon_max).map(|tau| DENSITY / scale(tau).sqrt()).collect()
    }

    /// Distances of a panel's pooled errors from Student's law, scaled as `theta` says.
    pub fn distances(&self, panel: &[Technology], theta: f64) -> Distances {
        let factors = self.factors(theta);
        let mut counts = Counts::new();
        let mut errors = vec![0.0; self.horizon_max];
        for technology in panel {
            rolling(&technology.y, self.changes, self.horizon_max, &mut errors, |errors| {
                counts.add(errors, &factors)
            });
        }
        counts.distances(&self.law())
    }

    /// Calls `each` with `E/K̂` of every window of surrogate panel `number`.
    fn surrogate(&self, theta: f64, seed: u64, number: u64, each: &mut dyn FnMut(&[f64])) {
        let longest = self.points.iter().copied().max().unwrap_or(0);
        let mut y = vec![0.0; longest];
        let mut errors = vec![0.0; self.horizon_max];
        for (j, &points) in self.points.iter().enumerate() {
            if points < 2 {
                continue;
            }
            let stream = Stream::new(seed, "surrogate", &j.to_string());
            // The first normal is the shock before the first change.
            let (mut before, mut spare) = stream.normals(number, 0);
            for i in 1..points {
                let shock = if i & 1 == 1 {
                    spare
                } else {
                    let (a, b) = stream.normals(number, (i >> 1) as u32);
                    spare = b;
                    a
                };
                y[i] = y[i - 1] + (shock + theta * before);
                before = shock;
            }
            rolling(&y[..points], self.changes, self.horizon_max, &mut errors, &mut *each);
        }
    }

    /// The panel against `surrogates` made-up panels of the same lengths that obey the IMA(1,1)
    /// law with `theta`: a share near zero says that the law is wrong.
    ///
    /// # Source
    /// Farmer and Lafond (2016), section 4.4 and appendix E.
    pub fn test(
        &self,
        panel: &[Technology],
        theta: f64,
        surrogates: usize,
        seed: u64,
    ) -> SurrogateTest {
        let found = self.distances(panel, theta);
        let (law, factors) = (self.law(), self.factors(theta));
        let larger: Vec<[bool; 3]> = each(surrogates, |number| {
            let mut counts = Counts::new();
            self.surrogate(theta, seed, number as u64, &mut |errors| counts.add(errors, &factors));
            let made = counts.distances(&law);
            [
                made.sum_abs > found.sum_abs,
                made.sum_squares > found.sum_squares,
                made.max > found.max,
            ]
        });
        let n = surrogates as f64;
        let p = [0, 1, 2].map(|k| larger.iter().filter(|l| l[k]).count() as f64 / n);
        let standard_error = p.map(|p| (p * (1.0 - p) / n).sqrt());
        SurrogateTest { theta, surrogates, found, p, standard_error }
    }

    /// `Ξ(τ)`: mean of `(E/K̂)²` over the forecasts of each horizon 1, 2, ... of a panel; NaN
    /// where there is none.
    pub fn xi(&self, panel: &[Technology]) -> Vec<f64> {
        let mut sums = Squares::new(self.horizon_max);
        let mut errors = vec![0.0; self.horizon_max];
        for technology in panel {
            rolling(&technology.y, self.changes, self.horizon_max, &mut errors, |e| sums.add(e));
        }
        sums.means()
    }

    /// `Ξ(τ)` over `surrogates` made-up panels that obey `theta`, in `batches` of equal size.
    pub fn xi_surrogates(
        &self,
        theta: f64,
        surrogates: usize,
        batches: usize,
        seed: u64,
    ) -> Vec<Vec<f64>> {
        let size = surrogates / batches.max(1);
        each(batches, |batch| {
            let mut sums = Squares::new(self.horizon_max);
            for number in batch * size..(batch + 1) * size {
                self.surrogate(theta, seed, number as u64, &mut |errors| sums.add(errors));
            }
            sums.means()
        })
    }
}

/// Sums of squared errors by horizon.
struct Squares {
    sums: Vec<f64>,
    counts: Vec<u32>,
}

impl Squares {
    fn new(horizons: usize) -> Squares {
        Squares { sums: vec![0.0; horizons], counts: vec![0; horizons] }
    }

    fn add(&mut self, errors: &[f64]) {
        for ((sum, count), error) in self.sums.iter_mut().zip(&mut self.counts).zip(errors) {
            *sum += error * error;
            *count += 1;
        }
    }

    fn means(&self) -> Vec<f64> {
        self.sums.iter().zip(&self.counts).map(|(sum, count)| sum / f64::from(*count)).collect()
    }
}

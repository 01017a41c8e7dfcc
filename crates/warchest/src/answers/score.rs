//! Forecasts made of quantiles and probabilities, scored against what happened.
//!
//! # Source
//! Gneiting, Raftery (2007), Journal of the American Statistical Association 102(477): proper
//! scores of quantiles, intervals and probabilities. Bracher, Ray, Gneiting, Reich (2021), PLoS
//! Computational Biology 17(2), e1008618: the weighted interval score. Brier (1950), Monthly
//! Weather Review 78(1).

mod error;
mod judge;
mod observed;
mod shape;

pub use error::{ScoreError, Source};
pub use judge::judge;
pub use observed::{Item, Observations, Observed, read};
pub use shape::{Event, Figure, Naive, NotRecorded, SCORES_VERSION, Scores, Totals};

use crate::numerics::elementary::{exp, ln};
use serde::Serialize;

/// Levels of the quantiles that a run records by quarter.
pub const LEVELS: [f64; 5] = [0.05, 0.25, 0.50, 0.75, 0.95];

/// Probability of the constant forecast that an event's score stands beside: that of a forecaster
/// who knows nothing. Its Brier score is 0.25 whatever happens.
pub const REFERENCE: f64 = 0.5;

/// Pinball loss of the quantile `q` of level `p` when `y` happens; the truth is its minimiser.
pub fn pinball(p: f64, q: f64, y: f64) -> f64 {
    if y >= q { p * (y - q) } else { (1.0 - p) * (q - y) }
}

/// Weighted interval score of the quantiles at [`LEVELS`], in the unit of `y`; 0 is perfect.
///
/// With `K` central intervals of coverage `1 − α_k` it is
/// `(|y − m| / 2 + Σ α_k/2 · IS_k) / (K + 1/2)` with the interval score
/// `IS_k = (u − l) + 2/α_k · max(l − y, 0) + 2/α_k · max(y − u, 0)`; here `α` is 0.1 and 0.5.
/// That equals twice the mean pinball loss over the quantiles, which is how it is computed, and
/// approximates the continuous ranked probability score, the mean over all levels.
///
/// # Source
/// Bracher et al. (2021), equations 1 to 3 and 6.
pub fn weighted_interval_score(quantiles: &[f64; 5], y: f64) -> f64 {
    let losses = LEVELS.iter().zip(quantiles).map(|(&p, &q)| pinball(p, q, y));
    2.0 * losses.sum::<f64>() / LEVELS.len() as f64
}

/// Between two bounds; equal ones are one number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bracket {
    /// At least.
    pub least: f64,
    /// At most.
    pub most: f64,
}

/// Share of the forecast below `y` (probability integral transform), interpolated between the
/// quantiles at [`LEVELS`]; beyond the outermost only that it is below 5 or above 95 % is known.
/// Quantiles that are equal and hit leave the bracket between their levels.
pub fn pit(quantiles: &[f64; 5], y: f64) -> Bracket {
    let below = quantiles.iter().filter(|q| **q < y).count();
    let hit = quantiles.iter().filter(|q| **q == y).count();
    let one = |at: f64| Bracket { least: at, most: at };
    match (below, hit) {
        (0, 0) => Bracket { least: 0.0, most: LEVELS[0] },
        (5, 0) => Bracket { least: LEVELS[4], most: 1.0 },
        (_, 0) => {
            let (low, high) = (quantiles[below - 1], quantiles[below]);
            let part = (y - low) / (high - low);
            one(LEVELS[below - 1] + part * (LEVELS[below] - LEVELS[below - 1]))
        }
        (_, 1) => one(LEVELS[below]),
        _ => {
            let last = below + hit - 1;
            let least = if below == 0 { 0.0 } else { LEVELS[below] };
            Bracket { least, most: if last == 4 { 1.0 } else { LEVELS[last] } }
        }
    }
}

/// The naive forecast for a later quarter: the median of the first quarter held constant, with
/// the spread that the forecast has in the later quarter. The spread is relative where the
/// forecast and the median held have one sign (so that `q / median` means something), and
/// otherwise the distances from the median; the flag says which.
pub fn naive(first_median: f64, quantiles: &[f64; 5]) -> ([f64; 5], bool) {
    let same = |sign: f64| first_median * sign > 0.0 && quantiles.iter().all(|q| q * sign > 0.0);
    let relative = same(1.0) || same(-1.0);
    let median = quantiles[2];
    let moved = quantiles.map(|q| match relative {
        true => first_median * (q / median),
        false => first_median + (q - median),
    });
    (moved, relative)
}

/// Brier score of a probability: its squared distance from what happened, 1 or 0.
pub fn brier(probability: f64, happened: bool) -> f64 {
    let miss = probability - f64::from(u8::from(happened));
    miss * miss
}

/// Geometric mean of what is a number; NaN of none.
pub fn geometric_mean(values: impl IntoIterator<Item = f64>) -> f64 {
    exp(mean(
        values.into_iter().map(|value| if value > 0.0 { ln(value) } else { f64::NEG_INFINITY }),
    ))
}

/// Mean; NaN of none.
fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    sum / count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    /// As printed by Bracher et al., interval by interval.
    fn by_intervals(q: &[f64; 5], y: f64) -> f64 {
        let interval = |alpha: f64, l: f64, u: f64| {
            let miss = f64::max(l - y, 0.0) + f64::max(y - u, 0.0);
            alpha / 2.0 * ((u - l) + 2.0 / alpha * miss)
        };
        let middle = 0.5 * (y - q[2]).abs();
        (middle + interval(0.1, q[0], q[4]) + interval(0.5, q[1], q[3])) / 2.5
    }

    #[test]
    fn the_score_is_that_of_the_intervals() {
        let q = [0.0, 1.0, 2.0, 3.0, 4.0];
        // By hand: (3/2 + 0.05 (4 + 20) + 0.25 (2 + 4·2)) / 2.5 = 2.08.
        near(weighted_interval_score(&q, 5.0), 2.08);
        for y in [-7.0, 0.0, 0.3, 2.0, 2.9, 4.0, 11.0] {
            near(weighted_interval_score(&q, y), by_intervals(&q, y));
        }
        // Twin: the same parts over K instead of K + 1/2 are another score.
        let other = by_intervals(&q, 5.0) * 2.5 / 2.0;
        assert!((weighted_interval_score(&q, 5.0) - other).abs() > 0.1);
    }

    #[test]
    fn without_spread_it_is_the_absolute_error() {
        for (m, y) in [(3.0, 5.0), (-3.7, -1.2), (0.0, 0.0), (1e9, 2e9)] {
            near(weighted_interval_score(&[m; 5], y), f64::abs(y - m));
        }
    }

    /// Mean score over the midpoints of `n` equal parts of what may happen, uniform on 0..1.
    fn expected(score: impl Fn(f64) -> f64) -> f64 {
        let n = 2_000;
        mean((0..n).map(|i| score((f64::from(i) + 0.5) / f64::from(n))))
    }

    /// Quantiles other than the true ones.
    fn untrue() -> Vec<[f64; 5]> {
        let mut found = Vec::new();
        for shift in [-0.1, -0.02, 0.02, 0.1] {
            found.push(LEVELS.map(|p| p + shift));
            found.push(LEVELS.map(|p| 0.5 + (p - 0.5) * (1.0 + 2.0 * shift)));
            for k in 0..5 {
                let mut one = LEVELS;
                one[k] += shift;
                found.push(one);
            }
        }
        found
    }

    #[test]
    fn the_truth_scores_best() {
        let of = |q: [f64; 5]| expected(|y| weighted_interval_score(&q, y));
        let truth = of(LEVELS);
        // The pinball loss of level p at the true quantile is p (1 − p) / 2 in the mean.
        let closed = LEVELS.map(|p| p * (1.0 - p) / 2.0).iter().sum::<f64>() * 2.0 / 5.0;
        assert!((truth - closed).abs() < 1e-6, "{truth} {closed}");
        assert!(untrue().into_iter().all(|other| of(other) > truth));
        // Twin: a score that only looks at the width is won by an untrue forecast.
        let width = |q: [f64; 5]| expected(|y| (q[4] - q[0]) + 0.0 * y);
        assert!(untrue().into_iter().any(|other| width(other) < width(LEVELS)));
    }

    #[test]
    fn a_probability_scores_best_where_it_is_true() {
        let of = |p: f64| 0.3 * brier(p, true) + 0.7 * brier(p, false);
        near(of(0.3), 0.21);
        assert!([0.0, 0.2, 0.29, 0.31, 0.5, 1.0].iter().all(|p| of(*p) > of(0.3)));
        // Twin: the absolute error is won by certainty.
        let absolute = |p: f64| 0.3 * (1.0 - p) + 0.7 * p;
        assert!(absolute(0.0) < absolute(0.3));
        near(brier(REFERENCE, true), brier(REFERENCE, false));
    }

    #[test]
    fn the_share_below() {
        let q = [0.0, 1.0, 2.0, 4.0, 8.0];
        let at = |y: f64| pit(&q, y);
        let one = |p: f64| Bracket { least: p, most: p };
        assert_eq!(at(-1.0), Bracket { least: 0.0, most: 0.05 });
        assert_eq!(at(9.0), Bracket { least: 0.95, most: 1.0 });
        assert_eq!((at(0.0), at(2.0), at(8.0)), (one(0.05), one(0.5), one(0.95)));
        near(at(3.0).least, 0.625);
        near(at(0.5).most, 0.15);
        assert_eq!(pit(&[2.0; 5], 2.0), Bracket { least: 0.0, most: 1.0 });
        let stuck = pit(&[0.0, 1.0, 1.0, 4.0, 8.0], 1.0);
        assert_eq!(stuck, Bracket { least: 0.25, most: 0.5 });
        let at_nothing = pit(&[0.0, 0.0, 0.0, 4.0, 8.0], 0.0);
        assert_eq!(at_nothing, Bracket { least: 0.0, most: 0.5 });
    }

    #[test]
    fn the_naive_forecast_keeps_the_spread() {
        let (q, relative) = naive(3.0, &[1.0, 2.0, 4.0, 6.0, 12.0]);
        assert_eq!((q, relative), ([0.75, 1.5, 3.0, 4.5, 9.0], true));
        // All below zero: still relative, still in order.
        let (q, relative) = naive(-1.0, &[-8.0, -6.0, -4.0, -2.0, -1.0]);
        assert_eq!((q, relative), ([-2.0, -1.5, -1.0, -0.5, -0.25], true));
        // Across zero a ratio means nothing.
        let (q, relative) = naive(-1.0, &[-4.0, -2.0, 1.0, 2.0, 3.0]);
        assert_eq!((q, relative), ([-6.0, -4.0, -1.0, 0.0, 1.0], false));
    }

    #[test]
    fn means() {
        near(geometric_mean([0.5, 2.0, 8.0]), 2.0);
        assert_eq!(geometric_mean([0.0, 3.0]), 0.0);
        assert!(geometric_mean([]).is_nan());
    }
}

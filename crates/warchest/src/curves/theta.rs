//! Choosing the MA(1) coefficient `θ` of a panel: by likelihood, or by matching its hindcast.

use super::each;
use super::hindcast::Technology;
use super::pooled::{Row, products};
use super::surrogate::Hindcasts;
use crate::numerics::elementary::ln;

/// An MA(1) with mean fitted to the changes of one technology.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct MovingAverage {
    /// Coefficient, in `[−1, 1]`; at an end, the likelihood found no interior maximum.
    pub theta: f64,
    /// Mean change.
    pub mean: f64,
    /// Variance `K²` of a change.
    pub variance: f64,
    /// Log likelihood.
    pub ln_likelihood: f64,
}

fn rows(changes: &[f64]) -> Vec<Row> {
    changes.iter().map(|d| [*d, 1.0, 0.0]).collect()
}

/// The MA(1) with mean at a given coefficient: exact Gaussian likelihood of the changes, mean
/// and variance maximised out.
pub fn moving_average_at(changes: &[f64], theta: f64) -> MovingAverage {
    profile(&rows(changes), theta)
}

fn profile(rows: &[Row], theta: f64) -> MovingAverage {
    let of = products(rows, theta, true);
    let m = rows.len() as f64;
    let mean = of.with_data[0] / of.design[0];
    let variance = (of.data - of.with_data[0] * mean) / m;
    let ln_likelihood = -0.5 * (m * (ln(std::f64::consts::TAU * variance) + 1.0) + of.ln_det);
    MovingAverage { theta, mean, variance, ln_likelihood }
}

/// The MA(1) with mean that makes these changes most probable: exact likelihood, a grid of 101
/// values of `θ` in `[−1, 1]` and a golden section around the best.
///
/// The changes must be at least three and not all equal, or the fields are NaN or infinite.
pub fn moving_average(changes: &[f64]) -> MovingAverage {
    let rows = rows(changes);
    let step = 0.02;
    let at = |k: i32| profile(&rows, step * f64::from(k));
    let mut best = at(-50);
    for k in -49..=50 {
        let found = at(k);
        if found.ln_likelihood > best.ln_likelihood {
            best = found;
        }
    }
    let (mut low, mut high) = ((best.theta - step).max(-1.0), (best.theta + step).min(1.0));
    const GOLD: f64 = 0.618_033_988_749_894_9;
    for _ in 0..45 {
        let (a, b) = (high - GOLD * (high - low), low + GOLD * (high - low));
        let (left, right) = (profile(&rows, a), profile(&rows, b));
        if left.ln_likelihood > right.ln_likelihood {
            high = b;
        } else {
            low = a;
        }
        for found in [left, right] {
            if found.ln_likelihood > best.ln_likelihood {
                best = found;
            }
        }
    }
    best
}

/// `θ` at which a likelihood has run to the end of its range.
pub const THETA_AT_END: f64 = 0.99;

/// Mean of the technologies' own `θ`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct ThetaMean {
    /// Mean weighted by the number of points, over the technologies kept.
    pub weighted: f64,
    /// Plain mean over the technologies kept.
    pub plain: f64,
    /// Standard deviation over the technologies kept.
    pub sd: f64,
    /// Technologies left out because their `θ` ran to the end of its range.
    pub dropped: usize,
}

/// `θ_w`: the technologies' own maximum-likelihood `θ`, averaged.
///
/// # Source
/// Farmer and Lafond (2016), appendix D.1.
pub fn theta_by_likelihood(panel: &[Technology]) -> ThetaMean {
    let fits = each(panel.len(), |j| moving_average(&panel[j].changes()).theta);
    let kept: Vec<(f64, f64)> = fits
        .iter()
        .zip(panel)
        .filter(|(theta, _)| theta.abs() < THETA_AT_END)
        .map(|(theta, technology)| (*theta, technology.y.len() as f64))
        .collect();
    let n = kept.len() as f64;
    let weight: f64 = kept.iter().map(|k| k.1).sum();
    let plain = kept.iter().map(|k| k.0).sum::<f64>() / n;
    let squares: f64 = kept.iter().map(|k| (k.0 - plain) * (k.0 - plain)).sum();
    ThetaMean {
        weighted: kept.iter().map(|k| k.0 * k.1).sum::<f64>() / weight,
        plain,
        sd: (squares / (n - 1.0)).sqrt(),
        dropped: panel.len() - kept.len(),
    }
}

/// `Z(θ)`: how much larger the squared errors of a panel are than those of surrogates.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Match {
    /// MA(1) coefficient of the surrogates.
    pub theta: f64,
    /// Mean over horizons of `Ξ/Ξ_θ`.
    pub z: f64,
    /// Its Monte-Carlo standard error, from twenty batches.
    pub standard_error: f64,
}

const BATCHES: usize = 20;

/// `Z(θ) = mean_τ Ξ(τ)/Ξ_θ(τ)`, `Ξ_θ` over `surrogates` made-up panels.
///
/// # Source
/// Farmer and Lafond (2016), appendix D.2.
pub fn z(
    hindcasts: &Hindcasts,
    panel: &[Technology],
    theta: f64,
    surrogates: usize,
    seed: u64,
) -> Match {
    let found = hindcasts.xi(panel);
    let made = hindcasts.xi_surrogates(theta, surrogates, BATCHES, seed);
    let ratio = |made: &dyn Fn(usize) -> f64| {
        let sum: f64 = found.iter().enumerate().map(|(k, xi)| xi / made(k)).sum();
        sum / found.len() as f64
    };
    let n = BATCHES as f64;
    let own = made.iter().map(|batch| ratio(&|k| batch[k]));
    let mean = own.clone().sum::<f64>() / n;
    let squares: f64 = own.map(|z| (z - mean) * (z - mean)).sum();
    Match {
        theta,
        z: ratio(&|k| made.iter().map(|batch| batch[k]).sum::<f64>() / n),
        standard_error: (squares / (n - 1.0) / n).sqrt(),
    }
}

/// `θ_m`: the coefficient in `[0, 0.95]` whose surrogates have the panel's squared errors,
/// `Z(θ) = 1`, by bisection to `1/512` with the same shocks at every step.
///
/// Where `Z` stays on one side of one, the end of the range closer to it.
pub fn theta_by_matching(
    hindcasts: &Hindcasts,
    panel: &[Technology],
    surrogates: usize,
    seed: u64,
) -> Match {
    let at = |theta: f64| z(hindcasts, panel, theta, surrogates, seed);
    let (mut low, mut high) = (at(0.0), at(0.95));
    if (low.z - 1.0) * (high.z - 1.0) > 0.0 {
        return if (low.z - 1.0).abs() < (high.z - 1.0).abs() { low } else { high };
    }
    while high.theta - low.theta > 1.0 / 512.0 {
        let middle = at(0.5 * (low.theta + high.theta));
        if (middle.z - 1.0) * (low.z - 1.0) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    if (low.z - 1.0).abs() < (high.z - 1.0).abs() { low } else { high }
}

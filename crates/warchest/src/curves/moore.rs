//! Moore's law and its rivals that read the cost alone.

use super::error::CurveError;
use super::forecast::{Experience, Model, NORMAL, Noise, Part, Predictive, Window};
use crate::numerics::special::{StudentT, normal_cdf};

/// Mean and squared scale of the changes of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Changes {
    /// `m`.
    pub count: usize,
    /// Elapsed steps: `m` when the observations are one step apart.
    pub steps: f64,
    /// `μ̂ = (y_t − y_{t−m})/steps`.
    pub mean: f64,
    /// `K̂² = Σ (d_i − μ̂ Δ_i)²/Δ_i/(m − 1)`, per step.
    pub variance: f64,
}

/// Mean and variance per step of the changes of a window of at least two changes.
///
/// # Source
/// Farmer and Lafond (2016), eq. 4 and 5; with unequal gaps the maximum-likelihood drift and
/// the unbiased variance of a Brownian motion seen at those times.
#[inline]
pub fn changes(window: &Window) -> Changes {
    let y = window.y;
    let count = window.changes();
    let steps = window.gaps.map_or(count as f64, |gaps| gaps.iter().sum());
    let mean = (y[count] - y[0]) / steps;
    let mut squares = 0.0;
    match window.gaps {
        None => {
            for pair in y.windows(2) {
                let off = pair[1] - pair[0] - mean;
                squares += off * off;
            }
        }
        Some(gaps) => {
            for (pair, gap) in y.windows(2).zip(gaps) {
                let off = pair[1] - pair[0] - mean * gap;
                squares += off * off / gap;
            }
        }
    }
    Changes { count, steps, mean, variance: squares / (count as f64 - 1.0) }
}

fn spread(window: &Window, model: &str) -> Result<Changes, CurveError> {
    window.at_least(2, model)?;
    let changes = changes(window);
    if changes.variance > 0.0 {
        Ok(changes)
    } else {
        Err(CurveError::Flat { model: model.to_string() })
    }
}

fn last(window: &Window) -> f64 {
    window.y[window.changes()]
}

/// No change: `y_{t+τ} ~ N(y_t, K² τ)` with `K² = Σ d²/m`, the volatility around zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Naive;

/// Random walk with drift, estimated parameters taken as the truth: `N(y_t + μ̂τ, K̂² τ)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlugIn;

fn plug_in(window: &Window, slope: f64, variance: f64) -> Part {
    Part {
        last: last(window),
        law: StudentT::new(NORMAL),
        mean: [slope, 0.0, 0.0],
        spread: [0.0; 6],
        noise: Noise::Walk { sigma2: variance, theta: 0.0 },
        experience: Experience::None,
    }
}

impl Model for Naive {
    fn name(&self) -> String {
        "naive".to_string()
    }

    fn fit(&self, window: &Window) -> Result<Predictive, CurveError> {
        let changes = spread(window, "naive")?;
        let m = changes.count as f64;
        let about_zero =
            (m - 1.0) / m * changes.variance + changes.mean * changes.mean * changes.steps / m;
        Ok(plug_in(window, 0.0, about_zero).into())
    }
}

impl Model for PlugIn {
    fn name(&self) -> String {
        "drift, plug-in normal".to_string()
    }

    fn fit(&self, window: &Window) -> Result<Predictive, CurveError> {
        let changes = spread(window, "plug-in drift")?;
        Ok(plug_in(window, changes.mean, changes.variance).into())
    }
}

/// Moore's law: `d_t = μ + v_t + θ v_{t−1}`, forecast error over `K̂ √(A*/(1+θ²))` is
/// `t(m − 1)`, with `A* = −2θ + (1 + 2(m−1)θ/m + θ²)(τ + τ²/m)`.
///
/// Exact for `θ = 0`; for `θ ≠ 0` it takes `K̂` as unbiased and independent of the error, which
/// is good for `m ≥ 15` and too narrow at `m = 5`.
///
/// # Source
/// Farmer and Lafond (2016), eq. 2 to 16 and appendix B.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moore {
    /// MA(1) coefficient, in `(−1, 1)`.
    pub theta: f64,
    law: Option<(usize, StudentT)>,
}

impl Moore {
    /// Moore's law with this MA(1) coefficient.
    pub fn new(theta: f64) -> Moore {
        Moore { theta, law: None }
    }

    /// The same, with the Student law of windows of `changes` worked out once.
    pub fn for_window(theta: f64, changes: usize) -> Moore {
        Moore { theta, law: Some((changes, StudentT::new(changes as f64 - 1.0))) }
    }
}

/// `A*` at horizon `tau` of a window of `m` changes.
pub fn a_star(theta: f64, m: f64, tau: f64) -> f64 {
    -2.0 * theta + (1.0 + 2.0 * (m - 1.0) * theta / m + theta * theta) * (tau + tau * tau / m)
}

impl Model for Moore {
    fn name(&self) -> String {
        if self.theta == 0.0 {
            "Moore t".to_string()
        } else {
            format!("Moore IMA θ = {}", self.theta)
        }
    }

    #[inline]
    fn fit(&self, window: &Window) -> Result<Predictive, CurveError> {
        let changes = spread(window, "moore")?;
        let theta = if window.gaps.is_some() { 0.0 } else { self.theta };
        let m = changes.steps;
        let sigma2 = changes.variance / (1.0 + theta * theta);
        let echo = 1.0 + theta;
        let owed = theta * theta + (changes.count as f64 - 1.0) * echo * echo + 1.0;
        let drift = if theta == 0.0 { sigma2 / m } else { sigma2 * owed / (m * m) };
        let law = match self.law {
            Some((count, law)) if count == changes.count => law,
            _ => StudentT::new(changes.count as f64 - 1.0),
        };
        Ok(Part {
            last: last(window),
            law,
            mean: [changes.mean, 0.0, 0.0],
            spread: [drift, 0.0, sigma2 * theta * theta, 0.0, -sigma2 * theta / m, 0.0],
            noise: Noise::Walk { sigma2, theta },
            experience: Experience::None,
        }
        .into())
    }
}

/// A technology that goes on as a random walk with drift from its latest cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Walker {
    /// Latest log cost.
    pub log_cost: f64,
    /// Drift per step.
    pub drift: f64,
    /// Volatility `K` of one change.
    pub volatility: f64,
}

/// Probability that `challenger` is cheaper than `incumbent` after `tau` steps, both independent
/// with MA(1) coefficient `theta` and fitted to `m` changes:
/// `Φ([y_C − y_S + τ(μ_C − μ_S)]/√((K_S² + K_C²) A*/(1 + θ²)))`.
///
/// # Source
/// Farmer and Lafond (2016), eq. 17; the large-sample normal.
pub fn overtakes(challenger: &Walker, incumbent: &Walker, theta: f64, m: f64, tau: f64) -> f64 {
    let lead =
        incumbent.log_cost - challenger.log_cost + tau * (incumbent.drift - challenger.drift);
    let k2 =
        challenger.volatility * challenger.volatility + incumbent.volatility * incumbent.volatility;
    normal_cdf(lead / (k2 * a_star(theta, m, tau) / (1.0 + theta * theta)).sqrt())
}

/// Ordinary least squares of log cost on time: independent deviations from a straight line, the
/// forecast error `t(n − 2)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend;

/// The straight line `y = level + slope·x`, around the last point of the window.
pub(super) struct Line {
    /// Slope.
    pub slope: f64,
    /// Fitted line at the last point, less the last point.
    pub level: f64,
    /// Residual variance.
    pub s2: f64,
    /// Variance of the slope, of the level, and their covariance.
    pub spread: [f64; 3],
}

/// Least squares of the window's log costs on `x`.
pub(super) fn line(x: &[f64], window: &Window, model: &str) -> Result<Line, CurveError> {
    let y = window.y;
    let m = window.at_least(2, model)?;
    let n = (m + 1) as f64;
    let x_mean = x.iter().sum::<f64>() / n;
    let y_mean = y.iter().sum::<f64>() / n;
    let (mut sxx, mut sxy) = (0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        sxx += (x - x_mean) * (x - x_mean);
        sxy += (x - x_mean) * (y - y_mean);
    }
    let slope = sxy / sxx;
    let mut squares = 0.0;
    for (x, y) in x.iter().zip(y) {
        let off = y - y_mean - slope * (x - x_mean);
        squares += off * off;
    }
    let s2 = squares / (n - 2.0);
    if !(sxx > 0.0 && s2 > 0.0) {
        return Err(CurveError::Flat { model: model.to_string() });
    }
    let beyond = x[m] - x_mean;
    Ok(Line {
        slope,
        level: y_mean + slope * beyond - y[m],
        s2,
        spread: [s2 / sxx, s2 * (1.0 / n + beyond * beyond / sxx), s2 * beyond / sxx],
    })
}

impl Model for Trend {
    fn name(&self) -> String {
        "OLS on time".to_string()
    }

    fn fit(&self, window: &Window) -> Result<Predictive, CurveError> {
        let mut time = 0.0;
        let mut times = vec![0.0];
        for k in 0..window.changes() {
            time += window.gaps.map_or(1.0, |gaps| gaps[k]);
            times.push(time);
        }
        let line = line(&times, window, "ols")?;
        let [slope, level, cross] = line.spread;
        Ok(Part {
            last: last(window),
            law: StudentT::new(window.changes() as f64 - 1.0),
            mean: [line.slope, 0.0, line.level],
            spread: [slope, 0.0, level, 0.0, cross, 0.0],
            noise: Noise::White { sigma2: line.s2 },
            experience: Experience::None,
        }
        .into())
    }
}

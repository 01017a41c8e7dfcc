//! One exact Student-t law of the future: drift, slope, what past shocks still owe, noise.

use super::draw::CurveDraw;
use super::forecast::Component;
use crate::numerics::special::StudentT;

/// What accumulates between the end of the window and the horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise {
    /// Random walk with MA(1) steps: variance `sigma² ((τ − 1)(1 + θ)² + 1)` after `τ` steps.
    Walk {
        /// Variance of one shock.
        sigma2: f64,
        /// MA(1) coefficient.
        theta: f64,
    },
    /// Independent deviations from a trend: the same variance at every horizon.
    White {
        /// Variance of one deviation.
        sigma2: f64,
    },
}

impl Noise {
    /// Variance after `tau` steps.
    #[inline]
    fn variance(&self, tau: f64) -> f64 {
        match *self {
            Noise::White { sigma2 } => sigma2,
            Noise::Walk { sigma2, theta } => {
                let echo = 1.0 + theta;
                sigma2 * ((tau - 1.0) * echo * echo + 1.0)
            }
        }
    }
}

/// Log experience after the window, less that at its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Experience {
    /// The model reads no experience.
    None,
    /// Known after 1, 2, ... steps; past the end, the last increment goes on.
    Known(Vec<f64>),
    /// Grows by `rate` a step, with variance `sigma2` a step and `rate_variance` of the rate
    /// (both zero: taken as certain).
    Drift {
        /// Change of log experience per step.
        rate: f64,
        /// Variance of one step of log experience.
        sigma2: f64,
        /// Variance of the estimated rate.
        rate_variance: f64,
    },
}

/// The distribution of log cost after the window.
///
/// `y_{t+τ} − y_t = drift·τ + slope·S(τ) + level + noise(τ)`, where `S` is the change of log
/// experience, `(drift, slope, level)` are jointly normal and everything but the locations is
/// scaled by one common factor `√(df/χ²(df))`: at every horizon an exact Student-t.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Log cost at the end of the window.
    pub last: f64,
    /// Common Student law.
    pub law: StudentT,
    /// Locations of drift, slope and level.
    pub mean: [f64; 3],
    /// Squared scales and scale products: (drift, drift), (slope, slope), (level, level),
    /// (drift, slope), (drift, level), (slope, level).
    pub spread: [f64; 6],
    /// What accumulates.
    pub noise: Noise,
    /// What the slope multiplies.
    pub experience: Experience,
}

impl Part {
    /// Expected change of log experience after `tau` steps, and its variance.
    pub(super) fn exposure(&self, tau: f64) -> (f64, f64) {
        match &self.experience {
            Experience::None => (0.0, 0.0),
            Experience::Known(path) => (along(path, tau), 0.0),
            Experience::Drift { rate, sigma2, rate_variance } => {
                (rate * tau, sigma2 * tau + rate_variance * tau * tau)
            }
        }
    }

    /// Variances of the rate of experience and of one step of it.
    pub(super) fn wander(&self) -> [f64; 2] {
        match self.experience {
            Experience::Drift { sigma2, rate_variance, .. } => [rate_variance, sigma2],
            Experience::None | Experience::Known(_) => [0.0; 2],
        }
    }

    /// The forecast `tau > 0` steps after the end of the window.
    #[inline]
    pub fn at(&self, tau: f64) -> Component {
        let (s, extra) = self.exposure(tau);
        let noise = self.noise.variance(tau);
        let [drift, slope, level] = self.mean;
        let [dd, ss, ll, ds, dl, sl] = self.spread;
        let variance = dd * tau * tau + ss * s * s + ll + 2.0 * (tau * (ds * s + dl) + sl * s);
        Component {
            law: self.law,
            location: self.last + drift * tau + slope * s + level,
            scale: (variance + noise + slope * slope * extra).sqrt(),
        }
    }

    /// The same forecast as the engine draws it, `lag` quarters a step.
    ///
    /// Exact at whole steps when the model reads no experience and the noise is a walk;
    /// otherwise the expected experience of the first `horizon` steps stands for its rate.
    pub fn draw(&self, series: &str, lag: u32, horizon: f64) -> CurveDraw {
        let quarters = f64::from(lag);
        let rate = self.exposure(horizon).0 / horizon;
        let (sigma2, theta) = match self.noise {
            Noise::Walk { sigma2, theta } => (sigma2, theta),
            Noise::White { sigma2 } => (sigma2, -1.0),
        };
        let [dd, ss, ll, ds, dl, sl] = self.spread;
        let drift_scale = (dd + ss * rate * rate + 2.0 * ds * rate).max(0.0).sqrt();
        let product = drift_scale * ll.sqrt();
        let cross = dl + sl * rate;
        CurveDraw {
            series: series.to_string(),
            drift: (self.mean[0] + self.mean[1] * rate) / quarters,
            drift_scale: drift_scale / quarters,
            df: if self.law.df() < 1e9 { self.law.df() } else { f64::INFINITY },
            noise: (sigma2 / quarters).sqrt(),
            theta,
            lag,
            echo: self.mean[2],
            echo_scale: ll.sqrt(),
            correlation: if product > 0.0 { (cross / product).clamp(-1.0, 1.0) } else { 0.0 },
            second: None,
        }
    }
}

fn along(path: &[f64], tau: f64) -> f64 {
    let count = path.len();
    if count == 0 {
        return 0.0;
    }
    let before = |k: usize| if k == 0 { 0.0 } else { path[k - 1] };
    let whole = tau.floor();
    let k = whole as usize;
    if k >= count {
        let last = path[count - 1] - before(count - 1);
        return path[count - 1] + last * (tau - count as f64);
    }
    before(k) + (path[k] - before(k)) * (tau - whole)
}

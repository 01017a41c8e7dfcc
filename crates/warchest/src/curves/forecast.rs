//! A forecast: exact Student-t at every horizon, joint over horizons.

use super::draw::CurveDraw;
use super::error::CurveError;
use crate::numerics::elementary::ln;
use crate::numerics::special::{Score, StudentT, gamma_quantile};

/// Degrees of freedom at which a Student t is the normal.
pub const NORMAL: f64 = 1e300;

/// The recent past that a model is fitted to.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// Log costs, oldest first, one step apart unless `gaps` says otherwise.
    pub y: &'a [f64],
    /// Log experience at the same times.
    pub x: Option<&'a [f64]>,
    /// Log experience one, two, ... steps ahead, when it is taken as known.
    pub ahead: Option<&'a [f64]>,
    /// Steps between neighbouring observations, `y.len() − 1` of them, when not all one.
    pub gaps: Option<&'a [f64]>,
}

impl<'a> Window<'a> {
    /// A window of costs one step apart.
    pub fn of(y: &'a [f64]) -> Window<'a> {
        Window { y, x: None, ahead: None, gaps: None }
    }

    /// Number of changes `m`.
    pub fn changes(&self) -> usize {
        self.y.len().saturating_sub(1)
    }

    /// Refuses a window with fewer than `needed` changes.
    pub(super) fn at_least(&self, needed: usize, model: &str) -> Result<usize, CurveError> {
        let found = self.changes();
        if found < needed {
            return Err(CurveError::Short { model: model.to_string(), found, needed });
        }
        Ok(found)
    }
}

/// A law of technological progress: a window of the past in, a distribution of the future out.
pub trait Model: Sync {
    /// Short name for tables.
    fn name(&self) -> String;

    /// The predictive distribution of log cost after the window.
    ///
    /// # Errors
    /// [`CurveError::Short`] or [`CurveError::NoExperience`] when the window cannot carry the
    /// model; [`CurveError::Flat`] when the errors would have no scale.
    fn fit(&self, window: &Window) -> Result<Predictive, CurveError>;
}

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
pub struct Predictive {
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

/// The forecast at one horizon: `log cost = location + scale · t`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marginal {
    /// Standard Student law.
    pub law: StudentT,
    /// Median of the log cost.
    pub location: f64,
    /// Scale.
    pub scale: f64,
}

impl Predictive {
    /// Expected change of log experience after `tau` steps, and its variance.
    fn exposure(&self, tau: f64) -> (f64, f64) {
        match &self.experience {
            Experience::None => (0.0, 0.0),
            Experience::Known(path) => (along(path, tau), 0.0),
            Experience::Drift { rate, sigma2, rate_variance } => {
                (rate * tau, sigma2 * tau + rate_variance * tau * tau)
            }
        }
    }

    /// The forecast `tau > 0` steps after the end of the window.
    #[inline]
    pub fn at(&self, tau: f64) -> Marginal {
        let (s, extra) = self.exposure(tau);
        let noise = match self.noise {
            Noise::Walk { sigma2, theta } => {
                let echo = 1.0 + theta;
                sigma2 * ((tau - 1.0) * echo * echo + 1.0)
            }
            Noise::White { sigma2 } => sigma2,
        };
        let [drift, slope, level] = self.mean;
        let [dd, ss, ll, ds, dl, sl] = self.spread;
        let variance = dd * tau * tau + ss * s * s + ll + 2.0 * (tau * (ds * s + dl) + sl * s);
        Marginal {
            law: self.law,
            location: self.last + drift * tau + slope * s + level,
            scale: (variance + noise + slope * slope * extra).sqrt(),
        }
    }

    /// Joint path of log cost after 1, 2, ... `normals.len()` steps, from three standard normals
    /// for drift, slope and level, a uniform in (0, 1) for the common scale, and one standard
    /// normal a step. Uncertain experience follows its expectation.
    pub fn path(&self, triple: [f64; 3], uniform: f64, normals: &[f64]) -> Vec<f64> {
        let df = self.law.df();
        let w = if df < 1e9 { (0.5 * df / gamma_quantile(0.5 * df, uniform)).sqrt() } else { 1.0 };
        let [drift, slope, level] = self.coefficients(triple, w);
        let (mut walk, mut before) = (0.0, 0.0);
        normals
            .iter()
            .enumerate()
            .map(|(k, &now)| {
                let tau = (k + 1) as f64;
                let noise = match self.noise {
                    Noise::Walk { sigma2, theta } => {
                        walk += sigma2.sqrt() * (now + theta * before);
                        before = now;
                        walk
                    }
                    Noise::White { sigma2 } => sigma2.sqrt() * now,
                };
                self.last + drift * tau + slope * self.exposure(tau).0 + level + w * noise
            })
            .collect()
    }

    /// Drift, slope and level of one path: Cholesky factor of the spread, by hand.
    fn coefficients(&self, normals: [f64; 3], w: f64) -> [f64; 3] {
        let [dd, ss, ll, ds, dl, sl] = self.spread;
        let over = |top: f64, bottom: f64| if bottom > 0.0 { top / bottom } else { 0.0 };
        let a = dd.sqrt();
        let (b, d) = (over(ds, a), over(dl, a));
        let c = (ss - b * b).max(0.0).sqrt();
        let e = over(sl - b * d, c);
        let f = (ll - d * d - e * e).max(0.0).sqrt();
        let [x, y, z] = normals;
        [
            self.mean[0] + w * a * x,
            self.mean[1] + w * (b * x + c * y),
            self.mean[2] + w * (d * x + e * y + f * z),
        ]
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

impl Marginal {
    /// Median of the cost itself. Its mean does not exist: the logarithm is Student-t.
    pub fn median(&self) -> f64 {
        crate::numerics::elementary::exp(self.location)
    }

    /// Cost not exceeded with probability `p`.
    pub fn quantile(&self, p: f64) -> f64 {
        crate::numerics::elementary::exp(self.location + self.scale * self.law.quantile(p))
    }

    /// Probability that the cost is at most `cost`.
    pub fn cdf(&self, cost: f64) -> f64 {
        self.law.cdf((ln(cost) - self.location) / self.scale)
    }

    /// PIT, CRPS and log density of a realised **log** cost, in units of log cost.
    #[inline]
    pub fn score(&self, realised: f64) -> Score {
        let score = self.law.score((realised - self.location) / self.scale);
        Score {
            pit: score.pit,
            crps: score.crps * self.scale,
            ln_pdf: score.ln_pdf - ln(self.scale),
        }
    }
}

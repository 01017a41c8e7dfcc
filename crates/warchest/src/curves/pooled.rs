//! Pooling across technologies: a few changes of one, the history of all the others.

use super::error::CurveError;
use super::forecast::{Experience, Model, Noise, Part, Predictive, Window};
use super::scale::{ScalePosterior, scale_posterior};
use super::wright::{Ahead, experience, future};
use crate::numerics::elementary::ln;
use crate::numerics::special::{StudentT, ln_gamma};

/// What other technologies say before this one has spoken.
///
/// `d = drift·Δ + slope·X + η`, `η` MA(1) with standard deviation `K` and coefficient `theta`;
/// `(drift, slope) | K ~ N(mean + per_scale·K, K² diag(1/precision))`, `K² ~ InvGamma(a, b)`.
/// With `per_scale = 0` every forecast is exactly Student-t (normal–inverse-gamma); otherwise
/// fast movers are expected to be volatile, as they are, and the mixture over `K` is summed up
/// by the Student-t with the same moments of `ln K²`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct Prior {
    /// Reads experience: the slope on its growth is a parameter.
    pub wright: bool,
    /// Prior mean of drift (per step) and slope (per unit of log experience) at `K = 0`.
    pub mean: [f64; 2],
    /// Added prior mean per unit of `K`.
    pub per_scale: [f64; 2],
    /// Prior precision in units of `1/K²`.
    pub precision: [f64; 2],
    /// Shape of the inverse gamma.
    pub a: f64,
    /// Scale of the inverse gamma.
    pub b: f64,
    /// MA(1) coefficient of the noise.
    pub theta: f64,
}

/// Products of a window in the metric of its noise, `K = 1`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Products {
    changes: usize,
    /// `H'R⁻¹H`: drift with itself, slope with itself, drift with slope.
    pub design: [f64; 3],
    /// `H'R⁻¹d`.
    pub with_data: [f64; 2],
    /// `d'R⁻¹d`.
    pub data: f64,
    /// `ln det R`.
    pub ln_det: f64,
    /// What the window's change, elapsed step and growth say of the next: the forecast of the
    /// next `η` is linear in them. Then the variance that this forecast leaves.
    newest: [f64; 4],
}

/// One row of the regression: change, elapsed steps, growth of log experience.
pub(super) type Row = [f64; 3];

/// The rows of a window.
pub(super) fn rows(window: &Window, wright: bool) -> Result<Vec<Row>, CurveError> {
    let x = if wright { Some(experience(window, "pooled wright")?) } else { None };
    let row = |i: usize| {
        let growth = x.map_or(0.0, |x| x[i + 1] - x[i]);
        [window.y[i + 1] - window.y[i], window.gaps.map_or(1.0, |gaps| gaps[i]), growth]
    };
    Ok((0..window.changes()).map(row).collect())
}

/// All products in one pass along the rows: the tridiagonal correlation of an MA(1), eliminated
/// forward. Steps of unequal length make independent noise of variance `K²Δ`.
pub(super) fn products(rows: &[Row], theta: f64, even: bool) -> Products {
    let rho = if even { theta / (1.0 + theta * theta) } else { 0.0 };
    let mut out = Products {
        changes: rows.len(),
        design: [0.0; 3],
        with_data: [0.0; 2],
        data: 0.0,
        ln_det: 0.0,
        newest: [0.0; 4],
    };
    let mut before = [0.0; 3];
    let (mut pivot, mut det) = (1.0, 1.0);
    for (i, row) in rows.iter().enumerate() {
        let lean = if i == 0 { 0.0 } else { rho / pivot };
        pivot = if even { 1.0 - rho * lean } else { row[1] };
        let now = [0, 1, 2].map(|k| row[k] - lean * before[k]);
        let [d, h, x] = now;
        let [dw, hw, xw] = now.map(|v| v / pivot);
        out.design[0] += h * hw;
        out.design[1] += x * xw;
        out.design[2] += h * xw;
        out.with_data[0] += d * hw;
        out.with_data[1] += d * xw;
        out.data += d * dw;
        det *= pivot;
        // A long series would run the product out of range.
        if !(1e-200..1e200).contains(&det) {
            out.ln_det += ln(det);
            det = 1.0;
        }
        out.newest = [rho * dw, rho * hw, rho * xw, 1.0 - rho * rho / pivot];
        before = now;
    }
    out.ln_det += ln(det);
    out
}

/// The posterior of the coefficients for given `K`, up to the scale.
#[derive(Clone, Copy, Debug)]
struct Posterior {
    /// Location at `K = 0` and its change per unit of `K`.
    location: [f64; 2],
    per_scale: [f64; 2],
    /// `A⁻¹`: drift, slope, drift with slope.
    covariance: [f64; 3],
    /// `q(K) = q[0] + q[1] K + q[2] K²`.
    q: [f64; 3],
    ln_det: f64,
}

impl Prior {
    fn posterior(&self, of: &Products) -> Posterior {
        let [p, r] = self.precision;
        let a = [of.design[0] + p, of.design[1] + r, of.design[2]];
        let det = a[0] * a[1] - a[2] * a[2];
        let covariance = [a[1] / det, a[0] / det, -a[2] / det];
        let times = |v: [f64; 2]| {
            [
                covariance[0] * v[0] + covariance[2] * v[1],
                covariance[2] * v[0] + covariance[1] * v[1],
            ]
        };
        let pull = |mean: [f64; 2]| [p * mean[0], r * mean[1]];
        let own = pull(self.mean);
        let base = [own[0] + of.with_data[0], own[1] + of.with_data[1]];
        let lean = pull(self.per_scale);
        let dot = |u: [f64; 2], v: [f64; 2]| u[0] * v[0] + u[1] * v[1];
        let (location, per_scale) = (times(base), times(lean));
        let q = [
            of.data + dot(self.mean, own) - dot(base, location),
            2.0 * (dot(self.per_scale, own) - dot(lean, location)),
            dot(self.per_scale, lean) - dot(lean, per_scale),
        ];
        let ln_det = of.ln_det + ln(det / (p * r));
        Posterior { location, per_scale, covariance, q, ln_det }
    }

    /// Logarithm of the probability density of one technology's changes under this prior.
    pub(super) fn ln_marginal(&self, rows: &[Row], even: bool) -> f64 {
        const LN_2PI: f64 = 1.837_877_066_409_345_3;
        let of = products(rows, self.theta, even);
        let posterior = self.posterior(&of);
        let m = of.changes as f64;
        let constant =
            -0.5 * (m * LN_2PI + posterior.ln_det) + self.a * ln(self.b) - ln_gamma(self.a);
        if self.per_scale == [0.0, 0.0] {
            let shape = self.a + 0.5 * m;
            return constant + ln_gamma(shape) - shape * ln(self.b + 0.5 * posterior.q[0]);
        }
        constant + self.scale(&posterior, m).ln_integral
    }

    /// Posterior of `K`: density of `ln K²` proportional to
    /// `K^{−(2a + m)} exp(−(b + q₀/2)/K² − q₁/2K)`.
    fn scale(&self, posterior: &Posterior, m: f64) -> ScalePosterior {
        let [q0, q1, q2] = posterior.q;
        let mut scale = scale_posterior(self.a + 0.5 * m, self.b + 0.5 * q0, -0.5 * q1);
        scale.ln_integral -= 0.5 * q2;
        scale
    }

    pub(super) fn predict(&self, window: &Window, ahead: Ahead) -> Result<Part, CurveError> {
        let rows = rows(window, self.wright)?;
        let even = window.gaps.is_none();
        let of = products(&rows, self.theta, even);
        let posterior = self.posterior(&of);
        let m = of.changes as f64;
        let theta = if even { self.theta } else { 0.0 };
        let sigma2 = 1.0 / (1.0 + theta * theta);
        let (df, scale2, k, k_variance) = if self.per_scale == [0.0, 0.0] {
            let shape = self.a + 0.5 * m;
            (2.0 * shape, (self.b + 0.5 * posterior.q[0]) / shape, 0.0, 0.0)
        } else {
            let scale = self.scale(&posterior, m);
            (2.0 * scale.shape, scale.rate / scale.shape, scale.mean, scale.variance)
        };
        let at = |i: usize| posterior.location[i] + posterior.per_scale[i] * k;
        let (drift, slope) = (at(0), at(1));
        // What the last shocks still owe the next step.
        let [d_new, h_new, x_new, left] = of.newest;
        let level = d_new - h_new * drift - x_new * slope;
        let [cd, cs, cds] = posterior.covariance;
        let lean = posterior.per_scale.map(|v| v * (k_variance / scale2).sqrt());
        let (dd, ss) = (cd + lean[0] * lean[0], cs + lean[1] * lean[1]);
        let ds = cds + lean[0] * lean[1];
        let (to_drift, to_slope) = (h_new * dd + x_new * ds, h_new * ds + x_new * ss);
        let owed = if even { (left - sigma2).max(0.0) } else { 0.0 };
        let experience = if self.wright {
            future(window, experience(window, "pooled wright")?, ahead)?
        } else {
            Experience::None
        };
        let own = owed + h_new * to_drift + x_new * to_slope;
        Ok(Part {
            last: window.y[window.changes()],
            law: StudentT::new(df),
            mean: [drift, slope, level],
            spread: [dd, ss, own, ds, -to_drift, -to_slope].map(|v| v * scale2),
            noise: Noise::Walk { sigma2: scale2 * sigma2, theta },
            experience,
        })
    }
}

/// Moore's law with drift and volatility pooled across technologies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    /// What the other technologies say.
    pub prior: Prior,
}

/// Wright's law, drift beside it, pooled across technologies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PooledWright {
    /// What the other technologies say.
    pub prior: Prior,
    /// What is known of the experience to come.
    pub ahead: Ahead,
}

impl Model for Pooled {
    fn name(&self) -> String {
        let scaled = self.prior.per_scale != [0.0, 0.0];
        format!("hierarchical Moore{}", if scaled { ", mean grows with K" } else { "" })
    }

    fn fit(&self, window: &Window) -> Result<Predictive, CurveError> {
        window.at_least(1, "pooled moore")?;
        Ok(self.prior.predict(window, Ahead::Extrapolated)?.into())
    }
}

impl Model for PooledWright {
    fn name(&self) -> String {
        format!("hierarchical Wright, {}", self.ahead.name())
    }

    fn fit(&self, window: &Window) -> Result<Predictive, CurveError> {
        window.at_least(1, "pooled wright")?;
        Ok(self.prior.predict(window, self.ahead)?.into())
    }
}

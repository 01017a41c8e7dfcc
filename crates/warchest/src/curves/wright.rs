//! Wright's law: cost falls with cumulative production.

use super::error::CurveError;
use super::forecast::{Experience, Model, Noise, Part, Predictive, Window};
use super::moore::line;
use crate::numerics::special::StudentT;

/// What is known of the experience to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// Its path is given with the window.
    Known,
    /// It grows at the mean rate of the window, for certain.
    Extrapolated,
    /// It is a random walk with the drift and volatility of the window.
    Walk,
}

impl Ahead {
    /// Short name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Ahead::Known => "realised x",
            Ahead::Extrapolated => "extrapolated x",
            Ahead::Walk => "simulated x",
        }
    }
}

/// Wright's law in first differences: `Δy_t = ω Δx_t + u_t + ρ u_{t−1}`, no intercept.
///
/// `ω̂ = Σ X Y/Σ X²`, `σ̂² = Σ (Y − ω̂X)²/(m − 1)`; with `ρ = 0` the error over its scale
/// `σ̂ √(τ + S²/Σ X²)` is exactly `t(m − 1)`, `S` the change of log experience over the
/// horizon. With `X` constant it is Moore's law. Steps of unequal length `Δ` make independent
/// noise of variance `σ²Δ`: weighted least squares, `ρ = 0`.
///
/// # Source
/// Lafond et al. (2018), Technological Forecasting and Social Change 128; error law with `ρ`
/// from the weights of the shocks as in Farmer and Lafond (2016), appendix B.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wright {
    /// MA(1) coefficient of the noise.
    pub rho: f64,
    /// What is known of the experience to come.
    pub ahead: Ahead,
}

/// Wright's law by least squares in levels, the common practice: `y = a + ω x + e`, errors
/// independent. Shown for comparison: it covers far less than it promises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels;

/// Share by which the cost falls when the experience doubles: `1 − 2^ω`.
pub fn learning_rate(omega: f64) -> f64 {
    1.0 - crate::numerics::elementary::exp(omega * std::f64::consts::LN_2)
}

/// Log experience of the window, or the reason why there is none.
pub(super) fn experience<'a>(window: &Window<'a>, model: &str) -> Result<&'a [f64], CurveError> {
    window.x.ok_or_else(|| CurveError::NoExperience {
        series: "the window".to_string(),
        model: model.to_string(),
    })
}

/// The experience to come, as `ahead` wants it.
pub(super) fn future(window: &Window, x: &[f64], ahead: Ahead) -> Result<Experience, CurveError> {
    let m = x.len() - 1;
    let steps = window.steps();
    let rate = (x[m] - x[0]) / steps;
    Ok(match ahead {
        Ahead::Known => {
            let path = window.ahead.ok_or_else(|| CurveError::NoExperience {
                series: "the future".to_string(),
                model: "known experience".to_string(),
            })?;
            Experience::Known(path.iter().map(|ahead| ahead - x[m]).collect())
        }
        Ahead::Extrapolated => Experience::Drift { rate, sigma2: 0.0, rate_variance: 0.0 },
        Ahead::Walk => {
            let mut squares = 0.0;
            for (i, pair) in x.windows(2).enumerate() {
                let gap = window.gap(i);
                let off = pair[1] - pair[0] - rate * gap;
                squares += off * off / gap;
            }
            let sigma2 = if m > 1 { squares / (m as f64 - 1.0) } else { 0.0 };
            Experience::Drift { rate, sigma2, rate_variance: sigma2 / steps }
        }
    })
}

impl Model for Wright {
    fn name(&self) -> String {
        format!("Wright ρ = {}, {}", self.rho, self.ahead.name())
    }

    fn fit(&self, window: &Window) -> Result<Predictive, CurveError> {
        let m = window.at_least(2, "wright")?;
        let x = experience(window, "wright")?;
        let y = window.y;
        let rho = if window.gaps.is_some() { 0.0 } else { self.rho };
        let (mut sxx, mut sxy) = (0.0, 0.0);
        for i in 1..=m {
            let step = x[i] - x[i - 1];
            let gap = window.gap(i - 1);
            sxx += step * step / gap;
            sxy += step * (y[i] - y[i - 1]) / gap;
        }
        let omega = sxy / sxx;
        let (mut squares, mut weights, mut next) = (0.0, 0.0, 0.0);
        for i in (1..=m).rev() {
            let step = x[i] - x[i - 1];
            let gap = window.gap(i - 1);
            let off = y[i] - y[i - 1] - omega * step;
            squares += off * off / gap;
            // Weight of shock i in the error of the slope; shock 0 acts through its echo alone.
            let weight = step / sxx + rho * next;
            weights += weight * weight / gap;
            next = step / sxx;
        }
        weights += rho * next * (rho * next);
        let sigma2 = squares / (m as f64 - 1.0) / (1.0 + rho * rho);
        if !(sxx > 0.0 && sigma2 > 0.0) {
            return Err(CurveError::Flat { model: "wright".to_string() });
        }
        let newest = (x[m] - x[m - 1]) / sxx;
        Ok(Part {
            last: y[m],
            law: StudentT::new(m as f64 - 1.0),
            mean: [0.0, omega, 0.0],
            spread: [0.0, sigma2 * weights, sigma2 * rho * rho, 0.0, 0.0, -sigma2 * rho * newest],
            noise: Noise::Walk { sigma2, theta: rho },
            experience: future(window, x, self.ahead)?,
        }
        .into())
    }
}

impl Model for Levels {
    fn name(&self) -> String {
        "Wright OLS in levels, realised x".to_string()
    }

    fn fit(&self, window: &Window) -> Result<Predictive, CurveError> {
        let m = window.at_least(2, "wright in levels")?;
        let x = experience(window, "wright in levels")?;
        let line = line(x, window, "wright in levels")?;
        let [slope, level, cross] = line.spread;
        Ok(Part {
            last: window.y[m],
            law: StudentT::new(m as f64 - 1.0),
            mean: [0.0, line.slope, line.level],
            spread: [0.0, slope, level, 0.0, 0.0, cross],
            noise: Noise::White { sigma2: line.s2 },
            experience: future(window, x, Ahead::Known)?,
        }
        .into())
    }
}

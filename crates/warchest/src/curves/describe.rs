//! What a fitted law says of a series: parameters with standard errors, checks of the residuals.

use super::error::CurveError;
use super::forecast::{Experience, Model, Noise, Part, Predictive, Window};
use super::moore::changes;
use super::series::Series;
use super::shipped::{Recent, recent};
use super::wright::learning_rate;
use crate::numerics::elementary::exp;
use crate::numerics::special::{StudentT, gamma_cdf};
use std::f64::consts::LN_2;

/// A number with its standard error.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error: the scale of its Student-t.
    pub error: f64,
}

/// A fitted law in numbers. Rates are of log cost per year.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Description {
    /// Name of the law.
    pub model: String,
    /// Changes of cost it read.
    pub changes: usize,
    /// First and last date it read.
    pub dates: [f64; 2],
    /// Change of log cost a year, experience growing as it did.
    pub trend: Estimate,
    /// Relative change of cost a year: −0.1 is a fall of 10 %.
    pub change: Estimate,
    /// Years in which the cost halves (or doubles, where the trend is upwards).
    pub halving: Option<Estimate>,
    /// Standard deviation `K` of the noise of one year, log cost.
    pub volatility: Estimate,
    /// MA(1) coefficient of the noise.
    pub theta: f64,
    /// Degrees of freedom of the forecast; none for a normal or for two laws.
    pub df: Option<f64>,
    /// Exponent of experience.
    pub exponent: Option<Estimate>,
    /// Share by which the cost falls when experience doubles.
    pub learning_rate: Option<Estimate>,
    /// Probability that the technology is of the second, faster kind, where two are told apart.
    pub second_kind: Option<f64>,
    /// Checks of the residuals.
    pub residuals: Residuals,
}

/// Checks of the residuals: of yearly changes for a walk, of levels for a trend line.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Residuals {
    /// Autocorrelation of neighbours; beyond `2/√n` it is unlikely to be chance.
    pub lag_one: f64,
    /// Probability of so much autocorrelation at lags one and two by chance (Ljung and Box).
    pub ljung_box_p: f64,
    /// Probability of so much skew and tail in a normal sample (Jarque and Bera); unreliable
    /// below some thirty residuals.
    pub jarque_bera_p: f64,
    /// The largest residual in standard deviations, and the date at which it ends.
    pub largest: [f64; 2],
}

/// Probability, were the cost without trend, of a mean change at least this negative; nothing
/// with fewer than two changes or none that vary.
pub fn improvement(series: &Series) -> Option<f64> {
    let recent = recent(series);
    let window = recent.window();
    if window.changes() < 2 {
        return None;
    }
    let found = changes(&window);
    let t = found.mean / (found.variance / found.steps).sqrt();
    t.is_finite().then(|| StudentT::new(found.count as f64 - 1.0).cdf(t))
}

/// Fits `model` to the recent past of a series and describes what it found.
///
/// # Errors
/// Those of the model.
pub fn describe(series: &Series, model: &dyn Model) -> Result<Description, CurveError> {
    let recent = recent(series);
    let window = recent.window();
    let fitted = model.fit(&window)?;
    let parts = parts(&fitted);
    let trend = mix(&parts, along);
    let exponent = mix(&parts, |part| (part.mean[1], part.spread[1]));
    let exponent = (exponent.value != 0.0).then_some(exponent);
    let noise = |part: &Part| match part.noise {
        Noise::Walk { sigma2, theta } => (sigma2 * (1.0 + theta * theta), theta),
        Noise::White { sigma2 } => (sigma2, 0.0),
    };
    let volatility = mix(&parts, |part| {
        let variance = noise(part).0;
        // The normal of a law that takes its estimates for the truth knows no error.
        let df = part.law.df();
        (variance.sqrt(), if df < 1e9 { variance / (2.0 * df) } else { 0.0 })
    });
    let df = fitted.first.law.df();
    Ok(Description {
        model: model.name(),
        changes: window.changes(),
        dates: [recent.dates[0], recent.dates[window.changes()]],
        trend,
        change: Estimate { value: exp(trend.value) - 1.0, error: exp(trend.value) * trend.error },
        halving: (trend.value != 0.0).then(|| Estimate {
            value: LN_2 / trend.value.abs(),
            error: LN_2 / (trend.value * trend.value) * trend.error,
        }),
        volatility,
        theta: noise(&fitted.first).1,
        df: (fitted.second.is_none() && df < 1e9).then_some(df),
        exponent,
        learning_rate: exponent.map(|omega| Estimate {
            value: learning_rate(omega.value),
            error: LN_2 * (1.0 - learning_rate(omega.value)) * omega.error,
        }),
        second_kind: fitted.second.as_ref().map(|second| second.0),
        residuals: check(&recent, &window, &parts),
    })
}

/// The laws of a forecast with their probabilities.
fn parts(fitted: &Predictive) -> Vec<(f64, &Part)> {
    match &fitted.second {
        None => vec![(1.0, &fitted.first)],
        Some(second) => vec![(1.0 - second.0, &fitted.first), (second.0, &second.1)],
    }
}

/// Location and squared scale of the trend of one law.
fn along(part: &Part) -> (f64, f64) {
    let rate = match part.experience {
        Experience::Drift { rate, .. } => rate,
        _ => 0.0,
    };
    let [dd, ss, _, ds, ..] = part.spread;
    (part.mean[0] + rate * part.mean[1], dd + ss * rate * rate + 2.0 * ds * rate)
}

/// Mean and spread over the laws: within each, and between them.
fn mix(parts: &[(f64, &Part)], of: impl Fn(&Part) -> (f64, f64)) -> Estimate {
    let value: f64 = parts.iter().map(|(w, part)| w * of(part).0).sum();
    let square = |x: f64| x * x;
    let spread: f64 =
        parts.iter().map(|(w, part)| w * (of(part).1 + square(of(part).0 - value))).sum();
    Estimate { value, error: spread.max(0.0).sqrt() }
}

fn check(recent: &Recent, window: &Window, parts: &[(f64, &Part)]) -> Residuals {
    let part = parts[0].1;
    let m = window.changes();
    let [drift, slope] = [0, 1].map(|k| mix(parts, |part| (part.mean[k], 0.0)).value);
    let growth = |i: usize| window.x.map_or(0.0, |x| x[i + 1] - x[i]);
    let explained = |i: usize| drift * window.gap(i) + slope * growth(i);
    let (residuals, first): (Vec<f64>, usize) = match part.noise {
        Noise::Walk { .. } => {
            let of =
                |i: usize| (window.y[i + 1] - window.y[i] - explained(i)) / window.gap(i).sqrt();
            ((0..m).map(of).collect(), 1)
        }
        Noise::White { .. } => {
            let mut line = window.y[m] + part.mean[2];
            let mut found = vec![window.y[m] - line];
            for i in (0..m).rev() {
                line -= explained(i);
                found.push(window.y[i] - line);
            }
            found.reverse();
            (found, 0)
        }
    };
    let checks = moments(&residuals);
    let largest = (0..residuals.len())
        .max_by(|a, b| residuals[*a].abs().total_cmp(&residuals[*b].abs()))
        .unwrap_or(0);
    let scale = checks.sd;
    let size = residuals.get(largest).map_or(f64::NAN, |r| r / scale);
    let at = recent.dates.get(largest + first).copied().unwrap_or(f64::NAN);
    Residuals { largest: [size, at], ..checks.residuals }
}

struct Moments {
    sd: f64,
    residuals: Residuals,
}

/// Autocorrelation, skew and tail of residuals about their mean.
fn moments(residuals: &[f64]) -> Moments {
    let n = residuals.len() as f64;
    let mean = residuals.iter().sum::<f64>() / n;
    let off: Vec<f64> = residuals.iter().map(|r| r - mean).collect();
    let power = |p: i32| off.iter().map(|r| (0..p).fold(1.0, |x, _| x * r)).sum::<f64>() / n;
    let variance = power(2);
    let lag = |k: usize| {
        let pairs = off.iter().zip(off.iter().skip(k));
        pairs.map(|(a, b)| a * b).sum::<f64>() / n / variance
    };
    let (one, two) = (lag(1), lag(2));
    let ljung_box = n * (n + 2.0) * (one * one / (n - 1.0) + two * two / (n - 2.0));
    let skew = power(3) / (variance * variance.sqrt());
    let tail = power(4) / (variance * variance) - 3.0;
    let jarque_bera = n / 6.0 * (skew * skew + 0.25 * tail * tail);
    // Upper tail of a chi-square with two degrees of freedom.
    let p = |statistic: f64| 1.0 - gamma_cdf(1.0, 0.5 * statistic);
    Moments {
        sd: variance.sqrt(),
        residuals: Residuals {
            lag_one: one,
            ljung_box_p: p(ljung_box),
            jarque_bera_p: p(jarque_bera),
            largest: [f64::NAN; 2],
        },
    }
}

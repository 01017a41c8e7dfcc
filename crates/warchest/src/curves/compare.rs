//! One model against another, technology by technology.

use super::hindcast::{Forecast, by_technology};
use crate::numerics::elementary::{exp, ln};
use crate::rng::Stream;

/// Ratio of two models' CRPS with its interval.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Relative {
    /// Geometric mean over technologies of the ratio of mean CRPS.
    pub ratio: f64,
    /// 95 % interval from resampling technologies.
    pub interval: [f64; 2],
    /// Number of technologies.
    pub technologies: usize,
}

const RESAMPLES: u64 = 2000;

/// CRPS of `model` over CRPS of `base`: geometric mean over technologies, with the 2.5 and
/// 97.5 % points of 2000 resamples of the technologies. Windows overlap, so forecasts of one
/// technology are not independent; technologies nearly are.
///
/// Both must hold the same forecasts in the same order.
pub fn relative_crps(model: &[Forecast], base: &[Forecast]) -> Relative {
    let ours = by_technology(model, |f| f.crps);
    let theirs = by_technology(base, |f| f.crps);
    let logs: Vec<f64> = ours.iter().zip(&theirs).map(|(a, b)| ln(a.1 / b.1)).collect();
    let n = logs.len();
    let mean = logs.iter().sum::<f64>() / n as f64;
    let stream = Stream::new(2016, "technologies", "bootstrap");
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|resample| {
            let draw = |i: usize| {
                let u = stream.uniform(resample, i as u32);
                logs[((u * n as f64) as usize).min(n - 1)]
            };
            (0..n).map(draw).sum::<f64>() / n as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |p: f64| means[((p * RESAMPLES as f64) as usize).min(means.len() - 1)];
    Relative { ratio: exp(mean), interval: [exp(at(0.025)), exp(at(0.975))], technologies: n }
}

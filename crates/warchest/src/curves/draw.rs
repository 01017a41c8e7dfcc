//! A forecast of log cost, drawn inside the simulation.

use crate::numerics::special::gamma_quantile;

/// A forecast of log cost that a path draws jointly over the quarters.
///
/// With `w` the path's own scale, `w² = df/χ²(df)`, the log change of quarter `q = 0, 1, ...` is
/// `d_q = drift + w·noise·(v_q + theta·v_{q−lag})`, `v` independent standard normals. The drift
/// is Student-t: `drift + w·drift_scale·z`. The shocks before the start are not observed one by
/// one; what they still owe, `theta·noise·Σ v` over the last `lag` quarters, is the echo, also
/// Student-t, paid in equal parts in the first `lag` quarters.
///
/// A fit on annual data has `lag = 4`: four quarterly shocks of standard deviation `σ/2` add up
/// to one annual shock and their echo comes a year later, so at year ends the joint
/// distribution of the path is exactly that of the annual IMA(1,1) fit.
///
/// # Source
/// Farmer and Lafond (2016), Research Policy 45(3), eq. 11 to 16, for the law of the errors.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveDraw {
    /// Name of the series.
    pub series: String,
    /// Location of the drift, log change per quarter.
    pub drift: f64,
    /// Scale of the drift per quarter.
    pub drift_scale: f64,
    /// Degrees of freedom shared by drift, echo and noise; infinity is the normal.
    pub df: f64,
    /// Standard deviation of the quarterly shock when `w = 1`.
    pub noise: f64,
    /// Share of a shock that comes again `lag` quarters later.
    pub theta: f64,
    /// Quarters per step of the fit: 4 for annual data.
    pub lag: u32,
    /// Location of the whole echo of the shocks before the start.
    pub echo: f64,
    /// Scale of that echo.
    pub echo_scale: f64,
    /// Correlation of drift and echo.
    pub correlation: f64,
    /// A second law with its probability, for a forecast that does not know the kind of its
    /// technology. Its `lag` is that of the first.
    pub second: Option<Box<(f64, CurveDraw)>>,
}

/// What one path of the simulation knows of its curve, drawn once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePath {
    /// Log change per quarter.
    pub drift: f64,
    /// Part of the echo paid in each of the first `lag` quarters.
    pub echo: f64,
    /// Standard deviation of this path's quarterly shock.
    pub noise: f64,
    /// Share of a shock that comes again `lag` quarters later.
    pub theta: f64,
}

impl CurveDraw {
    /// A random walk whose drift and noise per quarter are known: no Student t, no echo.
    pub fn known(series: &str, drift: f64, noise: f64) -> CurveDraw {
        CurveDraw {
            series: series.to_string(),
            drift,
            drift_scale: 0.0,
            df: f64::INFINITY,
            noise,
            theta: 0.0,
            lag: 1,
            echo: 0.0,
            echo_scale: 0.0,
            correlation: 0.0,
            second: None,
        }
    }

    /// Drift, echo and noise of one path from two independent standard normals and one uniform
    /// in (0, 1], which picks the law, then the scale.
    pub fn path(&self, normals: [f64; 2], uniform: f64) -> CurvePath {
        if let Some(second) = &self.second {
            let (weight, law) = (second.0, &second.1);
            if uniform <= weight {
                return law.path(normals, uniform / weight);
            }
            return self.own_path(normals, (uniform - weight) / (1.0 - weight));
        }
        self.own_path(normals, uniform)
    }

    /// A path of the first law. A uniform of exactly one is taken for the largest below it, so
    /// that the scale stays above zero.
    fn own_path(&self, normals: [f64; 2], uniform: f64) -> CurvePath {
        let uniform = uniform.clamp(1e-16, 1.0 - 1e-16);
        let w = if self.df.is_finite() {
            (0.5 * self.df / gamma_quantile(0.5 * self.df, uniform)).sqrt()
        } else {
            1.0
        };
        let r = self.correlation;
        let beside = (1.0 - r * r).max(0.0).sqrt();
        let echo = self.echo + w * self.echo_scale * (r * normals[0] + beside * normals[1]);
        CurvePath {
            drift: self.drift + w * self.drift_scale * normals[0],
            echo: echo / f64::from(self.lag.max(1)),
            noise: w * self.noise,
            theta: self.theta,
        }
    }

    /// Log change during quarter `quarter` (0 is the first), from this quarter's standard normal
    /// and the one of `lag` quarters before (not read in the first `lag` quarters).
    #[inline(always)]
    pub fn step(&self, path: &CurvePath, quarter: u32, now: f64, before: f64) -> f64 {
        let owed = if quarter < self.lag { path.echo } else { path.noise * (path.theta * before) };
        path.drift + path.noise * now + owed
    }

    /// Log change since the start after `normals.len()` quarters, one standard normal each.
    pub fn log_change(&self, path: &CurvePath, normals: &[f64]) -> f64 {
        let lag = self.lag as usize;
        let mut total = 0.0;
        for (quarter, &now) in normals.iter().enumerate() {
            let before = if quarter < lag { 0.0 } else { normals[quarter - lag] };
            total += self.step(path, quarter as u32, now, before);
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_walk_adds_drift_and_shocks() {
        let walk = CurveDraw::known("toy", -0.1, 0.2);
        let path = walk.path([3.0, -2.0], 0.9);
        assert_eq!(path, CurvePath { drift: -0.1, echo: 0.0, noise: 0.2, theta: 0.0 });
        assert!((walk.log_change(&path, &[1.0, -1.0, 0.5]) - (-0.3 + 0.1)).abs() < 1e-15);
    }

    #[test]
    fn an_echo_comes_a_lag_later() {
        let mut draw = CurveDraw::known("toy", 0.0, 1.0);
        (draw.theta, draw.lag, draw.echo) = (0.5, 4, 0.8);
        let path = draw.path([0.0, 0.0], 0.5);
        let shocks = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let changes: Vec<f64> = (1..=6).map(|n| draw.log_change(&path, &shocks[..n])).collect();
        let wanted = [1.2, 1.4, 1.6, 1.8, 2.3, 2.3];
        assert!(changes.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{changes:?}");
    }
}

//! The Student t distribution: density, distribution, quantile, scores.

use super::elementary::{exp, ln, ln_1p};
use super::special::{
    beta_tails, invert_log_concave, ln_gamma_half_step, normal_quantile, normal_sf,
};

/// A standard Student t with its constants worked out once.
///
/// `nu` degrees of freedom, any positive number; above 1e10 it is the normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StudentT {
    nu: f64,
    /// Logarithm of the density at zero.
    ln_peak: f64,
    /// `2 √ν/(ν − 1) · B(1/2, ν − 1/2)/B(1/2, ν/2)²`: half the mean distance of two draws.
    spread: f64,
}

impl StudentT {
    /// The distribution with `nu > 0` degrees of freedom.
    pub fn new(nu: f64) -> StudentT {
        let half_step = ln_gamma_half_step(0.5 * nu);
        let ln_peak = half_step - 0.5 * ln(std::f64::consts::PI * nu);
        // ln B(1/2, ν/2) = ln √π − half_step.
        let ln_b_half = 0.5 * ln(std::f64::consts::PI) - half_step;
        let ln_b_wide = if nu > 0.5 {
            0.5 * ln(std::f64::consts::PI) - ln_gamma_half_step(nu - 0.5)
        } else {
            f64::NAN
        };
        let spread = if nu > 1.0 {
            2.0 * nu.sqrt() / (nu - 1.0) * exp(ln_b_wide - 2.0 * ln_b_half)
        } else {
            f64::INFINITY
        };
        StudentT { nu, ln_peak, spread }
    }

    /// Degrees of freedom.
    pub fn df(&self) -> f64 {
        self.nu
    }

    /// Logarithm of the density at `t`.
    #[inline]
    pub fn ln_pdf(&self, t: f64) -> f64 {
        self.ln_peak - 0.5 * (self.nu + 1.0) * ln_1p(t * t / self.nu)
    }

    /// Half the mean distance of two independent draws; infinite for `nu ≤ 1`.
    pub fn half_distance(&self) -> f64 {
        self.spread
    }

    /// Density at `t`.
    #[inline]
    pub fn pdf(&self, t: f64) -> f64 {
        exp(self.ln_pdf(t))
    }

    /// Probability of exceeding `|t|`, at most one half.
    fn upper(&self, t: f64) -> f64 {
        let nu = self.nu;
        let t2 = t * t;
        if nu == 4.0 {
            // F = ½ + ¾u − ¼u³ with u = t/√(4 + t²).
            let u = t.abs() / (4.0 + t2).sqrt();
            // (1 − u)²(2 + u)/4, with 1 − u free of cancellation.
            let gap = 4.0 / ((4.0 + t2) * (1.0 + u));
            return 0.25 * gap * gap * (2.0 + u);
        }
        if nu > 1e10 {
            return normal_sf(t.abs());
        }
        if t == 0.0 {
            return 0.5;
        }
        let (x, y) = (nu / (nu + t2), t2 / (nu + t2));
        // a ln x + b ln y − ln B(ν/2, ½) with ln B = −ln_peak − ½ ln ν.
        let front = -0.5 * nu * ln_1p(t2 / nu) + 0.5 * ln(y) + self.ln_peak + 0.5 * ln(nu);
        0.5 * beta_tails(0.5 * nu, 0.5, x, y, front).0
    }

    /// Probability of being at most `t`; full relative precision below zero.
    #[inline]
    pub fn cdf(&self, t: f64) -> f64 {
        if t.is_nan() {
            f64::NAN
        } else if t <= 0.0 {
            self.upper(t)
        } else {
            1.0 - self.upper(t)
        }
    }

    /// Value not exceeded with probability `p`; infinite at 0 and 1, NaN outside.
    pub fn quantile(&self, p: f64) -> f64 {
        let tail = p.min(1.0 - p);
        if !(tail > 0.0) {
            return if tail == 0.0 { (p - 0.5) * f64::INFINITY } else { f64::NAN };
        }
        let t = if tail > 0.05 { self.near(tail) } else { self.far(tail) };
        if p < 0.5 { -t } else { t }
    }

    /// Newton on the convex upper tail from zero: never overshoots.
    fn near(&self, tail: f64) -> f64 {
        let mut t = 0.0;
        for _ in 0..100 {
            let step = (self.upper(t) - tail) / self.pdf(t);
            t += step;
            if step.abs() <= 4e-16 * t.abs().max(1e-16) {
                break;
            }
        }
        t
    }

    /// Newton on `ln(upper)` against `ln t`.
    fn far(&self, tail: f64) -> f64 {
        let start = ln(-normal_quantile(tail)).max(0.0);
        exp(invert_log_concave(start, tail, false, |s| {
            let t = exp(s);
            (self.upper(t), t * self.pdf(t))
        }))
    }

    /// Continuous ranked probability score at `z` of the standard distribution:
    /// `z(2F(z) − 1) + 2 f(z)(ν + z²)/(ν − 1) − 2√ν/(ν − 1) · B(½, ν − ½)/B(½, ν/2)²`.
    /// Multiply by the scale. Infinite for `nu ≤ 1`.
    ///
    /// # Source
    /// Jordan, Krüger and Lerch (2019), J. Stat. Software 90(12).
    #[inline]
    pub fn crps(&self, z: f64) -> f64 {
        self.score(z).crps
    }

    /// Probability integral transform, CRPS and logarithm of the density together.
    #[inline]
    pub fn score(&self, z: f64) -> Score {
        let tail = self.upper(z);
        let ln_pdf = self.ln_pdf(z);
        let crps = if self.nu > 1.0 {
            z.abs() * (1.0 - 2.0 * tail) + 2.0 * exp(ln_pdf) * (self.nu + z * z) / (self.nu - 1.0)
                - self.spread
        } else {
            f64::INFINITY
        };
        Score { pit: if z < 0.0 { tail } else { 1.0 - tail }, crps, ln_pdf }
    }
}

/// What a forecast earns for one outcome, in units of its scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Probability integral transform: the forecast probability of at most the outcome.
    pub pit: f64,
    /// Continuous ranked probability score.
    pub crps: f64,
    /// Logarithm of the density.
    pub ln_pdf: f64,
}

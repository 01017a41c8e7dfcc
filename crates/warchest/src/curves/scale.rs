//! Posterior of a volatility `K` whose prior mean of the drift grows with `K`.

use crate::numerics::elementary::{exp, ln};

/// Moments of `K` under a density `∝ K^{−2s} exp(−c/K² + g/K)` in `ln K²`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ScalePosterior {
    /// `ln ∫ K^{−2s} exp(−c/K² + g/K) d ln K²`.
    pub ln_integral: f64,
    /// Mean of `K`.
    pub mean: f64,
    /// Variance of `K`.
    pub variance: f64,
    /// Shape of the inverse gamma with the same mean and variance of `ln K²`.
    pub shape: f64,
    /// Its scale.
    pub rate: f64,
}

const NODES: usize = 41;

/// The moments by the trapezoidal rule around the mode, which converges geometrically for a
/// smooth density that vanishes at both ends.
///
/// `s > 0`, `c > 0`, any `g`.
pub(super) fn scale_posterior(s: f64, c: f64, g: f64) -> ScalePosterior {
    // In v = 1/K: maximise 2s ln v − c v² + g v.
    let mode = (g + (g * g + 16.0 * s * c).sqrt()) / (4.0 * c);
    let centre = -2.0 * ln(mode);
    // Second derivative in u = ln K² of −s u − c e^{−u} + g e^{−u/2}.
    let bend = c * mode * mode - 0.25 * g * mode;
    let sd = 1.0 / bend.sqrt();
    let step = 14.0 * sd / (NODES - 1) as f64;
    let top = 2.0 * s * ln(mode) - c * mode * mode + g * mode;
    let (mut sum, mut k1, mut k2, mut u1, mut u2) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for i in 0..NODES {
        // The left tail falls like exp(−e^{−u}), the right one like e^{−su}: lean right.
        let off = step * (i as f64 - 0.35 * (NODES - 1) as f64);
        let v = mode * exp(-0.5 * off);
        let height = exp(-s * (centre + off) - c * v * v + g * v - top);
        let k = 1.0 / v;
        sum += height;
        k1 += height * k;
        k2 += height * k * k;
        u1 += height * off;
        u2 += height * off * off;
    }
    let (mean, u_mean) = (k1 / sum, u1 / sum);
    let shape = inverse_trigamma((u2 / sum - u_mean * u_mean).max(1e-12));
    let rate = exp(centre + u_mean + digamma(shape));
    ScalePosterior {
        ln_integral: top + ln(sum * step),
        mean,
        variance: (k2 / sum - mean * mean).max(0.0),
        shape,
        rate,
    }
}

/// `d ln Γ(x)/dx` for `x > 0`.
fn digamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 10.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    sum + ln(x) - 0.5 / x - r * (1.0 / 12.0 - r * (1.0 / 120.0 - r * (1.0 / 252.0 - r / 240.0)))
}

/// Second derivative of `ln Γ`, for `x > 0`.
fn trigamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 10.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let tail = 1.0 / 6.0 - r * (1.0 / 30.0 - r * (1.0 / 42.0 - r / 30.0));
    sum + 1.0 / x + 0.5 * r + r / x * tail
}

/// The `x` at which trigamma is `y > 0`: Newton on its reciprocal, nearly straight.
fn inverse_trigamma(y: f64) -> f64 {
    let mut x = 0.5 + 1.0 / y;
    for _ in 0..50 {
        let value = trigamma(x);
        let slope = (trigamma(x * 1.0001) - value) / (x * 0.0001);
        let step = value * (1.0 - value / y) / slope;
        x = (x + step).max(1e-8);
        if step.abs() <= 1e-10 * x {
            break;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::special::ln_gamma;

    /// Without the term in 1/K it is an inverse gamma: integral Γ(s)/c^s, mean of K
    /// √c Γ(s − ½)/Γ(s).
    #[test]
    fn inverse_gamma_is_recovered() {
        for (s, c) in [(1.3, 0.004), (3.3, 0.1), (20.0, 2.0)] {
            let found = scale_posterior(s, c, 0.0);
            assert!((found.ln_integral - (ln_gamma(s) - s * ln(c))).abs() < 1e-3, "{s} {found:?}");
            assert!((found.shape / s - 1.0).abs() < 5e-3, "{s} {found:?}");
            assert!((found.rate / c - 1.0).abs() < 5e-3, "{s} {found:?}");
            let mean = c.sqrt() * exp(ln_gamma(s - 0.5) - ln_gamma(s));
            assert!((found.mean / mean - 1.0).abs() < 5e-3, "{s} {found:?} {mean}");
        }
    }

    /// Abramowitz and Stegun (1964), 6.3.3 and 6.4.2: ψ(1/2) = −γ − 2 ln 2, ψ'(1/2) = π²/2.
    #[test]
    fn digamma_and_trigamma() {
        assert!((digamma(0.5) + 1.963_510_026_021_423_5).abs() < 1e-12);
        assert!((trigamma(0.5) - 4.934_802_200_544_679).abs() < 1e-11);
        assert!((inverse_trigamma(trigamma(2.7)) - 2.7).abs() < 1e-8);
    }
}

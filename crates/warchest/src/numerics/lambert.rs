//! Lambert's function, the solution `w` of `w·e^w = z`.

use super::elementary::{exp, ln};

/// `W(e^t)`: the `w > 0` with `w + ln w = t`, within a few ulps for every finite `t`.
///
/// Branch-free, so a loop over lanes vectorises. For `t < −700` the result is `e^t`.
///
/// # Source
/// Starting value of Iacono and Boyd (2017), Adv. Comput. Math. 43; refined by the iteration
/// of Fritsch, Shafer and Crowley (1973), CACM 16(2).
#[inline(always)]
pub fn lambert_w_exp(t: f64) -> f64 {
    let small = exp(if t > 40.0 { 40.0 } else { t });
    let start = rough(small);
    // Past e^40 the asymptotic t − ln t is closer than the rough form.
    let high = if t > 40.0 { t } else { 40.0 };
    let mut w = if t > 40.0 { high - ln(high) } else { start };
    for _ in 0..3 {
        let r = t - w - ln(w);
        let q = 2.0 * (1.0 + w) * (1.0 + w + 2.0 / 3.0 * r);
        let step = r / (1.0 + w) * ((q - r) / (q - 2.0 * r));
        w += w * step;
    }
    // Far below, w = e^t (1 − e^t): the logarithms above would only add noise.
    let tail = small * (1.0 - small + 1.5 * small * small);
    if t < -18.0 { tail } else { w }
}

/// `W(z)` for `z ≥ 0` within a few per cent: a starting value.
#[inline(always)]
pub(crate) fn rough(z: f64) -> f64 {
    let a = ln(1.0 + z);
    let b = ln(1.0 + a);
    a * (1.0 - b / (2.0 + a))
}

/// `W(z)` for `z ≥ 0`, within a few ulps; NaN below 0.
pub fn lambert_w(z: f64) -> f64 {
    if z == 0.0 {
        return 0.0;
    }
    lambert_w_exp(ln(z))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values printed in the Digital Library of Mathematical Functions and Corless et al. (1996):
    /// `W(1) = Ω`, `W(e) = 1`, `W(2e²) = 2`.
    #[test]
    fn known_values() {
        assert!((lambert_w(1.0) - 0.567_143_290_409_783_8).abs() < 2e-16);
        assert!((lambert_w_exp(1.0) - 1.0).abs() < 4e-16);
        assert!((lambert_w(2.0 * exp(2.0)) - 2.0).abs() < 8e-16);
        assert_eq!(lambert_w(0.0), 0.0);
        assert!(lambert_w(-1.0).is_nan());
    }

    #[test]
    fn solves_its_equation_everywhere() {
        for step in -7000..7000 {
            let t = f64::from(step) * 0.1;
            let w = lambert_w_exp(t);
            let back = w + ln(w);
            let room = 8.0 * f64::EPSILON * (1.0 + t.abs());
            assert!((back - t).abs() <= room, "t {t}: w {w}, back {back}");
        }
    }
}

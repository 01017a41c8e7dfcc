//! exp, ln, powers: the same bits on every machine.
//!
//! Only `+ − × ÷`, comparisons and bit patterns, no fused multiply-add and no branch, so a loop
//! over lanes vectorises. Polynomials are Chebyshev fits made for the ranges stated beside them;
//! the tests compare with an independent library and with exact identities.

use std::f64::consts::LOG2_E;

/// ln 2 rounded to 21 bits, so that a whole multiple of it is exact.
const LN2_HIGH: f64 = 0.693_146_705_627_441_4;
/// ln 2 − [`LN2_HIGH`].
const LN2_LOW: f64 = 4.749_325_039_031_672_6e-7;
/// 1.5·2^52: adding it rounds to the nearest whole number and leaves it in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// 2^52 as bits: or-ing a small whole number into it makes a float.
const WHOLE: u64 = 0x4330_0000_0000_0000;

/// `e^x` as `mantissa · 2^n`: the mantissa, in [0.7, 1.42], and a float whose low bits hold `n`.
#[inline(always)]
fn exp_parts(x: f64) -> (f64, f64) {
    // (e^r − 1 − r)/r² on |r| ≤ ln(2)/2, error 1.3e-17.
    const Q: [f64; 10] = [
        0.500_000_000_000_000_1,
        0.166_666_666_666_666_69,
        0.041_666_666_666_624_13,
        0.008_333_333_333_330_062,
        0.001_388_888_891_721_371_7,
        0.000_198_412_698_630_536_18,
        2.480_152_129_595_437_6e-5,
        2.755_726_845_999_706_4e-6,
        2.762_008_844_540_974_6e-7,
        2.510_038_549_551_032e-8,
    ];
    let shifted = x * LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    // Pairs first: half the latency of Horner's rule, the same number of operations.
    let rr = r * r;
    let mut q = Q[8] + Q[9] * r;
    q = q * rr + (Q[6] + Q[7] * r);
    q = q * rr + (Q[4] + Q[5] * r);
    q = q * rr + (Q[2] + Q[3] * r);
    q = q * rr + (Q[0] + Q[1] * r);
    (1.0 + (r + rr * q), shifted)
}

/// e to the `x`, within 1 ulp.
///
/// Results below 2^-1022 are 0 (`x < −708`); above the range, infinity; NaN stays NaN.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let held = if x > 709.8 { 709.8 } else { x };
    let held = if held < -708.0 { -708.0 } else { held };
    let (mantissa, shifted) = exp_parts(held);
    // 2^(n−1), doubled afterwards: n = 1024 must not overflow on the way.
    let half_scale = f64::from_bits(shifted.to_bits().wrapping_add(1022) << 52);
    let y = mantissa * half_scale * 2.0;
    if x < -708.0 { 0.0 } else { y }
}

/// The same bits as [`exp`] for `|x|` up to [`EXP_BOUND`], at three quarters of its cost: the
/// caller knows that no argument is larger. Beyond that, and for NaN, it returns nonsense.
#[inline(always)]
pub fn exp_bounded(x: f64) -> f64 {
    let (mantissa, shifted) = exp_parts(x);
    f64::from_bits(mantissa.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// [`exp`] of `x` held to ±[`EXP_BOUND`]: what lies beyond is e^±700; NaN stays NaN.
#[inline(always)]
pub fn exp_held(x: f64) -> f64 {
    let x = if x < -EXP_BOUND { -EXP_BOUND } else { x };
    exp_bounded(if x > EXP_BOUND { EXP_BOUND } else { x })
}

/// Largest `|x|` that [`exp_bounded`] knows.
pub const EXP_BOUND: f64 = 700.0;

/// Natural logarithm of `x`, within 1 ulp; −∞ at 0, NaN below.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    // (ln((1+s)/(1−s))/s − 2)/s² on s² ≤ 0.0295, error 9e-18.
    const R: [f64; 7] = [
        0.666_666_666_666_667,
        0.399_999_999_998_993_8,
        0.285_714_286_260_310_65,
        0.222_222_111_257_228_1,
        0.181_828_897_861_910_42,
        0.153_316_996_335_438_58,
        0.146_167_211_798_618_16,
    ];
    const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    let tiny = x < f64::MIN_POSITIVE;
    let scaled = if tiny { x * 18_014_398_509_481_984.0 } else { x };
    let shift = if tiny { 54.0 } else { 0.0 };
    let bits = scaled.to_bits().wrapping_add(ONE - SQRT_HALF);
    // 2^52 + 1023 taken off again: the unbiased exponent.
    let k = f64::from_bits(WHOLE | (bits >> 52)) - 4_503_599_627_371_519.0 - shift;
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(SQRT_HALF));
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let zz = z * z;
    let r = (R[0] + R[1] * z) + zz * ((R[2] + R[3] * z) + zz * ((R[4] + R[5] * z) + zz * R[6]));
    let half = 0.5 * f * f;
    let y = k * LN2_HIGH - ((half - (s * (half + z * r) + k * LN2_LOW)) - f);
    let y = if x == f64::INFINITY { x } else { y };
    let y = if x == 0.0 { f64::NEG_INFINITY } else { y };
    if x >= 0.0 { y } else { f64::NAN }
}

/// e to the x, less one, without cancellation.
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Logarithm of 1 + x, without cancellation.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// x to the y, for x > 0: relative error about |y ln x| ulp.
#[inline(always)]
pub fn powf(x: f64, y: f64) -> f64 {
    exp(y * ln(x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ulps(a: f64, b: f64) -> u64 {
        a.to_bits().abs_diff(b.to_bits())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        /// Two libraries, each within 1 ulp of the truth, differ by at most 2.
        #[test]
        fn exp_agrees_with_an_independent_library(x in -700.0..709.7f64) {
            prop_assert!(ulps(exp(x), libm::exp(x)) <= 1, "{x}");
        }

        #[test]
        fn bounded_exp_agrees_with_both(x in -EXP_BOUND..EXP_BOUND) {
            prop_assert_eq!(exp_bounded(x).to_bits(), exp(x).to_bits());
            prop_assert!(ulps(exp_bounded(x), libm::exp(x)) <= 1, "{x}");
        }

        #[test]
        fn held_exp_stops_at_the_bound(x in -2.0 * EXP_BOUND..2.0 * EXP_BOUND) {
            let held = x.clamp(-EXP_BOUND, EXP_BOUND);
            prop_assert!(ulps(exp_held(x), libm::exp(held)) <= 1, "{x}");
        }

        #[test]
        fn ln_agrees_with_an_independent_library(m in 1.0..2.0f64, k in -1070..1023i32) {
            let x = libm::scalbn(m, k);
            prop_assert!(ulps(ln(x), libm::log(x)) <= 1, "{x}");
        }

        #[test]
        fn ln_near_one(x in 0.5..2.0f64) {
            prop_assert!(ulps(ln(x), libm::log(x)) <= 1, "{x}");
        }
    }

    #[test]
    fn edges() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp_bounded(0.0), 1.0);
        assert_eq!(exp_bounded(EXP_BOUND), exp(EXP_BOUND));
        assert_eq!(exp_bounded(-EXP_BOUND), exp(-EXP_BOUND));
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(-709.0), 0.0);
        assert_eq!(exp(710.0), f64::INFINITY);
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert!(exp(f64::NAN).is_nan() && exp_held(f64::NAN).is_nan());
        assert_eq!(exp_held(f64::NEG_INFINITY), exp(-EXP_BOUND));
        assert!(exp(709.78).is_finite());
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
        assert_eq!(ln(f64::INFINITY), f64::INFINITY);
        assert!(ln(-1.0).is_nan() && ln(f64::NAN).is_nan());
    }

    /// The comparator sees an error of 2 ulp.
    #[test]
    fn twin_two_ulps_are_seen() {
        let x = 1.25;
        assert!(ulps(f64::from_bits(exp(x).to_bits() + 2), libm::exp(x)) > 1);
    }
}

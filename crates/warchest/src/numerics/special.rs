//! Special functions: normal, gamma, beta, Student t, and the scores built on them.
//!
//! Everything is scalar arithmetic over [`super::elementary`] and `libm`: the same bits on
//! every machine. Distribution functions keep their relative precision in both tails;
//! quantiles are inverted in the smaller tail by one monotone Newton iteration.

use super::elementary::{exp, ln, ln_1p};

pub use super::student::{Score, StudentT};

const SQRT_2: f64 = std::f64::consts::SQRT_2;
const FRAC_1_SQRT_2PI: f64 = 0.398_942_280_401_432_7;
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;
const FRAC_1_SQRT_PI: f64 = 0.564_189_583_547_756_3;

/// Density of the standard normal at `x`.
#[inline(always)]
pub fn normal_pdf(x: f64) -> f64 {
    FRAC_1_SQRT_2PI * exp(-0.5 * x * x)
}

/// Logarithm of the density of the standard normal at `x`.
#[inline(always)]
pub fn normal_ln_pdf(x: f64) -> f64 {
    -0.5 * x * x - LN_SQRT_2PI
}

/// Probability that a standard normal is at most `x`; full relative precision below zero.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// Probability that a standard normal exceeds `x`.
pub fn normal_sf(x: f64) -> f64 {
    0.5 * libm::erfc(x / SQRT_2)
}

/// Value that a standard normal stays below with probability `p`; infinite at 0 and 1, NaN
/// outside.
///
/// # Source
/// Wichura (1988), algorithm AS 241 (PPND16), Applied Statistics 37(3): relative error about
/// 1e-16.
#[inline(always)]
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * polynomial(&CENTRE_TOP, r) / polynomial(&CENTRE_BOTTOM, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if !(tail > 0.0) {
        return if tail == 0.0 { q.signum() * f64::INFINITY } else { f64::NAN };
    }
    let r = (-ln(tail)).sqrt();
    let x = if r <= 5.0 {
        polynomial(&MIDDLE_TOP, r - 1.6) / polynomial(&MIDDLE_BOTTOM, r - 1.6)
    } else {
        polynomial(&FAR_TOP, r - 5.0) / polynomial(&FAR_BOTTOM, r - 5.0)
    };
    if q < 0.0 { -x } else { x }
}

#[inline(always)]
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    let mut sum = coefficients[7];
    let mut i = 7;
    while i > 0 {
        i -= 1;
        sum = sum * x + coefficients[i];
    }
    sum
}

const CENTRE_TOP: [f64; 8] = [
    3.387_132_872_796_366_6,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_4e3,
    1.373_169_376_550_946e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
const CENTRE_BOTTOM: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_66e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_854e3,
];
const MIDDLE_TOP: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const MIDDLE_BOTTOM: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR_TOP: [f64; 8] = [
    6.657_904_643_501_104,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_BOTTOM: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

/// Continuous ranked probability score of the standard normal at `z`:
/// `z(2Φ(z) − 1) + 2φ(z) − 1/√π`. Multiply by the scale.
///
/// # Source
/// Gneiting and Raftery (2007), JASA 102(477).
pub fn normal_crps(z: f64) -> f64 {
    z * (normal_cdf(z) - normal_sf(z)) + 2.0 * normal_pdf(z) - FRAC_1_SQRT_PI
}

/// Logarithm of the gamma function at `x > 0`.
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// `ln Γ(x + 1/2) − ln Γ(x)` for `x > 0`, without cancellation at large `x`.
pub(super) fn ln_gamma_half_step(x: f64) -> f64 {
    if x < 40.0 {
        return ln_gamma(x + 0.5) - ln_gamma(x);
    }
    // Asymptotic series; the next term is below 1e-17 at 40.
    let r = 1.0 / x;
    let r2 = r * r;
    let series = 1.0 / 8.0
        - r2 * (1.0 / 192.0 - r2 * (1.0 / 640.0 - r2 * (17.0 / 14336.0 - r2 * (31.0 / 18432.0))));
    0.5 * ln(x) - r * series
}

/// `ln B(a, b)`, the logarithm of the beta function, for `a, b > 0`.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if low == 0.5 {
        return 0.5 * ln(std::f64::consts::PI) - ln_gamma_half_step(high);
    }
    ln_gamma(low) + (ln_gamma(high) - ln_gamma(low + high))
}

/// Modified Lentz evaluation of the continued fraction of the incomplete beta function,
/// without its prefactor; converges fast for `x < (a + 1)/(a + b + 2)`.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..100_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / keep(1.0 + even * d);
        c = keep(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / keep(1.0 + odd * d);
        c = keep(1.0 + odd / c);
        let step = d * c;
        fraction *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

/// Lower and upper regularised incomplete beta functions at `x`, with `y = 1 − x` given so
/// that neither tail loses precision, and `ln_front = a ln x + b ln y − ln B(a, b)`.
pub(super) fn beta_tails(a: f64, b: f64, x: f64, y: f64, ln_front: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = exp(ln_front) * beta_fraction(a, b, x) / a;
        (lower, 1.0 - lower)
    } else {
        let upper = exp(ln_front) * beta_fraction(b, a, y) / b;
        (1.0 - upper, upper)
    }
}

/// Regularised incomplete beta function `I_x(a, b)`: probability that a beta(a, b) variable
/// is at most `x`. NaN for a parameter that is not positive.
pub fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    if !(a > 0.0 && b > 0.0) || x.is_nan() {
        return f64::NAN;
    }
    let x = x.clamp(0.0, 1.0);
    let front = a * ln(x) + b * ln_1p(-x) - ln_beta(a, b);
    beta_tails(a, b, x, 1.0 - x, front).0
}

/// Newton's method for `ln tail(s) = ln target` where `ln tail` is concave and monotone in
/// `s`: from any start, the second step on, the iterates approach from one side.
/// `tail(s)` returns the probability and the size of its derivative in `s`; `rising` says its
/// direction.
pub(super) fn invert_log_concave(
    start: f64,
    target: f64,
    rising: bool,
    tail: impl Fn(f64) -> (f64, f64),
) -> f64 {
    let goal = ln(target);
    let mut s = start;
    for _ in 0..200 {
        let (probability, slope) = tail(s);
        if !(probability > 0.0) || !(slope > 0.0) {
            // Underflow: walk back towards larger probabilities.
            s += if rising { 1.0 } else { -1.0 };
            continue;
        }
        let step = (ln(probability) - goal) * probability / slope;
        let step = step.clamp(-30.0, 30.0);
        let next = if rising { s - step } else { s + step };
        if (next - s).abs() <= 4e-16 * s.abs().max(1.0) {
            return next;
        }
        s = next;
    }
    s
}

/// Value that a beta(a, b) variable stays below with probability `p`. NaN for a parameter
/// that is not positive or a `p` outside `[0, 1]`.
pub fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    if !(a > 0.0 && b > 0.0 && (0.0..=1.0).contains(&p)) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return p;
    }
    let norm = ln_beta(a, b);
    // s is the logit of x; both ln I and ln (1 − I) are concave in it.
    let tails = |s: f64| {
        let (ln_x, ln_y) = (-ln_1p(exp(-s)), -ln_1p(exp(s)));
        let front = a * ln_x + b * ln_y - norm;
        let (lower, upper) = beta_tails(a, b, exp(ln_x), exp(ln_y), front);
        (lower, upper, exp(front))
    };
    let lower_is_small = tails(0.0).0 >= p || p < 0.5;
    let start = ln(a / b);
    let s = if lower_is_small {
        invert_log_concave(start, p, true, |s| {
            let (lower, _, slope) = tails(s);
            (lower, slope)
        })
    } else {
        invert_log_concave(start, 1.0 - p, false, |s| {
            let (_, upper, slope) = tails(s);
            (upper, slope)
        })
    };
    1.0 / (1.0 + exp(-s))
}

/// Lower and upper regularised incomplete gamma functions of shape `a` at `x`.
fn gamma_tails(a: f64, x: f64, ln_front: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    let front = exp(ln_front);
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-17 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        let lower = front * sum;
        return (lower, 1.0 - lower);
    }
    let mut b = x + 1.0 - a;
    let mut c = 1e300;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for i in 1..100_000 {
        let i = f64::from(i);
        let numerator = -i * (i - a);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        let step = d * c;
        fraction *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    let upper = front * fraction;
    (1.0 - upper, upper)
}

/// Regularised lower incomplete gamma function: probability that a gamma variable of shape
/// `a` and scale 1 is at most `x`. NaN unless `a > 0`.
pub fn gamma_cdf(a: f64, x: f64) -> f64 {
    if !(a > 0.0) || x.is_nan() {
        return f64::NAN;
    }
    gamma_tails(a, x, a * ln(x.max(0.0)) - x - ln_gamma(a)).0
}

/// Value that a gamma variable of shape `a` and scale 1 stays below with probability `p`. A
/// chi-square with `n` degrees is twice the quantile of shape `n/2`. NaN unless `a > 0` and
/// `p` in `[0, 1]`.
pub fn gamma_quantile(a: f64, p: f64) -> f64 {
    if !(a > 0.0 && (0.0..=1.0).contains(&p)) {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    let norm = ln_gamma(a);
    // s is ln x; both tails are log-concave in it.
    let tails = |s: f64| {
        let front = a * s - exp(s) - norm;
        let (lower, upper) = gamma_tails(a, exp(s), front);
        (lower, upper, exp(front))
    };
    // Wilson and Hilferty (1931), or the power law at the origin where that is negative.
    let third = 1.0 / (9.0 * a);
    let root = 1.0 - third + normal_quantile(p) * third.sqrt();
    let start = if root > 0.2 { ln(a) + 3.0 * ln(root) } else { (ln(p) + ln_gamma(a + 1.0)) / a };
    let s = if p < 0.5 {
        invert_log_concave(start, p, true, |s| {
            let (lower, _, slope) = tails(s);
            (lower, slope)
        })
    } else {
        invert_log_concave(start, 1.0 - p, false, |s| {
            let (_, upper, slope) = tails(s);
            (upper, slope)
        })
    };
    exp(s)
}

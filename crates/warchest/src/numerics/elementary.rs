//! exp, ln, powers: pure arithmetic, no fused multiply-add, at most 1 ulp from the truth.

/// e to the x.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// e to the x, less one.
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Logarithm of 1 + x.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// x to the y, for x > 0.
#[inline(always)]
pub fn powf(x: f64, y: f64) -> f64 {
    exp(y * ln(x))
}

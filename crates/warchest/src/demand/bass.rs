//! How many people use: Bass diffusion, stepped without Euler's bias.

use crate::numerics::elementary::exp;

/// Adopters one period later, for `dN/dt = (p + q N/M)(M − N)`.
///
/// With `x = N/M`, `y = (1 − x)/(p + q x)` decays at rate `p + q` exactly, so the step is exact
/// for any length: `x' = (1 − p y')/(1 + q y')`.
///
/// # Shapes and units
/// `adopters` N and `reachable` M in persons, `innovation` p and `imitation` q per period.
/// Adopters stay between their start and M; M ≤ N or p = q = 0 leaves them.
///
/// # Source
/// Bass (1969), Management Science 15(5).
#[inline(always)]
pub fn hazard_step(adopters: f64, reachable: f64, innovation: f64, imitation: f64) -> f64 {
    let x = adopters / reachable;
    let hazard = innovation + imitation * x;
    let y = (1.0 - x) / hazard * exp(-(innovation + imitation));
    let next = reachable * ((1.0 - innovation * y) / (1.0 + imitation * y));
    if x < 1.0 && hazard > 0.0 { next.max(adopters) } else { adopters }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F(5) = .331198642 for p = .03, q = .38 (closed form of Bass 1969 from an empty market).
    #[test]
    fn five_years_of_the_textbook_curve() {
        let mut n = 0.0;
        for _ in 0..20 {
            n = hazard_step(n, 1.0, 0.03 / 4.0, 0.38 / 4.0);
        }
        let decay = exp(-5.0 * 0.41);
        let closed = (1.0 - decay) / (1.0 + 0.38 / 0.03 * decay);
        assert!((n - closed).abs() <= 1e-12 * closed, "{n} {closed}");
        assert!((n - 0.331_198_642).abs() <= 5e-10);
        // Euler's step misses it in the third digit.
        let mut euler = 0.0;
        for _ in 0..20 {
            euler += (0.03 + 0.38 * euler) / 4.0 * (1.0 - euler);
        }
        assert!((euler - closed).abs() > 1e-3);
    }

    #[test]
    fn corners() {
        assert_eq!(hazard_step(5.0, 5.0, 0.1, 0.1), 5.0);
        assert_eq!(hazard_step(6.0, 5.0, 0.1, 0.1), 6.0);
        assert_eq!(hazard_step(2.0, 5.0, 0.0, 0.0), 2.0);
        assert_eq!(hazard_step(0.0, 5.0, 0.0, 0.4), 0.0);
    }
}

//! Rounds of equity: how likely, how much, at what price.

use crate::numerics::elementary::{exp, ln};

/// What an investor sees of a firm that asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case {
    /// Log growth of revenue per year.
    pub growth: f64,
    /// Mood of investors.
    pub mood: f64,
    /// Quarters of cash left.
    pub runway: f64,
    /// 1 with a strategic investor on board.
    pub strategic: f64,
    /// Operating profit over revenue, held to ±3.
    pub margin: f64,
}

/// P(raise) = logistic(α0 + α1·growth + α2·mood + α3·ln(runway) + α4·strategic + α5·margin).
/// The runway is held to at least a tenth of a quarter.
#[inline(always)]
pub fn raise_probability(alpha: [f64; 6], case: &Case) -> f64 {
    let runway = if case.runway > 0.1 { case.runway } else { 0.1 };
    let x = alpha[0]
        + alpha[1] * case.growth
        + alpha[2] * case.mood
        + alpha[3] * ln(runway)
        + alpha[4] * case.strategic
        + alpha[5] * case.margin;
    1.0 / (1.0 + exp(-x))
}

/// Value over annualised revenue: exp(b0 + b1 g + b2 m).
#[inline(always)]
pub fn multiple(b: [f64; 3], growth: f64, mood: f64) -> f64 {
    exp(b[0] + b[1] * growth + b[2] * mood)
}

/// Share of the firm that new money buys: I/(V + I), `pre_money` V and `amount` I in USD.
#[inline(always)]
pub fn dilution(pre_money: f64, amount: f64) -> f64 {
    let sum = pre_money + amount;
    if sum > 0.0 { amount / sum } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: Case = Case { growth: 1.0, mood: 0.5, runway: 4.0, strategic: 1.0, margin: -0.5 };

    #[test]
    fn probability_is_logistic() {
        assert_eq!(raise_probability([0.0; 6], &CASE), 0.5);
        let alpha = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
        let x: f64 = 0.1 + 0.2 + 0.15 + 0.4 * ln(4.0) + 0.5 - 0.3;
        assert!((raise_probability(alpha, &CASE) - 1.0 / (1.0 + exp(-x))).abs() < 1e-15);
    }

    /// A round of 40 at 260 before the money: 13.3 %, the largest in the published range.
    #[test]
    fn dilution_of_a_published_round() {
        assert!((dilution(260.0, 40.0) - 0.1333).abs() < 5e-5);
        assert_eq!(dilution(0.0, 0.0), 0.0);
    }
}

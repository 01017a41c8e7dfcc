//! The mean of the worst losses.

use super::kelly::Bet;

/// Largest loss per unit staked; negative when every outcome gains.
pub fn worst(bet: &Bet) -> f64 {
    let likely = bet.outcomes().iter().filter(|(p, _)| *p > 0.0);
    likely.map(|(_, net)| -net).fold(f64::NEG_INFINITY, f64::max)
}

/// Mean loss per unit staked over the worst `1 − level` of the probability.
///
/// An outcome that straddles the level counts with the part of its probability beyond it. At
/// `level` 1 it is the worst loss.
///
/// # Source
/// R. T. Rockafellar, S. Uryasev (2002), Conditional value-at-risk for general loss
/// distributions, Journal of Banking & Finance 26(7), 1443–1471.
pub fn cvar(bet: &Bet, level: f64) -> f64 {
    let tail = 1.0 - level;
    if tail <= 0.0 || tail.is_nan() {
        return worst(bet);
    }
    let mut outcomes = bet.outcomes().to_vec();
    outcomes.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (mut left, mut sum) = (tail, 0.0);
    for (p, net) in outcomes {
        let part = p.min(left);
        sum -= part * net;
        left -= part;
        if left <= 0.0 {
            break;
        }
    }
    sum / (tail - left.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked by hand: the worst tenth of {−1: 4 %, −0.5: 10 %, +1: 86 %} is 4 % at 1 and 6 % at
    /// 0.5, so (0.04 + 0.03)/0.1 = 0.7.
    #[test]
    fn by_hand() {
        let bet = Bet::new(vec![(0.86, 1.0), (0.04, -1.0), (0.10, -0.5)]).unwrap();
        assert!((cvar(&bet, 0.9) - 0.7).abs() < 1e-12);
        assert!((cvar(&bet, 0.0) + bet.mean()).abs() < 1e-12);
        assert_eq!(cvar(&bet, 1.0), 1.0);
        assert_eq!(worst(&bet), 1.0);
        // Twin: another level is seen.
        assert!((cvar(&bet, 0.91) - 0.7).abs() > 1e-3);
    }
}

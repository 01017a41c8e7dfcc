//! The stake that maximises the mean logarithm of wealth, under the investor's limits.

use super::cvar::{cvar, worst};
use crate::numerics::elementary::ln;
use miette::Diagnostic;
use thiserror::Error;

/// What can be wrong with a bet.
#[derive(Clone, Debug, PartialEq, Error, Diagnostic)]
#[non_exhaustive]
pub enum BetError {
    /// A number that is no probability.
    #[error("the probability {found} is outside [0, 1]")]
    #[diagnostic(code(portfolio::probability))]
    Probability {
        /// As given.
        found: f64,
    },
    /// Probabilities that do not sum to one.
    #[error("the probabilities sum to {sum}, not to 1")]
    #[diagnostic(code(portfolio::sum))]
    Sum {
        /// Their sum.
        sum: f64,
    },
    /// A return below the loss of everything, or no number.
    #[error("the net return {found} is below −1 or no number")]
    #[diagnostic(code(portfolio::net_return), help("a total loss is −1, a tenfold return is 9"))]
    Return {
        /// As given.
        found: f64,
    },
    /// Odds that pay nothing.
    #[error("odds of {found} to one pay nothing")]
    #[diagnostic(code(portfolio::odds))]
    Odds {
        /// As given.
        found: f64,
    },
    /// More combinations of outcomes than are enumerated.
    #[error("{bets} bets of {outcomes} outcomes have more than {most} combinations")]
    #[diagnostic(code(portfolio::combinations))]
    TooMany {
        /// Bets.
        bets: u32,
        /// Outcomes of each.
        outcomes: usize,
        /// Most combinations.
        most: usize,
    },
}

/// Stake on a bet that pays `odds` to one with probability `p` and is lost otherwise.
///
/// `f = p − (1 − p)/odds`, and 0 when that is negative.
///
/// # Errors
/// [`BetError::Probability`], [`BetError::Odds`].
///
/// # Source
/// J. L. Kelly (1956), A new interpretation of information rate, Bell System Technical Journal
/// 35(4), 917–926.
pub fn binary(p: f64, odds: f64) -> Result<f64, BetError> {
    if !(0.0..=1.0).contains(&p) {
        return Err(BetError::Probability { found: p });
    }
    if !(odds.is_finite() && odds > 0.0) {
        return Err(BetError::Odds { found: odds });
    }
    Ok((p - (1.0 - p) / odds).max(0.0))
}

/// A bet: what it returns beyond the stake, and how likely.
#[derive(Clone, Debug, PartialEq)]
pub struct Bet {
    outcomes: Vec<(f64, f64)>,
}

/// Most combinations that [`Bet::spread`] enumerates.
const COMBINATIONS_MAX: usize = 200_000;

impl Bet {
    /// A bet with these (probability, net return per unit staked).
    ///
    /// # Errors
    /// [`BetError`] unless the probabilities sum to 1 within 1e-9 and no return is below −1.
    pub fn new(outcomes: Vec<(f64, f64)>) -> Result<Self, BetError> {
        let mut sum = 0.0;
        for (p, net) in &outcomes {
            if !(0.0..=1.0).contains(p) {
                return Err(BetError::Probability { found: *p });
            }
            if !net.is_finite() || *net < -1.0 {
                return Err(BetError::Return { found: *net });
            }
            sum += p;
        }
        if (sum - 1.0f64).abs() > 1e-9 {
            return Err(BetError::Sum { sum });
        }
        Ok(Self { outcomes })
    }

    /// (probability, net return per unit staked), in the order given.
    pub fn outcomes(&self) -> &[(f64, f64)] {
        &self.outcomes
    }

    /// Mean net return per unit staked.
    pub fn mean(&self) -> f64 {
        self.outcomes.iter().map(|(p, net)| p * net).sum()
    }

    /// Mean log of wealth after staking the fraction `stake` of it.
    pub fn growth(&self, stake: f64) -> f64 {
        self.outcomes
            .iter()
            .filter(|(p, _)| *p > 0.0)
            .map(|(p, net)| p * ln(1.0 + stake * net))
            .sum()
    }

    fn slope(&self, stake: f64) -> f64 {
        self.outcomes.iter().map(|(p, net)| p * net / (1.0 + stake * net)).sum()
    }

    /// The stake split evenly over `bets` independent copies of this bet.
    ///
    /// # Errors
    /// [`BetError::TooMany`].
    pub fn spread(&self, bets: u32) -> Result<Self, BetError> {
        let kinds = self.outcomes.len();
        let too_many = || BetError::TooMany { bets, outcomes: kinds, most: COMBINATIONS_MAX };
        let mut combinations = 1.0;
        for i in 1..kinds {
            combinations *= f64::from(bets) / i as f64 + 1.0;
        }
        if bets == 0 || combinations > COMBINATIONS_MAX as f64 {
            return Err(too_many());
        }
        let mut found = Vec::new();
        self.counts(0, bets, 1.0, 0.0, &mut found);
        let n = f64::from(bets);
        let outcomes = found.into_iter().map(|(p, sum)| (p, sum / n)).collect();
        Ok(Self { outcomes })
    }

    /// Every way to hand the remaining bets to the kinds from `kind` on: multinomial weights.
    fn counts(&self, kind: usize, left: u32, weight: f64, sum: f64, out: &mut Vec<(f64, f64)>) {
        let (p, net) = self.outcomes[kind];
        if kind + 1 == self.outcomes.len() {
            let mut weight = weight;
            for _ in 0..left {
                weight *= p;
            }
            out.push((weight, sum + f64::from(left) * net));
            return;
        }
        let mut here = weight;
        for k in 0..=left {
            self.counts(kind + 1, left - k, here, sum + f64::from(k) * net, out);
            here *= p * f64::from(left - k) / f64::from(k + 1);
        }
    }
}

/// What the investor allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Largest part of wealth that may ever be lost.
    pub worst: Option<f64>,
    /// Largest mean loss over the worst `1 − level` of outcomes, as a part of wealth.
    pub cvar: Option<f64>,
    /// Level of that mean loss: 0.95.
    pub level: f64,
}

/// What keeps the stake from being larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The bet has no edge: nothing is staked.
    NoEdge,
    /// Growth itself: a larger stake grows more slowly.
    Growth,
    /// The worst case that the investor accepts.
    WorstCase,
    /// The mean loss of the worst outcomes.
    Cvar,
    /// All wealth is staked; there is no borrowing.
    Wealth,
}

impl Binding {
    /// The constraint in words.
    pub fn words(self) -> &'static str {
        match self {
            Binding::NoEdge => "the bet has no edge",
            Binding::Growth => "growth itself",
            Binding::WorstCase => "the worst case",
            Binding::Cvar => "the mean loss of the worst outcomes",
            Binding::Wealth => "all wealth",
        }
    }
}

/// A stake and what it does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sized {
    /// Fraction of wealth to stake.
    pub stake: f64,
    /// Fraction without the investor's limits.
    pub unlimited: f64,
    /// Mean log growth at the stake.
    pub growth: f64,
    /// Part of wealth lost at worst.
    pub worst: f64,
    /// Mean part of wealth lost over the worst outcomes.
    pub cvar: f64,
    /// What keeps it from being larger.
    pub binding: Binding,
}

/// The stake in [0, 1] with the highest mean log growth inside the limits.
///
/// The loss of a single stake is proportional to it, so each limit is an upper bound on the
/// stake, and growth is concave: the answer is the least of the bounds and the free optimum.
pub fn size(bet: &Bet, limits: &Limits) -> Sized {
    let unlimited = free_stake(bet);
    let (worst_unit, cvar_unit) = (worst(bet), cvar(bet, limits.level));
    let bound = |limit: Option<f64>, unit: f64| match limit {
        Some(limit) if unit > 0.0 => limit.max(0.0) / unit,
        _ => f64::INFINITY,
    };
    let start = match unlimited {
        0.0 => Binding::NoEdge,
        1.0 => Binding::Wealth,
        _ => Binding::Growth,
    };
    let (mut stake, mut binding) = (unlimited, start);
    for (most, name) in [
        (bound(limits.cvar, cvar_unit), Binding::Cvar),
        (bound(limits.worst, worst_unit), Binding::WorstCase),
    ] {
        if most < stake {
            (stake, binding) = (most, name);
        }
    }
    Sized {
        stake,
        unlimited,
        growth: bet.growth(stake),
        worst: stake * worst_unit,
        cvar: (stake * cvar_unit).max(0.0),
        binding,
    }
}

/// Root of the slope of growth in [0, 1]: the slope falls, so halving finds it.
fn free_stake(bet: &Bet) -> f64 {
    if bet.slope(0.0) <= 0.0 {
        return 0.0;
    }
    if worst(bet) < 1.0 && bet.slope(1.0) >= 0.0 {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if bet.slope(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FREE: Limits = Limits { worst: None, cvar: None, level: 0.95 };

    fn coin(p: f64, odds: f64) -> Bet {
        Bet::new(vec![(p, odds), (1.0 - p, -1.0)]).unwrap()
    }

    /// Closed forms: p = .6 at even odds .2; p = .05 at 49 to 1 .05 − .95/49 = .030612…
    #[test]
    fn closed_forms() {
        for (p, odds, wanted) in [(0.6, 1.0, 0.2), (0.05, 49.0, 0.05 - 0.95 / 49.0)] {
            assert!((binary(p, odds).unwrap() - wanted).abs() < 1e-15);
            let sized = size(&coin(p, odds), &FREE);
            assert!((sized.stake - wanted).abs() < 1e-12, "{sized:?}");
            assert_eq!(sized.binding, Binding::Growth);
        }
        assert!((binary(0.05, 49.0).unwrap() - 0.030612).abs() < 5e-7);
        assert_eq!(size(&coin(0.4, 1.0), &FREE).binding, Binding::NoEdge);
        // Twin: another probability is seen.
        assert!((size(&coin(0.601, 1.0), &FREE).stake - 0.2).abs() > 1e-3);
    }

    #[test]
    fn the_binding_limit_is_named() {
        let bet = coin(0.6, 1.0);
        let at = |worst, cvar| size(&bet, &Limits { worst, cvar, level: 0.95 });
        assert_eq!(at(Some(0.1), None).binding, Binding::WorstCase);
        assert_eq!(at(Some(0.1), None).stake, 0.1);
        assert_eq!(at(Some(0.1), Some(0.05)).binding, Binding::Cvar);
        assert_eq!(at(Some(0.5), Some(0.5)).binding, Binding::Growth);
        assert_eq!(at(Some(0.0), None).stake, 0.0);
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(binary(1.2, 1.0), Err(BetError::Probability { found: 1.2 }));
        assert_eq!(binary(0.5, 0.0), Err(BetError::Odds { found: 0.0 }));
        assert_eq!(Bet::new(vec![(0.5, 1.0)]), Err(BetError::Sum { sum: 0.5 }));
        assert_eq!(Bet::new(vec![(1.0, -2.0)]), Err(BetError::Return { found: -2.0 }));
        assert!(coin(0.5, 1.0).spread(0).is_err());
    }

    proptest! {
        /// Spreading one stake over independent copies keeps the mean, never lowers the best
        /// growth and never raises the mean of the worst losses.
        #[test]
        fn spreading_never_hurts(p in 0.02..0.98f64, odds in 0.2..40.0f64, bets in 2..9u32) {
            let one = coin(p, odds);
            let many = one.spread(bets).unwrap();
            prop_assert!((many.mean() - one.mean()).abs() < 1e-9 * (1.0 + odds));
            let total: f64 = many.outcomes().iter().map(|(p, _)| p).sum();
            prop_assert!((total - 1.0).abs() < 1e-12);
            prop_assert!(size(&many, &FREE).growth >= size(&one, &FREE).growth - 1e-12);
            prop_assert!(cvar(&many, 0.95) <= cvar(&one, 0.95) + 1e-9);
        }

        /// No other stake inside the limits grows faster.
        #[test]
        fn nothing_inside_the_limits_is_better(
            p in 0.02..0.98f64, odds in 0.2..40.0f64, limit in 0.01..1.0f64, other in 0.0..1.0f64,
        ) {
            let bet = coin(p, odds);
            let found = size(&bet, &Limits { worst: Some(limit), cvar: None, level: 0.95 });
            prop_assert!(found.worst <= limit + 1e-12);
            prop_assert!(bet.growth(other * limit * 0.999_999) <= found.growth + 1e-12);
        }
    }
}

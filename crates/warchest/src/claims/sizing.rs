//! The two rules for investors as limits of the sizing question.

use super::error::ClaimError;
use super::eval::Evaluator;
use super::file::{Sizing, Stated};
use super::missing::Stop;
use crate::portfolio::kelly::{Bet, BetError, Limits, size};
use serde::Serialize;

/// The stakes under a rule and without it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SizingResult {
    /// Probability and net return of one bet, per unit staked.
    pub outcomes: Vec<(f64, f64)>,
    /// Largest part of wealth that may be lost.
    pub worst_case: Option<f64>,
    /// Largest mean loss in the worst twentieth.
    pub cvar_95: Option<f64>,
    /// One line per number of bets asked for.
    pub lines: Vec<SizingLine>,
    /// What binds in the first line.
    pub binding: String,
}

/// The best stake spread over a number of bets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SizingLine {
    /// Independent bets that share the stake.
    pub bets: u32,
    /// Fraction of wealth to stake, within the limits.
    pub stake: f64,
    /// Fraction without limits.
    pub unlimited: f64,
    /// Mean log growth of wealth at the stake.
    pub growth: f64,
    /// Part of wealth lost at worst.
    pub worst: f64,
    /// Mean part of wealth lost in the worst twentieth.
    pub cvar: f64,
    /// What keeps the stake from being larger.
    pub binding: String,
}

/// Sizes the bet.
///
/// # Errors
/// [`Stop`]: an outcome that is no bet, or missing data.
pub fn solve(eval: &Evaluator, wanted: &Sizing) -> Result<SizingResult, Stop> {
    let part = |stated: &Option<Stated>| {
        stated.as_ref().map(|s| eval.number(&s.expr).map(|n| n.amount)).transpose()
    };
    let mut outcomes = Vec::new();
    for (probability, pays) in &wanted.outcomes {
        let p = eval.number(&probability.expr)?.amount;
        outcomes.push((p, eval.number(&pays.expr)?.amount - 1.0));
    }
    let place = wanted.outcomes.first().map_or(0..0, |(p, _)| p.expr.at.clone());
    let wrong = |error: BetError| -> Stop {
        ClaimError::Range {
            what: "the outcomes of the bet".into(),
            why: error.to_string(),
            at: place.clone().into(),
            file: eval.file.clone(),
        }
        .into()
    };
    let one = Bet::new(outcomes.clone()).map_err(&wrong)?;
    let limits =
        Limits { worst: part(&wanted.worst_case)?, cvar: part(&wanted.cvar_95)?, level: 0.95 };
    let mut lines = Vec::new();
    for bets in [Some(wanted.bets), wanted.against].into_iter().flatten() {
        let spread = one.spread(bets).map_err(&wrong)?;
        let found = size(&spread, &limits);
        lines.push(SizingLine {
            bets,
            stake: found.stake,
            unlimited: found.unlimited,
            growth: found.growth,
            worst: found.worst,
            cvar: found.cvar,
            binding: found.binding.words().into(),
        });
    }
    Ok(SizingResult {
        outcomes,
        worst_case: limits.worst,
        cvar_95: limits.cvar,
        binding: lines[0].binding.clone(),
        lines,
    })
}

//! Two kinds of technology: most improve slowly, a few fast, and which is which is inferred.

use super::error::CurveError;
use super::forecast::{Model, Predictive, Window};
use super::pooled::{Prior, Row, rows};
use super::wright::Ahead;
use crate::numerics::elementary::{exp, ln};

/// Two priors and the probability of the second.
///
/// Each is a normal–inverse-gamma law, so the forecast is a mixture of two exact Student-t laws
/// whose weights follow from how probable each prior makes the window.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct Mixture {
    /// Share of technologies of the second kind.
    pub weight: f64,
    /// First kind.
    pub first: Prior,
    /// Second kind.
    pub second: Prior,
}

impl Mixture {
    /// Log marginal density of the rows, and the posterior probability of the second kind.
    pub(super) fn marginal(&self, rows: &[Row], even: bool) -> (f64, f64) {
        let first = ln(1.0 - self.weight) + self.first.ln_marginal(rows, even);
        let second = ln(self.weight) + self.second.ln_marginal(rows, even);
        let top = first.max(second);
        let whole = exp(first - top) + exp(second - top);
        (top + ln(whole), exp(second - top) / whole)
    }
}

/// A law pooled across two kinds of technology.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PooledMixture {
    /// What the other technologies say.
    pub prior: Mixture,
    /// What is known of the experience to come, for a prior that reads it.
    pub ahead: Ahead,
}

impl Model for PooledMixture {
    fn name(&self) -> String {
        "hierarchical, two kinds".to_string()
    }

    fn fit(&self, window: &Window) -> Result<Predictive, CurveError> {
        window.at_least(1, "pooled, two kinds")?;
        let rows = rows(window, self.prior.first.wright)?;
        let (_, second) = self.prior.marginal(&rows, window.gaps.is_none());
        let law = |prior: &Prior| prior.predict(window, self.ahead);
        Ok(Predictive {
            first: law(&self.prior.first)?,
            second: Some(Box::new((second, law(&self.prior.second)?))),
        })
    }
}

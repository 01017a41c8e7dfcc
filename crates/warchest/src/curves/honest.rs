//! Priors for a hindcast: without the technology itself, or without the future.

use super::each;
use super::error::CurveError;
use super::fit::{Shape, fit_mixture, fit_prior};
use super::forecast::{Model, Predictive, Window};
use super::hindcast::{Forecast, Protocol, Technology, run_with};
use super::mixture::{Mixture, PooledMixture};
use super::moore::Moore;
use super::pooled::{Pooled, PooledWright, Prior};
use super::wright::Ahead;

/// A pooled model or, where nothing can be pooled yet, Moore's law.
pub(super) enum Choice {
    Moore(Moore),
    Pooled(Pooled),
    Wright(PooledWright),
    Mixture(PooledMixture),
}

impl Choice {
    pub(super) fn of(prior: Prior, ahead: Ahead) -> Choice {
        if prior.wright {
            Choice::Wright(PooledWright { prior, ahead })
        } else {
            Choice::Pooled(Pooled { prior })
        }
    }
}

impl Model for Choice {
    fn name(&self) -> String {
        "hierarchical".to_string()
    }

    fn fit(&self, window: &Window) -> Result<Predictive, CurveError> {
        match self {
            Choice::Moore(model) => model.fit(window),
            Choice::Pooled(model) => model.fit(window),
            Choice::Wright(model) => model.fit(window),
            Choice::Mixture(model) => model.fit(window),
        }
    }
}

/// Technologies from which two kinds are told apart.
pub const MIXTURE_LEAST: usize = 20;

/// How a prior is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// What each prior can say.
    pub shape: Shape,
    /// Two kinds of technology rather than one, once there are [`MIXTURE_LEAST`] of them.
    pub mixture: bool,
}

/// A fitted prior of either sort.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fitted {
    /// One kind.
    One(Prior),
    /// Two kinds.
    Two(Mixture),
}

impl Fitted {
    fn choice(&self, ahead: Ahead) -> Choice {
        match *self {
            Fitted::One(prior) => Choice::of(prior, ahead),
            Fitted::Two(prior) => Choice::Mixture(PooledMixture { prior, ahead }),
        }
    }
}

impl Recipe {
    /// Fits the prior to these technologies; `start` saves time and may be left out.
    ///
    /// # Errors
    /// As [`fit_prior`] and [`fit_mixture`].
    pub fn fit(
        &self,
        technologies: &[Technology],
        start: Option<&Fitted>,
    ) -> Result<Fitted, CurveError> {
        if self.mixture && technologies.len() >= MIXTURE_LEAST {
            let start = match start {
                Some(Fitted::Two(mixture)) => Some(mixture),
                _ => None,
            };
            let rounds = if start.is_some() { 4 } else { 12 };
            return Ok(Fitted::Two(fit_mixture(technologies, self.shape, start, rounds)?));
        }
        let start = match start {
            Some(Fitted::One(prior)) => Some(prior),
            _ => None,
        };
        Ok(Fitted::One(fit_prior(technologies, self.shape, start, true)?.prior))
    }
}

/// Hindcast with priors from the other folds: technology `j` is forecast with the prior of all
/// technologies whose index differs from `j` modulo `folds`, over their whole histories.
///
/// # Errors
/// As [`Recipe::fit`] and the models.
pub fn fold_hindcast(
    panel: &[Technology],
    protocol: &Protocol,
    recipe: Recipe,
    ahead: Ahead,
    folds: usize,
) -> Result<(Vec<Forecast>, Vec<Fitted>), CurveError> {
    let others = |fold: usize| -> Vec<Technology> {
        panel
            .iter()
            .enumerate()
            .filter(|(j, _)| j % folds != fold)
            .map(|(_, t)| t.clone())
            .collect()
    };
    let fits: Vec<Fitted> = each(folds, |fold| recipe.fit(&others(fold), None))
        .into_iter()
        .collect::<Result<_, _>>()?;
    let models: Vec<Choice> = fits.iter().map(|fit| fit.choice(ahead)).collect();
    let forecasts = run_with(panel, protocol, &|j, _| &models[j % folds])?;
    Ok((forecasts, fits))
}

/// Technologies that a calendar-honest prior needs before it is used.
const POOL_LEAST: usize = 8;

/// Hindcast with priors that a forecaster of the day could have fitted: a forecast made in a
/// year reads, of the technologies of the other folds, only what was observed up to that year.
/// Until eight of them have five changes, Moore's law stands in.
///
/// # Errors
/// As [`fit_prior`] and the models.
pub fn calendar_hindcast(
    panel: &[Technology],
    protocol: &Protocol,
    recipe: Recipe,
    ahead: Ahead,
    folds: usize,
) -> Result<(Vec<Forecast>, usize), CurveError> {
    let years = panel.iter().flat_map(|t| [t.first, t.first + (t.y.len() - 1) as f64]);
    let first = years.clone().fold(f64::INFINITY, f64::min);
    let last = years.fold(f64::NEG_INFINITY, f64::max);
    let count = (last - first) as usize + 1;
    let by_fold: Vec<Vec<Choice>> = each(folds, |fold| {
        let mut start: Option<Fitted> = None;
        (0..count)
            .map(|offset| {
                let past = seen(panel, first + offset as f64, folds, fold);
                if past.len() < POOL_LEAST {
                    return Choice::Moore(Moore::new(0.0));
                }
                match recipe.fit(&past, start.as_ref()) {
                    Ok(fit) => {
                        start = Some(fit);
                        fit.choice(ahead)
                    }
                    Err(_) => Choice::Moore(Moore::new(0.0)),
                }
            })
            .collect()
    });
    let pick = |j: usize, origin: usize| -> &dyn Model {
        let offset = (panel[j].first - first) as usize + origin;
        &by_fold[j % folds][offset]
    };
    let forecasts = run_with(panel, protocol, &pick)?;
    let without = forecasts
        .iter()
        .filter(|f| {
            let offset = (panel[f.technology as usize].first - first) as usize + f.origin as usize;
            matches!(by_fold[f.technology as usize % folds][offset], Choice::Moore(_))
        })
        .count();
    Ok((forecasts, without))
}

/// What was observed up to `year` of the technologies outside a fold, five changes at least.
fn seen(panel: &[Technology], year: f64, folds: usize, fold: usize) -> Vec<Technology> {
    let others = panel.iter().enumerate().filter(|(j, _)| j % folds != fold).map(|(_, t)| t);
    others
        .filter_map(|technology| {
            let points =
                (year - technology.first + 1.0).clamp(0.0, technology.y.len() as f64) as usize;
            (points > 5).then(|| Technology {
                y: technology.y[..points].to_vec(),
                x: technology.x.as_ref().map(|x| x[..points].to_vec()),
                ..technology.clone()
            })
        })
        .collect()
}

//! Priors by maximum marginal likelihood over a set of technologies.

use super::error::CurveError;
use super::forecast::Window;
use super::hindcast::Technology;
use super::mixture::Mixture;
use super::pooled::{Prior, Row, rows};
use crate::numerics::elementary::{exp, exp_m1, ln};
use crate::numerics::minimise::nelder_mead;

/// Which prior is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Reads experience.
    pub wright: bool,
    /// The prior mean grows with the volatility.
    pub scaled: bool,
}

impl Shape {
    /// Normal–inverse-gamma Moore: the exact Student-t.
    pub const MOORE: Shape = Shape { wright: false, scaled: false };
    /// Moore with a prior mean that grows with the volatility.
    pub const MOORE_SCALED: Shape = Shape { wright: false, scaled: true };
    /// Wright with a drift beside it.
    pub const WRIGHT: Shape = Shape { wright: true, scaled: false };
    /// The same with prior means that grow with the volatility.
    pub const WRIGHT_SCALED: Shape = Shape { wright: true, scaled: true };
}

/// A fitted prior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// The prior.
    pub prior: Prior,
    /// Sum of log marginal likelihoods.
    pub ln_likelihood: f64,
    /// Technologies used.
    pub technologies: usize,
    /// Whether the search converged.
    pub converged: bool,
}

/// Where the search starts.
const START: [f64; 9] = [-0.04, 0.0, 1.0, 0.0, -0.2, -6.0, 0.28, 0.0, 0.0];

/// Parameters of the search to a prior. Order: drift mean, slope mean, ln drift precision, ln
/// slope precision, ln a, ln b, atanh(θ/0.95), drift per K, slope per K.
fn prior(shape: Shape, at: &[f64; 9]) -> Prior {
    let tanh = |x: f64| {
        let e = exp_m1(2.0 * x.clamp(-15.0, 15.0));
        e / (e + 2.0)
    };
    let on = |flag: bool, v: f64| if flag { v } else { 0.0 };
    Prior {
        wright: shape.wright,
        mean: [at[0], on(shape.wright, at[1])],
        per_scale: [on(shape.scaled, at[7]), on(shape.scaled && shape.wright, at[8])],
        precision: [exp(at[2].clamp(-20.0, 20.0)), exp(on(shape.wright, at[3]).clamp(-20.0, 20.0))],
        a: exp(at[4].clamp(-10.0, 10.0)),
        b: exp(at[5].clamp(-40.0, 20.0)),
        theta: 0.95 * tanh(at[6]),
    }
}

fn free(shape: Shape) -> Vec<usize> {
    let mut free = vec![0, 2, 4, 5, 6];
    if shape.wright {
        free.extend([1, 3]);
    }
    if shape.scaled {
        free.push(7);
        if shape.wright {
            free.push(8);
        }
    }
    free
}

fn unfold(shape: Shape, point: &[f64]) -> Prior {
    let mut at = START;
    for (slot, value) in free(shape).into_iter().zip(point) {
        at[slot] = *value;
    }
    prior(shape, &at)
}

fn fold(shape: Shape, from: &Prior) -> Vec<f64> {
    let atanh = |r: f64| 0.5 * ln((1.0 + r) / (1.0 - r));
    let at = [
        from.mean[0],
        from.mean[1],
        ln(from.precision[0]),
        ln(from.precision[1]),
        ln(from.a),
        ln(from.b),
        atanh(from.theta / 0.95),
        from.per_scale[0],
        from.per_scale[1],
    ];
    free(shape).into_iter().map(|slot| at[slot]).collect()
}

/// The rows of every technology with at least two changes.
fn panel_rows(technologies: &[Technology], shape: Shape) -> Result<Vec<Vec<Row>>, CurveError> {
    let long = technologies.iter().filter(|technology| technology.y.len() > 2);
    long.map(|technology| {
        let window = Window { x: technology.x.as_deref(), ..Window::of(&technology.y) };
        rows(&window, shape.wright)
    })
    .collect()
}

fn enough(found: usize, needed: usize) -> Result<(), CurveError> {
    if found < needed {
        let model = "a pooled prior (technologies, not changes)".to_string();
        return Err(CurveError::Short { model, found, needed });
    }
    Ok(())
}

/// The prior that makes the changes of these technologies most probable, searched from `start`
/// or from a standing guess.
///
/// Technologies with fewer than two changes say nothing and are left out. `weak` adds a weak
/// prior on the prior's own spread (`ln κ ~ N(1, 1)`, `ln a ~ N(0, 1)`), which matters with few
/// technologies.
///
/// # Errors
/// [`CurveError::Short`] with fewer than five technologies; [`CurveError::NoExperience`] when
/// a Wright prior is asked of technologies without experience.
pub fn fit_prior(
    technologies: &[Technology],
    shape: Shape,
    start: Option<&Prior>,
    weak: bool,
) -> Result<Fit, CurveError> {
    let panel = panel_rows(technologies, shape)?;
    enough(panel.len(), 5)?;
    Ok(search(&panel, &vec![1.0; panel.len()], shape, start, weak))
}

/// Weak prior on the prior, as a cost: the spread of the drifts of a kind is near half of `K`,
/// its volatilities range over about a factor of two, each to a factor of `e`. Without it a
/// kind with five members claims that all five share one drift.
fn doubt(shape: Shape, prior: &Prior) -> f64 {
    let square = |x: f64| 0.5 * x * x;
    let slope = if shape.wright { square(ln(prior.precision[1]) - 1.0) } else { 0.0 };
    square(ln(prior.precision[0]) - 1.0) + square(ln(prior.a)) + slope
}

/// Maximum of the weighted marginal likelihood, times the weak prior where `weak`.
fn search(
    panel: &[Vec<Row>],
    weights: &[f64],
    shape: Shape,
    start: Option<&Prior>,
    weak: bool,
) -> Fit {
    let most = if weak { 400 } else { 3000 };
    let mut cost = |point: &[f64]| {
        let prior = unfold(shape, point);
        let each = panel.iter().zip(weights).filter(|(_, weight)| **weight > 1e-6);
        let likelihood =
            each.map(|(rows, weight)| weight * prior.ln_marginal(rows, true)).sum::<f64>();
        if weak { doubt(shape, &prior) - likelihood } else { -likelihood }
    };
    let standing: Vec<f64> = free(shape).into_iter().map(|slot| START[slot]).collect();
    let begin = start.map_or(standing, |start| fold(shape, start));
    let tolerance = 1e-7 * panel.len() as f64;
    let first = nelder_mead(&mut cost, &begin, 0.3, tolerance, most);
    let best = nelder_mead(&mut cost, &first.x, 0.1, tolerance, most);
    Fit {
        prior: unfold(shape, &best.x),
        ln_likelihood: -best.value,
        technologies: panel.len(),
        converged: best.converged,
    }
}

/// Two priors by expectation and maximisation, from `start` or from a slow and a fast guess.
///
/// # Errors
/// As [`fit_prior`]; [`CurveError::Short`] with fewer than twenty technologies.
pub fn fit_mixture(
    technologies: &[Technology],
    shape: Shape,
    start: Option<&Mixture>,
    rounds: usize,
) -> Result<Mixture, CurveError> {
    let panel = panel_rows(technologies, shape)?;
    enough(panel.len(), 20)?;
    let mut mixture = start.copied().unwrap_or_else(|| {
        let first =
            unfold(shape, &free(shape).into_iter().map(|slot| START[slot]).collect::<Vec<_>>());
        let second = Prior { mean: [-0.3, first.mean[1]], a: 2.0, b: 0.1, ..first };
        Mixture { weight: 0.2, first, second }
    });
    for _ in 0..rounds {
        let shares: Vec<f64> = panel.iter().map(|rows| mixture.marginal(rows, true).1).collect();
        let rest: Vec<f64> = shares.iter().map(|share| 1.0 - share).collect();
        mixture = Mixture {
            weight: (shares.iter().sum::<f64>() / shares.len() as f64).clamp(0.01, 0.99),
            first: search(&panel, &rest, shape, Some(&mixture.first), true).prior,
            second: search(&panel, &shares, shape, Some(&mixture.second), true).prior,
        };
    }
    Ok(mixture)
}

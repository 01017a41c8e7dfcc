//! A forecast: exact Student-t at every horizon (or two of them), joint over horizons.

use super::draw::CurveDraw;
use super::error::CurveError;
pub use super::part::{Experience, Noise, Part};
use crate::numerics::elementary::{exp, ln};
use crate::numerics::special::{Score, StudentT};

/// Degrees of freedom at which a Student t is the normal.
pub const NORMAL: f64 = 1e300;

/// The recent past that a model is fitted to.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// Log costs, oldest first, one step apart unless `gaps` says otherwise.
    pub y: &'a [f64],
    /// Log experience at the same times.
    pub x: Option<&'a [f64]>,
    /// Log experience one, two, ... steps ahead, when it is taken as known.
    pub ahead: Option<&'a [f64]>,
    /// Steps between neighbouring observations, `y.len() − 1` of them, when not all one.
    pub gaps: Option<&'a [f64]>,
}

impl<'a> Window<'a> {
    /// A window of costs one step apart.
    pub fn of(y: &'a [f64]) -> Window<'a> {
        Window { y, x: None, ahead: None, gaps: None }
    }

    /// Number of changes `m`.
    pub fn changes(&self) -> usize {
        self.y.len().saturating_sub(1)
    }

    /// Refuses a window with fewer than `needed` changes, or whose columns do not fit.
    pub(super) fn at_least(&self, needed: usize, model: &str) -> Result<usize, CurveError> {
        let found = self.changes();
        if found < needed {
            return Err(CurveError::Short { model: model.to_string(), found, needed });
        }
        let column = |column: &str, found: usize, needed: usize| {
            let column = column.to_string();
            if found == needed { Ok(()) } else { Err(CurveError::Length { column, found, needed }) }
        };
        column("x", self.x.map_or(found + 1, <[f64]>::len), found + 1)?;
        column("gaps", self.gaps.map_or(found, <[f64]>::len), found)?;
        let number = |values: &[f64]| values.iter().all(|value| value.is_finite());
        let gaps_fine = self.gaps.is_none_or(|gaps| gaps.iter().all(|gap| *gap > 0.0));
        let numbers = [Some(self.y), self.x, self.gaps].into_iter().flatten().all(number);
        if !(gaps_fine && numbers) {
            return Err(CurveError::NotANumber { model: model.to_string() });
        }
        Ok(found)
    }

    /// Steps between observations `i` and `i + 1`.
    #[inline]
    pub(super) fn gap(&self, i: usize) -> f64 {
        self.gaps.map_or(1.0, |gaps| gaps[i])
    }

    /// Steps from the first observation to the last.
    pub(super) fn steps(&self) -> f64 {
        self.gaps.map_or(self.changes() as f64, |gaps| gaps.iter().sum())
    }
}

/// A law of technological progress: a window of the past in, a distribution of the future out.
pub trait Model: Sync {
    /// Short name for tables.
    fn name(&self) -> String;

    /// The predictive distribution of log cost after the window.
    ///
    /// # Errors
    /// [`CurveError::Short`] or [`CurveError::NoExperience`] when the window cannot carry the
    /// model; [`CurveError::Flat`] when the errors would have no scale.
    fn fit(&self, window: &Window) -> Result<Predictive, CurveError>;
}

/// The distribution of log cost after the window: one exact Student-t law, or two with their
/// probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictive {
    /// The law, or the first of two.
    pub first: Part,
    /// Probability of the second law, and the law.
    pub second: Option<Box<(f64, Part)>>,
}

impl From<Part> for Predictive {
    fn from(first: Part) -> Predictive {
        Predictive { first, second: None }
    }
}

impl Predictive {
    /// Log cost at the end of the window.
    pub fn last(&self) -> f64 {
        self.first.last
    }

    /// The forecast `tau > 0` steps after the end of the window.
    #[inline]
    pub fn at(&self, tau: f64) -> Marginal {
        let second = self.second.as_ref().map(|second| (second.0, second.1.at(tau)));
        Marginal { first: self.first.at(tau), second }
    }

    /// The same forecast as the engine draws it, `lag` quarters a step: see [`Part::draw`].
    pub fn draw(&self, series: &str, lag: u32, horizon: f64) -> CurveDraw {
        let mut draw = self.first.draw(series, lag, horizon);
        draw.second = self.second.as_ref().map(|s| Box::new((s.0, s.1.draw(series, lag, horizon))));
        draw
    }
}

/// A Student-t of log cost: `location + scale · t`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component {
    /// Standard Student law.
    pub law: StudentT,
    /// Median of the log cost.
    pub location: f64,
    /// Scale.
    pub scale: f64,
}

/// The forecast at one horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marginal {
    /// The law, or the first of two.
    pub first: Component,
    /// Probability of the second law, and the law.
    pub second: Option<(f64, Component)>,
}

impl Component {
    fn cdf(&self, y: f64) -> f64 {
        self.law.cdf((y - self.location) / self.scale)
    }

    fn ln_pdf(&self, y: f64) -> f64 {
        self.law.ln_pdf((y - self.location) / self.scale) - ln(self.scale)
    }

    #[inline]
    fn score(&self, y: f64) -> Score {
        let score = self.law.score((y - self.location) / self.scale);
        Score {
            pit: score.pit,
            crps: score.crps * self.scale,
            ln_pdf: score.ln_pdf - ln(self.scale),
        }
    }

    /// Half the mean distance of two draws.
    fn own_distance(&self) -> f64 {
        self.law.half_distance() * self.scale
    }
}

impl Marginal {
    /// Median of the log cost.
    pub fn median_log(&self) -> f64 {
        if self.second.is_none() { self.first.location } else { self.quantile_log(0.5) }
    }

    /// Median of the cost itself. Its mean does not exist: the logarithm is Student-t.
    pub fn median(&self) -> f64 {
        exp(self.median_log())
    }

    /// Log cost not exceeded with probability `p`.
    pub fn quantile_log(&self, p: f64) -> f64 {
        let of = |c: &Component| c.location + c.scale * c.law.quantile(p);
        let Some((_, second)) = &self.second else {
            return of(&self.first);
        };
        let (a, b) = (of(&self.first), of(second));
        let (mut low, mut high) = (a.min(b), a.max(b));
        let mut x = 0.5 * (low + high);
        for _ in 0..200 {
            let off = self.cdf_log(x) - p;
            if off > 0.0 {
                high = x
            } else {
                low = x
            }
            // Newton, kept inside the bracket.
            let mut next = x - off / exp(self.ln_pdf(x));
            if !(next > low && next < high) {
                next = 0.5 * (low + high);
            }
            if (next - x).abs() <= 1e-13 * x.abs().max(1.0) {
                return next;
            }
            x = next;
        }
        x
    }

    /// Cost not exceeded with probability `p`.
    pub fn quantile(&self, p: f64) -> f64 {
        exp(self.quantile_log(p))
    }

    /// Probability that the cost is at most `cost`.
    pub fn cdf(&self, cost: f64) -> f64 {
        self.cdf_log(ln(cost))
    }

    fn cdf_log(&self, y: f64) -> f64 {
        let first = self.first.cdf(y);
        self.second.as_ref().map_or(first, |(w, second)| first + w * (second.cdf(y) - first))
    }

    /// Logarithm of the forecast density at a **log** cost.
    pub fn ln_pdf(&self, y: f64) -> f64 {
        let first = self.first.ln_pdf(y);
        match &self.second {
            None => first,
            Some((w, second)) => mix_logs(*w, first, second.ln_pdf(y)),
        }
    }

    /// PIT, CRPS and log density of a realised **log** cost, in units of log cost.
    ///
    /// The CRPS of two laws is `E|Y − y| − ½E|Y − Y'|`; the distance of two different Student
    /// laws is integrated by the trapezoidal rule, to 1e-6 of the scale.
    #[inline]
    pub fn score(&self, realised: f64) -> Score {
        let first = self.first.score(realised);
        let Some((w, second)) = &self.second else {
            return first;
        };
        let other = second.score(realised);
        let (own, theirs) = (self.first.own_distance(), second.own_distance());
        let across = 0.5 * mean_distance(&self.first, second);
        // ½E|Y − Y'| of the mixture, from those inside and across.
        let v = 1.0 - w;
        let half = v * v * own + w * w * theirs + 2.0 * v * w * across;
        let to_outcome = v * (first.crps + own) + w * (other.crps + theirs);
        Score {
            pit: v * first.pit + w * other.pit,
            crps: to_outcome - half,
            ln_pdf: mix_logs(*w, first.ln_pdf, other.ln_pdf),
        }
    }
}

fn mix_logs(w: f64, first: f64, second: f64) -> f64 {
    let top = first.max(second);
    top + ln((1.0 - w) * exp(first - top) + w * exp(second - top))
}

/// Mean distance of draws from two Student laws.
fn mean_distance(a: &Component, b: &Component) -> f64 {
    // The narrower law is integrated over, `t = 2 sinh u`, against the closed mean distance of
    // the wider one from a point.
    let (narrow, wide) = if a.scale < b.scale { (a, b) } else { (b, a) };
    let step = 0.25;
    let mut sum = 0.0;
    for i in -24..=24 {
        let u = step * f64::from(i);
        let e = exp(u);
        let (t, weight) = (e - 1.0 / e, e + 1.0 / e);
        let y = narrow.location + narrow.scale * t;
        let z = (y - wide.location) / wide.scale;
        let distance = wide.scale * (wide.law.crps(z) + wide.law.half_distance());
        sum += weight * narrow.law.pdf(t) * distance;
    }
    sum * step
}

//! Priors that ship, so that one short series of a user profits from all the others.
//!
//! Fitted on 2026-11-24 by `examples/fit_priors.rs` to the series in `data/`: the Moore priors
//! to all 66 technologies of Farmer and Lafond (2016), whole histories 1929 to 2013; the Wright
//! prior to the 76 annual series with at least eight points of the Performance Curve Database
//! (Nagy et al. 2013), experience with rebuilt initial stocks. Marginal likelihood with the weak
//! prior of [`super::fit::fit_prior`]; steps are years. Rounded to four digits.

use super::forecast::Window;
use super::honest::Fitted;
use super::mixture::{Mixture, PooledMixture};
use super::pooled::{Pooled, PooledWright, Prior};
use super::series::{Passport, Series, parse_date, parse_family};
use super::wright::Ahead;
use super::{CurveDraw, CurveError, Model, Predictive};

const PLAIN: Prior = Prior {
    wright: false,
    mean: [0.0, 0.0],
    per_scale: [0.0, 0.0],
    precision: [1.0, 1.0],
    a: 1.0,
    b: 1.0,
    theta: 0.0,
};

/// One kind of technology, exact Student-t.
pub const MOORE: Prior = Prior {
    mean: [-0.04015, 0.0],
    precision: [2.977, 1.0],
    a: 0.8424,
    b: 0.002508,
    theta: 0.2016,
    ..PLAIN
};

/// One kind of technology whose prior mean grows with its volatility.
pub const MOORE_SCALED: Prior = Prior {
    mean: [-0.004091, 0.0],
    per_scale: [-0.7322, 0.0],
    precision: [4.819, 1.0],
    a: 0.8325,
    b: 0.002441,
    theta: 0.1980,
    ..PLAIN
};

/// Most improve by 4 % a year, one in fourteen by 39 %: the best of the hindcasts, and what is
/// used when nothing else is asked for.
pub const MOORE_TWO_KINDS: Mixture = Mixture {
    weight: 0.07173,
    first: Prior {
        mean: [-0.03957, 0.0],
        precision: [4.670, 1.0],
        a: 1.149,
        b: 0.003322,
        theta: 0.2040,
        ..PLAIN
    },
    second: Prior {
        mean: [-0.4891, 0.0],
        precision: [7.599, 1.0],
        a: 1.699,
        b: 0.1799,
        theta: 0.1522,
        ..PLAIN
    },
};

/// Wright's law with a drift beside it.
pub const WRIGHT: Prior = Prior {
    wright: true,
    mean: [-0.02636, -0.1448],
    precision: [8.771, 0.5095],
    a: 0.8875,
    b: 0.002600,
    theta: 0.1176,
    ..PLAIN
};

/// The recipes, in the order of `examples/fit_priors.rs`, with what they gave.
pub const FITTED: [(&str, Fitted); 4] = [
    ("MOORE", Fitted::One(MOORE)),
    ("MOORE_SCALED", Fitted::One(MOORE_SCALED)),
    ("MOORE_TWO_KINDS", Fitted::Two(MOORE_TWO_KINDS)),
    ("WRIGHT", Fitted::One(WRIGHT)),
];

/// Moore's law pooled over two kinds of technology, with the shipped prior.
pub const fn pooled() -> PooledMixture {
    PooledMixture { prior: MOORE_TWO_KINDS, ahead: Ahead::Extrapolated }
}

/// Moore's law pooled over one kind, with the shipped prior: a single exact Student-t.
pub const fn pooled_one_kind() -> Pooled {
    Pooled { prior: MOORE }
}

/// Moore's law pooled over one kind whose prior mean grows with the volatility.
pub const fn pooled_scaled() -> Pooled {
    Pooled { prior: MOORE_SCALED }
}

/// Wright's law pooled, with the shipped prior.
pub const fn pooled_wright(ahead: Ahead) -> PooledWright {
    PooledWright { prior: WRIGHT, ahead }
}

/// Most changes a forecast looks back on: older ones say little of today's technology.
pub const LOOK_BACK: usize = 40;

/// The last [`LOOK_BACK`] changes of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Recent {
    /// Decimal years.
    pub dates: Vec<f64>,
    y: Vec<f64>,
    x: Option<Vec<f64>>,
    gaps: Option<Vec<f64>>,
}

/// The last [`LOOK_BACK`] changes of a series. Steps are years; unequal gaps are read as a
/// Brownian motion seen at those dates.
pub fn recent(series: &Series) -> Recent {
    let start = series.costs.len().saturating_sub(LOOK_BACK + 1);
    let recent = Series {
        dates: series.dates[start..].to_vec(),
        costs: series.costs[start..].to_vec(),
        production: None,
        experience: series.experience.as_ref().map(|x| x[start..].to_vec()),
        ..series.clone()
    };
    let gaps = || recent.dates.windows(2).map(|p| p[1] - p[0]).collect();
    Recent {
        y: recent.log_costs(),
        x: recent.log_experience(),
        gaps: (!recent.is_annual()).then(gaps),
        dates: recent.dates,
    }
}

impl Recent {
    /// The window that a model reads.
    pub fn window(&self) -> Window<'_> {
        Window { y: &self.y, x: self.x.as_deref(), ahead: None, gaps: self.gaps.as_deref() }
    }
}

/// Forecast of a series by a model, from its [`recent`] past.
///
/// # Errors
/// Those of the model.
pub fn forecast(series: &Series, model: &dyn Model) -> Result<Predictive, CurveError> {
    model.fit(&recent(series).window())
}

/// The values of a series known at `as_of` (an ISO date). With `hindsight` the family may have
/// been published later.
///
/// # Errors
/// [`CurveError::NotYetKnown`] when it was; [`CurveError::Cell`] when `as_of` is no date.
pub fn known(
    series: &Series,
    passport: &Passport,
    as_of: &str,
    hindsight: bool,
) -> Result<Series, CurveError> {
    let date = |text: &str| {
        parse_date(text).ok_or_else(|| CurveError::Cell {
            line: 0,
            column: "as_of".to_string(),
            found: text.to_string(),
            wanted: "a date".to_string(),
        })
    };
    let (now, published) = (date(as_of)?, date(&passport.known_at)?);
    if published > now && !hindsight {
        return Err(CurveError::NotYetKnown {
            series: series.id.clone(),
            known_at: passport.known_at.clone(),
            as_of: as_of.to_string(),
        });
    }
    Ok(series.known_at(now))
}

/// What a scenario draws for `data("series")`: the pooled forecast from what was known of the
/// series at `as_of` (an ISO date).
///
/// `csv` and `passport` are the texts of `data/<family>/`; `id` names the member, and may be
/// left empty when there is one. With `hindsight` the values published later are read too.
///
/// # Errors
/// [`CurveError::NotYetKnown`] when the family was published after `as_of`; those of
/// [`parse_family`] and of the fit.
pub fn draw(
    csv: &str,
    passport: &str,
    id: &str,
    as_of: &str,
    hindsight: bool,
) -> Result<CurveDraw, CurveError> {
    let family = parse_family(csv, passport, "series")?;
    let series = match family.series.as_slice() {
        [only] if id.is_empty() => only,
        _ => family.find(id)?,
    };
    let known = match hindsight {
        true => series.clone(),
        false => known(series, &family.passport, as_of, false)?,
    };
    Ok(forecast(&known, &pooled())?.draw(&series.id, 4, 10.0))
}

//! Forecasting the past: every origin, every horizon, scored.

use super::error::CurveError;
use super::forecast::{Model, Window};
use super::series::Series;

/// One technology of a panel, in logs.
#[derive(Clone, Debug, PartialEq)]
pub struct Technology {
    /// Identifier.
    pub name: String,
    /// Date of the first observation.
    pub first: f64,
    /// Log costs, one step apart.
    pub y: Vec<f64>,
    /// Log experience at the same times.
    pub x: Option<Vec<f64>>,
}

impl Technology {
    /// The logs of a series whose dates are one step apart.
    pub fn of(series: &Series) -> Technology {
        Technology {
            name: series.id.clone(),
            first: series.dates.first().copied().unwrap_or(f64::NAN),
            y: series.log_costs(),
            x: series.log_experience(),
        }
    }

    /// Changes of log cost.
    pub fn changes(&self) -> Vec<f64> {
        self.y.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// Changes of log experience.
    pub fn growth(&self) -> Option<Vec<f64>> {
        Some(self.x.as_ref()?.windows(2).map(|pair| pair[1] - pair[0]).collect())
    }
}

/// Fewest values of a series that enters a panel.
pub const PANEL_LEAST: usize = 8;

/// The series that can be hindcast, one value a year and [`PANEL_LEAST`] of them at least, and
/// the identifiers of the others.
pub fn panel(series: &[Series]) -> (Vec<Technology>, Vec<String>) {
    let usable = |series: &&Series| series.is_annual() && series.costs.len() >= PANEL_LEAST;
    let (kept, left): (Vec<&Series>, Vec<&Series>) = series.iter().partition(usable);
    (kept.into_iter().map(Technology::of).collect(), left.iter().map(|s| s.id.clone()).collect())
}

/// Which past a forecast may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// The last so many changes.
    Rolling(usize),
    /// Everything since the first observation, once there are so many points.
    Expanding(usize),
}

/// Origins and horizons of a hindcast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// What each forecast reads.
    pub past: Past,
    /// Longest horizon in steps; none: to the end of each series.
    pub horizon_max: Option<usize>,
}

impl Protocol {
    /// The protocol of Farmer and Lafond (2016), section 4: five changes, twenty steps.
    pub const FARMER_LAFOND: Protocol = Protocol { past: Past::Rolling(5), horizon_max: Some(20) };
    /// Expanding window of at least eight points, ten steps.
    pub const EXPANDING: Protocol = Protocol { past: Past::Expanding(8), horizon_max: Some(10) };

    /// Index of the first origin, and of the first point its window reads at `origin`.
    fn first_origin(&self) -> usize {
        match self.past {
            Past::Rolling(changes) => changes,
            Past::Expanding(points) => points.saturating_sub(1),
        }
    }

    fn window_start(&self, origin: usize) -> usize {
        match self.past {
            Past::Rolling(changes) => origin - changes,
            Past::Expanding(_) => 0,
        }
    }

    /// Horizons of a series of `points` points seen from `origin`.
    fn horizons(&self, points: usize, origin: usize) -> usize {
        (points - 1 - origin).min(self.horizon_max.unwrap_or(usize::MAX))
    }

    /// Calls `each` with every window of a technology, the index of its last point and the number
    /// of horizons after it.
    pub(super) fn visit(
        &self,
        technology: &Technology,
        each: &mut dyn FnMut(&Window, usize, usize) -> Result<(), CurveError>,
    ) -> Result<(), CurveError> {
        let points = technology.y.len();
        for origin in self.first_origin()..points.saturating_sub(1) {
            let start = self.window_start(origin);
            let window = Window {
                y: &technology.y[start..=origin],
                x: technology.x.as_ref().map(|x| &x[start..=origin]),
                ahead: technology.x.as_ref().map(|x| &x[origin + 1..]),
                gaps: None,
            };
            each(&window, origin, self.horizons(points, origin))?;
        }
        Ok(())
    }

    /// Number of forecasts of a series of `points` points.
    pub fn count(&self, points: usize) -> usize {
        (self.first_origin()..points.saturating_sub(1)).map(|o| self.horizons(points, o)).sum()
    }
}

/// One forecast and what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// Index of the technology in the panel.
    pub technology: u32,
    /// Index of the last point the forecast read.
    pub origin: u32,
    /// Steps ahead.
    pub tau: u32,
    /// Realised less median, in log cost.
    pub error: f64,
    /// Scale of the forecast (of the first of two laws), in log cost.
    pub scale: f64,
    /// Forecast probability of at most the realised value.
    pub pit: f64,
    /// Continuous ranked probability score, in log cost.
    pub crps: f64,
    /// Logarithm of the forecast density at the realised log cost.
    pub ln_pdf: f64,
}

/// Every forecast of a panel by one model, by technology, origin and horizon.
///
/// # Errors
/// The first error of the model.
pub fn run(
    panel: &[Technology],
    protocol: &Protocol,
    model: &dyn Model,
) -> Result<Vec<Forecast>, CurveError> {
    run_with(panel, protocol, &|_, _| model)
}

/// As [`run`], with a model that may differ by technology and origin (a prior fitted without
/// that technology, or before that date).
///
/// # Errors
/// The first error of a model.
pub fn run_with<'m>(
    panel: &[Technology],
    protocol: &Protocol,
    choose: &dyn Fn(usize, usize) -> &'m dyn Model,
) -> Result<Vec<Forecast>, CurveError> {
    let count = panel.iter().map(|technology| protocol.count(technology.y.len())).sum();
    let mut forecasts = Vec::with_capacity(count);
    for (index, technology) in panel.iter().enumerate() {
        protocol.visit(technology, &mut |window, origin, horizons| {
            let predictive = choose(index, origin).fit(window)?;
            for tau in 1..=horizons {
                let realised = technology.y[origin + tau];
                let marginal = predictive.at(tau as f64);
                let score = marginal.score(realised);
                forecasts.push(Forecast {
                    technology: index as u32,
                    origin: origin as u32,
                    tau: tau as u32,
                    error: realised - marginal.median_log(),
                    scale: marginal.first.scale,
                    pit: score.pit,
                    crps: score.crps,
                    ln_pdf: score.ln_pdf,
                });
            }
            Ok(())
        })?;
    }
    Ok(forecasts)
}

/// A forecast that gave the outcome no chance costs this many nats, not infinity.
pub const LOG_SCORE_MAX: f64 = 20.0;

/// Scores of one model over a set of forecasts.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Scores {
    /// Number of forecasts.
    pub forecasts: usize,
    /// Root of the mean squared error of the median, log cost.
    pub rmse: f64,
    /// Mean absolute error of the median, log cost.
    pub mae: f64,
    /// Mean continuous ranked probability score, log cost.
    pub crps: f64,
    /// Mean over technologies of the mean negative log density, each forecast at most
    /// [`LOG_SCORE_MAX`].
    pub log_score: f64,
    /// Share of outcomes inside the central 50, 90 and 95 % intervals.
    pub coverage: [f64; 3],
    /// Largest distance between the distribution of the PIT and the uniform.
    pub pit_ks: f64,
}

/// Mean of a quantity by technology, over the technologies that have forecasts.
pub fn by_technology(forecasts: &[Forecast], value: impl Fn(&Forecast) -> f64) -> Vec<(u32, f64)> {
    let mut means = Vec::new();
    for group in forecasts.chunk_by(|a, b| a.technology == b.technology) {
        let sum: f64 = group.iter().map(&value).sum();
        means.push((group[0].technology, sum / group.len() as f64));
    }
    means
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// Share of outcomes inside the central interval of this probability.
pub fn coverage(forecasts: &[Forecast], probability: f64) -> f64 {
    let inside = |f: &&Forecast| (2.0 * f.pit - 1.0).abs() <= probability;
    forecasts.iter().filter(inside).count() as f64 / forecasts.len() as f64
}

/// The scores of a set of forecasts; NaN with none.
pub fn scores(forecasts: &[Forecast]) -> Scores {
    let by = by_technology(forecasts, |f| (-f.ln_pdf).min(LOG_SCORE_MAX));
    let mut pits: Vec<f64> = forecasts.iter().map(|f| f.pit).collect();
    pits.sort_by(f64::total_cmp);
    let n = pits.len() as f64;
    let ks = pits.iter().enumerate().fold(0.0f64, |ks, (i, pit)| {
        ks.max((pit - i as f64 / n).abs()).max((pit - (i as f64 + 1.0) / n).abs())
    });
    Scores {
        forecasts: forecasts.len(),
        rmse: mean(forecasts.iter().map(|f| f.error * f.error)).sqrt(),
        mae: mean(forecasts.iter().map(|f| f.error.abs())),
        crps: mean(forecasts.iter().map(|f| f.crps)),
        log_score: mean(by.iter().map(|(_, v)| *v)),
        coverage: [0.5, 0.9, 0.95].map(|p| coverage(forecasts, p)),
        pit_ks: ks,
    }
}

/// The forecasts of one horizon.
pub fn at_horizon(forecasts: &[Forecast], tau: u32) -> Vec<Forecast> {
    forecasts.iter().filter(|f| f.tau == tau).copied().collect()
}

/// Probability, were the mean change zero, of a mean at least this negative: the one-sided
/// t-test by which Farmer and Lafond keep the technologies that improve.
pub fn improvement_p(technology: &Technology) -> f64 {
    let window = Window::of(&technology.y);
    let changes = super::moore::changes(&window);
    let m = changes.count as f64;
    let t = changes.mean / (changes.variance / m).sqrt();
    crate::numerics::special::StudentT::new(m - 1.0).cdf(t)
}

/// The technologies whose improvement is significant at `level`, one-sided.
pub fn improving(panel: Vec<Technology>, level: f64) -> Vec<Technology> {
    panel.into_iter().filter(|technology| improvement_p(technology) < level).collect()
}

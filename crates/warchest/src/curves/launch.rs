//! Cost since launch: multiples of the first price, and how soon nine tenths of it were gone.

use super::error::CurveError;
use super::series::Series;
use std::collections::VecDeque;

/// One technology measured from its launch.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct SinceLaunch {
    /// Date of the first value read.
    pub launch: f64,
    /// Cost then.
    pub launch_cost: f64,
    /// Years since launch and cost as a multiple of the launch cost, launch first.
    pub multiples: Vec<(f64, f64)>,
    /// Years until the cost stood at exactly a tenth or below for the first time.
    pub at_tenth: Option<f64>,
    /// Years until more than nine tenths were gone for the first time.
    pub below_tenth: Option<f64>,
    /// The steepest fall within two years.
    pub steepest: Option<Fall>,
}

/// A fall between two dates.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Fall {
    /// Date at its start.
    pub from: f64,
    /// Date at its end.
    pub to: f64,
    /// Relative change: −0.99 is a fall of 99 %.
    pub change: f64,
}

impl SinceLaunch {
    /// Multiple of the launch cost at the last value dated at most `years` after launch; nothing
    /// past the end of the series.
    pub fn multiple_after(&self, years: f64) -> Option<f64> {
        let last = self.multiples.last()?;
        if last.0 < years - 1e-9 {
            return None;
        }
        self.multiples.iter().rev().find(|(at, _)| *at <= years + 1e-9).map(|(_, m)| *m)
    }
}

/// The series since `from` (a decimal year), in multiples of its first cost from then on.
///
/// # Errors
/// [`CurveError::Short`] with fewer than two values from that date on.
pub fn since_launch(series: &Series, from: f64) -> Result<SinceLaunch, CurveError> {
    let start = series.dates.iter().position(|date| *date >= from - 1e-9);
    let start = start.filter(|start| series.dates.len() - start >= 2).ok_or_else(|| {
        let found = series.dates.iter().filter(|date| **date >= from - 1e-9).count();
        let model = format!("`{}` since {from}", series.id);
        CurveError::Short { model, found: found.saturating_sub(1), needed: 1 }
    })?;
    let (dates, costs) = (&series.dates[start..], &series.costs[start..]);
    let multiples: Vec<(f64, f64)> =
        dates.iter().zip(costs).map(|(date, cost)| (date - dates[0], cost / costs[0])).collect();
    let first = |holds: &dyn Fn(f64) -> bool| {
        multiples.iter().zip(costs).find(|(_, cost)| holds(**cost)).map(|((years, _), _)| *years)
    };
    Ok(SinceLaunch {
        launch: dates[0],
        launch_cost: costs[0],
        at_tenth: first(&|cost| 10.0 * cost <= costs[0]),
        below_tenth: first(&|cost| 10.0 * cost < costs[0]),
        steepest: steepest(dates, costs, 2.0),
        multiples,
    })
}

/// The largest relative fall between two values at most `years` apart.
fn steepest(dates: &[f64], costs: &[f64], years: f64) -> Option<Fall> {
    let mut best: Option<Fall> = None;
    // Candidates for the start: within reach, each dearer than those after it.
    let mut starts: VecDeque<usize> = VecDeque::new();
    for (j, (&date, &cost)) in dates.iter().zip(costs).enumerate() {
        while starts.front().is_some_and(|&i| date - dates[i] > years + 1e-9) {
            starts.pop_front();
        }
        if let Some(&i) = starts.front() {
            let change = cost / costs[i] - 1.0;
            if best.is_none_or(|fall| change < fall.change) {
                best = Some(Fall { from: dates[i], to: date, change });
            }
        }
        while starts.back().is_some_and(|&i| costs[i] < cost) {
            starts.pop_back();
        }
        starts.push_back(j);
    }
    best
}

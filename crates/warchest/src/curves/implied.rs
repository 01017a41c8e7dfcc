//! A total change over some years, as a rate a year, and its place among measured rates.

use super::error::CurveError;
use super::series::{cells, closest};
use crate::numerics::elementary::{exp, ln};

/// What a change over a time comes to when it is spread evenly.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Implied {
    /// End over start.
    pub factor: f64,
    /// Years between them.
    pub years: f64,
    /// Whether the end is above the start.
    pub grows: bool,
    /// Factor a year, always above one: gained when it grows, divided by when it falls.
    pub rate: f64,
    /// Relative change a year: 0.2 is +20 %.
    pub change: f64,
    /// Years to double, or to halve.
    pub doubling: f64,
}

/// The rate behind `factor` (end over start) in `years`.
///
/// `rate = exp(|ln factor|/years)`, doubling or halving time `ln 2 / ln rate`.
///
/// # Errors
/// [`CurveError::Setting`] unless the factor is positive, finite and not one, and the years are
/// positive and finite.
pub fn implied(factor: f64, years: f64) -> Result<Implied, CurveError> {
    let wrong = |name: &str, found, allowed: &str| CurveError::Setting {
        name: name.to_string(),
        found,
        allowed: allowed.to_string(),
    };
    if !(factor.is_finite() && factor > 0.0) || factor == 1.0 {
        return Err(wrong("the factor", factor, "above zero, and not 1"));
    }
    if !(years.is_finite() && years > 0.0) {
        return Err(wrong("the time in years", years, "above zero"));
    }
    let log_rate = ln(factor) / years;
    let size = log_rate.abs();
    if !(size.is_finite() && size > 0.0 && exp(size).is_finite()) {
        return Err(wrong("the rate a year", exp(size), "a number that can be written down"));
    }
    Ok(Implied {
        factor,
        years,
        grows: log_rate > 0.0,
        rate: exp(size),
        change: exp(log_rate) - 1.0,
        doubling: std::f64::consts::LN_2 / size,
    })
}

/// A measured rate with its 90 % interval, both factors a year.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Measured {
    /// Best estimate.
    pub rate: f64,
    /// Lower end of the 90 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Growth of the cost of training a frontier model.
///
/// # Source
/// Cottier, Rahman, Fattorini, Maslej, Besiroglu and Owen (2024), arXiv 2405.21015, abstract.
pub const TRAINING_COST: Measured = Measured { rate: 2.4, low: 2.0, high: 2.9 };

/// Where a rate lies relative to an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Slower than its lower end.
    Below,
    /// Inside, ends included.
    Inside,
    /// Faster than its upper end.
    Above,
}

impl Measured {
    /// The place of a rate.
    pub fn place(&self, rate: f64) -> Place {
        if rate < self.low {
            Place::Below
        } else if rate > self.high {
            Place::Above
        } else {
            Place::Inside
        }
    }
}

/// Fitted decline of the price at one quality threshold.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Threshold {
    /// Identifier of the price series.
    pub series: String,
    /// Factor by which the price falls a year, with its interval.
    pub fall: Measured,
}

/// Reads fitted declines: CSV with columns `series`, `factor_per_year`, `low90`, `high90`.
///
/// # Errors
/// [`CurveError::Column`] and [`CurveError::Cell`].
pub fn thresholds(csv: &str) -> Result<Vec<Threshold>, CurveError> {
    let mut lines = csv.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let header = lines.next().map_or_else(Vec::new, |(_, line)| cells(line));
    let at = |name: &str| {
        header.iter().position(|column| column.trim() == name).ok_or_else(|| CurveError::Column {
            column: name.to_string(),
            found: header.join(", "),
        })
    };
    let name = at("series")?;
    let columns = [at("factor_per_year")?, at("low90")?, at("high90")?];
    lines
        .map(|(i, line)| {
            let row = cells(line);
            let cell = |at: usize| row.get(at).map_or("", |cell| cell.trim());
            let number = |at: usize| {
                let value = cell(at).parse::<f64>().ok().filter(|v| v.is_finite() && *v > 0.0);
                value.ok_or_else(|| CurveError::Cell {
                    line: i + 1,
                    column: header[at].clone(),
                    found: cell(at).to_string(),
                    wanted: "a number above zero".to_string(),
                })
            };
            let [rate, low, high] = [number(columns[0])?, number(columns[1])?, number(columns[2])?];
            let fall = Measured { rate, low, high };
            Ok(Threshold { series: cell(name).to_string(), fall })
        })
        .collect()
}

/// Where a fall a year stands among thresholds.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Rank {
    /// Thresholds whose price fell more slowly.
    pub slower: usize,
    /// Thresholds whose price fell at least as fast.
    pub faster: usize,
    /// Thresholds whose 90 % interval holds this fall.
    pub inside: usize,
    /// Slowest and fastest of the fitted factors.
    pub range: [f64; 2],
    /// The threshold with the nearest factor, and that factor.
    pub nearest: (String, f64),
}

/// The place of a factor a year among fitted declines; nothing without thresholds.
pub fn rank(fall: f64, thresholds: &[Threshold]) -> Option<Rank> {
    let off = |t: &Threshold| (ln(t.fall.rate) - ln(fall)).abs();
    let nearest = thresholds.iter().min_by(|a, b| off(a).total_cmp(&off(b)))?;
    let slower = thresholds.iter().filter(|t| t.fall.rate < fall).count();
    let rates = || thresholds.iter().map(|t| t.fall.rate);
    Some(Rank {
        slower,
        faster: thresholds.len() - slower,
        inside: thresholds.iter().filter(|t| t.fall.place(fall) == Place::Inside).count(),
        range: [rates().fold(f64::INFINITY, f64::min), rates().fold(0.0, f64::max)],
        nearest: (nearest.series.clone(), nearest.fall.rate),
    })
}

/// Years in one of a named unit of time: `year`, `quarter`, `month`, `week` or `day`, singular
/// or plural.
///
/// # Errors
/// [`CurveError::Unknown`], naming the closest unit.
pub fn years_in(unit: &str) -> Result<f64, CurveError> {
    const UNITS: [(&str, f64); 5] = [
        ("year", 1.0),
        ("quarter", 0.25),
        ("month", 1.0 / 12.0),
        ("week", 7.0 / DAYS),
        ("day", 1.0 / DAYS),
    ];
    let single = unit.to_lowercase();
    let single = single.strip_suffix('s').unwrap_or(&single);
    UNITS.iter().find(|(name, _)| *name == single).map(|(_, years)| *years).ok_or_else(|| {
        CurveError::Unknown {
            wanted: unit.to_string(),
            near: closest(single, UNITS.iter().map(|(name, _)| *name)),
        }
    })
}

/// Days in a year, on average over the Gregorian leap years.
pub const DAYS: f64 = 365.2425;

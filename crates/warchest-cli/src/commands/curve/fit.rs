//! `warchest curve fit`.

use super::answer::{date, four, percent, table};
use super::laws::Law;
use super::shelf::{self, Found};
use crate::commands::Context;
use crate::output;
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;
use warchest::curves::describe::{Description, Estimate, describe, improvement};
use warchest::curves::{CurveError, shipped};

/// Flags of `warchest curve fit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of a series (see `warchest curve list`), or a CSV file with year, cost and perhaps
    /// production; FILE#NAME picks one of several.
    #[arg(required_unless_present = "list")]
    pub series: Option<String>,
    /// Laws to fit; all that the series can carry otherwise.
    #[arg(long = "model", value_name = "LAW", value_enum)]
    pub laws: Vec<Law>,
    /// Use only what was known at this date.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// With --as-of: use the values of that time even if they were published later.
    #[arg(long, requires = "as_of")]
    pub hindsight: bool,
    /// List the series that ship instead.
    #[arg(long, conflicts_with = "series")]
    pub list: bool,
}

#[derive(Serialize)]
struct Answer {
    schema: u32,
    series: String,
    name: String,
    unit: String,
    values: usize,
    first: f64,
    last: f64,
    last_cost: f64,
    improvement_p: Option<f64>,
    running_minimum: bool,
    passport: Option<warchest::curves::Passport>,
    fits: Vec<Fitted>,
    left_out: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Fitted {
    law: String,
    #[serde(flatten)]
    found: Description,
}

/// Fits and prints.
///
/// # Errors
/// A series that cannot be read; a law that was asked for and cannot be fitted.
pub fn run(args: &Args, data: Option<&Path>, context: Context) -> miette::Result<()> {
    let mut found = shelf::series(args.series.as_deref().unwrap_or_default(), data)?;
    if let Some(as_of) = &args.as_of {
        let at = shelf::date("as-of", as_of)?;
        found.series = match &found.passport {
            Some(passport) => shipped::known(&found.series, passport, as_of, args.hindsight)?,
            None => found.series.known_at(at),
        };
    }
    let answer = answer(args, &found)?;
    for (law, why) in &answer.left_out {
        anstream::eprintln!("{law} left out: {why}");
    }
    if context.json { output::print_json(&answer) } else { output::print(&text(&answer)) }
}

fn answer(args: &Args, found: &Found) -> miette::Result<Answer> {
    let series = &found.series;
    let asked = !args.laws.is_empty();
    let laws = if asked { args.laws.clone() } else { Law::of(series) };
    let (mut fits, mut left_out) = (Vec::new(), Vec::new());
    let mut first_error: Option<CurveError> = None;
    for law in laws {
        match describe(series, law.model().as_ref()) {
            Ok(found) => fits.push(Fitted { law: law.name(), found }),
            Err(error) if asked => return Err(error.into()),
            Err(error) => {
                left_out.push((law.name(), error.to_string()));
                first_error = Some(error);
            }
        }
    }
    if let (true, Some(error)) = (fits.is_empty(), first_error) {
        return Err(error.into());
    }
    Ok(Answer {
        schema: 1,
        series: found.name.clone(),
        name: series.name.clone(),
        unit: series.unit.clone(),
        values: series.costs.len(),
        first: series.dates.first().copied().unwrap_or(f64::NAN),
        last: series.dates.last().copied().unwrap_or(f64::NAN),
        last_cost: series.costs.last().copied().unwrap_or(f64::NAN),
        improvement_p: improvement(series),
        running_minimum: series.running_minimum,
        passport: found.passport.clone(),
        fits,
        left_out,
    })
}

fn pm(estimate: Estimate, factor: f64, decimals: usize) -> String {
    if estimate.error == 0.0 {
        return format!("{:.decimals$}", factor * estimate.value);
    }
    format!("{:.decimals$} ± {:.decimals$}", factor * estimate.value, factor * estimate.error)
}

fn text(answer: &Answer) -> String {
    let mut out = String::new();
    let yearly = answer.first.fract() == 0.0 && answer.last.fract() == 0.0;
    let unit = if answer.unit.is_empty() { String::new() } else { format!(", {}", answer.unit) };
    let _ = writeln!(out, "{} ({}){unit}", answer.name, answer.series);
    let read = answer.fits.first().map(|fit| (fit.found.changes, fit.found.dates));
    let _ = writeln!(
        out,
        "{} values, {} to {}; last {}",
        answer.values,
        date(answer.first, yearly),
        date(answer.last, yearly),
        four(answer.last_cost)
    );
    if let Some((changes, [from, to])) = read {
        let (from, to) = (date(from, yearly), date(to, yearly));
        let _ = write!(out, "the laws read the last {changes} changes, {from} to {to}");
        let p = answer.improvement_p.filter(|p| p.is_finite());
        let _ = match p {
            Some(p) => writeln!(out, "; a fall this clear without a trend: p = {}", two(p)),
            None => writeln!(out),
        };
    }
    if answer.running_minimum {
        out.push_str(
            "lowest value to date: its steps are not the volatility of the price itself\n",
        );
    }
    let row = |fit: &Fitted| {
        let f = &fit.found;
        let dash = || "-".to_string();
        let none = f.trend.value == 0.0;
        vec![
            fit.law.clone(),
            if none { dash() } else { pm(f.change, 100.0, 1) + " %" },
            f.halving.map_or_else(dash, |h| pm(h, 1.0, 2)),
            pm(f.volatility, 1.0, 3),
            f.df.map_or_else(dash, |df| format!("{df:.1}")),
            f.learning_rate.map_or_else(dash, |l| pm(l, 100.0, 1) + " %"),
            f.second_kind.map_or_else(dash, percent),
        ]
    };
    let rising = answer.fits.iter().any(|fit| fit.found.trend.value > 0.0);
    let halves = if rising { "halves or doubles in years" } else { "halves in years" };
    let head = ["law", "change a year", halves, "volatility", "df", "learning rate", "fast kind"];
    let _ = writeln!(out, "\n{}", table(1, &head, answer.fits.iter().map(row).collect()));
    let row = |fit: &Fitted| {
        let r = &fit.found.residuals;
        let [size, at] = r.largest;
        vec![
            fit.law.clone(),
            format!("{:.2}", r.lag_one),
            format!("{:.3}", r.ljung_box_p),
            format!("{:.3}", r.jarque_bera_p),
            format!("{size:+.1} sd, {}", date(at, yearly)),
        ]
    };
    let head = ["residuals", "lag 1", "p (Ljung-Box)", "p (Jarque-Bera)", "largest"];
    out.push_str(&table(1, &head, answer.fits.iter().map(row).collect()));
    if let Some(passport) = &answer.passport {
        let _ = writeln!(
            out,
            "\nsource: {}; public since {}; {}",
            passport.citation, passport.known_at, passport.licence
        );
    }
    out
}

/// A probability with two significant digits.
fn two(p: f64) -> String {
    if p < 1e-4 { format!("{p:.0e}") } else { format!("{p:.4}") }
}

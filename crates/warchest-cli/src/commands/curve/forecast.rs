//! `warchest curve forecast`.

use super::answer::{date, four, percent, quoted, table};
use super::fan;
use super::laws::Law;
use super::page;
use super::shelf::{self, Found};
use crate::commands::Context;
use crate::error::CliError;
use crate::output;
use crate::report::page::Size;
use serde::Serialize;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use warchest::curves::describe::{Description, describe};
use warchest::curves::series::parse_date;
use warchest::curves::{CurveError, Marginal, Passport, Predictive, Series, shipped};

/// Flags of `warchest curve forecast`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of a series (see `warchest curve list`), or a CSV file with year, cost and perhaps
    /// production; FILE#NAME picks one of several.
    pub series: String,
    /// Forecast from this date: values dated later are laid over the forecast, not read by it.
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Years ahead; otherwise as many as the law looks back on, ten at most.
    #[arg(long, value_name = "YEARS")]
    pub horizon: Option<f64>,
    /// Law that forecasts.
    #[arg(long = "model", value_name = "LAW", value_enum, default_value_t = Law::Pooled)]
    pub law: Law,
    /// Print CSV.
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Also write the forecast as one self-contained page.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Also write the chart alone.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

/// Longest horizon in years: beyond it no series says anything.
const HORIZON_MAX: f64 = 200.0;

/// Probabilities of the quantiles of a row, in the order of [`Row::quantiles`].
pub const PROBABILITIES: [f64; 7] = [0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975];

/// The forecast for one date.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Decimal year.
    pub date: f64,
    /// Years ahead.
    pub ahead: f64,
    /// Costs not exceeded with the probabilities of [`PROBABILITIES`].
    pub quantiles: [f64; 7],
}

/// A value that came later, and where it fell.
#[derive(Clone, Debug, Serialize)]
pub struct Realised {
    /// Decimal year.
    pub date: f64,
    /// Cost.
    pub cost: f64,
    /// Median forecast for that date.
    pub median: f64,
    /// Forecast probability of a cost at most this high.
    pub pit: f64,
    /// Smallest of the central intervals (50, 90, 95 %) that holds it; none outside all three.
    pub inside: Option<u8>,
}

/// What another law says of the last date.
#[derive(Clone, Debug, Serialize)]
pub struct Rival {
    /// The law.
    pub law: String,
    /// Quantiles at the end of the horizon.
    pub quantiles: [f64; 7],
}

/// The forecast of a series.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Version of this shape.
    pub schema: u32,
    /// Name of the series.
    pub series: String,
    /// In words.
    pub name: String,
    /// Unit of the cost.
    pub unit: String,
    /// The law.
    pub law: String,
    /// Date and value of the last cost read.
    pub origin: (f64, f64),
    /// Whether the series has one value a year.
    pub yearly: bool,
    /// Years ahead.
    pub horizon: f64,
    /// The probabilities of the quantiles.
    pub probabilities: [f64; 7],
    /// Fan by date.
    pub rows: Vec<Row>,
    /// Values after the origin.
    pub realised: Vec<Realised>,
    /// The other laws at the end of the horizon.
    pub rivals: Vec<Rival>,
    /// What the law found.
    pub fit: Description,
    /// Values up to the origin.
    pub past: Vec<(f64, f64)>,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// Where the numbers come from.
    pub passport: Option<Passport>,
    /// The command that makes this forecast.
    pub command: String,
}

/// Forecasts and prints.
///
/// # Errors
/// A series that cannot be read, a law that it cannot carry, a page that cannot be written.
pub fn run(args: &Args, data: Option<&Path>, context: Context) -> miette::Result<()> {
    let found = shelf::series(&args.series, data)?;
    let answer = answer(args, &found)?;
    if let Some(path) = &args.report {
        std::fs::write(path, page::render(&answer)).map_err(|e| CliError::write(path, e))?;
    }
    if let Some(path) = &args.svg {
        let drawn = fan::draw(&answer, Size::Wide).finish_alone();
        std::fs::write(path, drawn).map_err(|e| CliError::write(path, e))?;
    }
    if context.json {
        return output::print_json(&answer);
    }
    if args.csv { output::print(&csv(&answer)) } else { output::print(&text(&answer)) }
}

fn answer(args: &Args, found: &Found) -> miette::Result<Answer> {
    let whole = &found.series;
    let past = match &args.from {
        None => whole.clone(),
        Some(from) => whole.until(shelf::date("from", from)?),
    };
    let Some((&origin, &cost)) = past.dates.last().zip(past.costs.last()) else {
        let model = format!("a forecast from {}", args.from.as_deref().unwrap_or_default());
        return Err(CurveError::Short { model, found: 0, needed: 1 }.into());
    };
    let model = args.law.model();
    let fit = describe(&past, model.as_ref())?;
    let predictive = shipped::forecast(&past, model.as_ref())?;
    let horizon = horizon(args, fit.dates)?;
    let yearly = whole.dates.iter().all(|date| date.fract() == 0.0);
    let step = if yearly { 1.0 } else { 0.25 };
    let count = (horizon / step - 1e-9).ceil() as usize;
    let ahead = (1..=count).map(|k| (k as f64 * step).min(horizon));
    let rows = ahead.map(|ahead| row(&predictive, origin, ahead)).collect();
    let later = whole.dates.iter().zip(&whole.costs).skip(past.costs.len());
    let within = later.take_while(|(date, _)| **date - origin <= horizon + 1e-9);
    let realised = within.map(|(&date, &cost)| realised(&predictive, origin, date, cost)).collect();
    let rivals = Law::of(&past).into_iter().filter(|law| *law != args.law);
    let rivals = rivals.filter_map(|law| {
        let marginal = shipped::forecast(&past, law.model().as_ref()).ok()?.at(horizon);
        Some(Rival { law: law.name(), quantiles: quantiles(&marginal) })
    });
    Ok(Answer {
        schema: 1,
        series: found.name.clone(),
        name: whole.name.clone(),
        unit: whole.unit.clone(),
        law: args.law.name(),
        origin: (origin, cost),
        yearly,
        horizon,
        probabilities: PROBABILITIES,
        rows,
        realised,
        rivals: rivals.collect(),
        fit,
        past: past.dates.iter().copied().zip(past.costs.iter().copied()).collect(),
        notes: notes(args, found, &past, origin),
        passport: found.passport.clone(),
        command: command(args, &found.name),
    })
}

fn command(args: &Args, name: &str) -> String {
    let mut words = format!("warchest curve forecast {name} --model {}", args.law.name());
    words.extend(args.from.iter().map(|from| format!(" --from {from}")));
    words.extend(args.horizon.iter().map(|years| format!(" --horizon {years}")));
    words
}

/// Years ahead: as asked, or as many as the law looked back on, ten at most.
fn horizon(args: &Args, read: [f64; 2]) -> Result<f64, CliError> {
    match args.horizon {
        None => Ok((read[1] - read[0]).ceil().clamp(1.0, 10.0)),
        Some(years) if years > 0.0 && years <= HORIZON_MAX => Ok(years),
        Some(years) => Err(CliError::Flag {
            flag: "horizon",
            found: years.to_string(),
            problem: format!("the years ahead must be above 0 and at most {HORIZON_MAX}"),
            help: "leave it out for as many years as the law looks back on, ten at most".into(),
        }),
    }
}

fn quantiles(marginal: &Marginal) -> [f64; 7] {
    PROBABILITIES.map(|p| marginal.quantile(p))
}

fn row(predictive: &Predictive, origin: f64, ahead: f64) -> Row {
    Row { date: origin + ahead, ahead, quantiles: quantiles(&predictive.at(ahead)) }
}

fn realised(predictive: &Predictive, origin: f64, date: f64, cost: f64) -> Realised {
    let marginal = predictive.at(date - origin);
    let pit = marginal.cdf(cost);
    let off = (2.0 * pit - 1.0).abs();
    let inside = [50u8, 90, 95].into_iter().find(|width| off <= f64::from(*width) / 100.0);
    Realised { date, cost, median: marginal.median(), pit, inside }
}

fn notes(args: &Args, found: &Found, past: &Series, origin: f64) -> Vec<String> {
    let mut notes = Vec::new();
    if past.running_minimum {
        notes.push(
            "The series is the lowest price to date and cannot rise: its steps are not the \
             volatility of a price, and the upper half of the fan stays empty while an offer \
             stands."
                .to_string(),
        );
    }
    let published = found.passport.as_ref().and_then(|p| parse_date(&p.known_at));
    if let Some((at, passport)) = published.zip(found.passport.as_ref())
        && args.from.is_some()
        && at > origin + 1.0
    {
        notes.push(format!(
            "The forecast reads no value after its start, but the table was put together later \
             (public since {}).",
            passport.known_at
        ));
    }
    if args.law.is_pooled() && origin < 2013.0 + 1e-9 {
        notes.push(
            "The shipped prior was fitted to technologies up to 2013: from an earlier start it \
             knows what others became, and perhaps this one."
                .to_string(),
        );
    }
    notes.extend(found.passport.iter().flat_map(|p| p.notes.iter().map(|note| sentence(note))));
    notes
}

/// A note of a passport as a sentence.
fn sentence(note: &str) -> String {
    let note = note.replace("known_at", "the date of publication");
    let mut letters = note.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// How many realised values lie inside the central interval of `width` per cent.
pub fn inside(answer: &Answer, width: u8) -> usize {
    answer.realised.iter().filter(|r| r.inside.is_some_and(|inside| inside <= width)).count()
}

fn csv(answer: &Answer) -> String {
    let mut out =
        String::from("series,law,date,years_ahead,q025,q05,q25,median,q75,q95,q975,realised\n");
    let mut line = |date_of: f64, ahead: f64, q: Option<&[f64; 7]>, realised: Option<f64>| {
        let _ = write!(
            out,
            "{},{},{},{ahead}",
            quoted(&answer.series),
            answer.law,
            date(date_of, answer.yearly)
        );
        match q {
            Some(q) => q.iter().for_each(|value| out.push_str(&format!(",{value:.6e}"))),
            None => out.push_str(",,,,,,,"),
        }
        out.push_str(&realised.map_or_else(|| ",\n".to_string(), |cost| format!(",{cost}\n")));
    };
    let same = |r: &Realised, row: &Row| (r.date - row.date).abs() < 1e-6;
    for row in &answer.rows {
        let hit = answer.realised.iter().find(|r| same(r, row));
        line(row.date, row.ahead, Some(&row.quantiles), hit.map(|r| r.cost));
    }
    let between = |r: &&Realised| !answer.rows.iter().any(|row| same(r, row));
    for r in answer.realised.iter().filter(between) {
        line(r.date, r.date - answer.origin.0, None, Some(r.cost));
    }
    out
}

fn text(answer: &Answer) -> String {
    let mut out = String::new();
    let day = |at: f64| date(at, answer.yearly);
    let unit = if answer.unit.is_empty() { String::new() } else { format!(", {}", answer.unit) };
    let _ = writeln!(out, "{} ({}){unit}", answer.name, answer.series);
    let (origin, cost) = answer.origin;
    let _ = writeln!(out, "law {}, from {} at {}\n", answer.law, day(origin), four(cost));
    let rows = answer.rows.iter().map(|row| {
        let q = row.quantiles.map(four);
        let range = |a: usize, b: usize| format!("{} to {}", q[a], q[b]);
        vec![day(row.date), q[3].clone(), range(2, 4), range(1, 5), range(0, 6)]
    });
    out.push_str(&table(1, &["date", "median", "50 %", "90 %", "95 %"], rows.collect()));
    if !answer.realised.is_empty() {
        let rows = answer.realised.iter().map(|r| {
            let inside = r.inside.map_or("outside 95 %".to_string(), |w| format!("inside {w} %"));
            vec![day(r.date), four(r.cost), four(r.median), percent(r.pit), inside]
        });
        let head = ["realised", "cost", "median", "chance of so low", ""];
        let _ = write!(out, "\n{}", table(1, &head, rows.collect()));
        let of = answer.realised.len();
        let [half, most, all] = [50, 90, 95].map(|width| inside(answer, width));
        let _ = writeln!(out, "of {of}: {half} inside 50 %, {most} inside 90 %, {all} inside 95 %");
    }
    for note in &answer.notes {
        let _ = writeln!(out, "note: {note}");
    }
    out
}

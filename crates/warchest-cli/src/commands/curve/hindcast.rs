//! `warchest curve hindcast`: tables of scores of the laws over a panel.

use super::answer::table;
use super::shelf;
use super::wrong::Wrong;
use crate::commands::Context;
use crate::error::CliError;
use crate::output;
use clap::ValueEnum;
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;
use warchest::curves::compare::{Relative, relative_crps};
use warchest::curves::fit::Shape;
use warchest::curves::hindcast::{
    Forecast, Protocol, Scores, Technology, at_horizon, improving, panel, run as forecast_all,
    scores,
};
use warchest::curves::honest::{Recipe, calendar_hindcast, fold_hindcast};
use warchest::curves::moore::{Moore, Naive, PlugIn, Trend};
use warchest::curves::wright::{Ahead, Levels, Wright};
use warchest::curves::{CurveError, Model, shipped};

/// Flags of `warchest curve hindcast`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Family of series (farmer-lafond-2016, performance-curve-database), or a CSV file with the
    /// columns series, year, cost and perhaps production.
    pub panel: String,
    /// Windows and horizons: five changes and up to twenty steps, or everything since the first
    /// of at least eight values and up to ten steps.
    #[arg(long, value_enum, default_value_t = Windows::Paper)]
    pub protocol: Windows,
    /// Technologies: all, or those whose cost falls (one-sided t-test, p < 0.10). The paper's
    /// protocol keeps those that improve.
    #[arg(long, value_enum)]
    pub select: Option<Select>,
    /// Laws; those the panel can carry otherwise, without the slow calendar-honest ones.
    #[arg(long = "model", value_name = "LAW", value_enum)]
    pub laws: Vec<Tested>,
    /// Groups of technologies whose prior is fitted to the other groups.
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub folds: usize,
}

/// Windows and horizons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Windows {
    /// Five changes, up to twenty steps (Farmer and Lafond 2016).
    Paper,
    /// At least eight values, up to ten steps.
    Expanding,
}

/// Which technologies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Select {
    /// Those whose cost falls.
    Improving,
    /// All.
    All,
}

/// A law that is scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tested {
    /// No trend.
    Naive,
    /// Drift, estimated parameters taken as the truth.
    PlugIn,
    /// Moore's law, exact Student-t: the base of every ratio.
    Moore,
    /// Moore's law, theta 0.25.
    Ima25,
    /// Moore's law, theta 0.63.
    Ima,
    /// Straight line through the logs.
    Trend,
    /// Wright's law, the production to come known.
    Wright,
    /// Wright's law, production extrapolated.
    WrightExtrapolated,
    /// Wright's law by least squares in levels, production known.
    Levels,
    /// Moore's law pooled over two kinds, prior from the other folds.
    Pooled,
    /// Moore's law pooled over one kind, prior from the other folds.
    PooledOne,
    /// The same, where fast movers are expected to be volatile.
    PooledScaled,
    /// Wright's law pooled, production known, prior from the other folds.
    PooledWright,
    /// As pooled, from what a forecaster of the day could know.
    PooledCalendar,
    /// As pooled-one, from what a forecaster of the day could know.
    PooledOneCalendar,
    /// As pooled-scaled, from what a forecaster of the day could know.
    PooledScaledCalendar,
    /// As pooled-wright, from what a forecaster of the day could know.
    PooledWrightCalendar,
    /// Moore's law pooled with the prior that ships.
    Shipped,
}

use Tested as T;

impl Tested {
    const FIRST: [Tested; 6] = [T::Naive, T::PlugIn, T::Moore, T::Ima25, T::Ima, T::Trend];
    const OF_PRODUCTION: [Tested; 4] =
        [T::Wright, T::WrightExtrapolated, T::Levels, T::PooledWright];

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_string()).unwrap_or_default()
    }

    /// The law itself, when it needs no prior of this panel.
    fn plain(self) -> Option<Box<dyn Model>> {
        Some(match self {
            T::Naive => Box::new(Naive),
            T::PlugIn => Box::new(PlugIn),
            T::Moore => Box::new(Moore::new(0.0)),
            T::Ima25 => Box::new(Moore::new(0.25)),
            T::Ima => Box::new(Moore::new(0.63)),
            T::Trend => Box::new(Trend),
            T::Wright => Box::new(Wright { rho: 0.0, ahead: Ahead::Known }),
            T::WrightExtrapolated => Box::new(Wright { rho: 0.0, ahead: Ahead::Extrapolated }),
            T::Levels => Box::new(Levels),
            T::Shipped => Box::new(shipped::pooled()),
            _ => return None,
        })
    }

    /// Every forecast of the panel.
    fn run(
        self,
        panel: &[Technology],
        protocol: &Protocol,
        folds: usize,
    ) -> Result<Vec<Forecast>, CurveError> {
        if let Some(model) = self.plain() {
            return forecast_all(panel, protocol, model.as_ref());
        }
        let (shape, mixture) = match self {
            T::Pooled | T::PooledCalendar => (Shape::MOORE, true),
            T::PooledScaled | T::PooledScaledCalendar => (Shape::MOORE_SCALED, false),
            T::PooledWright | T::PooledWrightCalendar => (Shape::WRIGHT, false),
            _ => (Shape::MOORE, false),
        };
        let recipe = Recipe { shape, mixture };
        match self {
            T::PooledCalendar
            | T::PooledOneCalendar
            | T::PooledScaledCalendar
            | T::PooledWrightCalendar => {
                Ok(calendar_hindcast(panel, protocol, recipe, Ahead::Known, folds)?.0)
            }
            _ => Ok(fold_hindcast(panel, protocol, recipe, Ahead::Known, folds)?.0),
        }
    }
}

#[derive(Serialize)]
struct Answer {
    schema: u32,
    panel: String,
    protocol: Windows,
    select: Select,
    technologies: Vec<String>,
    left_out: Vec<(String, String)>,
    forecasts: usize,
    laws: Vec<Row>,
    not_run: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Row {
    law: String,
    #[serde(flatten)]
    scores: Scores,
    against_moore: Relative,
    by_horizon: Vec<AtHorizon>,
}

#[derive(Serialize)]
struct AtHorizon {
    steps: u32,
    #[serde(flatten)]
    scores: Scores,
}

/// Scores and prints.
///
/// # Errors
/// A panel that cannot be read or holds nothing that can be hindcast.
pub fn run(args: &Args, data: Option<&Path>, context: Context) -> miette::Result<()> {
    let answer = answer(args, data)?;
    for (name, why) in answer.left_out.iter().take(8) {
        anstream::eprintln!("{name} left out: {why}");
    }
    if answer.left_out.len() > 8 {
        anstream::eprintln!("and {} more left out", answer.left_out.len() - 8);
    }
    for (law, why) in &answer.not_run {
        anstream::eprintln!("{law} not run: {why}");
    }
    if context.json { output::print_json(&answer) } else { output::print(&text(&answer)) }
}

fn answer(args: &Args, data: Option<&Path>) -> miette::Result<Answer> {
    if !(2..=100).contains(&args.folds) {
        return Err(CliError::Flag {
            flag: "folds",
            found: args.folds.to_string(),
            problem: "the groups must be 2 to 100".into(),
            help: "ten is usual".into(),
        }
        .into());
    }
    let (name, series, own) = shelf::panel(&args.panel, data)?;
    let protocol = match args.protocol {
        Windows::Paper => Protocol::FARMER_LAFOND,
        Windows::Expanding => Protocol::EXPANDING,
    };
    let select = args.select.unwrap_or(match args.protocol {
        Windows::Paper => Select::Improving,
        Windows::Expanding => Select::All,
    });
    let (kept, mut left_out) = kept(&series, &protocol, select);
    let forecasts = kept.iter().map(|t| protocol.count(t.y.len())).sum();
    if forecasts == 0 {
        return Err(Wrong::Nothing { panel: name }.into());
    }
    left_out.sort();
    let (laws, not_run) = rows(args, &kept, &protocol, own)?;
    Ok(Answer {
        schema: 1,
        panel: name,
        protocol: args.protocol,
        select,
        technologies: kept.iter().map(|t| t.name.clone()).collect(),
        left_out,
        forecasts,
        laws,
        not_run,
    })
}

/// The technologies that every plain law of cost can forecast, and why the others are left out.
fn kept(
    series: &[warchest::curves::Series],
    protocol: &Protocol,
    select: Select,
) -> (Vec<Technology>, Vec<(String, String)>) {
    let (all, left) = panel(series);
    let short = "not one value a year, or fewer than eight values".to_string();
    let mut left_out: Vec<(String, String)> =
        left.into_iter().map(|name| (name, short.clone())).collect();
    let before: Vec<String> = all.iter().map(|t| t.name.clone()).collect();
    let all = match select {
        Select::All => all,
        Select::Improving => improving(all, 0.10),
    };
    let gone = before.into_iter().filter(|name| !all.iter().any(|t| t.name == *name));
    left_out.extend(gone.map(|name| (name, "its cost does not fall clearly".to_string())));
    let mut kept = Vec::new();
    for technology in all {
        match forecast_all(std::slice::from_ref(&technology), protocol, &Moore::new(0.0)) {
            Ok(_) => kept.push(technology),
            Err(error) => left_out.push((technology.name, error.to_string())),
        }
    }
    (kept, left_out)
}

type Rows = (Vec<Row>, Vec<(String, String)>);

/// The laws one after the other.
fn rows(args: &Args, panel: &[Technology], protocol: &Protocol, own: bool) -> miette::Result<Rows> {
    let asked = !args.laws.is_empty();
    let mut laws = args.laws.clone();
    if !asked {
        laws.extend(T::FIRST);
        if panel.iter().all(|t| t.x.is_some()) {
            laws.extend(T::OF_PRODUCTION);
        }
        laws.push(if own { T::Shipped } else { T::Pooled });
    }
    let base = T::Moore.run(panel, protocol, args.folds)?;
    let (mut rows, mut not_run) = (Vec::new(), Vec::new());
    for (i, law) in laws.iter().enumerate() {
        let started = Instant::now();
        anstream::eprintln!("{} of {}: {}", i + 1, laws.len(), law.name());
        match law.run(panel, protocol, args.folds) {
            Ok(found) => rows.push(row(*law, &found, &base)),
            Err(error) if asked => return Err(error.into()),
            Err(error) => not_run.push((law.name(), error.to_string())),
        }
        let took = started.elapsed().as_secs_f64();
        if took > 2.0 {
            anstream::eprintln!("    {took:.0} s");
        }
    }
    Ok((rows, not_run))
}

fn row(law: Tested, found: &[Forecast], base: &[Forecast]) -> Row {
    let most = found.iter().map(|f| f.tau).max().unwrap_or(0);
    let by_horizon =
        (1..=most).map(|steps| AtHorizon { steps, scores: scores(&at_horizon(found, steps)) });
    Row {
        law: law.name(),
        scores: scores(found),
        against_moore: relative_crps(found, base),
        by_horizon: by_horizon.collect(),
    }
}

fn text(answer: &Answer) -> String {
    let windows = match answer.protocol {
        Windows::Paper => "windows of five changes, up to twenty steps ahead",
        Windows::Expanding => {
            "everything since the first of at least eight values, up to ten steps"
        }
    };
    let which = match answer.select {
        Select::All => "",
        Select::Improving => " that improve",
    };
    let mut out = format!(
        "{}: {} technologies{which}, {} forecasts; {windows}\n\n",
        answer.panel,
        answer.technologies.len(),
        answer.forecasts
    );
    let rows = answer.laws.iter().map(|row| {
        let (s, r) = (&row.scores, &row.against_moore);
        let mut cells = vec![
            row.law.clone(),
            format!("{:.3}", s.rmse),
            format!("{:.3}", s.crps),
            format!("{:.3}", r.ratio),
            format!("{:.2} to {:.2}", r.interval[0], r.interval[1]),
            format!("{:.3}", s.log_score),
        ];
        cells.extend(s.coverage.map(|c| format!("{:.0} %", 100.0 * c)));
        cells
    });
    let head = ["law", "RMSE", "CRPS", "ratio", "95 %", "log score", "in 50", "in 90", "in 95"];
    out.push_str(&table(1, &head, rows.collect()));
    out.push_str(
        "\nRMSE and CRPS in log cost; ratio: CRPS over that of moore, geometric mean over \
         technologies,\nwith its 95 % interval from resampling technologies; log score: lower is \
         better\n",
    );
    type Show = fn(&Scores) -> String;
    let tables: [(&str, Show); 3] = [
        ("RMSE by steps", |s| format!("{:.3}", s.rmse)),
        ("CRPS by steps", |s| format!("{:.3}", s.crps)),
        ("inside 90 % by steps", |s| format!("{:.0} %", 100.0 * s.coverage[1])),
    ];
    for (title, show) in tables {
        let _ = write!(out, "\n{}", by_steps(answer, title, show));
    }
    out
}

/// One score at 1, 2, 5, 10 and 20 steps.
fn by_steps(answer: &Answer, title: &str, show: fn(&Scores) -> String) -> String {
    let most = answer.laws.iter().map(|row| row.by_horizon.len()).max().unwrap_or(0);
    let steps: Vec<usize> = [1, 2, 5, 10, 20].into_iter().filter(|s| *s <= most).collect();
    let rows = answer.laws.iter().map(|row| {
        let mut cells = vec![row.law.clone()];
        cells.extend(steps.iter().map(|s| show(&row.by_horizon[s - 1].scores)));
        cells
    });
    let numbers: Vec<String> = steps.iter().map(usize::to_string).collect();
    let head: Vec<&str> =
        std::iter::once(title).chain(numbers.iter().map(String::as_str)).collect();
    table(1, &head, rows.collect())
}

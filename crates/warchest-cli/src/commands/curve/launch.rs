//! `warchest curve since-launch`.

use super::answer::{date, four, quoted, table};
use super::launch_page;
use super::shelf;
use super::wrong::Wrong;
use crate::commands::Context;
use crate::error::CliError;
use crate::output;
use serde::Serialize;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use warchest::curves::Passport;
use warchest::curves::launch::{SinceLaunch, since_launch};

/// Flags of `warchest curve since-launch`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Series with the year of launch, as in light-uk@1880; otherwise light, memory, DRAM,
    /// solar cells, DNA sequencing and a language model of fixed quality.
    pub series: Vec<String>,
    /// Print CSV: a row per series and value.
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Also write the comparison as one self-contained page.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Also write the chart alone.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

/// The comparison of the article: name, series, year of launch.
const ARTICLE: [(&str, &str); 6] = [
    ("Light (UK)", "light-uk@1880"),
    ("Computer memory", "computer-memory/computer-memory@1957"),
    ("DRAM", "farmer-lafond-2016/dram"),
    ("Solar cells", "solar-pv"),
    ("DNA sequencing", "dna-sequencing/dna-genome"),
    ("Language model", "llm-price-at-quality/llm-mmlu-gpt-3.5"),
];

/// Years after launch of the columns of the table.
pub const AFTER: [f64; 5] = [1.0, 2.0, 5.0, 10.0, 20.0];

/// One technology of the comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Short name.
    pub name: String,
    /// Name of the series.
    pub series: String,
    /// What the series is, in words.
    pub what: String,
    /// Unit of the cost.
    pub unit: String,
    /// Multiples of the launch cost after [`AFTER`] years; none past the end.
    pub after: [Option<f64>; 5],
    /// What happened since launch.
    #[serde(flatten)]
    pub found: SinceLaunch,
    /// Whether the series has one value a year.
    pub yearly: bool,
    /// Where it comes from.
    pub passport: Option<Passport>,
}

/// Compares and prints.
///
/// # Errors
/// A series that cannot be found or read; a page that cannot be written.
pub fn run(args: &Args, data: Option<&Path>, context: Context) -> miette::Result<()> {
    let lines = lines(args, data)?;
    if let Some(path) = &args.report {
        std::fs::write(path, launch_page::render(&lines)).map_err(|e| CliError::write(path, e))?;
    }
    if let Some(path) = &args.svg {
        let drawn = launch_page::alone(&lines);
        std::fs::write(path, drawn).map_err(|e| CliError::write(path, e))?;
    }
    if context.json {
        return output::print_json(&lines);
    }
    if args.csv { output::print(&csv(&lines)) } else { output::print(&text(&lines)) }
}

fn lines(args: &Args, data: Option<&Path>) -> miette::Result<Vec<Line>> {
    let asked: Vec<(Option<&str>, &str)> = match args.series.is_empty() {
        true => ARTICLE.iter().map(|(name, series)| (Some(*name), *series)).collect(),
        false => args.series.iter().map(|series| (None, series.as_str())).collect(),
    };
    asked.into_iter().map(|(name, wanted)| line(name, wanted, data)).collect()
}

fn line(name: Option<&str>, wanted: &str, data: Option<&Path>) -> miette::Result<Line> {
    let year = if Path::new(wanted).is_file() { None } else { wanted.rsplit_once('@') };
    let (series, from) = match year {
        Some((series, year)) => (
            series,
            shelf::date("series", year)
                .map_err(|_| Wrong::Date { flag: "series", found: wanted.to_string() })?,
        ),
        None => (wanted, f64::NEG_INFINITY),
    };
    let found = shelf::series(series, data)?;
    let since = since_launch(&found.series, from)?;
    Ok(Line {
        name: name.map_or_else(|| found.series.name.clone(), str::to_string),
        series: wanted.to_string(),
        what: found.series.name.clone(),
        unit: found.series.unit.clone(),
        after: AFTER.map(|years| since.multiple_after(years)),
        yearly: found.series.dates.iter().all(|date| date.fract() == 0.0),
        found: since,
        passport: found.passport,
    })
}

/// Years until more than nine tenths were gone, as printed.
pub fn years(years: Option<f64>) -> String {
    match years {
        None => "not yet".to_string(),
        Some(years) if years.fract() == 0.0 => format!("{years:.0}"),
        Some(years) => format!("{years:.2}"),
    }
}

fn text(lines: &[Line]) -> String {
    let rows = lines.iter().map(|line| {
        let found = &line.found;
        let mut row = vec![
            line.name.clone(),
            date(found.launch, line.yearly),
            four(found.launch_cost),
            years(found.below_tenth),
        ];
        row.extend(line.after.map(|m| m.map_or("-".to_string(), |m| format!("x{}", four(m)))));
        row.push(found.steepest.map_or("-".to_string(), |fall| {
            let (from, to) = (date(fall.from, line.yearly), date(fall.to, line.yearly));
            format!("{:.1} % ({from} to {to})", 100.0 * fall.change)
        }));
        row
    });
    let head = [
        "since launch",
        "launch",
        "first price",
        "years to -90 %",
        "1 year",
        "2 years",
        "5 years",
        "10 years",
        "20 years",
        "steepest two years",
    ];
    let mut out = table(1, &head, rows.collect());
    out.push('\n');
    for line in lines {
        let _ = writeln!(out, "{}: {} ({}), {}", line.name, line.what, line.series, line.unit);
    }
    for line in lines.iter().filter(|line| line.found.at_tenth != line.found.below_tenth) {
        let _ = writeln!(
            out,
            "{}: at exactly a tenth after {} years, below it after {}",
            line.name,
            years(line.found.at_tenth),
            years(line.found.below_tenth)
        );
    }
    out
}

fn csv(lines: &[Line]) -> String {
    let mut out = String::from("name,series,years_since_launch,multiple_of_launch_cost\n");
    for line in lines {
        for (years, multiple) in &line.found.multiples {
            let _ =
                writeln!(out, "{},{},{years:.4},{multiple:.6e}", quoted(&line.name), line.series);
        }
    }
    out
}

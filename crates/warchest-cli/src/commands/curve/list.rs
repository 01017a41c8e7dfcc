//! `warchest curve list`.

use super::answer::{date, table};
use super::shelf;
use crate::commands::Context;
use crate::output;
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;
use warchest::curves::Passport;

#[derive(Serialize)]
struct Row {
    series: String,
    name: String,
    unit: String,
    first: f64,
    last: f64,
    values: usize,
    experience: bool,
}

#[derive(Serialize)]
struct Group {
    family: String,
    passport: Passport,
    series: Vec<Row>,
}

/// Lists the series that ship.
///
/// # Errors
/// A folder of data that cannot be read.
pub fn run(data: Option<&Path>, context: Context) -> miette::Result<()> {
    let families = shelf::families(data)?;
    let groups: Vec<Group> =
        families.into_iter().map(|(family, found)| group(family, found)).collect();
    if context.json {
        return output::print_json(&groups);
    }
    let mut out = String::new();
    for group in &groups {
        let passport = &group.passport;
        let _ = writeln!(out, "{}", passport.title);
        let _ = writeln!(
            out,
            "  {}; public since {}; {}{}",
            passport.citation,
            passport.known_at,
            passport.licence,
            if passport.running_minimum { "; lowest value to date" } else { "" }
        );
        let rows = group.series.iter().map(|row| {
            let yearly = row.first.fract() == 0.0 && row.last.fract() == 0.0;
            vec![
                format!("  {}", row.series),
                row.unit.clone(),
                format!("{} to {}", date(row.first, yearly), date(row.last, yearly)),
                row.values.to_string(),
                if row.experience { "with production" } else { "" }.to_string(),
            ]
        });
        out.push_str(&table(5, &[], rows.collect()));
        out.push('\n');
    }
    output::print(&out)
}

fn group(family: String, found: warchest::curves::series::Family) -> Group {
    let single = found.series.len() == 1;
    let rows = found.series.iter().map(|series| Row {
        series: if single { family.clone() } else { format!("{family}/{}", series.id) },
        name: series.name.clone(),
        unit: series.unit.clone(),
        first: series.dates.first().copied().unwrap_or(f64::NAN),
        last: series.dates.last().copied().unwrap_or(f64::NAN),
        values: series.costs.len(),
        experience: series.experience.is_some(),
    });
    let series = rows.collect();
    Group { family, passport: found.passport, series }
}

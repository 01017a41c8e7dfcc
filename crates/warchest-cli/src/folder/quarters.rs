//! `quarters.parquet`: quantiles by quarter of every recorded figure, in long form.

use super::columns;
use crate::error::CliError;
use arrow_array::{Float64Array, StringArray, UInt16Array, UInt64Array};
use std::path::Path;
use std::sync::Arc;
use warchest::answers::{Curve, Fan, Summary};

#[derive(Default)]
struct Long<'a> {
    quarter: Vec<u16>,
    label: Vec<&'a str>,
    scope: Vec<&'static str>,
    name: Vec<&'a str>,
    figure: Vec<&'a str>,
    unit: Vec<&'a str>,
    count: Vec<u64>,
    numbers: [Vec<f64>; 8],
}

const NUMBERS: [&str; 8] = ["mean", "mean_se", "p05", "p25", "p50", "p50_se", "p75", "p95"];

impl<'a> Long<'a> {
    fn key(
        &mut self,
        at: (usize, &'a str),
        of: (&'static str, &'a str),
        figure: (&'a str, &'a str),
    ) {
        self.quarter.push(at.0 as u16);
        self.label.push(at.1);
        self.scope.push(of.0);
        self.name.push(of.1);
        self.figure.push(figure.0);
        self.unit.push(figure.1);
    }

    fn fan(&mut self, labels: &'a [String], of: (&'static str, &'a str), fan: &'a Fan) {
        for (q, label) in labels.iter().enumerate().take(fan.count.len()) {
            self.key((q, label), of, (&fan.name, &fan.unit));
            self.count.push(fan.count[q]);
            let columns = [
                &fan.mean,
                &fan.mean_se,
                &fan.p05,
                &fan.p25,
                &fan.p50,
                &fan.p50_se,
                &fan.p75,
                &fan.p95,
            ];
            for (mine, theirs) in self.numbers.iter_mut().zip(columns) {
                mine.push(theirs[q]);
            }
        }
    }

    fn curve(
        &mut self,
        labels: &'a [String],
        of: (&'static str, &'a str),
        figure: &'static str,
        found: (&Curve, u64),
    ) {
        let (curve, paths) = found;
        for (q, label) in labels.iter().enumerate().take(curve.value.len()) {
            self.key((q, label), of, (figure, "probability"));
            self.count.push(paths);
            let [mean, se, rest @ ..] = &mut self.numbers;
            mean.push(curve.value[q]);
            se.push(curve.se[q]);
            rest.iter_mut().for_each(|column| column.push(f64::NAN));
        }
    }
}

/// Writes `quarters.parquet`.
///
/// # Errors
/// [`CliError::Write`].
pub fn write(path: &Path, summary: &Summary) -> Result<(), CliError> {
    let labels = &summary.scenario.labels;
    let mut long = Long::default();
    for firm in &summary.firms {
        let of = ("firm", firm.name.as_str());
        let paths = summary.run.paths;
        long.curve(labels, of, "independent", (&firm.independent, paths));
        long.curve(labels, of, "including_acquired", (&firm.including_acquired, paths));
        firm.series.iter().for_each(|fan| long.fan(labels, of, fan));
    }
    for market in &summary.markets {
        let of = ("market", market.name.as_str());
        market.series.iter().for_each(|fan| long.fan(labels, of, fan));
    }
    let money = &summary.money.by_quarter;
    let whole = [&summary.prices, &summary.concentration.fans, money, &summary.common];
    for fan in whole.into_iter().flatten() {
        long.fan(labels, ("whole", ""), fan);
    }
    let text = |values: Vec<&str>| Arc::new(StringArray::from(values));
    let mut found: Vec<columns::Column> = vec![
        ("quarter", Arc::new(UInt16Array::from(long.quarter))),
        ("label", text(long.label)),
        ("scope", text(long.scope)),
        ("name", text(long.name)),
        ("figure", text(long.figure)),
        ("unit", text(long.unit)),
        ("count", Arc::new(UInt64Array::from(long.count))),
    ];
    for (name, values) in NUMBERS.into_iter().zip(long.numbers) {
        found.push((name, Arc::new(Float64Array::from(values))));
    }
    columns::write(path, found)
}

//! The product rows of an answer as CSV or Parquet.

use super::answer::{Answer, ProductRow};
use crate::error::CliError;
use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::path::Path;
use std::sync::Arc;

/// A number of a product row, absent where it does not apply.
type Cell = fn(&ProductRow) -> Option<f64>;

const NUMBERS: [(&str, Cell); 12] = [
    ("costs", |r| Some(r.cost)),
    ("prices", |r| Some(r.price)),
    ("shares", |r| Some(r.share)),
    ("quantities", |r| Some(r.quantity)),
    ("margins", |r| Some(r.margin)),
    ("shadow_prices", |r| Some(r.shadow_price)),
    ("own_elasticities", |r| Some(r.own_elasticity)),
    ("outside_diversion", |r| r.outside_diversion),
    ("own_pass_through", |r| r.own_pass_through),
    ("compensating_cost_cuts", |r| r.compensating_cost_cut),
    ("price_change_percent", |r| r.price_change_percent),
    ("residual", |_| None),
];

/// A product row with the market and state it belongs to.
struct Row<'a> {
    market: &'a str,
    state: &'a str,
    converged: bool,
    foc: f64,
    product: &'a ProductRow,
}

impl Row<'_> {
    fn number(&self, at: usize) -> Option<f64> {
        if NUMBERS[at].0 == "residual" { Some(self.foc) } else { NUMBERS[at].1(self.product) }
    }

    fn words(&self) -> [&str; 5] {
        let nest = self.product.nest.as_deref().unwrap_or("");
        [self.market, self.state, &self.product.product, &self.product.firm, nest]
    }
}

const WORDS: [&str; 5] = ["market_ids", "state", "product_ids", "firm_ids", "nesting_ids"];

fn rows(answer: &Answer) -> Vec<Row<'_>> {
    let mut out = Vec::new();
    for market in &answer.markets {
        let before = std::iter::once(("before", &market.before));
        let after = market.experiments.iter().map(|e| (e.name.as_str(), &e.after));
        for (state, what) in before.chain(after) {
            out.extend(what.products.iter().map(|product| Row {
                market: &market.market,
                state,
                converged: what.status.converged,
                foc: what.status.foc,
                product,
            }));
        }
    }
    out
}

/// Writes to `path`: Parquet when it ends in `.parquet`, else CSV.
///
/// # Errors
/// [`CliError::Write`].
pub fn write(path: &Path, answer: &Answer) -> Result<(), CliError> {
    let rows = rows(answer);
    if path.extension().is_some_and(|e| e == "parquet") {
        return parquet(path, &rows).map_err(|reason| CliError::write(path, reason));
    }
    std::fs::write(path, csv(&rows)).map_err(|e| CliError::write(path, e))
}

fn csv(rows: &[Row<'_>]) -> String {
    let mut head: Vec<&str> = WORDS.to_vec();
    head.push("converged");
    head.extend(NUMBERS.iter().map(|(name, _)| *name));
    let mut out = head.join(",");
    out.push('\n');
    for row in rows {
        let mut cells: Vec<String> = row.words().iter().map(|word| quoted(word)).collect();
        cells.push(row.converged.to_string());
        cells.extend(
            (0..NUMBERS.len()).map(|at| row.number(at).map_or(String::new(), |v| v.to_string())),
        );
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}

fn quoted(word: &str) -> String {
    if word.contains([',', '"', '\n']) {
        format!("\"{}\"", word.replace('"', "\"\""))
    } else {
        word.to_owned()
    }
}

fn parquet(path: &Path, rows: &[Row<'_>]) -> Result<(), String> {
    let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
    for (at, name) in WORDS.iter().enumerate() {
        let words: Vec<&str> = rows.iter().map(|row| row.words()[at]).collect();
        columns.push((name, Arc::new(StringArray::from(words))));
    }
    let converged: Vec<bool> = rows.iter().map(|row| row.converged).collect();
    columns.push(("converged", Arc::new(BooleanArray::from(converged))));
    for (at, (name, _)) in NUMBERS.iter().enumerate() {
        let numbers: Vec<Option<f64>> = rows.iter().map(|row| row.number(at)).collect();
        columns.push((name, Arc::new(Float64Array::from(numbers))));
    }
    let nullable = columns.into_iter().map(|(name, array)| (name, array, true));
    let batch = RecordBatch::try_from_iter_with_nullable(nullable).map_err(|e| e.to_string())?;
    let file = std::fs::File::create(path).map_err(|e| e.to_string())?;
    let level = ZstdLevel::try_new(3).map_err(|e| e.to_string())?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
    let mut writer =
        ArrowWriter::try_new(file, batch.schema(), Some(properties)).map_err(|e| e.to_string())?;
    writer.write(&batch).map_err(|e| e.to_string())?;
    writer.close().map_err(|e| e.to_string())?;
    Ok(())
}

//! Long tables from CSV and Parquet files.

use crate::error::CliError;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::BTreeMap;
use std::path::Path;
use warchest::pricing::table::{Column, Table};

/// Reads a `.parquet` file, or anything else as CSV with a header line.
///
/// # Errors
/// [`CliError::Read`] with the line or column that does not fit.
pub fn read(path: &Path, kind: &'static str) -> Result<Table, CliError> {
    let text = if path.extension().is_some_and(|e| e == "parquet") {
        parquet(path)?
    } else {
        let text = std::fs::read_to_string(path).map_err(|e| CliError::read(path, e))?;
        csv(&text).map_err(|reason| CliError::read(path, reason))?
    };
    let rows = text.first().map_or(0, |(_, cells)| cells.len());
    let columns: BTreeMap<String, Column> =
        text.into_iter().map(|(name, cells)| (name, typed(cells))).collect();
    Ok(Table { kind, rows, columns })
}

/// Numbers if every cell is one; identifiers such as `007` stay text.
fn typed(cells: Vec<String>) -> Column {
    let number = |cell: &String| {
        let digits = cell.trim_start_matches('-');
        let padded = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
        if padded && !digits.contains(['e', 'E', '.']) { None } else { cell.parse::<f64>().ok() }
    };
    match cells.iter().map(number).collect() {
        Some(numbers) => Column::Number(numbers),
        None => Column::Text(cells),
    }
}

type Cells = Vec<(String, Vec<String>)>;

/// RFC 4180: commas, double quotes, quoted newlines.
fn csv(text: &str) -> Result<Cells, String> {
    let mut records = records(text);
    if records.is_empty() {
        return Err("no header line".to_owned());
    }
    let header = records.remove(0);
    let mut out: Cells = header.into_iter().map(|name| (name, Vec::new())).collect();
    for (row, record) in records.into_iter().enumerate() {
        if record.len() != out.len() {
            return Err(format!(
                "row {} has {} cells, the header {}",
                row + 1,
                record.len(),
                out.len()
            ));
        }
        for ((_, cells), cell) in out.iter_mut().zip(record) {
            cells.push(cell);
        }
    }
    Ok(out)
}

fn records(text: &str) -> Vec<Vec<String>> {
    let (mut out, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                out.push(std::mem::take(&mut record));
            }
            '\r' if !quoted => {}
            _ => cell.push(c),
        }
    }
    if !cell.is_empty() || !record.is_empty() {
        record.push(cell);
        out.push(record);
    }
    out.retain(|record| record.len() > 1 || record.first().is_some_and(|cell| !cell.is_empty()));
    out
}

fn parquet(path: &Path) -> Result<Cells, CliError> {
    let file = std::fs::File::open(path).map_err(|e| CliError::read(path, e))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.build())
        .map_err(|e| CliError::read(path, e))?;
    let mut out: Cells = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|e| CliError::read(path, e))?;
        if out.is_empty() {
            let names = batch.schema();
            out = names.fields().iter().map(|f| (f.name().clone(), Vec::new())).collect();
        }
        append(&batch, &mut out).map_err(|reason| CliError::read(path, reason))?;
    }
    Ok(out)
}

/// Adds a batch's cells as text; `{}` of a float reads back as the same float. A null is an
/// empty cell: it only matters in a column that somebody asks for.
fn append(batch: &RecordBatch, out: &mut Cells) -> Result<(), String> {
    for (array, (name, cells)) in batch.columns().iter().zip(out) {
        let cell: Box<dyn Fn(usize) -> String + '_> = match array.data_type() {
            DataType::Float64 => {
                Box::new(|i| array.as_primitive::<Float64Type>().value(i).to_string())
            }
            DataType::Float32 => {
                Box::new(|i| array.as_primitive::<Float32Type>().value(i).to_string())
            }
            DataType::Int64 => Box::new(|i| array.as_primitive::<Int64Type>().value(i).to_string()),
            DataType::Int32 => Box::new(|i| array.as_primitive::<Int32Type>().value(i).to_string()),
            DataType::Boolean => Box::new(|i| u8::from(array.as_boolean().value(i)).to_string()),
            DataType::Utf8 => Box::new(|i| array.as_string::<i32>().value(i).to_owned()),
            DataType::LargeUtf8 => Box::new(|i| array.as_string::<i64>().value(i).to_owned()),
            other => return Err(format!("column `{name}` is {other}; write numbers or text")),
        };
        let null = |i: usize| array.is_null(i);
        cells.extend((0..array.len()).map(|i| if null(i) { String::new() } else { cell(i) }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_reads_quotes_and_refuses_ragged_rows() {
        let cells = csv("a,b\r\n1,\"x, \"\"y\"\"\"\n2,z\n").unwrap();
        assert_eq!(cells[1].1, ["x, \"y\"", "z"]);
        assert_eq!(typed(cells[0].1.clone()), Column::Number(vec![1.0, 2.0]));
        assert!(csv("a,b\n1\n").unwrap_err().contains("row 1"));
        assert_eq!(typed(vec!["007".into()]), Column::Text(vec!["007".into()]));
    }
}

//! `paths.parquet` and `market.parquet`: one row group per part, copied without decoding when
//! parts are joined, so that the bytes depend on the parts alone.

use super::rows::Rows;
use crate::error::CliError;
use arrow_array::types::UInt16Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, RecordBatch, StringArray, UInt8Array, UInt16Array,
    UInt32Array, UInt64Array,
};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A named column.
pub type Column = (&'static str, ArrayRef);

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by(format!("warchest {}", env!("CARGO_PKG_VERSION")))
        .set_max_row_group_row_count(None)
        .build()
}

/// The columns of `paths.parquet`; a quarter that did not come is 65535.
fn firm_columns(rows: &Rows, names: &[String]) -> Result<Vec<Column>, CliError> {
    let width = names.len();
    let n = rows.firms.status.len();
    let path: UInt64Array = (0..n).map(|row| rows.first + (row / width) as u64).collect();
    let keys: UInt16Array = (0..n).map(|row| (row % width) as u16).collect();
    let values: StringArray = names.iter().map(Some).collect();
    let firm = DictionaryArray::<UInt16Type>::try_new(keys, Arc::new(values))
        .map_err(|error| CliError::write("paths.parquet", error))?;
    let firms = &rows.firms;
    let f64s = |values: &Vec<f64>| Arc::new(Float64Array::from(values.clone())) as ArrayRef;
    let u8s = |values: &Vec<u8>| Arc::new(UInt8Array::from(values.clone())) as ArrayRef;
    let u16s = |values: &Vec<u16>| Arc::new(UInt16Array::from(values.clone())) as ArrayRef;
    Ok(vec![
        ("path", Arc::new(path)),
        ("firm", Arc::new(firm)),
        ("status", u8s(&firms.status)),
        ("cause", u8s(&firms.cause)),
        ("exit_quarter", u16s(&firms.exit_quarter)),
        ("cash_positive_quarter", u16s(&firms.cash_positive)),
        ("defaulted", u8s(&firms.defaulted)),
        ("cash_usd", f64s(&firms.cash)),
        ("revenue_year_usd", f64s(&firms.revenue_year)),
        ("levered_fcf_usd", f64s(&firms.levered_fcf)),
        ("raised_usd", f64s(&firms.raised)),
        ("founders_stake", f64s(&firms.founders_stake)),
        ("valuation_usd", f64s(&firms.valuation)),
        ("deepest_need_usd", f64s(&firms.deepest_need)),
    ])
}

/// The columns of `market.parquet`.
fn market_columns(rows: &Rows) -> Vec<Column> {
    let market = &rows.market;
    let f64s = |values: &Vec<f64>| Arc::new(Float64Array::from(values.clone())) as ArrayRef;
    let path: UInt64Array = (rows.first..rows.first + rows.paths).collect();
    let [chips, cloud, labs, applications, energy] = &market.value_added;
    vec![
        ("path", Arc::new(path)),
        ("hhi_spend", f64s(&market.hhi_spend)),
        ("hhi_usage", f64s(&market.hhi_usage)),
        ("leader_change_quarter", Arc::new(UInt16Array::from(market.leader_change.clone()))),
        ("final_spend_usd", f64s(&market.final_spend)),
        ("value_added_chips_usd", f64s(chips)),
        ("value_added_cloud_usd", f64s(cloud)),
        ("value_added_labs_usd", f64s(labs)),
        ("value_added_applications_usd", f64s(applications)),
        ("value_added_energy_usd", f64s(energy)),
        ("capex_usd", f64s(&market.capex)),
        ("cloud_capex_usd", f64s(&market.cloud_capex)),
        ("consumer_surplus_usd", f64s(&market.consumer_surplus)),
        ("unconverged_games", Arc::new(UInt32Array::from(market.unconverged.clone()))),
    ]
}

/// Writes one row group into a file of its own: temporary name, then renamed.
///
/// # Errors
/// [`CliError::Write`].
pub fn write(path: &Path, columns: Vec<Column>) -> Result<(), CliError> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), false))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let temporary = path.with_added_extension("tmp");
    let fail = |error: &dyn std::fmt::Display| {
        let _ = std::fs::remove_file(&temporary);
        CliError::write(path, error)
    };
    let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(|e| fail(&e))?;
    let file = File::create(&temporary).map_err(|e| fail(&e))?;
    let mut writer =
        ArrowWriter::try_new(file, schema, Some(properties())).map_err(|e| fail(&e))?;
    writer.write(&batch).map_err(|e| fail(&e))?;
    let file = writer.into_inner().map_err(|e| fail(&e))?;
    file.sync_all().map_err(|e| fail(&e))?;
    std::fs::rename(&temporary, path).map_err(|e| fail(&e))
}

/// Writes the rows of a part under `stem`: `stem.paths.parquet` and `stem.market.parquet`.
///
/// # Errors
/// [`CliError::Write`].
pub fn write_part(stem: &Path, rows: &Rows, names: &[String]) -> Result<(), CliError> {
    write(&stem.with_added_extension("paths.parquet"), firm_columns(rows, names)?)?;
    write(&stem.with_added_extension("market.parquet"), market_columns(rows))
}

/// Joins the row groups of `parts`, in order, into `target`, without decoding them.
///
/// # Errors
/// [`CliError::Read`] or [`CliError::Write`].
pub fn join(parts: &[PathBuf], target: &Path) -> Result<(), CliError> {
    let Some(first) = parts.first() else { return Ok(()) };
    let temporary = target.with_added_extension("tmp");
    let fail = |error: &dyn std::fmt::Display| {
        let _ = std::fs::remove_file(&temporary);
        CliError::write(target, error)
    };
    let open = |path: &PathBuf| {
        File::open(path)
            .map_err(|error| CliError::read(path, error))
            .and_then(|file| Ok((file.try_clone().map_err(|e| CliError::read(path, e))?, file)))
    };
    let reader = |path: &PathBuf| -> Result<(SerializedFileReader<File>, File), CliError> {
        let (copy, file) = open(path)?;
        let reader = SerializedFileReader::new(copy)
            .map_err(|error| CliError::read(path, format!("damaged: {error}")))?;
        Ok((reader, file))
    };
    let (head, _) = reader(first)?;
    let meta = head.metadata().file_metadata();
    let schema = meta.schema_descr().root_schema_ptr();
    let mut about = WriterProperties::builder()
        .set_created_by(format!("warchest {}", env!("CARGO_PKG_VERSION")));
    if let Some(pairs) = meta.key_value_metadata() {
        about = about.set_key_value_metadata(Some(pairs.clone()));
    }
    let file = File::create(&temporary).map_err(|e| fail(&e))?;
    let mut writer =
        SerializedFileWriter::new(file, schema, Arc::new(about.build())).map_err(|e| fail(&e))?;
    for path in parts {
        let (part, file) = reader(path)?;
        for group in part.metadata().row_groups() {
            let mut out = writer.next_row_group().map_err(|e| fail(&e))?;
            for column in group.columns() {
                let close = parquet::column::writer::ColumnCloseResult {
                    bytes_written: column.compressed_size() as u64,
                    rows_written: group.num_rows() as u64,
                    metadata: column.clone(),
                    bloom_filter: None,
                    column_index: None,
                    offset_index: None,
                };
                out.append_column(&file, close).map_err(|e| fail(&e))?;
            }
            out.close().map_err(|e| fail(&e))?;
        }
    }
    let file = writer.into_inner().map_err(|e| fail(&e))?;
    file.sync_all().map_err(|e| fail(&e))?;
    std::fs::rename(&temporary, target).map_err(|e| fail(&e))
}

//! Rows of a complete run folder, read back in blocks.

use crate::error::CliError;
use arrow_array::types::{Float64Type, UInt8Type, UInt16Type};
use arrow_array::{ArrowPrimitiveType, PrimitiveArray, RecordBatch};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use std::fs::File;
use std::path::{Path, PathBuf};
use warchest::simulate::outcome::{BLOCK, Block, FirmRows, PathRows};

/// Reads the rows of a run, block by block.
pub struct Reader {
    firms: ParquetRecordBatchReader,
    market: ParquetRecordBatchReader,
    folder: PathBuf,
    width: usize,
    next: u64,
}

fn open(path: &Path, rows: usize) -> Result<ParquetRecordBatchReader, CliError> {
    let file = File::open(path).map_err(|error| CliError::read(path, error))?;
    ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.with_batch_size(rows).build())
        .map_err(|error| CliError::read(path, format!("damaged: {error}")))
}

impl Reader {
    /// Opens a run folder whose rows have `width` firms.
    ///
    /// # Errors
    /// [`CliError::Read`].
    pub fn open(folder: &Path, width: usize) -> Result<Reader, CliError> {
        Ok(Reader {
            firms: open(&folder.join("paths.parquet"), BLOCK as usize * width)?,
            market: open(&folder.join("market.parquet"), BLOCK as usize)?,
            folder: folder.to_path_buf(),
            width,
            next: 0,
        })
    }

    /// The next block; none at the end.
    ///
    /// # Errors
    /// [`CliError::Read`] when a file is damaged or lacks a column.
    pub fn block(&mut self) -> Result<Option<Block>, CliError> {
        let fail = |name: &str, error: &dyn std::fmt::Display| {
            CliError::read(self.folder.join(name), format!("damaged: {error}"))
        };
        let (Some(firms), Some(market)) = (self.firms.next(), self.market.next()) else {
            return Ok(None);
        };
        let firms = firms.map_err(|error| fail("paths.parquet", &error))?;
        let market = market.map_err(|error| fail("market.parquet", &error))?;
        if firms.num_rows() != market.num_rows() * self.width {
            return Err(fail("paths.parquet", &"rows that do not fit market.parquet"));
        }
        let index = self.next;
        self.next += 1;
        Ok(Some(Block {
            index,
            paths: market.num_rows() as u32,
            firms: firm_rows(&firms).map_err(|name| fail("paths.parquet", &name))?,
            market: path_rows(&market).map_err(|name| fail("market.parquet", &name))?,
            ..Block::default()
        }))
    }
}

fn column<T: ArrowPrimitiveType>(
    batch: &RecordBatch,
    name: &str,
) -> Result<Vec<T::Native>, String> {
    let array = batch.column_by_name(name).ok_or_else(|| format!("no column {name}"))?;
    let array = array.as_any().downcast_ref::<PrimitiveArray<T>>();
    Ok(array.ok_or_else(|| format!("column {name} of another type"))?.values().to_vec())
}

fn firm_rows(batch: &RecordBatch) -> Result<FirmRows, String> {
    Ok(FirmRows {
        status: column::<UInt8Type>(batch, "status")?,
        cash: column::<Float64Type>(batch, "cash_usd")?,
        revenue_year: column::<Float64Type>(batch, "revenue_year_usd")?,
        levered_fcf: column::<Float64Type>(batch, "levered_fcf_usd")?,
        raised: column::<Float64Type>(batch, "raised_usd")?,
        valuation: column::<Float64Type>(batch, "valuation_usd")?,
        defaulted: column::<UInt8Type>(batch, "defaulted")?,
        exit_quarter: column::<UInt16Type>(batch, "exit_quarter")?,
        ..FirmRows::default()
    })
}

fn path_rows(batch: &RecordBatch) -> Result<PathRows, String> {
    let number = |name: &str| column::<Float64Type>(batch, name);
    Ok(PathRows {
        hhi_spend: number("hhi_spend")?,
        hhi_usage: number("hhi_usage")?,
        final_spend: number("final_spend_usd")?,
        value_added: [
            number("value_added_chips_usd")?,
            number("value_added_cloud_usd")?,
            number("value_added_labs_usd")?,
            number("value_added_applications_usd")?,
            number("value_added_energy_usd")?,
        ],
        capex: number("capex_usd")?,
        cloud_capex: number("cloud_capex_usd")?,
        consumer_surplus: number("consumer_surplus_usd")?,
        ..PathRows::default()
    })
}

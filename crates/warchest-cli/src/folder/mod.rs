//! The run folder: what it is called, what is in it, how it is written.
//!
//! ```text
//! scenario.toml     the merged scenario with the origin of every line
//! lock.json         version, seed, hashes; `complete` once every file below is there
//! paths.parquet     path × firm
//! market.parquet    one row per path
//! quarters.parquet  quantiles by quarter, firm, market
//! summary.json      the answers
//! report.html       the answers as a page
//! parts/            finished ranges of paths; gone once the run is complete
//! ```

pub mod columns;
pub mod lock;
pub mod parts;
pub mod quarters;
pub mod read;
pub mod rows;

use crate::error::CliError;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

/// Writes a whole file or nothing: into a temporary name beside it, then renamed.
///
/// # Errors
/// [`CliError::Write`], e.g. when the disk is full; the temporary file is removed.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let temporary = path.with_added_extension("tmp");
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&temporary, path));
    done.map_err(|error| {
        let _ = fs::remove_file(&temporary);
        CliError::write(path, error)
    })
}

/// Makes a folder and those above it.
///
/// # Errors
/// [`CliError::Write`].
pub fn make(path: &Path) -> Result<(), CliError> {
    fs::create_dir_all(path).map_err(|error| CliError::write(path, error))
}

/// A folder that no other run may write while this lives.
#[derive(Debug)]
pub struct Held {
    _folder: Option<File>,
}

/// Keeps other runs out of a folder; the system lets go of it when the process ends. Where a
/// folder cannot be locked nothing is held.
///
/// # Errors
/// [`CliError::Folder`] when another run writes it.
pub fn hold(path: &Path) -> Result<Held, CliError> {
    let Ok(folder) = File::open(path) else { return Ok(Held { _folder: None }) };
    match folder.try_lock() {
        Err(fs::TryLockError::WouldBlock) => Err(CliError::folder(
            path,
            "is being written by another run",
            "wait for it, or choose another folder with --out",
        )),
        Ok(()) | Err(fs::TryLockError::Error(_)) => Ok(Held { _folder: Some(folder) }),
    }
}

/// SHA-256 of a file, in hexadecimal, read in pieces.
///
/// # Errors
/// [`CliError::Read`].
pub fn sha256_of(path: &Path) -> Result<String, CliError> {
    let mut file = File::open(path).map_err(|error| CliError::read(path, error))?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut piece).map_err(|error| CliError::read(path, error))?;
        if n == 0 {
            return Ok(crate::disk::hex(&hash.finalize()));
        }
        hash.update(&piece[..n]);
    }
}

/// Reads `summary.json` of a folder.
///
/// # Errors
/// [`CliError::Read`].
pub fn read_summary(folder: &Path) -> Result<warchest::answers::Summary, CliError> {
    let path = folder.join("summary.json");
    let bytes = fs::read(&path).map_err(|error| CliError::read(&path, error))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| CliError::read(&path, format!("not a summary: {error}")))
}

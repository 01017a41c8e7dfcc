//! `lock.json`: what a folder holds, enough to know whether it is the run that is asked for.

use crate::disk::sha256;
use crate::error::CliError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use warchest::simulate::outcome::Detail;

/// What was asked, apart from where and how fast it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Version of `warchest`.
    pub version: String,
    /// [`warchest::simulate::outcome::BITS_VERSION`]; 0 before it was written down.
    #[serde(default)]
    pub bits: u32,
    /// Scenario as named on the command line.
    pub scenario: String,
    /// Overrides.
    pub set: Vec<String>,
    /// SHA-256 of the resolved scenario.
    pub scenario_sha256: String,
    /// Seed.
    pub seed: u64,
    /// Paths, or the most of them under `until`.
    pub paths: u64,
    /// Precision to stop at.
    pub until: Option<String>,
    /// `ends`, `rows` or `quarters`.
    pub detail: String,
    /// Identities asserted.
    pub audit: bool,
    /// Shadow and stress runs included.
    pub follow: bool,
}

impl Asked {
    /// Identity of the run: same key, same bytes.
    pub fn key(&self) -> String {
        sha256(serde_json::to_string(self).unwrap_or_default())
    }

    /// How much is recorded.
    pub fn detail(&self) -> Detail {
        match self.detail.as_str() {
            "ends" => Detail::Ends,
            "rows" => Detail::Rows,
            _ => Detail::Quarters,
        }
    }

    /// The command that makes this run again.
    pub fn command(&self) -> String {
        let mut words = vec!["warchest".to_string(), "run".to_string(), quoted(&self.scenario)];
        words.push(format!("--paths {}", self.paths));
        if let Some(until) = &self.until {
            words.push(format!("--until {}", quoted(until)));
        }
        words.push(format!("--seed {}", self.seed));
        words.extend(self.set.iter().map(|set| format!("--set {}", quoted(set))));
        if self.detail != "quarters" {
            words.push(format!("--detail {}", self.detail));
        }
        if self.audit {
            words.push("--audit".to_string());
        }
        if !self.follow {
            words.push("--plain".to_string());
        }
        words.join(" ")
    }
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "/._-+=:".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lock {
    /// Version of the columns of the Parquet files.
    pub columns: u32,
    /// Version of `summary.json`.
    pub summary: u32,
    /// What was asked.
    pub asked: Asked,
    /// Identity of the run.
    pub key: String,
    /// `i/n` when the folder holds a shard.
    pub shard: Option<String>,
    /// Every file is there.
    pub complete: bool,
    /// Paths run.
    pub paths_done: u64,
    /// SHA-256 by file name, of a complete run.
    pub files: BTreeMap<String, String>,
}

/// Reads the lock of a folder; none when the folder holds no run.
///
/// # Errors
/// [`CliError::Read`] when it is there and cannot be understood.
pub fn read(folder: &Path) -> Result<Option<Lock>, CliError> {
    let path = folder.join("lock.json");
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| CliError::read(&path, format!("not a lock file: {error}"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CliError::read(&path, error)),
    }
}

/// The lock of a folder that is to be written; none when it is empty or yet to be made.
///
/// # Errors
/// [`CliError::Folder`] when it holds files and no run: they are nobody's to replace.
pub fn of_target(folder: &Path) -> Result<Option<Lock>, CliError> {
    if folder.is_file() {
        return Err(CliError::folder(folder, "is a file", "name a folder with --out"));
    }
    let found = read(folder)?;
    if found.is_some() {
        return Ok(found);
    }
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CliError::read(folder, error)),
    };
    // Left behind when the very first write was cut short, or by a file manager: a run
    // overwrites no hidden file.
    let harmless = |name: &std::ffi::OsStr| {
        name == "lock.json.tmp" || name.as_encoded_bytes().starts_with(b".")
    };
    let mut names = entries.flatten().map(|entry| entry.file_name()).filter(|name| !harmless(name));
    match names.next() {
        None => Ok(None),
        Some(name) => Err(CliError::folder(
            folder,
            format!("holds files that are no run of warchest, e.g. {}", name.display()),
            "choose a new or an empty folder with --out: a run writes scenario.toml, parts/, \
             report.html and more into it",
        )),
    }
}

/// Writes the lock of a folder.
///
/// # Errors
/// [`CliError::Write`].
pub fn write(folder: &Path, lock: &Lock) -> Result<(), CliError> {
    let mut text = serde_json::to_string_pretty(lock)
        .map_err(|error| CliError::write(folder.join("lock.json"), error))?;
    text.push('\n');
    super::write_atomic(&folder.join("lock.json"), text.as_bytes())
}

/// True when every file of a complete run is there with the bytes it had.
pub fn is_whole(folder: &Path, lock: &Lock) -> bool {
    lock.complete
        && lock.files.iter().all(|(name, hash)| {
            super::sha256_of(&folder.join(name)).is_ok_and(|found| found == *hash)
        })
}

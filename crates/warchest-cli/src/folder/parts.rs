//! Finished ranges of paths: the unit of resuming and of cutting into shards.

use super::{columns, rows::Rows, sha256_of, write_atomic};
use crate::disk::sha256;
use crate::error::CliError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use warchest::answers::Joint;
use warchest::simulate::ensemble::blocks_of;
use warchest::simulate::outcome::Tally;

/// How a run is cut. It depends on the number of paths alone, so every shard cuts alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Paths of the run.
    pub paths: u64,
    /// Blocks of a part.
    blocks: u64,
}

impl Cut {
    /// Parts of 2,048 paths, or of 32,768 in runs of more than a quarter of a million.
    pub fn new(paths: u64) -> Cut {
        Cut { paths, blocks: if paths > 262_144 { 128 } else { 8 } }
    }

    /// Number of parts.
    pub fn parts(self) -> u64 {
        blocks_of(self.paths).div_ceil(self.blocks)
    }

    /// Blocks of part `index`.
    pub fn blocks(self, index: u64) -> Range<u64> {
        let all = blocks_of(self.paths);
        (index * self.blocks).min(all)..((index + 1) * self.blocks).min(all)
    }

    /// Parts of shard `i` of `n`, counted from 1.
    pub fn shard(self, i: u64, n: u64) -> Range<u64> {
        let parts = self.parts();
        (parts * (i - 1) / n)..(parts * i / n)
    }
}

/// What a part counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The tally.
    pub tally: Tally,
    /// Joint counts.
    pub joint: Joint,
}

impl Part {
    /// Adds another part.
    pub fn merge(&mut self, other: &Part) {
        self.tally.merge(&other.tally);
        self.joint.merge(&other.joint);
    }
}

/// Name of part `index` without ending.
pub fn stem(folder: &Path, index: u64) -> PathBuf {
    folder.join("parts").join(format!("{index:08}"))
}

/// Length of a SHA-256 in hexadecimal.
const SHA256: usize = 64;

/// What the file of a finished part holds, after the SHA-256 of the rest.
#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    /// SHA-256 of the files of rows, by ending.
    files: BTreeMap<String, String>,
    part: T,
}

/// A part as found in a folder.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// Finished, every byte as written.
    Whole(Box<Part>),
    /// Not there.
    Missing,
    /// There, but not as it was written.
    Damaged(String),
}

/// Files of rows beside the counts of a part.
const ROWS: [&str; 2] = ["paths.parquet", "market.parquet"];

fn counts(folder: &Path, index: u64) -> PathBuf {
    stem(folder, index).with_added_extension("counts")
}

/// Writes a finished part; the counts come last and make it count.
///
/// # Errors
/// [`CliError::Write`].
pub fn write(
    folder: &Path,
    index: u64,
    part: &Part,
    rows: Option<(&Rows, &[String])>,
) -> Result<(), CliError> {
    let stem = stem(folder, index);
    let mut files = BTreeMap::new();
    if let Some((rows, names)) = rows {
        columns::write_part(&stem, rows, names)?;
        for name in ROWS {
            let hash = sha256_of(&stem.with_added_extension(name))?;
            files.insert(name.to_string(), hash);
        }
    }
    let path = counts(folder, index);
    let body = postcard::to_allocvec(&Sealed { files, part })
        .map_err(|error| CliError::write(&path, error))?;
    write_atomic(&path, &[sha256(&body).as_bytes(), &body].concat())
}

/// Whether there is a part, whole or damaged.
pub fn is_there(folder: &Path, index: u64) -> bool {
    counts(folder, index).exists()
}

/// Reads a part and checks every byte of it.
///
/// # Errors
/// [`CliError::Read`] when it is there and cannot be read.
pub fn read(folder: &Path, index: u64) -> Result<Found, CliError> {
    let path = counts(folder, index);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Missing),
        Err(error) => return Err(CliError::read(&path, error)),
    };
    let damaged = |path: &Path| Ok(Found::Damaged(path.display().to_string()));
    let split = bytes.split_at_checked(SHA256);
    let Some((_, body)) = split.filter(|(hash, body)| sha256(body).as_bytes() == *hash) else {
        return damaged(&path);
    };
    let Ok(sealed) = postcard::from_bytes::<Sealed<Part>>(body) else { return damaged(&path) };
    for (name, hash) in &sealed.files {
        let path = stem(folder, index).with_added_extension(name);
        if !sha256_of(&path).is_ok_and(|found| found == *hash) {
            return damaged(&path);
        }
    }
    Ok(Found::Whole(Box::new(sealed.part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_every_part_once() {
        for (paths, n) in [(4_000, 3), (1, 2), (10_000_000, 7), (2_048, 1)] {
            let cut = Cut::new(paths);
            let mut next = 0;
            for i in 1..=n {
                assert_eq!(cut.shard(i, n).start, next);
                next = cut.shard(i, n).end;
            }
            assert_eq!(next, cut.parts());
            assert_eq!(cut.blocks(cut.parts() - 1).end, blocks_of(paths));
        }
    }
}

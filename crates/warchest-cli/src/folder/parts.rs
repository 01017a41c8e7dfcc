//! Finished ranges of paths: the unit of resuming and of cutting into shards.

use super::{columns, rows::Rows, write_atomic};
use crate::error::CliError;
use serde::{Deserialize, Serialize};
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
    if let Some((rows, names)) = rows {
        columns::write_part(&stem, rows, names)?;
    }
    let path = stem.with_added_extension("json");
    let bytes = serde_json::to_vec(part).map_err(|error| CliError::write(&path, error))?;
    write_atomic(&path, &bytes)
}

/// Reads a finished part; none when it is not there or was cut short.
///
/// # Errors
/// [`CliError::Read`] when it is there and cannot be read.
pub fn read(folder: &Path, index: u64) -> Result<Option<Part>, CliError> {
    let path = stem(folder, index).with_added_extension("json");
    match std::fs::read(&path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CliError::read(&path, error)),
    }
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

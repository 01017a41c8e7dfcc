//! Scenarios from the disk.

use crate::error::CliError;
use sha2::{Digest, Sha256};
use std::path::Path;
use warchest::scenario::{self, Files};
use warchest::world::World;

/// The disk behind a scenario: paths are relative to the current folder.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "no such file".to_string(),
            _ => error.to_string(),
        })
    }
}

/// A scenario, ready to run, with what identifies it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The market.
    pub world: World,
    /// The file as named on the command line.
    pub path: String,
    /// Overrides of `--set`.
    pub set: Vec<String>,
    /// The merged scenario as TOML with the origin of every line.
    pub resolved: String,
    /// SHA-256 of the resolved scenario and of everything read into the market (curves).
    pub sha256: String,
    /// Name for folders: the file without folder and ending.
    pub stem: String,
}

/// Reads, merges and checks a scenario.
///
/// # Errors
/// [`CliError::Scenario`] with every error found.
pub fn load(path: &Path, set: &[String]) -> miette::Result<Loaded> {
    let name = path.to_string_lossy().into_owned();
    let read =
        scenario::read(&name, &Disk, set).map_err(|errors| CliError::scenario(path, errors))?;
    let resolved = read.resolved();
    let mut hash = Sha256::new();
    hash.update(resolved.as_bytes());
    hash.update(format!("{:?}", read.world).as_bytes());
    let stem = path.file_stem().map_or_else(|| "run".into(), |stem| stem.to_string_lossy());
    Ok(Loaded {
        stem: stem.into_owned(),
        path: name.clone(),
        set: set.to_vec(),
        sha256: hex(&hash.finalize()),
        resolved,
        world: read.world,
    })
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of a text or of bytes, in hexadecimal.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(bytes))
}

/// Refuses to write over the file that a command reads.
///
/// # Errors
/// [`CliError::Flag`].
pub fn not_the_input(flag: &'static str, out: &Path, input: &Path) -> Result<(), CliError> {
    let same = match (out.canonicalize(), input.canonicalize()) {
        (Ok(out), Ok(input)) => out == input,
        _ => false,
    };
    if !same {
        return Ok(());
    }
    Err(CliError::Flag {
        flag,
        found: out.display().to_string(),
        problem: "is what the command reads".to_string(),
        help: "choose another file to write".to_string(),
    })
}

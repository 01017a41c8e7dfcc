//! The texts a scenario is made of: the file, its bases, overrides from the command line,
//! built-in defaults.

use std::ops::Range;
use std::sync::Arc;

use super::error::{At, FileProblem, ScenarioError};

/// Largest scenario file that is read, in bytes. The largest shipped one is a fiftieth of it.
pub const BYTES_MAX: usize = 2 << 20;

/// Where the text of a named file comes from. The library reads no disk: its callers do.
pub trait Files {
    /// The bytes behind a path, written with `/` and relative to wherever the caller says.
    ///
    /// # Errors
    /// The reason in words, e.g. `no such file`.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// A set of files held in memory: name to bytes.
impl Files for std::collections::BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.get(path).cloned().ok_or_else(|| String::from("no such file"))
    }
}

/// One text: a file, or what `--set` said.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Path as named by the caller or by `base`.
    pub name: String,
    /// The text.
    pub text: Arc<str>,
    /// Where its lines end.
    newlines: Vec<usize>,
}

impl Source {
    /// A text under a name.
    pub fn new(name: &str, text: &str) -> Arc<Source> {
        let newlines = text.match_indices('\n').map(|(at, _)| at).collect();
        Arc::new(Source { name: name.to_string(), text: Arc::from(text), newlines })
    }

    /// Line and column, from 1, of a byte.
    pub fn line_column(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let above = self.newlines.partition_point(|&newline| newline < before.len());
        let start = above.checked_sub(1).map_or(0, |last| self.newlines[last] + 1);
        (above + 1, before[start..].chars().count() + 1)
    }
}

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The text.
    pub source: Arc<Source>,
    /// Bytes.
    pub span: Range<usize>,
}

impl Place {
    /// A stretch of a text.
    pub fn new(source: &Arc<Source>, span: Range<usize>) -> Place {
        Place { source: Arc::clone(source), span }
    }

    /// The part `inner` of the string that is written here between quotes; the whole where
    /// the string was written with escapes or is a piece of a longer one.
    pub fn inside(&self, text: &str, inner: Range<usize>) -> Place {
        let written = self.source.text.get(self.span.clone()).unwrap_or("");
        let skip = match written.strip_prefix(['"', '\'']) {
            Some(rest) if rest.starts_with(text) => 1,
            None if written.starts_with(text) => 0,
            _ => return self.clone(),
        };
        let start = self.span.start + skip;
        let span = start + inner.start..start + inner.end.max(inner.start);
        if span.end > self.source.text.len() || !self.source.text.is_char_boundary(span.start) {
            return self.clone();
        }
        Place::new(&self.source, span)
    }

    /// `file:line`, or the name alone for built-in defaults.
    pub fn origin(&self) -> String {
        if self.source.text.is_empty() || self.source.name.starts_with("--") {
            return self.source.name.clone();
        }
        let (line, _) = self.source.line_column(self.span.start);
        format!("{}:{line}", self.source.name)
    }
}

/// Reads a file as text.
///
/// # Errors
/// [`FileProblem::Unreadable`], [`FileProblem::TooLarge`], [`FileProblem::Encoding`].
pub fn read(files: &dyn Files, path: &str) -> Result<Arc<Source>, Box<ScenarioError>> {
    let nowhere = Place::new(&Source::new(path, ""), 0..0);
    let bytes = files.read(path).map_err(|reason| {
        let path = path.to_string();
        Box::new(FileProblem::Unreadable { path, reason, as_base: false }.at(&nowhere))
    })?;
    if bytes.len() > BYTES_MAX {
        let problem = FileProblem::TooLarge { bytes: bytes.len(), most: BYTES_MAX };
        return Err(Box::new(problem.at(&nowhere)));
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) if !text.contains('\0') => {
            Ok(Source::new(path, text.trim_start_matches('\u{feff}')))
        }
        Ok(text) => {
            let at = text.find('\0').unwrap_or(0);
            Err(encoding(path, &bytes, at, &nowhere))
        }
        Err(error) => Err(encoding(path, &bytes, error.valid_up_to(), &nowhere)),
    }
}

fn encoding(path: &str, bytes: &[u8], at: usize, nowhere: &Place) -> Box<ScenarioError> {
    let looks_like = match bytes {
        [0xff, 0xfe, ..] => "UTF-16, little end first",
        [0xfe, 0xff, ..] => "UTF-16, big end first",
        [0x1f, 0x8b, ..] => "gzip",
        [b'P', b'A', b'R', b'1', ..] => "Parquet",
        _ if bytes.get(at) == Some(&0) => "binary data",
        _ => "Latin-1 or Windows-1252",
    };
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    let problem = FileProblem::Encoding { path: path.to_string(), byte: at, line, looks_like };
    if !looks_like.starts_with("Latin") {
        return Box::new(problem.at(nowhere));
    }
    // The text before the byte is sound, so the mark that replaces it stands where it stood.
    let source = Source::new(path, &String::from_utf8_lossy(bytes));
    let mark = char::REPLACEMENT_CHARACTER.len_utf8();
    Box::new(problem.at(&Place::new(&source, at..at + mark)))
}

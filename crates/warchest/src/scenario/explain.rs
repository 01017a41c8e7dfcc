//! What each error code means, with an example that gives it and the same example mended.
//!
//! The entries stand in `explain.md`. An example is a variant of [`SMALL`] unless its fence says
//! otherwise; a test reads every one and compares the codes.

/// The small market that examples are variants of; it also opens `docs/scenario.md`.
pub const SMALL: &str = include_str!("small.toml");

/// The name under which examples reach [`SMALL`].
pub const SMALL_NAME: &str = "small.toml";

const TEXT: &str = include_str!("explain.md");

/// What one code means.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// As printed with the error, e.g. `scenario::missing_unit`.
    pub code: String,
    /// What is wrong, and why it is refused.
    pub meaning: String,
    /// An example that gives the code.
    pub wrong: Example,
    /// The same, mended.
    pub right: Example,
}

/// A piece of a file or a command line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Example {
    /// Words after the kind of the fence: `toml`, `toml whole`, `set`, `sh`, `text`, ...
    pub kind: String,
    /// The lines.
    pub text: String,
}

impl Example {
    /// The files of an example of a scenario: its own first, as `example.toml`, then what it
    /// builds on. `None` where it is no scenario.
    pub fn files(&self) -> Option<std::collections::BTreeMap<String, Vec<u8>>> {
        let text = match self.kind.as_str() {
            "toml" => format!("base = \"{SMALL_NAME}\"\n{}", self.text),
            "toml whole" => self.text.clone(),
            "set" => format!("base = \"{SMALL_NAME}\"\n"),
            _ => return None,
        };
        let files = [("example.toml", text.as_str()), (SMALL_NAME, SMALL)];
        Some(files.map(|(name, text)| (name.to_string(), text.as_bytes().to_vec())).into())
    }

    /// What `--set` is given.
    pub fn overrides(&self) -> Vec<String> {
        if self.kind == "set" { vec![self.text.trim().to_string()] } else { Vec::new() }
    }
}

/// The entries of the codes that a scenario or a run can give, by code.
pub fn entries() -> Vec<Entry> {
    parse(TEXT)
}

/// Entries written as `## code`, a text, a fence ending in `wrong` and one ending in `right`.
pub fn parse(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut fence: Option<(bool, Example)> = None;
    for line in text.lines() {
        if let Some(code) = line.strip_prefix("## ") {
            let (wrong, right) = (Example::default(), Example::default());
            let code = code.trim().to_string();
            entries.push(Entry { code, meaning: String::new(), wrong, right });
            continue;
        }
        let Some(entry) = entries.last_mut() else { continue };
        match (line.strip_prefix("```"), &mut fence) {
            (Some(_), open @ Some(_)) => {
                let Some((wrong, example)) = open.take() else { continue };
                *(if wrong { &mut entry.wrong } else { &mut entry.right }) = example;
            }
            (Some(words), None) => {
                let (kind, which) = words.rsplit_once(' ').unwrap_or((words, ""));
                let kind = kind.to_string();
                fence = Some((which == "wrong", Example { kind, text: String::new() }));
            }
            (None, Some((_, example))) => example.text += &format!("{line}\n"),
            (None, None) => entry.meaning += &format!("{line}\n"),
        }
    }
    for entry in &mut entries {
        entry.meaning = entry.meaning.trim().to_string();
    }
    entries.sort_by(|a, b| a.code.cmp(&b.code));
    entries
}

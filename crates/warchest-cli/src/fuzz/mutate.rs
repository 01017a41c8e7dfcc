//! Inputs from a corpus: a file, changed one to eight times.

use std::collections::BTreeMap;
use std::ops::Range;
use warchest::scenario::fields::{self, Kind};

/// SplitMix64: a stream per (seed, input).
pub struct Rng(u64);

impl Rng {
    /// The stream of one input.
    pub fn new(seed: u64, input: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ input.wrapping_mul(0xd1b5_4a32_d192_ed03))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 for an empty range.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn word(&mut self, among: &[&'static str]) -> &'static str {
        among[self.below(among.len())]
    }

    fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }
}

/// Pieces of the language that a change may put anywhere in a quantity or a text.
const PIECES: &[&str] = &[
    " to ",
    "%",
    "/year",
    "/quarter",
    "/",
    "·",
    " per ",
    "normal(",
    "lognormal(",
    "mixture(",
    "student_t(",
    "uniform(",
    "triangular(",
    "beta(",
    "data(\"",
    ")",
    "(",
    ",",
    ":",
    "50 %:",
    "x",
    "÷",
    "×",
    "−",
    "-",
    "+",
    "e",
    "e308",
    "1e-320",
    "nan",
    "inf",
    "0",
    "1",
    "9007199254740993",
    "0.5",
    "USD",
    "GUSD",
    "TUSD",
    "RT",
    "H100h",
    "seat",
    "people",
    "\u{feff}",
    "\u{0}",
    "é",
    "🦀",
    "\"",
    "'",
    "\\",
    "\\n",
    "\\\"",
    "\n",
    "\r\n",
    "\t",
    "#",
    "=",
    ".",
    "..",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "{ value = ",
    ", per = \"quarter\" }",
    "true",
    "2025-05-31",
    "2026-Q1",
    "_",
];

/// Whole values.
const VALUES: &[&str] = &[
    "\"1 to 3 GUSD\"",
    "\"12 GUSD\"",
    "\"20 %\"",
    "\"5 % to 25 %/quarter\"",
    "0",
    "-1",
    "1e308",
    "nan",
    "-inf",
    "\"\"",
    "[]",
    "{}",
    "[[]]",
    "true",
    "2025-05-31",
    "\"2026-Q1\"",
    "\"3 quarters\"",
    "\"mixture(50 %: 1 to 2 GUSD, 50 %: normal(3, 1) GUSD)\"",
    "\"x2 to x5 /year\"",
    "\"÷10 /year\"",
    "{ value = \"12 GUSD\", source = \"s\", known_at = \"2025-05-01\" }",
    "{ value = 1.5, per = \"quarter\" }",
    "{ value = \"1 GUSD\", sources = [{ source = \"a\", says = \"1 to 2 GUSD\" }] }",
    "\"data(\\\"light-uk\\\")\"",
    "[[1.0, 0.5], [0.5, 1.0]]",
    "[2027, 2030]",
    "[\"0 %\", \"50 %\"]",
    "\"survivors(2028) between 0 and 2\"",
    "\"cash balances\"",
    "9223372036854775807",
];

/// Files to change, and the words they are made of.
pub struct Corpus {
    files: BTreeMap<String, Vec<u8>>,
    names: Vec<String>,
    lines: Vec<String>,
    keys: Vec<&'static str>,
    paths: Vec<String>,
}

impl Corpus {
    /// A corpus of these files.
    pub fn new(files: BTreeMap<String, Vec<u8>>) -> Corpus {
        let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        let lines =
            files.values().flat_map(|f| text(f).lines().map(String::from).collect::<Vec<_>>());
        let mut lines: Vec<String> = lines.filter(|line| !line.trim().is_empty()).collect();
        lines.sort_unstable();
        lines.dedup();
        let mut keys = Vec::new();
        fields::walk(&fields::ROOT, &mut |section| {
            keys.extend(section.fields.iter().map(|f| f.key))
        });
        let mut paths = Vec::new();
        let firms = ["firm.Dear", "firm.Cheap", "firm.F0", "firm.\"Dear\"", "firm."];
        for field in fields::FIRM.fields {
            paths.extend(firms.iter().map(|firm| format!("{firm}.{}", field.key)));
        }
        for field in fields::ROOT.fields {
            if let Kind::Table(section) = field.kind {
                let inner = section.fields.iter();
                paths.extend(inner.map(|inner| format!("{}.{}", field.key, inner.key)));
            }
        }
        let names = files.keys().cloned().collect();
        Corpus { files, names, lines, keys, paths }
    }

    /// A file of the corpus.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// An input: mostly small files, changed.
    pub fn input(&self, rng: &mut Rng) -> Vec<u8> {
        let mut name = rng.pick(&self.names);
        for _ in 0..2 {
            let other = rng.pick(&self.names);
            if self.files[other].len() < self.files[name].len() {
                name = other;
            }
        }
        let mut bytes = self.files[name].clone();
        // One in twelve is read as it is: sound files are among the inputs, whatever else is.
        let changes = if rng.below(12) == 0 { 0 } else { 1 + rng.below(8) };
        for _ in 0..changes {
            match String::from_utf8(bytes) {
                Ok(text) if rng.below(12) > 0 => bytes = self.change(text, rng).into_bytes(),
                Ok(text) => bytes = scramble(text.into_bytes(), rng),
                Err(error) => bytes = scramble(error.into_bytes(), rng),
            }
        }
        bytes.truncate(200_000);
        bytes
    }

    /// None to three overrides, some of them sound.
    pub fn overrides(&self, rng: &mut Rng) -> Vec<String> {
        if rng.below(3) > 0 {
            return Vec::new();
        }
        let one = |rng: &mut Rng| {
            let text = format!("{}={}", rng.pick(&self.paths), rng.pick(VALUES));
            if rng.below(2) == 0 { text } else { insert(text, rng.word(PIECES), rng) }
        };
        (0..=rng.below(3)).map(|_| one(rng)).collect()
    }

    fn change(&self, text: String, rng: &mut Rng) -> String {
        let mut lines: Vec<String> = text.split('\n').map(String::from).collect();
        let at = rng.below(lines.len());
        match rng.below(11) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[rng.below(lines.len())].clone()),
            2 => {
                let other = rng.below(lines.len());
                lines.swap(at, other);
            }
            3 => lines.insert(at, rng.pick(&self.lines).clone()),
            4 => {
                let run = (at + 1 + rng.below(12)).min(lines.len());
                let copy: Vec<String> = lines[at..run].to_vec();
                let to = rng.below(lines.len());
                lines.splice(to..to, copy);
            }
            5 => lines[at] = valued(&lines[at], rng.word(VALUES)),
            6 => lines[at] = keyed(&lines[at], rng.word(&self.keys)),
            7 => lines[at] = numbered(&lines[at], rng),
            8 => lines[at] = insert(lines[at].clone(), rng.word(PIECES), rng),
            9 => {
                let line = lines[at].clone();
                let cut = place(&line, rng)..line.len();
                lines[at] = without(line, cut);
            }
            _ => {
                let line = lines[at].clone();
                let (a, b) = (place(&line, rng), place(&line, rng));
                lines[at] = without(line, a.min(b)..a.max(b));
            }
        }
        lines.join("\n")
    }
}

/// A character boundary.
fn place(text: &str, rng: &mut Rng) -> usize {
    let mut at = rng.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn insert(mut text: String, piece: &str, rng: &mut Rng) -> String {
    let at = place(&text, rng);
    text.insert_str(at, piece);
    text
}

fn without(mut text: String, range: Range<usize>) -> String {
    text.replace_range(range, "");
    text
}

/// `key = value` with another value.
fn valued(line: &str, value: &str) -> String {
    match line.split_once('=') {
        Some((key, _)) => format!("{key}= {value}"),
        None => line.to_string(),
    }
}

/// `key = value` with another key.
fn keyed(line: &str, key: &str) -> String {
    match line.split_once('=') {
        Some((_, value)) => format!("{key} ={value}"),
        None => line.to_string(),
    }
}

/// A run of digits replaced by another number.
fn numbered(line: &str, rng: &mut Rng) -> String {
    let runs: Vec<(usize, &str)> = line.match_indices(|c: char| c.is_ascii_digit()).collect();
    if runs.is_empty() {
        return line.to_string();
    }
    let at = runs[rng.below(runs.len())].0;
    let end = line[at..].find(|c: char| !c.is_ascii_digit()).map_or(line.len(), |n| at + n);
    let numbers = ["0", "1", "2", "99", "100", "101", "400", "65536", "1e300", "0.0000001", "-3"];
    format!("{}{}{}", &line[..at], rng.pick(&numbers), &line[end..])
}

/// Bytes that need not be text any more.
fn scramble(mut bytes: Vec<u8>, rng: &mut Rng) -> Vec<u8> {
    let at = rng.below(bytes.len());
    match rng.below(4) {
        _ if bytes.is_empty() => bytes.push(rng.next() as u8),
        0 => bytes[at] ^= 1 << rng.below(8),
        1 => bytes.insert(at, rng.next() as u8),
        2 => drop(bytes.remove(at)),
        _ => bytes.truncate(at),
    }
    bytes
}

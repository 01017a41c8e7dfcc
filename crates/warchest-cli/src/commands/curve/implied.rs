//! `warchest curve implied`: a statement read word by word, and the rate behind it.

use super::answer::four;
use super::shelf;
use super::wrong::Wrong;
use crate::commands::Context;
use crate::output;
use miette::NamedSource;
use serde::Serialize;
use std::fmt::Write;
use std::ops::Range;
use std::path::Path;
use warchest::curves::CurveError;
use warchest::curves::implied::{
    DAYS, Implied, Measured, Place, Rank, TRAINING_COST, implied, rank, thresholds, years_in,
};

/// Flags of `warchest curve implied`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A change over a time, in quotes: "x2400 in 8 years", "-99.7 % in 2 years", "2.4x a year",
    /// "doubling every 7 months", "from 60 to 0.07 in 2.9 years".
    #[arg(allow_hyphen_values = true)]
    pub statement: String,
}

#[derive(Serialize)]
struct Answer {
    schema: u32,
    statement: String,
    #[serde(flatten)]
    implied: Implied,
    /// Of growth: the place in the interval of the cost of training.
    training_cost: Option<(Place, Measured)>,
    /// Of a fall: the place among the thresholds of quality.
    thresholds: Option<Rank>,
}

/// Reads, works out, prints.
///
/// # Errors
/// [`Wrong::Statement`], pointing at the word.
pub fn run(args: &Args, data: Option<&Path>, context: Context) -> miette::Result<()> {
    let implied = read(&args.statement)?;
    let declines = match implied.grows {
        true => None,
        false => match shelf::table(data, "llm-price-decline") {
            Ok(csv) => rank(implied.rate, &thresholds(&csv)?),
            Err(error) => {
                anstream::eprintln!("no place among the prices of language models: {error}");
                None
            }
        },
    };
    let answer = Answer {
        schema: 1,
        statement: args.statement.clone(),
        training_cost: implied.grows.then(|| (TRAINING_COST.place(implied.rate), TRAINING_COST)),
        implied,
        thresholds: declines,
    };
    if context.json { output::print_json(&answer) } else { output::print(&text(&answer)) }
}

fn text(answer: &Answer) -> String {
    let found = &answer.implied;
    let mut out = format!("{}\n", answer.statement.trim());
    let verb = if found.grows { "times" } else { "divided by" };
    let _ = writeln!(
        out,
        "  {verb} {} a year ({}{:.1} % a year)",
        four(found.rate),
        if found.grows { "+" } else { "−" },
        100.0 * found.change.abs()
    );
    let what = if found.grows { "doubling" } else { "halving" };
    let _ = writeln!(out, "  {what} every {}", span(found.doubling));
    if let Some((place, interval)) = &answer.training_cost {
        let Measured { rate, low, high } = interval;
        let place = match place {
            Place::Below => "below",
            Place::Inside => "inside",
            Place::Above => "above",
        };
        let _ = writeln!(
            out,
            "  {place} the 90 % interval of the growth of training cost, {low:.1} to {high:.1} a \
             year (estimate {rate:.1}; Epoch AI, arXiv 2405.21015)"
        );
    }
    if let Some(rank) = &answer.thresholds {
        let of = rank.slower + rank.faster;
        let _ = writeln!(
            out,
            "  of {of} quality thresholds of language models the price fell more slowly at {}, as \
             fast or faster at {}",
            rank.slower, rank.faster
        );
        let _ = writeln!(
            out,
            "  their fitted falls range from {} to {} a year; nearest: {} at {}; inside the 90 % \
             interval of {}",
            four(rank.range[0]),
            four(rank.range[1]),
            rank.nearest.0,
            four(rank.nearest.1),
            rank.inside
        );
    }
    out
}

/// Years in the unit that a reader would choose.
fn span(years: f64) -> String {
    match years {
        y if y >= 2.0 => format!("{y:.2} years"),
        y if y >= 0.25 => format!("{:.2} months", 12.0 * y),
        y => format!("{:.0} days", DAYS * y),
    }
}

/// One word of the statement with its place.
struct Word<'a> {
    text: &'a str,
    at: Range<usize>,
}

/// Words, with a number apart from the letters and signs that follow or precede it.
fn words(text: &str) -> Vec<Word<'_>> {
    let kind = |c: char| match c {
        '0'..='9' | '.' | ',' | '+' | '-' | '−' => 0,
        c if c.is_alphabetic() => 1,
        _ => 2,
    };
    let mut found: Vec<Word> = Vec::new();
    let mut before = None;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let now = (!c.is_whitespace()).then(|| kind(c));
        // `e` inside 1e-3 and signs at its exponent belong to the number.
        let exponent = found.last().is_some_and(|word| {
            let digit = word.text.starts_with(|c: char| c.is_ascii_digit());
            before == Some(0)
                && digit
                && matches!(c, 'e' | 'E')
                && text[end..].starts_with(|c: char| c.is_ascii_digit() || c == '-')
        });
        // A sign after a digit, as in 2400-fold, joins words.
        let digit_before = found.last().is_some_and(|word| {
            before == Some(0) && word.text.ends_with(|c: char| c.is_ascii_digit())
        });
        let now = match (exponent, c) {
            (true, _) => Some(0),
            (false, '+' | '-' | '−') if digit_before => Some(2),
            _ => now,
        };
        match (now, before) {
            (None, _) => {}
            (Some(now), Some(last)) if now == last => {
                if let Some(word) = found.last_mut() {
                    word.at.end = end;
                    word.text = &text[word.at.clone()];
                }
            }
            _ => found.push(Word { text: &text[at..end], at: at..end }),
        }
        before = now;
    }
    found
}

/// A statement being read.
struct Reader<'a> {
    text: &'a str,
    words: Vec<Word<'a>>,
    next: usize,
}

impl<'a> Reader<'a> {
    fn wrong(&self, at: Range<usize>, problem: &str, label: &str) -> Wrong {
        Wrong::Statement {
            problem: problem.to_string(),
            at: (at.start, at.len()).into(),
            label: label.to_string(),
            text: NamedSource::new("statement", self.text.to_string()),
        }
    }

    /// The place of the next word, or the end.
    fn here(&self) -> Range<usize> {
        let end = self.text.trim_end().len();
        self.words.get(self.next).map_or(end..end, |word| word.at.clone())
    }

    fn peek(&self) -> String {
        self.words.get(self.next).map_or_else(String::new, |word| word.text.to_lowercase())
    }

    fn skip(&mut self, any: &[&str]) -> bool {
        let hit = any.contains(&self.peek().as_str());
        self.next += usize::from(hit);
        hit
    }

    fn number(&mut self, what: &str) -> Result<(f64, Range<usize>), Wrong> {
        let at = self.here();
        let written = self.peek().replace('−', "-").replace(',', "");
        match written.parse::<f64>() {
            Ok(value) if value.is_finite() => {
                self.next += 1;
                Ok((value, at))
            }
            _ if at.is_empty() => Err(self.wrong(at, &format!("{what} is missing"), "here")),
            _ => Err(self.wrong(at, &format!("expected {what}"), "not a number")),
        }
    }

    /// `8 years`, `a year`, `year`.
    fn time(&mut self) -> Result<(f64, Range<usize>), Wrong> {
        let start = self.here().start;
        let count = match self.skip(&["a", "an", "one", "per", "every", "/"]) {
            true => 1.0,
            false if years_in(&self.peek()).is_ok() => 1.0,
            false => self.number("a time such as `8 years`")?.0,
        };
        let at = self.here();
        if at.is_empty() {
            return Err(self.wrong(at, "the unit of the time is missing", "years, months, days?"));
        }
        let unit = years_in(&self.peek()).map_err(|error| {
            let near = match &error {
                CurveError::Unknown { near, .. } if !near.is_empty() => {
                    format!("did you mean `{near}`?")
                }
                _ => "years, quarters, months, weeks or days".to_string(),
            };
            self.wrong(at.clone(), "not a unit of time", &near)
        })?;
        self.next += 1;
        let at = start..at.end;
        if count > 0.0 {
            Ok((count * unit, at))
        } else {
            Err(self.wrong(at, "the time must be above zero", "this time"))
        }
    }

    /// End over start.
    fn factor(&mut self) -> Result<(f64, Range<usize>), Wrong> {
        let start = self.here().start;
        if self.skip(&["from"]) {
            let (from, _) = self.number("a first value")?;
            if !self.skip(&["to"]) {
                return Err(self.wrong(self.here(), "expected `to`", "here"));
            }
            let (to, at) = self.number("a second value")?;
            return Ok((to / from, start..at.end));
        }
        let divided = self.skip(&["/", "÷"]);
        let times = self.skip(&["x", "×", "*", "times"]);
        let fall = self.skip(&["minus", "down", "falling"]);
        let (value, mut at) = self.number("a change such as `x2400` or `-99.7 %`")?;
        at.start = start;
        let end = self.here().end;
        if self.skip(&["%"]) || self.skip(&["percent"]) {
            let share = if fall { -value.abs() } else { value } / 100.0;
            if share <= -1.0 {
                return Err(self.wrong(
                    start..end,
                    "nothing can fall by 100 % or more",
                    "this change",
                ));
            }
            return Ok((1.0 + share, start..end));
        }
        let joined = self.skip(&["-"]);
        let after = self.skip(&["x", "×", "fold", "times"]);
        if joined && !after {
            return Err(self.wrong(self.here(), "expected `fold`", "here"));
        }
        if !(divided || times || after) {
            let label = format!("x{value} or {value} %?", value = value);
            return Err(self.wrong(at, "a change needs a sign of what it is", &label));
        }
        if value <= 0.0 {
            return Err(self.wrong(at, "a factor must be above zero", "this factor"));
        }
        Ok((if divided { 1.0 / value } else { value }, at))
    }
}

/// Reads a statement.
///
/// # Errors
/// [`Wrong::Statement`], pointing at the word that is wrong.
fn read(text: &str) -> miette::Result<Implied> {
    let mut reader = Reader { text, words: words(text), next: 0 };
    let (factor, at, years) = if reader.skip(&["doubling", "doubles", "halving", "halves"]) {
        let first = &reader.words[0];
        let factor = if first.text.to_lowercase().starts_with("doubl") { 2.0 } else { 0.5 };
        let at = first.at.clone();
        reader.skip(&["every", "in"]);
        (factor, at, reader.time()?.0)
    } else {
        let (factor, at) = reader.factor()?;
        let joined = reader.skip(&["in", "over", "within", "a", "per", "every", "/", "each"]);
        if !joined && reader.here().is_empty() {
            let here = reader.here();
            return Err(reader.wrong(here, "the time is missing", "in how many years?").into());
        }
        (factor, at, reader.time()?.0)
    };
    if reader.next < reader.words.len() {
        let here = reader.here();
        return Err(reader.wrong(here, "the statement goes on after its time", "this").into());
    }
    Ok(implied(factor, years)
        .map_err(|error| reader.wrong(at, &error.to_string(), "this change"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_say_the_same() {
        for (text, factor, years) in [
            ("x2400 in 8 years", 2400.0, 8.0),
            ("×2400 in 8 years", 2400.0, 8.0),
            ("2,400x over 8 years", 2400.0, 8.0),
            ("2400-fold in 8 years", 2400.0, 8.0),
            ("-99.7 % in 2 years", 0.003, 2.0),
            ("−99.7% in 24 months", 0.003, 2.0),
            ("minus 99.7 percent in 2 years", 0.003, 2.0),
            ("+140 % a year", 2.4, 1.0),
            ("2.4x a year", 2.4, 1.0),
            ("/10 per year", 0.1, 1.0),
            ("from 60 to 0.06 in 3 years", 0.001, 3.0),
            ("from 6e1 to 6e-2 in 3 years", 0.001, 3.0),
            ("doubling every 6 months", 2.0, 0.5),
            ("halves in 2 quarters", 0.5, 0.5),
        ] {
            let found = read(text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
            assert!((found.factor / factor - 1.0).abs() < 1e-12, "{text} {found:?}");
            assert!((found.years / years - 1.0).abs() < 1e-12, "{text} {found:?}");
        }
    }

    /// The byte range that the error points at.
    fn pointed(text: &str) -> (String, String) {
        let error = read(text).expect_err(text);
        let label = error.labels().into_iter().flatten().next().expect("a label");
        let at = label.offset()..label.offset() + label.len();
        (text[at].to_string(), error.to_string())
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        for (text, at, problem) in [
            ("x2400 in 8 yaers", "yaers", "not a unit"),
            ("x2400 in eight years", "eight", "expected a time"),
            ("2400 in 8 years", "2400", "sign of what it is"),
            ("-120 % in 2 years", "-120 %", "100 %"),
            ("x0 in 2 years", "x0", "above zero"),
            ("x1 in 2 years", "x1", "not 1"),
            ("x3 in 0 years", "0 years", "above zero"),
            ("x3 in 2 years or so", "or", "goes on"),
            ("from 3 in 2 years", "in", "expected `to`"),
            ("fast", "fast", "expected a change"),
            ("from 0 to 3 in 2 years", "from 0 to 3", "above zero"),
        ] {
            let found = pointed(text);
            assert!(found.0 == at && found.1.contains(problem), "{text}: {found:?}");
        }
        for text in [
            "",
            "   ",
            "x3",
            "x3 in",
            "x3 in 2",
            "%",
            "x",
            "in",
            "doubling",
            "é…🙂",
            "from",
            "- % in",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}

//! Words of an expression, with their places.

use super::period::Period;
use super::unit;
use std::ops::Range;

/// A word of the language.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A number, with the unit written after it.
    Number(f64, Option<(String, Range<usize>)>),
    /// A quarter, month or day.
    Time(Period),
    /// A text in double quotes.
    Text(String),
    /// A name, function or keyword.
    Word(String),
    /// An operator or a bracket.
    Sign(&'static str),
    /// Something that is no word of the language.
    Unknown(String),
}

const SIGNS: [&str; 17] =
    ["..", "<=", ">=", "==", "!=", "<", ">", "+", "-", "−", "*", "/", "^", "(", ")", ",", "="];
/// Words that are never units.
const RESERVED: [&str; 4] = ["where", "and", "or", "not"];

impl Token {
    /// The word, as an error message names it.
    pub fn shown(&self) -> String {
        match self {
            Token::Number(x, unit) => match unit {
                Some((unit, _)) => format!("`{x} {unit}`"),
                None => format!("`{x}`"),
            },
            Token::Time(period) => format!("`{period}`"),
            Token::Text(text) => format!("\"{text}\""),
            Token::Word(word) => format!("`{word}`"),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::Unknown(text) => format!("`{text}`"),
        }
    }
}

/// All words of `text` with their byte ranges. Never fails: what is no word is [`Token::Unknown`].
pub fn tokens(text: &str) -> Vec<(Token, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        if letter.is_whitespace() {
            at += letter.len_utf8();
            continue;
        }
        let (token, end) = if letter.is_ascii_digit() {
            number(text, at)
        } else if letter == '"' {
            quoted(text, at)
        } else if letter.is_alphabetic() || letter == '_' {
            let end = word_end(text, at);
            (Token::Word(text[at..end].to_string()), end)
        } else if let Some(sign) = SIGNS.iter().find(|sign| text[at..].starts_with(**sign)) {
            let plain = if *sign == "−" { "-" } else { sign };
            (Token::Sign(plain), at + sign.len())
        } else {
            let end = at + letter.len_utf8();
            (Token::Unknown(letter.to_string()), end)
        };
        found.push((token, at..end));
        at = end;
    }
    found
}

fn word_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
}

fn digits_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + rest.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(rest.len())
}

fn quoted(text: &str, at: usize) -> (Token, usize) {
    match text[at + 1..].find('"') {
        Some(length) => {
            let end = at + 1 + length;
            (Token::Text(text[at + 1..end].to_string()), end + 1)
        }
        None => (Token::Unknown(text[at..].to_string()), text.len()),
    }
}

/// A date, or a number with an optional unit. `2019..2024` is two numbers and a sign.
fn number(text: &str, at: usize) -> (Token, usize) {
    for length in [10, 7, 6] {
        let end = at + length;
        let alone = text.get(end..).is_some_and(|rest| {
            !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-')
        });
        if let (true, Some(period)) = (alone, text.get(at..end).and_then(Period::parse)) {
            return (Token::Time(period), end);
        }
    }
    let mut end = digits_end(text, at);
    if text[end..].starts_with('.') && text[end + 1..].starts_with(|c: char| c.is_ascii_digit()) {
        end = digits_end(text, end + 1);
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let from = end + 1 + sign;
        if text[from..].starts_with(|c: char| c.is_ascii_digit()) {
            end = digits_end(text, from);
        }
    }
    let plain = text[at..end].replace('_', "");
    match plain.parse::<f64>() {
        Ok(x) if x.is_finite() => {
            let unit = unit_after(text, end);
            let end = unit.as_ref().map_or(end, |(_, range)| range.end);
            (Token::Number(x, unit), end)
        }
        _ => (Token::Unknown(text[at..end].to_string()), end),
    }
}

/// The unit that starts at `at`, past spaces: `%`, `GUSD`, `million weekly_users`, `USD/Mtok`.
fn unit_after(text: &str, at: usize) -> Option<(String, Range<usize>)> {
    let skip = |at: usize| at + (text[at..].len() - text[at..].trim_start_matches(' ').len());
    let start = skip(at);
    if text[start..].starts_with('%') {
        return Some(("%".into(), start..start + 1));
    }
    let word_at = |at: usize| -> Option<usize> {
        let starts = text[at..].starts_with(|c: char| c.is_alphabetic());
        let end = word_end(text, at);
        let word = &text[at..end];
        let call = text[skip(end)..].starts_with('(');
        (starts && !call && !RESERVED.contains(&word)).then_some(end)
    };
    let mut end = word_at(start)?;
    while unit::is_scale_word(&text[end - word_length(text, end)..end]) {
        match word_at(skip(end)) {
            Some(next) => end = next,
            None => break,
        }
    }
    while text[end..].starts_with('/') {
        match word_at(end + 1) {
            Some(next) => end = next,
            None => break,
        }
    }
    Some((text[start..end].to_string(), start..end))
}

/// Length of the word that ends at `end`.
fn word_length(text: &str, end: usize) -> usize {
    let before = &text[..end];
    end - before
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || *c == '_')
        .last()
        .map_or(end, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_units_and_dates() {
        let units = |text: &str| -> Vec<String> {
            tokens(text).into_iter().map(|(token, _)| token.shown()).collect()
        };
        assert_eq!(units("40 GUSD / 2"), ["`40 GUSD`", "`/`", "`2`"]);
        assert_eq!(units("2019..2024"), ["`2019`", "`..`", "`2024`"]);
        assert_eq!(units("2024-12-04 - 1_000"), ["`2024-12-04`", "`-`", "`1000`"]);
        assert_eq!(units("2024Q3"), ["`2024Q3`"]);
        assert_eq!(units("5 million weekly_users)"), ["`5 million weekly_users`", "`)`"]);
        assert_eq!(units("3 USD/Mtok"), ["`3 USD/Mtok`"]);
        assert_eq!(units("2 / sum(x)"), ["`2`", "`/`", "`sum`", "`(`", "`x`", "`)`"]);
        assert_eq!(units("99.7 % and"), ["`99.7 %`", "`and`"]);
        assert_eq!(units("1e400 § \"open"), ["`1e400`", "`§`", "`\"open`"]);
    }
}

//! The little language inside a quantity: `17.5 GUSD`, `18 % to 27 %`, `normal(1.2, 0.1)`,
//! `mixture(70 %: 1 to 2, 30 %: 5)`, `data("series")`.
//!
//! This module knows the shape only; what it means for a key is in [`super::quantity`].

use std::ops::Range;

/// Deepest nesting of calls.
const DEPTH_MAX: usize = 6;

/// A piece of the text that a later message may point at.
pub type Span = Range<usize>;

/// How a number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `7`.
    Plain,
    /// `x7`: a factor.
    Times,
    /// `÷7`: a factor of 1/7.
    Over,
}

/// A number and its unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// The number.
    pub number: f64,
    /// How it stands.
    pub form: Form,
    /// The unit as written; empty when there is none.
    pub unit: String,
    /// The number as written.
    pub written: String,
    /// All of it.
    pub span: Span,
    /// The unit's part.
    pub unit_span: Span,
}

/// An argument of a call, with its weight in a mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// `70 %:` in a mixture.
    pub weight: Option<Literal>,
    /// The argument.
    pub expression: Expression,
}

/// A quantity as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// One number.
    Literal(Literal),
    /// `LOW to HIGH`.
    Interval(Literal, Literal),
    /// A named distribution, with a unit after the bracket.
    Call {
        /// Name as written.
        name: String,
        /// Arguments.
        arguments: Vec<Argument>,
        /// Unit after the bracket, for all arguments that have none.
        unit: Option<(String, Span)>,
        /// The name's part of the text.
        span: Span,
    },
    /// `data("series")`.
    Series(String, Span),
}

/// What was expected where.
#[derive(Clone, Debug, PartialEq)]
pub struct Unreadable {
    /// In words.
    pub expected: &'static str,
    /// Where.
    pub span: Span,
}

/// Reads a quantity.
///
/// # Errors
/// The first piece that does not fit, and what could stand there.
pub fn parse(text: &str) -> Result<Expression, Unreadable> {
    let mut reader = Reader { text, at: 0 };
    let expression = reader.expression(0)?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(reader.expected("the end of the quantity"));
    }
    Ok(expression)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn expected(&self, expected: &'static str) -> Unreadable {
        let rest = self.rest();
        let piece = rest
            .char_indices()
            .find(|(at, letter)| *at > 0 && matches!(letter, ' ' | ',' | '(' | ')'))
            .map_or(rest.len(), |(at, _)| at);
        Unreadable { expected, span: self.at..self.at + piece }
    }

    fn eat(&mut self, letter: char) -> bool {
        self.blanks();
        let found = self.rest().starts_with(letter);
        if found {
            self.at += letter.len_utf8();
        }
        found
    }

    fn expression(&mut self, depth: usize) -> Result<Expression, Unreadable> {
        self.blanks();
        if depth > DEPTH_MAX {
            return Err(self.expected("at most six brackets inside each other"));
        }
        if let Some(name) = self.call_name() {
            return self.call(name, depth);
        }
        let low = self.literal()?;
        self.blanks();
        if self.rest().starts_with("to ") {
            self.at += 3;
            self.blanks();
            let high = self.literal()?;
            return Ok(Expression::Interval(low, high));
        }
        Ok(Expression::Literal(low))
    }

    /// A word directly followed by a bracket.
    fn call_name(&self) -> Option<String> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '_' && c != '-')?;
        let after = rest[end..].trim_start();
        (end > 0 && after.starts_with('(')).then(|| rest[..end].to_string())
    }

    fn call(&mut self, name: String, depth: usize) -> Result<Expression, Unreadable> {
        let span = self.at..self.at + name.len();
        self.at = span.end;
        self.eat('(');
        if name == "data" {
            return self.series();
        }
        let mut arguments = Vec::new();
        if !self.eat(')') {
            loop {
                arguments.push(self.argument(depth)?);
                if self.eat(')') {
                    break;
                }
                if !self.eat(',') {
                    return Err(self.expected("`,` or `)`"));
                }
            }
        }
        self.blanks();
        let (text, at) = self.unit();
        let unit = (!text.is_empty()).then_some((text, at));
        Ok(Expression::Call { name, arguments, unit, span })
    }

    fn argument(&mut self, depth: usize) -> Result<Argument, Unreadable> {
        self.blanks();
        let start = self.at;
        if self.call_name().is_none() {
            let weight = self.literal()?;
            if self.eat(':') {
                let expression = self.expression(depth + 1)?;
                let weight = Some(weight);
                return Ok(Argument { weight, expression });
            }
            self.at = start;
        }
        let expression = self.expression(depth + 1)?;
        let weight = None;
        Ok(Argument { weight, expression })
    }

    fn series(&mut self) -> Result<Expression, Unreadable> {
        self.blanks();
        let quote = match self.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => quote,
            _ => return Err(self.expected("the name of a series in quotes")),
        };
        self.at += 1;
        let start = self.at;
        let Some(length) = self.rest().find(quote) else {
            return Err(self.expected("a closing quote"));
        };
        let name = self.rest()[..length].to_string();
        self.at += length + 1;
        if !self.eat(')') {
            return Err(self.expected("`)`"));
        }
        Ok(Expression::Series(name, start..start + length))
    }

    fn literal(&mut self) -> Result<Literal, Unreadable> {
        self.blanks();
        let start = self.at;
        let form = match self.rest().chars().next() {
            Some('x' | '×') => Form::Times,
            Some('÷') => Form::Over,
            _ => Form::Plain,
        };
        if form != Form::Plain {
            self.at += self.rest().chars().next().map_or(0, char::len_utf8);
            self.blanks();
        }
        let from = self.at;
        let length = number_length(self.rest());
        let written = self.rest()[..length].to_string();
        let digits: String = written.chars().filter(|c| *c != '_').collect();
        let Ok(number) = digits.replace('−', "-").parse::<f64>() else {
            return Err(self.expected("a number"));
        };
        self.at = from + length;
        let after = self.at;
        self.blanks();
        let (mut unit, mut unit_span) = self.unit();
        let mut form = form;
        if form == Form::Plain && (unit.starts_with("x/") || unit.starts_with("x /")) {
            form = Form::Times;
            unit = unit[1..].trim_start().to_string();
            unit_span.start += 1;
        }
        if unit.is_empty() {
            self.at = after;
            unit_span = after..after;
        }
        let span = start..self.at;
        Ok(Literal { number, form, unit, written, span, unit_span })
    }

    /// Everything up to a comma, a bracket, a colon, the word `to`, or the end.
    fn unit(&mut self) -> (String, Span) {
        let rest = self.rest();
        let mut end = rest.find([',', '(', ')', ':']).unwrap_or(rest.len());
        if let Some(to) = find_to(&rest[..end]) {
            end = to;
        }
        let text = rest[..end].trim_end().to_string();
        let span = self.at..self.at + text.len();
        self.at = span.end;
        (text, span)
    }
}

/// Where the word `to` begins, standing alone.
fn find_to(text: &str) -> Option<usize> {
    text.match_indices("to ").map(|(at, _)| at).find(|at| *at == 0 || text[..*at].ends_with(' '))
}

/// Length of the number a text begins with: sign, digits with `_`, point, exponent, or a word
/// such as `nan` and `inf`.
fn number_length(text: &str) -> usize {
    let sign = text.chars().next().filter(|c| matches!(c, '+' | '-' | '−'));
    let mut at = sign.map_or(0, char::len_utf8);
    for word in ["nan", "NaN", "inf", "infinity"] {
        let next = text[at..].strip_prefix(word).and_then(|rest| rest.chars().next());
        if text[at..].starts_with(word) && !next.is_some_and(char::is_alphabetic) {
            return at + word.len();
        }
    }
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'_') {
            at += 1;
        }
        at
    };
    at = digits(at);
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let signed = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let end = digits(signed);
        if end > signed {
            at = end;
        }
    }
    at
}

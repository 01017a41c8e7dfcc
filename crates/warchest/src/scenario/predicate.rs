//! What a `[[check]]` may expect.

use std::ops::Range;

use super::error::{MarketProblem, Problem, ShapeProblem};
use super::nearest::nearest;
use super::when;
use crate::units::Quarter;
use crate::world::{Clock, Predicate};

/// What a predicate may name.
pub struct Names<'a> {
    /// Firms.
    pub firms: &'a [String],
    /// Markets, `segment in region`.
    pub markets: &'a [String],
    /// The run.
    pub clock: &'a Clock,
}

type Failure = (Problem, Range<usize>);

/// Reads a predicate.
///
/// # Errors
/// What could stand at the piece that does not fit, or a name nobody has.
pub fn parse(text: &str, names: &Names<'_>) -> Result<Predicate, Failure> {
    let mut reader = Reader { text, at: 0 };
    let predicate = match reader.word().as_str() {
        "cash" => {
            reader.expect("balances")?;
            Predicate::CashBalances
        }
        "converged" => {
            let number = reader.number("a percentage, such as `99.9 %`")?;
            if !reader.eat('%') {
                return Err(reader.expected("`%`"));
            }
            if !(0.0..=100.0).contains(&number) {
                return Err(reader.expected("a percentage between 0 and 100"));
            }
            Predicate::Converged { share: (100.0 - number) / 100.0 }
        }
        "survivors" => {
            reader.open()?;
            let quarter = reader.year(names.clock)?;
            let (low, high) = reader.range()?;
            Predicate::Survivors { quarter, low, high }
        }
        "survival" => {
            reader.open()?;
            let firm = reader.name("firm", names.firms)?;
            let quarter = reader.year(names.clock)?;
            let (low, high) = reader.range()?;
            Predicate::Survival { firm, quarter, low, high }
        }
        "price" => {
            reader.open()?;
            let market = reader.name("market", names.markets)?;
            let quarter = reader.year(names.clock)?;
            let (low, high) = reader.range()?;
            Predicate::Price { market, quarter, low, high }
        }
        _ => {
            reader.at = 0;
            let words = "`survivors(`, `survival(`, `price(`, `cash balances` or `converged`";
            return Err(reader.expected(words));
        }
    };
    reader.blanks();
    if reader.at < text.len() {
        return Err(reader.expected("the end of the check"));
    }
    Ok(predicate)
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

    fn expected(&self, expected: &str) -> Failure {
        let problem = MarketProblem::Predicate {
            text: self.text.to_string(),
            expected: expected.to_string(),
        };
        (problem.into(), self.at..self.text.len())
    }

    fn eat(&mut self, letter: char) -> bool {
        self.blanks();
        let found = self.rest().starts_with(letter);
        if found {
            self.at += letter.len_utf8();
        }
        found
    }

    fn word(&mut self) -> String {
        self.blanks();
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let word = rest[..end].to_string();
        self.at += end;
        word
    }

    fn expect(&mut self, word: &str) -> Result<(), Failure> {
        self.blanks();
        let start = self.at;
        if self.word() == word {
            return Ok(());
        }
        self.at = start;
        Err(self.expected(&format!("`{word}`")))
    }

    fn open(&mut self) -> Result<(), Failure> {
        if self.eat('(') { Ok(()) } else { Err(self.expected("`(`")) }
    }

    fn number(&mut self, what: &str) -> Result<f64, Failure> {
        self.blanks();
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '_')))
            .unwrap_or(rest.len());
        let number = rest[..end].replace('_', "").parse::<f64>();
        match number {
            Ok(number) if number.is_finite() => {
                self.at += end;
                Ok(number)
            }
            _ => Err(self.expected(what)),
        }
    }

    /// A year and the closing bracket: the quarter in which the year ends.
    fn year(&mut self, clock: &Clock) -> Result<Quarter, Failure> {
        self.blanks();
        let start = self.at;
        let year = self.number("a year")?;
        let here = start..self.at;
        if year.fract() != 0.0 || !(1000.0..=9999.0).contains(&year) {
            self.at = start;
            return Err(self.expected("a year"));
        }
        let end = when::CalendarQuarter { year: year as i32, quarter: 4 };
        let Some(index) = when::index(clock, end) else {
            let problem = MarketProblem::OutsideRun {
                key: String::from("expect"),
                found: format!("the end of {year}"),
                first: when::first(clock).to_string(),
                last: when::last(clock).to_string(),
            };
            return Err((problem.into(), here));
        };
        if !self.eat(')') {
            return Err(self.expected("`)`"));
        }
        Ok(Quarter(index))
    }

    /// A name, in quotes or not, and the comma after it.
    fn name(&mut self, what: &'static str, among: &[String]) -> Result<usize, Failure> {
        self.blanks();
        let start = self.at;
        let quote = self.rest().chars().next().filter(|c| matches!(c, '"' | '\''));
        let from = start + usize::from(quote.is_some());
        let until = quote.unwrap_or(',');
        let Some(length) = self.text[from..].find(until) else {
            return Err(self.expected(if quote.is_some() { "a closing quote" } else { "`,`" }));
        };
        let name = self.text[from..from + length].trim();
        self.at = from + length + usize::from(quote.is_some());
        if !self.eat(',') {
            return Err(self.expected("`,`"));
        }
        among.iter().position(|known| known == name).ok_or_else(|| {
            let problem = ShapeProblem::UnknownName {
                what,
                found: name.to_string(),
                nearest: nearest(name, among.iter().map(String::as_str)),
                known: among.join(", "),
            };
            (problem.into(), from..from + length)
        })
    }

    fn range(&mut self) -> Result<(f64, f64), Failure> {
        self.expect("between")?;
        let low = self.number("a number")?;
        self.expect("and")?;
        self.blanks();
        let start = self.at;
        let high = self.number("a number")?;
        if high < low {
            self.at = start;
            return Err(self.expected(&format!("a number at or above {low}")));
        }
        Ok((low, high))
    }
}

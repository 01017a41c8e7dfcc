//! Small conditions on the command line: `se(survive) < 0.2 %`, `survive/OpenAI < -5 %`.

use crate::error::CliError;

/// `NAME < NUMBER`, `NAME > NUMBER`, with `abs(...)` or `se(...)` around the name on wish.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is compared.
    pub name: String,
    /// `abs`, `se` or nothing.
    pub function: Option<String>,
    /// True for `<` and `<=`.
    pub below: bool,
    /// The bound, `%` taken off.
    pub bound: f64,
}

impl Condition {
    /// Reads a condition given to `flag`.
    ///
    /// # Errors
    /// [`CliError::Flag`] that shows the form.
    pub fn parse(flag: &'static str, text: &str, example: &str) -> Result<Condition, CliError> {
        let wrong = |problem: &str| CliError::Flag {
            flag,
            found: format!("\"{text}\""),
            problem: problem.to_string(),
            help: format!("write it like {example}"),
        };
        let at = text.find(['<', '>']).ok_or_else(|| wrong("has no < or >"))?;
        let below = text[at..].starts_with('<');
        let (left, right) = (text[..at].trim(), text[at + 1..].trim_start_matches('=').trim());
        let (number, scale) = match right.strip_suffix('%') {
            Some(number) => (number.trim(), 0.01),
            None => (right, 1.0),
        };
        let bound: f64 = number.parse().map_err(|_| wrong("has no number on the right"))?;
        if !bound.is_finite() {
            return Err(wrong("has no finite number on the right"));
        }
        let (function, name) = match left.split_once('(') {
            None => (None, left),
            Some((function, rest)) => {
                let name = rest.strip_suffix(')').ok_or_else(|| wrong("lacks a )"))?;
                (Some(function.trim().to_string()), name.trim())
            }
        };
        if name.is_empty() {
            return Err(wrong("names nothing on the left"));
        }
        Ok(Condition { name: name.to_string(), function, below, bound: bound * scale })
    }

    /// Whether `value` meets it.
    pub fn holds(&self, value: f64) -> bool {
        if self.below { value < self.bound } else { value > self.bound }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_read_as_written() {
        let found = Condition::parse("until", "se(survive) < 0.2 %", "").unwrap();
        assert_eq!((found.function.as_deref(), found.name.as_str()), (Some("se"), "survive"));
        assert!(found.below && (found.bound - 0.002).abs() < 1e-15);
        let found = Condition::parse("fail-if", "survive/F 1 >= -5", "").unwrap();
        assert!(!found.below && found.name == "survive/F 1" && found.bound == -5.0);
        for wrong in ["", "survive", "survive < x", "< 2", "se(survive < 1", "a < inf"] {
            assert!(Condition::parse("until", wrong, "").is_err(), "{wrong}");
        }
    }
}

//! Units of claims: what a number counts, and the scale it is written in.

use std::collections::BTreeMap;
use std::fmt;

/// What a number is measured in: base names with whole exponents. Empty for a plain number.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit(BTreeMap<String, i32>);

/// A unit as its author wrote it: the number of base units in one of it, and the base.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Base units in one written unit: 1e9 for `GUSD`.
    pub factor: f64,
    /// The base.
    pub unit: Unit,
    /// The text, for showing.
    pub text: String,
}

const WORDS: [(&str, f64); 4] =
    [("thousand", 1e3), ("million", 1e6), ("billion", 1e9), ("trillion", 1e12)];
const PREFIXES: [(char, f64); 4] = [('k', 1e3), ('M', 1e6), ('G', 1e9), ('T', 1e12)];
/// Bases that take a thousand's letter.
const LETTERED: [&str; 9] = ["USD", "EUR", "GBP", "CNY", "JPY", "tok", "RT", "W", "Wh"];
/// Bases that stand alone, by name: base, factor.
const PLAIN: [(&str, &str, f64); 28] = [
    ("users", "users", 1.0),
    ("weekly_users", "weekly_users", 1.0),
    ("monthly_users", "monthly_users", 1.0),
    ("people", "people", 1.0),
    ("vehicles", "vehicles", 1.0),
    ("companies", "companies", 1.0),
    ("firms", "companies", 1.0),
    ("models", "models", 1.0),
    ("score", "score", 1.0),
    ("MB", "MB", 1.0),
    ("GB", "MB", 1e3),
    ("FLOP", "FLOP", 1.0),
    ("lmh", "lmh", 1.0),
    ("Mlmh", "lmh", 1e6),
    ("year", "year", 1.0),
    ("years", "year", 1.0),
    ("quarter", "year", 0.25),
    ("quarters", "year", 0.25),
    ("month", "year", 1.0 / 12.0),
    ("months", "year", 1.0 / 12.0),
    ("week", "year", 7.0 / super::period::DAYS_PER_YEAR),
    ("weeks", "year", 7.0 / super::period::DAYS_PER_YEAR),
    ("day", "year", 1.0 / super::period::DAYS_PER_YEAR),
    ("days", "year", 1.0 / super::period::DAYS_PER_YEAR),
    ("%", "", 0.01),
    ("x", "", 1.0),
    ("ratio", "", 1.0),
    ("1", "", 1.0),
];

impl Unit {
    /// A plain number.
    pub fn none() -> Self {
        Self::default()
    }

    /// One of the base.
    pub fn base(name: &str) -> Self {
        Self(BTreeMap::from([(name.to_string(), 1)]))
    }

    /// True for a plain number.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Self {
        self.combine(other, 1)
    }

    /// The quotient.
    pub fn per(&self, other: &Self) -> Self {
        self.combine(other, -1)
    }

    fn combine(&self, other: &Self, sign: i32) -> Self {
        let mut sum = self.0.clone();
        for (name, power) in &other.0 {
            let entry = sum.entry(name.clone()).or_insert(0);
            *entry = entry.saturating_add(power.saturating_mul(sign));
        }
        sum.retain(|_, power| *power != 0);
        Self(sum)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("a plain number");
        }
        let above: Vec<_> = self.0.iter().filter(|(_, p)| **p > 0).collect();
        let below: Vec<_> = self.0.iter().filter(|(_, p)| **p < 0).collect();
        if above.is_empty() {
            f.write_str("1")?;
        }
        for (i, (name, power)) in above.iter().enumerate() {
            write!(f, "{}{name}", if i > 0 { "·" } else { "" })?;
            if **power > 1 {
                write!(f, "^{power}")?;
            }
        }
        for (name, power) in below {
            write!(f, "/{name}")?;
            if *power < -1 {
                write!(f, "^{}", -power)?;
            }
        }
        Ok(())
    }
}

/// One atom: a base name with or without a thousand's letter, or a currency of a year's prices
/// (`USD2025`).
fn atom(text: &str) -> Option<(f64, Unit)> {
    if let Some((_, base, factor)) = PLAIN.iter().find(|(name, ..)| *name == text) {
        let unit = if base.is_empty() { Unit::none() } else { Unit::base(base) };
        return Some((*factor, unit));
    }
    let lettered = |name: &str| {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let year = &name[stem.len()..];
        LETTERED.contains(&stem) && (year.is_empty() || year.len() == 4)
    };
    if lettered(text) {
        return Some((1.0, Unit::base(text)));
    }
    let first = text.chars().next()?;
    let (_, factor) = PREFIXES.iter().find(|(letter, _)| *letter == first)?;
    let rest = &text[first.len_utf8()..];
    lettered(rest).then(|| (*factor, Unit::base(rest)))
}

/// The unit written as `GUSD`, `million weekly_users`, `USD/Mtok`, `%` or `USD2025`.
///
/// # Errors
/// The atom that is not known, with the nearest name.
pub fn parse(text: &str) -> Result<Scale, (String, Option<String>)> {
    let text = text.trim();
    let mut factor = 1.0;
    let mut rest = text;
    while let Some((word, after)) = rest.split_once(' ') {
        let Some((_, scale)) = WORDS.iter().find(|(name, _)| *name == word) else {
            break;
        };
        factor *= scale;
        rest = after.trim_start();
    }
    if let Some((_, scale)) = WORDS.iter().find(|(name, _)| *name == rest) {
        return Ok(Scale { factor: factor * scale, unit: Unit::none(), text: text.into() });
    }
    let mut unit = Unit::none();
    for (i, piece) in rest.split('/').enumerate() {
        let Some((scale, base)) = atom(piece.trim()) else {
            return Err((piece.trim().to_string(), nearest(piece.trim())));
        };
        if i == 0 {
            factor *= scale;
            unit = unit.times(&base);
        } else {
            factor /= scale;
            unit = unit.per(&base);
        }
    }
    Ok(Scale { factor, unit, text: text.into() })
}

/// True for a word that scales the unit that follows it: `million`.
pub(super) fn is_scale_word(word: &str) -> bool {
    WORDS.iter().any(|(name, _)| *name == word)
}

fn nearest(found: &str) -> Option<String> {
    let mut names: Vec<String> = PLAIN.iter().map(|(name, ..)| (*name).to_string()).collect();
    for base in LETTERED {
        names.push(base.to_string());
        names.extend(PREFIXES.iter().map(|(letter, _)| format!("{letter}{base}")));
    }
    super::error::nearest(found, names.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_and_bases() {
        let of = |text: &str| parse(text).map(|s| (s.factor, s.unit.to_string())).unwrap();
        assert_eq!(of("GUSD"), (1e9, "USD".into()));
        assert_eq!(of("million weekly_users"), (1e6, "weekly_users".into()));
        assert_eq!(of("USD/Mtok"), (1e-6, "USD/tok".into()));
        assert_eq!(of("%"), (0.01, "a plain number".into()));
        assert_eq!(of("MUSD2025"), (1e6, "USD2025".into()));
        assert_eq!(of("billion"), (1e9, "a plain number".into()));
        assert_eq!(parse("GUSDD").unwrap_err(), ("GUSDD".into(), Some("GUSD".into())));
    }

    #[test]
    fn products_cancel() {
        let (usd, tok) = (Unit::base("USD"), Unit::base("tok"));
        assert!(usd.per(&tok).times(&tok).per(&usd).is_none());
        assert_eq!(usd.per(&tok).per(&tok).to_string(), "USD/tok^2");
    }
}

//! Numbers as a newspaper prints them: three digits at most, a unit, no false precision.

/// What a number means; decides its sign, its digits and its suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A fraction of one, printed in per cent.
    Share,
    /// US dollars.
    Usd,
    /// A ratio, printed with ×.
    Times,
    /// Years.
    Years,
    /// A number without a unit.
    Plain,
}

impl Unit {
    /// The number for a sentence, a label or a cell, with its unit.
    pub fn show(self, value: f64) -> String {
        if !value.is_finite() {
            return "–".to_string();
        }
        let sign = if value < 0.0 { "−" } else { "" };
        let size = value.abs();
        match self {
            Unit::Share => percent(value),
            Unit::Usd => format!("{sign}${}", scaled(size)),
            Unit::Times => format!("{sign}{}×", digits(size)),
            Unit::Years => format!("{sign}{}\u{a0}years", digits(size)),
            Unit::Plain => format!("{sign}{}", scaled(size)),
        }
    }

    /// The same number beside an axis: the unit only where `with_unit` says so.
    pub fn tick(self, value: f64, with_unit: bool) -> String {
        let full = match self {
            Unit::Share => tick_percent(value),
            Unit::Years => digits_signed(value),
            other => other.show(value),
        };
        match (self, with_unit) {
            (Unit::Share, false) => full.trim_end_matches("\u{a0}%").to_string(),
            (Unit::Years, true) => format!("{full}\u{a0}years"),
            _ => full,
        }
    }
}

/// Numbers beside an axis. On a linear axis of money all share the word of the largest, and
/// only the last carries sign and word (`$40 bn`, below it `30`, `20`, `10`, `0`); on a log axis
/// each is written in full.
pub fn axis_labels(unit: Unit, ticks: &[f64], log: bool) -> Vec<String> {
    let last = ticks.len().saturating_sub(1);
    if unit != Unit::Usd || log {
        return ticks.iter().enumerate().map(|(i, t)| unit.tick(*t, i == last)).collect();
    }
    let largest = ticks.iter().fold(0.0_f64, |most, t| most.max(t.abs()));
    let words = [(1e12, "\u{a0}trn"), (1e9, "\u{a0}bn"), (1e6, "\u{a0}m")];
    let (size, word) =
        words.into_iter().find(|(size, _)| largest >= size * 0.9995).unwrap_or((1.0, ""));
    let label = |(i, tick): (usize, &f64)| {
        let sign = if *tick < 0.0 { "−" } else { "" };
        let number = digits(tick.abs() / size);
        match i == last {
            true => format!("{sign}${number}{word}"),
            false => format!("{sign}{number}"),
        }
    };
    ticks.iter().enumerate().map(label).collect()
}

fn digits_signed(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{}", digits(value.abs()))
}

/// Three significant digits at most, two below a hundredth, trailing zeros dropped.
fn digits(size: f64) -> String {
    if size > 0.0 && size < 0.01 {
        return tiny(size);
    }
    let decimals = match size {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.1 => 2,
        0.0 => 0,
        _ => 3,
    };
    let text = format!("{size:.decimals$}");
    if decimals == 0 {
        return group(&text);
    }
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Below a hundredth: two significant digits, as a power of ten below 0.0001.
fn tiny(size: f64) -> String {
    let scientific = format!("{size:.1e}");
    let (mantissa, power) = scientific.split_once("e-").unwrap_or((&scientific, "0"));
    let mantissa = mantissa.trim_end_matches(".0");
    let places: usize = power.parse().unwrap_or(0);
    if places <= 4 {
        let text = format!("{size:.0$}", places + 1);
        return text.trim_end_matches('0').to_string();
    }
    let raised: String =
        power.chars().map(|c| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(c as usize - 48).unwrap_or(c)).collect();
    match mantissa {
        "1" => format!("10⁻{raised}"),
        _ => format!("{mantissa}×10⁻{raised}"),
    }
}

/// Thousands apart by a thin space.
fn group(whole: &str) -> String {
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) && whole.len() > 4 {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

/// A size with its power of a thousand as a word: 12.3 bn.
fn scaled(size: f64) -> String {
    for (unit, word) in [(1e12, "trn"), (1e9, "bn"), (1e6, "m")] {
        if size >= unit * 0.9995 {
            return format!("{}\u{a0}{word}", digits(size / unit));
        }
    }
    digits(size)
}

/// Per cent: whole above 10, one digit below, and never a rounded 0 or 100 for what is not.
fn percent(share: f64) -> String {
    let (sign, size) = (if share < 0.0 { "−" } else { "" }, share.abs() * 100.0);
    let text = if size == 0.0 {
        return "0\u{a0}%".to_string();
    } else if size < 0.05 {
        return format!("<\u{2009}{sign}0.1\u{a0}%");
    } else if size < 9.95 {
        format!("{size:.1}").trim_end_matches(".0").to_string()
    } else if (99.5..100.0).contains(&size) {
        if size >= 99.95 {
            return ">\u{2009}99.9\u{a0}%".to_string();
        }
        format!("{size:.1}")
    } else {
        group(&format!("{size:.0}"))
    };
    format!("{sign}{text}\u{a0}%")
}

fn tick_percent(share: f64) -> String {
    let sign = if share < 0.0 { "−" } else { "" };
    format!("{sign}{}\u{a0}%", digits(((share.abs() * 100.0) * 1e6).round() / 1e6))
}

/// A plain decimal for CSV and tables of data: shortest form that reads back to about six
/// significant digits, without thin spaces or words.
pub fn data(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let size = value.abs();
    let decimals = match size {
        s if s >= 1e5 || s == 0.0 => 0,
        s if s >= 1e3 => 1,
        s if s >= 10.0 => 3,
        s if s >= 0.1 => 5,
        _ => 7,
    };
    let text = format!("{value:.decimals$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    };
    if text == "-0" { "0".to_string() } else { text }
}

/// A count with thin spaces between thousands.
pub fn count(n: u64) -> String {
    group(&n.to_string())
}

/// A small count in words, as a headline prints it.
pub fn word(n: usize) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    WORDS.get(n).map_or_else(|| n.to_string(), |word| word.to_string())
}

/// The first letter in upper case.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Quarters since the start as a calendar quarter: `2027 Q2`.
pub fn quarter(first_year: i32, first_quarter: u8, t: usize) -> String {
    let q = first_quarter as usize - 1 + t;
    format!("{}\u{a0}Q{}", first_year + (q / 4) as i32, q % 4 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_three_digits() {
        let cases = [
            (0.0, "$0"),
            (0.00123, "$0.0012"),
            (1e-4, "$0.0001"),
            (1.6e-5, "$1.6×10⁻⁵"),
            (1e-6, "$10⁻⁶"),
            (0.05, "$0.05"),
            (2.5, "$2.5"),
            (12.34, "$12.3"),
            (999.96e9, "$1 trn"),
            (17.5e9, "$17.5 bn"),
            (-3.456e9, "−$3.46 bn"),
            (123.4e6, "$123 m"),
            (12345.0, "$12 345"),
        ];
        for (value, text) in cases {
            let plain = Unit::Usd.show(value).replace(['\u{a0}', '\u{202f}'], " ");
            assert_eq!(plain, text);
        }
    }

    #[test]
    fn a_probability_never_rounds_to_certainty() {
        let cases = [
            (0.0, "0 %"),
            (1.0, "100 %"),
            (0.0001, "< 0.1 %"),
            (0.99999, "> 99.9 %"),
            (0.997, "99.7 %"),
            (0.034, "3.4 %"),
            (0.5, "50 %"),
            (-0.125, "−12 %"),
            (0.03, "3 %"),
        ];
        for (value, text) in cases {
            assert_eq!(Unit::Share.show(value).replace(['\u{a0}', '\u{2009}'], " "), text);
        }
    }

    #[test]
    fn ticks_carry_their_unit_once() {
        assert_eq!(Unit::Share.tick(0.25, false), "25");
        assert_eq!(Unit::Share.tick(1.0, true), "100\u{a0}%");
        assert_eq!(Unit::Share.tick(0.07, false), "7");
        assert_eq!(Unit::Usd.tick(20e9, false), "$20\u{a0}bn");
    }

    #[test]
    fn money_on_an_axis_shares_its_word() {
        let labels = axis_labels(Unit::Usd, &[-0.5e9, 0.0, 0.5e9, 1e9], false);
        assert_eq!(labels, ["−0.5", "0", "0.5", "$1\u{a0}bn"]);
        let labels = axis_labels(Unit::Usd, &[0.1, 1.0, 1e9], true);
        assert_eq!(labels, ["$0.1", "$1", "$1\u{a0}bn"]);
    }

    #[test]
    fn data_reads_back() {
        for value in [0.0, 1.5, -2.25, 1234.5, 123_456.0, 17.5e9, 0.034] {
            assert_eq!(data(value).parse::<f64>().unwrap(), value);
        }
        assert_eq!(data(f64::NAN), "");
        assert_eq!(quarter(2025, 3, 0), "2025\u{a0}Q3");
        assert_eq!(quarter(2025, 3, 6), "2027\u{a0}Q1");
    }
}

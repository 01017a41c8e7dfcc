//! Numbers and verdicts as a reader gets them.

use super::unit::Unit;
use super::verdict::{ReadingResult, Verdict};

/// Four significant digits, thousands apart, no needless zeros.
pub fn number(x: f64) -> String {
    let size = x.abs();
    if size != 0.0 && !(1e-4..1e15).contains(&size) {
        return format!("{x:.3e}");
    }
    let mut digits = 3usize;
    let mut bound = 10.0;
    while digits > 0 && size >= bound {
        digits -= 1;
        bound *= 10.0;
    }
    let mut small = 1.0;
    while size != 0.0 && size < small && digits < 8 {
        digits += 1;
        small /= 10.0;
    }
    let text = format!("{x:.digits$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        text
    };
    grouped(&text)
}

fn grouped(text: &str) -> String {
    let (whole, rest) = text.split_once('.').map_or((text, None), |(a, b)| (a, Some(b)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("−", d));
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && digits.len() > 4 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    let rest = rest.map_or(String::new(), |rest| format!(".{rest}"));
    format!("{sign}{out}{rest}")
}

/// The number with its unit as the author wrote it.
pub fn with_unit(number: &str, unit: &str) -> String {
    match unit {
        "x" => format!("×{number}"),
        unit => format!("{number} {}", unit.replace('_', " ")),
    }
}

/// A stated number as a reader gets it: `×2400` for `2400 x`.
pub fn stated(text: &str) -> String {
    match text.strip_suffix(" x") {
        Some(number) => with_unit(number, "x"),
        None => text.replace('-', "−").replace('_', " "),
    }
}

/// A number in base units with a unit that suits its size.
pub fn auto(amount: f64, unit: &Unit) -> String {
    if unit.is_none() {
        return number(amount);
    }
    let name = unit.to_string();
    let money = name.starts_with("USD") && !name.contains(['/', '·']);
    let scales: [(f64, &str, &str); 4] =
        [(1e12, "T", "trillion "), (1e9, "G", "billion "), (1e6, "M", "million "), (1.0, "", "")];
    let (scale, letter, word) =
        scales.into_iter().find(|(s, ..)| amount.abs() >= *s).unwrap_or((1.0, "", ""));
    let value = number(amount / scale);
    match name.as_str() {
        "year" => format!("{} years", number(amount)),
        name if money => format!("{value} {letter}{name}"),
        name => format!("{value} {word}{}", name.replace('_', " ")),
    }
}

/// A probability as percent, to a tenth of a point.
pub fn percent(x: f64) -> String {
    let tenths = format!("{:.1}", x * 100.0);
    format!("{} %", tenths.strip_suffix(".0").unwrap_or(&tenths))
}

/// A probability and its standard error, with the digits that the error leaves.
fn with_error(p: f64, e: f64) -> String {
    let digits = match 100.0 * e {
        e if e > 0.0 && e < 0.0095 => 3,
        e if e > 0.0 && e < 0.095 => 2,
        _ => return format!("{} ± {}", percent(p), percent(e)),
    };
    format!("{:.digits$} % ± {:.digits$} %", 100.0 * p, 100.0 * e)
}

/// The verdict in words.
pub fn verdict(verdict: &Verdict, readings: &[ReadingResult]) -> String {
    match verdict {
        Verdict::Holds => "holds".into(),
        Verdict::HoldsUnder { readings: under } => {
            let of = readings.iter().filter(|r| !r.context).count();
            let names = under.join("; ");
            format!("holds under {} of {} readings: {names}", count(under.len()), count(of))
        }
        Verdict::OffByFactor { factor, range } => {
            let span = if range.1 / range.0 > 1.02 || range.0 / range.1 > 1.02 {
                format!(" ({} to {})", number(range.0), number(range.1))
            } else {
                String::new()
            };
            format!("off by a factor of {}{span}", number(*factor))
        }
        Verdict::OffByYears { years } => {
            let plural = if years.abs() == 1.0 { "year" } else { "years" };
            let side = if *years < 0.0 { "earlier" } else { "later" };
            format!("off: {} {plural} {side}", number(years.abs()))
        }
        Verdict::DoesNotHold => "does not hold".into(),
        Verdict::NotTestableYet { by, probability, error, half_by } => {
            let half = half_by.as_ref().map(|by| format!(", on half of the paths by {by}"));
            let half = half.unwrap_or_default();
            let model = match (probability, error) {
                (Some(p), Some(e)) => format!("; the model says {}", with_error(*p, *e)),
                (Some(p), None) => format!("; the model says {}", percent(*p)),
                _ => String::new(),
            };
            format!("not testable before {by}{model}{half}")
        }
        Verdict::Rule { binding } => format!("a rule: what binds is {binding}"),
        Verdict::NoData => {
            let why = readings.iter().find_map(|r| r.missing_text.clone());
            format!("no data: {}", why.unwrap_or_else(|| "nothing to compare".into()))
        }
    }
}

fn count(n: usize) -> String {
    let names = ["none", "one", "two", "three", "four"];
    names.get(n).map_or_else(|| n.to_string(), |name| (*name).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_chance_keeps_its_digits() {
        assert_eq!(with_error(0.00025, 0.0003), "0.03 % ± 0.03 %");
        assert_eq!(with_error(0.00002, 0.00002), "0.002 % ± 0.002 %");
        assert_eq!(with_error(0.301, 0.007), "30.1 % ± 0.7 %");
        assert_eq!(with_error(0.0, 0.0), "0 % ± 0 %");
    }

    #[test]
    fn four_digits() {
        for (x, text) in [
            (40.022, "40.02"),
            (2381.493, "2381"),
            (6_715_183.0, "6,715,183"),
            (0.9967, "0.9967"),
            (0.030612, "0.03061"),
            (-12.961, "−12.96"),
            (0.0, "0"),
            (300.0, "300"),
            (2012.0, "2012"),
            (1.2e-9, "1.200e-9"),
        ] {
            assert_eq!(number(x), text);
        }
        assert_eq!(auto(24.17e9, &Unit::base("USD")), "24.17 GUSD");
        assert_eq!(auto(5e8, &Unit::base("weekly_users")), "500 million weekly users");
    }
}

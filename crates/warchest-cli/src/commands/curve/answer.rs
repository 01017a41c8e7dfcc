//! Numbers and dates as the terminal and the pages print them; plain tables.

use crate::report::svg::Unit;
use comfy_table::{CellAlignment, Table, presets};

/// A decimal year as a date: a bare year where the series has one value a year and the date is
/// the start of one.
pub fn date(year: f64, yearly: bool) -> String {
    let whole = year.floor();
    if yearly && year == whole {
        return format!("{year:.0}");
    }
    let y = whole as i64;
    let leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let days = if leap { 366 } else { 365 };
    let mut day = ((year - whole) * f64::from(days)).round() as i64;
    if day >= i64::from(days) {
        return format!("{}-01-01", y + 1);
    }
    for (month, length) in lengths.into_iter().enumerate() {
        if day < length {
            return format!("{y}-{:02}-{:02}", month + 1, day + 1);
        }
        day -= length;
    }
    format!("{y}-12-31")
}

/// Four significant digits.
pub fn four(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "-".to_string();
    }
    if size != 0.0 && !(1e-4..1e7).contains(&size) {
        return format!("{value:.3e}");
    }
    let (mut decimals, mut bound) = (3, 9.9995);
    while decimals > 0 && size >= bound {
        bound *= 10.0;
        decimals -= 1;
    }
    let mut small = 0.99995;
    while size != 0.0 && size < small && decimals < 8 {
        small /= 10.0;
        decimals += 1;
    }
    format!("{value:.decimals$}")
}

/// Three significant digits with the sign of the dollar where `usd`: for sentences and labels.
pub fn money(value: f64, usd: bool) -> String {
    let size = value.abs();
    let unit = if usd { Unit::Usd } else { Unit::Plain };
    if !(0.001..99.95).contains(&size) {
        return unit.show(value);
    }
    let decimals = match size {
        s if s >= 9.995 => 1,
        s if s >= 0.9995 => 2,
        s if s >= 0.09995 => 3,
        _ => 4,
    };
    format!("{}{value:.decimals$}", if usd { "$" } else { "" })
}

/// A share in per cent with one decimal.
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1} %", 100.0 * share) } else { "-".to_string() }
}

/// An aligned table without rules: words left, everything past the first `words` columns right.
/// An empty head is no line.
pub fn table(words: usize, head: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if !head.is_empty() {
        table.set_header(head.to_vec());
    }
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(words) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let lines = table.trim_fmt();
    lines.lines().map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

/// `text` as a cell of a CSV file.
pub fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use warchest::curves::series::parse_date;

    #[test]
    fn dates_come_back() {
        for day in ["2024-02-29", "2025-03-31", "2025-12-31", "1999-01-01", "2022-11-30"] {
            assert_eq!(date(parse_date(day).expect("a date"), false), day);
        }
        assert_eq!(date(2013.0, true), "2013");
        assert_eq!(date(2013.5, true), "2013-07-03");
    }

    #[test]
    fn four_digits() {
        for (value, text) in [
            (0.8213, "0.8213"),
            (106.086, "106.1"),
            (9.99951, "10.00"),
            (99_999.0, "99999"),
            (0.05, "0.05000"),
            (-0.012_345, "-0.01235"),
            (8.06e-12, "8.060e-12"),
            (0.0, "0.000"),
        ] {
            assert_eq!(four(value), text, "{value}");
        }
    }
}

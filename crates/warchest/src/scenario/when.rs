//! Dates, quarters and years of a scenario.

use crate::world::Clock;

/// A calendar quarter: year and 1 to 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CalendarQuarter {
    /// Year.
    pub year: i32,
    /// 1 to 4.
    pub quarter: u8,
}

impl CalendarQuarter {
    /// Quarters since year 0.
    pub fn count(self) -> i64 {
        i64::from(self.year) * 4 + i64::from(self.quarter) - 1
    }

    /// So many quarters after year 0.
    pub fn from_count(count: i64) -> CalendarQuarter {
        let year = i32::try_from(count.div_euclid(4)).unwrap_or(i32::MAX);
        let quarter = u8::try_from(count.rem_euclid(4)).unwrap_or(0) + 1;
        CalendarQuarter { year, quarter }
    }
}

impl std::fmt::Display for CalendarQuarter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-Q{}", self.year, self.quarter)
    }
}

/// A day, `YYYY-MM-DD`; compares as its text does.
pub fn parse_date(text: &str) -> Option<(i32, u8, u8)> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let plain =
        |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !plain(year, 4) || !plain(month, 2) || !plain(day, 2) {
        return None;
    }
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    (year >= 1000 && (1..=12).contains(&month) && (1..=days(year, month)).contains(&day))
        .then_some((year, month, day))
}

fn days(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A quarter, `YYYY-Qn`.
pub fn parse_quarter(text: &str) -> Option<CalendarQuarter> {
    let (year, quarter) = text.split_once("-Q")?;
    if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, quarter) = (year.parse().ok()?, quarter.parse().ok()?);
    (year >= 1000 && (1..=4).contains(&quarter)).then_some(CalendarQuarter { year, quarter })
}

/// The first quarter that begins after a day.
pub fn first_after((year, month, _): (i32, u8, u8)) -> CalendarQuarter {
    let current = CalendarQuarter { year, quarter: (month - 1) / 3 + 1 };
    CalendarQuarter::from_count(current.count() + 1)
}

/// The first simulated quarter.
pub fn first(clock: &Clock) -> CalendarQuarter {
    CalendarQuarter { year: clock.first_year, quarter: clock.first_quarter }
}

/// The last simulated quarter.
pub fn last(clock: &Clock) -> CalendarQuarter {
    CalendarQuarter::from_count(first(clock).count() + i64::from(clock.quarters) - 1)
}

/// Index in the run of a calendar quarter inside it.
pub fn index(clock: &Clock, when: CalendarQuarter) -> Option<u32> {
    let index = u32::try_from(when.count() - first(clock).count()).ok()?;
    (index < clock.quarters).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_quarters() {
        assert_eq!(parse_date("2025-05-31"), Some((2025, 5, 31)));
        assert_eq!(parse_date("2024-02-29"), Some((2024, 2, 29)));
        for wrong in ["2025-02-29", "2025-5-31", "2025-13-01", "31.05.2025", "2025-05-31T00", ""] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
        let quarter = parse_quarter("2025-Q3").expect("a quarter");
        assert_eq!(first_after((2025, 5, 31)), quarter);
        assert_eq!(first_after((2025, 12, 1)).to_string(), "2026-Q1");
        assert_eq!(parse_quarter("2025-Q5"), None);
    }
}

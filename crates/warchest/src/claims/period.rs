//! When a row speaks: a year, a quarter, a month or a day.

use std::cmp::Ordering;
use std::fmt;

/// A stretch of the calendar, as written in a table or in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    year: i32,
    part: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Year,
    Quarter(u8),
    Month(u8),
    Day(u8, u8),
}

const MONTH_DAYS: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

fn is_leap(year: i32) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_in_month(year: i32, month: u8) -> u8 {
    if month == 2 && is_leap(year) { 29 } else { MONTH_DAYS[usize::from(month.clamp(1, 12)) - 1] }
}

/// Days to the first of January of `year`, from a fixed origin.
fn days_before(year: i32) -> i64 {
    let y = i64::from(year) - 1;
    365 * i64::from(year) + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)
}

impl Period {
    /// The whole year.
    pub fn year(year: i32) -> Self {
        Self { year, part: Part::Year }
    }

    /// The period written as `2024`, `2024Q3`, `2024-12` or `2024-12-04`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |s: &str, n: usize| -> Option<u32> {
            (s.len() == n && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse().ok())?
        };
        let year = digits(text.get(..4)?, 4)? as i32;
        let rest = text.get(4..)?;
        let part = match rest.as_bytes() {
            [] => Part::Year,
            [b'Q', q @ b'1'..=b'4'] => Part::Quarter(q - b'0'),
            [b'-', ..] if rest.len() == 3 => Part::Month(digits(&rest[1..], 2)? as u8),
            [b'-', _, _, b'-', ..] if rest.len() == 6 => {
                Part::Day(digits(rest.get(1..3)?, 2)? as u8, digits(rest.get(4..6)?, 2)? as u8)
            }
            _ => return None,
        };
        let sound = match part {
            Part::Month(m) => (1..=12).contains(&m),
            Part::Day(m, d) => (1..=12).contains(&m) && (1..=days_in_month(year, m)).contains(&d),
            Part::Year | Part::Quarter(_) => true,
        };
        sound.then_some(Self { year, part })
    }

    /// The calendar year it lies in.
    pub fn calendar_year(self) -> i32 {
        self.year
    }

    /// First day, as days of the Gregorian calendar.
    pub fn first_day(self) -> i64 {
        let (month, day) = match self.part {
            Part::Year => (1, 1),
            Part::Quarter(q) => (3 * q - 2, 1),
            Part::Month(m) => (m, 1),
            Part::Day(m, d) => (m, d),
        };
        let earlier: i64 = (1..month).map(|m| i64::from(days_in_month(self.year, m))).sum();
        days_before(self.year) + earlier + i64::from(day) - 1
    }

    /// Last day, as days of the Gregorian calendar.
    pub fn last_day(self) -> i64 {
        match self.part {
            Part::Year => days_before(self.year + 1) - 1,
            Part::Quarter(q) => Self { year: self.year, part: Part::Month(3 * q) }.last_day(),
            Part::Month(m) => self.first_day() + i64::from(days_in_month(self.year, m)) - 1,
            Part::Day(..) => self.first_day(),
        }
    }

    /// True when `other` lies within this period (or is the same).
    pub fn contains(self, other: Self) -> bool {
        self.first_day() <= other.first_day() && other.last_day() <= self.last_day()
    }

    /// Middle day, as days of the Gregorian calendar.
    pub fn middle(self) -> f64 {
        (self.first_day() + self.last_day()) as f64 / 2.0
    }

    /// The middle as a year with its fraction: 2024.5 for 2024.
    pub fn year_fraction(self) -> f64 {
        let start = Self::year(self.year).first_day() as f64;
        let days = Self::year(self.year).last_day() as f64 + 1.0 - start;
        f64::from(self.year) + (self.middle() + 0.5 - start) / days
    }

    /// Years from the start of `earlier` to the start of this: whole for whole years.
    pub fn years_since(self, earlier: Self) -> f64 {
        if self.part == Part::Year && earlier.part == Part::Year {
            return f64::from(self.year - earlier.year);
        }
        (self.first_day() - earlier.first_day()) as f64 / DAYS_PER_YEAR
    }
}

/// Mean length of a Gregorian year, in days.
pub const DAYS_PER_YEAR: f64 = 365.2425;

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.first_day(), self.last_day()).cmp(&(other.first_day(), other.last_day()))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.year;
        match self.part {
            Part::Year => write!(f, "{year:04}"),
            Part::Quarter(q) => write!(f, "{year:04}Q{q}"),
            Part::Month(m) => write!(f, "{year:04}-{m:02}"),
            Part::Day(m, d) => write!(f, "{year:04}-{m:02}-{d:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_orders_by_the_calendar() {
        for text in ["2024", "2024Q3", "2024-12", "2024-02-29"] {
            assert_eq!(Period::parse(text).unwrap().to_string(), text);
        }
        for text in
            ["2023-02-29", "2024-13", "2024Q5", "24", "2024-1", "2024..2025", "", "二零二四"]
        {
            assert_eq!(Period::parse(text), None, "{text}");
        }
        let (day, month) =
            (Period::parse("2024-12-04").unwrap(), Period::parse("2024-12").unwrap());
        assert!(month.contains(day) && !day.contains(month) && Period::year(2024).contains(month));
        assert!(Period::parse("2024Q4").unwrap() < day);
    }

    /// Two years that hold a leap day have 731 days; 1900 had none, 2000 had one.
    #[test]
    fn spans_of_time() {
        let start = Period::parse("2022-11-30").unwrap();
        let days = Period::parse("2024-11-30").unwrap().first_day() - start.first_day();
        assert_eq!(days, 731);
        assert_eq!(Period::year(2022).years_since(Period::year(2016)), 6.0);
        assert_eq!(Period::year(2000).last_day() - Period::year(2000).first_day() + 1, 366);
        assert_eq!(Period::year(1900).last_day() - Period::year(1900).first_day() + 1, 365);
    }
}

//! Series and passports: what ships, and what is refused.

use super::panels::family;
use warchest::curves::CurveError;
use warchest::curves::series::{parse, parse_bare, parse_date};

const PASSPORT: &str = "title = 't'\norigin = 'o'\ncitation = 'c'\ncollected = '2026-01-01'\n\
    known_at = '2026-01-01'\nlicence = 'l'\nunit = 'USD'\n";

#[test]
fn every_shipped_family_reads() {
    for (name, count, rows) in [
        ("farmer-lafond-2016", 66, 1256),
        ("performance-curve-database", 87, 1717),
        ("computer-memory", 4, 96),
        ("light-uk", 1, 706),
        ("light-efficiency-uk", 1, 7),
        ("solar-pv", 1, 44),
        ("solar-pv-lcoe", 1, 46),
        ("wind-lcoe", 1, 39),
        ("dna-sequencing", 2, 42),
        ("transistors", 1, 24),
        ("supercomputers", 1, 30),
        ("llm-price-at-quality", 21, 119),
    ] {
        let family = family(name);
        assert_eq!(family.series.len(), count, "{name}");
        assert_eq!(family.series.iter().map(|s| s.costs.len()).sum::<usize>(), rows, "{name}");
        for series in &family.series {
            assert!(!series.unit.is_empty() && series.unit != "per series", "{}", series.id);
        }
    }
    let annual = family("performance-curve-database").series;
    assert_eq!(annual.iter().filter(|s| s.is_annual()).count(), 79);
}

#[test]
fn a_running_minimum_never_rises() {
    for name in ["computer-memory", "llm-price-at-quality", "supercomputers"] {
        for series in family(name).series {
            assert!(series.running_minimum);
            assert!(series.costs.windows(2).all(|p| p[1] <= p[0]), "{}", series.id);
        }
    }
}

#[test]
fn dates() {
    assert_eq!(parse_date("1957"), Some(1957.0));
    assert_eq!(parse_date("1957.5"), Some(1957.5));
    assert_eq!(parse_date("2024-01-01"), Some(2024.0));
    assert_eq!(parse_date("2024-07-01"), Some(2024.0 + 182.0 / 366.0));
    for wrong in ["", "2023-02-29", "2023-13-01", "soon", "2023-1", "inf"] {
        assert_eq!(parse_date(wrong), None, "{wrong}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let read = |csv: &str| parse(csv, PASSPORT).unwrap_err();
    assert!(
        matches!(read("year,cost\n1,2\n"), CurveError::Column { column, .. } if column == "date")
    );
    assert!(matches!(read("date,cost\n2000,0\n"), CurveError::Cell { line: 2, .. }));
    assert!(matches!(read("date,cost\n2000\n"), CurveError::Cell { line: 2, .. }));
    assert!(matches!(read("date,cost\n2001,3\n2000,2\n"), CurveError::Order { line: 3, .. }));
    assert!(matches!(read("date,series,cost\n2001,a,3\n2000,b,2\n"), CurveError::Unknown { .. }));
    assert!(matches!(parse("date,cost\n2001,3\n", "x = 1"), Err(CurveError::Passport { .. })));
    let unknown = family("dna-sequencing").find("dna-genom").unwrap_err();
    assert!(matches!(unknown, CurveError::Unknown { near, .. } if near == "dna-genome"));
}

#[test]
fn what_is_known_at_a_date() {
    let series = parse("date,cost\n2000,3\n2001,2\n2002,1\n", PASSPORT).unwrap();
    // The value of the year 2001 is known when the year has ended.
    assert_eq!(series.known_at(2002.3).dates, [2000.0, 2001.0]);
    let daily = &parse_bare("date,cost\n2000-03-01,3\n2001-07-01,2\n", "x").unwrap()[0];
    assert_eq!(daily.known_at(2001.6).dates.len(), 2);
    assert_eq!(daily.known_at(2001.2).dates.len(), 1);
}

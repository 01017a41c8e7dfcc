//! Series and passports: what ships, and what is refused.

use super::panels::family;
use warchest::curves::series::{cells, parse, parse_bare, parse_date, parse_family};
use warchest::curves::{CurveError, Passport};

const PASSPORT: &str = "title = 't'\norigin = 'o'\ncitation = 'c'\ncollected = '2026-01-01'\n\
    known_at = '2026-01-01'\nlicence = 'l'\nunit = 'USD'\n";

/// Name, series, values.
const FAMILIES: [(&str, usize, usize); 13] = [
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
    ("llm-price-at-gpqa", 3, 24),
];

#[test]
fn every_shipped_family_reads() {
    for (name, count, rows) in FAMILIES {
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

fn folders() -> Vec<std::path::PathBuf> {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let mut found: Vec<_> = std::fs::read_dir(data).unwrap().map(|e| e.unwrap().path()).collect();
    found.retain(|folder| folder.join("series.csv").exists());
    found.sort();
    found
}

/// What is missing in a passport.
fn gaps(passport: &Passport) -> Vec<&'static str> {
    let named = [
        ("title", &passport.title),
        ("origin", &passport.origin),
        ("citation", &passport.citation),
        ("licence", &passport.licence),
        ("unit", &passport.unit),
    ];
    let mut found: Vec<_> =
        named.iter().filter(|(_, text)| text.trim().len() < 3).map(|(name, _)| *name).collect();
    let dates = [parse_date(&passport.known_at), parse_date(&passport.collected)];
    // A series is public before it is collected.
    if !matches!(dates, [Some(known), Some(collected)] if known <= collected) {
        found.push("known_at");
    }
    found
}

/// Every folder of data has a whole passport, and is read by one of the tests of this file.
#[test]
fn every_passport_is_whole() {
    let mut tables = Vec::new();
    for folder in folders() {
        let read = |file: &str| std::fs::read_to_string(folder.join(file)).expect(file);
        let passport: Passport = toml::from_str(&read("passport.toml")).expect("a passport");
        assert_eq!(gaps(&passport), Vec::<&str>::new(), "{folder:?}");
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        match parse_family(&read("series.csv"), &read("passport.toml"), &name) {
            Ok(family) => {
                assert!(FAMILIES.iter().any(|known| known.0 == name), "{name}");
                assert!(family.series.iter().all(|series| series.costs.len() >= 3), "{name}");
            }
            Err(CurveError::Column { .. }) => tables.push(name),
            Err(other) => panic!("{name}: {other}"),
        }
    }
    assert_eq!(tables, TABLES.map(|table| table.0));
    // Twin: a blank licence and a date to come are seen.
    let mut twin: Passport = toml::from_str(PASSPORT).unwrap();
    (twin.licence, twin.known_at) = (String::new(), "2026-01-02".to_string());
    assert!(gaps(&twin).contains(&"licence") && gaps(&twin).contains(&"known_at"));
}

/// Tables that are not series: name, column of numbers, rows, how many have a number.
const TABLES: [(&str, &str, usize, usize); 6] = [
    ("battery-pack-points", "usd_per_kwh", 7, 7),
    ("frontier-outcomes", "value", 24, 24),
    ("frontier-training-cost", "usd_amortised", 52, 48),
    ("llm-price-decline", "factor_per_year", 21, 21),
    ("llm-price-events", "usd_after", 10, 10),
    ("llm-price-panel", "usd_blend", 66, 66),
];

#[test]
fn every_table_reads() {
    for (name, column, rows, numbers) in TABLES {
        let folder = folders().into_iter().find(|folder| folder.ends_with(name)).unwrap();
        let text = std::fs::read_to_string(folder.join("series.csv")).unwrap();
        let lines: Vec<Vec<String>> = text.lines().map(cells).collect();
        let at = |column: &str| lines[0].iter().position(|cell| cell == column);
        let value = at(column).expect(column);
        assert_eq!(lines.len(), rows + 1, "{name}");
        let mut found = 0;
        for line in &lines[1..] {
            assert_eq!(line.len(), lines[0].len(), "{name}: {line:?}");
            if let Some(date) = at("date") {
                assert!(parse_date(&line[date]).is_some(), "{name}: {line:?}");
            }
            if !line[value].is_empty() {
                assert!(line[value].parse::<f64>().unwrap().is_finite(), "{name}: {line:?}");
                found += 1;
            }
        }
        assert_eq!(found, numbers, "{name}");
    }
}

#[test]
fn a_running_minimum_never_rises() {
    for name in ["computer-memory", "llm-price-at-quality", "llm-price-at-gpqa", "supercomputers"] {
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
        matches!(read("when,cost\n1,2\n"), CurveError::Column { column, .. } if column == "date")
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

/// The prices at three levels of GPQA Diamond are the cheapest of the panel at each date.
#[test]
fn prices_at_a_level_come_from_the_panel() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let panel = std::fs::read_to_string(folder.join("llm-price-panel/series.csv")).unwrap();
    let rows: Vec<Vec<String>> = panel.lines().skip(1).map(cells).collect();
    for (id, level) in [("llm-gpqa-gpt-4", 35.7), ("llm-gpqa-gpt-4o", 48.9), ("llm-gpqa-o1", 76.8)]
    {
        let family = family("llm-price-at-gpqa");
        let series = family.find(id).unwrap();
        for (date, cost) in series.dates.iter().zip(&series.costs) {
            let listed = rows.iter().filter(|row| {
                let score = row[6].parse().unwrap_or(0.0);
                parse_date(&row[2]).unwrap() <= date + 1e-9 && score >= level
            });
            let prices = listed.map(|row| row[5].parse::<f64>().unwrap());
            assert_eq!(prices.fold(f64::INFINITY, f64::min), *cost, "{id} {date}");
        }
    }
}

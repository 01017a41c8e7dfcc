//! The claims of the article against figures worked out by hand from the listed rows, and the
//! language against its handbook.

use miette::Diagnostic;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use warchest::claims::{ClaimError, ClaimResult, FUNCTIONS, Report, Run, Verdict, judge, read};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels down").into()
}

const ARTICLE: &str = "claims/article-2025-05-30.toml";

/// The article's claims, with `change` applied to every table as it is read.
fn article(change: &dyn Fn(&str, String) -> String, run: Option<&dyn Run>) -> Report {
    let home = root().join("claims");
    let text = fs::read_to_string(root().join(ARTICLE)).expect("the claims file");
    let mut table = |path: &str| {
        let text = fs::read_to_string(home.join(path)).map_err(|e| e.to_string())?;
        Ok(change(path, text))
    };
    let (file, tables) = read(ARTICLE, &text, &mut table).expect("the claims file is sound");
    judge(&file, &tables, run).expect("every expression fits together")
}

fn as_it_is() -> Report {
    article(&|_, text| text, None)
}

fn claim<'a>(report: &'a Report, id: &str) -> &'a ClaimResult {
    report.claims.iter().find(|claim| claim.id == id).expect("a claim of that name")
}

/// The recomputed number of a reading, in the unit of the stated one.
fn value(report: &Report, id: &str, reading: usize) -> f64 {
    claim(report, id).readings[reading].value.expect("a value")
}

/// Worked by hand from the rows (in the tables' units) to the last digit kept here.
const BY_HAND: [(&str, usize, f64, f64); 18] = [
    // 52,883,728.94 / 22,206.09124 and / 201,325.0577.
    ("training-cost", 0, 2381.4966, 1e-3),
    ("training-cost", 1, 262.67832, 1e-4),
    // 0.07 / 20 − 1 and 0.175 / 37.5 − 1, in per cent.
    ("cost-of-use", 0, -99.65, 1e-9),
    ("cost-of-use", 1, -99.533_333_333, 1e-8),
    // 2022-11-30 to 2025-03-31: 852 days of 365.2425.
    ("users-in-two-years", 0, 852.0 / 365.2425, 1e-12),
    // 300 + 61.5 + 50; + 80; + 113.
    ("valuations", 0, 411.5, 1e-9),
    ("valuations", 1, 441.5, 1e-9),
    ("valuations", 2, 474.5, 1e-9),
    // (83.9 + 75.6 + 52.5 + 39.2) / (48 + 41 + 32 + 28) − 1 = 251.2/149 − 1, in per cent.
    ("capex-growth", 0, 68.590_604_027, 1e-8),
    ("capex-level", 1, 251.2, 1e-9),
    // 57.9 + 14.7 + 14 + 5; 57.9 − 30 + 14.7 + 14.
    ("raised", 0, 91.6, 1e-9),
    ("raised", 2, 56.6, 1e-9),
    // 2.239 + 2.099 + 4.909 + 3.361 + 0.743 − 0.390, and 2016 with 2.913 + 1.635 more.
    ("uber-burned", 0, 12.961, 1e-9),
    ("uber-burned", 1, 17.509, 1e-9),
    // −0.862 + 0.721 + 5.519 + 12.556 + 14.997 + 7.091.
    ("tesla-earned", 0, 40.022, 1e-9),
    // 0.973 + 2.711 + 4.983 + 7.561 + 4.357 + 3.581 = 24.166.
    ("tesla-earned", 1, 24.166, 1e-9),
    // 367,656 + 499,647 + 936,222 + 1,313,851 + 1,808,581 + 1,789,226.
    ("tesla-cars", 0, 6.715_183, 1e-9),
    // 80.8 + 11.9 + … : operating −80.8 −127.8 −114.4 −263.8 +264.8 −57.3 −524.5 −123.8 −61
    // +2098 = 1009.4; capital 11.9 + 40.2 + 184.2 + 239.2 + 264.2 + 969.9 + 1634.8 + 1440.5 +
    // 4081.4 + 2319.5 = 11185.8.
    ("tesla-burned", 0, 10.1764, 1e-9),
];

#[test]
fn each_value_can_be_worked_out_by_hand_from_the_rows() {
    let report = as_it_is();
    for (id, reading, wanted, slack) in BY_HAND {
        let found = value(&report, id, reading);
        assert!((found - wanted).abs() <= slack, "{id} {reading}: {found}, by hand {wanted}");
    }
    for claim in &report.claims {
        let needs_rows =
            claim.readings.iter().any(|r| r.missing.is_none()) || claim.sizing.is_some();
        assert!(!needs_rows || !claim.rows.is_empty(), "{} lists no row", claim.id);
        assert!(claim.rows.iter().all(|row| !row.source.is_empty()), "{}", claim.id);
    }
}

#[test]
fn all_statements_are_there_with_their_verdicts() {
    let report = as_it_is();
    let found: Vec<(&str, &str)> =
        report.claims.iter().map(|c| (c.id.as_str(), c.words.as_str())).collect();
    let wanted = [
        ("training-cost", "holds under one of two readings: from AlphaGo Lee (January 2016)"),
        ("faster-than-light", "holds"),
        ("users", "holds under one of three readings: weekly users at the end of March 2025"),
        ("users-in-two-years", "off by a factor of 1.166"),
        ("capex-growth", "holds"),
        ("uber-cash-positive", "off: 1 year earlier"),
        ("tesla-burned", "off by a factor of 1.106"),
        ("tesla-earned", "holds under one of two readings: net income"),
        ("tesla-cars", "holds"),
        ("reach", "holds"),
        ("giants", "not testable before 2035"),
        ("rule-willing-to-lose", "a rule: what binds is the worst case"),
    ];
    for pair in wanted {
        assert!(found.contains(&pair), "{pair:?} is not in {found:#?}");
    }
    assert_eq!(report.claims.len(), 21);
    let handbook = fs::read_to_string(root().join("docs/claims.md")).expect("docs/claims.md");
    for (id, words) in found {
        let line = handbook.lines().find(|line| line.starts_with(&format!("| {id} |")));
        assert!(line.is_some_and(|line| line.ends_with(&format!("| {words} |"))), "{id}: {words}");
    }
}

#[test]
fn the_known_traps_come_out_right() {
    let report = as_it_is();
    // Tesla: 40 billion is net income, free cash flow is 24.
    let earned = &claim(&report, "tesla-earned").readings;
    assert_eq!((earned[0].holds, earned[1].holds), (Some(true), Some(false)));
    // Uber: 2022 by the company's definition.
    assert_eq!(value(&report, "uber-cash-positive", 0), 2022.0);
    assert_eq!(claim(&report, "uber-cash-positive").verdict, Verdict::OffByYears { years: -1.0 });
    // 500 million were weekly users; a series of monthly users has no such row.
    let users = &claim(&report, "users").readings;
    assert!(users[0].missing_text.as_ref().is_some_and(|why| why.contains("monthly_users")));
    assert_eq!(users[1].holds, Some(true));
    assert_eq!(users[2].factor, Some(0.6));
    // The first model chosen moves the training-cost factor by nine.
    let spread = claim(&report, "training-cost").spread.expect("a spread");
    assert!((spread - 201325.0577 / 22206.09124).abs() < 1e-9, "{spread}");
    assert_eq!(spread.round(), 9.0);
    // Rows from memory are used by the readings that say so, and by no other.
    for claim in &report.claims {
        for reading in &claim.readings {
            let says = reading.name.contains("memory") && !reading.name.contains("years for");
            let says = says && !reading.name.contains("computer memory");
            assert_eq!(reading.from_memory, says, "{}: {}", claim.id, reading.name);
        }
    }
}

#[test]
fn changing_a_row_changes_the_verdict() {
    let change = |from: &'static str, to: &'static str, id: &'static str| {
        let touched = article(&|_, text| text.replace(from, to), None);
        (claim(&as_it_is(), id).verdict.clone(), claim(&touched, id).verdict.clone())
    };
    // Fewer cars in 2023.
    let (before, after) = change("2023,1808581,", "2023,808581,", "tesla-cars");
    assert_eq!(before, Verdict::Holds);
    assert!(matches!(after, Verdict::OffByFactor { factor, .. } if factor < 0.86), "{after:?}");
    // A year earlier in the black.
    let (_, after) = change(
        "operating_cash_flow,2021,-445,",
        "operating_cash_flow,2021,445,",
        "uber-cash-positive",
    );
    assert!(matches!(after, Verdict::HoldsUnder { .. } | Verdict::OffByYears { years: -2.0 }));
    // Cheaper training in 2016 takes the reading with it.
    let (_, after) = change(",22206.09124,", ",92206.09124,", "training-cost");
    assert!(matches!(after, Verdict::OffByFactor { .. }), "{after:?}");
    // Twin: a change elsewhere changes nothing here.
    let (before, after) =
        change("World,internet_users,2024,5.5,", "World,internet_users,2024,4.5,", "tesla-cars");
    assert_eq!(before, after);
}

#[test]
fn a_claim_about_a_missing_series_says_which() {
    let without = article(
        &|path, text| {
            let keep = |line: &&str| !(path.contains("tesla") && line.contains(",deliveries,"));
            text.lines().filter(keep).collect::<Vec<_>>().join("\n")
        },
        None,
    );
    let cars = claim(&without, "tesla-cars");
    assert_eq!(cars.verdict, Verdict::NoData);
    assert_eq!(cars.words, "no data: no series \"Tesla\" \"deliveries\"");
    // A hole in the years is no smaller sum.
    let holed =
        article(&|_, text| text.replace("Tesla,deliveries,2022,", "Tesla,elsewhere,2022,"), None);
    assert!(
        claim(&holed, "tesla-cars").words.contains("no row for 2022"),
        "{:?}",
        claim(&holed, "tesla-cars").words
    );
}

struct Answers(BTreeMap<&'static str, (f64, f64)>);

impl Run for Answers {
    fn number(&self, path: &str) -> Result<(f64, Option<f64>), String> {
        let found = self.0.get(path).ok_or_else(|| "it has other numbers".to_string())?;
        Ok((found.0, Some(found.1)))
    }
}

#[test]
fn a_run_answers_what_lies_ahead() {
    let answers = Answers(BTreeMap::from([("giants.at_least.1", (0.125, 0.005))]));
    let report = article(&|_, text| text, Some(&answers));
    let giants = claim(&report, "giants");
    assert_eq!(giants.words, "not testable before 2035; the model says 12.5 % ± 0.5 %");
    let elsewhere = claim(&report, "giants-elsewhere");
    assert_eq!(elsewhere.words, "not testable before 2035");
    assert!(elsewhere.model_missing.as_ref().is_some_and(|why| why.contains("other numbers")));
}

fn errors_of(body: &str) -> Vec<ClaimError> {
    let table = "entity,metric,period,value,unit,low,high,confidence,source,known_at\n\
                 Firm,sales,2020,10,GUSD,,,A,report,\nFirm,sales,2021,20,GUSD,,,A,report,\n\
                 Firm,cars,2020,5,million vehicles,,,A,report,\nFirm,old,2019,7,GUSD,,,D,memory,\n";
    let text =
        format!("title = \"t\"\nas_of = \"2025-05-31\"\n[[table]]\npath = \"t.csv\"\n{body}");
    match read("t.toml", &text, &mut |_| Ok(table.to_string())) {
        Err(errors) => errors,
        Ok((file, tables)) => judge(&file, &tables, None).err().unwrap_or_default(),
    }
}

fn reading(expression: &str) -> String {
    format!(
        "[[claim]]\nid = \"a\"\nsays = \"s\"\nstated = \"30 GUSD\"\n\
         [[claim.reading]]\nname = \"r\"\nvalue = '{expression}'\n"
    )
}

#[test]
fn errors_point_at_the_text_and_say_what_would_be_right() {
    for (expression, message) in [
        ("sum(series(\"Firm\", \"sales\"", "expected `,` or `)`, found the end of the expression"),
        (
            "sum(series(\"Firm\", \"sales\")) + 1 million vehicles",
            "`+` needs one unit, but the left is in USD and the right in vehicles",
        ),
        ("summ(series(\"Firm\", \"sales\"))", "unknown function `summ`"),
        ("turnover", "unknown name `turnover`"),
        ("4 GUDS", "unknown unit `GUDS`"),
        ("at(series(\"Firm\", \"sales\"))", "`at` takes `at(series, date)`, not 1 arguments"),
        (
            "series(\"Firm\", \"sales\")",
            "a reading takes a number, a date or a comparison, not a series",
        ),
        (
            "sum(series(\"Firm\", \"cars\"))",
            "a claim and its reading needs one unit, but the left is in USD and the right in vehicles",
        ),
        ("1 GUSD / 0", "`/`: 1000000000 / 0 is no finite number"),
        ("first(t where 3 > 2) - 2020", "`where` takes a condition on a series, not true or false"),
        (
            "sum(series(\"Firm\", \"sales\", 2021..2020))",
            "range of dates: it runs backwards, from 2021 to 2020",
        ),
        ("kelly(1.5, 2) * 1 GUSD", "`kelly`: the probability 1.5 is outside [0, 1]"),
    ] {
        let found = errors_of(&reading(expression));
        assert_eq!(found.len(), 1, "{expression}: {found:?}");
        assert_eq!(found[0].to_string(), message, "{expression}");
    }
    // Several at once, each with its place and the nearest name.
    let both = format!("{}{}", reading("summ(1)"), reading("4 GUDS").replace("\"a\"", "\"b\""));
    assert_eq!(errors_of(&both).len(), 1, "a file that does not parse is not evaluated");
    let both = format!("{}{}", reading("1 +"), reading("4 GUDS").replace("\"a\"", "\"b\""));
    let found = errors_of(&both);
    assert_eq!(found.len(), 2, "{found:?}");
    let error = errors_of(&reading("abs(1 GUSD) + summ(1)")).remove(0);
    assert_eq!(error.help().map(|h| h.to_string()), Some("did you mean `sum`?".to_string()));
    let span = error.labels().and_then(|mut labels| labels.next()).expect("a label");
    let file = error.source_code().expect("the file");
    let shown = file.read_span(span.inner(), 0, 0).expect("inside the file");
    assert_eq!(std::str::from_utf8(shown.data()).unwrap_or_default(), "summ(1)");
    assert_eq!((shown.line() + 1, shown.name()), (11, Some("t.toml")));
}

/// The handbook's example of each function is worth what the handbook says.
#[test]
fn every_function_has_a_tested_example_in_the_handbook() {
    let text = fs::read_to_string(root().join("docs/claims.md")).expect("docs/claims.md");
    let block = text.split("```csv example\n").nth(1).expect("the example table");
    let table = block.split("```").next().expect("its end");
    let mut tested = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, _, expression, worth] = cells.as_slice() else {
            continue;
        };
        let name = name.trim_matches('`').split('(').next().unwrap_or_default();
        let expression = expression.trim_matches('`').replace("\\|", "|");
        let worth = worth.trim().trim_matches('`');
        let claim = format!(
            "title = \"t\"\nas_of = \"2021-06-30\"\n[[table]]\npath = \"t\"\n[[claim]]\nid = \"a\"\n\
             says = \"s\"\n[[claim.reading]]\nname = \"r\"\nvalue = '{expression}'\n"
        );
        let answers = Answers(BTreeMap::from([("firms.Firm.survival", (0.75, 0.01))]));
        let (file, tables) = read("t", &claim, &mut |_| Ok(table.to_string()))
            .unwrap_or_else(|e| panic!("{expression}: {e:?}"));
        let report =
            judge(&file, &tables, Some(&answers)).unwrap_or_else(|e| panic!("{expression}: {e:?}"));
        assert_eq!(report.claims[0].readings[0].shown, worth, "{expression}");
        tested.push(name.to_string());
    }
    for function in &FUNCTIONS {
        assert!(
            tested.iter().any(|name| name == function.name),
            "{} has no example",
            function.name
        );
    }
}

proptest! {
    /// Any sentence of the language's words is a verdict or an error; nothing panics.
    #[test]
    fn no_expression_panics(words in prop::collection::vec(prop::sample::select(vec![
        "sum(", "at(", "interpolate(", "first(t where ", "within(", "kelly(", "ratio(", "min(",
        "series(\"Firm\", \"sales\")", "series(\"Firm\", \"cars\", 2019..2024)", "series(\"Firm\", \"old\")",
        "2020", "2021-02-29", "1e300", "0", "4 GUSD", "x", "t", ")", ", ", " + ", " - ", " * ", " / ",
        " ^ ", " < ", " and ", " == ", "-", "not ", "..", "doubling(", "per_year(", "count(", "run(\"a\")",
    ]), 1..14)) {
        for error in errors_of(&reading(&words.concat())) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    /// Any table is read or refused; nothing panics.
    #[test]
    fn no_table_panics(text in "[a-zA-Z0-9,\"\n#.%-]{0,200}") {
        let _ = warchest::claims::Tables::default().add("t.csv", &text, &Default::default());
    }
}

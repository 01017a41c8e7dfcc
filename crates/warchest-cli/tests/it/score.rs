//! `warchest score` as a user runs it: on a run whose numbers are known, and on a real one.

use crate::program::{TRIO, command, ends, flat, json, scratch, write};
use std::fs;
use std::path::{Path, PathBuf};
use warchest::answers::{Curve, Fan, FirmAnswer, SUMMARY_VERSION, Summary};

const PASSPORT: &str = "title = \"What became of it\"\norigin = \"reports\"\ncitation = \"reports\"\n\
    collected = \"2026-07-01\"\nknown_at = \"2026-06-30\"\nlicence = \"facts\"\nunit = \"per row\"\n";

const HEAD: &str = "item,quarter,value,low,high,unit,source,note\n";

/// Writes a folder of what happened; its path.
fn outcomes(folder: &Path, name: &str, rows: &str) -> String {
    let at = folder.join(name);
    fs::create_dir_all(&at).expect("a folder");
    write(&at, "passport.toml", PASSPORT);
    write(&at, "series.csv", &format!("{HEAD}{rows}"));
    at.display().to_string()
}

/// A fan that doubles every quarter, on all of a hundred paths or in the end on fewer.
fn fan(name: &str, start: [f64; 5]) -> Fan {
    let list = |k: usize| [1.0, 2.0, 4.0].map(|growth| growth * start[k]).to_vec();
    Fan {
        name: name.into(),
        count: vec![100, 100, 80],
        p05: list(0),
        p25: list(1),
        p50: list(2),
        p75: list(3),
        p95: list(4),
        ..Fan::default()
    }
}

fn summary() -> Summary {
    let firm = FirmAnswer {
        name: "Dear".into(),
        independent: Curve { value: vec![1.0, 0.95, 0.8], se: vec![0.005, 0.02, 0.04] },
        series: vec![
            fan("revenue", [1e9, 2e9, 3e9, 4e9, 5e9]),
            fan("levered_fcf", [-3e9, -2e9, -1e9, 0.5e9, 1e9]),
            fan("valuation", [20e9, 30e9, 40e9, 60e9, 90e9]),
        ],
        ..FirmAnswer::default()
    };
    let mut found = Summary { schema: SUMMARY_VERSION, firms: vec![firm], ..Summary::default() };
    found.common = vec![fan("compute_price", [1.0, 1.5, 2.0, 2.5, 4.0])];
    found.scenario.title = "A known forecast".into();
    found.scenario.as_of = "2025-05-31".into();
    found.scenario.labels = ["2025Q3", "2025Q4", "2026Q1"].map(String::from).to_vec();
    found.run.command = "warchest run known.toml --paths 100 --seed 1".into();
    found.run.paths = 100;
    found
}

/// A run folder with these answers.
fn folder(at: &Path, name: &str, summary: &Summary, change: fn(&mut serde_json::Value)) -> String {
    let run = at.join(name);
    fs::create_dir_all(&run).expect("a folder");
    let mut lock = serde_json::json!({
        "columns": 1, "summary": SUMMARY_VERSION, "key": "", "shard": null, "complete": true,
        "paths_done": 100, "files": {},
        "asked": {"version": "", "bits": 0, "scenario": "known.toml", "set": [],
            "scenario_sha256": "", "seed": 1, "paths": 100, "until": null, "detail": "quarters",
            "audit": false, "follow": false}});
    change(&mut lock);
    write(&run, "lock.json", &lock.to_string());
    write(&run, "summary.json", &serde_json::to_string(summary).expect("JSON"));
    run.display().to_string()
}

fn known(name: &str) -> (PathBuf, String) {
    let at = scratch(name);
    let run = folder(&at, "run", &summary(), |_| ());
    (at, run)
}

const ROWS: &str = "revenue Dear,2025Q4,8,5,11,GUSD/quarter,report,\n\
    revenue Dear,2025Q3,3000,,,MUSD/quarter,report,\n\
    revenue Dear,2026-Q1,30,,,GUSD/quarter,report,\"a run-rate, not revenue\"\n\
    levered Dear,2025Q4,-7,,,GUSD/quarter,report,\nvaluation Dear,2026Q1,160,,,GUSD,report,\n\
    compute price,2025Q4,3.5,,,USD/H100h,index,\nalive Dear,2025Q4,1,,,alive and independent,report,\n\
    alive Dear,2026Q1,0,,,alive and independent,report,\nprice coding Dear,2025Q4,1,,,USD/RT,list,\n\
    adopters paying Dear,2025Q4,50,,,million,report,\n";

#[test]
fn the_screen() {
    let (at, run) = known("score-screen");
    let table = outcomes(&at, "outcomes", ROWS);
    let (out, err) = ends(0, &["score", &run, "--against", &table]);
    assert_eq!(err, "");
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
    insta::assert_snapshot!(out);
}

/// By hand: 0.4 (0.05·6 + 0.25·4 + 0.5·2 + 0 + 0.05·2) against 0.4 (0.35 + 1.5 + 2.5 + 3 + 2.85).
#[test]
fn the_numbers_as_data() {
    let (at, run) = known("score-data");
    let table = outcomes(&at, "outcomes", ROWS);
    let found = json(&["score", &run, "--against", &table, "--json"]);
    let number = |at: &str| found.pointer(at).and_then(|v| v.as_f64()).unwrap_or(f64::NAN);
    for (at, expected) in [
        ("/figures/0/wis", 0.96),
        ("/figures/0/naive/wis", 4.08),
        ("/figures/0/naive/ratio", 0.96 / 4.08),
        ("/figures/0/pit/least", 0.75),
        ("/figures/0/pit_range/least", 0.375),
        ("/figures/0/pit_range/most", 1.0),
        ("/figures/1/quantiles/2", 3000.0),
        ("/figures/2/on_paths", 0.8),
        ("/events/1/brier", 0.64),
        ("/totals/brier", (0.0025 + 0.64) / 2.0),
        ("/totals/brier_reference", 0.25),
        ("/totals/figures", 6.0),
        ("/totals/ratios", 5.0),
        ("/totals/not_recorded", 2.0),
    ] {
        assert!((number(at) - expected).abs() < 1e-12, "{at} is {}", number(at));
    }
    assert!(found["figures"][1]["naive"].is_null() && found["not_a_forecast"].is_null());
    assert_eq!(found["figures"][3]["naive"]["relative"], false);
    assert_eq!(found["figures"][2]["note"], "a run-rate, not revenue");
    assert!(found["limits"][0].as_str().is_some_and(|text| text.contains("not independent")));
}

#[test]
fn a_real_run_is_scored() {
    let at = scratch("score-real");
    let file = write(&at, "trio.toml", TRIO);
    let run = at.join("run").display().to_string();
    ends(0, &["run", &file, "--paths", "512", "--plain", "--out", &run]);
    let rows = "revenue Strong,2025Q1,200,,,MUSD/quarter,x,\nrevenue Weak,2026Q4,90,,,MUSD/quarter,x,\n\
                alive Weak,2026Q4,0,,,alive and independent,x,\n";
    let table = outcomes(&at, "outcomes", rows);
    let found = json(&["score", &run, "--against", &table, "--json"]);
    let summary: Summary =
        serde_json::from_str(&fs::read_to_string(at.join("run/summary.json")).expect("answers"))
            .expect("JSON");
    let strong = &summary.firms[0];
    let revenue = strong.series.iter().find(|fan| fan.name == "revenue").expect("revenue");
    assert_eq!(found["figures"][0]["quantiles"][2].as_f64(), Some(revenue.p50[0] / 1e6));
    let weak = &summary.firms[2].independent;
    assert_eq!(found["events"][0]["probability"]["value"].as_f64(), weak.value.last().copied());
    // Without quarters there is nothing to score.
    let bare = at.join("bare").display().to_string();
    ends(0, &["run", &file, "--paths", "512", "--plain", "--detail", "rows", "--out", &bare]);
    let (_, err) = ends(1, &["score", &bare, "--against", &table]);
    assert!(err.contains("without quarters") && err.contains("--detail quarters"), "{err}");
}

/// What is said of folders that hold no finished run.
#[test]
fn folders_that_cannot_be_scored() {
    let (at, run) = known("score-folders");
    let table = outcomes(&at, "outcomes", ROWS);
    let put = |name: &str, change| folder(&at, name, &summary(), change);
    let empty = at.join("empty");
    fs::create_dir_all(&empty).expect("a folder");
    let broken = put("broken", |_| ());
    fs::write(at.join("broken/summary.json"), "{").expect("written");
    for (run, said) in [
        (at.join("nowhere").display().to_string(), "is not there"),
        (at.join("run/lock.json").display().to_string(), "is no folder"),
        (empty.display().to_string(), "holds no run"),
        (put("half", |lock| lock["complete"] = false.into()), "--resume"),
        (put("part", |lock| lock["shard"] = "1/2".into()), "warchest merge"),
        (put("ends", |lock| lock["asked"]["detail"] = "ends".into()), "without quarters"),
        (put("newer", |lock| lock["summary"] = 9.into()), "answers of version 9"),
        (broken, "not a summary"),
    ] {
        let (out, err) = ends(1, &["score", &run, "--against", &table]);
        assert!(out.is_empty() && err.contains(said), "{said} is not in\n{err}");
    }
    let (_, err) = ends(1, &["score", &run, "--against", &at.display().to_string()]);
    assert!(err.contains("cli::read") && err.contains("passport.toml"), "{err}");
    fs::write(at.join("outcomes/passport.toml"), "title = \"t\"").expect("written");
    let (_, err) = ends(1, &["score", &run, "--against", &table]);
    assert!(err.contains("curves::passport") && err.contains("origin"), "{err}");
}

#[test]
fn who_may_have_looked_is_refused_or_marked() {
    let (at, _) = known("score-hindsight");
    let table = outcomes(&at, "outcomes", ROWS);
    let mut late = summary();
    late.scenario.hindsight = true;
    let run = folder(&at, "late", &late, |_| ());
    let (out, err) = ends(1, &["score", &run, "--against", &table]);
    assert!(out.is_empty() && err.contains("score::no_forecast"), "{err}");
    let (out, _) = ends(0, &["score", &run, "--against", &table, "--hindsight"]);
    assert!(out.contains("NOT A FORECAST: its scenario says `hindsight = true`."), "{out}");
    let found = json(&["score", &run, "--against", &table, "--hindsight", "--json"]);
    assert!(found["not_a_forecast"].is_string());
}

/// Every error at once, each with its place and what is allowed.
#[test]
fn what_is_wrong_with_a_table() {
    let (at, _) = known("score-wrong");
    let rows = "revenue Dear,2025-4,1.2,,,GUSD/quarter,report,\nrevenue Deer,2031Q1,1,,,GUSD/quarter,r,\n\
                revenue Dear,2025Q4,1.2,,,EUR,r,\nrevnue Dear,2025Q4,1.2,,,GUSD/quarter,r,\n\
                revenue Dear,2026Q1,1.2,,,GUSD/quarter,r,one, two\n";
    outcomes(&at, "outcomes", rows);
    let mut line = command(&["score", "run", "--against", "outcomes"]);
    let found = line.current_dir(&at).output().expect("it starts");
    assert_eq!((found.status.code(), found.stdout.len()), (Some(1), 0));
    assert!(flat(&found.stderr).contains("6 errors"), "{}", flat(&found.stderr));
    let said = String::from_utf8_lossy(&found.stderr).into_owned();
    let plain = |line: &str| line.contains('×') || line.contains("help:") || line.contains('╭');
    let kept: String = said
        .lines()
        .filter(|line| plain(line))
        .map(|line| line.trim_end().to_string() + "\n")
        .collect();
    insta::assert_snapshot!(kept);
}

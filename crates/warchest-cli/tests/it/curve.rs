//! `warchest curve` as a user runs it. Expected numbers: Farmer and Lafond (2016) as printed,
//! an independent program over the same data, or a calculation by hand that is shown.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use warchest::numerics::elementary::{exp, ln, powf};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels down").into()
}

pub fn warchest(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warchest"));
    command.current_dir(root()).arg("curve").args(args).env("NO_COLOR", "1");
    command.output().expect("it starts")
}

pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("curve-{name}"));
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

fn text(args: &[&str]) -> String {
    let found = warchest(args);
    assert!(found.status.success(), "{args:?}: {}", String::from_utf8_lossy(&found.stderr));
    String::from_utf8_lossy(&found.stdout).into_owned()
}

fn json(args: &[&str]) -> Value {
    let mut all = args.to_vec();
    all.push("--json");
    serde_json::from_str(&text(&all)).expect("JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Whether a value agrees with a printed one to half a unit of its last digit.
fn printed(wanted: &str, found: &Value) -> bool {
    let decimals = wanted.split('.').nth(1).map_or(0, str::len) as f64;
    let value: f64 = wanted.parse().expect("a number");
    (number(found) - value).abs() <= 0.5 * powf(10.0, -decimals) * (1.0 + 1e-9)
}

#[test]
fn printed_sees_one_unit_of_the_last_digit() {
    assert!(printed("0.672", &0.6724.into()) && !printed("0.672", &0.6726.into()));
}

#[test]
fn rates_behind_statements() {
    let up = text(&["implied", "x2400 in 8 years"]);
    for part in ["times 2.646 a year", "doubling every 8.55 months", "inside the 90 % interval"] {
        assert!(up.contains(part), "{part} is not in\n{up}");
    }
    let down = text(&["implied", "-99.7 % in 2 years"]);
    for part in
        ["divided by 18.26 a year", "halving every 87 days", "slowly at 7, as fast or faster at 14"]
    {
        assert!(down.contains(part), "{part} is not in\n{down}");
    }
    let up = json(&["implied", "×2400 in 8 years"]);
    assert!(printed("2.646", &up["rate"]) && up["training_cost"][0] == "inside");
    assert_eq!(json(&["implied", "x3 a year"])["training_cost"][0], "above");
}

#[test]
fn a_statement_that_cannot_be_read_is_pointed_at() {
    let found = warchest(&["implied", "x2400 in 8 yaers"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(found.stdout.is_empty());
    let shown = String::from_utf8_lossy(&found.stderr);
    for part in ["not a unit of time", "x2400 in 8 yaers", "did you mean `year`?", "doubling every"]
    {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

/// Drift and volatility of the whole histories, as the paper prints them.
#[test]
fn fits_of_the_paper() {
    for (name, drift, volatility) in [
        ("farmer-lafond-2016/transistor", "-0.498314", "0.239998"),
        ("farmer-lafond-2016/DRAM", "-0.446209", "0.383462"),
        ("farmer-lafond-2016/photovoltaics", "-0.100391", "0.150197"),
    ] {
        let found = json(&["fit", name, "--model", "moore"]);
        let fit = &found["fits"][0];
        assert!(printed(drift, &fit["trend"]["value"]), "{name} {}", fit["trend"]);
        assert!(printed(volatility, &fit["volatility"]["value"]), "{name} {}", fit["volatility"]);
        // The standard error of a mean of m changes is K/√m.
        let m = number(&fit["changes"]);
        let error = number(&fit["volatility"]["value"]) / m.sqrt();
        assert!((number(&fit["trend"]["error"]) / error - 1.0).abs() < 1e-9);
    }
    let found = json(&["fit", "farmer-lafond-2016/photovoltaics"]);
    assert!(printed("0.000274", &found["improvement_p"]));
    let shown = text(&["fit", "solar-pv"]);
    for part in ["learning rate", "pooled-wright", "p (Ljung-Box)", "CC BY 4.0", "USD of 2019"] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

/// A user's own three years profit from the shipped prior: the volatility of two changes is
/// hardly known, and Moore's law with one degree of freedom is much wider.
#[test]
fn an_own_file() {
    let file = scratch("own").join("cells.csv");
    let rows = "year,cost,production\n2021,100,10\n2022,80,15\n2023,70,22\n";
    std::fs::write(&file, rows).expect("written");
    let file = file.display().to_string();
    let found = json(&["fit", &file]);
    let laws: Vec<&str> = found["fits"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|f| f["law"].as_str())
        .collect();
    assert_eq!(
        laws,
        ["naive", "moore", "ima", "trend", "wright", "pooled", "pooled-one", "pooled-wright"]
    );
    // μ = ln(70/100)/2; ω by hand: experience 10/g, g = √(22/10) − 1, then 10 and 15 more.
    let moore = &found["fits"][1];
    assert!((number(&moore["trend"]["value"]) - ln(0.7) / 2.0).abs() < 1e-12);
    let start = 10.0 / (2.2f64.sqrt() - 1.0);
    let x = [ln((start + 10.0) / start), ln((start + 25.0) / (start + 10.0))];
    let y = [ln(0.8), ln(70.0 / 80.0)];
    let omega = (x[0] * y[0] + x[1] * y[1]) / (x[0] * x[0] + x[1] * x[1]);
    let wright = &found["fits"][4];
    assert!((number(&wright["exponent"]["value"]) - omega).abs() < 1e-12);
    assert!((number(&wright["learning_rate"]["value"]) - (1.0 - powf(2.0, omega))).abs() < 1e-12);
    let width = |law: &str| {
        let found = json(&["forecast", &file, "--model", law, "--horizon", "5"]);
        let q = &found["rows"][4]["quantiles"];
        ln(number(&q[5]) / number(&q[1]))
    };
    let (pooled, moore) = (width("pooled"), width("moore"));
    assert!(pooled < 0.5 * moore, "pooled {pooled}, moore {moore}");
}

/// The paper's forecast of photovoltaics from 2013 with θ = 0.63: medians and ±2 standard
/// deviations of the normal; the exact law is t(32), whose 97.5 % point is 2.0369.
#[test]
fn photovoltaics_from_2013() {
    let args =
        ["forecast", "farmer-lafond-2016/photovoltaics", "--from", "2013", "--horizon", "17"];
    let found = json(&[&args[..], &["--model", "ima"]].concat());
    let at = |year: f64| {
        let rows = found["rows"].as_array().expect("rows");
        &rows.iter().find(|row| number(&row["date"]) == year).expect("the year")["quantiles"]
    };
    assert!(printed("0.672", &at(2015.0)[3]) && printed("0.149", &at(2030.0)[3]));
    for (year, median, two_sd) in [(2015.0, 0.672, 1.138), (2030.0, 0.149, 1.179)] {
        let wanted = median * exp(2.0369 / 2.0 * ln(two_sd / median));
        let upper = number(&at(year)[6]);
        assert!((upper / wanted - 1.0).abs() < 0.005, "{year}: {upper} against {wanted}");
    }
}

#[test]
fn realised_values_are_laid_over() {
    let folder = scratch("pages");
    let (page, svg) = (folder.join("pv.html"), folder.join("pv.svg"));
    let paths = [page.display().to_string(), svg.display().to_string()];
    let args =
        ["forecast", "solar-pv", "--from", "2013", "--report", &paths[0], "--svg", &paths[1]];
    let shown = text(&args);
    assert!(shown.contains("of 6: ") && shown.contains("2019"), "{shown}");
    let html = std::fs::read_to_string(&page).expect("the page");
    for part in ["id=\"realised\"", "forecast from 2013", "USD of 2019 per W", "values known since"]
    {
        assert!(html.contains(part), "{part}");
    }
    for outside in ["<link rel=\"stylesheet\"", "src=\"http", "@import", "url(http"] {
        assert!(!html.contains(outside), "{outside}");
    }
    let drawn = std::fs::read_to_string(&svg).expect("the picture");
    assert!(drawn.starts_with("<svg xmlns=") && drawn.contains("realised"));
    // The same series, the same bytes.
    text(&args);
    assert_eq!(html, std::fs::read_to_string(&page).expect("the page"));
    let csv = text(&["forecast", "solar-pv", "--from", "2013", "--csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 11);
    // The price of 2019 as published.
    assert!(lines[6].starts_with("solar-pv,pooled,2019,6,"), "{}", lines[6]);
    let data = std::fs::read_to_string(root().join("data/solar-pv/series.csv")).expect("data");
    let cost = data.lines().last().and_then(|row| row.split(',').nth(2)).expect("a cost");
    assert!(lines[6].ends_with(&format!(",{cost}")), "{}", lines[6]);
}

#[test]
fn language_model_prices_after_may_2025() {
    let found = json(&["forecast", "llm-price-at-gpqa/llm-gpqa-gpt-4o", "--from", "2025-05-31"]);
    let realised = found["realised"].as_array().expect("a list");
    assert_eq!(realised.len(), 3);
    // GPT-5 nano at 0.05 in and 0.40 out: (3 · 0.05 + 0.40)/4.
    assert_eq!(number(&realised[1]["cost"]), 0.1375);
    let notes = found["notes"].to_string();
    assert!(notes.contains("lowest price to date"), "{notes}");
}

/// Years to more than −90 %, as an independent program found them.
#[test]
fn years_since_launch() {
    let found = json(&["since-launch"]);
    let lines = found.as_array().expect("a list");
    let years = |name: &str| &lines.iter().find(|line| line["name"] == name).expect("the line")["below_tenth"];
    for (name, wanted) in [
        ("Light (UK)", "59"),
        ("Computer memory", "3"),
        ("DNA sequencing", "6"),
        ("Language model", "0.93"),
    ] {
        assert!(printed(wanted, years(name)), "{name} {}", years(name));
    }
    let dna = lines.iter().find(|line| line["name"] == "DNA sequencing").expect("the line");
    assert!(printed("-0.990", &dna["steepest"]["change"]));
    let page = scratch("launch").join("launch.html");
    let path = page.display().to_string();
    let shown = text(&["since-launch", "--report", &path]);
    assert!(shown.contains("at exactly a tenth after 0.26 years, below it after 0.93"), "{shown}");
    assert!(std::fs::read_to_string(&page).expect("the page").contains("id=\"years-to-tenth\""));
    let one = text(&["since-launch", "transistors@1971", "--csv"]);
    assert!(one.lines().nth(1).expect("a row").ends_with(",0.0000,1.000000e0"), "{one}");
}

/// Rows of tables A and B, as an independent program found them.
#[test]
fn tables_of_the_hindcast() {
    type Rows<'a> = &'a [(&'a str, [&'a str; 4])];
    let tables: [(&[&str], usize, Rows); 2] = [
        (
            &["hindcast", "farmer-lafond-2016"],
            6391,
            &[
                ("naive", ["1.860", "0.680", "1.59", "1.91"]),
                ("moore", ["0.838", "0.320", "1.000", "0.148"]),
                ("ima", ["0.838", "0.318", "1.012", "0.087"]),
            ],
        ),
        (
            &["hindcast", "farmer-lafond-2016", "--protocol", "expanding"],
            4836,
            &[
                ("naive", ["0.986", "0.335", "1.37", "0.35"]),
                ("moore", ["0.418", "0.177", "1.000", "-0.297"]),
                ("ima", ["0.418", "0.176", "1.014", "-0.324"]),
            ],
        ),
    ];
    for (args, forecasts, rows) in tables {
        let laws = ["--model", "naive", "--model", "moore", "--model", "ima"];
        let found = json(&[args, &laws[..]].concat());
        assert_eq!(found["forecasts"], forecasts);
        for ((law, wanted), row) in rows.iter().zip(found["laws"].as_array().expect("laws")) {
            assert_eq!(row["law"], *law);
            let found =
                [&row["rmse"], &row["crps"], &row["against_moore"]["ratio"], &row["log_score"]];
            for (wanted, found) in wanted.iter().zip(found) {
                assert!(printed(wanted, found), "{law} {wanted} {found}");
            }
        }
    }
    // Coverage of 90 % by horizon, θ = 0: .89, .83, .78, .76, .69 at 1, 2, 5, 10 and 20 steps.
    let found = json(&["hindcast", "farmer-lafond-2016", "--model", "moore"]);
    let by = &found["laws"][0]["by_horizon"];
    for (steps, wanted) in [(1, "0.89"), (2, "0.83"), (5, "0.78"), (10, "0.76"), (20, "0.69")] {
        let cover = &by[steps - 1]["coverage"][1];
        assert!(printed(wanted, cover), "{steps} {cover}");
    }
}

#[test]
fn a_hindcast_as_text() {
    let laws = ["--model", "moore", "--model", "wright", "--model", "levels"];
    let args = ["hindcast", "performance-curve-database", "--select", "all"];
    let found = warchest(&[&args[..], &laws[..]].concat());
    let shown = String::from_utf8_lossy(&found.stdout);
    for part in ["76 technologies, 11844 forecasts", "0.912", "65 %", "inside 90 % by steps"] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let talk = String::from_utf8_lossy(&found.stderr);
    assert!(talk.contains("2 of 3: wright") && talk.contains("left out"), "{talk}");
}

#[test]
fn the_shelf_is_listed() {
    let listed = text(&["list"]);
    for part in ["farmer-lafond-2016/dram", "solar-pv", "1976 to 2019", "public since 2016-04-01"] {
        assert!(listed.contains(part), "{part} is not in\n{listed}");
    }
    assert_eq!(text(&["fit", "--list"]), listed);
    let found = json(&["list"]);
    let families = found.as_array().expect("a list");
    assert!(
        families
            .iter()
            .all(|f| f["passport"]["licence"].is_string() && f["series"][0]["unit"].is_string())
    );
}

#[test]
fn what_was_known() {
    let refused = warchest(&["fit", "solar-pv", "--as-of", "2013-06-01"]);
    assert_eq!(refused.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&refused.stderr);
    assert!(shown.contains("published on 2020-12-31") && shown.contains("hindsight"), "{shown}");
    let found = json(&["fit", "solar-pv", "--as-of", "2013-06-01", "--hindsight"]);
    assert_eq!(found["last"], 2012.0);
}

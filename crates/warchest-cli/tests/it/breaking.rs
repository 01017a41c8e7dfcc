//! `warchest compare` and `warchest stress` against answers worked by hand.

use crate::program::{EVEN, TRIO, ends, json, scratch, write};

/// A number in JSON.
fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Two years without x of the buyers cost 8 quarters × 100 million × x, and cash is uniform on
/// 0 to 1 billion: survival is 1 − 0.8 x, which is a half at x = 62.5 %.
#[test]
fn a_bust_breaks_where_it_must() {
    let folder = scratch("stress");
    let file = write(&folder, "even.toml", EVEN);
    let csv = folder.join("stress.csv");
    let args = ["stress", &file, "--paths", "4096", "--out", &csv.display().to_string(), "--json"];
    let found = json(&args);
    assert_eq!(found["schema"], 1);
    let stress = &found["stresses"][0];
    let firm = &stress["firms"][0];
    for (k, want) in [0.2, 0.6, 1.0].into_iter().enumerate() {
        let (value, se) =
            (number(&firm["survival"][k]["value"]), number(&firm["survival"][k]["se"]));
        assert!((value - want).abs() <= 4.0 * se, "{value} ± {se}, not {want}");
        let binomial = (want * (1.0 - want) / 4096.0f64).sqrt();
        assert!((se - binomial).abs() < 5e-4, "{se} {binomial}");
    }
    let breaking = &firm["breaking"];
    let [size, low, high] = ["size", "low", "high"].map(|key| number(&breaking[key]));
    assert_eq!(breaking["where"], "at");
    assert!((low..=high).contains(&-0.625), "{low} {size} {high}");
    // 1.96 · √(½ · ½/4096)/0.8 to either side, and a bracket of a hundredth of the grid.
    let half = 1.96 * 0.5 / 64.0 / 0.8;
    assert!((high - low - 2.0 * half).abs() <= 0.025, "{low} {high}");
    assert!((size + 0.625).abs() <= half + 0.01, "{size}");
    // CSV: the same numbers, one row per size.
    let text = std::fs::read_to_string(&csv).expect("a table");
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0][..4], ["stress", "firm", "size", "survival"]);
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[1][..3], ["bust", "Even", "-1"]);
    assert_eq!(rows[2][3].parse(), Ok(number(&firm["survival"][1]["value"])));
    assert_eq!(rows[2][7].parse(), Ok(size));
    // Text: fits 80 columns, names the interval.
    let (shown, err) = ends(0, &["stress", &file, "--paths", "512"]);
    assert!(shown.contains("breaks at [95 %]") && shown.contains("from 2025Q1 for 8 quarters"));
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
    assert!(err.contains("bust: 512 paths per size"), "{err}");
}

/// A shock of the scenario is stressed by its name; sizes above zero help, so nothing breaks.
#[test]
fn a_shock_can_be_stressed_by_name() {
    let folder = scratch("stress-name");
    let file = write(&folder, "even.toml", EVEN);
    let found = json(&["stress", &file, "--shock", "blip", "--paths", "256", "--json"]);
    assert_eq!(found["stresses"][0]["firms"][0]["breaking"]["where"], "never");
    let (_, err) = ends(1, &["stress", &file, "--shock", "bliq"]);
    assert!(err.contains("did you mean \"blip\"?"), "{err}");
    // Twin: dearer staff kills it without any shock.
    let dear = ["stress", &file, "--set", "firm.Even.opex=\"900 MUSD/quarter\"", "--json"];
    let found = json(&dear);
    assert_eq!(found["stresses"][0]["firms"][0]["breaking"]["where"], "already");
}

/// Opex dearer by 50 million for 12 quarters takes 600 million: of cash uniform on 0 to 1 billion
/// four in ten survive. On each path survival falls by one or by nothing, so the error of the
/// paired difference is √(.24/n).
#[test]
fn a_difference_worked_by_hand() {
    let folder = scratch("compare");
    let file = write(&folder, "even.toml", EVEN);
    let dear = ["--set", "firm.Even.opex=\"150 MUSD/quarter\""];
    let args = [&["compare", &file, &file, "--paths", "4096", "--json"][..], &dear].concat();
    let found = json(&args);
    assert_eq!((found["schema"].as_u64(), found["paths"].as_u64()), (Some(1), Some(4096)));
    let lines = found["differences"].as_array().expect("a list");
    let line = |name: &str| lines.iter().find(|line| line["name"] == name).expect("a line");
    let survive = line("survive/Even");
    assert_eq!(number(&survive["a"]["value"]), 1.0);
    let (value, se) =
        (number(&survive["difference"]["value"]), number(&survive["difference"]["se"]));
    assert!((value + 0.6).abs() <= 4.0 * se, "{value} ± {se}");
    assert!((se - (0.24f64 / 4096.0).sqrt()).abs() < 2e-4, "{se}");
    // A living seller sells as before; the sales of the dead are gone.
    assert!(number(&line("final_spend")["difference"]["value"]) < 0.0);
    // Largest first, in standard deviations.
    let effects: Vec<f64> = lines.iter().map(|line| number(&line["effect"]).abs()).collect();
    assert!(effects.windows(2).all(|pair| pair[0] >= pair[1]), "{effects:?}");
    let (shown, _) = ends(0, &[&["compare", &file, &file, "--paths", "512"][..], &dear].concat());
    assert!(shown.contains("survive/Even") && shown.contains("± paired se"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
    let (shown, _) = ends(0, &["compare", &file, &file, "--paths", "256"]);
    assert!(shown.contains("No number differs on any path."), "{shown}");
}

/// Common random numbers sharpen a small change: the paired error is far below that of
/// independent runs.
#[test]
fn pairing_sharpens() {
    let folder = scratch("compare-sharp");
    let file = write(&folder, "trio.toml", TRIO);
    let more = ["--set", "firm.Strong.opex=\"101 MUSD/quarter\"", "--paths", "1024", "--json"];
    let found = json(&[&["compare", &file, &file][..], &more].concat());
    let lines = found["differences"].as_array().expect("a list");
    let cash = lines.iter().find(|line| line["name"] == "cash/Strong").expect("a line");
    assert!(number(&cash["sharper"]) > 10.0, "{cash}");
    // Eight quarters of a million, to the dollar, on every path on which it lives on both sides.
    let value = number(&cash["difference"]["value"]);
    assert!((-8.1e6..-7e6).contains(&value), "{value}");
}

#[test]
fn conditions_ask_for_attention() {
    let folder = scratch("fail-if");
    let file = write(&folder, "even.toml", EVEN);
    let compare = |condition: &str, code: i32| {
        let dear = "firm.Even.opex=\"150 MUSD/quarter\"";
        let args =
            ["compare", &file, &file, "--paths", "512", "--set", dear, "--fail-if", condition];
        ends(code, &args)
    };
    let (_, err) = compare("survive/Even < -50 %", 3);
    assert!(err.contains("fails: survive/Even < -50 %"), "{err}");
    compare("survive/Even < -70 %", 0);
    compare("abs(survive/Even) > 0.5", 3);
    compare("se(survive/Even) > 5 %", 0);
    compare("z(survive/Even) < -10", 3);
    let (_, err) = compare("survive/Evne < 0", 1);
    assert!(err.contains("did you mean \"survive/Even\"?"), "{err}");
    let (_, err) = compare("survive/Even", 1);
    assert!(err.contains("has no < or >"), "{err}");
}

/// Two run folders are compared row by row, as their scenarios would be.
#[test]
fn folders_compare_like_their_scenarios() {
    let folder = scratch("compare-folders");
    let file = write(&folder, "trio.toml", TRIO);
    let set = ["--set", "firm.Weak.cash=\"300 MUSD\""];
    let run = |name: &str, more: &[&str]| {
        let out = folder.join(name).display().to_string();
        ends(0, &[&["run", &file, "--paths", "700", "--plain", "--out", &out][..], more].concat());
        out
    };
    let (a, b) = (run("a", &[]), run("b", &set));
    let of_folders = json(&["compare", &a, &b, "--json"]);
    let of_files =
        json(&[&["compare", &file, &file, "--paths", "700", "--json"][..], &set].concat());
    assert_eq!(of_folders["paths"], 700);
    assert_eq!(of_folders["differences"], of_files["differences"]);
    let other = run("c", &["--seed", "2"]);
    let (_, err) = ends(1, &["compare", &a, &other]);
    assert!(err.contains("has seed 2, the other 1"), "{err}");
    let (_, err) = ends(1, &["compare", &a, &file]);
    assert!(err.contains("name two scenarios or two run folders"), "{err}");
}

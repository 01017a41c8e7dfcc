//! `warchest price` as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use warchest::numerics::elementary::{exp, ln};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels down").into()
}

fn warchest(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warchest"));
    command.current_dir(root()).args(args).env("NO_COLOR", "1").output().expect("it starts")
}

/// A file with this text in a folder of the test's own.
fn file(folder: &str, name: &str, text: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("price-{folder}"));
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    std::fs::write(folder.join(name), text).expect("written");
    folder.join(name).display().to_string()
}

fn json(args: &[&str]) -> serde_json::Value {
    let found = warchest(&[args, &["--json"]].concat());
    assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr));
    serde_json::from_slice(&found.stdout).expect("JSON")
}

/// Two logit firms, utilities 2 and 1.5, costs .5 and .4, slope 1, and what is added.
fn two_firms(rest: &str) -> String {
    format!(
        "title = \"two\"\n[demand]\nkind = \"logit\"\nslope = 1.0\n\
         [[product]]\nname = \"a\"\nfirm = \"A\"\ncost = 0.5\nutility = 2.0\n\
         [[product]]\nname = \"b\"\nfirm = \"B\"\ncost = 0.4\nutility = 1.5\n{rest}"
    )
}

fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().expect("a number")
}

/// The prices printed in the vignette's own mathematics, to all digits, through the whole program.
#[test]
fn the_vignette_in_json_and_text() {
    let answer = json(&["price", "scenarios/markets/mergersim.toml"]);
    let after = &answer["markets"][0]["experiments"][0]["after"];
    for (at, wanted) in [1.793_080_820_5, 2.053_080_820_52, 1.705_424_907_57].iter().enumerate() {
        assert!((number(&after["products"][at]["price"]) - wanted).abs() < 5e-11);
    }
    let status = &after["status"];
    assert!(status["converged"] == true && status["stopped"] == false && status["unsold"] == 0);
    assert!(number(&status["foc"]) < 1e-14 && number(&status["best_unilateral_gain"]) == 0.0);
    let text = warchest(&["price", "scenarios/markets/mergersim.toml", "--strict"]);
    assert!(text.status.success());
    let shown = String::from_utf8_lossy(&text.stdout);
    assert!(shown.contains("1.79308") && shown.contains("converged: aggregate method"), "{shown}");
}

/// Each experiment of the handbook in one file: what must come of it is known without a solver.
#[test]
fn every_experiment_works_from_the_file() {
    let text = two_firms(
        "[[product]]\nname = \"c\"\nfirm = \"C\"\ncost = 0.4\nutility = 1.5\n\
         [[experiment]]\nname = \"enter\"\nentry = [\"c\"]\n\
         [[experiment]]\nname = \"leave\"\nexit = [\"b\"]\n\
         [[experiment]]\nname = \"merge\"\nmerger = [\"A\", \"B\"]\n\
         [[experiment]]\nname = \"collude\"\ncollusion = { firms = [\"A\", \"B\"] }\n\
         [[experiment]]\nname = \"half\"\ncollusion = { firms = [\"A\", \"B\"], weight = 0.5 }\n\
         [[experiment]]\nname = \"tax\"\ntax = { products = [\"a\"], unit = 0.1 }\n\
         [[experiment]]\nname = \"cost\"\ncost = { products = [\"a\"], add = 0.1 }\n\
         [[experiment]]\nname = \"war\"\nprice_war = { firms = [\"A\"], cut = 0.3 }\n\
         [[experiment]]\nname = \"alone\"\ncost = { products = [\"a\"], add = 0.1 }\nreprice = [\"A\"]\n\
         [[experiment]]\nname = \"path\"\ncost = { products = [\"a\"], add = 0.1 }\nsteps = 4\n",
    );
    let path = file("experiments", "market.toml", &text);
    let answer = json(&["price", &path, "--matrices"]);
    let market = &answer["markets"][0];
    let of = |name: &str| -> &serde_json::Value {
        let mut all = market["experiments"].as_array().expect("a list").iter();
        &all.find(|e| e["name"] == name).unwrap_or_else(|| panic!("{name}"))["after"]
    };
    let price = |name: &str, j: usize| number(&of(name)["products"][j]["price"]);
    let before = |j: usize| number(&market["before"]["products"][j]["price"]);
    for experiment in market["experiments"].as_array().expect("a list") {
        assert_eq!(experiment["after"]["status"]["converged"], true, "{experiment}");
    }
    assert_eq!(market["before"]["products"].as_array().map(Vec::len), Some(2));
    assert_eq!(of("enter")["products"].as_array().map(Vec::len), Some(3));
    assert!(price("enter", 0) < before(0));
    // Alone: the monopoly price by Lambert's W.
    assert!((price("leave", 0) - 2.266_248_608_161_75).abs() < 1e-12);
    // Joint profit is a merger by another name; half-way lies between.
    assert!((price("merge", 0) - price("collude", 0)).abs() < 1e-11);
    assert!(before(0) < price("half", 0) && price("half", 0) < price("merge", 0));
    let cut = number(&of("merge")["products"][0]["compensating_cost_cut"]);
    assert!(cut > 0.0 && of("tax")["products"][0]["compensating_cost_cut"] == 0.0);
    // A tax per unit is a cost; a path ends where one step does.
    assert!((price("tax", 0) - price("cost", 0)).abs() < 1e-13);
    assert!((price("path 4/4", 0) - price("cost", 0)).abs() < 1e-13);
    assert!(price("path 1/4", 0) < price("path 2/4", 0));
    // Own pass-through on the way, by the program's own matrix at the end of the path.
    assert!(number(&of("tax")["tax_revenue"]) > 0.0);
    // In a war the firm charges 0.7 of its best reply `c + 1/(1 − s)` to what the other charges.
    let (a, b) = (price("war", 0), price("war", 1));
    let reply = {
        let rest = 1.0 + exp(1.5 - b);
        let mut p = 1.0f64;
        for _ in 0..200 {
            let e = exp(2.0 - p);
            p = 0.5 * p + 0.5 * (0.5 + 1.0 / (1.0 - e / (rest + e)));
        }
        p
    };
    assert!((a - 0.7 * reply).abs() < 1e-11, "{a} {reply}");
    assert!((price("alone", 1) - before(1)).abs() < 1e-15 && price("alone", 0) > before(0));
    assert!(of("merge")["matrices"]["pass_through"].is_array());
}

/// The same three products as CSV and Parquet with the columns of PyBLP; costs come back.
#[test]
fn long_tables_and_files_round_trip() {
    let first = file("tables", "written.toml", &two_firms(""));
    let csv = file("tables", "products.csv", "");
    let parquet = csv.replace("products.csv", "products.parquet");
    for out in [&csv, &parquet] {
        assert!(warchest(&["price", &first, "--out", out]).status.success());
    }
    let text = std::fs::read_to_string(&csv).expect("the table");
    assert!(text.starts_with("market_ids,state,product_ids,firm_ids,"), "{text}");
    // What was written is read as what a user of PyBLP has: prices and shares, no costs.
    let bare: String = text
        .lines()
        .map(|line| line.split(',').enumerate())
        .map(|cells| {
            let kept = cells.filter(|(at, _)| [0, 2, 3, 7, 8].contains(at)).map(|(_, cell)| cell);
            kept.collect::<Vec<_>>().join(",") + "\n"
        })
        .collect();
    assert!(bare.starts_with("market_ids,product_ids,firm_ids,prices,shares\n"), "{bare}");
    file("tables", "bare.csv", &bare);
    let tables = |products: &str, rest: &str| {
        let text = format!(
            "[tables]\nproducts = \"{products}\"\n[demand]\nkind = \"logit\"\nslope = 1.0\n{rest}"
        );
        let name = format!("{products}.toml");
        json(&["price", &file("tables", &name, &text)])["markets"][0]["before"].clone()
    };
    let found = tables("bare.csv", "");
    for (at, cost) in [0.5, 0.4].into_iter().enumerate() {
        assert!((number(&found["products"][at]["cost"]) - cost).abs() < 1e-13);
    }
    // The Parquet file holds the costs too; prices stay what they were.
    let again = tables("products.parquet", "");
    let gap = number(&again["products"][0]["price"]) - number(&found["products"][0]["price"]);
    assert!(gap.abs() < 1e-13);
    // Ownership by columns: each counts all of the other's profit, so costs come out lower.
    let owned: String = bare
        .lines()
        .enumerate()
        .map(|(at, line)| {
            let more = if at == 0 { "ownership0,ownership1" } else { "1,1" };
            format!("{line},{more}\n")
        })
        .collect();
    file("tables", "owned.csv", &owned);
    let joint = tables("owned.csv", "");
    assert!(number(&joint["products"][0]["cost"]) < 0.4);
}

/// Capacity, frozen prices and taxes in one file.
#[test]
fn limits_and_frozen_prices() {
    let text = two_firms("").replace("utility = 2.0\n", "utility = 2.0\ncapacity = 0.2\n");
    let text = text.replace("utility = 1.5\n", "utility = 1.5\nprice = 1.7\nfrozen = true\n");
    let path = file("limits", "market.toml", &text);
    let shown = String::from_utf8_lossy(&warchest(&["price", &path]).stdout).into_owned();
    assert!(shown.contains("capacity of a binds: one more unit is worth"), "{shown}");
    let before = &json(&["price", &path])["markets"][0]["before"];
    assert_eq!(before["products"][1]["price"], 1.7);
    assert!((number(&before["products"][0]["share"]) - 0.2).abs() < 1e-12);
    // `p = a + ln((1 − s)/s) − ln(1 + e^{u_b})`.
    let wanted = 2.0 + ln(0.8 / 0.2) - ln(1.0 + exp(1.5 - 1.7));
    assert!((number(&before["products"][0]["price"]) - wanted).abs() < 1e-11);
}

const CONSUMERS: &str = "[[consumer]]\nweight = 0.7\nprice = -10.0\nutility = [10.0]\n\
     [[consumer]]\nweight = 0.3\nprice = -4.0\nutility = [12.0]\n";

/// A profit with two peaks: the search lands between them, says so, and looks further.
#[test]
fn prices_that_are_no_equilibrium_are_searched_again() {
    let text = format!(
        "[demand]\nkind = \"mixed\"\n[[product]]\nname = \"a\"\nfirm = \"A\"\ncost = 0.0\n{CONSUMERS}"
    );
    let path = file("peaks", "market.toml", &text);
    let answer = json(&["price", &path]);
    let status = &answer["markets"][0]["before"]["status"];
    assert_eq!(number(&status["best_unilateral_gain"]), 0.0, "{status}");
    assert_eq!(status["second_order_failures"], 0);
    assert_eq!(status["multistart"]["distinct_equilibria"], 1, "{status}");
    assert!(status["multistart"]["stationary"].as_array().is_some_and(|s| !s.is_empty()));
}

#[test]
fn a_time_limit_stops_and_is_said() {
    let path = file("time", "market.toml", &two_firms(""));
    let found = warchest(&["price", &path, "--time-limit", "0", "--quick", "--strict"]);
    assert_eq!(found.status.code(), Some(3));
    let shown = String::from_utf8_lossy(&found.stdout);
    assert!(shown.contains("STOPPED AT THE TIME LIMIT"), "{shown}");
    let found = json(&["price", &path, "--time-limit", "60"]);
    assert_eq!(found["markets"][0]["before"]["status"]["stopped"], false);
    let found = warchest(&["price", &path, "--time-limit=-1"]);
    assert!(!found.status.success());
}

/// What cannot be priced is refused by name, with its place where the file has one.
#[test]
fn degenerate_markets_are_refused_clearly() {
    let mixed = |price: &str| {
        format!(
            "[demand]\nkind = \"mixed\"\n[[product]]\nname = \"a\"\nfirm = \"A\"\ncost = 1.0\n\
             [[consumer]]\nprice = {price}\nutility = [1.0]\n"
        )
    };
    let shares = two_firms("").replace("utility = 1.5", "share = 0.0\nprice = 1.0");
    let shares = shares.replace("utility = 2.0", "share = 0.2\nprice = 1.0");
    let cases = [
        (mixed("0.0"), "consumer 0 has the price coefficient 0"),
        (two_firms("").replace("name = \"b\"", "name = \"a\""), "lists `a` twice"),
        (two_firms("").replace("cost = 0.4", "cost = 900.0"), "nobody buys `b` at its cost of 900"),
        (shares, "`b` has the share 0"),
        (two_firms("").replace("slope = 1.0", "slope = -1.0"), "the price slope"),
        (two_firms("[ownership]\nfirms = [[1.0, 2.0], [0.0, 1.0]]\n"), "the ownership weight"),
        (two_firms("[[experiment]]\nname = \"x\"\nmerger = [\"A\", \"Z\"]\n"), "no firm `Z`"),
        (two_firms("[[experiment]]\nname = \"x\"\n"), "experiment `x` changes nothing"),
        (
            two_firms("[[experiment]]\nname = \"x\"\nprice_war = { firms = [\"A\"], cut = 1.5 }\n"),
            "the cut of `the price war` is 1.5",
        ),
        (two_firms("").replace("slope", "slop"), "slop"),
        ("title = \"none\"\n[demand]\nkind = \"logit\"\nslope = 1.0\n".to_owned(), "no product"),
    ];
    for (at, (text, message)) in cases.iter().enumerate() {
        let path = file("refused", &format!("{at}.toml"), text);
        let found = warchest(&["price", &path]);
        let shown = String::from_utf8_lossy(&found.stderr);
        assert_eq!(found.status.code(), Some(1), "{message}: {shown}");
        assert!(found.stdout.is_empty(), "{message}");
        assert!(shown.contains(message), "{message} is not in\n{shown}");
    }
}

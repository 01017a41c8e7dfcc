//! Every code that the program can give is explained, and each example behaves as it says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use warchest::scenario::explain::{Entry, Example, SMALL, entries, parse};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels down").into()
}

/// The entries of the command: those of the library and its own.
fn all() -> Vec<Entry> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands/explain");
    let mut found = entries();
    for name in ["cli.md", "curve.md", "files.md", "library.md", "score.md"] {
        let text = std::fs::read_to_string(folder.join(name)).expect("the entries");
        found.extend(parse(&text));
    }
    found
}

/// Every `code(family::name)` in the sources of the library and the command.
fn emitted() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders =
        vec![root().join("crates/warchest/src"), root().join("crates/warchest-cli/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).expect("text");
                for piece in text.split("code(").skip(1) {
                    let code = piece.split(')').next().unwrap_or_default();
                    let plain = |c: char| c.is_ascii_lowercase() || c == '_' || c == ':';
                    if code.contains("::") && code.chars().all(plain) {
                        found.insert(code.to_string());
                    }
                }
            }
        }
    }
    found
}

#[test]
fn every_code_has_one_entry_and_every_entry_a_code() {
    let listed: Vec<String> = all().into_iter().map(|entry| entry.code).collect();
    let explained: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), explained.len(), "a code is explained twice");
    let emitted = emitted();
    let missing: Vec<_> = emitted.difference(&explained).collect();
    let stale: Vec<_> = explained.difference(&emitted).collect();
    assert!(missing.is_empty(), "add entries for {missing:?} under commands/explain/");
    assert!(stale.is_empty(), "no error has the codes {stale:?} any more");
    assert!(emitted.len() > 90);
    for entry in all() {
        let Entry { code, meaning, wrong, right } = entry;
        let whole = [&meaning, &wrong.text, &right.text].iter().all(|text| !text.is_empty());
        assert!(whole && wrong.text != right.text, "{code}");
    }
}

/// A folder with what the examples name.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("explain").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    std::fs::create_dir(folder.join("outcomes")).expect("a folder");
    let market = "[demand]\nkind = \"logit\"\nslope = 1.0\n[[product]]\nname = \"A\"\nfirm = \"F\"\n\
                  cost = 1.0\nutility = 2.0\n";
    let products = "market_ids,product_ids,firm_ids,prices,shares\n1,A,F,2.0,0.2\n1,B,G,2.0,0.3\n";
    for (file, text) in [
        ("small.toml", SMALL),
        ("market.toml", market),
        ("products.csv", products),
        ("without_prices.csv", "market_ids,firm_ids,shares\n1,F,0.2\n1,G,0.3\n"),
        ("sales.csv", SALES),
        ("costs.csv", COSTS),
        ("many.csv", MANY),
        ("outcomes/passport.toml", PASSPORT),
        ("outcomes/series.csv", OUTCOMES),
    ] {
        std::fs::write(folder.join(file), text).expect("written");
    }
    folder
}

const PASSPORT: &str = "title = \"What became of it\"\norigin = \"reports\"\ncitation = \"reports\"\n\
    collected = \"2026-07-01\"\nknown_at = \"2026-06-30\"\nlicence = \"facts\"\nunit = \"per row\"\n";

const OUTCOMES: &str =
    "item,quarter,value,unit,source\nrevenue Dear,2025Q4,1.2,GUSD/quarter,report\n";

const COSTS: &str = "year,cost\n2008,9\n2009,7.1\n2010,6\n2011,4.2\n2012,3.9\n2013,3\n2014,2.6\n\
    2015,2.1\n2016,1.5\n2017,1.3\n2018,1.1\n2019,0.8\n2020,0.7\n2021,0.6\n";

const MANY: &str = "series,year,cost\na,2015,8\na,2016,4.4\na,2017,2\na,2018,1.1\na,2019,0.5\n\
    b,2015,8\nb,2016,4\nb,2017,2.2\nb,2018,1.1\nb,2019,0.5\n";

const SALES: &str = "entity,metric,period,value,unit,confidence,source\n\
    Firm,sales,2020,10,MUSD,A,report\nFirm,sales,2021,20.5,MUSD,A,report\n";

const CLAIMS: &str = "title = \"An example\"\nas_of = \"2025-05-31\"\n[[table]]\npath = \"sales.csv\"\n\
    [[claim]]\nid = \"sales\"\nsays = \"Sales were 30 million dollars.\"\nstated = \"30 MUSD\"\n\
    [[claim.reading]]\nname = \"as booked\"\n";

/// What the command line of an example prints to stderr; `None` where it is no command line.
fn said(folder: &Path, example: &Example) -> Option<String> {
    let put = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("written");
    let line = match example.kind.as_str() {
        "sh" => example.text.trim().replace('\n', " && "),
        "toml market" => {
            put("example.toml", &example.text);
            String::from("warchest price example.toml")
        }
        "toml claims" => {
            put("example.toml", &example.text);
            String::from("warchest claims example.toml")
        }
        "toml reading" => {
            put("example.toml", &format!("{CLAIMS}{}", example.text));
            String::from("warchest claims example.toml")
        }
        "csv claims" => {
            put("sales.csv", &example.text);
            let value = "value = 'sum(series(\"Firm\", \"sales\", 2020..2021))'\n";
            put("example.toml", &format!("{CLAIMS}{value}"));
            String::from("warchest claims example.toml")
        }
        "csv outcomes" => {
            put("outcomes/series.csv", &example.text);
            let run = "warchest run small.toml --paths 256 --plain --out run";
            format!("{run} 2>/dev/null && warchest score run --against outcomes")
        }
        _ => return None,
    };
    let binary = Path::new(env!("CARGO_BIN_EXE_warchest")).parent().expect("a folder");
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("sh");
    command.current_dir(folder).args(["-c", &line]).env("PATH", path).env("NO_COLOR", "1");
    let output = command.output().expect("a shell");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(if output.status.success() { String::new() } else { text })
}

/// The codes printed in front of messages.
fn codes(said: &str) -> BTreeSet<String> {
    let heads = said.lines().map(|line| line.trim().trim_start_matches("Error: "));
    let plain = |c: char| c.is_ascii_lowercase() || c == '_' || c == ':';
    heads.filter(|h| h.contains("::") && h.chars().all(plain)).map(String::from).collect()
}

/// Codes whose examples are no command line: the functions of the library that give them.
fn by_hand() -> BTreeMap<&'static str, [Option<String>; 2]> {
    use miette::Diagnostic;
    use warchest::curves::{self, CurveError};
    fn code<T, E: Diagnostic>(result: Result<T, E>) -> Option<String> {
        result.err().and_then(|error| Some(error.code()?.to_string()))
    }
    let passport = |known_at: &str| {
        format!(
            "title = \"t\"\norigin = \"o\"\ncitation = \"c\"\ncollected = \"2025-01-01\"\n\
             {known_at}licence = \"CC0\"\nunit = \"USD\"\n"
        )
    };
    let whole = passport("known_at = \"2025-03-01\"\n");
    let late = passport("known_at = \"2026-01-01\"\n");
    let csv = "date,cost\n2015,8\n2016,4.4\n2017,2\n2018,1.1\n2019,0.5\n2020,0.3\n";
    let family = |passport: &str| curves::series::parse_family(csv, passport, "tokens");
    let member = |id: &str| code(family(&whole).expect("sound").find(id));
    let draw = |as_of: &str| code(curves::shipped::draw(csv, &late, "", as_of, false));
    let fit = |costs: &[f64], model: &dyn curves::Model| -> Option<String> {
        let y: Vec<f64> =
            costs.iter().map(|cost| warchest::numerics::elementary::ln(*cost)).collect();
        code::<_, CurveError>(model.fit(&curves::Window {
            y: &y,
            x: None,
            ahead: None,
            gaps: None,
        }))
    };
    let along = |x: &[f64]| {
        let y = [2.0, 1.5, 0.7, 0.1, -0.7, -1.2];
        let model: &dyn curves::Model = &curves::moore::Moore::new(0.6);
        code(model.fit(&curves::Window { y: &y, x: Some(x), ahead: None, gaps: None }))
    };
    let moore = curves::moore::Moore::new(0.6);
    let wright = curves::wright::Wright { rho: 0.2, ahead: curves::wright::Ahead::Known };
    let six = [8.0, 4.4, 2.0, 1.1, 0.5, 0.3];
    BTreeMap::from([
        ("curves::experience", [fit(&six, &wright), fit(&six, &moore)]),
        ("curves::passport", [code(family(&passport(""))), code(family(&whole))]),
        ("curves::unknown", [member("tokenz"), member("tokens")]),
        ("curves::not_yet_known", [draw("2025-05-31"), draw("2026-06-30")]),
        ("curves::length", [along(&[1.0; 2]), along(&[1.0; 6])]),
        ("curves::not_a_number", [fit(&[8.0, 4.4, 0.0, 1.1, 0.5, 0.3], &moore), fit(&six, &moore)]),
        ("curves::short", [fit(&six[..2], &moore), fit(&six, &moore)]),
        ("curves::flat", [fit(&[2.0; 6], &moore), fit(&six, &moore)]),
    ])
}

/// As [`by_hand`], of bets.
fn bets_by_hand() -> BTreeMap<&'static str, [Option<String>; 2]> {
    use miette::Diagnostic;
    use warchest::portfolio::kelly::{Bet, binary};
    fn code<T, E: Diagnostic>(result: Result<T, E>) -> Option<String> {
        result.err().and_then(|error| Some(error.code()?.to_string()))
    }
    BTreeMap::from([
        ("portfolio::probability", [code(binary(1.2, 49.0)), code(binary(0.2, 49.0))]),
        ("portfolio::odds", [code(binary(0.2, 0.0)), code(binary(0.2, 49.0))]),
        (
            "portfolio::net_return",
            [
                code(Bet::new(vec![(0.5, -2.0), (0.5, 9.0)])),
                code(Bet::new(vec![(0.5, -1.0), (0.5, 9.0)])),
            ],
        ),
        (
            "portfolio::combinations",
            [
                code(Bet::new([0.2; 5].map(|p| (p, 1.0)).into()).expect("a bet").spread(100)),
                code(Bet::new(vec![(0.5, -1.0), (0.5, 9.0)]).expect("a bet").spread(20)),
            ],
        ),
        (
            "portfolio::sum",
            [
                code(Bet::new(vec![(0.2, 1.0), (0.7, -1.0)])),
                code(Bet::new(vec![(0.2, 1.0), (0.8, -1.0)])),
            ],
        ),
    ])
}

/// As [`by_hand`], of static markets.
fn markets_by_hand() -> BTreeMap<&'static str, [Option<String>; 2]> {
    use miette::Diagnostic;
    use warchest::numerics::lanes::Isa;
    use warchest::pricing::invert::{costs_from_prices, utilities_from_shares};
    use warchest::pricing::market::{Demand, Market, Ownership, Product};
    use warchest::pricing::nash::solve;
    fn code<T, E: Diagnostic>(result: Result<T, E>) -> Option<String> {
        result.err().and_then(|error| Some(error.code()?.to_string()))
    }
    let isa = Isa::best();
    let market = |names: &[&str], cost: f64, outside: bool| Market {
        name: "market".into(),
        size: 1.0,
        firms: names.iter().map(|name| format!("firm of {name}")).collect(),
        products: names.iter().enumerate().map(|(f, name)| Product::new(name, f, cost)).collect(),
        ownership: Ownership::Labels,
        demand: Demand::Logit { utility: vec![2.0; names.len()], slope: 1.0, outside },
    };
    let nested = |nests: &[&str]| Market {
        demand: Demand::Nested {
            utility: vec![2.0; 2],
            slope: 1.0,
            rho: 0.5,
            nest: vec![0, 0],
            nests: nests.iter().map(|name| name.to_string()).collect(),
            outside: true,
        },
        ..market(&["A", "B"], 1.0, true)
    };
    let observed = |shares: [f64; 2]| {
        code(utilities_from_shares(isa, &mut market(&["A", "B"], 1.0, true), &[2.0; 2], &shares))
    };
    let costs = |outside| code(costs_from_prices(isa, &market(&["A"], 1.0, outside), &[2.0]));
    BTreeMap::from([
        (
            "price::cost",
            [
                code(solve(isa, &market(&["A"], 1e9, true))),
                code(solve(isa, &market(&["A"], 1.0, true))),
            ],
        ),
        (
            "price::duplicate",
            [
                code(market(&["A", "A"], 1.0, true).check()),
                code(market(&["A", "B"], 1.0, true).check()),
            ],
        ),
        (
            "price::empty_nest",
            [code(nested(&["premium", "light"]).check()), code(nested(&["premium"]).check())],
        ),
        ("price::share", [observed([0.7, 0.4]), observed([0.5, 0.4])]),
        ("price::singular", [costs(false), costs(true)]),
    ])
}

/// Codes of the library that no example here reaches: a fit or a contraction that gives up, a
/// setting that no caller passes.
const UNREACHED: [&str; 3] = ["curves::numerics", "curves::setting", "price::inversion"];

#[test]
fn every_example_of_the_command_gives_its_code() {
    let mut by_hand = by_hand();
    by_hand.extend(bets_by_hand());
    by_hand.extend(markets_by_hand());
    let scenario: BTreeSet<String> = entries().into_iter().map(|entry| entry.code).collect();
    let mut run = 0;
    for entry in all().into_iter().filter(|entry| !scenario.contains(&entry.code)) {
        let code = entry.code.as_str();
        if UNREACHED.contains(&code) {
            continue;
        }
        run += 1;
        if let Some([wrong, right]) = by_hand.remove(code) {
            assert_eq!((wrong.as_deref(), right), (Some(code), None), "{code}");
            continue;
        }
        let (mut wrong, mut right) = (entry.wrong.clone(), entry.right.clone());
        if code == "claims::depth" {
            let value = format!("value = '{}1{}'\n", "(".repeat(60), ")".repeat(60));
            (wrong.kind, right.kind) = ("toml reading".into(), "toml reading".into());
            wrong.text = value;
        }
        if wrong.kind == "csv series" {
            for (example, expected) in [(&wrong, Some(code)), (&right, None)] {
                let found = warchest::curves::series::parse_bare(&example.text, "x").err();
                let found = found.and_then(|e| Some(miette::Diagnostic::code(&e)?.to_string()));
                assert_eq!(found.as_deref(), expected, "{code}");
            }
            continue;
        }
        let folder = scratch(&code.replace("::", "-"));
        let said_wrong = said(&folder, &wrong);
        let found = said_wrong.unwrap_or_else(|| panic!("{code} has no example that runs"));
        assert!(codes(&found).contains(code), "{code} is not given:\n{found}");
        let mended = said(&scratch(&code.replace("::", "-")), &right).expect("it runs");
        assert_eq!(mended, "", "the right example of {code}");
    }
    assert!(run > 35, "{run} examples");
    assert!(by_hand.is_empty(), "no entry has the codes {:?}", by_hand.keys());
}

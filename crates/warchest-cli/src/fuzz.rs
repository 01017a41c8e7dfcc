//! A seeded fuzzer over what a user writes: scenarios with their overrides, market files,
//! claims files. It changes the shipped files, the broken ones of `tests/broken` and the examples
//! of `warchest explain` in ways that know lines, keys, quantities and names, and asks that no
//! input panics, hangs, or is answered without a place, a message and an explained code; and
//! that a scenario which passes reads the same once it is printed with its origins.
//!
//! `cargo test` runs a few hundred inputs; with WARCHEST_FUZZ_SECONDS scenarios run that long, the
//! other two half as long.
//! WARCHEST_FUZZ_SEED chooses others; a failure prints its input.

use crate::args::{Cli, Command};
use crate::commands;
use mutate::{Corpus, Rng};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use warchest::scenario::{self, Files, ScenarioError};

mod mutate;

/// Inputs of a target when no time is given.
const INPUTS: u64 = 500;
/// No single input may take longer, in a build with every assertion on.
const SLOWEST: Duration = Duration::from_secs(20);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels down").into()
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs `target` on inputs made from `corpus`; what it returns is collected and handed back.
fn drive(
    corpus: &Corpus,
    seconds: impl Fn(u64) -> u64,
    mut target: impl FnMut(&[u8], &mut Rng) -> BTreeSet<String>,
) -> BTreeSet<String> {
    let seed = setting("WARCHEST_FUZZ_SEED").unwrap_or(1);
    let limit = setting("WARCHEST_FUZZ_SECONDS").map(|all| Duration::from_secs(seconds(all)));
    let start = Instant::now();
    let mut seen = BTreeSet::new();
    let mut inputs = 0;
    while limit.map_or(inputs < INPUTS, |limit| start.elapsed() < limit) {
        let mut rng = Rng::new(seed, inputs);
        let input = corpus.input(&mut rng);
        let begun = Instant::now();
        let found = catch_unwind(AssertUnwindSafe(|| target(&input, &mut rng)));
        let took = begun.elapsed();
        match found {
            Ok(found) if took < SLOWEST => seen.extend(found),
            Ok(_) => panic!("input {inputs} took {took:?}:\n{}", String::from_utf8_lossy(&input)),
            Err(_) => panic!("input {inputs} of seed {seed}:\n{}", String::from_utf8_lossy(&input)),
        }
        inputs += 1;
    }
    println!("{inputs} inputs, {} codes: {seen:?}", seen.len());
    seen
}

/// The text of a report as a terminal shows it.
fn shown(error: &dyn miette::Diagnostic) -> String {
    let theme = miette::GraphicalTheme::unicode_nocolor();
    let mut out = String::new();
    let handler = miette::GraphicalReportHandler::new_themed(theme);
    handler.render_report(&mut out, error).expect("a report can be shown");
    out
}

fn files_under(folder: &str, endings: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root().join(folder)).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if endings.iter().any(|ending| name.ends_with(ending)) {
            found.insert(name, std::fs::read(entry.path()).expect("a file"));
        }
    }
    found
}

/// The files around an input: the corpus by name, series from the disk.
struct Around<'a> {
    input: &'a [u8],
    corpus: &'a Corpus,
}

impl Files for Around<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let name = path.strip_prefix("scenarios/").unwrap_or(path);
        match self.corpus.file(name) {
            _ if name == "input.toml" => Ok(self.input.to_vec()),
            Some(bytes) => Ok(bytes.to_vec()),
            None if path.starts_with("data/") => {
                std::fs::read(root().join(path)).map_err(|error| error.to_string())
            }
            None => Err(String::from("no such file")),
        }
    }
}

fn check_error(error: &ScenarioError, known: &BTreeSet<String>) -> String {
    let (text, span) = (&error.place.source.text, &error.place.span);
    assert!(text.get(span.clone()).is_some(), "{error} is at {span:?} of {} bytes", text.len());
    let code = error.code();
    assert!(known.contains(&code), "{code} is not explained");
    assert!(!error.to_string().is_empty());
    let picture = shown(error);
    assert!(picture.len() < 20_000, "{} bytes for one error", picture.len());
    code
}

/// Everything that is drawn and simulated, as text.
fn market(scenario: &scenario::Scenario) -> String {
    let world = &scenario.world;
    format!("{:?}{:?}{:?}{:?}", world.params, world.firms, world.markets, world.shocks)
}

#[test]
fn scenarios_are_read_or_refused() {
    let mut all = files_under("crates/warchest-cli/tests/broken", &[".toml"]);
    all.extend(files_under("scenarios", &[".toml"]));
    let small = scenario::explain::SMALL;
    all.insert(scenario::explain::SMALL_NAME.into(), small.into());
    let entries = commands::explain::all();
    for (at, entry) in scenario::explain::entries().into_iter().enumerate() {
        for (which, example) in [("wrong", &entry.wrong), ("right", &entry.right)] {
            if let Some(mut files) = example.files() {
                let text = files.remove("example.toml").expect("the example");
                all.insert(format!("example-{at}-{which}.toml"), text);
            }
        }
    }
    let known: BTreeSet<String> = entries.into_iter().map(|entry| entry.code).collect();
    let corpus = Corpus::new(all);
    let seen = drive(
        &corpus,
        |all| all,
        |input, rng| {
            let files = Around { input, corpus: &corpus };
            let overrides = corpus.overrides(rng);
            match scenario::read("scenarios/input.toml", &files, &overrides) {
                Ok(found) => {
                    let text = found.resolved();
                    let files = Around { input: text.as_bytes(), corpus: &corpus };
                    let again = scenario::read("scenarios/input.toml", &files, &[]);
                    let again = again.unwrap_or_else(|errors| {
                        panic!("{}\n{text}", shown(&errors[0]));
                    });
                    assert!(
                        market(&found) == market(&again),
                        "printed, it reads otherwise:\n{text}"
                    );
                    BTreeSet::from([String::from("sound")])
                }
                Err(errors) => {
                    assert!(!errors.is_empty());
                    errors.iter().take(40).map(|error| check_error(error, &known)).collect()
                }
            }
        },
    );
    assert!(seen.contains("sound"));
    assert!(seen.len() > 25, "only {seen:?}");
}

#[test]
fn market_files_are_priced_or_refused() {
    use clap::Parser as _;
    let mut all = files_under("scenarios/markets", &[".toml"]);
    for (at, entry) in commands::explain::all().into_iter().enumerate() {
        for (which, example) in [("wrong", entry.wrong), ("right", entry.right)] {
            if example.kind == "toml market" {
                all.insert(format!("example-{at}-{which}.toml"), example.text.into_bytes());
            }
        }
    }
    let corpus = Corpus::new(all);
    let cli = Cli::try_parse_from(["warchest", "price", "input.toml", "--quick"]);
    let Command::Price(args) = cli.expect("the flags exist").command else {
        panic!("`price` is a verb");
    };
    let seen = drive(
        &corpus,
        |all| all / 2,
        |input, _| {
            let Ok(text) = std::str::from_utf8(input) else { return BTreeSet::new() };
            match commands::price::try_text(&args, text) {
                Ok(()) => BTreeSet::from([String::from("sound")]),
                Err(report) => {
                    assert!(!shown(report.as_ref()).is_empty());
                    report.code().map(|code| code.to_string()).into_iter().collect()
                }
            }
        },
    );
    assert!(seen.contains("sound") && seen.len() > 4, "only {seen:?}");
}

#[test]
fn claims_are_judged_or_refused() {
    use warchest::claims;
    let mut all = BTreeMap::new();
    let head = "title = \"t\"\nas_of = \"2025-05-31\"\n[[table]]\npath = \"sales.csv\"\n[[claim]]\n\
                id = \"sales\"\nsays = \"s\"\nstated = \"30 MUSD\"\n[[claim.reading]]\nname = \"r\"\n";
    for (at, entry) in commands::explain::all().into_iter().enumerate() {
        for (which, example) in [("wrong", entry.wrong), ("right", entry.right)] {
            let text = match example.kind.as_str() {
                "toml claims" => example.text,
                "toml reading" => format!("{head}{}", example.text),
                _ => continue,
            };
            all.insert(format!("example-{at}-{which}.toml"), text.into_bytes());
        }
    }
    let article =
        std::fs::read_to_string(root().join("claims/article-2025-05-30.toml")).expect("it ships");
    // The claims of the article in pieces, so that each can be reached.
    let (top, rest) = article.split_once("[[claim]]").expect("claims");
    for (at, claim) in rest.split("[[claim]]").enumerate() {
        all.insert(format!("claim-{at}.toml"), format!("{top}[[claim]]{claim}").into_bytes());
    }
    let corpus = Corpus::new(all);
    let sales = "entity,metric,period,value,unit,confidence,source\n\
                 Firm,sales,2020,10,MUSD,A,report\nFirm,sales,2021,20.5,MUSD,A,report\n";
    let seen = drive(
        &corpus,
        |all| all / 2,
        |input, _| {
            let Ok(text) = std::str::from_utf8(input) else { return BTreeSet::new() };
            let mut table = |_: &str| Ok(String::from(sales));
            let judged = claims::read("input.toml", text, &mut table)
                .and_then(|(file, tables)| claims::judge(&file, &tables, None));
            match judged {
                Ok(_) => BTreeSet::from([String::from("sound")]),
                Err(errors) => errors
                    .iter()
                    .filter_map(|error| {
                        assert!(!shown(error).is_empty());
                        Some(miette::Diagnostic::code(error)?.to_string())
                    })
                    .collect(),
            }
        },
    );
    assert!(seen.contains("sound") && seen.len() > 6, "only {seen:?}");
}

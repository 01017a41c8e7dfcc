//! Scenario files: what ships loads, what is broken is refused with its message.

use std::path::Path;
use warchest::scenario::{self, Files};
use warchest::world::World;

/// The repository's files.
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two down");
        std::fs::read(root.join(path)).map_err(|error| error.kind().to_string())
    }
}

/// A scenario of the repository.
pub fn shipped(name: &str) -> World {
    scenario::load(&format!("scenarios/{name}.toml"), &Disk)
        .unwrap_or_else(|errors| panic!("{name}: {}", list(&errors)))
}

/// A scenario written in a test.
pub fn written(text: &str) -> World {
    struct Text(Vec<u8>);
    impl Files for Text {
        fn read(&self, _: &str) -> Result<Vec<u8>, String> {
            Ok(self.0.clone())
        }
    }
    scenario::load("written.toml", &Text(text.into()))
        .unwrap_or_else(|errors| panic!("{text}: {}", list(&errors)))
}

/// Errors one to a line.
pub fn list(errors: &[scenario::ScenarioError]) -> String {
    let line = |error: &scenario::ScenarioError| {
        format!("{} {}: {error}", error.place.origin(), error.code())
    };
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_toy_is_the_toy() {
    let world = shipped("toy");
    let value = |name: &str| match world.find_param(name).map(|id| &world.param(id).dist) {
        Some(warchest::world::Dist::Fixed(value)) => *value,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(world.firms.len(), 10);
    assert_eq!((world.clock.quarters, world.markets.len()), (40, 1));
    assert_eq!(value("segment.all.size"), 4e9);
    assert_eq!(value("segment.all.growth"), 0.05875);
    assert_eq!(value("segment.all.volatility"), 0.05);
    for i in 0..10 {
        let x = f64::from(i);
        let firm = |key: &str| value(&format!("firm.F{i}.{key}"));
        let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-12 * b.abs(), "{i}: {a} {b}");
        near(firm("cash"), (2.0 - 0.08 * x) * 1e9);
        near(firm("opex"), (0.10 - 0.003 * x) * 1e9);
        near(firm("markup"), 0.60 - 0.02 * x);
        near(firm("product.all.taste"), 2.0 - 0.1 * x);
        near(firm("product.all.unit_cost"), 1.0 + 0.02 * x);
        near(firm("efficiency_growth"), 0.0818);
        near(firm("markup_decay"), 0.97);
    }
    assert!(!world.funding.enabled);
}

#[test]
fn the_runway_has_the_numbers_of_its_closed_form() {
    let world = shipped("runway");
    let value = |name: &str| match world.find_param(name).map(|id| &world.param(id).dist) {
        Some(warchest::world::Dist::Fixed(value)) => *value,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(world.clock.quarters, 20);
    assert_eq!(value("firm.Runner.cash"), 1e10);
    assert_eq!(value("firm.Runner.other_cash"), 2.5e8);
    // The spread of a quarter is half that of a year.
    assert_eq!(value("firm.Runner.other_cash_volatility"), 2.5e9);
}

/// A committed file that the program writes; `UPDATE_FILES=1 cargo test` rewrites it.
pub fn fresh(path: &str, now: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two down");
    let path = root.join(path);
    if std::env::var_os("UPDATE_FILES").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, now).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == now, "{} is stale: UPDATE_FILES=1 cargo test", path.display());
}

#[test]
fn the_reference_is_fresh() {
    fresh("docs/scenario.md", &scenario::reference::markdown());
}

#[test]
fn the_schema_is_fresh_and_named_by_what_ships() {
    let schema = serde_json::to_string_pretty(&scenario::schema::schema()).expect("JSON");
    fresh("docs/scenario.schema.json", &format!("{schema}\n"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two down");
    let mut seen = 0;
    for entry in std::fs::read_dir(root.join("scenarios")).expect("a folder").flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(entry.path()).expect("text");
            let first = text.lines().next();
            assert_eq!(first, Some("#:schema ../docs/scenario.schema.json"), "{entry:?}");
            seen += 1;
        }
    }
    assert!(seen >= 4);
}

fn codes(example: &scenario::explain::Example) -> Option<Vec<String>> {
    let files = example.files()?;
    let read = scenario::read("example.toml", &files, &example.overrides());
    Some(read.err().unwrap_or_default().iter().map(scenario::ScenarioError::code).collect())
}

/// The wrong example of every code gives it and no other; the right one gives none. Three codes
/// have no short example: their own tests follow.
#[test]
fn every_example_gives_its_code() {
    let mut by_hand = Vec::new();
    for entry in scenario::explain::entries() {
        let (Some(wrong), Some(right)) = (codes(&entry.wrong), codes(&entry.right)) else {
            by_hand.push(entry.code);
            continue;
        };
        assert!(
            !wrong.is_empty() && wrong.iter().all(|code| *code == entry.code),
            "{} gives {wrong:?}",
            entry.code
        );
        assert_eq!(right, Vec::<String>::new(), "the right example of {}", entry.code);
    }
    let expected = [
        "scenario::base_depth",
        "scenario::encoding",
        "scenario::too_large",
        "scenario::too_many",
        "simulate::blocks",
        "simulate::no_quarters",
    ];
    assert_eq!(by_hand, expected);
}

fn only_code(files: &std::collections::BTreeMap<String, Vec<u8>>, entry: &str) -> String {
    let errors = scenario::load(entry, files).err().unwrap_or_default();
    errors.iter().map(scenario::ScenarioError::code).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_length_beyond_reason_is_refused_before_it_sizes_anything() {
    let text = include_str!("../../../../scenarios/frontier-ai-2025-05.toml");
    let files =
        std::collections::BTreeMap::from([("x.toml".to_string(), text.as_bytes().to_vec())]);
    let length = ["clock.length=\"3_000_000_000 quarters\"".to_string()];
    let errors = scenario::load_with("x.toml", &files, &length).expect_err("refused");
    assert!(errors.iter().any(|error| error.code() == "scenario::out_of_range"), "{errors:?}");
}

#[test]
fn examples_too_long_to_print() {
    let small = scenario::explain::SMALL;
    let mut files = std::collections::BTreeMap::new();
    let mut put = |name: String, text: &[u8]| files.insert(name, text.to_vec());
    put("v0.toml".into(), small.as_bytes());
    for deep in 1..=17 {
        put(format!("v{deep}.toml"), format!("base = \"v{}.toml\"\n", deep - 1).as_bytes());
    }
    put("latin.toml".into(), b"[meta]\ntitle = \"March\xe9\"\n");
    put("large.toml".into(), &vec![b'#'; scenario::source::BYTES_MAX + 1]);
    let firms = |count: usize| {
        let firm = |i| format!("[[firm]]\nname = \"F{i}\"\nother_cash = \"1 USD/year\"\n");
        let firms: String = (0..count).map(firm).collect();
        format!("[meta]\nas_of = \"2025-05-31\"\n{firms}")
    };
    put("many.toml".into(), firms(257).as_bytes());
    put("enough.toml".into(), firms(256).as_bytes());
    assert_eq!(only_code(&files, "v17.toml"), "scenario::base_depth");
    assert_eq!(only_code(&files, "v15.toml"), "");
    assert_eq!(only_code(&files, "latin.toml"), "scenario::encoding");
    assert_eq!(only_code(&files, "large.toml"), "scenario::too_large");
    assert_eq!(only_code(&files, "many.toml"), "scenario::too_many");
    assert_eq!(only_code(&files, "enough.toml"), "");
}

#[test]
fn a_run_that_cannot_be_gives_its_code() {
    use miette::Diagnostic as _;
    use warchest::simulate::ensemble;
    use warchest::simulate::outcome::{Detail, Request};
    let code = |quarters: u32, paths: u64, blocks: std::ops::Range<u64>| {
        let mut world = shipped("runway");
        world.clock.quarters = quarters;
        let request = Request { seed: 1, detail: Detail::Ends, audit: false, free_funding: false };
        let mut on_block = |_: &mut _| std::ops::ControlFlow::Continue(());
        let isa = warchest::numerics::lanes::Isa::best();
        let found = ensemble::run(&world, &request, blocks, paths, isa, &mut on_block);
        found.err().and_then(|error| Some(error.code()?.to_string()))
    };
    assert_eq!(code(20, 1000, 0..5).as_deref(), Some("simulate::blocks"));
    assert_eq!(code(20, 1000, 0..4), None);
    assert_eq!(code(0, 256, 0..1).as_deref(), Some("simulate::no_quarters"));
    assert_eq!(code(4, 256, 0..1), None);
}

/// A merged scenario printed with its origins is a scenario with the same market.
#[test]
fn what_is_printed_reads_the_same() {
    for name in ["toy", "runway", "frontier-ai-2025-05", "frontier-ai-latest"] {
        let first = scenario::read(&format!("scenarios/{name}.toml"), &Disk, &[]);
        let first = first.unwrap_or_else(|errors| panic!("{}", list(&errors)));
        struct Again(String);
        impl Files for Again {
            fn read(&self, path: &str) -> Result<Vec<u8>, String> {
                let own = path == "scenarios/again.toml";
                if own { Ok(self.0.clone().into_bytes()) } else { Disk.read(path) }
            }
        }
        let text = first.resolved();
        let again = scenario::read("scenarios/again.toml", &Again(text), &[]);
        let again = again.unwrap_or_else(|errors| panic!("{name}: {}", list(&errors)));
        let shape = |world: &World| {
            let params: Vec<String> =
                world.params.iter().map(|param| format!("{param:?}")).collect();
            (params, format!("{:?}{:?}{:?}", world.firms, world.markets, world.shocks))
        };
        assert!(shape(&first.world) == shape(&again.world), "{name}");
    }
}

/// What the README promises of the numbers behind its figures.
#[test]
fn every_frontier_number_has_a_source_or_a_reason_and_a_day() {
    for name in ["frontier-ai-2025-05", "frontier-ai-2025-05-cold", "frontier-ai-latest"] {
        for value in &shipped(name).assumptions {
            let said =
                |text: &Option<String>| text.as_deref().is_some_and(|t| !t.trim().is_empty());
            let source = value.source.as_deref().unwrap_or("");
            let judged = source.starts_with("assumption") || source.starts_with("definition");
            let sound = said(&value.source) && said(&value.known_at);
            assert!(sound && (!judged || said(&value.why)), "{name}: {value:?}");
        }
    }
}

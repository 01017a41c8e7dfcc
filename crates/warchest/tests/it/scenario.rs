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

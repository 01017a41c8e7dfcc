//! The panels of the hindcasts, read from `data/`.

use std::path::Path;
use warchest::curves::hindcast::{Technology, improving};
use warchest::curves::series::{Family, parse_family};

pub fn family(name: &str) -> Family {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data").join(name);
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).expect(file);
    parse_family(&read("series.csv"), &read("passport.toml"), name).expect(name)
}

/// The 66 technologies of Farmer and Lafond (2016).
pub fn farmer_lafond() -> Vec<Technology> {
    family("farmer-lafond-2016").series.iter().map(Technology::of).collect()
}

/// The 53 of them that improve.
pub fn farmer_lafond_improving() -> Vec<Technology> {
    improving(farmer_lafond(), 0.10)
}

/// The 76 annual series of the Performance Curve Database with at least eight points.
pub fn production() -> Vec<Technology> {
    let series = family("performance-curve-database").series;
    let usable = |series: &&warchest::curves::Series| series.is_annual() && series.dates.len() >= 8;
    series.iter().filter(usable).map(Technology::of).collect()
}

pub fn technology(panel: &[Technology], name: &str) -> Technology {
    panel.iter().find(|technology| technology.name == name).expect(name).clone()
}

/// Whether a value agrees with a printed one to half a unit of its last digit.
pub fn printed(wanted: &str, found: f64) -> bool {
    let decimals = wanted.split('.').nth(1).map_or(0, str::len);
    let unit = (0..decimals).fold(1.0, |unit, _| unit / 10.0);
    let value: f64 = wanted.parse().expect(wanted);
    (found - value).abs() <= 0.5 * unit * (1.0 + 1e-9)
}

#[test]
fn printed_sees_one_unit_of_the_last_digit() {
    assert!(printed("0.838", 0.8383) && !printed("0.838", 0.8386) && printed("-0.5", -0.54));
}

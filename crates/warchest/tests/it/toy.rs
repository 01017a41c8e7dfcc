//! PRICEWAR-TOY-1 through the general engine, against an independent implementation.

use std::ops::ControlFlow;

use warchest::numerics::lanes::Isa;
use warchest::simulate::ensemble::{blocks_of, run};
use warchest::simulate::outcome::{Detail, Request, Tally};
use warchest::world::World;

use crate::worlds;

pub fn request(detail: Detail) -> Request {
    Request { seed: 20250531, detail, audit: false, free_funding: false }
}

/// The merged tally of a run.
pub fn tally(world: &World, request: &Request, paths: u64) -> Tally {
    let mut total = Tally::default();
    let mut keep = |block: &mut warchest::simulate::outcome::Block| {
        total.add(block);
        ControlFlow::Continue(())
    };
    run(world, request, 0..blocks_of(paths), paths, Isa::best(), &mut keep).unwrap();
    total
}

/// Share of paths on which firm `f` ended within the first `quarters` quarters.
pub fn ruin(tally: &Tally, f: usize, quarters: usize) -> f64 {
    let ends: u64 = tally.firms[f]
        .exits
        .iter()
        .map(|by_quarter| by_quarter[..quarters].iter().sum::<u64>())
        .sum();
    ends as f64 / tally.paths as f64
}

/// 16,000,000 paths of an independent implementation; standard error at most 0.000125.
const RUIN_30: [(usize, f64); 5] =
    [(0, 0.00003), (2, 0.00098), (4, 0.01263), (6, 0.07642), (8, 0.25457)];
const RUIN_40: [(usize, f64); 5] =
    [(0, 0.05037), (2, 0.17038), (4, 0.37861), (6, 0.61687), (8, 0.80942)];
/// USD billion; the standard errors come from the run itself.
const CASH: [(usize, f64); 5] =
    [(0, 2.55138), (2, 1.49507), (4, 0.75979), (6, 0.31480), (8, 0.08996)];

fn agrees(tally: &Tally) -> bool {
    let n = tally.paths as f64;
    let near = |found: f64, want: f64| {
        let error = (want * (1.0 - want) / n + want * (1.0 - want) / 16e6).sqrt();
        (found - want).abs() <= 4.0 * error + 5e-6
    };
    let early = RUIN_30.iter().all(|&(f, want)| near(ruin(tally, f, 30), want));
    let late = RUIN_40.iter().all(|&(f, want)| near(ruin(tally, f, 40), want));
    let cash = CASH.iter().all(|&(f, want)| {
        let spread = &tally.firms[f].end_cash;
        (spread.mean() / 1e9 - want).abs() <= 4.0 * spread.standard_error() / 1e9 * 1.01 + 5e-6
    });
    early && late && cash
}

#[test]
fn the_toy_has_the_known_answer() {
    let paths = 100_000;
    let tally = tally(&worlds::toy(), &request(Detail::Ends), paths);
    assert_eq!(tally.paths, paths);
    assert!(agrees(&tally));
}

/// The comparison sees one firm's operating expense off by one per cent.
#[test]
fn twin_a_slightly_dearer_firm_is_seen() {
    let mut world = worlds::toy();
    let opex = world.find_param("firm4.opex").unwrap();
    world.params[opex.0 as usize].transform = warchest::world::Transform::Scale(1.01);
    assert!(!agrees(&tally(&world, &request(Detail::Ends), 100_000)));
}

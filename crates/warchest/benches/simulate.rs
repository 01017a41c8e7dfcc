//! Question: what does one path of the toy cost, one path-quarter of a market of 6 firms in
//! 4 segments in which every mechanism is at work, and one path-quarter of the frontier
//! scenario, on one core? And what does recording every quarter add?

use std::ops::ControlFlow;

use divan::{Bencher, counter::ItemsCount};
use warchest::numerics::lanes::Isa;
use warchest::scenario::{self, Files};
use warchest::simulate::ensemble::run;
use warchest::simulate::outcome::{Detail, Request};
use warchest::world::{Dist, World};

#[path = "../tests/it/markets.rs"]
#[allow(dead_code)]
mod markets;
#[path = "../tests/it/worlds.rs"]
#[allow(dead_code)]
mod worlds;

/// One block.
const PATHS: u64 = 256;

struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(path).map_err(|error| error.to_string())
    }
}

fn frontier_world() -> World {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/frontier-ai-2025-05.toml");
    scenario::load(path, &Disk).unwrap_or_else(|errors| panic!("{path}: {} errors", errors.len()))
}

fn block(world: &World, detail: Detail) {
    let request = Request { seed: 1, detail, audit: false, free_funding: false };
    run(world, &request, 0..1, PATHS, Isa::best(), &mut |block| {
        divan::black_box(block);
        ControlFlow::Continue(())
    })
    .expect("the world has quarters");
}

/// Items are paths of forty quarters.
#[divan::bench]
fn toy_paths(bencher: Bencher) {
    let world = worlds::toy();
    bencher.counter(ItemsCount::new(PATHS)).bench_local(|| block(&world, Detail::Ends));
}

/// Items are path-quarters, here and below.
#[divan::bench]
fn six_firms_four_segments(bencher: Bencher) {
    let world = markets::market(markets::SMALL);
    let items = ItemsCount::new(PATHS * u64::from(world.clock.quarters));
    bencher.counter(items).bench_local(|| block(&world, Detail::Ends));
}

/// The same without capacity of their own: prices are found once a quarter, not once for every
/// trial shadow price of capacity.
#[divan::bench]
fn six_firms_four_segments_rented(bencher: Bencher) {
    let mut world = markets::market(markets::SMALL);
    for firm in world.firms.clone() {
        world.params[firm.capacity.0 as usize].dist = Dist::Fixed(0.0);
    }
    let items = ItemsCount::new(PATHS * u64::from(world.clock.quarters));
    bencher.counter(items).bench_local(|| block(&world, Detail::Ends));
}

#[divan::bench(args = ["ends", "rows", "quarters"])]
fn frontier(bencher: Bencher, detail: &str) {
    let world = frontier_world();
    let items = ItemsCount::new(PATHS * u64::from(world.clock.quarters));
    let detail = match detail {
        "quarters" => Detail::Quarters,
        "rows" => Detail::Rows,
        _ => Detail::Ends,
    };
    bencher.counter(items).bench_local(|| block(&world, detail));
}

fn main() {
    divan::main();
}

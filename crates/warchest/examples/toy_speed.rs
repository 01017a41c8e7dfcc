//! Paths of the toy market per CPU second through the general engine: `toy_speed [PATHS]`.
//! One thread; prints the rate and the ruin probabilities. Used by `peers/toy/compare.py`.

#[path = "../tests/it/worlds.rs"]
mod worlds;

use std::ops::ControlFlow;
use std::time::Instant;
use warchest::numerics::lanes::Isa;
use warchest::simulate::ensemble::{blocks_of, run};
use warchest::simulate::outcome::{Detail, Request, Tally};

fn main() {
    let paths = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(200_000u64);
    let world = worlds::toy();
    let request = Request { seed: 1, detail: Detail::Ends, audit: false, free_funding: false };
    for isa in Isa::available() {
        let mut tally = Tally::default();
        let start = Instant::now();
        run(&world, &request, 0..blocks_of(paths), paths, isa, &mut |block| {
            tally.merge(&block.tally);
            ControlFlow::Continue(())
        })
        .expect("the toy runs");
        let spent = start.elapsed().as_secs_f64();
        println!("{}: paths per CPU second: {:.0}", isa.name(), paths as f64 / spent);
    }
}

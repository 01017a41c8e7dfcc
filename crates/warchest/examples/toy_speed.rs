//! The toy market through the general engine on one thread: `toy_speed [PATHS]`.
//!
//! Prints how many paths ruined each firm within 40 quarters. `peers/toy/compare.py` times it.

#[path = "../tests/it/worlds.rs"]
#[allow(dead_code)]
mod worlds;

use std::ops::ControlFlow;

use warchest::numerics::lanes::Isa;
use warchest::simulate::ensemble::{blocks_of, run};
use warchest::simulate::outcome::{Detail, Request, Tally};

fn main() {
    let paths = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(200_000u64);
    let world = worlds::toy();
    let request = Request { seed: 1, detail: Detail::Ends, audit: false, free_funding: false };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    let tally = one.install(|| {
        let mut tally = Tally::default();
        run(&world, &request, 0..blocks_of(paths), paths, Isa::best(), &mut |block| {
            tally.add(block);
            ControlFlow::Continue(())
        })
        .expect("the toy has quarters");
        tally
    });
    let ruins: Vec<String> =
        tally.firms.iter().map(|firm| (paths - firm.alive).to_string()).collect();
    println!("ruins: {}", ruins.join(" "));
}

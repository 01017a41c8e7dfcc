//! Outcome hash of the toy on every instruction-set path of this machine:
//! `outcome_hash [PATHS] [SEED]`, one line a path.

#[path = "../tests/it/worlds.rs"]
#[allow(dead_code)]
mod worlds;

use std::hash::Hasher;
use std::ops::ControlFlow;

use warchest::numerics::lanes::Isa;
use warchest::simulate::ensemble::{blocks_of, run};
use warchest::simulate::hash::OutcomeHash;
use warchest::simulate::outcome::{Detail, Request};

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let paths = arguments.next().and_then(Result::ok).unwrap_or(2_000);
    let seed = arguments.next().and_then(Result::ok).unwrap_or(7);
    let world = worlds::toy();
    let request = Request { seed, detail: Detail::Quarters, audit: true, free_funding: false };
    for isa in Isa::available() {
        let mut hash = OutcomeHash::default();
        run(&world, &request, 0..blocks_of(paths), paths, isa, &mut |block| {
            hash.add(block);
            ControlFlow::Continue(())
        })
        .expect("the toy has quarters");
        println!("{} {:016x}", isa.name(), hash.finish());
    }
}

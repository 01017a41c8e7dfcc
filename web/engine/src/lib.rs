//! The engine as WebAssembly: numbers in and out, no glue code.

#[path = "../../../crates/warchest/tests/it/worlds.rs"]
#[allow(dead_code)]
mod worlds;

use std::hash::Hasher;
use std::ops::ControlFlow;

use warchest::numerics::lanes::Isa;
use warchest::simulate::ensemble::{blocks_of, run};
use warchest::simulate::hash::OutcomeHash;
use warchest::simulate::outcome::{Detail, Request};

/// Outcome hash of `paths` paths of the toy under `seed`, every quarter recorded; 0 when the run
/// cannot start.
#[unsafe(no_mangle)]
pub extern "C" fn toy_hash(paths: u32, seed: u32) -> u64 {
    let request = Request {
        seed: u64::from(seed),
        detail: Detail::Quarters,
        audit: true,
        free_funding: false,
    };
    let paths = u64::from(paths);
    let mut hash = OutcomeHash::default();
    let world = worlds::toy();
    let done = run(&world, &request, 0..blocks_of(paths), paths, Isa::best(), &mut |block| {
        hash.add(block);
        ControlFlow::Continue(())
    });
    done.map_or(0, |()| hash.finish())
}

//! A draw belongs to (seed, path, quarter, entity, shock): nothing that is added, cut or run
//! elsewhere changes another.

use std::hash::Hasher;
use std::ops::ControlFlow;

use warchest::numerics::lanes::Isa;
use warchest::simulate::ensemble::{blocks_of, run};
use warchest::simulate::hash::OutcomeHash;
use warchest::simulate::outcome::{BLOCK, Block, Detail, FirmRows, Request, Tally};
use warchest::world::*;

use crate::engine::{Group, LANES, fix, live, shock};
use crate::markets::{SMALL, Shape, market};
use crate::toy::request;
use crate::worlds;

/// The blocks `range` of a run.
fn blocks(world: &World, request: &Request, paths: u64, range: (u64, u64), isa: Isa) -> Vec<Block> {
    let mut out = Vec::new();
    run(world, request, range.0..range.1, paths, isa, &mut |block| {
        out.push(std::mem::take(block));
        ControlFlow::Continue(())
    })
    .unwrap();
    out
}

fn all(world: &World, paths: u64) -> Vec<Block> {
    blocks(world, &request(Detail::Quarters), paths, (0, blocks_of(paths)), Isa::best())
}

fn hash(blocks: &[Block]) -> u64 {
    let mut hash = OutcomeHash::default();
    blocks.iter().for_each(|block| hash.add(block));
    hash.finish()
}

/// Every mechanism at work, few quarters.
fn busy() -> World {
    market(Shape { quarters: 12, ..SMALL })
}

/// What moves every quarter and is looked at when a path starts, cash and growth among it, is
/// that path's own, whichever paths ran before on the same thread.
#[test]
fn a_path_starts_with_its_own_quarterly_values() {
    let mut world = busy();
    for firm in world.firms.clone() {
        for id in [firm.opex, firm.opex_growth, firm.research_growth, firm.cash] {
            let param = &mut world.params[id.0 as usize];
            let Dist::Fixed(mean) = param.dist else { continue };
            param.dist = Dist::Normal { mean, sd: 0.05 * mean.abs() + 0.001 };
            param.per = Per::Quarter;
        }
    }
    // The last of sixteen blocks comes after others on its thread; alone it is the first.
    let some = |range| blocks(&world, &request(Detail::Ends), 16 * BLOCK, range, Isa::best());
    let (whole, alone) = (some((0, 16)), some((15, 16)));
    assert_eq!(hash(&whole[15..]), hash(&alone));
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    for world in [worlds::toy(), busy()] {
        let request = Request { audit: true, ..request(Detail::Quarters) };
        let of = |isa| hash(&blocks(&world, &request, 300, (0, 2), isa));
        let portable = of(Isa::PORTABLE);
        for isa in Isa::available() {
            assert_eq!(of(isa), portable, "{}", isa.name());
        }
        let other = Request { seed: request.seed + 1, ..request.clone() };
        let twin = blocks(&world, &other, 300, (0, 2), Isa::PORTABLE);
        assert_ne!(hash(&twin), portable);
    }
}

/// Threads, and any cut into ranges, in any order of merging.
#[test]
fn cutting_a_run_changes_no_bit() {
    let (world, paths) = (busy(), 1_100);
    let whole = all(&world, paths);
    assert_eq!(whole.len(), 5);
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert!(pool.install(|| all(&world, paths)) == whole, "{threads} threads");
    }
    let request = request(Detail::Quarters);
    let cut = |a, b| blocks(&world, &request, paths, (a, b), Isa::best());
    let pieces = [cut(3, 5), cut(0, 1), cut(1, 3)];
    let mut merged = Tally::default();
    pieces.iter().flatten().for_each(|block| merged.add(block));
    let mut total = Tally::default();
    whole.iter().for_each(|block| total.add(block));
    assert!(merged == total);
    assert!(pieces[1] == whole[..1] && pieces[2] == whole[1..3] && pieces[0] == whole[3..]);
    // A longer run begins with the same paths.
    assert!(all(&world, 1_500)[..4] == whole[..4]);
    // Twin: leaving a block out is seen.
    let mut less = Tally::default();
    pieces[1..].iter().flatten().for_each(|block| less.add(block));
    assert!(less != total);
}

/// Rows of the firms `kept` of a block with `width` firms, in that order.
fn rows_of(blocks: &[Block], width: usize, kept: &[usize]) -> Vec<(u8, u16, u64, u64, u64)> {
    let row = |rows: &FirmRows, at: usize| {
        let bits = [rows.cash[at], rows.revenue_year[at], rows.deepest_need[at]].map(f64::to_bits);
        (rows.status[at], rows.exit_quarter[at], bits[0], bits[1], bits[2])
    };
    let mut out = Vec::new();
    for block in blocks {
        for path in 0..block.paths as usize {
            out.extend(kept.iter().map(|f| row(&block.firms, path * width + f)));
        }
    }
    out
}

/// The toy with an eleventh firm at position `at` that nobody buys from.
fn toy_with_a_guest(at: usize) -> World {
    let mut world = worlds::toy();
    let mut firm = world.firms[0].clone();
    firm.name = "guest".to_string();
    let mut product = world.products[0].clone();
    product.firm = at;
    product.name = "guest's".to_string();
    let taste = ParamId(world.params.len() as u32);
    world.params.push(Param { name: "guest.taste".into(), ..world.params[0].clone() });
    world.params[taste.0 as usize].dist = Dist::Fixed(-2000.0);
    world.firms.insert(at, firm);
    for (j, product) in world.products.iter_mut().enumerate() {
        product.firm = j + usize::from(j >= at);
    }
    world.products.push(product);
    let listing = Listing { product: 10, nest: 0, appeal: Appeal::Taste(taste) };
    world.markets[0].listings.insert(at, listing);
    world
}

#[test]
fn a_firm_more_changes_no_other_draw() {
    let alone = all(&worlds::toy(), 600);
    let kept: Vec<usize> = (0..10).collect();
    let want = rows_of(&alone, 10, &kept);
    for at in [0, 4, 10] {
        let with = all(&toy_with_a_guest(at), 600);
        let kept: Vec<usize> = (0..11).filter(|f| *f != at).collect();
        assert!(rows_of(&with, 11, &kept) == want, "guest at {at}");
        // The guest's own fate is another than its namesake's.
        assert!(rows_of(&with, 11, &[at]) != rows_of(&alone, 10, &[0]));
    }
}

/// Shocks of size nothing, of every kind.
#[test]
fn a_shock_more_changes_no_other_draw() {
    use ShockKind::*;
    for world in [worlds::toy(), busy()] {
        let want = hash(&all(&world, 300));
        let mut with = world.clone();
        let market = [PriceWar, Commoditise, Entrant, OpenRelease];
        let around = [FundingFreeze, ComputeShortage, DemandShift, ExportBan];
        for kind in market.into_iter().chain(around) {
            shock(&mut with, kind, 0.0);
        }
        assert_eq!(hash(&all(&with, 300)), want);
        shock(&mut with, DemandShift, 0.01);
        assert_ne!(hash(&all(&with, 300)), want);
    }
}

/// Unit costs and tastes by quarter, offer and path: what nature does to the sellers.
fn nature(world: &World) -> Vec<[f64; LANES]> {
    let mut out = Vec::new();
    live(world, world.clock.quarters, &mut |_, state: &mut Group| {
        out.extend_from_slice(&state.offers.cost);
        out.extend_from_slice(&state.products.taste_walk);
    });
    out
}

/// Another markup, another fate, the same weather; another seed, another weather.
#[test]
fn two_scenarios_with_one_seed_share_their_shocks() {
    let world = worlds::toy();
    let mut cheap = world.clone();
    fix(&mut cheap, "firm0.markup", 0.1);
    assert!(hash(&all(&cheap, 300)) != hash(&all(&world, 300)));
    assert!(nature(&cheap) == nature(&world));
    let mut other = world.clone();
    fix(&mut other, "firm3.volatility", 0.07);
    let (mine, theirs) = (nature(&world), nature(&other));
    let differs: Vec<bool> = mine.iter().zip(&theirs).map(|(a, b)| a != b).collect();
    // Of twenty rows a quarter, one cost and no taste follow the firm that changed.
    assert!(differs.iter().enumerate().all(|(row, &differs)| differs == (row % 20 == 3)));
}

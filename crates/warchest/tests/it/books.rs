//! The identities of the books hold in every quarter of made-up markets.

use warchest::simulate::outcome::{Detail, Tally};
use warchest::world::{Shock, ShockKind, World};

use crate::markets::{LARGE, SMALL, market};
use crate::toy::{request, tally};
use crate::worlds;

pub fn audited(world: &World, detail: Detail, paths: u64) -> Tally {
    let request = warchest::simulate::outcome::Request { audit: true, ..request(detail) };
    tally(world, &request, paths)
}

#[test]
fn small_and_large_markets_balance() {
    for shape in [SMALL, LARGE] {
        let tally = audited(&market(shape), Detail::Quarters, 64);
        assert_eq!(tally.identity_failures, 0);
        let ended: u64 = tally.firms.iter().map(|firm| tally.paths - firm.alive).sum();
        assert!(ended > 0 && tally.price_games > 0);
        assert_eq!(tally.unconverged, 0);
    }
}

#[test]
fn the_toy_and_the_runway_balance() {
    assert_eq!(audited(&worlds::toy(), Detail::Rows, 64).identity_failures, 0);
    let runway = worlds::runway(10e9, 0.25e9, 2.5e9, 20);
    assert_eq!(audited(&runway, Detail::Rows, 64).identity_failures, 0);
}

#[test]
fn every_shock_leaves_the_books_balanced() {
    use ShockKind::*;
    let kinds = [
        PriceWar,
        Commoditise,
        Entrant,
        OpenRelease,
        FundingFreeze,
        ComputeShortage,
        DemandShift,
        ExportBan,
    ];
    for kind in kinds {
        let mut world = market(SMALL);
        world.clock.quarters = 16;
        let id = world.params.len() as u32;
        let mut param = world.params[0].clone();
        param.name = "shock.size".to_string();
        param.dist = warchest::world::Dist::Fixed(0.5);
        world.params.push(param);
        world.shocks = vec![Shock {
            name: format!("{kind:?}"),
            kind,
            start: warchest::units::Quarter(4),
            length: 6,
            size: warchest::world::ParamId(id),
            firms: Vec::new(),
            regions: Vec::new(),
        }];
        assert_eq!(audited(&world, Detail::Quarters, 32).identity_failures, 0, "{kind:?}");
    }
}

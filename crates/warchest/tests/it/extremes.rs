//! Extreme conditions: no panic, no number that is not one, balanced books, sensible answers.

use std::ops::ControlFlow;

use warchest::numerics::lanes::Isa;
use warchest::simulate::ensemble::run;
use warchest::simulate::outcome::{Block, Detail, Request, Status, Tally};
use warchest::world::*;

use crate::engine::{Choice, fix, one_market, shock};
use crate::markets::{LARGE, SMALL, Shape, market};
use crate::toy::request;
use crate::worlds;

/// One block of a world, audited, with every number checked.
fn sound(world: &World) -> Block {
    let request = Request { audit: true, ..request(Detail::Quarters) };
    let mut found = None;
    run(world, &request, 0..1, 48, Isa::best(), &mut |block| {
        found = Some(std::mem::take(block));
        ControlFlow::Continue(())
    })
    .unwrap();
    let block = found.unwrap();
    assert_eq!(block.tally.identity_failures, 0);
    let (firms, path) = (&block.firms, &block.market);
    let of_firms = [
        &firms.cash,
        &firms.revenue_year,
        &firms.levered_fcf,
        &firms.raised,
        &firms.founders_stake,
        &firms.valuation,
        &firms.deepest_need,
    ];
    let of_paths = [
        &path.final_spend,
        &path.capex,
        &path.consumer_surplus,
        &path.value_added[0],
        &path.value_added[1],
        &path.value_added[2],
        &path.value_added[3],
        &path.value_added[4],
    ];
    for (k, column) in of_firms.into_iter().chain(of_paths).enumerate() {
        assert!(column.iter().all(|x| x.is_finite()), "column {k}");
    }
    // Concentration does not exist where nothing is sold in the last quarter.
    for (spend, usage) in path.hhi_spend.iter().zip(&path.hhi_usage) {
        let sound = |hhi: f64| hhi.is_nan() || (0.0..=1.0 + 1e-12).contains(&hhi);
        assert!(sound(*spend) && sound(*usage), "{spend} {usage}");
    }
    block
}

fn lives(status: u8) -> bool {
    status == Status::Alive as u8 || status == Status::Listed as u8
}

/// The toy, six firms with everything at work, and the same at the size of a real scenario.
fn worlds() -> Vec<World> {
    let short = |shape: Shape| market(Shape { quarters: 20, ..shape });
    vec![worlds::toy(), short(SMALL), short(LARGE)]
}

#[test]
fn prices_of_zero() {
    for mut world in worlds() {
        shock(&mut world, ShockKind::PriceWar, 1.0);
        let block = sound(&world);
        // Seats given away bring nothing; a budget is spent to the last thousandth of a price,
        // and advertisers pay for attention.
        let seats = world.segments.iter().all(|s| matches!(s.kernel, Kernel::Unit { .. }));
        assert!(block.market.final_spend.iter().all(|usd| (*usd == 0.0) == seats));
    }
}

/// A year at no price does not end a budget market whose buyers are slow to move: afterwards
/// they choose and pay again.
#[test]
fn prices_of_zero_for_a_year() {
    let choice = Choice::Budget { sigma: 3.0, epsilon: 1.1 };
    let mut world = one_market(choice, 1e9, &[(0.0, 1.0, 0.0), (0.5, 1.0, 0.0)]);
    let slow = ParamId(world.params.len() as u32);
    world.params.push(Param { name: "slow".to_string(), ..world.params[0].clone() });
    world.params[slow.0 as usize].dist = Dist::Fixed(0.5);
    world.segments[0].reoptimise = slow;
    for seller in ["firm.seller0.cash", "firm.seller1.cash"] {
        fix(&mut world, seller, 1e14);
    }
    shock(&mut world, ShockKind::PriceWar, 1.0);
    world.shocks[0].length = 4;
    let block = sound(&world);
    assert!(block.market.hhi_spend.iter().all(|hhi| (0.5..1.0).contains(hhi)));
    assert!(block.firms.revenue_year.iter().all(|usd| *usd > 1e8));
}

#[test]
fn nobody_buys() {
    for mut world in worlds() {
        shock(&mut world, ShockKind::DemandShift, -1.0);
        let block = sound(&world);
        assert!(block.market.final_spend.iter().all(|usd| *usd == 0.0));
        assert!(block.firms.revenue_year.iter().all(|usd| *usd == 0.0));
        assert!(block.market.consumer_surplus.iter().all(|usd| *usd == 0.0));
    }
}

/// A quadrillion dollars, the most that adds up exactly with room to spare.
#[test]
fn cash_without_end() {
    for mut world in worlds() {
        let cash: Vec<ParamId> = world.firms.iter().map(|firm| firm.cash).collect();
        for id in cash {
            world.params[id.0 as usize].dist = Dist::Fixed(1e15);
        }
        let block = sound(&world);
        let outside = |status: u8| status == Status::Outside as u8;
        assert!(block.firms.status.iter().all(|&status| lives(status) || outside(status)));
        // A listing brings money that nobody needs; rounds are not asked for.
        let rows = block.firms.raised.iter().zip(&block.firms.status);
        assert!(rows.clone().all(|(usd, &s)| *usd == 0.0 || s == Status::Listed as u8));
    }
}

#[test]
fn nobody_invests() {
    for mut world in worlds() {
        world.funding.enabled = false;
        let block = sound(&world);
        assert!(block.firms.raised.iter().all(|usd| *usd == 0.0));
        // Below zero is the end, at once.
        let rows = block.firms.cash.iter().zip(&block.firms.status);
        assert!(rows.clone().all(|(cash, &status)| *cash >= 0.0 || !lives(status)));
        assert!(rows.clone().any(|(_, &status)| !lives(status)));
    }
}

#[test]
fn one_firm() {
    let block = sound(&market(Shape { firms: 1, quarters: 20, ..SMALL }));
    let (hhi, spend) = (&block.market.hhi_spend, &block.market.final_spend);
    assert!(spend.iter().all(|usd| *usd > 0.0));
    for (path, hhi) in hhi.iter().enumerate() {
        assert!(!lives(block.firms.status[path]) || (hhi - 1.0).abs() < 1e-12, "{hhi}");
    }
    sound(&one_market(Choice::Budget { sigma: 3.0, epsilon: 1.1 }, 1e9, &[(0.0, 1.0, 0.0)]));
}

#[test]
fn forty_firms() {
    let block = sound(&market(Shape { firms: 40, quarters: 12, ..SMALL }));
    assert_eq!(block.firms.status.len(), 40 * 48);
    // A market of forty equals: everybody's price is that of n/(n − 1) and a fortieth each.
    let choice = Choice::Unit { slope: 1.0, correlation: 0.0 };
    let equal = sound(&one_market(choice, 1e12, &[(60.0, 1.0, 0.0); 40]));
    let spend = 8.0 * 1e12 * (1.0 + 40.0 / 39.0);
    for found in &equal.market.final_spend {
        assert!((found - spend).abs() <= 1e-11 * spend, "{found} {spend}");
    }
    assert!(equal.market.hhi_spend.iter().all(|hhi| (hhi - 0.025).abs() < 1e-12));
}

#[test]
fn one_quarter() {
    for mut world in worlds() {
        world.clock.quarters = 1;
        let block = sound(&world);
        let mut tally = Tally::default();
        tally.add(&block);
        assert_eq!(tally.quarters.len(), 1);
        assert!(block.firms.exit_quarter.iter().all(|&q| q == 0 || q == u16::MAX));
    }
}

/// Costs that never move: a toy without drift or noise has the same prices for ever.
#[test]
fn efficiency_that_stands_still() {
    let mut world = worlds::toy();
    for i in 0..10 {
        fix(&mut world, &format!("firm{i}.growth"), 0.0);
        fix(&mut world, &format!("firm{i}.volatility"), 0.0);
    }
    fix(&mut world, "decay", 1.0);
    sound(&world);
    crate::engine::live(&world, 40, &mut |_, state| {
        for (i, price) in state.offers.price.iter().enumerate() {
            let x = i as f64;
            let want = (1.0 + 0.02 * x) * (1.0 + (0.60 - 0.02 * x));
            let alive = &state.firms.alive[i];
            assert!((0..16).all(|l| alive[l] == 0.0 || (price[l] - want).abs() < 1e-14));
        }
    });
    for mut world in worlds() {
        world.technology.efficiency_growth = world.find_param("technology.zero").unwrap();
        sound(&world);
    }
}

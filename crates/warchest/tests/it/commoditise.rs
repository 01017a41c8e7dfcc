//! Commoditisation moves buyers from product to product, not in or out of the market.

use warchest::numerics::elementary::{exp, ln};
use warchest::world::{Dist, Param, ParamId, Per, ShockKind, Strategy, Transform, World};

use crate::engine::{Choice, fix, live, one_market, shock};

/// Sellers at twice their cost, which is their list price of the start: V = taste − p is 0 and 0.5
/// in units, taste − ln p is 0.2 and 0.5 in a budget.
fn sellers(choice: Choice) -> World {
    let tastes = match choice {
        Choice::Unit { .. } => [1.0, 2.0],
        Choice::Budget { .. } => [0.2, 0.5 + ln(1.5)],
    };
    let mut world = one_market(choice, 1e9, &[(tastes[0], 0.5, 0.0), (tastes[1], 0.75, 0.0)]);
    let mut known = |name: &str| {
        world.params.push(Param {
            name: name.to_string(),
            dist: Dist::Fixed(1.0),
            per: Per::Path,
            transform: Transform::Scale(1.0),
            bounds: (f64::NEG_INFINITY, f64::INFINITY),
        });
        ParamId(world.params.len() as u32 - 1)
    };
    let (markup, decay) = (known("markup"), known("decay"));
    for firm in &mut world.firms {
        firm.strategy = Strategy::CostPlus { markup, decay };
    }
    world
}

/// Shares of the two, and what the market wants in USD.
fn shares(choice: Choice, size: f64) -> ([f64; 2], f64) {
    let mut world = sellers(choice);
    shock(&mut world, ShockKind::Commoditise, size);
    let mut found = ([0.0; 2], 0.0);
    live(&world, 1, &mut |_, state| {
        let offers = &state.offers;
        found.0 = [0, 1].map(|n| offers.share[n][0]);
        found.1 = (0..2).map(|n| offers.wanted[n][0] * offers.price[n][0]).sum();
    });
    found
}

fn near(found: f64, want: f64) {
    assert!((found / want - 1.0).abs() < 1e-10, "{found} {want}");
}

/// One product in two: the odds of the second are e^0.5 in calm; with twice the substitution e^1, out
/// of as many buyers: (1 + e^0.5)/(2 + e^0.5).
#[test]
fn units_move_between_products_only() {
    let choice = Choice::Unit { slope: 1.0, correlation: 0.0 };
    let half = exp(0.5);
    let inside = (1.0 + half) / (2.0 + half);
    let ([a, b], _) = shares(choice, 0.0);
    near(a, inside / (1.0 + half));
    near(a + b, inside);
    for (size, odds) in [(1.0, exp(1.0)), (3.0, exp(2.0))] {
        let ([a, b], _) = shares(choice, size);
        near(a + b, inside);
        near(b / a, odds);
    }
    // Tastes that are correlated already: 1 − ρ = 0.5 goes down to 0.25.
    let ([a, b], _) = shares(Choice::Unit { slope: 1.0, correlation: 0.5 }, 1.0);
    let calm = (1.0 + exp(1.0)).sqrt();
    near(a + b, calm / (1.0 + calm));
    near(b / a, exp(2.0));
}

/// At σ = 3 the odds are e^(2·0.3), at twice that e^(5·0.3), of the same budget of 1 GUSD whatever the
/// elasticity of the market.
#[test]
fn a_budget_moves_between_products_only() {
    for epsilon in [0.5, 1.0, 2.0] {
        let choice = Choice::Budget { sigma: 3.0, epsilon };
        for (size, odds) in [(0.0, exp(0.6)), (1.0, exp(1.5)), (4.0, exp(4.2))] {
            let ([a, b], spend) = shares(choice, size);
            near(a + b, 1.0);
            near(b / a, odds);
            near(spend, 1e9);
        }
    }
}

/// Closer substitutes are sold at lower margins.
#[test]
fn margins_fall() {
    let unit = Choice::Unit { slope: 1.0, correlation: 0.0 };
    for choice in [unit, Choice::Budget { sigma: 3.0, epsilon: 1.2 }] {
        let mut last = f64::INFINITY;
        for size in [0.0, 0.5, 1.0, 2.0, 4.0] {
            let mut world = one_market(choice, 1e9, &[(1.0, 1.0, 0.0), (1.0, 1.0, 0.0)]);
            shock(&mut world, ShockKind::Commoditise, size);
            live(&world, 1, &mut |_, state| {
                let margin = state.offers.price[0][0] - 1.0;
                assert!(margin > 0.0 && margin < last, "{choice:?} {size}: {margin} {last}");
                last = margin;
            });
        }
    }
}

/// Without a list price of the start the prices of the first quarter stand for it.
#[test]
fn a_market_without_list_prices_keeps_its_buyers_too() {
    let choice = Choice::Unit { slope: 1.0, correlation: 0.0 };
    let bought = |size: f64| {
        let mut world = sellers(choice);
        for name in ["seller0.list", "seller1.list"] {
            fix(&mut world, name, 0.0);
        }
        shock(&mut world, ShockKind::Commoditise, size);
        let mut found = Vec::new();
        live(&world, 4, &mut |_, state| {
            found.push(state.offers.share[0][0] + state.offers.share[1][0]);
        });
        found
    };
    for (quarter, (calm, sharper)) in bought(0.0).into_iter().zip(bought(4.0)).enumerate() {
        match quarter {
            0 => assert!(sharper < 0.99 * calm),
            _ => near(sharper, calm),
        }
    }
}

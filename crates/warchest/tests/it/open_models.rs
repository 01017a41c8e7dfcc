//! Costs and prices when models get better.

use warchest::simulate::outcome::Detail;
use warchest::world::*;

use crate::toy::{request, tally};
use crate::worlds::Maker;

/// A seller at cost (markup 0) of a model that gets better and dearer to serve each quarter,
/// whose list price moves with its releases only: research of its own, or the open frontier
/// behind a rival that does the research.
fn seller_at_cost(serves_open: bool, releases: bool, cheaper: f64) -> World {
    let mut make = Maker::new();
    let mut technology = make.technology();
    technology.research_productivity = make.fixed("productivity", 1.0);
    technology.efficiency_growth = make.fixed("efficiency", cheaper);
    technology.cost_of_quality = make.fixed("gamma", 0.8);
    let funding = make.no_funding();
    let region = make.region();
    let sigma = make.fixed("sigma", 3.0);
    let epsilon = make.fixed("epsilon", 1.0);
    let mut segment = make.segment(Kernel::Budget { sigma, epsilon });
    segment.reprice_hazard = make.fixed("hazard", 0.0);
    let size = Size::Walk {
        start: make.fixed("size", 1e9),
        growth: make.fixed("growth", 0.0),
        volatility: make.fixed("volatility", 0.0),
        ceiling: None,
        persistence: None,
    };
    let mut lab = make.firm("lab", 1e12);
    lab.research_floor = make.fixed("lab.floor", 1e9);
    lab.research_stock = make.fixed("lab.stock", 1e9);
    lab.release_gap = make.fixed("lab.gap", 1e-3);
    let mut seller = make.firm("seller", 1e12);
    let decay = make.fixed("decay", 1.0);
    seller.strategy = Strategy::CostPlus { markup: make.fixed("markup", 0.0), decay };
    seller.serves_open = serves_open;
    if releases {
        seller.research_floor = make.fixed("seller.floor", 1e9);
        seller.research_stock = make.fixed("seller.stock", 1e9);
        seller.release_gap = make.fixed("seller.gap", 1e-3);
    }
    let product = Product {
        name: "model".to_string(),
        firm: 1,
        segment: 0,
        list_price: make.fixed("list", 1.0),
        unit_cost: make.fixed("cost", 1.0),
        quality_offset: make.fixed("offset", 0.0),
        taste_volatility: make.fixed("taste_volatility", 0.0),
    };
    let appeal = Appeal::Taste(make.fixed("taste", 0.0));
    let mut world = make.world(12, technology, funding);
    world.regions = vec![region];
    world.segments = vec![segment];
    let listings = vec![Listing { product: 0, nest: 0, appeal }];
    world.markets =
        vec![Market { name: "world".to_string(), segment: 0, region: 0, size, listings }];
    world.products = vec![product];
    world.firms = vec![lab, seller];
    world
}

/// Cash lost on twelve quarters of sales, beside what research took.
fn lost(world: &World, research: f64) -> f64 {
    let end = tally(world, &request(Detail::Ends), 8).firms[1].end_cash.mean();
    1e12 - end - 12.0 * research
}

/// A firm at cost neither wins nor loses when its better model is dearer to serve, whether the
/// model is its own or the open one: price and cost are those of the same model.
#[test]
fn price_and_cost_are_of_the_same_model() {
    let own = lost(&seller_at_cost(false, true, 0.1), 1e9);
    assert!(own.abs() <= 12.0, "{own}");
    let open = lost(&seller_at_cost(true, false, 0.1), 0.0);
    assert!(open.abs() <= 12.0, "{open}");
    // A price that never moves while cost falls is told apart.
    assert!(lost(&seller_at_cost(false, false, 0.1), 0.0).abs() > 1e6);
}

/// A laboratory that only spends: 10 quarters of research in the bank, cut so that `least` are
/// left.
fn spender(least: f64) -> World {
    let mut make = Maker::new();
    let technology = make.technology();
    let funding = make.no_funding();
    let region = make.region();
    let mut lab = make.firm("lab", 10e9);
    lab.research_floor = make.fixed("floor", 1e9);
    lab.research_cut_runway = make.fixed("least", least);
    let mut world = make.world(40, technology, funding);
    world.regions = vec![region];
    world.firms = vec![lab];
    world
}

/// Who spends one in ten of the first cash each quarter is broke in the eleventh; who keeps four
/// quarters in the bank never is: below four, cash falls by a quarter of itself each quarter.
#[test]
fn research_that_is_cut_in_time_ruins_nobody() {
    let stubborn = tally(&spender(0.0), &request(Detail::Ends), 4);
    let exits = &stubborn.firms[0].exits;
    assert_eq!(exits[1][10], 4, "{exits:?} {}", stubborn.firms[0].end_cash.mean());
    let careful = tally(&spender(4.0), &request(Detail::Ends), 4);
    let exits = &careful.firms[0].exits;
    assert_eq!(careful.firms[0].alive, 4, "{exits:?}");
    // Down to 4 in six quarters, then 3/4 of what was there, 34 times, rounded to dollars.
    let want = (0..34).fold(4e9, |cash: f64, _| cash - (cash / 4.0).round());
    let left = careful.firms[0].end_cash.mean();
    assert!((left - want).abs() <= 4.0, "{left} {want}");
}

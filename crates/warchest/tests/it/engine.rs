//! Small worlds with one market, and a look at the state of a group of paths as it lives.

use warchest::numerics::lanes::Isa;
use warchest::simulate::lanes::State;
use warchest::simulate::outcome::{Detail, Request};
use warchest::simulate::plan::Plan;
use warchest::simulate::step;
use warchest::world::*;

use crate::worlds::Maker;

/// Paths of a group.
pub const LANES: usize = 16;
/// Sixteen paths side by side.
pub type Group = State<LANES>;

/// Lives `quarters` quarters of the first paths of a world; `look` sees the end of each.
pub fn live(world: &World, quarters: u32, look: &mut dyn FnMut(&Plan, &mut Group)) {
    let request = Request { audit: true, ..crate::toy::request(Detail::Quarters) };
    let plan = Plan::new(world, request.seed);
    let isa = Isa::best();
    let mut state = Group::new(&plan, &request);
    state.begin(isa, &plan, 0);
    for quarter in 0..quarters {
        step::quarter(isa, &plan, &mut state, quarter);
        look(&plan, &mut state);
    }
}

/// What the sellers of one market share.
#[derive(Clone, Copy, Debug)]
pub enum Choice {
    /// Logit with an outside option at this price slope; tastes inside the nest correlated.
    Unit { slope: f64, correlation: f64 },
    /// CES at this elasticity of substitution and of the market.
    Budget { sigma: f64, epsilon: f64 },
}

/// One market in which nothing moves: a seller for each (taste, unit cost, capacity in hours per
/// quarter; 0 = none of its own), all with cash to spare, playing the price game. The market has
/// `size` units, or USD.
pub fn one_market(choice: Choice, size: f64, sellers: &[(f64, f64, f64)]) -> World {
    let mut make = Maker::new();
    let technology = make.technology();
    let funding = make.no_funding();
    let region = make.region();
    let kernel = match choice {
        Choice::Unit { slope, .. } => Kernel::Unit { price_slope: make.fixed("slope", slope) },
        Choice::Budget { sigma, epsilon } => Kernel::Budget {
            sigma: make.fixed("sigma", sigma),
            epsilon: make.fixed("epsilon", epsilon),
        },
    };
    let mut segment = make.segment(kernel);
    if let Choice::Unit { correlation, .. } = choice {
        segment.nest_correlation = make.fixed("correlation", correlation);
    }
    let start = make.fixed("size", size);
    let still = make.fixed("still", 0.0);
    // A budget needs a ceiling: spend grows with the price index where ε < 1.
    let ceiling =
        matches!(choice, Choice::Budget { .. }).then(|| make.fixed("ceiling", 10.0 * size));
    let size = Size::Walk { start, growth: still, volatility: still, ceiling, persistence: None };
    let (mut firms, mut products, mut listings) = (Vec::new(), Vec::new(), Vec::new());
    for (i, &(taste, cost, hours)) in sellers.iter().enumerate() {
        let name = format!("seller{i}");
        let mut firm = make.firm(&name, 1e12);
        firm.capacity = make.fixed(&format!("{name}.capacity"), hours);
        firms.push(firm);
        products.push(Product {
            name: "product".to_string(),
            firm: i,
            segment: 0,
            list_price: make.fixed(&format!("{name}.list"), 2.0 * cost),
            unit_cost: make.fixed(&format!("{name}.cost"), cost),
            quality_offset: still,
            taste_volatility: still,
        });
        let appeal = Appeal::Taste(make.fixed(&format!("{name}.taste"), taste));
        listings.push(Listing { product: i, nest: 0, appeal });
    }
    let mut world = make.world(8, technology, funding);
    world.regions = vec![region];
    world.segments = vec![segment];
    world.markets =
        vec![Market { name: "market".to_string(), segment: 0, region: 0, size, listings }];
    world.products = products;
    world.firms = firms;
    world
}

/// Makes a parameter a known number in the engine's units.
pub fn fix(world: &mut World, name: &str, value: f64) {
    let id = world.find_param(name).expect("a parameter of this name");
    world.params[id.0 as usize].dist = Dist::Fixed(value);
}

/// Adds a shock of a known size over the whole run.
pub fn shock(world: &mut World, kind: ShockKind, size: f64) {
    let id = ParamId(world.params.len() as u32);
    world.params.push(Param {
        name: format!("{kind:?}.size"),
        dist: Dist::Fixed(size),
        per: Per::Path,
        transform: Transform::Scale(1.0),
        bounds: (f64::NEG_INFINITY, f64::INFINITY),
    });
    world.shocks.push(Shock {
        name: format!("{kind:?}"),
        kind,
        start: warchest::units::Quarter(0),
        length: world.clock.quarters,
        size: id,
        firms: Vec::new(),
        regions: Vec::new(),
    });
}

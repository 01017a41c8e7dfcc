//! Markets without an answer are refused by name.

use super::anchors::logit;
use warchest::demand::mixed::Consumers;
use warchest::numerics::lanes::Isa;
use warchest::pricing::error::PricingError as E;
use warchest::pricing::experiment::{Change, apply};
use warchest::pricing::invert::{costs_from_prices, utilities_from_shares};
use warchest::pricing::market::{Demand, Market, Ownership};
use warchest::pricing::nash::solve;

fn market() -> Market {
    logit(&[1.0, 2.0], &[0.5, 0.4], 1.0)
}

fn refused(market: &Market) -> E {
    solve(Isa::best(), market).unwrap_err()
}

#[test]
fn each_broken_rule_has_its_error() {
    assert!(solve(Isa::best(), &market()).is_ok());
    let mut m = market();
    m.products.clear();
    assert!(matches!(refused(&m), E::EmptyMarket { .. }));
    let mut m = market();
    m.products[1].name = "product 1".to_owned();
    assert!(matches!(refused(&m), E::Duplicate { .. }));
    let mut m = market();
    m.products[1].cost = 900.0;
    assert!(matches!(refused(&m), E::CostAboveAnyPrice { .. }));
    let mut m = market();
    m.products[0].tax_rate = 1.0;
    assert!(matches!(refused(&m), E::Range { .. }));
    let mut m = market();
    m.ownership = Ownership::Firms(vec![1.0, 0.5, 0.5]);
    assert!(matches!(refused(&m), E::Shape { .. }));
    m.ownership = Ownership::Firms(vec![0.9, 0.5, 0.5, 1.0]);
    assert!(matches!(refused(&m), E::Range { .. }));
    let mut m = market();
    let nests = vec!["used".to_owned(), "empty".to_owned()];
    m.demand = Demand::Nested {
        utility: vec![1.0; 2],
        slope: 1.0,
        rho: 0.5,
        nest: vec![0, 0],
        nests,
        outside: true,
    };
    assert!(matches!(refused(&m), E::EmptyNest { nest, .. } if nest == "empty"));
    let mut m = market();
    let v = [1.0, 1.0, 2.0, 2.0];
    m.demand = Demand::Mixed(Consumers::new(&[0.5, 0.5], &[-1.0, 0.1], &v, true));
    assert!(matches!(refused(&m), E::PriceCoefficient { consumer: 1, .. }));
    m.demand = Demand::Mixed(Consumers::new(&[], &[], &[], true));
    assert!(matches!(refused(&m), E::Shape { .. }));
}

#[test]
fn observations_that_no_model_produces() {
    let isa = Isa::best();
    let mut m = market();
    let zero = utilities_from_shares(isa, &mut m, &[1.0, 1.0], &[0.2, 0.0]);
    assert!(matches!(zero, Err(E::Share { product, .. }) if product == "product 2"));
    let much = utilities_from_shares(isa, &mut m, &[1.0, 1.0], &[0.6, 0.5]);
    assert!(matches!(much, Err(E::Share { .. })));
    // One firm that sells everything on a fixed budget: its costs are not identified.
    let mut m = market();
    m.products[1].firm = 0;
    m.demand = Demand::Ces { utility: vec![0.0; 2], sigma: 3.0, epsilon: 1.0, outside: false };
    let found = costs_from_prices(isa, &m, &[1.0, 1.0]);
    assert!(found.is_err() || found.unwrap().iter().any(|c| *c <= 0.0));
    let was = solve(isa, &market()).unwrap();
    let change = [Change::Merger { firms: vec!["firm 1".to_owned(), "nobody".to_owned()] }];
    let found = apply(isa, &market(), (&market(), &was), &change);
    assert!(matches!(found, Err(E::Unknown { name, .. }) if name == "nobody"));
}

/// One seller of everything without an outside good has no finite price: it says so.
#[test]
fn no_equilibrium_is_said() {
    let mut m = market();
    m.products[1].firm = 0;
    m.demand = Demand::Logit { utility: vec![1.0, 2.0], slope: 1.0, outside: false };
    assert!(!solve(Isa::best(), &m).unwrap().converged);
}

/// Shares to utilities and back, prices to costs and back, for every kind.
#[test]
fn inversions_round_trip() {
    let isa = Isa::best();
    let v = [1.0, 0.3, 2.0, 2.5];
    let kinds = [
        Demand::Logit { utility: vec![0.0; 2], slope: 1.0, outside: true },
        Demand::Nested {
            utility: vec![0.0; 2],
            slope: 1.0,
            rho: 0.8,
            nest: vec![0, 0],
            nests: vec!["a".to_owned()],
            outside: true,
        },
        Demand::Ces { utility: vec![0.0; 2], sigma: 3.0, epsilon: 1.5, outside: true },
        Demand::Mixed(Consumers::new(&[0.5, 0.5], &[-1.0, -2.0], &v, true)),
    ];
    for demand in kinds {
        let mut m = Market { demand, ..market() };
        let (prices, share) = ([1.6, 1.9], [0.25, 0.35]);
        utilities_from_shares(isa, &mut m, &prices, &share).unwrap();
        let costs = costs_from_prices(isa, &m, &prices).unwrap();
        for (product, cost) in m.products.iter_mut().zip(costs) {
            product.cost = cost;
        }
        let found = solve(isa, &m).unwrap();
        assert!(found.converged);
        for j in 0..2 {
            assert!((found.prices[j] - prices[j]).abs() < 1e-11, "{found:?}");
            assert!((found.shares[j] - share[j]).abs() < 1e-11, "{found:?}");
        }
    }
}

//! Laws of the price game, on markets nobody thought of.

use super::anchors::{logit, merge, names};
use proptest::prelude::*;
use warchest::demand::mixed::Consumers;
use warchest::numerics::lanes::Isa;
use warchest::pricing::certificate::certify;
use warchest::pricing::experiment::{Change, apply};
use warchest::pricing::market::{Demand, Market, Ownership, Product};
use warchest::pricing::measures::{measure, pass_through};
use warchest::pricing::nash::{Solution, solve};

/// Logit markets: 2 to 8 products, 2 to 4 firms, each firm with a product.
fn markets() -> impl Strategy<Value = Market> {
    let product = (-2.0..3.0f64, 0.0..2.0f64, 0..4usize);
    (prop::collection::vec(product, 2..9), 0.4..3.0f64).prop_map(|(products, slope)| {
        let utility: Vec<f64> = products.iter().map(|p| p.0).collect();
        let cost: Vec<f64> = products.iter().map(|p| p.1).collect();
        let mut market = logit(&utility, &cost, slope);
        for (j, (product, drawn)) in market.products.iter_mut().zip(&products).enumerate() {
            product.firm = if j < 2 { j } else { drawn.2.min(cost.len() - 1) };
        }
        market
    })
}

/// The same with other kinds of demand over the same products.
fn kinds() -> impl Strategy<Value = Market> {
    (markets(), 0..4u8, 0.1..0.95f64).prop_map(|(mut market, kind, rho)| {
        let Demand::Logit { utility, slope, outside } = market.demand.clone() else {
            return market;
        };
        let n = utility.len();
        market.demand = match kind {
            0 => Demand::Logit { utility, slope, outside },
            1 => {
                let (nest, nests) = ((0..n).map(|j| j % 2).collect(), names(&["a", "b"]));
                Demand::Nested { utility, slope, rho, nest, nests, outside }
            }
            2 => {
                for product in &mut market.products {
                    product.cost += 0.5;
                }
                Demand::Ces { utility, sigma: 1.5 + slope, epsilon: 1.0 + rho, outside: false }
            }
            _ => {
                let slopes = [-slope, -0.6 * slope, -1.4 * slope];
                let v: Vec<f64> = utility
                    .iter()
                    .enumerate()
                    .flat_map(|(j, u)| [*u, u + rho * (j % 3) as f64, u - rho])
                    .collect();
                Demand::Mixed(Consumers::new(&[0.5, 0.3, 0.2], &slopes, &v, outside))
            }
        };
        market
    })
}

fn priced(market: &Market) -> Solution {
    let found = solve(Isa::best(), market).unwrap();
    assert!(found.converged, "{found:?} {market:?}");
    found
}

fn near(a: f64, b: f64, room: f64) -> bool {
    (a - b).abs() <= room * (1.0 + a.abs().max(b.abs()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every answer holds up before evidence that the search did not produce: dense first-order
    /// conditions, curvature, and no unilateral deviation on a grid that gains.
    #[test]
    fn answers_carry_their_proof(market in kinds()) {
        let found = priced(&market);
        let proof = certify(Isa::best(), &market, &found, true);
        prop_assert!(proof.foc <= 1e-11, "{proof:?}");
        if matches!(market.demand, Demand::Mixed(_)) {
            // Mixed logit may have several local optima: the grid reports, it does not forbid.
            return Ok(());
        }
        prop_assert_eq!(proof.second_order_failures, 0);
        prop_assert!(proof.best_gain <= 1e-12, "{:?}", proof);
    }

    /// A merger of substitutes lowers no price under logit, and merged products end with
    /// equal margins.
    #[test]
    fn a_merger_lowers_no_price(market in markets()) {
        let (was, after) = merge(&market, &["firm 1", "firm 2"]);
        for (was, is) in was.prices.iter().zip(&after.solution.prices) {
            prop_assert!(*is >= was - 1e-12 * was.abs());
        }
        let margins: Vec<f64> = after.market.products.iter().zip(&after.solution.prices)
            .filter(|(p, _)| p.firm == 0).map(|(p, price)| price - p.cost).collect();
        prop_assert!(margins.iter().all(|m| near(*m, margins[0], 1e-12)));
    }

    /// The seller passes on a part of its own cost, never more than all of it, under logit.
    #[test]
    fn own_pass_through_is_a_part(market in markets()) {
        let n = market.products.len();
        let rates = pass_through(Isa::best(), &market, &priced(&market)).unwrap();
        for j in 0..n {
            let own = rates[j * n + j];
            prop_assert!(own > 0.0 && own <= 1.0 + 1e-7, "{own}");
        }
    }

    /// Renaming and reordering products permutes the answer.
    #[test]
    fn order_does_not_matter(market in kinds()) {
        let n = market.products.len();
        let order: Vec<usize> = (0..n).rev().collect();
        let turned = market.keep(&order);
        let (a, b) = (priced(&market), priced(&turned));
        for (at, &j) in order.iter().enumerate() {
            prop_assert!(near(a.prices[j], b.prices[at], 1e-11));
        }
    }

    /// Measuring money in thousandths scales prices, and profits with them (all but CES, whose
    /// utilities are in logs of price and shift instead).
    #[test]
    fn money_scales(market in markets()) {
        let mut small = market.clone();
        if let Demand::Logit { slope, .. } = &mut small.demand {
            *slope /= 1000.0;
        }
        for product in &mut small.products {
            product.cost *= 1000.0;
        }
        let (a, b) = (priced(&market), priced(&small));
        for (a, b) in a.prices.iter().zip(&b.prices) {
            prop_assert!(near(1000.0 * a, *b, 1e-12));
        }
        let (a, b) = (measure(Isa::best(), &market, &a), measure(Isa::best(), &small, &b));
        for (a, b) in a.profits.iter().zip(&b.profits) {
            prop_assert!(near(1000.0 * a, *b, 1e-11));
        }
    }

    /// Firms that are alike price alike.
    #[test]
    fn twins_price_alike(market in kinds(), n in 2..6usize) {
        let first = market.keep(&[0]);
        let mut twins = market.clone();
        twins.products = (0..n).map(|j| Product { name: format!("twin {j}"), firm: j, ..first.products[0].clone() }).collect();
        twins.firms = (0..n).map(|j| format!("firm {j}")).collect();
        twins.ownership = Ownership::Labels;
        twins.demand = first.demand.keep(&vec![0; n]);
        let found = priced(&twins);
        prop_assert!(found.prices.iter().all(|p| near(*p, found.prices[0], 1e-12)));
    }

    /// Firms that maximise joint profit earn at least what they earn as rivals.
    #[test]
    fn collusion_pays_together(market in markets()) {
        let nash = priced(&market);
        let changes = [Change::Collusion { firms: market.firms.clone(), weight: 1.0 }];
        let joint = apply(Isa::best(), &market, (&market, &nash), &changes).unwrap();
        prop_assert!(joint.solution.converged);
        let sum = |market: &Market, at: &Solution| measure(Isa::best(), market, at).profits.iter().sum::<f64>();
        prop_assert!(sum(&joint.market, &joint.solution) >= sum(&market, &nash) * (1.0 - 1e-12));
    }

    /// A firm that keeps its price answers nothing; one that is alone in re-pricing plays its
    /// best reply, so a full round of Nash prices moves nobody.
    #[test]
    fn nash_prices_stay_when_some_reprice(market in kinds()) {
        let nash = priced(&market);
        let changes = [Change::Reprice { firms: names(&["firm 1"]) }];
        let again = apply(Isa::best(), &market, (&market, &nash), &changes).unwrap();
        for (a, b) in nash.prices.iter().zip(&again.solution.prices) {
            prop_assert!(near(*a, *b, 1e-10));
        }
    }

    /// Capacity binds or costs nothing.
    #[test]
    fn capacity_is_complementary(market in markets(), part in 0.3..1.5f64) {
        let free = priced(&market);
        let mut tight = market.clone();
        tight.products[0].capacity = part * free.quantities[0];
        let found = priced(&tight);
        let over = found.quantities[0] / tight.products[0].capacity - 1.0;
        prop_assert!(over <= 1e-11);
        prop_assert!(found.shadow[0] == 0.0 || over.abs() <= 1e-10);
        prop_assert_eq!(found.shadow[0] > 0.0, part < 1.0 - 1e-9);
    }
}

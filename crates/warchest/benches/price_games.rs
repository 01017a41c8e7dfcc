//! Question: what does one static price game cost, by kind of demand and number of consumers?
//!
//! Sizes are those that the peers were measured at: 24 products of 5 firms (a cereal market),
//! 20 to 5,000 consumers, and 111 products of 20 firms with 200 consumers (a year of cars).
//! Starts are the prices before firms 1 and 2 merge, as in a merger simulation.

use divan::{Bencher, black_box};
use warchest::demand::mixed::{Consumers, Groups, Response, Scratch, respond};
use warchest::numerics::lanes::Isa;
use warchest::pricing::batch;
use warchest::pricing::market::{Demand, Market, Ownership, Product};
use warchest::pricing::nash::{solve, solve_from};

fn main() {
    divan::main();
}

/// Fractional parts of multiples of an irrational number: spread without a generator.
fn spread(k: usize, low: f64, high: f64) -> f64 {
    low + (high - low) * ((k as f64 + 0.5) * 0.618_033_988_749_894_9).fract()
}

fn products(count: usize, firms: usize) -> (Vec<f64>, Vec<Product>) {
    let utility = (0..count).map(|j| spread(j, -1.0, 2.0)).collect();
    let cost = |j: usize| spread(7 * j + 3, 0.2, 1.2);
    let products = (0..count).map(|j| Product::new(&format!("{j}"), j % firms, cost(j))).collect();
    (utility, products)
}

fn market(count: usize, firms: usize, demand: impl Fn(Vec<f64>) -> Demand) -> Market {
    let (utility, products) = products(count, firms);
    Market {
        name: "bench".to_owned(),
        size: 1.0,
        firms: (0..firms).map(|f| format!("{f}")).collect(),
        products,
        demand: demand(utility),
        ownership: Ownership::Labels,
    }
}

fn mixed(count: usize, firms: usize, consumers: usize) -> Market {
    market(count, firms, |utility| {
        let weight = vec![1.0 / consumers as f64; consumers];
        let slope: Vec<f64> = (0..consumers).map(|i| -spread(i, 0.8, 2.5)).collect();
        let v: Vec<f64> = (0..count * consumers)
            .map(|at| utility[at / consumers] + spread(at, -1.5, 1.5))
            .collect();
        Demand::Mixed(Consumers::new(&weight, &slope, &v, true))
    })
}

/// The market after firms 0 and 1 merged, and the prices of before.
fn merged(mut market: Market) -> (Market, Vec<f64>) {
    let start = solve(Isa::best(), &market).expect("a sound market").prices;
    for product in &mut market.products {
        product.firm = if product.firm == 1 { 0 } else { product.firm };
    }
    (market, start)
}

#[divan::bench]
fn plain_logit_24_products(bencher: Bencher<'_, '_>) {
    let logit = |utility| Demand::Logit { utility, slope: 1.2, outside: true };
    let (market, start) = merged(market(24, 5, logit));
    bencher.bench_local(|| solve_from(Isa::best(), black_box(&market), &start));
}

#[divan::bench(args = [0.5, 0.9, 0.99])]
fn nested_logit_24_products(bencher: Bencher<'_, '_>, rho: f64) {
    let (market, start) = merged(market(24, 5, |utility| Demand::Nested {
        nest: (0..utility.len()).map(|j| j % 3).collect(),
        nests: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
        utility,
        slope: 1.2,
        rho,
        outside: true,
    }));
    bencher.bench_local(|| solve_from(Isa::best(), black_box(&market), &start));
}

#[divan::bench]
fn ces_24_products(bencher: Bencher<'_, '_>) {
    let ces = |utility| Demand::Ces { utility, sigma: 4.0, epsilon: 1.2, outside: false };
    let (market, start) = merged(market(24, 5, ces));
    bencher.bench_local(|| solve_from(Isa::best(), black_box(&market), &start));
}

#[divan::bench(args = [20, 200, 1000, 5000])]
fn mixed_logit_24_products(bencher: Bencher<'_, '_>, consumers: usize) {
    let (market, start) = merged(mixed(24, 5, consumers));
    bencher.bench_local(|| solve_from(Isa::best(), black_box(&market), &start));
}

#[divan::bench]
fn mixed_logit_111_products_200_consumers(bencher: Bencher<'_, '_>) {
    let (market, start) = merged(mixed(111, 20, 200));
    bencher.bench_local(|| solve_from(Isa::best(), black_box(&market), &start));
}

/// One evaluation of the first-order conditions: divide by products × consumers for the cost
/// of a cell.
#[divan::bench(args = [24, 1000, 5000])]
fn evaluation_24_products(bencher: Bencher<'_, '_>, consumers: usize) {
    let market = mixed(24, 5, consumers);
    let Demand::Mixed(consumers) = &market.demand else {
        return;
    };
    let groups = Groups { of: (0..24).map(|j| j % 5).collect(), count: 5, weight: Vec::new() };
    let (prices, margins) = (vec![2.0; 24], vec![1.0; 24]);
    let (mut scratch, mut response) = (Scratch::default(), Response::default());
    bencher.bench_local(|| {
        let at = black_box(&prices);
        respond(Isa::best(), consumers, &groups, at, &margins, &mut scratch, &mut response);
    });
}

/// A batch of 94 markets on the thread pool; compare RAYON_NUM_THREADS 1 and 2.
#[divan::bench]
fn batch_of_94_markets(bencher: Bencher<'_, '_>) {
    let games = vec![merged(mixed(24, 5, 20)); 94];
    bencher.bench_local(|| {
        batch::map(black_box(&games), |(market, start)| solve_from(Isa::best(), market, start))
    });
}

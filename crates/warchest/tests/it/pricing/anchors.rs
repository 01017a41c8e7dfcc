//! Numbers from papers, vignettes and closed forms, to the digits they print.

use warchest::demand::mixed::Consumers;
use warchest::numerics::lanes::Isa;
use warchest::pricing::certificate::certify;
use warchest::pricing::experiment::{After, Change, apply};
use warchest::pricing::market::{Demand, Market, Ownership, Product};
use warchest::pricing::measures::{measure, pass_through};
use warchest::pricing::nash::{Method, Solution, multistart, solve};

pub fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Single-product logit firms with an outside good.
pub fn logit(utility: &[f64], cost: &[f64], slope: f64) -> Market {
    let firm = |j: usize| format!("firm {}", j + 1);
    Market {
        name: "test".to_owned(),
        size: 1.0,
        firms: (0..cost.len()).map(firm).collect(),
        products: cost
            .iter()
            .enumerate()
            .map(|(j, &cost)| Product::new(&format!("product {}", j + 1), j, cost))
            .collect(),
        demand: Demand::Logit { utility: utility.to_vec(), slope, outside: true },
        ownership: Ownership::Labels,
    }
}

pub fn merge(market: &Market, firms: &[&str]) -> (Solution, After) {
    let was = solve(Isa::best(), market).unwrap();
    let changes = [Change::Merger { firms: names(firms) }];
    let after = apply(Isa::best(), market, (market, &was), &changes).unwrap();
    (was, after)
}

fn within(found: &[f64], expected: &[f64], room: f64) -> bool {
    found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| (f - e).abs() <= room)
}

/// The vignette of the R package mergersim: three single-product firms, α = −.9,
/// δ = .81 .93 .82, c = .05 .31 .30; firms 1 and 2 merge. Prices solved in 40-digit arithmetic
/// (mpmath `findroot` on the first-order conditions), rounded to 15 digits.
fn is_vignette(slope: f64) -> bool {
    let market = logit(&[0.81, 0.93, 0.82], &[0.05, 0.31, 0.30], slope);
    let (was, after) = merge(&market, &["firm 1", "firm 2"]);
    let before = [1.482_363_258_260_110, 1.709_577_396_826_442, 1.673_101_606_381_858];
    let then = [1.793_080_820_483_561, 2.053_080_820_483_561, 1.705_424_907_578_953];
    was.converged
        && after.solution.converged
        && within(&was.prices, &before, 2e-15)
        && within(&after.solution.prices, &then, 2e-15)
}

#[test]
fn mergersim_vignette() {
    assert!(is_vignette(0.9));
    assert!(!is_vignette(0.900_000_01));
}

/// Equal margins for merged products: the vignette's own printed post-merger prices break
/// this from the sixth digit.
#[test]
fn merged_products_carry_equal_margins() {
    let market = logit(&[0.81, 0.93, 0.82], &[0.05, 0.31, 0.30], 0.9);
    let (_, after) = merge(&market, &["firm 1", "firm 2"]);
    let p = &after.solution.prices;
    assert!((p[0] - 0.05 - (p[1] - 0.31)).abs() <= 1e-14);
}

/// Calvano, Calzolari, Denicolò and Pastorello (2020), AER 110(10), baseline duopoly: a = 2,
/// c = 1, a_0 = 0, μ = 1/4; Nash 1.472927, joint profit 1.92498.
#[test]
fn calvano_2020() {
    let market = logit(&[8.0, 8.0], &[1.0, 1.0], 4.0);
    let nash = solve(Isa::best(), &market).unwrap();
    assert!(within(&nash.prices, &[1.472_927; 2], 5e-7), "{:?}", nash.prices);
    let changes = [Change::Collusion { firms: names(&["firm 1", "firm 2"]), weight: 1.0 }];
    let joint = apply(Isa::best(), &market, (&market, &nash), &changes).unwrap();
    assert_eq!(joint.solution.method, Method::Zeta);
    assert!(within(&joint.solution.prices, &[1.924_98; 2], 5e-6), "{:?}", joint.solution);
    // The same as a merger, found by the other method.
    let (_, merged) = merge(&market, &["firm 1", "firm 2"]);
    assert_eq!(merged.solution.method, Method::Aggregate);
    assert!(within(&merged.solution.prices, &joint.solution.prices, 1e-12));
    assert!(!within(
        &solve(Isa::best(), &logit(&[8.0, 8.0], &[1.0, 1.0], 3.98)).unwrap().prices,
        &[1.472_927; 2],
        5e-7
    ));
}

/// Capacity-bound monopoly logit, G = .3: `p = (a + ln((1−G)/G))/b`.
#[test]
fn capacity_has_a_price() {
    let mut market = logit(&[2.0], &[0.5], 1.0);
    market.products[0].capacity = 0.3;
    let full = solve(Isa::best(), &market).unwrap();
    assert!(full.converged, "{full:?}");
    assert!(within(&full.prices, &[2.847_297_860_387_204], 1e-11), "{full:?}");
    assert!(within(&full.shadow, &[0.918_726_431_815_775], 1e-11), "{full:?}");
    market.products[0].capacity = 0.5;
    let slack = solve(Isa::best(), &market).unwrap();
    assert_eq!(slack.shadow, [0.0]);
    assert!(within(&slack.prices, &[2.266_248_608_161_75], 1e-13));
}

/// Consumers who are all alike are a plain logit market.
fn alike(utility: &[f64], cost: &[f64], slope: f64, consumers: usize) -> Market {
    let weight = vec![1.0 / consumers as f64; consumers];
    let slopes = vec![-slope; consumers];
    let v: Vec<f64> = utility.iter().flat_map(|&u| vec![u; consumers]).collect();
    let mut market = logit(utility, cost, slope);
    market.demand = Demand::Mixed(Consumers::new(&weight, &slopes, &v, true));
    market
}

#[test]
fn mixed_logit_of_twins_is_plain_logit() {
    let (utility, cost) = ([1.0, 2.0, 0.5, 1.5], [0.3, 0.9, 0.1, 0.4]);
    let mut plain = logit(&utility, &cost, 1.3);
    plain.products[3].firm = 0;
    let expected = solve(Isa::best(), &plain).unwrap();
    for consumers in [1, 7, 8, 20] {
        let mut mixed = alike(&utility, &cost, 1.3, consumers);
        mixed.products[3].firm = 0;
        let found = solve(Isa::best(), &mixed).unwrap();
        assert!(found.converged, "{found:?}");
        assert!(within(&found.prices, &expected.prices, 1e-12), "{found:?} {expected:?}");
        let (a, b) =
            (measure(Isa::best(), &plain, &expected), measure(Isa::best(), &mixed, &found));
        assert!(within(&a.elasticities, &b.elasticities, 1e-11));
        assert!((a.consumer_surplus - b.consumer_surplus).abs() < 1e-12);
        assert!(within(
            &pass_through(Isa::best(), &plain, &expected).unwrap(),
            &pass_through(Isa::best(), &mixed, &found).unwrap(),
            1e-8
        ));
    }
}

/// Own pass-through of a monopolist under logit: `dp/dc = 1 − s` (differentiate
/// `p = c + 1/(1−s)`, `ds = −s(1−s) dp`).
#[test]
fn monopoly_pass_through() {
    let market = logit(&[2.0], &[0.5], 1.0);
    let nash = solve(Isa::best(), &market).unwrap();
    let rate = pass_through(Isa::best(), &market, &nash).unwrap();
    assert!((rate[0] - (1.0 - nash.shares[0])).abs() < 1e-8, "{rate:?}");
}

/// With a specific tax the seller's cost rises by the tax; an ad-valorem tax scales cost by
/// 1/(1−τ). Two tax rates within one firm leave the one-markup form, so the general method
/// must agree with a hand-made fixed point.
#[test]
fn taxes() {
    let mut market = logit(&[2.0, 1.0], &[0.5, 0.4], 1.0);
    market.products[0].unit_tax = 0.1;
    market.products[1].tax_rate = 0.2;
    let taxed = solve(Isa::best(), &market).unwrap();
    let bare = solve(Isa::best(), &logit(&[2.0, 1.0], &[0.6, 0.5], 1.0)).unwrap();
    assert!(within(&taxed.prices, &bare.prices, 1e-13));
    market.products[1].firm = 0;
    let both = solve(Isa::best(), &market).unwrap();
    assert_eq!(both.method, Method::Zeta);
    assert!(both.converged);
    let certificate = certify(Isa::best(), &market, &both, true);
    assert!(certificate.foc < 1e-13 && certificate.best_gain <= 0.0, "{certificate:?}");
    // Euler condition of product 1 by hand: κ₁(1 − b m₁(1−s₁)) + κ₂ b s₂ m₂ = 0.
    let (p, s) = (&both.prices, &both.shares);
    let (m1, m2) = (p[0] - 0.6, p[1] - 0.5);
    assert!((1.0 - m1 * (1.0 - s[0]) + 0.8 * s[1] * m2).abs() < 1e-13);
}

/// A price war at cut 0 is the Nash equilibrium; at cut x a monopolist prices at (1−x) of
/// its best price.
#[test]
fn price_war() {
    let market = logit(&[2.0, 1.5], &[0.5, 0.4], 1.0);
    let nash = solve(Isa::best(), &market).unwrap();
    let war = |market: &Market, was: &Solution, cut: f64| {
        let changes = [Change::PriceWar { firms: names(&["firm 1"]), cut }];
        apply(Isa::best(), market, (market, was), &changes).unwrap().solution
    };
    let none = war(&market, &nash, 0.0);
    assert!(none.converged && within(&none.prices, &nash.prices, 1e-12));
    let alone = logit(&[2.0], &[0.5], 1.0);
    let nash = solve(Isa::best(), &alone).unwrap();
    let cut = war(&alone, &nash, 0.3);
    assert!(cut.converged && within(&cut.prices, &[0.7 * nash.prices[0]], 1e-12));
}

/// Distinct equilibria are counted, and plain logit has one.
#[test]
fn multistart_finds_one_logit_equilibrium() {
    let found = multistart(Isa::best(), &logit(&[2.0, 1.5], &[0.5, 0.4], 1.0), 12).unwrap();
    assert_eq!((found.found.len(), found.failed, found.starts), (1, 0, 12));
}

//! Limiting cases with closed forms (docs/model.md), through the engine; each with a twin that is
//! told apart.

use warchest::numerics::elementary::exp;
use warchest::portfolio::kelly;
use warchest::simulate::outcome::Detail;
use warchest::world::World;

use crate::engine::{Choice, Group, fix, live, one_market};
use crate::toy::{request, tally};
use crate::worlds::{self, Maker};

/// Closed forms are met to this, relative.
const CLOSE: f64 = 1e-12;

fn near(found: f64, want: f64) -> bool {
    (found - want).abs() <= CLOSE * want.abs()
}

/// Price and share of the first seller after one quarter.
fn first_seller(world: &World) -> (f64, f64) {
    let mut found = (f64::NAN, f64::NAN);
    live(world, 1, &mut |_, state: &mut Group| {
        found = (state.offers.price[0][0], state.offers.share[0][0]);
        assert_eq!(state.common.unconverged, [0.0; 16]);
        assert_eq!(state.common.failures, [0.0; 16]);
    });
    found
}

const LOGIT: Choice = Choice::Unit { slope: 1.0, correlation: 0.0 };

/// W(x) by Newton's method, from the defining equation w e^w = x.
fn lambert(x: f64) -> f64 {
    let mut w = libm::log1p(x);
    for _ in 0..50 {
        w -= (w * libm::exp(w) - x) / (libm::exp(w) * (1.0 + w));
    }
    w
}

#[test]
fn monopoly_logit() {
    let (price, share) = first_seller(&one_market(LOGIT, 1e9, &[(2.0, 0.5, 0.0)]));
    assert!(near(price, 2.266_248_608_161_75), "{price}");
    assert!(near(share, 0.433_828_287_037_823), "{share}");
    // The same for other tastes and costs: p = c + 1 + W(e^{a − c − 1}).
    for (taste, cost) in [(-3.0, 0.1), (0.0, 1.0), (5.0, 0.25), (8.0, 3.0)] {
        let want = cost + 1.0 + lambert(libm::exp(taste - cost - 1.0));
        let (price, _) = first_seller(&one_market(LOGIT, 1e9, &[(taste, cost, 0.0)]));
        assert!(near(price, want), "{price} {want}");
    }
    let (twin, _) = first_seller(&one_market(LOGIT, 1e9, &[(2.0, 0.5 + 1e-10, 0.0)]));
    assert!(!near(twin, 2.266_248_608_161_75));
}

/// p − c = 1/(1 − s) with the outside option.
#[test]
fn symmetric_bertrand_logit() {
    for (n, want) in [(2, 2.0), (3, 1.849_605_323_620_781)] {
        let (price, share) = first_seller(&one_market(LOGIT, 1e9, &vec![(2.0, 0.5, 0.0); n]));
        assert!(near(price, want), "{n}: {price}");
        assert!(near(price - 0.5, 1.0 / (1.0 - share)));
    }
    let uneven = [(2.0, 0.5, 0.0), (2.0 + 1e-10, 0.5, 0.0)];
    assert!(!near(first_seller(&one_market(LOGIT, 1e9, &uneven)).0, 2.0));
}

/// p − c = n/(n − 1) when nobody goes without: the goods are worth so much more than nothing
/// that the outside option is e^{-57} of the market.
#[test]
fn symmetric_bertrand_logit_without_outside_option() {
    for (n, want) in [(2, 2.5), (3, 2.0)] {
        let (price, share) = first_seller(&one_market(LOGIT, 1e9, &vec![(60.0, 0.5, 0.0); n]));
        assert!(near(price, want), "{n}: {price}");
        assert!(near(share, 1.0 / n as f64));
    }
    assert!(!near(first_seller(&one_market(LOGIT, 1e9, &[(20.0, 0.5, 0.0); 2])).0, 2.5));
}

/// p − c = (1 − σ)/(1 − σ s_{j|g} − (1 − σ) s_j), two sellers in one nest, σ = 1/2.
#[test]
fn nested_logit() {
    let choice = |correlation| Choice::Unit { slope: 1.0, correlation };
    let (price, share) = first_seller(&one_market(choice(0.5), 1e9, &[(2.0, 0.5, 0.0); 2]));
    assert!(near(price, 1.378_981_512_358_96), "{price}");
    assert!(near(price - 0.5, 0.5 / (1.0 - 0.25 - 0.5 * share)));
    let (twin, _) = first_seller(&one_market(choice(0.5 + 1e-9), 1e9, &[(2.0, 0.5, 0.0); 2]));
    assert!(!near(twin, 1.378_981_512_358_96));
}

/// Four sellers, σ = 3, ε = 1.1: η = σ(1 − 1/n) + ε/n, p = η/(η − 1).
#[test]
fn constant_elasticity() {
    let choice = |epsilon| Choice::Budget { sigma: 3.0, epsilon };
    let (price, share) = first_seller(&one_market(choice(1.1), 1e9, &[(0.0, 1.0, 0.0); 4]));
    let eta = 3.0 * 0.75 + 1.1 / 4.0;
    assert!(near(price, eta / (eta - 1.0)), "{price}");
    assert!((price - 1.655_737_704_918).abs() <= 5e-13);
    assert!(near(share, 0.25));
    let (twin, _) = first_seller(&one_market(choice(1.1 + 1e-10), 1e9, &[(0.0, 1.0, 0.0); 4]));
    assert!(!near(twin, eta / (eta - 1.0)));
}

/// A monopolist who can serve three tenths: p = a + ln((1 − G)/G), and the shadow price of
/// capacity closes the first-order condition. An hour of compute serves two units.
#[test]
fn capacity_bound_monopoly() {
    let found = |capacity: f64| {
        let mut found = (f64::NAN, f64::NAN, f64::NAN);
        live(&one_market(LOGIT, 1e9, &[(2.0, 0.5, capacity)]), 1, &mut |_, state| {
            let shadow = state.firms.shadow[0][0] * state.offers.hours[0][0];
            found = (state.offers.price[0][0], shadow, state.offers.units[0][0]);
        });
        found
    };
    let (price, shadow, units) = found(0.3 * 0.5e9);
    assert!(near(price, 2.847_297_860_387_204), "{price}");
    assert!(near(shadow, 0.918_726_431_815_775), "{shadow}");
    assert!(near(units, 0.3e9), "{units}");
    let (twin, ..) = found(0.3 * 0.5e9 + 1.0);
    assert!(!near(twin, 2.847_297_860_387_204));
    // With room to spare the capacity costs nothing and the free price comes back.
    let (free, none, _) = found(0.9 * 0.5e9);
    assert!(near(free, 2.266_248_608_161_75) && none == 0.0);
}

/// F(5) = .331198642 for p = .03, q = .38 per year from an empty market (Bass 1969).
#[test]
fn bass_diffusion() {
    let adopted = |imitation: f64| {
        let mut make = Maker::new();
        let (technology, funding) = (make.technology(), make.no_funding());
        let mut region = make.region();
        region.adopters = make.fixed("adopters", 0.0);
        region.innovation = make.fixed("innovation", 0.03 / 4.0);
        region.imitation = make.fixed("imitation", imitation / 4.0);
        let mut world = make.world(20, technology, funding);
        world.regions = vec![region];
        let mut found = f64::NAN;
        live(&world, 20, &mut |_, state| found = state.regions.adopters[0][0]);
        found
    };
    let decay = libm::exp(-5.0 * 0.41);
    let want = (1.0 - decay) / (1.0 + 0.38 / 0.03 * decay);
    assert!(near(adopted(0.38), want) && (want - 0.331_198_642).abs() <= 5e-10);
    assert!(!near(adopted(0.38 + 1e-9), want));
}

/// Probability that cash k with drift and volatility per step is below zero at the end of one of
/// `steps` steps: the density of the survivors, step by step, on a grid from 0 to 60.
fn ruin_at_looks(k: f64, drift: f64, volatility: f64, steps: u32) -> f64 {
    const POINTS: usize = 3001;
    let h = 60.0 / (POINTS - 1) as f64;
    let bell = |x: f64| {
        libm::exp(-0.5 * x * x / (volatility * volatility)) / volatility * 0.398_942_280_401_432_7
    };
    let moves: Vec<f64> =
        (0..2 * POINTS - 1).map(|i| bell((i as f64 - (POINTS - 1) as f64) * h - drift)).collect();
    let mut density: Vec<f64> = (0..POINTS).map(|i| bell(i as f64 * h - k - drift)).collect();
    for _ in 1..steps {
        density[0] *= 0.5;
        density = (0..POINTS)
            .map(|to| {
                let pairs = density.iter().enumerate();
                pairs.map(|(from, p)| p * moves[to + POINTS - 1 - from]).sum::<f64>() * h
            })
            .collect();
    }
    density[0] *= 0.5;
    1.0 - density.iter().sum::<f64>() * h
}

/// Cash 10, drift 1, volatility 5 per year, five years: watched at every instant the closed form
/// gives .236948767 (see `runway`); watched at quarter ends, the integral above.
#[test]
fn ruin_at_quarter_ends() {
    let want = ruin_at_looks(10.0, 0.25, 2.5, 20);
    // Watching less often sees less: about what the corrected closed form says (.183218).
    assert!((want - 0.183_218).abs() < 0.002, "{want}");
    let paths = 200_000;
    let world = worlds::runway(10e9, 0.25e9, 2.5e9, 20);
    let found = crate::toy::ruin(&tally(&world, &request(Detail::Ends), paths), 0, 20);
    let error = (want * (1.0 - want) / paths as f64).sqrt();
    assert!((found - want).abs() <= 4.0 * error, "{found} {want} ± {error}");
    let twin = ruin_at_looks(10.0, 0.25, 2.55, 20);
    assert!((found - twin).abs() > 4.0 * error, "{found} {twin}");
}

/// Mean and variance of the lifetime in years and their standard errors: cash 17.5, burn 8.5,
/// volatility 4 per year, watched a hundred times a year.
fn lifetimes(paths: u64) -> [(f64, f64); 2] {
    let world = worlds::runway(17.5e9, -0.085e9, 0.4e9, 1200);
    let found = tally(&world, &request(Detail::Ends), paths);
    assert_eq!(found.firms[0].alive, 0);
    let moment = |power: usize, centre: f64| {
        let by_quarter = found.firms[0].exits.iter().flatten().enumerate();
        let sum: f64 = by_quarter
            .map(|(at, &n)| {
                let years = (at % 1200 + 1) as f64 / 100.0;
                n as f64 * std::iter::repeat_n(years - centre, power).product::<f64>()
            })
            .sum();
        sum / paths as f64
    };
    let mean = moment(1, 0.0);
    let (second, fourth) = (moment(2, mean), moment(4, mean));
    let n = paths as f64;
    [(mean, (second / n).sqrt()), (second, ((fourth - second * second) / n).sqrt())]
}

/// Inverse Gaussian lifetimes: mean K/|μ| = 2.0588 years, variance Kσ²/|μ|³ = .45593; looking a
/// hundred times a year moves K by 0.5826 σ √Δt (Broadie, Glasserman and Kou 1997).
#[test]
fn burn_only_lifetimes_are_inverse_gaussian() {
    let law = |k: f64| [k / 8.5, k * 16.0 / (8.5 * 8.5 * 8.5)];
    let [mean, variance] = law(17.5);
    assert!((mean - 2.0588).abs() < 5e-5 && (variance - 0.45593).abs() < 5e-6);
    let found = lifetimes(20_480);
    let agree = |want: [f64; 2]| {
        found.iter().zip(want).all(|(&(value, error), want)| (value - want).abs() <= 4.0 * error)
    };
    assert!(agree(law(17.5 + 0.5826 * 4.0 * 0.1)), "{found:?}");
    assert!(!agree(law(17.5)), "{found:?}");
}

/// f = p − (1 − p)/b, given outright and as the maximum of mean log growth.
#[test]
fn kelly_stakes() {
    for (p, odds, want) in [(0.6, 1.0, 0.2), (0.05, 49.0, 0.05 - 0.95 / 49.0)] {
        let stake = kelly::binary(p, odds).unwrap();
        assert!(near(stake, want) || (stake - want).abs() <= 1e-15, "{stake}");
        let bet = kelly::Bet::new(vec![(p, odds), (1.0 - p, -1.0)]).unwrap();
        let growth = |f: f64| bet.growth(f);
        assert!(growth(stake) > growth(stake + 1e-3) && growth(stake) > growth(stake - 1e-3));
    }
    assert!((kelly::binary(0.05, 49.0).unwrap() - 0.030_612).abs() < 5e-7);
    assert!(!near(kelly::binary(0.6 + 1e-10, 1.0).unwrap(), 0.2));
}

/// The toy's fixed cost of a closed form: with nobody buying, cash falls by the sum of opex.
#[test]
fn a_firm_without_buyers_spends_its_opex() {
    let mut world = worlds::toy();
    fix(&mut world, "market.size", 0.0);
    fix(&mut world, "firm0.opex", 1e6);
    let found = tally(&world, &request(Detail::Ends), 16);
    let spent: f64 = (1..=40).map(|t| (1e6 * exp(0.015 * f64::from(t))).round()).sum();
    let left = found.firms[0].end_cash.mean();
    assert!((2e9 - left - spent).abs() <= 40.0, "{left}");
    assert!((2e9 - left - spent * 1.0001).abs() > 40.0);
}

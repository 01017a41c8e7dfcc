//! The lane kernels against closed forms, and lanes against each other.

use proptest::prelude::*;
use warchest::demand::choice::{
    CesDemand, LogitDemand, NestedDemand, ces_shares, logit_shares, nested_shares,
};
use warchest::numerics::elementary::{exp, ln};
use warchest::numerics::lanes::Isa;
use warchest::pricing::lanes::{CesGame, LogitGame, NestedGame, ces_nash, logit_nash, nested_nash};

const L: usize = 8;

fn rows(values: &[f64]) -> Vec<[f64; L]> {
    values.iter().map(|&v| [v; L]).collect()
}

fn near(found: f64, expected: f64, room: f64) -> bool {
    (found - expected).abs() <= room * expected.abs().max(1.0)
}

/// Symmetric single-product logit firms with quality 2, cost 0.5, slope `b`.
fn logit(n: usize, b: f64, outside: bool) -> (f64, f64) {
    let (utility, cost, zero, one) =
        (rows(&vec![2.0; n]), rows(&vec![0.5; n]), rows(&vec![0.0; n]), rows(&vec![1.0; n]));
    let owner: Vec<usize> = (0..n).collect();
    let demand = LogitDemand { utility: &utility, active: &one, slope: [b; L], outside };
    let game = LogitGame { demand, cost: &cost, frozen: &zero, owner: &owner, warm: true };
    let (mut prices, mut shares) = (zero.clone(), zero.clone());
    let status = logit_nash(Isa::best(), &game, &mut prices, &mut shares);
    assert!(status.converged.iter().all(|&c| c), "{status:?}");
    assert!(status.residual.iter().all(|&r| r <= 1e-13), "{status:?}");
    let mut check = zero.clone();
    logit_shares(Isa::best(), &demand, &prices, &mut check);
    assert!(near(check[0][0], shares[0][0], 1e-14));
    (prices[n - 1][L - 1], shares[n - 1][L - 1])
}

/// Closed forms: Lambert W for the monopolist, `p − c = 1/(b(1−s))` for symmetric firms.
#[test]
fn logit_closed_forms() {
    let (p, s) = logit(1, 1.0, true);
    assert!(near(p, 2.266_248_608_161_75, 1e-13), "{p}");
    assert!(near(s, 0.433_828_287_037_823, 1e-13), "{s}");
    assert!(near(logit(2, 1.0, true).0, 2.0, 1e-13));
    assert!(near(logit(3, 1.0, true).0, 1.849_605_323_620_781, 1e-13));
    assert!(near(logit(2, 1.0, false).0, 2.5, 1e-13));
    assert!(near(logit(3, 1.0, false).0, 2.0, 1e-13));
    // The check sees a slope that is wrong in the tenth digit.
    assert!(!near(logit(2, 1.000_000_000_1, true).0, 2.0, 1e-13));
}

fn nested(owner: &[usize], nest: &[usize], rho: f64) -> (Vec<f64>, Vec<f64>, u32) {
    let n = owner.len();
    let (utility, cost, zero, one) =
        (rows(&vec![2.0; n]), rows(&vec![0.5; n]), rows(&vec![0.0; n]), rows(&vec![1.0; n]));
    let nests = nest.iter().max().unwrap() + 1;
    let demand = NestedDemand {
        utility: &utility,
        active: &one,
        slope: [1.0; L],
        rho: [rho; L],
        nest,
        nests,
        outside: true,
    };
    let game = NestedGame { demand, cost: &cost, frozen: &zero, owner, warm: true };
    let (mut prices, mut shares) = (zero.clone(), zero.clone());
    let status = nested_nash(Isa::best(), &game, &mut prices, &mut shares);
    assert!(status.converged.iter().all(|&c| c), "{status:?}");
    let mut check = zero.clone();
    nested_shares(Isa::best(), &demand, &prices, &mut check);
    assert!(near(check[0][0], shares[0][0], 1e-13), "{check:?} {shares:?}");
    let column = |m: &[[f64; L]]| m.iter().map(|row| row[0]).collect();
    (column(&prices), column(&shares), status.iterations[0])
}

/// `p − c = (1−σ)/(b[1 − σ s_{j|g} − (1−σ) s_j])`; at σ = 0 and in one nest each, plain logit.
#[test]
fn nested_closed_forms() {
    assert!(near(nested(&[0, 1], &[0, 0], 0.5).0[0], 1.378_981_512_358_96, 1e-13));
    assert!(near(nested(&[0, 1], &[0, 0], 0.0).0[1], 2.0, 1e-13));
    // A single product per nest: the correlation has nothing to correlate.
    assert!(near(nested(&[0, 1], &[0, 1], 0.9).0[1], 2.0, 1e-12));
    // A firm that owns a whole nest of n equal products is a single product with
    // (1−ρ) ln n more utility.
    let (prices, _, _) = nested(&[0, 0, 0], &[0, 0, 0], 0.7);
    let log_n = 0.3 * 1.098_612_288_668_109_8;
    let w = warchest::numerics::lambert::lambert_w_exp(2.0 + log_n - 0.5 - 1.0);
    assert!(near(prices[0], 0.5 + 1.0 + w, 1e-12), "{prices:?}");
}

/// `η = σ(1 − 1/n) + ε/n`, `p = η/(η − 1)`.
#[test]
fn ces_closed_form() {
    let (utility, cost, zero, one) =
        (rows(&[0.0; 4]), rows(&[1.0; 4]), rows(&[0.0; 4]), rows(&[1.0; 4]));
    let demand = CesDemand { utility: &utility, active: &one, sigma: [3.0; L], outside: false };
    let game = CesGame {
        demand,
        epsilon: [1.1; L],
        cost: &cost,
        frozen: &zero,
        owner: &[0, 1, 2, 3],
        warm: true,
    };
    let (mut prices, mut shares) = (zero.clone(), zero.clone());
    let status = ces_nash(Isa::best(), &game, &mut prices, &mut shares);
    assert!(status.converged.iter().all(|&c| c), "{status:?}");
    assert!(near(prices[2][3], 1.655_737_704_918, 1e-12));
    assert!(near(prices[2][3], 2.525 / 1.525, 1e-14));
    let mut check = zero.clone();
    ces_shares(Isa::best(), &demand, &prices, &mut check);
    assert!(near(check[1][0], 0.25, 1e-14) && near(shares[1][0], 0.25, 1e-14));
    // One seller of everything on a budget that does not shrink: no finite price.
    let game = CesGame { epsilon: [1.0; L], owner: &[0, 0, 0, 0], ..game };
    let mut prices = zero.clone();
    let status = ces_nash(Isa::best(), &game, &mut prices, &mut shares);
    assert!(status.converged.iter().all(|&c| !c), "{status:?} {prices:?}");
}

/// A game of one lane: utility, log cost, log markup to start at or to keep.
type Product = (f64, f64, f64);

/// The firm that keeps its prices.
const KEEPS: usize = 3;

fn games() -> impl Strategy<Value = (Vec<(Product, usize)>, f64, f64)> {
    let product = (-8.0..8.0f64, -6.0..6.0f64, 0.02..2.0f64);
    let products = prop::collection::vec((product, 0..4usize), 1..8);
    (products, 1.5..16.0f64, 1.05..1.5f64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Wherever the search starts, it arrives, and at the same prices.
    #[test]
    fn a_start_is_only_a_start((products, sigma, epsilon) in games()) {
        let column = |f: &dyn Fn(&Product) -> f64| -> Vec<[f64; 1]> {
            products.iter().map(|(product, _)| [f(product)]).collect()
        };
        let one = column(&|_| 1.0);
        let owner: Vec<usize> = products.iter().map(|&(_, firm)| firm).collect();
        let frozen: Vec<_> = owner.iter().map(|&f| [f64::from(u8::from(f == KEEPS))]).collect();
        let (cost, start) = (column(&|p| exp(p.1)), column(&|p| exp(p.1 + p.2)));
        let mut shares = one.clone();
        let found = [true, false].map(|warm| {
            let scaled = column(&|p| p.0 + (sigma - 1.0) * p.1);
            let demand =
                CesDemand { utility: &scaled, active: &one, sigma: [sigma], outside: false };
            let (cost, frozen, owner, epsilon) = (&cost, &frozen, &owner, [epsilon]);
            let game = CesGame { demand, epsilon, cost, frozen, owner, warm };
            let mut prices = start.clone();
            let status = ces_nash(Isa::best(), &game, &mut prices, &mut shares);
            (status, prices)
        });
        let plain = [true, false].map(|warm| {
            let demand =
                LogitDemand { utility: &column(&|p| p.0 + exp(p.1)), active: &one, slope: [1.0], outside: true };
            let (cost, frozen, owner) = (&cost, &frozen, &owner);
            let game = LogitGame { demand, cost, frozen, owner, warm };
            let mut prices = start.clone();
            let status = logit_nash(Isa::best(), &game, &mut prices, &mut shares);
            (status, prices)
        });
        for [(warm, from_prices), (cold, from_costs)] in [found, plain] {
            prop_assert!(warm.converged[0] && cold.converged[0], "{warm:?} {cold:?}");
            for (a, b) in from_prices.iter().zip(&from_costs) {
                prop_assert!(near(a[0], b[0], 1e-9), "{from_prices:?} {from_costs:?}");
            }
        }
    }
}

/// A firm that sells a whole market beside a product whose price it keeps: its condition falls again
/// before it crosses zero, and a search from the first guess is caught there.
#[test]
fn a_condition_that_turns_back() {
    let (one, cost) = ([[1.0]; 2], [[1.0]; 2]);
    let (utility, frozen) = ([[-2.573530960182446], [0.0]], [[0.0], [1.0]]);
    let (sigma, epsilon) = ([12.166378891662935], [1.05]);
    let demand = CesDemand { utility: &utility, active: &one, sigma, outside: false };
    let owner = [0, 0];
    let game =
        CesGame { demand, epsilon, cost: &cost, frozen: &frozen, owner: &owner, warm: false };
    let (mut prices, mut shares) = ([[0.0], [exp(1.0284132404416897)]], [[0.0]; 2]);
    let status = ces_nash(Isa::best(), &game, &mut prices, &mut shares);
    assert!(status.converged[0], "{status:?}");
    // Its own first-order condition, written out: σ m = 1 + (σ − ε) Σ s_k m_k.
    let margin = |j: usize| 1.0 - 1.0 / prices[j][0];
    let value = |j: usize| exp(utility[j][0] + (1.0 - sigma[0]) * ln(prices[j][0]));
    let earned = (value(0) * margin(0) + value(1) * margin(1)) / (value(0) + value(1));
    let missed = sigma[0] * margin(0) - 1.0 - (sigma[0] - epsilon[0]) * earned;
    assert!(missed.abs() < 1e-11, "{missed}");
}

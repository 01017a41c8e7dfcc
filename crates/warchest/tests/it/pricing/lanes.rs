//! The lane kernels against closed forms, and lanes against each other.

use warchest::demand::choice::{
    CesDemand, LogitDemand, NestedDemand, ces_shares, logit_shares, nested_shares,
};
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

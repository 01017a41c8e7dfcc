//! Pairs (firm × nest), nests and firms of a nested-logit game.

use crate::demand::choice::{NEVER, NestedDemand};
use crate::multiversion;
use crate::numerics::lanes::Isa;

/// One firm in one nest.
#[repr(C, align(64))]
pub(super) struct Pair<const L: usize> {
    /// Log attraction at cost of the free products, and its common scale.
    pub log_weight: [f64; L],
    pub shift: [f64; L],
    /// Log attraction of the frozen products at their prices, and their mean `y`.
    pub log_kept: [f64; L],
    pub kept_margin: [f64; L],
    pub y: [f64; L],
    pub base: [f64; L],
    pub step: [f64; L],
    /// At the last evaluation: share of the nest (free part), `q`, and the Newton terms.
    pub within: [f64; L],
    pub q: [f64; L],
    pub r: [f64; L],
    pub error: [f64; L],
    pub lift: [f64; L],
    pub beta: [f64; L],
    pub inv_alpha: [f64; L],
    pub firm: usize,
    pub nest: usize,
    /// Some product is frozen on some lane.
    pub keeps: bool,
}

impl<const L: usize> Pair<L> {
    pub fn new(firm: usize, nest: usize) -> Self {
        let (none, zero) = ([NEVER; L], [0.0; L]);
        Self {
            log_weight: none,
            shift: none,
            log_kept: none,
            kept_margin: zero,
            y: zero,
            base: zero,
            step: zero,
            within: zero,
            q: zero,
            r: zero,
            error: zero,
            lift: zero,
            beta: zero,
            inv_alpha: zero,
            firm,
            nest,
            keeps: false,
        }
    }
}

/// A nest at the last evaluation.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Nest<const L: usize> {
    /// Scale of the nest, then `ln D_g`.
    pub d: [f64; L],
    pub total: [f64; L],
    /// `(1−ρ) s_g`.
    pub omega: [f64; L],
}

/// A firm at the last evaluation.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Firm<const L: usize> {
    /// `Π_f`.
    pub profit: [f64; L],
    /// Newton: `P_f`, right-hand side of the firm, then `dΠ_f`.
    pub give: [f64; L],
    pub push: [f64; L],
}

/// What the nests and firms look like at the last evaluation.
pub(super) struct Market<const L: usize> {
    /// `1/(1 − ρ)`.
    pub inverse: [f64; L],
    pub nests: Vec<Nest<L>>,
    pub firms: Vec<Firm<L>>,
    pub matrix: Vec<[f64; L]>,
    pub rhs: Vec<[f64; L]>,
    /// Largest error of a pair; 0 unless one is no finite number.
    pub merit: [f64; L],
    pub broken: [f64; L],
}

impl<const L: usize> Market<L> {
    pub fn new(isa: Isa, demand: &NestedDemand<'_, L>, firms: usize) -> Self {
        let zero = [0.0; L];
        let mut inverse = zero;
        rest_inverse(isa, &mut inverse, &demand.rho);
        Self {
            inverse,
            nests: vec![Nest { d: zero, total: zero, omega: zero }; demand.nests],
            firms: vec![Firm { profit: zero, give: zero, push: zero }; firms],
            matrix: vec![zero; demand.nests * demand.nests],
            rhs: vec![zero; demand.nests],
            merit: zero,
            broken: zero,
        }
    }
}

multiversion! {
    fn rest_inverse<const L: usize>(inverse: &mut [f64; L], rho: &[f64; L]) {
        for l in 0..L {
            inverse[l] = 1.0 / (1.0 - rho[l]);
        }
    }
}

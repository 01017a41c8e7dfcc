//! Whom buyers choose: logit, nested logit and CES shares, many markets at a time.
//!
//! Layout `[[f64; L]]`: outer index product, inner index lane. A lane is a market of its own
//! (a path of a simulation, a market of a batch) and its answer does not depend on the others.
//! Shares are formed from differences to the largest utility, so no utility overflows.

use crate::multiversion;
use crate::numerics::elementary::{EXP_BOUND, exp, exp_bounded, ln};
use crate::numerics::lanes::{Isa, each, larger, pick};

/// Utility of something that is not on sale.
pub(crate) const NEVER: f64 = -1e300;

/// Plain logit: `u_j = utility_j − slope·p_j`; the outside good, when there is one, has utility 0.
#[derive(Clone, Copy, Debug)]
pub struct LogitDemand<'a, const L: usize> {
    /// Price-free part of the utility, product × lane.
    pub utility: &'a [[f64; L]],
    /// 0 where the product is not on sale, else 1; product × lane.
    pub active: &'a [[f64; L]],
    /// Utility lost per unit of money, > 0, per lane.
    pub slope: [f64; L],
    /// Whether buyers may take nothing.
    pub outside: bool,
}

/// Nested logit: as [`LogitDemand`], with correlation `rho` of tastes inside each nest.
///
/// `s_{j|g} = e^{u_j/(1−ρ)}/D_g`, `D_g = Σ_{k∈g} e^{u_k/(1−ρ)}`, `s_g = D_g^{1−ρ}/(1 + Σ_h D_h^{1−ρ})`.
#[derive(Clone, Copy, Debug)]
pub struct NestedDemand<'a, const L: usize> {
    /// Price-free part of the utility, product × lane.
    pub utility: &'a [[f64; L]],
    /// 0 where the product is not on sale, else 1; product × lane.
    pub active: &'a [[f64; L]],
    /// Utility lost per unit of money, > 0, per lane.
    pub slope: [f64; L],
    /// Nest correlation in [0, 1), per lane; 0 is plain logit.
    pub rho: [f64; L],
    /// Nest of each product, `0..nests`.
    pub nest: &'a [usize],
    /// Number of nests.
    pub nests: usize,
    /// Whether buyers may take nothing (the outside good is a nest of its own).
    pub outside: bool,
}

/// CES: shares of a budget, `V_j = utility_j − (sigma − 1) ln p_j`.
#[derive(Clone, Copy, Debug)]
pub struct CesDemand<'a, const L: usize> {
    /// Price-free part `(σ − 1)·(taste + quality)`, product × lane.
    pub utility: &'a [[f64; L]],
    /// 0 where the product is not on sale, else 1; product × lane.
    pub active: &'a [[f64; L]],
    /// Elasticity of substitution, > 1, per lane.
    pub sigma: [f64; L],
    /// Whether part of the budget may go elsewhere (an outside good with `V = 0`).
    pub outside: bool,
}

/// Largest entry of each lane, starting from `floor`.
#[inline(always)]
pub(crate) fn lane_max<const L: usize>(rows: &[[f64; L]], floor: f64) -> [f64; L] {
    let mut most = [floor; L];
    for row in rows {
        for l in 0..L {
            most[l] = larger(row[l], most[l]);
        }
    }
    most
}

/// Turns utilities in `values`, none above `shift`, into shares; returns the log of the sum of
/// their exponentials.
fn softmax<const L: usize>(
    isa: Isa,
    values: &mut [[f64; L]],
    shift: &[f64; L],
    outside: bool,
) -> [f64; L] {
    let mut total = outside_part(isa, shift, outside);
    for row in values.iter_mut() {
        exponentials(isa, row, &mut total, shift);
    }
    let [log_sum, inverse] = totals(isa, shift, &total);
    for row in values.iter_mut() {
        parts(isa, row, &total, &inverse);
    }
    log_sum
}

/// `e^below`, held from falling under `e^-700`.
#[inline(always)]
fn part(below: f64) -> f64 {
    exp_bounded(if below > -EXP_BOUND { below } else { -EXP_BOUND })
}

multiversion! {
    fn outside_part<const L: usize>(shift: &[f64; L], outside: bool) -> [f64; L] {
        if outside { each(|l| part(-shift[l])) } else { [0.0; L] }
    }
}

multiversion! {
    /// Utilities become their exponentials over that of `shift`, which are added to `total`.
    fn exponentials<const L: usize>(row: &mut [f64; L], total: &mut [f64; L], shift: &[f64; L]) {
        for l in 0..L {
            let e = part(row[l] - shift[l]);
            row[l] = pick(row[l] > 0.5 * NEVER, e, 0.0);
            total[l] += row[l];
        }
    }
}

multiversion! {
    /// The log of the sum of the exponentials, and one over their sum.
    fn totals<const L: usize>(shift: &[f64; L], total: &[f64; L]) -> [[f64; L]; 2] {
        let inverse = each(|l| pick(total[l] > 0.0, 1.0 / total[l], 0.0));
        [each(|l| shift[l] + ln(total[l])), inverse]
    }
}

multiversion! {
    /// Exponentials become parts of their sum.
    fn parts<const L: usize>(row: &mut [f64; L], total: &[f64; L], inverse: &[f64; L]) {
        for l in 0..L {
            // The product with the inverse may miss the 1 of who sells alone.
            let alone = (row[l] == total[l]) & (total[l] > 0.0);
            row[l] = pick(alone, 1.0, row[l] * inverse[l]);
        }
    }
}

/// Logit shares at the given prices, into `shares` (product × lane; 0 where not on sale).
///
/// Returns `ln Σ e^{u}` per lane, outside good included: divided by the slope it is the
/// consumer surplus per buyer, up to a constant. Nothing on sale and no outside good
/// gives shares of 0.
pub fn logit_shares<const L: usize>(
    isa: Isa,
    demand: &LogitDemand<'_, L>,
    prices: &[[f64; L]],
    shares: &mut [[f64; L]],
) -> [f64; L] {
    let mut shift = [if demand.outside { 0.0 } else { NEVER }; L];
    for (j, row) in shares.iter_mut().enumerate() {
        let (utility, active) = (&demand.utility[j], &demand.active[j]);
        utilities(isa, row, &mut shift, utility, &demand.slope, &prices[j], active);
    }
    softmax(isa, shares, &shift, demand.outside)
}

multiversion! {
    /// Utility at the price, and the largest of a lane so far.
    fn utilities<const L: usize>(
        row: &mut [f64; L],
        most: &mut [f64; L],
        utility: &[f64; L],
        slope: &[f64; L],
        price: &[f64; L],
        active: &[f64; L],
    ) {
        for l in 0..L {
            let u = utility[l] - slope[l] * price[l];
            row[l] = pick(active[l] > 0.5, u, NEVER);
            most[l] = larger(row[l], most[l]);
        }
    }
}

/// CES budget shares at the given prices, into `shares` (product × lane; 0 where not on sale).
///
/// Returns `ln Σ e^{V}` per lane; the ideal price index is `P = e^{−that/(σ−1)}`.
/// A price of 0 counts as the least positive number.
pub fn ces_shares<const L: usize>(
    isa: Isa,
    demand: &CesDemand<'_, L>,
    prices: &[[f64; L]],
    shares: &mut [[f64; L]],
) -> [f64; L] {
    let mut shift = [if demand.outside { 0.0 } else { NEVER }; L];
    for (j, row) in shares.iter_mut().enumerate() {
        let (utility, active) = (&demand.utility[j], &demand.active[j]);
        log_weights(isa, row, &mut shift, utility, &demand.sigma, &prices[j], active);
    }
    softmax(isa, shares, &shift, demand.outside)
}

multiversion! {
    /// Log of the weight in a budget at the price, and the largest of a lane so far.
    fn log_weights<const L: usize>(
        row: &mut [f64; L],
        most: &mut [f64; L],
        utility: &[f64; L],
        sigma: &[f64; L],
        price: &[f64; L],
        active: &[f64; L],
    ) {
        for l in 0..L {
            // What costs nothing draws the whole budget, like the least positive price.
            let price = pick(price[l] > 0.0, price[l], f64::MIN_POSITIVE);
            let v = utility[l] - (sigma[l] - 1.0) * ln(price);
            row[l] = pick(active[l] > 0.5, v, NEVER);
            most[l] = larger(row[l], most[l]);
        }
    }
}

/// Nested-logit shares at the given prices, into `shares` (product × lane; 0 where not on
/// sale).
///
/// Returns `ln(1 + Σ_g D_g^{1−ρ})` per lane (without the 1 when there is no outside good).
/// Works on log inclusive values, so nests with `ρ` near 1 neither overflow nor vanish.
pub fn nested_shares<const L: usize>(
    isa: Isa,
    demand: &NestedDemand<'_, L>,
    prices: &[[f64; L]],
    shares: &mut [[f64; L]],
) -> [f64; L] {
    let (mut inclusive, total) = in_nests(isa, demand, prices, shares);
    let shift = lane_max(&inclusive, if demand.outside { 0.0 } else { NEVER });
    let log_sum = softmax(isa, &mut inclusive, &shift, demand.outside);
    of_all(isa, demand, &inclusive, &total, shares);
    log_sum
}

multiversion! {
    /// Weights in the nest, into `shares`; returns `(1 − ρ) ln D_g` and the sum of the weights by
    /// nest.
    fn in_nests<const L: usize>(demand: &NestedDemand<'_, L>, prices: &[[f64; L]], shares: &mut [[f64; L]]) -> (Vec<[f64; L]>, Vec<[f64; L]>) {
        let mut most = vec![[NEVER; L]; demand.nests];
        let mut total = vec![[0.0; L]; demand.nests];
        for j in 0..shares.len() {
            let top = &mut most[demand.nest[j]];
            for l in 0..L {
                let u = demand.utility[j][l] - demand.slope[l] * prices[j][l];
                let v = u / (1.0 - demand.rho[l]);
                let v = if demand.active[j][l] > 0.5 { v } else { NEVER };
                shares[j][l] = v;
                top[l] = larger(v, top[l]);
            }
        }
        for j in 0..shares.len() {
            let g = demand.nest[j];
            for l in 0..L {
                let e = exp(shares[j][l] - most[g][l]);
                shares[j][l] = if shares[j][l] > 0.5 * NEVER { e } else { 0.0 };
                total[g][l] += shares[j][l];
            }
        }
        for g in 0..demand.nests {
            for l in 0..L {
                let value = (1.0 - demand.rho[l]) * (most[g][l] + ln(total[g][l]));
                most[g][l] = if total[g][l] > 0.0 { value } else { NEVER };
            }
        }
        (most, total)
    }
}

multiversion! {
    /// Weights in the nest become shares of the market, given those of the nests.
    fn of_all<const L: usize>(demand: &NestedDemand<'_, L>, nests: &[[f64; L]], total: &[[f64; L]], shares: &mut [[f64; L]]) {
        for j in 0..shares.len() {
            let g = demand.nest[j];
            for l in 0..L {
                let within = pick(total[g][l] > 0.0, total[g][l], 1.0);
                shares[j][l] *= nests[g][l] / within;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A seller that asks nothing has the whole budget, one that is not on sale none of it.
    #[test]
    fn what_costs_nothing_draws_the_whole_budget() {
        let utility = [[0.0; 8], [3.0; 8], [9.0; 8]];
        let active = [[1.0; 8], [1.0; 8], [0.0; 8]];
        for isa in Isa::available() {
            let mut shares = [[0.5; 8]; 3];
            let demand =
                CesDemand { utility: &utility, active: &active, sigma: [3.0; 8], outside: false };
            let log_sum = ces_shares(isa, &demand, &[[0.0; 8], [2.0; 8], [0.0; 8]], &mut shares);
            assert_eq!((shares[0], shares[2]), ([1.0; 8], [0.0; 8]));
            assert!(shares[1].iter().all(|&share| share < 1e-300));
            assert!(log_sum.iter().all(|x| x.is_finite()));
        }
    }
}

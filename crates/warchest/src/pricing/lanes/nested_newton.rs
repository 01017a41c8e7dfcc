//! Newton's method on the pairs (firm × nest) of a nested-logit game.

use super::STEPS_MAX;
use super::aggregate::{Search, moved};
use crate::demand::choice::{NEVER, NestedDemand};
use crate::numerics::elementary::{exp, ln};
use crate::numerics::lanes::{each, pick};

/// One firm in one nest.
pub(super) struct Pair<const L: usize> {
    pub firm: usize,
    pub nest: usize,
    /// Some product is frozen on some lane.
    pub keeps: bool,
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
}

impl<const L: usize> Pair<L> {
    #[inline(always)]
    pub fn new(firm: usize, nest: usize) -> Self {
        let (none, zero) = ([NEVER; L], [0.0; L]);
        Self {
            firm,
            nest,
            keeps: false,
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
        }
    }
}

/// What the nests and firms look like at the last evaluation.
pub(super) struct Market<const L: usize> {
    /// Scale of each nest, then `ln D_g`.
    pub d: Vec<[f64; L]>,
    pub total: Vec<[f64; L]>,
    /// `(1−ρ) s_g`.
    pub omega: Vec<[f64; L]>,
    /// `Π_f`.
    pub profit: Vec<[f64; L]>,
    /// Newton: `P_f`, right-hand side of the firm, then `dΠ_f`.
    pub give: Vec<[f64; L]>,
    pub push: Vec<[f64; L]>,
    pub matrix: Vec<[f64; L]>,
    pub rhs: Vec<[f64; L]>,
}

impl<const L: usize> Market<L> {
    pub fn new(firms: usize, nests: usize) -> Self {
        let zeros = |n| vec![[0.0; L]; n];
        Self {
            d: zeros(nests),
            total: zeros(nests),
            omega: zeros(nests),
            profit: zeros(firms),
            give: zeros(firms),
            push: zeros(firms),
            matrix: zeros(nests * nests),
            rhs: zeros(nests),
        }
    }
}

/// Shares within nests, nest shares, `Π_f`, `q` and the residuals at the pairs' `y`.
#[inline(always)]
pub(super) fn evaluate<const L: usize>(
    demand: &NestedDemand<'_, L>,
    pairs: &mut [Pair<L>],
    market: &mut Market<L>,
) {
    for (top, total) in market.d.iter_mut().zip(&mut market.total) {
        (*top, *total) = ([NEVER; L], [0.0; L]);
    }
    for pair in pairs.iter_mut() {
        let (top, kept) = (&mut market.d[pair.nest], &pair.log_kept);
        let e: [f64; L] = each(|l| pair.log_weight[l] - pair.y[l]);
        let most: [f64; L] = each(|l| pick(kept[l] > e[l], kept[l], e[l]));
        *top = each(|l| pick(most[l] > top[l], most[l], top[l]));
        pair.within = e;
    }
    for pair in pairs.iter_mut() {
        let (top, total) = (&market.d[pair.nest], &mut market.total[pair.nest]);
        let within: [f64; L] = each(|l| exp(pair.within[l] - top[l]));
        // `q` holds the frozen attraction until the totals are known.
        let mut held = [0.0; L];
        if pair.keeps {
            let kept = &pair.log_kept;
            held = each(|l| exp(kept[l] - top[l]));
            held = each(|l| pick(kept[l] > NEVER, held[l], 0.0));
        }
        *total = each(|l| total[l] + (within[l] + held[l]));
        (pair.within, pair.q) = (within, held);
    }
    nest_shares(demand, market);
    for row in market.profit.iter_mut() {
        *row = [0.0; L];
    }
    for pair in pairs.iter_mut() {
        let (total, omega) = (&market.total[pair.nest], &market.omega[pair.nest]);
        let profit = &mut market.profit[pair.firm];
        let within: [f64; L] = each(|l| pair.within[l] / total[l]);
        let mut q: [f64; L] = each(|l| within[l] * pair.y[l]);
        if pair.keeps {
            q = each(|l| q[l] + pair.q[l] / total[l] * pair.kept_margin[l]);
        }
        *profit = each(|l| profit[l] + omega[l] * q[l]);
        (pair.within, pair.q) = (within, q);
    }
    for pair in pairs.iter_mut() {
        let (profit, rho, y) = (&market.profit[pair.firm], &demand.rho, &pair.y);
        let earned: [f64; L] = each(|l| pair.within[l] * y[l]);
        let left: [f64; L] = each(|l| y[l] - rho[l] * earned[l]);
        let kept: [f64; L] = each(|l| rho[l] * (pair.q[l] - earned[l]));
        let right: [f64; L] = each(|l| 1.0 + profit[l] + kept[l]);
        // In logs the condition is nearly linear in `y` on both sides of the switch between a
        // nest's winner and its losers; that needs both sides positive.
        let logs: [bool; L] = std::array::from_fn(|l| (left[l] > 0.0) & (right[l] > 0.0));
        let lift: [f64; L] = each(|l| left[l] / right[l]);
        let lift: [f64; L] = each(|l| pick(logs[l], lift[l], 1.0));
        let error: [f64; L] = each(|l| ln(lift[l]));
        let error: [f64; L] = each(|l| pick(logs[l], error[l], left[l] - right[l]));
        // A pair without a price to set moves nothing and has no condition to meet.
        let free = &pair.log_weight;
        let error: [f64; L] = each(|l| pick(free[l] > NEVER, error[l], 0.0));
        pair.r = each(|l| pick(logs[l], left[l] * error[l], error[l]));
        pair.beta = each(|l| rho[l] * earned[l] + lift[l] * kept[l]);
        (pair.error, pair.lift) = (error, lift);
    }
}

/// `d` becomes `ln D_g`, `omega` becomes `(1−ρ) s_g`.
#[inline(always)]
fn nest_shares<const L: usize>(demand: &NestedDemand<'_, L>, market: &mut Market<L>) {
    let mut top = [if demand.outside { 0.0 } else { NEVER }; L];
    for g in 0..demand.nests {
        let (scale, total) = (&market.d[g], &market.total[g]);
        let d: [f64; L] = each(|l| scale[l] + ln(total[l]));
        let d: [f64; L] = each(|l| pick(scale[l] > 0.5 * NEVER, d[l], NEVER));
        let value: [f64; L] = each(|l| (1.0 - demand.rho[l]) * d[l]);
        top = each(|l| pick(value[l] > top[l], value[l], top[l]));
        (market.d[g], market.omega[g]) = (d, value);
    }
    let mut sum = [0.0; L];
    for l in 0..L {
        sum[l] = pick(demand.outside, exp(-top[l]), 0.0);
    }
    for g in 0..demand.nests {
        let (d, omega) = (&market.d[g], &mut market.omega[g]);
        let e: [f64; L] = each(|l| exp(omega[l] - top[l]));
        *omega = each(|l| pick(d[l] > 0.5 * NEVER, e[l], 0.0));
        sum = each(|l| sum[l] + omega[l]);
    }
    let scale: [f64; L] = each(|l| (1.0 - demand.rho[l]) / sum[l]);
    for omega in market.omega[..demand.nests].iter_mut() {
        *omega = each(|l| omega[l] * scale[l]);
    }
}

/// Newton steps of all pairs into `step`, given the last evaluation.
#[inline(always)]
fn newton<const L: usize>(
    demand: &NestedDemand<'_, L>,
    pairs: &mut [Pair<L>],
    market: &mut Market<L>,
) {
    let nests = demand.nests;
    eliminate_pairs(demand, pairs, market);
    solve_nests(nests, &mut market.matrix, &mut market.rhs);
    // rhs is now dd_g; dh = Σ ω dd.
    let mut dh = [0.0; L];
    for g in 0..nests {
        let (omega, rhs) = (&market.omega[g], &market.rhs[g]);
        dh = each(|l| dh[l] + omega[l] * rhs[l]);
    }
    for (push, profit) in market.push.iter_mut().zip(&market.profit) {
        *push = each(|l| push[l] - dh[l] * profit[l]);
    }
    for pair in pairs.iter() {
        let (omega, dd) = (&market.omega[pair.nest], &market.rhs[pair.nest]);
        let push = &mut market.push[pair.firm];
        *push = each(|l| push[l] - omega[l] * own_pull(demand.rho[l], pair, l) * dd[l]);
    }
    for pair in pairs.iter_mut() {
        let dd = &market.rhs[pair.nest];
        let (push, give) = (&market.push[pair.firm], &market.give[pair.firm]);
        let by: [f64; L] = each(|l| {
            let push = pair.lift[l] * push[l] / give[l];
            (push - pair.r[l] - pair.beta[l] * dd[l]) * pair.inv_alpha[l]
        });
        pair.step = each(|l| pick(pair.log_weight[l] > NEVER, by[l], 0.0));
    }
}

/// `γβ + ρq`: how a pair's part of `Π_f` falls with its nest's inclusive value.
#[inline(always)]
fn own_pull<const L: usize>(rho: f64, pair: &Pair<L>, l: usize) -> f64 {
    let gamma = pair.within[l] * (1.0 - pair.y[l]) * pair.inv_alpha[l];
    gamma * pair.beta[l] + rho * pair.q[l]
}

/// Eliminates the pairs and the firms; leaves the system of the nests' `dd_g`.
#[inline(always)]
fn eliminate_pairs<const L: usize>(
    demand: &NestedDemand<'_, L>,
    pairs: &mut [Pair<L>],
    market: &mut Market<L>,
) {
    let nests = demand.nests;
    for row in market.matrix.iter_mut().chain(&mut market.rhs).chain(&mut market.push) {
        *row = [0.0; L];
    }
    for row in market.give.iter_mut() {
        *row = [1.0; L];
    }
    for g in 0..nests {
        market.matrix[g * nests + g] = [1.0; L];
    }
    for pair in pairs.iter_mut() {
        let g = pair.nest;
        let (rho, s, y, omega) = (&demand.rho, &pair.within, &pair.y, &market.omega[g]);
        let inverse: [f64; L] = each(|l| 1.0 / (1.0 - rho[l] * s[l] + rho[l] * s[l] * y[l]));
        let weight: [f64; L] = each(|l| omega[l] * (s[l] * (1.0 - y[l]) * inverse[l]));
        let sigma: [f64; L] = each(|l| s[l] * inverse[l]);
        let (give, push) = (&mut market.give[pair.firm], &mut market.push[pair.firm]);
        *give = each(|l| give[l] - weight[l] * pair.lift[l]);
        *push = each(|l| push[l] - weight[l] * pair.r[l]);
        let (own, rhs) = (&mut market.matrix[g * nests + g], &mut market.rhs[g]);
        *own = each(|l| own[l] - sigma[l] * pair.beta[l]);
        *rhs = each(|l| rhs[l] + sigma[l] * pair.r[l]);
        pair.inv_alpha = inverse;
    }
    // Each firm ties its nests together; `v ωᵀ` is the part that goes through dh.
    for a in 0..pairs.len() {
        let (g, f) = (pairs[a].nest, pairs[a].firm);
        let (pair, give, push) = (&pairs[a], &market.give[f], &market.push[f]);
        let sigma: [f64; L] = each(|l| pair.within[l] * pair.lift[l] * pair.inv_alpha[l] / give[l]);
        let rhs = &mut market.rhs[g];
        *rhs = each(|l| rhs[l] - sigma[l] * push[l]);
        let profit = &market.profit[f];
        let through: [f64; L] = each(|l| sigma[l] * profit[l]);
        for h in 0..nests {
            let (cell, omega) = (&mut market.matrix[g * nests + h], &market.omega[h]);
            *cell = each(|l| cell[l] - through[l] * omega[l]);
        }
        for b in pairs.iter().filter(|b| b.firm == f) {
            let (cell, omega) = (&mut market.matrix[g * nests + b.nest], &market.omega[b.nest]);
            *cell = each(|l| cell[l] - sigma[l] * (omega[l] * own_pull(demand.rho[l], b, l)));
        }
    }
}

/// Gaussian elimination in every lane; the answer replaces `rhs`.
#[inline(always)]
fn solve_nests<const L: usize>(n: usize, matrix: &mut [[f64; L]], rhs: &mut [[f64; L]]) {
    for k in 0..n {
        for i in k + 1..n {
            let factor: [f64; L] = each(|l| matrix[i * n + k][l] / matrix[k * n + k][l]);
            rhs[i] = each(|l| rhs[i][l] - factor[l] * rhs[k][l]);
            for j in k + 1..n {
                let (cell, above) = (&matrix[i * n + j], &matrix[k * n + j]);
                matrix[i * n + j] = each(|l| cell[l] - factor[l] * above[l]);
            }
        }
    }
    for k in (0..n).rev() {
        for j in k + 1..n {
            let cell = &matrix[k * n + j];
            rhs[k] = each(|l| rhs[k][l] - cell[l] * rhs[j][l]);
        }
        let pivot = &matrix[k * n + k];
        rhs[k] = each(|l| rhs[k][l] / pivot[l]);
    }
}

/// Newton with step halving from the pairs' `y`.
#[inline(always)]
pub(super) fn solve<const L: usize>(
    demand: &NestedDemand<'_, L>,
    pairs: &mut [Pair<L>],
    market: &mut Market<L>,
) -> Search<L> {
    let mut search = Search::new();
    for pair in pairs.iter_mut() {
        pair.base = pair.y;
        pair.step = [0.0; L];
    }
    let mut held = vec![[0.0; L]; pairs.len()];
    for _ in 0..STEPS_MAX {
        evaluate(demand, pairs, market);
        let (mut merit, mut broken) = ([0.0; L], [0.0; L]);
        for (pair, held) in pairs.iter().zip(&mut held) {
            *held = pair.step;
            let size: [f64; L] = each(|l| pair.error[l].abs());
            merit = each(|l| pick(size[l] > merit[l], size[l], merit[l]));
            broken = each(|l| broken[l] + size[l] * 0.0);
        }
        merit = each(|l| merit[l] + broken[l]);
        newton(demand, pairs, market);
        let accept = search.judge(&merit);
        let length = search.lengths();
        for (pair, held) in pairs.iter_mut().zip(&held) {
            let (y, base, step) = (&pair.y, &pair.base, &pair.step);
            let base: [f64; L] = each(|l| pick(accept[l] > 0.5, y[l], base[l]));
            let step: [f64; L] = each(|l| pick(accept[l] > 0.5, step[l], held[l]));
            let to: [f64; L] = each(|l| moved(base[l], length[l] * step[l]));
            let to: [f64; L] = each(|l| pick(search.done[l] > 0.5, y[l], to[l]));
            (pair.y, pair.base, pair.step) = (to, base, step);
        }
        search.settle();
        if search.over() {
            break;
        }
    }
    search
}

//! Newton's method on the pairs (firm × nest) of a nested-logit game.

use super::STEPS_MAX;
use super::aggregate::{Search, moved};
use crate::demand::choice::{NEVER, NestedDemand};
use crate::numerics::elementary::{exp, ln};

/// One firm in one nest.
pub(super) struct Pair<const L: usize> {
    pub firm: usize,
    pub nest: usize,
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
        let top = &mut market.d[pair.nest];
        for l in 0..L {
            let e = pair.log_weight[l] - pair.y[l];
            pair.within[l] = e;
            let most = if pair.log_kept[l] > e { pair.log_kept[l] } else { e };
            top[l] = if most > top[l] { most } else { top[l] };
        }
    }
    for pair in pairs.iter_mut() {
        let (top, total) = (&market.d[pair.nest], &mut market.total[pair.nest]);
        for l in 0..L {
            // `q` holds the frozen attraction until the totals are known.
            pair.within[l] = exp(pair.within[l] - top[l]);
            pair.q[l] = if pair.log_kept[l] > NEVER { exp(pair.log_kept[l] - top[l]) } else { 0.0 };
            total[l] += pair.within[l] + pair.q[l];
        }
    }
    nest_shares(demand, market);
    for row in market.profit.iter_mut() {
        *row = [0.0; L];
    }
    for pair in pairs.iter_mut() {
        let (total, omega) = (&market.total[pair.nest], &market.omega[pair.nest]);
        let profit = &mut market.profit[pair.firm];
        for l in 0..L {
            pair.within[l] /= total[l];
            pair.q[l] = pair.within[l] * pair.y[l] + pair.q[l] / total[l] * pair.kept_margin[l];
            profit[l] += omega[l] * pair.q[l];
        }
    }
    for pair in pairs.iter_mut() {
        let profit = &market.profit[pair.firm];
        for l in 0..L {
            let (rho, y) = (demand.rho[l], pair.y[l]);
            let earned = pair.within[l] * y;
            let left = y - rho * earned;
            let kept = rho * (pair.q[l] - earned);
            let right = 1.0 + profit[l] + kept;
            // In logs the condition is nearly linear in `y` on both sides of the switch
            // between a nest's winner and its losers; that needs both sides positive.
            let logs = left > 0.0 && right > 0.0;
            let lift = if logs { left / right } else { 1.0 };
            let error = if logs { ln(lift) } else { left - right };
            // A pair without a price to set moves nothing and has no condition to meet.
            let error = if pair.log_weight[l] > NEVER { error } else { 0.0 };
            pair.error[l] = error;
            pair.lift[l] = lift;
            pair.r[l] = if logs { left * error } else { error };
            pair.beta[l] = rho * earned + lift * kept;
        }
    }
}

/// `d` becomes `ln D_g`, `omega` becomes `(1−ρ) s_g`.
#[inline(always)]
fn nest_shares<const L: usize>(demand: &NestedDemand<'_, L>, market: &mut Market<L>) {
    let mut top = [if demand.outside { 0.0 } else { NEVER }; L];
    for g in 0..demand.nests {
        for l in 0..L {
            let d = market.d[g][l] + ln(market.total[g][l]);
            let d = if market.d[g][l] > 0.5 * NEVER { d } else { NEVER };
            market.d[g][l] = d;
            let value = (1.0 - demand.rho[l]) * d;
            market.omega[g][l] = value;
            top[l] = if value > top[l] { value } else { top[l] };
        }
    }
    let mut sum = [0.0; L];
    for l in 0..L {
        sum[l] = if demand.outside { exp(-top[l]) } else { 0.0 };
    }
    for g in 0..demand.nests {
        for l in 0..L {
            let there = market.d[g][l] > 0.5 * NEVER;
            let e = exp(market.omega[g][l] - top[l]);
            market.omega[g][l] = if there { e } else { 0.0 };
            sum[l] += market.omega[g][l];
        }
    }
    for g in 0..demand.nests {
        for l in 0..L {
            market.omega[g][l] *= (1.0 - demand.rho[l]) / sum[l];
        }
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
        for l in 0..L {
            dh[l] += market.omega[g][l] * market.rhs[g][l];
        }
    }
    for f in 0..market.push.len() {
        for l in 0..L {
            market.push[f][l] -= dh[l] * market.profit[f][l];
        }
    }
    for pair in pairs.iter() {
        let (omega, dd) = (&market.omega[pair.nest], &market.rhs[pair.nest]);
        let push = &mut market.push[pair.firm];
        for l in 0..L {
            push[l] -= omega[l] * own_pull(demand.rho[l], pair, l) * dd[l];
        }
    }
    for pair in pairs.iter_mut() {
        let dd = &market.rhs[pair.nest];
        let (push, give) = (&market.push[pair.firm], &market.give[pair.firm]);
        for l in 0..L {
            let push = pair.lift[l] * push[l] / give[l];
            let by = (push - pair.r[l] - pair.beta[l] * dd[l]) * pair.inv_alpha[l];
            pair.step[l] = if pair.log_weight[l] > NEVER { by } else { 0.0 };
        }
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
        for l in 0..L {
            let (rho, s, y) = (demand.rho[l], pair.within[l], pair.y[l]);
            pair.inv_alpha[l] = 1.0 / (1.0 - rho * s + rho * s * y);
            let gamma = s * (1.0 - y) * pair.inv_alpha[l];
            let omega = market.omega[g][l];
            market.give[pair.firm][l] -= omega * gamma * pair.lift[l];
            market.push[pair.firm][l] -= omega * gamma * pair.r[l];
            let sigma = s * pair.inv_alpha[l];
            market.matrix[g * nests + g][l] -= sigma * pair.beta[l];
            market.rhs[g][l] += sigma * pair.r[l];
        }
    }
    // Each firm ties its nests together; `v ωᵀ` is the part that goes through dh.
    for a in 0..pairs.len() {
        let (g, f) = (pairs[a].nest, pairs[a].firm);
        let mut sigma = [0.0; L];
        for l in 0..L {
            sigma[l] =
                pairs[a].within[l] * pairs[a].lift[l] * pairs[a].inv_alpha[l] / market.give[f][l];
            market.rhs[g][l] -= sigma[l] * market.push[f][l];
        }
        for h in 0..nests {
            for l in 0..L {
                let through = sigma[l] * market.profit[f][l] * market.omega[h][l];
                market.matrix[g * nests + h][l] -= through;
            }
        }
        for b in pairs.iter().filter(|b| b.firm == f) {
            for l in 0..L {
                let own = market.omega[b.nest][l] * own_pull(demand.rho[l], b, l);
                market.matrix[g * nests + b.nest][l] -= sigma[l] * own;
            }
        }
    }
}

/// Gaussian elimination in every lane; the answer replaces `rhs`.
#[inline(always)]
fn solve_nests<const L: usize>(n: usize, matrix: &mut [[f64; L]], rhs: &mut [[f64; L]]) {
    for k in 0..n {
        for i in k + 1..n {
            let mut factor = [0.0; L];
            for l in 0..L {
                factor[l] = matrix[i * n + k][l] / matrix[k * n + k][l];
                rhs[i][l] -= factor[l] * rhs[k][l];
            }
            for j in k + 1..n {
                for l in 0..L {
                    matrix[i * n + j][l] -= factor[l] * matrix[k * n + j][l];
                }
            }
        }
    }
    for k in (0..n).rev() {
        for j in k + 1..n {
            for l in 0..L {
                rhs[k][l] -= matrix[k * n + j][l] * rhs[j][l];
            }
        }
        for l in 0..L {
            rhs[k][l] /= matrix[k * n + k][l];
        }
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
            for l in 0..L {
                let size = pair.error[l].abs();
                merit[l] = if size > merit[l] { size } else { merit[l] };
                broken[l] += size * 0.0;
            }
        }
        for l in 0..L {
            merit[l] += broken[l];
        }
        newton(demand, pairs, market);
        let accept = search.judge(&merit);
        let length = search.lengths();
        for (pair, held) in pairs.iter_mut().zip(&held) {
            for l in 0..L {
                pair.base[l] = if accept[l] > 0.5 { pair.y[l] } else { pair.base[l] };
                pair.step[l] = if accept[l] > 0.5 { pair.step[l] } else { held[l] };
                let to = moved(pair.base[l], length[l] * pair.step[l]);
                pair.y[l] = if search.done[l] > 0.5 { pair.y[l] } else { to };
            }
        }
        search.settle();
        if search.over() {
            break;
        }
    }
    search
}

//! Newton's method on the pairs (firm × nest) of a nested-logit game.
//!
//! What is done to a pair or a nest on all lanes is one loop over rows that cannot overlap.

use super::STEPS_MAX;
use super::nested_state::{Firm, Market, Nest, Pair};
use super::search::{Search, moved};
use crate::demand::choice::{NEVER, NestedDemand};
use crate::multiversion;
use crate::numerics::elementary::{EXP_BOUND, exp_held, ln};
use crate::numerics::lanes::{Isa, each, larger, pick, renew};

/// `e^x`, and 0 where that is below e^-700; NaN stays NaN.
#[inline(always)]
pub(super) fn vanishing(x: f64) -> f64 {
    pick(x < -EXP_BOUND, 0.0, exp_held(x))
}

/// Shares within nests, nest shares, `Π_f` and `q` at the pairs' `y`.
pub(super) fn evaluate<const L: usize>(
    isa: Isa,
    demand: &NestedDemand<'_, L>,
    pairs: &mut [Pair<L>],
    market: &mut Market<L>,
) {
    let Market { nests, firms, .. } = market;
    for nest in nests.iter_mut() {
        (nest.d, nest.total) = ([NEVER; L], [0.0; L]);
    }
    for pair in pairs.iter_mut() {
        rise(isa, &mut nests[pair.nest].d, pair);
    }
    for pair in pairs.iter_mut() {
        let Nest { d, total, .. } = &mut nests[pair.nest];
        attract(isa, pair, total, d);
    }
    nest_shares(isa, demand, nests);
    for firm in firms.iter_mut() {
        firm.profit = [0.0; L];
    }
    for pair in pairs.iter_mut() {
        let Nest { total, omega, .. } = &nests[pair.nest];
        earn(isa, pair, &mut firms[pair.firm].profit, total, omega);
    }
}

/// The conditions of all pairs at the last evaluation.
fn conditions<const L: usize>(
    isa: Isa,
    demand: &NestedDemand<'_, L>,
    pairs: &mut [Pair<L>],
    market: &mut Market<L>,
) {
    let Market { firms, merit, broken, .. } = market;
    (*merit, *broken) = ([0.0; L], [0.0; L]);
    for pair in pairs.iter_mut() {
        miss(isa, pair, merit, broken, &firms[pair.firm].profit, &demand.rho);
    }
}

multiversion! {
    /// The log attraction of a pair at its `y`, and the largest of its nest.
    fn rise<const L: usize>(top: &mut [f64; L], pair: &mut Pair<L>) {
        for l in 0..L {
            let e = pair.log_weight[l] - pair.y[l];
            pair.within[l] = e;
            top[l] = larger(larger(pair.log_kept[l], e), top[l]);
        }
    }
}

multiversion! {
    /// The attraction of a pair; `q` holds the frozen one until the totals are known.
    fn attract<const L: usize>(pair: &mut Pair<L>, total: &mut [f64; L], top: &[f64; L]) {
        for l in 0..L {
            pair.within[l] = vanishing(pair.within[l] - top[l]);
            total[l] += pair.within[l];
        }
        if pair.keeps {
            for l in 0..L {
                let held = vanishing(pair.log_kept[l] - top[l]);
                pair.q[l] = pick(pair.log_kept[l] > NEVER, held, 0.0);
                total[l] += pair.q[l];
            }
        }
    }
}

/// `d` becomes `ln D_g`, `omega` becomes `(1−ρ) s_g`.
fn nest_shares<const L: usize>(isa: Isa, demand: &NestedDemand<'_, L>, nests: &mut [Nest<L>]) {
    let mut top = [if demand.outside { 0.0 } else { NEVER }; L];
    for nest in nests.iter_mut() {
        include(isa, nest, &mut top, &demand.rho);
    }
    let mut sum = [0.0; L];
    if demand.outside {
        outside(isa, &mut sum, &top);
    }
    for nest in nests.iter_mut() {
        compare(isa, nest, &mut sum, &top);
    }
    for nest in nests.iter_mut() {
        scale(isa, nest, &sum, &demand.rho);
    }
}

multiversion! {
    /// The inclusive value of a nest, and the largest of the market.
    fn include<const L: usize>(nest: &mut Nest<L>, top: &mut [f64; L], rho: &[f64; L]) {
        for l in 0..L {
            let d = nest.d[l] + ln(nest.total[l]);
            let d = pick(nest.d[l] > 0.5 * NEVER, d, NEVER);
            nest.d[l] = d;
            nest.omega[l] = (1.0 - rho[l]) * d;
            top[l] = larger(nest.omega[l], top[l]);
        }
    }
}

multiversion! {
    fn outside<const L: usize>(sum: &mut [f64; L], top: &[f64; L]) {
        for l in 0..L {
            sum[l] = vanishing(-top[l]);
        }
    }
}

multiversion! {
    fn compare<const L: usize>(nest: &mut Nest<L>, sum: &mut [f64; L], top: &[f64; L]) {
        for l in 0..L {
            let e = vanishing(nest.omega[l] - top[l]);
            nest.omega[l] = pick(nest.d[l] > 0.5 * NEVER, e, 0.0);
            sum[l] += nest.omega[l];
        }
    }
}

multiversion! {
    fn scale<const L: usize>(nest: &mut Nest<L>, sum: &[f64; L], rho: &[f64; L]) {
        for l in 0..L {
            nest.omega[l] *= (1.0 - rho[l]) / sum[l];
        }
    }
}

multiversion! {
    /// A pair's share of its nest, `q`, and what it adds to its firm's `Π`.
    fn earn<const L: usize>(
        pair: &mut Pair<L>,
        profit: &mut [f64; L],
        total: &[f64; L],
        omega: &[f64; L],
    ) {
        if pair.keeps {
            for l in 0..L {
                pair.q[l] *= pair.kept_margin[l] / total[l];
            }
        } else {
            pair.q = [0.0; L];
        }
        for l in 0..L {
            pair.within[l] /= total[l];
            pair.q[l] += pair.within[l] * pair.y[l];
            profit[l] += omega[l] * pair.q[l];
        }
    }
}

multiversion! {
    /// By how much a pair misses its condition, and how that moves.
    fn miss<const L: usize>(
        pair: &mut Pair<L>,
        merit: &mut [f64; L],
        broken: &mut [f64; L],
        profit: &[f64; L],
        rho: &[f64; L],
    ) {
        for l in 0..L {
            let y = pair.y[l];
            let earned = pair.within[l] * y;
            let left = y - rho[l] * earned;
            let kept = rho[l] * (pair.q[l] - earned);
            let right = 1.0 + profit[l] + kept;
            // In logs the condition is nearly linear in `y` on both sides of the switch between
            // a nest's winner and its losers; that needs both sides positive.
            let logs = (left > 0.0) & (right > 0.0);
            let lift = pick(logs, left / right, 1.0);
            let error = pick(logs, ln(lift), left - right);
            // A pair without a price to set moves nothing and has no condition to meet.
            let error = pick(pair.log_weight[l] > NEVER, error, 0.0);
            let size = error.abs();
            merit[l] = larger(size, merit[l]);
            broken[l] += size * 0.0;
            pair.r[l] = pick(logs, left * error, error);
            pair.beta[l] = rho[l] * earned + lift * kept;
            (pair.error[l], pair.lift[l]) = (error, lift);
        }
    }
}

/// Newton's equations of the nests, solved for their `dd_g`, and the firms' `dΠ_f`.
fn newton<const L: usize>(
    isa: Isa,
    demand: &NestedDemand<'_, L>,
    pairs: &mut [Pair<L>],
    market: &mut Market<L>,
) {
    eliminate_pairs(isa, demand, pairs, market);
    solve_nests(isa, demand.nests, &mut market.matrix, &mut market.rhs);
    // rhs is now dd_g; dh = Σ ω dd.
    let mut dh = [0.0; L];
    for (nest, dd) in market.nests.iter().zip(&market.rhs) {
        add_product(isa, &mut dh, &nest.omega, dd);
    }
    for firm in market.firms.iter_mut() {
        take_product(isa, &mut firm.push, &dh, &firm.profit);
    }
    for pair in pairs.iter() {
        let (omega, dd) = (&market.nests[pair.nest].omega, &market.rhs[pair.nest]);
        give_way(isa, &mut market.firms[pair.firm].push, pair, omega, dd, &demand.rho);
    }
}

multiversion! {
    fn add_product<const L: usize>(row: &mut [f64; L], a: &[f64; L], b: &[f64; L]) {
        for l in 0..L {
            row[l] += a[l] * b[l];
        }
    }
}

multiversion! {
    fn take_product<const L: usize>(row: &mut [f64; L], a: &[f64; L], b: &[f64; L]) {
        for l in 0..L {
            row[l] -= a[l] * b[l];
        }
    }
}

multiversion! {
    /// What the inclusive value of its nest takes off a pair's part of `Π_f`.
    fn give_way<const L: usize>(
        push: &mut [f64; L],
        pair: &Pair<L>,
        omega: &[f64; L],
        by: &[f64; L],
        rho: &[f64; L],
    ) {
        for l in 0..L {
            push[l] -= omega[l] * own_pull(rho[l], pair, l) * by[l];
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
fn eliminate_pairs<const L: usize>(
    isa: Isa,
    demand: &NestedDemand<'_, L>,
    pairs: &mut [Pair<L>],
    market: &mut Market<L>,
) {
    let (nests, rho) = (demand.nests, &demand.rho);
    let Market { nests: at, firms, matrix, rhs, .. } = market;
    for row in matrix.iter_mut().chain(rhs.iter_mut()) {
        *row = [0.0; L];
    }
    for firm in firms.iter_mut() {
        (firm.give, firm.push) = ([1.0; L], [0.0; L]);
    }
    for g in 0..nests {
        matrix[g * nests + g] = [1.0; L];
    }
    for pair in pairs.iter_mut() {
        let g = pair.nest;
        let Firm { give, push, .. } = &mut firms[pair.firm];
        let own = &mut matrix[g * nests + g];
        eliminate(isa, pair, give, push, own, &mut rhs[g], &at[g].omega, rho);
    }
    // Each firm ties its nests together; `v ωᵀ` is the part that goes through dh.
    let (mut sigma, mut through) = ([0.0; L], [0.0; L]);
    for a in pairs.iter() {
        let (g, firm) = (a.nest, &firms[a.firm]);
        tie(isa, &mut sigma, &mut through, &mut rhs[g], a, firm);
        for (cell, nest) in matrix[g * nests..][..nests].iter_mut().zip(at.iter()) {
            take_product(isa, cell, &through, &nest.omega);
        }
        for b in pairs.iter().filter(|b| b.firm == a.firm) {
            let cell = &mut matrix[g * nests + b.nest];
            give_way(isa, cell, b, &at[b.nest].omega, &sigma, rho);
        }
    }
}

multiversion! {
    fn eliminate<const L: usize>(
        pair: &mut Pair<L>,
        give: &mut [f64; L],
        push: &mut [f64; L],
        own: &mut [f64; L],
        rhs: &mut [f64; L],
        omega: &[f64; L],
        rho: &[f64; L],
    ) {
        for l in 0..L {
            let (s, y) = (pair.within[l], pair.y[l]);
            let inverse = 1.0 / (1.0 - rho[l] * s + rho[l] * s * y);
            let weight = omega[l] * (s * (1.0 - y) * inverse);
            let sigma = s * inverse;
            give[l] -= weight * pair.lift[l];
            push[l] -= weight * pair.r[l];
            own[l] -= sigma * pair.beta[l];
            rhs[l] += sigma * pair.r[l];
            pair.inv_alpha[l] = inverse;
        }
    }
}

multiversion! {
    fn tie<const L: usize>(
        sigma: &mut [f64; L],
        through: &mut [f64; L],
        rhs: &mut [f64; L],
        pair: &Pair<L>,
        firm: &Firm<L>,
    ) {
        for l in 0..L {
            sigma[l] = pair.within[l] * pair.lift[l] * pair.inv_alpha[l] / firm.give[l];
            rhs[l] -= sigma[l] * firm.push[l];
            through[l] = sigma[l] * firm.profit[l];
        }
    }
}

multiversion! {
    /// Gaussian elimination in every lane; the answer replaces `rhs`.
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
}

/// Newton with step halving from the pairs' `y`.
pub(super) fn solve<const L: usize>(
    isa: Isa,
    demand: &NestedDemand<'_, L>,
    pairs: &mut [Pair<L>],
    market: &mut Market<L>,
) -> Search<L> {
    let mut search = Search::new();
    for pair in pairs.iter_mut() {
        (pair.base, pair.step) = (pair.y, [0.0; L]);
    }
    for _ in 0..STEPS_MAX {
        evaluate(isa, demand, pairs, market);
        conditions(isa, demand, pairs, market);
        newton(isa, demand, pairs, market);
        let [accept, length, done] = judge(isa, &mut search, &market.merit, &market.broken);
        for pair in pairs.iter_mut() {
            let (dd, firm) = (&market.rhs[pair.nest], &market.firms[pair.firm]);
            advance(isa, pair, dd, firm, &accept, &length, &done);
        }
        search.settle();
        if search.over() {
            break;
        }
    }
    search
}

multiversion! {
    /// Whether the point is taken, how far to go from it, and which lanes are done.
    fn judge<const L: usize>(search: &mut Search<L>, merit: &[f64; L], broken: &[f64; L]) -> [[f64; L]; 3] {
        let accept = search.judge(&each(|l| merit[l] + broken[l]));
        [accept, search.lengths(), search.done]
    }
}

multiversion! {
    /// The step of a pair, from where it stands or, shortened, from where it stood.
    fn advance<const L: usize>(
        pair: &mut Pair<L>,
        dd: &[f64; L],
        firm: &Firm<L>,
        accept: &[f64; L],
        length: &[f64; L],
        done: &[f64; L],
    ) {
        for l in 0..L {
            let push = pair.lift[l] * firm.push[l] / firm.give[l];
            let by = (push - pair.r[l] - pair.beta[l] * dd[l]) * pair.inv_alpha[l];
            let by = pick(pair.log_weight[l] > NEVER, by, 0.0);
            let base = renew(accept[l] > 0.5, pair.y[l], pair.base[l]);
            let step = renew(accept[l] > 0.5, by, pair.step[l]);
            let to = moved(base, length[l] * step);
            pair.y[l] = renew(done[l] < 0.5, to, pair.y[l]);
            (pair.base[l], pair.step[l]) = (base, step);
        }
    }
}

//! Newton's method on the markups of a game in aggregates.

use super::STEPS_MAX;
use super::aggregate::{Rule, Seller};
use super::search::{Search, moved};
use crate::multiversion;
use crate::numerics::elementary::exp_held;
use crate::numerics::lanes::{Isa, larger, pick, renew};

/// Solves the game from the markups of the sellers, which come back solved where the search
/// arrived.
pub(super) fn solve<const L: usize, R: Rule<L>>(
    isa: Isa,
    rule: &R,
    base: &[f64; L],
    sellers: &mut [Seller<L>],
) -> Search<L> {
    let mut search = Search::new();
    let mut turn = Turn::new();
    for _ in 0..STEPS_MAX {
        let total = shares_at(isa, rule, base, sellers);
        turn.begin(isa, &total);
        for seller in sellers.iter_mut() {
            let Seller { residual, slack, beta, x, share, plays, kept, .. } = seller;
            newton(isa, residual, slack, beta, &mut turn, rule, x, share, plays, kept);
        }
        judge(isa, &mut search, &mut turn);
        for seller in sellers.iter_mut() {
            let Seller { x, base, step, residual, slack, beta, plays, .. } = seller;
            advance(isa, x, base, step, residual, slack, beta, plays, &turn);
        }
        search.settle();
        if search.over() {
            break;
        }
    }
    search
}

/// Attractions over their sum, into the sellers' shares; returns the sum `H`.
fn shares_at<const L: usize, R: Rule<L>>(
    isa: Isa,
    rule: &R,
    base: &[f64; L],
    sellers: &mut [Seller<L>],
) -> [f64; L] {
    let mut total = *base;
    for seller in sellers.iter_mut() {
        attraction(isa, &mut seller.share, &mut total, rule, &seller.weight, &seller.x);
    }
    let mut share_of = [0.0; L];
    invert(isa, &mut share_of, &total);
    for seller in sellers.iter_mut() {
        portion(isa, &mut seller.share, &total, &share_of);
    }
    total
}

multiversion! {
    fn attraction<const L: usize, R: Rule<L>>(
        row: &mut [f64; L],
        total: &mut [f64; L],
        rule: &R,
        weight: &[f64; L],
        x: &[f64; L],
    ) {
        for l in 0..L {
            row[l] = weight[l] * exp_held(-rule.rate(l) * x[l]);
            total[l] += row[l];
        }
    }
}

multiversion! {
    /// One over each lane: a division costs as much as ten products.
    fn invert<const L: usize>(out: &mut [f64; L], row: &[f64; L]) {
        for l in 0..L {
            out[l] = 1.0 / row[l];
        }
    }
}

multiversion! {
    fn portion<const L: usize>(row: &mut [f64; L], total: &[f64; L], share_of: &[f64; L]) {
        for l in 0..L {
            // The product may miss the 1 of who sells alone.
            let alone = (row[l] == total[l]) & (total[l] > 0.0);
            row[l] = pick(alone, 1.0, row[l] * share_of[l]);
        }
    }
}

/// What the sellers' turns add up to, and what is decided of them.
struct Turn<const L: usize> {
    share_of: [f64; L],
    /// Largest `|r|`; 0 unless a residual is no finite number.
    merit: [f64; L],
    broken: [f64; L],
    /// `dh`, over what is left of it.
    pull: [f64; L],
    give: [f64; L],
    accept: [f64; L],
    length: [f64; L],
    done: [f64; L],
}

impl<const L: usize> Turn<L> {
    fn new() -> Self {
        let zero = [0.0; L];
        Self {
            share_of: zero,
            merit: zero,
            broken: zero,
            pull: zero,
            give: zero,
            accept: zero,
            length: zero,
            done: zero,
        }
    }

    fn begin(&mut self, isa: Isa, total: &[f64; L]) {
        invert(isa, &mut self.share_of, total);
        self.merit = [0.0; L];
        self.broken = [0.0; L];
        self.pull = [0.0; L];
        self.give = [1.0; L];
    }
}

multiversion! {
    /// Newton's terms of a firm, and its part in the sums.
    fn newton<const L: usize, R: Rule<L>>(
        residual: &mut [f64; L],
        slack: &mut [f64; L],
        beta: &mut [f64; L],
        turn: &mut Turn<L>,
        rule: &R,
        x: &[f64; L],
        share: &[f64; L],
        plays: &[f64; L],
        kept: &[f64; L],
    ) {
        for l in 0..L {
            let [r, alpha, by_total] = rule.terms(l, x[l], share[l], kept[l] * turn.share_of[l]);
            let r = pick(plays[l] > 0.5, r, 0.0);
            let size = r.abs();
            let inverse = 1.0 / alpha;
            let lean = rule.rate(l) * share[l] * inverse;
            turn.merit[l] = larger(size, turn.merit[l]);
            turn.broken[l] += size * 0.0;
            turn.pull[l] += lean * r;
            turn.give[l] -= lean * by_total;
            (residual[l], slack[l], beta[l]) = (r, inverse, by_total);
        }
    }
}

multiversion! {
    /// Whether the point is taken, and how far to go from it.
    fn judge<const L: usize>(search: &mut Search<L>, turn: &mut Turn<L>) {
        for l in 0..L {
            turn.merit[l] += turn.broken[l];
            turn.pull[l] /= turn.give[l];
        }
        turn.accept = search.judge(&turn.merit);
        turn.length = search.lengths();
        turn.done = search.done;
    }
}

multiversion! {
    /// The step of a firm, from where it stands or, shortened, from where it stood.
    fn advance<const L: usize>(
        x: &mut [f64; L],
        base: &mut [f64; L],
        step: &mut [f64; L],
        residual: &[f64; L],
        slack: &[f64; L],
        beta: &[f64; L],
        plays: &[f64; L],
        turn: &Turn<L>,
    ) {
        for l in 0..L {
            let by = -(residual[l] + beta[l] * turn.pull[l]) * slack[l];
            let by = pick(plays[l] > 0.5, by, 0.0);
            let accept = turn.accept[l] > 0.5;
            let from = renew(accept, x[l], base[l]);
            let by = renew(accept, by, step[l]);
            let to = moved(from, turn.length[l] * by);
            x[l] = renew(turn.done[l] < 0.5, to, x[l]);
            (base[l], step[l]) = (from, by);
        }
    }
}

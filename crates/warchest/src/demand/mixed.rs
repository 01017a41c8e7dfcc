//! Mixed logit: shares of consumers who differ in tastes and in what a price means to them.
//!
//! `u_ij = v_ij + a_i p_j`, `a_i < 0`; `s_ij = e^{u_ij}/(1 + Σ_k e^{u_ik})`, `s_j = Σ_i w_i s_ij`.
//! Consumers are worked on in chunks, side by side in lanes; all sums over consumers are taken
//! lane by lane in their order and folded in one fixed order.
//!
//! Loops over consumers run over plain slices of one length: the form that the compiler turns
//! into the widest lanes. A chunk whose utilities might overflow is measured against its largest.

use super::consumers::{Chunk, WIDTH, span};
use crate::multiversion;
use crate::numerics::elementary::{exp, exp_bounded, ln};
use crate::numerics::lanes::Aligned;

pub use super::consumers::Consumers;

/// One number per lane.
type Lanes = [f64; WIDTH];

/// Sums of one evaluation that the price games need; one entry per product.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// `s_j`.
    pub share: Vec<f64>,
    /// `Λ_j = Σ_i w_i a_i s_ij`.
    pub lambda: Vec<f64>,
    /// `Σ_i w_i a_i s_ij M_{g(j),i}`, with `M_{gi} = Σ_h κ_gh Σ_{k∈h} s_ik margin_k`.
    pub earned: Vec<f64>,
}

/// Who counts whose margins: the owner of each product and the weights between owners.
#[derive(Clone, Debug, PartialEq)]
pub struct Groups {
    /// Owner of each product, `0..count`.
    pub of: Vec<usize>,
    /// Number of owners.
    pub count: usize,
    /// Weight of owner `h`'s profit in `g`'s objective, `g·count + h`; empty for the identity.
    pub weight: Vec<f64>,
}

impl Groups {
    /// Weight of product `k`'s profit in the aim behind product `j`'s price.
    pub fn weight(&self, j: usize, k: usize) -> f64 {
        if self.weight.is_empty() {
            return if self.of[j] == self.of[k] { 1.0 } else { 0.0 };
        }
        self.weight[self.of[j] * self.count + self.of[k]]
    }
}

/// Scratch of an evaluation, kept between evaluations: rows of one number per consumer of a chunk.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// `e^{u_ij}`, up to a common factor of the consumer's; a row per product.
    attraction: Aligned,
    /// Margins earned on a consumer, a row per owner.
    owner: Aligned,
    mixed: Aligned,
    /// Largest utility where that was needed, else 0.
    top: Aligned,
    /// Sum of the attractions.
    total: Aligned,
    /// `w_i/Σ` and `w_i a_i/Σ`.
    weight: Aligned,
    lean: Aligned,
    sums: Vec<[Lanes; 3]>,
}

/// Sum of the lanes in a fixed order.
#[inline(always)]
fn fold(lanes: &Lanes) -> f64 {
    let pair = |a: usize, b: usize| lanes[a] + lanes[b];
    (pair(0, 4) + pair(2, 6)) + (pair(1, 5) + pair(3, 7))
}

/// Attractions `e(v, a, top)` of one product, added to each consumer's total and, times `margin`,
/// to its owner's earnings. Slices are cut to one length first: no bound is left to check.
#[inline(always)]
fn attract(
    e: impl Fn(f64, f64, f64) -> f64,
    (utility, slope, top): (&[f64], &[f64], &[f64]),
    margin: f64,
    attraction: &mut [f64],
    (total, owner): (&mut [f64], &mut [f64]),
) {
    let k = attraction.len();
    let (utility, slope, top) = (&utility[..k], &slope[..k], &top[..k]);
    let (total, owner) = (&mut total[..k], &mut owner[..k]);
    for i in 0..k {
        let e = e(utility[i], slope[i], top[i]);
        attraction[i] = e;
        total[i] += e;
        owner[i] += e * margin;
    }
}

/// Largest utility of each consumer, 0 for the outside good included.
#[inline(always)]
fn largest(chunk: &Chunk<'_>, prices: &[f64], outside: bool, top: &mut [f64]) {
    let k = chunk.slope.len();
    let top = &mut top[..k];
    top.fill(if outside { 0.0 } else { f64::MIN });
    for (v, &p) in chunk.utility.chunks_exact(k).zip(prices) {
        for i in 0..k {
            let u = v[i] + chunk.slope[i] * p;
            top[i] = if u > top[i] { u } else { top[i] };
        }
    }
}

/// Attractions, their totals, and what owners earn on them, of one chunk into `scratch`.
/// `sellers` are the owner of each product and its margin; without them one owner earns nothing.
#[inline(always)]
fn attractions(
    chunk: &Chunk<'_>,
    outside: bool,
    prices: &[f64],
    sellers: Option<(&[usize], &[f64])>,
    scratch: &mut Scratch,
) {
    let k = chunk.slope.len();
    let (top, total) = (&mut scratch.top[..k], &mut scratch.total[..k]);
    if chunk.calm {
        top.fill(0.0);
        total.fill(if outside { 1.0 } else { 0.0 });
    } else {
        largest(chunk, prices, outside, top);
        for i in 0..k {
            total[i] = if outside { exp(-top[i]) } else { 0.0 };
        }
    }
    scratch.owner.fill(0.0);
    let (slope, top) = (chunk.slope, &scratch.top[..k]);
    let rows = scratch.attraction.chunks_exact_mut(k).zip(chunk.utility.chunks_exact(k));
    for (j, (row, v)) in rows.enumerate() {
        let (g, margin) = sellers.map_or((0, 0.0), |(of, margins)| (of[j], margins[j]));
        let owner = &mut scratch.owner[g * k..(g + 1) * k];
        let (p, at, sums) = (prices[j], (v, slope, top), (&mut *total, owner));
        if chunk.calm {
            attract(|v, a, _| exp_bounded(v + a * p), at, margin, row, sums);
        } else {
            attract(|v, a, top| exp(v + a * p - top), at, margin, row, sums);
        }
    }
}

/// `w_i/Σ_i`, `w_i a_i/Σ_i`, and `w_i a_i/Σ_i²` in place of the totals.
#[inline(always)]
fn divide(chunk: &Chunk<'_>, weight: &mut [f64], lean: &mut [f64], total: &mut [f64]) {
    let k = chunk.weight.len();
    let (w, a) = (chunk.weight, &chunk.slope[..k]);
    let (weight, lean, total) = (&mut weight[..k], &mut lean[..k], &mut total[..k]);
    for i in 0..k {
        let inverse = 1.0 / total[i];
        weight[i] = w[i] * inverse;
        lean[i] = weight[i] * a[i];
        total[i] = lean[i] * inverse;
    }
}

/// Applies the weights between owners, if there are any; rows of `k` consumers.
#[inline(always)]
fn mix(groups: &Groups, k: usize, owner: &mut [f64], mixed: &mut [f64]) {
    if groups.weight.is_empty() {
        return;
    }
    let kappas = groups.weight.chunks_exact(groups.count);
    for (sum, kappas) in mixed.chunks_exact_mut(k).zip(kappas) {
        sum.fill(0.0);
        for (own, &kappa) in owner.chunks_exact(k).zip(kappas) {
            for i in 0..k {
                sum[i] += kappa * own[i];
            }
        }
    }
    let len = groups.count * k;
    owner[..len].copy_from_slice(&mixed[..len]);
}

/// Multiplies every row by `by`.
#[inline(always)]
fn scale(rows: &mut [f64], by: &[f64]) {
    let k = by.len();
    for row in rows.chunks_exact_mut(k) {
        for i in 0..k {
            row[i] *= by[i];
        }
    }
}

/// Adds the sums of `e·weight`, `e·lean`, `e·owner`, lane by lane.
#[inline(always)]
fn add(sums: &mut [Lanes; 3], e: &[f64], weight: &[f64], lean: &[f64], owner: &[f64]) {
    let (e, weight) = (e.as_chunks::<WIDTH>().0, weight.as_chunks::<WIDTH>().0);
    let (lean, owner) = (lean.as_chunks::<WIDTH>().0, owner.as_chunks::<WIDTH>().0);
    let k = e.len();
    let (weight, lean, owner) = (&weight[..k], &lean[..k], &owner[..k]);
    let [mut s, mut t, mut u] = *sums;
    for b in 0..k {
        for l in 0..WIDTH {
            s[l] += e[b][l] * weight[b][l];
            t[l] += e[b][l] * lean[b][l];
            u[l] += e[b][l] * owner[b][l];
        }
    }
    *sums = [s, t, u];
}

/// Adds the sum of `a·b`, lane by lane.
#[inline(always)]
fn add_product(sum: &mut Lanes, a: &[f64], b: &[f64]) {
    let (a, b) = (a.as_chunks::<WIDTH>().0, b.as_chunks::<WIDTH>().0);
    let k = a.len();
    let (b, mut lanes) = (&b[..k], *sum);
    for at in 0..k {
        for l in 0..WIDTH {
            lanes[l] += a[at][l] * b[at][l];
        }
    }
    *sum = lanes;
}

impl Scratch {
    /// Room for a chunk of these consumers and so many owners.
    #[inline(always)]
    fn fit(&mut self, consumers: &Consumers, owners: usize) {
        let (cells, width) = consumers.room();
        self.attraction.room(cells);
        self.owner.room(owners * width);
        self.mixed.room(owners * width);
        for row in [&mut self.top, &mut self.total, &mut self.weight, &mut self.lean] {
            row.room(width);
        }
        self.sums.clear();
        self.sums.resize(consumers.products(), [[0.0; WIDTH]; 3]);
    }
}

multiversion! {
    /// Evaluates `response` at these prices and margins (`p − c`, times what the owner keeps).
    pub fn respond(consumers: &Consumers, groups: &Groups, prices: &[f64], margins: &[f64], scratch: &mut Scratch, response: &mut Response) {
        scratch.fit(consumers, groups.count);
        let span = span(prices);
        for first in consumers.starts() {
            let chunk = consumers.chunk(first, span);
            let k = chunk.weight.len();
            let sellers = Some((&groups.of[..], margins));
            attractions(&chunk, consumers.outside(), prices, sellers, scratch);
            divide(&chunk, &mut scratch.weight, &mut scratch.lean, &mut scratch.total);
            mix(groups, k, &mut scratch.owner, &mut scratch.mixed);
            let (weight, lean) = (&scratch.weight[..k], &scratch.lean[..k]);
            scale(&mut scratch.owner[..groups.count * k], &scratch.total[..k]);
            let rows = scratch.attraction.chunks_exact(k);
            for ((sums, e), &g) in scratch.sums.iter_mut().zip(rows).zip(&groups.of) {
                add(sums, e, weight, lean, &scratch.owner[g * k..(g + 1) * k]);
            }
        }
        gather(&scratch.sums, response);
    }
}

/// Folds the lane sums into one number per product.
#[inline(always)]
fn gather(sums: &[[Lanes; 3]], response: &mut Response) {
    let n = sums.len();
    for out in [&mut response.share, &mut response.lambda, &mut response.earned] {
        out.resize(n, 0.0);
    }
    let (share, lambda) = (&mut response.share[..n], &mut response.lambda[..n]);
    let earned = &mut response.earned[..n];
    for j in 0..n {
        let [s, t, u] = &sums[j];
        (share[j], lambda[j], earned[j]) = (fold(s), fold(t), fold(u));
    }
}

multiversion! {
    /// Shares at these prices, into `share`.
    pub fn mixed_shares(consumers: &Consumers, prices: &[f64], share: &mut [f64]) {
        let (n, mut scratch) = (consumers.products(), Scratch::default());
        scratch.fit(consumers, 1);
        let mut sums = vec![[0.0; WIDTH]; n];
        let span = span(prices);
        for first in consumers.starts() {
            let chunk = consumers.chunk(first, span);
            let k = chunk.weight.len();
            attractions(&chunk, consumers.outside(), prices, None, &mut scratch);
            divide(&chunk, &mut scratch.weight, &mut scratch.lean, &mut scratch.total);
            for (sum, e) in sums.iter_mut().zip(scratch.attraction.chunks_exact(k)) {
                add_product(sum, e, &scratch.weight[..k]);
            }
        }
        for (share, sum) in share.iter_mut().zip(&sums) {
            *share = fold(sum);
        }
    }
}

/// Adds the consumer surplus of a chunk, `w_i (top_i + ln Σ_i)/(−a_i)`, lane by lane.
#[inline(always)]
fn add_surplus(chunk: &Chunk<'_>, top: &[f64], total: &[f64], surplus: &mut Lanes) {
    for i in 0..chunk.weight.len() {
        surplus[i % WIDTH] -= chunk.weight[i] * (top[i] + ln(total[i])) / chunk.slope[i];
    }
}

multiversion! {
    /// Shares and their slopes `∂s_k/∂p_j = [j = k] Λ_j − Σ_i w_i a_i s_ij s_ik`, by rows `k·J + j`
    /// (symmetric). Returns the consumer surplus per buyer, `Σ_i w_i ln(1 + Σ_k e^{u_ik})/(−a_i)`.
    pub fn mixed_slopes(consumers: &Consumers, prices: &[f64], share: &mut [f64], slopes: &mut [f64]) -> f64 {
        let (n, mut scratch) = (consumers.products(), Scratch::default());
        scratch.fit(consumers, 1);
        let mut sums = vec![[[0.0; WIDTH]; 2]; n];
        let mut cross = vec![[0.0; WIDTH]; n * n];
        let (mut surplus, mut pull) = ([0.0; WIDTH], Aligned::zeros(consumers.room().1));
        let span = span(prices);
        for first in consumers.starts() {
            let chunk = consumers.chunk(first, span);
            let k = chunk.weight.len();
            attractions(&chunk, consumers.outside(), prices, None, &mut scratch);
            add_surplus(&chunk, &scratch.top[..k], &scratch.total[..k], &mut surplus);
            divide(&chunk, &mut scratch.weight, &mut scratch.lean, &mut scratch.total);
            let (weight, lean) = (&scratch.weight[..k], &scratch.lean[..k]);
            let (bend, pull) = (&scratch.total[..k], &mut pull[..k]);
            let e = |j: usize| &scratch.attraction[j * k..(j + 1) * k];
            for j in 0..n {
                add_product(&mut sums[j][0], e(j), weight);
                add_product(&mut sums[j][1], e(j), lean);
                pull.copy_from_slice(e(j));
                scale(pull, bend);
                for h in 0..=j {
                    add_product(&mut cross[j * n + h], pull, e(h));
                }
            }
        }
        for j in 0..n {
            share[j] = fold(&sums[j][0]);
            for h in 0..=j {
                let value = -fold(&cross[j * n + h]);
                slopes[j * n + h] = value;
                slopes[h * n + j] = value;
            }
            slopes[j * n + j] += fold(&sums[j][1]);
        }
        fold(&surplus)
    }
}

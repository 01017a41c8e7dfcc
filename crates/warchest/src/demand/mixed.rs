//! Mixed logit: shares of consumers who differ in tastes and in what a price means to them.
//!
//! `u_ij = v_ij + a_i p_j`, `a_i < 0`; `s_ij = e^{u_ij}/(1 + Σ_k e^{u_ik})`, `s_j = Σ_i w_i s_ij`.
//! Consumers sit in lanes, eight to a block, so that the exponentials run side by side; all
//! sums over consumers are taken lane by lane in block order and folded in one fixed order.

use crate::multiversion;
use crate::numerics::elementary::{exp, ln};

/// Consumers per block.
pub const WIDTH: usize = 8;

/// One number per consumer of a block.
pub type Block = [f64; WIDTH];

/// Simulated consumers of one market.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumers {
    products: usize,
    count: usize,
    /// Weights; 0 in the seats that fill up the last block.
    weight: Vec<Block>,
    /// Price coefficients `a_i < 0`.
    slope: Vec<Block>,
    /// Price-free utilities `v_ij`, block by block, product by product.
    utility: Vec<Block>,
    outside: bool,
}

impl Consumers {
    /// Lays out consumers: `weight[i]`, `slope[i]` (the price coefficient, < 0) and
    /// `utility[j·I + i]` (price-free, product by product).
    ///
    /// Shapes and signs are checked by [`crate::pricing`], which knows the names.
    pub fn new(weight: &[f64], slope: &[f64], utility: &[f64], outside: bool) -> Self {
        let count = weight.len();
        let products = utility.len().checked_div(count).unwrap_or(0);
        let blocks = count.div_ceil(WIDTH);
        let seat = |block: usize, lane: usize| block * WIDTH + lane;
        let fill = |of: &dyn Fn(usize) -> f64, empty: f64, block: usize| -> Block {
            std::array::from_fn(|lane| {
                let i = seat(block, lane);
                if i < count { of(i) } else { empty }
            })
        };
        let mut laid = Vec::with_capacity(blocks * products);
        for block in 0..blocks {
            for j in 0..products {
                laid.push(fill(&|i| utility[j * count + i], 0.0, block));
            }
        }
        Self {
            products,
            count,
            weight: (0..blocks).map(|b| fill(&|i| weight[i], 0.0, b)).collect(),
            slope: (0..blocks).map(|b| fill(&|i| slope[i], -1.0, b)).collect(),
            utility: laid,
            outside,
        }
    }

    /// Number of products.
    pub fn products(&self) -> usize {
        self.products
    }

    /// Number of consumers.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether consumers may take nothing.
    pub fn outside(&self) -> bool {
        self.outside
    }

    /// Weight and price coefficient of consumer `i`.
    pub fn person(&self, i: usize) -> (f64, f64) {
        (self.weight[i / WIDTH][i % WIDTH], self.slope[i / WIDTH][i % WIDTH])
    }

    /// Price-free utility of product `j` for consumer `i`.
    pub fn utility(&self, j: usize, i: usize) -> f64 {
        self.utility[i / WIDTH * self.products + j][i % WIDTH]
    }

    /// Adds `by[j]` to the utility of each product for every consumer.
    pub fn shift(&mut self, by: &[f64]) {
        for block in self.utility.chunks_mut(self.products.max(1)) {
            for (row, by) in block.iter_mut().zip(by) {
                for value in row {
                    *value += by;
                }
            }
        }
    }

    /// The same consumers facing only the products listed.
    pub fn keep(&self, products: &[usize]) -> Self {
        let blocks = self.weight.len();
        let rows = (0..blocks).flat_map(|b| products.iter().map(move |&j| (b, j)));
        Self {
            products: products.len(),
            utility: rows.map(|(b, j)| self.utility[b * self.products + j]).collect(),
            ..self.clone()
        }
    }
}

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

/// Scratch of [`respond`], kept between evaluations.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    part: Vec<Block>,
    sums: Vec<[Block; 3]>,
    owner: Vec<Block>,
    mixed: Vec<Block>,
}

/// Sum of a block in a fixed order.
#[inline(always)]
fn fold(block: &Block) -> f64 {
    let pair = |a: usize, b: usize| block[a] + block[b];
    (pair(0, 4) + pair(2, 6)) + (pair(1, 5) + pair(3, 7))
}

/// Choice probabilities of block `b` at these prices into `part`; returns `ln Σ e^u`, or
/// nothing useful when `with_log` is false.
#[inline(always)]
fn probabilities(
    consumers: &Consumers,
    b: usize,
    prices: &[f64],
    part: &mut [Block],
    with_log: bool,
) -> Block {
    let n = consumers.products;
    let slope = &consumers.slope[b];
    let utility = &consumers.utility[b * n..(b + 1) * n];
    let mut top = [if consumers.outside { 0.0 } else { f64::MIN }; WIDTH];
    for j in 0..n {
        for l in 0..WIDTH {
            let u = utility[j][l] + slope[l] * prices[j];
            part[j][l] = u;
            top[l] = if u > top[l] { u } else { top[l] };
        }
    }
    let mut total = [0.0; WIDTH];
    for l in 0..WIDTH {
        total[l] = if consumers.outside { exp(-top[l]) } else { 0.0 };
    }
    for row in part[..n].iter_mut() {
        for l in 0..WIDTH {
            row[l] = exp(row[l] - top[l]);
            total[l] += row[l];
        }
    }
    let mut log_sum = top;
    for l in 0..WIDTH {
        if with_log {
            log_sum[l] += ln(total[l]);
        }
        total[l] = 1.0 / total[l];
    }
    for row in part[..n].iter_mut() {
        for l in 0..WIDTH {
            row[l] *= total[l];
        }
    }
    log_sum
}

multiversion! {
    /// Evaluates `response` at these prices and margins (`p − c`, times what the owner keeps).
    pub fn respond(consumers: &Consumers, groups: &Groups, prices: &[f64], margins: &[f64], scratch: &mut Scratch, response: &mut Response) {
        let n = consumers.products;
        scratch.part.resize(n, [0.0; WIDTH]);
        scratch.owner.resize(groups.count, [0.0; WIDTH]);
        scratch.mixed.resize(groups.count, [0.0; WIDTH]);
        scratch.sums.clear();
        scratch.sums.resize(n, [[0.0; WIDTH]; 3]);
        for b in 0..consumers.weight.len() {
            probabilities(consumers, b, prices, &mut scratch.part, false);
            let weight = &consumers.weight[b];
            let mut lean = [0.0; WIDTH];
            for l in 0..WIDTH {
                lean[l] = weight[l] * consumers.slope[b][l];
            }
            scratch.owner.fill([0.0; WIDTH]);
            for j in 0..n {
                let (s, owner) = (&scratch.part[j], &mut scratch.owner[groups.of[j]]);
                let sums = &mut scratch.sums[j];
                for l in 0..WIDTH {
                    sums[0][l] += weight[l] * s[l];
                    sums[1][l] += lean[l] * s[l];
                    owner[l] += s[l] * margins[j];
                }
            }
            mix(groups, &mut scratch.owner, &mut scratch.mixed);
            for j in 0..n {
                let (s, owner) = (&scratch.part[j], &scratch.owner[groups.of[j]]);
                let sums = &mut scratch.sums[j];
                for l in 0..WIDTH {
                    sums[2][l] += lean[l] * s[l] * owner[l];
                }
            }
        }
        gather(&scratch.sums, response);
    }
}

/// Folds the lane sums into one number per product.
#[inline(always)]
fn gather(sums: &[[Block; 3]], response: &mut Response) {
    let fill = |out: &mut Vec<f64>, which: usize| {
        out.clear();
        out.extend(sums.iter().map(|sum| fold(&sum[which])));
    };
    fill(&mut response.share, 0);
    fill(&mut response.lambda, 1);
    fill(&mut response.earned, 2);
}

/// Applies the weights between owners, if there are any.
#[inline(always)]
fn mix(groups: &Groups, owner: &mut [Block], mixed: &mut [Block]) {
    if groups.weight.is_empty() {
        return;
    }
    for g in 0..groups.count {
        let mut sum = [0.0; WIDTH];
        for h in 0..groups.count {
            let kappa = groups.weight[g * groups.count + h];
            for l in 0..WIDTH {
                sum[l] += kappa * owner[h][l];
            }
        }
        mixed[g] = sum;
    }
    owner.copy_from_slice(mixed);
}

multiversion! {
    /// Shares at these prices, into `share`.
    pub fn mixed_shares(consumers: &Consumers, prices: &[f64], share: &mut [f64]) {
        let n = consumers.products;
        let mut part = vec![[0.0; WIDTH]; n];
        let mut sums = vec![[0.0; WIDTH]; n];
        for b in 0..consumers.weight.len() {
            probabilities(consumers, b, prices, &mut part, false);
            for j in 0..n {
                for l in 0..WIDTH {
                    sums[j][l] += consumers.weight[b][l] * part[j][l];
                }
            }
        }
        for j in 0..n {
            share[j] = fold(&sums[j]);
        }
    }
}

multiversion! {
    /// Shares and their slopes `∂s_k/∂p_j = [j = k] Λ_j − Σ_i w_i a_i s_ij s_ik`, by rows `k·J + j`
    /// (symmetric). Returns the consumer surplus per buyer, `Σ_i w_i ln(1 + Σ_k e^{u_ik})/(−a_i)`.
    pub fn mixed_slopes(consumers: &Consumers, prices: &[f64], share: &mut [f64], slopes: &mut [f64]) -> f64 {
        let n = consumers.products;
        let mut part = vec![[0.0; WIDTH]; n];
        let mut sums = vec![[[0.0; WIDTH]; 2]; n];
        let mut cross = vec![[0.0; WIDTH]; n * n];
        let mut surplus = [0.0; WIDTH];
        for b in 0..consumers.weight.len() {
            let log_sum = probabilities(consumers, b, prices, &mut part, true);
            let weight = &consumers.weight[b];
            let mut lean = [0.0; WIDTH];
            for l in 0..WIDTH {
                lean[l] = weight[l] * consumers.slope[b][l];
                surplus[l] -= weight[l] * log_sum[l] / consumers.slope[b][l];
            }
            for j in 0..n {
                let mut pull = [0.0; WIDTH];
                for l in 0..WIDTH {
                    sums[j][0][l] += weight[l] * part[j][l];
                    sums[j][1][l] += lean[l] * part[j][l];
                    pull[l] = lean[l] * part[j][l];
                }
                for k in 0..=j {
                    let sum = &mut cross[j * n + k];
                    for l in 0..WIDTH {
                        sum[l] += pull[l] * part[k][l];
                    }
                }
            }
        }
        for j in 0..n {
            share[j] = fold(&sums[j][0]);
            for k in 0..=j {
                let value = -fold(&cross[j * n + k]);
                slopes[j * n + k] = value;
                slopes[k * n + j] = value;
            }
            slopes[j * n + j] += fold(&sums[j][1]);
        }
        fold(&surplus)
    }
}

//! Simulated consumers, laid out so that those of a chunk are worked on side by side.

use crate::numerics::lanes::Aligned;

/// Consumers per lane group; their number is filled up to a multiple of it.
pub const WIDTH: usize = 8;

/// Consumers of a chunk: 24 products of so many take half of a first cache of 48 KB.
const CHUNK: usize = 128;

/// Utilities within these bounds need no care: no exponential and no sum of them overflows, and
/// none vanishes beside another.
const CALM: f64 = 300.0;

/// Simulated consumers of one market.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumers {
    products: usize,
    count: usize,
    /// Weights; 0 in the seats that fill up the last lanes, which repeat the last consumer.
    weight: Aligned,
    /// Price coefficients `a_i < 0`.
    slope: Aligned,
    /// Price-free utilities `v_ij`: chunk by chunk, product by product, consumer by consumer.
    utility: Aligned,
    /// `min_j v_ij` and `max_j v_ij`; infinite where one of them is not finite.
    least: Aligned,
    most: Aligned,
    outside: bool,
}

/// Consumers of one chunk.
pub(super) struct Chunk<'a> {
    pub weight: &'a [f64],
    pub slope: &'a [f64],
    /// `v_ij`, row by row one product.
    pub utility: &'a [f64],
    /// Whether all utilities at the prices in question are within [`CALM`].
    pub calm: bool,
}

impl Consumers {
    /// Lays out consumers: `weight[i]`, `slope[i]` (the price coefficient, < 0) and
    /// `utility[j·I + i]` (price-free, product by product).
    ///
    /// Shapes and signs are checked by [`crate::pricing`], which knows the names.
    pub fn new(weight: &[f64], slope: &[f64], utility: &[f64], outside: bool) -> Self {
        let count = weight.len();
        let products = utility.len().checked_div(count).unwrap_or(0);
        let seats = count.div_ceil(WIDTH) * WIDTH;
        let mut out = Self {
            products,
            count,
            weight: Aligned::zeros(seats),
            slope: Aligned::zeros(seats),
            utility: Aligned::zeros(0),
            least: Aligned::zeros(seats),
            most: Aligned::zeros(seats),
            outside,
        };
        for i in 0..seats {
            out.weight[i] = if i < count { weight[i] } else { 0.0 };
            out.slope[i] = slope[i.min(count - 1)];
        }
        out.lay(products, |j, i| utility[j * count + i]);
        out
    }

    /// Lays out the utilities of so many products.
    fn lay(&mut self, products: usize, utility: impl Fn(usize, usize) -> f64) {
        let seats = self.weight.len();
        self.products = products;
        self.utility = Aligned::zeros(seats * products);
        for i in 0..seats {
            for j in 0..products {
                let at = self.place(j, i);
                self.utility[at] = utility(j, i.min(self.count - 1));
            }
        }
        self.bound();
    }

    /// Where `v_ij` lies.
    fn place(&self, j: usize, i: usize) -> usize {
        let first = i / CHUNK * CHUNK;
        let width = CHUNK.min(self.weight.len() - first);
        first * self.products + j * width + (i - first)
    }

    /// Least and largest utility of each consumer.
    fn bound(&mut self) {
        for i in 0..self.weight.len() {
            let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
            for j in 0..self.products {
                let v = self.utility[self.place(j, i)];
                let (low, high) =
                    if v.is_finite() { (v, v) } else { (f64::NEG_INFINITY, f64::INFINITY) };
                (least, most) = (least.min(low), most.max(high));
            }
            (self.least[i], self.most[i]) = (least, most);
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
        (self.weight[i], self.slope[i])
    }

    /// Price-free utility of product `j` for consumer `i`.
    pub fn utility(&self, j: usize, i: usize) -> f64 {
        self.utility[self.place(j, i)]
    }

    /// Adds `by[j]` to the utility of each product for every consumer.
    pub fn shift(&mut self, by: &[f64]) {
        let seats = self.weight.len();
        for first in (0..seats).step_by(CHUNK) {
            let width = CHUNK.min(seats - first);
            let rows = &mut self.utility[first * self.products..][..width * self.products];
            for (row, by) in rows.chunks_exact_mut(width).zip(by) {
                for value in row {
                    *value += by;
                }
            }
        }
        self.bound();
    }

    /// The same consumers facing only the products listed.
    pub fn keep(&self, products: &[usize]) -> Self {
        let mut out = self.clone();
        out.lay(products.len(), |j, i| self.utility(products[j], i));
        out
    }

    /// Where the chunks start.
    #[inline(always)]
    pub(super) fn starts(&self) -> impl Iterator<Item = usize> + use<> {
        (0..self.weight.len()).step_by(CHUNK)
    }

    /// The chunk that starts with consumer `first`, at prices from `low` to `high`.
    #[inline(always)]
    pub(super) fn chunk(&self, first: usize, (low, high): (f64, f64)) -> Chunk<'_> {
        let n = self.products;
        let end = self.weight.len().min(first + CHUNK);
        let slope = &self.slope[first..end];
        let (least, most) = (&self.least[first..end], &self.most[first..end]);
        let mut rough = 0u64;
        for i in 0..slope.len() {
            let (top, bottom) = (most[i] + slope[i] * low, least[i] + slope[i] * high);
            // Not a number counts as rough.
            rough |= u64::from(!(top <= CALM)) | u64::from(!(bottom >= -CALM));
        }
        let weight = &self.weight[first..end];
        Chunk { weight, slope, utility: &self.utility[first * n..end * n], calm: rough == 0 }
    }

    /// Room for the attractions of a chunk, and for one number per consumer of it.
    pub(super) fn room(&self) -> (usize, usize) {
        let width = CHUNK.min(self.weight.len());
        (width * self.products, width)
    }
}

/// Least and largest price; not numbers where one price is not finite.
#[inline(always)]
pub(super) fn span(prices: &[f64]) -> (f64, f64) {
    let (mut low, mut high, mut broken) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
    for &p in prices {
        low = if p < low { p } else { low };
        high = if p > high { p } else { high };
        broken += p * 0.0;
    }
    (low + broken, high + broken)
}

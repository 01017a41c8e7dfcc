//! Summaries that merge exactly: fixed-point sums and histogram sketches made of integers.

use std::collections::BTreeMap;

/// Sum of `f64` values held as a fixed-point integer (2^-32 units in 128 bits): the same
/// whatever the order. A value is rounded once when it is added.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct ExactSum {
    /// Number of values added.
    pub count: u64,
    whole: i128,
    parts: i128,
}

const UNIT: f64 = 4294967296.0;

impl ExactSum {
    /// Adds one value. The sum holds magnitudes up to 10^38, enough for the squares of a
    /// trillion dollars over any number of paths. NaN counts as a value of zero.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        let whole = value as i128;
        self.whole += whole;
        self.parts += i128::from(((value - whole as f64) * UNIT) as i64);
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &ExactSum) {
        self.count += other.count;
        self.whole += other.whole;
        self.parts += other.parts;
    }

    /// The sum.
    pub fn total(&self) -> f64 {
        self.whole as f64 + self.parts as f64 / UNIT
    }

    /// Mean, or NaN with no value.
    pub fn mean(&self) -> f64 {
        self.total() / self.count as f64
    }
}

/// Histogram over the leading 7 bits of the mantissa: quantiles within 0.4 %, merging exact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Sketch {
    bins: BTreeMap<i32, u64>,
}

impl Sketch {
    /// Adds one value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        *self.bins.entry(bin(value)).or_insert(0) += 1;
    }

    /// Adds another sketch.
    pub fn merge(&mut self, other: &Sketch) {
        for (&bin, &count) in &other.bins {
            *self.bins.entry(bin).or_insert(0) += count;
        }
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.bins.values().sum()
    }

    /// Number of values in the bin of `value` and above: exact for whole numbers up to 256,
    /// within 0.8 % of `value` else.
    pub fn count_from(&self, value: f64) -> u64 {
        self.bins.range(bin(value)..).map(|(_, n)| n).sum()
    }

    /// The quantile, the middle of the bin that holds it; NaN with no value.
    pub fn quantile(&self, p: f64) -> f64 {
        let count = self.count();
        let target = (p * count as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (&bin, &n) in &self.bins {
            seen += n;
            if seen >= target {
                return middle(bin);
            }
        }
        f64::NAN
    }
}

const SHIFT: u32 = 45;

fn bin(value: f64) -> i32 {
    let magnitude = (value.abs().to_bits() >> SHIFT) as i32;
    if value < 0.0 { -magnitude } else { magnitude }
}

fn middle(bin: i32) -> f64 {
    if bin == 0 {
        return 0.0;
    }
    let low = f64::from_bits(u64::from(bin.unsigned_abs()) << SHIFT);
    let high = f64::from_bits((u64::from(bin.unsigned_abs()) + 1) << SHIFT);
    let middle = 0.5 * (low + high);
    if bin < 0 { -middle } else { middle }
}

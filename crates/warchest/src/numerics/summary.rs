//! Summaries that merge exactly: fixed-point sums and histogram sketches made of integers.

use crate::multiversion;
use crate::numerics::lanes::Isa;

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
/// Values below it fit 64 bits; those above have no fraction.
const WHOLE_BELOW: f64 = 9e18;

impl ExactSum {
    /// Adds one value. The sum holds magnitudes up to 10^38, enough for the squares of a
    /// trillion dollars over any number of paths, and stops there. NaN counts as a value of zero.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        if value.abs() < WHOLE_BELOW {
            let whole = value as i64;
            self.whole = self.whole.saturating_add(i128::from(whole));
            self.parts += i128::from(((value - whole as f64) * UNIT) as i64);
        } else {
            self.add_large(value);
        }
    }

    /// A value without fraction, or not a number: shifting its mantissa is several times
    /// faster than the conversion, which is left to what does not fit.
    fn add_large(&mut self, value: f64) {
        if value.abs() < 1.7e38 {
            let bits = value.to_bits();
            let mantissa = i128::from((bits & ((1 << 52) - 1)) | (1 << 52));
            let whole = mantissa << (((bits >> 52) & 0x7ff) - 1075);
            let signed = if value < 0.0 { -whole } else { whole };
            self.whole = self.whole.saturating_add(signed);
        } else if !value.is_nan() {
            let whole = value as i128;
            self.whole = self.whole.saturating_add(whole);
            self.parts += i128::from(((value - whole as f64) * UNIT) as i64);
        }
    }

    /// Adds every value, in lanes; the same as one by one.
    pub fn add_all(&mut self, isa: Isa, values: &[f64]) {
        for some in values.chunks(CHUNK) {
            match split_sums(isa, some) {
                Some([high, low, parts]) => {
                    self.count += some.len() as u64;
                    let whole = (i128::from(high) << SPLIT) + i128::from(low);
                    self.whole = self.whole.saturating_add(whole);
                    self.parts += i128::from(parts);
                }
                None => some.iter().for_each(|&value| self.add(value)),
            }
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &ExactSum) {
        self.count += other.count;
        self.whole = self.whole.saturating_add(other.whole);
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

/// Values that [`split_sums`] takes at once: sums of so many halves fit 64 bits.
const CHUNK: usize = 256;
/// Bits of the lower half of a value.
const SPLIT: u32 = 54;
const HALF: f64 = (1u64 << SPLIT) as f64;

multiversion! {
    /// Sums of the multiples of 2^54, of the whole numbers below and of the 2^-32 parts of up to
    /// [`CHUNK`] values; none when one of them reaches 2^108 or is not a number.
    fn split_sums(values: &[f64]) -> Option<[i64; 3]> {
        let beyond = values.iter().fold(0, |sum, v| sum + u64::from(!(v.abs() < HALF * HALF)));
        if beyond > 0 {
            return None;
        }
        let mut sums = [0i64; 3];
        for &value in values {
            // SAFETY: |value| < 2^108, so that each number converted is below 2^54.
            unsafe {
                let high: i64 = (value / HALF).to_int_unchecked();
                let rest = value - high as f64 * HALF;
                let low: i64 = rest.to_int_unchecked();
                let parts: i64 = ((rest - low as f64) * UNIT).to_int_unchecked();
                sums = [sums[0] + high, sums[1] + low, sums[2] + parts];
            }
        }
        Some(sums)
    }
}

/// Histogram over the leading 7 bits of the mantissa: quantiles within 0.4 %, merging exact.
///
/// Serialised as one list: the gap from bin to bin, followed by minus the count where that is
/// not 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sketch {
    /// Bins in rising order with their counts, none of which is 0; a count stops at 2^32 − 1.
    bins: Vec<(i32, u32)>,
}

impl Sketch {
    /// Adds one value.
    pub fn add(&mut self, value: f64) {
        let bin = Sketch::bin(value);
        match self.bins.binary_search_by_key(&bin, |&(at, _)| at) {
            Ok(at) => self.bins[at].1 = self.bins[at].1.saturating_add(1),
            Err(at) => self.bins.insert(at, (bin, 1)),
        }
    }

    /// The bin of a value.
    #[inline(always)]
    pub fn bin(value: f64) -> i32 {
        let magnitude = (value.abs().to_bits() >> SHIFT) as i32;
        if value < 0.0 { -magnitude } else { magnitude }
    }

    /// The sketch of values whose bins these are; sorts them.
    pub fn of_bins(bins: &mut [i32]) -> Sketch {
        bins.sort_unstable();
        let rises = bins.windows(2).fold(0, |n, pair| n + usize::from(pair[0] != pair[1]));
        let mut out = Vec::with_capacity(rises + 1);
        let mut start = 0;
        for end in 1..=bins.len() {
            if end == bins.len() || bins[end] != bins[start] {
                out.push((bins[start], (end - start) as u32));
                start = end;
            }
        }
        Sketch { bins: out }
    }

    /// Adds another sketch.
    pub fn merge(&mut self, other: &Sketch) {
        if self.bins.is_empty() {
            self.bins.clone_from(&other.bins);
            return;
        }
        // Own bins move to the end of the room; what is written never catches up with them.
        let (mine, theirs) = (self.bins.len(), other.bins.len());
        self.bins.resize(mine + theirs, (0, 0));
        self.bins.copy_within(..mine, theirs);
        let (mut a, mut b, mut at) = (theirs, 0, 0);
        while a < mine + theirs && b < theirs {
            let ((left, more), (right, others)) = (self.bins[a], other.bins[b]);
            // No branch on the order, which is a coin toss.
            let (take, give) = (left <= right, right <= left);
            let count = (more * u32::from(take)).saturating_add(others * u32::from(give));
            self.bins[at] = (left.min(right), count);
            (a, b, at) = (a + usize::from(take), b + usize::from(give), at + 1);
        }
        let left = mine + theirs - a;
        self.bins.copy_within(a.., at);
        self.bins[at + left..at + left + theirs - b].copy_from_slice(&other.bins[b..]);
        self.bins.truncate(at + left + theirs - b);
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.bins.iter().map(|&(_, n)| u64::from(n)).sum()
    }

    /// Number of values in the bin of `value` and above: exact for whole numbers up to 256,
    /// within 0.8 % of `value` else.
    pub fn count_from(&self, value: f64) -> u64 {
        let from = self.bins.partition_point(|&(bin, _)| bin < Sketch::bin(value));
        self.bins[from..].iter().map(|&(_, n)| u64::from(n)).sum()
    }

    /// The quantile, the middle of the bin that holds it; NaN with no value.
    pub fn quantile(&self, p: f64) -> f64 {
        let count = self.count();
        let target = (p * count as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for &(bin, n) in &self.bins {
            seen += u64::from(n);
            if seen >= target {
                return middle(bin);
            }
        }
        f64::NAN
    }
}

const SHIFT: u32 = 45;
/// Below every bin.
const LOWEST: i32 = -(1 << 19);

impl serde::Serialize for Sketch {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut last = LOWEST;
        serializer.collect_seq(self.bins.iter().flat_map(|&(bin, n)| {
            let gap = i64::from(bin - last);
            last = bin;
            [Some(gap), (n != 1).then_some(-i64::from(n))].into_iter().flatten()
        }))
    }
}

impl<'de> serde::Deserialize<'de> for Sketch {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || serde::de::Error::custom("not the gaps and counts of a sketch");
        let mut bins: Vec<(i32, u32)> = Vec::new();
        for number in Vec::<i64>::deserialize(deserializer)? {
            let (last, count) = bins.last_mut().map_or((LOWEST, None), |(bin, n)| (*bin, Some(n)));
            if number > 0 {
                let gap = i32::try_from(number).map_err(|_| wrong())?;
                bins.push((last.checked_add(gap).ok_or_else(wrong)?, 1));
            } else {
                let n = u32::try_from(number.unsigned_abs()).map_err(|_| wrong())?;
                *count.ok_or_else(wrong)? = n;
            }
        }
        Ok(Sketch { bins })
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Dollars, their squares, shares, and numbers with few distinct bins.
    fn values() -> impl Strategy<Value = Vec<f64>> {
        let one = prop_oneof![-1e13..1e13f64, -1e26..1e26f64, 0.0..1.0f64, Just(0.0), Just(3.0)];
        proptest::collection::vec(one, 0..300)
    }

    fn sketch(values: &[f64]) -> Sketch {
        let mut out = Sketch::default();
        values.iter().for_each(|&value| out.add(value));
        out
    }

    proptest! {
        /// One by one, all at once, or cut and merged: the same sketch; it survives being
        /// written and read.
        #[test]
        fn a_sketch_depends_on_its_values_alone(values in values(), cut in any::<prop::sample::Index>()) {
            let whole = sketch(&values);
            let mut bins: Vec<i32> = values.iter().map(|&value| Sketch::bin(value)).collect();
            prop_assert_eq!(&Sketch::of_bins(&mut bins), &whole);
            let (left, right) = values.split_at(cut.index(values.len() + 1));
            let mut merged = sketch(left);
            merged.merge(&sketch(right));
            prop_assert_eq!(&merged, &whole);
            prop_assert_eq!(whole.count(), values.len() as u64);
            let text = serde_json::to_string(&whole).expect("numbers are text");
            prop_assert_eq!(&serde_json::from_str::<Sketch>(&text).expect("own text"), &whole);
        }

        /// The quick ways in agree with the plain conversion to fixed point.
        #[test]
        fn a_sum_is_that_of_whole_and_parts(values in values()) {
            let (mut sum, mut whole, mut parts) = (ExactSum::default(), 0i128, 0i128);
            let all = Isa::available().into_iter().map(|isa| {
                let mut all = ExactSum::default();
                all.add_all(isa, &values);
                all
            });
            let all: Vec<ExactSum> = all.collect();
            for &value in &values {
                sum.add(value);
                let found = value as i128;
                whole += found;
                parts += i128::from(((value - found as f64) * UNIT) as i64);
            }
            prop_assert_eq!(sum, ExactSum { count: values.len() as u64, whole, parts });
            prop_assert!(all.iter().all(|&all| all == sum));
        }
    }

    #[test]
    fn a_sketch_that_is_not_one_is_refused() {
        for text in ["[-2]", "[9999999999]", "[2147483647,2147483647]"] {
            assert!(serde_json::from_str::<Sketch>(text).is_err(), "{text}");
        }
    }
}

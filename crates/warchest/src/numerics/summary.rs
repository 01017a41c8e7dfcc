//! Summaries that merge exactly: fixed-point sums and histogram sketches made of integers.

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
    /// trillion dollars over any number of paths. NaN counts as a value of zero.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        if value.abs() < WHOLE_BELOW {
            let whole = value as i64;
            self.whole += i128::from(whole);
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
            self.whole += if value < 0.0 { -whole } else { whole };
        } else if !value.is_nan() {
            let whole = value as i128;
            self.whole += whole;
            self.parts += i128::from(((value - whole as f64) * UNIT) as i64);
        }
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
///
/// Serialised as one list: the gap from bin to bin, followed by minus the count where that is
/// not 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sketch {
    /// Bins in rising order with their counts, none of which is 0.
    bins: Vec<(i32, u64)>,
}

impl Sketch {
    /// Adds one value.
    pub fn add(&mut self, value: f64) {
        let bin = Sketch::bin(value);
        match self.bins.binary_search_by_key(&bin, |&(at, _)| at) {
            Ok(at) => self.bins[at].1 += 1,
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
        let runs = || bins.chunk_by(|a, b| a == b);
        let mut out = Vec::with_capacity(runs().count());
        out.extend(runs().map(|run| (run[0], run.len() as u64)));
        Sketch { bins: out }
    }

    /// Adds another sketch.
    pub fn merge(&mut self, other: &Sketch) {
        let mut out = Vec::with_capacity(self.bins.len() + other.bins.len());
        let (mut mine, mut theirs) = (self.bins.as_slice(), other.bins.as_slice());
        while let ([a, left @ ..], [b, right @ ..]) = (mine, theirs) {
            let count = if a.0 == b.0 {
                a.1 + b.1
            } else if a.0 < b.0 {
                a.1
            } else {
                b.1
            };
            out.push((a.0.min(b.0), count));
            mine = if a.0 <= b.0 { left } else { mine };
            theirs = if b.0 <= a.0 { right } else { theirs };
        }
        out.extend_from_slice(mine);
        out.extend_from_slice(theirs);
        self.bins = out;
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.bins.iter().map(|&(_, n)| n).sum()
    }

    /// Number of values in the bin of `value` and above: exact for whole numbers up to 256,
    /// within 0.8 % of `value` else.
    pub fn count_from(&self, value: f64) -> u64 {
        let from = self.bins.partition_point(|&(bin, _)| bin < Sketch::bin(value));
        self.bins[from..].iter().map(|&(_, n)| n).sum()
    }

    /// The quantile, the middle of the bin that holds it; NaN with no value.
    pub fn quantile(&self, p: f64) -> f64 {
        let count = self.count();
        let target = (p * count as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for &(bin, n) in &self.bins {
            seen += n;
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
            [Some(gap), (n != 1).then_some(-(n as i64))].into_iter().flatten()
        }))
    }
}

impl<'de> serde::Deserialize<'de> for Sketch {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || serde::de::Error::custom("not the gaps and counts of a sketch");
        let mut bins: Vec<(i32, u64)> = Vec::new();
        for number in Vec::<i64>::deserialize(deserializer)? {
            let (last, count) = bins.last_mut().map_or((LOWEST, None), |(bin, n)| (*bin, Some(n)));
            if number > 0 {
                let gap = i32::try_from(number).map_err(|_| wrong())?;
                bins.push((last.checked_add(gap).ok_or_else(wrong)?, 1));
            } else {
                *count.ok_or_else(wrong)? = number.unsigned_abs();
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
            for &value in &values {
                sum.add(value);
                let found = value as i128;
                whole += found;
                parts += i128::from(((value - found as f64) * UNIT) as i64);
            }
            prop_assert_eq!(sum, ExactSum { count: values.len() as u64, whole, parts });
        }
    }

    #[test]
    fn a_sketch_that_is_not_one_is_refused() {
        for text in ["[-2]", "[9999999999]", "[2147483647,2147483647]"] {
            assert!(serde_json::from_str::<Sketch>(text).is_err(), "{text}");
        }
    }
}

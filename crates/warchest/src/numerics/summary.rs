//! Sums that merge exactly: fixed point, made of integers.

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Dollars, their squares, shares, whole numbers.
    fn values() -> impl Strategy<Value = Vec<f64>> {
        let one = prop_oneof![-1e13..1e13f64, -1e26..1e26f64, 0.0..1.0f64, Just(0.0), Just(3.0)];
        proptest::collection::vec(one, 0..300)
    }

    proptest! {
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
}

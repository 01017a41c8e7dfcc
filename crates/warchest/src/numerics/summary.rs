//! Sums that merge exactly: fixed point, made of integers.

use crate::multiversion;
use crate::numerics::sketch::{NO_BIN, Sketch};

/// Sum of `f64` values held as a fixed-point integer (2^-32 units in 128 bits): the same
/// whatever the order. A value is rounded to the nearest unit when it is added, ties to even.
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
/// A number below 2^51 plus this holds its nearest whole number in the low bits.
const ROUND: f64 = 1.5 * (1u64 << 52) as f64;
/// Bits of the lower half of a value that [`halves`] splits.
const SPLIT: u32 = 51;
const HALF: f64 = (1u64 << SPLIT) as f64;

impl ExactSum {
    /// Adds one value. The sum holds magnitudes up to 10^38, enough for the squares of a
    /// trillion dollars over any number of paths, and stops there. NaN counts as a value of zero.
    #[inline]
    pub fn add(&mut self, value: f64) {
        if value.abs() < HALF * HALF {
            self.add_halves(1, halves(value));
            return;
        }
        self.count += 1;
        // There is no fraction, and a number beyond the largest whole number becomes that.
        self.whole = self.whole.saturating_add(value as i128);
    }

    #[inline]
    fn add_halves(&mut self, count: u64, [high, low, parts]: [i64; 3]) {
        self.count += count;
        let whole = (i128::from(high) << SPLIT) + i128::from(low);
        self.whole = self.whole.saturating_add(whole);
        self.parts += i128::from(parts);
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

/// What is known of some values without looking at them again: sum, sum of squares, range. Exact
/// under merging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Moments {
    /// Σ x.
    pub sum: ExactSum,
    /// Σ x².
    pub squares: ExactSum,
    /// [`key`] of the least and of the greatest value.
    least: i64,
    most: i64,
}

impl Default for Moments {
    fn default() -> Self {
        let none = ExactSum::default();
        Moments { sum: none, squares: none, least: i64::MAX, most: i64::MIN }
    }
}

impl Moments {
    /// Adds one value.
    pub fn add(&mut self, value: f64) {
        self.sum.add(value);
        self.squares.add(value * value);
        self.widen(key(value), key(value));
    }

    /// Adds those of other values.
    pub fn merge(&mut self, other: &Moments) {
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
        self.widen(other.least, other.most);
    }

    fn widen(&mut self, least: i64, most: i64) {
        self.least = self.least.min(least);
        self.most = self.most.max(most);
    }

    /// The least and the greatest value; none of no value.
    pub fn range(&self) -> Option<(f64, f64)> {
        (self.least <= self.most).then(|| (of_key(self.least), of_key(self.most)))
    }
}

/// A number that is ordered as the value is; −0 is 0.
#[inline(always)]
fn key(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn of_key(key: i64) -> f64 {
    f64::from_bits((key ^ (((key >> 63) as u64) >> 1) as i64) as u64)
}

/// The nearest whole number to a value below 2^51, ties to even.
#[inline(always)]
fn nearest(value: f64) -> (f64, i64) {
    let rounded = value + ROUND;
    (rounded - ROUND, (rounded.to_bits() as i64).wrapping_sub(ROUND.to_bits() as i64))
}

/// A value below 2^102 as a multiple of 2^51, a whole number and 2^-32 units, each below 2^51.
#[inline(always)]
fn halves(value: f64) -> [i64; 3] {
    let (above, high) = nearest(value * (1.0 / HALF));
    let rest = value - above * HALF;
    let (whole, low) = nearest(rest);
    let (_, parts) = nearest((rest - whole) * UNIT);
    [high, low, parts]
}

multiversion! {
    /// Adds the values of a row that are `known` (not 0) and finite to their moments, and leaves
    /// their bins, or [`NO_BIN`]. At most 1,024 lanes.
    pub fn note<const L: usize>(row: &[f64; L], known: &[f64; L], moments: &mut Moments, bins: &mut [i32; L]) {
        let (mut count, mut beyond) = (0u64, 0u64);
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        let (mut once, mut square) = ([0i64; 3], [0i64; 3]);
        for l in 0..L {
            let there = (known[l] != 0.0) & row[l].is_finite();
            let value = if there { row[l] } else { 0.0 };
            bins[l] = if there { Sketch::bin(value) } else { NO_BIN };
            least = least.min(if there { key(value) } else { i64::MAX });
            most = most.max(if there { key(value) } else { i64::MIN });
            count += u64::from(there);
            beyond += u64::from(value.abs() >= HALF);
            let (first, second) = (halves(value), halves(value * value));
            for k in 0..3 {
                // Beyond the bound these are not used, and may be anything.
                once[k] = once[k].wrapping_add(first[k]);
                square[k] = square[k].wrapping_add(second[k]);
            }
        }
        moments.widen(least, most);
        if beyond == 0 {
            moments.sum.add_halves(count, once);
            moments.squares.add_halves(count, square);
            return;
        }
        for l in 0..L {
            if bins[l] != NO_BIN {
                moments.sum.add(row[l]);
                moments.squares.add(row[l] * row[l]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::lanes::Isa;
    use proptest::prelude::*;

    /// Dollars, their squares, shares, halves, whole numbers.
    fn value() -> impl Strategy<Value = f64> {
        let halves = (-4_000..4_000i32).prop_map(|n| 0.5 * f64::from(n));
        prop_oneof![-1e13..1e13f64, -1e26..1e26f64, 0.0..1.0f64, halves, Just(0.0), Just(3.0)]
    }

    /// The nearest unit, by the library's own rounding.
    fn plain(values: &[f64]) -> ExactSum {
        let mut out = ExactSum { count: values.len() as u64, ..ExactSum::default() };
        for value in values {
            let whole = value.round_ties_even();
            out.whole = out.whole.saturating_add(whole as i128);
            out.parts += ((value - whole) * UNIT).round_ties_even() as i128;
        }
        out
    }

    proptest! {
        /// One by one or a row at a time, on every instruction set, the sums agree with the plain
        /// conversion to fixed point.
        #[test]
        fn a_sum_is_that_of_whole_and_parts(
            row in proptest::array::uniform32(value()),
            known in proptest::array::uniform32(prop_oneof![Just(1.0), Just(1.0), Just(0.0)]),
        ) {
            let kept: Vec<f64> =
                row.iter().zip(&known).filter(|(_, known)| **known > 0.0).map(|(v, _)| *v).collect();
            let squares: Vec<f64> = kept.iter().map(|v| v * v).collect();
            let mut sum = ExactSum::default();
            kept.iter().for_each(|&value| sum.add(value));
            prop_assert_eq!(sum, plain(&kept));
            for isa in Isa::available() {
                let (mut found, mut bins) = (Moments::default(), [0; 32]);
                note(isa, &row, &known, &mut found, &mut bins);
                prop_assert_eq!([found.sum, found.squares], [plain(&kept), plain(&squares)]);
                let least = kept.iter().copied().reduce(f64::min);
                let most = kept.iter().copied().reduce(f64::max);
                prop_assert_eq!(found.range(), least.zip(most));
                for l in 0..32 {
                    let bin = if known[l] > 0.0 { Sketch::bin(row[l]) } else { NO_BIN };
                    prop_assert_eq!(bins[l], bin);
                }
            }
        }
    }

    #[test]
    fn what_is_not_a_number_is_not_noted() {
        let row = [1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        let (mut found, mut bins) = (Moments::default(), [0; 4]);
        assert_eq!(found.range(), None);
        note(Isa::best(), &row, &[1.0; 4], &mut found, &mut bins);
        assert_eq!([found.sum, found.squares], [plain(&[1.5]), plain(&[2.25])]);
        assert_eq!(found.range(), Some((1.5, 1.5)));
        assert_eq!(bins[1..], [NO_BIN; 3]);
    }
}

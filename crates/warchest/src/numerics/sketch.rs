//! A histogram that merges exactly and answers quantiles.

/// Histogram over the leading 7 bits of the mantissa: quantiles within 0.4 %, merging exact.
///
/// Bins of an octave lie side by side on a page, so that adding a value needs no search. Serialised
/// as bytes: the gap from bin to bin, doubled and odd where the count, not 1, follows; each number
/// in groups of seven bits, lowest first, all but its last with the top bit set (LEB128).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sketch {
    /// Octaves in rising order; the counts of each, not all of them 0.
    octaves: Vec<i32>,
    counts: Vec<[u32; PAGE]>,
}

const PAGE: usize = 1 << PAGE_BITS;
const PAGE_BITS: u32 = 7;
const ROW: usize = 16;

/// The bin of no value: [`Sketch::add_bins`] passes over it.
pub const NO_BIN: i32 = i32::MAX;

impl Sketch {
    /// Adds one value.
    pub fn add(&mut self, value: f64) {
        self.add_to(Sketch::bin(value), 1);
    }

    /// Adds values whose bins these are, in any order.
    pub fn add_bins(&mut self, bins: &[i32]) {
        let (mut first, mut skip) = self.upper_pages();
        for &bin in bins {
            let at = bin.wrapping_sub(first) as u32 as usize;
            if let Some(count) = self.counts[skip..].as_flattened_mut().get_mut(at) {
                *count = count.saturating_add(1);
            } else if bin != NO_BIN {
                let pages = self.octaves.len();
                self.add_to(bin, 1);
                if self.octaves.len() != pages {
                    (first, skip) = self.upper_pages();
                }
            }
        }
    }

    /// First bin and page of the greatest octaves as far as none is missing: where most values
    /// are, a bin's place follows from its distance to that bin.
    fn upper_pages(&self) -> (i32, usize) {
        let mut skip = self.octaves.len().saturating_sub(1);
        while skip > 0 && self.octaves[skip - 1] == self.octaves[skip] - 1 {
            skip -= 1;
        }
        (self.octaves.get(skip).map_or(0, |octave| octave << PAGE_BITS), skip)
    }

    /// The bin of a value.
    #[inline(always)]
    pub fn bin(value: f64) -> i32 {
        let magnitude = (value.abs().to_bits() >> SHIFT) as i32;
        if value < 0.0 { -magnitude } else { magnitude }
    }

    /// A count stops at 2^32 − 1.
    #[inline]
    fn add_to(&mut self, bin: i32, n: u32) {
        let page = self.page(bin >> PAGE_BITS);
        let count = &mut self.counts[page][(bin & (PAGE as i32 - 1)) as usize];
        *count = count.saturating_add(n);
    }

    /// Position of the page of an octave, which is made if need be.
    #[inline]
    fn page(&mut self, octave: i32) -> usize {
        // Values of one sign mostly fill every octave between the least and the greatest.
        let near = match (self.octaves.first(), self.octaves.last()) {
            (Some(first), _) if octave < 0 => i64::from(octave) - i64::from(*first),
            (_, Some(last)) => {
                self.octaves.len() as i64 - 1 - (i64::from(*last) - i64::from(octave))
            }
            _ => 0,
        };
        match usize::try_from(near) {
            Ok(near) if self.octaves.get(near) == Some(&octave) => near,
            _ => self.find_page(octave),
        }
    }

    #[cold]
    fn find_page(&mut self, octave: i32) -> usize {
        self.octaves.binary_search(&octave).unwrap_or_else(|at| {
            self.octaves.insert(at, octave);
            self.counts.insert(at, [0; PAGE]);
            at
        })
    }

    /// Adds another sketch; a count stops at 2^32 − 1.
    pub fn merge(&mut self, other: &Sketch) {
        if self.octaves.is_empty() {
            self.clone_from(other);
            return;
        }
        for (&octave, theirs) in other.octaves.iter().zip(&other.counts) {
            let page = self.page(octave);
            for (a, b) in self.counts[page].iter_mut().zip(theirs) {
                *a = a.saturating_add(*b);
            }
        }
    }

    /// Calls `each` for the bins in rising order with their counts, none of which is 0.
    fn for_each(&self, mut each: impl FnMut(i32, u32)) {
        for (&octave, page) in self.octaves.iter().zip(&self.counts) {
            for (first, row) in (octave << PAGE_BITS..).step_by(ROW).zip(page.as_chunks::<ROW>().0)
            {
                // Most pages are far from the middle and all but empty.
                if row.iter().fold(0, |any, n| any | n) == 0 {
                    continue;
                }
                for (bin, &n) in (first..).zip(row) {
                    if n != 0 {
                        each(bin, n);
                    }
                }
            }
        }
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(sum).sum()
    }

    /// Number of values in the bin of `value` and above: exact for whole numbers up to 256,
    /// within 0.8 % of `value` else.
    pub fn count_from(&self, value: f64) -> u64 {
        let (from, mut count) = (Sketch::bin(value), 0);
        self.for_each(|bin, n| count += if bin >= from { u64::from(n) } else { 0 });
        count
    }

    /// The quantiles, each the middle of the bin that holds it; NaN with no value.
    pub fn quantiles<const N: usize>(&self, p: [f64; N]) -> [f64; N] {
        let held: Vec<u64> = self.counts.iter().map(sum).collect();
        let count: u64 = held.iter().sum();
        p.map(|p| {
            let mut left = (p * count as f64).ceil().max(1.0) as u64;
            for ((&octave, page), &held) in self.octaves.iter().zip(&self.counts).zip(&held) {
                if held < left {
                    left -= held;
                    continue;
                }
                for (bin, &n) in (octave << PAGE_BITS..).zip(page) {
                    if u64::from(n) >= left {
                        return middle(bin);
                    }
                    left -= u64::from(n);
                }
            }
            f64::NAN
        })
    }
}

fn sum(page: &[u32; PAGE]) -> u64 {
    page.iter().map(|&n| u64::from(n)).sum()
}

const SHIFT: u32 = 45;
/// Below every bin.
const LOWEST: i32 = -(1 << 19);

impl serde::Serialize for Sketch {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = Vec::with_capacity(2 * self.counts.len());
        let mut last = LOWEST;
        self.for_each(|bin, n| {
            let gap = (bin - last) as u32;
            last = bin;
            push_number(&mut out, gap << 1 | u32::from(n != 1));
            if n != 1 {
                push_number(&mut out, n);
            }
        });
        serializer.serialize_bytes(&out)
    }
}

impl<'de> serde::Deserialize<'de> for Sketch {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || serde::de::Error::custom("not the gaps and counts of a sketch");
        let (mut out, mut last) = (Sketch::default(), LOWEST);
        let bytes = Vec::<u8>::deserialize(deserializer)?;
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let gap = next_number(&mut rest).ok_or_else(wrong)?;
            let n = if gap & 1 == 0 { Some(1) } else { next_number(&mut rest) };
            let n = n.filter(|&n| n != 0 && gap > 1).ok_or_else(wrong)?;
            last = last
                .checked_add_unsigned(gap >> 1)
                .filter(|&bin| bin < -LOWEST)
                .ok_or_else(wrong)?;
            out.add_to(last, n);
        }
        Ok(out)
    }
}

#[inline(always)]
fn push_number(out: &mut Vec<u8>, mut number: u32) {
    while number >= 128 {
        out.push(number as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number off the front; none where it is cut short or wider than 32 bits.
fn next_number(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0u64;
    for shift in (0..35).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return u32::try_from(number).ok();
        }
    }
    None
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
        proptest::collection::vec(one, 0..3000)
    }

    fn sketch(values: &[f64]) -> Sketch {
        let mut out = Sketch::default();
        values.iter().for_each(|&value| out.add(value));
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// One by one, all at once, or cut and merged: the same sketch; it survives being
        /// written and read.
        #[test]
        fn a_sketch_depends_on_its_values_alone(values in values(), cut in any::<prop::sample::Index>()) {
            let whole = sketch(&values);
            let bins = values.iter().map(|&value| Sketch::bin(value));
            let bins: Vec<i32> = bins.flat_map(|bin| [NO_BIN, bin]).collect();
            let mut at_once = Sketch::default();
            at_once.add_bins(&bins);
            prop_assert_eq!(&at_once, &whole);
            let (left, right) = values.split_at(cut.index(values.len() + 1));
            let mut merged = sketch(left);
            merged.merge(&sketch(right));
            prop_assert_eq!(&merged, &whole);
            prop_assert_eq!(whole.count(), values.len() as u64);
            let text = serde_json::to_string(&whole).expect("numbers are text");
            prop_assert_eq!(&serde_json::from_str::<Sketch>(&text).expect("own text"), &whole);
        }

        /// Against the sorted values themselves.
        #[test]
        fn quantiles_are_those_of_the_values(mut values in values(), p in 0.0..1.0f64) {
            let whole = sketch(&values);
            values.sort_by(f64::total_cmp);
            let at = ((p * values.len() as f64).ceil() as usize).max(1) - 1;
            match values.get(at) {
                Some(&exact) => {
                    let found = whole.quantiles([p])[0];
                    prop_assert!((found - exact).abs() <= 0.004 * exact.abs(), "{found} {exact}");
                    let least = values.iter().filter(|&&v| v >= exact).count() as u64;
                    prop_assert!(whole.count_from(exact) >= least);
                }
                None => prop_assert!(whole.quantiles([p])[0].is_nan()),
            }
        }
    }

    #[test]
    fn a_sketch_that_is_not_one_is_refused() {
        let cut_short = ["[128]", "[3]", "[3,255]"];
        let no_gap_or_count = ["[0]", "[1,5]", "[3,0]", "[2,0]"];
        let too_wide = ["[254,255,255,255,15]", "[255,255,255,255,31]", "[255,255,255,255,255,1]"];
        for text in [cut_short.as_slice(), &no_gap_or_count, &too_wide].concat() {
            assert!(serde_json::from_str::<Sketch>(text).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Sketch>("[2,3,2]").is_ok_and(|two| two.count() == 3));
    }
}

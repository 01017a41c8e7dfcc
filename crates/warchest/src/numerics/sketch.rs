//! A histogram that merges exactly and answers quantiles.

/// Histogram over the leading 7 bits of the mantissa: quantiles within 0.4 %, merging exact.
///
/// Serialised as one list: the gap from bin to bin, followed by minus the count where that is
/// not 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sketch(Bins);

/// Which of the two depends on the number of bins alone, so that equal contents are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Bins {
    /// Below [`MANY`] bins: in rising order with their counts, none of which is 0.
    Few(Vec<(i32, u32)>),
    Many(Pages),
}

/// So many bins are kept in pages.
const MANY: usize = 512;

/// Bins of an octave side by side: adding to them needs no search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Pages {
    /// Octaves in rising order; the counts of each.
    octaves: Vec<i32>,
    counts: Vec<[u32; PAGE]>,
    /// Number of bins that are not 0.
    filled: usize,
}

const PAGE: usize = 1 << PAGE_BITS;
const PAGE_BITS: u32 = 7;

impl Default for Sketch {
    fn default() -> Self {
        Sketch(Bins::Few(Vec::new()))
    }
}

impl Sketch {
    /// Adds one value.
    pub fn add(&mut self, value: f64) {
        let bin = Sketch::bin(value);
        match &mut self.0 {
            Bins::Many(pages) => pages.add_list(&[(bin, 1)]),
            Bins::Few(list) => match list.binary_search_by_key(&bin, |&(at, _)| at) {
                Ok(at) => list[at].1 = list[at].1.saturating_add(1),
                Err(at) if list.len() + 1 < MANY => list.insert(at, (bin, 1)),
                Err(_) => self.merge(&Sketch(Bins::Few(vec![(bin, 1)]))),
            },
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
        Sketch::of_list(out)
    }

    fn of_list(list: Vec<(i32, u32)>) -> Sketch {
        if list.len() < MANY {
            return Sketch(Bins::Few(list));
        }
        let mut pages = Pages::default();
        pages.add_list(&list);
        Sketch(Bins::Many(pages))
    }

    /// Adds another sketch; a count stops at 2^32 − 1.
    pub fn merge(&mut self, other: &Sketch) {
        match (&mut self.0, &other.0) {
            (Bins::Many(mine), Bins::Many(theirs)) => mine.add(theirs),
            (Bins::Many(mine), Bins::Few(theirs)) => mine.add_list(theirs),
            (Bins::Few(mine), Bins::Many(theirs)) => {
                let mut pages = theirs.clone();
                pages.add_list(mine);
                self.0 = Bins::Many(pages);
            }
            (Bins::Few(mine), Bins::Few(theirs)) => {
                add_sorted(mine, theirs);
                if mine.len() >= MANY {
                    *self = Sketch::of_list(std::mem::take(mine));
                }
            }
        }
    }

    /// Bins in rising order with their counts, none of which is 0.
    fn bins(&self) -> impl Iterator<Item = (i32, u32)> + '_ {
        let (few, many) = match &self.0 {
            Bins::Few(list) => (Some(list.iter().copied()), None),
            Bins::Many(pages) => (None, Some(pages.iter())),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten())
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.bins().map(|(_, n)| u64::from(n)).sum()
    }

    /// Number of values in the bin of `value` and above: exact for whole numbers up to 256,
    /// within 0.8 % of `value` else.
    pub fn count_from(&self, value: f64) -> u64 {
        let from = Sketch::bin(value);
        self.bins().filter(|&(bin, _)| bin >= from).map(|(_, n)| u64::from(n)).sum()
    }

    /// The quantile, the middle of the bin that holds it; NaN with no value.
    pub fn quantile(&self, p: f64) -> f64 {
        let count = self.count();
        let target = (p * count as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        let reaches = |(_, n): &(i32, u32)| {
            seen += u64::from(*n);
            seen >= target
        };
        self.bins().find(reaches).map_or(f64::NAN, |(bin, _)| middle(bin))
    }
}

impl Pages {
    /// Position of the page of an octave, which is made if need be; `near` is a guess.
    fn page(&mut self, octave: i32, near: usize) -> usize {
        if self.octaves.get(near) == Some(&octave) {
            return near;
        }
        self.octaves.binary_search(&octave).unwrap_or_else(|at| {
            self.octaves.insert(at, octave);
            self.counts.insert(at, [0; PAGE]);
            at
        })
    }

    fn add_list(&mut self, list: &[(i32, u32)]) {
        let mut at = 0;
        for &(bin, n) in list {
            at = self.page(bin >> PAGE_BITS, at);
            let count = &mut self.counts[at][(bin & (PAGE as i32 - 1)) as usize];
            self.filled += usize::from(*count == 0);
            *count = count.saturating_add(n);
        }
    }

    fn add(&mut self, other: &Pages) {
        let filled = |page: &[u32; PAGE]| page.iter().filter(|&&n| n != 0).count();
        let mut at = 0;
        for (&octave, theirs) in other.octaves.iter().zip(&other.counts) {
            at = self.page(octave, at + 1);
            let mine = &mut self.counts[at];
            let before = filled(mine);
            for (a, b) in mine.iter_mut().zip(theirs) {
                *a = a.saturating_add(*b);
            }
            self.filled += filled(mine) - before;
        }
    }

    fn iter(&self) -> impl Iterator<Item = (i32, u32)> + '_ {
        self.octaves.iter().zip(&self.counts).flat_map(|(&octave, page)| {
            let bins = (octave << PAGE_BITS..).zip(page.iter().copied());
            bins.filter(|&(_, n)| n != 0)
        })
    }
}

/// Adds a sorted list of bins to another.
fn add_sorted(bins: &mut Vec<(i32, u32)>, other: &[(i32, u32)]) {
    if bins.is_empty() {
        bins.extend_from_slice(other);
        return;
    }
    // Own bins move to the end of the room; what is written never catches up with them.
    let (mine, theirs) = (bins.len(), other.len());
    bins.resize(mine + theirs, (0, 0));
    bins.copy_within(..mine, theirs);
    let (mut a, mut b, mut at) = (theirs, 0, 0);
    while a < mine + theirs && b < theirs {
        let ((left, more), (right, others)) = (bins[a], other[b]);
        // No branch on the order, which is a coin toss.
        let (take, give) = (left <= right, right <= left);
        let count = (more * u32::from(take)).saturating_add(others * u32::from(give));
        bins[at] = (left.min(right), count);
        (a, b, at) = (a + usize::from(take), b + usize::from(give), at + 1);
    }
    let left = mine + theirs - a;
    bins.copy_within(a.., at);
    bins[at + left..at + left + theirs - b].copy_from_slice(&other[b..]);
    bins.truncate(at + left + theirs - b);
}

const SHIFT: u32 = 45;
/// Below every bin.
const LOWEST: i32 = -(1 << 19);

impl serde::Serialize for Sketch {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut last = LOWEST;
        serializer.collect_seq(self.bins().flat_map(|(bin, n)| {
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
                if n == 0 {
                    return Err(wrong());
                }
                *count.ok_or_else(wrong)? = n;
            }
        }
        Ok(Sketch::of_list(bins))
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

    /// Dollars, their squares, shares, and numbers with few distinct bins; so many that a sketch
    /// changes from a list to pages about half of the time.
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

        /// Against the sorted values themselves.
        #[test]
        fn quantiles_are_those_of_the_values(mut values in values(), p in 0.0..1.0f64) {
            let whole = sketch(&values);
            values.sort_by(f64::total_cmp);
            let at = ((p * values.len() as f64).ceil() as usize).max(1) - 1;
            match values.get(at) {
                Some(&exact) => {
                    let found = whole.quantile(p);
                    prop_assert!((found - exact).abs() <= 0.004 * exact.abs(), "{found} {exact}");
                    let least = values.iter().filter(|&&v| v >= exact).count() as u64;
                    prop_assert!(whole.count_from(exact) >= least);
                }
                None => prop_assert!(whole.quantile(p).is_nan()),
            }
        }
    }

    #[test]
    fn a_sketch_that_is_not_one_is_refused() {
        for text in ["[-2]", "[9999999999]", "[2147483647,2147483647]", "[600000,0]"] {
            assert!(serde_json::from_str::<Sketch>(text).is_err(), "{text}");
        }
    }
}

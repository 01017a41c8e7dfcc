//! Tallies add up exactly: merging is associative and commutative.

use crate::numerics::summary::Moments;
use crate::simulate::outcome::{BLOCK, Block, Columns, PATH_NUMBERS};
use crate::simulate::outcome::{FirmTally, QuarterTally, Spread, Tally};

impl Spread {
    /// Adds one value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.moments.add(value);
        self.sketch.add(value);
    }

    /// Adds another spread.
    pub fn merge(&mut self, other: &Spread) {
        self.moments.merge(&other.moments);
        self.sketch.merge(&other.sketch);
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.moments.sum.count
    }

    /// Mean, or NaN with no value.
    pub fn mean(&self) -> f64 {
        self.moments.sum.mean()
    }

    /// The quantile, within 0.4 % and within the range of the values; NaN with no value.
    pub fn quantile(&self, p: f64) -> f64 {
        self.quantiles([p])[0]
    }

    /// Quantiles, as [`Spread::quantile`] gives each.
    pub fn quantiles<const N: usize>(&self, p: [f64; N]) -> [f64; N] {
        let (least, most) = self.moments.range().unwrap_or((f64::NAN, f64::NAN));
        self.sketch.quantiles(p).map(|found| {
            if found < least {
                least
            } else if found > most {
                most
            } else {
                found
            }
        })
    }

    /// Standard error of the mean; NaN with fewer than two values.
    pub fn standard_error(&self) -> f64 {
        let n = self.count() as f64;
        if n > 1.0 && self.moments.range().is_some_and(|(least, most)| least == most) {
            return 0.0;
        }
        let mean = self.mean();
        let variance = (self.moments.squares.total() / n - mean * mean).max(0.0) * n / (n - 1.0);
        (variance / n).sqrt()
    }
}

impl FirmTally {
    /// Adds the ends of the same firm on other paths.
    pub fn merge(&mut self, other: &FirmTally) {
        add_table(&mut self.exits, &other.exits);
        add_counts(&mut self.acquired, &other.acquired);
        add_counts(&mut self.entered, &other.entered);
        self.alive += other.alive;
        self.listed += other.listed;
        add_counts(&mut self.cash_positive, &other.cash_positive);
        self.defaulted += other.defaulted;
        self.end_cash.merge(&other.end_cash);
        self.need.merge(&other.need);
        self.never_self_sufficient += other.never_self_sufficient;
        self.raised.merge(&other.raised);
        self.valuation.merge(&other.valuation);
        self.revenue_year.merge(&other.revenue_year);
        self.founders_stake.merge(&other.founders_stake);
    }
}

impl QuarterTally {
    /// Adds the same quarter on other paths.
    pub fn merge(&mut self, other: &QuarterTally) {
        merge_all(&mut self.firms, &other.firms);
        merge_all(&mut self.markets, &other.markets);
        merge_all(&mut self.common, &other.common);
    }
}

/// The columns of a block that were not added yet.
#[derive(Clone, Copy)]
struct Next<'a> {
    moments: &'a [Moments],
    bins: &'a [i32],
}

impl<'a> Next<'a> {
    fn new(columns: &'a Columns) -> Next<'a> {
        Next { moments: &columns.moments, bins: &columns.bins }
    }

    /// Adds the next column to each of some spreads.
    fn add_to<'s>(&mut self, spreads: impl IntoIterator<Item = &'s mut Spread>) {
        for spread in spreads {
            let Some((moments, later)) = self.moments.split_first() else { return };
            let (bins, rest) = self.bins.split_at(BLOCK as usize);
            spread.moments.merge(moments);
            spread.sketch.add_bins(bins);
            (self.moments, self.bins) = (later, rest);
        }
    }

    /// What is left behind the next `columns`.
    fn after(self, columns: usize) -> Next<'a> {
        let moments = self.moments.get(columns..).unwrap_or_default();
        Next { moments, bins: self.bins.get(columns * BLOCK as usize..).unwrap_or_default() }
    }

    /// Adds to quarters the next columns, so many of each kind a quarter; a thread that has nothing
    /// else to do takes some of the quarters.
    fn add_to_quarters(mut self, quarters: &mut [QuarterTally], figures: [usize; 3]) {
        if quarters.len() > QUARTERS_AT_ONCE {
            let (early, late) = quarters.split_at_mut(quarters.len() / 2);
            let later = self.after(early.len() * figures.iter().sum::<usize>());
            both(|| self.add_to_quarters(early, figures), || later.add_to_quarters(late, figures));
            return;
        }
        for quarter in quarters {
            let kinds = [&mut quarter.firms, &mut quarter.markets, &mut quarter.common];
            for (spreads, len) in kinds.into_iter().zip(figures) {
                resize(spreads, len);
                self.add_to(spreads);
            }
        }
    }
}

/// Fewest quarters that are worth a thread.
const QUARTERS_AT_ONCE: usize = 8;

#[cfg(feature = "parallel")]
fn both(a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
    rayon::join(a, b);
}

#[cfg(not(feature = "parallel"))]
fn both(a: impl FnOnce(), b: impl FnOnce()) {
    a();
    b();
}

impl Tally {
    /// Adds a block: its counts and its columns.
    pub fn add(&mut self, block: &Block) {
        self.merge(&block.tally);
        let figures = block.columns.figures.map(|n| n as usize);
        let mut next = Next::new(&block.columns);
        next.add_to(self.firms.iter_mut().map(|firm| &mut firm.end_cash));
        if next.moments.is_empty() {
            return;
        }
        for firm in &mut self.firms {
            next.add_to([&mut firm.need, &mut firm.raised, &mut firm.valuation]);
            next.add_to([&mut firm.revenue_year, &mut firm.founders_stake]);
        }
        resize(&mut self.path_numbers, PATH_NUMBERS.len());
        next.add_to(&mut self.path_numbers);
        let all: usize = figures.iter().sum();
        resize(&mut self.quarters, next.moments.len() / all.max(1));
        next.add_to_quarters(&mut self.quarters, figures);
    }

    /// Adds the summary of other paths of the same world; the default tally is the neutral
    /// element.
    pub fn merge(&mut self, other: &Tally) {
        self.paths += other.paths;
        self.price_games += other.price_games;
        self.unconverged += other.unconverged;
        self.paths_unconverged += other.paths_unconverged;
        self.identity_failures += other.identity_failures;
        resize(&mut self.firms, other.firms.len());
        for (mine, theirs) in self.firms.iter_mut().zip(&other.firms) {
            mine.merge(theirs);
        }
        add_counts(&mut self.survivors, &other.survivors);
        add_table(&mut self.survivors_by_quarter, &other.survivors_by_quarter);
        resize(&mut self.quarters, other.quarters.len());
        for (mine, theirs) in self.quarters.iter_mut().zip(&other.quarters) {
            mine.merge(theirs);
        }
        merge_all(&mut self.path_numbers, &other.path_numbers);
    }
}

fn resize<T: Default + Clone>(items: &mut Vec<T>, len: usize) {
    if items.len() < len {
        items.resize(len, T::default());
    }
}

fn add_counts(mine: &mut Vec<u64>, theirs: &[u64]) {
    resize(mine, theirs.len());
    for (a, b) in mine.iter_mut().zip(theirs) {
        *a += b;
    }
}

fn add_table(mine: &mut Vec<Vec<u64>>, theirs: &[Vec<u64>]) {
    resize(mine, theirs.len());
    for (a, b) in mine.iter_mut().zip(theirs) {
        add_counts(a, b);
    }
}

fn merge_all(mine: &mut Vec<Spread>, theirs: &[Spread]) {
    resize(mine, theirs.len());
    for (a, b) in mine.iter_mut().zip(theirs) {
        a.merge(b);
    }
}

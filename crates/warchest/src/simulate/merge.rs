//! Tallies add up exactly: merging is associative and commutative.

use std::collections::BTreeMap;

use crate::numerics::lanes::Isa;
use crate::numerics::sketch::Sketch;
use crate::simulate::outcome::{FirmTally, QuarterTally, Spread, Tally};

impl Spread {
    /// Adds one value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.sum.add(value);
        self.sum_squares.add(value * value);
        self.sketch.add(value);
    }

    /// The spread of some values; `bins` and `squares` are scratch of their length.
    pub fn of(isa: Isa, values: &[f64], bins: &mut [i32], squares: &mut [f64]) -> Spread {
        for ((&value, bin), square) in values.iter().zip(&mut *bins).zip(&mut *squares) {
            *bin = Sketch::bin(value);
            *square = value * value;
        }
        let mut out = Spread::default();
        out.sum.add_all(isa, values);
        out.sum_squares.add_all(isa, squares);
        out.sketch = Sketch::of_bins(bins);
        out
    }

    /// Adds another spread.
    pub fn merge(&mut self, other: &Spread) {
        self.sum.merge(&other.sum);
        self.sum_squares.merge(&other.sum_squares);
        self.sketch.merge(&other.sketch);
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.sum.count
    }

    /// Mean, or NaN with no value.
    pub fn mean(&self) -> f64 {
        self.sum.mean()
    }

    /// Standard error of the mean; NaN with fewer than two values.
    pub fn standard_error(&self) -> f64 {
        let n = self.count() as f64;
        let mean = self.mean();
        let variance = (self.sum_squares.total() / n - mean * mean).max(0.0) * n / (n - 1.0);
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
        merge_rows(&mut self.firms, &other.firms);
        merge_rows(&mut self.markets, &other.markets);
        merge_map(&mut self.common, &other.common);
    }
}

impl Tally {
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
        merge_map(&mut self.path_numbers, &other.path_numbers);
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

fn merge_rows(mine: &mut Vec<BTreeMap<String, Spread>>, theirs: &[BTreeMap<String, Spread>]) {
    resize(mine, theirs.len());
    for (a, b) in mine.iter_mut().zip(theirs) {
        merge_map(a, b);
    }
}

fn merge_map(mine: &mut BTreeMap<String, Spread>, theirs: &BTreeMap<String, Spread>) {
    for (name, spread) in theirs {
        match mine.get_mut(name) {
            Some(found) => found.merge(spread),
            None => {
                mine.insert(name.clone(), spread.clone());
            }
        }
    }
}

//! Two runs under common random numbers, path by path.

use std::collections::BTreeMap;

use crate::answers::estimate::mean;
use crate::answers::types::{Estimate, LAYERS};
use crate::simulate::outcome::{Block, Spread, Status};

/// A column of a block, its name and unit.
type Column = (&'static str, &'static str, fn(&Block) -> &Vec<f64>);

/// One number of a path in both runs.
#[derive(Clone, Debug, Default, PartialEq)]
struct Pair {
    unit: &'static str,
    a: Spread,
    b: Spread,
    difference: Spread,
}

/// Paired differences, accumulated block by block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paired {
    pairs: BTreeMap<String, Pair>,
}

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Difference {
    /// What: `survive/OpenAI`, `cash/OpenAI`, `final_spend`, ...
    pub name: String,
    /// `probability`, `USD`, `0 to 1`.
    pub unit: String,
    /// Mean in the first run.
    pub a: Estimate,
    /// Mean in the second run.
    pub b: Estimate,
    /// Mean of (second − first) on the same path, with its paired standard error.
    pub difference: Estimate,
    /// Difference in standard deviations across paths: comparable between units.
    pub effect: f64,
    /// Standard error that independent draws would have given, over the paired one; as large as
    /// a number can be when the difference is the same on every path.
    pub sharper: f64,
}

impl Paired {
    /// Adds the same block of both runs; `firms` gives, per name, its index in either run.
    ///
    /// Blocks must hold rows of the same paths.
    pub fn add(&mut self, a: &Block, b: &Block, firms: &[(String, usize, usize)]) {
        let paths = a.paths.min(b.paths) as usize;
        if paths == 0 || a.firms.status.is_empty() || b.firms.status.is_empty() {
            return;
        }
        let (width_a, width_b) =
            (a.firms.status.len() / a.paths as usize, b.firms.status.len() / b.paths as usize);
        for path in 0..paths {
            for (name, in_a, in_b) in firms {
                let (i, j) = (path * width_a + in_a, path * width_b + in_b);
                self.firm(name, (a, i), (b, j));
            }
            self.market(a, b, path);
        }
    }

    fn firm(&mut self, name: &str, a: (&Block, usize), b: (&Block, usize)) {
        let alive = |(block, row): (&Block, usize)| {
            let status = block.firms.status[row];
            f64::from(status == Status::Alive as u8 || status == Status::Listed as u8)
        };
        self.put(&format!("survive/{name}"), "probability", Some(alive(a)), Some(alive(b)));
        let numbers: [Column; 5] = [
            ("cash", "USD", |block| &block.firms.cash),
            ("revenue_year", "USD", |block| &block.firms.revenue_year),
            ("levered_fcf", "USD", |block| &block.firms.levered_fcf),
            ("raised", "USD", |block| &block.firms.raised),
            ("valuation", "USD", |block| &block.firms.valuation),
        ];
        for (what, unit, column) in numbers {
            let at = |(block, row): (&Block, usize)| column(block).get(row).copied();
            self.put(&format!("{what}/{name}"), unit, at(a), at(b));
        }
        let failed = |(block, row): (&Block, usize)| {
            block.firms.defaulted.get(row).map(|&hit| f64::from(hit))
        };
        self.put(&format!("default/{name}"), "probability", failed(a), failed(b));
    }

    fn market(&mut self, a: &Block, b: &Block, path: usize) {
        let numbers: [Column; 5] = [
            ("hhi_spend", "0 to 1", |block| &block.market.hhi_spend),
            ("hhi_usage", "0 to 1", |block| &block.market.hhi_usage),
            ("final_spend", "USD", |block| &block.market.final_spend),
            ("capex", "USD", |block| &block.market.capex),
            ("consumer_surplus", "USD", |block| &block.market.consumer_surplus),
        ];
        for (what, unit, column) in numbers {
            let at = |block: &Block| column(block).get(path).copied();
            self.put(what, unit, at(a), at(b));
        }
        for (layer, name) in LAYERS.iter().enumerate() {
            let at = |block: &Block| block.market.value_added[layer].get(path).copied();
            self.put(&format!("value_added/{name}"), "USD", at(a), at(b));
        }
    }

    fn put(&mut self, name: &str, unit: &'static str, a: Option<f64>, b: Option<f64>) {
        let (Some(a), Some(b)) = (a, b) else { return };
        if !self.pairs.contains_key(name) {
            self.pairs.insert(name.to_string(), Pair { unit, ..Pair::default() });
        }
        if let Some(pair) = self.pairs.get_mut(name) {
            pair.a.add(a);
            pair.b.add(b);
            pair.difference.add(b - a);
        }
    }

    /// The differences, largest first (in standard deviations across paths).
    pub fn differences(&self) -> Vec<Difference> {
        let mut out: Vec<Difference> =
            self.pairs.iter().map(|(name, pair)| line(name, pair)).collect();
        out.sort_by(|x, y| {
            y.effect.abs().total_cmp(&x.effect.abs()).then_with(|| x.name.cmp(&y.name))
        });
        out
    }
}

fn line(name: &str, pair: &Pair) -> Difference {
    let (a, b, difference) = (mean(&pair.a), mean(&pair.b), mean(&pair.difference));
    let independent = (a.se * a.se + b.se * b.se).sqrt();
    let spread = independent * (0.5 * pair.a.count() as f64).sqrt();
    let effect = if difference.value == 0.0 { 0.0 } else { difference.value / spread };
    let sharper = independent / difference.se;
    Difference {
        name: name.to_string(),
        unit: pair.unit.to_string(),
        a,
        b,
        difference,
        effect: if effect.is_finite() { effect } else { f64::MAX.copysign(effect) },
        sharper: if sharper.is_nan() { 1.0 } else { sharper.min(f64::MAX) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three pairs by hand: differences 1, 2, 3: mean 2, standard error 1/√3; as independent
    /// samples (0, 10, 20 and 1, 12, 23) the error would be several times that.
    #[test]
    fn paired_errors_by_hand() {
        let mut paired = Paired::default();
        for (a, b) in [(0.0, 1.0), (10.0, 12.0), (20.0, 23.0)] {
            paired.put("x", "USD", Some(a), Some(b));
            paired.put("same", "USD", Some(a), Some(a));
        }
        let found = paired.differences();
        assert_eq!(found[0].name, "x");
        assert!((found[0].difference.value - 2.0).abs() < 1e-9);
        assert!((found[0].difference.se - 1.0 / 3.0_f64.sqrt()).abs() < 1e-9);
        assert!(found[0].sharper > 10.0);
        assert_eq!((found[1].difference.value, found[1].effect), (0.0, 0.0));
    }
}

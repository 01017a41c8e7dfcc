//! Counts that need two columns of the same path at once, from the rows of a block.

use std::collections::BTreeMap;

use crate::answers::types::LAYERS;
use crate::simulate::outcome::{Block, NEVER, Spread, Status};

/// Joint counts, exact under merging. Empty when the run recorded no rows.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Joint {
    /// Paths with rows.
    pub paths: u64,
    /// Per firm.
    pub firms: Vec<JointFirm>,
    /// Per path: `share_of_sales/LAYER`, `share_of_cash/LAYER`, `cash_kept/LAYER` (USD),
    /// `surplus_share`.
    pub shares: BTreeMap<String, Spread>,
}

/// Joint counts of one firm.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct JointFirm {
    /// Ended before it was cash-positive, by quarter of the end.
    pub ended_first: Vec<u64>,
    /// Wound up, by cause.
    pub liquidated: Vec<u64>,
}

fn count(counts: &mut Vec<u64>, at: usize) {
    if counts.len() <= at {
        counts.resize(at + 1, 0);
    }
    counts[at] += 1;
}

fn add(mine: &mut Vec<u64>, theirs: &[u64]) {
    if mine.len() < theirs.len() {
        mine.resize(theirs.len(), 0);
    }
    for (a, b) in mine.iter_mut().zip(theirs) {
        *a += b;
    }
}

/// Cash that stays with each layer: chip makers get what is spent on chips instead of what the
/// chips of rented hours earn, clouds and laboratories pay what they spend. The sum stays that of
/// the value added, all that customers paid.
fn cash_kept(added: [f64; 5], capex: f64, cloud_capex: f64) -> [f64; 5] {
    let [chips, cloud, labs, applications, energy] = added;
    [capex, cloud + chips - cloud_capex, labs - (capex - cloud_capex), applications, energy]
}

impl Joint {
    /// Adds the rows of a block; a block without rows adds nothing.
    pub fn add(&mut self, block: &Block) {
        let paths = block.paths as usize;
        let rows = &block.firms;
        if rows.status.is_empty() || paths == 0 {
            return;
        }
        self.paths += u64::from(block.paths);
        let firms = rows.status.len() / paths;
        if self.firms.len() < firms {
            self.firms.resize(firms, JointFirm::default());
        }
        for row in 0..rows.status.len() {
            let firm = &mut self.firms[row % firms];
            let exit = rows.exit_quarter[row];
            if exit == NEVER {
                continue;
            }
            let positive = rows.cash_positive.get(row).copied().unwrap_or(NEVER);
            if positive > exit {
                count(&mut firm.ended_first, usize::from(exit));
            }
            if rows.status[row] == Status::Liquidated as u8 {
                count(&mut firm.liquidated, usize::from(rows.cause[row]));
            }
        }
        self.shares_of(block);
    }

    fn shares_of(&mut self, block: &Block) {
        let rows = &block.market;
        if rows.final_spend.len() != block.paths as usize {
            return;
        }
        for path in 0..rows.final_spend.len() {
            let spend = rows.final_spend[path];
            if spend.is_nan() || spend <= 0.0 {
                continue;
            }
            let added: [f64; 5] = std::array::from_fn(|layer| rows.value_added[layer][path]);
            let kept = cash_kept(added, rows.capex[path], rows.cloud_capex[path]);
            for (name, (value, cash)) in LAYERS.iter().zip(added.iter().zip(kept)) {
                self.share(&format!("share_of_sales/{name}"), value / spend);
                self.share(&format!("share_of_cash/{name}"), cash / spend);
                self.share(&format!("cash_kept/{name}"), cash);
            }
            let surplus = rows.consumer_surplus[path];
            self.share("surplus_share", surplus / (surplus + spend));
        }
    }

    fn share(&mut self, name: &str, value: f64) {
        match self.shares.get_mut(name) {
            Some(spread) => spread.add(value),
            None => {
                let mut spread = Spread::default();
                spread.add(value);
                self.shares.insert(name.to_string(), spread);
            }
        }
    }

    /// Adds the counts of other paths of the same world.
    pub fn merge(&mut self, other: &Joint) {
        self.paths += other.paths;
        if self.firms.len() < other.firms.len() {
            self.firms.resize(other.firms.len(), JointFirm::default());
        }
        for (mine, theirs) in self.firms.iter_mut().zip(&other.firms) {
            add(&mut mine.ended_first, &theirs.ended_first);
            add(&mut mine.liquidated, &theirs.liquidated);
        }
        for (name, spread) in &other.shares {
            self.shares.entry(name.clone()).or_default().merge(spread);
        }
    }
}

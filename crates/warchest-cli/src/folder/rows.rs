//! Rows of a part: what blocks give, in the layout of the Parquet files.

use warchest::simulate::outcome::{Block, FirmRows, PathRows};

/// Rows of consecutive paths.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// First path.
    pub first: u64,
    /// Number of paths.
    pub paths: u64,
    /// Path-major rows per firm.
    pub firms: FirmRows,
    /// Rows per path.
    pub market: PathRows,
}

impl Rows {
    /// Appends the rows of the next block.
    pub fn push(&mut self, block: &mut Block) {
        self.paths += u64::from(block.paths);
        let (mine, theirs) = (&mut self.firms, &mut block.firms);
        mine.status.append(&mut theirs.status);
        mine.cause.append(&mut theirs.cause);
        mine.exit_quarter.append(&mut theirs.exit_quarter);
        mine.cash.append(&mut theirs.cash);
        mine.revenue_year.append(&mut theirs.revenue_year);
        mine.levered_fcf.append(&mut theirs.levered_fcf);
        mine.raised.append(&mut theirs.raised);
        mine.founders_stake.append(&mut theirs.founders_stake);
        mine.valuation.append(&mut theirs.valuation);
        mine.deepest_need.append(&mut theirs.deepest_need);
        mine.cash_positive.append(&mut theirs.cash_positive);
        mine.defaulted.append(&mut theirs.defaulted);
        let (mine, theirs) = (&mut self.market, &mut block.market);
        mine.hhi_spend.append(&mut theirs.hhi_spend);
        mine.hhi_usage.append(&mut theirs.hhi_usage);
        mine.leader_change.append(&mut theirs.leader_change);
        mine.final_spend.append(&mut theirs.final_spend);
        for (mine, theirs) in mine.value_added.iter_mut().zip(&mut theirs.value_added) {
            mine.append(theirs);
        }
        mine.capex.append(&mut theirs.capex);
        mine.cloud_capex.append(&mut theirs.cloud_capex);
        mine.consumer_surplus.append(&mut theirs.consumer_surplus);
        mine.unconverged.append(&mut theirs.unconverged);
    }
}

//! A fingerprint of an outcome: equal bits, equal hash, on any machine.

use std::hash::{Hash, Hasher};

use crate::simulate::outcome::Block;

/// FNV-1a over the bits of blocks, fed in order.
///
/// A length is hashed as 64 bits, so a 32-bit target agrees.
#[derive(Clone, Copy, Debug)]
pub struct OutcomeHash(u64);

impl Default for OutcomeHash {
    fn default() -> Self {
        OutcomeHash(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for OutcomeHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }
}

impl OutcomeHash {
    /// Adds a block: its rows, bit for bit, its counts and its columns.
    pub fn add(&mut self, block: &Block) {
        self.write_u64(block.index);
        self.write_u32(block.paths);
        let (firms, market) = (&block.firms, &block.market);
        for bytes in [&firms.status, &firms.cause, &firms.defaulted] {
            bytes.hash(self);
        }
        for quarters in [&firms.exit_quarter, &firms.cash_positive, &market.leader_change] {
            quarters.hash(self);
        }
        let [chips, cloud, labs, applications, energy] = &market.value_added;
        let columns = [
            &firms.cash,
            &firms.revenue_year,
            &firms.levered_fcf,
            &firms.raised,
            &firms.founders_stake,
            &firms.valuation,
            &firms.deepest_need,
            &market.hhi_spend,
            &market.hhi_usage,
            &market.final_spend,
            chips,
            cloud,
            labs,
            applications,
            energy,
            &market.capex,
            &market.cloud_capex,
            &market.consumer_surplus,
        ];
        for column in columns {
            self.write_usize(column.len());
            for value in column {
                self.write_u64(value.to_bits());
            }
        }
        market.unconverged.hash(self);
        block.tally.hash(self);
        block.columns.hash(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::outcome::FirmRows;

    fn block(cash: f64) -> Block {
        Block {
            index: 0,
            paths: 1,
            firms: FirmRows { cash: vec![cash], ..FirmRows::default() },
            ..Block::default()
        }
    }

    fn hash(block: &Block) -> u64 {
        let mut hash = OutcomeHash::default();
        hash.add(block);
        hash.finish()
    }

    /// FNV-1a of the empty string and of "a" (Fowler, Noll and Vo's own test vectors).
    #[test]
    fn known_answers() {
        let mut hash = OutcomeHash::default();
        assert_eq!(hash.finish(), 0xcbf2_9ce4_8422_2325);
        hash.write(b"a");
        assert_eq!(hash.finish(), 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn one_bit_changes_it() {
        let next = f64::from_bits(1e9f64.to_bits() + 1);
        assert_eq!(hash(&block(1e9)), hash(&block(1e9)));
        assert_ne!(hash(&block(1e9)), hash(&block(next)));
    }
}

//! Cash, runway, dilution, death.

pub mod ledger;

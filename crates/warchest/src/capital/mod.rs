//! Cash, runway, dilution, death.

pub mod burn;
pub mod exit;
pub mod ledger;
pub mod rounds;

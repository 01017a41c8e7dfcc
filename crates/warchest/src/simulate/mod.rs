//! The quarter, the lanes, the ensemble, the outcome.

pub(crate) mod adoption;
#[doc(hidden)]
#[allow(missing_docs, reason = "open for tests that look into a quarter")]
pub mod audit;
pub(crate) mod books;
pub(crate) mod capacity;
pub(crate) mod close;
pub(crate) mod commoditise;
pub(crate) mod costs;
pub(crate) mod demand;
pub(crate) mod draws;
pub mod ensemble;
pub(crate) mod exits;
pub(crate) mod figures;
pub(crate) mod funding;
pub mod hash;
#[doc(hidden)]
#[allow(missing_docs, reason = "open for tests that look into a quarter")]
pub mod lanes;
pub(crate) mod market;
pub(crate) mod merge;
pub mod outcome;
#[doc(hidden)]
#[allow(missing_docs, reason = "open for tests that look into a quarter")]
pub mod plan;
pub(crate) mod prices;
pub(crate) mod record;
pub(crate) mod releases;
pub(crate) mod sales;
pub(crate) mod shadow;
pub(crate) mod shocks;
pub(crate) mod start;
#[doc(hidden)]
#[allow(missing_docs, reason = "open for tests that look into a quarter")]
pub mod step;
pub(crate) mod turn;

//! The quarter, the lanes, the ensemble, the outcome.

pub mod books;
pub mod costs;
pub mod draws;
pub mod ensemble;
pub mod hash;
pub mod lanes;
pub mod market;
pub mod merge;
pub mod outcome;
pub mod plan;
pub mod record;
pub mod shocks;
pub mod step;

//! The quarter, the lanes, the ensemble, the outcome.

pub mod outcome;

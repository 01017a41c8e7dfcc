//! `warchest`: a market in which costs fall along technology curves, buyers choose, firms set
//! prices, cash burns, some firms die.
#![allow(missing_docs)]

pub mod answers;
pub mod capital;
pub mod claims;
pub mod curves;
pub mod demand;
pub mod firms;
pub mod numerics;
pub mod portfolio;
pub mod pricing;
pub mod rng;
pub mod scenario;
pub mod simulate;
pub mod units;
pub mod world;

//! Bertrand–Nash prices: costs, demand and ownership in, prices with a status out.
//!
//! [`market::Market`] holds one market; [`nash::solve`] prices it; [`certificate::certify`]
//! checks the answer without trusting the search; [`measures`] reads off what people ask;
//! [`experiment`] changes the market (merger, cost, tax, entry, price war, collusion) and
//! prices it again. [`lanes`] holds the kernels that the simulation shares.

pub mod batch;
pub mod certificate;
pub mod effort;
pub mod error;
pub mod experiment;
pub mod invert;
pub mod lanes;
pub mod market;
pub mod measures;
pub mod nash;
pub mod table;

mod anderson;
mod capacity;
mod conditions;
mod zeta;

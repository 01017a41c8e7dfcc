//! Bertrand–Nash prices: costs, demand and ownership in, prices with a status out.

pub mod lanes;

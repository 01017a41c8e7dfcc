//! Tests that see the library as its users do.

mod books;
mod claims;
mod commoditise;
mod curves;
mod draws;
mod engine;
mod extremes;
mod identities;
mod laws;
mod limits;
mod markets;
mod meaning;
mod open_models;
mod pricing;
mod runway;
mod scenario;
mod special;
mod summary;
mod tidy;
mod toy;
mod worlds;

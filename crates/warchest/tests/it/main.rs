//! Tests that see the library as its users do.

mod books;
mod claims;
mod curves;
mod markets;
mod open_models;
mod pricing;
mod runway;
mod scenario;
mod special;
mod tidy;
mod toy;
mod worlds;

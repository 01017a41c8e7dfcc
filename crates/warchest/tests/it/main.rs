//! Tests that see the library as its users do.

mod runway;
mod special;
mod tidy;
mod pricing;
mod toy;
mod worlds;

//! Tests that see the library as its users do.

mod special;
mod tidy;
mod pricing;

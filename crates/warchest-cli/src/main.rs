//! The `warchest` command.
fn main() {}

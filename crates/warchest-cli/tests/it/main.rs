//! Whole command lines.

mod claims;
mod price;

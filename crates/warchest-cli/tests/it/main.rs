//! Whole command lines.

mod breaking;
mod claims;
mod price;
mod program;
mod runs;
mod summary;

//! Whole command lines.

mod claims;

//! From outcomes to the value of a bet.

pub mod reverse_dcf;

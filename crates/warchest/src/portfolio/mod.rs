//! From outcomes to the value of a bet, and how large it should be.

pub mod cvar;
pub mod kelly;
pub mod reverse_dcf;

//! How many buy and whom they choose.
pub mod choice;
pub mod mixed;

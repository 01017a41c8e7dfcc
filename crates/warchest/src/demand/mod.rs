//! How many buy and whom they choose.

pub mod bass;
pub mod choice;
pub mod mixed;

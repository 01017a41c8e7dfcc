//! How many buy and whom they choose.

pub mod bass;
pub mod choice;
mod consumers;
pub mod mixed;

//! What a firm is: the rules by which it prices.

pub mod strategy;

//! Arithmetic with the same bits on every machine; knows no economics.

pub mod dense;
pub mod elementary;
pub mod lambert;
pub mod lanes;
pub mod minimise;
pub mod sketch;
pub mod special;
pub mod student;
pub mod summary;

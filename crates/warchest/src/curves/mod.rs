//! Past cost, to the distribution of future cost.

mod draw;

pub use draw::{CurveDraw, CurvePath};

//! Past cost, to the distribution of future cost.

pub mod compare;
mod draw;
mod error;
pub mod forecast;
pub mod hindcast;
pub mod moore;
pub mod series;
pub mod wright;

pub use draw::{CurveDraw, CurvePath};
pub use error::CurveError;
pub use forecast::{Experience, Marginal, Model, Noise, Predictive, Window};
pub use series::{Family, Passport, Series};

//! Past cost, to the distribution of future cost.

pub mod compare;
mod draw;
mod error;
pub mod fit;
pub mod forecast;
pub mod hindcast;
pub mod honest;
pub mod mixture;
pub mod moore;
mod part;
pub mod pooled;
mod scale;
pub mod series;
pub mod shipped;
pub mod wright;

pub use draw::{CurveDraw, CurvePath};
pub use error::CurveError;
pub use forecast::{Component, Experience, Marginal, Model, Noise, Part, Predictive, Window};
pub use series::{Family, Passport, Series};

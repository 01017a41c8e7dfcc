//! Past cost, to the distribution of future cost.

pub mod compare;
pub mod describe;
mod draw;
mod error;
pub mod fit;
pub mod forecast;
pub mod hindcast;
pub mod honest;
pub mod implied;
pub mod launch;
pub mod mixture;
pub mod moore;
mod part;
pub mod pooled;
mod sample;
mod scale;
pub mod series;
pub mod shipped;
pub mod surrogate;
pub mod theta;
pub mod wright;

pub use draw::{CurveDraw, CurvePath};
pub use error::CurveError;
pub use forecast::{Component, Experience, Marginal, Model, Noise, Part, Predictive, Window};
pub use sample::Sampler;
pub use series::{Family, Passport, Series};

/// The results of `work` for 0, 1, ... `count − 1` in that order, over all threads if there are any.
fn each<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        (0..count).into_par_iter().map(work).collect()
    }
    #[cfg(not(feature = "parallel"))]
    {
        (0..count).map(work).collect()
    }
}

//! The laws by the names of the command line.

use clap::ValueEnum;
use warchest::curves::moore::{Moore, Naive, Trend};
use warchest::curves::wright::{Ahead, Wright};
use warchest::curves::{Model, Series, shipped};

/// MA(1) coefficient that Farmer and Lafond (2016) chose by matching forecast errors.
const THETA: f64 = 0.63;

/// A law that one series can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Law {
    /// No trend: a random walk around the last cost.
    Naive,
    /// Moore's law: random walk with drift, exact Student-t.
    Moore,
    /// Moore's law with noise that echoes once (theta 0.63).
    Ima,
    /// A straight line through the logs.
    Trend,
    /// Wright's law: cost against cumulative production.
    Wright,
    /// Moore's law pooled with 66 technologies of two kinds.
    Pooled,
    /// The same with one kind.
    PooledOne,
    /// Wright's law pooled with 76 technologies.
    PooledWright,
}

impl Law {
    /// Every law.
    pub const ALL: [Law; 8] = [
        Law::Naive,
        Law::Moore,
        Law::Ima,
        Law::Trend,
        Law::Wright,
        Law::Pooled,
        Law::PooledOne,
        Law::PooledWright,
    ];

    /// Name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_string()).unwrap_or_default()
    }

    /// The model.
    pub fn model(self) -> Box<dyn Model> {
        let ahead = Ahead::Walk;
        match self {
            Law::Naive => Box::new(Naive),
            Law::Moore => Box::new(Moore::new(0.0)),
            Law::Ima => Box::new(Moore::new(THETA)),
            Law::Trend => Box::new(Trend),
            Law::Wright => Box::new(Wright { rho: 0.0, ahead }),
            Law::Pooled => Box::new(shipped::pooled()),
            Law::PooledOne => Box::new(shipped::pooled_one_kind()),
            Law::PooledWright => Box::new(shipped::pooled_wright(ahead)),
        }
    }

    /// Whether the law uses the priors that ship.
    pub fn is_pooled(self) -> bool {
        matches!(self, Law::Pooled | Law::PooledOne | Law::PooledWright)
    }

    /// The laws worth trying on a series: those of production only where it is known.
    pub fn of(series: &Series) -> Vec<Law> {
        let learns = series.log_experience().is_some();
        let fits = |law: &Law| learns || !matches!(law, Law::Wright | Law::PooledWright);
        Law::ALL.into_iter().filter(fits).collect()
    }
}

//! A market, validated and ready to run.
//!
//! Built only by [`crate::scenario`] and by tests. Every number that a path may draw is a
//! [`ParamId`] into [`World::params`]; everything that is fixed structure (who sells what,
//! where, by which rule) is plain data. Canonical units, unless a field says otherwise:
//! money in US dollars; flows per quarter; growth and drift as **log rate per quarter**;
//! volatility as standard deviation of the log change per quarter; hazards as probability
//! per quarter; shares as fractions of one; usage in RT (reference tasks); compute in
//! H100-equivalent hours per quarter; people in persons.

pub use crate::curves::CurveDraw;

mod firm;
mod market;
mod param;
mod shock;

pub use firm::{Entry, Firm, FirmKind, Funding, Strategy};
pub use market::{Appeal, Kernel, Listing, Market, Product, Region, Segment, Size};
pub use param::{Correlation, Dist, Param, ParamId, Per, Transform};
pub use shock::{Check, Predicate, Shock, ShockKind, Stress};

/// Index of a firm in [`World::firms`].
pub type FirmId = usize;
/// Index of a product in [`World::products`].
pub type ProductId = usize;
/// Index of a market in [`World::markets`].
pub type MarketId = usize;

/// Title and dates.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    /// Printed on top of every answer.
    pub title: String,
    /// The question the scenario asks, printed first.
    pub question: String,
    /// ISO date; nothing known later is read unless `hindsight`.
    pub as_of: String,
    /// May read what was known only after `as_of`.
    pub hindsight: bool,
}

/// Calendar of the run. Quarter 0 is the first simulated quarter after `as_of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Calendar year of quarter 0.
    pub first_year: i32,
    /// 1..=4: calendar quarter of quarter 0.
    pub first_quarter: u8,
    /// Number of simulated quarters.
    pub quarters: u32,
}

impl Clock {
    /// Name of a simulated quarter in the calendar: `2025Q3`.
    pub fn label(&self, quarter: u32) -> String {
        let at = u32::from(self.first_quarter) - 1 + quarter;
        format!("{}Q{}", self.first_year + (at / 4) as i32, at % 4 + 1)
    }
}

/// Costs along a technology curve, compute, releases.
#[derive(Clone, Debug, PartialEq)]
pub struct Technology {
    /// Drift of log efficiency A per quarter (cost falls by this), common to all.
    pub efficiency_growth: ParamId,
    /// Replaces the drift when the scenario names a fitted series.
    pub efficiency_curve: Option<usize>,
    /// Noise of log efficiency, common to all.
    pub efficiency_volatility: ParamId,
    /// γ: log cost of serving one more unit of quality.
    pub cost_of_quality: ParamId,
    /// USD per H100-equivalent hour at the start.
    pub compute_price: ParamId,
    /// Log drift of its long-run level per quarter.
    pub compute_price_drift: ParamId,
    /// Noise of the gap to the long-run level.
    pub compute_price_volatility: ParamId,
    /// Speed of return to the long-run price, share per quarter.
    pub compute_price_reversion: ParamId,
    /// χ: response of the rental price to use over usable capacity.
    pub compute_tightness: ParamId,
    /// δ_G per quarter.
    pub depreciation: ParamId,
    /// USD of capital expenditure per H100-equivalent hour per quarter of capacity.
    pub capacity_cost: ParamId,
    /// Quarters from order to arrival, 1..=8.
    pub lead_time: u32,
    /// Share of the rental price that pays energy and operations: what an owned hour costs.
    pub energy_share: ParamId,
    /// Share of the rental price that pays for the chips used up.
    pub chip_share: ParamId,
    /// η: quality per log of R&D compute.
    pub research_productivity: ParamId,
    /// Standard deviation of quality at a release.
    pub release_noise: ParamId,
    /// σ_ζ: scale of the Student-t(3) taste jump at a release.
    pub taste_jump: ParamId,
    /// Quarters by which the open frontier trails the best model.
    pub open_lag: ParamId,
    /// Standard deviation of the open frontier.
    pub open_noise: ParamId,
}

/// An assumption shown in the report.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumption {
    /// Dotted path.
    pub path: String,
    /// As written, e.g. `18 % to 27 %`.
    pub text: String,
    /// Where the figure comes from.
    pub source: Option<String>,
    /// ISO date on which it was known.
    pub known_at: Option<String>,
    /// Why this figure.
    pub why: Option<String>,
    /// `file:line`.
    pub origin: String,
}

/// What the report asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Years (quarter ends) quoted in tables.
    pub horizon_years: Vec<i32>,
    /// Discount rate per year, price-to-sales multiple and dilution used for implied growth:
    /// grids.
    pub discount_rates: Vec<f64>,
    /// Value over annual revenue at the exit.
    pub multiples: Vec<f64>,
    /// Years to exit for implied growth.
    pub implied_years: f64,
    /// Dilution per year for implied growth.
    pub dilution_per_year: f64,
    /// Giants: market value in USD, count, per cent volatility come from the run.
    pub giant_usd: f64,
}

/// A market ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// Title and dates.
    pub meta: Meta,
    /// Calendar of the run.
    pub clock: Clock,
    /// Every number that a path may draw.
    pub params: Vec<Param>,
    /// Copulas between per-path parameters, disjoint.
    pub correlations: Vec<Correlation>,
    /// Technology curves that paths draw.
    pub curves: Vec<CurveDraw>,
    /// Where people live.
    pub regions: Vec<Region>,
    /// How buyers choose.
    pub segments: Vec<Segment>,
    /// Segments open in a region.
    pub markets: Vec<Market>,
    /// What is sold, by firm.
    pub products: Vec<Product>,
    /// Costs, compute, releases.
    pub technology: Technology,
    /// Who sells.
    pub firms: Vec<Firm>,
    /// Who pays for losses.
    pub funding: Funding,
    /// What happens on dates.
    pub shocks: Vec<Shock>,
    /// Shocks at a grid of sizes.
    pub stresses: Vec<Stress>,
    /// What must hold after every run.
    pub checks: Vec<Check>,
    /// What the report lists.
    pub assumptions: Vec<Assumption>,
    /// What the report asks.
    pub report: Report,
}

impl World {
    /// The parameter behind a handle.
    pub fn param(&self, id: ParamId) -> &Param {
        &self.params[id.0 as usize]
    }

    /// Handle of the parameter with this dotted path.
    pub fn find_param(&self, name: &str) -> Option<ParamId> {
        let at = self.params.iter().position(|param| param.name == name)?;
        Some(ParamId(at as u32))
    }
}

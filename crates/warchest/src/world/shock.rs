//! What happens on dates, at which sizes, and what must hold afterwards.

use super::{FirmId, MarketId, ParamId};
use crate::units::Quarter;

/// What a scenario shock does (model.md section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShockKind {
    /// Listed firms price at (1 − size) of what they would.
    PriceWar,
    /// Substitution (price slope, σ) multiplied by 1 + size.
    Commoditise,
    /// Listed entrants arrive with probability `size` at the start.
    Entrant,
    /// The open frontier closes the share `size` of its gap.
    OpenRelease,
    /// The pool is multiplied by 1 − size.
    FundingFreeze,
    /// The rental price is multiplied by 1 + size.
    ComputeShortage,
    /// Market sizes are multiplied by 1 + size (boom, size > 0; bust, size < 0).
    DemandShift,
    /// Listed regions' compute price is multiplied by 1 + size.
    ExportBan,
}

/// A scenario shock.
#[derive(Clone, Debug, PartialEq)]
pub struct Shock {
    /// Unique among shocks.
    pub name: String,
    /// What it does.
    pub kind: ShockKind,
    /// First quarter.
    pub start: Quarter,
    /// Length in quarters.
    pub length: u32,
    /// How strong, in the measure of its kind.
    pub size: ParamId,
    /// Firms (PriceWar, Entrant) or regions (ExportBan) it names; empty = all.
    pub firms: Vec<FirmId>,
    /// Regions (ExportBan) it names; empty = all.
    pub regions: Vec<usize>,
}

/// A shock at a grid of sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct Stress {
    /// Unique among stresses.
    pub name: String,
    /// The question in words.
    pub question: String,
    /// The shock; its own size is replaced by the grid's.
    pub shock: Shock,
    /// Increasing sizes, first one is usually 0.
    pub sizes: Vec<f64>,
}

/// A predicate over the outcome that runs on every run.
#[allow(missing_docs, reason = "the text of a variant names its fields")]
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// `survivors(YEAR) between A and B`: mean number of reported firms alive at year end.
    Survivors { quarter: Quarter, low: f64, high: f64 },
    /// `survival(FIRM, YEAR) between A and B`.
    Survival { firm: FirmId, quarter: Quarter, low: f64, high: f64 },
    /// `cash balances`: every ledger identity holds in every quarter.
    CashBalances,
    /// `converged`: the share of price games that did not converge is at most `share`.
    Converged { share: f64 },
    /// `price(MARKET, YEAR) between A and B`: median mean price paid, USD per unit.
    Price { market: MarketId, quarter: Quarter, low: f64, high: f64 },
}

/// A `[[check]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Printed with its answer.
    pub name: String,
    /// As written.
    pub text: String,
    /// What is expected.
    pub predicate: Predicate,
}

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
use crate::units::Quarter;

mod param;

pub use param::{Correlation, Dist, Param, ParamId, Per, Transform};

/// Index of a firm in [`World::firms`].
pub type FirmId = usize;
/// Index of a product in [`World::products`].
pub type ProductId = usize;
/// Index of a market in [`World::markets`].
pub type MarketId = usize;

/// Title and dates.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    pub title: String,
    /// The question the scenario asks, printed first.
    pub question: String,
    /// ISO date; nothing known later is read unless `hindsight`.
    pub as_of: String,
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

/// A region and the diffusion of use in it (Bass).
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    pub name: String,
    /// Counted as North America in the giants question.
    pub north_america: bool,
    /// Reachable persons M.
    pub reachable: ParamId,
    /// Persons using at the start.
    pub adopters: ParamId,
    /// Bass innovation coefficient per quarter.
    pub innovation: ParamId,
    /// Bass imitation coefficient per quarter.
    pub imitation: ParamId,
    /// Multiplier on the compute price.
    pub compute_price_factor: ParamId,
}

/// How buyers of a segment choose.
#[derive(Clone, Debug, PartialEq)]
pub enum Kernel {
    /// Seats: `V = taste + quality_weight·q − price_slope·p`, nested logit, outside good of
    /// utility 0. Price in USD per unit and quarter.
    Unit { price_slope: ParamId },
    /// Spend: CES, `V = (sigma − 1)(taste + quality_weight·q − ln p)`; no outside good, the
    /// budget itself answers to the price index with elasticity `epsilon`.
    Budget { sigma: ParamId, epsilon: ParamId },
    /// Users who pay nothing: `V = taste + quality_weight·q`, outside good of utility 0; the
    /// seller earns `ad_revenue` USD per unit and quarter, which grows by `ad_growth` log per
    /// quarter (none: not at all).
    Free { ad_revenue: ParamId, ad_growth: Option<ParamId> },
}

/// A kind of buyer.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    pub name: String,
    pub kernel: Kernel,
    /// Utility of one unit of quality.
    pub quality_weight: ParamId,
    /// Correlation inside a nest, in [0, 1); 0 is plain logit.
    pub nest_correlation: ParamId,
    /// Names of the nests; products name theirs by index.
    pub nests: Vec<String>,
    /// Share of demand that chooses anew each quarter, (0, 1].
    pub reoptimise: ParamId,
    /// RT served per unit sold and quarter (1 when the unit is the RT itself).
    pub rt_per_unit: ParamId,
    /// Log growth per quarter of RT per unit.
    pub rt_growth: ParamId,
    /// Probability per quarter that a product's list price may move without a release.
    pub reprice_hazard: ParamId,
}

/// How large a market is.
#[derive(Clone, Debug, PartialEq)]
pub enum Size {
    /// Units per quarter (Unit, Free) or USD per quarter (Budget), growing at `growth` log
    /// per quarter with `volatility`, slowed by `max(0, 1 − size/ceiling)` when a ceiling is
    /// given, and by `persistence^t` when growth is known to fade (none: 1).
    Walk {
        start: ParamId,
        growth: ParamId,
        volatility: ParamId,
        ceiling: Option<ParamId>,
        persistence: Option<ParamId>,
    },
    /// Potential buyers = this share of the region's adopters.
    Adopters { share: ParamId },
}

/// A segment in a region.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    pub name: String,
    pub segment: usize,
    pub region: usize,
    pub size: Size,
    /// The products on sale here, in the order of [`World::products`].
    pub listings: Vec<Listing>,
}

/// Where a product's appeal starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Appeal {
    /// Mean utility given.
    Taste(ParamId),
    /// Utility that reproduces this share of the market at the list prices of the start
    /// (Berry inversion, per path).
    Share(ParamId),
}

/// A product on sale in a market.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    pub product: ProductId,
    pub nest: usize,
    pub appeal: Appeal,
}

/// What a firm sells.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    pub name: String,
    pub firm: FirmId,
    pub segment: usize,
    /// USD per unit and quarter (Unit), per RT (Budget); ignored when free.
    pub list_price: ParamId,
    /// USD of compute per RT at the start, at full load (the engine divides by the load
    /// factor of the firm).
    pub unit_cost: ParamId,
    /// Quality above the firm's own model.
    pub quality_offset: ParamId,
    /// Standard deviation per quarter of a random walk of the taste.
    pub taste_volatility: ParamId,
}

/// Costs along a technology curve, compute, releases.
#[derive(Clone, Debug, PartialEq)]
pub struct Technology {
    /// Drift of log efficiency A per quarter (cost falls by this), common to all.
    pub efficiency_growth: ParamId,
    /// Replaces the drift when the scenario names a fitted series.
    pub efficiency_curve: Option<usize>,
    pub efficiency_volatility: ParamId,
    /// γ: log cost of serving one more unit of quality.
    pub cost_of_quality: ParamId,
    /// USD per H100-equivalent hour at the start.
    pub compute_price: ParamId,
    pub compute_price_drift: ParamId,
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
    pub open_noise: ParamId,
}

/// What kind of firm it is (model.md section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirmKind {
    /// Frontier generalist.
    Generalist,
    /// Specialised lightweight.
    Specialist,
    /// Cheap follower.
    Follower,
    /// Open-weights host.
    Host,
    /// Integrated hyperscaler.
    Integrated,
}

/// How a firm prices (model.md section 8).
#[derive(Clone, Debug, PartialEq)]
pub enum Strategy {
    /// Static Bertrand–Nash.
    Nash,
    /// `p = c (1 + markup·k_t)` with `k_t = decay^t`.
    CostPlus { markup: ParamId, decay: ParamId },
    /// Nash on a marginal cost lowered by `value` (share of unit cost) until `share_target`
    /// of the market is held or the runway falls below `runway_min` quarters.
    Penetrate { value: ParamId, share_target: ParamId, runway_min: ParamId },
    /// `(1 − undercut)` of the price of the dearest... the leading rival (largest share).
    Follow { undercut: ParamId },
    /// The lower of the own Nash price and the rivals' quality-adjusted price.
    Match,
    /// Nash, no research, quality decays by `decay` per quarter.
    Harvest { decay: ParamId },
    /// List price kept, use capped at capacity.
    Ration,
    /// Dynamic value of a sale read from a table over the share held, as a fraction of unit
    /// cost: `(share, value)` in increasing share, linear between.
    Table { points: Vec<(f64, f64)> },
}

/// A firm.
#[derive(Clone, Debug, PartialEq)]
pub struct Firm {
    pub name: String,
    pub kind: FirmKind,
    pub region: usize,
    /// Survival, cash and breaking points are reported for it.
    pub reported: bool,
    pub strategy: Strategy,
    pub cash: ParamId,
    pub debt: ParamId,
    /// Interest on debt per quarter.
    pub interest: ParamId,
    /// Fixed operating expense, USD per quarter, and its log growth.
    pub opex: ParamId,
    pub opex_growth: ParamId,
    /// Operating expense as a share of revenue.
    pub opex_share: ParamId,
    /// Research: floor in USD per quarter with its log growth, share of revenue, and share
    /// of last quarter's funds raised.
    pub research_floor: ParamId,
    pub research_growth: ParamId,
    pub research_share: ParamId,
    pub research_of_raised: ParamId,
    /// Least runway in quarters: research is cut to what leaves it; 0 = never.
    pub research_cut_runway: ParamId,
    /// Cumulative R&D compute at the start, H100-equivalent hours.
    pub research_stock: ParamId,
    /// Quality of its best model at the start.
    pub quality: ParamId,
    /// d: mean quarters between releases; 0 = never.
    pub release_gap: ParamId,
    /// Uses the open frontier as its model (hosts, specialists).
    pub serves_open: bool,
    /// Drift and volatility of its own log efficiency.
    pub efficiency_growth: ParamId,
    pub efficiency_volatility: ParamId,
    /// λ: exponent of cumulative own output in unit cost.
    pub learning: ParamId,
    /// Load factor, (0, 1].
    pub load_factor: ParamId,
    /// τ: distribution partner's share of revenue.
    pub partner_share: ParamId,
    /// Owned or reserved capacity at the start; 0 = rents all on the spot market.
    pub capacity: ParamId,
    /// Log growth per quarter of capacity it aims at beyond use (orders).
    pub capacity_target: ParamId,
    /// Take-or-pay due, USD per quarter from quarter 0; the last value does not repeat.
    pub commitments: Vec<ParamId>,
    /// Exogenous net cash flow per quarter: mean and standard deviation.
    pub other_cash: ParamId,
    pub other_cash_volatility: ParamId,
    /// Mark at the start (post-money), USD; 0 = none.
    pub valuation: ParamId,
    /// Fraction still held by the holders of the start (1 before any round).
    pub strategic_investor: bool,
    /// May raise equity at all.
    pub raises: bool,
    /// May be bought rather than liquidated.
    pub acquirable: bool,
    /// Deep-pocketed: can buy a distressed firm.
    pub acquirer: bool,
    /// A parent refills its cash up to this much per quarter; 0 = none.
    pub parent_cap: ParamId,
    /// Present from the start, or waits to enter.
    pub entry: Option<Entry>,
}

/// A firm that may enter later.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Probability per quarter at zero markup of the incumbents.
    pub hazard: ParamId,
    /// Added log hazard per unit of the incumbents' mean markup (p − c)/p.
    pub markup_response: ParamId,
}

/// Mood, rounds, exits.
#[derive(Clone, Debug, PartialEq)]
pub struct Funding {
    /// False: nobody can raise and a negative balance is death (the toy, the runway).
    pub enabled: bool,
    /// Runway in quarters under which a firm seeks money.
    pub seek_runway: ParamId,
    /// α0..α5 of the logistic: constant, growth, mood, ln runway, strategic, margin.
    pub alpha: [ParamId; 6],
    /// Quarters of burn asked for.
    pub round_quarters: ParamId,
    /// Share of an announced round that is paid at once; the rest is conditional and paid in
    /// four quarters while the pool is open.
    pub paid_at_close: ParamId,
    /// Common pool at the start, USD per quarter, and its log growth.
    pub pool: ParamId,
    pub pool_growth: ParamId,
    /// Response of the pool to mood.
    pub pool_mood: ParamId,
    /// Largest share of the pool for one firm.
    pub pool_share: ParamId,
    /// φ, σ_m, crash hazard and depth of the mood.
    pub mood_persistence: ParamId,
    pub mood_volatility: ParamId,
    pub crash_hazard: ParamId,
    pub crash_depth: ParamId,
    /// b0, b1, b2 and noise of ln(pre-money / annualised revenue).
    pub multiple: [ParamId; 4],
    /// Annualised revenue from which a firm may list, hazard per quarter, size of the
    /// listing in multiples of a round.
    pub listing_revenue: ParamId,
    pub listing_hazard: ParamId,
    pub listing_multiple: ParamId,
    /// Probability that a distressed firm finds a rescue round.
    pub rescue: ParamId,
    /// Probability that a buyer takes an acquirable firm that found no rescue, and price in
    /// shares of the last mark.
    pub acquisition: ParamId,
    pub acquisition_price: ParamId,
    /// Scrap value in shares of annualised revenue.
    pub scrap: ParamId,
}

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
    pub name: String,
    pub kind: ShockKind,
    pub start: Quarter,
    /// Length in quarters.
    pub length: u32,
    pub size: ParamId,
    /// Firms (PriceWar, Entrant) or regions (ExportBan) it names; empty = all.
    pub firms: Vec<FirmId>,
    pub regions: Vec<usize>,
}

/// A shock at a grid of sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct Stress {
    pub name: String,
    /// The question in words.
    pub question: String,
    /// The shock; its own size is replaced by the grid's.
    pub shock: Shock,
    /// Increasing sizes, first one is usually 0.
    pub sizes: Vec<f64>,
}

/// A predicate over the outcome that runs on every run.
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
    pub name: String,
    pub text: String,
    pub predicate: Predicate,
}

/// An assumption shown in the report.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumption {
    /// Dotted path.
    pub path: String,
    /// As written, e.g. `18 % to 27 %`.
    pub text: String,
    pub source: Option<String>,
    pub known_at: Option<String>,
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
    pub meta: Meta,
    pub clock: Clock,
    pub params: Vec<Param>,
    pub correlations: Vec<Correlation>,
    pub curves: Vec<CurveDraw>,
    pub regions: Vec<Region>,
    pub segments: Vec<Segment>,
    pub markets: Vec<Market>,
    pub products: Vec<Product>,
    pub technology: Technology,
    pub firms: Vec<Firm>,
    pub funding: Funding,
    pub shocks: Vec<Shock>,
    pub stresses: Vec<Stress>,
    pub checks: Vec<Check>,
    pub assumptions: Vec<Assumption>,
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

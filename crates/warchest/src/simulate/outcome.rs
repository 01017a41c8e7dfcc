//! What leaves a run: rows per path and firm, and a tally that merges exactly.
//!
//! A tally holds integers only (counts, fixed-point sums, histogram bins), so merging is
//! associative and commutative: cutting a run into shards, threads or resumed parts changes
//! no bit of it.

use crate::numerics::sketch::Sketch;
use crate::numerics::summary::Moments;
use crate::world::World;

/// Version of the columns below; raised when a name, unit or meaning changes.
pub const SCHEMA_VERSION: u32 = 1;

/// Version of the bits: raised when the same inputs give other numbers, by other draws or another
/// order of sums. Runs of two versions are never mixed.
pub const BITS_VERSION: u32 = 5;

/// Paths per block: the unit of work, of resuming and of cutting.
pub const BLOCK: u64 = 256;

/// `quarter` columns use this for "did not happen within the run".
pub const NEVER: u16 = u16::MAX;

/// What a run is: with the world, it determines every bit of the outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Seed of every draw.
    pub seed: u64,
    /// How much is recorded.
    pub detail: Detail,
    /// Assert the identities of model.md section 9 in every quarter.
    pub audit: bool,
    /// The shadow run: every shortfall is filled, nobody dies of it.
    pub free_funding: bool,
}

/// How much a run records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Ends per firm (when, why, cash) only.
    Ends,
    /// Ends and rows per path.
    Rows,
    /// Rows and quantiles of every quarter.
    Quarters,
}

/// How a firm ended. The discriminant is what `paths.parquet` stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Status {
    /// Alive and independent, private.
    Alive = 0,
    /// Alive and independent, listed.
    Listed = 1,
    /// Bought while alive or in distress.
    Acquired = 2,
    /// Wound up.
    Liquidated = 3,
    /// Never entered.
    Outside = 4,
}

/// Why a firm ended (competing risks).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Cause {
    /// It did not end.
    None = 0,
    /// Cash ran out and no round was found while the pool was open.
    NoRound = 1,
    /// Cash ran out while the pool was shut (mood in a crash or a freeze).
    Frozen = 2,
    /// Cash would have lasted without what take-or-pay cost beyond use this quarter.
    Commitment = 3,
}

/// Rows of a block: one entry per path and firm, path-major, firms in the world's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FirmRows {
    /// [`Status`] as stored.
    pub status: Vec<u8>,
    /// [`Cause`] as stored.
    pub cause: Vec<u8>,
    /// Quarter of the end, or [`NEVER`].
    pub exit_quarter: Vec<u16>,
    /// USD at the end (frozen at death).
    pub cash: Vec<f64>,
    /// Recognised revenue of the last four quarters, USD.
    pub revenue_year: Vec<f64>,
    /// Levered free cash flow summed over the life, USD.
    pub levered_fcf: Vec<f64>,
    /// Equity raised, USD.
    pub raised: Vec<f64>,
    /// Fraction of the firm still held by the holders of the start.
    pub founders_stake: Vec<f64>,
    /// Last mark, or equity value at exit, USD.
    pub valuation: Vec<f64>,
    /// Worst cumulative levered free cash flow, as a positive amount, USD.
    pub deepest_need: Vec<f64>,
    /// First quarter that ends four consecutive quarters of positive levered FCF.
    pub cash_positive: Vec<u16>,
    /// 1 when a take-or-pay commitment could not be met.
    pub defaulted: Vec<u8>,
}

/// Rows of a block: one entry per path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathRows {
    /// HHI on spend over all markets in the last quarter, 0..1.
    pub hhi_spend: Vec<f64>,
    /// HHI on usage.
    pub hhi_usage: Vec<f64>,
    /// First quarter in which the largest seller by spend is not the one of the start.
    pub leader_change: Vec<u16>,
    /// Final customers' spend over the run, USD.
    pub final_spend: Vec<f64>,
    /// Value added over the run by layer, USD: chips, cloud, labs, applications, energy.
    pub value_added: [Vec<f64>; 5],
    /// Capital expenditure paid to chip makers over the run, USD; of it that of the clouds.
    pub capex: Vec<f64>,
    /// That of the clouds' common fleet.
    pub cloud_capex: Vec<f64>,
    /// Consumer surplus over the run, USD.
    pub consumer_surplus: Vec<f64>,
    /// Price games of this path that did not converge.
    pub unconverged: Vec<u32>,
}

/// A block of paths, finished.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// Index: paths `index·BLOCK ..`, cut at the end of the run.
    pub index: u64,
    /// Number of paths.
    pub paths: u32,
    /// Empty unless [`Detail::Rows`] or more.
    pub firms: FirmRows,
    /// Empty unless [`Detail::Rows`] or more.
    pub market: PathRows,
    /// Counts of the block; its numbers are in `columns`.
    pub tally: Tally,
    /// Numbers of the paths, as [`Tally::add`] takes them.
    pub columns: Columns,
    /// By firm, one bit a path from the lowest on: alive and independent at the end.
    pub alive: Vec<[u64; (BLOCK / 64) as usize]>,
}

/// Numbers of the paths of a block, one column each, ready to be added up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Columns {
    /// Sums and range of each column.
    pub moments: Vec<Moments>,
    /// [`Sketch::bin`] of each number, [`BLOCK`] to a column, or none.
    pub bins: Vec<i32>,
    /// Columns of the figures of a quarter: of firms, of markets, common ones; as wide on every
    /// machine, for they are hashed.
    pub figures: [u32; 3],
}

/// Mean, spread and quantiles of one outcome number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Spread {
    /// Sums and range, exact.
    pub moments: Moments,
    /// For quantiles.
    pub sketch: Sketch,
}

/// Summary of any number of paths, exact under merging.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    /// Paths counted.
    pub paths: u64,
    /// Price games played.
    pub price_games: u64,
    /// Of those, the games that missed their first-order condition.
    pub unconverged: u64,
    /// Paths with at least one game that did not converge.
    pub paths_unconverged: u64,
    /// Quarters in which an audited identity failed (0 in a correct run).
    pub identity_failures: u64,
    /// In the world's order.
    pub firms: Vec<FirmTally>,
    /// Number of reported firms alive and independent at the end: counts by number.
    pub survivors: Vec<u64>,
    /// By quarter: counts by number of reported firms alive and independent.
    pub survivors_by_quarter: Vec<Vec<u64>>,
    /// By quarter (only at [`Detail::Quarters`]).
    pub quarters: Vec<QuarterTally>,
    /// Numbers per path (only at [`Detail::Rows`] and more), one per [`PATH_NUMBERS`].
    pub path_numbers: Vec<Spread>,
}

/// Ends of one firm.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct FirmTally {
    /// Exits by quarter and cause: `exits[cause][quarter]`, over [`Cause`] values.
    pub exits: Vec<Vec<u64>>,
    /// Of those, acquired, by quarter.
    pub acquired: Vec<u64>,
    /// Entries by quarter (firms that wait outside).
    pub entered: Vec<u64>,
    /// Alive and independent at the end.
    pub alive: u64,
    /// Of those, listed.
    pub listed: u64,
    /// First cash-positive quarter: counts by quarter.
    pub cash_positive: Vec<u64>,
    /// Ended by a take-or-pay commitment.
    pub defaulted: u64,
    /// USD at the end, frozen at death.
    pub end_cash: Spread,
    /// Capital to self-sufficiency over paths that reached it, and the count that did not.
    pub need: Spread,
    /// Paths without four cash-positive quarters in a row.
    pub never_self_sufficient: u64,
    /// Equity paid in, USD.
    pub raised: Spread,
    /// Last mark, or equity value at exit, USD.
    pub valuation: Spread,
    /// Revenue of the last four quarters, USD.
    pub revenue_year: Spread,
    /// Fraction still held by the holders of the start.
    pub founders_stake: Spread,
}

/// One quarter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct QuarterTally {
    /// By firm, one per [`FIRM_FIGURES`]; paths on which it is in business only.
    pub firms: Vec<Spread>,
    /// By market, one per [`MARKET_FIGURES`].
    pub markets: Vec<Spread>,
    /// One per [`common_figures`].
    pub common: Vec<Spread>,
}

/// Keys of [`QuarterTally::firms`], in order: USD balances and flows of the quarter; `run_rate` and
/// `valuation` in `share` of all spend, 0..1. Only firms in business count: the number of values is the
/// number of paths on which the firm is.
pub const FIRM_FIGURES: [&str; 11] = [
    "cash",
    "revenue",
    "levered_fcf",
    "unlevered_fcf",
    "operating_profit",
    "run_rate",
    "share",
    "valuation",
    "raised",
    "research",
    "quality",
];

/// Keys of [`QuarterTally::markets`], in order: mean price paid (USD per unit), size (units, or
/// USD of a budget), share of the size that is bought, share of that sold by firms that serve
/// the open frontier.
pub const MARKET_FIGURES: [&str; 4] = ["price", "size", "inside_share", "open_share"];

/// Keys of [`QuarterTally::common`], in order. Three price fans: `price_index` (quality-adjusted,
/// 1 at the start), `price_frontier` (USD per RT of the best model on sale), `price_as_of`
/// (cheapest USD per RT at which sellers of at least the frontier quality of the start could sell
/// that). Then concentration on
/// spend and usage, compute price (USD per hour), mood, final spend, value added by layer,
/// consumer surplus, capital expenditure and flows between related parties (USD of the quarter).
/// [`common_figures`] has more.
pub const COMMON_FIGURES: [&str; 17] = [
    "price_index",
    "price_frontier",
    "price_as_of",
    "hhi_spend",
    "hhi_usage",
    "compute_price",
    "mood",
    "final_spend",
    "value_added_chips",
    "value_added_cloud",
    "value_added_labs",
    "value_added_applications",
    "value_added_energy",
    "consumer_surplus",
    "capex",
    "related_flows",
    "adopters",
];

/// Names of [`QuarterTally::common`], in order: [`COMMON_FIGURES`], then for each region
/// `hhi_spend/NAME` and `hhi_usage/NAME`.
pub fn common_figures(world: &World) -> Vec<String> {
    let regions = world.regions.iter().flat_map(|region| {
        [format!("hhi_spend/{}", region.name), format!("hhi_usage/{}", region.name)]
    });
    COMMON_FIGURES.iter().map(|name| name.to_string()).chain(regions).collect()
}

/// Names of [`Tally::path_numbers`], in order: the columns of [`PathRows`]; value added by layer as in
/// [`COMMON_FIGURES`].
pub const PATH_NUMBERS: [&str; 13] = [
    "hhi_spend",
    "hhi_usage",
    "leader_change",
    "final_spend",
    "value_added_chips",
    "value_added_cloud",
    "value_added_labs",
    "value_added_applications",
    "value_added_energy",
    "capex",
    "consumer_surplus",
    "giants",
    "giants_outside",
];

//! What a firm is, how it prices, who pays for its losses.

use super::ParamId;

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
#[allow(missing_docs, reason = "the text of a variant names its fields")]
#[derive(Clone, Debug, PartialEq)]
pub enum Strategy {
    /// Static Bertrand–Nash.
    Nash,
    /// `p = c (1 + markup·k_t)` with `k_t = decay^t`.
    CostPlus { markup: ParamId, decay: ParamId },
    /// Nash on a marginal cost lowered by `value` (share of unit cost) until `share_target`
    /// of the market is held or the runway falls below `runway_min` quarters.
    Penetrate { value: ParamId, share_target: ParamId, runway_min: ParamId },
    /// `(1 − undercut)` of the last price of the rival with the largest share.
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
    /// Unique among firms.
    pub name: String,
    /// What it is; the report groups by it.
    pub kind: FirmKind,
    /// Where it is at home: index in [`World::regions`](super::World::regions).
    pub region: usize,
    /// Survival, cash and breaking points are reported for it.
    pub reported: bool,
    /// How it prices.
    pub strategy: Strategy,
    /// Cash at the start, USD.
    pub cash: ParamId,
    /// Debt at the start, USD; it is serviced; rounds may add to it.
    pub debt: ParamId,
    /// Interest on debt per quarter.
    pub interest: ParamId,
    /// Fixed operating expense, USD per quarter, and its log growth.
    pub opex: ParamId,
    /// Log growth of `opex` per quarter.
    pub opex_growth: ParamId,
    /// Operating expense as a share of revenue.
    pub opex_share: ParamId,
    /// Research: floor in USD per quarter with its log growth, share of revenue, and share
    /// of last quarter's funds raised.
    pub research_floor: ParamId,
    /// Log growth of the floor per quarter.
    pub research_growth: ParamId,
    /// Research as a share of last quarter’s revenue.
    pub research_share: ParamId,
    /// Research as a share of the funds raised last quarter.
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
    /// Noise of its own log efficiency per quarter.
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
    /// Standard deviation of `other_cash`, USD per quarter.
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
    /// Its revenue is stated without the partner's share.
    pub net_revenue: bool,
    /// What its owners pay of a takeover, before its own cash does, USD.
    pub takeover_cap: ParamId,
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
    /// Share of a round that is lent: it draws on the same pool, dilutes nobody, is paid at once and
    /// bears the interest of the firm.
    pub debt_share: ParamId,
    /// Common pool at the start, USD per quarter, and its log growth.
    pub pool: ParamId,
    /// Log growth of the pool per quarter.
    pub pool_growth: ParamId,
    /// Response of the pool to mood.
    pub pool_mood: ParamId,
    /// Largest share of the pool for one firm.
    pub pool_share: ParamId,
    /// φ, σ_m, crash hazard and depth of the mood.
    pub mood_persistence: ParamId,
    /// σ_m per quarter.
    pub mood_volatility: ParamId,
    /// Probability of a crash per quarter.
    pub crash_hazard: ParamId,
    /// J: what a crash takes off the mood.
    pub crash_depth: ParamId,
    /// b0, b1, b2 and noise of ln(pre-money / annualised revenue).
    pub multiple: [ParamId; 4],
    /// Annualised revenue from which a firm may list, hazard per quarter, size of the
    /// listing in multiples of a round.
    pub listing_revenue: ParamId,
    /// Probability of listing per quarter once large enough.
    pub listing_hazard: ParamId,
    /// Proceeds of a listing in multiples of a round.
    pub listing_multiple: ParamId,
    /// Probability that a distressed firm finds a rescue round.
    pub rescue: ParamId,
    /// Probability that a buyer takes an acquirable firm that found no rescue, and price in
    /// shares of the last mark.
    pub acquisition: ParamId,
    /// Price paid in shares of the last mark.
    pub acquisition_price: ParamId,
    /// Scrap value in shares of annualised revenue.
    pub scrap: ParamId,
    /// Share of the difference between the given mark and the formula that is lost a quarter.
    pub mark_fade: ParamId,
}

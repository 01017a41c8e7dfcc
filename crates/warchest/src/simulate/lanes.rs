//! The state of `L` paths side by side: outer index what it belongs to, inner index the path.

use crate::capital::ledger::{Books, Ledger};
use crate::curves::CurvePath;
pub use crate::numerics::lanes::{Rows, each, larger, ones, pick, renew};
use crate::simulate::draws::{Draws, Values};
use crate::simulate::outcome::{Detail, Request};
use crate::simulate::plan::Plan;
use crate::world::FirmId;

/// One number per path of the group.
pub type Lane<const L: usize> = [f64; L];

/// 1.0 or 0.0.
#[inline(always)]
pub fn flag(on: bool) -> f64 {
    if on { 1.0 } else { 0.0 }
}

/// True when any lane is not zero.
#[inline(always)]
pub fn any<const L: usize>(lane: &[f64; L]) -> bool {
    // Whole numbers may be added in any order, side by side; the sign bit of −0 is shifted out.
    lane.iter().fold(0, |bits, value| bits | value.to_bits() << 1) != 0
}

/// The lanes that are not zero, lowest first. At most 64 lanes.
#[inline(always)]
pub fn lanes_set<const L: usize>(lane: &[f64; L]) -> impl Iterator<Item = usize> + use<L> {
    let bit = |l: usize| u64::from(lane[l] != 0.0) << l;
    let mut left = (0..L).fold(0, |bits, l| bits | bit(l));
    std::iter::from_fn(move || {
        let lowest = left.trailing_zeros() as usize;
        left &= left.wrapping_sub(1);
        (lowest < 64).then_some(lowest)
    })
}

macro_rules! table {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $field:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name<const L: usize> {
            $($(#[$doc])* pub $field: Rows<L>,)*
        }

        impl<const L: usize> $name<L> {
            fn new(rows: usize) -> Self {
                Self { $($field: Rows::zeros(rows),)* }
            }

            /// Zero everywhere.
            #[allow(dead_code, reason = "not every table is cleared")]
            pub fn clear(&mut self) {
                $(self.$field.fill([0.0; L]);)*
            }
        }
    };
}

table! {
    /// State of the firms. Money in USD, compute in H100-equivalent hours.
    Firms {
        /// 1 while in business (entered and not ended).
        alive,
        /// [`crate::simulate::outcome::Status`] as a number.
        status,
        /// [`crate::simulate::outcome::Cause`] as a number.
        cause,
        /// Quarter of the end, or [`crate::simulate::outcome::NEVER`].
        exit_quarter,
        /// Quarter of the entry (0 for those of the start), or never.
        entry_quarter,
        /// Log of own efficiency over the start.
        ln_efficiency,
        /// Fixed operating expense and floor of research per quarter.
        opex,
        research_floor,
        /// Cumulative research compute over that of the start.
        research_stock,
        /// Quality of the best model; loss of quality while harvesting.
        quality,
        /// 1 when a model came out this quarter.
        released,
        /// Markup path k of cost-plus firms.
        markup,
        /// Cumulative output, RT, and that before the start.
        output,
        output_before,
        /// Own capacity, its book value, hours used for sales this quarter.
        capacity,
        book,
        hours,
        /// Share of wanted use that is served; shadow price of capacity, USD per hour.
        served,
        shadow,
        /// Take-or-pay: paid and cancelled so far.
        paid,
        cancelled,
        /// This quarter: revenue gross of the partner's share; of it subscriptions.
        revenue,
        subscriptions,
        /// This quarter: research, capital expenditure, take-or-pay beyond use.
        research,
        capex,
        unused,
        /// This quarter: free cash flow after and before interest, operating profit.
        levered,
        unlevered,
        profit,
        /// Revenue of the four last quarters, one row per firm and quarter of the ring.
        revenue_year,
        /// Log growth of revenue per year.
        growth,
        /// Levered free cash flow, average of the last two quarters.
        cash_flow,
        /// Sum of levered free cash flow over the life, and its worst, as a positive amount.
        levered_sum,
        deepest,
        /// Consecutive quarters of positive levered FCF; first quarter with four, or never.
        positive_run,
        cash_positive,
        /// Value of the equity; what is left of the part of the given mark above the formula; of
        /// the given mark over the formula, when below.
        valuation,
        legacy,
        mark_scale,
        /// Fraction held by the holders of the start, and by those who came later.
        stake,
        others,
        /// Equity paid in so far, in the last quarter; announced and still conditional, and the
        /// part of it that is paid in a quarter.
        raised,
        raised_last,
        conditional,
        tranche,
        /// Owed to lenders, USD.
        debt,
        /// 1 when a take-or-pay commitment could not be met.
        defaulted,
        /// 1 while it may buy others: it had cash when the first firm of the quarter ran out.
        solvent,
        /// Factor on prices from price wars.
        war,
    }
}

table! {
    /// State of the products.
    Products {
        /// Random walk and jumps of the taste.
        taste_walk,
        /// Quality as sold.
        quality,
        /// 1 where the list price may move this quarter.
        may_reprice,
    }
}

table! {
    /// State of the offers (a product in a market).
    Offers {
        /// Mean utility without quality and price.
        taste,
        /// 1 while on sale.
        active,
        /// Utility without price, as the kernel of the segment wants it.
        utility,
        /// Utility at the list price of the start, none when not on sale; what commoditisation adds,
        /// so that at those prices as many buy as without it.
        at_start,
        rebase,
        /// Cost of a unit (or RT), USD; effective marginal cost.
        cost,
        effective,
        /// H100-equivalent hours per unit.
        hours,
        /// Price the seller would list; price charged, now and in the quarter before.
        list,
        price,
        price_before,
        /// 1 where the price is given to the game.
        frozen,
        /// Share chosen by those who choose anew; share held now and a quarter before.
        choice,
        share,
        held,
        /// Units wanted, sold and served this quarter.
        wanted,
        units,
        /// Revenue of this quarter, USD.
        revenue,
    }
}

table! {
    /// State of the markets.
    Markets {
        /// Trend size: units (Unit, Free) or USD (Budget) per quarter.
        trend,
        /// Size of this quarter.
        size,
        /// RT per unit.
        rt_per_unit,
        /// Persistence of growth to the power of the quarter.
        fade,
        /// Log of the sum of exponentials of the kernel, and that of the start.
        log_sum,
        log_sum_start,
        /// 1 where this quarter's game did not converge; 1 where one was played.
        failed,
        played,
        /// Consumer surplus of the quarter, USD.
        surplus,
    }
}

table! {
    /// State of the regions.
    Regions {
        /// People who use.
        adopters,
        /// Factor on the rental price.
        rent_factor,
    }
}

/// Common state.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Common<const L: usize> {
    /// Log of common efficiency over the start.
    pub ln_efficiency: Lane<L>,
    /// Log of the rental price over its long-run path; rental price, USD per hour, and over
    /// that of the start.
    pub rent_gap: Lane<L>,
    pub rent: Lane<L>,
    pub rent_ratio: Lane<L>,
    /// Hours used in the last quarter, fleet of the clouds, tightness of the first quarter.
    pub use_last: Lane<L>,
    pub fleet: Lane<L>,
    /// What the clouds expect of use: its level, and its growth per quarter held to ±0.25.
    pub use_level: Lane<L>,
    pub use_growth: Lane<L>,
    /// Hours: installed, of them for sales, for training, idle.
    pub installed: Lane<L>,
    pub inference: Lane<L>,
    pub training: Lane<L>,
    pub idle: Lane<L>,
    /// Mood of investors; 1 in a crash.
    pub mood: Lane<L>,
    pub crash: Lane<L>,
    /// Best quality so far, that of the start, and the open frontier.
    pub frontier: Lane<L>,
    pub frontier_start: Lane<L>,
    pub open: Lane<L>,
    /// Scenario shocks of the quarter: factor on substitution, pool, rental price, sizes.
    pub substitution: Lane<L>,
    pub freeze: Lane<L>,
    pub shortage: Lane<L>,
    pub demand: Lane<L>,
    /// Funds of the quarter, USD; what rounds and rescues left of them; their factor over the trend.
    pub pool: Lane<L>,
    pub pool_left: Lane<L>,
    pub pool_factor: Lane<L>,
    /// Announced, paid and still conditional equity over the run, USD.
    pub announced: Lane<L>,
    /// Sums over the run, USD; of capital expenditure that of the clouds.
    pub final_spend: Lane<L>,
    pub value_added: [Lane<L>; 5],
    pub capex: Lane<L>,
    pub cloud_capex: Lane<L>,
    pub surplus: Lane<L>,
    /// Value added and surplus of the quarter.
    pub value_added_now: [Lane<L>; 5],
    /// Largest seller of the first quarter, and when it lost that rank.
    pub leader: Lane<L>,
    pub leader_change: Lane<L>,
    /// Price games played and not converged; identities that failed.
    pub games: Lane<L>,
    pub unconverged: Lane<L>,
    pub failures: Lane<L>,
}

/// Everything that changes, for `L` paths.
#[derive(Clone, Debug)]
pub struct State<const L: usize> {
    /// Path of lane 0.
    pub path: u64,
    /// The quarter being lived.
    pub quarter: u32,
    /// The shadow run: every shortfall is filled.
    pub free_funding: bool,
    /// Identities are checked.
    pub audit: bool,
    /// Somebody entered or ended since the offers were last looked through.
    pub turnover: bool,
    /// Firms that ran out of cash on some path, while exits are settled.
    pub broke: Vec<FirmId>,
    /// Figures of each quarter are wanted; somebody looks at the flows of firms, now or in the
    /// answer; the whole books are read, by the figures or by the audit.
    pub figures: bool,
    pub flows: bool,
    pub whole: bool,
    pub values: Values<L>,
    pub draws: Draws<L>,
    pub common: Common<L>,
    pub regions: Regions<L>,
    pub firms: Firms<L>,
    pub products: Products<L>,
    pub offers: Offers<L>,
    pub markets: Markets<L>,
    pub ledger: Ledger<L>,
    /// The factors of [`Plan::factors`].
    pub factors: Rows<L>,
    /// The payment of the moment, whole USD; what a unit of the offer of the moment earns in
    /// advertising, and costs in energy.
    pub spent: Lane<L>,
    pub special: [Lane<L>; 2],
    /// Balances at the end of the quarter before, for the audit.
    pub balances_before: Rows<L>,
    /// Frontier quality by quarter.
    pub frontier_path: Rows<L>,
    /// Capacity on order by firm (the clouds' fleet last) and quarter of arrival, a ring of
    /// `lead_time` rows each.
    pub orders: Rows<L>,
    /// One path and the log change of each technology curve.
    pub curves: Vec<[CurvePath; L]>,
    pub curve_level: Rows<L>,
    pub curve_change: Rows<L>,
    /// Scratch of the capacity search: shadow price and excess of the step before; rows of the
    /// offers.
    pub last_shadow: Rows<L>,
    pub last_excess: Rows<L>,
    pub kept: [Rows<L>; 3],
}

impl<const L: usize> State<L> {
    /// Room for a world.
    pub fn new(plan: &Plan, request: &Request) -> State<L> {
        let world = plan.world;
        let rows = Rows::zeros;
        let f = world.firms.len();
        let n = plan.offers.len();
        let mut firms = Firms::new(f);
        firms.revenue_year = rows(4 * f);
        let figures = request.detail > Detail::Ends;
        let books = match (request.audit, figures, plan.flows) {
            (true, _, _) => Books::Journal,
            (false, true, _) => Books::Whole,
            (false, false, true) => Books::Flows,
            (false, false, false) => Books::Cash,
        };
        let nothing = CurvePath { drift: 0.0, echo: 0.0, noise: 0.0, theta: 0.0 };
        State {
            path: 0,
            quarter: 0,
            free_funding: request.free_funding,
            audit: request.audit,
            turnover: false,
            broke: Vec::new(),
            figures,
            flows: books > Books::Cash,
            whole: books > Books::Flows,
            values: Values::new(plan),
            draws: Draws::new(plan),
            common: Common::new(),
            regions: Regions::new(world.regions.len()),
            firms,
            products: Products::new(world.products.len()),
            offers: Offers::new(n),
            markets: Markets::new(world.markets.len()),
            ledger: Ledger::new(f, books),
            factors: rows(plan.factors.len()),
            spent: [0.0; L],
            special: [[0.0; L]; 2],
            balances_before: rows(f + crate::capital::ledger::OUTSIDE),
            frontier_path: rows(world.clock.quarters as usize + 1),
            orders: rows((f + 1) * world.technology.lead_time.max(1) as usize),
            curves: vec![[nothing; L]; world.curves.len()],
            curve_level: rows(world.curves.len()),
            curve_change: rows(world.curves.len()),
            last_shadow: rows(f),
            last_excess: rows(f),
            kept: [rows(n), rows(n), rows(n)],
        }
    }
}

impl<const L: usize> Common<L> {
    /// Zero everywhere, neutral factors.
    pub fn new() -> Common<L> {
        let (zero, one) = ([0.0; L], [1.0; L]);
        Common {
            ln_efficiency: zero,
            rent_gap: zero,
            rent: one,
            rent_ratio: one,
            use_last: zero,
            fleet: zero,
            use_level: zero,
            use_growth: zero,
            installed: zero,
            inference: zero,
            training: zero,
            idle: zero,
            mood: zero,
            crash: zero,
            frontier: zero,
            frontier_start: zero,
            open: zero,
            substitution: one,
            freeze: one,
            shortage: one,
            demand: one,
            pool: zero,
            pool_left: zero,
            pool_factor: one,
            announced: zero,
            final_spend: zero,
            value_added: [zero; 5],
            capex: zero,
            cloud_capex: zero,
            surplus: zero,
            value_added_now: [zero; 5],
            leader: zero,
            leader_change: zero,
            games: zero,
            unconverged: zero,
            failures: zero,
        }
    }
}

impl<const L: usize> Default for Common<L> {
    fn default() -> Self {
        Common::new()
    }
}

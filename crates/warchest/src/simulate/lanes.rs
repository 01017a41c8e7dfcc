//! The state of `L` paths side by side: outer index what it belongs to, inner index the path.

use crate::capital::ledger::{Ledger, whole};
use crate::simulate::draws::{Draws, Values};
use crate::simulate::outcome::{NEVER, Request, Status};
use crate::simulate::plan::Plan;

/// One number per path of the group.
pub type Lane<const L: usize> = [f64; L];

/// Computes one number per lane.
#[inline(always)]
pub fn each<const L: usize>(f: impl Fn(usize) -> f64) -> [f64; L] {
    let mut out = [0.0; L];
    for l in 0..L {
        out[l] = f(l);
    }
    out
}

/// 1.0 or 0.0.
#[inline(always)]
pub fn flag(on: bool) -> f64 {
    if on { 1.0 } else { 0.0 }
}

/// True when any lane is not zero.
#[inline(always)]
pub fn any<const L: usize>(lane: &[f64; L]) -> bool {
    let mut found = false;
    for l in 0..L {
        found |= lane[l] != 0.0;
    }
    found
}

/// One row per entity.
pub type Rows<const L: usize> = Vec<[f64; L]>;

/// State of the firms.
#[derive(Clone, Debug)]
pub struct Firms<const L: usize> {
    /// 1 while in business (entered and not ended).
    pub alive: Rows<L>,
    /// [`Status`] as a number.
    pub status: Rows<L>,
    /// [`crate::simulate::outcome::Cause`] as a number.
    pub cause: Rows<L>,
    /// Quarter of the end, or [`NEVER`].
    pub exit_quarter: Rows<L>,
    /// Quarter of the entry (0 for those of the start), or [`NEVER`].
    pub entry_quarter: Rows<L>,
    /// Log of own efficiency over the start.
    pub ln_efficiency: Rows<L>,
    /// Fixed operating expense, USD per quarter.
    pub opex: Rows<L>,
    /// Factor by which it grows each quarter.
    pub opex_factor: Rows<L>,
    /// Markup path k of cost-plus firms.
    pub markup: Rows<L>,
    /// Revenue of this quarter, gross of the partner's share, USD.
    pub revenue: Rows<L>,
    /// Levered free cash flow of this quarter, USD.
    pub levered: Rows<L>,
    /// Sum of levered free cash flow over the life, and its worst.
    pub levered_sum: Rows<L>,
    pub deepest: Rows<L>,
    /// Consecutive quarters of positive levered FCF; first quarter with four.
    pub positive_run: Rows<L>,
    pub cash_positive: Rows<L>,
}

/// State of the products.
#[derive(Clone, Debug)]
pub struct Products<const L: usize> {
    /// Random walk of the taste.
    pub taste_walk: Rows<L>,
}

/// State of the offers (a product in a market).
#[derive(Clone, Debug)]
pub struct Offers<const L: usize> {
    /// Mean utility without quality and price.
    pub taste: Rows<L>,
    /// Utility without price.
    pub utility: Rows<L>,
    /// Unit cost, USD.
    pub cost: Rows<L>,
    /// Price charged, USD.
    pub price: Rows<L>,
    /// Share of the market held.
    pub share: Rows<L>,
    /// Units sold this quarter.
    pub units: Rows<L>,
}

/// State of the markets.
#[derive(Clone, Debug)]
pub struct Markets<const L: usize> {
    /// Units (Unit, Free) or USD (Budget) per quarter.
    pub size: Rows<L>,
}

/// Everything that changes, for `L` paths.
#[derive(Clone, Debug)]
pub struct State<const L: usize> {
    /// Path of lane 0.
    pub path: u64,
    /// The quarter being lived.
    pub quarter: u32,
    pub values: Values<L>,
    pub draws: Draws<L>,
    pub firms: Firms<L>,
    pub products: Products<L>,
    pub offers: Offers<L>,
    pub markets: Markets<L>,
    pub ledger: Ledger<L>,
    /// Log of common efficiency over the start.
    pub ln_efficiency: Lane<L>,
    /// Price games played and not converged.
    pub games: Lane<L>,
    pub unconverged: Lane<L>,
}

impl<const L: usize> State<L> {
    /// Room for a world.
    pub fn new(plan: &Plan, request: &Request) -> State<L> {
        let world = plan.world;
        let rows = |n: usize| vec![[0.0; L]; n];
        let f = world.firms.len();
        let n = plan.offers.len();
        State {
            path: 0,
            quarter: 0,
            values: Values::new(plan),
            draws: Draws::new(plan),
            firms: Firms {
                alive: rows(f),
                status: rows(f),
                cause: rows(f),
                exit_quarter: rows(f),
                entry_quarter: rows(f),
                ln_efficiency: rows(f),
                opex: rows(f),
                opex_factor: rows(f),
                markup: rows(f),
                revenue: rows(f),
                levered: rows(f),
                levered_sum: rows(f),
                deepest: rows(f),
                positive_run: rows(f),
                cash_positive: rows(f),
            },
            products: Products { taste_walk: rows(world.products.len()) },
            offers: Offers {
                taste: rows(n),
                utility: rows(n),
                cost: rows(n),
                price: rows(n),
                share: rows(n),
                units: rows(n),
            },
            markets: Markets { size: rows(world.markets.len()) },
            ledger: Ledger::new(f, request.audit),
            ln_efficiency: [0.0; L],
            games: [0.0; L],
            unconverged: [0.0; L],
        }
    }

    /// Puts the group at the start of paths `path .. path + L`.
    pub fn begin(&mut self, plan: &Plan, path: u64) {
        self.path = path;
        self.quarter = 0;
        self.values.draw_path(plan, path);
        self.ln_efficiency = [0.0; L];
        self.games = [0.0; L];
        self.unconverged = [0.0; L];
        self.begin_firms(plan);
        self.begin_markets(plan);
    }

    fn begin_firms(&mut self, plan: &Plan) {
        use crate::numerics::elementary::exp;
        let values = &self.values;
        let never = f64::from(NEVER);
        let all = &mut self.firms;
        for (f, firm) in plan.world.firms.iter().enumerate() {
            let waits = firm.entry.is_some();
            all.alive[f] = [flag(!waits); L];
            let status = if waits { Status::Outside } else { Status::Alive };
            all.status[f] = [f64::from(status as u8); L];
            all.cause[f] = [0.0; L];
            all.exit_quarter[f] = [never; L];
            all.entry_quarter[f] = [if waits { never } else { 0.0 }; L];
            all.ln_efficiency[f] = [0.0; L];
            all.opex[f] = values[firm.opex];
            let growth = values[firm.opex_growth];
            all.opex_factor[f] = each(|l| exp(growth[l]));
            all.markup[f] = [1.0; L];
            all.levered_sum[f] = [0.0; L];
            all.deepest[f] = [0.0; L];
            all.positive_run[f] = [0.0; L];
            all.cash_positive[f] = [never; L];
        }
        let firms = &plan.world.firms;
        self.ledger.open(|f| each(|l| whole(values[firms[f].cash][l])));
    }

    fn begin_markets(&mut self, plan: &Plan) {
        let values = &self.values;
        self.products.taste_walk.fill([0.0; L]);
        for (m, market) in plan.world.markets.iter().enumerate() {
            if let crate::world::Size::Walk { start, .. } = market.size {
                self.markets.size[m] = values[start];
            }
            for n in plan.range[m].clone() {
                let listing = &market.listings[plan.offers[n].listing];
                if let crate::world::Appeal::Taste(id) = listing.appeal {
                    self.offers.taste[n] = values[id];
                }
            }
        }
    }
}

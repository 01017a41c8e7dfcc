//! Nash prices of one market.

use super::capacity;
use super::certificate::{GAIN_ROUNDING, certify, gain_towards};
use super::conditions::{Conditions, column, quantities, shares};
use super::effort::Effort;
use super::error::PricingError;
use super::lanes::{self, CesGame, GameStatus, LogitGame, NestedGame};
use super::market::{Demand, Market, Ownership, Product};
use super::zeta;
use crate::demand::choice::{CesDemand, LogitDemand, NestedDemand};
use crate::numerics::elementary::exp;
use crate::numerics::lanes::Isa;

/// Which method found the prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// One markup per firm (or firm and nest) and Newton's method: the kernels of [`lanes`].
    Aggregate,
    /// ζ map with Anderson acceleration, Newton where it stalls.
    Zeta,
}

impl Method {
    /// `aggregate` or `zeta`.
    pub fn name(self) -> &'static str {
        match self {
            Method::Aggregate => "aggregate",
            Method::Zeta => "zeta",
        }
    }
}

/// Prices with their status. Nothing here is checked by the search itself: `residual` is
/// evaluated at the prices given; [`super::certificate::certify`] says more.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// One price per product.
    pub prices: Vec<f64>,
    /// Shares of buyers (of the budget under CES).
    pub shares: Vec<f64>,
    /// Units sold, in units of the market's size.
    pub quantities: Vec<f64>,
    /// Shadow price of capacity per unit (0 where it does not bind).
    pub shadow: Vec<f64>,
    /// Whether the first-order conditions hold to rounding and the limits are met.
    pub converged: bool,
    /// Whether the caller's [`Effort`] ended the search before it arrived.
    pub stopped: bool,
    /// Evaluations of the first-order conditions.
    pub evaluations: u32,
    /// Largest `|FOC|/q` over the free products.
    pub residual: f64,
    /// How they were found.
    pub method: Method,
}

/// Nash prices of the market, started from the products' prices where these are finite and
/// above cost.
///
/// Firm `f` picks the prices of its free products to maximise
/// `Σ_k H_fk ((1−τ_k) p_k − t_k − c_k) q_k`; products that are frozen keep theirs. With capacity
/// limits the cost of a full product includes its shadow price.
///
/// # Errors
/// What [`Market::check`] finds; [`PricingError::CostAboveAnyPrice`] for a product that nobody
/// buys even at its cost. A search that stops early is no error: see `converged` and `stopped`.
///
/// # Source
/// Morrow and Skerlos (2011), Operations Research 59(2); Nocke and Schutz (2018).
pub fn solve<'a>(effort: impl Into<Effort<'a>>, market: &Market) -> Result<Solution, PricingError> {
    let effort = effort.into();
    market.check()?;
    check_costs(effort.isa, market)?;
    let start: Vec<f64> = market.products.iter().map(|p| p.price).collect();
    Ok(solve_from(effort, market, &start))
}

/// As [`solve`], from the prices given (NaN: from cost), on a market known to be sound.
pub fn solve_from<'a>(effort: impl Into<Effort<'a>>, market: &Market, start: &[f64]) -> Solution {
    let effort = effort.into();
    if market.products.iter().any(|p| p.capacity.is_finite()) {
        return capacity::solve(effort, market, start);
    }
    solve_unlimited(effort, market, start, &vec![0.0; start.len()])
}

/// Prices with given shadow prices, capacity ignored.
pub(super) fn solve_unlimited(
    effort: Effort<'_>,
    market: &Market,
    start: &[f64],
    mu: &[f64],
) -> Solution {
    if aggregates(market) && !effort.is_over() {
        let solution = by_aggregates(market, start, mu);
        if solution.converged {
            return solution;
        }
    }
    by_zeta(effort, market, start, mu)
}

/// Refuses a product that nobody buys at its own cost when all others are at theirs. Nests are
/// looked through: a product that its nest outshines has few buyers, but not for want of appeal.
fn check_costs(isa: Isa, market: &Market) -> Result<(), PricingError> {
    let mut at = market.effective_costs(&vec![0.0; market.products.len()]);
    for (at, product) in at.iter_mut().zip(&market.products) {
        if product.frozen {
            *at = product.price;
        }
    }
    let (share, _) = match &market.demand {
        Demand::Nested { utility, slope, outside, .. } => {
            let (utility, slope, outside) = (utility.clone(), *slope, *outside);
            shares(isa, &Demand::Logit { utility, slope, outside }, &at)
        }
        demand => shares(isa, demand, &at),
    };
    match share.iter().position(|&s| !(s > 1e-290 && s.is_finite())) {
        None => Ok(()),
        Some(j) => Err(PricingError::CostAboveAnyPrice {
            market: market.name.clone(),
            product: market.products[j].name.clone(),
            cost: market.products[j].cost,
        }),
    }
}

/// Whether every firm has one markup: own products only, and one tax rate per firm.
fn aggregates(market: &Market) -> bool {
    if matches!(market.demand, Demand::Mixed(_)) || market.ownership != Ownership::Labels {
        return false;
    }
    let mut rate: Vec<Option<f64>> = vec![None; market.firms.len()];
    market.products.iter().all(|p| *rate[p.firm].get_or_insert(p.tax_rate) == p.tax_rate)
}

fn by_aggregates(market: &Market, start: &[f64], mu: &[f64]) -> Solution {
    // One lane has no other beside it.
    let isa = Isa::PORTABLE;
    let n = start.len();
    let owner: Vec<usize> = market.products.iter().map(|p| p.firm).collect();
    let stays = |p: &Product| [if p.frozen { 1.0 } else { 0.0 }];
    let frozen: Vec<[f64; 1]> = market.products.iter().map(stays).collect();
    let cost = market.effective_costs(mu);
    let (one, mut found, mut shares) = (vec![[1.0]; n], start.to_vec(), vec![0.0; n]);
    let (cost, frozen, owner, active) = (column(&cost), &frozen[..], &owner[..], &one[..]);
    let (prices, share) = (found.as_chunks_mut::<1>().0, shares.as_chunks_mut::<1>().0);
    let warm = true;
    let status: GameStatus<1> = match &market.demand {
        Demand::Logit { utility, slope, outside } => {
            let utility = column(utility);
            let demand = LogitDemand { utility, active, slope: [*slope], outside: *outside };
            let game = LogitGame { demand, cost, frozen, owner, warm };
            lanes::logit_nash(isa, &game, prices, share)
        }
        Demand::Nested { utility, slope, rho, nest, nests, outside } => {
            let (utility, nests) = (column(utility), nests.len());
            let (slope, rho, outside) = ([*slope], [*rho], *outside);
            let demand = NestedDemand { utility, active, slope, rho, nest, nests, outside };
            let game = NestedGame { demand, cost, frozen, owner, warm };
            lanes::nested_nash(isa, &game, prices, share)
        }
        Demand::Ces { utility, sigma, epsilon, outside } => {
            let utility = column(utility);
            let demand = CesDemand { utility, active, sigma: [*sigma], outside: *outside };
            let game = CesGame { demand, epsilon: [*epsilon], cost, frozen, owner, warm };
            lanes::ces_nash(isa, &game, prices, share)
        }
        Demand::Mixed(_) => {
            GameStatus { converged: [false], iterations: [0], residual: [f64::NAN] }
        }
    };
    let mut solution = match market.demand {
        Demand::Logit { .. } => unfinished(market, found, (shares.clone(), shares), mu),
        _ => report(isa, market, found, mu),
    };
    solution.method = Method::Aggregate;
    solution.converged = status.converged[0];
    solution.evaluations = status.iterations[0];
    solution.residual = status.residual[0];
    solution
}

fn by_zeta(effort: Effort<'_>, market: &Market, start: &[f64], mu: &[f64]) -> Solution {
    let mut conditions = Conditions::new(effort.isa, market, mu);
    let cost = market.effective_costs(mu);
    let mut prices: Vec<f64> = market
        .products
        .iter()
        .zip(start.iter().zip(&cost))
        .map(|(product, (&start, &cost))| {
            let usable = start.is_finite() && start > cost;
            if product.frozen {
                product.price
            } else if usable {
                start
            } else {
                cold(market, cost)
            }
        })
        .collect();
    let free: Vec<usize> = (0..prices.len()).filter(|&j| !market.products[j].frozen).collect();
    let found = zeta::search(effort, &mut conditions, &free, &mut prices);
    let mut solution = match market.demand {
        // The quantities of the last evaluation are the shares.
        Demand::Mixed(_) => {
            unfinished(market, prices, (found.quantity.clone(), found.quantity), mu)
        }
        _ => report(effort.isa, market, prices, mu),
    };
    (solution.converged, solution.stopped) = (found.converged, found.stopped);
    solution.evaluations = found.evaluations;
    solution.residual = found.residual;
    solution
}

/// Where a search starts when no price is known: at cost, or a quarter above it under CES.
fn cold(market: &Market, cost: f64) -> f64 {
    match market.demand {
        Demand::Ces { sigma, .. } => cost * sigma / (sigma - 1.0),
        _ => cost,
    }
}

/// A solution at these prices, its status still open.
fn report(isa: Isa, market: &Market, prices: Vec<f64>, mu: &[f64]) -> Solution {
    let (share, _) = shares(isa, &market.demand, &prices);
    let units = match market.demand {
        Demand::Ces { .. } => quantities(isa, &market.demand, &prices),
        _ => share.clone(),
    };
    unfinished(market, prices, (share, units), mu)
}

/// The same with known shares and quantities per unit of size.
fn unfinished(
    market: &Market,
    prices: Vec<f64>,
    sold: (Vec<f64>, Vec<f64>),
    mu: &[f64],
) -> Solution {
    let (shares, mut quantities) = sold;
    for q in &mut quantities {
        *q *= market.size;
    }
    Solution {
        prices,
        shares,
        quantities,
        shadow: mu.to_vec(),
        converged: false,
        stopped: false,
        evaluations: 0,
        residual: f64::NAN,
        method: Method::Zeta,
    }
}

/// Prices found from several starting points, one [`Solution`] per distinct equilibrium.
#[derive(Clone, Debug, PartialEq)]
pub struct Equilibria {
    /// Distinct equilibria, in the order found.
    pub found: Vec<Solution>,
    /// Distinct prices that meet the first-order conditions but are no equilibrium: a
    /// second-order sign, a deviation of the certificate's grid, or a move of one owner to its
    /// prices at another of these points says so.
    pub stationary: Vec<Solution>,
    /// Starting points tried.
    pub starts: u32,
    /// Of those, how many did not arrive.
    pub failed: u32,
}

/// Searches from `starts` points: the given prices, then markups spread from a tenth to ten
/// times those found first, in every other start by one factor for all products, else product
/// by product (a golden-ratio sequence). Two answers are one when no price differs by more than
/// 1e-6 of the largest; each distinct one is certified.
///
/// # Errors
/// As [`solve`].
pub fn multistart<'a>(
    effort: impl Into<Effort<'a>>,
    market: &Market,
    starts: u32,
) -> Result<Equilibria, PricingError> {
    let effort = effort.into();
    let first = solve(effort, market)?;
    let (found, stationary) = (Vec::new(), Vec::new());
    let mut out = Equilibria { found, stationary, starts: starts.max(1), failed: 0 };
    let cost = market.effective_costs(&first.shadow);
    let base: Vec<f64> = first.prices.iter().zip(&cost).map(|(p, c)| (p - c).abs()).collect();
    let mut phase = 0.5;
    let mut spread = || {
        phase = (phase + 0.618_033_988_749_894_9) % 1.0;
        exp(4.6 * (phase - 0.5))
    };
    let mut next = Some(first);
    for at in 0..out.starts {
        let solution = next.take().unwrap_or_else(|| {
            let all = spread();
            let mut one = || if at % 2 == 0 { all } else { spread() };
            let start: Vec<f64> =
                cost.iter().zip(&base).map(|(c, m)| c + m.max(1e-9) * one()).collect();
            solve_from(effort, market, &start)
        });
        if !solution.converged {
            out.failed += 1;
            continue;
        }
        if out.found.iter().chain(&out.stationary).any(|other| same(&solution, other)) {
            continue;
        }
        let sound = certify(effort.isa, market, &solution, true).is_equilibrium();
        if sound { &mut out.found } else { &mut out.stationary }.push(solution);
    }
    out.compare(effort.isa, market);
    Ok(out)
}

impl Equilibria {
    /// Drops from `found` what some owner would leave alone for its prices at another point:
    /// the grid of a certificate may miss a distant peak that another search has climbed.
    fn compare(&mut self, isa: Isa, market: &Market) {
        let all: Vec<Vec<f64>> =
            self.found.iter().chain(&self.stationary).map(|s| s.prices.clone()).collect();
        let stays = |s: &Solution| {
            all.iter().all(|there| gain_towards(isa, market, s, there) <= GAIN_ROUNDING)
        };
        let (found, dropped) = std::mem::take(&mut self.found).into_iter().partition(stays);
        self.found = found;
        let dropped: Vec<Solution> = dropped;
        self.stationary.extend(dropped);
    }
}

/// Whether two searches ended at the same prices.
fn same(one: &Solution, other: &Solution) -> bool {
    let largest = one.prices.iter().fold(0.0, |most: f64, p| most.max(p.abs()));
    let gaps = one.prices.iter().zip(&other.prices).map(|(a, b)| (a - b).abs());
    gaps.fold(0.0, f64::max) <= 1e-6 * largest
}

//! What `warchest price` answers: the same figures for the table, JSON, CSV and Parquet.

use serde::Serialize;
use warchest::pricing::certificate::{Certificate, GAIN_ROUNDING};
use warchest::pricing::market::{Demand, Market};
use warchest::pricing::measures::Measures;
use warchest::pricing::nash::{Equilibria, Solution};

/// The whole answer.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// Title of the file.
    pub title: String,
    /// One entry per market.
    pub markets: Vec<MarketAnswer>,
    /// Means over all markets, one entry per experiment.
    pub experiments: Vec<ExperimentMeans>,
    /// Only with `--repeat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
}

/// Seconds for all markets together: the first experiment solved from the prices of before.
#[derive(Debug, Serialize)]
pub struct Timing {
    pub repeats: u32,
    /// CPU time of one thread: least and median over the repeats.
    pub cpu_least: f64,
    pub cpu_median: f64,
    /// Wall time on the thread pool: least and median.
    pub wall_least: f64,
    pub wall_median: f64,
    /// Evaluations of the first-order conditions, all markets.
    pub evaluations: u64,
}

/// One market before and after each experiment.
#[derive(Debug, Serialize)]
pub struct MarketAnswer {
    pub market: String,
    pub before: State,
    pub experiments: Vec<ExperimentAnswer>,
}

/// One experiment in one market.
#[derive(Debug, Serialize)]
pub struct ExperimentAnswer {
    pub name: String,
    pub after: State,
    /// Change of consumer surplus, in the market's money.
    pub consumer_surplus_change: f64,
}

/// Means of one experiment.
#[derive(Debug, Serialize)]
pub struct ExperimentMeans {
    pub name: String,
    /// Mean over products and markets of the relative price change, in per cent.
    pub price_change_percent: f64,
    /// The same by firm of before.
    pub price_change_percent_by_firm: Vec<(String, f64)>,
    /// Mean consumer surplus per market.
    pub consumer_surplus_before: f64,
    pub consumer_surplus_after: f64,
    /// Markets that did not converge.
    pub unconverged: usize,
}

/// A market with its prices.
#[derive(Debug, Serialize)]
pub struct State {
    pub status: Status,
    pub products: Vec<ProductRow>,
    pub firms: Vec<FirmRow>,
    pub consumer_surplus: f64,
    pub tax_revenue: f64,
    pub hhi: f64,
    pub hhi_spend: f64,
    /// Rows and columns in the products' order; only with `--matrices`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matrices: Option<Matrices>,
}

/// Status and certificate.
#[derive(Debug, Serialize)]
pub struct Status {
    pub converged: bool,
    /// The time limit ended the search.
    pub stopped: bool,
    pub method: &'static str,
    pub evaluations: u32,
    /// Largest |FOC|/q as the search left it, and as computed independently.
    pub residual: f64,
    pub foc: f64,
    pub second_order_failures: usize,
    /// Free products whose demand is zero in double precision: left out of `foc`.
    pub unsold: usize,
    /// Best relative gain of a unilateral deviation on the grid; `null` with `--quick`.
    pub best_unilateral_gain: Option<f64>,
    pub deviations: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multistart: Option<Multistart>,
}

impl Status {
    /// Whether the prices arrived and nothing in the certificate speaks against an equilibrium.
    pub fn is_sound(&self) -> bool {
        let gains = self.best_unilateral_gain.is_some_and(|gain| gain > GAIN_ROUNDING);
        self.converged && self.second_order_failures == 0 && !gains
    }
}

/// What a search from many starts found.
#[derive(Debug, Serialize)]
pub struct Multistart {
    pub starts: u32,
    pub failed: u32,
    pub distinct_equilibria: usize,
    /// Prices of each.
    pub prices: Vec<Vec<f64>>,
    /// Prices that meet the first-order conditions without being an equilibrium.
    pub stationary: Vec<Vec<f64>>,
}

/// One product.
#[derive(Debug, Serialize)]
pub struct ProductRow {
    pub product: String,
    pub firm: String,
    pub nest: Option<String>,
    pub cost: f64,
    pub price: f64,
    pub share: f64,
    pub quantity: f64,
    pub margin: f64,
    pub shadow_price: f64,
    pub own_elasticity: f64,
    pub outside_diversion: Option<f64>,
    pub own_pass_through: Option<f64>,
    /// After a merger: relative cost cut that would leave prices where they were.
    pub compensating_cost_cut: Option<f64>,
    /// Relative to before, in per cent.
    pub price_change_percent: Option<f64>,
}

/// One firm.
#[derive(Debug, Serialize)]
pub struct FirmRow {
    pub firm: String,
    pub profit: f64,
    pub quantity: f64,
    pub revenue: f64,
}

/// Full matrices, row by row.
#[derive(Debug, Serialize)]
pub struct Matrices {
    pub elasticities: Vec<Vec<f64>>,
    pub diversion: Vec<Vec<Option<f64>>>,
    pub pass_through: Option<Vec<Vec<f64>>>,
}

/// Everything known about a priced market.
pub struct Priced<'a> {
    pub market: &'a Market,
    pub solution: &'a Solution,
    pub measures: &'a Measures,
    pub certificate: &'a Certificate,
    pub pass_through: Option<&'a [f64]>,
    pub compensating: &'a [f64],
    pub equilibria: Option<&'a Equilibria>,
    pub matrices: bool,
}

fn rows(n: usize, values: &[f64]) -> Vec<Vec<f64>> {
    values.chunks(n).map(<[f64]>::to_vec).collect()
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Puts a state together; price changes are filled in by [`State::compare`].
pub fn state(p: &Priced<'_>) -> State {
    let n = p.market.products.len();
    State {
        status: status(p),
        products: (0..n).map(|j| product(p, j)).collect(),
        firms: firms(p),
        consumer_surplus: p.measures.consumer_surplus,
        tax_revenue: p.measures.tax_revenue,
        hhi: p.measures.hhi,
        hhi_spend: p.measures.hhi_spend,
        matrices: p.matrices.then(|| Matrices {
            elasticities: rows(n, &p.measures.elasticities),
            diversion: p
                .measures
                .diversion
                .chunks(n)
                .map(|row| row.iter().map(|&v| finite(v)).collect())
                .collect(),
            pass_through: p.pass_through.map(|values| rows(n, values)),
        }),
    }
}

fn status(p: &Priced<'_>) -> Status {
    Status {
        converged: p.solution.converged,
        stopped: p.solution.stopped,
        method: p.solution.method.name(),
        evaluations: p.solution.evaluations,
        residual: p.solution.residual,
        foc: p.certificate.foc,
        second_order_failures: p.certificate.second_order_failures,
        unsold: p.certificate.unsold,
        best_unilateral_gain: (p.certificate.deviations > 0).then_some(p.certificate.best_gain),
        deviations: p.certificate.deviations,
        multistart: p.equilibria.map(|e| Multistart {
            starts: e.starts,
            failed: e.failed,
            distinct_equilibria: e.found.len(),
            prices: e.found.iter().map(|s| s.prices.clone()).collect(),
            stationary: e.stationary.iter().map(|s| s.prices.clone()).collect(),
        }),
    }
}

fn product(p: &Priced<'_>, j: usize) -> ProductRow {
    let n = p.market.products.len();
    let item = &p.market.products[j];
    let nest = match &p.market.demand {
        Demand::Nested { nest, nests, .. } => Some(nests[nest[j]].clone()),
        _ => None,
    };
    ProductRow {
        product: item.name.clone(),
        firm: p.market.firms[item.firm].clone(),
        nest,
        cost: item.cost,
        price: p.solution.prices[j],
        share: p.solution.shares[j],
        quantity: p.solution.quantities[j],
        margin: p.measures.margins[j],
        shadow_price: p.solution.shadow[j],
        own_elasticity: p.measures.elasticities[j * n + j],
        outside_diversion: finite(p.measures.diversion[j * n + j]),
        own_pass_through: p.pass_through.map(|values| values[j * n + j]),
        compensating_cost_cut: p.compensating.get(j).copied(),
        price_change_percent: None,
    }
}

fn firms(p: &Priced<'_>) -> Vec<FirmRow> {
    let mut out: Vec<FirmRow> = p
        .market
        .firms
        .iter()
        .zip(&p.measures.profits)
        .map(|(firm, &profit)| FirmRow { firm: firm.clone(), profit, quantity: 0.0, revenue: 0.0 })
        .collect();
    for (j, item) in p.market.products.iter().enumerate() {
        out[item.firm].quantity += p.solution.quantities[j];
        out[item.firm].revenue += p.solution.quantities[j] * p.solution.prices[j];
    }
    let owns = |f: usize| p.market.products.iter().any(|item| item.firm == f);
    out.into_iter().enumerate().filter(|(f, _)| owns(*f)).map(|(_, row)| row).collect()
}

impl State {
    /// Fills in price changes against `before`, by product name.
    pub fn compare(&mut self, before: &State) {
        for row in &mut self.products {
            let was = before.products.iter().find(|was| was.product == row.product);
            row.price_change_percent = was.map(|was| 100.0 * (row.price / was.price - 1.0));
        }
    }
}

/// Means of experiment `at` over all markets.
pub fn means(markets: &[MarketAnswer], at: usize, name: &str) -> ExperimentMeans {
    let mut by_firm: Vec<(String, f64, f64)> = Vec::new();
    let (mut sum, mut count) = (0.0, 0.0);
    let (mut was, mut is, mut unconverged) = (0.0, 0.0, 0);
    for market in markets {
        let after = &market.experiments[at].after;
        was += market.before.consumer_surplus;
        is += after.consumer_surplus;
        unconverged += usize::from(!after.status.converged || !market.before.status.converged);
        for row in &after.products {
            let old = market.before.products.iter().find(|old| old.product == row.product);
            let (Some(change), Some(old)) = (row.price_change_percent, old) else {
                continue;
            };
            sum += change;
            count += 1.0;
            let seat = by_firm.iter().position(|(firm, ..)| *firm == old.firm);
            let seat = seat.unwrap_or_else(|| {
                by_firm.push((old.firm.clone(), 0.0, 0.0));
                by_firm.len() - 1
            });
            by_firm[seat].1 += change;
            by_firm[seat].2 += 1.0;
        }
    }
    let n = markets.len() as f64;
    ExperimentMeans {
        name: name.to_owned(),
        price_change_percent: sum / count,
        price_change_percent_by_firm: by_firm
            .into_iter()
            .map(|(firm, sum, count)| (firm, sum / count))
            .collect(),
        consumer_surplus_before: was / n,
        consumer_surplus_after: is / n,
        unconverged,
    }
}

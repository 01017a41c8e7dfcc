//! Long product and agent tables, in the columns that PyBLP uses, to markets.

use super::error::PricingError;
use super::invert::{costs_from_prices, utilities_from_shares};
use super::market::{Demand, Market, Ownership, Product};
use crate::demand::mixed::Consumers;
use crate::numerics::elementary::ln;
use crate::numerics::lanes::Isa;
use std::collections::BTreeMap;

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Numbers.
    Number(Vec<f64>),
    /// Anything else, as written.
    Text(Vec<String>),
}

/// A long table: one row per product (or consumer) and market.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// `product` or `agent`, for messages.
    pub kind: &'static str,
    /// Rows.
    pub rows: usize,
    /// Columns by name.
    pub columns: BTreeMap<String, Column>,
}

impl Table {
    fn missing(&self, column: &str) -> PricingError {
        let known = self.columns.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        PricingError::Column { table: self.kind, column: column.to_owned(), known }
    }

    /// The numbers of a column, if it is there.
    ///
    /// # Errors
    /// [`PricingError::Column`] when it holds something else.
    pub fn maybe(&self, column: &str) -> Result<Option<Vec<f64>>, PricingError> {
        match self.columns.get(column) {
            None => Ok(None),
            Some(Column::Number(values)) => Ok(Some(values.clone())),
            Some(Column::Text(_)) => {
                Err(self.missing(&format!("{column}` of numbers instead of `text")))
            }
        }
    }

    /// The numbers of a column, or of `1`, `1/column` or `log(column)`.
    ///
    /// # Errors
    /// [`PricingError::Column`].
    pub fn numbers(&self, column: &str) -> Result<Vec<f64>, PricingError> {
        if column == "1" {
            return Ok(vec![1.0; self.rows]);
        }
        if let Some(values) = self.maybe(column)? {
            return Ok(values);
        }
        if let Some(inner) = column.strip_prefix("1/") {
            return Ok(self.numbers(inner)?.iter().map(|v| 1.0 / v).collect());
        }
        if let Some(inner) = column.strip_prefix("log(").and_then(|rest| rest.strip_suffix(')')) {
            return Ok(self.numbers(inner)?.iter().map(|&v| ln(v)).collect());
        }
        Err(self.missing(column))
    }

    /// A column as labels, whole numbers without a decimal point.
    fn labels(&self, column: &str) -> Result<Vec<String>, PricingError> {
        match self.columns.get(column) {
            None => Err(self.missing(column)),
            Some(Column::Text(values)) => Ok(values.clone()),
            Some(Column::Number(values)) => Ok(values.iter().map(|v| format!("{v}")).collect()),
        }
    }

    /// Rows by the value of `market_ids`, in order of first appearance; one market named
    /// `market` when there is no such column.
    fn markets(&self) -> Vec<(String, Vec<usize>)> {
        let Ok(ids) = self.labels("market_ids") else {
            return vec![("market".to_owned(), (0..self.rows).collect())];
        };
        let mut seat: BTreeMap<&str, usize> = BTreeMap::new();
        let mut out: Vec<(String, Vec<usize>)> = Vec::new();
        for (row, id) in ids.iter().enumerate() {
            let at = *seat.entry(id).or_insert_with(|| {
                out.push((id.clone(), Vec::new()));
                out.len() - 1
            });
            out[at].1.push(row);
        }
        out
    }
}

/// Tastes that vary over consumers: `x_j · Σ coefficient · agent column`.
#[derive(Clone, Debug, PartialEq)]
pub struct Random {
    /// Column of the product table; `prices` makes the price coefficient vary, `1` the
    /// taste for buying anything.
    pub column: String,
    /// Agent columns (nodes, demographics; `1/income` and `log(income)` are understood) and
    /// their coefficients.
    pub draws: Vec<(String, f64)>,
}

/// The kind of demand and its parameters.
#[allow(missing_docs, reason = "the text of a variant names its fields")]
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Plain logit with price coefficient `price` < 0.
    Logit { price: f64 },
    /// Nested logit over `nesting_ids`.
    Nested { price: f64, rho: f64 },
    /// CES.
    Ces { sigma: f64, epsilon: f64 },
    /// Mixed logit: mean price coefficient and random tastes.
    Mixed { price: f64, random: Vec<Random> },
}

/// How to read tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Kind of demand.
    pub kind: Kind,
    /// Whether buyers may take nothing.
    pub outside: bool,
    /// Size of each market when the table has no `market_size` column.
    pub size: f64,
}

/// Per-product columns that may be there.
struct Optional {
    price: Option<Vec<f64>>,
    share: Option<Vec<f64>>,
    cost: Option<Vec<f64>>,
    utility: Option<Vec<f64>>,
    tax_rate: Option<Vec<f64>>,
    unit_tax: Option<Vec<f64>>,
    capacity: Option<Vec<f64>>,
    frozen: Option<Vec<f64>>,
    size: Option<Vec<f64>>,
}

impl Optional {
    /// The optional columns of a product table.
    ///
    /// # Errors
    /// Neither utilities nor what they follow from; neither costs nor prices.
    fn read(products: &Table) -> Result<Self, PricingError> {
        let optional = Self {
            price: products.maybe("prices")?,
            share: products.maybe("shares")?,
            cost: products.maybe("costs")?,
            utility: products.maybe("utilities")?,
            tax_rate: products.maybe("tax_rates")?,
            unit_tax: products.maybe("unit_taxes")?,
            capacity: products.maybe("capacities")?,
            frozen: products.maybe("frozen")?,
            size: products.maybe("market_size")?,
        };
        if optional.utility.is_none() && (optional.share.is_none() || optional.price.is_none()) {
            return Err(products.missing("utilities` (or both `prices` and `shares"));
        }
        if optional.cost.is_none() && optional.price.is_none() {
            return Err(products.missing("costs` (or `prices` to recover them from"));
        }
        Ok(optional)
    }
}

/// Markets from a product table and, for mixed logit, an agent table.
///
/// Product columns: `firm_ids`, `prices`; `shares` or `utilities`; `costs`, else they are recovered
/// from the prices; optional `market_ids`, `product_ids`, `nesting_ids`, `tax_rates`, `unit_taxes`,
/// `capacities`, `frozen` (0 or 1), `market_size`, `ownership0`, `ownership1`, … (weights of the
/// market's products, as many as the largest market has; `nan` past the end). Agent columns: `market_ids`, `weights` (else equal),
/// nodes and demographics as the model names them.
///
/// # Errors
/// A missing column, or what is wrong with a market: [`PricingError`].
pub fn markets(
    isa: Isa,
    products: &Table,
    agents: Option<&Table>,
    model: &Model,
) -> Result<Vec<Market>, PricingError> {
    let optional = Optional::read(products)?;
    let firm_ids = products.labels("firm_ids")?;
    let names = products.labels("product_ids").ok();
    let nests = products.labels("nesting_ids");
    let buyers = match (&model.kind, agents) {
        (Kind::Mixed { random, .. }, Some(agents)) => Some(Buyers::read(products, agents, random)?),
        (Kind::Mixed { .. }, None) => {
            let market = "every market".to_owned();
            let what = "mixed demand needs an agent table";
            return Err(PricingError::Unsupported { market, what });
        }
        _ => None,
    };
    let mut out = Vec::new();
    for (name, rows) in products.markets() {
        let (firms, listed) = list_products(&rows, &firm_ids, names.as_deref(), &optional);
        let utility: Vec<f64> =
            rows.iter().map(|&row| optional.utility.as_ref().map_or(0.0, |u| u[row])).collect();
        let demand = match &model.kind {
            Kind::Logit { price } => {
                Demand::Logit { utility, slope: -price, outside: model.outside }
            }
            Kind::Nested { price, rho } => {
                let (nest, nests) = numbered(&rows, nests.as_ref().map_err(Clone::clone)?);
                Demand::Nested {
                    utility,
                    slope: -price,
                    rho: *rho,
                    nest,
                    nests,
                    outside: model.outside,
                }
            }
            Kind::Ces { sigma, epsilon } => {
                let (sigma, epsilon, outside) = (*sigma, *epsilon, model.outside);
                Demand::Ces { utility, sigma, epsilon, outside }
            }
            Kind::Mixed { price, .. } => {
                let consumers =
                    buyers.as_ref().map(|b| b.of(&name, &rows, &utility, *price, model.outside));
                Demand::Mixed(consumers.unwrap_or_else(|| Consumers::new(&[], &[], &[], true)))
            }
        };
        let size = rows.first().and_then(|&row| optional.size.as_ref().map(|s| s[row]));
        let ownership = ownership(products, &rows)?;
        let size = size.unwrap_or(model.size);
        let market = Market { name, size, firms, products: listed, demand, ownership };
        out.push(complete(isa, market, &rows, &optional)?);
    }
    Ok(out)
}

/// Ownership weights from the columns `ownership0`, `ownership1`, …: the row of a product
/// against the products of its market in their order; labels when there are none.
///
/// # Errors
/// [`PricingError::Column`] when a market has more products than there are columns.
fn ownership(products: &Table, rows: &[usize]) -> Result<Ownership, PricingError> {
    if !products.columns.contains_key("ownership0") {
        return Ok(Ownership::Labels);
    }
    let n = rows.len();
    let mut weight = vec![0.0; n * n];
    for k in 0..n {
        let column = products.numbers(&format!("ownership{k}"))?;
        for (j, &row) in rows.iter().enumerate() {
            weight[j * n + k] = column[row];
        }
    }
    Ok(Ownership::Products(weight))
}

/// Utilities from shares and costs from prices, where the table does not give them.
fn complete(
    isa: Isa,
    mut market: Market,
    rows: &[usize],
    optional: &Optional,
) -> Result<Market, PricingError> {
    let pick = |column: &Option<Vec<f64>>| -> Option<Vec<f64>> {
        column.as_ref().map(|values| rows.iter().map(|&row| values[row]).collect())
    };
    market.check()?;
    if optional.utility.is_none()
        && let (Some(prices), Some(share)) = (pick(&optional.price), pick(&optional.share))
    {
        utilities_from_shares(isa, &mut market, &prices, &share)?;
    }
    if optional.cost.is_none()
        && let Some(prices) = pick(&optional.price)
    {
        let costs = costs_from_prices(isa, &market, &prices)?;
        for (product, cost) in market.products.iter_mut().zip(costs) {
            product.cost = cost;
        }
    }
    Ok(market)
}

/// Firms and products of a market's rows.
fn list_products(
    rows: &[usize],
    firm_ids: &[String],
    names: Option<&[String]>,
    optional: &Optional,
) -> (Vec<String>, Vec<Product>) {
    let (seats, firms) = numbered(rows, firm_ids);
    let at = |column: &Option<Vec<f64>>, row: usize, otherwise: f64| {
        column.as_ref().map_or(otherwise, |values| values[row])
    };
    let products = rows
        .iter()
        .zip(seats)
        .enumerate()
        .map(|(place, (&row, firm))| Product {
            name: names.map_or_else(|| format!("{}", place + 1), |names| names[row].clone()),
            firm,
            // A placeholder that every kind of demand accepts, until costs are recovered.
            cost: at(&optional.cost, row, 1.0),
            tax_rate: at(&optional.tax_rate, row, 0.0),
            unit_tax: at(&optional.unit_tax, row, 0.0),
            price: at(&optional.price, row, f64::NAN),
            frozen: at(&optional.frozen, row, 0.0) > 0.5,
            capacity: at(&optional.capacity, row, f64::INFINITY),
        })
        .collect();
    (firms, products)
}

/// Position of each row's label among the labels, in order of first appearance.
fn numbered(rows: &[usize], labels: &[String]) -> (Vec<usize>, Vec<String>) {
    let mut names: Vec<String> = Vec::new();
    let seats = rows
        .iter()
        .map(|&row| {
            names.iter().position(|name| name == &labels[row]).unwrap_or_else(|| {
                names.push(labels[row].clone());
                names.len() - 1
            })
        })
        .collect();
    (seats, names)
}

/// The agent table, read.
struct Buyers {
    rows: BTreeMap<String, Vec<usize>>,
    weight: Option<Vec<f64>>,
    /// Per random taste: product values, and agents' draws already summed.
    tastes: Vec<(Vec<f64>, Vec<f64>)>,
    price: Vec<f64>,
}

impl Buyers {
    fn read(products: &Table, agents: &Table, random: &[Random]) -> Result<Self, PricingError> {
        let mut out = Self {
            rows: agents.markets().into_iter().collect(),
            weight: agents.maybe("weights")?,
            tastes: Vec::new(),
            price: vec![0.0; agents.rows],
        };
        for taste in random {
            let mut draw = vec![0.0; agents.rows];
            for (column, coefficient) in &taste.draws {
                for (sum, value) in draw.iter_mut().zip(agents.numbers(column)?) {
                    *sum += coefficient * value;
                }
            }
            if taste.column == "prices" {
                for (price, draw) in out.price.iter_mut().zip(draw) {
                    *price += draw;
                }
            } else {
                out.tastes.push((products.numbers(&taste.column)?, draw));
            }
        }
        Ok(out)
    }

    /// The consumers of one market; every agent when the agent table has no markets.
    fn of(
        &self,
        market: &str,
        rows: &[usize],
        utility: &[f64],
        price: f64,
        outside: bool,
    ) -> Consumers {
        let all = self.rows.get("market").filter(|_| self.rows.len() == 1);
        let none = Vec::new();
        let people = self.rows.get(market).or(all).unwrap_or(&none);
        let equal = 1.0 / people.len() as f64;
        let weight: Vec<f64> =
            people.iter().map(|&i| self.weight.as_ref().map_or(equal, |w| w[i])).collect();
        let slope: Vec<f64> = people.iter().map(|&i| price + self.price[i]).collect();
        let mut v = Vec::with_capacity(rows.len() * people.len());
        for (&row, u) in rows.iter().zip(utility) {
            for &i in people {
                let tastes = self.tastes.iter().map(|(x, draw)| x[row] * draw[i]);
                v.push(u + tastes.sum::<f64>());
            }
        }
        Consumers::new(&weight, &slope, &v, outside)
    }
}

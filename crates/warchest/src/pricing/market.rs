//! One market: who sells what at what cost, and who buys.

use super::error::PricingError;
use crate::demand::mixed::{Consumers, Groups};
use std::collections::BTreeSet;

/// A product on sale. Money in one unit throughout the market.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Its name, unique in the market.
    pub name: String,
    /// Index into [`Market::firms`].
    pub firm: usize,
    /// Marginal cost.
    pub cost: f64,
    /// Ad-valorem tax on the price paid, below 1 (a subsidy is negative).
    pub tax_rate: f64,
    /// Tax per unit, paid by the seller.
    pub unit_tax: f64,
    /// Price kept when `frozen`; otherwise where the search starts (NaN: from cost).
    pub price: f64,
    /// Keeps its price.
    pub frozen: bool,
    /// Most units it can sell (units of the market's size); infinite when it has no limit.
    pub capacity: f64,
}

impl Product {
    /// A free product with no tax and no limit.
    pub fn new(name: &str, firm: usize, cost: f64) -> Self {
        Self {
            name: name.to_owned(),
            firm,
            cost,
            tax_rate: 0.0,
            unit_tax: 0.0,
            price: f64::NAN,
            frozen: false,
            capacity: f64::INFINITY,
        }
    }

    /// What the seller keeps of the price.
    pub fn kept(&self) -> f64 {
        1.0 - self.tax_rate
    }

    /// Effective marginal cost `(c + t + μ)/(1 − τ)`, with the shadow price `mu` of capacity.
    pub fn effective_cost(&self, mu: f64) -> f64 {
        (self.cost + self.unit_tax + mu) / self.kept()
    }
}

/// How buyers choose. `utility` is price-free, one entry per product.
#[allow(missing_docs, reason = "the text of a variant names its fields")]
#[derive(Clone, Debug, PartialEq)]
pub enum Demand {
    /// `u = utility − slope·p`.
    Logit { utility: Vec<f64>, slope: f64, outside: bool },
    /// Logit with correlation `rho` inside nests.
    Nested {
        utility: Vec<f64>,
        slope: f64,
        rho: f64,
        nest: Vec<usize>,
        nests: Vec<String>,
        outside: bool,
    },
    /// `V = utility − (σ−1) ln p`; spend `size·P^{1−ε}` with the ideal price index `P`.
    Ces { utility: Vec<f64>, sigma: f64, epsilon: f64, outside: bool },
    /// Simulated consumers.
    Mixed(Consumers),
}

impl Demand {
    /// Number of products it speaks of.
    pub fn products(&self) -> usize {
        match self {
            Demand::Logit { utility, .. }
            | Demand::Nested { utility, .. }
            | Demand::Ces { utility, .. } => utility.len(),
            Demand::Mixed(consumers) => consumers.products(),
        }
    }

    /// Adds `by[j]` to the utility of each product.
    pub fn shift(&mut self, by: &[f64]) {
        match self {
            Demand::Logit { utility, .. }
            | Demand::Nested { utility, .. }
            | Demand::Ces { utility, .. } => {
                for (value, by) in utility.iter_mut().zip(by) {
                    *value += by;
                }
            }
            Demand::Mixed(consumers) => consumers.shift(by),
        }
    }

    /// The same buyers facing only the products listed.
    pub fn keep(&self, products: &[usize]) -> Self {
        let pick = |all: &[f64]| products.iter().map(|&j| all[j]).collect();
        match self {
            Demand::Logit { utility, slope, outside } => {
                Demand::Logit { utility: pick(utility), slope: *slope, outside: *outside }
            }
            Demand::Ces { utility, sigma, epsilon, outside } => Demand::Ces {
                utility: pick(utility),
                sigma: *sigma,
                epsilon: *epsilon,
                outside: *outside,
            },
            Demand::Nested { utility, slope, rho, nest, nests, outside } => {
                let used: BTreeSet<usize> = products.iter().map(|&j| nest[j]).collect();
                let seat = |g: usize| used.iter().take_while(|&&u| u < g).count();
                Demand::Nested {
                    utility: pick(utility),
                    slope: *slope,
                    rho: *rho,
                    nest: products.iter().map(|&j| seat(nest[j])).collect(),
                    nests: used.iter().map(|&g| nests[g].clone()).collect(),
                    outside: *outside,
                }
            }
            Demand::Mixed(consumers) => Demand::Mixed(consumers.keep(products)),
        }
    }
}

/// Whose profits a price setter counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Ownership {
    /// Its own products' profits.
    Labels,
    /// Weight in [0, 1] of firm `h`'s profit in firm `g`'s aim, `g·F + h`; diagonal 1.
    Firms(Vec<f64>),
    /// The same between products, `j·J + k`; diagonal 1.
    Products(Vec<f64>),
}

/// A market, ready to be priced.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    /// Its name, e.g. the value of `market_ids`.
    pub name: String,
    /// Buyers (logit kinds) or budget (CES).
    pub size: f64,
    /// Names of the firms.
    pub firms: Vec<String>,
    /// The products.
    pub products: Vec<Product>,
    /// How buyers choose.
    pub demand: Demand,
    /// Whose profits count.
    pub ownership: Ownership,
}

impl Market {
    /// Owner groups and weights as the kernels want them.
    pub fn groups(&self) -> Groups {
        let labels = || self.products.iter().map(|p| p.firm).collect();
        match &self.ownership {
            Ownership::Labels => {
                Groups { of: labels(), count: self.firms.len(), weight: Vec::new() }
            }
            Ownership::Firms(weight) => {
                Groups { of: labels(), count: self.firms.len(), weight: weight.clone() }
            }
            Ownership::Products(weight) => {
                let n = self.products.len();
                Groups { of: (0..n).collect(), count: n, weight: weight.clone() }
            }
        }
    }

    /// Effective costs with capacity shadow prices `mu` (per unit, before tax).
    pub fn effective_costs(&self, mu: &[f64]) -> Vec<f64> {
        self.products.iter().zip(mu).map(|(p, &mu)| p.effective_cost(mu)).collect()
    }

    /// The market with only the products listed, in that order.
    pub fn keep(&self, products: &[usize]) -> Self {
        let n = self.products.len();
        let ownership = match &self.ownership {
            Ownership::Products(weight) => Ownership::Products(
                products
                    .iter()
                    .flat_map(|&j| products.iter().map(move |&k| weight[j * n + k]))
                    .collect(),
            ),
            other => other.clone(),
        };
        Self {
            products: products.iter().map(|&j| self.products[j].clone()).collect(),
            demand: self.demand.keep(products),
            ownership,
            ..self.clone()
        }
    }

    /// Checks everything that would leave the market without an answer.
    ///
    /// # Errors
    /// One [`PricingError`]: the first rule broken, in the order of the fields.
    pub fn check(&self) -> Result<(), PricingError> {
        let market = || self.name.clone();
        if self.products.is_empty() {
            return Err(PricingError::EmptyMarket { market: market() });
        }
        let (found, expected) = (self.demand.products(), self.products.len());
        if found != expected {
            return Err(PricingError::Shape { market: market(), what: "demand", found, expected });
        }
        let mut names = BTreeSet::new();
        for product in &self.products {
            if !names.insert(&product.name) {
                let product = product.name.clone();
                return Err(PricingError::Duplicate { market: market(), product });
            }
            self.check_product(product)?;
        }
        self.check_ownership()?;
        self.check_demand()
    }

    fn range(
        &self,
        what: &'static str,
        name: &str,
        found: f64,
        ok: bool,
        allowed: &'static str,
    ) -> Result<(), PricingError> {
        if ok {
            return Ok(());
        }
        let (market, name) = (self.name.clone(), name.to_owned());
        Err(PricingError::Range { market, what, name, found, allowed })
    }

    fn check_product(&self, p: &Product) -> Result<(), PricingError> {
        self.range("the cost", &p.name, p.cost, p.cost.is_finite(), "a finite number")?;
        let rate_ok = p.tax_rate.is_finite() && p.tax_rate < 1.0;
        self.range("the tax rate", &p.name, p.tax_rate, rate_ok, "below 1")?;
        self.range("the unit tax", &p.name, p.unit_tax, p.unit_tax.is_finite(), "a finite number")?;
        self.range("the capacity", &p.name, p.capacity, p.capacity > 0.0, "above 0")?;
        let known = p.price.is_finite() || !p.frozen;
        self.range("the price to keep", &p.name, p.price, known, "a finite number")?;
        if let Demand::Ces { .. } = self.demand {
            let cost = p.effective_cost(0.0);
            self.range("the cost", &p.name, cost, cost > 0.0, "above 0 under CES demand")?;
        }
        let firm = p.firm as f64;
        self.range("the firm", &p.name, firm, p.firm < self.firms.len(), "one of the firms")
    }

    fn check_ownership(&self) -> Result<(), PricingError> {
        let (weight, n) = match &self.ownership {
            Ownership::Labels => return Ok(()),
            Ownership::Firms(weight) => (weight, self.firms.len()),
            Ownership::Products(weight) => (weight, self.products.len()),
        };
        if weight.len() != n * n {
            let (found, expected) = (weight.len(), n * n);
            let what = "the ownership matrix";
            return Err(PricingError::Shape { market: self.name.clone(), what, found, expected });
        }
        for (at, &value) in weight.iter().enumerate() {
            let place = format!("row {}, column {}", at / n + 1, at % n + 1);
            let own = at / n == at % n;
            let allowed = if own { "1 on the diagonal" } else { "in [0, 1]" };
            let ok = if own { value == 1.0 } else { (0.0..=1.0).contains(&value) };
            self.range("the ownership weight", &place, value, ok, allowed)?;
        }
        Ok(())
    }

    fn check_demand(&self) -> Result<(), PricingError> {
        self.range("the size", &self.name, self.size, self.size > 0.0, "above 0")?;
        let slope_ok = |slope: f64| slope > 0.0 && slope.is_finite();
        match &self.demand {
            Demand::Logit { utility, slope, .. } => {
                self.range("the price slope", &self.name, *slope, slope_ok(*slope), "above 0")?;
                self.check_utility(utility)
            }
            Demand::Nested { utility, slope, rho, nest, nests, .. } => {
                self.range("the price slope", &self.name, *slope, slope_ok(*slope), "above 0")?;
                let ok = (0.0..1.0).contains(rho);
                self.range("the nest correlation", &self.name, *rho, ok, "in [0, 1)")?;
                if let Some((_, nest)) = nests.iter().enumerate().find(|(g, _)| !nest.contains(g)) {
                    let (market, nest) = (self.name.clone(), nest.clone());
                    return Err(PricingError::EmptyNest { market, nest });
                }
                self.check_utility(utility)
            }
            Demand::Ces { utility, sigma, epsilon, .. } => {
                self.range(
                    "sigma",
                    &self.name,
                    *sigma,
                    *sigma > 1.0 && sigma.is_finite(),
                    "above 1",
                )?;
                let ok = *epsilon >= 0.0 && epsilon.is_finite();
                self.range("epsilon", &self.name, *epsilon, ok, "at least 0")?;
                self.check_utility(utility)
            }
            Demand::Mixed(consumers) => self.check_consumers(consumers),
        }
    }

    fn check_utility(&self, utility: &[f64]) -> Result<(), PricingError> {
        for (product, &u) in self.products.iter().zip(utility) {
            self.range("the utility", &product.name, u, u.is_finite(), "a finite number")?;
        }
        Ok(())
    }

    fn check_consumers(&self, consumers: &Consumers) -> Result<(), PricingError> {
        if consumers.count() == 0 {
            let what = "a market with mixed demand needs at least one consumer";
            return Err(PricingError::Unsupported { market: self.name.clone(), what });
        }
        for consumer in 0..consumers.count() {
            let (weight, slope) = consumers.person(consumer);
            let name = format!("consumer {consumer}");
            let ok = weight >= 0.0 && weight.is_finite();
            self.range("the weight", &name, weight, ok, "at least 0")?;
            if !(slope < 0.0 && slope.is_finite()) {
                let market = self.name.clone();
                return Err(PricingError::PriceCoefficient { market, consumer, found: slope });
            }
            for (j, product) in self.products.iter().enumerate() {
                let u = consumers.utility(j, consumer);
                self.range("the utility", &product.name, u, u.is_finite(), "a finite number")?;
            }
        }
        Ok(())
    }
}

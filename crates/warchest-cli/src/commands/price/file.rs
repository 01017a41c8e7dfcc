//! The market file: text with spans to the library's markets.

use super::experiments::RawExperiment;
use miette::{Diagnostic, NamedSource, SourceSpan};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;
use toml::Spanned;
use warchest::demand::mixed::Consumers;
use warchest::pricing::error::PricingError;
use warchest::pricing::market::{Demand, Market, Ownership, Product};
use warchest::pricing::table::{Kind, Model, Random};

/// A market file that cannot be read as one. Points at the text.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum FileError {
    /// Not TOML, an unknown or missing key, a value of the wrong kind.
    #[error("{message}")]
    #[diagnostic(code(price::file), help("docs/pricing.md lists every key of a market file"))]
    Shape {
        message: String,
        #[label("here")]
        at: SourceSpan,
        #[source_code]
        file: NamedSource<Arc<str>>,
    },
    /// A key that the kind of demand needs, or cannot use.
    #[error("{message}")]
    #[diagnostic(
        code(price::demand),
        help(
            "logit: slope; nested: slope, rho; ces: sigma, epsilon; mixed: consumers, or tables with price and random"
        )
    )]
    Demand {
        message: String,
        #[label("this demand")]
        at: SourceSpan,
        #[source_code]
        file: NamedSource<Arc<str>>,
    },
    /// An experiment that is none.
    #[error("{message}")]
    #[diagnostic(
        code(price::experiment),
        help(
            "merger, collusion, cost, tax, exit, entry, price_war, reprice; `steps = 10` goes to a cost, tax, cut or weight in ten equal steps"
        )
    )]
    Experiment {
        message: String,
        #[label("this experiment")]
        at: SourceSpan,
        #[source_code]
        file: NamedSource<Arc<str>>,
    },
    /// What the library found wrong with the market, at its place in the text.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Market(#[from] PricingError),
    /// The same, with the product's text.
    #[error("{error}")]
    #[diagnostic(code(price::market), help("{}", error.help().map(|h| h.to_string()).unwrap_or_default()))]
    Product {
        error: PricingError,
        #[label("this product")]
        at: SourceSpan,
        #[source_code]
        file: NamedSource<Arc<str>>,
    },
}

/// The file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    #[serde(default)]
    pub title: String,
    #[serde(default = "one")]
    pub size: f64,
    #[serde(default = "yes")]
    pub outside: bool,
    pub demand: Spanned<RawDemand>,
    #[serde(default, rename = "product")]
    pub products: Vec<Spanned<RawProduct>>,
    #[serde(default, rename = "consumer")]
    pub consumers: Vec<RawConsumer>,
    pub tables: Option<RawTables>,
    pub ownership: Option<RawOwnership>,
    #[serde(default, rename = "experiment")]
    pub experiments: Vec<Spanned<RawExperiment>>,
}

pub fn one() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

/// `[demand]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDemand {
    kind: RawKind,
    slope: Option<f64>,
    rho: Option<f64>,
    sigma: Option<f64>,
    epsilon: Option<f64>,
    price: Option<f64>,
    #[serde(default)]
    random: Vec<RawRandom>,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum RawKind {
    Logit,
    Nested,
    Ces,
    Mixed,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRandom {
    column: String,
    draws: BTreeMap<String, f64>,
}

/// `[[product]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawProduct {
    name: String,
    firm: String,
    nest: Option<String>,
    cost: Option<f64>,
    utility: Option<f64>,
    share: Option<f64>,
    price: Option<f64>,
    #[serde(default)]
    frozen: bool,
    #[serde(default)]
    tax_rate: f64,
    #[serde(default)]
    unit_tax: f64,
    capacity: Option<f64>,
}

/// `[[consumer]]`: price coefficient and price-free utilities, products in their order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawConsumer {
    weight: Option<f64>,
    price: f64,
    utility: Vec<f64>,
}

/// `[tables]`: long files beside the market file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTables {
    pub products: String,
    pub agents: Option<String>,
}

/// `[ownership]`: weights between firms (in order of first appearance) or products.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawOwnership {
    firms: Option<Vec<Vec<f64>>>,
    products: Option<Vec<Vec<f64>>>,
}

/// A market written out in the file, with what is still to be inferred from observations.
pub struct Written {
    pub market: Market,
    /// Observed shares and prices, when every product gives both.
    pub observed: Option<(Vec<f64>, Vec<f64>)>,
    /// Costs are to be recovered from prices.
    pub recover: bool,
}

/// The text, its name and its meaning.
pub struct Source {
    pub raw: Raw,
    pub file: NamedSource<Arc<str>>,
}

impl Source {
    /// Reads the text.
    ///
    /// # Errors
    /// [`FileError::Shape`], pointing at the first thing that does not fit.
    pub fn parse(name: &str, text: &str) -> Result<Self, FileError> {
        let file = NamedSource::new(name, Arc::from(text)).with_language("toml");
        match toml::from_str(text) {
            Ok(raw) => Ok(Self { raw, file }),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                Err(FileError::Shape { message: error.message().to_owned(), at: span.into(), file })
            }
        }
    }

    fn demand_error(&self, message: &str) -> FileError {
        let at = self.raw.demand.span().into();
        FileError::Demand { message: message.to_owned(), at, file: self.file.clone() }
    }

    fn need(&self, value: Option<f64>, what: &str) -> Result<f64, FileError> {
        value.ok_or_else(|| self.demand_error(&format!("this kind of demand needs `{what}`")))
    }

    /// How to read the tables.
    ///
    /// # Errors
    /// [`FileError::Demand`] for a missing parameter.
    pub fn model(&self) -> Result<Model, FileError> {
        let demand = self.raw.demand.get_ref();
        let kind = match demand.kind {
            RawKind::Logit => Kind::Logit { price: -self.need(demand.slope, "slope")? },
            RawKind::Nested => Kind::Nested {
                price: -self.need(demand.slope, "slope")?,
                rho: self.need(demand.rho, "rho")?,
            },
            RawKind::Ces => Kind::Ces {
                sigma: self.need(demand.sigma, "sigma")?,
                epsilon: self.need(demand.epsilon, "epsilon")?,
            },
            RawKind::Mixed => Kind::Mixed {
                price: demand.price.unwrap_or(0.0),
                random: demand
                    .random
                    .iter()
                    .map(|r| Random {
                        column: r.column.clone(),
                        draws: r.draws.iter().map(|(c, v)| (c.clone(), *v)).collect(),
                    })
                    .collect(),
            },
        };
        Ok(Model { kind, outside: self.raw.outside, size: self.raw.size })
    }

    /// The market that the file writes out product by product.
    ///
    /// # Errors
    /// A parameter that is missing for the kind of demand.
    pub fn written(&self) -> Result<Written, FileError> {
        let raw = &self.raw;
        let products: Vec<&RawProduct> = raw.products.iter().map(Spanned::get_ref).collect();
        let mut firms: Vec<String> = Vec::new();
        let mut listed = Vec::new();
        for product in &products {
            let firm = seat(&mut firms, &product.firm);
            listed.push(Product {
                cost: product.cost.unwrap_or(1.0),
                tax_rate: product.tax_rate,
                unit_tax: product.unit_tax,
                price: product.price.unwrap_or(f64::NAN),
                frozen: product.frozen,
                capacity: product.capacity.unwrap_or(f64::INFINITY),
                ..Product::new(&product.name, firm, 0.0)
            });
        }
        let all = |of: fn(&RawProduct) -> Option<f64>| -> Option<Vec<f64>> {
            products.iter().map(|p| of(p)).collect()
        };
        let observed = all(|p| p.share).zip(all(|p| p.price));
        let costs = all(|p| p.cost);
        if costs.is_none() && all(|p| p.price).is_none() {
            return Err(self.demand_error(
                "give every product a `cost`, or every product a `price` to recover costs from",
            ));
        }
        let market = Market {
            name: "market".to_owned(),
            size: raw.size,
            ownership: self.ownership(),
            demand: self.demand(&products)?,
            firms,
            products: listed,
        };
        Ok(Written { market, observed, recover: costs.is_none() })
    }

    fn demand(&self, products: &[&RawProduct]) -> Result<Demand, FileError> {
        let outside = self.raw.outside;
        let observed = products.iter().all(|p| p.share.is_some() && p.price.is_some());
        let utility: Vec<f64> = products.iter().map(|p| p.utility.unwrap_or(0.0)).collect();
        let mixed = matches!(self.raw.demand.get_ref().kind, RawKind::Mixed);
        if !observed && !mixed && products.iter().any(|p| p.utility.is_none()) {
            return Err(self.demand_error(
                "give every product a `utility`, or every product a `share` and a `price`",
            ));
        }
        match self.model()?.kind {
            Kind::Logit { price } => Ok(Demand::Logit { utility, slope: -price, outside }),
            Kind::Nested { price, rho } => {
                let mut nests = Vec::new();
                let mut nest = Vec::new();
                for product in products {
                    let name = product.nest.as_ref();
                    let name = name.ok_or_else(|| {
                        self.demand_error("nested demand needs a `nest` for every product")
                    })?;
                    nest.push(seat(&mut nests, name));
                }
                Ok(Demand::Nested { utility, slope: -price, rho, nest, nests, outside })
            }
            Kind::Ces { sigma, epsilon } => Ok(Demand::Ces { utility, sigma, epsilon, outside }),
            Kind::Mixed { .. } => {
                let people = &self.raw.consumers;
                if let Some(p) = people.iter().find(|p| p.utility.len() != products.len()) {
                    let message = format!(
                        "a consumer lists {} utilities for {} products",
                        p.utility.len(),
                        products.len()
                    );
                    return Err(self.demand_error(&message));
                }
                let equal = 1.0 / people.len() as f64;
                let weight: Vec<f64> = people.iter().map(|p| p.weight.unwrap_or(equal)).collect();
                let slope: Vec<f64> = people.iter().map(|p| p.price).collect();
                let v: Vec<f64> = (0..products.len())
                    .flat_map(|j| people.iter().map(move |p| p.utility[j]))
                    .collect();
                Ok(Demand::Mixed(Consumers::new(&weight, &slope, &v, outside)))
            }
        }
    }

    /// The ownership that the file asks for.
    pub fn ownership(&self) -> Ownership {
        match &self.raw.ownership {
            Some(RawOwnership { products: Some(rows), .. }) => Ownership::Products(rows.concat()),
            Some(RawOwnership { firms: Some(rows), .. }) => Ownership::Firms(rows.concat()),
            _ => Ownership::Labels,
        }
    }

    /// Puts the product's place in the text beside an error of the library.
    pub fn locate(&self, error: PricingError) -> FileError {
        let name = match &error {
            PricingError::Range { name, .. } => name,
            PricingError::Share { product, .. }
            | PricingError::Duplicate { product, .. }
            | PricingError::CostAboveAnyPrice { product, .. } => product,
            _ => return FileError::Market(error),
        };
        // The last one of that name: of two duplicates it is the second that is wrong.
        let found = self.raw.products.iter().rev().find(|p| &p.get_ref().name == name);
        match found.map(Spanned::span) {
            Some(span) => {
                let file = self.file.clone();
                FileError::Product { error, at: span.into(), file }
            }
            None => FileError::Market(error),
        }
    }
}

/// Position of a name in the list, added if new.
fn seat(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

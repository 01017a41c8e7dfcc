//! What can be wrong with a market.

use miette::Diagnostic;
use thiserror::Error;

/// A market that has no answer, or is not one. `product` and `consumer` are positions.
#[allow(missing_docs, reason = "the text of a variant names its fields")]
#[derive(Clone, Debug, PartialEq, Error, Diagnostic)]
#[non_exhaustive]
pub enum PricingError {
    /// No product.
    #[error("market `{market}` has no product")]
    #[diagnostic(code(price::empty_market), help("list at least one product"))]
    EmptyMarket { market: String },
    /// A list whose length does not fit.
    #[error("market `{market}`: {what} has {found} entries, expected {expected}")]
    #[diagnostic(code(price::shape), help("one entry per product (or consumer), in their order"))]
    Shape { market: String, what: &'static str, found: usize, expected: usize },
    /// A number outside its range.
    #[error("market `{market}`: {what} of `{name}` is {found}; it must be {allowed}")]
    #[diagnostic(
        code(price::range),
        help("correct the number; costs and prices are in one money unit")
    )]
    Range { market: String, what: &'static str, name: String, found: f64, allowed: &'static str },
    /// A consumer who likes high prices: best replies are unbounded.
    #[error("market `{market}`: consumer {consumer} has the price coefficient {found}")]
    #[diagnostic(
        code(price::price_coefficient),
        help(
            "every consumer's price coefficient must be below 0, or a firm could raise its price for ever; drop or bound that draw"
        )
    )]
    PriceCoefficient { market: String, consumer: usize, found: f64 },
    /// A nest without products.
    #[error("market `{market}`: nest `{nest}` has no product")]
    #[diagnostic(code(price::empty_nest), help("remove the nest or put a product into it"))]
    EmptyNest { market: String, nest: String },
    /// An observed share that no utility can produce.
    #[error("market `{market}`: `{product}` has the share {found}")]
    #[diagnostic(
        code(price::share),
        help(
            "shares must be above 0 and, with an outside good, sum to less than 1: drop products that nobody bought"
        )
    )]
    Share { market: String, product: String, found: f64 },
    /// The same product twice.
    #[error("market `{market}` lists `{product}` twice")]
    #[diagnostic(
        code(price::duplicate),
        help("give each product its own name, or remove one of the two")
    )]
    Duplicate { market: String, product: String },
    /// A cost at which nobody buys.
    #[error("market `{market}`: nobody buys `{product}` at its cost of {cost}")]
    #[diagnostic(
        code(price::cost),
        help(
            "the cost lies above any price that somebody would pay; check its unit, or remove the product"
        )
    )]
    CostAboveAnyPrice { market: String, product: String, cost: f64 },
    /// A name that is not in the market.
    #[error("market `{market}` has no {kind} `{name}`; it has {known}")]
    #[diagnostic(code(price::unknown), help("names are compared as written"))]
    Unknown { market: String, kind: &'static str, name: String, known: String },
    /// Costs cannot be recovered: the first-order conditions are singular.
    #[error("market `{market}`: costs cannot be recovered from these prices")]
    #[diagnostic(
        code(price::singular),
        help("two products may be copies of each other, or a share may be 0")
    )]
    Singular { market: String },
    /// Mean utilities that reproduce the shares were not found.
    #[error("market `{market}`: no utilities reproduce the shares (largest gap {gap:e} in logs)")]
    #[diagnostic(
        code(price::inversion),
        help("check that the consumers' weights sum to 1 and the shares to less than 1")
    )]
    Inversion { market: String, gap: f64 },
    /// A combination that this version does not solve.
    #[error("market `{market}`: {what}")]
    #[diagnostic(code(price::unsupported), help("see docs/pricing.md for what can be combined"))]
    Unsupported { market: String, what: &'static str },
    /// A table without a column that the request needs.
    #[error("the {table} table has no column `{column}`; it has {known}")]
    #[diagnostic(
        code(price::column),
        help(
            "columns carry the names that PyBLP uses: market_ids, firm_ids, prices, shares, nesting_ids, weights, nodes0, ..."
        )
    )]
    Column { table: &'static str, column: String, known: String },
}

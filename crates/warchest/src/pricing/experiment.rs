//! Changes to a market, priced again.

use super::effort::Effort;
use super::error::PricingError;
use super::invert::costs_from_prices;
use super::market::{Market, Ownership};
use super::nash::{Solution, solve, solve_from};
use crate::numerics::lanes::Isa;

/// One change. Names are those of the market's firms and products.
#[allow(missing_docs, reason = "the text of a variant names its fields")]
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The firms become one.
    Merger { firms: Vec<String> },
    /// The firms stay apart but count `weight` of each other's profit (1: joint profit).
    Collusion { firms: Vec<String>, weight: f64 },
    /// Costs of these products (all, when empty) are multiplied by `factor`, then raised by `add`.
    Cost { products: Vec<String>, factor: f64, add: f64 },
    /// Taxes on these products (all, when empty): `rate` and `unit` are added to what they pay.
    Tax { products: Vec<String>, rate: f64, unit: f64 },
    /// These products leave.
    Exit { products: Vec<String> },
    /// These products, listed in the market but kept out of it before, enter.
    Entry { products: Vec<String> },
    /// These firms price at `1 − cut` of their best reply to everybody else.
    PriceWar { firms: Vec<String>, cut: f64 },
    /// Only these firms re-price; all others keep the prices of before.
    Reprice { firms: Vec<String> },
}

/// The market after a change, its prices, and what went with it.
#[derive(Clone, Debug, PartialEq)]
pub struct After {
    /// The changed market (a product that left is not in it).
    pub market: Market,
    /// Its prices.
    pub solution: Solution,
    /// For a merger: the fall of each product's marginal cost, as a fraction of it, that
    /// would leave prices where they were; 0 for products of others.
    pub compensating: Vec<f64>,
}

impl Change {
    /// The change at `part` (0 to 1) of its size: for a cost, a tax, a war's cut and a weight.
    /// What has no size (a merger, an entry) is there in full.
    pub fn scaled(&self, part: f64) -> Self {
        let mut out = self.clone();
        match &mut out {
            Change::Collusion { weight, .. } => *weight *= part,
            Change::Cost { factor, add, .. } => {
                *factor = 1.0 + part * (*factor - 1.0);
                *add *= part;
            }
            Change::Tax { rate, unit, .. } => {
                *rate *= part;
                *unit *= part;
            }
            Change::PriceWar { cut, .. } => *cut *= part,
            Change::Merger { .. }
            | Change::Exit { .. }
            | Change::Entry { .. }
            | Change::Reprice { .. } => {}
        }
        out
    }
}

fn unknown(market: &Market, kind: &'static str, name: &str) -> PricingError {
    let known = match kind {
        "firm" => market.firms.join(", "),
        _ => market.products.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", "),
    };
    PricingError::Unknown { market: market.name.clone(), kind, name: name.to_owned(), known }
}

fn firms_of(market: &Market, names: &[String]) -> Result<Vec<usize>, PricingError> {
    let find = |name: &String| {
        let at = market.firms.iter().position(|firm| firm == name);
        at.ok_or_else(|| unknown(market, "firm", name))
    };
    names.iter().map(find).collect()
}

fn products_of(market: &Market, names: &[String]) -> Result<Vec<usize>, PricingError> {
    if names.is_empty() {
        return Ok((0..market.products.len()).collect());
    }
    let find = |name: &String| {
        let at = market.products.iter().position(|product| &product.name == name);
        at.ok_or_else(|| unknown(market, "product", name))
    };
    names.iter().map(find).collect()
}

/// The market as it stands before the changes: without the products that are to enter.
///
/// # Errors
/// [`PricingError::Unknown`] for a name that is not there.
pub fn before(market: &Market, changes: &[Change]) -> Result<Market, PricingError> {
    let mut waiting = Vec::new();
    for change in changes {
        if let Change::Entry { products } = change {
            waiting.extend(products_of(market, products)?);
        }
    }
    let stay: Vec<usize> = (0..market.products.len()).filter(|j| !waiting.contains(j)).collect();
    Ok(if waiting.is_empty() { market.clone() } else { market.keep(&stay) })
}

/// Applies the changes together to `market` and prices the result, starting from `was`, the
/// solution of [`before`].
///
/// # Errors
/// [`PricingError::Unknown`] for a name, [`PricingError::Range`] for a cut or weight outside its
/// range, and what [`solve`] finds in the changed market.
pub fn apply<'a>(
    effort: impl Into<Effort<'a>>,
    market: &Market,
    was: (&Market, &Solution),
    changes: &[Change],
) -> Result<After, PricingError> {
    apply_from(effort.into(), market, was, changes, was)
}

/// As [`apply`], with the search started at the prices of `start`, a market and its solution:
/// the last point of a path, say. What a change means (who keeps which price) is still read
/// off `was`.
///
/// # Errors
/// As [`apply`].
pub fn apply_from(
    effort: Effort<'_>,
    market: &Market,
    was: (&Market, &Solution),
    changes: &[Change],
    start: (&Market, &Solution),
) -> Result<After, PricingError> {
    let isa = effort.isa;
    let mut changed = market.clone();
    let mut leaving = Vec::new();
    for change in changes {
        alter(&mut changed, change, &mut leaving)?;
    }
    let stay: Vec<usize> = (0..changed.products.len()).filter(|j| !leaving.contains(j)).collect();
    if !leaving.is_empty() {
        changed = changed.keep(&stay);
    }
    hold_back(&mut changed, changes, was)?;
    start_at(&mut changed, start);
    let solution = match changes.iter().find_map(war_of) {
        Some((firms, cut)) => {
            let firms = firms_of(&changed, firms)?;
            let found = price_war(effort, &changed, &firms, cut)?;
            // Who is at war does not price at its own optimum: for the certificate it is held.
            for (product, &price) in changed.products.iter_mut().zip(&found.prices) {
                if firms.contains(&product.firm) {
                    (product.frozen, product.price) = (true, price);
                }
            }
            found
        }
        None => solve(effort, &changed)?,
    };
    let compensating = compensating(isa, was, &changed, changes)?;
    Ok(After { market: changed, solution, compensating })
}

fn war_of(change: &Change) -> Option<(&[String], f64)> {
    match change {
        Change::PriceWar { firms, cut } => Some((firms, *cut)),
        _ => None,
    }
}

/// Everything a change does to the market itself.
fn alter(
    market: &mut Market,
    change: &Change,
    leaving: &mut Vec<usize>,
) -> Result<(), PricingError> {
    match change {
        Change::Merger { firms } => {
            let firms = firms_of(market, firms)?;
            join(market, &firms, 1.0);
            if let (Ownership::Labels, Some(&head)) = (&market.ownership, firms.first()) {
                for product in &mut market.products {
                    if firms.contains(&product.firm) {
                        product.firm = head;
                    }
                }
            }
        }
        Change::Collusion { firms, weight } => {
            let firms = firms_of(market, firms)?;
            if market.ownership == Ownership::Labels {
                let n = market.firms.len();
                let diagonal = |at: usize| if at / n == at % n { 1.0 } else { 0.0 };
                market.ownership = Ownership::Firms((0..n * n).map(diagonal).collect());
            }
            join(market, &firms, *weight);
        }
        Change::Cost { products, factor, add } => {
            for j in products_of(market, products)? {
                market.products[j].cost = market.products[j].cost * factor + add;
            }
        }
        Change::Tax { products, rate, unit } => {
            for j in products_of(market, products)? {
                market.products[j].tax_rate += rate;
                market.products[j].unit_tax += unit;
            }
        }
        Change::Exit { products } => leaving.extend(products_of(market, products)?),
        Change::Entry { products } => {
            products_of(market, products)?;
        }
        Change::PriceWar { firms, .. } | Change::Reprice { firms } => {
            firms_of(market, firms)?;
        }
    }
    Ok(())
}

/// Raises the weights between these firms to `weight` where ownership is a matrix.
fn join(market: &mut Market, firms: &[usize], weight: f64) {
    let owner: Vec<usize> = market.products.iter().map(|p| p.firm).collect();
    let raise = |matrix: &mut [f64], n: usize, of: &dyn Fn(usize) -> usize| {
        for row in 0..n {
            for column in 0..n {
                let both = firms.contains(&of(row)) && firms.contains(&of(column));
                let at = &mut matrix[row * n + column];
                *at = if both && *at < weight { weight } else { *at };
            }
        }
    };
    match &mut market.ownership {
        Ownership::Labels => {}
        Ownership::Firms(matrix) => raise(matrix, market.firms.len(), &|firm| firm),
        Ownership::Products(matrix) => raise(matrix, owner.len(), &|j| owner[j]),
    }
}

/// Starts each free product at its price of before.
fn start_at(market: &mut Market, was: (&Market, &Solution)) {
    for product in market.products.iter_mut().filter(|p| !p.frozen) {
        let at = was.0.products.iter().position(|p| p.name == product.name);
        product.price = at.map_or(f64::NAN, |j| was.1.prices[j]);
    }
}

/// Freezes whoever may not re-price.
fn hold_back(
    market: &mut Market,
    changes: &[Change],
    was: (&Market, &Solution),
) -> Result<(), PricingError> {
    for change in changes {
        if let Change::Reprice { firms } = change {
            let names: Vec<String> =
                firms_of(was.0, firms)?.iter().map(|&f| was.0.firms[f].clone()).collect();
            for product in &mut market.products {
                let at = was.0.products.iter().position(|p| p.name == product.name);
                let Some(at) = at.filter(|_| !names.contains(&market.firms[product.firm])) else {
                    continue;
                };
                (product.frozen, product.price) = (true, was.1.prices[at]);
            }
        }
    }
    Ok(())
}

/// Relative move of a price in a war that counts as none.
const WAR_SETTLED: f64 = 1e-12;

/// The firms at war price at `1 − cut` of their best reply; the others reply in full.
fn price_war(
    effort: Effort<'_>,
    market: &Market,
    firms: &[usize],
    cut: f64,
) -> Result<Solution, PricingError> {
    if !(0.0..1.0).contains(&cut) {
        let (market, name) = (market.name.clone(), "the price war".to_owned());
        let (what, allowed) = ("the cut", "in [0, 1)");
        return Err(PricingError::Range { market, what, name, found: cut, allowed });
    }
    let mut at = solve(effort, market)?;
    let mut evaluations = at.evaluations;
    let warring = |market: &Market, j: usize| {
        firms.contains(&market.products[j].firm) && !market.products[j].frozen
    };
    let n = market.products.len();
    let mut prices = at.prices.clone();
    for _ in 0..500 {
        // Each warring firm's best reply to the others' prices, all at once.
        let (mut next, mut arrived) = (prices.clone(), true);
        for &firm in firms {
            let mut game = market.clone();
            for (product, &price) in game.products.iter_mut().zip(&prices) {
                product.frozen = product.frozen || product.firm != firm;
                product.price = price;
            }
            let reply = solve_from(effort, &game, &prices);
            evaluations += reply.evaluations;
            arrived &= reply.converged;
            for j in (0..n).filter(|&j| warring(market, j) && market.products[j].firm == firm) {
                next[j] = (1.0 - cut) * reply.prices[j];
            }
        }
        let mut game = market.clone();
        for j in 0..n {
            game.products[j].price = next[j];
            game.products[j].frozen = game.products[j].frozen || warring(market, j);
        }
        at = solve_from(effort, &game, &next);
        evaluations += at.evaluations;
        let gap = at.prices.iter().zip(&prices).fold(0.0, |most: f64, (a, b)| {
            most.max((a - b).abs() / b.abs().max(f64::MIN_POSITIVE))
        });
        prices.clone_from(&at.prices);
        at.evaluations = evaluations;
        if gap <= WAR_SETTLED && arrived || at.stopped {
            return Ok(at);
        }
    }
    at.converged = false;
    Ok(at)
}

/// Compensating marginal-cost reductions of a merger: at the prices of before, costs that
/// make them optimal under the new ownership.
///
/// # Source
/// Werden (1996), Journal of Industrial Economics 44(4).
fn compensating(
    isa: Isa,
    was: (&Market, &Solution),
    changed: &Market,
    changes: &[Change],
) -> Result<Vec<f64>, PricingError> {
    let mergers = changes.iter().any(|c| matches!(c, Change::Merger { .. }));
    let mut out = vec![0.0; changed.products.len()];
    if !mergers || changed.products.len() != was.0.products.len() {
        return Ok(out);
    }
    let mut merged = was.0.clone();
    merged.ownership = changed.ownership.clone();
    for (product, after) in merged.products.iter_mut().zip(&changed.products) {
        product.firm = after.firm;
    }
    let needed = costs_from_prices(isa, &merged, &was.1.prices)?;
    let now = costs_from_prices(isa, was.0, &was.1.prices)?;
    for (j, product) in was.0.products.iter().enumerate() {
        let fall = now[j] - needed[j];
        let moves = fall.abs() > 1e-12 * now[j].abs().max(was.1.prices[j].abs());
        out[j] = if moves { fall / product.cost } else { 0.0 };
    }
    Ok(out)
}

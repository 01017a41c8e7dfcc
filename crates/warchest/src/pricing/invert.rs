//! From observed shares to utilities, from observed prices to costs.

use super::anderson::Anderson;
use super::conditions::{shares, slopes};
use super::error::PricingError;
use super::market::{Demand, Market};
use crate::numerics::dense;
use crate::numerics::elementary::ln;
use crate::numerics::lanes::Isa;

/// Evaluations of the share inversion before it gives up.
const INVERSION_MAX: u32 = 2000;

/// Adds to the utilities what makes the shares at `prices` equal to `observed`.
///
/// Plain logit, nested logit and CES have the closed form of Berry (1994); mixed logit takes the
/// contraction `δ ← δ + ln s − ln s(δ)` of Berry, Levinsohn and Pakes (1995), Anderson-accelerated,
/// to 1e-14. Without an outside good the mean utility is fixed by the first product's.
///
/// # Errors
/// [`PricingError::Share`] for a share outside (0, 1) or shares that sum to 1 or more beside an
/// outside good; [`PricingError::Inversion`] when the contraction stops early.
pub fn utilities_from_shares(
    isa: Isa,
    market: &mut Market,
    prices: &[f64],
    observed: &[f64],
) -> Result<(), PricingError> {
    check_shares(market, observed)?;
    let mut anderson = Anderson::new(isa, observed.len());
    let mut delta = vec![0.0; observed.len()];
    let mut moved = vec![0.0; observed.len()];
    let mut gap = f64::INFINITY;
    // ∂ln s/∂u grows like 1/(1−ρ) inside a nest: the plain step would overshoot.
    let damp = match market.demand {
        Demand::Nested { rho, .. } => 1.0 - rho,
        _ => 1.0,
    };
    let logs: Vec<f64> = observed.iter().map(|&s| ln(s)).collect();
    for _ in 0..INVERSION_MAX {
        let (share, _) = shares(isa, &market.demand, prices);
        let step: Vec<f64> =
            share.iter().zip(&logs).map(|(&s, log)| damp * (log - ln(s))).collect();
        gap = step.iter().fold(0.0, |most: f64, s| if s.abs() > most { s.abs() } else { most });
        if gap <= 1e-14 || !gap.is_finite() {
            break;
        }
        let before = delta.clone();
        anderson.advance(&mut delta, &step);
        for j in 0..delta.len() {
            moved[j] = delta[j] - before[j];
        }
        market.demand.shift(&moved);
    }
    // The last bits of a share's logarithm are rounding, the more so the smaller it is.
    if gap <= 1e-13 {
        return Ok(());
    }
    Err(PricingError::Inversion { market: market.name.clone(), gap })
}

fn check_shares(market: &Market, observed: &[f64]) -> Result<(), PricingError> {
    let total: f64 = observed.iter().sum();
    let outside = match &market.demand {
        Demand::Logit { outside, .. }
        | Demand::Nested { outside, .. }
        | Demand::Ces { outside, .. } => *outside,
        Demand::Mixed(consumers) => consumers.outside(),
    };
    for (product, &found) in market.products.iter().zip(observed) {
        if !(found > 0.0 && found < 1.0) && (outside || observed.len() > 1) {
            let (market, product) = (market.name.clone(), product.name.clone());
            return Err(PricingError::Share { market, product, found });
        }
    }
    if outside && total >= 1.0 || !outside && (total - 1.0).abs() > 1e-6 {
        let product = "the sum of all products".to_owned();
        return Err(PricingError::Share { market: market.name.clone(), product, found: total });
    }
    Ok(())
}

/// Marginal costs (before tax) at which `prices` are Nash prices under the market's demand,
/// ownership and taxes. Frozen products are treated as chosen too.
///
/// Solves `Σ_k H_jk κ_k ∂q_k/∂p_j m_k = −κ_j q_j` for the margins `m`; then
/// `c_j = κ_j p_j − t_j − κ_j m_j`, with `κ = 1 − τ`.
///
/// # Errors
/// [`PricingError::Singular`].
pub fn costs_from_prices(
    isa: Isa,
    market: &Market,
    prices: &[f64],
) -> Result<Vec<f64>, PricingError> {
    let n = prices.len();
    let found = slopes(isa, &market.demand, prices);
    let groups = market.groups();
    let kept: Vec<f64> = market.products.iter().map(|p| p.kept()).collect();
    let mut matrix = vec![0.0; n * n];
    let mut margin = vec![0.0; n];
    for j in 0..n {
        margin[j] = -kept[j] * found.quantity[j];
        for k in 0..n {
            matrix[j * n + k] = groups.weight(j, k) * kept[k] * found.slope[k * n + j];
        }
    }
    if !dense::solve(n, &mut matrix, &mut margin, 1) {
        return Err(PricingError::Singular { market: market.name.clone() });
    }
    let cost = |j: usize| kept[j] * (prices[j] - margin[j]) - market.products[j].unit_tax;
    Ok((0..n).map(cost).collect())
}

//! Pricing rules as the value `v` of a sale beyond its margin, or as a price given outright.
//!
//! A firm that plays the price game does so on the effective marginal cost
//! `c̃ = c/(1 − τ) + μ − v`; the rules below say what `v` is. All are per lane, in USD.

/// Smallest effective cost, as a share of cost: no rule pays buyers to take more.
pub const LEAST_COST: f64 = 0.05;

/// Effective marginal cost.
///
/// `cost` c, `partner` τ in [0, 1), `shadow` μ of capacity per unit, `value` v of a sale.
/// At least [`LEAST_COST`] of the cost, and positive.
#[inline(always)]
pub fn effective_cost(cost: f64, partner: f64, shadow: f64, value: f64) -> f64 {
    let full = cost / (1.0 - partner) + shadow - value;
    let least = LEAST_COST * cost;
    let held = if full > least { full } else { least };
    if held > 1e-12 { held } else { 1e-12 }
}

/// Penetration: `value` of unit cost while the share is under its target and the runway (in
/// quarters) is not under its least.
#[inline(always)]
pub fn penetration(value: f64, cost: f64, share: [f64; 2], runway: [f64; 2]) -> f64 {
    let [held, target] = share;
    let [left, least] = runway;
    if held < target && left >= least { value * cost } else { 0.0 }
}

/// Harvest: locked-in buyers, the share `1 − theta` who do not choose anew, are charged the last
/// margin again on top; in a steady state the margin is the static one over `theta`, which is
/// what a seller who looks one quarter ahead would take.
#[inline(always)]
pub fn milking(theta: f64, price: f64, cost: f64) -> f64 {
    let margin = price - cost;
    -(1.0 - theta) * if margin > 0.0 { margin } else { 0.0 }
}

/// Value of a sale read from a table over the share held: linear between points, flat outside.
#[inline(always)]
pub fn from_table(points: &[(f64, f64)], share: f64) -> f64 {
    let Some(&(first, value)) = points.first() else { return 0.0 };
    if share <= first {
        return value;
    }
    let mut left = (first, value);
    for &right in points {
        if share <= right.0 {
            let part = (share - left.0) / (right.0 - left.0);
            let part = if right.0 > left.0 { part } else { 1.0 };
            return left.1 + part * (right.1 - left.1);
        }
        left = right;
    }
    left.1
}

/// `p = c (1 + m k)`.
#[inline(always)]
pub fn cost_plus(cost: f64, markup: f64, k: f64) -> f64 {
    cost * (1.0 + markup * k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_linear_between_points_and_flat_outside() {
        let table = [(0.1, 1.0), (0.3, 0.5), (0.5, 0.0)];
        for (share, want) in [(0.0, 1.0), (0.2, 0.75), (0.4, 0.25), (0.9, 0.0)] {
            assert!((from_table(&table, share) - want).abs() < 1e-15);
        }
        assert_eq!(from_table(&[], 0.5), 0.0);
    }

    #[test]
    fn effective_cost_has_a_floor() {
        assert_eq!(effective_cost(1.0, 0.0, 0.0, 0.0), 1.0);
        assert_eq!(effective_cost(1.0, 0.2, 0.5, 0.0), 1.75);
        assert_eq!(effective_cost(1.0, 0.0, 0.0, 5.0), LEAST_COST);
        assert!(effective_cost(0.0, 0.0, 0.0, 0.0) > 0.0);
    }

    #[test]
    fn milking_settles_at_the_margin_over_theta() {
        let (theta, cost, mut price) = (0.25, 1.0, 1.4);
        for _ in 0..200 {
            // A monopolist with a constant static margin of 0.4.
            price = effective_cost(cost, 0.0, 0.0, milking(theta, price, cost)) + 0.4;
        }
        assert!((price - cost - 0.4 / theta).abs() < 1e-9);
    }

    #[test]
    fn penetration_stops_at_its_target_and_when_cash_is_short() {
        assert_eq!(penetration(0.3, 2.0, [0.1, 0.2], [8.0, 4.0]), 0.6);
        assert_eq!(penetration(0.3, 2.0, [0.2, 0.2], [8.0, 4.0]), 0.0);
        assert_eq!(penetration(0.3, 2.0, [0.1, 0.2], [3.0, 4.0]), 0.0);
    }
}

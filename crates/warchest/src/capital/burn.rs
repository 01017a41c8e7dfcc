//! How long cash lasts.

/// Quarters until cash is gone at the present flow; [`LONG`] when it is not falling.
#[inline(always)]
pub fn runway(cash: f64, cash_flow: f64) -> f64 {
    let quarters = cash / -cash_flow;
    if cash_flow < 0.0 { if quarters < LONG { quarters } else { LONG } } else { LONG }
}

/// A runway longer than this is not told from an endless one, in quarters.
pub const LONG: f64 = 400.0;

/// Consecutive quarters of positive cash flow after one more.
#[inline(always)]
pub fn positive_run(before: f64, cash_flow: f64) -> f64 {
    if cash_flow > 0.0 { before + 1.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runway_is_cash_over_burn() {
        assert_eq!(runway(17.5, -8.5), 17.5 / 8.5);
        assert_eq!(runway(1.0, 2.0), LONG);
        assert_eq!(runway(1e30, -1.0), LONG);
        assert!(runway(-1.0, -2.0) < 0.0);
    }
}

//! What is paid for a firm that ends.

/// Price of a firm in distress: the larger of scrap and a share of its last mark, USD.
///
/// `scrap` in shares of annualised `revenue`, `price` in shares of the `mark`.
#[inline(always)]
pub fn acquisition_price(scrap: f64, revenue: f64, price: f64, mark: f64) -> f64 {
    let (a, b) = (scrap * revenue, price * mark);
    let best = if a > b { a } else { b };
    if best > 0.0 { best } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrap_is_a_floor() {
        assert_eq!(acquisition_price(0.5, 100.0, 0.1, 1000.0), 100.0);
        assert_eq!(acquisition_price(0.5, 100.0, 0.01, 1000.0), 50.0);
        assert_eq!(acquisition_price(0.0, 100.0, 0.1, -5.0), 0.0);
    }
}

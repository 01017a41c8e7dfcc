//! What a valuation implies: the revenue growth that justifies it.

use crate::numerics::elementary::powf;

/// The terms under which a valuation is read backwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Required return per year.
    pub discount_rate: f64,
    /// Value / annual revenue at the exit (a margin times a multiple of earnings).
    pub multiple: f64,
    /// Share of the holding lost per year to new investors, in [0, 1).
    pub dilution_per_year: f64,
    /// Years to the exit.
    pub years: f64,
}

/// Revenue growth per year at which a holder of the firm earns exactly the required return.
///
/// `g = [V (1+r)^N (1−δ)^{−N} / (R_0·X)]^{1/N} − 1`, with the value `V` and the annual
/// revenue `R_0` of today in USD and the price-to-sales multiple `X` at the exit. NaN when a
/// term makes no sense (no revenue, no years, dilution of one or more).
///
/// # Source
/// The definition of present value; model.md section 11.
pub fn implied_growth(valuation_usd: f64, revenue_usd: f64, terms: Terms) -> f64 {
    let Terms { discount_rate, multiple, dilution_per_year, years } = terms;
    let sensible = valuation_usd > 0.0
        && revenue_usd > 0.0
        && multiple > 0.0
        && years > 0.0
        && discount_rate > -1.0
        && (0.0..1.0).contains(&dilution_per_year);
    if !sensible {
        return f64::NAN;
    }
    let per_year = powf(valuation_usd / (revenue_usd * multiple), 1.0 / years);
    per_year * (1.0 + discount_rate) / (1.0 - dilution_per_year) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(discount_rate: f64, multiple: f64, dilution_per_year: f64, years: f64) -> Terms {
        Terms { discount_rate, multiple, dilution_per_year, years }
    }

    /// A firm at its exit multiple today must grow at the required return, made up for dilution.
    #[test]
    fn at_the_exit_multiple_growth_is_the_return_over_what_is_kept() {
        let g = implied_growth(300.0, 30.0, terms(0.15, 10.0, 0.0, 7.0));
        assert!((g - 0.15).abs() < 1e-12);
        let g = implied_growth(300.0, 30.0, terms(0.20, 10.0, 0.04, 5.0));
        assert!((g - (1.2 / 0.96 - 1.0)).abs() < 1e-12);
        // Twin: forgetting the dilution is seen.
        assert!((g - 0.20).abs() > 0.04);
    }

    /// One year, by hand: 100 must become 120; at 2 × sales that is 60 of revenue from 10.
    #[test]
    fn one_year_by_hand() {
        let g = implied_growth(100.0, 10.0, terms(0.2, 2.0, 0.0, 1.0));
        assert!((g - 5.0).abs() < 1e-12);
    }

    /// Growing at the implied rate pays exactly the required return.
    #[test]
    fn the_round_trip_pays_the_required_return() {
        let (v, r0) = (61.5e9, 1.4e9);
        for t in [terms(0.1, 6.0, 0.05, 5.0), terms(0.25, 12.0, 0.1, 8.0)] {
            let g = implied_growth(v, r0, t);
            let (mut revenue, mut kept, mut value) = (r0, 1.0, v);
            for _ in 0..t.years as u32 {
                revenue *= 1.0 + g;
                kept *= 1.0 - t.dilution_per_year;
                value *= 1.0 + t.discount_rate;
            }
            assert!((kept * revenue * t.multiple / value - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn senseless_terms_give_no_number() {
        assert!(implied_growth(1.0, 0.0, terms(0.1, 5.0, 0.0, 5.0)).is_nan());
        assert!(implied_growth(1.0, 1.0, terms(0.1, 5.0, 1.0, 5.0)).is_nan());
        assert!(implied_growth(1.0, 1.0, terms(0.1, 5.0, 0.0, 0.0)).is_nan());
    }
}

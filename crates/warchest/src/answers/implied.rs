//! The growth that each firm's valuation implies, beside the growth of the run.

use crate::answers::estimate::{Of, mean, proportion, quantile};
use crate::answers::types::{Estimate, Implied};
use crate::numerics::elementary::powf;
use crate::portfolio::reverse_dcf::{Terms, implied_growth};
use crate::simulate::outcome::{FirmTally, Spread, Tally};
use crate::world::{Dist, Transform, World};

/// One map per firm that has both a mark and revenue at the start.
pub fn answer(world: &World, tally: &Tally) -> Vec<Implied> {
    (0..world.firms.len()).filter_map(|f| of_firm(world, tally, f)).collect()
}

fn of_firm(world: &World, tally: &Tally, f: usize) -> Option<Implied> {
    let firm = &world.firms[f];
    let first = |name: &str| Of::Firm(f).find(tally.quarters.first()?, name);
    let revenue = annualised(first("revenue")?);
    let valuation = match &world.param(firm.valuation) {
        param if matches!(param.dist, Dist::Fixed(_)) => match (&param.dist, param.transform) {
            (Dist::Fixed(value), Transform::Scale(by)) => value * by,
            _ => f64::NAN,
        },
        _ => first("valuation")?.quantile(0.5),
    };
    let report = &world.report;
    if !(valuation > 0.0 && revenue.value > 0.0 && report.implied_years > 0.0) {
        return None;
    }
    let years = report.implied_years;
    let dilutions = vec![0.0, report.dilution_per_year, 2.0 * report.dilution_per_year];
    let at = |discount_rate: f64, multiple: f64, dilution_per_year: f64| {
        let terms = Terms { discount_rate, multiple, dilution_per_year, years };
        let value = implied_growth(valuation, revenue.value, terms);
        // d ln(1 + g) = −d ln R_0 / N
        Estimate { value, se: (1.0 + value) / years * revenue.se / revenue.value }
    };
    let row = |d: f64, r: f64| report.multiples.iter().map(|&x| at(r, x, d)).collect();
    let map = |d: f64| report.discount_rates.iter().map(|&r| row(d, r)).collect();
    let growth: Vec<Vec<Vec<Estimate>>> = dilutions.iter().map(|&d| map(d)).collect();
    let middle = growth.get(1).and_then(|map| map.get(map.len() / 2));
    let middle = middle.and_then(|row| row.get(row.len() / 2)).map_or(f64::NAN, |e| e.value);
    let (simulated, reached) =
        in_the_run(tally.firms.get(f)?, revenue.value, middle, world.clock.quarters);
    Some(Implied {
        firm: firm.name.clone(),
        valuation_usd: valuation,
        revenue,
        years,
        discount_rates: report.discount_rates.clone(),
        multiples: report.multiples.clone(),
        dilutions,
        growth,
        simulated,
        reached,
    })
}

fn annualised(quarter: &Spread) -> Estimate {
    let found = mean(quarter);
    Estimate { value: 4.0 * found.value, se: 4.0 * found.se }
}

/// Median growth per year of the run's revenue, from the first quarter to the middle of the
/// last four, and the probability that it is at least `implied`.
fn in_the_run(
    found: &FirmTally,
    revenue: f64,
    implied: f64,
    quarters: u32,
) -> (Estimate, Estimate) {
    let last = &found.revenue_year;
    let years = (f64::from(quarters) - 2.5) / 4.0;
    if last.count() == 0 || years <= 0.5 {
        return (Estimate::default(), Estimate::default());
    }
    let growth = |end: f64| powf((end / revenue).max(0.0), 1.0 / years) - 1.0;
    let median = quantile(last, 0, 0.5);
    let value = growth(median.value);
    let se = if median.value > 0.0 {
        (1.0 + value) / years * median.se / median.value
    } else {
        f64::NAN
    };
    let hits = last.sketch.count_from(revenue * powf(1.0 + implied, years));
    (Estimate { value, se }, proportion(hits, last.count()))
}

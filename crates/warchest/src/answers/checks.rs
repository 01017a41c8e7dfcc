//! The scenario's `[[check]]` predicates, evaluated on the answers.

use crate::answers::types::{CheckAnswer, Summary};
use crate::world::{Check, Predicate};

/// Whether `check` holds of `summary`. `cash balances` can only hold when paths were audited.
pub fn evaluate(check: &Check, summary: &Summary) -> CheckAnswer {
    let (passed, found) = match &check.predicate {
        Predicate::Survivors { quarter, low, high } => {
            let q = quarter.0 as usize;
            let mean = summary.survivors.mean_by_quarter.get(q).copied();
            within(mean, *low, *high, &format!("mean of {} firms", summary.survivors.of))
        }
        Predicate::Survival { firm, quarter, low, high } => {
            let curve = summary.firms.get(*firm).map(|firm| &firm.independent.value);
            let value = curve.and_then(|value| value.get(quarter.0 as usize)).copied();
            within(value, *low, *high, "P(alive and independent)")
        }
        Predicate::CashBalances => {
            let failures = summary.run.identity_failures;
            let n = summary.run.audited_paths;
            let words = format!("an identity failed in {failures} quarters of {n} audited paths");
            (n > 0 && failures == 0, words)
        }
        Predicate::Converged { share } => {
            let run = &summary.run;
            let found = run.unconverged as f64 / run.price_games.max(1) as f64;
            let words = format!("{} of {} price games did not", run.unconverged, run.price_games);
            (found <= *share, words)
        }
        Predicate::Price { market, quarter, low, high } => {
            let series = summary.markets.get(*market).map(|market| &market.series);
            let fan = series.and_then(|fans| fans.iter().find(|fan| fan.name == "price"));
            let value = fan.and_then(|fan| fan.p50.get(quarter.0 as usize)).copied();
            within(value, *low, *high, "median, USD per unit")
        }
    };
    CheckAnswer { name: check.name.clone(), text: check.text.clone(), passed, found }
}

fn within(value: Option<f64>, low: f64, high: f64, what: &str) -> (bool, String) {
    match value {
        Some(value) if !value.is_nan() => {
            (value >= low && value <= high, format!("{value:.4} ({what})"))
        }
        _ => (false, "the run does not hold this number".to_string()),
    }
}

//! From the summary of a run to what the page shows: names, order, units; no arithmetic beyond
//! adding the quarters of a calendar year.

use super::input::*;
use super::page::Section;
use super::references::References;
use super::svg::{Calendar, number};
use warchest::answers as from;

/// Fans with fewer values than this at a quarter are not drawn there: the 5 % quantile of a
/// dozen paths says nothing.
const FEW: u64 = 20;

/// The page of a summary, with further sections after the limits.
pub fn bind(summary: &from::Summary, appendix: Vec<Section>) -> ReportInput {
    let card = &summary.scenario;
    let reported: Vec<&from::FirmAnswer> = summary.firms.iter().filter(|f| f.reported).collect();
    ReportInput {
        title: card.title.clone(),
        question: card.question.clone(),
        as_of: card.as_of.clone(),
        hindsight: card.hindsight,
        calendar: Calendar {
            first_year: card.first_year,
            first_quarter: card.first_quarter.clamp(1, 4),
        },
        quarters: card.quarters as usize,
        paths: summary.run.paths,
        shadow_paths: summary.run.shadow_paths,
        verdict: Some(summary.verdict.clone()).filter(|words| !words.is_empty()),
        firms: reported.iter().map(|answer| firm(answer)).collect(),
        survivors: estimates(&summary.survivors.at_end),
        mean_survivors: estimate(&summary.survivors.mean),
        prices: summary.prices.iter().map(fan).collect(),
        markets: summary.markets.iter().filter_map(market).collect(),
        drivers: drivers(summary),
        concentration: concentration(summary),
        money: money(summary),
        stresses: summary.stresses.iter().map(|answer| stress(answer, &reported)).collect(),
        implied: summary.implied.iter().map(implied).collect(),
        odds: odds(summary),
        checks: summary.checks.iter().map(check).collect(),
        assumptions: summary.assumptions.iter().map(assumption).collect(),
        references: References::default(),
        limits: summary.limits.clone(),
        appendix,
        card: run_card(summary),
    }
}

fn estimate(found: &from::Estimate) -> Estimate {
    Estimate { value: found.value, error: found.se }
}

fn estimates(found: &[from::Estimate]) -> Vec<Estimate> {
    found.iter().map(estimate).collect()
}

fn curve(found: &from::Curve) -> Vec<Estimate> {
    let error = |t: usize| found.se.get(t).copied().unwrap_or(f64::NAN);
    found.value.iter().enumerate().map(|(t, &value)| Estimate { value, error: error(t) }).collect()
}

fn quantiles(fan: &from::Fan) -> Vec<Quantiles> {
    let at = |column: &[f64], t: usize| column.get(t).copied().unwrap_or(f64::NAN);
    let row = |t: usize| {
        if fan.count.get(t).is_some_and(|&count| count < FEW) {
            return [f64::NAN; 5];
        }
        [&fan.p05, &fan.p25, &fan.p50, &fan.p75, &fan.p95].map(|column| at(column, t))
    };
    (0..fan.p50.len()).map(row).collect()
}

fn fan(found: &from::Fan) -> Fan {
    let name = if found.label.is_empty() { &found.name } else { &found.label };
    Fan { name: name.clone(), unit: found.unit.clone(), rows: quantiles(found) }
}

fn series<'a>(all: &'a [from::Fan], name: &str) -> Option<&'a from::Fan> {
    all.iter().find(|fan| fan.name == name)
}

fn firm(answer: &from::FirmAnswer) -> Firm {
    let rows = |name: &str| series(&answer.series, name).map(quantiles).unwrap_or_default();
    Firm {
        name: answer.name.clone(),
        survival: curve(&answer.independent),
        survival_with_acquired: curve(&answer.including_acquired),
        ends: estimates(&answer.ends),
        cash: rows("cash"),
        share: rows("share"),
        need: answer.capital.as_ref().map(need),
        cash_positive: curve(&answer.cash_positive.incidence),
        cash_positive_median: answer.cash_positive.median_quarter.value,
    }
}

fn need(capital: &from::Capital) -> Need {
    let reached = |k: usize| capital.given_reached.quantiles.get(k).map_or(f64::NAN, |e| e.value);
    Need {
        half: estimate(&capital.half),
        nine_tenths: estimate(&capital.nine_tenths),
        never: estimate(&capital.never),
        reached: if capital.given_reached.count < FEW { f64::NAN } else { reached(3) },
    }
}

fn market(answer: &from::MarketAnswer) -> Option<Fan> {
    let mut price = fan(series(&answer.series, "price")?);
    price.name.clone_from(&answer.name);
    // A free market has no price to draw.
    let paid = !price.unit.contains("advertising") && price.rows.iter().any(|q| q[2] > 0.0);
    paid.then_some(price)
}

/// Indices in all; by region only when there is more than one.
fn concentration(summary: &from::Summary) -> Vec<Fan> {
    let fans = &summary.concentration.fans;
    let regions = fans.iter().filter(|fan| fan.name.starts_with("hhi_spend/")).count();
    let shown = fans.iter().filter(|fan| regions > 1 || !fan.name.contains('/'));
    let named = shown.map(|found| {
        let name = match found.name.split_once('/') {
            None if found.name == "hhi_spend" => "spend, all regions".to_string(),
            None if found.name == "hhi_usage" => "usage, all regions".to_string(),
            Some(("hhi_spend", region)) => format!("spend, {region}"),
            Some(("hhi_usage", region)) => format!("usage, {region}"),
            _ => fan(found).name,
        };
        Fan { name, ..fan(found) }
    });
    named.collect()
}

/// What moves the market from outside: drawn on log scales, so only what stays above zero.
fn drivers(summary: &from::Summary) -> Vec<Fan> {
    let moves = |fan: &Fan| fan.rows.windows(2).any(|pair| pair[0] != pair[1]);
    let positive = |fan: &Fan| fan.rows.iter().all(|q| q[0].is_nan() || q[0] > 0.0);
    ["final_spend", "compute_price", "adopters", "capex"]
        .into_iter()
        .filter_map(|name| series(&summary.common, name).map(fan))
        .filter(|fan| positive(fan) && fan.rows.iter().any(|q| q[2].is_finite()) && moves(fan))
        .collect()
}

fn money(summary: &from::Summary) -> Option<Money> {
    let money = &summary.money;
    let spend = estimate(&money.final_spend.mean);
    if !(spend.value > 0.0) || money.layers.is_empty() {
        return None;
    }
    let earns = |layer: &from::LayerAnswer| layer.value_added.mean.value.abs() > 1e-4 * spend.value;
    let kept: Vec<usize> = (0..money.layers.len()).filter(|&i| earns(&money.layers[i])).collect();
    let card = &summary.scenario;
    let offset = usize::from(card.first_quarter.clamp(1, 4)) - 1;
    let quarters = card.quarters as usize;
    let years = (0..(offset + quarters).div_ceil(4)).map(|k| {
        let from_quarter = (4 * k).saturating_sub(offset);
        let to_quarter = (4 * (k + 1) - offset).min(quarters);
        let sum = |fan: &from::Fan| -> f64 {
            fan.mean.iter().take(to_quarter).skip(from_quarter).filter(|v| v.is_finite()).sum()
        };
        MoneyYear {
            year: card.first_year + k as i32,
            quarters: to_quarter - from_quarter,
            values: kept.iter().filter_map(|&i| money.by_quarter.get(i)).map(sum).collect(),
        }
    });
    Some(Money {
        layers: kept.iter().map(|&i| money.layers[i].name.clone()).collect(),
        total: kept.iter().map(|&i| estimate(&money.layers[i].value_added.mean)).collect(),
        kept: kept.iter().map(|&i| estimate(&money.layers[i].cash_kept.mean)).collect(),
        spend,
        capex: estimate(&money.capex.mean),
        surplus: estimate(&money.consumer_surplus.mean),
        years: if money.by_quarter.len() == money.layers.len() {
            years.collect()
        } else {
            Vec::new()
        },
    })
}

fn stress(answer: &from::StressAnswer, reported: &[&from::FirmAnswer]) -> Stress {
    let of = |firm: &from::FirmAnswer| answer.firms.iter().find(|f| f.name == firm.name);
    let breaking = |found: from::Breaking| match found {
        from::Breaking::Unsettled { low, high } => Breaking::Unsettled {
            low: low.or(answer.sizes.first().copied()).unwrap_or(f64::NAN),
            high: high.or(answer.sizes.last().copied()).unwrap_or(f64::NAN),
            breaks: low.is_some() && high.is_some(),
        },
        from::Breaking::At { size, low, high } => Breaking::At { size, low, high },
        from::Breaking::Already => Breaking::Already,
        from::Breaking::Never => Breaking::Never,
    };
    Stress {
        name: number::capital(&answer.name),
        question: answer.question.clone(),
        size_means: answer.size_means.clone(),
        sizes: answer.sizes.clone(),
        paths: answer.paths,
        survival: reported
            .iter()
            .map(|f| of(f).map(|s| estimates(&s.survival)).unwrap_or_default())
            .collect(),
        breaking: reported
            .iter()
            .map(|f| of(f).map(|s| breaking(s.breaking)).unwrap_or_default())
            .collect(),
    }
}

fn implied(answer: &from::Implied) -> Implied {
    let middle = answer.dilutions.len() / 2;
    let map = answer.growth.get(middle).cloned().unwrap_or_default();
    Implied {
        firm: answer.firm.clone(),
        valuation: answer.valuation_usd,
        revenue: answer.revenue.value,
        years: answer.years,
        dilution: answer.dilutions.get(middle).copied().unwrap_or(0.0),
        rates: answer.discount_rates.clone(),
        multiples: answer.multiples.clone(),
        growth: map.iter().map(|row| row.iter().map(|e| e.value).collect()).collect(),
        simulated: Some(answer.simulated.value).filter(|v| v.is_finite()),
        reached: answer.reached.value,
    }
}

fn odds(summary: &from::Summary) -> Vec<Odds> {
    let mut all = Vec::new();
    let mut add = |group: &str, what: String, found: &from::Estimate| {
        if found.value.is_finite() {
            let probability = estimate(found);
            all.push(Odds { group: group.into(), what, probability });
        }
    };
    let giants = &summary.giants;
    let worth = summary.firms.iter().any(|firm| firm.valuation.mean.value > 0.0);
    let usd = super::svg::Unit::Usd.show(giants.threshold_usd);
    for (k, found) in giants.at_least.iter().enumerate().take(if worth { 4 } else { 0 }) {
        if k > 0 && found.value < 5e-4 {
            break;
        }
        let firms = if k == 0 { "firm is" } else { "firms are" };
        add(
            "giants",
            format!("at least {} {firms} worth {usd} or more at the end", number::word(k + 1)),
            found,
        );
    }
    if giants.outside_north_america.value > 0.0 {
        let what = format!("a firm outside North America is worth {usd} or more at the end");
        add("giants", what, &giants.outside_north_america);
    }
    let never = &summary.concentration.leader_never_changes;
    let changes = from::Estimate { value: 1.0 - never.value, se: never.se };
    if summary.money.final_spend.mean.value > 0.0 {
        add("leader", "the largest seller of the start loses the first rank".into(), &changes);
    }
    for firm in summary.firms.iter().filter(|f| f.reported && f.default.value > 0.0) {
        add(
            "commitments",
            format!("{} cannot pay a take-or-pay commitment", firm.name),
            &firm.default,
        );
    }
    all
}

fn check(answer: &from::CheckAnswer) -> Check {
    Check {
        name: answer.name.clone(),
        text: answer.text.clone(),
        passed: answer.passed,
        found: answer.found.clone(),
    }
}

fn assumption(card: &from::AssumptionCard) -> Assumption {
    Assumption {
        path: card.path.clone(),
        text: card.text.clone(),
        source: card.source.clone(),
        known_at: card.known_at.clone(),
        why: card.why.clone(),
        origin: card.origin.clone(),
    }
}

fn run_card(summary: &from::Summary) -> RunCard {
    let run = &summary.run;
    let count = number::count;
    let mut facts = vec![
        ("version".to_string(), format!("warchest {}", run.version)),
        ("seed".to_string(), run.seed.to_string()),
        ("paths".to_string(), count(run.paths)),
    ];
    let mut add = |name: &str, value: String| facts.push((name.to_string(), value));
    if run.shadow_paths > 0 {
        add("shadow run", format!("{} paths with free funding", count(run.shadow_paths)));
    }
    if run.stress_paths > 0 {
        add("stresses", format!("{} paths at each size", count(run.stress_paths)));
    }
    if !run.scenario_sha256.is_empty() {
        add("scenario, SHA-256", run.scenario_sha256.clone());
    }
    let missed = format!(
        "{} solved, {} did not converge, on {} of the paths",
        count(run.price_games),
        count(run.unconverged),
        count(run.paths_unconverged)
    );
    if run.price_games > 0 {
        add("price games", missed);
    }
    add(
        "identities",
        match (run.audited_paths > 0, run.identity_failures) {
            (false, _) => "not audited in this run (--audit)".into(),
            (true, 0) => format!(
                "hold to the dollar in every quarter of {} audited paths",
                count(run.audited_paths)
            ),
            (true, n) => format!("fail in {} quarters", count(n)),
        },
    );
    RunCard { command: run.command.clone(), facts }
}

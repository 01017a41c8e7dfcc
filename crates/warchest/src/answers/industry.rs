//! Prices, concentration, who gets the money, giants: the market as a whole.

use crate::answers::estimate::{Of, curve, distribution, fan, proportion};
use crate::answers::joint::Joint;
use crate::answers::types::*;
use crate::simulate::outcome::common_figures;
use crate::simulate::outcome::{MARKET_FIGURES, NEVER, PATH_NUMBERS, QuarterTally, Spread, Tally};
use crate::world::{Kernel, World};

/// How many reported firms are alive and independent.
pub fn survivors(world: &World, tally: &Tally) -> Survivors {
    let paths = tally.paths;
    let moments = |counts: &[u64]| {
        let n = paths as f64;
        let sum = |power: fn(f64) -> f64| {
            counts.iter().enumerate().map(|(k, &hits)| power(k as f64) * hits as f64).sum::<f64>()
        };
        let mean = sum(|k| k) / n;
        let variance = (sum(|k| k * k) / n - mean * mean).max(0.0);
        Estimate { value: mean, se: (variance / (n - 1.0)).sqrt() }
    };
    let by_quarter: Vec<Estimate> =
        tally.survivors_by_quarter.iter().map(|counts| moments(counts)).collect();
    Survivors {
        of: world.firms.iter().filter(|firm| firm.reported).count() as u64,
        at_end: tally.survivors.iter().map(|&hits| proportion(hits, paths)).collect(),
        mean: moments(&tally.survivors),
        mean_by_quarter: by_quarter.iter().map(|found| found.value).collect(),
        mean_by_quarter_se: by_quarter.iter().map(|found| found.se).collect(),
    }
}

/// Fans of the figures of the whole market that some quarter holds and `keep` names, in the order
/// of the outcome.
fn chosen(world: &World, tally: &Tally, keep: impl Fn(&str) -> bool) -> Vec<Fan> {
    let held = |k: usize| {
        let found = |quarter: &QuarterTally| quarter.common.get(k).is_some_and(|s| s.count() > 0);
        tally.quarters.iter().any(found)
    };
    let kept = common_figures(world).into_iter().enumerate();
    let kept = kept.filter(|(k, name)| keep(name) && held(*k));
    kept.map(|(k, name)| fan(&tally.quarters, Of::Whole(k), &name)).collect()
}

/// The three price fans.
pub fn prices(world: &World, tally: &Tally) -> Vec<Fan> {
    chosen(world, tally, |name| name.starts_with("price_"))
}

/// What no other answer shows.
pub fn common(world: &World, tally: &Tally) -> Vec<Fan> {
    let elsewhere = ["price_", "hhi_", "value_added_"];
    chosen(world, tally, |name| !elsewhere.iter().any(|start| name.starts_with(start)))
}

/// Markets with their prices and sizes.
pub fn markets(world: &World, tally: &Tally) -> Vec<MarketAnswer> {
    let answer = |(m, market): (usize, &crate::world::Market)| {
        let kernel = &world.segments[market.segment].kernel;
        let fans = MARKET_FIGURES.iter().map(|name| {
            let mut fan = fan(&tally.quarters, Of::Market(m), name);
            match (kernel, *name) {
                (Kernel::Unit { .. }, "price") => fan.unit = "USD/seat/quarter".into(),
                (Kernel::Budget { .. }, "price") => fan.unit = "USD/RT".into(),
                (Kernel::Free { .. }, "price") => {
                    fan.label = "advertising earned".into();
                    fan.unit = "USD of advertising/unit".into();
                }
                _ => {}
            }
            fan
        });
        MarketAnswer {
            name: market.name.clone(),
            segment: world.segments[market.segment].name.clone(),
            region: world.regions[market.region].name.clone(),
            series: if tally.quarters.is_empty() { Vec::new() } else { fans.collect() },
        }
    };
    world.markets.iter().enumerate().map(answer).collect()
}

/// A number of the paths by its name in [`PATH_NUMBERS`], empty when it was not recorded.
fn number<'a>(tally: &'a Tally, name: &str, none: &'a Spread) -> &'a Spread {
    let place = PATH_NUMBERS.iter().position(|known| *known == name);
    place.and_then(|place| tally.path_numbers.get(place)).unwrap_or(none)
}

/// Concentration and the time until rank 1 changes.
pub fn concentration(world: &World, tally: &Tally) -> Concentration {
    let none = Spread::default();
    let change = number(tally, "leader_change", &none);
    let paths = change.count();
    let changed_by = |q: u32| paths - change.sketch.count_from(f64::from(q) + 1.0);
    let counts: Vec<u64> = (0..world.clock.quarters).map(changed_by).collect();
    let half = counts.iter().position(|&n| paths > 0 && 2 * n >= paths);
    let never = change.sketch.count_from(f64::from(NEVER));
    Concentration {
        fans: chosen(world, tally, |name| name.starts_with("hhi_")),
        hhi_spend: distribution(number(tally, "hhi_spend", &none)),
        hhi_usage: distribution(number(tally, "hhi_usage", &none)),
        leader_changed: if paths == 0 { Curve::default() } else { curve(counts, paths) },
        leader_change_median: half.map_or_else(Estimate::default, |q| {
            let se = crate::answers::estimate::quantile(change, 0, 0.5).se;
            Estimate { value: q as f64, se }
        }),
        leader_never_changes: proportion(never, paths),
    }
}

/// Who gets the money.
pub fn money(world: &World, tally: &Tally, joint: &Joint) -> Money {
    let none = Spread::default();
    let share = |key: String| distribution(joint.shares.get(&key).unwrap_or(&none));
    let layer = |name: &&str| LayerAnswer {
        name: name.to_string(),
        value_added: distribution(number(tally, &format!("value_added_{name}"), &none)),
        share_of_sales: share(format!("share_of_sales/{name}")),
        share_of_cash: share(format!("share_of_cash/{name}")),
        cash_kept: share(format!("cash_kept/{name}")),
    };
    Money {
        final_spend: distribution(number(tally, "final_spend", &none)),
        layers: LAYERS.iter().map(layer).collect(),
        capex: distribution(number(tally, "capex", &none)),
        consumer_surplus: distribution(number(tally, "consumer_surplus", &none)),
        consumer_surplus_share: share("surplus_share".to_string()),
        by_quarter: chosen(world, tally, |name| name.starts_with("value_added_")),
    }
}

/// Firms above the scenario's threshold.
pub fn giants(world: &World, tally: &Tally) -> Giants {
    let none = Spread::default();
    let threshold = world.report.giant_usd;
    let count = number(tally, "giants", &none);
    let outside = number(tally, "giants_outside", &none);
    let mut at_least = Vec::new();
    for k in 1..=world.firms.len() {
        let hits = count.sketch.count_from(k as f64);
        if count.count() == 0 || (hits == 0 && k > 3) {
            break;
        }
        at_least.push(proportion(hits, count.count()));
    }
    let firm = |(f, firm): (usize, &crate::world::Firm)| {
        let above = |quarter: &QuarterTally| {
            let marks = Of::Firm(f).find(quarter, "valuation");
            marks.map_or(0, |spread| spread.sketch.count_from(threshold))
        };
        let hits: Vec<u64> = tally.quarters.iter().map(above).collect();
        let some = threshold > 0.0 && hits.iter().any(|&n| n > 0);
        some.then(|| GiantFirm { firm: firm.name.clone(), curve: curve(hits, tally.paths) })
    };
    Giants {
        threshold_usd: threshold,
        at_least,
        outside_north_america: if outside.count() == 0 {
            Estimate::default()
        } else {
            proportion(outside.sketch.count_from(1.0), outside.count())
        },
        by_firm: world.firms.iter().enumerate().filter_map(firm).collect(),
    }
}

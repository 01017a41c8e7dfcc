//! Survival, capital to self-sufficiency, time to cash-positive: one firm.

use crate::answers::estimate::{Of, cumulative, curve, distribution, fan, proportion, quantile};
use crate::answers::types::*;
use crate::answers::{Inputs, JointFirm};
use crate::simulate::outcome::{FIRM_FIGURES, FirmTally};
use crate::world::FirmKind;

/// Names of the causes, in the order of `outcome::Cause`.
const CAUSES: [&str; 4] = ["other", "no round", "funding shut", "commitment"];

/// Everything about firm `f`.
pub fn answer(inputs: &Inputs, f: usize) -> FirmAnswer {
    let (world, tally) = (inputs.world, inputs.tally);
    let (firm, paths) = (&world.firms[f], tally.paths);
    let none = FirmTally::default();
    let found = tally.firms.get(f).unwrap_or(&none);
    let history = History::new(found, firm.entry.is_some(), world.clock.quarters, paths);
    let ended: u64 = found.acquired.iter().sum();
    let joint = inputs.joint.firms.get(f);
    FirmAnswer {
        name: firm.name.clone(),
        kind: kind(firm.kind).to_string(),
        reported: firm.reported,
        survival: proportion(found.alive, paths),
        survival_including_acquired: proportion(found.alive + ended, paths),
        independent: curve(history.independent.iter().copied(), paths),
        including_acquired: curve(history.with_acquired.iter().copied(), paths),
        ends: ends(found, joint, paths),
        causes: causes(found, &history, paths),
        capital: capital(inputs, f),
        cash_positive: cash_positive(found, joint, world.clock.quarters as usize, paths),
        default: proportion(found.defaulted, paths),
        series: if tally.quarters.is_empty() {
            Vec::new()
        } else {
            FIRM_FIGURES.iter().map(|name| fan(&tally.quarters, Of::Firm(f), name)).collect()
        },
        end_cash: distribution(&found.end_cash),
        raised: distribution(&found.raised),
        valuation: distribution(&found.valuation),
        revenue_year: distribution(&found.revenue_year),
        founders_stake: distribution(&found.founders_stake),
    }
}

fn kind(kind: FirmKind) -> &'static str {
    match kind {
        FirmKind::Generalist => "generalist",
        FirmKind::Specialist => "specialist",
        FirmKind::Follower => "follower",
        FirmKind::Host => "host",
        FirmKind::Integrated => "integrated",
    }
}

/// Cumulative counts by quarter.
struct History {
    /// Alive and independent at the end of the quarter.
    independent: Vec<u64>,
    with_acquired: Vec<u64>,
    /// In business when the quarter begins, or entering in it.
    at_risk: Vec<u64>,
}

impl History {
    fn new(found: &FirmTally, enters: bool, quarters: u32, paths: u64) -> History {
        let at = |counts: &[u64], q: usize| counts.get(q).copied().unwrap_or(0);
        let mut alive = if enters { 0 } else { paths };
        let mut acquired = 0;
        let mut out =
            History { independent: Vec::new(), with_acquired: Vec::new(), at_risk: Vec::new() };
        for q in 0..quarters as usize {
            if enters {
                alive += at(&found.entered, q);
            }
            out.at_risk.push(alive);
            alive -= found.exits.iter().map(|counts| at(counts, q)).sum::<u64>().min(alive);
            acquired += at(&found.acquired, q);
            out.independent.push(alive);
            out.with_acquired.push(alive + acquired);
        }
        out
    }
}

fn causes(found: &FirmTally, history: &History, paths: u64) -> Vec<CauseAnswer> {
    let mut out = Vec::new();
    for (exits, cause) in found.exits.iter().zip(CAUSES) {
        let total: u64 = exits.iter().sum();
        if cause == "other" && total == 0 {
            continue;
        }
        let hazard = exits.iter().zip(&history.at_risk).map(|(&n, &of)| n as f64 / of as f64);
        out.push(CauseAnswer {
            cause: cause.to_string(),
            cumulative: curve(cumulative(exits), paths),
            hazard: hazard.collect(),
            at_end: proportion(total, paths),
        });
    }
    out
}

/// The probabilities of [`ENDS`].
fn ends(found: &FirmTally, joint: Option<&JointFirm>, paths: u64) -> Vec<Estimate> {
    let acquired: u64 = found.acquired.iter().sum();
    let by_cause = |cause: usize| -> u64 {
        let liquidated = |joint: &JointFirm| joint.liquidated.get(cause).copied().unwrap_or(0);
        match joint {
            Some(joint) => liquidated(joint),
            None => found.exits.get(cause).map_or(0, |counts| counts.iter().sum()),
        }
    };
    let no_round = by_cause(0) + by_cause(1);
    let ended: u64 = found.exits.iter().flatten().sum();
    let outside = paths - (found.alive + ended).min(paths);
    [
        found.alive - found.listed.min(found.alive),
        found.listed,
        acquired,
        no_round,
        by_cause(2),
        by_cause(3),
        outside,
    ]
    .into_iter()
    .map(|hits| proportion(hits, paths))
    .collect()
}

fn capital(inputs: &Inputs, f: usize) -> Option<Capital> {
    let shadow = inputs.shadow?;
    let found = shadow.firms.get(f)?;
    let never = found.never_self_sufficient;
    if found.need.count() + never == 0 {
        return None;
    }
    Some(Capital {
        half: quantile(&found.need, never, 0.5),
        nine_tenths: quantile(&found.need, never, 0.9),
        never: proportion(never, found.need.count() + never),
        given_reached: distribution(&found.need),
    })
}

fn cash_positive(
    found: &FirmTally,
    joint: Option<&JointFirm>,
    quarters: usize,
    paths: u64,
) -> CashPositive {
    let mut counts = found.cash_positive.clone();
    counts.resize(quarters, 0);
    let reached = cumulative(&counts);
    let total = reached.last().copied().unwrap_or(0);
    let crossing = |hits: f64| {
        let q = reached.iter().position(|&n| n as f64 >= hits)?;
        Some(q as f64)
    };
    let n = paths as f64;
    let half = 0.5 * n;
    let band = (0.25 * n).sqrt();
    let median = match crossing(half) {
        None => Estimate::default(),
        Some(value) => {
            let low = crossing(half - band).unwrap_or(value);
            let high = crossing(half + band).unwrap_or(quarters as f64);
            Estimate { value, se: 0.5 * (high - low) }
        }
    };
    let (ended_first, kaplan_meier) = match joint {
        None => (Curve::default(), Vec::new()),
        Some(joint) => {
            let mut ended = joint.ended_first.clone();
            ended.resize(quarters, 0);
            (curve(cumulative(&ended), paths), kaplan_meier(&counts, &ended, paths))
        }
    };
    CashPositive {
        incidence: curve(reached, paths),
        ended_first,
        kaplan_meier,
        median_quarter: median,
        ever: proportion(total, paths),
    }
}

/// 1 − Π(1 − reached_t / at risk_t): exits leave the risk set without an event.
fn kaplan_meier(reached: &[u64], ended: &[u64], paths: u64) -> Vec<f64> {
    let mut at_risk = paths;
    let mut waiting = 1.0;
    let mut out = Vec::with_capacity(reached.len());
    for (&hits, &lost) in reached.iter().zip(ended) {
        if at_risk > 0 {
            waiting *= 1.0 - hits as f64 / at_risk as f64;
        }
        at_risk -= (hits + lost).min(at_risk);
        out.push(1.0 - waiting);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: ten paths, 2 reach it in the first quarter, 4 of the other 8 end in it, 1 of
    /// the 4 left reaches it in the second: 1 − 8/10 · 3/4 = 0.4.
    #[test]
    fn kaplan_meier_by_hand() {
        let found = kaplan_meier(&[2, 1], &[4, 0], 10);
        assert!((found[0] - 0.2).abs() < 1e-12 && (found[1] - 0.4).abs() < 1e-12);
        // Twin: counting the ended as still waiting gives 0.3.
        assert!((kaplan_meier(&[2, 1], &[0, 0], 10)[1] - 0.3).abs() < 1e-12);
    }

    #[test]
    fn a_firm_that_enters_is_counted_from_its_entry() {
        let found = FirmTally {
            entered: vec![3, 2],
            exits: vec![vec![0, 0], vec![1, 0]],
            acquired: vec![1, 0],
            ..FirmTally::default()
        };
        let history = History::new(&found, true, 2, 10);
        assert_eq!(history.independent, [2, 4]);
        assert_eq!(history.with_acquired, [3, 5]);
        assert_eq!(history.at_risk, [3, 4]);
    }
}

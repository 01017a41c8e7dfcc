//! The verdict in one sentence, and the limits printed with every result.

use crate::answers::types::{Breaking, FirmAnswer, Summary};

/// What no run can hide (model.md section 12).
pub const LIMITS: [&str; 6] = [
    "That a lab survives is mostly an assumption about the funding pool and its mood: the odds \
     of a round rest on a handful of rounds in one boom.",
    "Published price elasticities conflict by an order of magnitude; they are never averaged \
     here, and another choice moves prices and shares.",
    "Marginal cost is not observed from outside; unit costs are assumptions with a source.",
    "Learning by doing in inference has no published estimate: compare a run with the learning \
     exponent at 0 and at 0.25.",
    "The size of a market is not identified before its growth slows down.",
    "Prices may have more than one equilibrium when capacity binds or demand is mixed.",
];

/// The limits, with the run's own: games that did not converge, few paths, no shadow run.
pub fn limits(summary: &Summary, funding: bool) -> Vec<String> {
    let mut out: Vec<String> = LIMITS
        .iter()
        .skip(usize::from(!funding)) // the first is about the funding market
        .map(|limit| limit.to_string())
        .collect();
    let run = &summary.run;
    if run.unconverged > 0 {
        out.insert(
            0,
            format!(
                "{} of {} price games did not converge, on {} of {} paths; their prices are \
                 the last iterate.",
                run.unconverged, run.price_games, run.paths_unconverged, run.paths
            ),
        );
    }
    if run.identity_failures > 0 {
        let n = run.identity_failures;
        out.insert(0, format!("A ledger identity failed in {n} quarters: do not use this run."));
    }
    if run.paths < 1000 {
        let n = run.paths;
        out.push(format!("Only {n} paths: standard errors are large, tails are not resolved."));
    }
    out
}

fn percent(p: f64) -> String {
    let p = 100.0 * p;
    if (0.05..10.0).contains(&p) || (90.0..99.95).contains(&p) {
        format!("{p:.1} %")
    } else {
        format!("{p:.0} %")
    }
}

/// The answer in one sentence.
pub fn verdict(summary: &Summary) -> String {
    let mut firms: Vec<&FirmAnswer> = summary.firms.iter().filter(|firm| firm.reported).collect();
    firms.sort_by(|a, b| b.survival.value.total_cmp(&a.survival.value));
    let by = match summary.scenario.labels.last() {
        Some(label) => format!("By the end of {label}"),
        None => "At the end".to_string(),
    };
    let mut text = match (firms.first(), firms.last()) {
        (Some(only), Some(_)) if firms.len() == 1 => {
            format!("{by}, {} is still independent on {}", only.name, of_paths(only))
        }
        (Some(best), Some(worst)) => format!(
            "{by}, {:.1} of {} firms are still independent on average: {} is the safest ({}), \
             {} the most exposed ({})",
            summary.survivors.mean.value,
            summary.survivors.of,
            best.name,
            percent(best.survival.value),
            worst.name,
            percent(worst.survival.value)
        ),
        _ => format!("{by}, no firm is reported"),
    };
    if let Some(broken) = first_to_break(summary) {
        text += &broken;
    }
    text.push('.');
    text
}

fn of_paths(firm: &FirmAnswer) -> String {
    format!("{} of paths", percent(firm.survival.value))
}

/// The firm that the scenario's first stress breaks at the smallest size.
fn first_to_break(summary: &Summary) -> Option<String> {
    let stress = summary.stresses.first()?;
    let mut least: Option<(&str, f64)> = None;
    for firm in &stress.firms {
        if let Breaking::At { size, .. } = firm.breaking
            && least.is_none_or(|(_, smallest)| size < smallest)
        {
            least = Some((&firm.name, size));
        }
    }
    let name = &stress.name;
    Some(match least {
        Some((firm, size)) => {
            format!("; under {name}, {firm} is the first to break, at a size of {}", percent(size))
        }
        None => format!("; {name} pushes no other firm through even odds"),
    })
}

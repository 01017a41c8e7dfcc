//! The verdict in one sentence, and the limits printed with every result.

use crate::answers::types::{Breaking, FirmAnswer, StressAnswer, Summary};

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

/// What a run without any market cannot hide.
const FLOWS_ONLY: &str = "Nobody buys or sells here: the cash flows are assumptions, and the run says \
                          what follows from them, not whether they are right.";

/// The limits, with the run's own: games that did not converge, few paths, no shadow run.
pub fn limits(summary: &Summary, funding: bool) -> Vec<String> {
    // The first is about the funding market, the others about buyers and what they buy.
    let market = !summary.markets.is_empty();
    let shown = LIMITS.iter().enumerate().filter(|(k, _)| if *k == 0 { funding } else { market });
    let mut out: Vec<String> = shown.map(|(_, limit)| limit.to_string()).collect();
    if out.is_empty() {
        out.push(FLOWS_ONLY.to_string());
    }
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
            "{by}, {:.1} of {} firms are still independent on average{}",
            summary.survivors.mean.value,
            summary.survivors.of,
            extremes(&firms, best, worst)
        ),
        _ => format!("{by}, no firm is reported"),
    };
    if let Some(broken) = first_to_break(summary) {
        text += &broken;
    }
    text.push('.');
    text
}

/// Who is the safest and who the most exposed, where the chances differ as they are printed.
fn extremes(firms: &[&FirmAnswer], best: &FirmAnswer, worst: &FirmAnswer) -> String {
    let like = |one: &FirmAnswer| {
        let names = firms.iter().filter(|firm| firm.survival.value == one.survival.value);
        names.map(|firm| firm.name.clone()).collect::<Vec<_>>()
    };
    let (high, low) = (percent(best.survival.value), percent(worst.survival.value));
    if high == low {
        return format!(", each of them on {high} of paths");
    }
    let (safest, exposed) = (like(best), like(worst));
    let are = if safest.len() > 1 { "are" } else { "is" };
    format!(
        ": {} {are} the safest ({high}), {} the most exposed ({low})",
        list(&safest),
        list(&exposed)
    )
}

fn of_paths(firm: &FirmAnswer) -> String {
    format!("{} of paths", percent(firm.survival.value))
}

/// The firms that the scenario's first stress breaks at the smallest sizes: one when its interval
/// lies below all others, else those that cannot be told apart.
fn first_to_break(summary: &Summary) -> Option<String> {
    let stress = summary.stresses.first()?;
    let name = &stress.name;
    let (settled, open) = points(stress);
    let Some(first) = settled.first() else {
        return Some(match open.as_slice() {
            [] => format!("; “{name}” pushes no other firm through even odds"),
            firms => format!(
                "; under “{name}” these paths do not settle whether and where {} would break",
                list(&firms.iter().map(|point| point.name.to_string()).collect::<Vec<_>>())
            ),
        });
    };
    let near: Vec<&Point<'_>> = settled.iter().filter(|other| other.low <= first.high).collect();
    if near.len() > 1 {
        let shown = near.iter().map(|near| format!("{} ({})", near.name, percent(near.size)));
        let shown = list(&shown.collect::<Vec<_>>());
        return Some(format!("; under “{name}”, {shown} are about equally exposed"));
    }
    let rivals = open.iter().filter(|other| other.low <= first.high);
    let rivals: Vec<String> = rivals.map(|other| other.name.to_string()).collect();
    let (firm, size) = (first.name, percent(first.size));
    Some(match rivals.is_empty() {
        true => format!("; under “{name}”, {firm} is the first to break, at a size of {size}"),
        false => format!(
            "; under “{name}”, {firm} breaks at a size of {size}; whether {} would before is not \
             settled by these paths",
            list(&rivals)
        ),
    })
}

/// A breaking point, its sizes without sign.
struct Point<'a> {
    name: &'a str,
    size: f64,
    low: f64,
    high: f64,
}

/// Breaking points of a stress from the mildest, and those that the run does not settle.
fn points(stress: &StressAnswer) -> (Vec<Point<'_>>, Vec<Point<'_>>) {
    let (mut settled, mut open) = (Vec::new(), Vec::new());
    for firm in &stress.firms {
        let (found, size, low, high) = match firm.breaking {
            Breaking::At { size, low, high } => (&mut settled, size, low, high),
            Breaking::Unsettled { low, high } => {
                let ends = [stress.sizes.first(), stress.sizes.last()].map(|end| end.copied());
                let end = |known: Option<f64>, k: usize| known.or(ends[k]).unwrap_or(0.0);
                (&mut open, f64::NAN, end(low, 0), end(high, 1))
            }
            Breaking::Already | Breaking::Never => continue,
        };
        let (low, high) = (low.abs().min(high.abs()), low.abs().max(high.abs()));
        found.push(Point { name: &firm.name, size, low, high });
    }
    settled.sort_by(|a, b| a.size.abs().total_cmp(&b.size.abs()));
    (settled, open)
}

/// `a`, `a and b`, `a, b and c`; of more than five, the rest as a number.
fn list(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        [first @ .., last] if names.len() <= 5 => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and {} others", names[..4.min(names.len())].join(", "), names.len() - 4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::types::{Estimate, StressFirm};

    fn run(survival: &[(&str, f64)], breaking: &[(&str, Breaking)]) -> Summary {
        let mut summary = Summary::default();
        summary.scenario.labels = vec!["2030Q4".into()];
        summary.survivors.of = survival.len() as u64;
        let mean = survival.iter().map(|(_, value)| value).sum();
        summary.survivors.mean = Estimate { value: mean, se: 0.01 };
        let firm = |(name, value): &(&str, f64)| FirmAnswer {
            name: name.to_string(),
            reported: true,
            survival: Estimate { value: *value, se: 0.01 },
            ..FirmAnswer::default()
        };
        summary.firms = survival.iter().map(firm).collect();
        let firm = |(name, breaking): &(&str, Breaking)| StressFirm {
            name: name.to_string(),
            survival: Vec::new(),
            breaking: *breaking,
        };
        if !breaking.is_empty() {
            summary.stresses = vec![StressAnswer {
                name: "war".into(),
                sizes: vec![0.0, 0.5, 1.0],
                firms: breaking.iter().map(firm).collect(),
                ..StressAnswer::default()
            }];
        }
        summary
    }

    #[test]
    fn equal_chances_have_neither_safest_nor_most_exposed() {
        for (chance, said) in [(0.0, "0 %"), (1.0, "100 %")] {
            let found = verdict(&run(&[("A", chance), ("B", chance)], &[]));
            let mean = 2.0 * chance;
            let wanted = format!(
                "By the end of 2030Q4, {mean:.1} of 2 firms are still independent on average, each \
                 of them on {said} of paths."
            );
            assert_eq!(found, wanted);
        }
        let found = verdict(&run(&[("A", 1.0), ("B", 0.3), ("C", 1.0)], &[]));
        assert!(
            found.contains("A and C are the safest (100 %), B the most exposed (30 %)"),
            "{found}"
        );
        let found = verdict(&run(&[("A", 0.254)], &[]));
        assert_eq!(found, "By the end of 2030Q4, A is still independent on 25 % of paths.");
    }

    #[test]
    fn limits_speak_of_what_there_is() {
        let mut summary = run(&[("A", 0.5)], &[]);
        summary.run.paths = 4_000;
        assert_eq!(limits(&summary, false), vec![FLOWS_ONLY]);
        summary.markets = vec![Default::default()];
        assert_eq!(limits(&summary, false).len(), LIMITS.len() - 1);
        assert_eq!(limits(&summary, true).len(), LIMITS.len());
    }

    #[test]
    fn the_first_to_break_stands_apart_from_the_others() {
        let at = |size: f64, low: f64, high: f64| Breaking::At { size, low, high };
        let say =
            |breaking: &[(&str, Breaking)]| verdict(&run(&[("A", 0.9), ("B", 0.8)], breaking));
        let (early, late) = (at(0.3, 0.2, 0.4), at(0.6, 0.5, 0.7));
        let found = say(&[("A", early), ("B", late)]);
        assert!(
            found.ends_with("; under “war”, A is the first to break, at a size of 30 %."),
            "{found}"
        );
        let found = say(&[("A", at(0.5, 0.38, 0.62)), ("B", early)]);
        assert!(
            found.ends_with("; under “war”, B (30 %) and A (50 %) are about equally exposed."),
            "{found}"
        );
        // A point within an interval of half the range and more is not quoted.
        let open = Breaking::Unsettled { low: None, high: None };
        let found = say(&[("A", open), ("B", late)]);
        assert!(
            found.ends_with(
                "; under “war”, B breaks at a size of 60 %; whether A would before is not \
                             settled by these paths."
            ),
            "{found}"
        );
        let found = say(&[("A", open), ("B", Breaking::Never)]);
        assert!(
            found.ends_with(
                "; under “war” these paths do not settle whether and where A would break."
            ),
            "{found}"
        );
        let found = say(&[("A", Breaking::Never), ("B", Breaking::Already)]);
        assert!(found.ends_with("; “war” pushes no other firm through even odds."), "{found}");
    }
}

//! Scores in the terminal: the verdict first, then every row.

use super::Answer;
use crate::progress::grouped;
use crate::screen::{percent, table, wrapped};
use warchest::answers::score::{Bracket, Event, Figure, NotRecorded, Scores, Totals};

/// One screen, with a final newline.
pub fn render(answer: &Answer) -> String {
    let found = &answer.scores;
    let mut out = format!("{} (as of {})\n", found.title, found.as_of);
    out += &wrapped(&format!("Scored against: {}", answer.outcomes), "");
    if let Some(why) = &found.not_a_forecast {
        out += &wrapped(&format!("NOT A FORECAST: {why}."), "");
    }
    out += "\n";
    out += &verdict(&found.totals);
    if !found.figures.is_empty() {
        out += "\n";
        out += &figures(&found.figures);
    }
    if !found.events.is_empty() {
        out += "\n";
        out += &events(&found.events, found.totals.reference);
    }
    out += "\n";
    out += &not_recorded(&found.not_recorded);
    for limit in &answer.limits {
        out += &wrapped(&format!("! {limit}"), "  ");
    }
    out += &wrapped(&run_line(found), "");
    out
}

fn run_line(found: &Scores) -> String {
    format!("{} paths: {}", grouped(found.paths), found.command)
}

fn verdict(totals: &Totals) -> String {
    let mut out = String::new();
    if totals.figures > 0 {
        let count = |part: f64| (part * totals.figures as f64).round();
        let mut text = format!(
            "Of {} {} {} ({}) lie inside the forecast's 50 % interval and {} ({}) inside its \
             90 % interval.",
            totals.figures,
            if totals.figures == 1 { "figure" } else { "figures" },
            count(totals.inside_50),
            percent(totals.inside_50),
            count(totals.inside_90),
            percent(totals.inside_90)
        );
        if totals.ratios > 0 {
            text += &format!(
                " Its score is {} times that of the naive forecast (geometric mean of {} ratios; \
                 below 1 the model was of use).",
                digits(totals.ratio),
                totals.ratios
            );
        }
        out += &wrapped(&text, "");
    }
    if totals.events > 0 {
        let text = format!(
            "Mean Brier score of {} events: {:.3}; of a constant {}: {:.3}; of \"nothing \
             changes\": {:.3}.",
            totals.events,
            totals.brier,
            percent(totals.reference),
            totals.brier_reference,
            totals.brier_no_change
        );
        out += &wrapped(&text, "");
    }
    if out.is_empty() {
        out = "No row has an answer in the run: nothing is scored.\n".to_string();
    }
    out
}

fn figures(found: &[Figure]) -> String {
    let header =
        ["figure", "when", "actual", "median [5 %, 95 %]", "in", "PIT %", "WIS", "naive", "ratio"]
            .map(String::from);
    let mut out = table(&header, found.iter().map(figure).collect());
    let mut notes = vec![units(found)];
    notes.push(
        "in: the narrower of the 50 and 90 % intervals that holds the actual figure; PIT: share \
         of the forecast below it, in brackets from the least to the most that sources say; WIS: \
         weighted interval score, in the unit of the row; naive: the same of the run's first median \
         held constant, with the spread of the later quarter"
            .into(),
    );
    if found.iter().any(held_by_distance) {
        notes
            .push("*: that spread is in distances from the median, because it crosses zero".into());
    }
    let few: Vec<String> = found
        .iter()
        .filter(|figure| figure.on_paths < 0.995)
        .map(|figure| format!("{} {} {}", figure.item, figure.quarter, percent(figure.on_paths)))
        .collect();
    if !few.is_empty() {
        notes.push(format!("over part of the paths: {}", few.join(", ")));
    }
    out += &wrapped(&notes.join("; "), "");
    out
}

fn held_by_distance(figure: &Figure) -> bool {
    figure.naive.is_some_and(|naive| !naive.relative)
}

fn figure(found: &Figure) -> Vec<String> {
    let [low, _, median, _, high] = found.quantiles;
    let inside = match (found.inside_50, found.inside_90) {
        (true, _) => "50 %",
        (_, true) => "90 %",
        _ => "no",
    };
    let mut share = bracket(found.pit);
    if let Some(range) = found.pit_range {
        share += &format!(" [{}]", bracket(range));
    }
    let star = if held_by_distance(found) { "*" } else { "" };
    let (naive, ratio) = match found.naive {
        Some(naive) => (format!("{}{star}", digits(naive.wis)), digits(naive.ratio)),
        None => ("–".to_string(), "–".to_string()),
    };
    vec![
        found.item.clone(),
        found.quarter.clone(),
        digits(found.value),
        format!("{} [{}, {}]", digits(median), digits(low), digits(high)),
        inside.to_string(),
        share,
        digits(found.wis),
        naive,
        ratio,
    ]
}

/// `93`, `<5`, `25, >95`.
fn bracket(found: Bracket) -> String {
    let whole = |p: f64| format!("{:.0}", 100.0 * p);
    match (found.least, found.most) {
        (0.0, most) if most <= 0.05 => "<5".to_string(),
        (least, 1.0) if least >= 0.95 => ">95".to_string(),
        (least, most) if least == most => whole(least),
        (least, most) => {
            let from = if least == 0.0 { "<5".to_string() } else { whole(least) };
            let to = if most == 1.0 { ">95".to_string() } else { whole(most) };
            format!("{from}, {to}")
        }
    }
}

/// `revenue, levered: GUSD/quarter; valuation: GUSD`.
fn units(found: &[Figure]) -> String {
    let mut units: Vec<(&str, Vec<&str>)> = Vec::new();
    for figure in found {
        let item = figure.item.as_str();
        let word = match item {
            "compute price" => item,
            _ => item.split(' ').next().unwrap_or(item),
        };
        match units.iter_mut().find(|(unit, _)| *unit == figure.unit) {
            None => units.push((&figure.unit, vec![word])),
            Some((_, words)) if !words.contains(&word) => words.push(word),
            Some(_) => {}
        }
    }
    let one = |(unit, words): &(&str, Vec<&str>)| format!("{} in {unit}", words.join(", "));
    units.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn events(found: &[Event], reference: f64) -> String {
    let constant = format!("of {}", percent(reference));
    let header =
        ["event", "quarter", "happened", "probability", "Brier", constant.as_str(), "no change"];
    let row = |event: &Event| {
        vec![
            event.item.clone(),
            event.quarter.clone(),
            if event.happened { "yes" } else { "no" }.to_string(),
            crate::screen::probability(event.probability),
            format!("{:.3}", event.brier),
            format!("{:.3}", event.brier_reference),
            format!("{:.3}", event.brier_no_change),
        ]
    };
    let mut out = table(&header.map(String::from), found.iter().map(row).collect());
    out += &wrapped(
        &format!(
            "alive: in business and independent at the end of the quarter; ± one Monte-Carlo \
             standard error; beside the Brier score those of a constant {} and of \"no change\" \
             (a firm in business stays so)",
            percent(reference)
        ),
        "",
    );
    out
}

/// Every row without an answer, by reason.
fn not_recorded(found: &[NotRecorded]) -> String {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for row in found {
        let text = format!("{} {}", row.item, row.quarter);
        match reasons.iter_mut().find(|(why, _)| *why == row.why) {
            Some((_, rows)) => rows.push(text),
            None => reasons.push((&row.why, vec![text])),
        }
    }
    let line = |(why, rows): &(&str, Vec<String>)| {
        wrapped(&format!("Not scored, {why} ({}): {}.", rows.len(), rows.join("; ")), "  ")
    };
    reasons.iter().map(line).collect()
}

/// Three digits.
fn digits(value: f64) -> String {
    match value.abs() {
        _ if value.is_nan() => "–".to_string(),
        size if size >= 99.95 => format!("{value:.0}"),
        size if size >= 9.995 => format!("{value:.1}"),
        0.0 => "0".to_string(),
        size if size >= 0.9995 => format!("{value:.2}"),
        size if size >= 0.000_5 => format!("{value:.3}"),
        _ => format!("{value:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_digits() {
        let text = |least, most| bracket(Bracket { least, most });
        assert_eq!((text(0.0, 0.05), text(0.95, 1.0)), ("<5".into(), ">95".into()));
        assert_eq!((text(0.93, 0.93), text(0.25, 0.5)), ("93".into(), "25, 50".into()));
        assert_eq!((text(0.0, 1.0), text(0.4, 1.0)), ("<5, >95".into(), "40, >95".into()));
        let shown = [852.0, 10.94, 5.7, -3.7, 0.15, 0.00001, 0.0, f64::NAN].map(digits);
        assert_eq!(shown, ["852", "10.9", "5.70", "-3.70", "0.150", "1.0e-5", "0", "–"]);
    }
}

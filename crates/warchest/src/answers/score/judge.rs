//! The answers of a run beside what happened.

use super::error::ScoreError;
use super::observed::{Item, Observations, Observed, read};
use super::shape::{Event, Figure, Naive, NotRecorded, SCORES_VERSION, Scores, Totals};
use super::{Bracket, REFERENCE, brier, geometric_mean, mean, naive, pit, weighted_interval_score};
use crate::answers::types::{Estimate, Fan, FirmAnswer, ScenarioCard, Summary};
use crate::curves::series::closest;

/// Scores a run against the table `text`, called `name` in messages. A run that may have read
/// what happened is refused unless `hindsight` allows it; then it is marked.
///
/// # Errors
/// Everything that is wrong with the table, or between it and the run.
pub fn judge(
    summary: &Summary,
    name: &str,
    text: &str,
    hindsight: bool,
) -> Result<Scores, Vec<ScoreError>> {
    let (table, mut errors) = read(name, text);
    let not_a_forecast = known(&summary.scenario, &table);
    if let Some(why) = not_a_forecast.clone().filter(|_| !hindsight) {
        errors.push(ScoreError::Hindsight { why });
    }
    let (mut figures, mut events, mut not_recorded) = (Vec::new(), Vec::new(), Vec::new());
    for row in &table.rows {
        match answer(summary, row, &table) {
            Ok(Answer::Figure(figure)) => figures.push(*figure),
            Ok(Answer::Event(event)) => events.push(event),
            Ok(Answer::None(why)) => not_recorded.push(none(row, why)),
            Err(wrong) => errors.extend(wrong),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Scores {
        schema: SCORES_VERSION,
        title: summary.scenario.title.clone(),
        as_of: summary.scenario.as_of.clone(),
        command: summary.run.command.clone(),
        paths: summary.run.paths,
        not_a_forecast,
        totals: totals(&figures, &events, not_recorded.len()),
        figures,
        events,
        not_recorded,
    })
}

/// Why the run may know what happened, if so.
fn known(card: &ScenarioCard, table: &Observations) -> Option<String> {
    if card.hindsight {
        return Some("its scenario says `hindsight = true`".to_string());
    }
    let Some((year, quarter)) = ended(&card.as_of) else {
        return Some(format!("it is as of `{}`, which is no date", card.as_of));
    };
    let over = |row: &&Observed| (row.year, row.quarter) <= (year, quarter);
    let row = table.rows.iter().find(over)?;
    Some(format!("it is as of {}, when {} had ended", card.as_of, label(row)))
}

/// The last quarter that has ended on an ISO date.
fn ended(date: &str) -> Option<(i32, u8)> {
    let mut parts = date.split('-');
    let year: i32 = parts.next()?.parse().ok()?;
    let month: u8 = parts.next()?.parse().ok().filter(|month| (1..=12).contains(month))?;
    let day: u8 = parts.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let quarter = (month - 1) / 3 + 1;
    let last = matches!((month, day), (3 | 12, 31) | (6 | 9, 30));
    Some(match (last, quarter) {
        (true, _) => (year, quarter),
        (false, 1) => (year - 1, 4),
        (false, _) => (year, quarter - 1),
    })
}

fn label(row: &Observed) -> String {
    format!("{}Q{}", row.year, row.quarter)
}

enum Answer {
    Figure(Box<Figure>),
    Event(Event),
    None(String),
}

fn answer(
    summary: &Summary,
    row: &Observed,
    table: &Observations,
) -> Result<Answer, Vec<ScoreError>> {
    let place = place(&summary.scenario, row, table);
    let firm = match &row.item {
        Item::Firm { firm, .. } | Item::Alive { firm } => {
            Some(self::firm(summary, firm, row, table))
        }
        _ => None,
    };
    let (at, firm) = match (place, firm.transpose()) {
        (Ok(at), Ok(firm)) => (at, firm),
        (place, firm) => return Err([place.err(), firm.err()].into_iter().flatten().collect()),
    };
    let nowhere = Fan::default();
    let named = |fans: &'_ [Fan], name: &str| fans.iter().find(|fan| fan.name == name).cloned();
    Ok(match (&row.item, firm) {
        (Item::Alive { .. }, Some(firm)) => event(row, firm, at),
        (Item::Firm { figure, .. }, Some(firm)) => {
            let fan = named(&firm.series, figure).unwrap_or(nowhere);
            self::figure(row, &fan, at, summary.run.paths)
        }
        (Item::ComputePrice, _) => {
            let fan = named(&summary.common, "compute_price").unwrap_or(nowhere);
            self::figure(row, &fan, at, summary.run.paths)
        }
        _ => Answer::None("not recorded by a run".to_string()),
    })
}

/// Number of the row's quarter in the run.
fn place(card: &ScenarioCard, row: &Observed, table: &Observations) -> Result<usize, ScoreError> {
    let same = |label: &String| super::observed::quarter(label) == Some((row.year, row.quarter));
    let end = |label: Option<&String>| label.cloned().unwrap_or_else(|| "no quarter".to_string());
    card.labels.iter().position(same).ok_or_else(|| ScoreError::Quarter {
        found: label(row),
        first: end(card.labels.first()),
        last: end(card.labels.last()),
        at: row.at[1],
        file: table.file.clone(),
    })
}

fn firm<'a>(
    summary: &'a Summary,
    wanted: &str,
    row: &Observed,
    table: &Observations,
) -> Result<&'a FirmAnswer, ScoreError> {
    summary.firms.iter().find(|firm| firm.name == wanted).ok_or_else(|| {
        let names: Vec<&str> = summary.firms.iter().map(|firm| firm.name.as_str()).collect();
        let near = closest(wanted, names.iter().copied());
        ScoreError::Firm {
            found: wanted.to_string(),
            allowed: match near.is_empty() {
                true => format!("it has: {}", names.join(", ")),
                false => format!("did you mean `{near}`?"),
            },
            at: row.at[0],
            file: table.file.clone(),
        }
    })
}

fn none(row: &Observed, why: String) -> NotRecorded {
    NotRecorded {
        item: row.name.clone(),
        quarter: label(row),
        value: row.value,
        unit: row.unit.clone(),
        why,
        line: row.line,
    }
}

/// Quantiles of a quarter in the unit of the row; none unless all are numbers.
fn quantiles(fan: &Fan, at: usize, factor: f64) -> Option<[f64; 5]> {
    let lists = [&fan.p05, &fan.p25, &fan.p50, &fan.p75, &fan.p95];
    let found = lists.map(|list| list.get(at).map_or(f64::NAN, |value| value / factor));
    found.iter().all(|value| value.is_finite()).then_some(found)
}

fn figure(row: &Observed, fan: &Fan, at: usize, paths: u64) -> Answer {
    let Some(quantiles) = quantiles(fan, at, row.factor) else {
        return Answer::None("no path of the run has a figure in that quarter".to_string());
    };
    let wis = weighted_interval_score(&quantiles, row.value);
    let first = fan.p50.first().map_or(f64::NAN, |value| value / row.factor);
    let naive = (at > 0 && first.is_finite()).then(|| {
        let (quantiles, relative) = naive(first, &quantiles);
        let other = weighted_interval_score(&quantiles, row.value);
        let ratio = if other > 0.0 { wis / other } else { f64::NAN };
        Naive { quantiles, relative, wis: other, ratio }
    });
    let inside = |low: usize| quantiles[low] <= row.value && row.value <= quantiles[4 - low];
    let spread = |(low, high): (f64, f64)| Bracket {
        least: pit(&quantiles, low).least,
        most: pit(&quantiles, high).most,
    };
    Answer::Figure(Box::new(Figure {
        item: row.name.clone(),
        quarter: label(row),
        unit: row.unit.clone(),
        value: row.value,
        low: row.range.map(|range| range.0),
        high: row.range.map(|range| range.1),
        quantiles,
        on_paths: fan.count.get(at).map_or(f64::NAN, |count| *count as f64 / paths as f64),
        inside_50: inside(1),
        inside_90: inside(0),
        pit: pit(&quantiles, row.value),
        pit_range: row.range.map(spread),
        wis,
        naive,
        source: row.source.clone(),
        note: row.note.clone(),
        line: row.line,
    }))
}

fn event(row: &Observed, firm: &FirmAnswer, at: usize) -> Answer {
    let curve = &firm.independent;
    let number = |list: &[f64]| list.get(at).copied().unwrap_or(f64::NAN);
    let probability = Estimate { value: number(&curve.value), se: number(&curve.se) };
    if probability.value.is_nan() {
        return Answer::None("the run has no probability in that quarter".to_string());
    }
    let happened = row.value == 1.0;
    Answer::Event(Event {
        item: row.name.clone(),
        quarter: label(row),
        happened,
        probability,
        brier: brier(probability.value, happened),
        brier_reference: brier(REFERENCE, happened),
        brier_no_change: brier(1.0, happened),
        source: row.source.clone(),
        note: row.note.clone(),
        line: row.line,
    })
}

fn totals(figures: &[Figure], events: &[Event], not_recorded: usize) -> Totals {
    let part = |inside: fn(&Figure) -> bool| {
        mean(figures.iter().map(|figure| f64::from(u8::from(inside(figure)))))
    };
    let ratios: Vec<f64> = figures
        .iter()
        .filter_map(|figure| figure.naive.map(|naive| naive.ratio))
        .filter(|ratio| ratio.is_finite())
        .collect();
    Totals {
        figures: figures.len(),
        inside_50: part(|figure| figure.inside_50),
        inside_90: part(|figure| figure.inside_90),
        ratio: geometric_mean(ratios.iter().copied()),
        ratios: ratios.len(),
        events: events.len(),
        brier: mean(events.iter().map(|event| event.brier)),
        reference: REFERENCE,
        brier_reference: mean(events.iter().map(|event| event.brier_reference)),
        brier_no_change: mean(events.iter().map(|event| event.brier_no_change)),
        not_recorded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::types::Curve;
    use miette::Diagnostic;

    const HEAD: &str = "item,quarter,value,low,high,unit,source\n";

    /// One firm for two quarters: revenue 1 to 5 billion, then twice that.
    fn summary() -> Summary {
        let list = |x: f64| vec![x * 1e9, 2.0 * x * 1e9];
        let revenue = Fan {
            name: "revenue".into(),
            count: vec![100, 80],
            p05: list(1.0),
            p25: list(2.0),
            p50: list(3.0),
            p75: list(4.0),
            p95: list(5.0),
            ..Fan::default()
        };
        let firm = FirmAnswer {
            name: "Dear".into(),
            independent: Curve { value: vec![1.0, 0.8], se: vec![0.001, 0.04] },
            series: vec![revenue],
            ..FirmAnswer::default()
        };
        let mut found = Summary { firms: vec![firm], ..Summary::default() };
        found.scenario.as_of = "2025-05-31".into();
        found.scenario.labels = vec!["2025Q3".into(), "2025-Q4".into()];
        found.run.paths = 100;
        found
    }

    fn scored(rows: &str) -> Scores {
        judge(&summary(), "t.csv", &format!("{HEAD}{rows}"), false).expect("sound")
    }

    #[test]
    fn figures_in_the_unit_of_the_row() {
        let found = scored(
            "revenue Dear,2025Q4,8,5,11,GUSD/quarter,s\nrevenue Dear,2025Q3,3e3,,,MUSD/quarter,s\n",
        );
        let [later, first] = &found.figures[..] else { panic!("two figures") };
        assert_eq!(later.quantiles, [2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!((later.on_paths, later.inside_50, later.inside_90), (0.8, true, true));
        assert_eq!(later.pit, Bracket { least: 0.75, most: 0.75 });
        assert_eq!(later.pit_range, Some(Bracket { least: 0.375, most: 1.0 }));
        let naive = later.naive.expect("a later quarter");
        assert_eq!((naive.quantiles, naive.relative), ([1.0, 2.0, 3.0, 4.0, 5.0], true));
        // By hand: 0.4 (0.05·6 + 0.25·4 + 0.5·2 + 0 + 0.05·2) and 0.4 (0.35 + 1.5 + 2.5 + 3 + 2.85).
        assert!((later.wis - 0.96).abs() < 1e-12 && (naive.wis - 4.08).abs() < 1e-12);
        assert!((naive.ratio - 0.96 / 4.08).abs() < 1e-12);
        assert!(first.naive.is_none() && first.quantiles[2] == 3000.0);
        assert_eq!((found.totals.figures, found.totals.ratios), (2, 1));
        assert_eq!((found.totals.inside_50, found.totals.inside_90), (1.0, 1.0));
    }

    #[test]
    fn events_and_what_is_not_recorded() {
        let found = scored(
            "alive Dear,2025-Q4,0,,,alive and independent,s\nprice a Dear,2025Q4,1,,,USD/RT,s\n\
             levered Dear,2025Q4,1,,,GUSD/quarter,s\ncompute price,2025Q4,2,,,USD/H100h,s\n",
        );
        let event = &found.events[0];
        assert_eq!((event.happened, event.probability.se), (false, 0.04));
        assert!((event.brier - 0.64).abs() < 1e-12);
        assert_eq!((event.brier_reference, event.brier_no_change), (0.25, 1.0));
        assert_eq!((found.totals.events, found.totals.not_recorded), (1, 3));
        assert!(found.totals.inside_50.is_nan() && found.totals.ratio.is_nan());
        assert!(found.not_recorded[1].why.starts_with("no path"), "{:?}", found.not_recorded);
    }

    #[test]
    fn what_does_not_fit_is_said_at_once() {
        let rows = "revenue Deer,2031Q4,8,,,GUSD/quarter,s\nalive Nobody else,2025Q4,1,,,x,s\n\
                    alive Nobody,2025Q4,1,,,alive and independent,s\n";
        let errors = judge(&summary(), "t.csv", &format!("{HEAD}{rows}"), false).unwrap_err();
        let codes: Vec<String> =
            errors.iter().map(|e| e.code().map_or_else(String::new, |c| c.to_string())).collect();
        assert_eq!(codes, ["score::unit", "score::quarter", "score::firm", "score::firm"]);
        let help = |k: usize| errors[k].help().expect("help").to_string();
        assert_eq!(
            (help(1), help(2)),
            ("it goes from 2025Q3 to 2025-Q4".into(), "did you mean `Dear`?".into())
        );
        assert_eq!(help(3), "it has: Dear");
    }

    #[test]
    fn who_may_have_looked_is_refused_or_marked() {
        let text = format!("{HEAD}revenue Dear,2025Q4,8,,,GUSD/quarter,s\n");
        let mut late = summary();
        for (as_of, hindsight) in [("2025-05-31", true), ("2025-12-31", false), ("soon", false)] {
            (late.scenario.as_of, late.scenario.hindsight) = (as_of.into(), hindsight);
            let errors = judge(&late, "t.csv", &text, false).unwrap_err();
            assert!(matches!(errors[..], [ScoreError::Hindsight { .. }]), "{as_of}");
            let marked = judge(&late, "t.csv", &text, true).expect("allowed");
            assert!(marked.not_a_forecast.is_some());
        }
        (late.scenario.as_of, late.scenario.hindsight) = ("2025-12-30".into(), false);
        assert!(judge(&late, "t.csv", &text, false).expect("sound").not_a_forecast.is_none());
        assert_eq!((ended("2026-01-31"), ended("2026-09-30")), (Some((2025, 4)), Some((2026, 3))));
        assert_eq!((ended("2026-13-01"), ended("")), (None, None));
    }

    #[test]
    fn an_empty_summary_is_no_reason_to_panic() {
        let text = format!("{HEAD}revenue Dear,2025Q4,8,,,GUSD/quarter,s\n");
        assert!(judge(&Summary::default(), "t.csv", &text, true).is_err());
        let mut bare = summary();
        (bare.firms[0].series, bare.firms[0].independent) = (Vec::new(), Curve::default());
        let text = format!("{text}alive Dear,2025Q4,1,,,alive and independent,s\n");
        let found = judge(&bare, "t.csv", &text, false).expect("rows without an answer");
        assert_eq!(found.not_recorded.len(), 2);
    }
}

//! The pictures of claims: how far off each is, and the series behind some.

use crate::report::page::{Cell, Figure, Size, Table};
use crate::report::svg::frame::Label;
use crate::report::svg::number::axis_labels;
use crate::report::svg::{Calendar, Frame, Hue, Margins, Scale, Svg, Unit, dots, text};
use warchest::claims::{ChartData, ClaimResult, Report};

/// Recomputed over stated for every reading, a row per claim; nothing without factors.
pub fn factors(report: &Report) -> Option<Figure> {
    let has = |claim: &&ClaimResult| claim.readings.iter().any(|r| r.factor.is_some());
    let claims: Vec<&ClaimResult> = report.claims.iter().filter(has).collect();
    if claims.is_empty() {
        return None;
    }
    let mut figure = Figure {
        id: "claims-factors".into(),
        title: "How far the recomputed numbers are from the stated ones".into(),
        subtitle: "Recomputed over stated, log scale; 1 is exactly as said. Full dot: a reading \
                   within the tolerance; ring: one outside; the bar spans the readings."
            .into(),
        source: "The rows of data listed under each claim.".into(),
        table: Table::new(&["claim", "reading", "recomputed / stated", "within tolerance"]),
        ..Figure::default()
    };
    for claim in &claims {
        for reading in &claim.readings {
            let Some(factor) = reading.factor else {
                continue;
            };
            let verdict = match reading.holds {
                Some(true) => "yes",
                Some(false) => "no",
                None => "beside",
            };
            figure.table.rows.push(vec![
                Cell::text(&claim.id),
                Cell::text(&reading.name),
                Cell::Number(factor, Unit::Times),
                Cell::text(verdict),
            ]);
        }
    }
    let claims = &claims;
    figure.draw(|size| vec![factor_chart(claims, size)]);
    Some(figure)
}

fn factor_row(claim: &ClaimResult) -> dots::Row {
    let judged: Vec<(f64, bool)> =
        claim.readings.iter().filter_map(|r| Some((r.factor?, r.holds?))).collect();
    let low = judged.iter().map(|j| j.0).fold(f64::INFINITY, f64::min);
    let high = judged.iter().map(|j| j.0).fold(0.0, f64::max);
    let hue = |holds| if holds { Hue::Good } else { Hue::Bad };
    let mut found: Vec<(f64, Hue, bool)> =
        judged.iter().map(|(factor, holds)| (*factor, hue(*holds), *holds)).collect();
    found.sort_by_key(|dot| dot.2);
    dots::Row {
        name: claim.id.replace('-', " "),
        interval: (judged.len() > 1).then_some((low, high)),
        dots: found,
        note: claim.stated.clone().unwrap_or_default(),
    }
}

fn factor_chart(claims: &[&ClaimResult], size: Size) -> String {
    let top = 40.0;
    let height = top + claims.len() as f64 * dots::ROW + 6.0;
    let title = "Recomputed over stated";
    let description = "A row per claim: most dots sit near one; the start of the training-cost \
                       comparison moves it by a factor of nine.";
    let mut svg = Svg::new(&size.id("claims-factors"), size.width(), height, title, description);
    let (left, right) = if size.narrow() { (112.0, 104.0) } else { (190.0, 190.0) };
    let frame = Frame::new(&svg, Margins::new(top, right, 6.0, left)).x(Scale::log(0.08, 2.0));
    let ticks: &[f64] = if size.narrow() { &[0.1, 0.3, 1.0] } else { &[0.1, 0.2, 0.5, 1.0, 2.0] };
    frame.top_axis(&mut svg, ticks, Unit::Times);
    let one = frame.x.at(1.0);
    svg.line((one, top - 6.0), (one, height - 6.0), "axis", Hue::Ink);
    let rows: Vec<dots::Row> = claims.iter().map(|claim| factor_row(claim)).collect();
    dots::rows(&mut svg, &frame, &rows);
    svg.finish()
}

/// The series behind a claim, when it asks for a picture.
pub fn series(claim: &ClaimResult) -> Option<Figure> {
    let chart = claim.chart.as_ref()?;
    let mut figure = Figure {
        id: format!("chart-{}", claim.id),
        title: chart.title.clone(),
        subtitle: format!("{}{}.", unit_words(chart), if chart.log { ", log scale" } else { "" }),
        source: "Every row of the series, those after the article included.".into(),
        table: Table::new(&["series", "year", "value"]),
        ..Figure::default()
    };
    for (name, points) in &chart.lines {
        for (year, value) in points {
            figure.table.rows.push(vec![
                Cell::text(name),
                Cell::Shown(*year, format!("{year:.2}")),
                Cell::Number(*value, unit(chart)),
            ]);
        }
    }
    figure.draw(|size| vec![line_chart(&claim.id, chart, size)]);
    Some(figure)
}

fn unit(chart: &ChartData) -> Unit {
    if chart.unit.starts_with("USD") { Unit::Usd } else { Unit::Plain }
}

fn unit_words(chart: &ChartData) -> String {
    match chart.unit.as_str() {
        "USD" => "US dollars".into(),
        other => {
            let words = other.replace('_', " ");
            let mut letters = words.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string());
            first.unwrap_or_default() + letters.as_str()
        }
    }
}

/// What distinguishes the names of the lines: the words they do not share.
fn short_names(chart: &ChartData) -> Vec<String> {
    let words: Vec<Vec<&str>> =
        chart.lines.iter().map(|(name, _)| name.split([' ', '_']).collect()).collect();
    let shared = |word: &&str| words.len() > 1 && words.iter().all(|of| of.contains(word));
    let short = words.iter().map(|of| {
        let own: Vec<&str> = of.iter().filter(|word| !shared(word)).copied().collect();
        if own.is_empty() { of.join(" ") } else { own.join(" ") }
    });
    short.collect()
}

fn line_chart(id: &str, chart: &ChartData, size: Size) -> String {
    let (width, height) = (size.width(), if size.narrow() { 190.0 } else { 250.0 });
    let values = || chart.lines.iter().flat_map(|(_, points)| points.iter().map(|p| p.1));
    let years = || chart.lines.iter().flat_map(|(_, points)| points.iter().map(|p| p.0));
    let first = years().fold(f64::INFINITY, f64::min).floor();
    let last = years().fold(f64::NEG_INFINITY, f64::max).ceil();
    let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
    let least = values().fold(f64::INFINITY, f64::min);
    let y = match chart.log {
        true => Scale::log(least * 0.7, high * 1.3),
        false => Scale::linear(low, high).nice(4),
    };
    let mut svg =
        Svg::new(&size.id(&format!("chart-{id}")), width, height, &chart.title, &chart.title);
    let ticks = y.ticks(4);
    let labels = axis_labels(unit(chart), &ticks, y.is_log());
    let left = labels.iter().map(|l| text::width(l, 11.0, false)).fold(0.0, f64::max) + 8.0;
    let names = short_names(chart);
    let right = names.iter().map(|n| text::width(n, 12.0, true)).fold(0.0, f64::max) + 16.0;
    let right = if names.len() > 1 { right.min(width * 0.36) } else { 14.0 };
    let frame = Frame::new(&svg, Margins::new(12.0, right, 22.0, left))
        .x(Scale::quarters(((last - first) * 4.0) as usize))
        .y(y);
    frame.value_axis(&mut svg, &ticks, unit(chart));
    frame.year_axis(&mut svg, Calendar { first_year: first as i32, first_quarter: 1 });
    let hues = [Hue::C1, Hue::C2, Hue::C3, Hue::C4];
    let mut ends = Vec::new();
    for (((_, points), name), hue) in chart.lines.iter().zip(&names).zip(hues) {
        let at: Vec<(f64, f64)> = points.iter().map(|p| ((p.0 - first) * 4.0, p.1)).collect();
        frame.line(&mut svg, hue, "ln", &at);
        for point in &at {
            frame.dot(&mut svg, hue, *point, 3.0);
        }
        if let Some((_, value)) = at.last() {
            ends.push(Label::new(name, *value, hue));
        }
    }
    if names.len() > 1 {
        frame.end_labels(&mut svg, &ends);
    }
    svg.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_what_tells_them_apart() {
        let line = |name: &str| (name.to_string(), vec![(2024.5, 1.0)]);
        let lines = vec![line("Tesla net_income"), line("Tesla free_cash_flow")];
        let chart = ChartData { title: String::new(), log: false, unit: "USD".into(), lines };
        assert_eq!(short_names(&chart), ["net income", "free cash flow"]);
    }
}

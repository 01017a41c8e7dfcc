//! What valuations imply, and the odds of a few statements: giants, commitments, the leader.

use super::input::{Implied, Odds, ReportInput};
use super::page::{Block, Cell, Figure, Section, Size, Table};
use super::survival::source;
use super::svg::heat::{Heat, draw};
use super::svg::number::data;
use super::svg::{Anchor, Frame, Hue, Margins, Scale, Svg, Unit, text};
use super::words;

/// The section on valuations, or nothing.
pub fn valuations(input: &ReportInput) -> Option<Section> {
    if input.implied.is_empty() {
        return None;
    }
    Some(Section {
        id: "valuations".into(),
        topic: "Valuations".into(),
        headline: headline(input),
        text: vec![
            "A valuation implies the growth of revenue that, at a given multiple at the exit, \
             returns the discount rate after dilution. It is arithmetic on the valuation, not a \
             forecast."
                .into(),
        ],
        blocks: vec![Block::Figure(Box::new(implied(input)))],
    })
}

/// Growth in the middle of the grid.
fn middle(implied: &Implied) -> f64 {
    let row = implied.growth.get(implied.growth.len() / 2);
    row.and_then(|row| row.get(row.len() / 2)).copied().unwrap_or(f64::NAN)
}

fn headline(input: &ReportInput) -> String {
    let finite = input.implied.iter().filter(|i| middle(i).is_finite());
    match finite.max_by(|a, b| middle(a).total_cmp(&middle(b))) {
        Some(top) => format!(
            "{} is priced for revenue growth of {} a year for {} years",
            top.firm,
            Unit::Share.show(middle(top)),
            data(top.years)
        ),
        None => "What the valuations imply".into(),
    }
}

fn implied(input: &ReportInput) -> Figure {
    let mut figure = Figure {
        id: "implied".into(),
        title: implied_title(input),
        subtitle: format!(
            "Implied growth of revenue, % per year, by discount rate (rows, per year) and multiple of revenue at the exit \
                   (columns). Darker is more; one scale for all firms. Dilution {} a year.",
            Unit::Share.show(input.implied.first().map_or(0.0, |i| i.dilution))
        ),
        note: notes(input),
        source:
            "Source: valuations and revenues of the scenario at its as-of date; the assumptions \
                 name where each comes from."
                .into(),
        table: Table::new(&[
            "firm",
            "valuation, USD",
            "revenue, USD/year",
            "discount rate",
            "multiple",
            "implied growth per year",
        ]),
        ..Figure::default()
    };
    for firm in &input.implied {
        for (rate, row) in firm.rates.iter().zip(&firm.growth) {
            for (multiple, growth) in firm.multiples.iter().zip(row) {
                figure.table.rows.push(vec![
                    Cell::text(&firm.firm),
                    Cell::Number(firm.valuation, Unit::Usd),
                    Cell::Number(firm.revenue, Unit::Usd),
                    Cell::Number(*rate, Unit::Share),
                    Cell::Number(*multiple, Unit::Times),
                    Cell::Number(*growth, Unit::Share),
                ]);
            }
        }
    }
    let values = || {
        input
            .implied
            .iter()
            .flat_map(|i| i.growth.iter().flatten())
            .copied()
            .filter(|v| v.is_finite())
    };
    let span = (values().fold(f64::INFINITY, f64::min).min(0.0), values().fold(0.0, f64::max));
    figure.draw(|size| {
        let panel = |(i, firm): (usize, &Implied)| heat_panel(firm, i, span, size);
        input.implied.iter().enumerate().map(panel).collect()
    });
    figure
}

/// The middle of each grid in one line.
fn implied_title(input: &ReportInput) -> String {
    let Some(first) = input.implied.first() else {
        return "Implied growth".into();
    };
    let pick = |grid: &[f64]| grid.get(grid.len() / 2).copied().unwrap_or(f64::NAN);
    let mut each: Vec<&Implied> = input.implied.iter().filter(|i| middle(i).is_finite()).collect();
    each.sort_by(|a, b| middle(b).total_cmp(&middle(a)));
    let each = each.iter().map(|i| format!("{} {}", i.firm, Unit::Share.show(middle(i))));
    format!(
        "To return {} a year at {} revenue, sales must grow each year by: {}",
        Unit::Share.show(pick(&first.rates)),
        Unit::Times.show(pick(&first.multiples)),
        each.collect::<Vec<_>>().join(", ")
    )
}

fn notes(input: &ReportInput) -> String {
    let seen: Vec<String> = input
        .implied
        .iter()
        .filter_map(|i| {
            // Revenue of a firm that ended is 0.
            let growth = match i.simulated? {
                lost if lost <= -1.0 => format!("{} none, most paths end it", i.firm),
                growth => format!("{} {}", i.firm, Unit::Share.show(growth)),
            };
            Some(match i.reached.is_finite() {
                true => format!(
                    "{growth} (at least what it is priced for on {} of paths)",
                    Unit::Share.show(i.reached)
                ),
                false => growth,
            })
        })
        .collect();
    match seen.is_empty() {
        true => String::new(),
        false => format!("Median growth per year in the run, for comparison: {}.", seen.join(", ")),
    }
}

fn heat_panel(firm: &Implied, at: usize, span: (f64, f64), size: Size) -> String {
    let width = if size.narrow() { size.width() } else { size.panel(3) };
    let height = 58.0 + firm.rates.len() as f64 * 27.0;
    let description =
        format!("Implied growth {} in the middle of the grid.", Unit::Share.show(middle(firm)));
    let mut svg =
        Svg::new(&size.id(&format!("implied-{at}")), width, height, &firm.firm, &description);
    svg.text(
        (0.0, 12.0),
        Anchor::Start,
        "bd",
        Hue::Ink,
        &text::fit(&firm.firm, 12.0, true, width * 0.45),
    );
    let facts = format!(
        "{} on {} of revenue",
        Unit::Usd.show(firm.valuation),
        Unit::Usd.show(firm.revenue)
    );
    svg.text((width, 12.0), Anchor::End, "mu sm", Hue::Ink, &facts);
    let heat = Heat {
        columns: firm.multiples.iter().map(|m| Unit::Times.show(*m)).collect(),
        rows: firm.rates.iter().map(|r| Unit::Share.show(*r)).collect(),
        values: firm.growth.clone(),
        unit: Unit::Share,
        span,
    };
    let frame = Frame::new(&svg, Margins::new(40.0, 0.0, 14.0, 42.0));
    draw(&mut svg, &frame, &heat, Hue::C5);
    svg.finish()
}

/// The section on odds, or nothing.
pub fn odds(input: &ReportInput) -> Option<Section> {
    if input.odds.is_empty() {
        return None;
    }
    let headline = match input.odds.first() {
        Some(odds) => format!(
            "{}: {}",
            super::svg::number::capital(&odds.what),
            Unit::Share.show(odds.probability.value)
        ),
        None => "The odds".into(),
    };
    Some(Section {
        id: "odds".into(),
        topic: "Giants and odds".into(),
        headline,
        blocks: vec![Block::Figure(Box::new(odds_figure(input)))],
        ..Section::default()
    })
}

fn odds_figure(input: &ReportInput) -> Figure {
    let certain = |o: &&Odds| o.probability.value > 0.5;
    let likely = input.odds.iter().filter(certain).count();
    let mut figure = Figure {
        id: "odds-bars".into(),
        title: format!(
            "{} more likely than not",
            words::of(likely, input.odds.len(), ("this statement", "these", "statements"))
        ),
        subtitle: "Probability, %; whisker: 95 % interval of the simulation error.".into(),
        source: source(input),
        table: Table::new(&["statement", "probability", "standard error, points"]),
        ..Figure::default()
    };
    for odds in &input.odds {
        figure.table.rows.push(vec![
            Cell::text(&odds.what),
            Cell::Number(odds.probability.value, Unit::Share),
            Cell::Shown(
                odds.probability.error,
                data((odds.probability.error * 1e4).round() / 100.0),
            ),
        ]);
    }
    figure.draw(|size| vec![odds_chart(input, size)]);
    figure
}

fn odds_chart(input: &ReportInput, size: Size) -> String {
    let left = if size.narrow() { 170.0 } else { 380.0 };
    let width = if size.narrow() { size.width() } else { 860.0 };
    let lines: Vec<Vec<String>> =
        input.odds.iter().map(|o| text::wrap(&o.what, 12.0, left - 14.0)).collect();
    let tall = |n: usize| 10.0 + 15.0 * n as f64;
    let height = 24.0 + lines.iter().map(|l| tall(l.len())).sum::<f64>() + 4.0;
    let mut svg = Svg::new(&size.id("odds"), width, height, "Odds", "Probabilities of statements.");
    let frame = Frame::new(&svg, Margins::new(22.0, 44.0, 2.0, left)).x(Scale::linear(0.0, 1.0));
    frame.top_axis(&mut svg, &[0.0, 0.25, 0.5, 0.75, 1.0], Unit::Share);
    let mut y = frame.top + 2.0;
    for (odds, lines) in input.odds.iter().zip(&lines) {
        for (k, line) in lines.iter().enumerate() {
            svg.text((0.0, y + 16.5 + 15.0 * k as f64), Anchor::Start, "", Hue::Ink, line);
        }
        let e = odds.probability;
        let middle = y + tall(lines.len()) / 2.0;
        let tip = frame.x.held(e.value);
        svg.rect(frame.left, middle - 6.0, tip - frame.left, 12.0, "ar", Hue::C1);
        let half = if e.error.is_finite() { 1.96 * e.error } else { 0.0 };
        let (from, to) = (frame.x.held(e.value - half), frame.x.held(e.value + half));
        if to - from > 1.0 {
            svg.line((from, middle), (to, middle), "axis", Hue::Ink);
        }
        svg.text(
            (to + 6.0, middle + 4.0),
            Anchor::Start,
            "bd",
            Hue::Ink,
            &Unit::Share.show(e.value),
        );
        y += tall(lines.len());
    }
    svg.finish()
}

//! Who gets the money: what becomes of a hundred dollars, and year by year.

use super::input::{Money, MoneyYear, ReportInput};
use super::page::{Block, Cell, Figure, Section, Size, Table};
use super::survival::source;
use super::svg::bars::{Column, reach, stacked_columns};
use super::svg::labels::spread;
use super::svg::{Anchor, Frame, Hue, Margins, Scale, Svg, Unit, text};
use super::words;

/// Colours by layer.
const HUES: [Hue; 6] = [Hue::C2, Hue::C4, Hue::C1, Hue::C3, Hue::C5, Hue::C6];

/// Name of the row that is no money.
const SURPLUS: &str = "consumer surplus";

/// The section, or nothing when the run does not split the money.
pub fn section(input: &ReportInput) -> Option<Section> {
    let money = input.money.as_ref()?;
    let mut blocks = vec![Block::Figure(Box::new(hundred(input, money)))];
    if money.years.len() > 1 {
        blocks.push(Block::Figure(Box::new(years(input, money))));
    }
    Some(Section {
        id: "money".into(),
        topic: "Who gets the money".into(),
        headline: headline(money),
        text: vec![
            "Value added by layer: what each takes in from its customers less what it pays to the \
             layer before it. The layers sum to what final customers spend. Chips bought by clouds \
             and labs are investment; what stays in cash counts them when they are bought."
                .into(),
        ],
        blocks,
    })
}

fn per_hundred(money: &Money, value: f64) -> f64 {
    value / money.spend.value * 100.0
}

fn headline(money: &Money) -> String {
    let parts = || money.layers.iter().zip(&money.total);
    let most = parts().max_by(|a, b| a.1.value.total_cmp(&b.1.value));
    let loss =
        parts().filter(|(_, e)| e.value < 0.0).map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    let Some((name, most)) = most else {
        return "Who gets the money".into();
    };
    let head = format!(
        "Of every $100 that customers pay, ${:.0} end up with {name}",
        per_hundred(money, most.value)
    );
    match loss.is_empty() {
        true => head,
        false => format!("{head}; {} add less than they cost", words::list(&loss)),
    }
}

fn hundred(input: &ReportInput, money: &Money) -> Figure {
    let mut figure = Figure {
        id: "hundred".into(),
        title: hundred_title(money),
        subtitle: format!(
            "Value added by layer over the whole run, in dollars per $100 of final spend, mean of \
             all paths; below it what stays in cash when chips are counted as they are bought, and \
             consumer surplus on the same scale. Final spend to {}: {}.",
            words::end_of_run(input),
            Unit::Usd.show(money.spend.value)
        ),
        note:
            "Consumer surplus is what customers would have paid beyond what they paid. It rests on \
               the choke price of the demand system; it is not money that anyone receives."
                .into(),
        source: source(input),
        table: Table::new(&[
            "layer",
            "USD over the run",
            "standard error, USD",
            "per $100 of final spend",
            "cash kept per $100",
        ]),
        ..Figure::default()
    };
    let mut row = |name: &str, e: super::input::Estimate, kept: Cell| {
        figure.table.rows.push(vec![
            Cell::text(name),
            Cell::Number(e.value, Unit::Usd),
            Cell::Number(e.error, Unit::Usd),
            Cell::Shown(per_hundred(money, e.value), format!("{:.1}", per_hundred(money, e.value))),
            kept,
        ]);
    };
    for (name, (total, kept)) in money.layers.iter().zip(money.total.iter().zip(&money.kept)) {
        let kept = per_hundred(money, kept.value);
        row(name, *total, Cell::Shown(kept, format!("{kept:.1}")));
    }
    row("final spend", money.spend, Cell::text(""));
    row("consumer surplus", money.surplus, Cell::text(""));
    row("capital expenditure on chips", money.capex, Cell::text(""));
    figure.draw(|size| vec![hundred_chart(money, size)]);
    figure
}

fn hundred_title(money: &Money) -> String {
    let surplus = per_hundred(money, money.surplus.value);
    let capex = per_hundred(money, money.capex.value);
    match (surplus > 100.0, surplus.is_finite() && surplus > 0.0) {
        (true, _) => format!("Customers gain ${surplus:.0} of surplus for every $100 they spend"),
        (_, true) => format!(
            "Customers keep ${surplus:.0} of surplus per $100 spent; ${capex:.0} is spent on chips"
        ),
        _ => format!("For every $100 of sales ${capex:.0} is spent on chips"),
    }
}

/// Bars of one amount each, longest scale shared: layers first, then those whose cash differs from
/// what they add, then what is no part of spend.
fn hundred_chart(money: &Money, size: Size) -> String {
    let pitch = 30.0;
    let mut rows: Vec<(String, f64, Hue)> = money
        .layers
        .iter()
        .zip(&money.total)
        .zip(HUES)
        .map(|((name, e), hue)| (name.clone(), per_hundred(money, e.value), hue))
        .collect();
    rows.retain(|row| row.1.is_finite());
    let mut groups = vec![rows.len()];
    let cash = money.layers.iter().zip(&money.total).zip(&money.kept).zip(HUES);
    for (((name, total), kept), hue) in cash {
        let kept = per_hundred(money, kept.value);
        if kept.is_finite() && (kept - per_hundred(money, total.value)).abs() > 0.5 {
            rows.push((format!("{name}, in cash"), kept, hue));
        }
    }
    groups.push(rows.len());
    if money.surplus.value.is_finite() {
        rows.push((SURPLUS.into(), per_hundred(money, money.surplus.value), Hue::Mute));
    }
    groups.retain(|&end| end < rows.len());
    groups.dedup();
    let above = |i: usize| groups.iter().filter(|&&end| end <= i).count() as f64 * 18.0;
    let height = 8.0 + rows.len() as f64 * pitch + above(rows.len());
    let title = "What becomes of a hundred dollars";
    let mut svg = Svg::new(&size.id("hundred"), size.width(), height, title, &headline(money));
    let low = rows.iter().map(|r| r.1).fold(0.0, f64::min);
    // A bar far longer than all others would crush them: it is cut, and says so.
    let others = rows.iter().filter(|r| r.0 != SURPLUS).map(|r| r.1).fold(1.0, f64::max);
    let high = rows.iter().map(|r| r.1).fold(1.0, f64::max).min(others * 1.6);
    let left = if size.narrow() { 112.0 } else { 170.0 };
    let left = left + if low < 0.0 { 34.0 } else { 0.0 };
    let frame = Frame::new(&svg, Margins::new(8.0, 54.0, 0.0, left)).x(Scale::linear(low, high));
    let zero = frame.x.at(0.0);
    for (i, (name, value, hue)) in rows.iter().enumerate() {
        let y = frame.top + i as f64 * pitch + above(i);
        svg.text((0.0, y + 16.0), Anchor::Start, "", Hue::Ink, name);
        let tip = frame.x.held(*value);
        svg.rect(zero, y, tip - zero, 22.0, "ar", *hue);
        let text = if value.abs() < 9.95 {
            format!("${:.1}", value.abs())
        } else {
            format!("${:.0}", value.abs())
        };
        let text = if *value < 0.0 { format!("−{text}") } else { text };
        if *value > high {
            let beyond = if size.narrow() { "off scale" } else { "beyond this scale" };
            let text = format!("{text}, {beyond}");
            svg.text((tip - 8.0, y + 16.0), Anchor::End, "bd on", Hue::Ink, &text);
            svg.polygon(&[(tip + 9.0, y + 11.0), (tip, y), (tip, y + 22.0)], "ar", *hue);
            continue;
        }
        let (at, anchor) =
            if *value < 0.0 { (tip - 5.0, Anchor::End) } else { (tip + 5.0, Anchor::Start) };
        svg.text((at, y + 16.0), anchor, "bd", Hue::Ink, &text);
    }
    for &end in &groups {
        let split = frame.top + end as f64 * pitch + above(end) - 13.0;
        svg.line((0.0, split), (svg.width, split), "grid", Hue::Rule);
    }
    svg.line((zero, frame.top - 4.0), (zero, height), "axis", Hue::Ink);
    svg.finish()
}

fn years(input: &ReportInput, money: &Money) -> Figure {
    let mut figure = Figure {
        id: "money-years".into(),
        title: years_title(money),
        subtitle: "Value added by layer and calendar year, US dollars, mean of all paths. Losses \
                   stack below zero; ¼, ½, ¾: the part of a year that the run covers."
            .into(),
        source: source(input),
        table: Table::new(&["year", "quarters covered"]),
        ..Figure::default()
    };
    figure.table.columns.extend(money.layers.iter().map(|name| format!("{name}, USD")));
    for year in &money.years {
        let mut row =
            vec![Cell::text(year.year.to_string()), Cell::text(year.quarters.to_string())];
        row.extend(year.values.iter().map(|v| Cell::Number(*v, Unit::Usd)));
        figure.table.rows.push(row);
    }
    figure.draw(|size| vec![years_chart(money, size)]);
    figure
}

fn years_title(money: &Money) -> String {
    let sum = |values: &[f64]| -> f64 { values.iter().filter(|v| v.is_finite()).sum() };
    let mut whole = money.years.iter().filter(|year| year.quarters == 4);
    let (Some(first), Some(last)) = (whole.next(), whole.next_back()) else {
        return "Year by year".into();
    };
    format!(
        "Sales go from {} in {} to {} in {}",
        Unit::Usd.show(sum(&first.values)),
        first.year,
        Unit::Usd.show(sum(&last.values)),
        last.year
    )
}

fn years_chart(money: &Money, size: Size) -> String {
    let height = if size.narrow() { 250.0 } else { 330.0 };
    let title = "Value added by layer and year";
    let mut svg =
        Svg::new(&size.id("money-years"), size.width(), height, title, &years_title(money));
    let columns: Vec<Column> = money
        .years
        .iter()
        .enumerate()
        .map(|(i, year)| Column { span: (i as f64, i as f64 + 1.0), values: year.values.clone() })
        .collect();
    let (low, high) = reach(&columns);
    let y = Scale::linear(low, high).nice(5);
    let ticks = y.ticks(5);
    let left = super::cash::axis_width(&y, &ticks, Unit::Usd);
    let right = money.layers.iter().map(|l| text::width(l, 12.0, false)).fold(0.0, f64::max) + 22.0;
    let frame = Frame::new(&svg, Margins::new(12.0, right, 24.0, left))
        .x(Scale::linear(0.0, columns.len() as f64))
        .y(y);
    frame.value_axis(&mut svg, &ticks, Unit::Usd);
    let gap = if size.narrow() { 5.0 } else { 18.0 };
    stacked_columns(&mut svg, &frame, &columns, &HUES, gap);
    let zero = frame.y.at(0.0);
    svg.line((frame.left, zero), (frame.right, zero), "axis", Hue::Ink);
    for (i, MoneyYear { year, quarters, .. }) in money.years.iter().enumerate() {
        let x = frame.x.at(i as f64 + 0.5);
        let part = ["", "\u{a0}¼", "\u{a0}½", "\u{a0}¾", ""][(*quarters).min(4)];
        let text = match size.narrow() {
            true if money.years.len() > 6 && i % 2 == 1 => String::new(),
            true => format!("’{:02}{part}", year % 100),
            false => format!("{year}{part}"),
        };
        svg.text((x, frame.bottom + 16.0), Anchor::Middle, "mu sm", Hue::Ink, &text);
    }
    layer_labels(&mut svg, &frame, money, gap);
    svg.finish()
}

/// Names of the layers right of the last column, at the middle of their part of it.
fn layer_labels(svg: &mut Svg, frame: &Frame, money: &Money, gap: f64) {
    let Some(last) = money.years.last() else { return };
    let (mut up, mut down) = (0.0, 0.0);
    let mut middles = Vec::new();
    for value in &last.values {
        let side = if *value >= 0.0 { &mut up } else { &mut down };
        middles.push(frame.y.at(*side + value / 2.0));
        *side += value;
    }
    let placed = spread(&middles, 15.0, frame.top, frame.bottom);
    let edge = frame.right - gap / 2.0;
    for (i, (&want, &y)) in middles.iter().zip(&placed).enumerate() {
        let hue = HUES[i % HUES.len()];
        svg.line((edge + 2.0, want), (frame.right + 12.0, y), "ln thin", hue);
        svg.text((frame.right + 15.0, y + 4.0), Anchor::Start, "kt", hue, &money.layers[i]);
    }
}

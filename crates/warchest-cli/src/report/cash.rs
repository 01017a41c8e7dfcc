//! Cash: how it may run, and how much of it makes a firm carry itself.

use super::input::{Firm, Quantiles, ReportInput};
use super::need;
use super::page::{Block, Cell, Figure, Section, Size, Table};
use super::survival::{quarter, source};
use super::svg::number::{axis_labels, word};
use super::svg::{Anchor, Frame, Hue, Margins, Scale, Svg, Unit, text};
use super::words;

/// The section, or nothing when the run holds neither cash nor need.
pub fn section(input: &ReportInput) -> Option<Section> {
    let mut blocks = Vec::new();
    if input.firms.iter().any(|firm| has_values(&firm.cash)) {
        blocks.push(Block::Figure(Box::new(fans(input))));
    }
    if input.firms.iter().any(|firm| firm.need.is_some()) {
        blocks.push(Block::Figure(Box::new(need::capital(input))));
    }
    if input.firms.iter().any(|firm| !firm.cash_positive.is_empty()) {
        blocks.push(Block::Figure(Box::new(need::cash_positive(input))));
    }
    if blocks.is_empty() {
        return None;
    }
    Some(Section {
        id: "cash".into(),
        topic: "Cash".into(),
        headline: need::headline(input),
        blocks,
        ..Section::default()
    })
}

/// Whether a fan has anything to draw.
pub fn has_values(rows: &[Quantiles]) -> bool {
    rows.iter().any(|q| q[2].is_finite())
}

fn fans(input: &ReportInput) -> Figure {
    let order: Vec<usize> =
        words::by_risk(input).into_iter().filter(|&i| has_values(&input.firms[i].cash)).collect();
    let mut figure = Figure {
        id: "cash-fans".into(),
        title: fans_title(input, &order),
        subtitle: "Cash at the end of each quarter, US dollars; each panel has its own scale. \
                   Line: median; dark band: half of the paths; pale band: nine of ten."
            .into(),
        note: "Only paths on which the firm is still alive and independent: a firm that has \
               died no longer pulls the band down, so the fans flatter the frail."
            .into(),
        source: source(input),
        ..Figure::default()
    };
    let names = |i: usize| input.firms[i].name.clone();
    let series: Vec<(String, &[Quantiles])> =
        order.iter().map(|&i| (names(i), input.firms[i].cash.as_slice())).collect();
    figure.table = fan_table(input, &series, Unit::Usd);
    figure.data = Some(fan_data(input, "firm", "cash_usd", &series));
    let order = &order;
    figure.draw(|size| {
        order.iter().map(|&i| fan_panel(input, i, size.panel(order.len()), size)).collect()
    });
    figure
}

fn fans_title(input: &ReportInput, order: &[usize]) -> String {
    let change = |firm: &Firm| -> f64 {
        let mut medians = firm.cash.iter().map(|q| q[2]).filter(|m| m.is_finite());
        match (medians.next(), medians.next_back()) {
            (Some(first), Some(last)) if first > 0.0 => last / first,
            _ => 1.0,
        }
    };
    let count = |wanted: fn(f64) -> bool| {
        order.iter().filter(|&&i| wanted(change(&input.firms[i]))).count()
    };
    let (down, up) = (count(|c| c < 0.98), count(|c| c > 1.02));
    let n = order.len();
    match (down, up) {
        (0, 1) if n == 1 => "On the paths that it survives, the median chest grows".into(),
        (1, 0) if n == 1 => "The chest shrinks, even on the paths that it survives".into(),
        (0, 0) => "Among survivors, the median chest stays as it is".into(),
        (0, up) if up == n => "Among survivors, the median chest grows everywhere".into(),
        (down, _) if down == n => "Every chest shrinks, even among survivors".into(),
        (0, up) => {
            format!("Among survivors, {} of {} chests grow and none shrinks", word(up), word(n))
        }
        (down, _) => format!("Among survivors, {} of {} chests shrink", word(down), word(n)),
    }
}

/// Year-end medians with their 90 % range, one row per calendar year.
pub fn fan_table(input: &ReportInput, series: &[(String, &[Quantiles])], unit: Unit) -> Table {
    let mut table = Table::new(&["end of"]);
    table.columns.extend(series.iter().map(|(name, _)| format!("{name} (5–95 %)")));
    let offset = input.calendar.first_quarter as usize - 1;
    let ends = (0..input.quarters).filter(|t| (t + offset) % 4 == 3 || t + 1 == input.quarters);
    for t in ends {
        let mut row = vec![Cell::text(quarter(input, t))];
        for (_, rows) in series {
            let shown = match rows.get(t) {
                Some(q) if q[2].is_finite() => {
                    let bounds = format!("{} – {}", unit.show(q[0]), unit.show(q[4]));
                    Cell::Shown(q[2], format!("{} ({bounds})", unit.show(q[2])))
                }
                _ => Cell::Shown(f64::NAN, "–".into()),
            };
            row.push(shown);
        }
        table.rows.push(row);
    }
    table
}

/// All quantiles of all quarters, one row each.
pub fn fan_data(
    input: &ReportInput,
    key: &str,
    value: &str,
    series: &[(String, &[Quantiles])],
) -> Table {
    let mut table = Table::new(&[key, "quarter"]);
    table.columns.extend(["q05", "q25", "q50", "q75", "q95"].map(|q| format!("{value}_{q}")));
    for (name, rows) in series {
        for (t, q) in rows.iter().enumerate().filter(|(_, q)| q[2].is_finite()) {
            let at = quarter(input, t).replace('\u{a0}', " ");
            let mut row = vec![Cell::text(name), Cell::text(at)];
            row.extend(q.iter().map(|v| Cell::Number(*v, Unit::Plain)));
            table.rows.push(row);
        }
    }
    table
}

/// Rows for [`Frame::fan`]: quarter `t` sits at its end, `t + 1`.
pub fn fan_rows(rows: &[Quantiles]) -> Vec<(f64, Quantiles)> {
    rows.iter().enumerate().map(|(t, q)| (t as f64 + 1.0, *q)).collect()
}

/// What a pointer reads over a fan.
pub fn fan_tips(input: &ReportInput, rows: &[Quantiles], unit: Unit) -> Vec<String> {
    let tip = |t: usize| match rows.get(t) {
        Some(q) if q[2].is_finite() => {
            format!("{} ({} – {})", unit.show(q[2]), unit.show(q[0]), unit.show(q[4]))
        }
        _ => "–".into(),
    };
    (0..input.quarters).map(tip).collect()
}

fn fan_panel(input: &ReportInput, at: usize, width: f64, size: Size) -> String {
    let (firm, height) = (&input.firms[at], if size.narrow() { 132.0 } else { 176.0 });
    let finite = || firm.cash.iter().filter(|q| q[2].is_finite());
    let high = finite().map(|q| q[4]).fold(0.0, f64::max);
    let low = finite().map(|q| q[0]).fold(0.0, f64::min);
    let last = finite().next_back().map_or(f64::NAN, |q| q[2]);
    let id = size.id(&format!("cash-{at}"));
    let description = format!("Median cash of {} ends at {}.", firm.name, Unit::Usd.show(last));
    let mut svg = Svg::new(&id, width, height, &firm.name, &description);
    svg.text(
        (0.0, 12.0),
        Anchor::Start,
        "bd",
        Hue::Ink,
        &text::fit(&firm.name, 12.0, true, width - 4.0),
    );
    let y = Scale::linear(low, high).nice(3);
    let ticks = y.ticks(3);
    let left = axis_width(&y, &ticks, Unit::Usd);
    let frame = Frame::new(&svg, Margins::new(26.0, 10.0, 22.0, left))
        .x(Scale::quarters(input.quarters))
        .y(y);
    frame.value_axis(&mut svg, &ticks, Unit::Usd);
    frame.year_axis(&mut svg, input.calendar);
    let hue = if words::end_survival(firm) < 0.5 { Hue::Bad } else { Hue::C1 };
    frame.fan(&mut svg, hue, &fan_rows(&firm.cash));
    svg.read_out(&frame, input.calendar, fan_tips(input, &firm.cash, Unit::Usd));
    svg.finish()
}

/// Room that the numbers of a vertical axis need.
pub fn axis_width(scale: &Scale, ticks: &[f64], unit: Unit) -> f64 {
    let labels = axis_labels(unit, ticks, scale.is_log());
    let widths = labels.iter().map(|label| text::width(label, 11.0, false));
    widths.fold(0.0, f64::max) + 8.0
}

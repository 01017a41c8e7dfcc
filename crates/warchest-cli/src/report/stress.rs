//! Where each firm breaks: survival against the size of a shock.

use super::input::{Breaking, Estimate, ReportInput, Stress};
use super::page::{Block, Cell, Figure, Section, Size, Table};
use super::survival::stress_source;
use super::svg::labels::spread;
use super::svg::number::word;
use super::svg::{Anchor, Frame, Hue, Margins, Scale, Svg, Unit, text};
use super::words;

/// The section, or nothing when the scenario has no stress.
pub fn section(input: &ReportInput) -> Option<Section> {
    if input.stresses.is_empty() {
        return None;
    }
    let asked = |stress: &Stress| match stress.question.is_empty() {
        true => stress.name.clone(),
        false => format!("{}: {}", stress.name, stress.question),
    };
    let blocks = vec![
        Block::List(input.stresses.iter().map(asked).collect()),
        Block::Figure(Box::new(overview(input))),
        Block::Figure(Box::new(curves(input))),
    ];
    Some(Section {
        id: "breaking".into(),
        topic: "Breaking points".into(),
        headline: headline(input),
        text: vec![
            "Each stress is one shock at growing sizes, with the same random draws at every size. \
             A firm breaks at the size at which its chance of survival falls through 50 %."
                .into(),
        ],
        blocks,
    })
}

fn headline(input: &ReportInput) -> String {
    let breaks = |stress: &Stress| stress.breaking.iter().filter(|b| crosses(b)).count();
    let worst = input.stresses.iter().max_by_key(|stress| breaks(stress));
    match worst {
        Some(stress) if breaks(stress) > 0 => words::stress(stress, &input.firms),
        _ => "No stress breaks a firm that would otherwise have held".into(),
    }
}

fn breaking_text(breaking: &Breaking) -> String {
    match breaking {
        Breaking::Unsettled { .. } => "not settled by these paths".into(),
        Breaking::At { size, .. } => Unit::Share.show(*size),
        Breaking::Already => "below 50 % already".into(),
        Breaking::Never => "holds".into(),
    }
}

/// Rows of firms, one block of columns by stress: the whole answer in one picture.
fn overview(input: &ReportInput) -> Figure {
    let mut figure = Figure {
        id: "breaking-points".into(),
        title: overview_title(input),
        subtitle: "Size of the shock at which survival falls through 50 %. Dot: breaking point; bar: its 95 % interval. Each column runs from no shock to \
                   the largest size tried."
            .into(),
        note:
            "An arrow: the firm holds at every size tried. A cross: it is below even odds before \
               any shock. A bar without dot: these paths do not settle whether and where the firm \
               breaks."
                .into(),
        source: stress_source(input),
        table: Table::new(&["stress", "firm", "breaking point", "95 % from", "to"]),
        ..Figure::default()
    };
    for stress in &input.stresses {
        for (breaking, firm) in stress.breaking.iter().zip(&input.firms) {
            let (size, low, high) = match *breaking {
                Breaking::At { size, low, high } => (size, low, high),
                Breaking::Unsettled { low, high, .. } => (f64::NAN, low, high),
                _ => (f64::NAN, f64::NAN, f64::NAN),
            };
            let shown = Cell::Shown(size, breaking_text(breaking));
            let bounds = [low, high].map(|v| Cell::Number(v, Unit::Share));
            let [low, high] = bounds;
            figure.table.rows.push(vec![
                Cell::text(&stress.name),
                Cell::text(&firm.name),
                shown,
                low,
                high,
            ]);
        }
    }
    figure.draw(|size| match size {
        Size::Wide => vec![grid(input, size)],
        Size::Narrow => (0..input.stresses.len()).map(|i| column_alone(input, i)).collect(),
    });
    figure
}

fn overview_title(input: &ReportInput) -> String {
    let breaks = |stress: &Stress| stress.breaking.iter().filter(|b| crosses(b)).count();
    let firms = |n: usize| format!("{} {}", word(n), if n == 1 { "firm" } else { "firms" });
    let most = input.stresses.iter().rev().max_by_key(|stress| breaks(stress));
    let least = input.stresses.iter().min_by_key(|stress| breaks(stress));
    match (most, least) {
        (Some(most), _) if breaks(most) == 0 => "No shock breaks a firm".into(),
        (Some(most), Some(least)) if breaks(most) > breaks(least) => format!(
            "{} breaks {}, {} {}",
            most.name,
            firms(breaks(most)),
            least.name.to_lowercase(),
            if breaks(least) == 0 { "none".into() } else { word(breaks(least)) }
        ),
        (Some(most), _) => format!("{} breaks {}", most.name, firms(breaks(most))),
        _ => "Breaking points".into(),
    }
}

const PITCH: f64 = 24.0;

fn grid(input: &ReportInput, size: Size) -> String {
    let order = words::by_risk(input);
    let (left, gap, top) = (150.0, 26.0, 58.0);
    let height = top + order.len() as f64 * PITCH + 8.0;
    let n = input.stresses.len() as f64;
    let width = (size.width() - left - (n - 1.0) * gap) / n;
    let description = headline(input);
    let mut svg =
        Svg::new(&size.id("breaking"), size.width(), height, "Breaking points", &description);
    for (row, &i) in order.iter().enumerate() {
        let y = top + (row as f64 + 0.5) * PITCH;
        svg.text(
            (0.0, y + 4.0),
            Anchor::Start,
            "",
            Hue::Ink,
            &text::fit(&input.firms[i].name, 12.0, false, left - 10.0),
        );
        svg.line((0.0, y + PITCH / 2.0), (size.width(), y + PITCH / 2.0), "grid", Hue::Rule);
    }
    for (k, stress) in input.stresses.iter().enumerate() {
        let x = left + k as f64 * (width + gap);
        let frame = Frame::within(x, top, x + width, height - 8.0);
        column(&mut svg, &frame, stress, &order);
    }
    svg.finish()
}

fn column_alone(input: &ReportInput, at: usize) -> String {
    let order = words::by_risk(input);
    let stress = &input.stresses[at];
    let (left, top) = (104.0, 52.0);
    let height = top + order.len() as f64 * PITCH + 8.0;
    let width = Size::Narrow.width();
    let description = words::stress(stress, &input.firms);
    let id = Size::Narrow.id(&format!("breaking-{at}"));
    let mut svg = Svg::new(&id, width, height, &stress.name, &description);
    for (row, &i) in order.iter().enumerate() {
        let y = top + (row as f64 + 0.5) * PITCH;
        svg.text(
            (0.0, y + 4.0),
            Anchor::Start,
            "",
            Hue::Ink,
            &text::fit(&input.firms[i].name, 12.0, false, left - 8.0),
        );
        svg.line((0.0, y + PITCH / 2.0), (width, y + PITCH / 2.0), "grid", Hue::Rule);
    }
    let frame = Frame::within(left, top, width - 12.0, height - 8.0);
    column(&mut svg, &frame, stress, &order);
    svg.finish()
}

fn column(svg: &mut Svg, frame: &Frame, stress: &Stress, order: &[usize]) {
    let span = frame.right - frame.left;
    let name = text::wrap(&stress.name, 12.0, span);
    let first = frame.top - 24.0 - 14.0 * (name.len() as f64 - 1.0);
    for (i, line) in name.iter().enumerate() {
        svg.text((frame.left, first + 14.0 * i as f64), Anchor::Start, "bd", Hue::Ink, line);
    }
    let (low, high) =
        (stress.sizes.first().copied().unwrap_or(0.0), stress.sizes.last().copied().unwrap_or(1.0));
    let frame = frame.x(Scale::linear(low.min(0.0), high));
    let every = frame.x.ticks(3);
    frame.top_axis(svg, &every, Unit::Share);
    for (row, &i) in order.iter().enumerate() {
        let y = frame.top + (row as f64 + 0.5) * PITCH;
        match stress.breaking.get(i) {
            Some(Breaking::At { size, low, high }) => {
                let (from, to) = (frame.x.held(*low), frame.x.held(*high));
                svg.rect(from, y - 3.0, (to - from).max(1.0), 6.0, "ar o2", Hue::Bad);
                svg.circle((frame.x.held(*size), y), 4.0, "ar", Hue::Bad);
                // Beside the bar, on the side where there is room, else above it.
                let text = Unit::Share.show(*size);
                let wide = text::width(&text, 11.0, false) + 10.0;
                let (at, anchor) = if frame.right - to > wide {
                    ((to + 7.0, y + 4.0), Anchor::Start)
                } else if from - frame.left > wide {
                    ((from - 7.0, y + 4.0), Anchor::End)
                } else {
                    let least = frame.left + 0.5 * wide;
                    let middle = frame.x.held(*size).max(least).min(frame.right - 0.5 * wide);
                    ((middle, y - 5.5), Anchor::Middle)
                };
                svg.text(at, anchor, "sm halo", Hue::Ink, &text);
            }
            Some(Breaking::Unsettled { low, high, .. }) => {
                let (from, to) = (frame.x.held(*low), frame.x.held(*high));
                svg.rect(from, y - 3.0, to - from, 6.0, "ar o2", Hue::Mute);
                let middle = (0.5 * (from + to), y + 4.0);
                svg.text(middle, Anchor::Middle, "sm halo", Hue::Ink, "not settled");
            }
            Some(Breaking::Already) => {
                let x = frame.left + 4.0;
                for (a, b) in [(-3.5, 3.5), (3.5, -3.5)] {
                    svg.line((x - 3.5, y + a), (x + 3.5, y + b), "ln", Hue::Mute);
                }
            }
            Some(Breaking::Never) => {
                svg.line((frame.left, y), (frame.right - 2.0, y), "ln thin", Hue::Rule);
                let tip = frame.right + 2.0;
                svg.polygon(
                    &[(tip, y), (tip - 7.0, y - 4.0), (tip - 7.0, y + 4.0)],
                    "ar",
                    Hue::Mute,
                );
            }
            None => {}
        }
    }
}

fn curves(input: &ReportInput) -> Figure {
    let mut figure = Figure {
        id: "stress-curves".into(),
        title: curves_title(input),
        subtitle: format!(
            "Probability of being alive and independent at {}, %, against the size of the shock. \
             In red: firms that cross even odds, with a dot where they do if these paths settle it; \
             in grey: the others.",
            words::end_of_run(input)
        ),
        source: stress_source(input),
        table: Table::new(&["stress", "size"]),
        data: Some(Table::new(&["stress", "size", "firm", "alive_independent", "standard_error"])),
        ..Figure::default()
    };
    figure.table.columns.extend(input.firms.iter().map(|firm| firm.name.clone()));
    for stress in &input.stresses {
        for (k, size) in stress.sizes.iter().enumerate() {
            let at = |s: &Vec<Estimate>| s.get(k).copied().unwrap_or(NOTHING);
            let mut row = vec![Cell::text(&stress.name), Cell::Number(*size, Unit::Share)];
            row.extend(stress.survival.iter().map(|s| Cell::Number(at(s).value, Unit::Share)));
            figure.table.rows.push(row);
            for (firm, s) in input.firms.iter().zip(&stress.survival) {
                let numbers = [at(s).value, at(s).error].map(|v| Cell::Number(v, Unit::Share));
                let [value, error] = numbers;
                let words = (
                    Cell::text(&stress.name),
                    Cell::Number(*size, Unit::Share),
                    Cell::text(&firm.name),
                );
                let row = vec![words.0, words.1, words.2, value, error];
                figure.data.as_mut().expect("set above").rows.push(row);
            }
        }
    }
    figure.draw(|size| {
        let panel = |(i, stress): (usize, &Stress)| curve_chart(input, stress, i, size);
        input.stresses.iter().enumerate().map(panel).collect()
    });
    figure
}

/// Whether survival falls through 50 % within the sizes, wherever that is.
fn crosses(breaking: &Breaking) -> bool {
    matches!(breaking, Breaking::At { .. } | Breaking::Unsettled { breaks: true, .. })
}

/// No estimate.
const NOTHING: Estimate = Estimate { value: f64::NAN, error: f64::NAN };

fn curves_title(input: &ReportInput) -> String {
    let all = |firm: usize, holds: &dyn Fn(&Breaking) -> bool| {
        input.stresses.iter().filter_map(|stress| stress.breaking.get(firm)).all(holds)
    };
    let never: Vec<&str> = (0..input.firms.len())
        .filter(|&i| all(i, &|found| matches!(found, Breaking::Never)))
        .map(|i| input.firms[i].name.as_str())
        .collect();
    match never.len() {
        0 if (0..input.firms.len()).any(|i| all(i, &|found| !crosses(found))) => {
            "No firm surely holds through every shock".into()
        }
        0 => "Every firm can be broken by one shock or another".into(),
        n if n == input.firms.len() => "No firm is broken by any of these shocks".into(),
        1 => format!("Only {} surely holds through every shock", never[0]),
        _ => format!("{} hold through every shock", words::list(&never)),
    }
}

fn curve_chart(input: &ReportInput, stress: &Stress, at: usize, size: Size) -> String {
    let width = if size.narrow() { size.width() } else { size.panel(3) };
    let height = if size.narrow() { 290.0 } else { 300.0 };
    let finding = words::stress(stress, &input.firms);
    let id = size.id(&format!("stress-{at}"));
    let mut svg = Svg::new(&id, width, height, &stress.name, &finding);
    svg.text(
        (0.0, 12.0),
        Anchor::Start,
        "bd",
        Hue::Ink,
        &text::fit(&stress.name, 12.0, true, width),
    );
    let short = finding.strip_prefix(&format!("{}: ", stress.name)).unwrap_or(&finding);
    for (i, line) in text::wrap(short, 11.0, width - 4.0).iter().take(2).enumerate() {
        svg.text((0.0, 27.0 + 13.0 * i as f64), Anchor::Start, "mu sm", Hue::Ink, line);
    }
    let longest = input.firms.iter().map(|f| text::width(&f.name, 12.0, false)).fold(0.0, f64::max);
    let right = (longest + 17.0).min(width * 0.34);
    let low = stress.sizes.first().copied().unwrap_or(0.0);
    let high = stress.sizes.last().copied().unwrap_or(1.0);
    let frame = Frame::new(&svg, Margins::new(58.0, right, 38.0, 38.0))
        .x(Scale::linear(low, high))
        .y(Scale::linear(0.0, 1.0));
    frame.value_axis(&mut svg, &[0.0, 0.25, 0.5, 0.75, 1.0], Unit::Share);
    frame.x_axis(&mut svg, &frame.x.ticks(4), Unit::Share);
    let means = if stress.size_means.is_empty() { "size of the shock" } else { &stress.size_means };
    frame.x_title(&mut svg, &text::fit(means, 11.0, false, frame.right - frame.left + 60.0));
    frame.threshold(&mut svg, 0.5, "");
    let crosses = |i: usize| stress.breaking.get(i).is_some_and(crosses);
    let n = stress.survival.len().min(input.firms.len());
    let hues: Vec<Hue> = (0..n).map(|i| if crosses(i) { Hue::Bad } else { Hue::Mute }).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&i| crosses(i));
    for &i in &order {
        let points: Vec<(f64, f64)> =
            stress.sizes.iter().zip(&stress.survival[i]).map(|(s, e)| (*s, e.value)).collect();
        frame.line(&mut svg, hues[i], "ln thin", &points);
    }
    for (i, breaking) in stress.breaking.iter().enumerate().take(n) {
        if let Breaking::At { size, low, high } = breaking {
            frame.line(&mut svg, hues[i], "ln", &[(*low, 0.5), (*high, 0.5)]);
            frame.dot(&mut svg, hues[i], (*size, 0.5), 3.5);
        } else if let Breaking::Unsettled { low, high, .. } = breaking {
            frame.line(&mut svg, hues[i], "ln", &[(*low, 0.5), (*high, 0.5)]);
        }
    }
    firm_labels(&mut svg, &frame, input, stress, &hues);
    svg.finish()
}

fn firm_labels(svg: &mut Svg, frame: &Frame, input: &ReportInput, stress: &Stress, hues: &[Hue]) {
    let end = |s: &Vec<Estimate>| frame.y.held(s.last().map_or(0.0, |e| e.value));
    let ends: Vec<f64> = stress.survival.iter().take(hues.len()).map(end).collect();
    let placed = spread(&ends, 13.0, frame.top, frame.bottom);
    for ((firm, &hue), (&want, &y)) in input.firms.iter().zip(hues).zip(ends.iter().zip(&placed)) {
        svg.line((frame.right + 2.0, want), (frame.right + 11.0, y), "ln thin", Hue::Rule);
        let name = text::fit(&firm.name, 12.0, false, svg.width - frame.right - 13.0);
        let class = if hue == Hue::Mute { "mu" } else { "kt" };
        svg.text((frame.right + 14.0, y + 4.0), Anchor::Start, class, hue, &name);
    }
}

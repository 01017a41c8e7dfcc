//! Who survives: curves by firm, ends by firm, how many are left.

use super::input::{ENDS, Firm, ReportInput};
use super::page::{Block, Cell, Figure, Section, Size, Table};
use super::svg::bars::{Part, ROW, Row, stacked_rows};
use super::svg::number::{self, count};
use super::svg::{Anchor, Frame, Hue, Margins, Scale, Svg, Unit, text};
use super::words;

/// Colours of the ends, in the order of [`ENDS`].
const END_HUES: [Hue; 7] = [Hue::C1, Hue::C6, Hue::Rule, Hue::C2, Hue::C4, Hue::C5, Hue::Soft];

/// The section, or nothing when the run reports no firm.
pub fn section(input: &ReportInput) -> Option<Section> {
    if input.firms.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::Figure(Box::new(curves(input)))];
    if input.firms.iter().any(|firm| firm.ends.len() == ENDS.len()) {
        blocks.push(Block::Figure(Box::new(ends(input))));
    }
    if input.survivors.len() > 2 {
        blocks.push(Block::Figure(Box::new(left_standing(input))));
    }
    Some(Section {
        id: "survival".into(),
        topic: "Survival".into(),
        headline: words::survival(input),
        text: vec![
            "Alive means alive and independent: private or listed, not bought by another firm \
             and not wound up."
                .into(),
        ],
        blocks,
    })
}

/// Text of the calendar quarter `t`.
pub fn quarter(input: &ReportInput, t: usize) -> String {
    number::quarter(input.calendar.first_year, input.calendar.first_quarter, t)
}

/// The source line of every chart of the run itself.
pub fn source(input: &ReportInput) -> String {
    format!("Source: {} simulated paths of this scenario.", count(input.paths))
}

/// The source line of charts of the run with free funding.
pub fn shadow_source(input: &ReportInput) -> String {
    match input.shadow_paths {
        paths if paths == 0 || paths >= input.paths => {
            source(input).replace('.', ", run again with free funding.")
        }
        paths => format!(
            "Source: the first {} of the {} simulated paths of this scenario, run again with free \
             funding.",
            count(paths),
            count(input.paths)
        ),
    }
}

/// The source line of charts of the stresses.
pub fn stress_source(input: &ReportInput) -> String {
    let each = |which: fn(u64, u64) -> u64| input.stresses.iter().map(|s| s.paths).reduce(which);
    let (Some(least), Some(most)) = (each(u64::min), each(u64::max)) else { return source(input) };
    let paths =
        if least == most { count(least) } else { format!("{} to {}", count(least), count(most)) };
    let known = match most < input.paths {
        true => format!(
            ", corrected by how far the market without stress is off on them from all {} (control \
             variate)",
            count(input.paths)
        ),
        false => String::new(),
    };
    format!("Source: {paths} simulated paths of this scenario at each size{known}.")
}

/// Survival at positions 0, 1, ...: certain at the start, unless the firm has yet to enter.
fn values(firm: &Firm) -> Vec<f64> {
    let enters = firm.ends.last().is_some_and(|never| never.value > 0.0)
        || firm.survival.windows(2).any(|pair| pair[1].value > pair[0].value + 1e-12);
    let start = if enters { f64::NAN } else { 1.0 };
    std::iter::once(start).chain(firm.survival.iter().map(|e| e.value)).collect()
}

fn curves(input: &ReportInput) -> Figure {
    let order = words::by_risk(input);
    let end = words::end_of_run(input);
    let mut figure = Figure {
        id: "survival-curves".into(),
        title: curve_title(input),
        subtitle: format!(
            "Probability of being alive and independent at the end of each quarter, %, to {end}. \
             {}he number is where it ends.",
            if order.len() > 1 { "Each panel shows one firm, the others in grey; t" } else { "T" }
        ),
        note: curve_note(input),
        source: source(input),
        table: curve_table(input, &order, false),
        data: Some(curve_table(input, &order, true)),
        ..Figure::default()
    };
    figure.draw(|size| order.iter().map(|&i| curve_panel(input, i, size)).collect());
    figure
}

fn curve_title(input: &ReportInput) -> String {
    let order = words::by_risk(input);
    let (Some(&first), Some(&last)) = (order.first(), order.last()) else {
        return "Survival".into();
    };
    let show = |i: usize| Unit::Share.show(words::end_survival(&input.firms[i]));
    let (worst, best) = (&input.firms[first].name, &input.firms[last].name);
    if first == last {
        return format!("{worst} is alive at the end on {} of paths", show(first));
    }
    if show(first) == show(last) {
        return format!("Every firm is alive at the end on {} of paths", show(first));
    }
    format!("From {} for {worst} to {} for {best}", show(first), show(last))
}

fn curve_note(input: &ReportInput) -> String {
    let largest = input
        .firms
        .iter()
        .flat_map(|firm| &firm.survival)
        .map(|e| e.error)
        .filter(|e| e.is_finite())
        .fold(0.0, f64::max);
    format!(
        "The band is the 95 % interval of the simulation error (largest standard error {} \
         percentage points). It does not contain the error of the assumptions, which is larger: \
         see the honest limits.",
        number::data((largest * 1e4).round() / 100.0)
    )
}

fn curve_panel(input: &ReportInput, at: usize, size: Size) -> String {
    let firm = &input.firms[at];
    let (width, height) =
        (size.panel(input.firms.len()), if size.narrow() { 128.0 } else { 180.0 });
    let end = Unit::Share.show(words::end_survival(firm));
    let id = size.id(&format!("survival-{at}"));
    let description = format!("Survival of {} falls from 100 % to {end}.", firm.name);
    let mut svg = Svg::new(&id, width, height, &firm.name, &description);
    let frame = draw_curve(&mut svg, input, at, (0.0, 0.0), (width, height));
    let tips = firm.survival.iter().map(|e| Unit::Share.show(e.value));
    svg.read_out(&frame, input.calendar, tips.collect());
    svg.finish()
}

/// One firm's curve, the others in grey, in a box with this corner and size.
pub fn draw_curve(
    svg: &mut Svg,
    input: &ReportInput,
    at: usize,
    corner: (f64, f64),
    size: (f64, f64),
) -> Frame {
    let firm = &input.firms[at];
    let name = text::fit(&firm.name, 12.0, true, size.0 - 4.0);
    svg.text((corner.0, corner.1 + 12.0), Anchor::Start, "bd", Hue::Ink, &name);
    let (right, bottom) = (corner.0 + size.0 - 48.0, corner.1 + size.1 - 22.0);
    let frame = Frame::within(corner.0 + 37.0, corner.1 + 26.0, right, bottom)
        .x(Scale::quarters(input.quarters))
        .y(Scale::linear(0.0, 1.0));
    frame.value_axis(svg, &[0.0, 0.5, 1.0], Unit::Share);
    frame.year_axis(svg, input.calendar);
    let plain = |firm: &Firm| -> Vec<(f64, f64)> {
        values(firm).into_iter().enumerate().map(|(t, v)| (t as f64, v)).collect()
    };
    for (i, other) in input.firms.iter().enumerate() {
        if i != at {
            frame.line(svg, Hue::Rule, "ln thin", &plain(other));
        }
    }
    let hue = if words::end_survival(firm) < 0.5 { Hue::Bad } else { Hue::C1 };
    let errors = std::iter::once(0.0).chain(firm.survival.iter().map(|e| e.error));
    let band: Vec<(f64, f64, f64)> = values(firm)
        .into_iter()
        .zip(errors)
        .enumerate()
        .map(|(t, (value, error))| {
            let half = if error.is_finite() { 1.96 * error } else { 0.0 };
            (t as f64, value - half, value + half)
        })
        .collect();
    frame.band(svg, hue, "ar o2", &band);
    frame.line(svg, hue, "ln", &plain(firm));
    let y = frame.y.held(words::end_survival(firm));
    let shown = Unit::Share.show(words::end_survival(firm)).replace('\u{2009}', "");
    svg.text((frame.right + 4.0, y + 4.0), Anchor::Start, "bd kt", hue, &shown);
    frame
}

fn curve_table(input: &ReportInput, order: &[usize], full: bool) -> Table {
    let names: Vec<&str> = order.iter().map(|&i| input.firms[i].name.as_str()).collect();
    if !full {
        let mut table = Table::new(&["quarter"]);
        table.columns.extend(names.iter().map(|n| n.to_string()));
        for t in 0..input.quarters {
            let mut row = vec![Cell::text(quarter(input, t))];
            row.extend(order.iter().map(|&i| {
                let value = input.firms[i].survival.get(t).map_or(f64::NAN, |e| e.value);
                Cell::Number(value, Unit::Share)
            }));
            table.rows.push(row);
        }
        return table;
    }
    let mut table = Table::new(&[
        "firm",
        "quarter",
        "alive_independent",
        "standard_error",
        "alive_or_acquired",
    ]);
    for &i in order {
        let firm = &input.firms[i];
        for (t, e) in firm.survival.iter().enumerate() {
            let with = firm.survival_with_acquired.get(t).map_or(f64::NAN, |e| e.value);
            table.rows.push(vec![
                Cell::text(&firm.name),
                Cell::text(quarter(input, t).replace('\u{a0}', " ")),
                Cell::Number(e.value, Unit::Share),
                Cell::Number(e.error, Unit::Share),
                Cell::Number(with, Unit::Share),
            ]);
        }
    }
    table
}

fn ends(input: &ReportInput) -> Figure {
    let order: Vec<usize> = words::by_risk(input)
        .into_iter()
        .filter(|&i| input.firms[i].ends.len() == ENDS.len())
        .collect();
    let mut figure = Figure {
        id: "ends".into(),
        title: ends_title(input),
        subtitle: format!("How each firm stands at {}, % of paths.", words::end_of_run(input)),
        note: "Causes are exclusive: a path counts once, by what ended the firm first.".into(),
        source: source(input),
        ..Figure::default()
    };
    figure.table = Table::new(&["firm"]);
    for how in ENDS {
        figure.table.columns.push(format!("{how}, %"));
    }
    for &i in &order {
        let mut row = vec![Cell::text(&input.firms[i].name)];
        row.extend(input.firms[i].ends.iter().map(|e| Cell::Number(e.value, Unit::Share)));
        figure.table.rows.push(row);
    }
    let order = &order;
    figure.draw(|size| vec![ends_chart(input, order, size)]);
    figure
}

fn ends_title(input: &ReportInput) -> String {
    let total = |k: usize| -> f64 {
        input.firms.iter().filter_map(|f| f.ends.get(k)).map(|e| e.value).sum()
    };
    let names = [
        "",
        "",
        "a sale to a larger firm",
        "no round to be found",
        "a funding market that is shut",
        "a bill for compute that cannot be paid",
    ];
    let most = (2..6).max_by(|&a, &b| total(a).total_cmp(&total(b)).then(b.cmp(&a)));
    match most {
        Some(k) if total(k) > 0.005 => format!("The usual end: {}", names[k]),
        _ => "Hardly any firm ends".into(),
    }
}

fn ends_chart(input: &ReportInput, order: &[usize], size: Size) -> String {
    let used: Vec<usize> = (0..ENDS.len())
        .filter(|&k| order.iter().any(|&i| input.firms[i].ends[k].value > 0.0005))
        .collect();
    let key_rows = if size.narrow() { used.len() } else { used.len().div_ceil(3) } as f64;
    let top = key_rows * 18.0 + 12.0;
    let height = top + order.len() as f64 * ROW + 4.0;
    let mut svg =
        Svg::new(&size.id("ends"), size.width(), height, "How each firm ends", &ends_title(input));
    for (slot, &k) in used.iter().enumerate() {
        let across = if size.narrow() { 1 } else { 3 };
        let x = (slot % across) as f64 * 250.0;
        let y = (slot / across) as f64 * 18.0;
        svg.rect(x, y + 1.0, 12.0, 12.0, "ar", END_HUES[k]);
        svg.text((x + 18.0, y + 11.5), Anchor::Start, "", Hue::Ink, ENDS[k]);
    }
    let left = if size.narrow() { 104.0 } else { 170.0 };
    let frame = Frame::new(&svg, Margins::new(top, 0.0, 4.0, left)).x(Scale::linear(0.0, 1.0));
    let rows: Vec<Row> = order
        .iter()
        .map(|&i| Row {
            name: input.firms[i].name.clone(),
            parts: (0..ENDS.len())
                .map(|k| {
                    let value = input.firms[i].ends[k].value;
                    let text = if size.narrow() {
                        Unit::Share.tick((value * 100.0).round() / 100.0, false)
                    } else {
                        Unit::Share.show(value)
                    };
                    Part { value, hue: END_HUES[k], text }
                })
                .collect(),
        })
        .collect();
    stacked_rows(&mut svg, &frame, &rows);
    svg.finish()
}

fn left_standing(input: &ReportInput) -> Figure {
    let n = input.survivors.len() - 1;
    let likeliest = (0..=n)
        .max_by(|&a, &b| {
            input.survivors[a].value.total_cmp(&input.survivors[b].value).then(b.cmp(&a))
        })
        .unwrap_or(0);
    let mut figure = Figure {
        id: "survivors".into(),
        title: format!(
            "{} of {} left standing is the likeliest count",
            if likeliest == 0 { "None".into() } else { number::capital(&number::word(likeliest)) },
            number::word(n)
        ),
        subtitle: format!(
            "Firms alive and independent at {}, % of paths.",
            words::end_of_run(input)
        ),
        source: source(input),
        table: Table::new(&["firms left", "probability, %", "standard error, points"]),
        ..Figure::default()
    };
    for (k, e) in input.survivors.iter().enumerate() {
        figure.table.rows.push(vec![
            Cell::text(k.to_string()),
            Cell::Number(e.value, Unit::Share),
            Cell::Shown(e.error, number::data((e.error * 1e4).round() / 100.0)),
        ]);
    }
    figure.draw(|size| vec![left_chart(input, likeliest, size)]);
    figure
}

fn left_chart(input: &ReportInput, likeliest: usize, size: Size) -> String {
    let height = 190.0;
    let width = if size.narrow() { size.width() } else { 560.0 };
    let title = "How many firms are left";
    let description = format!("The likeliest number of survivors is {likeliest}.");
    let mut svg = Svg::new(&size.id("survivors"), width, height, title, &description);
    let top = input.survivors.iter().map(|e| e.value).fold(0.0, f64::max);
    let frame = Frame::new(&svg, Margins::new(22.0, 4.0, 40.0, 4.0))
        .x(Scale::linear(-0.5, input.survivors.len() as f64 - 0.5))
        .y(Scale::linear(0.0, top.max(0.01)));
    // Among many bars a label keeps to its own.
    let wide = |e: &super::input::Estimate| text::width(&Unit::Share.show(e.value), 11.0, true);
    let widest = input.survivors.iter().map(wide).fold(0.0, f64::max);
    let short = size.narrow() || widest > frame.x.at(1.0) - frame.x.at(0.0);
    for (k, e) in input.survivors.iter().enumerate() {
        let (left, right) = (frame.x.at(k as f64 - 0.42), frame.x.at(k as f64 + 0.42));
        let hue = if k == likeliest { Hue::C1 } else { Hue::C6 };
        let y = frame.y.at(e.value);
        svg.rect(left, y, right - left, frame.bottom - y, "ar", hue);
        let x = frame.x.at(k as f64);
        if e.value > 0.0 {
            let class = if k == likeliest { "sm bd" } else { "sm mu" };
            let share = if short {
                Unit::Share.tick((e.value * 100.0).round() / 100.0, false)
            } else {
                Unit::Share.show(e.value)
            };
            svg.text((x, y - 5.0), Anchor::Middle, class, Hue::Ink, &share);
        }
        svg.text((x, frame.bottom + 16.0), Anchor::Middle, "sm", Hue::Ink, &k.to_string());
    }
    svg.line((frame.left, frame.bottom), (frame.right, frame.bottom), "axis", Hue::Ink);
    frame.x_title(&mut svg, "firms left");
    svg.finish()
}

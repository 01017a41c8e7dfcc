//! The page of the comparison since launch, and its charts.

use super::answer::{date, four};
use super::launch::{AFTER, Line, years};
use crate::report::page::{Block, Cell, Figure, KeyFigure, Page, Section, Size, Table};
use crate::report::svg::frame::Label;
use crate::report::svg::number::axis_labels;
use crate::report::svg::scale::between_logs;
use crate::report::svg::{Anchor, Frame, Hue, Margins, Scale, Svg, Unit, dots, text};

/// Colours in the order of the article's comparison: the language model stands out.
const HUES: [Hue; 6] = [Hue::C4, Hue::C1, Hue::C6, Hue::C3, Hue::C5, Hue::C2];

fn hue(index: usize) -> Hue {
    HUES.get(index).copied().unwrap_or(Hue::Mute)
}

/// The fastest to lose nine tenths of its price.
fn fastest(lines: &[Line]) -> Option<(&Line, f64)> {
    let known = lines.iter().filter_map(|line| Some((line, line.found.below_tenth?)));
    known.min_by(|a, b| a.1.total_cmp(&b.1))
}

/// The page.
pub fn render(lines: &[Line]) -> String {
    let sorted = by_years(lines);
    let verdict = fastest(lines).map_or_else(String::new, |(line, took)| {
        let others = sorted.iter().filter(|other| other.series != line.series);
        let others: Vec<String> = others
            .map(|other| format!("{} {}", other.name, years(other.found.below_tenth)))
            .collect();
        format!(
            "{}: nine tenths of the launch price were gone after {} years. Years the others \
             took: {}.",
            line.name,
            years(Some(took)),
            others.join(", ")
        )
    });
    // Five fit a row: the fastest and the slowest.
    let keys = sorted.iter().enumerate().filter(|(i, _)| *i < 4 || i + 1 == sorted.len());
    Page {
        title: "Prices since launch".into(),
        kicker: "warchest curve · since launch".into(),
        question: "How fast did the price of a technology fall after it could first be bought?"
            .into(),
        verdict,
        key_figures: keys.map(|(_, line)| key(line)).collect(),
        sections: vec![multiples_section(lines), tenth_section(lines), source_section(lines)],
        colophon: "Launch is the first price of the series read here; a series that starts after \
                   the first sale starts late, and its fall looks slow."
            .into(),
    }
    .html()
}

/// The lines by the years to a tenth, those that have not got there last.
fn by_years(lines: &[Line]) -> Vec<&Line> {
    let mut sorted: Vec<&Line> = lines.iter().collect();
    let took = |line: &Line| line.found.below_tenth.unwrap_or(f64::INFINITY);
    sorted.sort_by(|a, b| took(a).total_cmp(&took(b)));
    sorted
}

fn key(line: &Line) -> KeyFigure {
    KeyFigure {
        value: line
            .found
            .below_tenth
            .map_or("not yet".into(), |y| format!("{} years", years(Some(y)))),
        what: format!("{}, to −90 %", line.name),
        note: format!("since {}", date(line.found.launch, line.yearly)),
    }
}

/// A panel of the chart of multiples.
struct Panel {
    id: &'static str,
    years: f64,
    title: &'static str,
}

const EARLY: Panel = Panel { id: "early", years: 10.0, title: "The first ten years" };
const LATE: Panel = Panel { id: "late", years: 65.0, title: "The first 65 years" };

/// The two panels as one file that stands alone.
pub fn alone(lines: &[Line]) -> String {
    let mut svg = Svg::new("since-launch", 1000.0, 430.0, "Prices since launch", &describe(lines));
    panel(&mut svg, lines, &EARLY, (0.0, 480.0));
    panel(&mut svg, lines, &LATE, (520.0, 1000.0));
    svg.finish_alone()
}

fn drawing(lines: &[Line], of: &Panel, size: Size) -> String {
    let width = if size.narrow() { size.width() } else { 488.0 };
    let height = if size.narrow() { 330.0 } else { 430.0 };
    let id = size.id(&format!("since-{}", of.id));
    let mut svg = Svg::new(&id, width, height, of.title, &describe(lines));
    panel(&mut svg, lines, of, (0.0, width));
    svg.finish()
}

fn describe(lines: &[Line]) -> String {
    let each = lines
        .iter()
        .map(|line| format!("{}: {} years to a tenth.", line.name, years(line.found.below_tenth)));
    format!(
        "Cost as a multiple of the launch cost, log scale. {}",
        each.collect::<Vec<_>>().join(" ")
    )
}

/// The part of a line inside a panel, to its edge where the series goes on.
fn inside(line: &Line, of: &Panel) -> Vec<(f64, f64)> {
    let all = &line.found.multiples;
    let count = all.iter().filter(|(years, _)| *years <= of.years).count();
    let mut found = all[..count].to_vec();
    if let (Some(before), Some(after)) = (found.last().copied(), all.get(count)) {
        let share = (of.years - before.0) / (after.0 - before.0);
        found.push((of.years, between_logs(before.1, after.1, share)));
    }
    found
}

/// Powers of ten from one down to `low`, eight at most.
fn powers(low: f64) -> Vec<f64> {
    let ten = |power: usize| format!("1e-{power}").parse().unwrap_or(0.0);
    let count = (0..40).take_while(|power| ten(*power) >= low).count();
    (0..count).step_by(count.div_ceil(8).max(1)).map(ten).collect()
}

fn panel(svg: &mut Svg, lines: &[Line], of: &Panel, (from, to): (f64, f64)) {
    let drawn: Vec<Vec<(f64, f64)>> = lines.iter().map(|line| inside(line, of)).collect();
    let low = drawn.iter().flatten().map(|p| p.1).fold(0.1, f64::min) * 0.6;
    let ticks = powers(low);
    let labels = axis_labels(Unit::Plain, &ticks, true);
    let left = labels.iter().map(|l| text::width(l, 11.0, false)).fold(0.0, f64::max) + 10.0;
    let names = lines.iter().map(|line| text::width(&line.name, 12.0, false));
    let right = names.fold(0.0, f64::max) + 18.0;
    let frame = Frame::within(from + left, 34.0, to - right, svg.height - 40.0)
        .x(Scale::linear(0.0, of.years))
        .y(Scale::log(low, 1.6));
    svg.text((from, 12.0), Anchor::Start, "bd", Hue::Ink, of.title);
    frame.value_axis(svg, &ticks, Unit::Plain);
    frame.x_axis(svg, &frame.x.ticks(5), Unit::Plain);
    frame.x_title(svg, "years since launch");
    let tenth = frame.y.at(0.1);
    svg.line((frame.left, tenth), (frame.right, tenth), "dash", Hue::Mute);
    for (i, points) in drawn.iter().enumerate() {
        frame.line(svg, hue(i), "ln", points);
    }
    let mut ends = Vec::new();
    for (i, (line, points)) in lines.iter().zip(&drawn).enumerate() {
        let Some(&(at, multiple)) = points.last() else {
            continue;
        };
        if at >= of.years {
            ends.push(Label::new(&line.name, multiple, hue(i)));
            continue;
        }
        frame.dot(svg, hue(i), (at, multiple), 3.0);
        // A line too short to be named is named in the panel of the first years.
        if at > 0.1 * of.years {
            let (x, y) = (frame.x.at(at) + 7.0, frame.y.at(multiple) + 4.0);
            svg.text((x, y), Anchor::Start, "kt halo", hue(i), &line.name);
        }
    }
    frame.end_labels(svg, &ends);
}

fn multiples_section(lines: &[Line]) -> Section {
    let mut figure = Figure {
        id: "since-launch".into(),
        title: "Price as a multiple of the launch price".into(),
        subtitle:
            "Log scale; the dashed line is a tenth, a dot the end of a series. Colours are the \
                   same in both panels."
                .into(),
        note: records(lines),
        source: "Sources of each series below.".into(),
        table: Table::new(&[
            "series",
            "launch",
            "first price",
            "years to −90 %",
            "1 year",
            "2 years",
            "5 years",
            "10 years",
            "20 years",
        ]),
        ..Figure::default()
    };
    let mut data = Table::new(&["series", "years since launch", "multiple of launch price"]);
    for line in lines {
        let found = &line.found;
        let mut row = vec![
            Cell::text(&line.name),
            Cell::text(date(found.launch, line.yearly)),
            Cell::Shown(found.launch_cost, four(found.launch_cost)),
            Cell::Shown(found.below_tenth.unwrap_or(f64::NAN), years(found.below_tenth)),
        ];
        row.extend(line.after.map(|m| Cell::Number(m.unwrap_or(f64::NAN), Unit::Times)));
        figure.table.rows.push(row);
        for (at, multiple) in &found.multiples {
            data.rows.push(vec![
                Cell::text(&line.name),
                Cell::Number(*at, Unit::Years),
                Cell::Number(*multiple, Unit::Plain),
            ]);
        }
    }
    figure.data = Some(data);
    figure.draw(|size| [&EARLY, &LATE].map(|of| drawing(lines, of, size)).to_vec());
    Section {
        id: "multiples".into(),
        topic: "Multiples".into(),
        headline: spread(lines),
        text: Vec::new(),
        blocks: vec![Block::Figure(Box::new(figure))],
    }
}

/// Which series cannot rise, and which money they are in.
fn records(lines: &[Line]) -> String {
    let record = |line: &&Line| line.passport.as_ref().is_some_and(|p| p.running_minimum);
    let names: Vec<&str> = lines.iter().filter(record).map(|line| line.name.as_str()).collect();
    let money = "The unit of each series is below: some are nominal, some in money of one year.";
    match names.as_slice() {
        [] => money.to_string(),
        names => format!("Lowest prices to date, which never rise: {}. {money}", names.join(", ")),
    }
}

/// How far apart the fastest and the slowest are.
fn spread(lines: &[Line]) -> String {
    let took: Option<Vec<f64>> = lines.iter().map(|line| line.found.below_tenth).collect();
    let took = took.filter(|took| took.len() > 1 && took.iter().all(|years| *years > 0.0));
    let Some(took) = took else {
        return "Prices in multiples of the first".to_string();
    };
    let (low, high) = (
        took.iter().copied().fold(f64::INFINITY, f64::min),
        took.iter().copied().fold(0.0, f64::max),
    );
    format!(
        "All lost nine tenths of the first price; the slowest took {:.0} times as long",
        high / low
    )
}

fn tenth_section(lines: &[Line]) -> Section {
    let mut figure = Figure {
        id: "years-to-tenth".into(),
        title: "Years until more than nine tenths of the launch price were gone".into(),
        subtitle: "Log scale. Ring: the price stood at exactly a tenth before it fell below."
            .into(),
        source: "As above.".into(),
        table: Table::new(&["series", "years to −90 %", "steepest two years", "from", "to"]),
        ..Figure::default()
    };
    for line in lines {
        let found = &line.found;
        let fall = found.steepest;
        figure.table.rows.push(vec![
            Cell::text(&line.name),
            Cell::Shown(found.below_tenth.unwrap_or(f64::NAN), years(found.below_tenth)),
            Cell::Shown(
                fall.map_or(f64::NAN, |f| f.change),
                fall.map_or("–".into(), |f| format!("−{:.1} %", -100.0 * f.change)),
            ),
            Cell::text(fall.map_or(String::new(), |f| date(f.from, line.yearly))),
            Cell::text(fall.map_or(String::new(), |f| date(f.to, line.yearly))),
        ]);
    }
    figure.draw(|size| vec![rows(lines, size)]);
    let headline = fastest(lines).map_or_else(
        || "None has lost nine tenths of its price yet".to_string(),
        |(line, _)| format!("{}: the fastest to a tenth", line.name),
    );
    Section {
        id: "tenth".into(),
        topic: "Years to a tenth".into(),
        headline,
        text: vec![format!(
            "The table also gives multiples after {} years; steepest two years are the largest \
             fall between two values at most two years apart.",
            AFTER.map(|y| format!("{y:.0}")).join(", ")
        )],
        blocks: vec![Block::Figure(Box::new(figure))],
    }
}

fn rows(lines: &[Line], size: Size) -> String {
    let top = 26.0;
    let height = top + lines.len() as f64 * dots::ROW + 6.0;
    let id = size.id("years-to-tenth");
    let mut svg = Svg::new(&id, size.width(), height, "Years to −90 %", &describe(lines));
    let (left, right) = if size.narrow() { (118.0, 66.0) } else { (150.0, 90.0) };
    let frame = Frame::new(&svg, Margins::new(top, right, 6.0, left)).x(Scale::log(0.2, 100.0));
    let ticks: &[f64] =
        if size.narrow() { &[0.3, 1.0, 10.0, 100.0] } else { &[0.3, 1.0, 3.0, 10.0, 30.0, 100.0] };
    frame.top_axis(&mut svg, ticks, Unit::Years);
    let rows: Vec<dots::Row> = by_years(lines)
        .into_iter()
        .map(|line| {
            let i = lines.iter().position(|other| other.series == line.series).unwrap_or(0);
            let found = &line.found;
            let mut marks = Vec::new();
            marks.extend(found.below_tenth.map(|y| (y, hue(i), true)));
            let early = found.at_tenth.filter(|at| found.below_tenth != Some(*at));
            marks.extend(early.map(|y| (y, hue(i), false)));
            let note = match found.below_tenth {
                Some(y) => format!("{} years", years(Some(y))),
                None => "not yet".into(),
            };
            dots::Row { name: line.name.clone(), interval: None, dots: marks, note }
        })
        .collect();
    dots::rows(&mut svg, &frame, &rows);
    svg.finish()
}

fn source_section(lines: &[Line]) -> Section {
    let items = lines.iter().map(|line| {
        let source = line.passport.as_ref().map_or_else(
            || "a file of the reader".to_string(),
            |p| format!("{}; {}; public since {}", p.citation, p.licence, p.known_at),
        );
        format!("{}: {} ({}), {}. {source}.", line.name, line.what, line.series, line.unit)
    });
    Section {
        id: "source".into(),
        topic: "Source".into(),
        headline: "Where the numbers come from".into(),
        text: Vec::new(),
        blocks: vec![Block::List(items.collect())],
    }
}

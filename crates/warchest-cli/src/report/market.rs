//! Prices, market shares and concentration.

use super::cash::{axis_width, fan_data, fan_rows, fan_table, fan_tips, has_values};
use super::input::{Fan, Quantiles, ReportInput};
use super::page::{Block, Figure, Section, Size};
use super::survival::source;
use super::svg::number::{capital, word};
use super::svg::{Anchor, Frame, Hue, Margins, Scale, Svg, Unit, text};
use super::words;
use warchest::numerics::elementary::{exp, ln};

/// The section on prices, or nothing.
pub fn prices(input: &ReportInput) -> Option<Section> {
    let mut blocks = Vec::new();
    if input.prices.iter().any(|fan| has_values(&fan.rows)) {
        let subtitle =
            "Log scales. Line: median; dark band: half of the paths; pale band: nine of ten.";
        let figure = fan_figure(
            input,
            &input.prices,
            "price-fans",
            &price_title(&input.prices),
            subtitle,
            true,
        );
        blocks.push(Block::Figure(Box::new(figure)));
    }
    if input.markets.iter().any(|fan| has_values(&fan.rows)) {
        let subtitle = "Mean price paid in each market, log scales. Bands as above.";
        let title = market_title(&input.markets);
        let figure = fan_figure(input, &input.markets, "market-prices", &title, subtitle, false);
        blocks.push(Block::Figure(Box::new(figure)));
    }
    if !input.drivers.is_empty() {
        let subtitle = "What moves the market, log scales. Bands as above.";
        let figure =
            fan_figure(input, &input.drivers, "drivers", &driver_title(input), subtitle, false);
        blocks.push(Block::Figure(Box::new(figure)));
    }
    if blocks.is_empty() {
        return None;
    }
    let headline = match input.prices.iter().chain(&input.markets).find_map(change) {
        Some(factor) if factor < 0.95 => {
            let (base, cost) = bill(factor);
            format!("What cost {base} at the start costs {cost} at the end")
        }
        Some(factor) if factor > 1.05 => {
            format!("Prices end {} times as high", Unit::Plain.show(factor))
        }
        _ => "Prices hold".into(),
    };
    Some(Section {
        id: "prices".into(),
        topic: "Prices".into(),
        headline,
        blocks,
        ..Section::default()
    })
}

/// A round sum at the start and what it buys the same for at the end, at least a cent.
fn bill(factor: f64) -> (&'static str, String) {
    let bases = [
        (1.0, "one dollar"),
        (100.0, "$100"),
        (10_000.0, "$10\u{202f}000"),
        (1e6, "a million dollars"),
    ];
    let enough = |(usd, _): &(f64, &str)| usd * factor >= 0.0095;
    let (usd, base) = bases.into_iter().find(enough).unwrap_or((1e9, "a billion dollars"));
    let cost = match usd * factor * 100.0 {
        c if c >= 99.5 => Unit::Usd.show(c / 100.0),
        c if c >= 9.95 => format!("{c:.0} cents"),
        c if c >= 1.05 => format!("{c:.1} cents"),
        c if c >= 0.95 => "one cent".into(),
        c => format!("{} cents", Unit::Plain.show(c)),
    };
    (base, cost)
}

/// Median at the end over median at the start.
fn change(fan: &Fan) -> Option<f64> {
    let mut medians = fan.rows.iter().map(|q| q[2]).filter(|m| m.is_finite() && *m > 0.0);
    let first = medians.next()?;
    medians.next_back().map(|last| last / first)
}

fn price_title(fans: &[Fan]) -> String {
    let by_change = |a: &(f64, &Fan), b: &(f64, &Fan)| a.0.total_cmp(&b.0);
    let changes = || fans.iter().filter_map(|fan| Some((change(fan)?, fan)));
    let (Some(most), Some(least)) = (changes().min_by(by_change), changes().max_by(by_change))
    else {
        return "Prices".into();
    };
    // Beyond what a reader can picture, the pace says more than the whole.
    let fall = |(factor, fan): (f64, &Fan)| match factor {
        f if f < 1e-4 => {
            let years = (fan.rows.len().max(2) - 1) as f64 / 4.0;
            let pace = exp(-ln(f) / years);
            format!("falls {}\u{2011}fold a year", Unit::Plain.show(round_two(pace)))
        }
        f if f < 0.01 => format!("falls {}\u{2011}fold", Unit::Plain.show(round_two(1.0 / f))),
        f if f < 1.0 => format!("falls by {}", Unit::Share.show(1.0 - f)),
        f => format!("rises by {}", Unit::Share.show(f - 1.0)),
    };
    if fans.len() < 2 {
        return format!("{} {}", capital(&most.1.name), fall(most));
    }
    format!("{} {}, {} {}", capital(&most.1.name), fall(most), least.1.name, fall(least))
}

fn market_title(fans: &[Fan]) -> String {
    let changes: Vec<f64> = fans.iter().filter_map(change).collect();
    let down = changes.iter().filter(|&&c| c < 1.0).count();
    match down {
        k if k == changes.len() => "Prices fall in every market".into(),
        0 => "Prices fall in no market".into(),
        k => format!("Prices fall in {} of {} markets", word(k), word(changes.len())),
    }
}

fn driver_title(input: &ReportInput) -> String {
    let each = input.drivers.iter().filter_map(|fan| Some((change(fan)?, fan)));
    match each.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((factor, fan)) if factor > 1.0 => {
            format!(
                "{} grows {}\u{2011}fold",
                capital(&fan.name),
                Unit::Plain.show(round_two(factor))
            )
        }
        _ => "What moves the market".into(),
    }
}

/// Two significant digits.
fn round_two(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

fn fan_figure(
    input: &ReportInput,
    fans: &[Fan],
    id: &str,
    title: &str,
    subtitle: &str,
    large: bool,
) -> Figure {
    let drawn: Vec<&Fan> = fans.iter().filter(|fan| has_values(&fan.rows)).collect();
    let series: Vec<(String, &[Quantiles])> = drawn
        .iter()
        .map(|fan| (format!("{}, {}", fan.name, fan.unit), fan.rows.as_slice()))
        .collect();
    let mut figure = Figure {
        id: id.into(),
        title: title.into(),
        subtitle: subtitle.into(),
        source: source(input),
        table: fan_table(input, &series, Unit::Plain),
        data: Some(fan_data(input, "series", "value", &series)),
        ..Figure::default()
    };
    let drawn = &drawn;
    figure.draw(|size| {
        let panel = |(i, fan): (usize, &&Fan)| {
            log_panel(input, fan, &format!("{id}-{i}"), size, (drawn.len(), large))
        };
        drawn.iter().enumerate().map(panel).collect()
    });
    figure
}

fn log_panel(
    input: &ReportInput,
    fan: &Fan,
    id: &str,
    size: Size,
    (count, large): (usize, bool),
) -> String {
    let whole = size.narrow() && large;
    let width = if whole { size.width() } else { size.panel(count) };
    let height = if large {
        230.0
    } else if size.narrow() {
        140.0
    } else {
        176.0
    };
    let unit = if fan.unit.contains("USD") { Unit::Usd } else { Unit::Plain };
    let positive =
        |k: usize| fan.rows.iter().map(move |q| q[k]).filter(|v| v.is_finite() && *v > 0.0);
    let low = positive(0).fold(f64::INFINITY, f64::min);
    let high = positive(4).fold(0.0, f64::max);
    let last = positive(2).next_back().unwrap_or(f64::NAN);
    let description = format!("Median of {} ends at {} {}.", fan.name, unit.show(last), fan.unit);
    let mut svg = Svg::new(&size.id(id), width, height, &fan.name, &description);
    let (name, unit_line) = heading(fan, width - 2.0);
    // A reader's fallback font may be a fifth wider than the one that widths are reckoned in.
    let tight = text::width(&name, 12.0, true) > 0.85 * width;
    let class = if tight { "bd sm" } else { "bd" };
    svg.text((0.0, 12.0), Anchor::Start, class, Hue::Ink, &name);
    svg.text((0.0, 27.0), Anchor::Start, "mu sm", Hue::Ink, &unit_line);
    let y = Scale::log(low * 0.95, high * 1.05);
    let ticks = y.ticks(if height > 200.0 { 7 } else { 4 });
    let label_room = text::width(&unit.show(last), 12.0, true) + 8.0;
    let margins = Margins::new(42.0, label_room, 22.0, axis_width(&y, &ticks, unit));
    let frame = Frame::new(&svg, margins).x(Scale::quarters(input.quarters)).y(y);
    frame.value_axis(&mut svg, &ticks, unit);
    frame.year_axis(&mut svg, input.calendar);
    frame.fan(&mut svg, Hue::C1, &fan_rows(&fan.rows));
    let end = frame.y.held(last) + 4.0;
    svg.text((frame.right + 5.0, end), Anchor::Start, "bd kt", Hue::C1, &unit.show(last));
    svg.read_out(&frame, input.calendar, fan_tips(input, &fan.rows, unit));
    svg.finish()
}

/// Two lines over a panel: the name, and the unit, to which a region moves where the name with
/// it is too wide.
fn heading(fan: &Fan, limit: f64) -> (String, String) {
    let name = capital(&fan.name);
    match name.split_once(" in ") {
        Some((segment, region)) if text::width(&name, 12.0, true) > limit => {
            let unit = format!("{region}, {}", fan.unit);
            (text::fit(segment, 12.0, true, limit), text::fit(&unit, 11.0, false, limit))
        }
        _ => (text::fit(&name, 12.0, true, limit), fan.unit.clone()),
    }
}

/// The section on shares and concentration, or nothing.
pub fn shares(input: &ReportInput) -> Option<Section> {
    let mut blocks = Vec::new();
    let order = share_order(input);
    if !order.is_empty() {
        blocks.push(Block::Figure(Box::new(share_figure(input, &order))));
    }
    if input.concentration.iter().any(|fan| has_values(&fan.rows)) {
        blocks.push(Block::Figure(Box::new(concentration(input))));
    }
    if blocks.is_empty() {
        return None;
    }
    let headline = match order.first() {
        Some(&i) => format!(
            "{} sells the most at the end: {} of what customers spend",
            input.firms[i].name,
            Unit::Share.show(last_median(&input.firms[i].share))
        ),
        None => "How concentrated the market becomes".into(),
    };
    Some(Section {
        id: "shares".into(),
        topic: "Market shares".into(),
        headline,
        blocks,
        ..Section::default()
    })
}

fn last_median(rows: &[Quantiles]) -> f64 {
    rows.iter().rev().map(|q| q[2]).find(|m| m.is_finite()).unwrap_or(f64::NAN)
}

fn share_order(input: &ReportInput) -> Vec<usize> {
    let mut order: Vec<usize> =
        (0..input.firms.len()).filter(|&i| has_values(&input.firms[i].share)).collect();
    // Where nobody sells, nobody has a share.
    if order.iter().all(|&i| input.firms[i].share.iter().all(|q| q[4].is_nan() || q[4] <= 0.0)) {
        return Vec::new();
    }
    let end = |i: usize| last_median(&input.firms[i].share);
    order.sort_by(|&a, &b| end(b).total_cmp(&end(a)).then(a.cmp(&b)));
    order
}

fn share_figure(input: &ReportInput, order: &[usize]) -> Figure {
    let series: Vec<(String, &[Quantiles])> = order
        .iter()
        .map(|&i| (input.firms[i].name.clone(), input.firms[i].share.as_slice()))
        .collect();
    let growth = |i: usize| {
        let rows = &input.firms[i].share;
        let first = rows.iter().map(|q| q[2]).find(|m| m.is_finite());
        first.map_or(0.0, |first| last_median(rows) - first)
    };
    let up: Vec<&str> =
        order.iter().filter(|&&i| growth(i) > 0.0).map(|&i| input.firms[i].name.as_str()).collect();
    let down = order.iter().filter(|&&i| growth(i) < 0.0).count();
    let mut figure = Figure {
        id: "shares-fans".into(),
        title: match up.len() {
            0 if down == 0 => "No median share moves".into(),
            0 if down < order.len() => "No median share grows".into(),
            0 if down == 1 => "The median share shrinks".into(),
            0 => "Every median share shrinks".into(),
            _ => format!("Gaining ground: {}", words::list(&up)),
        },
        subtitle: "Share of final customers’ spend, %, while alive; one scale for all panels. \
                   Line: median; dark band: half of the paths; pale band: nine of ten."
            .into(),
        source: source(input),
        table: fan_table(input, &series, Unit::Share),
        data: Some(fan_data(input, "firm", "share", &series)),
        ..Figure::default()
    };
    let reach = order.iter().flat_map(|&i| &input.firms[i].share).map(|q| q[4]);
    let top = reach.filter(|v| v.is_finite()).fold(0.0, f64::max).min(1.0);
    figure.draw(|size| {
        order.iter().map(|&i| share_panel(input, i, top, size, size.panel(order.len()))).collect()
    });
    figure
}

fn share_panel(input: &ReportInput, at: usize, top: f64, size: Size, width: f64) -> String {
    let firm = &input.firms[at];
    let height = if size.narrow() { 124.0 } else { 150.0 };
    let last = last_median(&firm.share);
    let description = format!("Median share of {} ends at {}.", firm.name, Unit::Share.show(last));
    let mut svg =
        Svg::new(&size.id(&format!("share-{at}")), width, height, &firm.name, &description);
    svg.text(
        (0.0, 12.0),
        Anchor::Start,
        "bd",
        Hue::Ink,
        &text::fit(&firm.name, 12.0, true, width - 4.0),
    );
    let y = Scale::linear(0.0, top.max(0.01)).nice(3);
    let frame = Frame::new(&svg, Margins::new(26.0, 40.0, 22.0, 34.0))
        .x(Scale::quarters(input.quarters))
        .y(y);
    frame.value_axis(&mut svg, &y.ticks(3), Unit::Share);
    frame.year_axis(&mut svg, input.calendar);
    frame.fan(&mut svg, Hue::C1, &fan_rows(&firm.share));
    let shown = Unit::Share.show(last);
    svg.text(
        (frame.right + 4.0, frame.y.held(last) + 4.0),
        Anchor::Start,
        "bd kt",
        Hue::C1,
        &shown,
    );
    svg.read_out(&frame, input.calendar, fan_tips(input, &firm.share, Unit::Share));
    svg.finish()
}

fn concentration(input: &ReportInput) -> Figure {
    let drawn: Vec<&Fan> = input.concentration.iter().filter(|fan| has_values(&fan.rows)).collect();
    let series: Vec<(String, &[Quantiles])> =
        drawn.iter().map(|fan| (fan.name.clone(), fan.rows.as_slice())).collect();
    let first = drawn.first();
    let moves = first.and_then(|fan| change(fan)).unwrap_or(1.0);
    let verb = if moves > 1.02 {
        "more"
    } else if moves < 0.98 {
        "less"
    } else {
        "neither more nor less"
    };
    let mut figure = Figure {
        id: "concentration".into(),
        title: format!("The market becomes {verb} concentrated"),
        subtitle: "Herfindahl–Hirschman index, 0 (atomised) to 1 (one seller). Bands as above."
            .into(),
        note: "Above 0.18 (1,800 points) the merger guidelines of the United States (2023) call a \
               market highly concentrated: the dashed line."
            .into(),
        source: source(input),
        table: fan_table(input, &series, Unit::Plain),
        data: Some(fan_data(input, "series", "hhi", &series)),
        ..Figure::default()
    };
    let reach = drawn.iter().flat_map(|fan| &fan.rows).map(|q| q[4]).filter(|v| v.is_finite());
    let top = reach.fold(0.25, f64::max).min(1.0);
    let drawn = &drawn;
    figure.draw(|size| {
        let panel = |(i, fan): (usize, &&Fan)| {
            index_panel(input, fan, &format!("hhi-{i}"), (size, drawn.len(), top))
        };
        drawn.iter().enumerate().map(panel).collect()
    });
    figure
}

fn index_panel(
    input: &ReportInput,
    fan: &Fan,
    id: &str,
    (size, count, top): (Size, usize, f64),
) -> String {
    let (width, height) = (size.panel(count), if size.narrow() { 124.0 } else { 160.0 });
    let last = last_median(&fan.rows);
    let description = format!("Median ends at {}.", Unit::Plain.show(last));
    let mut svg = Svg::new(&size.id(id), width, height, &fan.name, &description);
    svg.text(
        (0.0, 12.0),
        Anchor::Start,
        "bd",
        Hue::Ink,
        &text::fit(&capital(&fan.name), 12.0, true, width - 2.0),
    );
    let frame = Frame::new(&svg, Margins::new(26.0, 34.0, 22.0, 28.0))
        .x(Scale::quarters(input.quarters))
        .y(Scale::linear(0.0, top).nice(3));
    frame.value_axis(&mut svg, &frame.y.ticks(3), Unit::Plain);
    frame.year_axis(&mut svg, input.calendar);
    frame.threshold(&mut svg, 0.18, "");
    frame.fan(&mut svg, Hue::C5, &fan_rows(&fan.rows));
    let at = (frame.right + 4.0, frame.y.held(last) + 4.0);
    svg.text(at, Anchor::Start, "bd kt", Hue::C5, &format!("{last:.2}"));
    svg.read_out(&frame, input.calendar, fan_tips(input, &fan.rows, Unit::Plain));
    svg.finish()
}

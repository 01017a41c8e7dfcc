//! The fan chart of a forecast: the past, the fan, what came of it.

use super::answer::{date, four};
use super::forecast::{Answer, Row};
use crate::report::page::Size;
use crate::report::svg::frame::Label;
use crate::report::svg::number::axis_labels;
use crate::report::svg::{Anchor, Calendar, Frame, Hue, Margins, Scale, Svg, Unit, text};

/// Years of past that are drawn: twice the horizon, this many at least.
const PAST_LEAST: f64 = 15.0;

/// Unit of the costs as the charts write it.
pub fn unit(answer: &Answer) -> Unit {
    if answer.unit.contains("USD") { Unit::Usd } else { Unit::Plain }
}

/// A cost as the page writes it.
pub fn money(answer: &Answer, cost: f64) -> String {
    super::answer::money(cost, unit(answer) == Unit::Usd)
}

/// What the chart shows, for those who hear it.
fn description(answer: &Answer) -> String {
    let last = answer.rows.last();
    let end = last.map_or_else(String::new, |row| {
        format!(
            "The median reaches {} at {}, the 90 % interval {} to {}.",
            four(row.quantiles[3]),
            date(row.date, answer.yearly),
            four(row.quantiles[1]),
            four(row.quantiles[5])
        )
    });
    format!(
        "Cost on a log scale; from {} the forecast. {end}",
        date(answer.origin.0, answer.yearly)
    )
}

/// Draws it.
pub fn draw(answer: &Answer, size: Size) -> Svg {
    let (width, height) = (size.width(), if size.narrow() { 320.0 } else { 430.0 });
    let title = format!("{}: forecast from {}", answer.name, date(answer.origin.0, answer.yearly));
    let mut svg = Svg::new(&size.id("fan"), width, height, &title, &description(answer));
    let end = answer.origin.0 + answer.horizon;
    let since = answer.origin.0 - (2.0 * answer.horizon).max(PAST_LEAST);
    let past: Vec<(f64, f64)> = answer.past.iter().copied().filter(|p| p.0 >= since).collect();
    let first = past.first().map_or(answer.origin.0, |p| p.0).floor();
    let quarters = ((end - first) * 4.0).ceil().max(4.0);
    let y = vertical(answer, &past);
    let ticks = y.ticks(if size.narrow() { 5 } else { 7 });
    let labels = axis_labels(unit(answer), &ticks, true);
    let left = labels.iter().map(|l| text::width(l, 11.0, false)).fold(0.0, f64::max) + 10.0;
    let right = if size.narrow() { 56.0 } else { 64.0 };
    let frame = Frame::new(&svg, Margins::new(26.0, right, 24.0, left))
        .x(Scale::linear(0.0, quarters))
        .y(y);
    frame.value_axis(&mut svg, &ticks, unit(answer));
    frame.year_axis(&mut svg, Calendar { first_year: first as i32, first_quarter: 1 });
    let at = |date: f64| (date - first) * 4.0;
    bands(&mut svg, &frame, answer, &at);
    let line: Vec<(f64, f64)> = past.iter().map(|p| (at(p.0), p.1)).collect();
    frame.line(&mut svg, Hue::Ink, "ln", &line);
    start(&mut svg, &frame, answer, at(answer.origin.0));
    realised(&mut svg, &frame, answer, &at);
    read_out(&mut svg, &frame, answer, first, quarters as usize);
    svg
}

/// The vertical scale: past, realised values and the 95 % interval, unless that is so wide that
/// it would hide the rest.
fn vertical(answer: &Answer, past: &[(f64, f64)]) -> Scale {
    let known = past.iter().map(|p| p.1).chain(answer.realised.iter().map(|r| r.cost));
    let medians = answer.rows.iter().map(|row| row.quantiles[3]);
    let seen: Vec<f64> = known.chain(medians).collect();
    let (low, high) = reach(seen.iter().copied());
    let edges = |k: usize| reach(answer.rows.iter().map(move |row| row.quantiles[k]));
    let low = low.min(edges(0).0.max(low / 300.0));
    let high = high.max(edges(6).1.min(high * 30.0));
    Scale::log(low * 0.85, high * 1.15)
}

fn reach(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, 0.0), |(low, high), v: f64| (low.min(v), high.max(v)))
}

fn bands(svg: &mut Svg, frame: &Frame, answer: &Answer, at: &dyn Fn(f64) -> f64) {
    let (origin, cost) = answer.origin;
    let start = Row { date: origin, ahead: 0.0, quantiles: [cost; 7] };
    let rows: Vec<&Row> = std::iter::once(&start).chain(&answer.rows).collect();
    for (low, high, class) in [(0, 6, "ar h1"), (1, 5, "ar h1"), (2, 4, "ar o2")] {
        let band: Vec<(f64, f64, f64)> = rows
            .iter()
            .map(|row| (at(row.date), row.quantiles[low], row.quantiles[high]))
            .collect();
        frame.band(svg, Hue::C1, class, &band);
    }
    let median: Vec<(f64, f64)> = rows.iter().map(|row| (at(row.date), row.quantiles[3])).collect();
    frame.line(svg, Hue::C1, "ln", &median);
    let Some(last) = answer.rows.last() else {
        return;
    };
    let label = |text: &str, k: usize| Label::new(text, last.quantiles[k], Hue::C1);
    let labels = [label("95 %", 6), label("90 %", 5), label("50 %", 4), label("median", 3)];
    frame.end_labels(svg, &labels);
}

/// The line at which the forecast begins.
fn start(svg: &mut Svg, frame: &Frame, answer: &Answer, at: f64) {
    let x = frame.x.at(at);
    svg.line((x, frame.top - 8.0), (x, frame.bottom), "dash", Hue::Mute);
    let words = format!("forecast from {}", date(answer.origin.0, answer.yearly));
    let wide = text::width(&words, 11.0, false);
    let fits = x + 4.0 + wide < svg.width;
    let (x, anchor) = if fits { (x + 5.0, Anchor::Start) } else { (x - 5.0, Anchor::End) };
    svg.text((x, frame.top - 10.0), anchor, "mu sm", Hue::Ink, &words);
}

fn realised(svg: &mut Svg, frame: &Frame, answer: &Answer, at: &dyn Fn(f64) -> f64) {
    let Some(last) = answer.realised.last() else {
        return;
    };
    let mut line = vec![(at(answer.origin.0), answer.origin.1)];
    line.extend(answer.realised.iter().map(|r| (at(r.date), r.cost)));
    frame.line(svg, Hue::C2, "ln thin", &line);
    for r in &answer.realised {
        frame.dot(svg, Hue::C2, (at(r.date), r.cost), 3.0);
    }
    let (x, y) = (frame.x.at(at(last.date)), frame.y.at(last.cost));
    let wide = text::width("realised", 12.0, true) + 10.0;
    let above = if last.cost < last.median { 17.0 } else { -8.0 };
    if x + wide < frame.right {
        svg.text((x + 8.0, y + above), Anchor::Start, "kt bd halo", Hue::C2, "realised");
    } else {
        svg.text((x, y + above), Anchor::End, "kt bd halo", Hue::C2, "realised");
    }
}

/// What the pointer reads: the date, then the past value or the forecast and what came.
fn read_out(svg: &mut Svg, frame: &Frame, answer: &Answer, first: f64, quarters: usize) {
    let nearest = |at: f64, dates: &mut dyn Iterator<Item = f64>| {
        let found = dates.enumerate().map(|(i, date)| ((date - at).abs(), i));
        found.min_by(|a, b| a.0.total_cmp(&b.0)).map(|found| found.1)
    };
    let tip = |k: usize| {
        let at = first + (k as f64 + 0.5) / 4.0;
        let mut words = Vec::new();
        if at <= answer.origin.0 + 0.125
            && let Some(i) = nearest(at, &mut answer.past.iter().map(|p| p.0))
        {
            let (when, cost) = answer.past[i];
            words.push(format!("{}: {}", date(when, answer.yearly), money(answer, cost)));
        } else if let Some(i) = nearest(at, &mut answer.rows.iter().map(|row| row.date)) {
            let row = &answer.rows[i];
            let q = row.quantiles.map(|v| money(answer, v));
            words.push(format!("{}: median {}", date(row.date, answer.yearly), q[3]));
            words.push(format!("50 %: {} to {}", q[2], q[4]));
            words.push(format!("90 %: {} to {}", q[1], q[5]));
            let same = answer.realised.iter().find(|r| (r.date - row.date).abs() < 0.1);
            words.extend(same.map(|r| format!("realised {}", money(answer, r.cost))));
        }
        words.join("\n")
    };
    let tips = (0..quarters).map(tip).collect();
    svg.read_out(frame, Calendar { first_year: 0, first_quarter: 1 }, tips);
}

//! A plot: two scales inside a drawing, their axes, and the marks that live on them.

use super::canvas::{Anchor, Hue, Svg};
use super::labels::spread;
use super::number::{Unit, axis_labels};
use super::scale::Scale;
use super::text;

/// Room around the plot for ticks and labels, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margins {
    /// Above.
    pub top: f64,
    /// On the right.
    pub right: f64,
    /// Below.
    pub bottom: f64,
    /// On the left.
    pub left: f64,
}

impl Margins {
    /// Clockwise from the top, as in a style sheet.
    pub fn new(top: f64, right: f64, bottom: f64, left: f64) -> Margins {
        Margins { top, right, bottom, left }
    }
}

/// Which calendar quarter position 0 of a quarterly axis begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Year of quarter 0.
    pub first_year: i32,
    /// 1..=4.
    pub first_quarter: u8,
}

impl Calendar {
    /// Years that begin within `0..=quarters`, with their position on the axis.
    pub fn years(self, quarters: usize) -> Vec<(f64, i32)> {
        let offset = i64::from(self.first_quarter) - 1;
        let first = if offset == 0 { 0 } else { 1 };
        (first..)
            .map(|k| ((k * 4 - offset) as f64, self.first_year + k as i32))
            .take_while(|(at, _)| *at <= quarters as f64 + 1e-9)
            .collect()
    }
}

/// A label at the right end of a curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// What it says.
    pub text: String,
    /// The value of the curve there.
    pub value: f64,
    /// The colour of the curve.
    pub hue: Hue,
}

impl Label {
    /// A label of a curve that ends at `value`.
    pub fn new(text: &str, value: f64, hue: Hue) -> Label {
        Label { text: text.to_string(), value, hue }
    }
}

/// A plot area with its scales.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Left edge in pixels.
    pub left: f64,
    /// Right edge.
    pub right: f64,
    /// Upper edge.
    pub top: f64,
    /// Lower edge.
    pub bottom: f64,
    /// Horizontal scale.
    pub x: Scale,
    /// Vertical scale, upwards.
    pub y: Scale,
}

impl Frame {
    /// A plot in the whole drawing less the margins, both scales running from 0 to 1.
    pub fn new(svg: &Svg, margins: Margins) -> Frame {
        let (right, bottom) = (svg.width - margins.right, svg.height - margins.bottom);
        Frame::within(margins.left, margins.top, right, bottom)
    }

    /// A plot between four edges, for panels inside one drawing.
    pub fn within(left: f64, top: f64, right: f64, bottom: f64) -> Frame {
        let unit = Scale::linear(0.0, 1.0);
        let frame = Frame { left, right, top, bottom, x: unit, y: unit };
        frame.x(unit).y(unit)
    }

    /// The plot with another horizontal scale.
    pub fn x(mut self, scale: Scale) -> Frame {
        self.x = scale.onto(self.left, self.right);
        self
    }

    /// The plot with another vertical scale.
    pub fn y(mut self, scale: Scale) -> Frame {
        self.y = scale.onto(self.bottom, self.top);
        self
    }

    /// Hairlines across the plot with numbers left of it; the highest carries the unit. A line
    /// at zero is drawn in ink.
    pub fn value_axis(&self, svg: &mut Svg, ticks: &[f64], unit: Unit) {
        let labels = axis_labels(unit, ticks, self.y.is_log());
        for (&tick, text) in ticks.iter().zip(&labels) {
            let y = self.y.at(tick);
            let class = if tick == 0.0 { "axis" } else { "grid" };
            svg.line((self.left, y), (self.right, y), class, Hue::Rule);
            svg.text((self.left - 6.0, y + 4.0), Anchor::End, "mu sm", Hue::Ink, text);
        }
    }

    /// Year ticks below the plot, four-digit at first and two-digit after when they are tight.
    pub fn year_axis(&self, svg: &mut Svg, calendar: Calendar) {
        let quarters = self.x.domain.1.round().max(1.0) as usize;
        let years = calendar.years(quarters);
        svg.line((self.left, self.bottom), (self.right, self.bottom), "axis", Hue::Ink);
        let pitch = (self.right - self.left) / quarters as f64 * 4.0;
        let every = [1, 2, 5, 10].into_iter().find(|n| f64::from(*n) * pitch >= 26.0).unwrap_or(20);
        let short = f64::from(every) * pitch < 38.0;
        let mut first = true;
        for (at, year) in years {
            let x = self.x.at(at);
            svg.line((x, self.bottom), (x, self.bottom + 4.0), "axis", Hue::Ink);
            if (year - calendar.first_year) % every != year_rest(calendar, every) {
                continue;
            }
            let text = match short && !first {
                true => format!("’{:02}", year.rem_euclid(100)),
                false => year.to_string(),
            };
            first = false;
            svg.text((x, self.bottom + 16.0), Anchor::Middle, "mu sm", Hue::Ink, &text);
        }
    }

    /// Ticks of a numeric horizontal axis; the last carries the unit.
    pub fn x_axis(&self, svg: &mut Svg, ticks: &[f64], unit: Unit) {
        svg.line((self.left, self.bottom), (self.right, self.bottom), "axis", Hue::Ink);
        for (i, &tick) in ticks.iter().enumerate() {
            let x = self.x.at(tick);
            svg.line((x, self.bottom), (x, self.bottom + 4.0), "axis", Hue::Ink);
            let text = unit.tick(tick, i + 1 == ticks.len());
            let x = within(svg, x, &text);
            svg.text((x, self.bottom + 16.0), Anchor::Middle, "mu sm", Hue::Ink, &text);
        }
    }

    /// Vertical hairlines with numbers above the plot: the axis of row charts.
    pub fn top_axis(&self, svg: &mut Svg, ticks: &[f64], unit: Unit) {
        let labels = axis_labels(unit, ticks, self.x.is_log());
        for (&tick, text) in ticks.iter().zip(&labels) {
            let x = self.x.at(tick);
            let class = if tick == 0.0 { "axis" } else { "grid" };
            svg.line((x, self.top), (x, self.bottom), class, Hue::Rule);
            let x = within(svg, x, text);
            svg.text((x, self.top - 6.0), Anchor::Middle, "mu sm", Hue::Ink, text);
        }
    }

    /// What the vertical axis measures, written above its top tick.
    pub fn y_title(&self, svg: &mut Svg, text: &str) {
        svg.text((0.0, self.top - 12.0), Anchor::Start, "mu sm", Hue::Ink, text);
    }

    /// What the horizontal axis measures, written below its ticks.
    pub fn x_title(&self, svg: &mut Svg, text: &str) {
        let at = ((self.left + self.right) / 2.0, self.bottom + 33.0);
        svg.text(at, Anchor::Middle, "mu sm", Hue::Ink, text);
    }

    /// A dashed horizontal line with a word at its right end, above it.
    pub fn threshold(&self, svg: &mut Svg, value: f64, text: &str) {
        let y = self.y.at(value);
        svg.line((self.left, y), (self.right, y), "dash", Hue::Mute);
        if !text.is_empty() {
            svg.text((self.right, y - 4.0), Anchor::End, "mu sm halo", Hue::Ink, text);
        }
    }

    /// A line through values at positions.
    pub fn line(&self, svg: &mut Svg, hue: Hue, class: &str, points: &[(f64, f64)]) {
        let pixels: Vec<_> = points.iter().map(|&(x, y)| (self.x.at(x), self.y.at(y))).collect();
        svg.polyline(&pixels, class, hue);
    }

    /// A step line: `values[t]` holds from position `t` to `t + 1`.
    pub fn step(&self, svg: &mut Svg, hue: Hue, class: &str, values: &[f64]) {
        svg.polyline(&self.steps(values), class, hue);
    }

    fn steps(&self, values: &[f64]) -> Vec<(f64, f64)> {
        let ends = values.iter().enumerate().flat_map(|(t, &v)| {
            let y = self.y.at(v);
            [(self.x.at(t as f64), y), (self.x.at(t as f64 + 1.0), y)]
        });
        ends.collect()
    }

    /// A stepped band between two series.
    pub fn step_band(&self, svg: &mut Svg, hue: Hue, class: &str, low: &[f64], high: &[f64]) {
        let mut outline = self.steps(low);
        outline.extend(self.steps(high).into_iter().rev());
        svg.polygon(&outline, class, hue);
    }

    /// A band between two curves given at the same positions. Positions at which either side
    /// is not finite are left out.
    pub fn band(&self, svg: &mut Svg, hue: Hue, class: &str, band: &[(f64, f64, f64)]) {
        let held =
            |&(x, low, high): &(f64, f64, f64)| (self.x.at(x), self.y.held(low), self.y.held(high));
        let edges: Vec<_> =
            band.iter().filter(|b| b.1.is_finite() && b.2.is_finite()).map(held).collect();
        let mut outline: Vec<_> = edges.iter().map(|&(x, low, _)| (x, low)).collect();
        outline.extend(edges.iter().rev().map(|&(x, _, high)| (x, high)));
        svg.polygon(&outline, class, hue);
    }

    /// A fan: 90 % band, 50 % band and median. Each row is `(x, [q05, q25, q50, q75, q95])`.
    pub fn fan(&self, svg: &mut Svg, hue: Hue, rows: &[(f64, [f64; 5])]) {
        let pick = |a: usize, b: usize| -> Vec<(f64, f64, f64)> {
            rows.iter().map(|(x, q)| (*x, q[a], q[b])).collect()
        };
        self.band(svg, hue, "ar o1", &pick(0, 4));
        self.band(svg, hue, "ar o2", &pick(1, 3));
        let median: Vec<_> = rows
            .iter()
            .map(|(x, q)| {
                (self.x.at(*x), if q[2].is_finite() { self.y.held(q[2]) } else { f64::NAN })
            })
            .collect();
        svg.polyline(&median, "ln", hue);
    }

    /// A dot with a white rim at a value.
    pub fn dot(&self, svg: &mut Svg, hue: Hue, at: (f64, f64), radius: f64) {
        let centre = (self.x.at(at.0), self.y.at(at.1));
        if centre.0.is_finite() && centre.1.is_finite() {
            svg.circle(centre, radius + 1.5, "ar", Hue::Soft);
            svg.circle(centre, radius, "ar", hue);
        }
    }

    /// Names right of the plot at the height of their curves, pushed apart; a hairline leads to
    /// a label that had to move far.
    pub fn end_labels(&self, svg: &mut Svg, labels: &[Label]) {
        let wanted: Vec<f64> = labels.iter().map(|label| self.y.held(label.value)).collect();
        let placed = spread(&wanted, 13.0, self.top + 2.0, self.bottom - 2.0);
        let room = svg.width - self.right - 10.0;
        for ((label, &want), &y) in labels.iter().zip(&wanted).zip(&placed) {
            let moved = (y - want).abs() > 5.0;
            let start = self.right + if moved { 14.0 } else { 6.0 };
            if moved {
                svg.line((self.right + 2.0, want), (start - 2.0, y), "ln thin", Hue::Mute);
            }
            let shown = text::fit(&label.text, 12.0, false, room.max(20.0));
            svg.text((start, y + 4.0), Anchor::Start, "kt", label.hue, &shown);
        }
    }
}

/// The middle of a tick's number, moved so that it stays inside the drawing.
fn within(svg: &Svg, x: f64, text: &str) -> f64 {
    let half = text::width(text, 11.0, false) / 2.0;
    x.min(svg.width - half).max(half)
}

/// Rest that makes labelled years round numbers (2030 rather than 2029 for every fifth).
fn year_rest(calendar: Calendar, every: i32) -> i32 {
    if every <= 2 {
        // The first year of the axis that has a tick.
        let first = if calendar.first_quarter == 1 { 0 } else { 1 };
        return first % every;
    }
    (-calendar.first_year).rem_euclid(every)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blank() -> Svg {
        Svg::new("x", 200.0, 100.0, "t", "d")
    }

    #[test]
    fn years_start_where_the_calendar_says() {
        let from_july = Calendar { first_year: 2025, first_quarter: 3 };
        assert_eq!(from_july.years(10), vec![(2.0, 2026), (6.0, 2027), (10.0, 2028)]);
        let from_january = Calendar { first_year: 2025, first_quarter: 1 };
        assert_eq!(from_january.years(4), vec![(0.0, 2025), (4.0, 2026)]);
    }

    #[test]
    fn a_step_holds_its_value_for_a_quarter() {
        let frame = Frame::within(0.0, 0.0, 40.0, 100.0).x(Scale::quarters(4));
        let mut svg = blank();
        frame.step(&mut svg, Hue::C1, "ln", &[1.0, 0.5]);
        assert!(svg.finish().contains("d=\"M0 0L10 0L10 50L20 50\""));
    }

    #[test]
    fn a_fan_holds_values_inside_the_plot() {
        let frame = Frame::within(0.0, 0.0, 10.0, 100.0).x(Scale::linear(0.0, 1.0));
        let mut svg = blank();
        let row = [-9.0, 0.25, 0.5, 0.75, 9.0];
        frame.fan(&mut svg, Hue::C1, &[(0.0, row), (1.0, row)]);
        let markup = svg.finish();
        assert!(markup.contains("d=\"M0 100L10 100L10 0L0 0Z\""), "{markup}");
        assert!(markup.contains("d=\"M0 50L10 50\""));
    }

    #[test]
    fn long_horizons_label_round_years() {
        let frame = Frame::within(0.0, 0.0, 150.0, 80.0).x(Scale::quarters(80));
        let mut svg = blank();
        frame.year_axis(&mut svg, Calendar { first_year: 2023, first_quarter: 2 });
        let markup = svg.finish();
        assert!(markup.contains(">2025<") && markup.contains("30<"), "{markup}");
        assert!(!markup.contains(">2024<"));
    }
}

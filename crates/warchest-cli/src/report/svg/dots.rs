//! Rows of dots with intervals: one estimate and how far it may be off.

use super::canvas::{Anchor, Hue, Svg};
use super::frame::Frame;
use super::text;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Name left of the plot.
    pub name: String,
    /// Interval drawn as a bar; `None` when there is none.
    pub interval: Option<(f64, f64)>,
    /// Dots: value, colour, filled or a ring.
    pub dots: Vec<(f64, Hue, bool)>,
    /// Text right of the plot.
    pub note: String,
}

/// Height of a row in pixels.
pub const ROW: f64 = 26.0;

/// Rows inside a frame whose horizontal scale is set. Marks outside the scale are held at its
/// ends, with an arrow.
pub fn rows(svg: &mut Svg, frame: &Frame, rows: &[Row]) {
    for (i, row) in rows.iter().enumerate() {
        let y = frame.top + (i as f64 + 0.5) * ROW;
        svg.line((0.0, y + ROW / 2.0), (svg.width, y + ROW / 2.0), "grid", Hue::Rule);
        let name = text::fit(&row.name, 12.0, false, frame.left - 8.0);
        svg.text((0.0, y + 4.0), Anchor::Start, "", Hue::Ink, &name);
        svg.text((svg.width, y + 4.0), Anchor::End, "mu sm", Hue::Ink, &row.note);
        let hue = row.dots.first().map_or(Hue::C1, |dot| dot.1);
        if let Some((low, high)) = row.interval {
            let (from, to) = (frame.x.held(low), frame.x.held(high));
            svg.rect(from, y - 3.0, (to - from).max(1.0), 6.0, "ar o2", hue);
            if high > frame.x.domain.1 {
                let tip = frame.right + 6.0;
                svg.polygon(&[(tip, y), (tip - 6.0, y - 4.0), (tip - 6.0, y + 4.0)], "ar", hue);
            }
        }
        for &(value, hue, filled) in &row.dots {
            if value.is_finite() {
                let class = if filled { "ar" } else { "ring" };
                svg.circle((frame.x.held(value), y), 4.5, class, hue);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::svg::Scale;

    #[test]
    fn an_interval_that_leaves_the_scale_gets_an_arrow() {
        let frame = Frame::within(50.0, 0.0, 150.0, 26.0).x(Scale::linear(0.0, 10.0));
        let row = |interval| Row {
            name: "a".into(),
            interval: Some(interval),
            dots: vec![(5.0, Hue::C1, true)],
            note: String::new(),
        };
        let draw = |interval| {
            let mut svg = Svg::new("d", 200.0, 30.0, "t", "d");
            rows(&mut svg, &frame, &[row(interval)]);
            svg.finish()
        };
        assert!(draw((1.0, 9.0)).contains("x=\"60\" y=\"10\" width=\"80\""));
        assert!(!draw((1.0, 9.0)).contains("<path"));
        assert!(draw((1.0, 99.0)).contains("<path"));
        assert!(draw((1.0, 9.0)).contains("cx=\"100\" cy=\"13\""));
    }
}

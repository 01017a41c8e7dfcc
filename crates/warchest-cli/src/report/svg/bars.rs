//! Bars: rows stacked to a whole, and columns stacked over time.

use super::canvas::{Anchor, Hue, Svg};
use super::frame::Frame;
use super::text;

/// One part of a stacked bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its length, in the units of the scale.
    pub value: f64,
    /// Its colour.
    pub hue: Hue,
    /// What is written inside when there is room, e.g. `41 %`.
    pub text: String,
}

/// One row: a name on the left and parts that follow each other from `start`.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Name left of the bar.
    pub name: String,
    /// Parts from left to right.
    pub parts: Vec<Part>,
}

/// Height of a row of [`stacked_rows`], in pixels.
pub const ROW: f64 = 26.0;

/// Stacked rows inside a frame whose horizontal scale is set. Rows are [`ROW`] high from the
/// top of the frame; a number that does not fit its part is left out (the table has it).
pub fn stacked_rows(svg: &mut Svg, frame: &Frame, rows: &[Row]) {
    for (i, row) in rows.iter().enumerate() {
        let y = frame.top + i as f64 * ROW;
        let name = text::fit(&row.name, 12.0, false, frame.left - 8.0);
        svg.text((frame.left - 8.0, y + 16.0), Anchor::End, "", Hue::Ink, &name);
        let mut at = frame.x.domain.0;
        for part in &row.parts {
            let (from, to) = (frame.x.at(at), frame.x.at(at + part.value));
            at += part.value;
            if to - from < 0.05 {
                continue;
            }
            svg.rect(from, y + 3.0, (to - from - 1.0).max(0.4), ROW - 6.0, "ar", part.hue);
            if to - from > text::width(&part.text, 11.0, true) + 8.0 {
                let class = match part.hue {
                    Hue::Soft | Hue::Rule | Hue::C6 => "sm",
                    _ => "sm bd on",
                };
                let at = ((from + to - 1.0) / 2.0, y + 17.0);
                svg.text(at, Anchor::Middle, class, Hue::Ink, &part.text);
            }
        }
    }
}

/// One column of a stack over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Left and right edge on the horizontal scale.
    pub span: (f64, f64),
    /// Values from the axis outwards; negative ones stack below zero.
    pub values: Vec<f64>,
}

/// Highest and lowest reach of the columns.
pub fn reach(columns: &[Column]) -> (f64, f64) {
    let fold = |keep: fn(f64) -> bool| {
        let sums = columns.iter().map(move |column| -> f64 {
            column.values.iter().filter(|v| v.is_finite() && keep(**v)).sum()
        });
        sums.collect::<Vec<f64>>()
    };
    let low = fold(|v| v < 0.0).into_iter().fold(0.0, f64::min);
    let high = fold(|v| v > 0.0).into_iter().fold(0.0, f64::max);
    (low, high)
}

/// Stacked columns; `hues[i]` colours the `i`-th value of each. `gap` pixels between columns.
pub fn stacked_columns(svg: &mut Svg, frame: &Frame, columns: &[Column], hues: &[Hue], gap: f64) {
    for column in columns {
        let (left, right) = (frame.x.at(column.span.0), frame.x.at(column.span.1));
        let (mut up, mut down) = (0.0, 0.0);
        for (&value, &hue) in column.values.iter().zip(hues) {
            if !value.is_finite() || value == 0.0 {
                continue;
            }
            let side = if value > 0.0 { &mut up } else { &mut down };
            let (from, to) = (frame.y.at(*side), frame.y.at(*side + value));
            *side += value;
            svg.rect(left + gap / 2.0, from, right - left - gap, to - from, "ar", hue);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::svg::Scale;

    #[test]
    fn parts_follow_each_other() {
        let frame = Frame::within(100.0, 0.0, 200.0, 26.0).x(Scale::linear(0.0, 1.0));
        let mut svg = Svg::new("b", 210.0, 30.0, "t", "d");
        let part = |value, hue| Part { value, hue, text: "25 %".into() };
        let parts = vec![part(0.25, Hue::C1), part(0.75, Hue::C2)];
        stacked_rows(&mut svg, &frame, &[Row { name: "xAI".into(), parts }]);
        let markup = svg.finish();
        assert!(markup.contains("x=\"100\" y=\"3\" width=\"24\""), "{markup}");
        assert!(markup.contains("x=\"125\" y=\"3\" width=\"74\""), "{markup}");
        // Only the wide part has room for its number.
        assert_eq!(markup.matches("25\u{a0}%").count(), 1);
    }

    #[test]
    fn losses_stack_below_zero() {
        let columns = vec![Column { span: (0.0, 1.0), values: vec![3.0, -1.0, 2.0] }];
        assert_eq!(reach(&columns), (-1.0, 5.0));
        let frame = Frame::within(0.0, 0.0, 10.0, 60.0)
            .x(Scale::linear(0.0, 1.0))
            .y(Scale::linear(-1.0, 5.0));
        let mut svg = Svg::new("b", 20.0, 60.0, "t", "d");
        stacked_columns(&mut svg, &frame, &columns, &[Hue::C1, Hue::C2, Hue::C3], 0.0);
        let markup = svg.finish();
        assert!(markup.contains("k-c2\" x=\"0\" y=\"50\" width=\"10\" height=\"10\""), "{markup}");
        assert!(markup.contains("k-c3\" x=\"0\" y=\"0\" width=\"10\" height=\"20\""), "{markup}");
    }
}

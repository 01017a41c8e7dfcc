//! A heat map whose every cell also says its number.

use super::canvas::{Anchor, Hue, Svg};
use super::frame::Frame;
use super::number::Unit;

/// A grid of values: `values[row][column]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    /// Labels above the columns.
    pub columns: Vec<String>,
    /// Labels left of the rows.
    pub rows: Vec<String>,
    /// Values, NaN for an empty cell.
    pub values: Vec<Vec<f64>>,
    /// How the numbers are written.
    pub unit: Unit,
    /// Value drawn palest and value drawn darkest.
    pub span: (f64, f64),
}

/// Opacity classes from pale to dark: `h0` .. `h5` (see `chart.css`).
const LEVELS: usize = 6;

/// The level `0..LEVELS` of a value between the ends of a span.
pub fn level(value: f64, span: (f64, f64)) -> usize {
    let share = (value - span.0) / (span.1 - span.0);
    if share.is_nan() {
        0
    } else {
        (share.clamp(0.0, 1.0) * LEVELS as f64).min(LEVELS as f64 - 1.0) as usize
    }
}

/// Draws the grid to fill the frame.
pub fn draw(svg: &mut Svg, frame: &Frame, heat: &Heat, hue: Hue) {
    let width = (frame.right - frame.left) / heat.columns.len().max(1) as f64;
    let height = (frame.bottom - frame.top) / heat.rows.len().max(1) as f64;
    for (c, name) in heat.columns.iter().enumerate() {
        let x = frame.left + (c as f64 + 0.5) * width;
        svg.text((x, frame.top - 6.0), Anchor::Middle, "mu sm", Hue::Ink, name);
    }
    for (r, name) in heat.rows.iter().enumerate() {
        let y = frame.top + (r as f64 + 0.5) * height + 4.0;
        svg.text((frame.left - 6.0, y), Anchor::End, "mu sm", Hue::Ink, name);
    }
    for (r, row) in heat.values.iter().enumerate() {
        for (c, &value) in row.iter().enumerate() {
            let (x, y) = (frame.left + c as f64 * width, frame.top + r as f64 * height);
            let level = level(value, heat.span);
            let class = format!("ar cell h{level}");
            svg.rect(x, y, width, height, &class, hue);
            let ink = if level >= 4 { "sm on" } else { "sm" };
            let at = (x + width / 2.0, y + height / 2.0 + 4.0);
            svg.text(at, Anchor::Middle, ink, Hue::Ink, &heat.unit.show(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_cover_the_span_evenly() {
        let levels: Vec<usize> =
            [-1.0, 0.0, 0.17, 0.5, 0.99, 1.0, 7.0].map(|v| level(v, (0.0, 1.0))).to_vec();
        assert_eq!(levels, vec![0, 0, 1, 3, 5, 5, 5]);
        assert_eq!(level(f64::NAN, (0.0, 1.0)), 0);
    }

    #[test]
    fn every_cell_is_drawn_with_its_number() {
        let heat = Heat {
            columns: vec!["5×".into(), "10×".into()],
            rows: vec!["8 %".into()],
            values: vec![vec![0.25, 0.5]],
            unit: Unit::Share,
            span: (0.0, 1.0),
        };
        let mut svg = Svg::new("h", 100.0, 50.0, "t", "d");
        draw(&mut svg, &Frame::within(20.0, 20.0, 100.0, 50.0), &heat, Hue::C1);
        let markup = svg.finish();
        assert_eq!(markup.matches("<rect").count(), 2);
        assert!(
            markup.contains("25\u{a0}%")
                && markup.contains("x=\"60\" y=\"20\" width=\"40\" height=\"30\"")
        );
    }
}

//! A tornado: what each cause moves, largest first, around a zero line.

use super::canvas::{Anchor, Hue, Svg};
use super::frame::Frame;
use super::number::Unit;
use super::text;

/// One cause and the change it brings at its two ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Name left of the plot.
    pub name: String,
    /// Change at the low end, and how to call that end.
    pub low: (f64, String),
    /// Change at the high end.
    pub high: (f64, String),
}

/// Height of a bar's row in pixels.
pub const ROW: f64 = 26.0;

/// The order in which bars are drawn: widest reach first, ties by name.
pub fn order(bars: &[Bar]) -> Vec<usize> {
    let reach = |bar: &Bar| bar.low.0.abs().max(bar.high.0.abs());
    let mut order: Vec<usize> = (0..bars.len()).collect();
    order.sort_by(|&a, &b| {
        reach(&bars[b]).total_cmp(&reach(&bars[a])).then(bars[a].name.cmp(&bars[b].name))
    });
    order
}

/// Draws the bars on a frame whose horizontal scale spans the changes.
pub fn draw(svg: &mut Svg, frame: &Frame, bars: &[Bar], unit: Unit) {
    let zero = frame.x.held(0.0);
    for (row, &i) in order(bars).iter().enumerate() {
        let (bar, y) = (&bars[i], frame.top + row as f64 * ROW);
        let name = text::fit(&bar.name, 12.0, false, frame.left - 8.0);
        svg.text((0.0, y + 17.0), Anchor::Start, "", Hue::Ink, &name);
        for (end, hue) in [(&bar.low, Hue::C2), (&bar.high, Hue::C1)] {
            let tip = frame.x.held(end.0);
            svg.rect(zero, y + 4.0, tip - zero, ROW - 8.0, "ar", hue);
            let (anchor, shift) =
                if end.0 < 0.0 { (Anchor::End, -4.0) } else { (Anchor::Start, 4.0) };
            let label = match end.1.is_empty() {
                true => unit.show(end.0),
                false => format!("{} {}", end.1, unit.show(end.0)),
            };
            svg.text((tip + shift, y + 17.0), anchor, "mu sm halo", Hue::Ink, &label);
        }
    }
    svg.line((zero, frame.top), (zero, frame.bottom), "axis", Hue::Ink);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::svg::Scale;

    fn bar(name: &str, low: f64, high: f64) -> Bar {
        Bar { name: name.into(), low: (low, String::new()), high: (high, String::new()) }
    }

    #[test]
    fn the_widest_comes_first() {
        let bars = [bar("b", -1.0, 1.0), bar("c", -3.0, 0.5), bar("a", -1.0, 1.0)];
        assert_eq!(order(&bars), vec![1, 2, 0]);
    }

    #[test]
    fn bars_start_at_zero() {
        let frame = Frame::within(50.0, 0.0, 150.0, 26.0).x(Scale::linear(-1.0, 1.0));
        let mut svg = Svg::new("t", 200.0, 30.0, "t", "d");
        draw(&mut svg, &frame, &[bar("a", -0.5, 0.25)], Unit::Share);
        let markup = svg.finish();
        assert!(markup.contains("k-c2\" x=\"75\" y=\"4\" width=\"25\""), "{markup}");
        assert!(markup.contains("k-c1\" x=\"100\" y=\"4\" width=\"12.5\""), "{markup}");
    }
}

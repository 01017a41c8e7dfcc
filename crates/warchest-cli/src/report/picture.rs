//! The survival curves as one picture that stands alone, for a README or a slide.

use super::input::ReportInput;
use super::page::Size;
use super::survival::{draw_curve, source};
use super::svg::{Anchor, Hue, Svg, text};
use super::words;

/// Height of a panel in pixels.
const PANEL: f64 = 180.0;
/// Room around the picture.
const EDGE: f64 = 24.0;

/// An SVG file, 1,048 pixels wide, that follows the reader's light or dark setting.
pub fn render(input: &ReportInput) -> String {
    let order = words::by_risk(input);
    let width = Size::Wide.panel(order.len());
    let across = ((Size::Wide.width() + 24.0) / (width + 24.0)).floor().max(1.0) as usize;
    let rows = order.len().div_ceil(across);
    let title = words::survival(input);
    let verdict = text::wrap(&words::verdict(input), 14.0, 820.0);
    let top = EDGE + 34.0 + 19.0 * verdict.len() as f64;
    let height = top + rows as f64 * (PANEL + 14.0) + 34.0;
    let mut svg =
        Svg::new("picture", Size::Wide.width() + 2.0 * EDGE, height, &title, &verdict.join(" "));
    svg.text((EDGE, EDGE + 16.0), Anchor::Start, "bd hd", Hue::Ink, &title);
    for (i, line) in verdict.iter().enumerate() {
        let y = EDGE + 40.0 + 19.0 * i as f64;
        svg.text((EDGE, y), Anchor::Start, "mu lg", Hue::Ink, line);
    }
    for (slot, &firm) in order.iter().enumerate() {
        let x = EDGE + (slot % across) as f64 * (width + 24.0);
        let y = top + (slot / across) as f64 * (PANEL + 14.0);
        draw_curve(&mut svg, input, firm, (x, y), (width, PANEL));
    }
    let foot = format!(
        "Probability of being alive and independent, %. {} Command: {}",
        source(input),
        input.card.command
    );
    let foot = text::fit(&foot, 11.0, false, Size::Wide.width());
    svg.text((EDGE, height - 16.0), Anchor::Start, "mu sm", Hue::Ink, &foot);
    svg.finish_alone()
}

//! Charts drawn by hand: small pieces that write the same SVG bytes every time.
//!
//! A chart is made in four moves.
//!
//! 1. [`Svg::new`] opens a drawing (`id`, size, title, description: what a screen reader says).
//! 2. [`Frame::new`] places a plot inside it with an `x` and a `y` [`Scale`]
//!    ([`Scale::linear`], [`Scale::log`], [`Scale::quarters`]); [`Frame::value_axis`],
//!    [`Frame::year_axis`], [`Frame::x_axis`] and [`Frame::threshold`] draw grid and ticks.
//! 3. Marks: [`Frame::line`], [`Frame::step`], [`Frame::band`], [`Frame::fan`], [`Frame::dot`],
//!    [`Frame::end_labels`] on a frame; whole charts in [`bars`], [`dots`], [`heat`], [`tornado`].
//! 4. [`Svg::finish`] for a page that carries `chart.css`, [`Svg::finish_alone`] for a file.
//!
//! Colour is a class, never a number: [`Hue`] names a role (`Hue::Ink`, `Hue::C1` ...) and
//! `chart.css` gives it a light and a dark value, both safe for colour-blind readers. Text is
//! measured with [`text::width`], so labels are placed next to what they name and pushed apart
//! by [`labels::spread`]: no legends. Numbers are written by [`number`]. Coordinates are
//! rounded to a tenth of a pixel.
//!
//! ```ignore
//! let mut svg = Svg::new("survival", 360.0, 220.0, "Survival", "Falls from 100 % to 41 %.");
//! let mut frame = Frame::new(&svg, Margins::new(24.0, 60.0, 24.0, 34.0))
//!     .x(Scale::linear(0.0, 40.0))
//!     .y(Scale::linear(0.0, 1.0));
//! frame.value_axis(&mut svg, &frame.y.ticks(4), Unit::Share);
//! frame.year_axis(&mut svg, Calendar { first_year: 2025, first_quarter: 3 });
//! frame.band(&mut svg, Hue::C1, &low, &high);
//! frame.step(&mut svg, Hue::C1, &survival);
//! frame.end_labels(&mut svg, vec![Label::new("xAI", 0.41, Hue::C1)]);
//! let markup = svg.finish();
//! ```

pub mod bars;
pub mod canvas;
pub mod dots;
pub mod frame;
pub mod heat;
pub mod labels;
pub mod number;
pub mod scale;
pub mod text;
pub mod tornado;

pub use canvas::{Anchor, Hue, Svg, escape};
pub use frame::{Calendar, Frame, Margins};
pub use number::Unit;
pub use scale::Scale;

/// Style of the charts: colours by role, light and dark, and the weights of lines and text.
pub const CHART_CSS: &str = include_str!("chart.css");

//! The drawing itself: a string that only ever grows by whole elements.

use super::frame::{Calendar, Frame};
use std::fmt::Write;

/// The role of a colour. `chart.css` holds its value in light and dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hue {
    /// Text and the one line that matters.
    Ink,
    /// Context: the other firms, the past.
    Mute,
    /// Hairlines.
    Rule,
    /// Empty parts of a bar.
    Soft,
    /// Blue.
    C1,
    /// Vermilion.
    C2,
    /// Green.
    C3,
    /// Ochre.
    C4,
    /// Violet.
    C5,
    /// Light blue.
    C6,
    /// A good end.
    Good,
    /// A bad end.
    Bad,
}

impl Hue {
    /// Class that sets the colour variable of an element.
    pub fn class(self) -> &'static str {
        match self {
            Hue::Ink => "k-ink",
            Hue::Mute => "k-mute",
            Hue::Rule => "k-rule",
            Hue::Soft => "k-soft",
            Hue::C1 => "k-c1",
            Hue::C2 => "k-c2",
            Hue::C3 => "k-c3",
            Hue::C4 => "k-c4",
            Hue::C5 => "k-c5",
            Hue::C6 => "k-c6",
            Hue::Good => "k-good",
            Hue::Bad => "k-bad",
        }
    }

    /// The categorical colours in the order in which they are handed out.
    pub const CATEGORIES: [Hue; 6] = [Hue::C1, Hue::C2, Hue::C4, Hue::C3, Hue::C5, Hue::C6];
}

/// Where text sits relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Text starts at the point.
    Start,
    /// Text is centred on it.
    Middle,
    /// Text ends at it.
    End,
}

/// Text, attribute or title made safe for markup; a percent sign stays with its number.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' if chars.peek() == Some(&'%') => safe.push('\u{a0}'),
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if (c as u32) < 32 && c != '\n' && c != '\t' => {}
            c => safe.push(c),
        }
    }
    safe
}

/// A coordinate rounded to a tenth of a pixel, without a trailing `.0` or a negative zero.
pub fn px(value: f64) -> String {
    let tenths = (value * 10.0).round();
    if !tenths.is_finite() {
        return "0".to_string();
    }
    let text = format!("{:.1}", tenths / 10.0);
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_string(),
        Some(whole) => whole.to_string(),
        None => text,
    }
}

/// One drawing.
#[derive(Clone, Debug)]
pub struct Svg {
    id: String,
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    title: String,
    description: String,
    body: String,
    read_out: Option<ReadOut>,
}

/// What a pointer over the plot reads: columns of equal width between `left` and `right`.
#[derive(Clone, Debug)]
struct ReadOut {
    left: f64,
    right: f64,
    calendar: Calendar,
    tips: Vec<String>,
}

impl Svg {
    /// An empty drawing. The id must be unique on its page; the title and the description are
    /// what a screen reader says.
    pub fn new(id: &str, width: f64, height: f64, title: &str, description: &str) -> Svg {
        Svg {
            id: id.to_string(),
            width,
            height,
            title: title.to_string(),
            description: description.to_string(),
            body: String::new(),
            read_out: None,
        }
    }

    /// A rectangle; a negative width or height is drawn from the other corner.
    pub fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, class: &str, hue: Hue) {
        let (x, width) = if width < 0.0 { (x + width, -width) } else { (x, width) };
        let (y, height) = if height < 0.0 { (y + height, -height) } else { (y, height) };
        let (x, y, width, height) = (px(x), px(y), px(width), px(height));
        let hue = hue.class();
        let _ = write!(
            self.body,
            "<rect class=\"{class} {hue}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        );
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str, hue: Hue) {
        let hue = hue.class();
        let (x1, y1, x2, y2) = (px(from.0), px(from.1), px(to.0), px(to.1));
        let _ = write!(
            self.body,
            "<line class=\"{class} {hue}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"
        );
    }

    /// A path through points; a point that is not finite breaks it.
    pub fn polyline(&mut self, points: &[(f64, f64)], class: &str, hue: Hue) {
        let mut data = String::new();
        let mut pen_down = false;
        for &(x, y) in points {
            if !(x.is_finite() && y.is_finite()) {
                pen_down = false;
                continue;
            }
            let _ = write!(data, "{}{} {}", if pen_down { "L" } else { "M" }, px(x), px(y));
            pen_down = true;
        }
        self.path(&data, class, hue);
    }

    /// A closed area between points.
    pub fn polygon(&mut self, points: &[(f64, f64)], class: &str, hue: Hue) {
        let finite: Vec<(f64, f64)> =
            points.iter().copied().filter(|p| p.0.is_finite() && p.1.is_finite()).collect();
        if finite.len() < 3 {
            return;
        }
        let mut data = String::new();
        for (i, &(x, y)) in finite.iter().enumerate() {
            let _ = write!(data, "{}{} {}", if i == 0 { "M" } else { "L" }, px(x), px(y));
        }
        data.push('Z');
        self.path(&data, class, hue);
    }

    fn path(&mut self, data: &str, class: &str, hue: Hue) {
        if !data.is_empty() {
            let hue = hue.class();
            let _ = write!(self.body, "<path class=\"{class} {hue}\" d=\"{data}\"/>");
        }
    }

    /// A circle.
    pub fn circle(&mut self, at: (f64, f64), radius: f64, class: &str, hue: Hue) {
        let hue = hue.class();
        let (x, y, r) = (px(at.0), px(at.1), px(radius));
        let _ =
            write!(self.body, "<circle class=\"{class} {hue}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>");
    }

    /// Text with its baseline at `y`. Classes: `mu` muted, `sm` 11 px, `bd` bold, `lg` 14 px,
    /// `kt` in the hue, `on` paper-coloured, `halo` legible over lines.
    pub fn text(&mut self, at: (f64, f64), anchor: Anchor, class: &str, hue: Hue, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let (x, y, text) = (px(at.0), px(at.1), escape(text));
        let class = match hue {
            Hue::Ink => class.to_string(),
            hue => format!("{class} {}", hue.class()),
        };
        let class = match class.trim() {
            "" => String::new(),
            class => format!(" class=\"{class}\""),
        };
        let _ = write!(self.body, "<text{class} x=\"{x}\" y=\"{y}\"{anchor}>{text}</text>");
    }

    /// What a pointer reads over the plot: one tip per quarter, columns of equal width from left
    /// to right, the calendar quarter above it unless the calendar's first year is 0. The page's
    /// script shows it; without the script nothing is lost but convenience.
    pub fn read_out(&mut self, frame: &Frame, calendar: Calendar, tips: Vec<String>) {
        self.read_out = Some(ReadOut { left: frame.left, right: frame.right, calendar, tips });
    }

    fn open(&self, attributes: &str) -> String {
        let (id, title, description) =
            (escape(&self.id), escape(&self.title), escape(&self.description));
        let (width, height) = (px(self.width), px(self.height));
        let tips = match &self.read_out {
            None => String::new(),
            Some(read) => format!(
                " data-tip=\"{}\" data-x=\"{},{},{},{}\"",
                escape(&read.tips.join("|")),
                px(read.left),
                px(read.right),
                read.calendar.first_year,
                read.calendar.first_quarter
            ),
        };
        format!(
            "<svg{attributes} class=\"chart\" id=\"{id}\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\"{tips}>\
             <title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{description}</desc>"
        )
    }

    /// The markup for a page that carries [`super::CHART_CSS`].
    pub fn finish(self) -> String {
        format!("{}{}</svg>", self.open(""), self.body)
    }

    /// The markup of a file that stands alone, on the paper colour.
    pub fn finish_alone(self) -> String {
        let css = super::CHART_CSS;
        let (width, height) = (px(self.width), px(self.height));
        format!(
            "{}<style>{css}</style><rect width=\"{width}\" height=\"{height}\" \
             style=\"fill:var(--paper)\"/>{}</svg>\n",
            self.open(" xmlns=\"http://www.w3.org/2000/svg\""),
            self.body
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        let cases = [
            (1.0, "1"),
            (1.04, "1"),
            (1.05, "1.1"),
            (-0.01, "0"),
            (-2.55, "-2.6"),
            (f64::NAN, "0"),
        ];
        for (value, text) in cases {
            assert_eq!(px(value), text, "{value}");
        }
    }

    #[test]
    fn a_gap_breaks_the_line() {
        let mut svg = Svg::new("a", 10.0, 10.0, "t", "d");
        svg.polyline(&[(0.0, 1.0), (1.0, f64::NAN), (2.0, 3.0), (3.0, 4.0)], "ln", Hue::C1);
        assert!(svg.finish().contains("d=\"M0 1M2 3L3 4\""));
    }

    #[test]
    fn hostile_text_stays_text() {
        let mut svg = Svg::new("a", 10.0, 10.0, "<b>", "\"&'");
        svg.text((0.0, 0.0), Anchor::Start, "", Hue::Ink, "</text><script>\u{1}");
        let markup = svg.finish();
        assert!(!markup.contains("<script>") && !markup.contains("<b>"));
        assert!(markup.contains("&lt;/text&gt;&lt;script&gt;</text>"));
    }
}

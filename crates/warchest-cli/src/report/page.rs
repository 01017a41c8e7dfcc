//! The page: sections with a finding for a headline, figures with a table and a CSV file
//! behind each, and the markup that holds them. Knows nothing of firms or prices.
//!
//! A verb that wants its own page fills [`Page`] with [`Section`]s and calls [`Page::html`].

use super::svg::{CHART_CSS, Unit, escape, number};
use std::fmt::Write;

const PAGE_CSS: &str = include_str!("page.css");
const PAGE_JS: &str = include_str!("page.js");

/// A page that stands alone: no file, font or host besides itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Title of the page and of its tab.
    pub title: String,
    /// What kind of page it is, above the title.
    pub kicker: String,
    /// The question it answers, below the title.
    pub question: String,
    /// The answer in one sentence.
    pub verdict: String,
    /// Key figures under the verdict.
    pub key_figures: Vec<KeyFigure>,
    /// The sections in reading order.
    pub sections: Vec<Section>,
    /// Last line of the page.
    pub colophon: String,
}

/// One large number with the words that make it a statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyFigure {
    /// The number with its unit.
    pub value: String,
    /// What it counts.
    pub what: String,
    /// Its error, or the range it comes from.
    pub note: String,
}

/// A part of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Anchor, unique on the page.
    pub id: String,
    /// Topic in a word or two: the table of contents.
    pub topic: String,
    /// The finding, as a sentence.
    pub headline: String,
    /// Paragraphs before the figures, plain text.
    pub text: Vec<String>,
    /// Figures, tables, prepared markup.
    pub blocks: Vec<Block>,
}

/// What a section is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A chart with its table.
    Figure(Box<Figure>),
    /// A table that is itself the exhibit.
    Table(Table),
    /// A paragraph of plain text.
    Text(String),
    /// Items of plain text.
    List(Vec<String>),
    /// Markup, already escaped and balanced.
    Html(String),
}

/// The width at which a chart is drawn; a page shows the one that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A desk: 1,000 pixels for a whole figure.
    Wide,
    /// A telephone: 358 pixels.
    Narrow,
}

impl Size {
    /// Width of a figure in pixels.
    pub fn width(self) -> f64 {
        if self.narrow() { 358.0 } else { 1000.0 }
    }

    /// Width of one of `count` panels: three to five side by side on a desk, whichever leaves
    /// the fewest places empty; two on a telephone.
    pub fn panel(self, count: usize) -> f64 {
        let empty = |across: usize| (across - count % across) % across;
        let best = [4, 3, 5].into_iter().min_by_key(|across| empty(*across)).unwrap_or(4);
        let best = if count <= 3 { 3 } else { best };
        let (across, gap) = if self.narrow() { (2.0, 14.0) } else { (best as f64, 24.0) };
        ((self.width() - (across - 1.0) * gap) / across).floor()
    }

    /// Whether this is the telephone.
    pub fn narrow(self) -> bool {
        self == Size::Narrow
    }

    /// `id-w` or `id-n`: the two drawings of a figure must not share their ids.
    pub fn id(self, id: &str) -> String {
        format!("{id}-{}", if self.narrow() { "n" } else { "w" })
    }
}

/// A chart with everything a reader needs to trust it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// Anchor and prefix of the ids of its drawings.
    pub id: String,
    /// The finding.
    pub title: String,
    /// What is drawn, with units.
    pub subtitle: String,
    /// Drawings for [`Size::Wide`]; several stand side by side as panels.
    pub wide: Vec<String>,
    /// Drawings for [`Size::Narrow`].
    pub narrow: Vec<String>,
    /// How to read it, what to beware of.
    pub note: String,
    /// Where the numbers come from.
    pub source: String,
    /// The table behind the chart.
    pub table: Table,
    /// What the CSV file holds, when it is more than the table.
    pub data: Option<Table>,
}

impl Figure {
    /// Draws both sizes.
    pub fn draw(&mut self, art: impl Fn(Size) -> Vec<String>) {
        self.wide = art(Size::Wide);
        self.narrow = art(Size::Narrow);
    }
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number, written for the reader in its unit and for the CSV file in full.
    Number(f64, Unit),
    /// A number whose reader's form is given.
    Shown(f64, String),
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    fn shown(&self) -> String {
        match self {
            Cell::Text(text) | Cell::Shown(_, text) => text.clone(),
            Cell::Number(value, unit) => unit.show(*value),
        }
    }

    fn raw(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Number(value, _) | Cell::Shown(value, _) => number::data(*value),
        }
    }

    fn is_number(&self) -> bool {
        !matches!(self, Cell::Text(_))
    }
}

/// Rows under named columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Column names, with units where the cells do not carry them.
    pub columns: Vec<String>,
    /// Cells by row.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: &[&str]) -> Table {
        Table { columns: columns.iter().map(|c| c.to_string()).collect(), rows: Vec::new() }
    }

    /// Comma-separated values, one header line, `\n` line ends, text quoted where it must be.
    pub fn csv(&self) -> String {
        let quote = |text: &str| match text.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text.to_string(),
        };
        let mut out = self.columns.iter().map(|c| quote(c)).collect::<Vec<_>>().join(",");
        out.push('\n');
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| quote(&cell.raw())).collect();
            out.push_str(&cells.join(","));
            out.push('\n');
        }
        out
    }

    /// Markup of the table, in a box that scrolls sideways by itself.
    pub fn html(&self) -> String {
        let mut out = String::from("<div class=\"scroll\"><table><thead><tr>");
        for (i, name) in self.columns.iter().enumerate() {
            let number = self.rows.first().and_then(|row| row.get(i)).is_some_and(Cell::is_number);
            let class = if number { " class=\"n\"" } else { "" };
            let _ = write!(out, "<th scope=\"col\"{class}>{}</th>", escape(name));
        }
        out.push_str("</tr></thead><tbody>");
        for row in &self.rows {
            out.push_str("<tr>");
            for (i, cell) in row.iter().enumerate() {
                let text = escape(&cell.shown());
                let _ = match (i, cell.is_number()) {
                    (0, false) => write!(out, "<th scope=\"row\">{text}</th>"),
                    (_, true) => write!(out, "<td class=\"n\">{text}</td>"),
                    (_, false) => write!(out, "<td>{text}</td>"),
                };
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table></div>");
        out
    }
}

/// A `data:` address that holds a text file.
fn data_uri(media: &str, text: &str) -> String {
    let mut out = format!("data:{media};charset=utf-8,");
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' => {
                out.push(byte as char);
            }
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// Text that names `https://` addresses, with each as a link.
pub fn linked(text: &str) -> String {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | ')' | ']' | ';');
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("https://") {
        let tail = &rest[start..];
        let end = tail.find(is_end).unwrap_or(tail.len());
        let address = tail[..end].trim_end_matches(['.', ',']);
        let shown = address.trim_start_matches("https://").trim_start_matches("www.");
        let shown = super::svg::text::fit(shown, 12.0, false, 330.0);
        out.push_str(&escape(&rest[..start]));
        let (href, shown) = (escape(address), escape(&shown));
        let _ = write!(out, "<a href=\"{href}\" rel=\"noreferrer\">{shown}</a>");
        rest = &tail[address.len()..];
    }
    out.push_str(&escape(rest));
    out
}

fn paragraph(out: &mut String, class: &str, text: &str) {
    if !text.is_empty() {
        let _ = write!(out, "<p class=\"{class}\">{}</p>", linked(text));
    }
}

fn drawings(out: &mut String, class: &str, drawings: &[String]) {
    let panels = if drawings.len() > 1 { " panels" } else { "" };
    let _ = write!(out, "<div class=\"{class}{panels}\">");
    for drawing in drawings {
        let _ = write!(out, "<div class=\"panel\">{drawing}</div>");
    }
    out.push_str("</div>");
}

fn figure(out: &mut String, figure: &Figure) {
    let id = escape(&figure.id);
    let _ = write!(out, "<figure id=\"{id}\"><figcaption><h3>{}</h3>", escape(&figure.title));
    paragraph(out, "sub", &figure.subtitle);
    out.push_str("</figcaption>");
    drawings(out, "art wide", &figure.wide);
    drawings(out, "art narrow", &figure.narrow);
    paragraph(out, "note", &figure.note);
    out.push_str("<div class=\"foot\">");
    paragraph(out, "source", &figure.source);
    let csv = figure.data.as_ref().unwrap_or(&figure.table).csv();
    let uri = data_uri("text/csv", &csv);
    let _ = write!(
        out,
        "<details class=\"data\"><summary>Table</summary>{}</details>\
         <a class=\"csv\" download=\"{id}.csv\" href=\"{uri}\">CSV</a></div></figure>",
        figure.table.html()
    );
}

impl Section {
    fn html(&self, out: &mut String) {
        let (id, topic) = (escape(&self.id), escape(&self.topic));
        let _ = write!(out, "<section id=\"{id}\"><p class=\"kicker\">{topic}</p>");
        let _ = write!(out, "<h2>{}</h2>", escape(&self.headline));
        for text in &self.text {
            paragraph(out, "text", text);
        }
        for block in &self.blocks {
            match block {
                Block::Figure(drawn) => figure(out, drawn),
                Block::Table(table) => out.push_str(&table.html()),
                Block::Text(text) => paragraph(out, "text", text),
                Block::Html(html) => out.push_str(html),
                Block::List(items) => {
                    out.push_str("<ul class=\"text\">");
                    for item in items {
                        let _ = write!(out, "<li>{}</li>", linked(item));
                    }
                    out.push_str("</ul>");
                }
            }
        }
        out.push_str("</section>");
    }
}

impl Page {
    /// The whole file.
    pub fn html(&self) -> String {
        let title = escape(&self.title);
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\
             <meta name=\"color-scheme\" content=\"light dark\"/>\
             <meta name=\"generator\" content=\"warchest\"/>\
             <link rel=\"icon\" href=\"data:,\"/>\
             <title>{title}</title><style>{CHART_CSS}{PAGE_CSS}</style></head><body>\
             <header><div class=\"bar\"><p class=\"kicker\">{}</p>\
             <button id=\"theme\" type=\"button\" hidden=\"hidden\">Dark</button></div>\
             <h1>{title}</h1>",
            escape(&self.kicker)
        );
        paragraph(&mut out, "standfirst", &self.question);
        paragraph(&mut out, "verdict", &self.verdict);
        self.figures_strip(&mut out);
        out.push_str("<nav aria-label=\"Contents\"><ul>");
        for section in &self.sections {
            let (id, topic) = (escape(&section.id), escape(&section.topic));
            let _ = write!(out, "<li><a href=\"#{id}\">{topic}</a></li>");
        }
        out.push_str("</ul></nav></header><main>");
        for section in &self.sections {
            section.html(&mut out);
        }
        out.push_str("</main><footer>");
        paragraph(&mut out, "colophon", &self.colophon);
        let _ = write!(out, "</footer><div id=\"tip\" hidden=\"hidden\"></div>");
        let _ = writeln!(out, "<script>{PAGE_JS}</script></body></html>");
        out
    }

    fn figures_strip(&self, out: &mut String) {
        if self.key_figures.is_empty() {
            return;
        }
        out.push_str("<dl class=\"keys\">");
        for key in &self.key_figures {
            let (value, what) = (escape(&key.value), escape(&key.what));
            let note = escape(&key.note);
            let _ = write!(
                out,
                "<div><dt>{what}</dt><dd class=\"big\">{value}</dd><dd class=\"err\">{note}</dd></div>"
            );
        }
        out.push_str("</dl>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_what_must_be_quoted() {
        let mut table = Table::new(&["firm", "a, b"]);
        table.rows.push(vec![Cell::text("say \"x\""), Cell::Number(0.25, Unit::Share)]);
        assert_eq!(table.csv(), "firm,\"a, b\"\n\"say \"\"x\"\"\",0.25\n");
        assert!(table.html().contains("<td class=\"n\">25\u{a0}%</td>"));
    }

    #[test]
    fn a_data_address_survives_any_text() {
        assert_eq!(
            data_uri("text/csv", "a b\n%é"),
            "data:text/csv;charset=utf-8,a%20b%0A%25%C3%A9"
        );
    }

    #[test]
    fn addresses_become_links_and_nothing_else_does() {
        let html = linked("See https://example.org/a?b=1&c, and <b>.");
        assert_eq!(
            html,
            "See <a href=\"https://example.org/a?b=1&amp;c\" rel=\"noreferrer\">\
             example.org/a?b=1&amp;c</a>, and &lt;b&gt;."
        );
        assert_eq!(linked("javascript:alert(1)"), "javascript:alert(1)");
    }
}

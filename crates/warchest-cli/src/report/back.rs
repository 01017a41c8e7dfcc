//! The back of the report: checks, assumptions with numbered sources, limits, run card.

use super::input::{Assumption, ReportInput};
use super::page::{Block, Section, linked};
use super::references::{Piece, References, pieces, with_addresses};
use super::svg::escape;
use super::svg::number::{capital, word};
use std::fmt::Write;

/// The section on checks, or nothing.
pub fn checks(input: &ReportInput) -> Option<Section> {
    if input.checks.is_empty() {
        return None;
    }
    let failed = input.checks.iter().filter(|check| !check.passed).count();
    let mut html = String::from("<ul class=\"verdicts\">");
    for check in &input.checks {
        let (class, verdict) = if check.passed { ("yes", "holds") } else { ("no", "fails") };
        let (name, text, found) = (escape(&check.name), escape(&check.text), escape(&check.found));
        let _ = write!(
            html,
            "<li><b class=\"{class}\">{verdict}</b><div>{name} <span>{text}</span>\
             <br/><span>Found: {found}</span></div></li>"
        );
    }
    html.push_str("</ul>");
    Some(Section {
        id: "checks".into(),
        topic: "Checks".into(),
        headline: match (failed, input.checks.len()) {
            (0, 1) => "The scenario’s own check holds".into(),
            (0, n) => format!("All {} checks of the scenario hold", word(n)),
            (1, n) => format!("One of {} checks fails", word(n)),
            (k, n) => format!("{} of {} checks fail", capital(&word(k)), word(n)),
        },
        blocks: vec![Block::Html(html)],
        ..Section::default()
    })
}

/// Whether a source is a judgement of the author rather than a document.
pub(crate) fn is_judgement(source: &str) -> bool {
    let first = source.split([';', ',', ':', '(']).next().unwrap_or("").trim().to_lowercase();
    matches!(first.as_str(), "assumption" | "definition" | "judgement" | "judgment")
}

/// The one numbered list of the page: references, and sources that are none, in the order of
/// their first use.
#[derive(Default)]
struct Sources {
    texts: Vec<String>,
}

impl Sources {
    /// Number of a text, from 1.
    fn number(&mut self, text: &str) -> usize {
        let at = self.texts.iter().position(|known| known == text).unwrap_or_else(|| {
            self.texts.push(text.to_string());
            self.texts.len() - 1
        });
        at + 1
    }

    fn mark(&mut self, text: &str) -> String {
        let n = self.number(text);
        format!("<a href=\"#source-{n}\">[{n}]</a>")
    }

    /// The source of an assumption as markup. The bracketed numbers of its file become those of
    /// the page; a document named without number gets one; a judgement needs none.
    fn cell(&mut self, assumption: &Assumption, references: &References) -> String {
        let source = assumption.source.as_deref().unwrap_or("").trim();
        let pieces = pieces(source);
        let cites = pieces.iter().any(|piece| matches!(piece, Piece::Numbers(_)));
        if !cites && (source.is_empty() || is_judgement(source)) {
            return escape(source);
        }
        if !cites {
            return format!("{} {}", escape(source), self.mark(source));
        }
        let mut html = String::new();
        for piece in pieces {
            match piece {
                Piece::Words(words) => html.push_str(&escape(words)),
                Piece::Numbers(numbers) => {
                    let marks = numbers.iter().map(|&n| {
                        match references.of(&assumption.origin, n) {
                            Some(text) => self.mark(text),
                            // Without its list a number would be taken for one of the page's.
                            None => format!("(no. {n} of its own list of references)"),
                        }
                    });
                    html.push_str(&marks.collect::<Vec<_>>().join(" "));
                }
            }
        }
        html
    }

    /// The list at the end, each entry complete in itself.
    fn list(&self) -> String {
        if self.texts.is_empty() {
            return String::new();
        }
        let mut html = String::from("<h3 class=\"text\">Sources</h3><ol class=\"sources text\">");
        for (i, text) in self.texts.iter().enumerate() {
            let text = linked(&with_addresses(text));
            let _ = write!(html, "<li id=\"source-{}\">{text}</li>", i + 1);
        }
        html + "</ol>"
    }
}

/// The heading under which an assumption stands: the firm, or the first part of its path.
fn group(path: &str) -> String {
    let mut parts = path.split('.');
    let first = parts.next().unwrap_or_default();
    match (first, parts.next()) {
        ("firm" | "region" | "segment" | "shock" | "stress" | "market", Some(name)) => {
            format!("{}: {name}", capital(first))
        }
        _ => capital(first),
    }
}

/// The section on assumptions, or nothing.
pub fn assumptions(input: &ReportInput) -> Option<Section> {
    if input.assumptions.is_empty() {
        return None;
    }
    let mut sources = Sources::default();
    let mut html = String::from(
        "<p class=\"tools\"><input id=\"filter\" type=\"search\" hidden=\"hidden\" \
         placeholder=\"Search assumptions and sources\" aria-label=\"Search assumptions\"/></p>",
    );
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (i, assumption) in input.assumptions.iter().enumerate() {
        let name = group(&assumption.path);
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, members)) => members.push(i),
            None => groups.push((name, vec![i])),
        }
    }
    for (name, members) in &groups {
        group_html(&mut html, name, members, input, &mut sources);
    }
    html.push_str(&sources.list());
    let judged = input
        .assumptions
        .iter()
        .filter(|a| a.source.as_deref().is_none_or(|s| s.is_empty() || is_judgement(s)))
        .count();
    let n = input.assumptions.len();
    Some(Section {
        id: "assumptions".into(),
        topic: "Assumptions".into(),
        headline: match judged {
            0 => format!("{n} assumptions, each with its source"),
            _ => format!("{n} assumptions, {judged} of them a judgement of the author"),
        },
        text: vec![
            "Every number the run reads, as written in the scenario, with its source, the date on \
             which it was known, and why it has this value. A judgement has no source but says why."
                .into(),
        ],
        blocks: vec![Block::Html(html)],
    })
}

fn group_html(
    html: &mut String,
    name: &str,
    members: &[usize],
    input: &ReportInput,
    sources: &mut Sources,
) {
    let _ = write!(
        html,
        "<details class=\"group\"><summary>{}<span>{}</span></summary><div class=\"scroll\"><table>\
         <thead><tr><th scope=\"col\">assumption</th><th scope=\"col\">value</th><th scope=\"col\">source</th>\
         <th scope=\"col\">why</th><th scope=\"col\">known at</th></tr></thead><tbody>",
        escape(name),
        members.len()
    );
    for &i in members {
        let assumption = &input.assumptions[i];
        let source = sources.cell(assumption, &input.references);
        let (path, text) = (escape(&assumption.path), escape(&assumption.text));
        let why = linked(assumption.why.as_deref().unwrap_or(""));
        let known = escape(assumption.known_at.as_deref().unwrap_or(""));
        let origin = escape(&assumption.origin);
        let _ = write!(
            html,
            "<tr><td class=\"p\" title=\"{origin}\">{path}</td><td class=\"v\">{text}</td><td>{source}</td>\
             <td class=\"w\">{why}</td><td>{known}</td></tr>"
        );
    }
    html.push_str("</tbody></table></div></details>");
}

/// The section on honest limits, or nothing.
pub fn limits(input: &ReportInput) -> Option<Section> {
    if input.limits.is_empty() {
        return None;
    }
    Some(Section {
        id: "limits".into(),
        topic: "Honest limits".into(),
        headline: "What this run cannot know".into(),
        blocks: vec![Block::List(input.limits.clone())],
        ..Section::default()
    })
}

/// The run card.
pub fn card(input: &ReportInput) -> Section {
    let mut html = format!("<pre>{}</pre><dl class=\"card\">", escape(&input.card.command));
    for (name, value) in &input.card.facts {
        let _ = write!(html, "<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value));
    }
    html.push_str("</dl>");
    Section {
        id: "run".into(),
        topic: "Run card".into(),
        headline: "Run it again: the same bytes come out".into(),
        blocks: vec![Block::Html(html)],
        ..Section::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_list_of_sources() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let shipped = format!("{root}/scenarios/toy.toml");
        let references = References::beside([shipped.as_str()]);
        let mut sources = Sources::default();
        let mut cell = |source: &str, file: &str| {
            let source = Some(source.to_string());
            let origin = format!("{file}:7");
            sources.cell(&Assumption { source, origin, ..Assumption::default() }, &references)
        };
        let mark = |n: usize| format!("<a href=\"#source-{n}\">[{n}]</a>");
        assert_eq!(cell("Reuters", &shipped), format!("Reuters {}", mark(1)));
        let two = format!("Battelle {}; BOND {}", mark(2), mark(3));
        assert_eq!(cell("Battelle [5]; BOND [1]", &shipped), two);
        assert_eq!(cell("Reuters", "my.toml"), format!("Reuters {}", mark(1)));
        assert_eq!(cell("assumption", &shipped), "assumption");
        assert_eq!(
            cell("users [5] and assumption", &shipped),
            format!("users {} and assumption", mark(2))
        );
        // A number whose list is not here is not left to be mistaken for one of the page's.
        assert_eq!(cell("BOND [1]", "my.toml"), "BOND (no. 1 of its own list of references)");
        let list = sources.list();
        assert_eq!(list.matches("<li").count(), 3);
        assert!(list.contains("<li id=\"source-2\">J. Battelle, How on earth"), "{list}");
        assert!(list.contains("<a href=\"https://battellemedia.com/archives/2025/04/"), "{list}");
    }

    #[test]
    fn assumptions_stand_with_their_firm() {
        assert_eq!(group("firm.xAI.cash"), "Firm: xAI");
        assert_eq!(group("technology.efficiency_growth"), "Technology");
    }
}

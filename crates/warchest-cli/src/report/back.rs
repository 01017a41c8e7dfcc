//! The back of the report: checks, assumptions with numbered sources, limits, run card.

use super::input::{Assumption, ReportInput};
use super::page::{Block, Section, linked};
use super::references::{References, cited, with_addresses};
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

/// Sources in the order of their first use, with the number of each assumption's source;
/// judgements have none.
fn numbered(assumptions: &[Assumption]) -> (Vec<&str>, Vec<Option<usize>>) {
    let mut sources: Vec<&str> = Vec::new();
    let mut numbers = Vec::new();
    for assumption in assumptions {
        let named = assumption.source.as_deref().filter(|s| !s.is_empty() && !is_judgement(s));
        let number = named.map(|source| {
            sources.iter().position(|known| *known == source).unwrap_or_else(|| {
                sources.push(source);
                sources.len() - 1
            }) + 1
        });
        numbers.push(number);
    }
    (sources, numbers)
}

/// The source of an assumption as markup: bracketed numbers lead to the list of references,
/// a source without them to its place in the list of sources.
fn source_html(source: &str, number: Option<usize>, references: &References) -> String {
    let known: Vec<u32> =
        cited(source).into_iter().filter(|n| references.contains_key(n)).collect();
    let mut html = escape(source);
    for n in &known {
        let mark = format!("[{n}]");
        html = html.replace(&mark, &format!("<a href=\"#ref-{n}\">{mark}</a>"));
    }
    match (known.is_empty(), number) {
        (true, Some(n)) => format!("{html} <sup><a href=\"#source-{n}\">{n}</a></sup>"),
        _ => html,
    }
}

/// The numbered list at the end: references cited, or else the sources themselves.
fn source_list(input: &ReportInput, sources: &[&str]) -> String {
    let mut cited_numbers: Vec<u32> = sources.iter().flat_map(|source| cited(source)).collect();
    cited_numbers.sort_unstable();
    cited_numbers.dedup();
    cited_numbers.retain(|n| input.references.contains_key(n));
    let mut items = String::new();
    for n in &cited_numbers {
        let text = linked(&with_addresses(&input.references[n]));
        let _ = write!(items, "<li id=\"ref-{n}\" value=\"{n}\">{text}</li>");
    }
    let rest: Vec<(usize, &&str)> = sources
        .iter()
        .enumerate()
        .filter(|(_, source)| !cited(source).iter().any(|n| input.references.contains_key(n)))
        .collect();
    let mut html = String::new();
    if !items.is_empty() {
        let _ = write!(
            html,
            "<h3 class=\"text\">References</h3><ol class=\"sources text\">{items}</ol>"
        );
    }
    if !rest.is_empty() {
        html.push_str("<h3 class=\"text\">Sources</h3><ol class=\"sources text\">");
        for (i, source) in rest {
            let n = i + 1;
            let _ = write!(html, "<li id=\"source-{n}\" value=\"{n}\">{}</li>", linked(source));
        }
        html.push_str("</ol>");
    }
    html
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
    let (sources, numbers) = numbered(&input.assumptions);
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
        group_html(&mut html, name, members, input, &numbers);
    }
    html.push_str(&source_list(input, &sources));
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
    numbers: &[Option<usize>],
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
        let source = assumption.source.as_deref().unwrap_or("");
        let source = source_html(source, numbers[i], &input.references);
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

    fn assumption(path: &str, source: Option<&str>) -> Assumption {
        Assumption { path: path.into(), source: source.map(String::from), ..Assumption::default() }
    }

    #[test]
    fn a_source_used_twice_has_one_number() {
        let all = [
            assumption("firm.xAI.cash", Some("Reuters")),
            assumption("clock.quarters", None),
            assumption("firm.xAI.debt", Some("Bloomberg")),
            assumption("firm.Meta.cash", Some("Reuters")),
        ];
        let (sources, numbers) = numbered(&all);
        assert_eq!(sources, vec!["Reuters", "Bloomberg"]);
        assert_eq!(numbers, vec![Some(1), None, Some(2), Some(1)]);
    }

    #[test]
    fn assumptions_stand_with_their_firm() {
        assert_eq!(group("firm.xAI.cash"), "Firm: xAI");
        assert_eq!(group("technology.efficiency_growth"), "Technology");
    }
}

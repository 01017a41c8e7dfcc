//! The back of the report: checks, assumptions with numbered sources, limits, run card.

use super::input::{Assumption, ReportInput};
use super::page::{Block, Section, linked};
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

/// Sources in the order of their first use, with the number of each assumption's source.
fn numbered(assumptions: &[Assumption]) -> (Vec<&str>, Vec<Option<usize>>) {
    let mut sources: Vec<&str> = Vec::new();
    let mut numbers = Vec::new();
    for assumption in assumptions {
        let number = assumption.source.as_deref().filter(|s| !s.is_empty()).map(|source| {
            sources.iter().position(|known| *known == source).unwrap_or_else(|| {
                sources.push(source);
                sources.len() - 1
            }) + 1
        });
        numbers.push(number);
    }
    (sources, numbers)
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
    if !sources.is_empty() {
        html.push_str("<h3 class=\"text\">Sources</h3><ol class=\"sources text\">");
        for (i, source) in sources.iter().enumerate() {
            let _ = write!(html, "<li id=\"source-{}\">{}</li>", i + 1, linked(source));
        }
        html.push_str("</ol>");
    }
    let unsourced = numbers.iter().filter(|number| number.is_none()).count();
    Some(Section {
        id: "assumptions".into(),
        topic: "Assumptions".into(),
        headline: format!(
            "{} assumptions from {} {}",
            input.assumptions.len(),
            word(sources.len()),
            if sources.len() == 1 { "source" } else { "sources" }
        ),
        text: vec![match unsourced {
            0 => "Every assumption names its source.".into(),
            n => format!(
                "{} of them carry no source: the run rests on the author’s word there.",
                capital(&word(n))
            ),
        }],
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
         <thead><tr><th scope=\"col\">assumption</th><th scope=\"col\">value</th>\
         <th scope=\"col\">why</th><th scope=\"col\">known at</th></tr></thead><tbody>",
        escape(name),
        members.len()
    );
    for &i in members {
        let assumption = &input.assumptions[i];
        let source = match numbers[i] {
            Some(n) => {
                format!("<sup><a href=\"#source-{n}\" aria-label=\"source {n}\">{n}</a></sup>")
            }
            None => String::new(),
        };
        let (path, text) = (escape(&assumption.path), escape(&assumption.text));
        let why = linked(assumption.why.as_deref().unwrap_or(""));
        let known = escape(assumption.known_at.as_deref().unwrap_or(""));
        let origin = escape(&assumption.origin);
        let _ = write!(
            html,
            "<tr><td class=\"p\" title=\"{origin}\">{path}</td><td class=\"v\">{text}{source}</td>\
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

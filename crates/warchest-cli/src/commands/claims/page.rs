//! `claims.html`, and the table of claims as a section of a run's report.

use super::chart;
use crate::report::page::{Block, Cell, KeyFigure, Page, Section, Table};
use crate::report::svg::{escape, number};
use std::fmt::Write;
use warchest::claims::{ClaimResult, ReadingResult, Report, Verdict};

/// The page.
pub fn render(report: &Report) -> String {
    let mut sections = vec![section(report)];
    for (class, topic, headline) in CLASSES {
        let members: Vec<&ClaimResult> =
            report.claims.iter().filter(|claim| class_of(claim) == class).collect();
        if !members.is_empty() {
            sections.push(group(class, topic, headline, &members));
        }
    }
    let page = Page {
        title: report.title.clone(),
        kicker: format!("warchest claims · as of {}", report.as_of),
        question: "Which statements hold, which only under one reading, and which are wrong? \
                   Each is recomputed from rows of data that are listed under it."
            .into(),
        verdict: verdict(report),
        key_figures: key_figures(report),
        sections,
        colophon: report.article.as_ref().map_or_else(String::new, |article| {
            format!(
                "Statements in our own words, from: {article}. A verdict can be re-derived by \
                 hand from the rows under it."
            )
        }),
    };
    page.html()
}

/// The claims as one section, for the appendix of a report.
pub fn section(report: &Report) -> Section {
    let mut blocks = Vec::new();
    blocks.extend(chart::factors(report).map(|figure| Block::Figure(Box::new(figure))));
    blocks.push(Block::Html(NARROW_TABLE.into()));
    blocks.push(Block::Table(table(report)));
    Section {
        id: "claims".into(),
        topic: "Claims".into(),
        headline: headline(report),
        text: vec![format!(
            "Each statement is recomputed from data (as of {}). A reading is one way to \
             understand it; where readings differ, all are shown.",
            report.as_of
        )],
        blocks,
    }
}

/// Four columns do not fit a telephone: there each claim is a card.
const NARROW_TABLE: &str = "<style>@media (max-width:720px){\
    #claims>.scroll thead{display:none}\
    #claims>.scroll tr{display:block;padding:9px 0;border-bottom:1px solid var(--rule)}\
    #claims>.scroll tbody th,#claims>.scroll td{display:block;border:0;padding:1px 0}\
    #claims>.scroll tbody th{font-weight:700}\
    #claims>.scroll td:nth-child(n+2)::before{color:var(--mute)}\
    #claims>.scroll td:nth-child(2)::before{content:\"stated: \"}\
    #claims>.scroll td:nth-child(3)::before{content:\"recomputed: \"}\
    #claims>.scroll td:nth-child(4)::before{content:\"verdict: \"}}</style>";

const CLASSES: [(&str, &str, &str); 5] = [
    ("holds", "Holds", "These hold under every reading"),
    ("one-reading", "Depends", "These hold only under some readings"),
    ("off", "Off", "These do not hold"),
    ("ahead", "Ahead", "These cannot be tested yet"),
    ("rules", "Rules", "Two rules become limits on the size of a bet"),
];

fn class_of(claim: &ClaimResult) -> &'static str {
    match claim.verdict {
        Verdict::Holds => "holds",
        Verdict::HoldsUnder { .. } => "one-reading",
        Verdict::NotTestableYet { .. } => "ahead",
        Verdict::Rule { .. } => "rules",
        _ => "off",
    }
}

fn count(report: &Report, class: &str) -> usize {
    report.claims.iter().filter(|claim| class_of(claim) == class).count()
}

fn headline(report: &Report) -> String {
    let (all, sure) = (report.claims.len(), count(report, "holds"));
    format!(
        "Of {} statements, {} hold as said and {} under some readings only",
        number::word(all),
        number::word(sure),
        number::word(count(report, "one-reading")),
    )
}

fn verdict(report: &Report) -> String {
    let off = count(report, "off");
    format!(
        "{}; {} {} not, and {} about the future or about what to do.",
        headline(report),
        number::word(off),
        if off == 1 { "does" } else { "do" },
        match count(report, "ahead") + count(report, "rules") {
            1 => "one is".to_string(),
            n => format!("{} are", number::word(n)),
        }
    )
}

fn key_figures(report: &Report) -> Vec<KeyFigure> {
    let labels = [
        ("holds", "hold as said"),
        ("one-reading", "hold under some readings only"),
        ("off", "do not hold"),
        ("ahead", "cannot be tested yet"),
        ("rules", "are rules for investors"),
    ];
    let figure = |(class, what): (&str, &str)| KeyFigure {
        value: count(report, class).to_string(),
        what: what.into(),
        note: format!("of {}", report.claims.len()),
    };
    labels.map(figure).to_vec()
}

/// Stated, recomputed, verdict; one row per claim.
fn table(report: &Report) -> Table {
    let mut table = Table::new(&["statement", "stated", "recomputed", "verdict"]);
    for claim in &report.claims {
        let stated = claim.stated.clone().unwrap_or_else(|| "–".into());
        table.rows.push(vec![
            Cell::text(&claim.says),
            Cell::text(stated),
            Cell::text(recomputed(claim)),
            Cell::text(&claim.words),
        ]);
    }
    table
}

fn recomputed(claim: &ClaimResult) -> String {
    let counted: Vec<&ReadingResult> =
        claim.readings.iter().filter(|r| !r.context && r.missing.is_none()).collect();
    let mut shown: Vec<&str> = Vec::new();
    for reading in &counted {
        if !shown.contains(&reading.shown.as_str()) {
            shown.push(&reading.shown);
        }
    }
    match (shown.is_empty(), &claim.sizing) {
        (false, _) => shown.join(" · "),
        (true, Some(sizing)) => {
            let part = |x: f64| format!("{:.1} %", 100.0 * x);
            let lines = sizing.lines.iter();
            let lines = lines.map(|line| match line.bets {
                1 => format!("stake {} on one bet", part(line.stake)),
                n => format!("{} spread over {n}", part(line.stake)),
            });
            lines.collect::<Vec<_>>().join(" · ")
        }
        (true, None) => "–".into(),
    }
}

fn group(class: &str, topic: &str, headline: &str, claims: &[&ClaimResult]) -> Section {
    let mut blocks = Vec::new();
    for claim in claims {
        blocks.push(Block::Html(claim_html(claim)));
        blocks.extend(chart::series(claim).map(|figure| Block::Figure(Box::new(figure))));
        blocks.push(Block::Html(rows_html(claim)));
    }
    Section {
        id: class.into(),
        topic: topic.into(),
        headline: headline.into(),
        blocks,
        ..Section::default()
    }
}

/// Statement, verdict and readings.
fn claim_html(claim: &ClaimResult) -> String {
    let (id, says) = (escape(&claim.id), escape(&claim.says));
    let mut out = format!(
        "<div id=\"claim-{id}\"><h3 style=\"margin-top:34px;font-size:18px\">{says}</h3>\
         <p class=\"text\"><b>{}</b></p><ul class=\"verdicts\" \
         style=\"list-style:none;padding:0;margin:6px 0 0\">",
        escape(&capital(&claim.words))
    );
    for reading in &claim.readings {
        let (class, mark) = match (reading.holds, reading.context) {
            (_, true) => ("", "beside"),
            (Some(true), _) => (" class=\"yes\"", "holds"),
            (Some(false), _) => (" class=\"no\"", "off"),
            (None, _) => ("", "no data"),
        };
        let _ = write!(
            out,
            "<li><b{class}>{mark}</b><div>{}: {}<br><code style=\"font-size:12px;overflow-wrap:anywhere\">{}</code></div></li>",
            escape(&reading.name),
            escape(&value_text(reading)),
            escape(&reading.expression)
        );
    }
    out.push_str("</ul>");
    if !claim.lets.is_empty() {
        out.push_str("<p class=\"note\">where");
        for (name, text) in &claim.lets {
            let _ = write!(
                out,
                "<br><code style=\"overflow-wrap:anywhere\">{} = {}</code>",
                escape(name),
                escape(text)
            );
        }
        out.push_str("</p>");
    }
    if let Some(spread) = claim.spread.filter(|spread| *spread > 1.005) {
        let _ = write!(out, "<p class=\"note\">The readings span a factor of {spread:.2}.</p>");
    }
    for note in claim.note.iter().chain(&claim.model_missing) {
        let _ = write!(out, "<p class=\"note\">{}</p>", escape(&capital(note)));
    }
    if let Some(model) = &claim.model {
        let from = match &model.run {
            Some(run) => format!("<code>{}</code> of {}", escape(&model.expression), escape(run)),
            None => format!(
                "the probability comes from <code>warchest run {} --paths {}</code>; give its \
                 folder with <code>--run</code>",
                escape(&model.scenario),
                model.paths
            ),
        };
        let _ = write!(out, "<p class=\"note\">Model: {from}.</p>");
    }
    sizing_html(claim, &mut out);
    out.push_str("</div>");
    out
}

fn value_text(reading: &ReadingResult) -> String {
    let mut text = match (&reading.missing_text, &reading.stated) {
        (Some(why), _) => why.clone(),
        (None, Some(stated)) if !reading.context => format!("{} against {stated}", reading.shown),
        _ => reading.shown.clone(),
    };
    if reading.from_memory {
        text.push_str(" (uses rows from memory, confidence D)");
    }
    if reading.hindsight {
        text.push_str(" (uses rows known only later)");
    }
    text
}

fn sizing_html(claim: &ClaimResult, out: &mut String) {
    let Some(sizing) = &claim.sizing else {
        return;
    };
    let mut table = Table::new(&[
        "independent bets",
        "stake, % of wealth",
        "without the rule",
        "lost at worst",
        "mean of the worst twentieth",
        "what binds",
    ]);
    let part = |x: f64| Cell::Shown(x, format!("{:.1} %", 100.0 * x));
    for line in &sizing.lines {
        table.rows.push(vec![
            Cell::Shown(f64::from(line.bets), line.bets.to_string()),
            part(line.stake),
            part(line.unlimited),
            part(line.worst),
            part(line.cvar),
            Cell::text(&line.binding),
        ]);
    }
    out.push_str(&table.html());
}

/// The rows a claim rests on, folded away.
fn rows_html(claim: &ClaimResult) -> String {
    if claim.rows.is_empty() {
        return String::new();
    }
    let mut table =
        Table::new(&["entity", "metric", "period", "value", "unit", "confidence", "source"]);
    for row in &claim.rows {
        table.rows.push(vec![
            Cell::text(&row.entity),
            Cell::text(&row.metric),
            Cell::text(&row.period),
            Cell::Shown(row.value, row.value.to_string()),
            Cell::text(&row.unit),
            Cell::text(&row.confidence),
            Cell::text(&row.source),
        ]);
    }
    format!(
        "<details class=\"data\" style=\"margin-top:6px\"><summary>{} of data</summary>{}</details>",
        match claim.rows.len() {
            1 => "1 row".to_string(),
            n => format!("{n} rows"),
        },
        table.html()
    )
}

fn capital(text: &str) -> String {
    number::capital(text)
}

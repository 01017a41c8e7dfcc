//! The page of a forecast.

use super::answer::{date, percent};
use super::fan::{self, money};
use super::forecast::{Answer, inside};
use crate::report::page::{Block, Cell, Figure, KeyFigure, Page, Section, Table};
use crate::report::svg::Unit;
use crate::report::svg::number::{capital, word};

/// The page.
pub fn render(answer: &Answer) -> String {
    let mut sections = vec![fan_section(answer)];
    sections.extend(realised_section(answer));
    sections.extend(rivals_section(answer));
    sections.push(source_section(answer));
    let from = date(answer.origin.0, answer.yearly);
    Page {
        title: format!("{}, forecast from {from}", answer.name),
        kicker: format!("warchest curve · law: {}", law(&answer.law)),
        question: format!(
            "What does the cost up to {from} say about the {} after?",
            years(answer.horizon)
        ),
        verdict: verdict(answer),
        key_figures: key_figures(answer),
        sections,
        colophon: "Medians and quantiles, never means: the logarithm of the cost is Student-t, so \
                   the mean of the cost does not exist. A forecast says what the past of this \
                   series and of others implies, not what will happen."
            .into(),
    }
    .html()
}

/// A law in words.
fn law(name: &str) -> &'static str {
    match name {
        "naive" => "random walk without trend",
        "moore" => "Moore, random walk with drift",
        "ima" => "Moore with noise that echoes",
        "trend" => "straight line through the logs",
        "wright" => "Wright, cost against cumulative production",
        "pooled-one" => "Moore, pooled across 66 technologies",
        "pooled-wright" => "Wright, pooled across 76 technologies",
        _ => "Moore, pooled across 66 technologies of two kinds",
    }
}

fn years(horizon: f64) -> String {
    match horizon {
        1.0 => "year".to_string(),
        whole if whole.fract() == 0.0 => format!("{} years", word(whole as usize)),
        part => format!("{part} years"),
    }
}

fn verdict(answer: &Answer) -> String {
    let Some(row) = answer.rows.last() else {
        return String::new();
    };
    let q = row.quantiles.map(|v| money(answer, v));
    let fall = row.quantiles[3] / answer.origin.1;
    let turn = match fall {
        f if f < 0.985 => format!("a fall of {}", percent(1.0 - f)),
        f if f > 1.015 => format!("a rise of {}", percent(f - 1.0)),
        _ => "hardly a change".to_string(),
    };
    let mut out = format!(
        "From {} in {} the median reaches {} in {}, {turn}; nine times in ten the cost lies \
         between {} and {}.",
        money(answer, answer.origin.1),
        date(answer.origin.0, answer.yearly),
        q[3],
        date(row.date, answer.yearly),
        q[1],
        q[5]
    );
    let of = answer.realised.len();
    if of > 0 {
        let within = inside(answer, 90);
        let all = match (of, within) {
            (1, 1) => "The one value known since lies inside the 90 % interval.".to_string(),
            (1, _) => "The one value known since lies outside the 90 % interval.".to_string(),
            (of, within) if of == within => {
                format!("All {} values known since lie inside the 90 % interval.", word(of))
            }
            _ => format!(
                "Of the {} values known since, {} {} inside the 90 % interval.",
                word(of),
                word(within),
                if within == 1 { "lies" } else { "lie" }
            ),
        };
        out.push(' ');
        out.push_str(&all);
    }
    out
}

fn key_figures(answer: &Answer) -> Vec<KeyFigure> {
    let fit = &answer.fit;
    let day = |at: f64| date(at, answer.yearly);
    let mut keys = vec![KeyFigure {
        value: money(answer, answer.origin.1),
        what: "last cost read".into(),
        note: [day(answer.origin.0), answer.unit.clone()]
            .join(", ")
            .trim_end_matches(", ")
            .to_string(),
    }];
    if fit.trend.value != 0.0 {
        let sign = if fit.change.value < 0.0 { "−" } else { "+" };
        keys.push(KeyFigure {
            value: format!("{sign}{}", percent(fit.change.value.abs())),
            what: "change a year".into(),
            note: format!("± {} points", (1000.0 * fit.change.error).round() / 10.0),
        });
    }
    if let Some(halving) = fit.halving {
        keys.push(KeyFigure {
            value: format!("{} years", super::answer::money(halving.value, false)),
            what: if fit.trend.value < 0.0 { "to halve" } else { "to double" }.into(),
            note: format!("± {}", super::answer::money(halving.error, false)),
        });
    }
    if let Some(row) = answer.rows.last() {
        let q = row.quantiles.map(|v| money(answer, v));
        keys.push(KeyFigure {
            value: q[3].clone(),
            what: format!("median for {}", day(row.date)),
            note: format!("90 %: {} to {}", q[1], q[5]),
        });
    }
    if !answer.realised.is_empty() {
        keys.push(KeyFigure {
            value: format!("{} of {}", inside(answer, 90), answer.realised.len()),
            what: "realised values inside the 90 % interval".into(),
            note: format!("{} inside 50 %", inside(answer, 50)),
        });
    }
    keys
}

fn source(answer: &Answer) -> String {
    answer.passport.as_ref().map_or_else(
        || format!("{}, a file of the reader.", answer.series),
        |p| format!("{}. {}.", p.citation, p.licence),
    )
}

fn fan_section(answer: &Answer) -> Section {
    let (from, to) = (date(answer.origin.0, answer.yearly), answer.rows.last());
    let to = to.map_or_else(String::new, |row| date(row.date, answer.yearly));
    let mut figure = Figure {
        id: "fan".into(),
        title: format!(
            "{}: the past, the forecast{}",
            answer.name,
            match answer.realised.len() {
                0 => "",
                _ => " and what came",
            }
        ),
        subtitle: format!(
            "{}, log scale; median and central 50, 90 and 95 % intervals.",
            if answer.unit.is_empty() { "Cost" } else { &answer.unit }
        ),
        note: format!(
            "Intervals hold one date at a time, not a whole path. The law read {} changes up to \
             {from}.",
            answer.fit.changes
        ),
        source: source(answer),
        table: Table::new(&[
            "date",
            "median",
            "50 % from",
            "to",
            "90 % from",
            "to",
            "95 % from",
            "to",
        ]),
        ..Figure::default()
    };
    for row in &answer.rows {
        let q = row.quantiles;
        let cost = |k: usize| Cell::Shown(q[k], money(answer, q[k]));
        let day = Cell::text(date(row.date, answer.yearly));
        let cells = [3, 2, 4, 1, 5, 0, 6].map(cost);
        figure.table.rows.push(std::iter::once(day).chain(cells).collect());
    }
    figure.draw(|size| vec![fan::draw(answer, size).finish()]);
    Section {
        id: "forecast".into(),
        topic: "Forecast".into(),
        headline: format!("Where the cost goes until {to}"),
        text: Vec::new(),
        blocks: vec![Block::Figure(Box::new(figure))],
    }
}

fn realised_section(answer: &Answer) -> Option<Section> {
    let of = answer.realised.len();
    if of == 0 {
        return None;
    }
    let mut table = Table::new(&[
        "date",
        "realised",
        "median forecast",
        "realised / median",
        "chance of so low a cost",
        "inside",
    ]);
    for r in &answer.realised {
        let cost = |value| Cell::Shown(value, money(answer, value));
        let ratio = r.cost / r.median;
        table.rows.push(vec![
            Cell::text(date(r.date, answer.yearly)),
            cost(r.cost),
            cost(r.median),
            Cell::Shown(ratio, format!("{ratio:.2}")),
            Cell::Shown(r.pit, percent(r.pit)),
            Cell::text(r.inside.map_or("outside 95 %".into(), |w| format!("{w} %"))),
        ]);
    }
    let lower = answer.realised.iter().filter(|r| r.cost < r.median).count();
    let headline = match lower {
        0 => "The cost stayed at or above the median throughout".to_string(),
        n if n == of => "The cost fell below the median throughout".to_string(),
        n => format!("{} of {} values lie below the median", capital(&word(n)), word(of)),
    };
    Some(Section {
        id: "realised".into(),
        topic: "What came".into(),
        headline,
        text: vec![
            "The forecast read none of these. A good forecast has half of what comes inside its \
             50 % intervals and nine tenths inside 90 %; values of one path move together, so few \
             of them prove little."
                .into(),
        ],
        blocks: vec![Block::Table(table)],
    })
}

fn rivals_section(answer: &Answer) -> Option<Section> {
    let row = answer.rows.last()?;
    if answer.rivals.is_empty() {
        return None;
    }
    let mut table = Table::new(&["law", "median", "90 % from", "to", "width of the 90 %"]);
    let own = (answer.law.as_str(), &row.quantiles);
    for (name, q) in
        std::iter::once(own).chain(answer.rivals.iter().map(|r| (r.law.as_str(), &r.quantiles)))
    {
        let cost = |k: usize| Cell::Shown(q[k], money(answer, q[k]));
        let width = q[5] / q[1];
        let shown = if width < 1e4 { Unit::Times.show(width) } else { "> 10⁴×".to_string() };
        let width = Cell::Shown(width, shown);
        table.rows.push(vec![Cell::text(capital(law(name))), cost(3), cost(1), cost(5), width]);
    }
    Some(Section {
        id: "laws".into(),
        topic: "Other laws".into(),
        headline: format!("What other laws say of {}", date(row.date, answer.yearly)),
        text: vec![
            "The first row is the law of this page. Where laws differ, the hindcasts say which to \
             trust: warchest curve hindcast."
                .into(),
        ],
        blocks: vec![Block::Table(table)],
    })
}

fn source_section(answer: &Answer) -> Section {
    let mut items = Vec::new();
    if let Some(p) = &answer.passport {
        items.push(format!("{}.", p.title));
        items.push(format!(
            "Origin: {}. Public since {}. Licence: {}.",
            p.origin, p.known_at, p.licence
        ));
    }
    items.extend(answer.notes.iter().cloned());
    items.push(format!("Made by: {}", answer.command));
    Section {
        id: "source".into(),
        topic: "Source".into(),
        headline: "Where the numbers come from, and what to beware of".into(),
        text: Vec::new(),
        blocks: vec![Block::List(items)],
    }
}

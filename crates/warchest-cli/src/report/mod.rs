//! The report: one page that stands alone, and the charts it is made of.
//!
//! [`html`] turns the summary of a run into the bytes of `report.html`: always the same for the
//! same summary, no clock, no network. [`render`] is the half of it behind the binding. [`page`] holds sections, figures and tables for any page;
//! [`svg`] draws.

pub(crate) mod back;
mod bind;
mod cash;
pub mod input;
mod market;
mod money;
mod need;
pub mod page;
mod picture;
pub mod references;
#[cfg(test)]
mod sample;
mod stress;
mod survival;
pub mod svg;
#[cfg(test)]
mod tests;
mod value;
mod words;

pub use input::ReportInput;
use page::{KeyFigure, Page, Section};
use svg::Unit;

/// `report.html` of a run. `appendix`: further sections, after the limits; `references`: what
/// the bracketed numbers in the scenario's sources stand for.
pub fn html(
    summary: &warchest::answers::Summary,
    appendix: Vec<Section>,
    references: references::References,
) -> String {
    render(&ReportInput { references, ..bind::bind(summary, appendix) })
}

/// The survival curves of a run as one SVG file that stands alone.
pub fn picture(summary: &warchest::answers::Summary) -> String {
    picture::render(&bind::bind(summary, Vec::new()))
}

/// Most bytes a report may have.
pub const LIMIT: usize = 1_500_000;

/// The page.
pub fn render(input: &ReportInput) -> String {
    let found = [
        survival::section(input),
        stress::section(input),
        cash::section(input),
        money::section(input),
        market::prices(input),
        market::shares(input),
        value::valuations(input),
        value::odds(input),
        back::limits(input),
    ];
    let mut sections: Vec<Section> = found.into_iter().flatten().collect();
    sections.extend(input.appendix.iter().cloned());
    sections.extend(back::checks(input));
    sections.extend(back::assumptions(input));
    sections.push(back::card(input));
    let hindsight = if input.hindsight { ", read with hindsight" } else { "" };
    let page = Page {
        title: input.title.clone(),
        kicker: format!("warchest · as of {}{hindsight}", input.as_of),
        question: input.question.clone(),
        verdict: words::verdict(input),
        key_figures: key_figures(input),
        sections,
        colophon: "A simulation answers what follows from its assumptions, not what will happen. \
                   Errors after ± are standard errors of the simulation alone."
            .into(),
    };
    page.html()
}

fn key_figures(input: &ReportInput) -> Vec<KeyFigure> {
    let mut keys = Vec::new();
    let order = words::by_risk(input);
    let n = input.firms.len();
    if n > 1 {
        keys.push(KeyFigure {
            value: format!("{:.1} of {n}", input.mean_survivors.value),
            what: "firms alive and independent".into(),
            note: format!(
                "mean at {} ± {:.2}",
                words::end_of_run(input),
                input.mean_survivors.error
            ),
        });
    }
    if let Some(&worst) = order.first() {
        let firm = &input.firms[worst];
        let error = firm.survival.last().map_or(f64::NAN, |e| e.error);
        let same = |&i: &usize| words::end_survival(&input.firms[i]) == words::end_survival(firm);
        let what = match order.iter().filter(|i| same(i)).count() {
            _ if n == 1 => format!("survival of {}", firm.name),
            1 => format!("survival of {}, the frailest", firm.name),
            k if k == n => "survival of each firm".into(),
            k => format!("survival of the {} frailest firms", svg::number::word(k)),
        };
        keys.push(KeyFigure {
            value: Unit::Share.show(words::end_survival(firm)),
            what,
            note: points(error),
        });
    }
    let need = input.firms.iter().filter_map(|f| Some((f.need?.half, f)));
    let known = need.filter(|(usd, _)| usd.value.is_finite());
    if let Some((usd, firm)) = known.max_by(|a, b| a.0.value.total_cmp(&b.0.value)) {
        keys.push(KeyFigure {
            value: Unit::Usd.show(usd.value),
            what: format!(
                "of capital is enough for {} to carry itself on half of all paths",
                firm.name
            ),
            note: if usd.error.is_finite() {
                format!("± {}", Unit::Usd.show(usd.error))
            } else {
                String::new()
            },
        });
    }
    if let Some(money) = &input.money {
        let surplus = money.surplus.value / money.spend.value;
        if surplus.is_finite() && surplus > 0.0 {
            keys.push(KeyFigure {
                value: format!("${:.0}", surplus * 100.0),
                what: "surplus of customers for every $100 they spend".into(),
                note: format!("on {} of final spend", Unit::Usd.show(money.spend.value)),
            });
        }
    }
    keys.push(KeyFigure {
        value: svg::number::count(input.paths),
        what: "futures simulated, quarter by quarter".into(),
        note: format!("to {}", words::end_of_run(input)),
    });
    keys
}

/// A standard error in percentage points.
fn points(error: f64) -> String {
    match error.is_finite() {
        true => format!("± {} points", svg::number::data((error * 1000.0).round() / 10.0)),
        false => String::new(),
    }
}

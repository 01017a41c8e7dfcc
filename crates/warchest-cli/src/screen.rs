//! One screen in the terminal, readable without colour: the verdict first, then the firms,
//! the money, the prices, the checks, the limits.

use crate::progress::grouped;
use crate::report::svg::Unit;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use warchest::answers::{Breaking, Estimate, Fan, FirmAnswer, LayerAnswer, StressFirm, Summary};

/// Columns of a screen that is not a terminal, and of one that is very wide.
const WIDTH: usize = 100;
/// Fewest columns that text is wrapped to.
const NARROW: usize = 60;

/// Columns of the screen.
fn width() -> usize {
    Table::new().width().map_or(WIDTH, |found| usize::from(found).clamp(NARROW, WIDTH))
}

/// The whole screen, with a final newline.
pub fn summary(found: &Summary) -> String {
    let mut out = String::new();
    let card = &found.scenario;
    let hindsight = if card.hindsight { ", with hindsight" } else { "" };
    out += &format!("{} (as of {}{hindsight})\n", card.title, card.as_of);
    out += &wrapped(&card.question, "");
    out += "\n";
    out += &wrapped(&found.verdict, "");
    out += "\n";
    out += &firms(found);
    out += "\n";
    let lines = [prices(found), money(found), market(found), breaking(found), checks(found)];
    for line in lines.into_iter().flatten() {
        out += &line;
    }
    out += "\n";
    out += &limits(found);
    out += &run_line(found);
    out
}

/// A table without vertical lines; the first column is text, the others numbers.
pub fn table(header: &[String], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().map(String::as_str));
    for row in rows {
        table.add_row(row);
    }
    for (k, column) in table.column_iter_mut().enumerate() {
        column.set_padding((if k == 0 { 0 } else { 2 }, 0));
        if k > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let text = table.to_string();
    let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let wide = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let rule = "─".repeat(wide);
    if !lines.is_empty() {
        lines.insert(1, &rule);
    }
    lines.join("\n") + "\n"
}

fn firms(found: &Summary) -> String {
    let mut shown: Vec<&FirmAnswer> = found.firms.iter().filter(|firm| firm.reported).collect();
    shown.sort_by(|a, b| b.survival.value.total_cmp(&a.survival.value));
    let capital = shown.iter().any(|firm| firm.capital.is_some());
    // A narrow terminal goes without the column that the others can spare.
    let acquired = width() >= WIDTH
        && shown.iter().any(|firm| firm.survival_including_acquired != firm.survival);
    let stress = found.stresses.first();
    let mut header = vec!["firm", "independent"];
    header.extend(acquired.then_some("or acquired"));
    header.extend(capital.then_some(["capital, 50 %", "90 %"]).into_iter().flatten());
    header.push("cash-positive");
    header.extend(stress.map(|_| "breaks at"));
    let row = |firm: &&FirmAnswer| {
        let mut row = vec![firm.name.clone(), probability(firm.survival)];
        if acquired {
            row.push(percent(firm.survival_including_acquired.value));
        }
        if capital {
            let need = firm.capital.clone().unwrap_or_default();
            row.push(beyond(need.half, "never"));
            row.push(beyond(need.nine_tenths, "never"));
        }
        row.push(cash_positive(found, firm));
        if let Some(stress) = stress {
            let point = stress.firms.iter().find(|other| other.name == firm.name);
            row.push(point.map_or_else(String::new, |point| breaks(point.breaking)));
        }
        row
    };
    let header: Vec<String> = header.into_iter().map(String::from).collect();
    let mut text = table(&header, shown.iter().map(row).collect());
    let mut notes = Vec::new();
    if capital {
        notes.push(
            "capital: enough on that share of all paths for the firm to carry itself within the \
             run (deepest cumulative free cash flow if every shortfall were filled); never: no \
             amount is"
                .to_string(),
        );
    }
    if let Some(stress) = stress {
        let open =
            stress.firms.iter().any(|firm| matches!(firm.breaking, Breaking::Unsettled { .. }));
        let open =
            if open { "; perhaps, between, at the latest: not settled by these paths" } else { "" };
        notes.push(format!("breaks at: size of the {} ({}){open}", stress.name, stress.size_means));
    }
    if !notes.is_empty() {
        text += &wrapped(&notes.join("; "), "");
    }
    let failing = |firm: &&&FirmAnswer| firm.default.value > 0.0;
    let defaults: Vec<String> = shown
        .iter()
        .filter(failing)
        .map(|firm| format!("{} {}", firm.name, percent(firm.default.value)))
        .collect();
    if !defaults.is_empty() {
        let list = defaults.join(", ");
        text += &wrapped(&format!("ended by a take-or-pay commitment: {list}"), "");
    }
    text
}

fn cash_positive(found: &Summary, firm: &FirmAnswer) -> String {
    let ever = firm.cash_positive.ever.value;
    let median = firm.cash_positive.median_quarter.value;
    if median.is_nan() {
        return format!("{} ever", percent(ever));
    }
    let label = found.scenario.labels.get(median as usize);
    format!("by {}", label.map_or("?", String::as_str))
}

/// A breaking point with its interval; where the paths do not settle it, what they leave of it.
pub fn breaks(point: Breaking) -> String {
    match point {
        Breaking::Unsettled { low: Some(low), high: Some(high) } => {
            format!("between {} and {} %", bare(low), bare(high))
        }
        Breaking::Unsettled { low: Some(low), high: None } => {
            format!("perhaps from {} %", bare(low))
        }
        Breaking::Unsettled { low: None, high: Some(high) } => {
            format!("by {} % at the latest", bare(high))
        }
        Breaking::Unsettled { low: None, high: None } => "perhaps".to_string(),
        Breaking::At { size, low, high } => {
            format!("{} [{}, {}]", percent(size), bare(low), bare(high))
        }
        Breaking::Already => "without it".to_string(),
        Breaking::Never => "holds".to_string(),
    }
}

fn bare(p: f64) -> String {
    format!("{:.0}", 100.0 * p)
}

/// A probability or share.
pub fn percent(p: f64) -> String {
    let p100 = 100.0 * p;
    if p.is_nan() {
        "–".to_string()
    } else if p100.abs() < 10.0 {
        format!("{p100:.1} %")
    } else {
        format!("{p100:.0} %")
    }
}

/// A probability with its standard error.
pub fn probability(found: Estimate) -> String {
    if found.value.is_nan() {
        return "–".to_string();
    }
    format!("{:.1} ± {:.1} %", 100.0 * found.value, 100.0 * found.se)
}

fn beyond(found: Estimate, otherwise: &str) -> String {
    if found.value.is_nan() { otherwise.to_string() } else { usd(found.value) }
}

/// US dollars as the report prints them: `$28.8 bn`.
pub fn usd(amount: f64) -> String {
    Unit::Usd.show(amount)
}

fn significant(value: f64) -> String {
    match value.abs() {
        _ if value.is_nan() => "–".to_string(),
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 1.0 => format!("{value:.2}"),
        v if v >= 0.01 => format!("{value:.3}"),
        0.0 => "0".to_string(),
        _ => format!("{value:.2e}"),
    }
}

fn prices(found: &Summary) -> Option<String> {
    let line = |fan: &Fan| {
        let last = fan.count.iter().rposition(|&n| n > 0)?;
        Some(format!(
            "{} {} → {} [{}, {}] {}",
            fan.label,
            significant(fan.p50[0]),
            significant(fan.p50[last]),
            significant(fan.p05[last]),
            significant(fan.p95[last]),
            fan.unit
        ))
    };
    let lines: Vec<String> = found.prices.iter().filter_map(line).collect();
    if lines.is_empty() {
        return None;
    }
    let open = match found.run.unconverged {
        0 => String::new(),
        n => format!(" (of {} games that did not converge, the last iterate)", grouped(n)),
    };
    Some(wrapped(&format!("Prices, median [5 %, 95 %]{open}: {}.", lines.join("; ")), "  "))
}

fn money(found: &Summary) -> Option<String> {
    let money = &found.money;
    let spend = money.final_spend.mean.value;
    if money.final_spend.count == 0 || spend <= 0.0 {
        return None;
    }
    let hundred = |value: f64| {
        let part = (100.0 * value / spend).round() + 0.0;
        format!("{}${:.0}", if part < 0.0 { "−" } else { "" }, part.abs())
    };
    let layers: Vec<String> = money
        .layers
        .iter()
        .filter(|layer| (layer.value_added.mean.value / spend).abs() >= 0.005)
        .map(|layer| format!("{} {}", layer.name, hundred(layer.value_added.mean.value)))
        .collect();
    // Layers whose cash is not what they add: chips count when they are bought.
    let differs = |layer: &&LayerAnswer| {
        (layer.cash_kept.mean.value - layer.value_added.mean.value).abs() > 0.005 * spend
    };
    let cash: Vec<String> = money
        .layers
        .iter()
        .filter(differs)
        .map(|layer| format!("{} {}", layer.name, hundred(layer.cash_kept.mean.value)))
        .collect();
    let text = format!(
        "Who gets the money: of every $100 that customers pay ({} in all), {}{}{}; customers keep a \
         surplus of {}.",
        usd(spend),
        layers.join(", "),
        if cash.is_empty() { "" } else { "; in cash, with chips counted when bought, " },
        cash.join(", "),
        hundred(money.consumer_surplus.mean.value)
    );
    Some(wrapped(&text, "  "))
}

fn market(found: &Summary) -> Option<String> {
    let (hhi, giants) = (&found.concentration, &found.giants);
    let mut parts = Vec::new();
    if hhi.hhi_spend.count > 0 && hhi.hhi_spend.mean.value > 0.0 {
        parts.push(format!(
            "concentration at the end: HHI {:.2} on spend, {:.2} on usage",
            hhi.hhi_spend.mean.value, hhi.hhi_usage.mean.value
        ));
        let changes = 1.0 - hhi.leader_never_changes.value;
        parts.push(format!("rank 1 changes on {} of paths", percent(changes)));
    }
    if let Some(one) = giants.at_least.first().filter(|_| has_marks(found)) {
        parts.push(format!(
            "a firm above {}: {}, one outside North America: {}",
            usd(giants.threshold_usd),
            probability(*one),
            probability(giants.outside_north_america)
        ));
    }
    (!parts.is_empty()).then(|| wrapped(&format!("Market: {}.", parts.join("; ")), "  "))
}

fn has_marks(found: &Summary) -> bool {
    found.firms.iter().any(|firm| firm.valuation.mean.value > 0.0)
}

/// One line per stress after the first, which the table shows.
fn breaking(found: &Summary) -> Option<String> {
    let mut text = String::new();
    for stress in found.stresses.iter().skip(1) {
        let firms: Vec<String> = stress
            .firms
            .iter()
            .filter_map(|StressFirm { name, breaking, .. }| match breaking {
                Breaking::At { .. } => Some(format!("{name} at {}", breaks(*breaking))),
                Breaking::Unsettled { .. } => {
                    let range = breaks(*breaking);
                    Some(format!("{name} {range}, not settled by these paths"))
                }
                Breaking::Already | Breaking::Never => None,
            })
            .collect();
        let found = if firms.is_empty() { "breaks no other firm".into() } else { firms.join("; ") };
        text += &wrapped(&format!("Stress {}: {found}.", stress.name), "  ");
    }
    (!text.is_empty()).then_some(text)
}

fn checks(found: &Summary) -> Option<String> {
    if found.checks.is_empty() {
        return None;
    }
    let (good, bad): (Vec<_>, Vec<_>) = found.checks.iter().partition(|check| check.passed);
    let mut text = format!("Checks: {} of {} hold.\n", good.len(), found.checks.len());
    for check in bad {
        let what = if check.name == check.text {
            check.text.clone()
        } else {
            format!("{} ({})", check.name, check.text)
        };
        text += &wrapped(&format!("FAILS: {what}: {}", check.found), "  ");
    }
    Some(text)
}

fn limits(found: &Summary) -> String {
    let mut text = String::new();
    for limit in found.limits.iter().take(3) {
        text += &wrapped(&format!("! {limit}"), "  ");
    }
    text
}

fn run_line(found: &Summary) -> String {
    let run = &found.run;
    let mut facts = vec![format!("{} paths", grouped(run.paths)), format!("seed {}", run.seed)];
    if run.shadow_paths > 0 {
        facts.push(format!("{} shadow paths", grouped(run.shadow_paths)));
    }
    if run.stress_paths > 0 {
        facts.push(format!("{} paths per stress size", grouped(run.stress_paths)));
    }
    if run.price_games > 0 {
        facts.push(format!(
            "{} of {} price games not converged",
            grouped(run.unconverged),
            grouped(run.price_games)
        ));
    }
    if run.audited_paths > 0 {
        let n = grouped(run.audited_paths);
        facts.push(format!("{} identities failed on {n} audited paths", run.identity_failures));
    }
    wrapped(&format!("{}; ± is one Monte-Carlo standard error", facts.join(", ")), "")
}

/// `text` in lines as wide as the screen, the later ones indented, with a final newline.
pub fn wrapped(text: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut line = String::new();
    let wide = width();
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        // A per cent sign stays with its number.
        let glued = match words.next_if(|next| next.starts_with('%')) {
            Some(sign) => format!("{word} {sign}"),
            None => word.to_string(),
        };
        let word = glued.as_str();
        if !line.trim().is_empty() && line.chars().count() + 1 + word.chars().count() > wide {
            out += line.trim_end();
            out.push('\n');
            line = indent.to_string();
        } else if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    out += line.trim_end();
    out.push('\n');
    out
}

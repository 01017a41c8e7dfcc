//! The answer as text.

use super::answer::{Answer, ExperimentMeans, MarketAnswer, State, Status};
use comfy_table::{CellAlignment, Table, presets};
use std::fmt::Write;

/// Markets printed in full; more are summed up.
const FULL: usize = 3;

/// The text of an answer.
pub fn text(answer: &Answer) -> String {
    let mut out = String::new();
    if !answer.title.is_empty() {
        let _ = writeln!(out, "{}\n", answer.title);
    }
    if answer.markets.len() <= FULL {
        for market in &answer.markets {
            print_market(&mut out, market);
        }
    } else {
        let _ = writeln!(
            out,
            "{} markets; --json, --out FILE.csv or --out FILE.parquet hold each of them.",
            answer.markets.len()
        );
        let worst = answer.markets.iter().map(|m| m.before.status.foc).fold(0.0, f64::max);
        let failed = answer.markets.iter().filter(|m| !m.before.status.converged).count();
        let _ = writeln!(out, "before: {failed} not converged, largest |FOC|/q {worst:.1e}\n");
    }
    for means in &answer.experiments {
        print_means(&mut out, means, answer.markets.len());
    }
    if let Some(t) = &answer.timing {
        let _ = writeln!(
            out,
            "{} repeats, {} evaluations each: one thread {:.3e} s CPU (least {:.3e}), pool {:.3e} s wall (least {:.3e})",
            t.repeats, t.evaluations, t.cpu_median, t.cpu_least, t.wall_median, t.wall_least
        );
    }
    out
}

fn print_market(out: &mut String, market: &MarketAnswer) {
    let _ = writeln!(out, "{}: before", market.market);
    print_state(out, &market.before, false);
    for experiment in &market.experiments {
        let _ = writeln!(out, "{}: {}", market.market, experiment.name);
        print_state(out, &experiment.after, true);
        let _ = writeln!(
            out,
            "change of consumer surplus {}\n",
            six(experiment.consumer_surplus_change)
        );
    }
}

fn print_state(out: &mut String, state: &State, changed: bool) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut head =
        vec!["product", "firm", "cost", "price", "share", "margin", "elasticity", "pass-through"];
    if changed {
        head.extend(["price change", "cost cut to offset"]);
    }
    table.set_header(head);
    for row in &state.products {
        let mut cells = vec![
            row.product.clone(),
            row.firm.clone(),
            six(row.cost),
            six(row.price),
            six(row.share),
            format!("{:.1} %", 100.0 * row.margin),
            format!("{:.3}", row.own_elasticity),
            row.own_pass_through.map_or("-".to_owned(), |v| format!("{v:.3}")),
        ];
        if changed {
            cells.push(row.price_change_percent.map_or("new".to_owned(), |v| format!("{v:+.3} %")));
            let cut = row.compensating_cost_cut.filter(|&v| v != 0.0);
            cells.push(cut.map_or("-".to_owned(), |v| format!("{:.2} %", 100.0 * v)));
        }
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let _ = writeln!(out, "{}", table.trim_fmt());
    let profits: Vec<String> =
        state.firms.iter().map(|f| format!("{} {}", f.firm, six(f.profit))).collect();
    let _ = writeln!(out, "profit: {}", profits.join(", "));
    let _ = writeln!(
        out,
        "consumer surplus {}, HHI {:.0} (units) {:.0} (spend){}",
        six(state.consumer_surplus),
        state.hhi,
        state.hhi_spend,
        if state.tax_revenue == 0.0 {
            String::new()
        } else {
            format!(", tax revenue {}", six(state.tax_revenue))
        }
    );
    for row in state.products.iter().filter(|row| row.shadow_price > 0.0) {
        let _ = writeln!(
            out,
            "capacity of {} binds: one more unit is worth {}",
            row.product,
            six(row.shadow_price)
        );
    }
    let _ = writeln!(out, "{}\n", certificate(state));
}

fn certificate(state: &State) -> String {
    let s = &state.status;
    let mut line = format!(
        "{}: {} method, {} evaluations, |FOC|/q {:.1e}, second order fails for {} products",
        verdict(s),
        s.method,
        s.evaluations,
        s.foc,
        s.second_order_failures
    );
    if let Some(gain) = s.best_unilateral_gain {
        let _ = write!(line, ", best of {} unilateral deviations gains {gain:.1e}", s.deviations);
    }
    if let Some(m) = &s.multistart {
        let _ = write!(
            line,
            ", {} distinct from {} starts ({} failed)",
            m.distinct_equilibria, m.starts, m.failed
        );
        if !m.stationary.is_empty() {
            let _ = write!(line, ", {} stationary but no equilibrium", m.stationary.len());
        }
    }
    if s.unsold > 0 {
        let _ = write!(line, ", {} products that nobody buys", s.unsold);
    }
    line
}

fn verdict(s: &Status) -> &'static str {
    match (s.converged, s.stopped, s.is_sound()) {
        (true, _, true) => "converged",
        (true, _, false) => "STATIONARY, NOT AN EQUILIBRIUM",
        (false, true, _) => "STOPPED AT THE TIME LIMIT",
        (false, false, _) => "NOT CONVERGED",
    }
}

fn print_means(out: &mut String, means: &ExperimentMeans, markets: usize) {
    let _ = writeln!(
        out,
        "{}: mean price change {:+.6} % over {markets} market(s)",
        means.name, means.price_change_percent
    );
    let firms: Vec<String> = means
        .price_change_percent_by_firm
        .iter()
        .map(|(firm, v)| format!("{firm} {v:+.4} %"))
        .collect();
    let _ = writeln!(out, "  by firm of before: {}", firms.join(", "));
    let _ = writeln!(
        out,
        "  mean consumer surplus {} -> {}; {} market(s) not converged",
        six(means.consumer_surplus_before),
        six(means.consumer_surplus_after),
        means.unconverged
    );
}

/// Six significant digits.
fn six(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = value.abs();
    if !(1e-5..1e9).contains(&size) {
        return format!("{value:.5e}");
    }
    let digits =
        (0..9).find(|&d| size < [10.0, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9][d]).unwrap_or(0);
    let small = (1..6).filter(|&d| size < [1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5][d - 1]).count();
    format!("{value:.*}", (5 + small).saturating_sub(digits))
}

#[cfg(test)]
mod tests {
    use super::six;

    #[test]
    fn six_digits() {
        assert_eq!(six(1.482_363_258), "1.48236");
        assert_eq!(six(0.072_088_12), "0.0720881");
        assert_eq!(six(-35.123_456_7), "-35.1235");
        assert_eq!(six(1e12), "1.00000e12");
    }
}

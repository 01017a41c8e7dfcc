//! Verdicts in the terminal.

use std::fmt::Write;
use warchest::claims::{ClaimResult, ReadingResult, Report};

/// One block per claim; with `rows`, the rows it rests on.
pub fn render(report: &Report, rows: bool) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} (as of {})\n", report.title, report.as_of);
    for claim in &report.claims {
        claim_block(&mut out, claim, rows);
    }
    out
}

fn claim_block(out: &mut String, claim: &ClaimResult, rows: bool) {
    let _ = writeln!(out, "{}", claim.says);
    let _ = writeln!(out, "  {}: {}", claim.id, claim.words);
    for reading in &claim.readings {
        let _ = writeln!(out, "    {}", reading_line(reading));
    }
    if let (Some((least, most)), Some(spread)) = (&claim.range, claim.spread) {
        let _ = writeln!(out, "    readings span {least} to {most}, a factor of {spread:.2}");
    }
    if let Some(why) = &claim.model_missing {
        let _ = writeln!(out, "    {why}");
    }
    if let Some(model) = &claim.model {
        let from = match &model.run {
            Some(run) => format!("{} of: {run}", model.expression),
            None => format!("warchest run {} --paths {}", model.scenario, model.paths),
        };
        let _ = writeln!(out, "    model: {from}");
    }
    if let Some(sizing) = &claim.sizing {
        for line in &sizing.lines {
            let _ = writeln!(
                out,
                "    spread over {}: stake {:.1} % of wealth ({:.1} % without the rule), worst \
                 {:.1} %, mean of the worst twentieth {:.1} %; binds: {}",
                line.bets,
                100.0 * line.stake,
                100.0 * line.unlimited,
                100.0 * line.worst,
                100.0 * line.cvar,
                line.binding
            );
        }
    }
    if let Some(note) = &claim.note {
        let _ = writeln!(out, "    note: {note}");
    }
    if rows {
        for row in &claim.rows {
            let _ = writeln!(
                out,
                "      {} {} {} = {} {} [{}] {}",
                row.entity, row.metric, row.period, row.value, row.unit, row.confidence, row.source
            );
        }
    }
    out.push('\n');
}

/// `holds  net income: 40.02 GUSD against 40 GUSD`.
fn reading_line(reading: &ReadingResult) -> String {
    let mark = match (reading.holds, reading.context) {
        (_, true) => "beside ",
        (Some(true), _) => "holds  ",
        (Some(false), _) => "off    ",
        (None, _) => "no data",
    };
    let value = match &reading.missing_text {
        Some(why) => why.clone(),
        None => match &reading.stated {
            Some(stated) if !reading.context => format!("{} against {stated}", reading.shown),
            _ => reading.shown.clone(),
        },
    };
    let mut flags = String::new();
    if reading.from_memory {
        flags.push_str(" [uses rows from memory, confidence D]");
    }
    if reading.hindsight {
        flags.push_str(" [uses rows known only later]");
    }
    format!("{mark} {}: {value}{flags}", reading.name)
}

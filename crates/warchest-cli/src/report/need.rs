//! How much capital makes a firm carry itself, and when it does.

use super::input::{Firm, ReportInput};
use super::page::{Cell, Figure, Size, Table};
use super::survival::{quarter, shadow_source, source};
use super::svg::{Anchor, Frame, Hue, Margins, Scale, Svg, Unit, dots, text};
use super::words;

/// The finding of the section on cash.
pub fn headline(input: &ReportInput) -> String {
    let needs = || input.firms.iter().filter_map(|firm| Some((firm.need?, firm)));
    let largest = |usd: fn(&super::input::Need) -> f64| {
        let known = needs().map(move |(need, firm)| (usd(&need), firm));
        known.filter(|(usd, _)| usd.is_finite()).max_by(|a, b| a.0.total_cmp(&b.0))
    };
    if let Some((usd, firm)) = largest(|need| need.nine_tenths.value) {
        let usd = Unit::Usd.show(usd);
        return format!("To carry itself on nine of ten of all paths, {} needs {usd}", firm.name);
    }
    if let Some((usd, firm)) = largest(|need| need.half.value) {
        let usd = Unit::Usd.show(usd);
        return format!("To carry itself on half of all paths, {} needs {usd}", firm.name);
    }
    match needs().next() {
        Some(_) => "No amount of capital makes a firm carry itself on most paths".into(),
        None => "What is left in the chest".into(),
    }
}

/// Firms with a need, the largest first; those that never get there on most paths lead.
fn order(input: &ReportInput) -> Vec<&Firm> {
    let mut firms: Vec<&Firm> = input.firms.iter().filter(|f| f.need.is_some()).collect();
    let key = |firm: &Firm| {
        let half = firm.need.map_or(0.0, |need| need.half.value);
        if half.is_nan() { f64::INFINITY } else { half }
    };
    firms.sort_by(|a, b| key(b).total_cmp(&key(a)));
    firms
}

/// Capital to self-sufficiency, a row per firm.
pub fn capital(input: &ReportInput) -> Figure {
    let firms = order(input);
    let mut figure = Figure {
        id: "need".into(),
        title: capital_title(&firms),
        subtitle: "Capital to self-sufficiency, US dollars on a log scale: the deepest cumulated \
                   levered free cash flow when every shortfall is filled. Dot: enough on half of \
                   all paths; end of the bar: enough on nine of ten."
            .into(),
        note: "A path on which the firm never gets four cash-positive quarters in a row counts as \
               needing more than any amount: where those are more than a tenth, the bar has no \
               end; more than half, no dot, and the ring is the median of the paths that do get \
               there."
            .into(),
        source: shadow_source(input),
        table: Table::new(&[
            "firm",
            "half of paths, USD",
            "standard error, USD",
            "nine of ten, USD",
            "standard error, USD",
            "median of those that get there, USD",
            "never within the run, %",
        ]),
        ..Figure::default()
    };
    for firm in &firms {
        let need = firm.need.unwrap_or_default();
        let mut row = vec![Cell::text(&firm.name)];
        for e in [need.half, need.nine_tenths] {
            row.push(Cell::Number(e.value, Unit::Usd));
            row.push(Cell::Number(e.error, Unit::Usd));
        }
        row.push(Cell::Number(need.reached, Unit::Usd));
        row.push(Cell::Number(need.never.value, Unit::Share));
        figure.table.rows.push(row);
    }
    let firms = &firms;
    figure.draw(|size| vec![capital_chart(firms, size)]);
    figure
}

fn capital_title(firms: &[&Firm]) -> String {
    let never: Vec<&str> = firms
        .iter()
        .filter(|f| f.need.is_some_and(|n| n.never.value > 0.5))
        .map(|f| f.name.as_str())
        .collect();
    match (never.len(), firms.first()) {
        (0, Some(firm)) if firms.len() == 1 => {
            format!("What {} needs before it carries itself", firm.name)
        }
        (0, Some(firm)) => format!("{} needs the most before it carries itself", firm.name),
        (0, None) => "Capital to self-sufficiency".into(),
        (1, _) => format!("On most paths {} never carries itself within the run", never[0]),
        (n, _) if n == firms.len() => "On most paths no firm carries itself within the run".into(),
        _ => format!("On most paths {} never carry themselves within the run", words::list(&never)),
    }
}

fn capital_chart(firms: &[&Firm], size: Size) -> String {
    let top = 40.0;
    let height = top + firms.len() as f64 * dots::ROW + 6.0;
    let title = "Capital to self-sufficiency";
    let mut svg = Svg::new(&size.id("need"), size.width(), height, title, &capital_title(firms));
    let all = firms.iter().filter_map(|f| f.need);
    let usd = all.flat_map(|n| [n.half.value, n.nine_tenths.value, n.reached]);
    let known: Vec<f64> = usd.filter(|v| v.is_finite() && *v > 0.0).collect();
    let low = known.iter().copied().fold(f64::INFINITY, f64::min);
    let high = known.iter().copied().fold(0.0, f64::max);
    let (left, right) = if size.narrow() { (100.0, 58.0) } else { (180.0, 130.0) };
    let frame = Frame::new(&svg, Margins::new(top, right, 6.0, left))
        .x(Scale::log((low * 0.7).max(high * 1e-5), high * 1.3));
    let ticks = frame.x.ticks(if size.narrow() { 4 } else { 8 });
    frame.top_axis(&mut svg, &ticks, Unit::Usd);
    let head = if size.narrow() { "never" } else { "never within the run" };
    svg.text((svg.width, top - 24.0), Anchor::End, "mu sm", Hue::Ink, head);
    let rows: Vec<dots::Row> = firms.iter().map(|firm| capital_row(firm)).collect();
    dots::rows(&mut svg, &frame, &rows);
    svg.finish()
}

fn capital_row(firm: &Firm) -> dots::Row {
    let need = firm.need.unwrap_or_default();
    let (half, most) = (need.half.value, need.nine_tenths.value);
    let open = if most.is_nan() { f64::INFINITY } else { most };
    let marks = match (half > 0.0, need.reached > 0.0) {
        (true, _) => vec![(half, Hue::C1, true)],
        (false, true) => vec![(need.reached, Hue::Mute, false)],
        _ => Vec::new(),
    };
    dots::Row {
        name: firm.name.clone(),
        interval: (half > 0.0).then_some((half, open)),
        dots: marks,
        note: Unit::Share.show(need.never.value),
    }
}

/// When each firm turns cash-positive, a row per firm.
pub fn cash_positive(input: &ReportInput) -> Figure {
    let ever = |firm: &Firm| firm.cash_positive.last().map_or(f64::NAN, |e| e.value);
    let mut firms: Vec<&Firm> =
        input.firms.iter().filter(|f| !f.cash_positive.is_empty()).collect();
    firms.sort_by(|a, b| ever(b).total_cmp(&ever(a)));
    let likely = firms.iter().filter(|f| ever(f) > 0.5).count();
    let mut figure = Figure {
        id: "cash-positive".into(),
        title: format!(
            "{} likelier than not to turn cash-positive",
            match firms.as_slice() {
                [one] => words::of(likely, 1, (&one.name, "", "")),
                _ => words::of(likely, firms.len(), ("", "", "firms")),
            }
        ),
        subtitle: format!(
            "Probability of four cash-positive quarters in a row (levered free cash flow) by {}, %; \
             on the right the quarter by which half of all paths have got there.",
            words::end_of_run(input)
        ),
        note: "A firm that ends first never gets there: exits compete with the event.".into(),
        source: source(input),
        table: Table::new(&["firm", "probability", "standard error", "half of paths by"]),
        data: Some(Table::new(&["firm", "quarter", "probability", "standard_error"])),
        ..Figure::default()
    };
    for firm in &firms {
        let last = firm.cash_positive.last().copied().unwrap_or_default();
        figure.table.rows.push(vec![
            Cell::text(&firm.name),
            Cell::Number(last.value, Unit::Share),
            Cell::Number(last.error, Unit::Share),
            Cell::text(median(input, firm)),
        ]);
        for (t, e) in firm.cash_positive.iter().enumerate() {
            let at = quarter(input, t).replace('\u{a0}', " ");
            let numbers = [e.value, e.error].map(|v| Cell::Number(v, Unit::Share));
            let [value, error] = numbers;
            let row = vec![Cell::text(&firm.name), Cell::text(at), value, error];
            figure.data.as_mut().expect("set above").rows.push(row);
        }
    }
    let firms = &firms;
    figure.draw(|size| vec![positive_chart(input, firms, size)]);
    figure
}

fn median(input: &ReportInput, firm: &Firm) -> String {
    let t = firm.cash_positive_median;
    match t.is_finite() && t >= 0.0 {
        true => quarter(input, t.ceil() as usize),
        false => "–".into(),
    }
}

fn positive_chart(input: &ReportInput, firms: &[&Firm], size: Size) -> String {
    let top = 40.0;
    let height = top + firms.len() as f64 * dots::ROW + 6.0;
    let width = if size.narrow() { size.width() } else { 860.0 };
    let title = "Turning cash-positive";
    let description = "Probability of turning cash-positive within the run, by firm.";
    let mut svg = Svg::new(&size.id("cash-positive"), width, height, title, description);
    let (left, right) = if size.narrow() { (100.0, 72.0) } else { (180.0, 110.0) };
    let frame = Frame::new(&svg, Margins::new(top, right, 6.0, left)).x(Scale::linear(0.0, 1.0));
    let ticks = if size.narrow() { vec![0.0, 0.5, 1.0] } else { vec![0.0, 0.25, 0.5, 0.75, 1.0] };
    frame.top_axis(&mut svg, &ticks, Unit::Share);
    let head = if size.narrow() { "half by" } else { "half of paths by" };
    svg.text((svg.width, top - 24.0), Anchor::End, "mu sm", Hue::Ink, head);
    for (i, firm) in firms.iter().enumerate() {
        let y = frame.top + (i as f64 + 0.5) * dots::ROW;
        svg.line((0.0, y + dots::ROW / 2.0), (width, y + dots::ROW / 2.0), "grid", Hue::Rule);
        let name = text::fit(&firm.name, 12.0, false, left - 8.0);
        svg.text((0.0, y + 4.0), Anchor::Start, "", Hue::Ink, &name);
        let last = firm.cash_positive.last().map_or(0.0, |e| e.value);
        let tip = frame.x.held(last);
        let hue = if last > 0.5 { Hue::C1 } else { Hue::C6 };
        svg.rect(frame.left, y - 6.0, tip - frame.left, 12.0, "ar", hue);
        let shown = Unit::Share.show(last);
        let inside = text::width(&shown, 12.0, true) + 10.0 > frame.right - tip;
        let (x, anchor, class) = match inside {
            true => (tip - 5.0, Anchor::End, "bd on"),
            false => (tip + 5.0, Anchor::Start, "bd"),
        };
        svg.text((x, y + 4.0), anchor, class, Hue::Ink, &shown);
        svg.text((width, y + 4.0), Anchor::End, "mu sm", Hue::Ink, &median(input, firm));
    }
    svg.finish()
}

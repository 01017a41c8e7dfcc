//! The functions of the language of claims.

use super::error::{ClaimError, did_you_mean, nearest};
use super::eval::{Evaluator, Found, absent};
use super::missing::{Missing, Stop};
use super::parse::{Expr, Node};
use super::period::Period;
use super::unit::Unit;
use super::value::{Number, Point, Rows, Series, Value};
use crate::numerics::elementary::{exp, ln, powf};
use crate::portfolio::kelly;
use std::ops::Range;

/// A function: name, arguments as shown, and what it is worth.
pub struct Function {
    /// As written.
    pub name: &'static str,
    /// Its arguments, for messages and for the handbook.
    pub arguments: &'static str,
    /// Least and most number of arguments.
    pub count: (usize, usize),
    /// What comes back, in one line.
    pub meaning: &'static str,
}

const fn f(
    name: &'static str,
    arguments: &'static str,
    count: (usize, usize),
    meaning: &'static str,
) -> Function {
    Function { name, arguments, count, meaning }
}

/// Every function, in the order of the handbook.
pub const FUNCTIONS: [Function; 22] = [
    f("series", "\"entity\", \"metric\"[, a..b]", (2, 3), "the rows of one entity and metric"),
    f("within", "series, a..b", (2, 2), "the part inside a range; gaps are allowed"),
    f("sum", "series or numbers…", (1, 32), "the sum"),
    f("mean", "series or numbers…", (1, 32), "the arithmetic mean"),
    f("min", "series or numbers…", (1, 32), "the least"),
    f("max", "series or numbers…", (1, 32), "the largest"),
    f("count", "series", (1, 1), "how many rows"),
    f("at", "series, date", (2, 2), "the value of exactly that period"),
    f("latest", "series, date", (2, 2), "the value of the last period that ends by that date"),
    f(
        "interpolate",
        "series, date",
        (2, 2),
        "between its neighbours, straight in logs, periods at their middle",
    ),
    f("first", "t where condition", (1, 1), "the first date that meets the condition"),
    f("last", "t where condition", (1, 1), "the last date that meets the condition"),
    f("ratio", "a, b", (2, 2), "a / b of two numbers in one unit"),
    f("growth", "series, from, to", (3, 3), "value at `to` / value at `from` − 1"),
    f("change", "old, new", (2, 2), "new / old − 1"),
    f("per_year", "factor, years", (2, 2), "the yearly factor: factor ^ (1 / years)"),
    f("doubling", "factor, years", (2, 2), "the time in which it doubles at that pace"),
    f("years", "from, to", (2, 2), "the time between two dates"),
    f("abs", "x", (1, 1), "the size without the sign"),
    f("run", "\"dotted.path\"", (1, 1), "a number of a run's summary"),
    f("kelly", "probability, odds", (2, 2), "the stake that maximises the mean log of wealth"),
    f("known", "series", (1, 1), "the series without rows known after the article"),
];

/// Calls `name`.
///
/// # Errors
/// [`Stop`]: an unknown function, the wrong number or kind of arguments, or missing data.
pub fn call(eval: &Evaluator, name: &str, args: &[Expr], at: &Range<usize>) -> Found {
    let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
        return Err(ClaimError::Function {
            found: name.into(),
            nearest: did_you_mean(nearest(name, FUNCTIONS.iter().map(|f| f.name))),
            at: at.clone().into(),
            file: eval.file.clone(),
        }
        .into());
    };
    if args.len() < function.count.0 || args.len() > function.count.1 {
        return Err(ClaimError::Kind {
            what: format!("`{name}`"),
            wanted: format!("`{name}({})`", function.arguments),
            found: format!("{} arguments", args.len()),
            advice: None,
            at: at.clone().into(),
            file: eval.file.clone(),
        }
        .into());
    }
    match name {
        "series" => series(eval, args, at).map(Value::Series),
        "within" => within(eval, args).map(Value::Series),
        "sum" | "mean" | "min" | "max" => fold(eval, name, args, at).map(Value::Number),
        "count" => {
            let series = eval.series(&args[0])?;
            eval.mark(series.points.iter().map(|p| &p.rows));
            Ok(Value::Number(Number::plain(series.points.len() as f64)))
        }
        "at" | "latest" | "interpolate" => {
            let series = eval.series(&args[0])?;
            let date = eval.date(&args[1])?;
            point(eval, name, &series, date, at).map(Value::Number)
        }
        "first" | "last" => occasion(eval, name == "first", &args[0]).map(Value::Time),
        "growth" => {
            let series = eval.series(&args[0])?;
            let (from, to) = (eval.date(&args[1])?, eval.date(&args[2])?);
            let old = point(eval, "at", &series, from, at)?;
            let new = point(eval, "at", &series, to, at)?;
            quotient(eval, &new, &old, at).map(|x| Value::Number(Number::plain(x - 1.0)))
        }
        "years" => {
            let (from, to) = (eval.date(&args[0])?, eval.date(&args[1])?);
            Ok(Value::Number(Number::of(to.years_since(from), Unit::base("year"))))
        }
        "run" => run(eval, &args[0]).map(Value::Number),
        "known" => known(eval, &args[0]).map(Value::Series),
        _ => scalar(eval, name, args, at).map(Value::Number),
    }
}

fn text(eval: &Evaluator, expr: &Expr) -> Result<String, Stop> {
    match eval.value(expr)? {
        Value::Text(text) => Ok(text),
        other => Err(eval.kind("this place", "a text in double quotes", &other, None, &expr.at)),
    }
}

fn span(eval: &Evaluator, expr: &Expr) -> Result<(Period, Period), Stop> {
    match eval.value(expr)? {
        Value::Span(a, b) => Ok((a, b)),
        other => match super::eval::as_date(&other) {
            Some(date) => Ok((date, date)),
            None => {
                Err(eval.kind("this place", "a range like `2019..2024`", &other, None, &expr.at))
            }
        },
    }
}

fn series(eval: &Evaluator, args: &[Expr], at: &Range<usize>) -> Result<Series, Stop> {
    let (entity, metric) = (text(eval, &args[0])?, text(eval, &args[1])?);
    let Some(ids) = eval.tables.series(&entity, &metric) else {
        let nearest = eval.tables.nearest(&entity, &metric).map(|(e, m)| format!("{e} {m}"));
        return Err(Stop::Missing(Missing::Series { entity, metric, nearest }));
    };
    let range = args.get(2).map(|expr| span(eval, expr)).transpose()?;
    let inside = |period: Period| {
        range.is_none_or(|(a, b)| {
            a.first_day() <= period.first_day() && period.last_day() <= b.last_day()
        })
    };
    let name = format!("{entity} {metric}");
    let (mut points, mut remembered) = (Vec::new(), Vec::new());
    let mut unit: Option<Unit> = None;
    for id in ids {
        let row = eval.tables.row(*id);
        if !inside(row.period) {
            continue;
        }
        if row.confidence == "D" && !eval.memory {
            remembered.push(row.period.to_string());
            continue;
        }
        let first = unit.get_or_insert_with(|| row.scale.unit.clone());
        if *first != row.scale.unit {
            let what = format!("the series {name} ({})", row.period);
            return Err(eval.mismatch(&what, first, &row.scale.unit, at));
        }
        let amount = row.value * row.scale.factor;
        points.push(Point { period: row.period, amount, rows: Rows::from([*id]) });
    }
    let series = Series { unit: unit.unwrap_or_default(), points, name };
    if !remembered.is_empty() && (range.is_some() || series.points.is_empty()) {
        return Err(Stop::Missing(Missing::Memory { series: series.name, periods: remembered }));
    }
    if let Some((a, b)) = range {
        whole_years(&series, a, b)?;
    }
    Ok(series)
}

/// A range of years over yearly rows must not have holes.
fn whole_years(series: &Series, a: Period, b: Period) -> Result<(), Stop> {
    let is_year = |p: Period| Period::year(p.calendar_year()) == p;
    if series.points.is_empty() {
        return Err(Stop::Missing(absent(series, a)));
    }
    if !(is_year(a) && is_year(b) && series.points.iter().all(|p| is_year(p.period))) {
        return Ok(());
    }
    let there = |year: i32| series.points.iter().any(|p| p.period.calendar_year() == year);
    match (a.calendar_year()..=b.calendar_year()).find(|year| !there(*year)) {
        Some(year) => Err(Stop::Missing(absent(series, Period::year(year)))),
        None => Ok(()),
    }
}

fn within(eval: &Evaluator, args: &[Expr]) -> Result<Series, Stop> {
    let mut series = eval.series(&args[0])?;
    let (a, b) = span(eval, &args[1])?;
    let (first, last) = (a.first_day(), b.last_day());
    let all = series.clone();
    series.points.retain(|p| first <= p.period.first_day() && p.period.last_day() <= last);
    if series.points.is_empty() {
        return Err(Stop::Missing(absent(&all, a)));
    }
    Ok(series)
}

/// Drops rows that were first known after the article.
fn known(eval: &Evaluator, arg: &Expr) -> Result<Series, Stop> {
    let mut series = eval.series(arg)?;
    let Some(as_of) = eval.as_of else {
        return Ok(series);
    };
    let early = |rows: &Rows| {
        rows.iter().all(|id| {
            let row = eval.tables.row(*id);
            row.known_at.unwrap_or(row.period).first_day() <= as_of.last_day()
        })
    };
    series.points.retain(|p| early(&p.rows));
    Ok(series)
}

fn fold(eval: &Evaluator, name: &str, args: &[Expr], at: &Range<usize>) -> Result<Number, Stop> {
    let (mut amounts, mut unit): (Vec<f64>, Option<Unit>) = (Vec::new(), None);
    for arg in args {
        let (found, of) = match eval.value(arg)? {
            Value::Number(n) => (vec![n.amount], n.unit),
            Value::Series(s) => {
                eval.mark(s.points.iter().map(|p| &p.rows));
                (s.points.iter().map(|p| p.amount).collect(), s.unit)
            }
            other => {
                let what = format!("`{name}`");
                return Err(eval.kind(&what, "series or numbers", &other, None, &arg.at));
            }
        };
        let first = unit.get_or_insert_with(|| of.clone());
        if *first != of {
            return Err(eval.mismatch(&format!("`{name}`"), first, &of, &arg.at));
        }
        amounts.extend(found);
    }
    if amounts.is_empty() {
        return Err(eval.range(&format!("`{name}`"), "it is given nothing".into(), at));
    }
    let sum: f64 = amounts.iter().sum();
    let amount = match name {
        "sum" => sum,
        "mean" => sum / amounts.len() as f64,
        "min" => amounts.iter().copied().fold(f64::INFINITY, f64::min),
        _ => amounts.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    };
    Ok(Number::of(amount, unit.unwrap_or_default()))
}

/// One value of a series, by the rule of `name`.
fn point(
    eval: &Evaluator,
    name: &str,
    series: &Series,
    date: Period,
    at: &Range<usize>,
) -> Result<Number, Stop> {
    let of = |p: &Point| {
        eval.mark([&p.rows]);
        Ok(Number::of(p.amount, series.unit.clone()))
    };
    let exact = || {
        let same = series.points.iter().find(|p| p.period == date);
        let inside = || {
            let mut within = series.points.iter().filter(|p| date.contains(p.period));
            within.next().filter(|_| within.next().is_none())
        };
        same.or_else(inside)
    };
    let missing = || Stop::Missing(absent(series, date));
    match name {
        "at" => of(exact().ok_or_else(missing)?),
        "latest" => {
            let last = series.points.iter().rfind(|p| p.period.last_day() <= date.last_day());
            of(last.ok_or_else(missing)?)
        }
        _ => {
            if let Some(p) = exact() {
                return of(p);
            }
            let middle = date.middle();
            let before = series.points.iter().rfind(|p| p.period.middle() <= middle);
            let after = series.points.iter().find(|p| p.period.middle() >= middle);
            let (before, after) = (before.ok_or_else(missing)?, after.ok_or_else(missing)?);
            if before.amount <= 0.0 || after.amount <= 0.0 {
                let why = "a value that is not positive has no logarithm".to_string();
                return Err(eval.range("`interpolate`", why, at));
            }
            eval.mark([&before.rows, &after.rows]);
            let from = before.period.middle();
            let whole = after.period.middle() - from;
            let part = if whole > 0.0 { (middle - from) / whole } else { 0.0 };
            let log = ln(before.amount) * (1.0 - part) + ln(after.amount) * part;
            Ok(Number::of(exp(log), series.unit.clone()))
        }
    }
}

fn occasion(eval: &Evaluator, is_first: bool, arg: &Expr) -> Result<Period, Stop> {
    let Node::Where(condition) = &arg.node else {
        let name = if is_first { "`first`" } else { "`last`" };
        let advice = Some("write `first(t where series(…) > 0)`");
        let found = eval.value(arg)?;
        return Err(eval.kind(name, "`t where condition`", &found, advice, &arg.at));
    };
    let mask = match eval.value(condition)? {
        Value::Mask(mask) => mask,
        other => {
            let advice = Some("compare a series with a number: `series(…) > 0`");
            return Err(eval.kind(
                "`where`",
                "a condition on a series",
                &other,
                advice,
                &condition.at,
            ));
        }
    };
    let hit = if is_first {
        mask.iter().position(|(_, is, _)| *is)
    } else {
        mask.iter().rposition(|(_, is, _)| *is)
    };
    let until = mask.last().map_or("the start".into(), |(period, ..)| period.to_string());
    let at = hit.ok_or(Stop::Missing(Missing::Never { until }))?;
    let looked_at = if is_first { &mask[..=at] } else { &mask[at..] };
    eval.mark(looked_at.iter().map(|(.., rows)| rows));
    Ok(mask[at].0)
}

fn quotient(eval: &Evaluator, a: &Number, b: &Number, at: &Range<usize>) -> Result<f64, Stop> {
    if a.unit != b.unit {
        return Err(eval.mismatch("a ratio", &a.unit, &b.unit, at));
    }
    let found = a.amount / b.amount;
    if found.is_finite() {
        return Ok(found);
    }
    Err(eval.range("a ratio", format!("{} / {} is no finite number", a.amount, b.amount), at))
}

fn run(eval: &Evaluator, arg: &Expr) -> Result<Number, Stop> {
    let path = text(eval, arg)?;
    let missing = |why: String| Stop::Missing(Missing::Run { path: path.clone(), why });
    let run = eval.run.ok_or_else(|| missing("no run is given; add `--run DIR`".into()))?;
    let (amount, error) = run.number(&path).map_err(missing)?;
    Ok(Number { amount, unit: Unit::none(), error })
}

/// Functions of numbers alone.
fn scalar(eval: &Evaluator, name: &str, args: &[Expr], at: &Range<usize>) -> Result<Number, Stop> {
    let a = eval.number(&args[0])?;
    if name == "abs" {
        return Ok(Number { amount: a.amount.abs(), ..a });
    }
    let b = eval.number(&args[1])?;
    match name {
        "ratio" => quotient(eval, &a, &b, at).map(Number::plain),
        "change" => quotient(eval, &b, &a, at).map(|x| Number::plain(x - 1.0)),
        "kelly" => {
            let stake = kelly::binary(a.amount, b.amount);
            stake.map(Number::plain).map_err(|e| eval.range("`kelly`", e.to_string(), at))
        }
        _ => {
            let year = Unit::base("year");
            if b.unit != year && !b.unit.is_none() {
                return Err(eval.mismatch(&format!("`{name}`"), &year, &b.unit, at));
            }
            let doubling = name == "doubling";
            let sound = a.amount > 0.0 && b.amount != 0.0 && !(doubling && a.amount == 1.0);
            if !a.unit.is_none() || !sound {
                let why = "it takes a positive plain factor and a time that is not 0".to_string();
                return Err(eval.range(&format!("`{name}`"), why, at));
            }
            let per_year = ln(a.amount) / b.amount;
            if doubling {
                return Ok(Number::of(std::f64::consts::LN_2 / per_year, year));
            }
            Ok(Number::plain(powf(a.amount, 1.0 / b.amount)))
        }
    }
}

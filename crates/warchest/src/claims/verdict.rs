//! From what an expression is worth to a verdict.

use super::error::ClaimError;
use super::eval::Evaluator;
use super::file::{Claim, ClaimsFile, Reading, Relation, Stated};
use super::missing::{Missing, Run, Stop};
use super::parse::Node;
use super::period::Period;
use super::sizing::{self, SizingResult};
use super::table::{ShownRow, Tables};
use super::unit::{Scale, Unit};
use super::value::{Number, Rows, Series, Value};
use serde::Serialize;

/// What the data say of a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// True under every reading.
    Holds,
    /// True under some readings.
    HoldsUnder {
        /// Those it is true under.
        readings: Vec<String>,
    },
    /// Not true under any reading: the first is this many times the stated number.
    OffByFactor {
        /// Recomputed over stated, first reading.
        factor: f64,
        /// Least and most over the readings.
        range: (f64, f64),
    },
    /// Not true under any reading: the first is this many years away.
    OffByYears {
        /// Recomputed minus stated.
        years: f64,
    },
    /// A comparison that is false under every reading.
    DoesNotHold,
    /// It lies ahead.
    NotTestableYet {
        /// When it can be tested.
        by: String,
        /// The model's probability, when a run gives one.
        probability: Option<f64>,
        /// Its Monte-Carlo standard error.
        error: Option<f64>,
        /// The quarter by which it has come true on half of the paths, when there is one.
        half_by: Option<String>,
    },
    /// A rule for investors, turned into a constraint.
    Rule {
        /// What binds under it.
        binding: String,
    },
    /// The data are not there.
    NoData,
}

/// What one reading says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadingResult {
    /// In a few words.
    pub name: String,
    /// The expression.
    pub expression: String,
    /// Recomputed, in the unit of the stated number.
    pub value: Option<f64>,
    /// The same for a reader.
    pub shown: String,
    /// Stated number it is compared with, for a reader.
    pub stated: Option<String>,
    /// Recomputed over stated.
    pub factor: Option<f64>,
    /// Recomputed minus stated, for dates.
    pub years: Option<f64>,
    /// Within the tolerance; `None` without data or for context.
    pub holds: Option<bool>,
    /// What is missing.
    pub missing: Option<Missing>,
    /// The same in words.
    pub missing_text: Option<String>,
    /// Shown for comparison only.
    pub context: bool,
    /// Uses rows from memory (confidence D).
    pub from_memory: bool,
    /// Uses rows first known after the article.
    pub hindsight: bool,
    /// What to know of it.
    pub note: Option<String>,
}

/// A chart's data: one line per series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChartData {
    /// The finding.
    pub title: String,
    /// Logarithmic vertical axis.
    pub log: bool,
    /// Base unit of the values.
    pub unit: String,
    /// Name, and (year with fraction at the middle of the period, value) in calendar order.
    pub lines: Vec<(String, Vec<(f64, f64)>)>,
}

/// A claim with its verdict and what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClaimResult {
    /// Short name.
    pub id: String,
    /// What is said.
    pub says: String,
    /// The stated number, as written.
    pub stated: Option<String>,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The verdict in words.
    pub words: String,
    /// Least and most over the readings with data, for a reader.
    pub range: Option<(String, String)>,
    /// Most over least of the readings, when both are positive.
    pub spread: Option<f64>,
    /// Names the expressions use, with what they stand for.
    pub lets: Vec<(String, String)>,
    /// Each reading.
    pub readings: Vec<ReadingResult>,
    /// Why the model gives no probability.
    pub model_missing: Option<String>,
    /// What gives the probability.
    pub model: Option<ModelNote>,
    /// The sizing question.
    pub sizing: Option<SizingResult>,
    /// Rows it rests on.
    pub rows: Vec<ShownRow>,
    /// What to know beside the verdict.
    pub note: Option<String>,
    /// A picture.
    pub chart: Option<ChartData>,
}

/// What gives the probability of a claim about the future.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelNote {
    /// Scenario the claim asks.
    pub scenario: String,
    /// Paths it asks for.
    pub paths: u64,
    /// The number of the run, as an expression.
    pub expression: String,
    /// The run that was given.
    pub run: Option<String>,
}

/// All verdicts of a claims file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Version of this shape.
    pub schema: u32,
    /// Title of the claims file.
    pub title: String,
    /// Date of the article.
    pub as_of: String,
    /// Where the article stands.
    pub article: Option<String>,
    /// In the order of the file.
    pub claims: Vec<ClaimResult>,
}

/// Judges every claim.
///
/// # Errors
/// Every claim whose expressions do not fit together: units, kinds, names.
pub fn judge(
    file: &ClaimsFile,
    tables: &Tables,
    run: Option<&dyn Run>,
) -> Result<Report, Vec<ClaimError>> {
    let (mut claims, mut errors) = (Vec::new(), Vec::new());
    for claim in &file.claims {
        match judge_one(file, claim, tables, run) {
            Ok(found) => claims.push(found),
            Err(found) => errors.extend(found),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Report {
        schema: 1,
        title: file.title.clone(),
        as_of: file.as_of.to_string(),
        article: file.article.clone(),
        claims,
    })
}

/// All readings of a claim, with the rows they looked at.
fn judge_readings(
    file: &ClaimsFile,
    claim: &Claim,
    tables: &Tables,
    run: Option<&dyn Run>,
) -> (Vec<ReadingResult>, Rows, Vec<ClaimError>) {
    let (mut used, mut errors, mut readings) = (Rows::new(), Vec::new(), Vec::new());
    for reading in &claim.readings {
        let mut eval = Evaluator::new(tables, run, &claim.lets, &file.file);
        (eval.memory, eval.as_of) = (reading.memory, Some(file.as_of));
        match judge_reading(&eval, claim, reading) {
            Ok(mut found) => {
                let rows = eval.used.into_inner();
                let late = |at: Period| at.first_day() > file.as_of.last_day();
                found.from_memory = rows.iter().any(|id| tables.row(*id).confidence == "D");
                found.hindsight = rows.iter().any(|id| tables.row(*id).known_at.is_some_and(late));
                used.extend(rows);
                readings.push(found);
            }
            Err(error) => errors.push(error),
        }
    }
    (readings, used, errors)
}

fn judge_one(
    file: &ClaimsFile,
    claim: &Claim,
    tables: &Tables,
    run: Option<&dyn Run>,
) -> Result<ClaimResult, Vec<ClaimError>> {
    let (readings, mut used, mut errors) = judge_readings(file, claim, tables, run);
    let eval = Evaluator::new(tables, run, &claim.lets, &file.file);
    let mut model_missing = None;
    let mut note = |stop: Stop| match stop {
        Stop::Missing(missing) => model_missing = Some(missing.to_string()),
        Stop::Error(error) => errors.push(*error),
    };
    let model = claim.model.as_ref().map(|wanted| eval.number(&wanted.probability));
    let model = model.and_then(|found| found.map_err(&mut note).ok());
    let half_by = claim.model.as_ref().and_then(|wanted| wanted.half_by.as_ref());
    let half_by = half_by.and_then(|wanted| half_by_quarter(&eval, wanted, run, &mut note));
    let sizing = claim.sizing.as_ref().map(|wanted| sizing::solve(&eval, wanted));
    let sizing = sizing.and_then(|found| found.map_err(&mut note).ok());
    let chart = chart(&eval, claim);
    used.extend(eval.used.into_inner());
    if !errors.is_empty() {
        return Err(errors);
    }
    let model = model.as_ref().map(|found| (found, half_by));
    let verdict = verdict(claim, &readings, model, sizing.as_ref());
    let (range, spread) = spread(&readings);
    Ok(ClaimResult {
        id: claim.id.clone(),
        says: claim.says.clone(),
        stated: claim.stated.as_ref().map(|s| super::words::stated(&s.text)),
        words: super::words::verdict(&verdict, &readings),
        verdict,
        range,
        spread,
        lets: claim.let_texts.clone(),
        readings,
        model_missing,
        model: claim.model.as_ref().map(|m| ModelNote {
            scenario: m.scenario.clone(),
            paths: m.paths,
            expression: m.text.clone(),
            run: run.map(Run::describe),
        }),
        sizing,
        rows: used.into_iter().map(|id| tables.shown(id)).collect(),
        note: claim.note.clone(),
        chart,
    })
}

/// The name of the quarter a run gives; a number that is not there says nothing.
fn half_by_quarter(
    eval: &Evaluator,
    wanted: &Stated,
    run: Option<&dyn Run>,
    note: &mut dyn FnMut(Stop),
) -> Option<String> {
    match eval.number(&wanted.expr) {
        Ok(found) if found.amount >= 0.0 => run?.quarter(found.amount as u32),
        Ok(_) | Err(Stop::Missing(_)) => None,
        Err(stop) => {
            note(stop);
            None
        }
    }
}

/// The unit a stated number is written in: the reader gets the recomputed one in the same.
fn written_in(stated: Option<&Stated>) -> Option<Scale> {
    match &stated?.expr.node {
        Node::Number(_, scale) => scale.clone(),
        Node::Minus(inner) => match &inner.node {
            Node::Number(_, scale) => scale.clone(),
            _ => None,
        },
        _ => None,
    }
}

fn judge_reading(
    eval: &Evaluator,
    claim: &Claim,
    reading: &Reading,
) -> Result<ReadingResult, ClaimError> {
    let stated = reading.stated.as_ref().or(claim.stated.as_ref());
    let mut found = ReadingResult {
        name: reading.name.clone(),
        expression: reading.text.clone(),
        value: None,
        shown: "no data".into(),
        stated: stated.map(|s| super::words::stated(&s.text)),
        factor: None,
        years: None,
        holds: None,
        missing: None,
        missing_text: None,
        context: reading.context,
        from_memory: false,
        hindsight: false,
        note: reading.note.clone(),
    };
    let value = match eval.value(&reading.value) {
        Ok(value) => value,
        Err(Stop::Error(error)) => return Err(*error),
        Err(Stop::Missing(missing)) => {
            found.missing_text = Some(missing.to_string());
            found.missing = Some(missing);
            return Ok(found);
        }
    };
    let compared = compare(eval, claim, reading, stated, &value, &mut found);
    match compared {
        Ok(()) => Ok(found),
        Err(Stop::Error(error)) => Err(*error),
        Err(Stop::Missing(missing)) => {
            found.missing_text = Some(missing.to_string());
            found.missing = Some(missing);
            Ok(found)
        }
    }
}

fn compare(
    eval: &Evaluator,
    claim: &Claim,
    reading: &Reading,
    stated: Option<&Stated>,
    value: &Value,
    found: &mut ReadingResult,
) -> Result<(), Stop> {
    let counts = !reading.context;
    let tolerance = claim.tolerance.as_ref().map(|t| eval.number(&t.expr)).transpose()?;
    match (value, stated) {
        (Value::Truth(is), _) => {
            found.shown = if *is { "true".into() } else { "false".into() };
            found.holds = counts.then_some(*is);
            found.stated = None;
        }
        (Value::Time(date), Some(stated)) => {
            let said = eval.date(&stated.expr)?;
            let slack = tolerance.map_or(0.0, |t| t.amount);
            let years = date.years_since(said);
            found.shown = date.to_string();
            found.value = Some(f64::from(date.calendar_year()));
            found.years = Some(years);
            found.holds = counts.then_some(years.abs() <= slack);
        }
        (Value::Time(date), None) => found.shown = date.to_string(),
        (Value::Number(number), _) => {
            let scale = written_in(stated);
            show_number(number, scale.as_ref(), found);
            if let Some(stated) = stated {
                let said = eval.number(&stated.expr)?;
                if said.unit != number.unit {
                    let what = "a claim and its reading";
                    return Err(eval.mismatch(what, &said.unit, &number.unit, &reading.value.at));
                }
                let slack = tolerance.map_or(0.05, |t| t.amount);
                found.factor = (said.amount != 0.0).then(|| number.amount / said.amount);
                found.holds =
                    counts.then(|| is_near(claim.relation, number.amount, said.amount, slack));
            }
        }
        (other, _) => {
            let wanted = "a number, a date or a comparison";
            return Err(eval.kind("a reading", wanted, other, None, &reading.value.at));
        }
    }
    Ok(())
}

/// Within the tolerance, which is a part of the stated number.
fn is_near(relation: Relation, found: f64, said: f64, slack: f64) -> bool {
    let room = slack * said.abs();
    match relation {
        Relation::About => (found - said).abs() <= room,
        Relation::AtLeast => found >= said - room,
        Relation::AtMost => found <= said + room,
    }
}

fn show_number(number: &Number, scale: Option<&Scale>, found: &mut ReadingResult) {
    let same = scale.filter(|s| s.unit == number.unit);
    let value = number.amount / same.map_or(1.0, |s| s.factor);
    found.value = Some(value);
    let text = super::words::number(value);
    found.shown = match same {
        Some(scale) => super::words::with_unit(&text, &scale.text),
        None => super::words::auto(number.amount, &number.unit),
    };
}

fn verdict(
    claim: &Claim,
    readings: &[ReadingResult],
    model: Option<(&Number, Option<String>)>,
    sizing: Option<&SizingResult>,
) -> Verdict {
    if let Some(found) = sizing {
        return Verdict::Rule { binding: found.binding.clone() };
    }
    if let Some(wanted) = &claim.model {
        return Verdict::NotTestableYet {
            by: wanted.by.clone(),
            probability: model.as_ref().map(|m| m.0.amount),
            error: model.as_ref().and_then(|m| m.0.error),
            half_by: model.and_then(|m| m.1),
        };
    }
    let counted: Vec<_> = readings.iter().filter(|r| !r.context).collect();
    let judged: Vec<_> = counted.iter().filter(|r| r.holds.is_some()).collect();
    let holding: Vec<_> = judged.iter().filter(|r| r.holds == Some(true)).collect();
    let Some(first) = judged.first() else {
        return Verdict::NoData;
    };
    if !holding.is_empty() {
        if holding.len() == counted.len() {
            return Verdict::Holds;
        }
        return Verdict::HoldsUnder { readings: holding.iter().map(|r| r.name.clone()).collect() };
    }
    if let Some(factor) = first.factor {
        let factors = judged.iter().filter_map(|r| r.factor);
        let range = factors.fold((factor, factor), |(a, b), f| (a.min(f), b.max(f)));
        return Verdict::OffByFactor { factor, range };
    }
    first.years.map_or(Verdict::DoesNotHold, |years| Verdict::OffByYears { years })
}

/// Least and most of the recomputed values that share a unit with the first, for a reader.
fn spread(readings: &[ReadingResult]) -> (Option<(String, String)>, Option<f64>) {
    let unit = readings.iter().find(|r| r.value.is_some()).map(|r| r.stated.clone());
    let mut with: Vec<_> = readings
        .iter()
        .filter(|r| Some(&r.stated) == unit.as_ref() && (r.factor.is_some() || r.years.is_some()))
        .filter_map(|r| Some((r.value?, &r.shown)))
        .collect();
    with.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(least), Some(most)) = (with.first(), with.last()) else {
        return (None, None);
    };
    if with.len() < 2 {
        return (None, None);
    }
    let dates = readings.iter().any(|r| r.years.is_some());
    let factor = (least.0 > 0.0 && !dates).then(|| most.0 / least.0);
    (Some((least.1.clone(), most.1.clone())), factor)
}

fn chart(eval: &Evaluator, claim: &Claim) -> Option<ChartData> {
    let wanted = claim.chart.as_ref()?;
    let (mut lines, mut unit) = (Vec::new(), Unit::none());
    for (at, line) in wanted.lines.iter().enumerate() {
        let Ok(Value::Series(Series { unit: of, points, name })) = eval.value(&line.expr) else {
            continue;
        };
        unit = of;
        let name = wanted.names.get(at).cloned().unwrap_or(name);
        lines.push((name, points.iter().map(|p| (p.period.year_fraction(), p.amount)).collect()));
    }
    let title = wanted.title.clone();
    (!lines.is_empty()).then(|| ChartData { title, log: wanted.log, unit: unit.to_string(), lines })
}

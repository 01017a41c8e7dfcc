//! The claims file: TOML with the place of every expression.

use super::error::{ClaimError, Source};
use super::parse::{self, Expr};
use super::period::Period;
use super::table::{Layout, Tables};
use miette::NamedSource;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use toml::Spanned;

/// How the stated number is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// About that number.
    #[default]
    About,
    /// That number or more.
    AtLeast,
    /// That number or less.
    AtMost,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    title: String,
    as_of: Spanned<String>,
    source: Option<String>,
    #[serde(default)]
    table: Vec<RawTable>,
    #[serde(default)]
    claim: Vec<RawClaim>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    path: Spanned<String>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    fixed: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClaim {
    id: Spanned<String>,
    says: String,
    stated: Option<Spanned<String>>,
    #[serde(default)]
    relation: Relation,
    tolerance: Option<Spanned<String>>,
    #[serde(default, rename = "let")]
    lets: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    reading: Vec<RawReading>,
    model: Option<RawModel>,
    sizing: Option<RawSizing>,
    note: Option<String>,
    chart: Option<RawChart>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReading {
    name: Spanned<String>,
    value: Spanned<String>,
    stated: Option<Spanned<String>>,
    #[serde(default)]
    memory: bool,
    #[serde(default)]
    context: bool,
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawModel {
    probability: Spanned<String>,
    half_by: Option<Spanned<String>>,
    scenario: String,
    paths: u64,
    by: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSizing {
    outcomes: Vec<RawOutcome>,
    #[serde(default = "one")]
    bets: Spanned<u32>,
    against: Option<Spanned<u32>>,
    worst_case: Option<Spanned<String>>,
    cvar_95: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOutcome {
    probability: Spanned<String>,
    pays: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChart {
    title: String,
    lines: Vec<Spanned<String>>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    log: bool,
}

fn one() -> Spanned<u32> {
    Spanned::new(0..0, 1)
}

/// A claims file, parsed.
#[derive(Debug)]
pub struct ClaimsFile {
    /// Title.
    pub title: String,
    /// Date of the article.
    pub as_of: Period,
    /// Where the article stands.
    pub article: Option<String>,
    /// The claims in order.
    pub claims: Vec<Claim>,
    /// The text, for pointing at.
    pub file: Source,
}

/// A statement and how it is tested.
#[derive(Debug)]
pub struct Claim {
    /// Short name.
    pub id: String,
    /// What is said, in one's own words.
    pub says: String,
    /// The stated number.
    pub stated: Option<Stated>,
    /// How it is meant.
    pub relation: Relation,
    /// How far the recomputed value may be away, as written.
    pub tolerance: Option<Stated>,
    /// Names used by the readings.
    pub lets: Vec<(String, Expr)>,
    /// The same as written.
    pub let_texts: Vec<(String, String)>,
    /// Ways to read it.
    pub readings: Vec<Reading>,
    /// For what lies ahead: the number of a run.
    pub model: Option<Model>,
    /// For a rule: the sizing question under it.
    pub sizing: Option<Sizing>,
    /// What to know beside the verdict.
    pub note: Option<String>,
    /// A picture.
    pub chart: Option<Chart>,
}

/// A number with its text, as stated.
#[derive(Clone, Debug)]
pub struct Stated {
    /// As written.
    pub text: String,
    /// Its tree.
    pub expr: Expr,
}

/// One way to read a claim.
#[derive(Debug)]
pub struct Reading {
    /// In a few words.
    pub name: String,
    /// The expression as written.
    pub text: String,
    /// Its tree.
    pub value: Expr,
    /// The stated number under this reading, when it is another.
    pub stated: Option<Stated>,
    /// Whether rows from memory (confidence D) are used.
    pub memory: bool,
    /// Shown for comparison; the verdict does not depend on it.
    pub context: bool,
    /// What to know of it.
    pub note: Option<String>,
}

/// What the simulation says of a claim about the future.
#[derive(Debug)]
pub struct Model {
    /// The expression as written.
    pub text: String,
    /// Probability that the claim comes true.
    pub probability: Expr,
    /// The quarter of the run, counted from 0, by which it has come true on half of the paths.
    pub half_by: Option<Stated>,
    /// Scenario that gives it.
    pub scenario: String,
    /// Paths it is run with.
    pub paths: u64,
    /// When the claim can be tested.
    pub by: String,
}

/// The sizing question under a rule.
#[derive(Debug)]
pub struct Sizing {
    /// Probability and what one unit staked pays back.
    pub outcomes: Vec<(Stated, Stated)>,
    /// Over how many independent bets the stake is spread.
    pub bets: u32,
    /// With how many it is compared.
    pub against: Option<u32>,
    /// Largest part of wealth that may be lost.
    pub worst_case: Option<Stated>,
    /// Largest mean loss in the worst twentieth.
    pub cvar_95: Option<Stated>,
}

/// A picture of series.
#[derive(Debug)]
pub struct Chart {
    /// The finding.
    pub title: String,
    /// The series.
    pub lines: Vec<Stated>,
    /// What a reader calls them; those past the end keep the names of their series.
    pub names: Vec<String>,
    /// Logarithmic vertical axis.
    pub log: bool,
}

struct Reader {
    file: Source,
    text: Arc<str>,
    errors: Vec<ClaimError>,
}

/// Reads a claims file and the tables it names.
///
/// `table` reads a table by the path that the file writes.
///
/// # Errors
/// Everything that is wrong, in the order of the file.
pub fn read(
    name: &str,
    text: &str,
    table: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Result<(ClaimsFile, Tables), Vec<ClaimError>> {
    let text: Arc<str> = Arc::from(text);
    let file: Source = Arc::new(NamedSource::new(name, text.clone()));
    let raw: RawFile = toml::from_str(&text).map_err(|e| {
        let at = e.span().unwrap_or(0..0).into();
        vec![ClaimError::Shape { message: e.message().to_string(), at, file: file.clone() }]
    })?;
    let mut reader = Reader { file, text, errors: Vec::new() };
    let mut tables = Tables::default();
    for wanted in &raw.table {
        reader.table(wanted, &mut tables, table);
    }
    let as_of = reader.date(&raw.as_of);
    let mut seen = BTreeSet::new();
    for claim in &raw.claim {
        reader.once(&mut seen, &claim.id);
    }
    let claims = raw.claim.into_iter().filter_map(|claim| reader.claim(claim)).collect();
    match as_of {
        Some(as_of) if reader.errors.is_empty() => {
            let file = reader.file;
            Ok((ClaimsFile { title: raw.title, as_of, article: raw.source, claims, file }, tables))
        }
        _ => Err(reader.errors),
    }
}

impl Reader {
    fn table(
        &mut self,
        wanted: &RawTable,
        tables: &mut Tables,
        read: &mut dyn FnMut(&str) -> Result<String, String>,
    ) {
        let path = wanted.path.get_ref();
        let layout = Layout { columns: wanted.columns.clone(), fixed: wanted.fixed.clone() };
        match read(path) {
            Ok(text) => {
                if let Err(errors) = tables.add(path, &text, &layout) {
                    self.errors.extend(errors);
                }
            }
            Err(why) => self.errors.push(ClaimError::Table {
                path: path.clone(),
                why,
                at: wanted.path.span().into(),
                file: self.file.clone(),
            }),
        }
    }

    fn once(&mut self, seen: &mut BTreeSet<String>, name: &Spanned<String>) {
        if !seen.insert(name.get_ref().clone()) {
            self.errors.push(ClaimError::Twice {
                name: name.get_ref().clone(),
                at: name.span().into(),
                file: self.file.clone(),
            });
        }
    }

    fn date(&mut self, text: &Spanned<String>) -> Option<Period> {
        let found = Period::parse(text.get_ref());
        if found.is_none() {
            self.errors.push(ClaimError::Range {
                what: "`as_of`".into(),
                why: format!("`{}` is no date like 2025-05-31", text.get_ref()),
                at: text.span().into(),
                file: self.file.clone(),
            });
        }
        found
    }

    /// Byte at which the characters of a TOML string start: past its quotes, when it is written
    /// without escapes.
    fn inside(&self, text: &Spanned<String>) -> usize {
        let span = text.span();
        let written = self.text.get(span.clone()).unwrap_or_default();
        span.start + written.find(text.get_ref().as_str()).unwrap_or(0)
    }

    fn expr(&mut self, text: &Spanned<String>) -> Option<Stated> {
        match parse::parse(text.get_ref(), self.inside(text), &self.file) {
            Ok(expr) => Some(Stated { text: text.get_ref().clone(), expr }),
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }

    fn optional(&mut self, text: &Option<Spanned<String>>) -> Option<Stated> {
        text.as_ref().and_then(|text| self.expr(text))
    }

    fn claim(&mut self, raw: RawClaim) -> Option<Claim> {
        let mut lets: Vec<_> = raw.lets.into_iter().collect();
        lets.sort_by_key(|(_, text)| text.span().start);
        let let_texts =
            lets.iter().map(|(name, text)| (name.clone(), text.get_ref().clone())).collect();
        let lets = lets.into_iter().filter_map(|(name, text)| Some((name, self.expr(&text)?.expr)));
        let lets = lets.collect();
        let mut seen = BTreeSet::new();
        for reading in &raw.reading {
            self.once(&mut seen, &reading.name);
        }
        if raw.reading.is_empty() && raw.model.is_none() && raw.sizing.is_none() {
            self.errors.push(ClaimError::Range {
                what: format!("claim `{}`", raw.id.get_ref()),
                why: "it has no [[claim.reading]], [claim.model] or [claim.sizing]".into(),
                at: raw.id.span().into(),
                file: self.file.clone(),
            });
        }
        let readings = raw.reading.iter().filter_map(|reading| self.reading(reading)).collect();
        Some(Claim {
            stated: self.optional(&raw.stated),
            tolerance: self.optional(&raw.tolerance),
            model: raw.model.and_then(|model| self.model(model)),
            sizing: raw.sizing.and_then(|sizing| self.sizing(sizing)),
            chart: raw.chart.map(|chart| self.chart(chart)),
            id: raw.id.into_inner(),
            says: raw.says,
            relation: raw.relation,
            lets,
            let_texts,
            readings,
            note: raw.note,
        })
    }

    fn reading(&mut self, raw: &RawReading) -> Option<Reading> {
        let stated = self.optional(&raw.stated);
        let value = self.expr(&raw.value)?;
        Some(Reading {
            name: raw.name.get_ref().clone(),
            text: value.text,
            value: value.expr,
            stated,
            memory: raw.memory,
            context: raw.context,
            note: raw.note.clone(),
        })
    }

    fn model(&mut self, raw: RawModel) -> Option<Model> {
        let found = self.expr(&raw.probability)?;
        Some(Model {
            text: found.text,
            probability: found.expr,
            half_by: self.optional(&raw.half_by),
            scenario: raw.scenario,
            paths: raw.paths,
            by: raw.by,
        })
    }

    fn sizing(&mut self, raw: RawSizing) -> Option<Sizing> {
        let mut outcomes = Vec::new();
        for outcome in &raw.outcomes {
            if let (Some(p), Some(pays)) =
                (self.expr(&outcome.probability), self.expr(&outcome.pays))
            {
                outcomes.push((p, pays));
            }
        }
        for bets in raw.against.iter().chain([&raw.bets]) {
            if !(1..=100).contains(bets.get_ref()) {
                self.errors.push(ClaimError::Range {
                    what: "number of bets".into(),
                    why: format!("{} is not between 1 and 100", bets.get_ref()),
                    at: bets.span().into(),
                    file: self.file.clone(),
                });
                return None;
            }
        }
        Some(Sizing {
            outcomes,
            bets: raw.bets.into_inner(),
            against: raw.against.map(Spanned::into_inner),
            worst_case: self.optional(&raw.worst_case),
            cvar_95: self.optional(&raw.cvar_95),
        })
    }

    fn chart(&mut self, raw: RawChart) -> Chart {
        Chart {
            title: raw.title,
            lines: raw.lines.iter().filter_map(|line| self.expr(line)).collect(),
            names: raw.names,
            log: raw.log,
        }
    }
}

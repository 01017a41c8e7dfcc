//! Series of unit costs with their passports, read from text.

use std::collections::BTreeMap;

use super::error::CurveError;
use crate::numerics::elementary::{exp_m1, ln};

/// Where the numbers of a family of series come from.
#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Passport {
    /// One line: what, where, when.
    pub title: String,
    /// Where the numbers were read.
    pub origin: String,
    /// Work to cite.
    pub citation: String,
    /// ISO date on which they were put in this form.
    pub collected: String,
    /// ISO date from which the whole family was public.
    pub known_at: String,
    /// Licence.
    pub licence: String,
    /// Unit of the cost, or `per series`.
    pub unit: String,
    /// The lowest value to date rather than the value: unfit for estimating volatility.
    #[serde(default)]
    pub running_minimum: bool,
    /// What was done to the numbers.
    #[serde(default)]
    pub transformations: Vec<String>,
    /// What was checked.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Anything a user must know.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Names and units of the members.
    #[serde(default)]
    pub series: BTreeMap<String, Member>,
}

impl Passport {
    /// Reads a passport in TOML.
    ///
    /// # Errors
    /// [`CurveError::Passport`], with what is missing or unknown.
    pub fn parse(text: &str) -> Result<Self, CurveError> {
        toml::from_str(text)
            .map_err(|error| CurveError::Passport { reason: error.message().to_string() })
    }
}

/// What the passport says of one series.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Member {
    /// Name in words.
    pub name: String,
    /// Unit of the cost.
    pub unit: String,
    /// Unit of the production.
    pub production_unit: String,
    /// How the stock before the first year was set.
    pub initial_stock: String,
    /// Quality threshold that the prices meet.
    pub threshold: String,
}

/// Unit cost of one technology over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Identifier in its family.
    pub id: String,
    /// Name in words.
    pub name: String,
    /// Unit of the cost.
    pub unit: String,
    /// Decimal years, increasing.
    pub dates: Vec<f64>,
    /// Unit costs, above zero.
    pub costs: Vec<f64>,
    /// Production in the step that starts at each date, if known.
    pub production: Option<Vec<f64>>,
    /// Cumulative production at each date, if known.
    pub experience: Option<Vec<f64>>,
    /// Lowest value to date: its volatility is not that of the cost.
    pub running_minimum: bool,
}

/// The series of one CSV file.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Where they come from.
    pub passport: Passport,
    /// In the order of the file.
    pub series: Vec<Series>,
}

impl Family {
    /// The series with this identifier.
    ///
    /// # Errors
    /// [`CurveError::Unknown`], naming the closest identifier.
    pub fn find(&self, id: &str) -> Result<&Series, CurveError> {
        self.series.iter().find(|series| series.id == id).ok_or_else(|| CurveError::Unknown {
            wanted: id.to_string(),
            near: closest(id, self.series.iter().map(|series| series.id.as_str())),
        })
    }
}

/// The candidate with the fewest edits from `wanted`, or an empty text if all are far.
pub fn closest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    candidates
        .map(|candidate| (edits(wanted, candidate), candidate))
        .min()
        .filter(|(edits, _)| *edits <= 2 + wanted.len() / 4)
        .map_or_else(String::new, |(_, candidate)| candidate.to_string())
}

/// Up to `count` candidates near to `wanted`, nearest first: few edits away, or containing it.
pub fn near_names<'a>(
    wanted: &str,
    candidates: impl Iterator<Item = &'a str>,
    count: usize,
) -> Vec<String> {
    let near = |candidate: &'a str| {
        let edits = edits(wanted, candidate);
        let inside = wanted.len() > 2 && candidate.contains(wanted);
        (inside || edits <= 2 + wanted.len() / 4).then_some((edits, candidate))
    };
    let mut found: Vec<(usize, &str)> = candidates.filter_map(near).collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(count).map(|(_, name)| name.to_string()).collect()
}

fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, &right) in b.iter().enumerate() {
            let change = corner + usize::from(left != right);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

impl Series {
    /// Natural logarithms of the costs.
    pub fn log_costs(&self) -> Vec<f64> {
        self.costs.iter().map(|&cost| ln(cost)).collect()
    }

    /// Natural logarithms of the experience, when it is known and above zero throughout.
    pub fn log_experience(&self) -> Option<Vec<f64>> {
        let experience = self.experience.as_ref()?;
        experience.iter().all(|&x| x > 0.0).then(|| experience.iter().map(|&x| ln(x)).collect())
    }

    /// The same series with the experience that its yearly production adds up to, where it has
    /// production but no experience: `z_1 = P_1/g`, `z_{t+1} = z_t + P_t`, where `g` is the
    /// growth a year from the first production to the last.
    ///
    /// The stock before the first year is a guess that learning rates depend on. Where production
    /// grows by less than 0.5 % a year, or the dates are not yearly, there is no guess and the
    /// series is returned as it is.
    ///
    /// # Source
    /// The stock `P_1/g` as in Lafond et al. (2018), Technological Forecasting and Social
    /// Change 128.
    pub fn with_experience(mut self) -> Series {
        let Some(production) = &self.production else {
            return self;
        };
        let steps = production.len().saturating_sub(1);
        if self.experience.is_some() || steps == 0 || !self.is_annual() {
            return self;
        }
        let growth = exp_m1(ln(production[steps] / production[0]) / steps as f64);
        if growth > 0.005 {
            let mut stock = production[0] / growth;
            let at_start = |made: &f64| {
                stock += made;
                stock - made
            };
            self.experience = Some(production.iter().map(at_start).collect());
        }
        self
    }

    /// Whether the dates are one year apart.
    pub fn is_annual(&self) -> bool {
        self.dates.windows(2).all(|pair| (pair[1] - pair[0] - 1.0).abs() < 1e-9)
    }

    /// The part of the series that lies before `date`; a value dated with a bare year is taken
    /// to be known when that year has ended.
    pub fn known_at(&self, date: f64) -> Series {
        let yearly = self.dates.iter().all(|date| date.fract() == 0.0);
        let lag = if yearly { 1.0 } else { 0.0 };
        self.until(date - lag)
    }

    /// The values dated at most `date`.
    pub fn until(&self, date: f64) -> Series {
        let kept = self.dates.iter().filter(|&&at| at <= date + 1e-9).count();
        let cut = |values: &Vec<f64>| values[..kept].to_vec();
        Series {
            dates: cut(&self.dates),
            costs: cut(&self.costs),
            production: self.production.as_ref().map(cut),
            experience: self.experience.as_ref().map(cut),
            ..self.clone()
        }
    }
}

/// Reads a family of series: CSV with a header of `date` and `cost`, optionally `series`,
/// `production` and `experience` (other columns are left alone), and its passport in TOML.
///
/// Without a column `series` the file holds one series whose identifier is `fallback`.
///
/// # Errors
/// Every way in which the two texts can be wrong: see [`CurveError`].
pub fn parse_family(csv: &str, passport: &str, fallback: &str) -> Result<Family, CurveError> {
    let passport = Passport::parse(passport)?;
    let series = rows(csv, fallback)?
        .into_iter()
        .map(|mut series| {
            let member = passport.series.get(&series.id);
            let text =
                |get: fn(&Member) -> &String| member.map(get).filter(|text| !text.is_empty());
            series.name = text(|m| &m.name).unwrap_or(&series.id).clone();
            series.unit = text(|m| &m.unit).unwrap_or(&passport.unit).clone();
            series.running_minimum = passport.running_minimum;
            series
        })
        .collect();
    Ok(Family { passport, series })
}

/// Reads a file that holds one series; the identifier is `series` unless a column names it.
///
/// # Errors
/// As [`parse_family`]; [`CurveError::Unknown`] when the file holds several series.
pub fn parse(csv: &str, passport: &str) -> Result<Series, CurveError> {
    one(parse_family(csv, passport, "series")?.series)
}

/// Reads a user's own CSV, which has no passport; `year` may stand for `date`.
///
/// # Errors
/// As [`parse_family`].
pub fn parse_bare(csv: &str, fallback: &str) -> Result<Vec<Series>, CurveError> {
    rows(csv, fallback)
}

fn one(mut series: Vec<Series>) -> Result<Series, CurveError> {
    if series.len() != 1 {
        let near = series.first().map_or_else(String::new, |first| first.id.clone());
        return Err(CurveError::Unknown {
            wanted: format!("(one of {} series)", series.len()),
            near,
        });
    }
    Ok(series.remove(0))
}

struct Columns {
    series: Option<usize>,
    date: usize,
    cost: usize,
    production: Option<usize>,
    experience: Option<usize>,
}

fn columns(header: &[String]) -> Result<Columns, CurveError> {
    let at = |name: &str| header.iter().position(|column| column.trim() == name);
    let need = |name: &str| {
        at(name).ok_or_else(|| CurveError::Column {
            column: name.to_string(),
            found: header.join(", "),
        })
    };
    Ok(Columns {
        series: at("series"),
        date: need("date").or_else(|missing| at("year").ok_or(missing))?,
        cost: need("cost")?,
        production: at("production"),
        experience: at("experience"),
    })
}

fn rows(csv: &str, fallback: &str) -> Result<Vec<Series>, CurveError> {
    let mut lines = csv.lines().enumerate().map(|(i, line)| (i + 1, line.trim_end_matches('\r')));
    let header =
        lines.next().map_or_else(Vec::new, |(_, line)| cells(line.trim_start_matches('\u{feff}')));
    let columns = columns(&header)?;
    let mut series: Vec<Series> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (line, text) in lines.filter(|(_, text)| !text.trim().is_empty()) {
        let row = cells(text);
        let cell = |at: usize| row.get(at).map_or("", |cell| cell.trim());
        let id = columns.series.map_or(fallback, cell);
        let date = parse_date(cell(columns.date))
            .ok_or_else(|| bad(line, "date", cell(columns.date), "a date"))?;
        let positive = |at: usize, name: &str| {
            let found = cell(at);
            let value = found.parse::<f64>().ok().filter(|v| v.is_finite() && *v > 0.0);
            value.ok_or_else(|| bad(line, name, found, "a number above zero"))
        };
        let cost = positive(columns.cost, "cost")?;
        let production = columns.production.map(|at| positive(at, "production")).transpose()?;
        let experience = columns.experience.map(|at| positive(at, "experience")).transpose()?;
        let at = *places.entry(id.to_string()).or_insert_with(|| {
            series.push(empty(id, production.is_some(), experience.is_some()));
            series.len() - 1
        });
        push(&mut series[at], line, date, [Some(cost), production, experience])?;
    }
    Ok(series)
}

fn empty(id: &str, production: bool, experience: bool) -> Series {
    Series {
        id: id.to_string(),
        name: id.to_string(),
        unit: String::new(),
        dates: Vec::new(),
        costs: Vec::new(),
        production: production.then(Vec::new),
        experience: experience.then(Vec::new),
        running_minimum: false,
    }
}

fn push(
    series: &mut Series,
    line: usize,
    date: f64,
    values: [Option<f64>; 3],
) -> Result<(), CurveError> {
    if let Some(&before) = series.dates.last().filter(|before| date <= **before) {
        return Err(CurveError::Order { line, series: series.id.clone(), found: date, before });
    }
    series.dates.push(date);
    let [cost, production, experience] = values;
    series.costs.extend(cost);
    series.production.iter_mut().for_each(|column| column.extend(production));
    series.experience.iter_mut().for_each(|column| column.extend(experience));
    Ok(())
}

fn bad(line: usize, column: &str, found: &str, wanted: &str) -> CurveError {
    CurveError::Cell {
        line,
        column: column.to_string(),
        found: found.to_string(),
        wanted: wanted.to_string(),
    }
}

/// The cells of one CSV line; a cell in double quotes may hold commas and doubled quotes.
pub fn cells(line: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let last = out.len() - 1;
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                out[last].push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            other => out[last].push(other),
        }
    }
    out
}

/// Decimal year of `1957`, `1957.5` or `2024-05-13`; nothing when it is none of them.
pub fn parse_date(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split('-').collect();
    if let [year, month, day] = parts[..] {
        if year.is_empty() {
            return None;
        }
        let (year, month, day) =
            (year.parse::<i32>().ok()?, month.parse::<usize>().ok()?, day.parse::<u32>().ok()?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let length = *lengths.get(month.checked_sub(1)?)?;
        if day == 0 || day > length {
            return None;
        }
        let before: u32 = lengths[..month - 1].iter().sum();
        let days = if leap { 366.0 } else { 365.0 };
        return Some(f64::from(year) + f64::from(before + day - 1) / days);
    }
    text.parse::<f64>().ok().filter(|year| year.is_finite() && year.abs() < 1e5)
}

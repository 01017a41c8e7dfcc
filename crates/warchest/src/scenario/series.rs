//! `data("series")`: a technology curve fitted to what was known at the start.

use std::cell::{Cell, RefCell};

use super::error::QuantityProblem;
use super::merge::normal;
use super::source::Files;
use crate::curves::{CurveDraw, Series, series, shipped};

/// Fewest yearly changes that a curve is fitted to.
const CHANGES_MIN: usize = 3;

/// The data folder beside the scenario, and the curves taken from it so far.
pub(super) struct Shelf<'a> {
    files: &'a dyn Files,
    folder: String,
    /// Decimal year of the start.
    known_at: Cell<f64>,
    curves: RefCell<Vec<CurveDraw>>,
}

impl<'a> Shelf<'a> {
    /// The shelf of the scenario at `entry`.
    pub fn new(files: &'a dyn Files, entry: &str) -> Shelf<'a> {
        let folder = entry.rfind('/').map_or("", |slash| &entry[..=slash]).to_string();
        let known_at = Cell::new(f64::INFINITY);
        Shelf { files, folder, known_at, curves: RefCell::new(Vec::new()) }
    }

    /// Nothing known after this day is read.
    pub fn known_at(&self, (year, month, day): (i32, u8, u8)) {
        let months = f64::from(month - 1) + f64::from(day) / 31.0;
        self.known_at.set(f64::from(year) + months / 12.0);
    }

    /// The curves found.
    pub fn take(&self) -> Vec<CurveDraw> {
        self.curves.take()
    }

    /// Index of the curve of a series, `family` or `family/series`.
    pub fn find(&self, name: &str) -> Result<usize, QuantityProblem> {
        if let Some(at) = self.curves.borrow().iter().position(|curve| curve.series == name) {
            return Ok(at);
        }
        let curve = self.fit(name)?;
        let mut curves = self.curves.borrow_mut();
        curves.push(curve);
        Ok(curves.len() - 1)
    }

    fn fit(&self, name: &str) -> Result<CurveDraw, QuantityProblem> {
        let problem = |known: String| QuantityProblem::UnknownSeries {
            found: name.to_string(),
            nearest: None,
            known,
        };
        let (family, member) = name.split_once('/').unwrap_or((name, ""));
        let plain = |part: &str| !part.contains(['/', '\\']) && !part.starts_with('.');
        if family.is_empty() || !plain(family) || !plain(member) {
            return Err(problem(String::from("a series is named `family` or `family/series`")));
        }
        let (csv, passport) = self.texts(family).map_err(problem)?;
        let family = series::parse_family(&csv, &passport, family)
            .map_err(|error| problem(format!("its file cannot be read: {error}")))?;
        let found = match (member, family.series.as_slice()) {
            ("", [only]) => only,
            ("", several) => {
                let names: Vec<&str> = several.iter().map(|series| series.id.as_str()).collect();
                let names = names.join(", ");
                return Err(problem(format!("the family has several: say which, of {names}")));
            }
            _ => family.find(member).map_err(|error| problem(error.to_string()))?,
        };
        draw(name, &found.known_at(self.known_at.get())).map_err(problem)
    }

    fn texts(&self, family: &str) -> Result<(String, String), String> {
        for up in ["data", "../data"] {
            let folder = normal(&format!("{}{up}/{family}", self.folder));
            let text = |name: &str| {
                let bytes = self.files.read(&format!("{folder}/{name}"))?;
                String::from_utf8(bytes).map_err(|_| String::from("not UTF-8"))
            };
            if let (Ok(csv), Ok(passport)) = (text("series.csv"), text("passport.toml")) {
                return Ok((csv, passport));
            }
        }
        Err(format!(
            "series lie in data/{family}/series.csv with a passport.toml, beside the scenario or one folder up"
        ))
    }
}

/// Moore's law pooled across technologies, as the engine draws it: drift, volatility and the
/// kind of technology are uncertain, and a short series leans on all the others.
fn draw(name: &str, series: &Series) -> Result<CurveDraw, String> {
    let known = series.costs.len();
    if known <= CHANGES_MIN {
        return Err(format!(
            "only {known} of its values were known at the start, {} are needed",
            CHANGES_MIN + 1
        ));
    }
    let fitted =
        shipped::forecast(series, &shipped::pooled()).map_err(|error| error.to_string())?;
    Ok(fitted.draw(name, 4, 10.0))
}

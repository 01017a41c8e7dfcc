//! From a quantity as written to a distribution in the engine's units.

use super::error::{At, QuantityProblem, ScenarioError};
use super::expression::{self, Expression, Form, Literal, Span};
use super::source::Place;
use super::unit::{self, Dim, Unit};
use crate::numerics::elementary::{exp_m1, ln, ln_1p};
use crate::world::{Dist, Transform};

mod family;

pub use family::FAMILIES;

/// Half the width of a 90 % interval of the standard normal: its 95 % quantile.
pub const Z90: f64 = 1.644_853_626_951_472_2;

/// A quantity understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    /// Its distribution.
    pub dist: Dist,
    /// How a draw becomes the engine's number.
    pub transform: Transform,
    /// Engine-unit values that must lie inside the key's range: a known value, the ends of a
    /// range, the middle of what has no ends.
    pub points: Vec<f64>,
}

impl Meaning {
    fn fixed(value: f64) -> Meaning {
        Meaning { dist: Dist::Fixed(value), transform: Transform::Scale(1.0), points: vec![value] }
    }

    /// The known value, if it is one.
    pub fn known(&self) -> Option<f64> {
        match self.dist {
            Dist::Fixed(value) => Some(value),
            _ => None,
        }
    }
}

/// What a number is read for.
pub struct Reading<'a> {
    /// The key, for messages.
    pub key: &'a str,
    /// What it measures.
    pub dim: Dim,
    /// The string as written.
    pub text: &'a str,
    /// Where it is written.
    pub place: &'a Place,
    /// Finds a fitted technology curve by name: its index, or why not.
    pub series: &'a dyn Fn(&str) -> Result<usize, QuantityProblem>,
}

/// A converted number and how it becomes the engine's.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scaled {
    value: f64,
    transform: Transform,
}

impl Reading<'_> {
    /// What the text means.
    ///
    /// # Errors
    /// The first [`QuantityProblem`] of this quantity, at the piece that caused it.
    pub fn read(&self) -> Result<Meaning, Box<ScenarioError>> {
        let expression = expression::parse(self.text).map_err(|error| {
            let found = self.text.get(error.span.clone()).unwrap_or("");
            let found = if found.is_empty() { "the end" } else { found };
            let problem = QuantityProblem::BadQuantity {
                key: self.key.to_string(),
                found: found.to_string(),
                expected: error.expected.to_string(),
            };
            self.error(problem, error.span)
        })?;
        self.meaning(&expression, None)
    }

    fn error(&self, problem: QuantityProblem, span: Span) -> Box<ScenarioError> {
        Box::new(problem.at(&self.place.inside(self.text, span)))
    }

    fn meaning(
        &self,
        expression: &Expression,
        outer: Option<&(String, Span)>,
    ) -> Result<Meaning, Box<ScenarioError>> {
        match expression {
            Expression::Literal(literal) => {
                let scaled = self.scaled(literal, outer)?;
                let value = apply(scaled.transform, scaled.value);
                self.finite(value, literal)?;
                Ok(Meaning::fixed(value))
            }
            Expression::Interval(low, high) => self.interval(low, high, outer),
            Expression::Call { name, arguments, unit, span } => {
                let unit = unit.as_ref().or(outer);
                self.call(&family::Call { name, arguments, unit, span: span.clone() })
            }
            Expression::Series(name, span) => {
                if self.dim != Dim::Growth {
                    let problem = QuantityProblem::BadQuantity {
                        key: self.key.to_string(),
                        found: format!("data(\"{name}\")"),
                        expected: String::from(
                            "a number or a distribution: a technology curve stands behind `efficiency_growth`",
                        ),
                    };
                    return Err(self.error(problem, span.clone()));
                }
                let index = (self.series)(name).map_err(|why| self.error(why, span.clone()))?;
                let dist = Dist::Curve(index);
                Ok(Meaning { dist, transform: Transform::Scale(1.0), points: Vec::new() })
            }
        }
    }

    fn finite(&self, value: f64, literal: &Literal) -> Result<(), Box<ScenarioError>> {
        if value.is_finite() {
            return Ok(());
        }
        let found = self.text.get(literal.span.clone()).unwrap_or(&literal.written);
        let (key, found) = (self.key.to_string(), found.to_string());
        if self.dim == Dim::Growth && literal.number.is_finite() && literal.number < 0.0 {
            let allowed = String::from("above -100 % per period: a fall of 100 % leaves nothing");
            let doc = String::from("a fall by half within a year is `-50 %/year`, or `÷2 /year`");
            let problem = QuantityProblem::OutOfRange { key, found, allowed, doc };
            return Err(self.error(problem, literal.span.clone()));
        }
        Err(self.error(QuantityProblem::NotFinite { key, found }, literal.span.clone()))
    }

    /// A 90 % interval: normal in the log rate for growth, logit-normal for shares and
    /// hazards, lognormal for everything else.
    fn interval(
        &self,
        low: &Literal,
        high: &Literal,
        outer: Option<&(String, Span)>,
    ) -> Result<Meaning, Box<ScenarioError>> {
        let (a, b) = self.ends(low, high, outer)?;
        let points = vec![apply(a.transform, a.value), apply(b.transform, b.value)];
        let scale = Transform::Scale(1.0);
        if matches!(self.dim, Dim::Growth | Dim::LogNumber) {
            let (mean, sd) = middle(points[0], points[1]);
            return Ok(Meaning { dist: Dist::Normal { mean, sd }, transform: scale, points });
        }
        let bounded = self.dim.is_share() || self.dim == Dim::Hazard;
        let fits = a.value > 0.0 && (!bounded || b.value < 1.0);
        if !fits {
            let end = if a.value > 0.0 { high } else { low };
            let problem = QuantityProblem::IntervalReach {
                key: self.key.to_string(),
                low: self.text.get(end.span.clone()).unwrap_or("").to_string(),
                family: if bounded {
                    "logit-normal, strictly between 0 % and 100 %"
                } else {
                    "lognormal, strictly above 0"
                },
                mend: if bounded {
                    format!("write `uniform({})`, or ends strictly inside", self.text)
                } else {
                    format!("write `normal({0})`, or `uniform({0})`", self.text)
                },
            };
            return Err(self.error(problem, end.span.clone()));
        }
        let transform = a.transform;
        if bounded {
            let logit = |p: f64| ln(p) - ln_1p(-p);
            let (mu, sigma) = middle(logit(a.value), logit(b.value));
            return Ok(Meaning { dist: Dist::LogitNormal { mu, sigma }, transform, points });
        }
        let (mu, sigma) = middle(ln(a.value), ln(b.value));
        Ok(Meaning { dist: Dist::LogNormal { mu, sigma }, transform, points })
    }

    /// Both ends of an interval in one scale, in order.
    fn ends(
        &self,
        low: &Literal,
        high: &Literal,
        outer: Option<&(String, Span)>,
    ) -> Result<(Scaled, Scaled), Box<ScenarioError>> {
        let inner = (!high.unit.is_empty()).then(|| (high.unit.clone(), high.unit_span.clone()));
        let lent = inner.as_ref().or(outer);
        let mut low = low.clone();
        // `5 % to 25 %/quarter`: the period stands once, at the end.
        let rest = lent.and_then(|(unit, _)| unit.strip_prefix(low.unit.as_str()));
        if rest.is_some_and(|rest| rest.trim_start().starts_with('/')) {
            low.unit.clear();
        }
        if low.unit.is_empty() && low.form == Form::Plain {
            low.form = high.form;
        }
        let a = self.scaled(&low, lent)?;
        let b = self.scaled(high, outer)?;
        let (first, second) = (apply(a.transform, a.value), apply(b.transform, b.value));
        self.finite(first, &low)?;
        self.finite(second, high)?;
        if std::mem::discriminant(&a.transform) != std::mem::discriminant(&b.transform)
            || a.transform != b.transform
        {
            return Err(self.mixed("to", low.span.start..high.span.end));
        }
        if first >= second {
            let text = |literal: &Literal| {
                self.text.get(literal.span.clone()).unwrap_or("").trim().to_string()
            };
            let key = self.key.to_string();
            let (low_text, high_text) = (text(&low), text(high));
            let problem = QuantityProblem::IntervalOrder { key, low: low_text, high: high_text };
            return Err(self.error(problem, low.span.start..high.span.end));
        }
        Ok((a, b))
    }

    fn mixed(&self, name: &str, span: Span) -> Box<ScenarioError> {
        let problem = QuantityProblem::Distribution {
            name: name.to_string(),
            key: self.key.to_string(),
            rule: "all its numbers must be written in one way",
            found: self.text.to_string(),
            mend: "use `%/year` everywhere, or `x` everywhere, with the same period",
        };
        self.error(problem, span)
    }

    /// A number in the engine's units, or in a scale that a transform takes there.
    fn scaled(
        &self,
        literal: &Literal,
        outer: Option<&(String, Span)>,
    ) -> Result<Scaled, Box<ScenarioError>> {
        self.finite(literal.number, literal)?;
        let (text, span) = match (literal.unit.is_empty(), outer) {
            (true, Some((unit, span))) => (unit.as_str(), span.clone()),
            _ => (literal.unit.as_str(), literal.unit_span.clone()),
        };
        let scale = |value| Ok(Scaled { value, transform: Transform::Scale(1.0) });
        if self.dim.is_pure() {
            return match text {
                "" if literal.form == Form::Plain => match self.dim {
                    Dim::Number => scale(literal.number),
                    _ => self.factor(literal, 1.0),
                },
                _ => {
                    let found = if text.is_empty() { "x" } else { text }.to_string();
                    let problem = QuantityProblem::UnitOnNumber {
                        key: self.key.to_string(),
                        found,
                        example: self.dim.written().examples,
                    };
                    Err(self.error(problem, span))
                }
            };
        }
        if text.is_empty() {
            return Err(self.missing_unit(literal));
        }
        let Some(unit) = unit::parse(text) else {
            return Err(self.unknown_unit(text, span));
        };
        if literal.form != Form::Plain && (self.dim != Dim::Growth || unit.percent) {
            let whole = self.text.get(literal.span.clone()).unwrap_or("x");
            return Err(self.wrong_unit(whole, "growth per time", literal.span.clone()));
        }
        self.convert(literal, &unit, text, span)
    }

    fn convert(
        &self,
        literal: &Literal,
        unit: &Unit,
        text: &str,
        span: Span,
    ) -> Result<Scaled, Box<ScenarioError>> {
        let due = |canonical: &str| unit::parse(canonical).is_some_and(|u| u.powers == unit.powers);
        let written = self.dim.written();
        let fits = match self.dim {
            Dim::Share | Dim::Ratio => unit.percent && unit.powers == [0; 5],
            Dim::Hazard => unit.percent && due(written.canonical),
            Dim::Growth | Dim::Volatility | Dim::Rate => due(written.canonical),
            _ => !unit.percent && due(written.canonical),
        };
        if !fits {
            return Err(self.wrong_unit(text, &unit::measures(unit), span));
        }
        let number = literal.number;
        let per_quarter = unit.time.value();
        let scale = |value| Ok(Scaled { value, transform: Transform::Scale(1.0) });
        match self.dim {
            Dim::Share | Dim::Ratio => scale(number / 100.0),
            Dim::Growth if literal.form != Form::Plain => self.factor(literal, per_quarter),
            Dim::Growth if unit.percent => Ok(Scaled {
                value: number / 100.0,
                transform: Transform::LogGrowth { periods_per_quarter: per_quarter },
            }),
            Dim::Hazard if per_quarter == 1.0 => scale(number / 100.0),
            Dim::Hazard => Ok(Scaled {
                value: number / 100.0,
                transform: Transform::Hazard { periods_per_quarter: per_quarter },
            }),
            Dim::Volatility | Dim::MoneyVolatility => {
                scale(unit.scale.of(number) * per_quarter.sqrt())
            }
            Dim::Growth | Dim::Rate => scale(unit.time.of(unit.scale.of(number))),
            _ => {
                let Some(canonical) = unit::parse(written.canonical) else {
                    return Err(self.unknown_unit(text, span));
                };
                let amount = unit.scale.over(canonical.scale).of(number);
                scale(unit.time.over(canonical.time).of(amount))
            }
        }
    }

    fn factor(&self, literal: &Literal, per_quarter: f64) -> Result<Scaled, Box<ScenarioError>> {
        let number = literal.number;
        let value = if literal.form == Form::Over { 1.0 / number } else { number };
        if number <= 0.0 {
            let problem = QuantityProblem::OutOfRange {
                key: self.key.to_string(),
                found: self.text.get(literal.span.clone()).unwrap_or("").trim().to_string(),
                allowed: String::from("above 0"),
                doc: String::from("the engine reads its logarithm; a tenfold fall is `÷10 /year`"),
            };
            return Err(self.error(problem, literal.span.clone()));
        }
        Ok(Scaled { value, transform: Transform::LogFactor { periods_per_quarter: per_quarter } })
    }

    fn missing_unit(&self, literal: &Literal) -> Box<ScenarioError> {
        let problem = missing_unit(self.key, self.dim, &literal.written, literal.form);
        self.error(problem, literal.span.clone())
    }

    fn unknown_unit(&self, found: &str, span: Span) -> Box<ScenarioError> {
        let problem = QuantityProblem::UnknownUnit {
            key: self.key.to_string(),
            found: found.to_string(),
            nearest: unit::meant(found),
            dimension: self.dim.written().words,
            examples: self.dim.written().examples,
        };
        self.error(problem, span)
    }

    fn wrong_unit(&self, found: &str, measures: &str, span: Span) -> Box<ScenarioError> {
        let problem = QuantityProblem::WrongUnit {
            key: self.key.to_string(),
            found: found.to_string(),
            measures: measures.to_string(),
            dimension: self.dim.written().words,
            examples: self.dim.written().examples,
        };
        self.error(problem, span)
    }
}

/// The error for a number that lacks its unit, with the line that was probably meant.
pub fn missing_unit(key: &str, dim: Dim, written: &str, form: Form) -> QuantityProblem {
    let due = dim.written();
    let suggestion = match (dim, form) {
        (Dim::Growth, Form::Times | Form::Over) => format!("\"x{written} /year\""),
        (Dim::Share | Dim::Ratio | Dim::Hazard | Dim::Growth | Dim::Rate, _) => {
            let number: f64 = written.parse().unwrap_or(20.0);
            let percent = if number.abs() <= 1.0 { number * 100.0 } else { number };
            format!("\"{} {}\"", tidy(percent), due.suggest)
        }
        _ => format!("\"{written} {}\"", due.suggest),
    };
    QuantityProblem::MissingUnit {
        key: key.to_string(),
        found: written.to_string(),
        dimension: due.words,
        suggestion,
    }
}

/// A number to ten significant digits, without trailing zeros.
pub fn tidy(number: f64) -> String {
    let text = format!("{number:.10}");
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.to_string()
}

/// Middle and standard deviation of the normal whose 90 % interval this is.
fn middle(low: f64, high: f64) -> (f64, f64) {
    (0.5 * (low + high), (high - low) / (2.0 * Z90))
}

/// A draw in the engine's units.
pub fn apply(transform: Transform, raw: f64) -> f64 {
    match transform {
        Transform::Scale(factor) => raw * factor,
        Transform::LogGrowth { periods_per_quarter } => ln_1p(raw) * periods_per_quarter,
        Transform::LogFactor { periods_per_quarter } => ln(raw) * periods_per_quarter,
        Transform::Hazard { periods_per_quarter } => -exp_m1(ln_1p(-raw) * periods_per_quarter),
    }
}

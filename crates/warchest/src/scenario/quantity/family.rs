//! The named distributions.

use super::{Meaning, Reading, Scaled, apply, middle};
use crate::numerics::elementary::{ln, ln_1p};
use crate::scenario::error::{QuantityProblem, ScenarioError};
use crate::scenario::expression::{Argument, Expression, Form, Literal, Span};
use crate::scenario::nearest::nearest;
use crate::scenario::unit::Dim;
use crate::world::{Dist, Transform};

/// Names, what they take, an example: in the order of the reference.
pub const FAMILIES: [(&str, &str, &str); 7] = [
    ("normal", "a mean and a standard deviation, or a 90 % interval", "normal(1.15, 0.2)"),
    ("lognormal", "a median and a sigma, or a 90 % interval", "lognormal(7 GUSD, 0.5)"),
    ("student_t", "a location, a scale and degrees of freedom", "student_t(5 %/year, 2 %/year, 4)"),
    ("uniform", "two ends", "uniform(10 %, 25 %)"),
    ("triangular", "low, most likely and high", "triangular(1, 2, 4)"),
    ("beta", "two shape numbers, then two ends unless it is a share", "beta(2, 5)"),
    ("mixture", "two to eight parts `WEIGHT: QUANTITY`", "mixture(70 %: 1 to 2, 30 %: 5)"),
];

const KNOWN: &str =
    "normal, lognormal, student_t, uniform, triangular, beta, mixture and data(\"series\")";

/// A call to be understood.
pub struct Call<'a> {
    pub name: &'a str,
    pub arguments: &'a [Argument],
    pub unit: Option<&'a (String, Span)>,
    pub span: Span,
}

type Result<T> = std::result::Result<T, Box<ScenarioError>>;

impl Reading<'_> {
    pub(super) fn call(&self, call: &Call<'_>) -> Result<Meaning> {
        match call.name {
            "mixture" => self.mixture(call),
            "normal" => self.normal(call),
            "lognormal" => self.lognormal(call),
            "student_t" => self.student_t(call),
            "uniform" => self.uniform(call),
            "triangular" => self.triangular(call),
            "beta" => self.beta(call),
            name => {
                let names = FAMILIES.iter().map(|family| family.0).chain(["data"]);
                let problem = QuantityProblem::UnknownDistribution {
                    found: name.to_string(),
                    nearest: nearest(name, names),
                    known: KNOWN,
                };
                Err(self.error(problem, call.span.clone()))
            }
        }
    }

    fn takes(&self, call: &Call<'_>) -> Box<ScenarioError> {
        let (_, takes, example) =
            FAMILIES.iter().find(|family| family.0 == call.name).copied().unwrap_or(FAMILIES[0]);
        let problem = QuantityProblem::Arguments {
            name: call.name.to_string(),
            takes,
            found: call.arguments.len(),
            example,
        };
        self.error(problem, call.span.clone())
    }

    /// The arguments as plain numbers, `None` where they are not that many numbers.
    fn literals<'a, const N: usize>(&self, call: &Call<'a>) -> Option<[&'a Literal; N]> {
        let found: Option<Vec<&Literal>> = call
            .arguments
            .iter()
            .map(|argument| match (&argument.weight, &argument.expression) {
                (None, Expression::Literal(literal)) => Some(literal),
                _ => None,
            })
            .collect();
        found?.try_into().ok()
    }

    /// The one argument as the ends of an interval.
    fn one_interval(&self, call: &Call<'_>) -> Option<Result<(Scaled, Scaled)>> {
        match call.arguments {
            [Argument { weight: None, expression: Expression::Interval(low, high) }] => {
                Some(self.ends(low, high, call.unit))
            }
            _ => None,
        }
    }

    /// Numbers in one scale.
    fn alike<const N: usize>(
        &self,
        call: &Call<'_>,
        literals: [&Literal; N],
    ) -> Result<([f64; N], Transform)> {
        let mut values = [0.0; N];
        let mut transform = Transform::Scale(1.0);
        for (at, literal) in literals.into_iter().enumerate() {
            let scaled = self.scaled(literal, call.unit)?;
            if at > 0 && scaled.transform != transform {
                return Err(self.mixed(call.name, call.span.clone()));
            }
            values[at] = scaled.value;
            transform = scaled.transform;
        }
        Ok((values, transform))
    }

    /// An argument without unit: a shape, a sigma, degrees of freedom.
    fn pure(&self, literal: &Literal) -> Result<f64> {
        self.finite(literal.number, literal)?;
        if !literal.unit.is_empty() || literal.form != Form::Plain {
            let problem = QuantityProblem::UnitOnNumber {
                key: self.key.to_string(),
                found: if literal.unit.is_empty() { "x".to_string() } else { literal.unit.clone() },
                example: "`0.5`",
            };
            return Err(self.error(problem, literal.span.clone()));
        }
        Ok(literal.number)
    }

    /// A call as it is written, from its name to its last bracket.
    fn written(&self, span: &std::ops::Range<usize>) -> Option<&str> {
        let rest = self.text.get(span.start..)?;
        let mut depth = 0usize;
        for (at, letter) in rest.char_indices() {
            match letter {
                '(' => depth += 1,
                ')' if depth <= 1 => return Some(&rest[..=at]),
                ')' => depth -= 1,
                _ => {}
            }
        }
        None
    }

    fn rule(&self, call: &Call<'_>, holds: bool, rule: &'static str, found: &[f64]) -> Result<()> {
        if holds {
            return Ok(());
        }
        let weights = call.name == "mixture";
        let found: Vec<String> = match self.written(&call.span) {
            Some(written) if !weights => vec![format!("`{written}`")],
            _ => found.iter().map(|x| super::tidy(*x)).collect(),
        };
        let problem = QuantityProblem::Distribution {
            name: call.name.to_string(),
            key: self.key.to_string(),
            rule,
            found: found.join(", "),
            mend: "change the numbers in the brackets; `warchest explain scenario::distribution` lists the rules",
        };
        Err(self.error(problem, call.span.clone()))
    }

    fn normal(&self, call: &Call<'_>) -> Result<Meaning> {
        let (mean, sd, transform) = if let Some(ends) = self.one_interval(call) {
            let (low, high) = ends?;
            let (mean, sd) = middle(low.value, high.value);
            (mean, sd, low.transform)
        } else {
            let Some([mean, sd]) = self.literals(call) else { return Err(self.takes(call)) };
            let ([mean, sd], transform) = self.alike(call, [mean, sd])?;
            (mean, sd, transform)
        };
        self.rule(call, sd > 0.0, "the standard deviation must be above 0", &[sd])?;
        let points = vec![apply(transform, mean)];
        Ok(Meaning { dist: Dist::Normal { mean, sd }, transform, points })
    }

    fn lognormal(&self, call: &Call<'_>) -> Result<Meaning> {
        if let Some(ends) = self.one_interval(call) {
            let (low, high) = ends?;
            let (a, b) = (self.log_of(low), self.log_of(high));
            self.rule(call, a.is_finite(), "both ends must be above 0", &[low.value])?;
            let (mu, sigma) = middle(a, b);
            return Ok(self.log_normal(mu, sigma, low.transform));
        }
        let Some([median, sigma]) = self.literals(call) else { return Err(self.takes(call)) };
        let median = self.scaled(median, call.unit)?;
        let sigma = self.pure(sigma)?;
        let mu = self.log_of(median);
        self.rule(call, mu.is_finite(), "the median must be above 0", &[median.value])?;
        self.rule(call, sigma > 0.0, "sigma must be above 0", &[sigma])?;
        Ok(self.log_normal(mu, sigma, median.transform))
    }

    /// Logarithm of the positive thing that is lognormal: of a growth its factor.
    fn log_of(&self, scaled: Scaled) -> f64 {
        let positive = match scaled.transform {
            Transform::LogGrowth { .. } => return ln_1p(scaled.value),
            _ => scaled.value,
        };
        if positive > 0.0 { ln(positive) } else { f64::NEG_INFINITY }
    }

    fn log_normal(&self, mu: f64, sigma: f64, transform: Transform) -> Meaning {
        match transform {
            // The logarithm of a lognormal factor is normal: the engine reads that.
            Transform::LogGrowth { periods_per_quarter: k }
            | Transform::LogFactor { periods_per_quarter: k } => Meaning {
                dist: Dist::Normal { mean: mu * k, sd: sigma * k },
                transform: Transform::Scale(1.0),
                points: vec![mu * k],
            },
            _ => {
                let median = crate::numerics::elementary::exp(mu);
                let points = vec![apply(transform, median)];
                Meaning { dist: Dist::LogNormal { mu, sigma }, transform, points }
            }
        }
    }

    fn student_t(&self, call: &Call<'_>) -> Result<Meaning> {
        let Some([loc, scale, df]) = self.literals(call) else { return Err(self.takes(call)) };
        let df = self.pure(df)?;
        let ([loc, scale], transform) = self.alike(call, [loc, scale])?;
        self.rule(call, scale > 0.0, "the scale must be above 0", &[scale])?;
        self.rule(call, df >= 1.0, "the degrees of freedom must be at least 1", &[df])?;
        let points = vec![apply(transform, loc)];
        Ok(Meaning { dist: Dist::StudentT { loc, scale, df }, transform, points })
    }

    fn uniform(&self, call: &Call<'_>) -> Result<Meaning> {
        let (low, high, transform) = if let Some(ends) = self.one_interval(call) {
            let (low, high) = ends?;
            (low.value, high.value, low.transform)
        } else {
            let Some([low, high]) = self.literals(call) else { return Err(self.takes(call)) };
            let ([low, high], transform) = self.alike(call, [low, high])?;
            (low, high, transform)
        };
        self.rule(call, low < high, "the first end must be the smaller one", &[low, high])?;
        let points = vec![apply(transform, low), apply(transform, high)];
        Ok(Meaning { dist: Dist::Uniform { low, high }, transform, points })
    }

    fn triangular(&self, call: &Call<'_>) -> Result<Meaning> {
        let Some([low, mode, high]) = self.literals(call) else { return Err(self.takes(call)) };
        let ([low, mode, high], transform) = self.alike(call, [low, mode, high])?;
        let ordered = low <= mode && mode <= high && low < high;
        self.rule(call, ordered, "it must read low, most likely, high", &[low, mode, high])?;
        let points = vec![apply(transform, low), apply(transform, high)];
        Ok(Meaning { dist: Dist::Triangular { low, mode, high }, transform, points })
    }

    fn beta(&self, call: &Call<'_>) -> Result<Meaning> {
        let (a, b, low, high, transform) = if let Some([a, b]) = self.literals(call) {
            if !self.dim.is_share() && self.dim != Dim::Number {
                return Err(self.takes(call));
            }
            (self.pure(a)?, self.pure(b)?, 0.0, 1.0, Transform::Scale(1.0))
        } else {
            let Some([a, b, low, high]) = self.literals(call) else {
                return Err(self.takes(call));
            };
            let ([low, high], transform) = self.alike(call, [low, high])?;
            (self.pure(a)?, self.pure(b)?, low, high, transform)
        };
        self.rule(call, a > 0.0 && b > 0.0, "both shapes must be above 0", &[a, b])?;
        self.rule(call, low < high, "the first end must be the smaller one", &[low, high])?;
        let points = vec![apply(transform, low), apply(transform, high)];
        Ok(Meaning { dist: Dist::Beta { a, b, low, high }, transform, points })
    }

    fn mixture(&self, call: &Call<'_>) -> Result<Meaning> {
        let mut parts = Vec::new();
        let mut points = Vec::new();
        let mut transform = None;
        if !(2..=8).contains(&call.arguments.len()) {
            return Err(self.takes(call));
        }
        for argument in call.arguments {
            let Some(weight) = &argument.weight else { return Err(self.takes(call)) };
            let share = match weight.unit.as_str() {
                "" => weight.number,
                "%" => weight.number / 100.0,
                _ => return Err(self.takes(call)),
            };
            self.rule(call, share > 0.0, "every weight must be above 0", &[share])?;
            let part = self.meaning(&argument.expression, call.unit)?;
            if *transform.get_or_insert(part.transform) != part.transform {
                return Err(self.mixed(call.name, call.span.clone()));
            }
            points.extend(part.points);
            parts.push((share, part.dist));
        }
        let sum: f64 = parts.iter().map(|part| part.0).sum();
        let whole = (sum - 1.0).abs() < 1e-6;
        self.rule(call, whole, "the weights must sum to 1 (100 %)", &[sum])?;
        for part in &mut parts {
            part.0 /= sum;
        }
        let transform = transform.unwrap_or(Transform::Scale(1.0));
        Ok(Meaning { dist: Dist::Mixture(parts), transform, points })
    }
}

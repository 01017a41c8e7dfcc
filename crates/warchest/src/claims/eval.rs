//! The worth of an expression over tables and a run.

use super::error::{ClaimError, Source, did_you_mean, nearest};
use super::functions;
use super::missing::{Missing, Run, Stop};
use super::parse::{Expr, Node, Op};
use super::period::Period;
use super::table::Tables;
use super::unit::Unit;
use super::value::{Mask, Number, Point, Rows, Series, Value};
use crate::numerics::elementary::powf;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

/// A value or the reason there is none.
pub type Found = Result<Value, Stop>;

/// A name and its expression, in the order of the file.
pub type Lets = [(String, Expr)];

/// What an expression may look at.
pub struct Evaluator<'a> {
    /// Rows.
    pub tables: &'a Tables,
    /// Answers of a run, when there is one.
    pub run: Option<&'a dyn Run>,
    /// Names of the claim; each may use the earlier ones.
    pub lets: &'a Lets,
    /// Whether rows of confidence D count.
    pub memory: bool,
    /// Date of the article.
    pub as_of: Option<Period>,
    /// The claims file, for pointing at.
    pub file: &'a Source,
    /// Rows looked at so far.
    pub used: RefCell<Rows>,
    /// How many of `lets` are in sight.
    pub visible: usize,
}

impl<'a> Evaluator<'a> {
    /// An evaluator that has looked at nothing yet.
    pub fn new(
        tables: &'a Tables,
        run: Option<&'a dyn Run>,
        lets: &'a Lets,
        file: &'a Source,
    ) -> Self {
        let used = RefCell::new(Rows::new());
        Self { tables, run, lets, memory: false, as_of: None, file, used, visible: lets.len() }
    }

    /// The worth of `expr`.
    ///
    /// # Errors
    /// [`Stop`]: what is wrong with the expression, or what is missing.
    pub fn value(&self, expr: &Expr) -> Found {
        match &expr.node {
            Node::Number(x, scale) => Ok(Value::Number(match scale {
                Some(scale) => Number::of(x * scale.factor, scale.unit.clone()),
                None => Number::plain(*x),
            })),
            Node::Time(period) => Ok(Value::Time(*period)),
            Node::Text(text) => Ok(Value::Text(text.clone())),
            Node::Name(name) => self.name(name, &expr.at),
            Node::Call(name, args) => functions::call(self, name, args, &expr.at),
            Node::Minus(inner) => {
                let minus = Value::Number(Number::plain(-1.0));
                let found = self.value(inner)?;
                self.arithmetic(Op::Mul, minus, found, &expr.at)
            }
            Node::Not(inner) => match self.value(inner)? {
                Value::Truth(is) => Ok(Value::Truth(!is)),
                Value::Mask(mask) => {
                    Ok(Value::Mask(mask.into_iter().map(|(p, is, r)| (p, !is, r)).collect()))
                }
                other => Err(self.kind("`not`", "a condition", &other, None, &inner.at)),
            },
            Node::Binary(op, left, right) => {
                let (a, b) = (self.value(left)?, self.value(right)?);
                match op {
                    Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Pow => {
                        self.arithmetic(*op, a, b, &expr.at)
                    }
                    Op::And | Op::Or => self.logic(*op, a, b, &expr.at),
                    _ => self.comparison(*op, a, b, &expr.at),
                }
            }
            Node::Span(first, last) => {
                let (a, b) = (self.date(first)?, self.date(last)?);
                if b < a {
                    let why = format!("it runs backwards, from {a} to {b}");
                    return Err(self.range("range of dates", why, &expr.at));
                }
                Ok(Value::Span(a, b))
            }
            Node::Where(_) => {
                Err(self.misplaced("`t where …`", "an argument of `first` or `last`", &expr.at))
            }
        }
    }

    fn name(&self, name: &str, at: &Range<usize>) -> Found {
        if name == "t" {
            return Ok(Value::Clock);
        }
        let sight = &self.lets[..self.visible];
        let Some(index) = sight.iter().position(|(known, _)| known == name) else {
            let names = sight.iter().map(|(known, _)| known.as_str());
            return Err(ClaimError::Name {
                found: name.into(),
                nearest: did_you_mean(nearest(name, names)),
                at: at.clone().into(),
                file: self.file.clone(),
            }
            .into());
        };
        let inner = Evaluator {
            visible: index,
            used: RefCell::new(Rows::new()),
            tables: self.tables,
            run: self.run,
            lets: self.lets,
            memory: self.memory,
            as_of: self.as_of,
            file: self.file,
        };
        let found = inner.value(&self.lets[index].1);
        self.used.borrow_mut().extend(inner.used.into_inner());
        found
    }

    /// The date `expr` stands for: a date, or a whole number read as a year.
    pub fn date(&self, expr: &Expr) -> Result<Period, Stop> {
        let found = self.value(expr)?;
        as_date(&found)
            .ok_or_else(|| self.kind("a date", "a date or a year", &found, None, &expr.at))
    }

    /// The number `expr` is worth.
    pub fn number(&self, expr: &Expr) -> Result<Number, Stop> {
        match self.value(expr)? {
            Value::Number(number) => Ok(number),
            other => Err(self.kind(
                "this place",
                "a number",
                &other,
                matches!(other, Value::Series(_))
                    .then_some("take one number from the series: `at(…, 2024)` or `sum(…)`"),
                &expr.at,
            )),
        }
    }

    /// The series `expr` is worth.
    pub fn series(&self, expr: &Expr) -> Result<Series, Stop> {
        match self.value(expr)? {
            Value::Series(series) => Ok(series),
            other => Err(self.kind(
                "this place",
                "a series",
                &other,
                Some("a series is `series(\"entity\", \"metric\")`"),
                &expr.at,
            )),
        }
    }

    /// Notes that these rows were looked at.
    pub fn mark<'r>(&self, rows: impl IntoIterator<Item = &'r Rows>) {
        let mut used = self.used.borrow_mut();
        for set in rows {
            used.extend(set);
        }
    }

    fn arithmetic(&self, op: Op, a: Value, b: Value, at: &Range<usize>) -> Found {
        match (a, b) {
            (Value::Number(a), Value::Number(b)) => self.numbers(op, &a, &b, at).map(Value::Number),
            (Value::Series(a), Value::Number(b)) => {
                self.each(op, a, &b, false, at).map(Value::Series)
            }
            (Value::Number(a), Value::Series(b)) => {
                self.each(op, b, &a, true, at).map(Value::Series)
            }
            (Value::Series(a), Value::Series(b)) => self.pairs(op, &a, &b, at).map(Value::Series),
            (a, b)
                if op == Op::Sub
                    && (matches!(a, Value::Time(_)) || matches!(b, Value::Time(_))) =>
            {
                let (Some(late), Some(early)) = (as_date(&a), as_date(&b)) else {
                    return Err(self.kind("`-`", "two dates", &b, None, at));
                };
                Ok(Value::Number(Number::of(late.years_since(early), Unit::base("year"))))
            }
            (a, b) => {
                let odd = if matches!(a, Value::Number(_) | Value::Series(_)) { b } else { a };
                let what = format!("`{}`", op.sign());
                Err(self.kind(&what, "numbers or series", &odd, None, at))
            }
        }
    }

    fn numbers(&self, op: Op, a: &Number, b: &Number, at: &Range<usize>) -> Result<Number, Stop> {
        let unit = self.unit_of(op, &a.unit, &b.unit, at)?;
        let amount = self.apply(op, a.amount, b.amount, at)?;
        let error = match (op, a.error, b.error) {
            (Op::Add | Op::Sub, Some(e), None) | (Op::Add | Op::Sub, None, Some(e)) => Some(e),
            (Op::Mul, Some(e), None) => Some(e * b.amount.abs()),
            (Op::Mul, None, Some(e)) => Some(e * a.amount.abs()),
            (Op::Div, Some(e), None) => Some(e / b.amount.abs()),
            _ => None,
        };
        Ok(Number { amount, unit, error })
    }

    fn unit_of(&self, op: Op, a: &Unit, b: &Unit, at: &Range<usize>) -> Result<Unit, Stop> {
        match op {
            Op::Mul => Ok(a.times(b)),
            Op::Div => Ok(a.per(b)),
            Op::Pow if a.is_none() && b.is_none() => Ok(Unit::none()),
            Op::Pow => Err(self.mismatch("`^` of plain numbers", a, b, at)),
            _ if a == b => Ok(a.clone()),
            _ => Err(self.mismatch(&format!("`{}`", op.sign()), a, b, at)),
        }
    }

    fn apply(&self, op: Op, a: f64, b: f64, at: &Range<usize>) -> Result<f64, Stop> {
        let found = match op {
            Op::Add => a + b,
            Op::Sub => a - b,
            Op::Mul => a * b,
            Op::Div => a / b,
            _ => powf(a, b),
        };
        if found.is_finite() {
            return Ok(found);
        }
        let why = format!("{a} {} {b} is no finite number", op.sign());
        Err(self.range(&format!("`{}`", op.sign()), why, at))
    }

    /// Each point of a series with one number, which stands on the left when `turned`.
    fn each(
        &self,
        op: Op,
        mut series: Series,
        number: &Number,
        turned: bool,
        at: &Range<usize>,
    ) -> Result<Series, Stop> {
        let pair = if turned { (&number.unit, &series.unit) } else { (&series.unit, &number.unit) };
        series.unit = self.unit_of(op, pair.0, pair.1, at)?;
        for point in &mut series.points {
            let (a, b) =
                if turned { (number.amount, point.amount) } else { (point.amount, number.amount) };
            point.amount = self.apply(op, a, b, at)?;
        }
        Ok(series)
    }

    /// Two series, date by date; every date must be in both.
    fn pairs(&self, op: Op, a: &Series, b: &Series, at: &Range<usize>) -> Result<Series, Stop> {
        let unit = self.unit_of(op, &a.unit, &b.unit, at)?;
        let dates = |s: &Series| s.points.iter().map(|p| p.period).collect::<BTreeSet<_>>();
        let (of_a, of_b) = (dates(a), dates(b));
        if let Some(lone) = of_a.symmetric_difference(&of_b).next() {
            let short = if of_a.contains(lone) { b } else { a };
            return Err(Stop::Missing(absent(short, *lone)));
        }
        let mut points = Vec::with_capacity(a.points.len());
        for (p, q) in a.points.iter().zip(&b.points) {
            let amount = self.apply(op, p.amount, q.amount, at)?;
            let rows = p.rows.union(&q.rows).copied().collect();
            points.push(Point { period: p.period, amount, rows });
        }
        let name = format!("{} {} {}", a.name, op.sign(), b.name);
        Ok(Series { unit, points, name })
    }

    fn comparison(&self, op: Op, a: Value, b: Value, at: &Range<usize>) -> Found {
        let what = format!("`{}`", op.sign());
        match (a, b) {
            (Value::Clock, other) => as_date(&other)
                .map(|date| Value::Bound(op, date))
                .ok_or_else(|| self.kind(&what, "a date", &other, None, at)),
            (other, Value::Clock) => as_date(&other)
                .map(|date| Value::Bound(turned(op), date))
                .ok_or_else(|| self.kind(&what, "a date", &other, None, at)),
            (Value::Number(a), Value::Number(b)) => {
                self.same_unit(&what, &a, &b, at)?;
                Ok(Value::Truth(holds(op, a.amount, b.amount)))
            }
            (Value::Series(a), Value::Number(b)) => {
                let unit = Number::of(1.0, a.unit.clone());
                self.same_unit(&what, &unit, &b, at)?;
                let mask =
                    a.points.into_iter().map(|p| (p.period, holds(op, p.amount, b.amount), p.rows));
                Ok(Value::Mask(mask.collect()))
            }
            (Value::Series(a), Value::Series(b)) => {
                let gap = self.pairs(Op::Sub, &a, &b, at)?;
                let mask =
                    gap.points.into_iter().map(|p| (p.period, holds(op, p.amount, 0.0), p.rows));
                Ok(Value::Mask(mask.collect()))
            }
            (a, b) if as_date(&a).is_some() && as_date(&b).is_some() => {
                let days = as_date(&a).zip(as_date(&b)).map_or(0.0, |(x, y)| x.years_since(y));
                Ok(Value::Truth(holds(op, days, 0.0)))
            }
            (a, b) => {
                let odd = if matches!(a, Value::Number(_) | Value::Series(_)) { b } else { a };
                let advice = Some("write the series on the left and the number on the right");
                Err(self.kind(&what, "two numbers, dates or series", &odd, advice, at))
            }
        }
    }

    /// A plain zero goes with every unit.
    fn same_unit(&self, what: &str, a: &Number, b: &Number, at: &Range<usize>) -> Result<(), Stop> {
        let zero = |x: &Number| x.amount == 0.0 && x.unit.is_none();
        if a.unit == b.unit || zero(a) || zero(b) {
            return Ok(());
        }
        Err(self.mismatch(what, &a.unit, &b.unit, at))
    }

    fn logic(&self, op: Op, a: Value, b: Value, at: &Range<usize>) -> Found {
        let join_is_and = op == Op::And;
        let join = |x: bool, y: bool| if join_is_and { x && y } else { x || y };
        match (a, b) {
            (Value::Truth(a), Value::Truth(b)) => Ok(Value::Truth(join(a, b))),
            (Value::Mask(mask), Value::Bound(op, date))
            | (Value::Bound(op, date), Value::Mask(mask)) => {
                Ok(Value::Mask(bounded(mask, join_is_and, op, date)))
            }
            (Value::Mask(a), Value::Mask(b)) => {
                let both = a.into_iter().filter_map(|(period, is, mut rows)| {
                    let (_, other, more) = b.iter().find(|(p, ..)| *p == period)?;
                    rows.extend(more);
                    Some((period, join(is, *other), rows))
                });
                Ok(Value::Mask(both.collect()))
            }
            (a, b) => {
                let odd = if matches!(a, Value::Truth(_) | Value::Mask(_)) { b } else { a };
                Err(self.kind(&format!("`{}`", op.sign()), "two conditions", &odd, None, at))
            }
        }
    }

    /// The error of a value of the wrong kind.
    pub fn kind(
        &self,
        what: &str,
        wanted: &str,
        found: &Value,
        advice: Option<&str>,
        at: &Range<usize>,
    ) -> Stop {
        ClaimError::Kind {
            what: what.into(),
            wanted: wanted.into(),
            found: found.kind().into(),
            advice: advice.map(str::to_string),
            at: at.clone().into(),
            file: self.file.clone(),
        }
        .into()
    }

    /// The error of something in the wrong place.
    pub fn misplaced(&self, what: &str, wanted: &str, at: &Range<usize>) -> Stop {
        let why = format!("it can only be {wanted}");
        self.range(what, why, at)
    }

    /// The error of a number or date out of range.
    pub fn range(&self, what: &str, why: String, at: &Range<usize>) -> Stop {
        let at = at.clone().into();
        ClaimError::Range { what: what.into(), why, at, file: self.file.clone() }.into()
    }

    /// The error of two units.
    pub fn mismatch(&self, what: &str, a: &Unit, b: &Unit, at: &Range<usize>) -> Stop {
        ClaimError::UnitMismatch {
            what: what.into(),
            left: a.to_string(),
            right: b.to_string(),
            at: at.clone().into(),
            file: self.file.clone(),
        }
        .into()
    }
}

/// A condition joined with a bound on the date. Under `and`, dates outside the bound are not
/// looked at.
fn bounded(mask: Mask, and: bool, op: Op, date: Period) -> Mask {
    let inside = |period: Period| holds(op, period.years_since(date), 0.0);
    if and {
        return mask.into_iter().filter(|(period, ..)| inside(*period)).collect();
    }
    mask.into_iter().map(|(period, is, rows)| (period, is || inside(period), rows)).collect()
}

/// The sign that says the same with its sides swapped.
fn turned(op: Op) -> Op {
    match op {
        Op::Less => Op::More,
        Op::AtMost => Op::AtLeast,
        Op::More => Op::Less,
        Op::AtLeast => Op::AtMost,
        other => other,
    }
}

/// `a op b`.
pub fn holds(op: Op, a: f64, b: f64) -> bool {
    match op {
        Op::Less => a < b,
        Op::AtMost => a <= b,
        Op::More => a > b,
        Op::AtLeast => a >= b,
        Op::Unequal => a != b,
        _ => a == b,
    }
}

/// A date, or a whole plain number read as a year.
pub fn as_date(value: &Value) -> Option<Period> {
    match value {
        Value::Time(period) => Some(*period),
        Value::Number(n)
            if n.unit.is_none()
                && n.amount.fract() == 0.0
                && (1000.0..=2999.0).contains(&n.amount) =>
        {
            Some(Period::year(n.amount as i32))
        }
        _ => None,
    }
}

/// What to say of a series that has no row at `period`.
pub fn absent(series: &Series, period: Period) -> Missing {
    let have = match (series.points.first(), series.points.last()) {
        (Some(a), Some(b)) if a.period != b.period => {
            format!("{} rows, {} to {}", series.points.len(), a.period, b.period)
        }
        (Some(a), _) => format!("{} only", a.period),
        _ => "none".into(),
    };
    Missing::Period { series: series.name.clone(), period: period.to_string(), have }
}

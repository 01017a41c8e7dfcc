//! Dates, clock, shocks, stresses, checks, correlations, report.

use super::firm::Firms;
use super::{Checker, Named, Scope};
use crate::scenario::correlate;
use crate::scenario::error::{At, MarketProblem, Problem, QuantityProblem, ShapeProblem};
use crate::scenario::predicate;
use crate::scenario::raw::Table;
use crate::scenario::source::Place;
use crate::scenario::when;
use crate::units::Quarter;
use crate::world::{Check, Clock, Market, Meta, Report, Shock, ShockKind, Stress};

/// Longest run, as `clock.length` says.
const QUARTERS_MAX: f64 = 400.0;

const KINDS: [ShockKind; 8] = [
    ShockKind::PriceWar,
    ShockKind::Commoditise,
    ShockKind::Entrant,
    ShockKind::OpenRelease,
    ShockKind::FundingFreeze,
    ShockKind::ComputeShortage,
    ShockKind::DemandShift,
    ShockKind::ExportBan,
];

/// Sizes of a shock that take away or let in a part: more than all of it means nothing. Products may
/// become closer substitutes, not more distant ones than their market says.
fn sizes_of(kind: ShockKind) -> Option<((f64, f64), &'static str)> {
    use ShockKind::{Commoditise, Entrant, FundingFreeze, OpenRelease, PriceWar};
    match kind {
        PriceWar | Entrant | OpenRelease | FundingFreeze => {
            Some(((0.0, 1.0), "between 0 % and 100 %"))
        }
        Commoditise => Some(((0.0, f64::INFINITY), "at or above 0 %")),
        _ => None,
    }
}

impl Checker<'_> {
    pub(super) fn meta(&mut self, root: &Scope<'_>) -> Meta {
        let empty = Table::default();
        let scope = self.table(root, "meta", &empty);
        let title = self.text(&scope, "title");
        let question = self.text(&scope, "question");
        let hindsight = self.flag(&scope, "hindsight");
        let as_of = self.date(&scope, "as_of");
        if let Some((text, day)) = &as_of {
            self.as_of.clone_from(text);
            if !hindsight {
                self.shelf.known_at(*day);
            }
        }
        self.hindsight = hindsight;
        Meta { title, question, as_of: self.as_of.clone(), hindsight }
    }

    pub(super) fn clock(&mut self, root: &Scope<'_>, meta: &Meta) -> Clock {
        let empty = Table::default();
        let scope = self.table(root, "clock", &empty);
        let after = when::parse_date(&meta.as_of).map(when::first_after);
        let given = self.when(&scope, "start");
        if let (Some((start, place)), Some(after)) = (&given, after)
            && start.count() + 1 < after.count()
        {
            let problem = QuantityProblem::OutOfRange {
                key: String::from("start"),
                found: start.to_string(),
                allowed: format!("at or after the quarter of as_of ({})", meta.as_of),
                doc: String::from("leave it out to begin with the first quarter after as_of"),
            };
            self.fail(problem, place);
            self.clock_known = false;
        }
        let first = given.map(|given| given.0).or(after);
        let before = self.errors.len();
        let quarters = self.fixed(&scope, "length");
        self.clock_known &= first.is_some() && self.errors.len() == before;
        if quarters.fract() != 0.0 {
            let place = scope.table.get("length").map_or(&scope.place, |node| &node.place);
            let problem = QuantityProblem::OutOfRange {
                key: String::from("length"),
                found: format!("{} quarters", crate::scenario::quantity::tidy(quarters)),
                allowed: String::from("on a whole number of quarters"),
                doc: String::from("one step of the run is a quarter"),
            };
            self.fail(problem, place);
            self.clock_known = false;
        }
        let (first_year, first_quarter) = first.map_or((2000, 1), |q| (q.year, q.quarter));
        // A refused length must not size anything that is checked after it.
        let quarters = quarters.clamp(1.0, QUARTERS_MAX) as u32;
        Clock { first_year, first_quarter, quarters }
    }

    fn within_run(&mut self, scope: &Scope<'_>, key: &str, clock: &Clock) -> Quarter {
        let Some((found, place)) = self.when(scope, key) else { return Quarter(0) };
        Quarter(when::index(clock, found).unwrap_or_else(|| {
            self.outside(key, &found.to_string(), clock, &place);
            0
        }))
    }

    pub(super) fn outside(&mut self, key: &str, found: &str, clock: &Clock, place: &Place) {
        if !self.clock_known {
            return;
        }
        let problem = MarketProblem::OutsideRun {
            key: key.to_string(),
            found: found.to_string(),
            first: when::first(clock).to_string(),
            last: when::last(clock).to_string(),
        };
        self.fail(problem, place);
    }

    pub(super) fn shocks(
        &mut self,
        root: &Scope<'_>,
        clock: &Clock,
        firms: &Firms,
        regions: &[String],
    ) -> Vec<Shock> {
        let mut shocks = Vec::new();
        for (scope, named) in self.tables(root, "shock") {
            let shock = self.shock(&scope, &named, clock, firms, regions);
            self.limits = sizes_of(shock.kind);
            let size = self.param(&scope, "size");
            self.limits = None;
            shocks.push(Shock { size, ..shock });
        }
        shocks
    }

    fn shock(
        &mut self,
        scope: &Scope<'_>,
        named: &Named,
        clock: &Clock,
        firms: &Firms,
        regions: &[String],
    ) -> Shock {
        let shock = Shock {
            name: named.name.clone(),
            kind: KINDS[self.choice(scope, "kind")],
            start: self.within_run(scope, "start", clock),
            length: self.fixed(scope, "length").round() as u32,
            size: crate::world::ParamId(0),
            firms: self.references(scope, "firms", "firm", &firms.names),
            regions: self.references(scope, "regions", "region", regions),
        };
        if shock.kind == ShockKind::Entrant {
            self.entrants(scope, &shock, firms);
        }
        shock
    }

    /// Only a firm that waits outside can be let in.
    fn entrants(&mut self, scope: &Scope<'_>, shock: &Shock, firms: &Firms) {
        let waits = |f: &usize| firms.firms[*f].entry.is_some();
        let inside = shock.firms.iter().find(|f| !waits(f));
        let what = match inside {
            Some(&f) => format!("{}: `{}` does not wait outside", scope.label, firms.names[f]),
            None if (0..firms.firms.len()).any(|f| waits(&f)) => return,
            None => format!("{} lets nobody in: no firm waits outside", scope.label),
        };
        let mend = "give the firm that is to enter an `entry_hazard`, e.g. \"0 %/quarter\"";
        let place = scope.table.get("firms").map_or(&scope.place, |node| &node.place).clone();
        self.fail(ShapeProblem::Nothing { what, mend }, &place);
    }

    pub(super) fn stresses(
        &mut self,
        root: &Scope<'_>,
        clock: &Clock,
        firms: &Firms,
        regions: &[String],
    ) -> Vec<Stress> {
        let mut stresses = Vec::new();
        for (scope, named) in self.tables(root, "stress") {
            let question = self.text(&scope, "question");
            let shock = self.shock(&scope, &named, clock, firms, regions);
            self.limits = sizes_of(shock.kind);
            let sizes = self.increasing(&scope, "sizes");
            self.limits = None;
            if let (true, Some(node)) = (sizes.is_empty(), scope.table.get("sizes"))
                && node.as_array().is_some_and(<[_]>::is_empty)
            {
                let what = format!("{} has no size", scope.label);
                let mend = "list the sizes to try, or leave `sizes` out for 0 % to 50 %";
                self.fail(ShapeProblem::Nothing { what, mend }, &node.place);
            }
            stresses.push(Stress { name: named.name, question, shock, sizes });
        }
        stresses
    }

    fn increasing(&mut self, scope: &Scope<'_>, key: &str) -> Vec<f64> {
        let list = self.fixed_list(scope, key);
        for pair in list.windows(2) {
            if pair[1].0 <= pair[0].0 {
                let place = pair[1].1.clone();
                let text = place.source.text.get(place.span.clone()).unwrap_or("");
                let text = text.trim_matches(['"', '\'']).to_string();
                let problem = MarketProblem::NotIncreasing { key: key.to_string(), found: text };
                self.fail(problem, &place);
            }
        }
        list.into_iter().map(|entry| entry.0).collect()
    }

    pub(super) fn checks(
        &mut self,
        root: &Scope<'_>,
        clock: &Clock,
        firms: &[String],
        markets: &[Market],
    ) -> Vec<Check> {
        let markets: Vec<String> = markets.iter().map(|market| market.name.clone()).collect();
        let mut checks = Vec::new();
        for (scope, named) in self.tables(root, "check") {
            let text = self.text(&scope, "expect");
            let Some(node) = scope.table.get("expect") else { continue };
            let names = predicate::Names { firms, markets: &markets, clock };
            match predicate::parse(&text, &names) {
                Ok(predicate) => {
                    let name = if named.name.is_empty() { text.clone() } else { named.name };
                    checks.push(Check { name, text, predicate });
                }
                Err((Problem::Market(MarketProblem::OutsideRun { .. }), _))
                    if !self.clock_known => {}
                Err((problem, span)) => {
                    let place = node.place.inside(&text, span);
                    self.errors.push(problem.at(&place));
                }
            }
        }
        checks
    }

    pub(super) fn correlations(&mut self, root: &Scope<'_>) -> Vec<crate::world::Correlation> {
        let mut pairs = Vec::new();
        for (scope, _) in self.tables(root, "correlate") {
            let names = self.list(&scope, "names");
            let Some(rho) = scope.table.get("rho") else { continue };
            match correlate::rho(rho, names.len()) {
                Ok(matrix) => pairs.extend(self.pairs(&names, &matrix, &rho.place)),
                Err(problem) => self.fail(problem, &rho.place),
            }
        }
        match correlate::blocks(&pairs) {
            Ok(blocks) => blocks,
            Err((problem, place)) => {
                self.fail(problem, &place);
                Vec::new()
            }
        }
    }

    fn pairs(
        &mut self,
        names: &[(String, Place)],
        rho: &[f64],
        place: &Place,
    ) -> Vec<correlate::Pair> {
        let n = names.len();
        let mut seen = std::collections::BTreeMap::new();
        for (name, place) in names {
            if let Some(first) = seen.insert(name, place) {
                let (section, name) = (String::from("`names`"), name.clone());
                let problem = ShapeProblem::Duplicate { section, name };
                self.errors.push(problem.at(place).and(first, "first written here"));
                return Vec::new();
            }
        }
        let ids: Vec<_> = names.iter().map(|(name, place)| self.correlated(name, place)).collect();
        let mut pairs = Vec::new();
        for i in 0..n {
            for j in 0..i {
                if let (Some(one), Some(other)) = (ids[i], ids[j]) {
                    pairs.push(correlate::Pair {
                        ids: [one, other],
                        names: [names[i].0.clone(), names[j].0.clone()],
                        rho: rho[i * n + j],
                        place: place.clone(),
                    });
                }
            }
        }
        pairs
    }

    /// The parameter of a dotted path, if it can be correlated.
    fn correlated(&mut self, name: &str, place: &Place) -> Option<crate::world::ParamId> {
        use crate::world::{Dist, Per};
        let Some(id) = self.named(name) else {
            let known: Vec<String> = self.uncertain();
            self.find("uncertain value", name, &known, place);
            return None;
        };
        let param = &self.params[id.0 as usize];
        let found = match (&param.dist, param.per) {
            (Dist::Fixed(_), _) => "a known value",
            (Dist::Curve(_), _) => "a technology curve",
            (_, Per::Quarter) => "drawn per quarter",
            _ => return Some(id),
        };
        self.fail(MarketProblem::NotCorrelated { name: name.to_string(), found }, place);
        None
    }

    fn uncertain(&self) -> Vec<String> {
        let drawn = |param: &&crate::world::Param| {
            !matches!(param.dist, crate::world::Dist::Fixed(_) | crate::world::Dist::Curve(_))
                && param.per == crate::world::Per::Path
        };
        self.params.iter().filter(drawn).map(|param| param.name.clone()).collect()
    }

    pub(super) fn report(&mut self, root: &Scope<'_>, clock: &Clock) -> Report {
        let empty = Table::default();
        let scope = self.table(root, "report", &empty);
        let horizon_years = self.horizons(&scope, clock);
        let values = |list: Vec<(f64, Place)>| list.into_iter().map(|entry| entry.0).collect();
        Report {
            horizon_years,
            discount_rates: values(self.fixed_list(&scope, "discount_rates")),
            multiples: values(self.fixed_list(&scope, "multiples")),
            implied_years: self.fixed(&scope, "implied_years") / 4.0,
            dilution_per_year: self.fixed(&scope, "dilution"),
            giant_usd: self.fixed(&scope, "giant"),
        }
    }

    fn horizons(&mut self, scope: &Scope<'_>, clock: &Clock) -> Vec<i32> {
        use crate::scenario::raw::Value;
        let last = when::last(clock);
        let last_whole = if last.quarter == 4 { last.year } else { last.year - 1 };
        let Some(node) = scope.table.get("horizons") else {
            let mut years: Vec<i32> = [2, 5, 10]
                .iter()
                .map(|ahead| clock.first_year + ahead)
                .filter(|year| *year < last_whole)
                .collect();
            if last_whole >= clock.first_year {
                years.push(last_whole);
            }
            return years;
        };
        let field = super::field_of(scope.section, "horizons");
        let Some(items) = node.as_array() else {
            self.wrong_type("horizons", field, node, "a list of years");
            return Vec::new();
        };
        let mut years = Vec::new();
        for item in items {
            match item.value {
                Value::Number(year, _)
                    if year.fract() == 0.0 && (1000.0..=9999.0).contains(&year) =>
                {
                    let end = when::CalendarQuarter { year: year as i32, quarter: 4 };
                    if when::index(clock, end).is_none() {
                        self.outside("horizons", &format!("{year}"), clock, &item.place);
                    }
                    years.push(year as i32);
                }
                _ => self.wrong_type("horizons", field, item, "a year"),
            }
        }
        years
    }
}

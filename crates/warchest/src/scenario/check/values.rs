//! Single values: quantities with their source, words, dates, names.

use super::stated::date_text;
use super::{Checker, Scope, built_in, field_of};
use crate::scenario::error::{QuantityProblem, ShapeProblem};
use crate::scenario::fields::{Field, Kind, MONEY};
use crate::scenario::nearest::nearest;
use crate::scenario::quantity::{Meaning, Reading};
use crate::scenario::raw::{Node, Value};
use crate::scenario::source::Place;
use crate::scenario::unit::Dim;
use crate::scenario::when::{self, CalendarQuarter};
use crate::world::{Assumption, Param, ParamId, Per, Transform};

impl Checker<'_> {
    /// The parameter of a key; its default where it is not given.
    pub fn param(&mut self, scope: &Scope<'_>, key: &str) -> ParamId {
        let field = field_of(scope.section, key);
        let (Kind::Quantity(dim) | Kind::Fixed(dim)) = field.kind else {
            unreachable!("`{key}` is a quantity")
        };
        self.param_in(scope, key, dim)
    }

    /// As [`Checker::param`], with the dimension that the segment gives.
    pub fn param_in(&mut self, scope: &Scope<'_>, key: &str, dim: Dim) -> ParamId {
        self.optional_in(scope, key, dim).unwrap_or_else(|| {
            let field = field_of(scope.section, key);
            if field.default.is_none() && !field.required {
                self.missing(scope, &Field { kind: Kind::Quantity(dim), ..*field });
            }
            let text = field.default.map_or("0", |text| text.trim_matches('"'));
            let meaning = self.default_meaning(key, dim, text);
            self.insert(scope, field, meaning, Per::Path)
        })
    }

    /// The parameter of a key that may be absent, when it is there.
    pub fn optional_in(&mut self, scope: &Scope<'_>, key: &str, dim: Dim) -> Option<ParamId> {
        let field = field_of(scope.section, key);
        self.read.insert(format!("{}.{key}", scope.path));
        let node = scope.table.get(key)?;
        let path = format!("{}.{key}", scope.path);
        if let Some(id) = self.by_name.get(&path) {
            return Some(*id);
        }
        let field = &self.limited(field);
        let Some(stated) = self.stated(scope, field, dim, node) else {
            return Some(ParamId(0));
        };
        if stated.per == Per::Quarter && field.at_start {
            let problem = QuantityProblem::PerQuarter { key: key.to_string() };
            self.fail(problem, &stated.place);
        }
        let Some(meaning) = self.meaning(field, dim, &stated.text, &stated.place) else {
            return Some(ParamId(0));
        };
        self.in_range(field, &meaning, &stated.text, &stated.place);
        self.supported(key, dim, &meaning, &stated);
        let origin = stated.place.origin();
        let about = stated.about;
        self.assumptions.push(Assumption {
            path,
            text: stated.text,
            source: about.source,
            known_at: about.known_at.map(|known| known.0),
            why: about.why,
            origin,
        });
        let id = self.insert(scope, field, meaning, stated.per);
        self.places.insert(id, stated.place);
        Some(id)
    }

    fn default_meaning(&self, key: &str, dim: Dim, text: &str) -> Meaning {
        let place = built_in();
        let series = |_: &str| Err(unavailable());
        let reading = Reading { key, dim, text, place: &place, series: &series };
        reading.read().unwrap_or_else(|_| Meaning {
            dist: crate::world::Dist::Fixed(0.0),
            transform: Transform::Scale(1.0),
            points: Vec::new(),
        })
    }

    fn insert(&mut self, scope: &Scope<'_>, field: &Field, meaning: Meaning, per: Per) -> ParamId {
        let name = format!("{}.{}", scope.path, field.key);
        if let Some(id) = self.by_name.get(&name) {
            return *id;
        }
        let id = ParamId(u32::try_from(self.params.len()).unwrap_or(u32::MAX));
        let Meaning { dist, transform, .. } = meaning;
        let bounds = field.bounds;
        self.params.push(Param { name: name.clone(), dist, per, transform, bounds });
        self.by_name.insert(name, id);
        id
    }

    /// Handle of a parameter by its dotted path.
    pub fn named(&self, path: &str) -> Option<ParamId> {
        self.by_name.get(path).copied()
    }

    pub(super) fn meaning(
        &mut self,
        field: &Field,
        dim: Dim,
        text: &str,
        place: &Place,
    ) -> Option<Meaning> {
        let shelf = &self.shelf;
        let series = |name: &str| shelf.find(name);
        let reading = Reading { key: field.key, dim, text, place, series: &series };
        match reading.read() {
            Ok(meaning) => Some(meaning),
            Err(error) => {
                self.errors.push(*error);
                None
            }
        }
    }

    pub(super) fn in_range(&mut self, field: &Field, meaning: &Meaning, text: &str, place: &Place) {
        let (low, high) = field.bounds;
        if meaning.points.iter().all(|x| (low..=high).contains(x)) {
            return;
        }
        let above = meaning.points.iter().any(|x| *x > high);
        let allowed = match field.range {
            "" => "within the finite numbers",
            "at or above 0" if above && high == MONEY => "below 1000 TUSD",
            "above 0" | "at or above 0" if above => "below any amount that exists",
            range => range,
        };
        let problem = QuantityProblem::OutOfRange {
            key: field.key.to_string(),
            found: text.to_string(),
            allowed: allowed.to_string(),
            doc: format!("`{}` is: {}", field.key, field.meaning()),
        };
        self.fail(problem, place);
    }

    /// A known quantity in engine units.
    pub fn fixed(&mut self, scope: &Scope<'_>, key: &str) -> f64 {
        let field = field_of(scope.section, key);
        let Kind::Fixed(dim) = field.kind else { unreachable!("`{key}` is fixed") };
        let id = self.param_in(scope, key, dim);
        let Some(param) = self.params.get(id.0 as usize) else { return field.bounds.0 };
        if let crate::world::Dist::Fixed(value) = param.dist
            && param.name == format!("{}.{key}", scope.path)
        {
            return value;
        }
        if let (Some(node), true) =
            (scope.table.get(key), param.name == format!("{}.{key}", scope.path))
        {
            let found = self.assumptions.last().map_or(String::new(), |last| last.text.clone());
            let problem = QuantityProblem::MustBeFixed { key: key.to_string(), found };
            self.fail(problem, &node.place);
        }
        field.bounds.0
    }

    /// The field with the limits that hold at this place.
    fn limited(&self, field: &Field) -> Field {
        match self.limits {
            Some((bounds, range)) => Field { bounds, range, ..*field },
            None => *field,
        }
    }

    /// A list of known quantities in engine units.
    pub fn fixed_list(&mut self, scope: &Scope<'_>, key: &str) -> Vec<(f64, Place)> {
        let field = &self.limited(field_of(scope.section, key));
        let Kind::FixedList(dim) = field.kind else { unreachable!("`{key}` is a list") };
        self.read.insert(format!("{}.{key}", scope.path));
        let fallback = default_node(field);
        let Some(node) = scope.table.get(key).or(fallback.as_ref()) else { return Vec::new() };
        let Some(items) = node.as_array() else {
            self.wrong_type(key, field, node, "a list");
            return Vec::new();
        };
        let mut values = Vec::new();
        for item in items {
            let Some(stated) = self.stated(scope, field, dim, item) else { continue };
            let Some(meaning) = self.meaning(field, dim, &stated.text, &stated.place) else {
                continue;
            };
            self.in_range(field, &meaning, &stated.text, &stated.place);
            match meaning.known() {
                Some(value) => values.push((value, stated.place)),
                None => {
                    let (key, found) = (key.to_string(), stated.text);
                    self.fail(QuantityProblem::MustBeFixed { key, found }, &stated.place);
                }
            }
        }
        values
    }

    /// Free text, or its default.
    pub fn text(&mut self, scope: &Scope<'_>, key: &str) -> String {
        let field = field_of(scope.section, key);
        self.read.insert(format!("{}.{key}", scope.path));
        match scope.table.get(key) {
            Some(Node { value: Value::Text(text), .. }) => text.clone(),
            Some(node) => {
                self.wrong_type(key, field, node, "text in quotes");
                String::new()
            }
            None => field.default.map_or("", |text| text.trim_matches('"')).to_string(),
        }
    }

    /// True or false, or the default.
    pub fn flag(&mut self, scope: &Scope<'_>, key: &str) -> bool {
        let field = field_of(scope.section, key);
        self.read.insert(format!("{}.{key}", scope.path));
        match scope.table.get(key) {
            Some(Node { value: Value::Bool(flag), .. }) => *flag,
            Some(node) => {
                self.wrong_type(key, field, node, "true or false, without quotes");
                false
            }
            None => field.default == Some("true"),
        }
    }

    /// One of the words of a choice: its index. The first one where it is wrong or missing.
    pub fn choice(&mut self, scope: &Scope<'_>, key: &str) -> usize {
        let field = field_of(scope.section, key);
        let Kind::Choice(words) = field.kind else { unreachable!("`{key}` is a choice") };
        self.read.insert(format!("{}.{key}", scope.path));
        let at = |word: &str| words.iter().position(|known| *known == word);
        match scope.table.get(key) {
            Some(Node { value: Value::Text(word), place }) => at(word).unwrap_or_else(|| {
                let problem = ShapeProblem::BadChoice {
                    key: key.to_string(),
                    found: word.clone(),
                    nearest: nearest(word, words.iter().copied()),
                    allowed: words.join(", "),
                };
                self.fail(problem, place);
                0
            }),
            Some(node) => {
                self.wrong_type(key, field, node, "a word in quotes");
                0
            }
            None => field.default.and_then(|word| at(word.trim_matches('"'))).unwrap_or(0),
        }
    }

    /// A day.
    pub fn date(&mut self, scope: &Scope<'_>, key: &str) -> Option<(String, (i32, u8, u8))> {
        self.read.insert(format!("{}.{key}", scope.path));
        let node = scope.table.get(key)?;
        let parsed =
            date_text(node).and_then(|text| Some((text.clone(), when::parse_date(&text)?)));
        if parsed.is_none() {
            self.bad_date(key, node);
        }
        parsed
    }

    /// A quarter.
    pub fn when(&mut self, scope: &Scope<'_>, key: &str) -> Option<(CalendarQuarter, Place)> {
        self.read.insert(format!("{}.{key}", scope.path));
        let node = scope.table.get(key)?;
        let parsed = date_text(node).and_then(|text| when::parse_quarter(&text));
        if parsed.is_none() {
            self.bad_date(key, node);
        }
        Some((parsed?, node.place.clone()))
    }

    /// Names in a list.
    pub fn list(&mut self, scope: &Scope<'_>, key: &str) -> Vec<(String, Place)> {
        let field = field_of(scope.section, key);
        self.read.insert(format!("{}.{key}", scope.path));
        let Some(node) = scope.table.get(key) else { return Vec::new() };
        let Some(items) = node.as_array() else {
            self.wrong_type(key, field, node, "a list of names");
            return Vec::new();
        };
        let mut names = Vec::new();
        for item in items {
            match &item.value {
                Value::Text(name) => names.push((name.clone(), item.place.clone())),
                _ => self.wrong_type(key, field, item, "a name in quotes"),
            }
        }
        names
    }

    /// Indices of the entries that a list names.
    pub fn references(
        &mut self,
        scope: &Scope<'_>,
        key: &str,
        what: &'static str,
        among: &[String],
    ) -> Vec<usize> {
        let names = self.list(scope, key);
        names.iter().filter_map(|(name, place)| self.find(what, name, among, place)).collect()
    }
}

/// The default of a key as if it had been written.
fn default_node(field: &Field) -> Option<Node> {
    let place = built_in();
    crate::scenario::raw::parse_value(&place.source, field.default?, 0)
}

fn unavailable() -> QuantityProblem {
    let known = String::from("defaults name no series");
    QuantityProblem::UnknownSeries { found: String::new(), nearest: None, known }
}

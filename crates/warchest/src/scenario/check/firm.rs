//! Firms, their strategies, products and commitments.

use super::listing::Offer;
use super::market::{Markets, Sells};
use super::{Checker, Named, Scope, field_of};
use crate::scenario::error::{At, QuantityProblem, ShapeProblem, did_you_mean};
use crate::scenario::raw::{Entry, Node, Value};
use crate::scenario::unit::Dim;
use crate::scenario::when;
use crate::world::{
    Clock, Dist, Entry as Entrance, Firm, FirmKind, Param, ParamId, Per, Product, Strategy,
    Transform,
};

/// The firms and what they sell.
pub(super) struct Firms {
    pub firms: Vec<Firm>,
    pub names: Vec<String>,
    pub products: Vec<Product>,
}

const KINDS: [FirmKind; 5] = [
    FirmKind::Generalist,
    FirmKind::Specialist,
    FirmKind::Follower,
    FirmKind::Host,
    FirmKind::Integrated,
];

/// Keys that only one strategy reads, by its index in the choice.
const READS: [(&str, usize); 8] = [
    ("markup", 1),
    ("markup_decay", 1),
    ("sale_value", 2),
    ("share_target", 2),
    ("runway_min", 2),
    ("undercut", 3),
    ("quality_decay", 5),
    ("sale_values", 7),
];

/// Keys that move the cash of a firm which sells nothing.
const FLOWS: [&str; 6] =
    ["other_cash", "other_cash_volatility", "opex", "research_floor", "commitment", "interest"];

const NAMES: [&str; 8] =
    ["nash", "cost-plus", "penetrate", "follow", "match", "harvest", "ration", "table"];

impl Checker<'_> {
    pub(super) fn firms(
        &mut self,
        root: &Scope<'_>,
        clock: &Clock,
        regions: &[String],
        markets: &mut Markets,
    ) -> Firms {
        let mut all = Firms { firms: Vec::new(), names: Vec::new(), products: Vec::new() };
        let listed = self.tables(root, "firm");
        if listed.is_empty() {
            let what = String::from("the scenario has no firm");
            let mend = "add a [[firm]] with a name";
            self.fail(ShapeProblem::Nothing { what, mend }, &root.place);
        }
        for (scope, named) in listed {
            let firm = self.firm(&scope, &named, clock, regions);
            self.products(&scope, &firm, regions, markets, &mut all);
            all.names.push(named.name);
            all.firms.push(firm);
        }
        all
    }

    /// A firm that sells nothing, never will and has no flow of cash changes nothing: in a variant
    /// it is a name mistyped.
    pub(super) fn idle(&mut self, root: &Scope<'_>, firms: &[Firm]) {
        if !self.errors.is_empty() {
            return;
        }
        for ((scope, _), firm) in self.tables(root, "firm").into_iter().zip(firms) {
            self.idle_firm(root, &scope, firm);
        }
    }

    fn idle_firm(&mut self, root: &Scope<'_>, scope: &Scope<'_>, firm: &Firm) {
        if scope.table.get("product").is_some() || firm.entry.is_some() {
            return;
        }
        let shared = root.table.get("default").and_then(Node::as_table);
        let shared = shared.and_then(|table| table.get("firm")).and_then(Node::as_table);
        let own = |key: &&str| {
            let place = |entry: &Entry| entry.key_place.clone();
            let found = scope.table.entry(key).map(place);
            found.is_some() && found != shared.and_then(|table| table.entry(key)).map(place)
        };
        // A name unlike any other need not have its flows from itself.
        let has = |key: &&str| match scope.meant {
            Some(_) => own(key),
            None => scope.table.get(key).is_some(),
        };
        let moves = FLOWS.iter().any(has) || firm.acquirer && own(&"acquirer");
        if moves && (scope.meant.is_none() || FLOWS[..2].iter().any(own)) {
            return;
        }
        let what = format!(
            "{} sells no product{}{}",
            scope.label,
            if moves { "" } else { ", does not wait to enter and has no flow of cash" },
            did_you_mean(&scope.meant)
        );
        let mend = "a variant changes a firm of its base by its exact name; a firm of its own needs a [[firm.product]], an `entry_hazard`, or a flow such as `other_cash`";
        self.fail(ShapeProblem::Nothing { what, mend }, &scope.place);
    }

    fn firm(
        &mut self,
        scope: &Scope<'_>,
        named: &Named,
        clock: &Clock,
        regions: &[String],
    ) -> Firm {
        let region = self.reference(scope, "region", "region", regions).unwrap_or(0);
        let entry = self.optional_in(scope, "entry_hazard", Dim::Hazard).map(|hazard| Entrance {
            hazard,
            markup_response: self.param(scope, "entry_markup_response"),
        });
        let strategy = self.strategy(scope);
        let commitments = self.commitments(scope, clock);
        let (reported, serves_open) =
            (self.flag(scope, "reported"), self.flag(scope, "serves_open"));
        let (raises, acquirable) = (self.flag(scope, "raises"), self.flag(scope, "acquirable"));
        let kind = KINDS[self.choice(scope, "kind")];
        let strategic_investor = self.flag(scope, "strategic_investor");
        let acquirer = self.flag(scope, "acquirer");
        let net_revenue = self.choice(scope, "revenue") == 1;
        let mut param = |key| self.param(scope, key);
        Firm {
            name: named.name.clone(),
            kind,
            region,
            reported,
            strategy,
            cash: param("cash"),
            debt: param("debt"),
            interest: param("interest"),
            opex: param("opex"),
            opex_growth: param("opex_growth"),
            opex_share: param("opex_share"),
            research_floor: param("research_floor"),
            research_growth: param("research_growth"),
            research_share: param("research_share"),
            research_of_raised: param("research_of_raised"),
            research_cut_runway: param("research_cut_runway"),
            research_stock: param("research_stock"),
            quality: param("quality"),
            release_gap: param("release_gap"),
            serves_open,
            net_revenue,
            efficiency_growth: param("efficiency_growth"),
            efficiency_volatility: param("efficiency_volatility"),
            learning: param("learning"),
            load_factor: param("load_factor"),
            partner_share: param("partner_share"),
            capacity: param("capacity"),
            capacity_target: param("capacity_target"),
            commitments,
            other_cash: param("other_cash"),
            other_cash_volatility: param("other_cash_volatility"),
            valuation: param("valuation"),
            strategic_investor,
            raises,
            acquirable,
            acquirer,
            parent_cap: param("parent_cap"),
            takeover_cap: param("takeover_cap"),
            entry,
        }
    }

    fn strategy(&mut self, scope: &Scope<'_>) -> Strategy {
        let chosen = self.choice(scope, "strategy");
        for (key, reader) in READS {
            let Some(entry) = scope.table.entry(key) else { continue };
            if reader != chosen {
                let problem = ShapeProblem::NoEffect {
                    key: key.to_string(),
                    section: scope.label.clone(),
                    choice: format!("strategy = \"{}\"", NAMES[chosen]),
                    belongs: format!("strategy = \"{}\"", NAMES[reader]),
                };
                self.fail(problem, &entry.key_place);
            }
        }
        let place = scope.table.get("strategy").map_or(&scope.place, |node| &node.place);
        let scope = &Scope { place: place.clone(), ..scope.clone() };
        match chosen {
            1 => Strategy::CostPlus {
                markup: self.param(scope, "markup"),
                decay: self.param(scope, "markup_decay"),
            },
            2 => Strategy::Penetrate {
                value: self.param(scope, "sale_value"),
                share_target: self.param(scope, "share_target"),
                runway_min: self.param(scope, "runway_min"),
            },
            3 => Strategy::Follow { undercut: self.param(scope, "undercut") },
            4 => Strategy::Match,
            5 => Strategy::Harvest { decay: self.param(scope, "quality_decay") },
            6 => Strategy::Ration,
            7 => Strategy::Table { points: self.points(scope, "sale_values") },
            _ => Strategy::Nash,
        }
    }

    /// Pairs of numbers, the first ones increasing.
    fn points(&mut self, scope: &Scope<'_>, key: &str) -> Vec<(f64, f64)> {
        let field = field_of(scope.section, key);
        let Some(node) = scope.table.get(key) else {
            self.missing(scope, field);
            return Vec::new();
        };
        let pair = |item: &Node| match item.as_array() {
            Some(
                [Node { value: Value::Number(x, _), .. }, Node { value: Value::Number(y, _), .. }],
            ) if x.is_finite() && y.is_finite() => Some((*x, *y)),
            _ => None,
        };
        let mut points: Vec<(f64, f64)> = Vec::new();
        let before = self.errors.len();
        for item in node.as_array().unwrap_or_default() {
            match pair(item) {
                Some(point) if points.last().is_none_or(|last| last.0 < point.0) => {
                    points.push(point);
                }
                Some(point) => {
                    let (key, found) = (key.to_string(), format!("{}", point.0));
                    let problem =
                        crate::scenario::error::MarketProblem::NotIncreasing { key, found };
                    self.fail(problem, &item.place);
                }
                None => self.wrong_type(key, field, item, "a pair of numbers"),
            }
        }
        if points.is_empty() && self.errors.len() == before {
            self.wrong_type(key, field, node, "a list of pairs of numbers");
        }
        points
    }

    /// Index of the entry that a key names; `None` where the key is absent or wrong.
    fn reference(
        &mut self,
        scope: &Scope<'_>,
        key: &str,
        what: &'static str,
        among: &[String],
    ) -> Option<usize> {
        self.read.insert(format!("{}.{key}", scope.path));
        let node = scope.table.get(key)?;
        match &node.value {
            Value::Text(name) => self.find(what, name, among, &node.place),
            _ => {
                self.wrong_type(key, field_of(scope.section, key), node, "a name in quotes");
                None
            }
        }
    }

    fn products(
        &mut self,
        scope: &Scope<'_>,
        firm: &Firm,
        regions: &[String],
        markets: &mut Markets,
        all: &mut Firms,
    ) {
        for (scope, named) in self.tables(scope, "product") {
            let segment = match self.reference(&scope, "segment", "segment", &markets.names) {
                Some(segment) => segment,
                None => {
                    if scope.table.get("segment").is_none() {
                        self.missing(&scope, field_of(scope.section, "segment"));
                    }
                    continue;
                }
            };
            if !markets.known[segment] {
                continue;
            }
            let sells = markets.sells[segment];
            let nest = self.nest(&scope, &markets.segments[segment].nests);
            let entrant = firm.entry.is_some();
            let offer = Offer { product: all.products.len(), segment, nest, entrant };
            let shares = self.list_product(&scope, &offer, regions, markets);
            let list_price = self.list_price(&scope, sells, shares, &firm.strategy);
            all.products.push(Product {
                name: named.name,
                firm: all.firms.len(),
                segment,
                list_price,
                unit_cost: self.param(&scope, "unit_cost"),
                quality_offset: self.param(&scope, "quality_offset"),
                taste_volatility: self.param(&scope, "taste_volatility"),
            });
        }
    }

    fn nest(&mut self, scope: &Scope<'_>, nests: &[String]) -> usize {
        match self.reference(scope, "nest", "nest", nests) {
            Some(nest) => nest,
            None if nests.len() == 1 => 0,
            None => {
                if scope.table.get("nest").is_none() {
                    self.missing(scope, field_of(scope.section, "nest"));
                }
                0
            }
        }
    }

    fn list_price(
        &mut self,
        scope: &Scope<'_>,
        sells: Sells,
        shares: bool,
        strategy: &Strategy,
    ) -> ParamId {
        let given = self.optional_in(scope, "list_price", sells.price());
        let needed = sells == Sells::Budget || shares || *strategy == Strategy::Ration;
        match (given, sells) {
            (Some(_), Sells::Free) => {
                let problem = ShapeProblem::NoEffect {
                    key: String::from("list_price"),
                    section: scope.label.clone(),
                    choice: String::from("a segment with choice = \"free\""),
                    belongs: String::from("segments whose users pay"),
                };
                let entry = scope.table.entry("list_price");
                let place = entry.map_or(&scope.place, |entry| &entry.key_place).clone();
                self.fail(problem, &place);
                ParamId(0)
            }
            (Some(id), _) => {
                let zero = self.params.get(id.0 as usize).map(|param| &param.dist);
                if let (Sells::Budget, Some(Dist::Fixed(0.0)), Some(node)) =
                    (sells, zero, scope.table.get("list_price"))
                {
                    let problem = QuantityProblem::OutOfRange {
                        key: String::from("list_price"),
                        found: String::from("0"),
                        allowed: String::from("above 0 in a budget"),
                        doc: String::from("a budget reads the logarithm of the price"),
                    };
                    self.fail(problem, &node.place);
                }
                id
            }
            (None, Sells::Free) => self.constant(scope, "list_price", 0.0),
            (None, _) if needed => {
                self.missing(scope, field_of(scope.section, "list_price"));
                ParamId(0)
            }
            (None, _) => self.constant(scope, "list_price", 0.0),
        }
    }

    /// A fixed number where the scenario has no say.
    pub(super) fn constant(&mut self, scope: &Scope<'_>, key: &str, value: f64) -> ParamId {
        let name = format!("{}.{key}", scope.path);
        if let Some(id) = self.named(&name) {
            return id;
        }
        let id = ParamId(u32::try_from(self.params.len()).unwrap_or(u32::MAX));
        self.by_name.insert(name.clone(), id);
        self.params.push(Param {
            name,
            dist: Dist::Fixed(value),
            per: Per::Path,
            transform: Transform::Scale(1.0),
            bounds: (f64::MIN, f64::MAX),
        });
        id
    }

    /// Take-or-pay due by quarter, up to the last one that has any.
    fn commitments(&mut self, scope: &Scope<'_>, clock: &Clock) -> Vec<ParamId> {
        let mut due: Vec<Option<(ParamId, Named)>> = vec![None; clock.quarters as usize];
        for (stretch, named) in self.tables(scope, "commitment") {
            let amount = self.param(&stretch, "amount");
            let from = self.when(&stretch, "from");
            let until = self.when(&stretch, "until");
            let (Some((from, _)), Some((until, place))) = (from, until) else { continue };
            if until < from {
                let problem = QuantityProblem::OutOfRange {
                    key: String::from("until"),
                    found: until.to_string(),
                    allowed: format!("at or after `from` ({from})"),
                    doc: String::from("`until` is the last quarter in which the amount is due"),
                };
                self.fail(problem, &place);
            }
            let first = when::first(clock).count();
            let mut clash = None;
            for count in from.count().max(first)..=until.count().min(when::last(clock).count()) {
                let Ok(at) = usize::try_from(count - first) else { continue };
                if let Some((_, other)) = due[at].replace((amount, named.clone())) {
                    clash = Some(other);
                }
            }
            if let Some(other) = clash {
                let problem = ShapeProblem::Conflict {
                    section: scope.label.clone(),
                    one: named.name.clone(),
                    other: other.name,
                    mend: "stretches may not overlap: add the amounts and cut the dates",
                };
                self.errors.push(problem.at(&named.place).and(&other.place, "overlaps with this"));
            }
        }
        while due.last().is_some_and(Option::is_none) {
            due.pop();
        }
        if due.is_empty() {
            return Vec::new();
        }
        let none = self.constant(scope, "commitment none", 0.0);
        due.into_iter().map(|entry| entry.map_or(none, |(id, _)| id)).collect()
    }
}

//! Regions, segments, and the markets where they meet.

use super::{Checker, Scope};
use crate::scenario::error::{At, ShapeProblem, did_you_mean};
use crate::scenario::fields::MONEY;
use crate::scenario::source::Place;
use crate::scenario::unit::Dim;
use crate::world::{Firm, Kernel, Market, ParamId, Region, Segment, Size};

/// How a segment sells, which decides the units of its prices and sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sells {
    /// Seats under a subscription.
    Seats,
    /// Tasks, one by one, to buyers with an outside option.
    Tasks,
    /// Tasks, out of a budget.
    Budget,
    /// Nothing: users do not pay.
    Free,
}

impl Sells {
    pub fn price(self) -> Dim {
        if matches!(self, Sells::Seats | Sells::Free) { Dim::SeatPrice } else { Dim::TaskPrice }
    }

    fn slope(self) -> Dim {
        if self == Sells::Seats { Dim::SeatSlope } else { Dim::TaskSlope }
    }

    fn size(self) -> Dim {
        match self {
            Sells::Seats | Sells::Free => Dim::People,
            Sells::Tasks => Dim::Tasks,
            Sells::Budget => Dim::MoneyFlow,
        }
    }

    /// Largest market, beyond which its dollars would no longer be exact.
    fn most(self) -> ((f64, f64), &'static str) {
        match self {
            Sells::Seats | Sells::Free => ((0.0, 2e10), "between 0 and 20 Gpeople"),
            Sells::Tasks => ((0.0, MONEY), "between 0 and 1000 TRT per quarter"),
            Sells::Budget => ((0.0, MONEY), "between 0 and 1000 TUSD per quarter"),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Sells::Seats => "choice = \"unit\"",
            Sells::Tasks => "choice = \"unit\" and sells = \"RT\"",
            Sells::Budget => "choice = \"budget\"",
            Sells::Free => "choice = \"free\"",
        }
    }
}

/// A product's share of a market at the start, and where it is written.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub share: Option<f64>,
    pub entrant: bool,
    pub place: Place,
}

/// The segments and their markets.
pub(super) struct Markets {
    pub segments: Vec<Segment>,
    pub names: Vec<String>,
    pub sells: Vec<Sells>,
    /// Whether choice and markets of a segment are sound: only then its products are read.
    pub known: Vec<bool>,
    pub markets: Vec<Market>,
    /// Where each market is written.
    pub places: Vec<Place>,
    /// By market, in the order of its listings.
    pub starts: Vec<Vec<Start>>,
}

/// Keys of a segment that only some choices read.
const READS: [(&str, &[Sells], &str); 8] = [
    ("sells", &[Sells::Seats, Sells::Tasks], "choice = \"unit\""),
    ("price_slope", &[Sells::Seats, Sells::Tasks], "choice = \"unit\""),
    ("substitution", &[Sells::Budget], "choice = \"budget\""),
    ("market_elasticity", &[Sells::Budget], "choice = \"budget\""),
    ("ad_revenue", &[Sells::Free], "choice = \"free\""),
    ("ad_growth", &[Sells::Free], "choice = \"free\""),
    ("rt_per_unit", &[Sells::Seats, Sells::Free], "seats and free users"),
    ("rt_growth", &[Sells::Seats, Sells::Free], "seats and free users"),
];

/// Whether the segment says in a known word how its buyers choose.
fn chosen(scope: &Scope<'_>) -> bool {
    let words = ["unit", "budget", "free"];
    scope.table.text("choice").is_some_and(|word| words.contains(&word))
}

impl Checker<'_> {
    pub(super) fn regions(&mut self, root: &Scope<'_>) -> (Vec<Region>, Vec<String>) {
        let mut regions = Vec::new();
        for (scope, named) in self.tables(root, "region") {
            regions.push(Region {
                name: named.name,
                north_america: self.flag(&scope, "north_america"),
                reachable: self.param(&scope, "reachable"),
                adopters: self.param(&scope, "adopters"),
                innovation: self.param(&scope, "innovation"),
                imitation: self.param(&scope, "imitation"),
                compute_price_factor: self.param(&scope, "compute_price_factor"),
            });
        }
        let names = regions.iter().map(|region| region.name.clone()).collect();
        (regions, names)
    }

    /// A region of a variant where nobody sits who can be reached, or in which nothing happens,
    /// called almost like one of its base.
    pub(super) fn deserted(&mut self, root: &Scope<'_>, markets: &Markets, firms: &[Firm]) {
        if !self.errors.is_empty() {
            return;
        }
        let mut regions = self.tables(root, "region").into_iter().enumerate();
        let Some((_, (scope, _))) = regions.find(|(region, (scope, _))| {
            let open = markets.markets.iter().any(|market| market.region == *region);
            let home = firms.iter().any(|firm| firm.region == *region);
            let people = scope.table.get("reachable").is_some();
            scope.meant.is_some() && (!people || !open && !home)
        }) else {
            return;
        };
        let what = format!(
            "{} is new and nobody in it can be reached{}",
            scope.label,
            did_you_mean(&scope.meant)
        );
        let mend = "a variant changes a region of its base by its exact name; a new one needs `reachable` and a [[segment.market]]";
        self.fail(ShapeProblem::Nothing { what, mend }, &scope.place);
    }

    pub(super) fn segments(&mut self, root: &Scope<'_>, regions: &[String]) -> Markets {
        let mut all = Markets {
            segments: Vec::new(),
            names: Vec::new(),
            sells: Vec::new(),
            known: Vec::new(),
            markets: Vec::new(),
            places: Vec::new(),
            starts: Vec::new(),
        };
        for (scope, named) in self.tables(root, "segment") {
            let sells = self.sells(&scope);
            self.effects(&scope, sells);
            let segment = self.segment(&scope, &named.name, sells);
            all.segments.push(segment);
            all.names.push(named.name);
            all.sells.push(sells);
            all.known.push(chosen(&scope));
            self.markets(&scope, regions, &mut all);
        }
        all
    }

    fn sells(&mut self, scope: &Scope<'_>) -> Sells {
        match self.choice(scope, "choice") {
            0 if scope.table.get("choice").is_none() => Sells::Seats,
            0 => [Sells::Seats, Sells::Tasks][self.choice(scope, "sells").min(1)],
            1 => Sells::Budget,
            _ => Sells::Free,
        }
    }

    fn effects(&mut self, scope: &Scope<'_>, sells: Sells) {
        for (key, readers, belongs) in READS {
            let Some(entry) = scope.table.entry(key) else { continue };
            if readers.contains(&sells) || !chosen(scope) {
                continue;
            }
            let problem = ShapeProblem::NoEffect {
                key: key.to_string(),
                section: scope.label.clone(),
                choice: sells.words().to_string(),
                belongs: belongs.to_string(),
            };
            self.fail(problem, &entry.key_place);
        }
    }

    fn segment(&mut self, scope: &Scope<'_>, name: &str, sells: Sells) -> Segment {
        let known = chosen(scope);
        let kernel = match sells {
            _ if !known => Kernel::Unit { price_slope: ParamId(0) },
            Sells::Seats | Sells::Tasks => {
                Kernel::Unit { price_slope: self.param_in(scope, "price_slope", sells.slope()) }
            }
            Sells::Budget => Kernel::Budget {
                sigma: self.param(scope, "substitution"),
                epsilon: self.param(scope, "market_elasticity"),
            },
            Sells::Free => Kernel::Free {
                ad_revenue: self.param(scope, "ad_revenue"),
                ad_growth: self.optional_in(scope, "ad_growth", Dim::Growth),
            },
        };
        let mut nests: Vec<String> =
            self.list(scope, "nests").into_iter().map(|entry| entry.0).collect();
        if nests.is_empty() {
            nests.push(String::from("all"));
        }
        let per_seat = matches!(sells, Sells::Seats | Sells::Free) && known;
        let (rt_per_unit, rt_growth) = if per_seat {
            (self.param(scope, "rt_per_unit"), self.param(scope, "rt_growth"))
        } else {
            (self.constant(scope, "rt_per_unit", 1.0), self.constant(scope, "rt_growth", 0.0))
        };
        Segment {
            name: name.to_string(),
            kernel,
            quality_weight: self.param(scope, "quality_weight"),
            nest_correlation: self.param(scope, "nest_correlation"),
            nests,
            reoptimise: self.param(scope, "reoptimise"),
            rt_per_unit,
            rt_growth,
            reprice_hazard: self.param(scope, "reprice"),
        }
    }

    fn markets(&mut self, scope: &Scope<'_>, regions: &[String], all: &mut Markets) {
        let listed = self.tables(scope, "market");
        let mut at: Vec<(usize, Option<&Scope<'_>>)> = Vec::new();
        for (market, named) in &listed {
            if let Some(region) = self.find("region", &named.name, regions, &named.place) {
                at.push((region, Some(market)));
            }
        }
        if at.len() < listed.len()
            && let Some(known) = all.known.last_mut()
        {
            *known = false;
        }
        if listed.is_empty() {
            at.extend((0..regions.len()).map(|region| (region, None)));
        }
        let segment = all.segments.len() - 1;
        for (region, market) in at {
            let bounded = matches!(all.segments[segment].kernel, Kernel::Budget { .. });
            let size = self.size(scope, market, (all.sells[segment], bounded));
            all.markets.push(Market {
                name: format!("{} in {}", all.names[segment], regions[region]),
                segment,
                region,
                size,
                listings: Vec::new(),
            });
            all.places.push(market.map_or(&scope.place, |market| &market.place).clone());
            all.starts.push(Vec::new());
        }
    }

    /// Size of a market; a budget, which grows as prices fall, must be bounded by a ceiling.
    fn size(
        &mut self,
        segment: &Scope<'_>,
        market: Option<&Scope<'_>>,
        (sells, bounded): (Sells, bool),
    ) -> Size {
        if !chosen(segment) {
            return Size::Adopters { share: ParamId(0) };
        }
        for scope in market.into_iter().chain([segment]) {
            let (size, share) = (scope.table.entry("size"), scope.table.entry("adopters_share"));
            if let (Some(size), Some(share)) = (size, share) {
                let problem = ShapeProblem::Conflict {
                    section: scope.label.clone(),
                    one: String::from("size"),
                    other: String::from("adopters_share"),
                    mend: "a market has a size of its own, or is a share of the adopters; drop one",
                };
                let (place, other) = self.newer(&share.key_place, &size.key_place);
                self.errors.push(problem.at(place).and(other, "and this"));
            }
            if share.is_some() {
                let share = self.param(scope, "adopters_share");
                return Size::Adopters { share };
            }
            if size.is_some() {
                break;
            }
        }
        let from = |key: &str| match market {
            Some(market) if market.table.get(key).is_some() => market,
            _ => segment,
        };
        self.limits = Some(sells.most());
        let start = self.param_in(from("size"), "size", sells.size());
        let ceiling = if bounded {
            Some(self.param_in(from("ceiling"), "ceiling", sells.size()))
        } else {
            self.optional_in(from("ceiling"), "ceiling", sells.size())
        };
        self.limits = None;
        Size::Walk {
            start,
            growth: self.param(from("growth"), "growth"),
            volatility: self.param(from("volatility"), "volatility"),
            ceiling,
            persistence: self.optional_in(from("persistence"), "persistence", Dim::Number),
        }
    }
}

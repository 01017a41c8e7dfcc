//! What is sold where, and with which share of the market.

use super::market::{Markets, Sells, Start};
use super::{Checker, Scope};
use crate::numerics::elementary::exp;
use crate::scenario::error::{At, MarketProblem, ShapeProblem};
use crate::scenario::source::Place;
use crate::world::{Appeal, Dist, Listing, Param};

/// A product being listed.
pub(super) struct Offer {
    pub product: usize,
    pub segment: usize,
    pub nest: usize,
    pub entrant: bool,
}

/// How far the shares of a budget may be from 100 %.
const ROUNDING: f64 = 0.005;

impl Checker<'_> {
    /// Lists a product in the markets where it is sold; tells whether a share was used.
    pub(super) fn list_product(
        &mut self,
        scope: &Scope<'_>,
        offer: &Offer,
        regions: &[String],
        markets: &mut Markets,
    ) -> bool {
        let mut only = self.references(scope, "regions", "region", regions);
        let mut special = Vec::new();
        for (market, named) in self.tables(scope, "market") {
            if let Some(region) = self.find("region", &named.name, regions, &named.place) {
                special.push((region, market, named.place));
            }
        }
        let own = ["taste", "share"].iter().any(|key| scope.table.get(key).is_some());
        if only.is_empty() && !own {
            only = special.iter().map(|entry| entry.0).collect();
        }
        let mut shares = false;
        let mut sold = 0;
        for at in 0..markets.markets.len() {
            let (segment, region) = (markets.markets[at].segment, markets.markets[at].region);
            if segment != offer.segment || !(only.is_empty() || only.contains(&region)) {
                continue;
            }
            sold += 1;
            let here = special.iter().find(|entry| entry.0 == region).map(|entry| &entry.1);
            let Some((appeal, start)) = self.appeal(scope, here, offer) else { continue };
            shares |= start.share.is_some();
            let listing = Listing { product: offer.product, nest: offer.nest, appeal };
            markets.markets[at].listings.push(listing);
            markets.starts[at].push(start);
        }
        self.closed(offer, &special, markets);
        if sold == 0 {
            let what = format!("{} is sold nowhere", scope.label);
            let mend = "its `regions` must name a region where its segment has a market";
            self.fail(ShapeProblem::Nothing { what, mend }, &scope.place);
        }
        shares
    }

    /// An appeal in a region where the segment has no market says nothing.
    fn closed(&mut self, offer: &Offer, special: &[(usize, Scope<'_>, Place)], markets: &Markets) {
        for (region, scope, place) in special {
            let open = markets
                .markets
                .iter()
                .any(|market| market.segment == offer.segment && market.region == *region);
            if !open {
                let what = format!("{}: the segment has no market there", scope.label);
                let mend = "add a [[segment.market]] for the region or drop this entry";
                self.fail(ShapeProblem::Nothing { what, mend }, place);
            }
        }
    }

    fn appeal(
        &mut self,
        product: &Scope<'_>,
        market: Option<&Scope<'_>>,
        offer: &Offer,
    ) -> Option<(Appeal, Start)> {
        for scope in market.into_iter().chain([product]) {
            let (taste, share) = (scope.table.entry("taste"), scope.table.entry("share"));
            if let (Some(first), Some(second)) = (taste, share) {
                let problem = ShapeProblem::Conflict {
                    section: scope.label.clone(),
                    one: String::from("taste"),
                    other: String::from("share"),
                    mend: "the taste follows from the share; drop one",
                };
                let (place, other) = self.newer(&second.key_place, &first.key_place);
                self.errors.push(problem.at(place).and(other, "and this"));
                return None;
            }
            if let Some(entry) = taste {
                let id = self.param(scope, "taste");
                let start =
                    Start { share: None, entrant: offer.entrant, place: entry.node.place.clone() };
                return Some((Appeal::Taste(id), start));
            }
            let Some(entry) = share else { continue };
            let id = self.param(scope, "share");
            if offer.entrant {
                let problem = ShapeProblem::Conflict {
                    section: scope.label.clone(),
                    one: String::from("share"),
                    other: String::from("entry_hazard"),
                    mend: "a firm that waits outside has no share at the start; give its taste",
                };
                self.fail(problem, &entry.key_place);
            }
            let share = self.params.get(id.0 as usize).and_then(centre);
            let start = Start { share, entrant: offer.entrant, place: entry.node.place.clone() };
            return Some((Appeal::Share(id), start));
        }
        let field = super::field_of(product.section, "share");
        self.missing(product, field);
        None
    }

    /// Shares of a market leave room for the outside option, or fill the budget.
    pub(super) fn shares(&mut self, markets: &Markets) {
        if !self.errors.is_empty() {
            return;
        }
        for (at, market) in markets.markets.iter().enumerate() {
            let starts = &markets.starts[at];
            if starts.is_empty() {
                let what = format!("nobody sells in the market `{}`", market.name);
                let mend = "give some firm a product for the segment there, or close the market by listing the others under [[segment.market]]";
                self.fail(ShapeProblem::Nothing { what, mend }, &markets.places[at]);
                continue;
            }
            let budget = markets.sells[market.segment] == Sells::Budget;
            let shared: Vec<&Start> = starts.iter().filter(|start| start.share.is_some()).collect();
            let Some(last) = shared.last() else { continue };
            let odd = starts.iter().find(|start| start.share.is_none() && !start.entrant);
            if let (true, Some(odd)) = (budget, odd) {
                let problem = ShapeProblem::Conflict {
                    section: format!("the market `{}`", market.name),
                    one: String::from("taste"),
                    other: String::from("share"),
                    mend: "in a budget all products have shares, or all have tastes",
                };
                self.errors.push(problem.at(&odd.place).and(&last.place, "a share here"));
                continue;
            }
            let sum: f64 = shared.iter().filter_map(|start| start.share).sum();
            let fits = if budget { (sum - 1.0).abs() <= ROUNDING } else { sum < 1.0 };
            if !fits {
                let rule = if budget {
                    "the shares of a budget sum to 100 %: nothing of it is spent elsewhere"
                } else {
                    "they must stay below 100 %: the rest buys nothing (the outside option)"
                };
                let problem = MarketProblem::Shares {
                    market: market.name.clone(),
                    sum: format!(
                        "{} %",
                        crate::scenario::quantity::tidy((sum * 1e6).round() / 1e4)
                    ),
                    rule,
                };
                let mine = shared.iter().find(|start| start.place.source.name == self.entry);
                let place = mine.unwrap_or(last).place.clone();
                self.fail(problem, &place);
            }
        }
    }
}

/// The middle of a distribution of shares.
fn centre(param: &Param) -> Option<f64> {
    Some(match &param.dist {
        Dist::Fixed(value) => *value,
        Dist::LogitNormal { mu, .. } => 1.0 / (1.0 + exp(-mu)),
        Dist::LogNormal { mu, .. } => exp(*mu),
        Dist::Normal { mean, .. } => *mean,
        Dist::StudentT { loc, .. } => *loc,
        Dist::Uniform { low, high } => 0.5 * (low + high),
        Dist::Triangular { low, mode, high } => (low + mode + high) / 3.0,
        Dist::Beta { a, b, low, high } => low + (high - low) * a / (a + b),
        Dist::Mixture(parts) => {
            let part = |dist: &Dist| centre(&Param { dist: dist.clone(), ..param.clone() });
            parts.iter().map(|(weight, dist)| Some(weight * part(dist)?)).sum::<Option<f64>>()?
        }
        Dist::Curve(_) => return None,
    })
}

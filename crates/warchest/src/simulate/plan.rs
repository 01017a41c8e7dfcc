//! A world compiled for running: listings in a row, streams by slot, mechanisms on or off.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::numerics::elementary::{exp_m1, ln, ln_1p};
use crate::rng::Stream;
use crate::world::{
    Appeal, Dist, Firm, Kernel, Param, ParamId, Per, ShockKind, Size, Strategy, Transform, World,
};
use crate::world::{FirmId, MarketId, ProductId};

/// Row of a bank of draws, or nothing where the world has no such noise.
pub type Slot = Option<usize>;

/// A product in a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The market.
    pub market: MarketId,
    /// The product.
    pub product: ProductId,
    /// Who sells it.
    pub firm: FirmId,
    /// Position among the market's listings in the world.
    pub listing: usize,
}

/// How a market is computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Its offers.
    pub range: Range<usize>,
    /// Seller of each offer, numbered within the market; nest of each offer.
    pub owner: Vec<usize>,
    pub nest: Vec<usize>,
    /// Number of nests.
    pub nests: usize,
    /// Tastes inside a nest are correlated on some path.
    pub nested: bool,
    /// Some seller's price is the outcome of a game.
    pub game: bool,
    /// The start must be evaluated: shares given, inertia, or a price index.
    pub start: bool,
    /// Everybody chooses anew each quarter.
    pub fluid: bool,
    /// Some seller's capacity may bind.
    pub bound: bool,
    /// Some seller's price depends on the game's (price wars, matching).
    pub second_round: bool,
}

/// Slots of the draws made every quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slots {
    /// Normals.
    pub efficiency: Slot,
    pub compute_price: Slot,
    pub mood: Slot,
    pub open: Slot,
    /// Normals by firm, product, market, curve.
    pub own_efficiency: Vec<Slot>,
    pub other_cash: Vec<Slot>,
    pub taste: Vec<Slot>,
    pub size: Vec<Slot>,
    pub curve: Vec<Slot>,
    /// Uniforms: crash of the mood; release by firm; may the list price of a product move.
    pub crash: Slot,
    pub release: Vec<Slot>,
    pub reprice: Vec<Slot>,
}

/// Streams of events that are drawn only when they matter, by firm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rare {
    pub raise: Stream,
    pub multiple: Stream,
    pub listing: Stream,
    pub rescue: Stream,
    pub acquisition: Stream,
    pub entry: Stream,
    pub entrant: Stream,
    pub release_noise: Stream,
}

/// What a run needs to know beyond the world.
#[derive(Clone, Debug)]
pub struct Plan<'w> {
    /// The market.
    pub world: &'w World,
    /// Known parameters in the engine's units.
    known: Vec<Option<f64>>,
    /// Seed of every draw.
    pub seed: u64,
    /// Listings of market 0, then of market 1, ...
    pub offers: Vec<Offer>,
    /// Offers of each firm.
    pub sold_by: Vec<Vec<usize>>,
    /// The markets.
    pub places: Vec<Place>,
    /// Streams of the normals and uniforms drawn every quarter.
    pub normals: Vec<Stream>,
    pub uniforms: Vec<Stream>,
    /// Which row is whose.
    pub slots: Slots,
    /// Rare events by firm; taste jumps by product; technology curves.
    pub rare: Vec<Rare>,
    pub jumps: Vec<Stream>,
    pub curves: Vec<Stream>,
    pub curve_noise: Vec<Stream>,
    /// Parameters drawn once per path, anew each quarter.
    pub per_path: Vec<ParamId>,
    pub per_quarter: Vec<ParamId>,
    /// Growth per quarter whose factor e^growth is kept by path; by firm, which of them its
    /// operating expense and its floor of research follow.
    pub factors: Vec<ParamId>,
    pub opex_factor: Vec<usize>,
    pub research_factor: Vec<usize>,
    /// By firm: it pays, or is paid, more than sales, compute and operating expense.
    pub pays_more: Vec<bool>,
    /// By offer: efficiency is all that moves its unit cost, and nobody looks at its hours.
    pub steady: Vec<bool>,
    /// By product: its list price cannot always move.
    pub sticky: Vec<bool>,
    /// Firms whose own capacity bounds their use.
    pub bound: Vec<FirmId>,
    /// By firm: is it among them.
    pub owns: Vec<bool>,
    /// Rents move with shocks, use or drift.
    pub rents: bool,
    /// Use of compute is tracked: some capacity, its cost or tightness matters.
    pub compute: bool,
    /// Some firm does research or releases; quality matters.
    pub research: bool,
    /// Some firm has a parent that refills its cash.
    pub parents: bool,
    /// Some scenario shock moves prices charged off the list.
    pub wars: bool,
    /// Every price is a rule's, none looks at the quarter before.
    pub prices_given: bool,
    /// Funders, research or a strategy look at cash flows.
    pub flows: bool,
    /// Somebody may enter; somebody learns from own output.
    pub entry: bool,
    pub learning: bool,
    /// Some mechanism looks at what was sold of an offer.
    pub sold: bool,
    /// Products may become closer substitutes.
    pub commoditised: bool,
}

impl<'w> Plan<'w> {
    /// Compiles a world.
    pub fn new(world: &'w World, seed: u64) -> Plan<'w> {
        let stream = |entity: &str, shock: &str| Stream::new(seed, entity, shock);
        let rare = |name: &str| Rare {
            raise: stream(name, "raise"),
            multiple: stream(name, "multiple"),
            listing: stream(name, "listing"),
            rescue: stream(name, "rescue"),
            acquisition: stream(name, "acquisition"),
            entry: stream(name, "entry"),
            entrant: stream(name, "entrant"),
            release_noise: stream(name, "release noise"),
        };
        let mut plan = Plan {
            world,
            known: world.params.iter().map(fixed).collect(),
            seed,
            offers: Vec::new(),
            sold_by: vec![Vec::new(); world.firms.len()],
            places: Vec::new(),
            normals: Vec::new(),
            uniforms: Vec::new(),
            slots: Slots::default(),
            rare: world.firms.iter().map(|firm| rare(&firm.name)).collect(),
            jumps: Vec::new(),
            curves: world.curves.iter().map(|c| stream(&c.series, "curve path")).collect(),
            curve_noise: Vec::new(),
            per_path: Vec::new(),
            per_quarter: Vec::new(),
            factors: Vec::new(),
            opex_factor: Vec::new(),
            research_factor: Vec::new(),
            pays_more: Vec::new(),
            steady: Vec::new(),
            sticky: Vec::new(),
            bound: Vec::new(),
            owns: Vec::new(),
            rents: false,
            compute: false,
            research: false,
            parents: false,
            wars: world.shocks.iter().any(|shock| shock.kind == ShockKind::PriceWar),
            prices_given: world
                .firms
                .iter()
                .all(|firm| matches!(firm.strategy, Strategy::CostPlus { .. })),
            flows: world.funding.enabled
                || world
                    .firms
                    .iter()
                    .any(|firm| matches!(firm.strategy, Strategy::Penetrate { .. })),
            entry: world.firms.iter().any(|firm| firm.entry.is_some()),
            learning: false,
            sold: false,
            commoditised: world.shocks.iter().any(|shock| {
                shock.kind == ShockKind::Commoditise && fixed(world.param(shock.size)) != Some(0.0)
            }),
        };
        plan.split_params();
        plan.switch();
        plan.lay_out();
        plan.assign_common();
        plan.assign_firms();
        plan.assign_products();
        plan.assign_factors();
        plan.pays_more = (0..world.firms.len()).map(|f| plan.pays_more(f)).collect();
        plan.steady = plan.offers.iter().map(|offer| plan.is_steady(offer)).collect();
        plan.sticky = (0..world.products.len()).map(|j| !plan.always_reprices(j)).collect();
        plan
    }

    fn split_params(&mut self) {
        for (at, param) in self.world.params.iter().enumerate() {
            let id = ParamId(at as u32);
            match (&param.dist, param.per) {
                (Dist::Fixed(_), _) => {}
                (Dist::Curve(_), _) | (_, Per::Quarter) => self.per_quarter.push(id),
                (_, Per::Path) => self.per_path.push(id),
            }
        }
    }

    fn switch(&mut self) {
        let world = self.world;
        let technology = &world.technology;
        let used = |id: ParamId| fixed(world.param(id)) != Some(0.0);
        let bound: Vec<FirmId> =
            (0..world.firms.len()).filter(|&f| used(world.firms[f].capacity)).collect();
        let tight = used(technology.compute_tightness);
        let built = used(technology.capacity_cost);
        self.rents = tight
            || used(technology.compute_price_drift)
            || used(technology.compute_price_volatility)
            || !world.shocks.is_empty();
        self.research = world.firms.iter().any(|firm| {
            firm.serves_open
                || used(firm.research_floor)
                || used(firm.research_share)
                || used(firm.research_of_raised)
                || used(firm.release_gap)
                || used(firm.quality)
                || matches!(firm.strategy, Strategy::Harvest { .. })
        }) || world.products.iter().any(|product| used(product.quality_offset));
        let committed = world.firms.iter().any(|firm| !firm.commitments.is_empty());
        self.flows |= self.research;
        self.compute = tight || built || !bound.is_empty() || self.research || committed;
        self.parents = world.firms.iter().any(|firm| used(firm.parent_cap));
        self.learning = world.firms.iter().any(|firm| used(firm.learning));
        self.sold = self.compute || self.learning || self.entry;
        self.owns = (0..world.firms.len()).map(|f| bound.contains(&f)).collect();
        self.bound = bound;
    }

    fn lay_out(&mut self) {
        let world = self.world;
        for (market, on_sale) in world.markets.iter().enumerate() {
            let start = self.offers.len();
            let mut place = self.place(market);
            let mut sellers: Vec<FirmId> = Vec::new();
            for (listing, item) in on_sale.listings.iter().enumerate() {
                let firm = world.products[item.product].firm;
                let owner = sellers.iter().position(|&f| f == firm).unwrap_or_else(|| {
                    sellers.push(firm);
                    sellers.len() - 1
                });
                place.owner.push(owner);
                place.nest.push(item.nest);
                place.nests = place.nests.max(item.nest + 1);
                place.start |= matches!(item.appeal, Appeal::Share(_));
                place.bound |= self.owns[firm];
                let strategy = &world.firms[firm].strategy;
                place.game |= !matches!(strategy, Strategy::CostPlus { .. });
                place.second_round |= matches!(strategy, Strategy::Match);
                self.sold_by[firm].push(self.offers.len());
                self.offers.push(Offer { market, product: item.product, firm, listing });
            }
            place.range = start..self.offers.len();
            let free = matches!(world.segments[on_sale.segment].kernel, Kernel::Free { .. });
            place.game &= !free;
            self.places.push(place);
        }
    }

    fn place(&self, market: MarketId) -> Place {
        let segment = &self.world.segments[self.world.markets[market].segment];
        let fluid = self.is_fixed(segment.reoptimise, 1.0);
        Place {
            range: 0..0,
            owner: Vec::new(),
            nest: Vec::new(),
            nests: segment.nests.len().max(1),
            nested: !self.is_fixed(segment.nest_correlation, 0.0)
                || self.commoditised && matches!(segment.kernel, Kernel::Unit { .. }),
            game: false,
            start: !fluid || matches!(segment.kernel, Kernel::Budget { .. }),
            fluid,
            bound: false,
            second_round: self.wars,
        }
    }

    fn assign_common(&mut self) {
        let world = self.world;
        let technology = &world.technology;
        let funding = &world.funding;
        let name = "technology";
        self.slots.efficiency = self.normal(technology.efficiency_volatility, name, "efficiency");
        self.slots.compute_price =
            self.normal(technology.compute_price_volatility, name, "compute price");
        self.slots.open = self.normal(technology.open_noise, name, "open frontier");
        if funding.enabled {
            self.slots.mood = self.normal(funding.mood_volatility, "funding", "mood");
            self.slots.crash = self.uniform(funding.crash_hazard, "funding", "crash");
        }
        for market in &world.markets {
            let slot = match market.size {
                Size::Walk { volatility, .. } => self.normal(volatility, &market.name, "size"),
                Size::Adopters { .. } => None,
            };
            self.slots.size.push(slot);
        }
        for curve in &world.curves {
            let stream = Stream::new(self.seed, &curve.series, "curve noise");
            self.normals.push(stream);
            self.curve_noise.push(stream);
            self.slots.curve.push(Some(self.normals.len() - 1));
        }
    }

    fn assign_firms(&mut self) {
        for firm in &self.world.firms {
            let name = firm.name.as_str();
            let slot = self.normal(firm.efficiency_volatility, name, "efficiency");
            self.slots.own_efficiency.push(slot);
            let slot = self.normal(firm.other_cash_volatility, name, "other cash");
            self.slots.other_cash.push(slot);
            let slot = self.uniform(firm.release_gap, name, "release");
            self.slots.release.push(slot);
        }
    }

    fn assign_factors(&mut self) {
        let row = self.value_rows();
        let row = |id: ParamId| row[id.0 as usize];
        let mut factors: Vec<ParamId> = Vec::new();
        let mut factor = |growth: ParamId| {
            let known = factors.iter().position(|&other| row(other) == row(growth));
            known.unwrap_or_else(|| {
                factors.push(growth);
                factors.len() - 1
            })
        };
        self.opex_factor = self.world.firms.iter().map(|f| factor(f.opex_growth)).collect();
        self.research_factor = self.world.firms.iter().map(|f| factor(f.research_growth)).collect();
        self.factors = factors;
    }

    fn assign_products(&mut self) {
        let world = self.world;
        for product in &world.products {
            let name = format!("{}/{}", world.firms[product.firm].name, product.name);
            self.jumps.push(Stream::new(self.seed, &name, "taste jump"));
            let slot = self.normal(product.taste_volatility, &name, "taste");
            self.slots.taste.push(slot);
            let hazard = world.segments[product.segment].reprice_hazard;
            let known = fixed(world.param(hazard));
            let sticky = !matches!(known, Some(h) if h >= 1.0 || h <= 0.0);
            let slot = if sticky { self.uniform(hazard, &name, "reprice") } else { None };
            self.slots.reprice.push(slot);
        }
    }

    /// True when a parameter is the same number on every path and in every quarter.
    pub fn is_known(&self, id: ParamId) -> bool {
        self.known[id.0 as usize].is_some()
    }

    /// True when a parameter is this known number on every path.
    pub fn is_fixed(&self, id: ParamId, value: f64) -> bool {
        self.known[id.0 as usize] == Some(value)
    }

    fn pays_more(&self, f: FirmId) -> bool {
        let firm = &self.world.firms[f];
        let other = self.slots.other_cash[f].is_some() || !self.is_fixed(firm.other_cash, 0.0);
        self.compute || other || self.owes(firm)
    }

    /// True when a firm may have interest to pay.
    pub fn owes(&self, firm: &Firm) -> bool {
        let borrows = firm.raises && !self.is_fixed(self.world.funding.debt_share, 0.0);
        (borrows || !self.is_fixed(firm.debt, 0.0)) && !self.is_fixed(firm.interest, 0.0)
    }

    fn is_steady(&self, offer: &Offer) -> bool {
        let region = &self.world.regions[self.world.markets[offer.market].region];
        let moves = self.rents || self.research || self.learning || self.compute;
        !moves
            && self.is_fixed(self.world.firms[offer.firm].load_factor, 1.0)
            && self.is_fixed(region.compute_price_factor, 1.0)
    }

    /// Offer's price is a rule's, never the outcome of a game.
    pub fn is_rule(&self, offer: &Offer) -> bool {
        let segment = &self.world.segments[self.world.markets[offer.market].segment];
        let strategy = &self.world.firms[offer.firm].strategy;
        matches!(segment.kernel, Kernel::Free { .. })
            || matches!(strategy, Strategy::CostPlus { .. } | Strategy::Ration)
    }

    /// A product may always move its list price, and nothing else decides.
    fn always_reprices(&self, product: ProductId) -> bool {
        let segment = self.world.products[product].segment;
        let hazard = self.known[self.world.segments[segment].reprice_hazard.0 as usize];
        self.slots.reprice[product].is_none() && hazard.is_some_and(|hazard| hazard >= 1.0)
    }

    /// Row of each parameter among the values: those known to be the same number share one.
    pub fn value_rows(&self) -> Vec<u32> {
        let mut first = BTreeMap::new();
        let mut next = 0..;
        let mut fresh = || next.next().unwrap_or(u32::MAX);
        let row = |known: &Option<f64>| match known {
            Some(value) => *first.entry(value.to_bits()).or_insert_with(&mut fresh),
            None => fresh(),
        };
        self.known.iter().map(row).collect()
    }

    fn normal(&mut self, scale: ParamId, entity: &str, shock: &str) -> Slot {
        if self.is_fixed(scale, 0.0) {
            return None;
        }
        self.normals.push(Stream::new(self.seed, entity, shock));
        Some(self.normals.len() - 1)
    }

    fn uniform(&mut self, hazard: ParamId, entity: &str, shock: &str) -> Slot {
        if self.is_fixed(hazard, 0.0) {
            return None;
        }
        self.uniforms.push(Stream::new(self.seed, entity, shock));
        Some(self.uniforms.len() - 1)
    }
}

/// The value of a known parameter in the engine's units.
pub fn fixed(param: &Param) -> Option<f64> {
    match param.dist {
        Dist::Fixed(raw) => Some(convert(param, raw)),
        _ => None,
    }
}

/// From the author's units to the engine's, held to the bounds.
pub fn convert(param: &Param, raw: f64) -> f64 {
    let value = match param.transform {
        Transform::Scale(factor) => raw * factor,
        Transform::LogGrowth { periods_per_quarter } => ln_1p(raw) * periods_per_quarter,
        Transform::LogFactor { periods_per_quarter } => ln(raw) * periods_per_quarter,
        Transform::Hazard { periods_per_quarter } => -exp_m1(ln_1p(-raw) * periods_per_quarter),
    };
    value.max(param.bounds.0).min(param.bounds.1)
}

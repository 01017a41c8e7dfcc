//! A world compiled for running: listings in a row, streams by slot, mechanisms on or off.

use std::ops::Range;

use crate::numerics::elementary::{exp_m1, ln, ln_1p};
use crate::rng::Stream;
use crate::world::{Dist, Transform};
use crate::world::{FirmId, Kernel, MarketId, Param, ParamId, Per, ProductId, World};

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
    /// Nest within its segment.
    pub nest: usize,
    /// Position among the market's listings in the world.
    pub listing: usize,
}

/// Slots of the draws made every quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slots {
    /// Normals: common efficiency, rental price, mood, open frontier.
    pub efficiency: Slot,
    pub compute_price: Slot,
    pub mood: Slot,
    pub open: Slot,
    /// Normals by firm: own efficiency, exogenous cash, noise of the price of a round.
    pub own_efficiency: Vec<Slot>,
    pub other_cash: Vec<Slot>,
    pub multiple: Vec<Slot>,
    /// Normal by product: its taste.
    pub taste: Vec<Slot>,
    /// Normal by market: its size.
    pub size: Vec<Slot>,
    /// Uniform: crash of the mood.
    pub crash: Slot,
    /// Uniforms by firm.
    pub release: Vec<Slot>,
    pub raise: Vec<Slot>,
    pub listing: Vec<Slot>,
    pub rescue: Vec<Slot>,
    pub acquisition: Vec<Slot>,
    pub entry: Vec<Slot>,
    /// Uniform by product: may its list price move.
    pub reprice: Vec<Slot>,
}

/// What a run needs to know beyond the world.
#[derive(Clone, Debug)]
pub struct Plan<'w> {
    /// The market.
    pub world: &'w World,
    /// Seed of every draw.
    pub seed: u64,
    /// Listings of market 0, then of market 1, ...
    pub offers: Vec<Offer>,
    /// Where each market's offers stand.
    pub range: Vec<Range<usize>>,
    /// Streams of the normals drawn every quarter.
    pub normals: Vec<Stream>,
    /// Streams of the uniforms drawn every quarter.
    pub uniforms: Vec<Stream>,
    /// Which row is whose.
    pub slots: Slots,
    /// Parameters drawn once per path.
    pub per_path: Vec<ParamId>,
    /// Parameters drawn anew each quarter.
    pub per_quarter: Vec<ParamId>,
    /// Some firm or market uses capacity, use-dependent rent or owned hours.
    pub capacity: bool,
    /// Some firm does research or releases.
    pub research: bool,
    /// Every offer's price follows from its own cost.
    pub cost_plus_only: bool,
}

impl<'w> Plan<'w> {
    /// Compiles a world.
    pub fn new(world: &'w World, seed: u64) -> Plan<'w> {
        let mut plan = Plan {
            world,
            seed,
            offers: Vec::new(),
            range: Vec::new(),
            normals: Vec::new(),
            uniforms: Vec::new(),
            slots: Slots::default(),
            per_path: Vec::new(),
            per_quarter: Vec::new(),
            capacity: false,
            research: false,
            cost_plus_only: false,
        };
        plan.lay_out();
        plan.split_params();
        plan.assign_common();
        plan.assign_firms();
        plan.assign_products();
        plan.switch();
        plan
    }

    fn lay_out(&mut self) {
        for (market, on_sale) in self.world.markets.iter().enumerate() {
            let start = self.offers.len();
            for (listing, item) in on_sale.listings.iter().enumerate() {
                self.offers.push(Offer {
                    market,
                    product: item.product,
                    firm: self.world.products[item.product].firm,
                    nest: item.nest,
                    listing,
                });
            }
            self.range.push(start..self.offers.len());
        }
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
                crate::world::Size::Walk { volatility, .. } => {
                    self.normal(volatility, &market.name, "size")
                }
                crate::world::Size::Adopters { .. } => None,
            };
            self.slots.size.push(slot);
        }
    }

    fn assign_firms(&mut self) {
        let world = self.world;
        for firm in &world.firms {
            let name = firm.name.as_str();
            let slot = self.normal(firm.efficiency_volatility, name, "efficiency");
            self.slots.own_efficiency.push(slot);
            let slot = self.normal(firm.other_cash_volatility, name, "other cash");
            self.slots.other_cash.push(slot);
            let slot = self.uniform(firm.release_gap, name, "release");
            self.slots.release.push(slot);
            let slot = firm.entry.as_ref().and_then(|_| self.any_uniform(name, "entry"));
            self.slots.entry.push(slot);
            let raises = world.funding.enabled && firm.raises;
            let noise = world.funding.multiple[3];
            let slot = raises.then(|| self.normal(noise, name, "multiple"));
            self.slots.multiple.push(slot.flatten());
            let slot = raises.then(|| self.any_uniform(name, "raise"));
            self.slots.raise.push(slot.flatten());
            let slot = raises.then(|| self.uniform(world.funding.listing_hazard, name, "listing"));
            self.slots.listing.push(slot.flatten());
            let slot = world.funding.enabled.then(|| self.any_uniform(name, "rescue"));
            self.slots.rescue.push(slot.flatten());
            let slot = world.funding.enabled.then(|| self.any_uniform(name, "acquisition"));
            self.slots.acquisition.push(slot.flatten());
        }
    }

    fn assign_products(&mut self) {
        let world = self.world;
        for product in &world.products {
            let name = format!("{}/{}", world.firms[product.firm].name, product.name);
            let slot = self.normal(product.taste_volatility, &name, "taste");
            self.slots.taste.push(slot);
            let hazard = world.segments[product.segment].reprice_hazard;
            let sticky = !matches!(fixed(world.param(hazard)), Some(h) if h >= 1.0 || h <= 0.0);
            let slot = sticky.then(|| self.any_uniform(&name, "reprice"));
            self.slots.reprice.push(slot.flatten());
        }
    }

    fn switch(&mut self) {
        let world = self.world;
        let zero = |id: ParamId| fixed(world.param(id)) == Some(0.0);
        self.capacity = !zero(world.technology.compute_tightness)
            || world.firms.iter().any(|firm| {
                !zero(firm.capacity) || !zero(firm.capacity_target) || !firm.commitments.is_empty()
            });
        self.research = world.firms.iter().any(|firm| {
            firm.serves_open
                || !(zero(firm.research_floor)
                    && zero(firm.research_share)
                    && zero(firm.research_of_raised)
                    && zero(firm.release_gap))
        });
        self.cost_plus_only = world
            .firms
            .iter()
            .all(|firm| matches!(firm.strategy, crate::world::Strategy::CostPlus { .. }))
            && world.segments.iter().all(|segment| matches!(segment.kernel, Kernel::Unit { .. }));
    }

    /// True when a parameter is the same known number on every path.
    pub fn is_fixed(&self, id: ParamId, value: f64) -> bool {
        fixed(self.world.param(id)) == Some(value)
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
        self.any_uniform(entity, shock)
    }

    fn any_uniform(&mut self, entity: &str, shock: &str) -> Slot {
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

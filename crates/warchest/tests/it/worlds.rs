//! Small markets made by hand: the toy, the runway, and parts to make others of.

use warchest::world::*;

/// Makes a world piece by piece; parameters are known numbers unless said otherwise.
pub struct Maker {
    params: Vec<Param>,
}

impl Maker {
    pub fn new() -> Maker {
        Maker { params: Vec::new() }
    }

    /// A known number in the engine's units.
    pub fn fixed(&mut self, name: &str, value: f64) -> ParamId {
        self.drawn(name, Dist::Fixed(value), Per::Path)
    }

    /// A drawn number in the engine's units.
    pub fn drawn(&mut self, name: &str, dist: Dist, per: Per) -> ParamId {
        self.params.push(Param {
            name: name.to_string(),
            dist,
            per,
            transform: Transform::Scale(1.0),
            bounds: (f64::NEG_INFINITY, f64::INFINITY),
        });
        ParamId(self.params.len() as u32 - 1)
    }

    /// A technology in which nothing moves.
    pub fn technology(&mut self) -> Technology {
        let zero = self.fixed("technology.zero", 0.0);
        let one = self.fixed("technology.one", 1.0);
        Technology {
            efficiency_growth: zero,
            efficiency_curve: None,
            efficiency_volatility: zero,
            cost_of_quality: zero,
            compute_price: one,
            compute_price_drift: zero,
            compute_price_volatility: zero,
            compute_price_reversion: zero,
            compute_tightness: zero,
            depreciation: zero,
            capacity_cost: zero,
            lead_time: 4,
            energy_share: zero,
            chip_share: zero,
            research_productivity: zero,
            release_noise: zero,
            taste_jump: zero,
            open_lag: zero,
            open_noise: zero,
        }
    }

    /// No funding at all: a negative balance is death.
    pub fn no_funding(&mut self) -> Funding {
        let zero = self.fixed("funding.zero", 0.0);
        let one = self.fixed("funding.one", 1.0);
        Funding {
            enabled: false,
            seek_runway: zero,
            alpha: [zero; 6],
            round_quarters: zero,
            paid_at_close: one,
            debt_share: zero,
            pool: zero,
            pool_growth: zero,
            pool_mood: zero,
            pool_share: one,
            mood_persistence: zero,
            mood_volatility: zero,
            crash_hazard: zero,
            crash_depth: zero,
            multiple: [zero; 4],
            listing_revenue: zero,
            listing_hazard: zero,
            listing_multiple: zero,
            rescue: zero,
            acquisition: zero,
            acquisition_price: zero,
            scrap: zero,
            mark_fade: zero,
        }
    }

    /// A firm with this much cash and nothing else; prices by Nash.
    pub fn firm(&mut self, name: &str, cash: f64) -> Firm {
        let zero = self.fixed(&format!("firm.{name}.zero"), 0.0);
        let one = self.fixed(&format!("firm.{name}.one"), 1.0);
        Firm {
            name: name.to_string(),
            kind: FirmKind::Generalist,
            region: 0,
            reported: true,
            strategy: Strategy::Nash,
            cash: self.fixed(&format!("firm.{name}.cash"), cash),
            debt: zero,
            interest: zero,
            opex: zero,
            opex_growth: zero,
            opex_share: zero,
            research_floor: zero,
            research_growth: zero,
            research_share: zero,
            research_of_raised: zero,
            research_cut_runway: zero,
            research_stock: one,
            quality: zero,
            release_gap: zero,
            serves_open: false,
            efficiency_growth: zero,
            efficiency_volatility: zero,
            learning: zero,
            load_factor: one,
            partner_share: zero,
            capacity: zero,
            capacity_target: zero,
            commitments: Vec::new(),
            other_cash: zero,
            other_cash_volatility: zero,
            valuation: zero,
            strategic_investor: false,
            raises: false,
            acquirable: false,
            acquirer: false,
            parent_cap: zero,
            takeover_cap: zero,
            net_revenue: false,
            entry: None,
        }
    }

    /// One region where everybody has adopted.
    pub fn region(&mut self) -> Region {
        let zero = self.fixed("region.zero", 0.0);
        let one = self.fixed("region.one", 1.0);
        Region {
            name: "world".to_string(),
            north_america: true,
            reachable: one,
            adopters: one,
            innovation: zero,
            imitation: zero,
            compute_price_factor: one,
        }
    }

    /// A segment where all choose anew each quarter and prices may always move.
    pub fn segment(&mut self, kernel: Kernel) -> Segment {
        let zero = self.fixed("segment.zero", 0.0);
        let one = self.fixed("segment.one", 1.0);
        Segment {
            name: "all".to_string(),
            kernel,
            quality_weight: zero,
            nest_correlation: zero,
            nests: vec!["all".to_string()],
            reoptimise: one,
            rt_per_unit: one,
            rt_growth: zero,
            reprice_hazard: one,
        }
    }

    /// The world, with empty shocks, stresses and checks.
    pub fn world(self, quarters: u32, technology: Technology, funding: Funding) -> World {
        World {
            meta: Meta {
                title: "made by hand".to_string(),
                question: String::new(),
                as_of: "2025-05-31".to_string(),
                hindsight: false,
            },
            clock: Clock { first_year: 2025, first_quarter: 3, quarters },
            params: self.params,
            correlations: Vec::new(),
            curves: Vec::new(),
            regions: Vec::new(),
            segments: Vec::new(),
            markets: Vec::new(),
            products: Vec::new(),
            technology,
            firms: Vec::new(),
            funding,
            shocks: Vec::new(),
            stresses: Vec::new(),
            checks: Vec::new(),
            assumptions: Vec::new(),
            report: Report {
                horizon_years: Vec::new(),
                discount_rates: Vec::new(),
                multiples: Vec::new(),
                implied_years: 5.0,
                dilution_per_year: 0.0,
                giant_usd: 1e13,
            },
        }
    }
}

/// PRICEWAR-TOY-1: ten firms, forty quarters, logit demand, cost-plus prices (`docs/toy.md`).
pub fn toy() -> World {
    let mut make = Maker::new();
    let billion = 1e9;
    let technology = make.technology();
    let funding = make.no_funding();
    let region = make.region();
    let price_slope = make.fixed("segment.all.price_slope", 1.0);
    let segment = make.segment(Kernel::Unit { price_slope });
    let size = Size::Walk {
        start: make.fixed("market.size", 4.0 * billion),
        growth: make.fixed("market.growth", 0.06 - 0.5 * 0.05 * 0.05),
        volatility: make.fixed("market.volatility", 0.05),
        ceiling: None,
        persistence: None,
    };
    let decay = make.fixed("decay", 0.97);
    let (mut firms, mut products, mut listings) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..10 {
        let x = i as f64;
        let name = format!("firm{i}");
        let mut firm = make.firm(&name, (2.0 - 0.08 * x) * billion);
        firm.opex = make.fixed(&format!("{name}.opex"), (0.10 - 0.003 * x) * billion);
        firm.opex_growth = make.fixed(&format!("{name}.opex_growth"), 0.015);
        firm.efficiency_growth = make.fixed(&format!("{name}.growth"), 0.08 + 0.5 * 0.06 * 0.06);
        firm.efficiency_volatility = make.fixed(&format!("{name}.volatility"), 0.06);
        firm.strategy = Strategy::CostPlus {
            markup: make.fixed(&format!("{name}.markup"), 0.60 - 0.02 * x),
            decay,
        };
        firms.push(firm);
        let list_price = make.fixed(&format!("{name}.list"), 1.0);
        products.push(Product {
            name: "product".to_string(),
            firm: i,
            segment: 0,
            list_price,
            unit_cost: make.fixed(&format!("{name}.cost"), 1.0 + 0.02 * x),
            quality_offset: make.fixed(&format!("{name}.offset"), 0.0),
            taste_volatility: make.fixed(&format!("{name}.taste_volatility"), 0.10),
        });
        listings.push(Listing {
            product: i,
            nest: 0,
            appeal: Appeal::Taste(make.fixed(&format!("{name}.taste"), 2.0 - 0.10 * x)),
        });
    }
    let mut world = make.world(40, technology, funding);
    world.regions = vec![region];
    world.segments = vec![segment];
    world.markets =
        vec![Market { name: "world".to_string(), segment: 0, region: 0, size, listings }];
    world.products = products;
    world.firms = firms;
    world
}

/// One firm without a product: cash and an exogenous flow, USD and USD per quarter.
pub fn runway(cash: f64, mean: f64, volatility: f64, quarters: u32) -> World {
    let mut make = Maker::new();
    let technology = make.technology();
    let funding = make.no_funding();
    let region = make.region();
    let mut firm = make.firm("burner", cash);
    firm.other_cash = make.fixed("burner.other_cash", mean);
    firm.other_cash_volatility = make.fixed("burner.other_cash_volatility", volatility);
    let mut world = make.world(quarters, technology, funding);
    world.regions = vec![region];
    world.firms = vec![firm];
    world
}

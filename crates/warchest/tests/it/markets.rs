//! A made-up market in which every mechanism of the quarter is at work.

use warchest::world::*;

use crate::worlds::Maker;

/// Size of a made-up market.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub firms: usize,
    pub regions: usize,
    pub segments: usize,
    /// A firm sells in every `sparse`-th market.
    pub sparse: usize,
    pub quarters: u32,
}

/// Six firms, four segments, one region.
pub const SMALL: Shape = Shape { firms: 6, regions: 1, segments: 4, sparse: 1, quarters: 40 };
/// About the size of the frontier scenario: 12 firms, 15 markets, about 40 listings.
pub const LARGE: Shape = Shape { firms: 12, regions: 3, segments: 5, sparse: 4, quarters: 40 };

/// The market.
pub fn market(shape: Shape) -> World {
    let mut make = Maker::new();
    let technology = technology(&mut make);
    let funding = funding(&mut make);
    let regions: Vec<Region> = (0..shape.regions).map(|r| region(&mut make, r)).collect();
    let segments: Vec<Segment> = (0..shape.segments).map(|s| segment(&mut make, s)).collect();
    let firms: Vec<Firm> = (0..shape.firms).map(|f| firm(&mut make, f, shape)).collect();
    let (mut products, mut markets) = (Vec::new(), Vec::new());
    for f in 0..shape.firms {
        for s in 0..shape.segments {
            products.push(product(&mut make, f, s));
        }
    }
    for r in 0..shape.regions {
        for s in 0..shape.segments {
            markets.push(place(&mut make, (s, r), shape));
        }
    }
    let mut world = make.world(shape.quarters, technology, funding);
    world.regions = regions;
    world.segments = segments;
    world.firms = firms;
    world.products = products;
    world.markets = markets;
    world
}

fn technology(make: &mut Maker) -> Technology {
    let base = make.technology();
    Technology {
        efficiency_growth: make.drawn(
            "technology.efficiency_growth",
            Dist::Normal { mean: 0.25, sd: 0.05 },
            Per::Path,
        ),
        efficiency_volatility: make.fixed("technology.efficiency_volatility", 0.05),
        cost_of_quality: make.fixed("technology.cost_of_quality", 0.3),
        compute_price: make.fixed("technology.compute_price", 2.3),
        compute_price_drift: make.fixed("technology.compute_price_drift", -0.02),
        compute_price_volatility: make.fixed("technology.compute_price_volatility", 0.1),
        compute_price_reversion: make.fixed("technology.compute_price_reversion", 0.2),
        compute_tightness: make.fixed("technology.compute_tightness", 0.3),
        depreciation: make.fixed("technology.depreciation", 0.06),
        capacity_cost: make.fixed("technology.capacity_cost", 10.0),
        energy_share: make.fixed("technology.energy_share", 0.2),
        chip_share: make.fixed("technology.chip_share", 0.45),
        research_productivity: make.fixed("technology.research_productivity", 0.5),
        release_noise: make.fixed("technology.release_noise", 0.1),
        taste_jump: make.fixed("technology.taste_jump", 0.15),
        open_lag: make.fixed("technology.open_lag", 2.5),
        open_noise: make.fixed("technology.open_noise", 0.1),
        ..base
    }
}

fn funding(make: &mut Maker) -> Funding {
    let mut n = |name: &str, value: f64| make.fixed(&format!("funding.{name}"), value);
    Funding {
        enabled: true,
        seek_runway: n("seek_runway", 8.0),
        alpha: [
            n("alpha0", -0.5),
            n("alpha1", 0.8),
            n("alpha2", 0.6),
            n("alpha3", 0.2),
            n("alpha4", 0.5),
            n("alpha5", 0.3),
        ],
        round_quarters: n("round_quarters", 6.0),
        paid_at_close: n("paid_at_close", 0.6),
        debt_share: n("debt_share", 0.2),
        pool: n("pool", 20e9),
        pool_growth: n("pool_growth", 0.03),
        pool_mood: n("pool_mood", 0.6),
        pool_share: n("pool_share", 0.5),
        mood_persistence: n("mood_persistence", 0.85),
        mood_volatility: n("mood_volatility", 0.3),
        crash_hazard: n("crash_hazard", 0.015),
        crash_depth: n("crash_depth", 1.5),
        multiple: [n("b0", 2.6), n("b1", 0.5), n("b2", 0.4), n("noise", 0.25)],
        listing_revenue: n("listing_revenue", 15e9),
        listing_hazard: n("listing_hazard", 0.04),
        listing_multiple: n("listing_multiple", 2.0),
        rescue: n("rescue", 0.4),
        acquisition: n("acquisition", 0.6),
        acquisition_price: n("acquisition_price", 0.2),
        scrap: n("scrap", 1.0),
        mark_fade: n("mark_fade", 0.08),
    }
}

fn region(make: &mut Maker, r: usize) -> Region {
    let base = make.region();
    let name = format!("region{r}");
    Region {
        reachable: make.fixed(&format!("{name}.reachable"), 2e9),
        adopters: make.fixed(&format!("{name}.adopters"), 2e8 / (1.0 + r as f64)),
        innovation: make.fixed(&format!("{name}.innovation"), 0.006),
        imitation: make.fixed(&format!("{name}.imitation"), 0.2),
        north_america: r == 0,
        name,
        ..base
    }
}

fn segment(make: &mut Maker, s: usize) -> Segment {
    let name = format!("segment{s}");
    let kernel = match s {
        0 => Kernel::Unit { price_slope: make.fixed(&format!("{name}.slope"), 0.03) },
        1 => Kernel::Free {
            ad_revenue: make.fixed(&format!("{name}.ads"), 1.5),
            ad_growth: Some(make.fixed(&format!("{name}.ad_growth"), 0.02)),
        },
        _ => Kernel::Budget {
            sigma: make.drawn(
                &format!("{name}.sigma"),
                Dist::LogNormal { mu: 1.1, sigma: 0.15 },
                Per::Path,
            ),
            epsilon: make.fixed(&format!("{name}.epsilon"), 1.15),
        },
    };
    let base = make.segment(kernel);
    let rho = if s == 0 { 0.4 } else { 0.0 };
    let per_unit = if s < 2 { 0.6 } else { 1.0 };
    Segment {
        quality_weight: make.fixed(&format!("{name}.quality_weight"), 0.8),
        nest_correlation: make.fixed(&format!("{name}.rho"), rho),
        nests: vec!["frontier".to_string(), "open".to_string()],
        reoptimise: make.fixed(&format!("{name}.theta"), [0.12, 0.2, 0.3, 0.45, 0.9][s % 5]),
        rt_per_unit: make.fixed(&format!("{name}.rt"), per_unit),
        rt_growth: make.fixed(&format!("{name}.rt_growth"), if s < 2 { 0.1 } else { 0.0 }),
        reprice_hazard: make.fixed(&format!("{name}.reprice"), 0.25),
        name,
        ..base
    }
}

fn firm(make: &mut Maker, f: usize, shape: Shape) -> Firm {
    let name = format!("firm{f}");
    let base = make.firm(&name, 12e9 / (1.0 + f as f64));
    let open = f + 1 == shape.firms;
    let integrated = f == 1;
    let mut n = |what: &str, value: f64| make.fixed(&format!("{name}.{what}"), value);
    let x = f as f64;
    let strategy = match f {
        2 => Strategy::Penetrate {
            value: n("value", 0.3),
            share_target: n("share_target", 0.25),
            runway_min: n("runway_min", 3.0),
        },
        3 => Strategy::Follow { undercut: n("undercut", 0.3) },
        4 => Strategy::Match,
        5 => Strategy::CostPlus { markup: n("markup", 0.2), decay: n("decay", 0.995) },
        6 => Strategy::Harvest { decay: n("decay", 0.02) },
        7 => Strategy::Ration,
        8 => Strategy::Table { points: vec![(0.0, 0.4), (0.3, 0.0)] },
        _ => Strategy::Nash,
    };
    Firm {
        kind: if integrated { FirmKind::Integrated } else { FirmKind::Generalist },
        strategy,
        debt: n("debt", 2e9),
        interest: n("interest", 0.02),
        opex: n("opex", 0.5e9 / (1.0 + x)),
        opex_growth: n("opex_growth", 0.03),
        opex_share: n("opex_share", 0.1),
        research_floor: n("research_floor", if open { 0.0 } else { 1.0e9 / (1.0 + x) }),
        research_growth: n("research_growth", 0.05),
        research_share: n("research_share", 0.3),
        research_of_raised: n("research_of_raised", 0.1),
        research_cut_runway: n("research_cut_runway", 0.0),
        research_stock: n("research_stock", 2e9),
        quality: n("quality", 1.0 - 0.1 * x),
        release_gap: n("release_gap", if open { 0.0 } else { 2.5 }),
        serves_open: open,
        efficiency_growth: n("efficiency_growth", 0.0),
        efficiency_volatility: n("efficiency_volatility", 0.03),
        learning: n("learning", 0.05),
        load_factor: n("load_factor", 0.7),
        partner_share: n("partner_share", if f == 0 { 0.2 } else { 0.0 }),
        capacity: n("capacity", if integrated { 2.5e9 } else { 0.0 }),
        capacity_target: n("capacity_target", if integrated { 0.1 } else { 0.0 }),
        commitments: (0..12)
            .filter(|_| f == 0)
            .map(|q| n(&format!("commitment{q}"), 1.5e9 + 0.2e9 * f64::from(q)))
            .collect(),
        other_cash: n("other_cash", if integrated { 1e9 } else { 0.0 }),
        other_cash_volatility: n("other_cash_volatility", if integrated { 5e8 } else { 0.0 }),
        valuation: n("valuation", 300e9 / (1.0 + x)),
        strategic_investor: f == 0,
        raises: true,
        acquirable: !integrated,
        acquirer: integrated,
        parent_cap: n("parent_cap", if integrated { 3e9 } else { 0.0 }),
        takeover_cap: n("takeover_cap", 0.0),
        entry: (f + 2 == shape.firms && f > 3).then(|| Entry {
            hazard: n("hazard", 0.05),
            markup_response: n("markup_response", 2.0),
        }),
        ..base
    }
}

fn product(make: &mut Maker, f: usize, s: usize) -> Product {
    let name = format!("product{f}.{s}");
    let x = f as f64;
    let price = match s {
        0 => 60.0,
        1 => 0.0,
        _ => 6.0 / (1.0 + 0.3 * x),
    };
    Product {
        firm: f,
        segment: s,
        list_price: make.fixed(&format!("{name}.list"), price),
        unit_cost: make.fixed(&format!("{name}.cost"), 1.5 / (1.0 + 0.2 * x)),
        quality_offset: make.fixed(&format!("{name}.offset"), 0.0),
        taste_volatility: make.fixed(&format!("{name}.taste_volatility"), 0.05),
        name,
    }
}

fn place(make: &mut Maker, at: (usize, usize), shape: Shape) -> Market {
    let (s, r) = at;
    let name = format!("market{r}.{s}");
    let scale = 1.0 / (1.0 + r as f64);
    let size = match s {
        0 => Size::Adopters { share: make.fixed(&format!("{name}.share"), 0.3) },
        1 => Size::Adopters { share: make.fixed(&format!("{name}.share"), 1.0) },
        _ => Size::Walk {
            start: make.fixed(&format!("{name}.start"), 2e9 * scale),
            growth: make.fixed(&format!("{name}.growth"), 0.2),
            volatility: make.fixed(&format!("{name}.volatility"), 0.08),
            ceiling: Some(make.fixed(&format!("{name}.ceiling"), 1e11 * scale)),
            persistence: Some(make.fixed(&format!("{name}.persistence"), 0.97)),
        },
    };
    let sells =
        |f: usize| shape.sparse == 1 || (f + 2 * s + 3 * r).is_multiple_of(shape.sparse) || f < 1;
    let sellers: Vec<usize> = (0..shape.firms).filter(|&f| sells(f)).collect();
    let total: f64 = sellers.iter().map(|&f| 1.0 / (1.0 + f as f64)).sum();
    let listings = sellers
        .iter()
        .map(|&f| {
            let share = 0.7 / (1.0 + f as f64) / total;
            Listing {
                product: f * shape.segments + s,
                nest: usize::from(f + 1 == shape.firms),
                appeal: Appeal::Share(make.fixed(&format!("{name}.{f}.share"), share)),
            }
        })
        .collect();
    Market { name, segment: s, region: r, size, listings }
}

//! Where people live, how they choose, what is on sale.

use super::{FirmId, ParamId, ProductId};

/// A region and the diffusion of use in it (Bass).
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Unique among regions.
    pub name: String,
    /// Counted as North America in the giants question.
    pub north_america: bool,
    /// Reachable persons M.
    pub reachable: ParamId,
    /// Persons using at the start.
    pub adopters: ParamId,
    /// Bass innovation coefficient per quarter.
    pub innovation: ParamId,
    /// Bass imitation coefficient per quarter.
    pub imitation: ParamId,
    /// Multiplier on the compute price.
    pub compute_price_factor: ParamId,
}

/// How buyers of a segment choose.
#[allow(missing_docs, reason = "the text of a variant names its fields")]
#[derive(Clone, Debug, PartialEq)]
pub enum Kernel {
    /// Seats: `V = taste + quality_weight·q − price_slope·p`, nested logit, outside good of
    /// utility 0. Price in USD per unit and quarter.
    Unit { price_slope: ParamId },
    /// Spend: CES, `V = (sigma − 1)(taste + quality_weight·q − ln p)`; no outside good, the
    /// budget itself answers to the price index with elasticity `epsilon`.
    Budget { sigma: ParamId, epsilon: ParamId },
    /// Users who pay nothing: `V = taste + quality_weight·q`, outside good of utility 0; the
    /// seller earns `ad_revenue` USD per unit and quarter, which grows by `ad_growth` log per
    /// quarter (none: not at all).
    Free { ad_revenue: ParamId, ad_growth: Option<ParamId> },
}

/// A kind of buyer.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Unique among segments.
    pub name: String,
    /// How its buyers choose.
    pub kernel: Kernel,
    /// Utility of one unit of quality.
    pub quality_weight: ParamId,
    /// Correlation inside a nest, in [0, 1); 0 is plain logit.
    pub nest_correlation: ParamId,
    /// Names of the nests; products name theirs by index.
    pub nests: Vec<String>,
    /// Share of demand that chooses anew each quarter, (0, 1].
    pub reoptimise: ParamId,
    /// RT served per unit sold and quarter (1 when the unit is the RT itself).
    pub rt_per_unit: ParamId,
    /// Log growth per quarter of RT per unit.
    pub rt_growth: ParamId,
    /// Probability per quarter that a product's list price may move without a release.
    pub reprice_hazard: ParamId,
}

/// How large a market is.
#[allow(missing_docs, reason = "the text of a variant names its fields")]
#[derive(Clone, Debug, PartialEq)]
pub enum Size {
    /// Units per quarter (Unit, Free) or USD per quarter (Budget), growing at `growth` log
    /// per quarter with `volatility`, slowed by `max(0, 1 − size/ceiling)` when a ceiling is
    /// given, and by `persistence^t` when growth is known to fade (none: 1).
    Walk {
        start: ParamId,
        growth: ParamId,
        volatility: ParamId,
        ceiling: Option<ParamId>,
        persistence: Option<ParamId>,
    },
    /// Potential buyers = this share of the region's adopters.
    Adopters { share: ParamId },
}

/// A segment in a region.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    /// `segment in region`.
    pub name: String,
    /// Index in [`World::segments`](super::World::segments).
    pub segment: usize,
    /// Index in [`World::regions`](super::World::regions).
    pub region: usize,
    /// Potential buyers or budget.
    pub size: Size,
    /// The products on sale here, in the order of [`World::products`](super::World::products).
    pub listings: Vec<Listing>,
}

/// Where a product's appeal starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Appeal {
    /// Mean utility given.
    Taste(ParamId),
    /// Utility that reproduces this share of the market at the list prices of the start
    /// (Berry inversion, per path).
    Share(ParamId),
}

/// A product on sale in a market.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// What is on sale.
    pub product: ProductId,
    /// Index in [`Segment::nests`].
    pub nest: usize,
    /// How much it is liked at the start.
    pub appeal: Appeal,
}

/// What a firm sells.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Unique within its firm.
    pub name: String,
    /// Who sells it.
    pub firm: FirmId,
    /// Index in [`World::segments`](super::World::segments).
    pub segment: usize,
    /// USD per unit and quarter (Unit), per RT (Budget); ignored when free.
    pub list_price: ParamId,
    /// USD of compute per RT at the start, at full load (the engine divides by the load
    /// factor of the firm).
    pub unit_cost: ParamId,
    /// Quality above the firm's own model.
    pub quality_offset: ParamId,
    /// Standard deviation per quarter of a random walk of the taste.
    pub taste_volatility: ParamId,
}

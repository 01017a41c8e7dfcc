//! The shape of `summary.json`: every answer of a run, each with its Monte-Carlo standard error.
//!
//! A number that does not exist (a quantile beyond the run) is `null` in JSON and NaN here.
//! Money is in USD, probabilities and shares are fractions of one, quarters count from 0.

pub use crate::answers::money::{LayerAnswer, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// Version of this shape; raised when a name, unit or meaning changes.
pub const SUMMARY_VERSION: u32 = 3;

fn maybe<'de, D: Deserializer<'de>>(source: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(source)?.unwrap_or(f64::NAN))
}

fn maybes<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<f64>, D::Error> {
    let found = Vec::<Option<f64>>::deserialize(source)?;
    Ok(found.into_iter().map(|x| x.unwrap_or(f64::NAN)).collect())
}

/// An estimate and its Monte-Carlo standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The estimate.
    #[serde(deserialize_with = "maybe")]
    pub value: f64,
    /// Its standard error; of a quantile, half the width of the binomial order-statistic band.
    #[serde(deserialize_with = "maybe")]
    pub se: f64,
}

/// Number of values, mean, and quantiles at 5, 10, 25, 50, 75, 90 and 95 %.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Distribution {
    /// Number of values.
    pub count: u64,
    /// Mean.
    pub mean: Estimate,
    /// Quantiles in the order of [`QUANTILES`].
    pub quantiles: Vec<Estimate>,
}

/// The quantiles of a [`Distribution`].
pub const QUANTILES: [f64; 7] = [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95];

/// Quantiles by quarter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fan {
    /// Key, e.g. `price_index`, `cash`.
    pub name: String,
    /// What it is, in words.
    pub label: String,
    /// Unit, e.g. `USD`, `share`, `start = 1`.
    pub unit: String,
    /// Paths with a value, by quarter.
    pub count: Vec<u64>,
    /// 5 % quantile by quarter.
    #[serde(deserialize_with = "maybes")]
    pub p05: Vec<f64>,
    /// 25 % quantile by quarter.
    #[serde(deserialize_with = "maybes")]
    pub p25: Vec<f64>,
    /// Median by quarter.
    #[serde(deserialize_with = "maybes")]
    pub p50: Vec<f64>,
    /// Standard error of the median.
    #[serde(deserialize_with = "maybes")]
    pub p50_se: Vec<f64>,
    /// 75 % quantile by quarter.
    #[serde(deserialize_with = "maybes")]
    pub p75: Vec<f64>,
    /// 95 % quantile by quarter.
    #[serde(deserialize_with = "maybes")]
    pub p95: Vec<f64>,
    /// Mean by quarter.
    #[serde(deserialize_with = "maybes")]
    pub mean: Vec<f64>,
    /// Standard error of the mean.
    #[serde(deserialize_with = "maybes")]
    pub mean_se: Vec<f64>,
}

/// A probability by quarter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Curve {
    /// Probability at the end of each quarter.
    #[serde(deserialize_with = "maybes")]
    pub value: Vec<f64>,
    /// Standard error.
    #[serde(deserialize_with = "maybes")]
    pub se: Vec<f64>,
}

/// What was asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioCard {
    /// Title.
    pub title: String,
    /// The question, printed first.
    pub question: String,
    /// ISO date of what it knows.
    pub as_of: String,
    /// It reads what became known later.
    pub hindsight: bool,
    /// Calendar year of quarter 0.
    pub first_year: i32,
    /// 1..=4: calendar quarter of quarter 0.
    pub first_quarter: u8,
    /// Simulated quarters.
    pub quarters: u32,
    /// Label of each quarter: `2025Q3`.
    pub labels: Vec<String>,
    /// Years quoted in tables.
    pub horizon_years: Vec<i32>,
}

/// What ran, enough to run it again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunCard {
    /// Version of `warchest`.
    pub version: String,
    /// The command that reproduces the run.
    pub command: String,
    /// SHA-256 of the resolved scenario; empty when there is none.
    pub scenario_sha256: String,
    /// Seed.
    pub seed: u64,
    /// Paths.
    pub paths: u64,
    /// Paths of the shadow run with free funding; 0 = none.
    pub shadow_paths: u64,
    /// Paths of each point of a stress; 0 = none.
    pub stress_paths: u64,
    /// Price games solved.
    pub price_games: u64,
    /// Of those, not converged.
    pub unconverged: u64,
    /// Paths with at least one game that did not converge.
    pub paths_unconverged: u64,
    /// Paths on which the identities were asserted in every quarter.
    pub audited_paths: u64,
    /// Quarters of those in which one failed.
    pub identity_failures: u64,
}

/// Everything a run answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// [`SUMMARY_VERSION`].
    pub schema: u32,
    /// What was asked.
    pub scenario: ScenarioCard,
    /// What ran.
    pub run: RunCard,
    /// The answer in one sentence.
    pub verdict: String,
    /// Every firm, in the scenario's order.
    pub firms: Vec<FirmAnswer>,
    /// How many reported firms are alive and independent.
    pub survivors: Survivors,
    /// Three price fans: quality-adjusted index, frontier tier, as-of capability.
    pub prices: Vec<Fan>,
    /// Markets, in the scenario's order.
    pub markets: Vec<MarketAnswer>,
    /// Concentration.
    pub concentration: Concentration,
    /// Who gets the money.
    pub money: Money,
    /// Firms of giant value.
    pub giants: Giants,
    /// Other figures by quarter: compute price, mood, capital expenditure, adopters, ...
    pub common: Vec<Fan>,
    /// Growth that each valuation implies.
    pub implied: Vec<Implied>,
    /// The scenario's own stresses.
    pub stresses: Vec<StressAnswer>,
    /// The scenario's checks.
    pub checks: Vec<CheckAnswer>,
    /// Assumptions with their sources.
    pub assumptions: Vec<AssumptionCard>,
    /// Honest limits, printed with the results.
    pub limits: Vec<String>,
}

/// A firm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FirmAnswer {
    /// Name.
    pub name: String,
    /// `generalist`, `specialist`, `follower`, `host`, `integrated`.
    pub kind: String,
    /// The scenario asks for it.
    pub reported: bool,
    /// Alive and independent at the end of the run.
    pub survival: Estimate,
    /// The same, counting the acquired as alive.
    pub survival_including_acquired: Estimate,
    /// Alive and independent, by quarter.
    pub independent: Curve,
    /// Alive or acquired, by quarter.
    pub including_acquired: Curve,
    /// How it ended, in the order of [`ENDS`]; sums to one.
    pub ends: Vec<Estimate>,
    /// Competing risks.
    pub causes: Vec<CauseAnswer>,
    /// Capital to self-sufficiency, from the shadow run with free funding.
    pub capital: Option<Capital>,
    /// Four cash-positive quarters in a row.
    pub cash_positive: CashPositive,
    /// A take-or-pay commitment could not be met within the run.
    pub default: Estimate,
    /// Figures by quarter over the paths on which it is in business: cash, revenue,
    /// levered_fcf, unlevered_fcf, operating_profit, run_rate, share, valuation, ...
    pub series: Vec<Fan>,
    /// Cash at the end, USD (frozen at death).
    pub end_cash: Distribution,
    /// Equity raised over the run, USD.
    pub raised: Distribution,
    /// Last mark or equity value at exit, USD.
    pub valuation: Distribution,
    /// Recognised revenue of the last four quarters, USD.
    pub revenue_year: Distribution,
    /// Fraction still held by the holders of the start.
    pub founders_stake: Distribution,
}

/// The ends of a firm, in the order of [`FirmAnswer::ends`].
pub const ENDS: [&str; 7] = [
    "independent, private",
    "independent, listed",
    "acquired",
    "out of cash, no round found",
    "out of cash, funding shut",
    "could not pay a commitment",
    "never entered",
];

/// One cause of exit, among competing ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CauseAnswer {
    /// `no round`, `funding shut`, `commitment`, `other`.
    pub cause: String,
    /// Cumulative incidence: P(ended by this cause by the end of the quarter).
    pub cumulative: Curve,
    /// Hazard: P(ends by this cause in the quarter | in business before).
    #[serde(deserialize_with = "maybes")]
    pub hazard: Vec<f64>,
    /// At the end of the run.
    pub at_end: Estimate,
}

/// Capital to self-sufficiency: the deepest cumulative levered free cash flow when every
/// shortfall is filled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Capital {
    /// USD that suffices on half of all paths; NaN when more than half never get there.
    pub half: Estimate,
    /// USD that suffices on nine tenths of all paths; NaN when more than a tenth never get there.
    pub nine_tenths: Estimate,
    /// P(not self-sufficient within the run).
    pub never: Estimate,
    /// Over the paths that get there.
    pub given_reached: Distribution,
}

/// Time until four cash-positive quarters in a row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CashPositive {
    /// P(reached by the end of the quarter), exits being a competing risk (Aalen–Johansen; no
    /// path is censored before the end, so it is the fraction of paths).
    pub incidence: Curve,
    /// P(ended first, by the end of the quarter).
    pub ended_first: Curve,
    /// Kaplan–Meier estimate of P(reached), exits taken as censored; empty without rows.
    #[serde(deserialize_with = "maybes")]
    pub kaplan_meier: Vec<f64>,
    /// Quarter by which half of all paths have reached it; NaN when fewer ever do.
    pub median_quarter: Estimate,
    /// P(reached within the run).
    pub ever: Estimate,
}

/// How many reported firms are alive and independent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Survivors {
    /// Number of reported firms.
    pub of: u64,
    /// P(exactly k at the end), k from 0.
    pub at_end: Vec<Estimate>,
    /// Mean at the end.
    pub mean: Estimate,
    /// Mean by quarter.
    #[serde(deserialize_with = "maybes")]
    pub mean_by_quarter: Vec<f64>,
    /// Standard error of the mean by quarter.
    #[serde(deserialize_with = "maybes")]
    pub mean_by_quarter_se: Vec<f64>,
}

/// A segment in a region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MarketAnswer {
    /// Name.
    pub name: String,
    /// Segment.
    pub segment: String,
    /// Region.
    pub region: String,
    /// `price`, `size`, `inside_share`, `open_share`.
    pub series: Vec<Fan>,
}

/// Concentration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Concentration {
    /// HHI on spend and on usage, by quarter, in all and by region, 0..1.
    pub fans: Vec<Fan>,
    /// HHI on spend in the last quarter.
    pub hhi_spend: Distribution,
    /// HHI on usage in the last quarter.
    pub hhi_usage: Distribution,
    /// P(the largest seller of the start has lost rank 1 by the end of the quarter).
    pub leader_changed: Curve,
    /// Quarter by which rank 1 has changed on half of all paths; NaN when on fewer.
    pub leader_change_median: Estimate,
    /// P(rank 1 never changes).
    pub leader_never_changes: Estimate,
}

/// Firms worth more than a threshold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Giants {
    /// Threshold, USD.
    #[serde(deserialize_with = "maybe")]
    pub threshold_usd: f64,
    /// P(at least k firms above it at the end of the run), k from 1; joint over the firms of a
    /// path, which share the path's market and mood.
    pub at_least: Vec<Estimate>,
    /// P(at least one outside North America).
    pub outside_north_america: Estimate,
    /// Each firm's own probability by quarter.
    pub by_firm: Vec<GiantFirm>,
}

/// One firm's chance to be above the threshold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GiantFirm {
    /// Name.
    pub firm: String,
    /// P(above the threshold at the end of the quarter).
    pub curve: Curve,
}

/// Revenue growth that a valuation implies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Implied {
    /// Firm.
    pub firm: String,
    /// Valuation at the start, USD.
    #[serde(deserialize_with = "maybe")]
    pub valuation_usd: f64,
    /// Annualised revenue of the first simulated quarter, USD.
    pub revenue: Estimate,
    /// Years to the exit.
    #[serde(deserialize_with = "maybe")]
    pub years: f64,
    /// Discount rates per year.
    pub discount_rates: Vec<f64>,
    /// Price-to-sales multiples at the exit.
    pub multiples: Vec<f64>,
    /// Dilution per year.
    pub dilutions: Vec<f64>,
    /// Growth per year, `growth[dilution][rate][multiple]`, and its standard error.
    pub growth: Vec<Vec<Vec<Estimate>>>,
    /// Growth per year of the firm's revenue in the run, median over paths (0 revenue when dead).
    pub simulated: Estimate,
    /// P(the run's revenue grows at least as fast as the middle of the map implies).
    pub reached: Estimate,
}

/// A stress: a shock at a grid of sizes with common random numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StressAnswer {
    /// Name.
    pub name: String,
    /// The question in words.
    pub question: String,
    /// What the size measures.
    pub size_means: String,
    /// First quarter of the shock.
    pub start: u32,
    /// Length in quarters.
    pub length: u32,
    /// Sizes.
    pub sizes: Vec<f64>,
    /// Paths per size.
    pub paths: u64,
    /// Per reported firm.
    pub firms: Vec<StressFirm>,
}

/// A firm under a stress.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StressFirm {
    /// Name.
    pub name: String,
    /// Survival (alive and independent at the end) at each size, in a run by control variate.
    pub survival: Vec<Estimate>,
    /// Where survival falls through 50 %.
    pub breaking: Breaking,
}

/// The size at which survival falls through 50 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "where")]
pub enum Breaking {
    /// Between the mildest and the strongest size, with a 95 % interval.
    At {
        /// The size, by bisection under common random numbers.
        size: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// These paths do not settle it: the interval spans more than half of the sizes tried, or has an
    /// open end because survival stays within its error of 50 %.
    Unsettled {
        /// Surely above 50 % below this size; none when not even at the mildest.
        low: Option<f64>,
        /// Surely below 50 % from this size on; none when not even at the strongest.
        high: Option<f64>,
    },
    /// Surely below 50 % at the mildest size.
    Already,
    /// Surely above 50 % at every size, up to the strongest.
    #[default]
    Never,
}

/// A check of the scenario.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckAnswer {
    /// Name.
    pub name: String,
    /// The predicate as written.
    pub text: String,
    /// It holds.
    pub passed: bool,
    /// What was found.
    pub found: String,
}

/// An assumption.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AssumptionCard {
    /// Dotted path.
    pub path: String,
    /// As written.
    pub text: String,
    /// Where it comes from.
    pub source: Option<String>,
    /// ISO date.
    pub known_at: Option<String>,
    /// Why this value.
    pub why: Option<String>,
    /// `file:line`.
    pub origin: String,
}

impl Default for Estimate {
    fn default() -> Self {
        Estimate { value: f64::NAN, se: f64::NAN }
    }
}

/// The layers of value added, in the order of the outcome's columns.
pub const LAYERS: [&str; 5] = ["chips", "cloud", "labs", "applications", "energy"];

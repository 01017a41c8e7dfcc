//! What the report shows: numbers that a run has already computed, in the order of the
//! answers of `docs/model.md`. Nothing here is estimated again; an answer that a run does not
//! hold is an empty list or `None`, and its section is left out.

use super::page::Section;
use super::references::References;
use super::svg::Calendar;

/// An estimate with its Monte-Carlo standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error; NaN when the run does not give one.
    pub error: f64,
}

/// The 5, 25, 50, 75 and 95 % quantiles, NaN where no path has a value.
pub type Quantiles = [f64; 5];

/// Everything on the page.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportInput {
    /// Title of the scenario.
    pub title: String,
    /// The question it asks.
    pub question: String,
    /// ISO date of what it knows.
    pub as_of: String,
    /// Whether it reads what became known later.
    pub hindsight: bool,
    /// Calendar of quarter 0.
    pub calendar: Calendar,
    /// Quarters simulated.
    pub quarters: usize,
    /// Paths simulated.
    pub paths: u64,
    /// Of those, run again with free funding.
    pub shadow_paths: u64,
    /// The answer in one sentence, when the run words it; else the report does.
    pub verdict: Option<String>,
    /// Reported firms in the order of the scenario.
    pub firms: Vec<Firm>,
    /// Probability that `k` of the reported firms are alive and independent at the end.
    pub survivors: Vec<Estimate>,
    /// Mean number of reported firms alive and independent at the end.
    pub mean_survivors: Estimate,
    /// Price fans.
    pub prices: Vec<Fan>,
    /// Mean price paid, by market.
    pub markets: Vec<Fan>,
    /// What moves the market: spend, compute price, adopters.
    pub drivers: Vec<Fan>,
    /// Herfindahl indices and the like: fans of fractions of one.
    pub concentration: Vec<Fan>,
    /// Who gets the money.
    pub money: Option<Money>,
    /// Stresses with their breaking points.
    pub stresses: Vec<Stress>,
    /// Implied growth of valuations.
    pub implied: Vec<Implied>,
    /// Probabilities of statements: giants, over-commitment, change of leader.
    pub odds: Vec<Odds>,
    /// Verdicts of the scenario's checks.
    pub checks: Vec<Check>,
    /// Assumptions in the order of the scenario.
    pub assumptions: Vec<Assumption>,
    /// What bracketed numbers in the sources stand for.
    pub references: References,
    /// Honest limits, one paragraph each.
    pub limits: Vec<String>,
    /// Other sections, after the limits.
    pub appendix: Vec<Section>,
    /// What reproduces the run.
    pub card: RunCard,
}

/// One firm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Firm {
    /// Name.
    pub name: String,
    /// Probability of being alive and independent at the end of each quarter.
    pub survival: Vec<Estimate>,
    /// The same, counting the acquired as alive.
    pub survival_with_acquired: Vec<Estimate>,
    /// How it ends: `(how, probability)`; the order of [`ENDS`], summing to one.
    pub ends: Vec<Estimate>,
    /// Cash in USD at the end of each quarter, over paths on which it is alive.
    pub cash: Vec<Quantiles>,
    /// Share of final spend by quarter, over paths on which it is alive.
    pub share: Vec<Quantiles>,
    /// Capital to self-sufficiency.
    pub need: Option<Need>,
    /// Probability of four cash-positive quarters in a row by the end of each quarter.
    pub cash_positive: Vec<Estimate>,
    /// Quarter by which half of all paths have got there; NaN when fewer do.
    pub cash_positive_median: f64,
}

/// The ends of a firm, in the order of [`Firm::ends`].
pub const ENDS: [&str; 7] = [
    "independent, private",
    "independent, listed",
    "acquired",
    "out of cash, no round found",
    "out of cash, funding shut",
    "could not pay a commitment",
    "never entered",
];

/// Capital to self-sufficiency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Need {
    /// USD that suffices on half of all paths; NaN when fewer get there.
    pub half: Estimate,
    /// USD that suffices on nine of ten of all paths; NaN when fewer get there.
    pub nine_tenths: Estimate,
    /// Probability that no amount within the run makes it carry itself.
    pub never: Estimate,
    /// Median over the paths that get there, USD.
    pub reached: f64,
}

/// A fan over the quarters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fan {
    /// What it is.
    pub name: String,
    /// Unit in words: `USD/RT`, `start = 100`.
    pub unit: String,
    /// Quantiles at the end of each quarter.
    pub rows: Vec<Quantiles>,
}

/// Who gets the money.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Money {
    /// Layers of value added, e.g. chips, cloud, labs, applications, energy.
    pub layers: Vec<String>,
    /// Value added over the run in USD by layer: mean over paths.
    pub total: Vec<Estimate>,
    /// Cash that stays with each layer over the run in USD, chips counted when they are bought: mean
    /// over paths.
    pub kept: Vec<Estimate>,
    /// Final customers' spend over the run, USD.
    pub spend: Estimate,
    /// Capital expenditure paid to chip makers over the run, USD; not part of final spend.
    pub capex: Estimate,
    /// Consumer surplus over the run, USD.
    pub surplus: Estimate,
    /// Mean value added by calendar year and layer.
    pub years: Vec<MoneyYear>,
}

/// One calendar year of [`Money`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MoneyYear {
    /// The year.
    pub year: i32,
    /// How many of its quarters the run covers.
    pub quarters: usize,
    /// Value added by layer, USD.
    pub values: Vec<f64>,
}

/// A stress and where each firm breaks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stress {
    /// Name.
    pub name: String,
    /// The question in words.
    pub question: String,
    /// What the size measures.
    pub size_means: String,
    /// Sizes at which it was run, as fractions.
    pub sizes: Vec<f64>,
    /// Paths at each size.
    pub paths: u64,
    /// Per firm, in the order of the input: survival at each size.
    pub survival: Vec<Vec<Estimate>>,
    /// Per firm: the breaking point.
    pub breaking: Vec<Breaking>,
}

/// The size at which survival falls through 50 %.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Breaking {
    /// No point is known: its 95 % interval spans more than half of the range of sizes, or an end of
    /// it lies beyond them.
    Unsettled {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
        /// It breaks between the two, wherever that is.
        breaks: bool,
    },
    /// Between the sizes run, with a 95 % interval.
    At {
        /// The size.
        size: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Below 50 % without any shock.
    Already,
    /// Above 50 % at the largest size.
    #[default]
    Never,
}

/// Revenue growth a valuation implies, over a grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Implied {
    /// Firm.
    pub firm: String,
    /// Valuation in USD.
    pub valuation: f64,
    /// Revenue per year at the start, USD.
    pub revenue: f64,
    /// Years to the exit.
    pub years: f64,
    /// Dilution per year.
    pub dilution: f64,
    /// Discount rates per year: rows.
    pub rates: Vec<f64>,
    /// Multiples of revenue at the exit: columns.
    pub multiples: Vec<f64>,
    /// Growth per year, `growth[rate][multiple]`.
    pub growth: Vec<Vec<f64>>,
    /// Growth per year of the firm's revenue in the run, median, when known.
    pub simulated: Option<f64>,
    /// Probability that the run grows at least as fast as the middle of the grid; NaN unknown.
    pub reached: f64,
}

/// The probability of a statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Odds {
    /// Group: `giants`, `commitments`, `leader`.
    pub group: String,
    /// The statement.
    pub what: String,
    /// Its probability.
    pub probability: Estimate,
}

/// A check of the scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Check {
    /// Name.
    pub name: String,
    /// The predicate as written.
    pub text: String,
    /// Whether it holds.
    pub passed: bool,
    /// What was found.
    pub found: String,
}

/// An assumption.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assumption {
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

/// What reproduces the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunCard {
    /// The command line.
    pub command: String,
    /// Name and value, in order: version, seed, paths, hashes, price games ...
    pub facts: Vec<(String, String)>,
}

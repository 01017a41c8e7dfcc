//! The whole file, its dates, shocks, stresses, checks, report.

use super::{FIRM, FUNDING, Field, Kind, MARKET, PRODUCT, REGION, SEGMENT, Section, TECHNOLOGY};
use crate::scenario::unit::Dim;

/// The file.
pub static ROOT: Section = Section {
    name: "the scenario",
    header: "",
    doc: "One file is one market. Only [meta] as_of, [[segment]] and [[firm]] have to say something; a market may also lack segments when its firms have an exogenous cash flow.",
    fields: &[
        Field::new("base", Kind::Text).doc("Another scenario, beside this file, of which this one is a variant: tables are merged, entries of lists by their name; `remove = true` takes one out."),
        Field::new("meta", Kind::Table(&META)).doc("Title and dates."),
        Field::new("clock", Kind::Table(&CLOCK)).doc("When the run begins and how long it is."),
        Field::new("default", Kind::Table(&DEFAULT)).doc("What entries of a list share unless they say otherwise."),
        Field::new("region", Kind::Tables(&REGION, "name")).doc("Where buyers live; one region called World when none is given."),
        Field::new("segment", Kind::Tables(&SEGMENT, "name")).doc("Kinds of buyers."),
        Field::new("technology", Kind::Table(&TECHNOLOGY)).doc("Costs, compute, releases."),
        Field::new("firm", Kind::Tables(&FIRM, "name")).doc("The firms."),
        Field::new("funding", Kind::Table(&FUNDING)).doc("Mood, rounds, exits; without this table nobody can raise and a negative balance is death."),
        Field::new("shock", Kind::Tables(&SHOCK, "name")).doc("Things that happen."),
        Field::new("stress", Kind::Tables(&STRESS, "name")).doc("Shocks at a grid of sizes."),
        Field::new("correlate", Kind::Tables(&CORRELATE, "name")).doc("Correlations between uncertain values."),
        Field::new("check", Kind::Tables(&CHECK, "name")).doc("What must hold in every run."),
        Field::new("report", Kind::Table(&REPORT)).doc("What the report asks."),
    ],
};

/// Title and dates.
pub static META: Section = Section {
    name: "[meta]",
    header: "[meta]",
    doc: "Title and dates.",
    fields: &[
        Field::new("title", Kind::Text).or("\"Untitled market\"").doc("Shown above every answer."),
        Field::new("question", Kind::Text)
            .or("\"Who survives?\"")
            .doc("The question the scenario asks, printed first."),
        Field::new("as_of", Kind::Date)
            .required()
            .doc("The day of the start. Nothing known later is read."),
        Field::new("hindsight", Kind::Flag).or("false").doc("Allows values known after as_of."),
    ],
};

/// Calendar.
pub static CLOCK: Section = Section {
    name: "[clock]",
    header: "[clock]",
    doc: "When the run begins and how long it is. One step is a quarter; values of the start are those of the quarter before the first.",
    fields: &[
        Field::new("start", Kind::When)
            .doc("First simulated quarter; default: the first that begins after as_of."),
        Field::new("length", Kind::Fixed(Dim::Duration))
            .or("\"40 quarters\"")
            .within(1.0, 400.0, "between 1 and 400 quarters")
            .doc("How long the run is."),
    ],
};

/// Defaults of entries.
pub static DEFAULT: Section = Section {
    name: "default",
    header: "[default.firm]",
    doc: "Keys that every entry of a list shares unless it says otherwise: [default.region], [default.segment], [default.market], [default.firm], [default.product]. Names, products and lists of markets cannot be shared.",
    fields: &[
        Field::new("region", Kind::Table(&REGION)).doc("For every [[region]]."),
        Field::new("segment", Kind::Table(&SEGMENT)).doc("For every [[segment]]."),
        Field::new("market", Kind::Table(&MARKET)).doc("For every [[segment.market]]."),
        Field::new("firm", Kind::Table(&FIRM)).doc("For every [[firm]]."),
        Field::new("product", Kind::Table(&PRODUCT)).doc("For every [[firm.product]]."),
    ],
};

const KINDS: &[&str] = &[
    "price-war",
    "commoditise",
    "entrant",
    "open-release",
    "funding-freeze",
    "compute-shortage",
    "demand-shift",
    "export-ban",
];

const KIND_DOC: &str = "price-war: named firms price at (1 − size) of what they would. commoditise: substitution × (1 + size) between the products of a nest or budget, as many buying at the start's prices. entrant: named firms enter with chance size. open-release: the open frontier closes the share size of its gap. funding-freeze: the pool × (1 − size). compute-shortage: the rental price × (1 + size). demand-shift: market sizes × (1 + size), negative for a bust. export-ban: the named regions' compute price × (1 + size). The sizes of a price-war, an entrant, an open-release and a funding-freeze lie between 0 % and 100 %, that of commoditise at or above 0 %.";

/// Things that happen.
pub static SHOCK: Section = Section {
    name: "shock",
    header: "[[shock]]",
    doc: "Something that happens in every path.",
    fields: &[
        Field::new("name", Kind::Name).required().doc("Its name."),
        Field::new("kind", Kind::Choice(KINDS)).required().doc(KIND_DOC),
        Field::new("start", Kind::When).required().doc("First quarter."),
        Field::new("length", Kind::Fixed(Dim::Duration))
            .or("\"4 quarters\"")
            .within(1.0, 400.0, "between 1 and 400 quarters")
            .doc("How long it lasts."),
        Field::q("size", Dim::Ratio)
            .required()
            .within(-1.0, 100.0, "between -100 % and 10000 %")
            .at_start()
            .doc("How strong it is."),
        Field::new("firms", Kind::References("firm"))
            .or("[]")
            .doc("Firms it names; all when empty."),
        Field::new("regions", Kind::References("region"))
            .or("[]")
            .doc("Regions it names; all when empty."),
    ],
};

/// Shocks at a grid of sizes.
pub static STRESS: Section = Section {
    name: "stress",
    header: "[[stress]]",
    doc: "A shock at a grid of sizes under common random numbers; its breaking point is the size at which a firm's survival falls through 50 %.",
    fields: &[
        Field::new("name", Kind::Name).required().doc("Its name."),
        Field::new("question", Kind::Text).or("\"\"").doc("The question in words."),
        Field::new("kind", Kind::Choice(KINDS)).required().doc("As of a shock."),
        Field::new("start", Kind::When).required().doc("First quarter."),
        Field::new("length", Kind::Fixed(Dim::Duration))
            .or("\"8 quarters\"")
            .within(1.0, 400.0, "between 1 and 400 quarters")
            .doc("How long it lasts."),
        Field::new("sizes", Kind::FixedList(Dim::Ratio))
            .or("[\"0 %\", \"10 %\", \"20 %\", \"30 %\", \"40 %\", \"50 %\"]")
            .within(-1.0, 100.0, "between -100 % and 10000 %")
            .doc("Sizes, increasing."),
        Field::new("firms", Kind::References("firm"))
            .or("[]")
            .doc("Firms it names; all when empty."),
        Field::new("regions", Kind::References("region"))
            .or("[]")
            .doc("Regions it names; all when empty."),
    ],
};

/// Correlations.
pub static CORRELATE: Section = Section {
    name: "correlate",
    header: "[[correlate]]",
    doc: "A correlation between uncertain values with per = \"path\" (of the normals behind them: a Gaussian copula). Pairs that share a value are joined into one matrix, unnamed pairs are 0.",
    fields: &[
        Field::new("name", Kind::Name).or("\"\"").doc("Needed only for a variant to change it."),
        Field::new("names", Kind::Names).required().doc("Dotted paths, e.g. \"firm.OpenAI.cash\"."),
        Field::new("rho", Kind::Rho)
            .required()
            .doc("One number for all pairs, or a matrix with ones on its diagonal."),
    ],
};

/// Predicates.
pub static CHECK: Section = Section {
    name: "check",
    header: "[[check]]",
    doc: "A statement that must hold in every run.",
    fields: &[
        Field::new("name", Kind::Name).or("\"\"").doc("Its name; default: its text."),
        Field::new("expect", Kind::Text).required().doc("`survivors(2030) between 1 and 6` (mean number of reported firms alive at year end), `survival(\"OpenAI\", 2030) between 0.2 and 1`, `price(\"coding in China\", 2027) between 0 and 4` (median mean price paid, USD per unit), `cash balances`, `converged 99.9 %`."),
    ],
};

/// What the report asks.
pub static REPORT: Section = Section {
    name: "[report]",
    header: "[report]",
    doc: "What the report asks.",
    fields: &[
        Field::new("horizons", Kind::Years).doc("Year ends quoted in tables; default: after two, five and ten years where the run reaches them, and its end."),
        Field::new("discount_rates", Kind::FixedList(Dim::Ratio)).or("[\"10 %\", \"12 %\", \"15 %\", \"20 %\"]").within(0.0, 1.0, "between 0 % and 100 %").doc("Discount rates per year for implied growth."),
        Field::new("multiples", Kind::FixedList(Dim::Number)).or("[3, 5, 10, 20]").within(0.0, 1000.0, "between 0 and 1000").doc("Price-to-sales multiples at exit for implied growth."),
        Field::new("implied_years", Kind::Fixed(Dim::Duration)).or("\"10 years\"").within(1.0, 200.0, "between 1 quarter and 50 years").doc("Years to exit for implied growth."),
        Field::new("dilution", Kind::Fixed(Dim::Ratio)).or("\"5 %\"").within(0.0, 0.99, "between 0 % and 99 %").doc("Dilution per year for implied growth."),
        Field::new("giant", Kind::Fixed(Dim::Money)).or("\"10 TUSD\"").within(1.0, f64::MAX, "above 0").doc("Market value from which a firm counts as a giant."),
    ],
};

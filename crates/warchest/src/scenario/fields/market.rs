//! Regions, segments and the markets where they meet.

use super::{Field, Kind, Section};
use crate::scenario::unit::Dim;

/// Where buyers live.
pub static REGION: Section = Section {
    name: "region",
    header: "[[region]]",
    doc: "Where buyers live, and how use spreads there (Bass).",
    fields: &[
        Field::new("name", Kind::Name).required().doc("Its name."),
        Field::new("north_america", Kind::Flag)
            .or("false")
            .doc("Counted as North America in the giants question."),
        Field::q("reachable", Dim::People)
            .or("\"1 Gpeople\"")
            .within(1.0, 2e10, "between 1 and 20 Gpeople")
            .at_start()
            .doc("M: people who may ever use it."),
        Field::q("adopters", Dim::People)
            .or("\"0 people\"")
            .within(0.0, 2e10, "between 0 and 20 Gpeople")
            .at_start()
            .doc("People who use it at the start."),
        Field::q("innovation", Dim::Rate)
            .or("\"0 %/year\"")
            .within(0.0, 1.0, "between 0 and 1 per quarter")
            .doc("p of Bass."),
        Field::q("imitation", Dim::Rate)
            .or("\"0 %/year\"")
            .within(0.0, 5.0, "between 0 and 5 per quarter")
            .doc("q of Bass."),
        Field::q("compute_price_factor", Dim::Number)
            .or("1")
            .within(0.01, 100.0, "between 0.01 and 100")
            .doc("Multiplies the price of compute here."),
    ],
};

/// Kinds of buyers.
pub static SEGMENT: Section = Section {
    name: "segment",
    header: "[[segment]]",
    doc: "A kind of buyer and how it chooses.",
    fields: &[
        Field::new("name", Kind::Name).required().doc("Its name."),
        Field::new("choice", Kind::Choice(&["unit", "budget", "free"])).required().doc("unit: seats or tasks, nested logit with an outside option, V = taste + quality_weight·q − price_slope·p. budget: a spend split by CES, V = (substitution − 1)(taste + quality_weight·q − ln p). free: users who pay nothing; the seller earns ad_revenue."),
        Field::new("sells", Kind::Choice(&["seat", "RT"])).or("\"seat\"").doc("What one unit is, with choice = \"unit\"."),
        Field::q("price_slope", Dim::Slope).within(0.0, 1e6, "at or above 0").doc("b, with choice = \"unit\" (required)."),
        Field::q("substitution", Dim::Number).within(1.01, 100.0, "between 1.01 and 100").doc("σ, with choice = \"budget\" (required)."),
        Field::q("market_elasticity", Dim::Number).or("1").within(0.0, 10.0, "between 0 and 10").doc("ε, with choice = \"budget\": spend answers to the price index with 1 − ε."),
        Field::q("ad_revenue", Dim::SeatPrice).or("\"0 USD/user/month\"").within(0.0, 1e6, "at or above 0").doc("With choice = \"free\"."),
        Field::q("ad_growth", Dim::Growth).or("\"0 %/year\"").within(-2.0, 2.0, "between ÷7.4 and x7.4 per quarter").doc("Growth of ad_revenue."),
        Field::q("quality_weight", Dim::Number).or("1").within(0.0, 1000.0, "between 0 and 1000").doc("β: utility of one unit of quality."),
        Field::new("nests", Kind::Names).or("[]").doc("Groups of products that are closer substitutes; one for all when empty."),
        Field::q("nest_correlation", Dim::Number).or("0").within(0.0, 0.999, "between 0 and 0.999").doc("Correlation inside a nest; 0 is plain logit."),
        Field::q("reoptimise", Dim::Hazard).or("\"100 %/quarter\"").within(1e-4, 1.0, "above 0 % and up to 100 % per quarter").doc("θ: share of demand that chooses anew."),
        Field::q("rt_per_unit", Dim::TasksPerSeat).or("\"1 RT/seat/quarter\"").within(0.0, 1e9, "at or above 0").doc("Tasks served per seat or user."),
        Field::q("rt_growth", Dim::Growth).or("\"0 %/year\"").within(-2.0, 2.0, "between ÷7.4 and x7.4 per quarter").doc("Growth of the tasks per seat or user."),
        Field::q("reprice", Dim::Hazard).or("\"100 %/quarter\"").doc("Chance that a list price may move without a release."),
        Field::q("size", Dim::Size).within(0.0, f64::MAX, "at or above 0").at_start().doc("Size of each of its markets at the start."),
        Field::q("adopters_share", Dim::Share).doc("Instead of size: potential buyers as a share of the region's adopters."),
        Field::q("growth", Dim::Growth).or("\"0 %/year\"").within(-2.0, 2.0, "between ÷7.4 and x7.4 per quarter").doc("Median growth of the size."),
        Field::q("volatility", Dim::Volatility).or("\"0 %/year\"").within(0.0, 2.0, "between 0 and 2 per quarter").doc("Spread of the growth."),
        Field::q("ceiling", Dim::Size).within(0.0, f64::MAX, "at or above 0").doc("Growth slows by 1 − size/ceiling. Required of a budget, whose spend no fall of prices takes beyond it; none when absent."),
        Field::q("persistence", Dim::Number).within(0.0, 1.0, "between 0 and 1").doc("Growth fades by this factor each quarter; it does not when absent."),
        Field::new("market", Kind::Tables(&MARKET, "region")).doc("Markets that differ by region; without any, the segment is open in every region."),
    ],
};

/// A segment in a region.
pub static MARKET: Section = Section {
    name: "segment.market",
    header: "[[segment.market]]",
    doc: "The segment in one region. What it does not say it has from its segment. When a segment lists markets, it is open only there.",
    fields: &[
        Field::new("region", Kind::Reference("region")).required().doc("Where."),
        Field::q("size", Dim::Size)
            .within(0.0, f64::MAX, "at or above 0")
            .at_start()
            .doc("As of the segment."),
        Field::q("adopters_share", Dim::Share).doc("As of the segment."),
        Field::q("growth", Dim::Growth)
            .within(-2.0, 2.0, "between ÷7.4 and x7.4 per quarter")
            .doc("As of the segment."),
        Field::q("volatility", Dim::Volatility)
            .within(0.0, 2.0, "between 0 and 2 per quarter")
            .doc("As of the segment."),
        Field::q("ceiling", Dim::Size)
            .within(0.0, f64::MAX, "at or above 0")
            .doc("As of the segment."),
        Field::q("persistence", Dim::Number)
            .within(0.0, 1.0, "between 0 and 1")
            .doc("As of the segment."),
    ],
};

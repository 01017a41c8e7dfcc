//! Costs, compute, releases; mood, rounds, exits.

use super::{Field, Kind, Section};
use crate::scenario::unit::Dim;

const GROWTH: &str = "between ÷7.4 and x7.4 per quarter";
const SPREAD: &str = "between 0 and 2 per quarter";

/// Costs along a technology curve, compute, releases.
pub static TECHNOLOGY: Section = Section {
    name: "[technology]",
    header: "[technology]",
    doc: "Costs along a technology curve, compute, releases.",
    fields: &[
        Field::q("efficiency_growth", Dim::Growth).or("\"0 %/year\"").within(-2.0, 2.0, GROWTH).doc("How fast A rises, for all: cost falls by it. `data(\"series\")` draws it from a fitted technology curve."),
        Field::q("efficiency_volatility", Dim::Volatility).or("\"0 %/year\"").within(0.0, 2.0, SPREAD).doc("Common noise of A."),
        Field::q("cost_of_quality", Dim::Number).or("0").within(-10.0, 10.0, "between -10 and 10").doc("γ: log cost of serving one more unit of quality."),
        Field::q("compute_price", Dim::ComputePrice).or("\"2 USD/H100h\"").within(1e-6, 1e6, "above 0").at_start().doc("w at the start."),
        Field::q("compute_price_drift", Dim::Growth).or("\"0 %/year\"").within(-2.0, 2.0, GROWTH).doc("Drift of its long-run level."),
        Field::q("compute_price_volatility", Dim::Volatility).or("\"0 %/year\"").within(0.0, 2.0, SPREAD).doc("Noise of w."),
        Field::q("compute_price_reversion", Dim::Hazard).or("\"0 %/quarter\"").doc("Share of the gap to the long-run level that closes."),
        Field::q("compute_tightness", Dim::Number).or("0").within(0.0, 20.0, "between 0 and 20").doc("χ: response of the rental price to use over usable capacity."),
        Field::q("depreciation", Dim::Hazard).or("\"0 %/year\"").doc("δ_G: share of capacity that wears out."),
        Field::q("capacity_cost", Dim::CapacityCost).or("\"0 USD/H100\"").within(0.0, 1e9, "at or above 0").doc("Capital expenditure per unit of capacity."),
        Field::new("lead_time", Kind::Fixed(Dim::Duration)).or("\"4 quarters\"").within(1.0, 8.0, "between 1 and 8 quarters").doc("From order to arrival."),
        Field::q("energy_share", Dim::Share).or("\"20 %\"").doc("Share of the rental price that pays energy and operations: what an owned hour costs."),
        Field::q("chip_share", Dim::Share).or("\"50 %\"").doc("Share of the rental price that pays for the chips used up."),
        Field::q("research_productivity", Dim::Number).or("0").within(0.0, 100.0, "between 0 and 100").doc("η: quality per log of research compute."),
        Field::q("release_noise", Dim::Number).or("0").within(0.0, 100.0, "between 0 and 100").doc("Standard deviation of quality at a release."),
        Field::q("taste_jump", Dim::Number).or("0").within(0.0, 100.0, "between 0 and 100").doc("σ_ζ: scale of the Student-t(3) taste jump at a release."),
        Field::q("open_lag", Dim::Duration).or("\"4 quarters\"").within(0.0, 40.0, "between 0 and 40 quarters").doc("By how much the open frontier trails the best model."),
        Field::q("open_noise", Dim::Number).or("0").within(0.0, 100.0, "between 0 and 100").doc("Noise of the open frontier's quality."),
    ],
};

/// Mood, rounds, exits.
pub static FUNDING: Section = Section {
    name: "[funding]",
    header: "[funding]",
    doc: "Mood, rounds, exits. P(raise) = logistic(raise_constant + raise_growth·growth + raise_mood·mood + raise_runway·ln(runway) + raise_strategic·(strategic investor) + raise_margin·margin); pre-money = annualised revenue × multiple × exp(multiple_growth·growth + multiple_mood·mood + noise).",
    fields: &[
        Field::new("enabled", Kind::Flag).or("false").doc(
            "Whether anyone can raise; true once the table is there and does not say otherwise.",
        ),
        Field::q("seek_runway", Dim::Duration)
            .or("\"6 quarters\"")
            .within(0.0, 400.0, "between 0 and 400 quarters")
            .doc("Runway under which a firm seeks money."),
        Field::q("raise_constant", Dim::Number).or("0").doc("α0."),
        Field::q("raise_growth", Dim::Number).or("1").doc("α1."),
        Field::q("raise_mood", Dim::Number).or("1").doc("α2."),
        Field::q("raise_runway", Dim::Number).or("0").doc("α3."),
        Field::q("raise_strategic", Dim::Number).or("0").doc("α4."),
        Field::q("raise_margin", Dim::Number).or("0").doc("α5."),
        Field::q("round_quarters", Dim::Duration)
            .or("\"6 quarters\"")
            .within(0.0, 400.0, "between 0 and 400 quarters")
            .doc("Quarters of burn asked for."),
        Field::q("paid_at_close", Dim::Share)
            .or("\"100 %\"")
            .doc("Share of a round paid at once; the rest is conditional, over four quarters."),
        Field::q("debt_share", Dim::Share)
            .or("\"0 %\"")
            .doc("Share of a round that is lent: it dilutes nobody, is paid at once and bears the firm's interest."),
        Field::q("pool", Dim::MoneyFlow)
            .or("\"0 USD/year\"")
            .positive()
            .doc("Common funding pool at the start."),
        Field::q("pool_growth", Dim::Growth)
            .or("\"0 %/year\"")
            .within(-2.0, 2.0, GROWTH)
            .doc("Growth of the pool."),
        Field::q("pool_mood", Dim::Number).or("0").doc("Response of the log pool to mood."),
        Field::q("pool_share", Dim::Share)
            .or("\"50 %\"")
            .doc("Largest share of the pool for one firm."),
        Field::q("mood_persistence", Dim::Number)
            .or("0.85")
            .within(0.0, 0.9999, "between 0 and 0.9999")
            .doc("φ per quarter."),
        Field::q("mood_volatility", Dim::Number)
            .or("0.5")
            .within(0.0, 20.0, "between 0 and 20")
            .doc("σ_m per quarter."),
        Field::q("crash_hazard", Dim::Hazard)
            .or("\"0 %/quarter\"")
            .doc("Chance of a crash of mood."),
        Field::q("crash_depth", Dim::Number)
            .or("1.5")
            .within(0.0, 50.0, "between 0 and 50")
            .doc("J: how far mood falls."),
        Field::q("multiple", Dim::LogNumber)
            .or("10")
            .doc("Pre-money over annualised revenue in a neutral market."),
        Field::q("multiple_growth", Dim::Number).or("0.5").doc("b1."),
        Field::q("multiple_mood", Dim::Number).or("0.4").doc("b2."),
        Field::q("multiple_noise", Dim::Number)
            .or("0")
            .within(0.0, 20.0, "between 0 and 20")
            .doc("Standard deviation of the log multiple."),
        Field::q("listing_revenue", Dim::MoneyFlow)
            .or("\"1 TUSD/year\"")
            .positive()
            .doc("Revenue from which a firm may list."),
        Field::q("listing_hazard", Dim::Hazard).or("\"0 %/quarter\"").doc("Chance that it does."),
        Field::q("listing_multiple", Dim::Number)
            .or("2")
            .within(0.0, 1000.0, "between 0 and 1000")
            .doc("Size of the listing in rounds."),
        Field::q("rescue", Dim::Share)
            .or("\"0 %\"")
            .doc("Chance that a distressed firm finds a rescue round."),
        Field::q("acquisition", Dim::Share)
            .or("\"0 %\"")
            .doc("Chance that a buyer takes a firm that found no rescue."),
        Field::q("acquisition_price", Dim::Share)
            .or("\"50 %\"")
            .doc("Price of an acquisition as a share of the last mark."),
        Field::q("scrap", Dim::Ratio)
            .or("\"0 %\"")
            .positive()
            .doc("Scrap value as a share of annualised revenue."),
        Field::q("mark_fade", Dim::Hazard).or("\"8 %/quarter\"").doc(
            "Share of what the given mark is above or below the formula that is lost a quarter.",
        ),
    ],
};

//! Firms, what they sell and where.

use super::{Field, Kind, Section};
use crate::scenario::unit::Dim;

const GROWTH: &str = "between ÷7.4 and x7.4 per quarter";
const SPREAD: &str = "between 0 and 2 per quarter";

/// The firms.
pub static FIRM: Section = Section {
    name: "firm",
    header: "[[firm]]",
    doc: "A firm: how it prices, what it has, what it spends.",
    fields: &[
        Field::new("name", Kind::Name).required().doc("Its name."),
        Field::new("kind", Kind::Choice(&["generalist", "specialist", "follower", "host", "integrated"])).or("\"generalist\"").doc("Frontier generalist, specialised lightweight, cheap follower, open-weights host, integrated hyperscaler."),
        Field::new("region", Kind::Reference("region")).doc("Where it sits; default: the first region."),
        Field::new("reported", Kind::Flag).or("true").doc("Whether survival, cash and breaking points are reported for it."),
        Field::new("strategy", Kind::Choice(&["nash", "cost-plus", "penetrate", "follow", "match", "harvest", "ration", "table"])).or("\"nash\"").doc("How it prices: nash (static Bertrand–Nash); cost-plus (cost × (1 + markup × markup_decay^t)); penetrate (Nash on a cost lowered by sale_value, until share_target or runway_min); follow (undercut below the leader); match (the lower of own Nash and the rivals' quality-adjusted price); harvest (no research, quality_decay); ration (price kept, use capped at capacity); table (sale_values)."),
        Field::q("markup", Dim::Ratio).within(-1.0, 100.0, "between -100 % and 10000 %").doc("cost-plus (required)."),
        Field::q("markup_decay", Dim::Number).or("1").within(0.0, 2.0, "between 0 and 2").doc("cost-plus: factor per quarter on the markup."),
        Field::q("sale_value", Dim::Ratio).within(0.0, 10.0, "between 0 % and 1000 %").doc("penetrate (required): value of a sale as a share of unit cost."),
        Field::q("share_target", Dim::Share).or("\"50 %\"").doc("penetrate: share of the market at which it stops."),
        Field::q("runway_min", Dim::Duration).or("\"2 quarters\"").within(0.0, 400.0, "between 0 and 400 quarters").doc("penetrate: runway at which it stops."),
        Field::q("undercut", Dim::Share).doc("follow (required): how far below the leader's price."),
        Field::q("quality_decay", Dim::Number).or("0").within(0.0, 100.0, "between 0 and 100").doc("harvest: quality lost per quarter."),
        Field::new("sale_values", Kind::Points).doc("table (required): pairs [share held, value of a sale as a share of unit cost], increasing in the share."),
        Field::q("cash", Dim::Money).or("\"0 USD\"").positive().at_start().doc("Cash at the start."),
        Field::q("debt", Dim::Money).or("\"0 USD\"").positive().at_start().doc("Debt at the start."),
        Field::q("interest", Dim::Rate).or("\"0 %/year\"").within(0.0, 1.0, "between 0 % and 100 % per quarter").doc("On debt."),
        Field::q("opex", Dim::MoneyFlow).or("\"0 USD/year\"").positive().doc("Staff and other fixed expense at the start."),
        Field::q("opex_growth", Dim::Growth).or("\"0 %/year\"").within(-2.0, 2.0, GROWTH).doc("Growth of opex."),
        Field::q("opex_share", Dim::Ratio).or("\"0 %\"").within(0.0, 10.0, "between 0 % and 1000 %").doc("Further expense as a share of revenue."),
        Field::q("research_floor", Dim::MoneyFlow).or("\"0 USD/year\"").positive().doc("Least research spend at the start."),
        Field::q("research_growth", Dim::Growth).or("\"0 %/year\"").within(-2.0, 2.0, GROWTH).doc("Growth of the floor."),
        Field::q("research_share", Dim::Ratio).or("\"0 %\"").within(0.0, 10.0, "between 0 % and 1000 %").doc("Research as a share of revenue."),
        Field::q("research_of_raised", Dim::Share).or("\"0 %\"").doc("Research as a share of funds raised in the quarter before."),
        Field::q("research_cut_runway", Dim::Duration).or("\"0 quarters\"").within(0.0, 400.0, "between 0 and 400 quarters").doc("Least runway: research is cut to what leaves it; 0 is never."),
        Field::q("research_stock", Dim::Compute).or("\"1 MH100h\"").within(1.0, 1e18, "at or above 1 H100h").at_start().doc("X: research compute spent up to the start."),
        Field::q("quality", Dim::Number).or("0").within(-1000.0, 1000.0, "between -1000 and 1000").at_start().doc("q of its best model at the start."),
        Field::q("release_gap", Dim::Duration).or("\"0 quarters\"").within(0.0, 400.0, "between 0 and 400 quarters").doc("d: mean time between releases; 0 is never."),
        Field::new("serves_open", Kind::Flag).or("false").doc("Serves the open frontier instead of a model of its own."),
        Field::q("efficiency_growth", Dim::Growth).or("\"0 %/year\"").within(-2.0, 2.0, GROWTH).doc("Growth of its own efficiency beyond the common one."),
        Field::q("efficiency_volatility", Dim::Volatility).or("\"0 %/year\"").within(0.0, 2.0, SPREAD).doc("Noise of its own efficiency."),
        Field::q("learning", Dim::Number).or("0").within(-2.0, 2.0, "between -2 and 2").doc("λ: exponent of cumulative own output in unit cost."),
        Field::q("load_factor", Dim::Share).or("\"100 %\"").within(0.01, 1.0, "between 1 % and 100 %").doc("u: share of paid capacity that serves."),
        Field::q("partner_share", Dim::Share).or("\"0 %\"").within(0.0, 0.95, "between 0 % and 95 %").doc("τ: distribution partner's share of revenue."),
        Field::new("revenue", Kind::Choice(&["gross", "net"])).or("\"gross\"").doc("How its revenue and run-rate are stated: with the partner's share or without."),
        Field::q("capacity", Dim::Capacity).or("\"0 H100\"").within(0.0, 1e15, "at or above 0").at_start().doc("Owned or reserved capacity at the start; 0: all is rented on the spot market."),
        Field::q("capacity_target", Dim::Growth).or("\"0 %/year\"").within(-2.0, 2.0, GROWTH).doc("Growth of capacity it orders for, beyond use."),
        Field::new("commitment", Kind::Tables(&COMMITMENT, "name")).doc("Take-or-pay."),
        Field::q("other_cash", Dim::MoneyFlow).or("\"0 USD/year\"").doc("Exogenous net cash flow: mean."),
        Field::q("other_cash_volatility", Dim::MoneyVolatility).or("\"0 USD/year\"").doc("Exogenous net cash flow: standard deviation of one period's sum."),
        Field::q("valuation", Dim::Money).or("\"0 USD\"").positive().at_start().doc("Post-money mark at the start; 0 is none."),
        Field::new("strategic_investor", Kind::Flag).or("false").doc("Has an investor with other reasons than return."),
        Field::new("raises", Kind::Flag).or("true").doc("May raise equity."),
        Field::new("acquirable", Kind::Flag).or("true").doc("May be bought rather than liquidated."),
        Field::new("acquirer", Kind::Flag).or("false").doc("Can buy a distressed firm."),
        Field::q("parent_cap", Dim::MoneyFlow).or("\"0 USD/year\"").positive().doc("A parent refills its cash up to this; 0 is no parent."),
        Field::q("takeover_cap", Dim::Money).or("\"0 USD\"").positive().doc("What its owners pay of a takeover, before its own cash does."),
        Field::q("entry_hazard", Dim::Hazard).doc("When given, the firm waits outside and enters with this chance at zero markup of the incumbents."),
        Field::q("entry_markup_response", Dim::Number).or("0").within(-100.0, 100.0, "between -100 and 100").doc("Added log hazard of entry per unit of the incumbents' mean markup."),
        Field::new("product", Kind::Tables(&PRODUCT, "name")).doc("What it sells."),
    ],
};

/// What a firm sells.
pub static PRODUCT: Section = Section {
    name: "firm.product",
    header: "[[firm.product]]",
    doc: "What a firm sells to one segment.",
    fields: &[
        Field::new("name", Kind::Name).doc("Its name; default: the segment's."),
        Field::new("segment", Kind::Reference("segment")).doc("Who buys it; default: the only segment."),
        Field::new("nest", Kind::Reference("nest")).doc("Group of close substitutes; required when the segment has several."),
        Field::q("list_price", Dim::Price).within(0.0, 1e9, "at or above 0").at_start().doc("List price at the start; required with choice = \"budget\" and wherever share is given; not for free products."),
        Field::q("unit_cost", Dim::TaskPrice).required().within(0.0, 1e9, "at or above 0").at_start().doc("Compute per task at the start, at full load."),
        Field::q("quality_offset", Dim::Number).or("0").within(-1000.0, 1000.0, "between -1000 and 1000").doc("Quality above the firm's own model."),
        Field::q("taste_volatility", Dim::Volatility).or("\"0 /quarter\"").within(0.0, 100.0, "between 0 and 100 per quarter").doc("Random walk of the taste, in utility."),
        Field::q("taste", Dim::Number).within(-1000.0, 1000.0, "between -1000 and 1000").at_start().doc("ζ: mean utility at price 0 and quality 0; taste or share."),
        Field::q("share", Dim::Share).within(1e-9, 0.999_999, "above 0 % and below 100 %").at_start().doc("Share of each market at the start, at list prices; the taste follows from it."),
        Field::new("regions", Kind::References("region")).or("[]").doc("Where it is sold; when empty, everywhere the segment is open, or, where the product has no taste or share of its own, in the regions of its [[firm.product.market]] entries."),
        Field::new("market", Kind::Tables(&PRODUCT_MARKET, "region")).doc("Regions where its appeal differs."),
    ],
};

/// A product in one region.
pub static PRODUCT_MARKET: Section = Section {
    name: "firm.product.market",
    header: "[[firm.product.market]]",
    doc: "The product in one region, where its appeal differs from the product's own.",
    fields: &[
        Field::new("region", Kind::Reference("region")).required().doc("Where."),
        Field::q("taste", Dim::Number)
            .within(-1000.0, 1000.0, "between -1000 and 1000")
            .at_start()
            .doc("As of the product."),
        Field::q("share", Dim::Share)
            .within(1e-9, 0.999_999, "above 0 % and below 100 %")
            .at_start()
            .doc("As of the product."),
    ],
};

/// Take-or-pay.
pub static COMMITMENT: Section = Section {
    name: "firm.commitment",
    header: "[[firm.commitment]]",
    doc: "Compute that is paid for whether used or not. The stretches of one firm may not overlap.",
    fields: &[
        Field::new("name", Kind::Name).required().doc("Its name, e.g. the supplier."),
        Field::q("amount", Dim::MoneyFlow).required().positive().at_start().doc("What is due."),
        Field::new("from", Kind::When).required().doc("First quarter."),
        Field::new("until", Kind::When).required().doc("Last quarter."),
    ],
};

//! What the numbers of a run mean: small markets whose answer can be worked out by hand.

use std::ops::ControlFlow;

use warchest::answers::Joint;
use warchest::numerics::elementary::{exp, ln};
use warchest::numerics::lanes::Isa;
use warchest::simulate::ensemble::{blocks_of, run};
use warchest::simulate::outcome::{Block, Detail, Request, Tally};
use warchest::world::World;

use crate::engine::live;
use crate::scenario::written;
use crate::toy::{request, tally};

/// A market of two firms at cost plus a quarter; `more` follows firm A, `last` firm B.
fn two(segment: &str, more: &str, last: &str) -> World {
    written(&format!(
        "[meta]\ntitle = 't'\nas_of = '2025-05-31'\n[clock]\nlength = '12 quarters'\n\
         [[segment]]\nname = 's'\nchoice = 'budget'\nsubstitution = 3\n{segment}\n\
         [[firm]]\nname = 'A'\nstrategy = 'cost-plus'\nmarkup = '25 %'\n\
         product = [{{ share = '50 %', list_price = '2.5 USD/RT', unit_cost = '2 USD/RT' }}]\n{more}\n\
         [[firm]]\nname = 'B'\nstrategy = 'cost-plus'\nmarkup = '25 %'\ncash = '100 GUSD'\n\
         product = [{{ share = '50 %', list_price = '2.5 USD/RT', unit_cost = '2 USD/RT' }}]\n{last}\n"
    ))
}

/// The rows of a run's only block.
fn block(world: &World, request: &Request) -> Block {
    let mut found = Block::default();
    run(world, request, 0..1, 64, Isa::best(), &mut |block| {
        found = std::mem::take(block);
        ControlFlow::Continue(())
    })
    .unwrap();
    found
}

const STILL: &str = "size = '8 GUSD/year'\nceiling = '9 GUSD/year'";

/// A sells for 1 GUSD a quarter and rents 0.8 of compute; it runs out of cash in the fourth quarter. A
/// commitment below what it rents anyway does not end it, one of 1.2 does: 0.4 are for nothing.
#[test]
fn a_commitment_ends_a_firm_only_by_what_it_pays_for_nothing() {
    let ends = |commitment: &str| {
        let opex = "cash = '1.2 GUSD'\nopex = '0.55 GUSD/quarter'\n";
        let block = block(&two(STILL, &format!("{opex}{commitment}"), ""), &request(Detail::Rows));
        (block.firms.exit_quarter[0], block.firms.defaulted[0])
    };
    let promise = |amount: &str| {
        format!(
            "[[firm.commitment]]\nname = 'c'\namount = '{amount}'\nfrom = '2025-Q3'\n\
             until = '2028-Q2'\n"
        )
    };
    assert_eq!(ends(""), (3, 0));
    assert_eq!(ends(&promise("0.7 GUSD/quarter")), (3, 0));
    assert_eq!(ends(&promise("1.2 GUSD/quarter")), (1, 1));
}

/// A market that doubles every year, priced at 8·e^{1.2 g} of a year's revenue or given a mark: from
/// quarter to quarter the given mark grows as revenue does, and no jump comes with the first growth.
#[test]
fn a_given_mark_starts_as_given_and_grows_with_revenue() {
    let market = "size = '8 GUSD/year'\ngrowth = 'x2 /year'\nceiling = '90000 GUSD/year'";
    for (mark, fades) in [("100 GUSD", 0.0), ("500 GUSD", 0.0), ("500 GUSD", 0.1)] {
        let funding = format!(
            "[funding]\nmultiple = 8\nmultiple_growth = 1.2\nmark_fade = '{} %/quarter'\n\
             mood_volatility = 0",
            100.0 * fades
        );
        let given = format!("cash = '100 GUSD'\nvaluation = '{mark}'");
        let (mut marks, mut revenues) = (Vec::new(), Vec::new());
        live(&two(market, &given, &funding), 12, &mut |_, state| {
            marks.push(state.firms.valuation[0][0]);
            revenues.push(state.firms.revenue[0][0]);
        });
        let start = mark.trim_end_matches(" GUSD").parse::<f64>().unwrap() * 1e9;
        assert_eq!(marks[0], start);
        // The formula at the growth of a market that doubles, and what the mark is above it.
        let formula = |t: usize| 4.0 * revenues[t] * 8.0 * exp(1.2 * ln(2.0));
        let above = start - formula(0);
        for t in 1..12 {
            let left = exp(ln(1.0 - fades) * (t as f64 - 1.0));
            let want = if above > 0.0 {
                formula(t) + above * left
            } else {
                formula(t) * (1.0 - (1.0 - start / formula(0)) * left)
            };
            assert!((marks[t] / want - 1.0).abs() < 2e-3, "{t}: {} {want}", marks[t]);
        }
    }
}

/// Two out of five a quarter enter where incumbents sell at cost.
#[test]
fn an_entry_hazard_is_the_probability_of_a_quarter() {
    let text = "[meta]\ntitle = 't'\nas_of = '2025-05-31'\n[clock]\nlength = '4 quarters'\n\
                [[segment]]\nname = 's'\nchoice = 'budget'\nsubstitution = 3\nsize = '4 GUSD/year'\n\
                ceiling = '8 GUSD/year'\n[[firm]]\nname = 'A'\nstrategy = 'cost-plus'\n\
                markup = '0 %'\ncash = '100 GUSD'\n\
                product = [{ taste = 0, list_price = '4 USD/RT', unit_cost = '4 USD/RT' }]\n\
                [[firm]]\nname = 'B'\nstrategy = 'cost-plus'\nmarkup = '0 %'\ncash = '100 GUSD'\n\
                entry_hazard = '40 %/quarter'\n\
                product = [{ taste = 0, list_price = '4 USD/RT', unit_cost = '4 USD/RT' }]\n";
    let world = written(text);
    let n = 16_384;
    let entered = tally(&world, &request(Detail::Rows), n).firms[1].entered.clone();
    let (n, mut waiting) = (n as f64, 1.0);
    for quarter in 0..4 {
        let want = 0.4 * waiting;
        let error = (want * (1.0 - want) / n).sqrt();
        let found = entered[quarter] as f64 / n;
        assert!((found - want).abs() < 4.0 * error, "{quarter}: {found} {want}");
        waiting *= 0.6;
    }
}

/// Area under min(size·P^(1 − ε), ceiling) over ln P, from the index to 20, summed up by brute
/// force.
#[test]
fn surplus_of_a_budget_stops_at_its_ceiling() {
    for (elasticity, ceiling) in [(2.0, 8.0), (2.0, 1e6), (0.5, 5.0), (0.5, 1e6), (1.0, 8.0)] {
        let market = format!(
            "market_elasticity = {elasticity}\nsize = '4 GUSD/year'\nceiling = '{ceiling} GUSD/year'\n\
             [technology]\nefficiency_growth = 'x10 /year'"
        );
        let world = two(&market, "cash = '100 GUSD'", "");
        live(&world, 8, &mut |_, state| {
            let index = -(state.markets.log_sum[0][0] - state.markets.log_sum_start[0][0]) / 2.0;
            let (size, most) = (state.markets.size[0][0], ceiling * 0.25e9);
            let steps = 200_000;
            let width = (ln(20.0) - index) / f64::from(steps);
            let spend = |x: f64| (size * exp((1.0 - elasticity) * x)).min(most);
            let middle = |k: i32| spend(index + (f64::from(k) + 0.5) * width);
            let area: f64 = (0..steps).map(|k| middle(k) * width).sum();
            let found = state.markets.surplus[0][0];
            assert!((found / area - 1.0).abs() < 1e-6, "{elasticity} {ceiling}: {found} {area}");
        });
    }
}

/// A firm that passes a fifth of its revenue on states all of it or what it keeps; nothing else
/// changes.
#[test]
fn revenue_is_stated_gross_or_net() {
    let block = |how: &str| {
        let firm = format!("cash = '100 GUSD'\npartner_share = '20 %'\nrevenue = '{how}'");
        block(&two(STILL, &firm, ""), &request(Detail::Quarters))
    };
    let (gross, net) = (block("gross"), block("net"));
    assert!((net.firms.revenue_year[0] / gross.firms.revenue_year[0] - 0.8).abs() < 1e-12);
    assert_eq!(net.firms.revenue_year[1], gross.firms.revenue_year[1]);
    assert_eq!((&net.firms.cash, &net.market), (&gross.firms.cash, &gross.market));
}

/// Chip makers receive the capital expenditure, clouds and laboratories pay it, and together the
/// layers keep what customers paid.
#[test]
fn cash_that_stays_adds_up_to_what_was_paid() {
    let world = two(
        "size = '8 GUSD/year'\ngrowth = 'x2 /year'\nceiling = '900 GUSD/year'\n\
         [technology]\ncapacity_cost = '35 kUSD/H100'\nlead_time = '3 quarters'\n\
         compute_price = '2.3 USD/H100h'\n\
         depreciation = '5 %/quarter'\nchip_share = '50 %'\nenergy_share = '20 %'",
        "cash = '100 GUSD'",
        "",
    );
    let block = block(&world, &request(Detail::Rows));
    let mut joint = Joint::default();
    joint.add(&block);
    let share = |name: &str| joint.shares[&format!("share_of_cash/{name}")].mean();
    let layers = ["chips", "cloud", "labs", "applications", "energy"];
    assert!((layers.map(share).iter().sum::<f64>() - 1.0).abs() < 1e-8);
    let (spend, capex) = (block.market.final_spend[0], block.market.capex[0]);
    assert!(capex > 0.0 && block.market.cloud_capex[0] == capex);
    assert!((share("chips") - capex / spend).abs() < 1e-8);
    // Half of the rent is imputed to chips, a fifth pays energy; capital expenditure is the cloud's.
    let rented = block.market.value_added[0][0] / 0.5;
    assert!((share("cloud") - (0.8 * rented - capex) / spend).abs() < 1e-8);
}

/// A firm that cuts research when its runway is short needs no less capital for it: in the shadow run
/// nothing is short.
#[test]
fn a_shadow_run_cuts_no_research() {
    let need = |cut: &str| {
        let poor = format!(
            "cash = '1 GUSD'\nresearch_floor = '0.5 GUSD/quarter'\nresearch_stock = '1 MH100h'\n{cut}"
        );
        let shadow = Request { free_funding: true, ..request(Detail::Rows) };
        block(&two(STILL, &poor, ""), &shadow).firms.deepest_need[0]
    };
    // Twelve quarters of 0.2 GUSD of gross profit less 0.5 of research.
    assert!((need("") / 3.6e9 - 1.0).abs() < 1e-6);
    assert_eq!(need(""), need("research_cut_runway = '8 quarters'"));
}

/// Rent that only trembles makes clouds order little more than rent that stands still.
#[test]
fn clouds_do_not_build_for_noise() {
    let capex = |volatility: &str| {
        let market = format!(
            "size = '40 GUSD/year'\ngrowth = 'x1.3 /year'\nceiling = '90000 GUSD/year'\n\
             [technology]\ncapacity_cost = '35 kUSD/H100'\nlead_time = '5 quarters'\n\
             depreciation = '5 %/quarter'\ncompute_price = '2.3 USD/H100h'\n\
             compute_price_reversion = '60 %/quarter'\ncompute_price_volatility = '{volatility}'"
        );
        let research = "cash = '1000 GUSD'\nresearch_floor = '8 GUSD/quarter'";
        let mut total = Tally::default();
        let mut world = two(&market, research, "");
        world.clock.quarters = 12;
        run(&world, &request(Detail::Rows), 0..blocks_of(512), 512, Isa::best(), &mut |block| {
            total.add(block);
            ControlFlow::Continue(())
        })
        .unwrap();
        let place = warchest::simulate::outcome::PATH_NUMBERS.iter().position(|n| *n == "capex");
        total.path_numbers[place.unwrap()].mean()
    };
    let (still, trembling) = (capex("0 %/year"), capex("35 %/year"));
    assert!(trembling < 1.5 * still, "{trembling} {still}");
}

/// A laboratory in distress goes to whoever can pay: two like it but for their place in the file buy it
/// about as often.
#[test]
fn among_equal_buyers_the_order_of_firms_does_not_matter() {
    let buyer = |name: &str| {
        format!(
            "[[firm]]\nname = '{name}'\nstrategy = 'cost-plus'\nmarkup = '25 %'\ncash = '20 GUSD'\n\
             acquirer = true\ntakeover_cap = '40 GUSD'\n\
             product = [{{ share = '10 %', list_price = '2.5 USD/RT', unit_cost = '2 USD/RT' }}]\n"
        )
    };
    let text = format!(
        "[meta]\ntitle = 't'\nas_of = '2025-05-31'\n[clock]\nlength = '1 quarter'\n\
         [[segment]]\nname = 's'\nchoice = 'budget'\nsubstitution = 3\nsize = '8 GUSD/year'\n\
         ceiling = '9 GUSD/year'\n\
         [[firm]]\nname = 'A'\nstrategy = 'cost-plus'\nmarkup = '25 %'\ncash = '0.1 GUSD'\n\
         opex = '2 GUSD/quarter'\nvaluation = '100 GUSD'\n\
         product = [{{ share = '80 %', list_price = '2.5 USD/RT', unit_cost = '2 USD/RT' }}]\n\
         {}{}[funding]\nrescue = '0 %'\nacquisition = '100 %'\nacquisition_price = '50 %'\n",
        buyer("Left"),
        buyer("Right")
    );
    let mut bought = [0u32; 2];
    let mut paid_by_parent = 0.0;
    let world = written(&text);
    run(&world, &request(Detail::Rows), 0..4, 1024, Isa::best(), &mut |block| {
        for path in 0..block.paths as usize {
            for firm in 0..2 {
                // A quarter's business brings far less than the price of 50 GUSD costs.
                let cash = block.firms.cash[3 * path + 1 + firm];
                bought[firm] +=
                    u32::from(block.firms.levered_fcf[3 * path + 1 + firm] + 20e9 != cash);
            }
            paid_by_parent += f64::from(block.firms.status[3 * path] == 2);
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(paid_by_parent, 1024.0, "a price of 50 GUSD is beyond their own 20");
    // An even draw of 1,024: 16 to a standard deviation.
    assert!(bought.iter().all(|&n| n.abs_diff(512) < 80), "{bought:?}");
}

/// Who runs out of money in the same quarter buys nobody, wherever it stands in the file and whatever
/// its owners would have paid.
#[test]
fn a_bankrupt_buys_nobody() {
    let firm = |name: &str, more: &str| {
        format!(
            "[[firm]]\nname = '{name}'\nstrategy = 'cost-plus'\nmarkup = '25 %'\ncash = '0.1 GUSD'\n\
             opex = '9 GUSD/quarter'\nvaluation = '10 GUSD'\n{more}\n\
             product = [{{ share = '50 %', list_price = '2.5 USD/RT', unit_cost = '2 USD/RT' }}]\n"
        )
    };
    let target = firm("Target", "");
    let buyer = firm("Buyer", "acquirer = true\ntakeover_cap = '100 GUSD'");
    for firms in [format!("{target}{buyer}"), format!("{buyer}{target}")] {
        let text = format!(
            "[meta]\ntitle = 't'\nas_of = '2025-05-31'\n[clock]\nlength = '1 quarter'\n\
             [[segment]]\nname = 's'\nchoice = 'budget'\nsubstitution = 3\n{STILL}\n{firms}\
             [funding]\nrescue = '0 %'\nacquisition = '100 %'\n"
        );
        let ends = block(&written(&text), &request(Detail::Rows)).firms.status;
        assert!(ends.iter().all(|&status| status == 3), "{ends:?}");
    }
}

/// Two firms run out of money in the same quarter, 8 GUSD short each; `more` is what funding offers.
/// By path, which of them ended how (3 liquidated, 2 bought, 0 goes on).
fn two_short(more: &str, swapped: bool) -> Vec<[u8; 2]> {
    let short = |name: &str| {
        format!(
            "[[firm]]\nname = '{name}'\nstrategy = 'cost-plus'\nmarkup = '25 %'\ncash = '1 GUSD'\n\
             opex = '9.2 GUSD/quarter'\nvaluation = '10 GUSD'\nacquirer = false\n\
             product = [{{ share = '40 %', list_price = '2.5 USD/RT', unit_cost = '2 USD/RT' }}]\n"
        )
    };
    let names = if swapped { ["Two", "One"] } else { ["One", "Two"] };
    let text = format!(
        "[meta]\ntitle = 't'\nas_of = '2025-05-31'\n[clock]\nlength = '1 quarter'\n\
         [[segment]]\nname = 's'\nchoice = 'budget'\nsubstitution = 3\n{STILL}\n{}{}\
         [[firm]]\nname = 'Buyer'\nstrategy = 'cost-plus'\nmarkup = '25 %'\ncash = '20 GUSD'\n\
         acquirer = true\ntakeover_cap = '40 GUSD'\n\
         product = [{{ share = '20 %', list_price = '2.5 USD/RT', unit_cost = '2 USD/RT' }}]\n\
         [funding]\nraise_constant = -50\n{more}\n",
        short(names[0]),
        short(names[1]),
    );
    let mut ends = Vec::new();
    run(&written(&text), &request(Detail::Rows), 0..4, 1024, Isa::best(), &mut |block| {
        let (own, _) = block.firms.status.as_chunks::<3>();
        ends.extend(own.iter().map(|s| if swapped { [s[1], s[0]] } else { [s[0], s[1]] }));
        ControlFlow::Continue(())
    })
    .unwrap();
    ends
}

/// A pocket of 60 GUSD would pay for both at some 13 each, but a buyer buys one firm a quarter; which
/// one is drawn, whoever stands first in the file.
#[test]
fn a_buyer_buys_one_firm_a_quarter() {
    let funding = "rescue = '0 %'\nacquisition = '100 %'\nacquisition_price = '50 %'";
    let ends = two_short(funding, false);
    assert!(ends.iter().all(|ends| matches!(ends, [2, 3] | [3, 2])), "{:?}", &ends[..8]);
    // An even draw of 1,024: 16 to a standard deviation.
    let first = ends.iter().filter(|ends| ends[0] == 2).count();
    assert!(first.abs_diff(512) < 80, "{first}");
    assert_eq!(two_short(funding, true), ends);
}

/// A rescue takes what it may: all of a pool of 12 GUSD, so that the second hole of 8 stays open, or half
/// of one of 24, so that both are filled.
#[test]
fn rescues_share_the_pool_of_the_quarter() {
    let funding = |pool: &str, share: &str| {
        format!(
            "rescue = '100 %'\nacquisition = '0 %'\npool_share = '{share} %'\n\
             pool = '{pool} GUSD/quarter'\npool_mood = 0\ncrash_hazard = '0 %/quarter'"
        )
    };
    let ends = two_short(&funding("12", "100"), false);
    assert!(ends.iter().all(|ends| matches!(ends, [0, 3] | [3, 0])), "{:?}", &ends[..8]);
    let first = ends.iter().filter(|ends| ends[0] == 0).count();
    assert!(first.abs_diff(512) < 80, "{first}");
    assert_eq!(two_short(&funding("12", "100"), true), ends);
    assert!(two_short(&funding("24", "50"), false).iter().all(|ends| *ends == [0, 0]));
}

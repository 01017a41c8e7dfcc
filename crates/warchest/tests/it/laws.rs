//! Laws of the engine, as properties of markets nobody thought of.

use std::hash::Hasher;
use std::ops::ControlFlow;

use proptest::prelude::*;
use warchest::numerics::lanes::Isa;
use warchest::simulate::ensemble::run;
use warchest::simulate::hash::OutcomeHash;
use warchest::simulate::outcome::{Block, Detail, NEVER, Request, Tally};
use warchest::world::{Dist, Listing, Param, ParamId, Product, Size, Strategy as Rule, World};

use crate::engine::{Choice, LANES, fix, live, one_market};
use crate::markets::{LARGE, SMALL, Shape, market};
use crate::toy::request;

/// One seller: taste, unit cost (USD), cash, opex per quarter (USD), markup of a cost-plus
/// seller, and whether it prices by rule.
#[derive(Clone, Debug)]
struct Seller {
    taste: f64,
    cost: f64,
    cash: f64,
    opex: f64,
    markup: f64,
    rule: bool,
}

prop_compose! {
    fn seller()(
        taste in -1.0..3.0f64,
        cost in 0.2..2.0f64,
        cash in 1e7..1e9f64,
        opex in 1e6..3e8f64,
        markup in 0.1..1.0f64,
        rule in any::<bool>(),
    ) -> Seller {
        Seller { taste, cost, cash, opex, markup, rule }
    }
}

/// A market of these sellers with noise in costs, tastes and size, money measured in units of
/// `1/money` dollars. Nobody can raise.
fn noisy(choice: Choice, sellers: &[Seller], money: f64) -> World {
    let tuples: Vec<(f64, f64, f64)> =
        sellers.iter().map(|s| (s.taste, s.cost * money, 0.0)).collect();
    let (choice, size) = match choice {
        Choice::Unit { slope, correlation } => {
            (Choice::Unit { slope: slope / money, correlation }, 4e8)
        }
        Choice::Budget { .. } => (choice, 4e8 * money),
    };
    let mut world = one_market(choice, size, &tuples);
    world.clock.quarters = 12;
    let mut fixed = |name: String, value: f64| {
        let id = ParamId(world.params.len() as u32);
        world.params.push(Param { name, dist: Dist::Fixed(value), ..world.params[0].clone() });
        id
    };
    // At an elasticity of 1 or less a seller left alone has no best price: all go by rules.
    let hungry = matches!(choice, Choice::Budget { epsilon, .. } if epsilon < 1.02);
    for (i, seller) in sellers.iter().enumerate() {
        let cash = fixed(format!("cash{i}"), (seller.cash * money).round());
        let opex = fixed(format!("opex{i}"), seller.opex * money);
        let noise = fixed(format!("noise{i}"), 0.1);
        let taste = fixed(format!("taste noise{i}"), 0.1);
        let markup = fixed(format!("markup{i}"), seller.markup);
        let decay = fixed(format!("decay{i}"), 0.97);
        let firm = &mut world.firms[i];
        (firm.cash, firm.opex, firm.efficiency_volatility) = (cash, opex, noise);
        if seller.rule || hungry {
            firm.strategy = Rule::CostPlus { markup, decay };
        }
        world.products[i].taste_volatility = taste;
    }
    let wobble = fixed("wobble".to_string(), 0.1);
    if let Size::Walk { volatility, .. } = &mut world.markets[0].size {
        *volatility = wobble;
    }
    world
}

fn block(world: &World) -> Block {
    let request = Request { audit: true, ..request(Detail::Rows) };
    let mut found = None;
    run(world, &request, 0..1, 64, Isa::best(), &mut |block| {
        found = Some(std::mem::take(block));
        ControlFlow::Continue(())
    })
    .unwrap();
    let block = found.unwrap();
    assert_eq!(block.tally.identity_failures, 0);
    block
}

fn choices() -> impl proptest::strategy::Strategy<Value = Choice> {
    prop_oneof![
        (0.3..2.0f64).prop_map(|slope| Choice::Unit { slope, correlation: 0.0 }),
        (0.3..2.0f64, 0.1..0.8f64)
            .prop_map(|(slope, correlation)| Choice::Unit { slope, correlation }),
        (1.5..6.0f64, 0.5..1.4f64).prop_map(|(sigma, epsilon)| Choice::Budget { sigma, epsilon }),
    ]
}

/// The firms of `world` in another order: firm `order[i]` comes i-th.
fn relabelled(world: &World, order: &[usize]) -> World {
    let mut out = world.clone();
    out.firms = order.iter().map(|&f| world.firms[f].clone()).collect();
    out.products = order
        .iter()
        .enumerate()
        .map(|(i, &f)| Product { firm: i, ..world.products[f].clone() })
        .collect();
    out.markets[0].listings = order
        .iter()
        .enumerate()
        .map(|(i, &f)| Listing { product: i, ..world.markets[0].listings[f].clone() })
        .collect();
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Firms in another order: the same fates under other numbers. Sums over firms are taken in
    /// another order, so a payment may be rounded to the next dollar.
    #[test]
    fn relabelling_firms_permutes_the_answer(
        choice in choices(),
        sellers in prop::collection::vec(seller(), 2..6),
        turn in 1..5usize,
    ) {
        let n = sellers.len();
        let order: Vec<usize> = (0..n).map(|i| (i * (n - 1) + turn) % n).collect();
        let world = noisy(choice, &sellers, 1.0);
        let (a, b) = (block(&world), block(&relabelled(&world, &order)));
        for path in 0..64 {
            for (i, &f) in order.iter().enumerate() {
                let (x, y) = (path * n + f, path * n + i);
                prop_assert_eq!(a.firms.exit_quarter[x], b.firms.exit_quarter[y]);
                prop_assert_eq!(a.firms.status[x], b.firms.status[y]);
                prop_assert!((a.firms.cash[x] - b.firms.cash[y]).abs() <= 2.0 * 12.0);
            }
            let (x, y) = (a.market.final_spend[path], b.market.final_spend[path]);
            prop_assert!((x - y).abs() <= 12.0 * n as f64);
        }
        // A firm that swaps its cash with another's is not merely relabelled.
        let mut twin = relabelled(&world, &order);
        let spare = twin.firms[0].cash;
        twin.params[spare.0 as usize].dist = Dist::Fixed(5e9);
        prop_assert!(block(&twin).firms.cash != b.firms.cash);
    }

    /// Money measured in another unit: the same fates, amounts in the other unit.
    #[test]
    fn scaling_money_scales_it(
        choice in choices(),
        sellers in prop::collection::vec(seller(), 1..5),
        money in 2.0..1000.0f64,
    ) {
        let (a, b) = (block(&noisy(choice, &sellers, 1.0)), block(&noisy(choice, &sellers, money)));
        prop_assert_eq!(&a.firms.exit_quarter, &b.firms.exit_quarter);
        // Four payments a quarter, each rounded to half a dollar, and the opening balance.
        let room = money * (4.0 * 12.0 + 1.0) * 0.5;
        for (x, y) in a.firms.cash.iter().zip(&b.firms.cash) {
            prop_assert!((x * money - y).abs() <= room + 1e-9 * y.abs(), "{} {}", x * money, y);
        }
        for (x, y) in a.market.hhi_spend.iter().zip(&b.market.hhi_spend) {
            // Not a number where nothing is sold in the last quarter.
            let both = x.is_nan() && y.is_nan();
            prop_assert!(both || (x - y).abs() <= 1e-6, "{} {}", x, y);
        }
        for (x, y) in a.market.consumer_surplus.iter().zip(&b.market.consumer_surplus) {
            prop_assert!((x * money - y).abs() <= 1e-9 * y.abs(), "{} {}", x * money, y);
        }
    }

    /// More cash never lowers one's own survival when nothing else changes, on any path.
    #[test]
    fn more_cash_never_kills(
        choice in choices(),
        sellers in prop::collection::vec(seller(), 1..6),
        who in any::<prop::sample::Index>(),
        gift in 1e3..1e9f64,
    ) {
        let f = who.index(sellers.len());
        let mut richer = sellers.clone();
        richer[f].cash += gift;
        let n = sellers.len();
        let (a, b) = (block(&noisy(choice, &sellers, 1.0)), block(&noisy(choice, &richer, 1.0)));
        for path in 0..64 {
            let at = path * n + f;
            let (poor, rich) = (a.firms.exit_quarter[at], b.firms.exit_quarter[at]);
            prop_assert!(rich >= poor, "path {}: {} {}", path, poor, rich);
            // Who dies on neither has the gift left over, whole.
            if poor == NEVER && n == 1 {
                let gift = richer[f].cash.round() - sellers[f].cash.round();
                prop_assert_eq!(b.firms.cash[at] - a.firms.cash[at], gift);
            }
        }
    }

    /// How much is written down changes no fate and no cash, also where a firm prices by what it
    /// saw in the quarter before.
    #[test]
    fn what_is_recorded_changes_nothing(
        choice in choices(),
        sellers in prop::collection::vec(seller(), 2..6),
    ) {
        let mut world = noisy(choice, &sellers, 1.0);
        // A budget without a ceiling has no bound on what followers drive prices to.
        let bounded = matches!(choice, Choice::Unit { .. });
        for firm in &mut world.firms {
            if let (Rule::CostPlus { .. }, true) = (firm.strategy.clone(), bounded) {
                firm.strategy = Rule::Follow { undercut: firm.efficiency_volatility };
            }
        }
        let ends = |detail| {
            let mut found = Vec::new();
            run(&world, &request(detail), 0..1, 64, Isa::best(), &mut |block| {
                let mut tally = Tally::default();
                tally.add(block);
                found = tally.firms.into_iter().map(|firm| (firm.exits, firm.alive, firm.end_cash)).collect();
                ControlFlow::Continue(())
            })
            .unwrap();
            found
        };
        let least = ends(Detail::Ends);
        prop_assert_eq!(&least, &ends(Detail::Rows));
        prop_assert_eq!(&least, &ends(Detail::Quarters));
    }

    /// A dead firm never prices again: nothing on sale, chosen, held or sold, and its cash stays.
    #[test]
    fn a_dead_firm_never_prices_again(
        firms in 2..9usize,
        poverty in 0.001..0.1f64,
        funded in any::<bool>(),
    ) {
        let mut world = market(Shape { firms, quarters: 16, ..SMALL });
        world.funding.enabled = funded;
        for firm in world.firms.clone() {
            let param = &mut world.params[firm.cash.0 as usize];
            let Dist::Fixed(cash) = param.dist else { continue };
            param.dist = Dist::Fixed((cash * poverty).round());
        }
        let mut frozen = vec![[f64::NAN; LANES]; firms];
        let mut dead = 0;
        live(&world, 16, &mut |plan, state| {
            for (n, offer) in plan.offers.iter().enumerate() {
                for l in 0..LANES {
                    let ended = state.firms.exit_quarter[offer.firm][l];
                    if ended < f64::from(state.quarter) {
                        let offers = &state.offers;
                        let traces = [&offers.active, &offers.choice, &offers.share, &offers.units];
                        assert!(traces.iter().all(|rows| rows[n][l] == 0.0));
                        assert_eq!(offers.revenue[n][l], 0.0);
                    }
                }
            }
            for (f, frozen) in frozen.iter_mut().enumerate() {
                for l in 0..LANES {
                    let ended = state.firms.exit_quarter[f][l];
                    let cash = state.ledger.cash(f)[l];
                    if ended < f64::from(state.quarter) {
                        assert_eq!(cash, frozen[l]);
                        dead += 1;
                    } else if ended == f64::from(state.quarter) {
                        frozen[l] = cash;
                    }
                }
            }
        });
        prop_assume!(dead > 0);
    }

    /// Cash at the end = cash at the start + rounds + free cash flow over the life, from the
    /// rows that a run writes, for firms that neither entered, borrowed, were bought nor have a
    /// parent.
    #[test]
    fn rows_of_a_run_add_up(firms in 2..9usize, seed in any::<u64>()) {
        let mut world = market(Shape { firms, quarters: 16, ..SMALL });
        fix(&mut world, "funding.debt_share", 0.0);
        let request = Request { seed, ..request(Detail::Rows) };
        let mut rows = None;
        run(&world, &request, 0..1, 32, Isa::best(), &mut |block| {
            rows = Some(std::mem::take(&mut block.firms));
            ControlFlow::Continue(())
        })
        .unwrap();
        let rows = rows.unwrap();
        let mut seen = 0;
        for at in 0..32 * firms {
            let firm = &world.firms[at % firms];
            let bought = rows.status[at] == warchest::simulate::outcome::Status::Acquired as u8;
            if firm.entry.is_some() || firm.acquirer || bought {
                continue;
            }
            let Dist::Fixed(start) = world.params[firm.cash.0 as usize].dist else { continue };
            let want = start.round() + rows.raised[at] + rows.levered_fcf[at];
            prop_assert_eq!(rows.cash[at], want);
            seen += 1;
        }
        prop_assert!(seen >= 32);
    }

    /// Any cut of a run into two ranges of blocks gives its blocks.
    #[test]
    fn a_cut_anywhere_changes_no_bit(paths in 257..900u64, at in 1..4u64, seed in any::<u64>()) {
        let world = noisy(Choice::Unit { slope: 1.0, correlation: 0.0 }, &sellers(), 1.0);
        let request = Request { seed, ..request(Detail::Quarters) };
        let all = warchest::simulate::ensemble::blocks_of(paths);
        let hash = |ranges: [std::ops::Range<u64>; 2]| {
            let mut hash = OutcomeHash::default();
            for range in ranges {
                run(&world, &request, range, paths, Isa::best(), &mut |block| {
                    hash.add(block);
                    ControlFlow::Continue(())
                })
                .unwrap();
            }
            hash.finish()
        };
        let at = at.min(all - 1);
        prop_assert_eq!(hash([0..at, at..all]), hash([0..all, all..all]));
        prop_assert!(hash([0..at, at + 1..all]) != hash([0..all, all..all]));
    }
}

/// Firms of a market with rounds, research, rivals' rules, takeovers and entry in another order: the
/// same fates under other numbers.
#[test]
fn relabelling_a_busy_market_permutes_the_answer() {
    for shape in [SMALL, LARGE] {
        let world = market(Shape { quarters: 20, ..shape });
        let n = world.firms.len();
        let mut turned = world.clone();
        turned.firms.reverse();
        turned.products.iter_mut().for_each(|product| product.firm = n - 1 - product.firm);
        let (a, b) = (block(&world), block(&turned));
        let (mut ends, mut worst) = (0, 0.0f64);
        for x in 0..64 * n {
            let y = x / n * n + n - 1 - x % n;
            assert_eq!(a.firms.exit_quarter[x], b.firms.exit_quarter[y], "path {}", x / n);
            assert_eq!(a.firms.status[x], b.firms.status[y], "path {}", x / n);
            ends += u32::from(a.firms.exit_quarter[x] != NEVER);
            worst = worst.max((a.firms.cash[x] - b.firms.cash[y]).abs());
        }
        assert!(ends > 20 && worst < 1e6, "{ends} {worst}");
    }
}

/// Two sellers of a small market.
fn sellers() -> Vec<Seller> {
    let seller = Seller { taste: 1.0, cost: 1.0, cash: 1e8, opex: 2e8, markup: 0.5, rule: true };
    vec![seller.clone(), Seller { taste: 2.0, rule: false, ..seller }]
}

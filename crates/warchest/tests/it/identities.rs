//! The audit sees each identity of the books when it is broken, and in that path alone.

use warchest::capital::ledger::{Kind, Outside, whole};
use warchest::numerics::lanes::Isa;
use warchest::simulate::audit::audit;
use warchest::simulate::outcome::{Detail, Request, Status};
use warchest::simulate::plan::Plan;
use warchest::simulate::step;

use crate::engine::{Group, LANES};
use crate::markets::{LARGE, SMALL, Shape, market};
use crate::toy::request;

/// The path that is tampered with.
const HERE: usize = 5;

/// One dollar, or part of one, in one path.
fn amount(usd: f64) -> [f64; LANES] {
    let mut amount = [0.0; LANES];
    amount[HERE] = usd;
    amount
}

/// Puts something out of order between the close of a quarter and its audit.
type Tamper = fn(&mut Group);

/// What breaks, and the number of identities that see it.
const TAMPERS: [(&str, f64, Tamper); 14] = [
    ("nothing", 0.0, |_| {}),
    ("1: a share chosen twice", 1.0, |state| state.offers.choice[0][HERE] += 1e-9),
    ("1: more sold than all", 1.0, |state| state.offers.share[0][HERE] += 1.0),
    ("2, 3: a dollar from nowhere", 2.0, |state| state.balances_before[0][HERE] -= 1.0),
    ("2: a dollar moved without an entry", 1.0, |state| {
        state.balances_before[0][HERE] -= 1.0;
        state.balances_before[1][HERE] += 1.0;
    }),
    ("4, 5, 8: a sale that nobody earned", 3.0, |state| {
        let customers = state.ledger.outside(Outside::Customers);
        state.ledger.post(Kind::Sales, customers, 0, &amount(1.0));
    }),
    ("whole dollars", 1.0, |state| {
        let investors = state.ledger.outside(Outside::Investors);
        state.ledger.post(Kind::Equity, investors, 0, &amount(0.5));
    }),
    ("6: more than the whole firm", 1.0, |state| state.firms.stake[0][HERE] = 1.5),
    ("6: a round that took from nobody", 1.0, |state| state.firms.others[0][HERE] += 0.1),
    ("4: a layer that got what another earned", 1.0, |state| {
        state.common.value_added_now[1][HERE] -= 1.0;
        state.common.value_added_now[2][HERE] += 1.0;
    }),
    ("7: an hour that is not installed", 1.0, |state| state.common.idle[HERE] += 1.0),
    ("8: sold and not served", 1.0, |state| state.offers.units[0][HERE] += 1.0),
    ("9: more adopters than people", 1.0, |state| state.regions.adopters[0][HERE] = 1e12),
    ("11: a commitment paid twice", 1.0, |state| state.firms.paid[0][HERE] += 1.0),
];

#[test]
fn each_identity_is_seen_to_break() {
    let world = market(Shape { quarters: 3, ..SMALL });
    let request = Request { audit: true, ..request(Detail::Quarters) };
    let plan = Plan::new(&world, request.seed);
    let isa = Isa::best();
    let mut state = Group::new(&plan, &request);
    state.begin(isa, &plan, 0);
    state.audit = false;
    for quarter in 0..3 {
        step::quarter(isa, &plan, &mut state, quarter);
        for (what, count, tamper) in TAMPERS {
            let mut broken = state.clone();
            tamper(&mut broken);
            audit(&plan, &mut broken);
            assert_eq!(broken.common.failures, amount(count), "{what} in quarter {quarter}");
        }
        // 10: a firm in business whose end is on record.
        let mut broken = state.clone();
        broken.firms.status[0][HERE] = f64::from(Status::Liquidated as u8);
        broken.firms.alive[0][HERE] = 1.0;
        audit(&plan, &mut broken);
        assert_eq!(broken.common.failures, amount(1.0));
        audit(&plan, &mut state);
    }
}

/// Cash at the end is cash at the start plus rounds minus burn, to the dollar: for every firm
/// of a busy market, from the entries of every quarter.
#[test]
fn cash_is_start_plus_rounds_minus_burn() {
    for shape in [SMALL, LARGE] {
        let world = market(Shape { quarters: 24, ..shape });
        let firms = world.firms.len();
        let mut want: Vec<[f64; LANES]> = Vec::new();
        let mut seen = 0;
        crate::engine::live(&world, 24, &mut |plan, state| {
            if want.is_empty() {
                let cash = |f: usize| {
                    if plan.world.firms[f].entry.is_some() {
                        [0.0; LANES]
                    } else {
                        state.values[plan.world.firms[f].cash].map(whole)
                    }
                };
                want = (0..firms).map(cash).collect();
            }
            for (f, want) in want.iter_mut().enumerate() {
                for l in 0..LANES {
                    want[l] += state.firms.levered[f][l];
                }
            }
            for entry in state.ledger.journal() {
                use Kind::*;
                if !matches!(entry.kind, Equity | Parent | Acquisition | Debt) {
                    continue;
                }
                for l in 0..LANES {
                    if entry.to < firms {
                        want[entry.to][l] += entry.amount[l];
                        seen += u32::from(entry.amount[l] != 0.0);
                    }
                    if entry.from < firms {
                        want[entry.from][l] -= entry.amount[l];
                    }
                }
            }
            for (f, want) in want.iter().enumerate() {
                assert_eq!(state.ledger.cash(f), want);
            }
        });
        assert!(seen > 100, "{seen} payments of investors");
    }
}

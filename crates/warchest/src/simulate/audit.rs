//! The identities of the books, checked every quarter on demand.
//!
//! Money is whole dollars, so identities between balances and flows hold with `==`. Shares are
//! real numbers and hold to rounding.

use crate::capital::ledger::{Kind, whole};
use crate::numerics::elementary::exp;
use crate::simulate::lanes::State;
use crate::simulate::outcome::Status;
use crate::simulate::plan::Plan;
use crate::world::{Kernel, Per};

/// Rounding allowed where an identity is between real numbers, relative.
const ROUNDING: f64 = 1e-12;

/// Counts, per lane, the identities that fail in the quarter just closed.
pub fn audit<const L: usize>(plan: &Plan, state: &mut State<L>) {
    for l in 0..L {
        let sound = [
            shares_add_up(plan, state, l),
            cash_moves_by_posted_flows(plan, state, l),
            accounts_cancel(state, l),
            spend_is_value_added(state, l),
            income_is_posted(plan, state, l),
            stakes_are_shares(plan, state, l),
            hours_add_up(plan, state, l),
            sold_is_served(plan, state, l),
            adopters_are_people(plan, state, l),
            firms_are_accounted_for(plan, state, l),
            commitments_are_accounted_for(plan, state, l),
            money_is_whole(state, l),
        ];
        let failed = sound.iter().filter(|&&holds| !holds).count();
        state.common.failures[l] += failed as f64;
    }
    let State { ledger, balances_before, .. } = state;
    balances_before.clone_from_slice(ledger.balances());
}

/// Identity 1: Choices sum to one with the outside option, which is 1/Σe^V (a budget has none); shares
/// held sum to one at most.
fn shares_add_up<const L: usize>(plan: &Plan, state: &State<L>, l: usize) -> bool {
    plan.places.iter().enumerate().all(|(m, place)| {
        let sum = |rows: &[[f64; L]]| rows[place.range.clone()].iter().map(|row| row[l]).sum();
        let held: f64 = sum(&state.offers.share);
        let chosen = if place.fluid { held } else { sum(&state.offers.choice) };
        let segment = &plan.world.segments[plan.world.markets[m].segment];
        let sold = place.range.clone().any(|n| state.offers.active[n][l] > 0.0);
        let outside = match segment.kernel {
            Kernel::Budget { .. } if sold => 0.0,
            Kernel::Budget { .. } => 1.0,
            _ => exp(-state.markets.log_sum[m][l]),
        };
        let least = place.range.clone().all(|n| state.offers.share[n][l] >= 0.0);
        (chosen + outside - 1.0).abs() <= ROUNDING && least && held <= 1.0 + ROUNDING
    })
}

/// Identity 2: Each firm: ΔK = the sum of its posted flows, from the journal.
fn cash_moves_by_posted_flows<const L: usize>(plan: &Plan, state: &State<L>, l: usize) -> bool {
    let mut cash: Vec<f64> = state.balances_before.iter().map(|row| row[l]).collect();
    for entry in state.ledger.journal() {
        cash[entry.from] -= entry.amount[l];
        cash[entry.to] += entry.amount[l];
    }
    (0..plan.world.firms.len()).all(|f| cash[f] == state.ledger.cash(f)[l])
}

/// Identity 3: Σ ΔK over all accounts is 0.
fn accounts_cancel<const L: usize>(state: &State<L>, l: usize) -> bool {
    let pairs = state.ledger.balances().iter().zip(state.balances_before.iter());
    let sum: f64 = pairs.map(|(now, before)| now[l] - before[l]).sum();
    sum == 0.0
}

/// Identity 4: Final spend = Σ value added, and each layer adds what the journal says it was paid less
/// what it paid the others; what clouds keep is shared with the makers of their chips.
fn spend_is_value_added<const L: usize>(state: &State<L>, l: usize) -> bool {
    let sum = |kinds: &[Kind]| -> f64 {
        let entries = state.ledger.journal().iter().filter(|entry| kinds.contains(&entry.kind));
        entries.map(|entry| entry.amount[l]).sum()
    };
    let spend = sum(&[Kind::Sales, Kind::Advertising]);
    let rented = sum(&[Kind::Compute, Kind::FreeServing, Kind::Research, Kind::Shortfall]);
    let (passed_on, power) = (sum(&[Kind::Distribution]), sum(&[Kind::CloudEnergy]));
    let own_power = sum(&[Kind::Energy]);
    let [chips, cloud, labs, applications, energy] = state.common.value_added_now.map(|of| of[l]);
    chips + cloud + labs + applications + energy == spend
        && chips + cloud == rented - power
        && labs == spend - passed_on - rented - own_power
        && applications == passed_on
        && energy == power + own_power
}

/// Identity 5: What customers pay is income of firms or of those whom firms pay: each firm's free cash
/// flow is what was posted to it and from it, financing apart. Consumer surplus stands on both
/// sides of total surplus.
fn income_is_posted<const L: usize>(plan: &Plan, state: &State<L>, l: usize) -> bool {
    let mut flow = vec![0.0; state.balances_before.len()];
    for entry in state.ledger.journal() {
        if !matches!(entry.kind, Kind::Equity | Kind::Parent | Kind::Acquisition | Kind::Debt) {
            flow[entry.from] -= entry.amount[l];
            flow[entry.to] += entry.amount[l];
        }
    }
    (0..plan.world.firms.len()).all(|f| flow[f] == state.firms.levered[f][l])
}

/// Identity 6: The holders of the start and those who came later hold the whole firm.
fn stakes_are_shares<const L: usize>(plan: &Plan, state: &State<L>, l: usize) -> bool {
    (0..plan.world.firms.len()).all(|f| {
        let (stake, others) = (state.firms.stake[f][l], state.firms.others[f][l]);
        stake >= 0.0 && others >= 0.0 && (stake + others - 1.0).abs() <= ROUNDING
    })
}

/// Identity 7: Inference + training + idle = installed, in whole hours.
fn hours_add_up<const L: usize>(plan: &Plan, state: &State<L>, l: usize) -> bool {
    let common = &state.common;
    let sum = common.inference[l] + common.training[l] + common.idle[l];
    !plan.compute || (sum == common.installed[l] && common.idle[l] >= 0.0)
}

/// Identity 8: What is sold is what was served: what was wanted, cut to capacity; and what was posted as
/// sold of an offer is its price for what was served.
fn sold_is_served<const L: usize>(plan: &Plan, state: &State<L>, l: usize) -> bool {
    let served = plan.offers.iter().enumerate().all(|(n, offer)| {
        let units = state.offers.units[n][l];
        units == state.offers.wanted[n][l] * state.firms.served[offer.firm][l]
    });
    let within = plan.bound.iter().all(|&f| {
        state.firms.hours[f][l] <= state.firms.capacity[f][l] * (1.0 + ROUNDING) + ROUNDING
    });
    let posted = (0..plan.world.firms.len()).all(|f| {
        let sales = state.ledger.journal().iter().filter(|entry| entry.to == f);
        let sales = sales.filter(|entry| matches!(entry.kind, Kind::Sales));
        let sales: f64 = sales.map(|entry| entry.amount[l]).sum();
        let worth = |n: usize| whole(state.offers.units[n][l] * state.offers.price[n][l]);
        let free = |n: usize| {
            let market = plan.offers[n].market;
            let segment = &plan.world.segments[plan.world.markets[market].segment];
            matches!(segment.kernel, Kernel::Free { .. })
        };
        let own = (0..plan.offers.len()).filter(|&n| plan.offers[n].firm == f && !free(n));
        sales == own.map(worth).sum::<f64>()
    });
    served && within && posted
}

/// Identity 9: Adopters + others = people within reach: none is counted twice, or more than there are.
fn adopters_are_people<const L: usize>(plan: &Plan, state: &State<L>, l: usize) -> bool {
    plan.world.regions.iter().enumerate().all(|(r, region)| {
        let moves = plan.world.param(region.reachable).per == Per::Quarter;
        let most = state.values[region.reachable][l].max(state.values[region.adopters][l]);
        let adopters = state.regions.adopters[r][l];
        adopters >= 0.0 && (moves || adopters <= most)
    })
}

/// Identity 10: entered = alive + listed + acquired + liquidated, and only the living are alive.
fn firms_are_accounted_for<const L: usize>(plan: &Plan, state: &State<L>, l: usize) -> bool {
    (0..plan.world.firms.len()).all(|f| {
        let firms = &state.firms;
        let status = firms.status[f][l];
        let lives =
            status == f64::from(Status::Alive as u8) || status == f64::from(Status::Listed as u8);
        let entered = firms.entry_quarter[f][l] <= f64::from(state.quarter);
        let outside = status == f64::from(Status::Outside as u8);
        lives == (firms.alive[f][l] == 1.0) && entered != outside
    })
}

/// Identity 11: Commitments: paid + cancelled + outstanding = signed.
fn commitments_are_accounted_for<const L: usize>(plan: &Plan, state: &State<L>, l: usize) -> bool {
    plan.world.firms.iter().enumerate().all(|(f, firm)| {
        let due = |&id: &crate::world::ParamId| whole(state.values[id][l].max(0.0));
        let signed: f64 = firm.commitments.iter().map(due).sum();
        let later = firm.commitments.iter().skip(state.quarter as usize + 1);
        let ended = state.firms.exit_quarter[f][l] <= f64::from(state.quarter);
        let outstanding: f64 = if ended { 0.0 } else { later.map(due).sum() };
        state.firms.paid[f][l] + state.firms.cancelled[f][l] + outstanding == signed
    })
}

/// Every balance is a whole number of dollars.
fn money_is_whole<const L: usize>(state: &State<L>, l: usize) -> bool {
    state.ledger.balances().iter().all(|row| row[l] == row[l].trunc())
}

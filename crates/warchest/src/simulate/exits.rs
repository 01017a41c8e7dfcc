//! Step 11: distress, rescue, acquisition, liquidation; entry.

use crate::capital::exit::acquisition_price;
use crate::capital::ledger::{Kind, Outside, whole};
use crate::capital::rounds::dilution;
use crate::multiversion;
use crate::numerics::elementary::{exp, ln};
use crate::numerics::lanes::Isa;
use crate::simulate::funding::{dilute, is_shut, pay_in};
use crate::simulate::lanes::{State, any, each, flag, lanes_set, pick};
use crate::simulate::outcome::{Cause, Status};
use crate::simulate::plan::Plan;
use crate::world::{FirmId, Kernel, ShockKind};

/// Who runs out of cash, and what becomes of it; who enters.
pub fn exits<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>) {
    let mut broke = std::mem::take(&mut state.broke);
    broke.clear();
    for f in 0..plan.world.firms.len() {
        if some_broke(isa, state.ledger.cash(f), &state.firms.alive[f]) {
            broke.push(f);
        }
    }
    if plan.world.funding.enabled && !broke.is_empty() {
        note_solvent(plan, state);
        distress(isa, plan, state, &broke);
    } else {
        for &f in &broke {
            liquidate(isa, plan, state, f);
        }
    }
    state.broke = broke;
    if plan.entry {
        entries(isa, plan, state);
    }
}

multiversion! {
    fn some_broke<const L: usize>(cash: &[f64; L], alive: &[f64; L]) -> bool {
        (0..L).fold(0u64, |any, l| any | u64::from((cash[l] < 0.0) & (alive[l] > 0.0))) != 0
    }
}

/// Who can buy this quarter: with cash before anybody is rescued or sold.
fn note_solvent<const L: usize>(plan: &Plan, state: &mut State<L>) {
    for f in 0..plan.world.firms.len() {
        let (cash, alive) = (state.ledger.cash(f), &state.firms.alive[f]);
        state.firms.solvent[f] = each(|l| flag(cash[l] >= 0.0) * alive[l]);
    }
}

/// 1 in the lanes in which a firm is out of cash.
#[inline(always)]
fn broke_lanes<const L: usize>(state: &State<L>, f: FirmId) -> [f64; L] {
    let (cash, alive) = (state.ledger.cash(f), &state.firms.alive[f]);
    each(|l| pick(cash[l] < 0.0, alive[l], 0.0))
}

multiversion! {
    /// Without investors whoever is out of cash ends.
    fn liquidate<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId) {
        for l in lanes_set(&broke_lanes(state, f)) {
            end(plan, state, f, None, l);
        }
    }
}

multiversion! {
    /// Those without cash, one after the other: what is left of the pool and the pockets of buyers
    /// go to those whose draw of a rescue is lower, so that the order of firms does not matter.
    fn distress<const L: usize>(plan: &Plan, state: &mut State<L>, broke: &[FirmId]) {
        let mut some = [0.0; L];
        for &f in broke {
            let own = broke_lanes(state, f);
            some = each(|l| some[l] + own[l]);
        }
        let mut order: Vec<(f64, FirmId)> = Vec::with_capacity(broke.len());
        for l in lanes_set(&some) {
            order.clear();
            for &f in broke {
                if state.ledger.cash(f)[l] < 0.0 && state.firms.alive[f][l] > 0.0 {
                    let stream = plan.rare[f].rescue;
                    order.push((stream.uniform(state.path + l as u64, state.quarter), f));
                }
            }
            order.sort_by(|a, b| a.0.total_cmp(&b.0));
            for &(u, f) in &order {
                if !rescued(plan, state, f, l, u) {
                    let buyer = buyer(plan, state, f, l);
                    end(plan, state, f, buyer, l);
                }
            }
        }
    }
}

/// A firm ends: bought or liquidated.
#[inline(always)]
fn end<const L: usize>(
    plan: &Plan,
    state: &mut State<L>,
    f: FirmId,
    buyer: Option<FirmId>,
    l: usize,
) {
    let why = cause(state, f, l);
    let firms = &mut state.firms;
    firms.alive[f][l] = 0.0;
    state.turnover = true;
    firms.exit_quarter[f][l] = f64::from(state.quarter);
    firms.cause[f][l] = f64::from(why as u8);
    firms.defaulted[f][l] = flag(why == Cause::Commitment);
    firms.status[f][l] = f64::from(Status::Liquidated as u8);
    firms.conditional[f][l] = 0.0;
    cancel(plan, state, f, l);
    match buyer {
        Some(buyer) => take_over(plan, state, f, buyer, l),
        None => state.firms.valuation[f][l] = 0.0,
    }
}

/// Why it ran out: take-or-pay beyond use, without which cash would have lasted, a shut pool, or no
/// round.
#[inline(always)]
fn cause<const L: usize>(state: &State<L>, f: FirmId, l: usize) -> Cause {
    let unused = state.firms.unused[f][l];
    if unused > 0.0 && state.ledger.cash(f)[l] + unused >= 0.0 {
        Cause::Commitment
    } else if is_shut(&state.common, l) {
        Cause::Frozen
    } else {
        Cause::NoRound
    }
}

/// Commitments of the quarters to come end with the firm.
#[inline(always)]
fn cancel<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId, l: usize) {
    let later = plan.world.firms[f].commitments.iter().skip(state.quarter as usize + 1);
    for &due in later {
        state.firms.cancelled[f][l] += whole(state.values[due][l].max(0.0));
    }
}

/// A rescue round: the hole and a round on top, at the price of a firm in distress, as far as
/// what is left of the pool allows; false when nobody comes.
#[inline(always)]
fn rescued<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId, l: usize, u: f64) -> bool {
    let funding = &plan.world.funding;
    let values = &state.values;
    let hole = -state.ledger.cash(f)[l];
    let (pool, left) = (state.common.pool[l], state.common.pool_left[l]);
    let most = (values[funding.pool_share][l] * pool).min(left);
    if !plan.world.firms[f].raises || u > values[funding.rescue][l] || hole >= most {
        return false;
    }
    let burn = (-state.firms.cash_flow[f][l]).max(0.0);
    let amount = whole((hole + values[funding.round_quarters][l] * burn).min(most));
    let pre_money = distressed_price(plan, state, f, l);
    dilute(state, f, l, dilution(pre_money, amount));
    state.common.announced[l] += amount;
    state.common.pool_left[l] = left - amount;
    let mut paid = [0.0; L];
    paid[l] = amount;
    pay_in(plan, state, f, &paid);
    true
}

#[inline(always)]
fn distressed_price<const L: usize>(plan: &Plan, state: &State<L>, f: FirmId, l: usize) -> f64 {
    let funding = &plan.world.funding;
    let (scrap, price) =
        (state.values[funding.scrap][l], state.values[funding.acquisition_price][l]);
    let revenue = 4.0 * state.firms.revenue[f][l];
    acquisition_price(scrap, revenue, price, state.firms.valuation[f][l])
}

/// The solvent acquirer with the deepest pocket that can pay and bought nobody this quarter, if one
/// wants to; among equals its own draw decides, so that their order does not matter.
#[inline(always)]
fn buyer<const L: usize>(plan: &Plan, state: &State<L>, f: FirmId, l: usize) -> Option<FirmId> {
    if !plan.world.firms[f].acquirable {
        return None;
    }
    let u = plan.rare[f].acquisition.uniform(state.path + l as u64, state.quarter);
    if u > state.values[plan.world.funding.acquisition][l] {
        return None;
    }
    let price = distressed_price(plan, state, f, l) - state.ledger.cash(f)[l] + 1.0;
    let mut best: Option<(f64, f64, FirmId)> = None;
    for (b, firm) in plan.world.firms.iter().enumerate() {
        let pocket = state.ledger.cash(b)[l] + state.values[firm.takeover_cap][l];
        if b != f && firm.acquirer && state.firms.solvent[b][l] > 0.0 && pocket > price {
            let u = plan.rare[b].acquisition.uniform(state.path + l as u64, state.quarter);
            if best.is_none_or(|(most, lot, _)| (pocket, u) > (most, lot)) {
                best = Some((pocket, u, b));
            }
        }
    }
    best.map(|(_, _, buyer)| buyer)
}

/// The buyer pays the holders and fills the hole; its owners pay first, as far as they do.
#[inline(always)]
fn take_over<const L: usize>(
    plan: &Plan,
    state: &mut State<L>,
    f: FirmId,
    buyer: FirmId,
    l: usize,
) {
    let price = whole(distressed_price(plan, state, f, l));
    let (mut paid, mut hole) = ([0.0; L], [0.0; L]);
    paid[l] = price;
    hole[l] = -state.ledger.cash(f)[l];
    let mut given = [0.0; L];
    given[l] = whole(state.values[plan.world.firms[buyer].takeover_cap][l]).min(price + hole[l]);
    let investors = state.ledger.outside(Outside::Investors);
    state.ledger.post(Kind::Parent, investors, buyer, &given);
    state.ledger.post(Kind::Acquisition, buyer, investors, &paid);
    state.ledger.post(Kind::Acquisition, buyer, f, &hole);
    state.firms.status[f][l] = f64::from(Status::Acquired as u8);
    state.firms.valuation[f][l] = price;
    state.firms.solvent[buyer][l] = 0.0;
}

multiversion! {
    /// Entry is Poisson, rising with the incumbents' markup; listed entrants come with their shock.
    fn entries<const L: usize>(plan: &Plan, state: &mut State<L>) {
        let markup = mean_markup(plan, state);
        for (f, firm) in plan.world.firms.iter().enumerate() {
            let Some(entry) = &firm.entry else { continue };
            let (hazard, response) =
                (&state.values[entry.hazard], &state.values[entry.markup_response]);
            let mut comes = [0.0; L];
            for l in 0..L {
                if state.firms.status[f][l] != f64::from(Status::Outside as u8) {
                    continue;
                }
                let path = state.path + l as u64;
                let rate = -ln(1.0 - hazard[l]) * exp(response[l] * markup[l]);
                let u = plan.rare[f].entry.uniform(path, state.quarter);
                comes[l] = flag(u <= 1.0 - exp(-rate));
                for shock in &plan.world.shocks {
                    let named = shock.firms.is_empty() || shock.firms.contains(&f);
                    if shock.kind == ShockKind::Entrant && named && shock.start.0 == state.quarter {
                        let u = plan.rare[f].entrant.uniform(path, state.quarter);
                        comes[l] = comes[l].max(flag(u <= state.values[shock.size][l]));
                    }
                }
            }
            if any(&comes) {
                enter(plan, state, f, &comes);
            }
        }
    }
}

#[inline(always)]
fn enter<const L: usize>(plan: &Plan, state: &mut State<L>, f: FirmId, comes: &[f64; L]) {
    let cash = &state.values[plan.world.firms[f].cash];
    let mut paid = [0.0; L];
    for l in 0..L {
        paid[l] = whole(cash[l]) * comes[l];
        if comes[l] > 0.0 {
            state.firms.alive[f][l] = 1.0;
            state.turnover = true;
            state.firms.status[f][l] = f64::from(Status::Alive as u8);
            state.firms.entry_quarter[f][l] = f64::from(state.quarter);
        }
    }
    let investors = state.ledger.outside(Outside::Investors);
    state.ledger.post(Kind::Equity, investors, f, &paid);
}

/// (p − c)/p of everything sold for money, weighted by revenue.
#[inline(always)]
fn mean_markup<const L: usize>(plan: &Plan, state: &State<L>) -> [f64; L] {
    let (mut sum, mut weight) = ([0.0; L], [0.0; L]);
    for (n, offer) in plan.offers.iter().enumerate() {
        let segment = &plan.world.segments[plan.world.markets[offer.market].segment];
        if matches!(segment.kernel, Kernel::Free { .. }) {
            continue;
        }
        let (revenue, units) = (&state.offers.revenue[n], &state.offers.units[n]);
        let cost = &state.offers.cost[n];
        for l in 0..L {
            sum[l] += revenue[l] - units[l] * cost[l];
            weight[l] += revenue[l];
        }
    }
    for l in 0..L {
        sum[l] = pick(weight[l] > 0.0, sum[l] / weight[l], 0.0);
    }
    sum
}

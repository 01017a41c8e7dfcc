//! Steps 6 and 7: the price game of each market, whom the buyers choose, and the shadow price
//! that keeps use within capacity.

use crate::demand::choice::{CesDemand, LogitDemand, NestedDemand};
use crate::demand::choice::{ces_shares, logit_shares, nested_shares};
use crate::multiversion;
use crate::numerics::lanes::Isa;
use crate::pricing::lanes::{CesGame, GameStatus, LogitGame, NestedGame};
use crate::pricing::lanes::{ces_nash, logit_nash, nested_nash};
use crate::simulate::demand::wanted;
use crate::simulate::lanes::{State, any, each, flag, larger, pick, renew};
use crate::simulate::plan::Plan;
use crate::simulate::prices::{effective_costs, forget_held, intentions, rival_price};
use crate::simulate::shadow;
use crate::world::{Kernel, Segment, Strategy};

/// Most rounds of the search for the shadow prices of capacity.
pub const PASSES: u32 = 40;

/// Prices charged, shares held and units wanted in every market.
pub fn clear<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>) {
    intentions(isa, plan, state);
    let mut done = [0.0; L];
    for pass in 0..PASSES {
        for m in 0..plan.places.len() {
            if pass == 0 || plan.places[m].bound {
                one_market(isa, plan, state, m, (pass, &done));
            }
        }
        if plan.bound.is_empty() {
            break;
        }
        shadow::search(isa, plan, state, pass, &mut done);
        if done.iter().all(|&lane| lane > 0.0) {
            break;
        }
    }
    let common = &mut state.common;
    for (m, place) in plan.places.iter().enumerate() {
        if place.game {
            let (played, failed) = (&state.markets.played[m], &state.markets.failed[m]);
            for l in 0..L {
                common.games[l] += played[l];
                common.unconverged[l] += failed[l];
            }
        }
    }
    if !plan.bound.is_empty() {
        for l in 0..L {
            common.unconverged[l] += 1.0 - flag(done[l] > 0.0);
        }
    }
}

/// Prices and demand of one market; lanes in `done` keep what they have.
fn one_market<const L: usize>(
    isa: Isa,
    plan: &Plan,
    state: &mut State<L>,
    m: usize,
    (pass, done): (u32, &[f64; L]),
) {
    let place = &plan.places[m];
    let range = place.range.clone();
    let again = any(done);
    if again {
        for n in range.clone() {
            state.kept[0][n] = state.offers.list[n];
            state.kept[1][n] = state.offers.price[n];
        }
    }
    let failed = state.markets.failed[m];
    if place.game {
        play(isa, plan, state, m, pass > 0);
        if place.second_round {
            charge(isa, plan, state, m);
        } else {
            for n in range.clone() {
                state.offers.price[n] = state.offers.list[n];
            }
        }
    } else if plan.wars {
        charge_list(isa, plan, state, m);
    }
    if again {
        for n in range.clone() {
            for l in 0..L {
                if done[l] > 0.0 {
                    state.offers.list[n][l] = state.kept[0][n][l];
                    state.offers.price[n][l] = state.kept[1][n][l];
                }
            }
        }
        for l in 0..L {
            if done[l] > 0.0 {
                state.markets.failed[m][l] = failed[l];
            }
        }
    }
    choose(isa, plan, state, m);
    wanted(isa, plan, state, m);
}

/// Whom those who choose anew choose, at the prices charged.
fn choose<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>, m: usize) {
    let place = &plan.places[m];
    let range = place.range.clone();
    let segment = &plan.world.segments[plan.world.markets[m].segment];
    let offers = &mut state.offers;
    let prices = &offers.price[range.clone()];
    // Where everybody chooses anew, what is chosen is what is held.
    let shares = if place.fluid { &mut offers.share } else { &mut offers.choice };
    let shares = &mut shares[range.clone()];
    let (utility, active) = (&offers.utility[range.clone()], &offers.active[range]);
    let [slope, sigma, rho] = taste(segment, &state.values, &state.common.substitution);
    state.markets.log_sum[m] = match segment.kernel {
        Kernel::Budget { .. } => {
            let demand = CesDemand { utility, active, sigma, outside: false };
            ces_shares(isa, &demand, prices, shares)
        }
        _ if place.nested => {
            let (nest, nests) = (place.nest.as_slice(), place.nests);
            let demand = NestedDemand { utility, active, slope, rho, nest, nests, outside: true };
            nested_shares(isa, &demand, prices, shares)
        }
        _ => {
            let demand = LogitDemand { utility, active, slope, outside: true };
            logit_shares(isa, &demand, prices, shares)
        }
    };
}

/// Price slope (Unit; 0 for free), elasticity of substitution (Budget) and correlation of tastes in
/// a nest (Unit), the last two under the shocks: commoditisation makes products closer substitutes of
/// each other, not of buying nothing.
pub(super) fn taste<const L: usize>(
    segment: &Segment,
    values: &crate::simulate::draws::Values<L>,
    factor: &[f64; L],
) -> [[f64; L]; 3] {
    let rho = values[segment.nest_correlation];
    match segment.kernel {
        Kernel::Unit { price_slope } => {
            let closer: [f64; L] = each(|l| larger(1.0 - (1.0 - rho[l]) / factor[l], 0.0));
            [values[price_slope], [2.0; L], each(|l| pick(factor[l] == 1.0, rho[l], closer[l]))]
        }
        Kernel::Budget { sigma, .. } => {
            let sigma = &values[sigma];
            [[0.0; L], each(|l| sigma[l] * factor[l]), rho]
        }
        Kernel::Free { .. } => [[0.0; L], [2.0; L], rho],
    }
}

/// The game of a market: list prices of those who may move. From one quarter to the next costs and
/// rivals move so far that last quarter's prices are a worse start than a guess.
fn play<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>, m: usize, warm: bool) {
    effective_costs(isa, plan, state, m);
    let status = nash(isa, plan, state, m, warm);
    note(isa, plan, state, m, &status);
}

/// Calls the solver of the segment's kernel on list prices, which are a start when `warm`.
fn nash<const L: usize>(
    isa: Isa,
    plan: &Plan,
    state: &mut State<L>,
    m: usize,
    warm: bool,
) -> GameStatus<L> {
    let place = &plan.places[m];
    let range = place.range.clone();
    let segment = &plan.world.segments[plan.world.markets[m].segment];
    let [slope, sigma, rho] = taste(segment, &state.values, &state.common.substitution);
    let offers = &mut state.offers;
    let (utility, active) = (&offers.utility[range.clone()], &offers.active[range.clone()]);
    let (cost, frozen) = (&offers.effective[range.clone()], &offers.frozen[range.clone()]);
    let prices = &mut offers.list[range.clone()];
    let shares = &mut offers.choice[range];
    let owner = place.owner.as_slice();
    match segment.kernel {
        Kernel::Budget { epsilon, .. } => {
            let demand = CesDemand { utility, active, sigma, outside: false };
            let epsilon = state.values[epsilon];
            let game = CesGame { demand, epsilon, cost, frozen, owner, warm };
            ces_nash(isa, &game, prices, shares)
        }
        _ if place.nested => {
            let (nest, nests) = (place.nest.as_slice(), place.nests);
            let demand = NestedDemand { utility, active, slope, rho, nest, nests, outside: true };
            let game = NestedGame { demand, cost, frozen, owner, warm: true };
            nested_nash(isa, &game, prices, shares)
        }
        _ => {
            let demand = LogitDemand { utility, active, slope, outside: true };
            let game = LogitGame { demand, cost, frozen, owner, warm };
            logit_nash(isa, &game, prices, shares)
        }
    }
}

multiversion! {
    /// Counts a game where somebody was free to move; a price that is not a number falls back to
    /// what was charged before, and the game counts as not converged.
    fn note<const L: usize>(plan: &Plan, state: &mut State<L>, m: usize, status: &GameStatus<L>) {
        let mut free = [0.0; L];
        let mut broken = [0.0; L];
        for n in plan.places[m].range.clone() {
            let (active, frozen) = (&state.offers.active[n], &state.offers.frozen[n]);
            let before = &state.offers.price[n];
            let list = &mut state.offers.list[n];
            let moves: [f64; L] = each(|l| active[l] * (1.0 - frozen[l]));
            free = each(|l| free[l] + moves[l]);
            let sound = |l: usize| list[l].is_finite() & (list[l] >= 0.0);
            let lost: [f64; L] = each(|l| flag((moves[l] > 0.0) & !sound(l)));
            broken = each(|l| broken[l] + lost[l]);
            *list = each(|l| renew(lost[l] > 0.0, before[l], list[l]));
        }
        for l in 0..L {
            let played = flag(free[l] > 0.0);
            state.markets.played[m][l] = played;
            let failed = broken[l] > 0.0 || !status.converged[l];
            state.markets.failed[m][l] = played * flag(failed);
        }
    }
}

multiversion! {
    /// Where no game is played: in a price war, its part of the list price.
    fn charge_list<const L: usize>(plan: &Plan, state: &mut State<L>, m: usize) {
        for n in plan.places[m].range.clone() {
            let war = war(plan, state, n);
            let list = &state.offers.list[n];
            state.offers.price[n] = each(|l| list[l] * war[l]);
        }
    }
}

/// Factor of price wars on the price of an offer; a budget market keeps a thousandth of it,
/// since a budget would buy without end what costs nothing.
#[inline(always)]
fn war<const L: usize>(plan: &Plan, state: &State<L>, n: usize) -> [f64; L] {
    let offer = &plan.offers[n];
    let war = &state.firms.war[offer.firm];
    match plan.world.segments[plan.world.markets[offer.market].segment].kernel {
        Kernel::Budget { .. } => each(|l| war[l].max(1e-3)),
        _ => *war,
    }
}

/// Prices charged where they differ from the list: wars and matching; rivals free to move
/// answer once.
fn charge<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>, m: usize) {
    let changed = charge_first(isa, plan, state, m);
    if !any(&changed) {
        return;
    }
    let range = plan.places[m].range.clone();
    let before: Vec<[[f64; L]; 2]> =
        range.map(|n| [state.offers.list[n], state.offers.frozen[n]]).collect();
    hold(isa, plan, state, m, &changed);
    let status = nash(isa, plan, state, m, true);
    answer(isa, plan, state, m, &changed, &before);
    let failed = &mut state.markets.failed[m];
    for l in 0..L {
        failed[l] = failed[l].max(flag(changed[l] > 0.0 && !status.converged[l]));
    }
}

multiversion! {
    /// What each seller charges before rivals answer; how many differ from the list.
    fn charge_first<const L: usize>(plan: &Plan, state: &mut State<L>, m: usize) -> [f64; L] {
        let mut changed = [0.0; L];
        for n in plan.places[m].range.clone() {
            let firm = plan.offers[n].firm;
            let matches = matches!(plan.world.firms[firm].strategy, Strategy::Match);
            let cap = if matches { rival_price(plan, state, n) } else { [f64::INFINITY; L] };
            let (list, war) = (&state.offers.list[n], war(plan, state, n));
            let frozen = &state.offers.frozen[n];
            let least: [f64; L] = each(|l| list[l].min(cap[l]));
            let price: [f64; L] =
                each(|l| pick(frozen[l] < 0.5, least[l], list[l]) * war[l]);
            changed = each(|l| changed[l] + flag(price[l] != list[l]));
            state.offers.price[n] = price;
        }
        changed
    }
}

multiversion! {
    /// Holds the prices that differ from the list, and all where none does.
    fn hold<const L: usize>(plan: &Plan, state: &mut State<L>, m: usize, changed: &[f64; L]) {
        for n in plan.places[m].range.clone() {
            let (price, list) = (&state.offers.price[n], &state.offers.list[n]);
            let frozen = &state.offers.frozen[n];
            let held: [f64; L] =
                each(|l| flag((price[l] != list[l]) | (changed[l] == 0.0)));
            let to = each(|l| renew(held[l] > 0.0, price[l], list[l]));
            let holds = each(|l| renew(held[l] > 0.0, 1.0, frozen[l]));
            (state.offers.list[n], state.offers.frozen[n]) = (to, holds);
        }
        forget_held(plan, state, m);
    }
}

multiversion! {
    /// Rivals' answers are charged; list prices, and who may move, are those of peace again.
    fn answer<const L: usize>(plan: &Plan, state: &mut State<L>, m: usize, changed: &[f64; L], before: &[[[f64; L]; 2]]) {
        for (n, [list, frozen]) in plan.places[m].range.clone().zip(before) {
            let (found, held) = (state.offers.list[n], &state.offers.frozen[n]);
            let sound = |l: usize| found[l].is_finite() & (found[l] >= 0.0);
            let takes: [f64; L] = each(|l| flag((changed[l] > 0.0) & sound(l)));
            let price = &state.offers.price[n];
            let price = each(|l| renew(takes[l] > 0.0, found[l], price[l]));
            // The list price of a firm at war is what it would charge in peace.
            let own = each(|l| pick((takes[l] > 0.0) & (held[l] <= 0.5), found[l], list[l]));
            (state.offers.price[n], state.offers.list[n]) = (price, own);
            state.offers.frozen[n] = *frozen;
        }
    }
}

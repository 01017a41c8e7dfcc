//! Step 7: what each firm wants to charge: rules given outright, and the costs on which the
//! others play the price game.

use crate::firms::strategy::{cost_plus, effective_cost, from_table, milking, penetration};
use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::numerics::lanes::Isa;
use crate::simulate::lanes::{Offers, State, each, flag, ones, pick, renew};
use crate::simulate::plan::{Offer, Plan};
use crate::world::{Kernel, Strategy};

/// Fills, for every offer: on sale or not, utility without price, whether the price is given, and
/// if so the price.
pub fn intentions<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>) {
    for (f, firm) in plan.world.firms.iter().enumerate() {
        if let Strategy::CostPlus { decay, .. } = firm.strategy
            && state.quarter > 0
            && !plan.is_fixed(decay, 1.0)
        {
            multiply(isa, &mut state.firms.markup[f], &state.values[decay]);
        }
    }
    let moved = std::mem::take(&mut state.turnover);
    for (n, offer) in plan.offers.iter().enumerate() {
        if moved {
            state.offers.active[n] = state.firms.alive[offer.firm];
        }
        let segment = &plan.world.segments[plan.world.markets[offer.market].segment];
        let offers = &mut state.offers;
        if plan.research || matches!(segment.kernel, Kernel::Budget { .. }) {
            utility(isa, plan, state, n, offer);
        } else {
            let walk = &state.products.taste_walk[offer.product];
            add(isa, &mut offers.utility[n], &offers.taste[n], walk);
        }
        if plan.commoditised {
            let Offers { utility, rebase, .. } = &mut state.offers;
            let before = utility[n];
            add(isa, &mut utility[n], &before, &rebase[n]);
        }
        match plan.world.firms[offer.firm].strategy {
            Strategy::CostPlus { markup, .. } if !matches!(segment.kernel, Kernel::Free { .. }) => {
                let Offers { list, price, cost, .. } = &mut state.offers;
                let markup = (&state.values[markup], &state.firms.markup[offer.firm]);
                let alive = &state.firms.alive[offer.firm];
                let sticky = plan.sticky[offer.product];
                let may = &state.products.may_reprice[offer.product];
                let may = if sticky { may } else { ones() };
                rule(isa, &mut list[n], &mut price[n], &cost[n], markup.0, markup.1, alive, may);
            }
            _ => given(isa, plan, state, n, offer),
        }
    }
}

multiversion! {
    fn multiply<const L: usize>(row: &mut [f64; L], by: &[f64; L]) {
        for l in 0..L {
            row[l] *= by[l];
        }
    }
}

multiversion! {
    fn add<const L: usize>(sum: &mut [f64; L], a: &[f64; L], b: &[f64; L]) {
        for l in 0..L {
            sum[l] = a[l] + b[l];
        }
    }
}

multiversion! {
    /// The list price of a rule on cost, for those who live and may move it; charged in peace.
    fn rule<const L: usize>(
        list: &mut [f64; L],
        price: &mut [f64; L],
        cost: &[f64; L],
        markup: &[f64; L],
        k: &[f64; L],
        alive: &[f64; L],
        may: &[f64; L],
    ) {
        for l in 0..L {
            let new = cost_plus(cost[l], markup[l], k[l]);
            list[l] = renew(alive[l] * may[l] > 0.0, new, list[l]);
            price[l] = list[l];
        }
    }
}

multiversion! {
    /// Utility without price, quality and the budget's scale included.
    fn utility<const L: usize>(plan: &Plan, state: &mut State<L>, n: usize, offer: &Offer) {
        let segment = &plan.world.segments[plan.world.markets[offer.market].segment];
        let walk = &state.products.taste_walk[offer.product];
        let taste = &state.offers.taste[n];
        let mut sum = each(|l| taste[l] + walk[l]);
        if plan.research {
            let weight = &state.values[segment.quality_weight];
            let quality = &state.products.quality[offer.product];
            sum = each(|l| sum[l] + weight[l] * quality[l]);
        }
        if let Kernel::Budget { sigma, .. } = segment.kernel {
            let (sigma, factor) = (&state.values[sigma], &state.common.substitution);
            sum = each(|l| sum[l] * (sigma[l] * factor[l] - 1.0));
        }
        state.offers.utility[n] = sum;
    }
}

multiversion! {
    /// Prices that are not the outcome of a game, and who keeps the list price.
    fn given<const L: usize>(plan: &Plan, state: &mut State<L>, n: usize, offer: &Offer) {
        let may = &state.products.may_reprice[offer.product];
        let firm = &plan.world.firms[offer.firm];
        let kernel = &plan.world.segments[plan.world.markets[offer.market].segment].kernel;
        if matches!(kernel, Kernel::Free { .. }) {
            state.offers.list[n] = [0.0; L];
            state.offers.price[n] = [0.0; L];
            return;
        }
        match firm.strategy {
            Strategy::Follow { undercut } => {
                let leader = leader_price(plan, state, offer);
                let undercut = &state.values[undercut];
                let list = &mut state.offers.list[n];
                *list = each(|l| {
                    let led = leader[l] > 0.0;
                    let new = (1.0 - undercut[l]) * leader[l];
                    renew(led && may[l] > 0.0, new, list[l])
                });
                state.offers.frozen[n] = each(|l| 1.0 - (1.0 - flag(leader[l] > 0.0)) * may[l]);
            }
            Strategy::Ration | Strategy::CostPlus { .. } => {}
            _ => state.offers.frozen[n] = each(|l| 1.0 - may[l]),
        }
    }
}

/// Price last charged by the rival with the largest share of the market; 0 without a rival.
#[inline(always)]
fn leader_price<const L: usize>(plan: &Plan, state: &State<L>, offer: &Offer) -> [f64; L] {
    let (mut best, mut price) = ([0.0; L], [0.0; L]);
    for n in plan.places[offer.market].range.clone() {
        let rival = plan.offers[n].firm;
        if rival == offer.firm {
            continue;
        }
        let (share, charged) = (&state.offers.held[n], &state.offers.price_before[n]);
        let alive = &state.firms.alive[rival];
        for l in 0..L {
            let leads = alive[l] * share[l] > best[l];
            best[l] = pick(leads, share[l], best[l]);
            price[l] = pick(leads, charged[l], price[l]);
        }
    }
    price
}

/// Lowest quality-adjusted price of the rivals of `n`, from what they charged last.
#[inline(always)]
pub fn rival_price<const L: usize>(plan: &Plan, state: &State<L>, n: usize) -> [f64; L] {
    let offer = &plan.offers[n];
    let segment = &plan.world.segments[plan.world.markets[offer.market].segment];
    let weight = &state.values[segment.quality_weight];
    let own = &state.products.quality[offer.product];
    let mut least = [f64::INFINITY; L];
    for k in plan.places[offer.market].range.clone() {
        let rival = &plan.offers[k];
        if rival.firm == offer.firm {
            continue;
        }
        let (theirs, charged) =
            (&state.products.quality[rival.product], &state.offers.price_before[k]);
        let alive = &state.firms.alive[rival.firm];
        for l in 0..L {
            let behind = weight[l] * (theirs[l] - own[l]);
            let adjusted = match segment.kernel {
                Kernel::Unit { price_slope } => charged[l] - behind / state.values[price_slope][l],
                _ => charged[l] * exp(-behind),
            };
            let counts = alive[l] > 0.0 && adjusted > 0.0 && adjusted < least[l];
            least[l] = pick(counts, adjusted, least[l]);
        }
    }
    least
}

multiversion! {
    /// Effective marginal cost of every offer of a market.
    pub fn effective_costs<const L: usize>(plan: &Plan, state: &mut State<L>, m: usize) {
        for n in plan.places[m].range.clone() {
            let offer = &plan.offers[n];
            let firm = &plan.world.firms[offer.firm];
            let value = value_of_a_sale(plan, state, n, offer);
            let cost = state.offers.cost[n];
            let partner = &state.values[firm.partner_share];
            let (shadow, hours) = (&state.firms.shadow[offer.firm], &state.offers.hours[n]);
            state.offers.effective[n] =
                each(|l| effective_cost(cost[l], partner[l], shadow[l] * hours[l], value[l]));
        }
        forget_held(plan, state, m);
    }
}

/// A seller who cannot move any price of a market has no first-order condition there: a cost
/// above its price must not trouble the solver.
#[inline(always)]
pub fn forget_held<const L: usize>(plan: &Plan, state: &mut State<L>, m: usize) {
    let place = &plan.places[m];
    let offers = &mut state.offers;
    let free = &mut state.kept[2][place.range.clone()];
    free.fill([0.0; L]);
    for (&owner, n) in place.owner.iter().zip(place.range.clone()) {
        let (frozen, active) = (&offers.frozen[n], &offers.active[n]);
        for l in 0..L {
            free[owner][l] += (1.0 - frozen[l]) * active[l];
        }
    }
    for (&owner, n) in place.owner.iter().zip(place.range.clone()) {
        let (free, list) = (&free[owner], &offers.list[n]);
        let cost = &mut offers.effective[n];
        for l in 0..L {
            let held = free[l] == 0.0 && list[l] > 0.0 && cost[l] > list[l];
            cost[l] = renew(held, list[l], cost[l]);
        }
    }
}

#[inline(always)]
fn value_of_a_sale<const L: usize>(
    plan: &Plan,
    state: &State<L>,
    n: usize,
    offer: &Offer,
) -> [f64; L] {
    let values = &state.values;
    let (cost, held) = (&state.offers.cost[n], &state.offers.held[n]);
    match &plan.world.firms[offer.firm].strategy {
        Strategy::Penetrate { value, share_target, runway_min } => {
            let (value, target) = (&values[*value], &values[*share_target]);
            let least = &values[*runway_min];
            let cash = state.ledger.cash(offer.firm);
            let flow = &state.firms.cash_flow[offer.firm];
            each(|l| {
                let runway = crate::capital::burn::runway(cash[l], flow[l]);
                penetration(value[l], cost[l], [held[l], target[l]], [runway, least[l]])
            })
        }
        Strategy::Harvest { .. } => {
            let segment = &plan.world.segments[plan.world.markets[offer.market].segment];
            let theta = &values[segment.reoptimise];
            let price = &state.offers.price_before[n];
            each(|l| milking(theta[l], price[l], cost[l]))
        }
        Strategy::Table { points } => each(|l| from_table(points, held[l]) * cost[l]),
        _ => [0.0; L],
    }
}

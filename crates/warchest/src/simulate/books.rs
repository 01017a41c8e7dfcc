//! Steps 8 to 11: sales, cash, exits.

use crate::capital::ledger::{Kind, Outside, whole};
use crate::multiversion;
use crate::simulate::lanes::State;
use crate::simulate::outcome::{Cause, Status};
use crate::simulate::plan::Plan;

multiversion! {
    /// Sells, pays for compute and staff.
    pub fn sales<const L: usize>(plan: &Plan, state: &mut State<L>) {
        let world = plan.world;
        let ledger = &mut state.ledger;
        ledger.new_quarter();
        let customers = ledger.outside(Outside::Customers);
        let clouds = ledger.outside(Outside::Clouds);
        let staff = ledger.outside(Outside::Staff);
        state.firms.levered.fill([0.0; L]);
        for (n, offer) in plan.offers.iter().enumerate() {
            let size = &state.markets.size[offer.market];
            let (share, price, cost) = (&state.offers.share[n], &state.offers.price[n], &state.offers.cost[n]);
            let units = &mut state.offers.units[n];
            let (mut sold, mut compute) = ([0.0; L], [0.0; L]);
            let levered = &mut state.firms.levered[offer.firm];
            for l in 0..L {
                units[l] = size[l] * share[l];
                sold[l] = whole(units[l] * price[l]);
                compute[l] = whole(units[l] * cost[l]);
                levered[l] += sold[l] - compute[l];
            }
            ledger.post(Kind::Sales, customers, offer.firm, &sold);
            ledger.post(Kind::Compute, offer.firm, clouds, &compute);
        }
        let elsewhere = ledger.outside(Outside::Elsewhere);
        for (f, firm) in world.firms.iter().enumerate() {
            if let Some(z) = state.draws.normal(plan.slots.other_cash[f]) {
                let (mean, sd) = (&state.values[firm.other_cash], &state.values[firm.other_cash_volatility]);
                let alive = &state.firms.alive[f];
                let mut flow = [0.0; L];
                for l in 0..L {
                    flow[l] = whole((mean[l] + sd[l] * z[l]) * alive[l]);
                    state.firms.levered[f][l] += flow[l];
                }
                ledger.post(Kind::Other, elsewhere, f, &flow);
            }
            let mut opex = [0.0; L];
            let alive = &state.firms.alive[f];
            for l in 0..L {
                state.firms.opex[f][l] *= state.firms.opex_factor[f][l];
                opex[l] = whole(state.firms.opex[f][l] * alive[l]);
                state.firms.levered[f][l] -= opex[l];
            }
            ledger.post(Kind::Opex, f, staff, &opex);
        }
    }
}

multiversion! {
    /// Who runs out of cash.
    pub fn exits<const L: usize>(plan: &Plan, state: &mut State<L>) {
        let now = f64::from(state.quarter);
        let all = &mut state.firms;
        for f in 0..plan.world.firms.len() {
            let cash = state.ledger.cash(f);
            for l in 0..L {
                let dies = all.alive[f][l] > 0.0 && cash[l] < 0.0;
                all.alive[f][l] = if dies { 0.0 } else { all.alive[f][l] };
                all.exit_quarter[f][l] = if dies { now } else { all.exit_quarter[f][l] };
                all.cause[f][l] = if dies { f64::from(Cause::NoRound as u8) } else { all.cause[f][l] };
                all.status[f][l] = if dies { f64::from(Status::Liquidated as u8) } else { all.status[f][l] };
            }
        }
    }
}

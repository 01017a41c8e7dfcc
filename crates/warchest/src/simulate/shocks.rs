//! Step 1: what nobody chose.

use crate::multiversion;
use crate::numerics::elementary::exp;
use crate::numerics::lanes::Isa;
use crate::simulate::commoditise::rebase;
use crate::simulate::lanes::{State, each, flag};
use crate::simulate::plan::Plan;
use crate::world::{Shock, ShockKind};

/// Efficiency, tastes, mood and the scenario's own shocks.
pub fn shocks<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>) {
    efficiency(isa, plan, state);
    for (j, product) in plan.world.products.iter().enumerate() {
        if let Some(z) = state.draws.normal(plan.slots.taste[j]) {
            let sigma = &state.values[product.taste_volatility];
            jitter(isa, &mut state.products.taste_walk[j], sigma, z);
        }
    }
    if plan.world.funding.enabled {
        mood(isa, plan, state);
    }
    if !plan.world.shocks.is_empty() {
        scenario(isa, plan, state);
    }
    if plan.commoditised {
        rebase(isa, plan, state);
    }
}

/// Δln A = g + σ ε, common and own.
fn efficiency<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>) {
    let technology = &plan.world.technology;
    let (values, draws) = (&state.values, &state.draws);
    let common = &mut state.common.ln_efficiency;
    match technology.efficiency_curve {
        Some(curve) => {
            let change = &state.curve_change[curve];
            *common = each(|l| common[l] - change[l]);
        }
        None => drift(isa, common, &values[technology.efficiency_growth]),
    }
    if let Some(z) = draws.normal(plan.slots.efficiency) {
        jitter(isa, common, &values[technology.efficiency_volatility], z);
    }
    for (f, firm) in plan.world.firms.iter().enumerate() {
        let own = &mut state.firms.ln_efficiency[f];
        let growth = &values[firm.efficiency_growth];
        match draws.normal(plan.slots.own_efficiency[f]) {
            Some(z) => walk(isa, own, growth, &values[firm.efficiency_volatility], z),
            None => drift(isa, own, growth),
        }
    }
}

multiversion! {
    fn drift<const L: usize>(row: &mut [f64; L], growth: &[f64; L]) {
        for l in 0..L {
            row[l] += growth[l];
        }
    }
}

multiversion! {
    fn jitter<const L: usize>(row: &mut [f64; L], sigma: &[f64; L], z: &[f32; L]) {
        for l in 0..L {
            row[l] += sigma[l] * f64::from(z[l]);
        }
    }
}

multiversion! {
    /// Drift first, then noise.
    fn walk<const L: usize>(row: &mut [f64; L], growth: &[f64; L], sigma: &[f64; L], z: &[f32; L]) {
        for l in 0..L {
            row[l] = (row[l] + growth[l]) + sigma[l] * f64::from(z[l]);
        }
    }
}

multiversion! {
    /// m' = φ m + σ_m ε − J·1[crash], and the pool it leaves.
    fn mood<const L: usize>(plan: &Plan, state: &mut State<L>) {
        let funding = &plan.world.funding;
        let values = &state.values;
        let mood = &mut state.common.mood;
        let phi = &values[funding.mood_persistence];
        for l in 0..L {
            mood[l] *= phi[l];
        }
        if let Some(z) = state.draws.normal(plan.slots.mood) {
            let sigma = &values[funding.mood_volatility];
            for l in 0..L {
                mood[l] += sigma[l] * f64::from(z[l]);
            }
        }
        if let Some(u) = state.draws.uniform(plan.slots.crash) {
            let (hazard, depth) = (&values[funding.crash_hazard], &values[funding.crash_depth]);
            for l in 0..L {
                state.common.crash[l] = flag(u[l] <= hazard[l]);
                mood[l] -= depth[l] * state.common.crash[l];
            }
        }
        let (start, growth) = (&values[funding.pool], &values[funding.pool_growth]);
        let response = &values[funding.pool_mood];
        let quarters = f64::from(state.quarter);
        for l in 0..L {
            state.common.pool_factor[l] = exp(response[l] * mood[l]);
            let trend = start[l] * exp(growth[l] * quarters);
            state.common.pool[l] = trend * state.common.pool_factor[l];
        }
    }
}

/// Is the shock on in this quarter?
#[inline(always)]
fn is_on(shock: &Shock, quarter: u32) -> bool {
    quarter >= shock.start.0 && quarter - shock.start.0 < shock.length
}

multiversion! {
    /// The scenario's shocks, each from its start for its length.
    fn scenario<const L: usize>(plan: &Plan, state: &mut State<L>) {
        let common = &mut state.common;
        common.substitution = [1.0; L];
        common.freeze = [1.0; L];
        common.shortage = [1.0; L];
        common.demand = [1.0; L];
        state.firms.war.fill([1.0; L]);
        for (r, region) in plan.world.regions.iter().enumerate() {
            state.regions.rent_factor[r] = state.values[region.compute_price_factor];
        }
        for shock in plan.world.shocks.iter().filter(|shock| is_on(shock, state.quarter)) {
            let size = state.values[shock.size];
            let common = &mut state.common;
            for l in 0..L {
                match shock.kind {
                    ShockKind::Commoditise => common.substitution[l] *= 1.0 + size[l],
                    ShockKind::FundingFreeze => common.freeze[l] *= (1.0 - size[l]).max(0.0),
                    ShockKind::ComputeShortage => common.shortage[l] *= 1.0 + size[l],
                    ShockKind::DemandShift => common.demand[l] *= (1.0 + size[l]).max(0.0),
                    ShockKind::PriceWar
                    | ShockKind::Entrant
                    | ShockKind::OpenRelease
                    | ShockKind::ExportBan => {}
                }
            }
            match shock.kind {
                ShockKind::PriceWar => {
                    for f in 0..plan.world.firms.len() {
                        if shock.firms.is_empty() || shock.firms.contains(&f) {
                            for l in 0..L {
                                state.firms.war[f][l] *= (1.0 - size[l]).max(0.0);
                            }
                        }
                    }
                }
                ShockKind::ExportBan => {
                    for r in 0..plan.world.regions.len() {
                        if shock.regions.is_empty() || shock.regions.contains(&r) {
                            for l in 0..L {
                                state.regions.rent_factor[r][l] *= 1.0 + size[l];
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        for l in 0..L {
            state.common.pool[l] *= state.common.freeze[l];
            state.common.pool_factor[l] *= state.common.freeze[l];
        }
    }
}

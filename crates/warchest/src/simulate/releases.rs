//! Step 4: research adds up, models come out, the open frontier follows.

use crate::capital::ledger::whole;
use crate::multiversion;
use crate::numerics::elementary::{exp, ln};
use crate::rng::{normal_by_path, student_3_by_path};
use crate::simulate::lanes::{State, any, each, flag, pick, renew};
use crate::simulate::plan::Plan;
use crate::world::{ShockKind, Strategy};

multiversion! {
    /// Spends on research, releases models, moves the open frontier, sets product qualities.
    pub fn releases<const L: usize>(plan: &Plan, state: &mut State<L>) {
        if plan.research {
            for f in 0..plan.world.firms.len() {
                research(plan, state, f);
                release(plan, state, f);
            }
            open_frontier(plan, state);
            qualities(plan, state);
        }
        may_reprice(plan, state);
    }
}

/// F = max(floor, share of revenue) + share of funds raised, cut when the runway is short;
/// X' = X + A·F/w, both over the start.
#[inline(always)]
fn research<const L: usize>(plan: &Plan, state: &mut State<L>, f: usize) {
    let firm = &plan.world.firms[f];
    if matches!(firm.strategy, Strategy::Harvest { .. }) {
        state.firms.research[f] = [0.0; L];
        return;
    }
    let values = &state.values;
    let (share, of_raised) = (&values[firm.research_share], &values[firm.research_of_raised]);
    let stock = &values[firm.research_stock];
    let most = affordable(plan, state, f);
    let firms = &mut state.firms;
    let alive = firms.alive[f];
    let own = firms.ln_efficiency[f];
    let (floor, factor) = (&firms.research_floor[f], &state.factors[plan.research_factor[f]]);
    let floor = each(|l| floor[l] * factor[l]);
    let (revenue, raised) = (&firms.revenue[f], &firms.raised_last[f]);
    let spend: [f64; L] = each(|l| {
        let spend = floor[l].max(share[l] * revenue[l]) + of_raised[l] * raised[l];
        whole(spend.max(0.0).min(most[l]) * alive[l])
    });
    let (common, rent) = (&state.common.ln_efficiency, &state.common.rent);
    let all = &mut firms.research_stock[f];
    *all = each(|l| {
        let added = exp(common[l] + own[l]) * spend[l] / rent[l];
        all[l] + pick(stock[l] > 0.0, added / stock[l], 0.0)
    });
    (firms.research_floor[f], firms.research[f]) = (floor, spend);
}

/// The most a firm spends on research: what the rest of the business brought in last quarter and
/// the part of its cash that leaves it its least runway; no limit in the first quarter, nor where
/// every shortfall is filled.
#[inline(always)]
fn affordable<const L: usize>(plan: &Plan, state: &State<L>, f: usize) -> [f64; L] {
    let least = plan.world.firms[f].research_cut_runway;
    if plan.is_fixed(least, 0.0) || state.quarter == 0 || state.free_funding {
        return [f64::INFINITY; L];
    }
    let least = &state.values[least];
    let (cash, firms) = (state.ledger.cash(f), &state.firms);
    let (levered, research) = (&firms.levered[f], &firms.research[f]);
    each(|l| {
        let most = cash[l] / least[l] + levered[l] + research[l];
        if least[l] > 0.0 { most.max(0.0) } else { f64::INFINITY }
    })
}

/// With hazard 1 − e^{−1/d} a model comes out: q = q_0 + η ln(X/X_0) + ε, kept when better, and
/// tastes jump by σ_ζ·t(3).
#[inline(always)]
fn release<const L: usize>(plan: &Plan, state: &mut State<L>, f: usize) {
    let firm = &plan.world.firms[f];
    state.firms.released[f] = [0.0; L];
    if let Strategy::Harvest { decay } = firm.strategy {
        let (decay, quality) = (&state.values[decay], &mut state.firms.quality[f]);
        *quality = each(|l| quality[l] - decay[l]);
        return;
    }
    let Some(u) = state.draws.uniform(plan.slots.release[f]) else { return };
    let gap = &state.values[firm.release_gap];
    let alive = &state.firms.alive[f];
    let out = each(|l| {
        let hazard = 1.0 - exp(-1.0 / gap[l].max(1e-9));
        flag(gap[l] > 0.0 && u[l] <= hazard) * alive[l]
    });
    state.firms.released[f] = out;
    if any(&out) {
        better_model(plan, state, f);
        for (j, product) in plan.world.products.iter().enumerate() {
            if product.firm == f {
                taste_jump(plan, state, j, &out);
            }
        }
    }
}

#[inline(always)]
fn better_model<const L: usize>(plan: &Plan, state: &mut State<L>, f: usize) {
    let technology = &plan.world.technology;
    let firm = &plan.world.firms[f];
    let noise = &state.values[technology.release_noise];
    let productivity = &state.values[technology.research_productivity];
    let start = &state.values[firm.quality];
    let (path, quarter) = (state.path, state.quarter);
    let z: [f64; L] = normal_by_path(plan.rare[f].release_noise, path, quarter);
    let (released, stock) = (&state.firms.released[f], &state.firms.research_stock[f]);
    let quality = &mut state.firms.quality[f];
    *quality = each(|l| {
        let found = start[l] + productivity[l] * ln(stock[l]) + noise[l] * z[l];
        let better = released[l] != 0.0 && found > quality[l];
        renew(better, found, quality[l])
    });
}

#[inline(always)]
fn taste_jump<const L: usize>(plan: &Plan, state: &mut State<L>, j: usize, out: &[f64; L]) {
    let scale = state.values[plan.world.technology.taste_jump];
    if plan.is_fixed(plan.world.technology.taste_jump, 0.0) {
        return;
    }
    let t: [f64; L] = student_3_by_path(plan.jumps[j], state.path, state.quarter);
    let walk = &mut state.products.taste_walk[j];
    *walk = each(|l| {
        let moved = walk[l] + scale[l] * t[l];
        renew(out[l] != 0.0, moved, walk[l])
    });
}

/// q_O' = max(q_O, q*(t − lag) + ε); an open release closes a share of the gap at its start.
#[inline(always)]
fn open_frontier<const L: usize>(plan: &Plan, state: &mut State<L>) {
    let technology = &plan.world.technology;
    let now = state.quarter as usize + 1;
    let mut best = state.common.frontier;
    for f in 0..plan.world.firms.len() {
        let (quality, alive) = (&state.firms.quality[f], &state.firms.alive[f]);
        if !plan.world.firms[f].serves_open {
            for l in 0..L {
                let ahead = alive[l] > 0.0 && quality[l] > best[l];
                best[l] = pick(ahead, quality[l], best[l]);
            }
        }
    }
    state.common.frontier = best;
    state.frontier_path[now] = best;
    let lag = &state.values[technology.open_lag];
    let noise = &state.values[technology.open_noise];
    let z = state.draws.normal(plan.slots.open);
    for l in 0..L {
        let at = now as f64 - lag[l].max(0.0);
        if at >= 0.0 {
            let below = at as usize;
            let part = at - below as f64;
            let above = (below + 1).min(now);
            let past =
                state.frontier_path[below][l] * (1.0 - part) + state.frontier_path[above][l] * part;
            let found = past + z.map_or(0.0, |z| noise[l] * f64::from(z[l]));
            let open = &mut state.common.open[l];
            *open = if found > *open { found } else { *open };
        }
    }
    for shock in &plan.world.shocks {
        if shock.kind == ShockKind::OpenRelease && shock.start.0 == state.quarter {
            let size = &state.values[shock.size];
            for l in 0..L {
                let gap = (best[l] - state.common.open[l]).max(0.0);
                state.common.open[l] += size[l] * gap;
            }
        }
    }
}

#[inline(always)]
fn qualities<const L: usize>(plan: &Plan, state: &mut State<L>) {
    for (f, firm) in plan.world.firms.iter().enumerate() {
        if firm.serves_open {
            // A better open model is a release for those who serve it: their prices may move.
            let (open, old) = (state.common.open, state.firms.quality[f]);
            for l in 0..L {
                let better = flag(open[l] > old[l]) * state.firms.alive[f][l];
                state.firms.released[f][l] = state.firms.released[f][l].max(better);
            }
            state.firms.quality[f] = open;
        }
    }
    for (j, product) in plan.world.products.iter().enumerate() {
        let offset = &state.values[product.quality_offset];
        let quality = &state.firms.quality[product.firm];
        state.products.quality[j] = each(|l| quality[l] + offset[l]);
    }
}

/// A list price moves after a release or, rarely, without one.
#[inline(always)]
fn may_reprice<const L: usize>(plan: &Plan, state: &mut State<L>) {
    for (j, product) in plan.world.products.iter().enumerate() {
        if !plan.sticky[j] {
            continue;
        }
        let released = &state.firms.released[product.firm];
        let hazard = &state.values[plan.world.segments[product.segment].reprice_hazard];
        let open = &mut state.products.may_reprice[j];
        match state.draws.uniform(plan.slots.reprice[j]) {
            Some(u) => {
                *open = each(|l| released[l].max(flag(u[l] <= hazard[l])));
            }
            None => {
                *open = each(|l| released[l].max(flag(hazard[l] >= 1.0)));
            }
        }
    }
}

//! The start of a group of paths: parameters drawn, tastes inverted from shares.

use crate::capital::ledger::whole;
use crate::demand::choice::{CesDemand, LogitDemand, NestedDemand};
use crate::demand::choice::{ces_shares, logit_shares, nested_shares};
use crate::numerics::elementary::{exp, ln};
use crate::numerics::lanes::Isa;
use crate::simulate::commoditise::note_start;
use crate::simulate::lanes::{Common, State, each, flag, pick};
use crate::simulate::outcome::{NEVER, Status};
use crate::simulate::plan::Plan;
use crate::world::{Appeal, Kernel, MarketId, Size};

impl<const L: usize> State<L> {
    /// Puts the group at the start of paths `path .. path + L`.
    pub fn begin(&mut self, isa: Isa, plan: &Plan, path: u64) {
        self.path = path;
        self.quarter = 0;
        self.values.draw_path(plan, path);
        // What moves every quarter starts at its first draw, not at what the paths before left.
        self.curve_level.fill([0.0; L]);
        self.values.draw_quarter(plan, path, 0, &self.curve_level);
        self.common = Common::new();
        self.common.leader_change = [f64::from(NEVER); L];
        self.firms.clear();
        self.begin_firms(plan);
        let State { ledger, balances_before, .. } = self;
        balances_before.clone_from_slice(ledger.balances());
        self.begin_common(plan);
        self.begin_markets(plan);
        for m in 0..plan.places.len() {
            self.invert(plan, m);
            if plan.places[m].start {
                self.evaluate_start(isa, plan, m);
            }
        }
        if plan.commoditised {
            note_start(isa, plan, self);
        }
    }

    fn begin_firms(&mut self, plan: &Plan) {
        let never = f64::from(NEVER);
        for (f, firm) in plan.world.firms.iter().enumerate() {
            let values = &self.values;
            let all = &mut self.firms;
            let waits = firm.entry.is_some();
            all.alive[f] = [flag(!waits); L];
            let status = if waits { Status::Outside } else { Status::Alive };
            all.status[f] = [f64::from(status as u8); L];
            all.exit_quarter[f] = [never; L];
            all.entry_quarter[f] = [if waits { never } else { 0.0 }; L];
            all.cash_positive[f] = [never; L];
            all.markup[f] = [1.0; L];
            all.war[f] = [1.0; L];
            all.stake[f] = [1.0; L];
            all.served[f] = [1.0; L];
            all.research_stock[f] = [1.0; L];
            all.debt[f] = values[firm.debt].map(whole);
            all.opex[f] = values[firm.opex];
            all.research_floor[f] = values[firm.research_floor];
            all.quality[f] = values[firm.quality];
            all.valuation[f] = values[firm.valuation];
            let (capacity, unit) =
                (&values[firm.capacity], &values[plan.world.technology.capacity_cost]);
            all.capacity[f] = each(|l| whole(capacity[l]));
            all.book[f] = each(|l| whole(capacity[l]) * unit[l]);
        }
        for (factor, &growth) in self.factors.iter_mut().zip(&plan.factors) {
            // A factor is never 0 once it is known.
            if factor[0] == 0.0 || !plan.is_known(growth) {
                *factor = self.values[growth].map(exp);
            }
        }
        let (values, firms) = (&self.values, &plan.world.firms);
        self.ledger.open(|f| {
            let waits = firms[f].entry.is_some();
            each(|l| pick(waits, 0.0, whole(values[firms[f].cash][l])))
        });
    }

    fn begin_common(&mut self, plan: &Plan) {
        let technology = &plan.world.technology;
        self.common.rent = self.values[technology.compute_price];
        for (r, region) in plan.world.regions.iter().enumerate() {
            self.regions.adopters[r] = self.values[region.adopters];
            self.regions.rent_factor[r] = self.values[region.compute_price_factor];
        }
        let (mut best, mut open) = ([f64::NEG_INFINITY; L], [f64::NEG_INFINITY; L]);
        for firm in &plan.world.firms {
            let quality = &self.values[firm.quality];
            let to = if firm.serves_open { &mut open } else { &mut best };
            for l in 0..L {
                to[l] = pick(firm.entry.is_none(), to[l].max(quality[l]), to[l]);
            }
        }
        for l in 0..L {
            best[l] = pick(best[l].is_finite(), best[l], 0.0);
            open[l] = pick(open[l].is_finite(), open[l], best[l]);
        }
        self.common.frontier = best;
        self.common.frontier_start = best;
        self.common.open = open;
        self.frontier_path[0] = best;
        self.orders.fill([0.0; L]);
        self.last_shadow.fill([0.0; L]);
        self.last_excess.fill([0.0; L]);
        self.begin_curves(plan);
    }

    fn begin_curves(&mut self, plan: &Plan) {
        for (c, curve) in plan.world.curves.iter().enumerate() {
            let stream = plan.curves[c];
            for l in 0..L {
                let path = self.path + l as u64;
                let normals = stream.normals(path, 0);
                let (u, _) = stream.uniforms(path, 1);
                self.curves[c][l] = curve.path([normals.0, normals.1], u.min(1.0 - 1e-15));
            }
            self.curve_level[c] = [0.0; L];
        }
    }

    fn begin_markets(&mut self, plan: &Plan) {
        self.products.taste_walk.fill([0.0; L]);
        for (j, product) in plan.world.products.iter().enumerate() {
            let (offset, own) =
                (&self.values[product.quality_offset], &self.firms.quality[product.firm]);
            self.products.quality[j] = each(|l| offset[l] + own[l]);
        }
        for (m, market) in plan.world.markets.iter().enumerate() {
            let segment = &plan.world.segments[market.segment];
            self.markets.rt_per_unit[m] = self.values[segment.rt_per_unit];
            self.markets.fade[m] = [1.0; L];
            if let Size::Walk { start, .. } = market.size {
                self.markets.trend[m] = self.values[start];
            }
        }
        let free = |n: usize| {
            let segment = plan.world.markets[plan.offers[n].market].segment;
            matches!(plan.world.segments[segment].kernel, Kernel::Free { .. })
        };
        for (n, offer) in plan.offers.iter().enumerate() {
            let listed = self.values[plan.world.products[offer.product].list_price];
            self.offers.list[n] = if free(n) { [0.0; L] } else { listed };
            self.offers.price[n] = self.offers.list[n];
            self.offers.price_before[n] = self.offers.list[n];
            self.offers.held[n] = [0.0; L];
            self.offers.active[n] = self.firms.alive[offer.firm];
            self.offers.frozen[n] = [flag(plan.is_rule(offer)); L];
        }
        for j in 0..plan.world.products.len() {
            self.products.may_reprice[j] = [flag(!plan.sticky[j]); L];
        }
        self.turnover = false;
    }

    /// Tastes: given, or inverted from the shares of the start (Berry 1994): with the outside
    /// share s_0, `V_j = ln s_j − ln s_0 − ρ ln s_{j|g}`; a budget has no outside share.
    fn invert(&mut self, plan: &Plan, m: MarketId) {
        let market = &plan.world.markets[m];
        let segment = &plan.world.segments[market.segment];
        for n in plan.places[m].range.clone() {
            let offer = &plan.offers[n];
            let Appeal::Share(share) = market.listings[offer.listing].appeal else {
                let Appeal::Taste(taste) = market.listings[offer.listing].appeal else { continue };
                self.offers.taste[n] = self.values[taste];
                continue;
            };
            let (inside, in_nest) = self.shares_of_start(plan, m, n);
            let rho = &self.values[segment.nest_correlation];
            let weight = &self.values[segment.quality_weight];
            let (price, quality) = (&self.offers.list[n], &self.products.quality[offer.product]);
            let share = &self.values[share];
            let sigma_slope = match segment.kernel {
                Kernel::Unit { price_slope } => self.values[price_slope],
                Kernel::Budget { sigma, .. } => self.values[sigma],
                Kernel::Free { .. } => [0.0; L],
            };
            let budget = matches!(segment.kernel, Kernel::Budget { .. });
            self.offers.taste[n] = each(|l| {
                let s = share[l].max(1e-12);
                if budget {
                    return ln(s) / (sigma_slope[l] - 1.0) + ln(price[l].max(1e-300))
                        - weight[l] * quality[l];
                }
                let outside = (1.0 - inside[l]).max(1e-6);
                let v = ln(s / outside) - rho[l] * ln(s / in_nest[l].max(s));
                v + sigma_slope[l] * price[l] - weight[l] * quality[l]
            });
        }
    }

    /// Shares given for those on sale at the start: all, and in the nest of `n`.
    fn shares_of_start(&self, plan: &Plan, m: MarketId, n: usize) -> ([f64; L], [f64; L]) {
        let place = &plan.places[m];
        let nest = place.nest[n - place.range.start];
        let (mut inside, mut in_nest) = ([0.0; L], [0.0; L]);
        for k in place.range.clone() {
            let listing = &plan.world.markets[m].listings[plan.offers[k].listing];
            let Appeal::Share(share) = listing.appeal else { continue };
            let (share, active) = (&self.values[share], &self.offers.active[k]);
            let same = place.nest[k - place.range.start] == nest;
            for l in 0..L {
                inside[l] += share[l] * active[l];
                in_nest[l] += pick(same, share[l] * active[l], 0.0);
            }
        }
        (inside, in_nest)
    }

    /// Shares and log sum at the list prices of the start.
    fn evaluate_start(&mut self, isa: Isa, plan: &Plan, m: MarketId) {
        let place = &plan.places[m];
        let range = place.range.clone();
        let segment = &plan.world.segments[plan.world.markets[m].segment];
        let weight = self.values[segment.quality_weight];
        for n in range.clone() {
            let quality = &self.products.quality[plan.offers[n].product];
            let taste = &self.offers.taste[n];
            let scale = match segment.kernel {
                Kernel::Budget { sigma, .. } => each(|l| self.values[sigma][l] - 1.0),
                _ => [1.0; L],
            };
            self.offers.utility[n] = each(|l| (taste[l] + weight[l] * quality[l]) * scale[l]);
        }
        let slope = match segment.kernel {
            Kernel::Unit { price_slope } => self.values[price_slope],
            _ => [0.0; L],
        };
        let rho = self.values[segment.nest_correlation];
        let offers = &mut self.offers;
        let (utility, active) = (&offers.utility[range.clone()], &offers.active[range.clone()]);
        let prices = &offers.list[range.clone()];
        let shares = &mut offers.held[range];
        let (nest, nests) = (place.nest.as_slice(), place.nests);
        self.markets.log_sum_start[m] = match segment.kernel {
            Kernel::Budget { sigma, .. } => {
                let sigma = self.values[sigma];
                let demand = CesDemand { utility, active, sigma, outside: false };
                ces_shares(isa, &demand, prices, shares)
            }
            _ if place.nested => {
                let demand =
                    NestedDemand { utility, active, slope, rho, nest, nests, outside: true };
                nested_shares(isa, &demand, prices, shares)
            }
            _ => {
                let demand = LogitDemand { utility, active, slope, outside: true };
                logit_shares(isa, &demand, prices, shares)
            }
        };
    }
}

//! `[technology]` and `[funding]`.

use super::{Checker, Scope};
use crate::scenario::raw::Table;
use crate::world::{Dist, Funding, Technology};

impl Checker<'_> {
    pub(super) fn technology(&mut self, root: &Scope<'_>) -> Technology {
        let empty = Table::default();
        let scope = self.table(root, "technology", &empty);
        let efficiency_growth = self.param(&scope, "efficiency_growth");
        let curve = self.params.get(efficiency_growth.0 as usize).map(|param| &param.dist);
        let efficiency_curve = match curve {
            Some(Dist::Curve(index)) => Some(*index),
            _ => None,
        };
        let mut param = |key| self.param(&scope, key);
        Technology {
            efficiency_growth,
            efficiency_curve,
            efficiency_volatility: param("efficiency_volatility"),
            cost_of_quality: param("cost_of_quality"),
            compute_price: param("compute_price"),
            compute_price_drift: param("compute_price_drift"),
            compute_price_volatility: param("compute_price_volatility"),
            compute_price_reversion: param("compute_price_reversion"),
            compute_tightness: param("compute_tightness"),
            depreciation: param("depreciation"),
            capacity_cost: param("capacity_cost"),
            energy_share: param("energy_share"),
            chip_share: param("chip_share"),
            research_productivity: param("research_productivity"),
            release_noise: param("release_noise"),
            taste_jump: param("taste_jump"),
            open_lag: param("open_lag"),
            open_noise: param("open_noise"),
            lead_time: self.fixed(&scope, "lead_time").round() as u32,
        }
    }

    pub(super) fn funding(&mut self, root: &Scope<'_>) -> Funding {
        let empty = Table::default();
        let scope = self.table(root, "funding", &empty);
        let enabled = self.flag(&scope, "enabled");
        let mut param = |key| self.param(&scope, key);
        Funding {
            enabled,
            seek_runway: param("seek_runway"),
            alpha: [
                param("raise_constant"),
                param("raise_growth"),
                param("raise_mood"),
                param("raise_runway"),
                param("raise_strategic"),
                param("raise_margin"),
            ],
            round_quarters: param("round_quarters"),
            paid_at_close: param("paid_at_close"),
            debt_share: param("debt_share"),
            pool: param("pool"),
            pool_growth: param("pool_growth"),
            pool_mood: param("pool_mood"),
            pool_share: param("pool_share"),
            mood_persistence: param("mood_persistence"),
            mood_volatility: param("mood_volatility"),
            crash_hazard: param("crash_hazard"),
            crash_depth: param("crash_depth"),
            multiple: [
                param("multiple"),
                param("multiple_growth"),
                param("multiple_mood"),
                param("multiple_noise"),
            ],
            listing_revenue: param("listing_revenue"),
            listing_hazard: param("listing_hazard"),
            listing_multiple: param("listing_multiple"),
            rescue: param("rescue"),
            acquisition: param("acquisition"),
            acquisition_price: param("acquisition_price"),
            scrap: param("scrap"),
            mark_fade: param("mark_fade"),
        }
    }
}

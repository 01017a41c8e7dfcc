//! One quarter of the market, in the order of events of `docs/model.md`.

use crate::numerics::lanes::Isa;
use crate::simulate::lanes::State;
use crate::simulate::plan::Plan;
use crate::simulate::{books, costs, market, shocks};

/// Lives one quarter on `L` paths.
pub fn quarter<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>, quarter: u32) {
    state.quarter = quarter;
    state.draws.turn(isa, plan, state.path, quarter);
    shocks::shocks(isa, plan, state);
    costs::unit_costs(isa, plan, state);
    market::prices_and_shares(isa, plan, state);
    books::sales(isa, plan, state);
    books::exits(isa, plan, state);
}

//! One quarter of the market, in the order of events of `docs/model.md`.

use crate::numerics::lanes::Isa;
use crate::simulate::lanes::State;
use crate::simulate::plan::Plan;
use crate::simulate::{
    adoption, audit, books, capacity, close, costs, exits, funding, market, releases, sales, shocks,
};

/// Lives one quarter on `L` paths.
pub fn quarter<const L: usize>(isa: Isa, plan: &Plan, state: &mut State<L>, quarter: u32) {
    state.turn_to(isa, plan, quarter);
    // 1. Nature moves: efficiency, tastes, mood, the scenario's shocks.
    shocks::shocks(isa, plan, state);
    // 2. Capacity ordered quarters ago arrives; the rental price clears compute.
    capacity::capacity(isa, plan, state);
    // 4. Research is spent, models come out, the open frontier follows.
    releases::releases(isa, plan, state);
    // 3. Each firm learns what a unit costs it: of the model that is on sale from now on.
    costs::unit_costs(isa, plan, state);
    // 5. More people use; markets grow.
    adoption::adoption(isa, plan, state);
    // 6, 7. Firms set prices knowing how buyers choose; buyers choose.
    market::clear(isa, plan, state);
    // 8. What was wanted is served as far as capacity goes, and paid.
    sales::sales(isa, plan, state);
    // 9. Everything else is paid; cash flows are known.
    books::books(isa, plan, state);
    // 10. Who is short of money asks for it.
    funding::funding(isa, plan, state);
    // 11. Who found none ends; others enter.
    exits::exits(isa, plan, state);
    // 12. The books are closed and, on demand, audited.
    close::close(isa, plan, state);
    if state.audit {
        audit::audit(plan, state);
    }
}

//! The turn of the quarter: draws, curves, a new page in the ledger.

use crate::numerics::elementary::exp;
use crate::numerics::lanes::Isa;
use crate::simulate::lanes::State;
use crate::simulate::plan::Plan;
use crate::world::Per;

impl<const L: usize> State<L> {
    /// Turns to a quarter, which must follow the one before (or be 0).
    pub fn turn_to(&mut self, isa: Isa, plan: &Plan, quarter: u32) {
        self.quarter = quarter;
        self.draws.turn(isa, plan, self.path, quarter);
        self.ledger.new_quarter();
        self.follow_curves(plan);
        if !plan.per_quarter.is_empty() {
            self.values.draw_quarter(plan, self.path, quarter, &self.curve_level);
            for (factor, &growth) in self.factors.iter_mut().zip(&plan.factors) {
                if plan.world.param(growth).per == Per::Quarter && !plan.is_known(growth) {
                    *factor = self.values[growth].map(exp);
                }
            }
        }
    }

    /// Each path's log change along each technology curve.
    fn follow_curves(&mut self, plan: &Plan) {
        for (c, curve) in plan.world.curves.iter().enumerate() {
            let Some(now) = self.draws.normal(plan.slots.curve[c]) else { continue };
            let stream = plan.curve_noise[c];
            for l in 0..L {
                let before = if self.quarter >= curve.lag {
                    stream.normal(self.path + l as u64, self.quarter - curve.lag)
                } else {
                    0.0
                };
                let change =
                    curve.step(&self.curves[c][l], self.quarter, f64::from(now[l]), before);
                self.curve_change[c][l] = change;
                self.curve_level[c][l] += change;
            }
        }
    }
}

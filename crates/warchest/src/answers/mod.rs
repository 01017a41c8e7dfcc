//! What a run answers (model.md section 11): from tallies to one [`Summary`].
//!
//! Tallies are exact under merging, and everything here is a function of merged tallies, so a
//! summary does not depend on threads, shards or resumed parts.

mod checks;
mod estimate;
mod firms;
mod implied;
mod industry;
mod joint;
mod money;
mod paired;
pub mod score;
mod stress;
mod types;
mod words;

pub use checks::evaluate as evaluate_check;
pub use estimate::{Related, controlled, mean, proportion, quantile};
pub use joint::{Joint, JointFirm};
pub use paired::{Difference, Paired};
pub use stress::{Bisection, Probe, breaking_point, size_means};
pub use types::*;
pub use words::LIMITS;

use crate::simulate::outcome::Tally;
use crate::world::World;

/// What a summary is made of.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The market.
    pub world: &'a World,
    /// The run.
    pub tally: &'a Tally,
    /// Joint counts of the run; empty when it recorded no rows.
    pub joint: &'a Joint,
    /// The shadow run with free funding.
    pub shadow: Option<&'a Tally>,
    /// The scenario's stresses, answered.
    pub stresses: &'a [StressAnswer],
    /// Version, command, hash, seed, audit, numbers of paths; other counts are filled in here.
    pub card: &'a RunCard,
}

/// The answers of a run.
pub fn summarise(inputs: &Inputs) -> Summary {
    let Inputs { world, tally, joint, .. } = *inputs;
    let mut summary = Summary {
        schema: SUMMARY_VERSION,
        scenario: scenario_card(world),
        run: RunCard {
            paths: tally.paths,
            shadow_paths: inputs.shadow.map_or(0, |shadow| shadow.paths),
            price_games: tally.price_games,
            unconverged: tally.unconverged,
            paths_unconverged: tally.paths_unconverged,
            ..inputs.card.clone()
        },
        verdict: String::new(),
        firms: (0..world.firms.len()).map(|f| firms::answer(inputs, f)).collect(),
        survivors: industry::survivors(world, tally),
        prices: industry::prices(world, tally),
        markets: industry::markets(world, tally),
        concentration: industry::concentration(world, tally),
        money: industry::money(world, tally, joint),
        giants: industry::giants(world, tally),
        common: industry::common(world, tally),
        implied: implied::answer(world, tally),
        stresses: inputs.stresses.to_vec(),
        checks: Vec::new(),
        assumptions: assumptions(world),
        limits: Vec::new(),
    };
    summary.checks = world.checks.iter().map(|c| checks::evaluate(c, &summary)).collect();
    summary.limits = words::limits(&summary, world.funding.enabled);
    summary.verdict = words::verdict(&summary);
    summary
}

fn scenario_card(world: &World) -> ScenarioCard {
    let clock = world.clock;
    ScenarioCard {
        title: world.meta.title.clone(),
        question: world.meta.question.clone(),
        as_of: world.meta.as_of.clone(),
        hindsight: world.meta.hindsight,
        first_year: clock.first_year,
        first_quarter: clock.first_quarter,
        quarters: clock.quarters,
        labels: (0..clock.quarters).map(|quarter| clock.label(quarter)).collect(),
        horizon_years: world.report.horizon_years.clone(),
    }
}

fn assumptions(world: &World) -> Vec<AssumptionCard> {
    let card = |a: &crate::world::Assumption| AssumptionCard {
        path: a.path.clone(),
        text: a.text.clone(),
        source: a.source.clone(),
        known_at: a.known_at.clone(),
        why: a.why.clone(),
        origin: a.origin.clone(),
    };
    world.assumptions.iter().map(card).collect()
}

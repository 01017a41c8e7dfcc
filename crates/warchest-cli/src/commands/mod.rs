//! The verbs, one file each.

pub mod check;
pub mod claims;
pub mod compare;
pub mod curve;
pub mod explain;
pub mod merge;
pub mod new;
pub mod price;
pub mod run;
pub mod schema;
pub mod score;
pub mod show;
pub mod stress;

use crate::args::{Cli, Command};
use crate::{Finished, output, screen};
use warchest::answers::Summary;

/// What every verb is told beside its own flags.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The answer goes to stdout as JSON.
    pub json: bool,
}

/// Runs the verb that the command line names.
///
/// # Errors
/// Whatever the verb reports; `main` prints it to stderr and exits with 1.
pub fn dispatch(cli: Cli) -> miette::Result<Finished> {
    let context = Context { json: cli.json };
    match cli.command {
        Command::Run(args) => run::run(&args, context),
        Command::Merge(args) => merge::run(&args, context),
        Command::Compare(args) => compare::run(&args, context),
        Command::Stress(args) => stress::run(&args, context),
        Command::Check(args) => check::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Explain(args) => explain::run(&args, context),
        Command::Schema(args) => schema::run(&args, context),
        Command::New(args) => new::run(&args, context),
        Command::Price(args) => price::run(&args, context),
        Command::Curve(args) => curve::run(&args, context),
        Command::Score(args) => score::run(&args, context),
        Command::Claims(args) => claims::run(&args, context),
    }
}

/// Puts the answers of a run on stdout. An identity of the books that fails asks for attention,
/// and under `strict` so does a check of the scenario.
fn answer(summary: &Summary, context: Context, strict: bool) -> miette::Result<Finished> {
    if context.json {
        output::print_json(summary)?;
    } else {
        output::print(&screen::summary(summary))?;
    }
    let failed = summary.checks.iter().any(|check| !check.passed);
    let broken = summary.run.identity_failures > 0;
    Ok(if broken || (strict && failed) { Finished::Attention } else { Finished::Well })
}

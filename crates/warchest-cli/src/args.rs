//! The command line. Each verb keeps its own flags in `commands/<verb>.rs`.

use crate::commands::{
    check, claims, compare, curve, explain, merge, new, price, run, schema, score, show, stress,
};
use clap::{Parser, Subcommand};

/// A market in which costs fall, buyers choose, firms set prices, cash burns and some die.
#[derive(Debug, Parser)]
#[command(name = "warchest", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 it worked, 1 it failed (the reason is on stderr), \
    2 wrong command line, 3 a check failed under --strict, a --fail-if condition holds or an \
    identity of the books failed in an audited quarter, 130 interrupted.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Machine-readable answer on stdout; errors stay on stderr.
    #[arg(long, global = true)]
    pub json: bool,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate a scenario and answer: who survives, at what price, who gets the money.
    Run(run::Args),
    /// Join the run folders of shards into the run they are parts of.
    Merge(merge::Args),
    /// Paired differences between two scenarios under common random numbers.
    Compare(compare::Args),
    /// A shock at a grid of sizes: where does each firm break?
    Stress(stress::Args),
    /// Validate a scenario; every error at once.
    Check(check::Args),
    /// Print a scenario, as written or merged with its base.
    Show(show::Args),
    /// What an error code means and how to put it right.
    Explain(explain::Args),
    /// JSON Schema of a scenario file.
    Schema(schema::Args),
    /// Start your own scenario from a shipped one.
    New(new::Args),
    /// Nash prices of a static market.
    Price(price::Args),
    /// Technology curves: fit, forecast, score, compare.
    Curve(curve::Args),
    /// A finished run against what happened: was the forecast of use?
    Score(score::Args),
    /// Statements with numbers, each with a verdict computed from data.
    Claims(claims::Args),
}

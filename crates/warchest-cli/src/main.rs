//! The `warchest` command: arguments and files in, an answer on stdout, talk on stderr.
//!
//! Exit codes: 0 it worked; 1 it failed, with the reason on stderr; 2 the command line is
//! wrong; 3 it ran, and a check or a `--fail-if` condition asks for attention;
//! 130 Ctrl-C came first.

mod args;
mod commands;
mod condition;
mod disk;
mod error;
mod finish;
mod folder;
mod follow;
#[cfg(test)]
mod fuzz;
mod output;
mod progress;
#[allow(dead_code, reason = "the verbs that draw arrive one by one")]
mod report;
mod screen;
mod session;

use clap::Parser;
use std::process::ExitCode;

/// What a verb reports when it ran: see the exit codes above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// Nothing to add.
    Well,
    /// A check failed under `--strict`, or a `--fail-if` condition holds.
    Attention,
    /// Ctrl-C came first; finished parts are kept.
    Interrupted,
}

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    match commands::dispatch(cli) {
        Ok(Finished::Well) => ExitCode::SUCCESS,
        Ok(Finished::Attention) => ExitCode::from(3),
        Ok(Finished::Interrupted) => ExitCode::from(130),
        Err(report) if output::is_closed_pipe(&report) => ExitCode::SUCCESS,
        Err(report) => {
            anstream::eprintln!("{report:?}");
            ExitCode::from(1)
        }
    }
}

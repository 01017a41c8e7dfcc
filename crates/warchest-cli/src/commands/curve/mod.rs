//! `warchest curve`: technology curves fitted, forecast, scored, compared.

mod answer;
mod fan;
mod fit;
mod forecast;
mod hindcast;
mod implied;
mod launch;
mod launch_page;
mod laws;
mod list;
mod page;
mod shelf;
mod wrong;

use super::Context;
use crate::Finished;
use std::path::PathBuf;

/// Flags of `warchest curve`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  warchest curve fit solar-pv\n  \
    warchest curve forecast solar-pv --from 2013 --horizon 10 --report pv.html\n  \
    warchest curve hindcast farmer-lafond-2016\n  \
    warchest curve since-launch --report launch.html\n  \
    warchest curve implied \"x2400 in 8 years\"")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// Folder of series with passports; otherwise `data` here or in the nearest folder above.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// What can be done with a curve.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Parameters of every law that can read a series, with errors and residual checks.
    Fit(fit::Args),
    /// Where the cost goes: median and 50, 90 and 95 % intervals, realised values beside them.
    Forecast(forecast::Args),
    /// Every forecast the laws would have made in the past, scored.
    Hindcast(hindcast::Args),
    /// Technologies measured from their launch: years to -90 %, multiples of the first price.
    SinceLaunch(launch::Args),
    /// The rate a year behind a statement such as "x2400 in 8 years".
    Implied(implied::Args),
    /// The series that ship, with their passports.
    List,
}

/// Runs the verb.
///
/// # Errors
/// A series that cannot be found or read, a law that it cannot carry, a page that cannot be
/// written.
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    let data = args.data.as_deref();
    match &args.verb {
        Verb::Fit(args) if args.list => list::run(data, context)?,
        Verb::Fit(args) => fit::run(args, data, context)?,
        Verb::Forecast(args) => forecast::run(args, data, context)?,
        Verb::Hindcast(args) => hindcast::run(args, data, context)?,
        Verb::SinceLaunch(args) => launch::run(args, data, context)?,
        Verb::Implied(args) => implied::run(args, data, context)?,
        Verb::List => list::run(data, context)?,
    }
    Ok(Finished::Well)
}

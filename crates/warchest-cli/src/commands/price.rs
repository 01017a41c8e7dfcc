//! `warchest price`: Nash prices of static markets, before and after experiments.

mod answer;
mod experiments;
mod file;
mod print;
mod tables;
mod timing;
mod write;

use super::Context;
use crate::Finished;
use crate::error::CliError;
use crate::output;
use answer::{Answer, ExperimentAnswer, MarketAnswer, Priced, State};
use experiments::Experiment;
use file::{FileError, Source};
use miette::WrapErr;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use warchest::numerics::lanes::Isa;
use warchest::pricing::batch;
use warchest::pricing::certificate::{Certificate, certify};
use warchest::pricing::effort::Effort;
use warchest::pricing::error::PricingError;
use warchest::pricing::experiment::{Change, apply_from, before};
use warchest::pricing::invert::{costs_from_prices, utilities_from_shares};
use warchest::pricing::market::{Market, Ownership};
use warchest::pricing::measures::{measure, pass_through};
use warchest::pricing::nash::{Equilibria, Solution, multistart, solve};
use warchest::pricing::table::markets;

/// Starting points tried when prices turn out to be no equilibrium.
const RETRY: u32 = 16;

/// Flags of `warchest price`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Market file (TOML); it may name long CSV or Parquet tables.
    pub file: PathBuf,
    /// Write one row per market, state and product: `.parquet`, or CSV otherwise.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Search from this many starting points and count the distinct equilibria.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub starts: u32,
    /// Stop searching after so many seconds for all markets together; what did not arrive says so.
    #[arg(long, value_name = "SECONDS")]
    pub time_limit: Option<f64>,
    /// Skip the unilateral deviations and the pass-through.
    #[arg(long)]
    pub quick: bool,
    /// Full elasticity, diversion and pass-through matrices in the JSON.
    #[arg(long)]
    pub matrices: bool,
    /// Solve the first experiment of every market this many times from the prices of before and
    /// report the seconds it took (see docs/benchmarks.md).
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub repeat: u32,
    /// Exit with 3 when a market did not converge, or its prices are no equilibrium.
    #[arg(long)]
    pub strict: bool,
}

/// Runs the verb.
///
/// # Errors
/// A file that cannot be read, a market that is not one.
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    if let Some(path) = &args.out {
        crate::disk::not_the_input("out", path, &args.file)?;
    }
    let text = std::fs::read_to_string(&args.file).map_err(|e| CliError::read(&args.file, e))?;
    let source = Source::parse(&args.file.display().to_string(), &text)?;
    let found = load(args, &source)?;
    let experiments = source.experiments()?;
    let deadline = deadline(args.time_limit)?;
    let late = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
    let effort = Effort::until(Isa::best(), &late);
    let priced = batch::map(&found, |market| price(args, effort, market, &experiments));
    let markets = priced
        .into_iter()
        .map(|result| result.map_err(|error| source.locate(error)))
        .collect::<Result<Vec<MarketAnswer>, FileError>>()?;
    let means = experiments.iter().enumerate();
    let means = means.map(|(at, e)| answer::means(&markets, at, &e.name)).collect();
    let timing = timing::measure(args.repeat, &found, &experiments)?;
    let title = source.raw.title.clone();
    let answer = Answer { title, markets, experiments: means, timing };
    if let Some(path) = &args.out {
        write::write(path, &answer)?;
    }
    if context.json {
        output::print_json(&answer)?;
    } else {
        output::print(&print::text(&answer))?;
    }
    Ok(if args.strict && !all_sound(&answer) { Finished::Attention } else { Finished::Well })
}

fn all_sound(answer: &Answer) -> bool {
    answer.markets.iter().all(|market| {
        let after = market.experiments.iter().map(|e| &e.after);
        std::iter::once(&market.before).chain(after).all(|state| state.status.is_sound())
    })
}

/// When searches have to end.
fn deadline(seconds: Option<f64>) -> Result<Option<Instant>, CliError> {
    let Some(seconds) = seconds else {
        return Ok(None);
    };
    let limit = Duration::try_from_secs_f64(seconds).map_err(|_| {
        let (found, problem) = (seconds.to_string(), "not a number of seconds".to_owned());
        let help = "for example --time-limit 2.5".to_owned();
        CliError::Flag { flag: "time-limit", found, problem, help }
    })?;
    Ok(Instant::now().checked_add(limit))
}

/// The markets of the file: written out, or in tables beside it.
fn load(args: &Args, source: &Source) -> miette::Result<Vec<Market>> {
    let isa = Isa::best();
    if let Some(paths) = &source.raw.tables {
        let folder = args.file.parent().map(PathBuf::from).unwrap_or_default();
        let products = tables::read(&folder.join(&paths.products), "product")?;
        let agents = paths.agents.as_ref();
        let agents = agents.map(|path| tables::read(&folder.join(path), "agent")).transpose()?;
        let mut found = markets(isa, &products, agents.as_ref(), &source.model()?)
            .map_err(miette::Report::from)
            .wrap_err_with(|| format!("in {}", paths.products));
        if let Ok(found) = &mut found
            && source.ownership() != Ownership::Labels
        {
            for market in found {
                market.ownership = source.ownership();
            }
        }
        return found;
    }
    let written = source.written()?;
    let mut market = written.market;
    market.check().map_err(|e| source.locate(e))?;
    if let Some((share, prices)) = &written.observed {
        utilities_from_shares(isa, &mut market, prices, share).map_err(|e| source.locate(e))?;
    }
    if written.recover {
        let prices: Vec<f64> = market.products.iter().map(|p| p.price).collect();
        let costs = costs_from_prices(isa, &market, &prices).map_err(|e| source.locate(e))?;
        for (product, cost) in market.products.iter_mut().zip(costs) {
            product.cost = cost;
        }
    }
    Ok(vec![market])
}

/// One market with its experiments. An experiment of several steps goes from step to step.
fn price(
    args: &Args,
    effort: Effort<'_>,
    market: &Market,
    experiments: &[Experiment],
) -> Result<MarketAnswer, PricingError> {
    let all: Vec<Change> = experiments.iter().flat_map(|e| e.changes.clone()).collect();
    let base = before(market, &all)?;
    let first = solve(effort, &base)?;
    let was = settle(args, effort, &base, first, args.starts)?;
    let before = state(args, &base, &was, &[]);
    let mut out = Vec::new();
    let mut last = (base.clone(), was.solution.clone());
    for Experiment { name, step, changes } in experiments {
        let entering = changes.iter().any(|c| matches!(c, Change::Entry { .. }));
        let with = if entering { entrants(market, &all, changes)? } else { base.clone() };
        let start = if *step > 1 { (&last.0, &last.1) } else { (&base, &was.solution) };
        let after = apply_from(effort, &with, (&base, &was.solution), changes, start)?;
        // In a war some prices are no best replies: there is nothing to search again.
        let war = changes.iter().any(|c| matches!(c, Change::PriceWar { .. }));
        let starts = if war { 0 } else { args.starts };
        let found = settle(args, effort, &after.market, after.solution, starts)?;
        let mut now = state(args, &after.market, &found, &after.compensating);
        now.compare(&before);
        let consumer_surplus_change = now.consumer_surplus - before.consumer_surplus;
        out.push(ExperimentAnswer { name: name.clone(), after: now, consumer_surplus_change });
        last = (after.market, found.solution);
    }
    Ok(MarketAnswer { market: market.name.clone(), before, experiments: out })
}

/// Prices with their certificate.
struct Settled {
    solution: Solution,
    certificate: Certificate,
    equilibria: Option<Equilibria>,
}

/// Certifies prices. Searches again from `starts` points when there is more than one, or from
/// [`RETRY`] when the prices are stationary but no equilibrium (unless `starts` is 0).
fn settle(
    args: &Args,
    effort: Effort<'_>,
    market: &Market,
    solution: Solution,
    starts: u32,
) -> Result<Settled, PricingError> {
    let certificate = certify(effort.isa, market, &solution, !args.quick);
    let unsound = solution.converged && !certificate.is_equilibrium();
    let starts = if starts == 1 && unsound { RETRY } else { starts };
    if starts <= 1 {
        return Ok(Settled { solution, certificate, equilibria: None });
    }
    let equilibria = multistart(effort, market, starts)?;
    let (solution, certificate) = match equilibria.found.first() {
        Some(first) => (first.clone(), certify(effort.isa, market, first, !args.quick)),
        None => (solution, certificate),
    };
    Ok(Settled { solution, certificate, equilibria: Some(equilibria) })
}

/// The market before, plus the products that these changes let in.
fn entrants(market: &Market, all: &[Change], changes: &[Change]) -> Result<Market, PricingError> {
    let enters = |name: &String| {
        changes.iter().any(|c| matches!(c, Change::Entry { products } if products.contains(name)))
    };
    let others: Vec<Change> = all
        .iter()
        .filter_map(|change| match change {
            Change::Entry { products } => {
                let stay =
                    products.iter().filter(|name| !enters(name)).cloned().collect::<Vec<_>>();
                (!stay.is_empty()).then_some(Change::Entry { products: stay })
            }
            _ => None,
        })
        .collect();
    before(market, &others)
}

fn state(args: &Args, market: &Market, settled: &Settled, compensating: &[f64]) -> State {
    let isa = Isa::best();
    let Settled { solution, certificate, equilibria } = settled;
    let measures = measure(isa, market, solution);
    let rates = if args.quick { None } else { pass_through(isa, market, solution) };
    answer::state(&Priced {
        market,
        solution,
        measures: &measures,
        certificate,
        pass_through: rates.as_deref(),
        compensating,
        equilibria: equilibria.as_ref(),
        matrices: args.matrices,
    })
}

/// Reads a market file and prices it, printing nothing: what the fuzzer runs.
#[cfg(test)]
pub fn try_text(args: &Args, text: &str) -> miette::Result<()> {
    let source = Source::parse("fuzz.toml", text)?;
    if source.raw.tables.is_some() {
        return Ok(());
    }
    let experiments = source.experiments()?;
    let late = || false;
    let effort = Effort::until(Isa::best(), &late);
    for market in load(args, &source)? {
        price(args, effort, &market, &experiments).map_err(|error| source.locate(error))?;
    }
    Ok(())
}

//! `warchest price`: Nash prices of static markets, before and after experiments.

mod answer;
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
use file::{FileError, Source};
use miette::{IntoDiagnostic, WrapErr};
use std::path::PathBuf;
use warchest::numerics::lanes::Isa;
use warchest::pricing::batch;
use warchest::pricing::certificate::certify;
use warchest::pricing::error::PricingError;
use warchest::pricing::experiment::{Change, apply, before};
use warchest::pricing::invert::{costs_from_prices, utilities_from_shares};
use warchest::pricing::market::{Market, Ownership};
use warchest::pricing::measures::{measure, pass_through};
use warchest::pricing::nash::{Solution, multistart, solve};
use warchest::pricing::table::markets;

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
    /// Exit with 3 when a market did not converge.
    #[arg(long)]
    pub strict: bool,
}

/// Runs the verb.
///
/// # Errors
/// A file that cannot be read, a market that is not one.
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    let text = std::fs::read_to_string(&args.file).map_err(|e| CliError::read(&args.file, e))?;
    let source = Source::parse(&args.file.display().to_string(), &text)?;
    let found = load(args, &source)?;
    let experiments: Vec<(String, Vec<Change>)> =
        source.raw.experiments.iter().map(|e| (e.name.clone(), e.changes())).collect();
    let priced = batch::map(&found, |market| price(args, market, &experiments));
    let markets = priced
        .into_iter()
        .map(|result| result.map_err(|error| source.locate(error)))
        .collect::<Result<Vec<MarketAnswer>, FileError>>()?;
    let means = experiments.iter().enumerate();
    let means = means.map(|(at, (name, _))| answer::means(&markets, at, name)).collect();
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
    Ok(if args.strict && !all_converged(&answer) { Finished::Attention } else { Finished::Well })
}

fn all_converged(answer: &Answer) -> bool {
    answer.markets.iter().all(|market| {
        let after = market.experiments.iter().map(|e| &e.after);
        std::iter::once(&market.before).chain(after).all(|state| state.status.converged)
    })
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
            .into_diagnostic()
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

/// One market with its experiments.
fn price(
    args: &Args,
    market: &Market,
    experiments: &[(String, Vec<Change>)],
) -> Result<MarketAnswer, PricingError> {
    let isa = Isa::best();
    let all: Vec<Change> = experiments.iter().flat_map(|(_, changes)| changes.clone()).collect();
    let base = before(market, &all)?;
    let equilibria =
        if args.starts > 1 { Some(multistart(isa, &base, args.starts)?) } else { None };
    let solution = match equilibria.as_ref().and_then(|e| e.found.first()) {
        Some(first) => first.clone(),
        None => solve(isa, &base)?,
    };
    let was = state(args, &base, &solution, &[], equilibria.as_ref());
    let mut out = Vec::new();
    for (name, changes) in experiments {
        let entering = changes.iter().any(|c| matches!(c, Change::Entry { .. }));
        let with = if entering { entrants(market, &all, changes)? } else { base.clone() };
        let after = apply(isa, &with, (&base, &solution), changes)?;
        let mut now = state(args, &after.market, &after.solution, &after.compensating, None);
        now.compare(&was);
        let consumer_surplus_change = now.consumer_surplus - was.consumer_surplus;
        out.push(ExperimentAnswer { name: name.clone(), after: now, consumer_surplus_change });
    }
    Ok(MarketAnswer { market: market.name.clone(), before: was, experiments: out })
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

fn state(
    args: &Args,
    market: &Market,
    solution: &Solution,
    compensating: &[f64],
    equilibria: Option<&warchest::pricing::nash::Equilibria>,
) -> State {
    let isa = Isa::best();
    let measures = measure(isa, market, solution);
    let certificate = certify(isa, market, solution, !args.quick);
    let rates = if args.quick { None } else { pass_through(isa, market, solution) };
    answer::state(&Priced {
        market,
        solution,
        measures: &measures,
        certificate: &certificate,
        pass_through: rates.as_deref(),
        compensating,
        equilibria,
        matrices: args.matrices,
    })
}

//! `warchest stress`: a shock at a grid of sizes; where does each firm break?

use super::Context;
use crate::disk;
use crate::error::CliError;
use crate::folder::write_atomic;
use crate::follow::{self, Budget};
use crate::{Finished, output, screen, session};
use std::path::PathBuf;
use warchest::answers::{Breaking, Estimate, StressAnswer};
use warchest::scenario::nearest::nearest;
use warchest::world::{Stress, World};

/// Sizes at which a `[[shock]]` is tried when the scenario gives no grid for it.
const GRID: [f64; 6] = [0.0, 0.1, 0.25, 0.5, 0.75, 0.95];

/// Flags of `warchest stress`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Scenario file.
    pub file: PathBuf,
    /// One stress or shock by name [default: every stress of the scenario].
    #[arg(long, value_name = "NAME")]
    pub shock: Option<String>,
    /// Paths per size.
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..))]
    pub paths: u64,
    /// Sizes tried beyond the grid, by bisection.
    #[arg(long, default_value_t = 24, value_name = "N")]
    pub probes: usize,
    /// Width at which a bracket is narrow enough, as a fraction of the grid's range.
    #[arg(long, default_value_t = 0.01, value_name = "FRACTION")]
    pub tolerance: f64,
    /// Seed of every draw.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Worker threads; 0 = one per core.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub threads: usize,
    /// Override a number of the scenario (repeatable).
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Write one row per stress, firm and size as CSV.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What is written as JSON.
#[derive(serde::Serialize)]
struct Stressed {
    schema: u32,
    scenario: String,
    seed: u64,
    stresses: Vec<StressAnswer>,
}

/// Runs the verb.
///
/// # Errors
/// A scenario with errors, a name that no stress has.
pub fn run(args: &Args, context: Context) -> miette::Result<Finished> {
    if let Some(path) = &args.out {
        disk::not_the_input("out", path, &args.file)?;
    }
    let loaded = disk::load(&args.file, &args.set)?;
    session::set_threads(args.threads);
    let interrupt = session::on_interrupt();
    let budget = Budget { paths: args.paths, probes: args.probes, tolerance: args.tolerance };
    let chosen = chosen(&loaded.world, args)?;
    let names: Vec<&str> = chosen.iter().map(|(_, stress)| stress.name.as_str()).collect();
    anstream::eprintln!("{}: {} paths per size", names.join(", "), args.paths);
    let cases: Vec<_> = chosen.iter().map(|(world, stress)| (world, stress)).collect();
    let Some(answers) = follow::stresses(&cases, (args.seed, None), budget, &interrupt)? else {
        return Ok(Finished::Interrupted);
    };
    if let Some(path) = &args.out {
        write_atomic(path, csv(&answers).as_bytes())?;
    }
    if context.json {
        let scenario = args.file.display().to_string();
        let found = Stressed { schema: 1, scenario, seed: args.seed, stresses: answers };
        output::print_json(&found)?;
    } else {
        for answer in &answers {
            output::print(&show(answer, &loaded.world))?;
        }
    }
    Ok(Finished::Well)
}

/// The stresses asked for, each with the world to run it in.
fn chosen(world: &World, args: &Args) -> Result<Vec<(World, Stress)>, CliError> {
    let Some(name) = &args.shock else {
        if world.stresses.is_empty() {
            return Err(CliError::folder(
                &args.file,
                "has no stress",
                "add a [[stress]] to it, or name one of its shocks with --shock",
            ));
        }
        return Ok(world.stresses.iter().map(|s| (world.clone(), s.clone())).collect());
    };
    if let Some(stress) = world.stresses.iter().find(|stress| stress.name == *name) {
        return Ok(vec![(world.clone(), stress.clone())]);
    }
    if let Some(at) = world.shocks.iter().position(|shock| shock.name == *name) {
        let mut rest = world.clone();
        let shock = rest.shocks.remove(at);
        let question = format!("How large a {name} can each firm take?");
        let stress = Stress { name: name.clone(), question, shock, sizes: GRID.to_vec() };
        return Ok(vec![(rest, stress)]);
    }
    let names: Vec<&str> = world
        .stresses
        .iter()
        .map(|stress| stress.name.as_str())
        .chain(world.shocks.iter().map(|shock| shock.name.as_str()))
        .collect();
    let help = match nearest(name, names.iter().copied()) {
        Some(close) => format!("did you mean \"{close}\"?"),
        None if names.is_empty() => "the scenario has neither stresses nor shocks".to_string(),
        None => format!("it has: {}", names.join(", ")),
    };
    Err(CliError::Flag {
        flag: "shock",
        found: format!("\"{name}\""),
        problem: "names no stress or shock of the scenario".to_string(),
        help,
    })
}

/// One row per stress, firm and size; the breaking point stands in each row of its firm:
/// `at` with its 95 % interval, `unsettled` within one, `already` below 50 % at the smallest size,
/// `never` within the grid.
fn csv(answers: &[StressAnswer]) -> String {
    let mut text = "stress,firm,size,survival,se,paths,breaks,breaks_at,low,high\n".to_string();
    let quoted = |word: &str| {
        let plain = !word.contains([',', '"', '\n']);
        if plain { word.to_string() } else { format!("\"{}\"", word.replace('"', "\"\"")) }
    };
    for answer in answers {
        for firm in &answer.firms {
            let breaks = match firm.breaking {
                Breaking::At { size, low, high } => format!("at,{size},{low},{high}"),
                Breaking::Unsettled { low, high } => {
                    let [low, high] =
                        [low, high].map(|end| end.map_or(String::new(), |x| x.to_string()));
                    format!("unsettled,,{low},{high}")
                }
                Breaking::Already => "already,,,".to_string(),
                Breaking::Never => "never,,,".to_string(),
            };
            for (size, found) in answer.sizes.iter().zip(&firm.survival) {
                text += &format!(
                    "{},{},{size},{},{},{},{breaks}\n",
                    quoted(&answer.name),
                    quoted(&firm.name),
                    found.value,
                    found.se,
                    answer.paths
                );
            }
        }
    }
    text
}

fn show(answer: &StressAnswer, world: &World) -> String {
    let mut text = format!("\nStress {}: {}\n", answer.name, answer.question);
    text += &screen::wrapped(
        &format!(
            "size: {}; from {} for {} quarters; survival at the end of the run at each size",
            answer.size_means,
            world.clock.label(answer.start),
            answer.length
        ),
        "",
    );
    text.push('\n');
    let mut header = vec!["firm".to_string()];
    header.extend(answer.sizes.iter().map(|&size| screen::percent(size)));
    header.push("breaks at [95 %]".to_string());
    let widest = answer.firms.iter().flat_map(|firm| &firm.survival).map(|found| found.se);
    let widest = widest.fold(0.0, f64::max);
    let row = |firm: &warchest::answers::StressFirm| {
        let mut row = vec![firm.name.clone()];
        row.extend(firm.survival.iter().map(|found: &Estimate| screen::percent(found.value)));
        row.push(screen::breaks(firm.breaking));
        row
    };
    let open = answer.firms.iter().any(|firm| matches!(firm.breaking, Breaking::Unsettled { .. }));
    text += &screen::table(&header, answer.firms.iter().map(row).collect());
    text += &screen::wrapped(
        &format!(
            "{} paths per size, the same draws at each; standard errors up to {:.1} %; breaks: \
             survival falls through 50 %, by bisection, with the sizes between which the truth \
             lies at 95 %{}",
            answer.paths,
            100.0 * widest,
            if open {
                "; perhaps, between, at the latest: not settled by these paths, more --paths narrow it"
            } else {
                ""
            }
        ),
        "",
    );
    text
}

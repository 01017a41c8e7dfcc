//! How long solving takes, for the comparison with other programs.

use super::answer::Timing;
use super::experiments::Experiment;
use std::hint::black_box;
use std::time::Instant;
use warchest::numerics::lanes::Isa;
use warchest::pricing::batch;
use warchest::pricing::error::PricingError;
use warchest::pricing::experiment::{apply, before};
use warchest::pricing::market::Market;
use warchest::pricing::nash::{solve, solve_from};

/// Solves the first experiment of every market `repeats` times.
///
/// # Errors
/// What the experiment itself meets.
pub fn measure(
    repeats: u32,
    markets: &[Market],
    experiments: &[Experiment],
) -> Result<Option<Timing>, PricingError> {
    let Some(Experiment { changes, .. }) = experiments.first().filter(|_| repeats > 0) else {
        return Ok(None);
    };
    let isa = Isa::best();
    let mut games = Vec::new();
    for market in markets {
        let base = before(market, changes)?;
        let was = solve(isa, &base)?;
        let market = apply(isa, &base, (&base, &was), changes)?.market;
        let start: Vec<f64> = market.products.iter().map(|p| p.price).collect();
        games.push((market, start));
    }
    let mut evaluations = 0;
    let mut all = || {
        evaluations = 0;
        for (market, start) in &games {
            evaluations += u64::from(black_box(solve_from(isa, market, start)).evaluations);
        }
    };
    // Long enough for what reading the clock costs.
    let mut times = 1u32;
    while times < 1 << 20 && seconds_of(times, &mut all) < SAMPLE {
        times *= 2;
    }
    let (mut cpu, mut wall) = (Vec::new(), Vec::new());
    for _ in 0..repeats {
        cpu.push(seconds_of(times, &mut all) / f64::from(times));
        let begun = Instant::now();
        for _ in 0..times {
            black_box(batch::map(&games, |(market, start)| solve_from(isa, market, start)));
        }
        wall.push(begun.elapsed().as_secs_f64() / f64::from(times));
    }
    let (cpu_least, cpu_median) = least_and_median(cpu);
    let (wall_least, wall_median) = least_and_median(wall);
    Ok(Some(Timing { repeats, cpu_least, cpu_median, wall_least, wall_median, evaluations }))
}

/// Least CPU seconds of a sample.
const SAMPLE: f64 = 0.02;

/// CPU seconds of doing the work so many times.
fn seconds_of(times: u32, work: &mut impl FnMut()) -> f64 {
    let begun = thread_seconds();
    for _ in 0..times {
        work();
    }
    thread_seconds() - begun
}

fn least_and_median(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[0], values[values.len() / 2])
}

/// Seconds this thread spent on a processor where Linux tells, else wall time.
fn thread_seconds() -> f64 {
    // The count is brought up to date at ticks of some milliseconds, and when a thread yields.
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|line| line.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(wall_seconds, |ns| 1e-9 * ns)
}

fn wall_seconds() -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

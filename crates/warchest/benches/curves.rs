//! Question: what do the hindcast of the paper, its surrogate test and a million price paths
//! cost?
//!
//! Sizes are those of Farmer and Lafond (2016): 53 technologies, 6391 forecasts, 10,000
//! surrogate panels; and a million paths of twenty years. Bars: 2 ms on one core, 2 s on two,
//! 0.2 s. Physical limits: a forecast with its scores needs one logarithm, one exponential, two
//! roots and four divisions, about 30 ns; a surrogate forecast a few operations and one count,
//! about 3 ns, and its share of a normal; a million paths are 160 MB, 20 to 40 ms to write once,
//! and 2·10⁷ normals and exponentials, about 4 ns together in 512-bit lanes. The two-kinds law
//! is outside the bar: its CRPS integrates the distance of two Student laws, 49 points each.

use divan::{Bencher, black_box, counter::ItemsCount};
use std::path::Path;
use warchest::curves::hindcast::{Protocol, Technology, improving, run};
use warchest::curves::moore::Moore;
use warchest::curves::series::parse_family;
use warchest::curves::surrogate::Hindcasts;
use warchest::curves::{Model, Predictive, Window, shipped};

fn main() {
    divan::main();
}

fn panel() -> Vec<Technology> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/farmer-lafond-2016");
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).expect("a shipped file");
    let family = parse_family(&read("series.csv"), &read("passport.toml"), "").expect("sound");
    improving(family.series.iter().map(Technology::of).collect(), 0.10)
}

/// 6391 forecasts, each with CRPS, log score and PIT, on one core.
#[divan::bench(args = ["moore", "pooled", "two kinds"], sample_count = 20)]
fn hindcast(bencher: Bencher, law: &str) {
    let panel = panel();
    let model: Box<dyn Model> = match law {
        "moore" => Box::new(Moore::new(0.63)),
        "pooled" => Box::new(shipped::pooled_one_kind()),
        _ => Box::new(shipped::pooled()),
    };
    bencher.counter(ItemsCount::new(6391usize)).bench_local(|| {
        run(black_box(&panel), &Protocol::FARMER_LAFOND, model.as_ref()).expect("a sound panel")
    });
}

/// The whole test of the paper, on every core.
#[divan::bench(args = [10_000], sample_count = 5)]
fn surrogate_test(bencher: Bencher, surrogates: usize) {
    let panel = panel();
    let hindcasts = Hindcasts::of(&panel, 5, 20);
    bencher
        .counter(ItemsCount::new(surrogates))
        .bench_local(|| hindcasts.test(black_box(&panel), 0.63, surrogates, 1));
}

const PATHS: usize = 1_000_000;
const STEPS: usize = 20;

fn photovoltaics(law: &str) -> Predictive {
    let panel = panel();
    let pv = panel.iter().find(|t| t.name == "photovoltaics").expect("it is in the panel");
    let window = Window::of(&pv.y);
    let found = match law {
        "moore" => Moore::new(0.63).fit(&window),
        _ => shipped::pooled().fit(&window),
    };
    found.expect("a sound window")
}

/// Prices of all paths in memory, on every core.
#[divan::bench(args = ["moore", "two kinds"], sample_count = 10)]
fn million_paths_kept(bencher: Bencher, law: &str) {
    let sampler = photovoltaics(law).sampler(STEPS);
    let mut costs = vec![1.0; PATHS * STEPS];
    bencher
        .counter(ItemsCount::new(PATHS * STEPS))
        .bench_local(|| sampler.costs_into(1, 0, black_box(&mut costs)));
}

/// The same by a thousand paths at a time, which stay in the cache of one core.
#[divan::bench(args = ["moore", "two kinds"], sample_count = 10)]
fn million_paths_passing(bencher: Bencher, law: &str) {
    let sampler = photovoltaics(law).sampler(STEPS);
    let mut costs = vec![1.0; 1000 * STEPS];
    bencher.counter(ItemsCount::new(PATHS * STEPS)).bench_local(|| {
        for batch in 0..1000 {
            sampler.costs_into(1, batch * 1000, black_box(&mut costs));
        }
    });
}

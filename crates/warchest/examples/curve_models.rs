//! Every law of `curves`, one section each, on solar modules seen from 1993.
//!
//! Each section fits the law to the price (and, where it reads it, the production) up to 1993
//! and prints what it expects five and ten years later beside what came. Run from the root of the
//! repository: `cargo run --release -p warchest --example curve_models`.

use std::error::Error;
use warchest::curves::hindcast::{Protocol, Technology, improving, run, scores};
use warchest::curves::moore::{Moore, Naive, PlugIn, Trend};
use warchest::curves::series::parse_family;
use warchest::curves::surrogate::Hindcasts;
use warchest::curves::theta::theta_by_likelihood;
use warchest::curves::wright::{Ahead, Levels, Wright, learning_rate};
use warchest::curves::{Family, Model, Window, shipped};

const ORIGIN: f64 = 1993.0;

fn family(name: &str) -> Result<Family, Box<dyn Error>> {
    let read = |file: &str| std::fs::read_to_string(format!("data/{name}/{file}"));
    Ok(parse_family(&read("series.csv")?, &read("passport.toml")?, name)?)
}

/// Fits `model` and prints medians with central 90 % intervals beside the outcome. A mean is not
/// printed because it does not exist: the logarithm of the price is Student-t.
fn section(model: &dyn Model, window: &Window, later: &[f64]) -> Result<(), Box<dyn Error>> {
    let predictive = model.fit(window)?;
    println!("{}", model.name());
    for years in [5usize, 10] {
        let at = predictive.at(years as f64);
        let realised = later[years - 1];
        let score = at.score(warchest::numerics::elementary::ln(realised));
        println!(
            "  +{years:>2} years: {:6.3} [{:.3}, {:.3}], came {realised:.3}; CRPS {:.3}, log score {:.2}, PIT {:.2}",
            at.median(),
            at.quantile(0.05),
            at.quantile(0.95),
            score.crps,
            -score.ln_pdf,
            score.pit
        );
    }
    Ok(())
}

/// Laws that read the cost alone.
fn cost_alone(window: &Window, later: &[f64]) -> Result<(), Box<dyn Error>> {
    // No change on average: the forecast that every other must beat.
    section(&Naive, window, later)?;
    // Random walk with drift whose estimates are taken for the truth: too narrow.
    section(&PlugIn, window, later)?;
    // The same with the error of the drift and of the volatility: exactly Student-t.
    section(&Moore::new(0.0), window, later)?;
    // IMA(1,1): part of each shock comes again, which widens the long run. 0.63 is the value
    // that Farmer and Lafond found by matching their hindcast.
    section(&Moore::new(0.63), window, later)?;
    // A straight line with independent deviations: a trend that forgets every shock.
    section(&Trend, window, later)?;
    // Pooled: the drift and the volatility of 66 technologies as a prior, fitted and shipped.
    section(&shipped::pooled_one_kind(), window, later)?;
    // The same with a prior mean that grows with the volatility.
    section(&shipped::pooled_scaled(), window, later)?;
    // The same with two kinds of technology, slow and fast.
    section(&shipped::pooled(), window, later)
}

/// Laws that read production too.
fn with_production(window: &Window, later: &[f64]) -> Result<(), Box<dyn Error>> {
    // Wright's law in first differences, the growth of experience known, extrapolated, drawn.
    for ahead in [Ahead::Known, Ahead::Extrapolated, Ahead::Walk] {
        section(&Wright { rho: 0.19, ahead }, window, later)?;
        section(&shipped::pooled_wright(ahead), window, later)?;
    }
    // Least squares in levels, the common practice: its intervals hold 60 %, not 90 %.
    section(&Levels, window, later)?;
    let omega = Wright { rho: 0.0, ahead: Ahead::Extrapolated }.fit(window)?.first.mean[1];
    println!("learning rate: {:.1} % per doubling", 100.0 * learning_rate(omega));
    Ok(())
}

/// A panel forecast over its own past, and the test whether its errors are what the law says.
fn hindcast() -> Result<(), Box<dyn Error>> {
    let all = family("farmer-lafond-2016")?.series.iter().map(Technology::of).collect();
    let panel = improving(all, 0.10);
    for model in [&Moore::new(0.0) as &dyn Model, &Moore::new(0.63)] {
        let scores = scores(&run(&panel, &Protocol::FARMER_LAFOND, model)?);
        println!(
            "{}: {} forecasts, RMSE {:.3}, CRPS {:.3}, 90 % intervals hold {:.1} %",
            model.name(),
            scores.forecasts,
            scores.rmse,
            scores.crps,
            100.0 * scores.coverage[1]
        );
    }
    let test = Hindcasts::of(&panel, 5, 20).test(&panel, 0.63, 1000, 1);
    println!("surrogates further from Student's law than the panel: {:.2?}", test.p);
    println!("own MA(1) coefficients, averaged: {:.2}", theta_by_likelihood(&panel).weighted);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let family = family("performance-curve-database")?;
    let series = family.find("photovoltaics")?;
    let past = series.until(ORIGIN);
    let known = past.costs.len();
    let (y, x) = (past.log_costs(), series.log_experience().ok_or("no experience")?);
    let window = Window { x: Some(&x[..known]), ahead: Some(&x[known..]), ..Window::of(&y) };
    let later = &series.costs[known..];
    println!("{}, {}, seen from {ORIGIN}", series.name, series.unit);
    cost_alone(&window, later)?;
    with_production(&window, later)?;
    // Joint paths: row by row one future of the price, here the share that halves within a decade
    // at any time on the way, which no single horizon could tell.
    let paths = shipped::pooled().fit(&window)?.sampler(10).costs(1, 0, 10_000);
    let half = 0.5 * past.costs[known - 1];
    let halved = paths.chunks(10).filter(|path| path.iter().any(|cost| *cost < half)).count();
    println!("paths that halve within ten years: {:.1} %", halved as f64 / 100.0);
    hindcast()
}

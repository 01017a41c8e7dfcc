//! One model over one panel, for `peers/curves/compare.py`: `curve_panel PANEL MODEL WHAT`.
//!
//! `PANEL` is `A` (53 technologies, five changes, twenty steps) or `B` (66, expanding, ten
//! steps). `MODEL` is `naive`, `plug-in`, `moore`, `moore-THETA`, `trend`, `pooled`,
//! `pooled-scaled`, `pooled-two-kinds`, `surrogates` or `paths` (a million price paths of
//! photovoltaics over twenty years; zero times prints three quantiles). `WHAT` is `print`, for
//! the scored forecasts as CSV, or the number of times the work is done (of surrogate panels,
//! for `surrogates`). Pooled models fit the priors of ten folds each time. Run from the root of
//! the repository.

use std::error::Error;
use warchest::curves::fit::Shape;
use warchest::curves::hindcast::{Forecast, Protocol, Technology, improving, run};
use warchest::curves::honest::{Recipe, fold_hindcast};
use warchest::curves::moore::{Moore, Naive, PlugIn, Trend};
use warchest::curves::series::parse_family;
use warchest::curves::surrogate::Hindcasts;
use warchest::curves::wright::Ahead;
use warchest::curves::{Model, Window};

fn farmer_lafond() -> Result<Vec<Technology>, Box<dyn Error>> {
    let read = |file: &str| std::fs::read_to_string(format!("data/farmer-lafond-2016/{file}"));
    let family = parse_family(&read("series.csv")?, &read("passport.toml")?, "")?;
    Ok(family.series.iter().map(Technology::of).collect())
}

fn forecasts(
    panel: &[Technology],
    protocol: &Protocol,
    model: &str,
) -> Result<Vec<Forecast>, Box<dyn Error>> {
    let fold = |shape, mixture| {
        fold_hindcast(panel, protocol, Recipe { shape, mixture }, Ahead::Known, 10).map(|f| f.0)
    };
    Ok(match model {
        "pooled" => fold(Shape::MOORE, false)?,
        "pooled-scaled" => fold(Shape::MOORE_SCALED, false)?,
        "pooled-two-kinds" => fold(Shape::MOORE, true)?,
        _ => {
            let law: Box<dyn Model> = match model {
                "naive" => Box::new(Naive),
                "plug-in" => Box::new(PlugIn),
                "trend" => Box::new(Trend),
                "moore" => Box::new(Moore::new(0.0)),
                other => {
                    let theta = other.strip_prefix("moore-").ok_or("no such model")?;
                    Box::new(Moore::new(theta.parse()?))
                }
            };
            run(panel, protocol, law.as_ref())?
        }
    })
}

fn paths(panel: &[Technology], times: usize) -> Result<(), Box<dyn Error>> {
    let pv = panel.iter().find(|technology| technology.name == "photovoltaics");
    let predictive = Moore::new(0.63).fit(&Window::of(&pv.ok_or("no photovoltaics")?.y))?;
    let sampler = predictive.sampler(20);
    let mut costs = vec![0.0; 20_000_000];
    for _ in 0..times {
        sampler.costs_into(1, 0, std::hint::black_box(&mut costs));
    }
    if times == 0 {
        let at = predictive.at(20.0);
        println!("{:.4?}", [0.05, 0.5, 0.95].map(|p| at.quantile(p)));
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [which, model, what] = arguments.as_slice() else {
        return Err("usage: curve_panel A|B MODEL print|TIMES".into());
    };
    let (panel, protocol) = match which.as_str() {
        "A" => (improving(farmer_lafond()?, 0.10), Protocol::FARMER_LAFOND),
        "B" => (farmer_lafond()?, Protocol::EXPANDING),
        _ => return Err("the panel is A or B".into()),
    };
    if model == "surrogates" {
        let test = Hindcasts::of(&panel, 5, 20).test(&panel, 0.63, what.parse()?, 1);
        println!("p {:?}, standard errors {:.4?}", test.p, test.standard_error);
        return Ok(());
    }
    if model == "paths" {
        return paths(&panel, what.parse()?);
    }
    if what != "print" {
        for _ in 0..what.parse::<usize>()? {
            std::hint::black_box(forecasts(&panel, &protocol, model)?);
        }
        return Ok(());
    }
    println!("technology,origin,tau,error,pit,crps,ln_pdf");
    for f in forecasts(&panel, &protocol, model)? {
        let name = &panel[f.technology as usize].name;
        println!("{name},{},{},{},{},{},{}", f.origin, f.tau, f.error, f.pit, f.crps, f.ln_pdf);
    }
    Ok(())
}

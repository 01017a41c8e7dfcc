//! Fits the priors that the library ships, from the series in `data/`, and prints them as the
//! source of `curves/shipped.rs`. Run from the root of the repository.

use std::error::Error;
use warchest::curves::fit::Shape;
use warchest::curves::hindcast::Technology;
use warchest::curves::honest::Recipe;
use warchest::curves::series::{Series, parse_family};

fn panel(name: &str, keep: impl Fn(&Series) -> bool) -> Result<Vec<Technology>, Box<dyn Error>> {
    let read = |file: &str| std::fs::read_to_string(format!("data/{name}/{file}"));
    let family = parse_family(&read("series.csv")?, &read("passport.toml")?, name)?;
    Ok(family.series.iter().filter(|series| keep(series)).map(Technology::of).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    let moore = panel("farmer-lafond-2016", |_| true)?;
    let wright = panel("performance-curve-database", |s| s.is_annual() && s.dates.len() >= 8)?;
    for (name, panel, shape, mixture) in [
        ("MOORE", &moore, Shape::MOORE, false),
        ("MOORE_SCALED", &moore, Shape::MOORE_SCALED, false),
        ("MOORE_TWO_KINDS", &moore, Shape::MOORE, true),
        ("WRIGHT", &wright, Shape::WRIGHT, false),
    ] {
        let fitted = Recipe { shape, mixture }.fit(panel, None)?;
        println!("{name}: {} technologies\n{fitted:#?}", panel.len());
    }
    Ok(())
}

//! The pooled laws and the joint paths against closed forms and against themselves.

use super::panels::{family, farmer_lafond, production, technology};
use proptest::prelude::*;
use warchest::curves::mixture::{Mixture, PooledMixture};
use warchest::curves::moore::{Moore, Naive, Trend, a_star};
use warchest::curves::pooled::{Pooled, PooledWright, Prior};
use warchest::curves::wright::{Ahead, Wright};
use warchest::curves::{CurveDraw, CurveError, Model, Predictive, Window, shipped};
use warchest::numerics::elementary;
use warchest::rng::Stream;

/// A prior that says nothing makes the pooled law Moore's: `κ → 0`, `a = −1/2`, `b → 0`.
#[test]
fn without_a_prior_it_is_moore() {
    let pv = technology(&farmer_lafond(), "photovoltaics");
    let window = Window::of(&pv.y[10..16]);
    let prior = Prior { precision: [1e-9, 1.0], a: -0.5, b: 1e-12, theta: 0.0, ..shipped::MOORE };
    let pooled = Pooled { prior }.fit(&window).unwrap();
    let moore = Moore::new(0.0).fit(&window).unwrap();
    for tau in [1.0, 4.0, 20.0] {
        let (a, b) = (pooled.at(tau).first, moore.at(tau).first);
        assert!((a.location - b.location).abs() < 1e-6);
        assert!((a.scale / b.scale - 1.0).abs() < 1e-6 && (a.law.df() - 4.0).abs() < 1e-12);
    }
}

/// With experience that grows at a constant rate, Wright's law is Moore's without the loss of
/// knowing the drift: formulas of the module reduce to `τ + τ²/m`.
#[test]
fn wright_at_constant_growth_is_moore() {
    let y = [0.0, -0.1, -0.15, -0.32, -0.3, -0.5];
    let x = [0.0, 0.3, 0.6, 0.9, 1.2, 1.5];
    let ahead: Vec<f64> = (1..=8).map(|k| 1.5 + 0.3 * f64::from(k)).collect();
    let window = Window { x: Some(&x), ahead: Some(&ahead), ..Window::of(&y) };
    for theta in [0.0, 0.4] {
        let wright = Wright { rho: theta, ahead: Ahead::Known }.fit(&window).unwrap();
        let moore = Moore::new(theta).fit(&window).unwrap();
        for tau in 1..=8 {
            let (a, b) = (wright.at(f64::from(tau)).first, moore.at(f64::from(tau)).first);
            assert!((a.location - b.location).abs() < 1e-12);
            assert!((a.scale / b.scale - 1.0).abs() < 1e-9, "{theta} {tau}");
        }
    }
}

/// Farmer and Lafond (2016), eq. 15: variance of the forecast over `K²` is `A*/(1 + θ²)`.
#[test]
fn variance_is_a_star() {
    let pv = technology(&farmer_lafond(), "photovoltaics");
    let window = Window::of(&pv.y);
    let k2 = warchest::curves::moore::changes(&window).variance;
    for theta in [-0.3, 0.0, 0.25, 0.63] {
        let forecast = Moore::new(theta).fit(&window).unwrap();
        for tau in [1.0, 2.0, 17.0] {
            let wanted = k2 * a_star(theta, 33.0, tau) / (1.0 + theta * theta);
            let scale = forecast.at(tau).first.scale;
            assert!((scale * scale / wanted - 1.0).abs() < 1e-12);
        }
    }
}

fn uniforms(path: u64) -> [f64; 2] {
    let (a, b) = Stream::new(1, "test", "uniforms").uniforms(path, 0);
    [a.min(1.0 - 1e-12), b.min(1.0 - 1e-12)]
}

fn shocks(path: u64, count: u32) -> Vec<f64> {
    (0..count).map(|q| Stream::new(1, "test", "noise").normal(path, q)).collect()
}

fn triple(path: u64) -> [f64; 3] {
    let stream = Stream::new(1, "test", "coefficients");
    [stream.normal(path, 0), stream.normal(path, 1), stream.normal(path, 2)]
}

/// Share of values below the 10, 50 and 90 % points, within 4 standard errors.
fn agrees(values: &[f64], predictive: &Predictive, tau: f64) -> bool {
    [0.1, 0.5, 0.9].iter().all(|p| {
        let at = predictive.at(tau).quantile_log(*p);
        let share = values.iter().filter(|v| **v <= at).count() as f64 / values.len() as f64;
        (share - p).abs() < 4.0 * (p * (1.0 - p) / values.len() as f64).sqrt()
    })
}

/// Forecasts of every shape: one law, two, experience that is extrapolated or wanders, a trend.
fn every_shape(years: usize) -> Vec<Predictive> {
    let pv = technology(&production(), "photovoltaics");
    let x = pv.x.unwrap();
    let ahead = &x[years..];
    let window = Window { x: Some(&x[..years]), ahead: Some(ahead), ..Window::of(&pv.y[..years]) };
    let wright = |ahead| Wright { rho: 0.3, ahead };
    let pooled = PooledWright { prior: shipped::WRIGHT, ahead: Ahead::Walk };
    let models: [&dyn Model; 9] = [
        &Naive,
        &Moore::new(0.63),
        &Trend,
        &wright(Ahead::Known),
        &wright(Ahead::Extrapolated),
        &wright(Ahead::Walk),
        &shipped::pooled_one_kind(),
        &shipped::pooled(),
        &pooled,
    ];
    models.iter().map(|model| model.fit(&window).unwrap()).collect()
}

/// Joint paths have the marginals that the closed form promises.
#[test]
fn paths_have_the_marginals() {
    for (shape, predictive) in every_shape(12).iter().enumerate() {
        let paths = predictive.sampler(10).log_costs(1, 0, 20_000);
        for tau in [1usize, 3, 10] {
            let values: Vec<f64> = paths.chunks(10).map(|path| path[tau - 1]).collect();
            assert!(agrees(&values, predictive, tau as f64), "{shape} {tau}");
            // Twin: a seventh more scale is seen at the last horizon.
            let middle = predictive.at(10.0).median_log();
            let wide: Vec<f64> = values.iter().map(|v| 1.15 * (v - middle) + middle).collect();
            assert!(tau != 10 || !agrees(&wide, predictive, 10.0), "{shape}");
        }
    }
}

/// Over the steps a path is one technology: two changes of Moore's law with `θ = 0` have the
/// correlation `1/(m + 1)` of a shared drift of variance `K²/m`, a shared scale adding none.
#[test]
fn paths_share_their_drift() {
    let pv = technology(&farmer_lafond(), "photovoltaics");
    let window = Window::of(&pv.y[..6]);
    let predictive = Moore::new(0.0).fit(&window).unwrap();
    // Normal scores of the changes: heavy tails make a plain correlation noisy.
    let n = 40_000;
    let paths = predictive.sampler(3).log_costs(5, 0, n);
    let mut same = 0;
    for path in paths.chunks(3) {
        let middle = predictive.at(1.0).median_log() - predictive.last();
        same += usize::from((path[1] - path[0] > middle) == (path[2] - path[1] > middle));
    }
    // Elliptical: P(same side) = 1/2 + asin(r)/π.
    let wanted = 0.5 + (1.0f64 / 6.0).asin() / std::f64::consts::PI;
    let found = same as f64 / n as f64;
    let error = (wanted * (1.0 - wanted) / n as f64).sqrt();
    assert!((found - wanted).abs() < 4.0 * error, "{found} {wanted}");
    assert!((found - 0.5).abs() > 4.0 * error, "{found} {wanted}");
}

/// A path is the same alone and in company, and a cost is the exponential of its logarithm.
#[test]
fn a_path_is_its_own() {
    let predictive = &every_shape(12)[7];
    let sampler = predictive.sampler(7);
    let many = sampler.log_costs(9, 0, 3000);
    assert_eq!(sampler.log_costs(9, 1234, 5), many[1234 * 7..1239 * 7]);
    assert_ne!(sampler.log_costs(8, 1234, 5), many[1234 * 7..1239 * 7]);
    let costs = sampler.costs(9, 1234, 5);
    assert!(costs.iter().zip(&many[1234 * 7..]).all(|(c, y)| *c == elementary::exp(*y)));
    assert!(predictive.sampler(0).costs(9, 0, 5).is_empty());
}

/// Steps of unequal length: a series seen every other year has the forecast of its own steps,
/// and growth counts by the year.
#[test]
fn unequal_steps_count_by_their_length() {
    let (y, x) = ([0.0, -0.3, -0.5, -0.9, -1.0], [0.0, 0.5, 1.2, 1.6, 2.4]);
    let gaps = [2.0; 4];
    let even = Window { x: Some(&x), ..Window::of(&y) };
    let uneven = Window { gaps: Some(&gaps), ..even };
    for ahead in [Ahead::Extrapolated, Ahead::Walk] {
        let law = Wright { rho: 0.0, ahead };
        let (steps, years) = (law.fit(&even).unwrap(), law.fit(&uneven).unwrap());
        for tau in [1.0, 5.0] {
            let (a, b) = (steps.at(tau).first, years.at(2.0 * tau).first);
            assert!((a.location - b.location).abs() < 1e-12);
            assert!((a.scale / b.scale - 1.0).abs() < 1e-12, "{ahead:?} {tau}");
        }
    }
}

/// Windows that do not fit together are refused by name.
#[test]
fn windows_are_checked() {
    let y = [0.0, -0.1, -0.3, -0.4];
    let fit = |window: &Window| Wright { rho: 0.0, ahead: Ahead::Walk }.fit(window).unwrap_err();
    assert!(matches!(fit(&Window::of(&y[..2])), CurveError::Short { .. }));
    assert!(matches!(fit(&Window::of(&y)), CurveError::NoExperience { .. }));
    let short = Window { x: Some(&y[..2]), ..Window::of(&y) };
    assert!(matches!(fit(&short), CurveError::Length { found: 2, needed: 4, .. }));
    let flat = Window { x: Some(&[1.0; 4]), ..Window::of(&y) };
    assert!(matches!(fit(&flat), CurveError::Flat { .. }));
    let broken = [0.0, f64::NAN, 0.1, 0.2];
    for model in [&shipped::pooled() as &dyn Model, &Moore::new(0.0), &Trend] {
        let refused = model.fit(&Window::of(&broken)).unwrap_err();
        assert!(matches!(refused, CurveError::NotANumber { .. }));
        let back = Window { gaps: Some(&[1.0, -1.0, 1.0]), ..Window::of(&y) };
        assert!(matches!(model.fit(&back), Err(CurveError::NotANumber { .. })));
    }
}

/// The quarterly draw of the simulation has the annual forecast's marginals at year ends.
#[test]
fn quarters_add_up_to_years() {
    let pv = technology(&farmer_lafond(), "photovoltaics");
    let window = Window::of(&pv.y[..12]);
    for predictive in
        [Moore::new(0.63).fit(&window).unwrap(), shipped::pooled().fit(&window).unwrap()]
    {
        let draw: CurveDraw = predictive.draw("pv", 4, 10.0);
        for years in [1u32, 2, 8] {
            let values: Vec<f64> = (0..20_000)
                .map(|p| {
                    let [a, b, _] = triple(p);
                    let path = draw.path([a, b], uniforms(p)[1]);
                    predictive.last() + draw.log_change(&path, &shocks(p, 4 * years))
                })
                .collect();
            assert!(agrees(&values, &predictive, f64::from(years)), "{years}");
        }
    }
}

/// CRPS of a mixture: `∫ (F(x) − 1[x ≥ y])² dx` by brute force.
#[test]
fn crps_of_two_laws() {
    let dram = technology(&farmer_lafond(), "dram");
    let prior = Mixture { weight: 0.4, ..shipped::MOORE_TWO_KINDS };
    let predictive =
        PooledMixture { prior, ahead: Ahead::Known }.fit(&Window::of(&dram.y[..4])).unwrap();
    let marginal = predictive.at(3.0);
    for off in [-1.5, 0.0, 2.0] {
        let y = marginal.median_log() + off;
        let step = 2e-3;
        let sum: f64 = (-40_000..40_000)
            .map(|i| {
                let x = y + step * (f64::from(i) + 0.5);
                let over = marginal.cdf(libm::exp(x)) - if x >= y { 1.0 } else { 0.0 };
                over * over * step
            })
            .sum();
        let found = marginal.score(y).crps;
        assert!((found - sum).abs() < 1e-4 * sum.max(0.1), "{off}: {found} {sum}");
    }
}

#[test]
fn a_scenario_reads_only_what_was_known() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/solar-pv");
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let (csv, passport) = (read("series.csv"), read("passport.toml"));
    let draw = shipped::draw(&csv, &passport, "", "2025-05-30", false).unwrap();
    assert!(draw.drift < -0.01 && draw.drift > -0.05 && draw.lag == 4, "{draw:?}");
    assert!(shipped::draw(&csv, &passport, "", "2015-01-01", false).is_err());
    assert!(shipped::draw(&csv, &passport, "solar", "2025-05-30", false).is_err());
    assert!(shipped::draw(&csv, &passport, "", "some day", false).is_err());
}

/// The hierarchical Wright reads the future it is given: more production, lower cost.
#[test]
fn more_production_lowers_the_forecast() {
    let series = family("performance-curve-database").find("photovoltaics").unwrap().clone();
    let (y, x) = (series.log_costs(), series.log_experience().unwrap());
    let last = x[x.len() - 1];
    let at = |growth: f64| {
        let ahead: Vec<f64> = (1..=5).map(|k| last + growth * f64::from(k)).collect();
        let window = Window { x: Some(&x), ahead: Some(&ahead), ..Window::of(&y) };
        let model = PooledWright { prior: shipped::WRIGHT, ahead: Ahead::Known };
        model.fit(&window).unwrap().at(5.0).median()
    };
    assert!(at(0.4) < at(0.2) && at(0.2) < at(0.0));
}

proptest! {
    /// Measuring cost in another unit moves the forecast by that unit and changes no score.
    #[test]
    fn units_do_not_matter(steps in prop::collection::vec(-0.5..0.3f64, 3..12), unit in -5.0..5.0f64) {
        let mut y = vec![0.0];
        for step in &steps { y.push(y[y.len() - 1] + step); }
        let moved: Vec<f64> = y.iter().map(|v| v + unit).collect();
        let models: [&dyn Model; 3] = [&Moore::new(0.25), &shipped::pooled_one_kind(), &shipped::pooled()];
        for model in models {
            let (a, b) = (model.fit(&Window::of(&y)).unwrap(), model.fit(&Window::of(&moved)).unwrap());
            let (a, b) = (a.at(3.0), b.at(3.0));
            prop_assert!((a.median_log() + unit - b.median_log()).abs() < 1e-9);
            prop_assert!((a.score(-1.0).crps - b.score(unit - 1.0).crps).abs() < 1e-9);
        }
    }

    /// Quantiles increase and undo the distribution, also of two laws.
    #[test]
    fn quantiles_undo_the_distribution(steps in prop::collection::vec(-0.8..0.3f64, 2..9), p in 0.001..0.999f64) {
        let mut y = vec![0.0];
        for step in &steps { y.push(y[y.len() - 1] + step); }
        let at = shipped::pooled().fit(&Window::of(&y)).unwrap().at(4.0);
        prop_assert!((at.cdf(at.quantile(p)) - p).abs() < 1e-9);
        prop_assert!(at.quantile(0.5 * p) < at.quantile(p));
    }
}

//! Accuracy bars of the pooled laws, and the shipped priors fitted again. Runs with `--release`
//! only: `cargo test --release -p warchest --test curves_bars`.
#![cfg(not(debug_assertions))]

#[path = "it/curves/panels.rs"]
mod panels;

use panels::{farmer_lafond, farmer_lafond_improving, production};
use warchest::curves::compare::relative_crps;
use warchest::curves::fit::{Shape, fit_prior};
use warchest::curves::hindcast::{
    Forecast, Protocol, Technology, at_horizon, coverage, run, scores,
};
use warchest::curves::honest::{Fitted, Recipe, calendar_hindcast, fold_hindcast};
use warchest::curves::moore::Moore;
use warchest::curves::pooled::Prior;
use warchest::curves::shipped;
use warchest::curves::wright::Ahead;

const TWO_KINDS: Recipe = Recipe { shape: Shape::MOORE, mixture: true };
const WRIGHT: Recipe = Recipe { shape: Shape::WRIGHT, mixture: false };

fn folds(panel: &[Technology], protocol: &Protocol, recipe: Recipe) -> (Vec<Forecast>, f64) {
    let base = run(panel, protocol, &Moore::new(0.0)).unwrap();
    let (found, _) = fold_hindcast(panel, protocol, recipe, Ahead::Known, 10).unwrap();
    let ratio = relative_crps(&found, &base).ratio;
    (found, ratio)
}

/// Bars: CRPS at most 0.84 of Moore's, 90 % intervals hold 87 to 93 % at every horizon, root
/// mean squared error five years out no worse than Moore's .570.
#[test]
fn panel_a() {
    let (found, ratio) = folds(&farmer_lafond_improving(), &Protocol::FARMER_LAFOND, TWO_KINDS);
    assert!(ratio <= 0.84, "{ratio}");
    for tau in 1..=20 {
        let held = coverage(&at_horizon(&found, tau), 0.9);
        assert!((0.87..=0.93).contains(&held), "{tau}: {held}");
    }
    let rmse = scores(&at_horizon(&found, 5)).rmse;
    assert!(rmse <= 0.570, "{rmse}");
}

#[test]
fn panel_b() {
    let (_, ratio) = folds(&farmer_lafond(), &Protocol::EXPANDING, TWO_KINDS);
    assert!(ratio <= 0.92, "{ratio}");
}

#[test]
fn panel_w() {
    let panel = production();
    let (_, without) = folds(&panel, &Protocol::FARMER_LAFOND, TWO_KINDS);
    let (_, with) = folds(&panel, &Protocol::FARMER_LAFOND, WRIGHT);
    assert!(without <= 0.83 && with <= 0.78, "{without} {with}");
}

/// With only what was known at the time the gain shrinks, and is still there.
#[test]
fn calendar_honest() {
    let panel = production();
    let base = run(&panel, &Protocol::FARMER_LAFOND, &Moore::new(0.0)).unwrap();
    let (found, _) =
        calendar_hindcast(&panel, &Protocol::FARMER_LAFOND, WRIGHT, Ahead::Known, 5).unwrap();
    let ratio = relative_crps(&found, &base).ratio;
    assert!((0.70..0.90).contains(&ratio), "{ratio}");
}

/// The optimum of the same likelihood by SciPy's Nelder–Mead: 53 and 66 technologies.
#[test]
fn marginal_likelihood_against_scipy() {
    let near = |a: f64, b: f64| (a / b - 1.0).abs() < 2e-3;
    for (panel, ln_likelihood, [mean, precision, a, b, theta]) in [
        (
            farmer_lafond_improving(),
            1016.673607,
            [-0.0462415, 2.972756, 0.847060, 0.00239863, 0.252653],
        ),
        (farmer_lafond(), 1215.504720, [-0.0401478, 2.990397, 0.838360, 0.00249549, 0.201675]),
    ] {
        let fit = fit_prior(&panel, Shape::MOORE, None, false).unwrap();
        assert!((fit.ln_likelihood - ln_likelihood).abs() < 1e-4, "{fit:?}");
        let p = fit.prior;
        assert!(near(p.mean[0], mean) && near(p.precision[0], precision), "{fit:?}");
        assert!(near(p.a, a) && near(p.b, b) && near(p.theta, theta), "{fit:?}");
    }
}

fn same(ours: &Prior, again: &Prior) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= 2e-3 * b.abs().max(1e-3);
    let pair = |a: [f64; 2], b: [f64; 2]| near(a[0], b[0]) && near(a[1], b[1]);
    pair(ours.mean, again.mean)
        && pair(ours.per_scale, again.per_scale)
        && pair(ours.precision, again.precision)
        && near(ours.a, again.a)
        && near(ours.b, again.b)
        && near(ours.theta, again.theta)
}

#[test]
fn shipped_priors_are_those_of_the_data() {
    for (name, shipped) in shipped::FITTED {
        let panel = if name == "WRIGHT" { production() } else { farmer_lafond() };
        let shape = match name {
            "WRIGHT" => Shape::WRIGHT,
            "MOORE_SCALED" => Shape::MOORE_SCALED,
            _ => Shape::MOORE,
        };
        let mixture = matches!(shipped, Fitted::Two(_));
        let again = Recipe { shape, mixture }.fit(&panel, None).unwrap();
        let agree = match (&shipped, &again) {
            (Fitted::One(ours), Fitted::One(again)) => same(ours, again),
            (Fitted::Two(ours), Fitted::Two(again)) => {
                same(&ours.first, &again.first) && same(&ours.second, &again.second)
            }
            _ => false,
        };
        assert!(agree, "{name}: {again:?}");
    }
}

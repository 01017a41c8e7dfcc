//! Accuracy bars of the pooled laws, in folds and honest about the calendar, the surrogate tests
//! in full, and the shipped priors fitted again. Runs with `--release` only, by
//! `.ci/jobs/curves.sh`.
#![cfg(not(debug_assertions))]

// The other test binary uses the rest of it.
#[allow(dead_code)]
#[path = "it/curves/panels.rs"]
mod panels;

use panels::{farmer_lafond, farmer_lafond_improving, production};
use warchest::curves::compare::{Relative, relative_crps};
use warchest::curves::fit::{Shape, fit_prior};
use warchest::curves::hindcast::{
    Forecast, Protocol, Technology, at_horizon, coverage, run, scores,
};
use warchest::curves::honest::{Fitted, Recipe, calendar_hindcast, fold_hindcast};
use warchest::curves::moore::{Moore, a_star};
use warchest::curves::pooled::Prior;
use warchest::curves::shipped;
use warchest::curves::surrogate::Hindcasts;
use warchest::curves::theta::{theta_by_matching, z};
use warchest::curves::wright::Ahead;

const ONE_KIND: Recipe = Recipe { shape: Shape::MOORE, mixture: false };
const SCALED: Recipe = Recipe { shape: Shape::MOORE_SCALED, mixture: false };
const TWO_KINDS: Recipe = Recipe { shape: Shape::MOORE, mixture: true };
const WRIGHT: Recipe = Recipe { shape: Shape::WRIGHT, mixture: false };

/// Forecasts with priors of the other nine tenths of the technologies, over their whole
/// histories, and with what a forecaster of the day could have known of those.
struct Both {
    folds: Vec<Forecast>,
    calendar: Vec<Forecast>,
    /// CRPS over that of Moore's law, `θ = 0`.
    ratio: [Relative; 2],
}

fn both(panel: &[Technology], protocol: &Protocol, recipe: Recipe, ahead: Ahead) -> Both {
    let base = run(panel, protocol, &Moore::new(0.0)).unwrap();
    let (folds, _) = fold_hindcast(panel, protocol, recipe, ahead, 10).unwrap();
    let (calendar, without) = calendar_hindcast(panel, protocol, recipe, ahead, 10).unwrap();
    let ratio = [&folds, &calendar].map(|found| relative_crps(found, &base));
    for (name, found, ratio) in [("folds", &folds, ratio[0]), ("calendar", &calendar, ratio[1])] {
        let s = scores(found);
        let [low, high] = ratio.interval;
        let [c50, c90, c95] = s.coverage;
        println!(
            "{recipe:?} {ahead:?} {name}: RMSE {:.3} CRPS {:.3} ratio {:.3} [{low:.2}, {high:.2}] \
             logS {:.3} cover {c50:.2}/{c90:.2}/{c95:.2}",
            s.rmse, s.crps, ratio.ratio, s.log_score
        );
    }
    println!("calendar: Moore's law stood in for {without} of {}", calendar.len());
    Both { folds, calendar, ratio }
}

impl Both {
    /// Folds at most the bar; calendar at most its own, so that a loss of honesty is seen.
    fn hold(&self, bar: f64, calendar: f64) {
        let [folds, honest] = self.ratio.map(|ratio| ratio.ratio);
        assert!(folds <= bar && honest <= calendar, "{folds} {honest}");
        // Every gain that is claimed is above 5 %.
        assert!(honest <= 0.95);
    }
}

/// Bars: CRPS at most 0.84 of Moore's, 90 % intervals hold 87 to 93 % at every horizon, root
/// mean squared error five years out no worse than Moore's .570.
fn panel_a_holds(found: &[Forecast]) -> bool {
    let inside = |tau| (0.87..=0.93).contains(&coverage(&at_horizon(found, tau), 0.9));
    (1..=20).all(inside) && scores(&at_horizon(found, 5)).rmse <= 0.570
}

#[test]
fn panel_a() {
    let (panel, protocol) = (farmer_lafond_improving(), Protocol::FARMER_LAFOND);
    let two = both(&panel, &protocol, TWO_KINDS, Ahead::Known);
    two.hold(0.84, 0.88);
    assert!(panel_a_holds(&two.folds));
    // Neither one kind nor the honest prior passes all of it: the check can fail.
    assert!(!panel_a_holds(&two.calendar));
    let one = both(&panel, &protocol, ONE_KIND, Ahead::Known);
    assert!(!panel_a_holds(&one.folds));
    one.hold(0.84, 0.88);
    both(&panel, &protocol, SCALED, Ahead::Known).hold(0.84, 0.85);
}

/// The independent program's own row of table A, which took other folds.
#[test]
fn one_kind_is_what_an_independent_program_found() {
    let panel = farmer_lafond_improving();
    let found = fold_hindcast(&panel, &Protocol::FARMER_LAFOND, ONE_KIND, Ahead::Known, 10);
    let s = scores(&found.unwrap().0);
    for (found, wanted) in
        [s.rmse, s.crps, s.log_score, s.coverage[1]].iter().zip([0.805, 0.292, -0.146, 0.88])
    {
        assert!((found - wanted).abs() < 5e-3, "{s:?}");
    }
}

/// Bar: 0.92.
#[test]
fn panel_b() {
    let (panel, protocol) = (farmer_lafond(), Protocol::EXPANDING);
    both(&panel, &protocol, TWO_KINDS, Ahead::Known).hold(0.92, 0.92);
    both(&panel, &protocol, ONE_KIND, Ahead::Known).hold(0.92, 0.93);
    both(&panel, &protocol, SCALED, Ahead::Known).hold(0.92, 0.93);
}

/// Bars: 0.83 without production, 0.78 with known production, which the honest prior misses.
#[test]
fn panel_w_five_changes() {
    let (panel, protocol) = (production(), Protocol::FARMER_LAFOND);
    both(&panel, &protocol, TWO_KINDS, Ahead::Known).hold(0.83, 0.83);
    both(&panel, &protocol, ONE_KIND, Ahead::Known).hold(0.83, 0.83);
    both(&panel, &protocol, WRIGHT, Ahead::Known).hold(0.78, 0.80);
    both(&panel, &protocol, WRIGHT, Ahead::Extrapolated).hold(0.80, 0.84);
    both(&panel, &protocol, WRIGHT, Ahead::Walk).hold(0.80, 0.84);
}

#[test]
fn panel_w_expanding() {
    let (panel, protocol) = (production(), Protocol::EXPANDING);
    both(&panel, &protocol, TWO_KINDS, Ahead::Known).hold(0.92, 0.92);
    both(&panel, &protocol, WRIGHT, Ahead::Known).hold(0.85, 0.90);
}

/// The test of the paper in full: 10,000 surrogate panels. Printed: .21, .16, .20; an
/// independent program: .203, .160, .197.
#[test]
fn surrogates_in_full() {
    let panel = farmer_lafond_improving();
    let test = Hindcasts::of(&panel, 5, 20).test(&panel, 0.63, 10_000, 1);
    println!("{test:?}");
    for ((p, se), (printed, other)) in
        test.p.iter().zip(test.standard_error).zip([(0.21, 0.203), (0.16, 0.160), (0.20, 0.197)])
    {
        // Both sides drew 10,000; the paper rounds to two decimals.
        let error = 4.0 * se * std::f64::consts::SQRT_2;
        assert!((p - other).abs() < error && (p - printed).abs() < error + 0.005);
        assert!((p - printed - 0.05).abs() > error + 0.005);
    }
}

/// `θ_m`: printed .63; an independent program with 150 surrogate panels found `Z` = 1.48, 1.083,
/// 1.047, 1.006, .971, .944 at .25, .5, .6, .63, .66, .8 and put `θ_m` between .60 and .66.
#[test]
fn theta_by_matching_the_hindcast() {
    let panel = farmer_lafond_improving();
    let hindcasts = Hindcasts::of(&panel, 5, 20);
    for (theta, wanted) in
        [(0.25, 1.48), (0.5, 1.083), (0.6, 1.047), (0.63, 1.006), (0.66, 0.971), (0.8, 0.944)]
    {
        let found = z(&hindcasts, &panel, theta, 3000, 2);
        println!("{found:?}");
        let error = 4.0 * found.standard_error * (1.0f64 + 3000.0 / 150.0).sqrt();
        assert!((found.z - wanted).abs() < error, "{found:?}");
    }
    let found = theta_by_matching(&hindcasts, &panel, 3000, 2);
    println!("{found:?}");
    assert!((0.60..=0.66).contains(&found.theta) && (found.z - 1.0).abs() < 0.01, "{found:?}");
}

/// Five changes and `θ = 0.63`: the analytic `Ξ` is about a quarter too small (found: mean ratio
/// 1.352 of the panel to it, 1.006 to surrogates), because `K̂` leans on the error it divides.
#[test]
fn the_formula_is_too_narrow_for_five_changes() {
    let panel = farmer_lafond_improving();
    let hindcasts = Hindcasts::of(&panel, 5, 20);
    let (theta, m) = (0.63, 5.0);
    let xi = hindcasts.xi(&panel);
    let analytic = |tau: f64| 2.0 * a_star(theta, m, tau) / (1.0 + theta * theta);
    let ratio = |k: usize| xi[k] / analytic((k + 1) as f64);
    let mean = (0..20).map(ratio).sum::<f64>() / 20.0;
    assert!((mean - 1.352).abs() < 5e-4, "{mean}");
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

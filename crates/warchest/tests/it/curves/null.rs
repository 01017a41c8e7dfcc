//! The hindcast against surrogates, and the choice of `θ`: Farmer and Lafond (2016), section 4.4,
//! appendices D and E, and figures of an independent program (NumPy, SciPy, statsmodels).

use super::panels::{farmer_lafond_improving, printed, technology};
use warchest::curves::Window;
use warchest::curves::hindcast::Technology;
use warchest::curves::moore::{Walker, changes, overtakes};
use warchest::curves::surrogate::Hindcasts;
use warchest::curves::theta::{
    THETA_AT_END, moving_average, moving_average_at, theta_by_likelihood, z,
};

fn panel() -> (Vec<Technology>, Hindcasts) {
    let panel = farmer_lafond_improving();
    let hindcasts = Hindcasts::of(&panel, 5, 20);
    (panel, hindcasts)
}

/// Two shares of 2000 and 10,000 draws agree within 4 standard errors of their difference.
fn same_share(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() < 4.0 * (0.16 / 2000.0 + 0.16 / 10_000.0f64).sqrt()
}

/// Shares of surrogates further from t(4) with `θ = 0.63`: .203, .160, .197 (printed .21, .16,
/// .20); with `θ = 0` the law is rejected.
#[test]
fn the_law_with_echo_is_not_rejected() {
    let (panel, hindcasts) = panel();
    let test = hindcasts.test(&panel, 0.63, 2000, 1);
    for (found, wanted) in test.p.iter().zip([0.203, 0.160, 0.197]) {
        assert!(same_share(*found, wanted), "{test:?}");
        assert!(!same_share(*found, wanted + 0.05));
    }
    // Kolmogorov's distance is .0621; between two points of the grid it may be missed by .0113.
    assert!((0.0508..0.06215).contains(&test.found.max), "{test:?}");
    let without = hindcasts.test(&panel, 0.0, 500, 1);
    assert!(without.p.iter().all(|p| *p < 0.01), "{without:?}");
}

/// `E[(E/K̂)²] = (m − 1)/(m − 3) A` with `θ = 0`: exact, so `Z(0)` needs no surrogates. The
/// surrogates' own mean agrees as far as a variable without variance can; 150 surrogates of the
/// independent program gave 2.23.
#[test]
fn squared_errors_of_surrogates() {
    let (panel, hindcasts) = panel();
    let exact = |tau: f64| 2.0 * (tau + tau * tau / 5.0);
    let found = hindcasts.xi(&panel);
    let ratios = found.iter().zip(1..).map(|(xi, tau)| xi / exact(f64::from(tau)));
    let z0 = ratios.sum::<f64>() / 20.0;
    let made = z(&hindcasts, &panel, 0.0, 400, 3);
    let theirs = made.standard_error * (400.0f64 / 150.0).sqrt();
    assert!((z0 - 2.23).abs() < 4.0 * theirs, "{z0}");
    assert!((made.z - z0).abs() < 4.0 * made.standard_error, "{made:?}");
    assert!((made.z - 1.48).abs() > 4.0 * made.standard_error, "{made:?}");
}

/// Seven technologies whose likelihood has two tops, and where statsmodels 0.15 stops: `θ` and
/// log likelihood.
const LOWER_TOPS: [(&str, f64, f64); 7] = [
    ("aniline", 0.7529, 11.1684),
    ("carbon-black", -0.9325, 23.7089),
    ("concentrating-solar", 0.9682, 41.1337),
    ("neoprene-rubber", 0.9508, 33.8244),
    ("styrene", 0.7425, 24.2085),
    ("titanium-dioxide", -0.4093, 13.5243),
    ("vinyl-chloride", -0.2248, 16.4616),
];

/// `θ_w`: statsmodels gives .2496 weighted by length, plain mean .249, 7 left out (printed: .25,
/// .27 and 8). Our search finds a higher likelihood in seven technologies and the same in all
/// others, so with its seven values in the place of ours the mean is the same to every digit.
#[test]
fn theta_by_maximum_likelihood() {
    let panel = farmer_lafond_improving();
    let mut fits = Vec::new();
    for technology in &panel {
        let changes = technology.changes();
        let best = moving_average(&changes);
        let theirs = LOWER_TOPS.iter().find(|(name, ..)| *name == technology.name);
        if let Some((name, theta, ln_likelihood)) = theirs {
            let at = moving_average_at(&changes, *theta).ln_likelihood;
            // Their own search stopped short of a smooth top by up to 2e-3.
            assert!((at - ln_likelihood).abs() < 2e-3, "{name} {at}");
            assert!(best.ln_likelihood > at + 5e-3, "{name}");
        }
        fits.push((theirs.map_or(best.theta, |t| t.1), technology.y.len() as f64));
    }
    let kept: Vec<&(f64, f64)> = fits.iter().filter(|fit| fit.0.abs() < THETA_AT_END).collect();
    let weight: f64 = kept.iter().map(|fit| fit.1).sum();
    let mean = kept.iter().map(|fit| fit.0 * fit.1).sum::<f64>() / weight;
    assert!(fits.len() - kept.len() == 7 && printed("0.2496", mean), "{mean}");
    let found = theta_by_likelihood(&panel);
    assert_eq!(found.dropped, 12);
    assert!(printed("0.26", found.weighted) && printed("0.28", found.plain), "{found:?}");
}

/// Twin of the fit: a moving average made with `θ = 0.6` is found again, and not 0.4.
#[test]
fn a_moving_average_is_found_again() {
    let stream = warchest::rng::Stream::new(4, "test", "shocks");
    let shock = |k: u32| stream.normal(0, k);
    let n = 4000;
    let changes: Vec<f64> = (1..=n).map(|k| 0.1 + shock(k) + 0.6 * shock(k - 1)).collect();
    let found = moving_average(&changes);
    // Asymptotic standard error √((1 − θ²)/n).
    let error = (0.64 / f64::from(n)).sqrt();
    assert!((found.theta - 0.6).abs() < 4.0 * error, "{found:?}");
    assert!((found.theta - 0.4).abs() > 4.0 * error);
    assert!((found.mean - 0.1).abs() < 4.0 * 1.6 / f64::from(n).sqrt());
    assert!((found.variance / 1.36 - 1.0).abs() < 0.15);
}

/// Chance that photovoltaics at three times the cost of a flat rival are cheaper in 2024.
#[test]
fn photovoltaics_against_a_flat_rival() {
    let pv = technology(&farmer_lafond_improving(), "photovoltaics");
    let fit = changes(&Window::of(&pv.y));
    let (now, volatility) = (*pv.y.last().unwrap(), fit.variance.sqrt());
    let challenger = Walker { log_cost: now, drift: fit.mean, volatility };
    for (k, wanted) in [(0.1, "0.502"), (0.2, "0.502"), (0.3, "0.501")] {
        let rival = Walker { log_cost: now - libm::log(3.0), drift: 0.0, volatility: k };
        let found = overtakes(&challenger, &rival, 0.63, 33.0, 11.0);
        assert!(printed(wanted, found), "{k} {found}");
        assert!((found + overtakes(&rival, &challenger, 0.63, 33.0, 11.0) - 1.0).abs() < 1e-12);
        // Twin: a year later it is visibly more likely.
        assert!(!printed(wanted, overtakes(&challenger, &rival, 0.63, 33.0, 12.0)));
    }
}

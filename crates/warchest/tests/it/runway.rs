//! One firm without rivals: ruin of a random walk of cash, against closed forms.

use warchest::numerics::elementary::exp;
use warchest::simulate::outcome::Detail;

use crate::toy::{request, ruin, tally};
use crate::worlds;

/// Φ(z).
fn normal(z: f64) -> f64 {
    0.5 * libm::erfc(-z / 2f64.sqrt())
}

/// Probability that cash K with drift μ and volatility σ per year falls below zero within T
/// years, watched at every instant (model.md section 10).
fn ruin_watched_always(k: f64, mu: f64, sigma: f64, t: f64) -> f64 {
    let s = sigma * t.sqrt();
    normal((-k - mu * t) / s) + exp(-2.0 * mu * k / (sigma * sigma)) * normal((-k + mu * t) / s)
}

/// Watched once a quarter: the barrier moves away by 0.5826 σ √Δt (Broadie, Glasserman and
/// Kou 1997).
fn ruin_watched_quarterly(k: f64, mu: f64, sigma: f64, t: f64) -> f64 {
    ruin_watched_always(k + 0.5826 * sigma * 0.25f64.sqrt(), mu, sigma, t)
}

#[test]
fn closed_form_has_the_printed_value() {
    assert!((ruin_watched_always(10.0, 1.0, 5.0, 5.0) - 0.236948767).abs() < 5e-10);
}

/// The correction itself is good to about 0.002 at twenty looks, beside 4 standard errors.
#[test]
fn runway_is_ruined_as_often_as_the_corrected_closed_form_says() {
    let world = worlds::runway(10e9, 0.25e9, 2.5e9, 20);
    let paths = 100_000;
    let found = ruin(&tally(&world, &request(Detail::Ends), paths), 0, 20);
    let want = ruin_watched_quarterly(10.0, 1.0, 5.0, 5.0);
    let error = (want * (1.0 - want) / paths as f64).sqrt();
    assert!((found - want).abs() <= 4.0 * error + 0.002, "{found} {want}");
    // The uncorrected form is told apart.
    let watched_always = ruin_watched_always(10.0, 1.0, 5.0, 5.0);
    assert!((found - watched_always).abs() > 4.0 * error + 0.002);
}

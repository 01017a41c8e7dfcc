//! Golden values of the law of Moore: Farmer and Lafond (2016) as printed, and figures that an
//! independent program (NumPy, SciPy, statsmodels) worked out from the same data.

use super::panels::{farmer_lafond, farmer_lafond_improving, printed, technology};
use warchest::curves::hindcast::{
    Forecast, Past, Protocol, Technology, at_horizon, coverage, improvement_p, run,
};
use warchest::curves::moore::{Changes, Moore, a_star, changes};
use warchest::curves::{Model, Window};
use warchest::numerics::special::{StudentT, normal_cdf};

fn full(technology: &Technology) -> Changes {
    changes(&Window::of(&technology.y))
}

#[test]
fn counts_of_the_protocol() {
    let panel = farmer_lafond_improving();
    assert_eq!((farmer_lafond().len(), panel.len()), (66, 53));
    let count = |horizon_max| {
        let protocol = Protocol { past: Past::Rolling(5), horizon_max };
        panel.iter().map(|t| protocol.count(t.y.len())).sum::<usize>()
    };
    assert_eq!((count(None), count(Some(20))), (8212, 6391));
    let longest = panel.iter().map(|t| t.y.len() - 1 - 5).max();
    assert_eq!(longest, Some(73));
    let gas_range = technology(&farmer_lafond(), "free-standing-gas-range");
    assert!(printed("0.100272", improvement_p(&gas_range)));
    assert!(!panel.iter().any(|t| t.name == gas_range.name));
}

#[test]
fn drifts_and_volatilities() {
    let panel = farmer_lafond();
    for (name, count, mean, sd) in [
        ("transistor", 38, "-0.498314", "0.239998"),
        ("dram", 37, "-0.446209", "0.383462"),
        ("photovoltaics", 34, "-0.100391", "0.150197"),
    ] {
        let technology = technology(&panel, name);
        let found = full(&technology);
        assert_eq!(technology.y.len(), count, "{name}");
        assert!(printed(mean, found.mean), "{name} {}", found.mean);
        assert!(printed(sd, found.variance.sqrt()), "{name} {}", found.variance.sqrt());
    }
    assert!(printed("0.000274", improvement_p(&technology(&panel, "photovoltaics"))));
}

/// Volatility against drift over the technologies that improve: fast movers are volatile.
#[test]
fn volatility_grows_with_drift() {
    let points: Vec<(f64, f64)> =
        farmer_lafond_improving().iter().map(full).map(|c| (c.mean, c.variance.sqrt())).collect();
    let n = points.len() as f64;
    let mean = |f: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>() / n;
    let (mx, my) = (mean(&|p| p.0), mean(&|p| p.1));
    let sxy = mean(&|p| (p.0 - mx) * (p.1 - my));
    let (sxx, syy) = (mean(&|p| (p.0 - mx) * (p.0 - mx)), mean(&|p| (p.1 - my) * (p.1 - my)));
    let slope = sxy / sxx;
    assert!(printed("-0.7587", slope), "{slope}");
    assert!(printed("0.0190", my - slope * mx), "{}", my - slope * mx);
    assert!(printed("0.867", sxy * sxy / (sxx * syy)));
}

/// `E/K̂` from a forecast of Moore's law with `θ = 0`.
fn scaled_error(forecast: &Forecast) -> f64 {
    forecast.error / forecast.scale * a_star(0.0, 5.0, f64::from(forecast.tau)).sqrt()
}

#[test]
fn mean_squared_scaled_errors() {
    let forecasts =
        run(&farmer_lafond_improving(), &Protocol::FARMER_LAFOND, &Moore::new(0.0)).unwrap();
    for (tau, wanted) in [(1, "3.5944"), (2, "12.2705"), (5, "44.6253")] {
        let at = at_horizon(&forecasts, tau);
        let xi =
            at.iter().map(|f| scaled_error(f) * scaled_error(f)).sum::<f64>() / at.len() as f64;
        assert!(printed(wanted, xi), "{tau} {xi}");
    }
}

/// Kolmogorov's distance between the scaled errors and t(4).
fn distance(forecasts: &[Forecast]) -> f64 {
    let law = StudentT::new(4.0);
    let mut errors: Vec<f64> = forecasts.iter().map(|f| f.error / f.scale).collect();
    errors.sort_by(f64::total_cmp);
    let n = errors.len() as f64;
    let gap = |(i, e): (usize, &f64)| {
        let f = law.cdf(*e);
        (f - i as f64 / n).max((i + 1) as f64 / n - f)
    };
    errors.iter().enumerate().map(gap).fold(0.0, f64::max)
}

#[test]
fn pooled_errors_against_student() {
    let panel = farmer_lafond_improving();
    for (theta, ks, covers) in [
        // 5493 of 6391 lie inside 95 %: .85949.
        (0.0, "0.1032", [".378", ".777", ".859"]),
        (0.63, "0.0621", [".452", ".849", ".916"]),
    ] {
        let forecasts = run(&panel, &Protocol::FARMER_LAFOND, &Moore::new(theta)).unwrap();
        assert!(printed(ks, distance(&forecasts)), "{theta} {}", distance(&forecasts));
        for (p, wanted) in [0.5, 0.9, 0.95].iter().zip(covers) {
            let found = coverage(&forecasts, *p);
            assert!(printed(wanted, found), "{theta} {p} {found}");
        }
    }
}

/// Photovoltaics seen from 2013, large-sample normal forecast of the paper, section 5.
#[test]
fn photovoltaics_to_2030() {
    let pv = technology(&farmer_lafond(), "photovoltaics");
    let now = *pv.y.last().unwrap();
    assert!(printed("0.8213", libm::exp(now)));
    let forecast = Moore::new(0.63).fit(&Window::of(&pv.y)).unwrap();
    for (tau, median, low, high) in
        [(2.0, "0.672", "0.397", "1.138"), (17.0, "0.149", "0.019", "1.179")]
    {
        let at = forecast.at(tau);
        assert!(printed(median, at.median()), "{}", at.median());
        assert!(printed(low, libm::exp(at.first.location - 2.0 * at.first.scale)));
        assert!(printed(high, libm::exp(at.first.location + 2.0 * at.first.scale)));
    }
    let at = forecast.at(17.0);
    let dearer = 1.0 - normal_cdf((now - at.first.location) / at.first.scale);
    assert!(printed("0.0494", dearer), "{dearer}");
}

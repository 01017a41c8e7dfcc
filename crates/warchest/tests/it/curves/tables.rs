//! Scores of the laws over three panels, as an independent program (NumPy, SciPy) found them.

use super::panels::{farmer_lafond, farmer_lafond_improving, printed, production};
use warchest::curves::moore::{Moore, Naive, PlugIn, Trend};
use warchest::curves::wright::{Ahead, Levels, Wright, learning_rate};
use warchest::curves::{Model, Window};
use warchest::curves::{
    compare::relative_crps,
    hindcast::{Protocol, Technology, at_horizon, coverage, run, scores},
};

/// A row: model, then RMSE, CRPS, ratio, log score, coverage of 50, 90 and 95 %, as printed; a
/// dash is not printed.
type Row<'a> = (Box<dyn Model>, [&'a str; 7]);

fn agree(panel: &[Technology], protocol: &Protocol, forecasts: usize, rows: &[Row]) {
    let base = run(panel, protocol, &Moore::new(0.0)).unwrap();
    for (model, wanted) in rows {
        let found = run(panel, protocol, model.as_ref()).unwrap();
        let scores = scores(&found);
        assert_eq!(scores.forecasts, forecasts);
        let ratio = relative_crps(&found, &base).ratio;
        let [c50, c90, c95] = scores.coverage;
        let values = [scores.rmse, scores.crps, ratio, scores.log_score, c50, c90, c95];
        for (wanted, value) in wanted.iter().zip(values) {
            assert!(*wanted == "-" || printed(wanted, value), "{}: {wanted} {value}", model.name());
        }
    }
}

#[test]
fn table_a_the_protocol_of_the_paper() {
    let rows: [Row; 6] = [
        (Box::new(Naive), ["1.860", ".680", "1.59", "1.91", ".19", ".47", ".56"]),
        (Box::new(PlugIn), [".838", ".353", "1.03", "2.00", ".25", ".53", ".59"]),
        (Box::new(Moore::new(0.0)), [".838", ".320", "1", ".148", ".38", ".78", ".86"]),
        (Box::new(Moore::new(0.25)), [".838", ".318", "1.005", ".106", ".42", ".82", ".89"]),
        (Box::new(Moore::new(0.63)), [".838", ".318", "1.012", ".087", ".45", ".85", ".92"]),
        (Box::new(Trend), [".865", ".369", "1.12", ".794", ".20", ".51", ".61"]),
    ];
    agree(&farmer_lafond_improving(), &Protocol::FARMER_LAFOND, 6391, &rows);
}

#[test]
fn table_b_expanding_windows() {
    let rows: [Row; 5] = [
        (Box::new(Naive), [".986", ".335", "1.37", ".35", ".35", ".69", ".78"]),
        (Box::new(Moore::new(0.0)), [".418", ".177", "1", "-.297", ".46", ".84", ".91"]),
        (Box::new(Moore::new(0.25)), [".418", ".176", "1.005", "-.321", ".50", ".89", ".94"]),
        (Box::new(Moore::new(0.63)), [".418", ".176", "1.014", "-.324", ".53", ".92", ".96"]),
        (Box::new(Trend), [".539", ".252", "1.16", ".476", ".25", ".57", ".65"]),
    ];
    agree(&farmer_lafond(), &Protocol::EXPANDING, 4836, &rows);
}

/// Coverage of 90 % intervals at 1, 2, 5, 10 and 20 steps, and root mean squared errors.
#[test]
fn table_a_by_horizon() {
    let panel = farmer_lafond_improving();
    for (theta, wanted) in
        // The fourth of the second row was printed .84: .8345, rounded twice.
        [
            (0.0, [".89", ".83", ".78", ".76", ".69"]),
            (0.63, [".87", ".88", ".86", ".835", ".83"]),
        ]
    {
        let found = run(&panel, &Protocol::FARMER_LAFOND, &Moore::new(theta)).unwrap();
        for (tau, wanted) in [1, 2, 5, 10, 20].into_iter().zip(wanted) {
            let held = coverage(&at_horizon(&found, tau), 0.9);
            assert!(printed(wanted, held), "{theta} {tau}: {held}");
        }
        let rmse = |tau| scores(&at_horizon(&found, tau)).rmse;
        assert!(printed(".570", rmse(5)) && printed("1.78", rmse(20)));
    }
}

/// 95 % intervals from 2000 resamples of the technologies, by another generator: each end is
/// uncertain by about a fortieth of the width.
#[test]
fn intervals_over_technologies() {
    let panel = farmer_lafond_improving();
    let base = run(&panel, &Protocol::FARMER_LAFOND, &Moore::new(0.0)).unwrap();
    for (model, low, high) in
        [(&Naive as &dyn Model, 1.33, 1.89), (&PlugIn, 1.01, 1.06), (&Trend, 1.08, 1.15)]
    {
        let found = run(&panel, &Protocol::FARMER_LAFOND, model).unwrap();
        let [a, b] = relative_crps(&found, &base).interval;
        let near = 0.005 + (high - low) / 20.0;
        assert!((a - low).abs() < near && (b - high).abs() < near, "{a} {b}");
        // Twin: an interval twice as wide would be seen.
        let half = 0.5 * (high - low);
        assert!((a - (low - half)).abs() > near && (b - (high + half)).abs() > near);
    }
}

/// Over the 76 technologies with production: Wright's exponent, the learning rate, and what is
/// left of the correlation of neighbouring residuals.
#[test]
fn learning_rates() {
    let mut omegas = Vec::new();
    let mut correlations = Vec::new();
    for technology in production() {
        let (d, x) = (technology.changes(), technology.growth().unwrap());
        let omega = d.iter().zip(&x).map(|(d, x)| d * x).sum::<f64>()
            / x.iter().map(|x| x * x).sum::<f64>();
        let window = Window { x: technology.x.as_deref(), ..Window::of(&technology.y) };
        let fit = Wright { rho: 0.0, ahead: Ahead::Extrapolated }.fit(&window).unwrap();
        assert!((fit.first.mean[1] - omega).abs() < 1e-12);
        omegas.push(omega);
        let off: Vec<f64> = d.iter().zip(&x).map(|(d, x)| d - omega * x).collect();
        // Pearson's correlation of neighbours, each side about its own mean.
        let (before, after) = (&off[..off.len() - 1], &off[1..]);
        let product = |a: &[f64], b: &[f64]| -> f64 {
            let n = a.len() as f64;
            let sums = (a.iter().sum::<f64>(), b.iter().sum::<f64>());
            a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() - sums.0 * sums.1 / n
        };
        let spread = (product(before, before) * product(after, after)).sqrt();
        correlations.push(product(before, after) / spread);
    }
    // NumPy's linear interpolation between order statistics.
    let quantile = |values: &mut Vec<f64>, p: f64| {
        values.sort_by(f64::total_cmp);
        let at = p * (values.len() - 1) as f64;
        let k = (at as usize).min(values.len() - 2);
        values[k] + (at - k as f64) * (values[k + 1] - values[k])
    };
    assert!(printed("-0.444", quantile(&mut omegas, 0.5)));
    let mut rates: Vec<f64> = omegas.iter().map(|omega| 100.0 * learning_rate(*omega)).collect();
    for (p, wanted) in [(0.5, "26.5"), (0.1, "5.4"), (0.9, "52.1")] {
        let found = quantile(&mut rates, p);
        assert!(printed(wanted, found), "{p}: {found}");
    }
    let mean = correlations.iter().sum::<f64>() / correlations.len() as f64;
    assert!(printed("0.05", mean), "{mean}");
}

fn wright(rho: f64, ahead: Ahead) -> Box<dyn Model> {
    Box::new(Wright { rho, ahead })
}

#[test]
fn table_w_five_changes() {
    let rows: [Row; 8] = [
        (Box::new(Naive), ["1.412", ".472", "1.33", "-", "-", ".65", "-"]),
        (Box::new(Moore::new(0.0)), [".715", ".297", "1", "-", "-", ".84", "-"]),
        (Box::new(Moore::new(0.63)), [".715", ".305", "1.02", "-", "-", ".89", "-"]),
        (wright(0.0, Ahead::Known), [".570", ".242", "0.912", "-", "-", ".90", "-"]),
        (wright(0.19, Ahead::Known), [".570", ".247", "0.922", "-", "-", ".92", "-"]),
        (wright(0.63, Ahead::Known), [".570", ".255", "0.938", "-", "-", ".93", "-"]),
        (wright(0.19, Ahead::Extrapolated), [".674", ".282", "0.969", "-", "-", ".90", "-"]),
        (Box::new(Levels), [".634", ".256", "0.985", "-", "-", ".65", "-"]),
    ];
    agree(&production(), &Protocol::FARMER_LAFOND, 11844, &rows);
}

#[test]
fn table_w_expanding_windows() {
    let rows: [Row; 8] = [
        (Box::new(Naive), [".838", ".282", "1.34", "-", "-", ".76", "-"]),
        (Box::new(Moore::new(0.0)), [".397", ".175", "1", "-", "-", ".84", "-"]),
        (Box::new(Moore::new(0.63)), [".397", ".176", "1.02", "-", "-", ".90", "-"]),
        (wright(0.0, Ahead::Known), [".312", ".141", "0.923", "-", "-", ".89", "-"]),
        (wright(0.19, Ahead::Known), [".312", ".142", "0.931", "-", "-", ".92", "-"]),
        (wright(0.63, Ahead::Known), [".312", ".146", "0.946", "-", "-", ".94", "-"]),
        (wright(0.19, Ahead::Extrapolated), [".371", ".163", "0.965", "-", "-", ".91", "-"]),
        (Box::new(Levels), [".390", ".200", "1.08", "-", "-", ".60", "-"]),
    ];
    agree(&production(), &Protocol::EXPANDING, 6866, &rows);
}

//! Special functions against values worked out with 40 digits (mpmath 1.4.1: `erfc`, `betainc`,
//! `gammainc`, adaptive quadrature of the CRPS), and against themselves (round trips).

use proptest::prelude::*;
use warchest::numerics::special::*;

fn near(found: f64, wanted: f64, relative: f64) -> bool {
    (found - wanted).abs() <= relative * wanted.abs()
}

const NORMAL_QUANTILE: [(f64, f64); 15] = [
    (1e-300, -37.0470962993612),
    (1e-100, -21.273453560965326),
    (1e-20, -9.262340089798407),
    (1e-10, -6.361340902404057),
    (1e-05, -4.264890793922825),
    (0.001, -3.0902323061678136),
    (0.02425, -1.972961051311885),
    (0.075, -1.439531470938456),
    (0.1, -1.2815515655446004),
    (0.3, -0.5244005127080408),
    (0.4999, -0.00025066283008800747),
    (0.6, 0.2533471031357997),
    (0.9, 1.2815515655446006),
    (0.95, 1.6448536269514722),
    (0.999, 3.090232306167813),
];
const T_CDF: [(f64, f64, f64); 32] = [
    (0.5, -30.0, 0.058546841490053445),
    (0.5, -5.5, 0.13641100829266473),
    (0.5, -0.01, 0.49730337181805223),
    (0.5, 2.0, 0.7772425549084344),
    (1.0, -30.0, 0.010606402405535424),
    (1.0, -5.5, 0.057249147048700176),
    (1.0, -0.01, 0.49681700723509176),
    (1.0, 2.0, 0.8524163823495667),
    (2.5, -30.0, 0.0001455323545786977),
    (2.5, -5.5, 0.009384437399461138),
    (2.5, -0.01, 0.49638199717895415),
    (2.5, 2.0, 0.921304252121017),
    (4.0, -30.0, 3.6764280488306612e-06),
    (4.0, -5.5, 0.0026640642123234577),
    (4.0, -0.01, 0.4962500781229493),
    (4.0, 2.0, 0.9419417382415922),
    (5.58, -30.0, 1.1028256392390513e-07),
    (5.58, -5.5, 0.0009586004948236182),
    (5.58, -0.01, 0.4961845623040205),
    (5.58, 2.0, 0.9519949255232395),
    (30.0, -30.0, 3.125895815304444e-24),
    (30.0, -5.5, 2.8392864725590364e-06),
    (30.0, -0.01, 0.49604374628658887),
    (30.0, 2.0, 0.9726874775185085),
    (250.5, -30.0, 3.377039032232474e-85),
    (250.5, -5.5, 4.6800470157420855e-08),
    (250.5, -0.01, 0.49601462334741936),
    (250.5, 2.0, 0.9767100289953692),
    (1000000.0, -30.0, 6.010047116831719e-198),
    (1000000.0, -5.5, 1.899419056909024e-08),
    (1000000.0, -0.01, 0.49601064468277384),
    (1000000.0, 2.0, 0.9772497330743404),
];
const T_CRPS: [(f64, f64, f64); 15] = [
    (1.5, 0.0, 0.33809052004701895),
    (1.5, 0.7, 0.4950972712073974),
    (1.5, -3.0, 2.149916348304275),
    (4.0, 0.0, 0.2636892218148922),
    (4.0, 0.7, 0.4387928754905839),
    (4.0, -3.0, 2.3145403010536523),
    (5.58, 0.0, 0.2543608553910373),
    (5.58, 0.7, 0.43294508995147835),
    (5.58, -3.0, 2.348964472632258),
    (30.0, 0.0, 0.23724820105529007),
    (30.0, 0.7, 0.4233475676165775),
    (30.0, -3.0, 2.4207623019807274),
    (1000.0, 0.0, 0.2337997795615684),
    (1000.0, 0.7, 0.42162045042250934),
    (1000.0, -3.0, 2.436107406017989),
];
const BETA_CDF: [(f64, f64, f64, f64); 6] = [
    (2.0, 3.0, 0.4, 0.5248),
    (0.5, 0.5, 0.01, 0.06376856085851985),
    (30.0, 70.0, 0.31, 0.5969379532927576),
    (0.1, 8.0, 1e-05, 0.40689522202405864),
    (500.0, 500.0, 0.45, 0.0007636789395265001),
    (5.0, 0.2, 0.999, 0.628890079026613),
];
const GAMMA_CDF: [(f64, f64, f64); 6] = [
    (0.5, 0.2, 0.4729107431344619),
    (3.0, 2.5, 0.45618688411667047),
    (0.79, 12.0, 0.9999969482039176),
    (60.0, 45.0, 0.01865113464857545),
    (1000.0, 1100.0, 0.99894067674607),
    (0.01, 1e-09, 0.8174689566624787),
];

#[test]
fn normal_quantile_to_the_last_digits() {
    for (p, wanted) in NORMAL_QUANTILE {
        assert!(near(normal_quantile(p), wanted, 1e-15), "{p} {} {wanted}", normal_quantile(p));
        assert!(near(normal_cdf(wanted), p, 1e-12), "{p} {}", normal_cdf(wanted));
    }
    assert_eq!(normal_quantile(0.5), 0.0);
    assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(normal_quantile(1.0), f64::INFINITY);
    assert!(normal_quantile(1.5).is_nan() && normal_quantile(f64::NAN).is_nan());
}

#[test]
fn student_cdf_and_crps() {
    for (nu, t, wanted) in T_CDF {
        let found = StudentT::new(nu).cdf(t);
        assert!(near(found, wanted, 5e-12), "nu {nu} t {t}: {found} {wanted}");
    }
    for (nu, z, wanted) in T_CRPS {
        let found = StudentT::new(nu).crps(z);
        assert!(near(found, wanted, 1e-11), "nu {nu} z {z}: {found} {wanted}");
    }
    // The check can see a change of one in a thousand in the degrees of freedom.
    assert!(!near(StudentT::new(2.5025).cdf(-5.5), 0.009384437399461139, 5e-12));
}

#[test]
fn normal_is_the_limit_of_student() {
    let wide = StudentT::new(1e12);
    for z in [-3.0, -0.2, 0.0, 1.7] {
        assert!((wide.cdf(z) - normal_cdf(z)).abs() < 1e-12);
        assert!((wide.crps(z) - normal_crps(z)).abs() < 1e-9);
        assert!((wide.ln_pdf(z) - normal_ln_pdf(z)).abs() < 1e-9);
    }
}

#[test]
fn beta_and_gamma_cdf() {
    for (a, b, x, wanted) in BETA_CDF {
        assert!(near(beta_cdf(a, b, x), wanted, 1e-11), "{a} {b} {x} {}", beta_cdf(a, b, x));
    }
    for (a, x, wanted) in GAMMA_CDF {
        assert!(near(gamma_cdf(a, x), wanted, 1e-11), "{a} {x} {}", gamma_cdf(a, x));
    }
    assert!(beta_cdf(-1.0, 1.0, 0.5).is_nan() && gamma_cdf(0.0, 1.0).is_nan());
}

proptest! {
    /// A quantile undoes its distribution function, far into both tails.
    #[test]
    fn quantiles_invert(ln_p in -60.0..-1e-6f64, nu in 0.3..200.0f64, b in 0.2..80.0f64) {
        let p = libm::exp(ln_p);
        let t = StudentT::new(nu);
        prop_assert!(near(t.cdf(t.quantile(p)), p, 1e-11), "t {} {}", t.quantile(p), t.cdf(t.quantile(p)));
        let x = gamma_quantile(nu, p);
        prop_assert!(near(gamma_cdf(nu, x), p, 1e-10) || x < 1e-290, "gamma {x} {}", gamma_cdf(nu, x));
        let x = beta_quantile(nu, b, p);
        prop_assert!(near(beta_cdf(nu, b, x), p, 1e-10) || !(1e-290..=1.0 - 1e-9).contains(&x), "beta {x} {}", beta_cdf(nu, b, x));
    }

    /// The upper tail mirrors the lower.
    #[test]
    fn student_is_symmetric(p in 1e-6..0.5f64, nu in 0.5..50.0f64) {
        let t = StudentT::new(nu);
        prop_assert!((t.quantile(p) + t.quantile(1.0 - p)).abs() <= 1e-7 * t.quantile(p).abs().max(1e-9));
    }
}

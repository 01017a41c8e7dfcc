//! The kernels of mixed logit against its formulas written out one consumer at a time.

use warchest::demand::mixed::{
    Consumers, Groups, Response, Scratch, mixed_shares, mixed_slopes, respond,
};
use warchest::numerics::lanes::Isa;

const PRODUCTS: usize = 5;

/// A market written out: `utility[j][i]`.
struct Plain {
    weight: Vec<f64>,
    slope: Vec<f64>,
    utility: Vec<Vec<f64>>,
    outside: bool,
}

/// Fractional parts of multiples of an irrational number: spread without a generator.
fn spread(k: usize, low: f64, high: f64) -> f64 {
    low + (high - low) * ((k as f64 + 0.5) * 0.618_033_988_749_894_9).fract()
}

impl Plain {
    /// `level(i)` is added to all utilities of consumer `i`.
    fn new(count: usize, outside: bool, level: impl Fn(usize) -> f64) -> Self {
        let v = |j: usize| (0..count).map(|i| spread(31 * j + i, -2.0, 3.0) + level(i)).collect();
        Self {
            weight: (0..count).map(|i| spread(i, 0.2, 1.8) / count as f64).collect(),
            slope: (0..count).map(|i| -spread(7 * i + 3, 0.5, 2.5)).collect(),
            utility: (0..PRODUCTS).map(v).collect(),
            outside,
        }
    }

    fn laid_out(&self) -> Consumers {
        Consumers::new(&self.weight, &self.slope, &self.utility.concat(), self.outside)
    }

    /// Choice probabilities of consumer `i` and the logarithm of their denominator.
    fn choice(&self, i: usize, prices: &[f64]) -> (Vec<f64>, f64) {
        let u: Vec<f64> =
            self.utility.iter().zip(prices).map(|(v, p)| v[i] + self.slope[i] * p).collect();
        let top = u.iter().fold(if self.outside { 0.0 } else { f64::MIN }, |m, &u| u.max(m));
        let rest = if self.outside { libm::exp(-top) } else { 0.0 };
        let total = rest + u.iter().map(|u| libm::exp(u - top)).sum::<f64>();
        (u.iter().map(|u| libm::exp(u - top) / total).collect(), top + libm::log(total))
    }
}

fn groups(weight: Vec<f64>) -> Groups {
    Groups { of: vec![0, 1, 0, 2, 1], count: 3, weight }
}

/// Relative, with a floor under which a share is nothing.
fn close(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() <= 1e-12 * wanted.abs() + 1e-280
}

/// Checks every kernel on one market.
fn check(plain: &Plain, owners: &Groups, prices: &[f64]) {
    let margins = [0.3, 0.7, 1.1, 0.2, 0.9];
    let consumers = plain.laid_out();
    let (mut share, mut lambda) = (vec![0.0; PRODUCTS], vec![0.0; PRODUCTS]);
    let (mut earned, mut cross) = (vec![0.0; PRODUCTS], vec![0.0; PRODUCTS * PRODUCTS]);
    let mut surplus = 0.0;
    for i in 0..plain.weight.len() {
        let (s, log_sum) = plain.choice(i, prices);
        let (w, a) = (plain.weight[i], plain.slope[i]);
        surplus += w * log_sum / -a;
        for j in 0..PRODUCTS {
            share[j] += w * s[j];
            lambda[j] += w * a * s[j];
            for k in 0..PRODUCTS {
                earned[j] += w * a * s[j] * owners.weight(j, k) * s[k] * margins[k];
                cross[k * PRODUCTS + j] -= w * a * s[j] * s[k];
            }
        }
    }
    for j in 0..PRODUCTS {
        cross[j * PRODUCTS + j] += lambda[j];
    }
    let mut response = Response::default();
    let scratch = &mut Scratch::default();
    respond(Isa::best(), &consumers, owners, prices, &margins, scratch, &mut response);
    let (mut at, mut slopes) = (vec![0.0; PRODUCTS], vec![0.0; PRODUCTS * PRODUCTS]);
    mixed_shares(Isa::best(), &consumers, prices, &mut at);
    for j in 0..PRODUCTS {
        assert!(close(response.share[j], share[j]), "{} {}", response.share[j], share[j]);
        assert!(close(response.lambda[j], lambda[j]), "{} {}", response.lambda[j], lambda[j]);
        assert!(close(response.earned[j], earned[j]), "{} {}", response.earned[j], earned[j]);
        assert!(close(at[j], share[j]), "{} {}", at[j], share[j]);
    }
    let found = mixed_slopes(Isa::best(), &consumers, prices, &mut at, &mut slopes);
    assert!(close(found, surplus), "{found} {surplus}");
    for (at, (found, wanted)) in slopes.iter().zip(&cross).enumerate() {
        // Own slopes are differences: in units of their larger part.
        let size = lambda[at / PRODUCTS].abs();
        assert!((found - wanted).abs() <= 1e-12 * size + 1e-280, "{found} {wanted}");
    }
}

/// Numbers of consumers around the edges of lanes and chunks; utilities that need no care, that
/// overflow, and that vanish, for all consumers or for some of them only.
#[test]
fn kernels_meet_the_formulas() {
    let kappa = vec![1.0, 0.3, 0.0, 0.2, 1.0, 0.1, 0.0, 0.0, 1.0];
    let levels: [fn(usize) -> f64; 5] = [
        |_| 0.0,
        |_| 900.0,
        |_| -900.0,
        |i| if i % 50 == 7 { 2500.0 } else { 0.0 },
        |i| if i < 100 { -400.0 } else { 350.0 },
    ];
    let prices = [1.0, 1.4, 0.8, 2.0, 1.1];
    for count in [1, 8, 20, 128, 131, 300] {
        for (outside, level) in [true, false].into_iter().flat_map(|o| levels.map(|l| (o, l))) {
            let plain = Plain::new(count, outside, level);
            check(&plain, &groups(Vec::new()), &prices);
            check(&plain, &groups(kappa.clone()), &prices);
        }
    }
    // Prices so far apart that some utilities leave the calm and others do not.
    check(&Plain::new(131, true, |_| 0.0), &groups(Vec::new()), &[1.0, -400.0, 500.0, 2.0, 0.0]);
    // The comparator sees an error of 1e-11.
    assert!(!close(0.1 * (1.0 + 1e-11), 0.1));
}

/// Chunks with and without care give the same bits on every instruction set.
#[test]
fn instruction_sets_agree_on_consumers() {
    let plain = Plain::new(300, true, |i| if i < 150 { 0.0 } else { 600.0 });
    let consumers = plain.laid_out();
    let (prices, margins) = ([1.0, 1.4, 0.8, 2.0, 1.1], [0.5; PRODUCTS]);
    let bits = |isa: Isa| {
        let (mut scratch, mut response) = (Scratch::default(), Response::default());
        let owners = groups(Vec::new());
        respond(isa, &consumers, &owners, &prices, &margins, &mut scratch, &mut response);
        let mut slopes = vec![0.0; PRODUCTS * PRODUCTS];
        let mut share = vec![0.0; PRODUCTS];
        let surplus = mixed_slopes(isa, &consumers, &prices, &mut share, &mut slopes);
        let all = [response.share, response.lambda, response.earned, share, slopes, vec![surplus]];
        all.concat().iter().map(|x| x.to_bits()).collect::<Vec<_>>()
    };
    for isa in Isa::available() {
        assert_eq!(bits(isa), bits(Isa::PORTABLE), "{}", isa.name());
    }
}

/// A price that is no number gives shares that are none, not nonsense that looks like shares.
#[test]
fn broken_prices_stay_broken() {
    let consumers = Plain::new(20, true, |_| 0.0).laid_out();
    let mut share = vec![0.0; PRODUCTS];
    mixed_shares(Isa::best(), &consumers, &[1.0, f64::NAN, 1.0, 1.0, 1.0], &mut share);
    assert!(share.iter().all(|s| s.is_nan()));
}

/// What was laid out is found again, also after products left and utilities moved.
#[test]
fn the_layout_keeps_its_numbers() {
    let plain = Plain::new(300, false, |_| 0.0);
    let mut consumers = plain.laid_out();
    consumers.shift(&[0.0, 1.0, 0.0, 2.0, 0.0]);
    let kept = consumers.keep(&[3, 0]);
    for i in 0..300 {
        assert_eq!(kept.utility(0, i), plain.utility[3][i] + 2.0);
        assert_eq!(kept.utility(1, i), plain.utility[0][i]);
        assert_eq!(kept.person(i), (plain.weight[i], plain.slope[i]));
    }
    assert_eq!((kept.products(), kept.count(), kept.outside()), (2, 300, false));
}

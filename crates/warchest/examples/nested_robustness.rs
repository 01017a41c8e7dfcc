//! How often do the logit price games fail, and how many evaluations do they take?
//!
//! 10,000 random markets of plain logit and at each nest correlation, started cold: 2 to 24
//! products, 1 to 6 firms, 1 to 5 nests drawn per product (so firms straddle nests and nests have
//! one firm or many), appeal spread over 7 units of utility. Every eighth market is also solved
//! by `pricing::nash::solve` and certified from dense slopes. Run with `--release`; exits non-zero
//! when a market fails, a median is above 15, plain logit leaves more than 1e-13, or a certificate
//! finds more than its bar. `--starve` sets the bar on the median to 0 evaluations: the twin that
//! must fail.

use std::process::ExitCode;
use warchest::demand::choice::{LogitDemand, NestedDemand};
use warchest::numerics::lanes::Isa;
use warchest::pricing::certificate::certify;
use warchest::pricing::lanes::{GameStatus, LogitGame, NestedGame, logit_nash, nested_nash};
use warchest::pricing::market::{Demand, Market, Ownership, Product};
use warchest::pricing::nash::solve;

const L: usize = 8;
const MARKETS: usize = 10_000;

/// SplitMix64, as in Steele, Lea and Flood (2014).
struct Draws(u64);

impl Draws {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }
}

/// What one setting allows.
struct Bars {
    /// Median evaluations.
    median: u32,
    /// `|FOC|/s` of the kernel's own status.
    residual: f64,
    /// `|FOC|/q` from dense slopes: rounding grows like `1/(1−ρ)`.
    dense: f64,
}

#[derive(Default)]
struct Count {
    failures: usize,
    evaluations: Vec<u32>,
    worst: f64,
    dense: f64,
}

/// Eight markets with the same products, owners and nests and their own tastes and costs.
struct Eight {
    utility: Vec<[f64; L]>,
    cost: Vec<[f64; L]>,
    slope: [f64; L],
    owner: Vec<usize>,
    nest: Vec<usize>,
    nests: usize,
}

impl Eight {
    fn draw(draws: &mut Draws) -> Self {
        let products = 2 + draws.below(23);
        let (firms, nests) = (1 + draws.below(6), 1 + draws.below(5));
        let owner: Vec<usize> = (0..products).map(|_| draws.below(firms)).collect();
        let nest: Vec<usize> = (0..products).map(|_| draws.below(nests)).collect();
        let mut table = |low, high| -> Vec<[f64; L]> {
            (0..products).map(|_| std::array::from_fn(|_| draws.between(low, high))).collect()
        };
        let (utility, cost) = (table(-3.0, 4.0), table(0.0, 2.0));
        let slope = std::array::from_fn(|_| draws.between(0.5, 3.0));
        Self { utility, cost, slope, owner, nest, nests }
    }

    /// Solves all eight in lanes; `None` is plain logit.
    fn in_lanes(&self, rho: Option<f64>) -> GameStatus<L> {
        let products = self.owner.len();
        let (zero, one) = (vec![[0.0; L]; products], vec![[1.0; L]; products]);
        let (mut prices, mut shares) = (zero.clone(), zero.clone());
        let (utility, active, slope) = (&self.utility[..], &one[..], self.slope);
        let (cost, frozen, owner) = (&self.cost[..], &zero[..], &self.owner[..]);
        if let Some(rho) = rho {
            let (rho, nest, nests) = ([rho; L], &self.nest[..], self.nests);
            let demand = NestedDemand { utility, active, slope, rho, nest, nests, outside: true };
            let game = NestedGame { demand, cost, frozen, owner, warm: true };
            nested_nash(Isa::best(), &game, &mut prices, &mut shares)
        } else {
            let demand = LogitDemand { utility, active, slope, outside: true };
            let game = LogitGame { demand, cost, frozen, owner, warm: true };
            logit_nash(Isa::best(), &game, &mut prices, &mut shares)
        }
    }

    /// The first of the eight as a market.
    fn first(&self, rho: Option<f64>) -> Market {
        let utility = self.utility.iter().map(|row| row[0]).collect();
        let (slope, outside) = (self.slope[0], true);
        let mut used: Vec<usize> = self.nest.clone();
        used.sort_unstable();
        used.dedup();
        let seat = |g: &usize| used.iter().position(|u| u == g).unwrap_or(0);
        let demand = match rho {
            None => Demand::Logit { utility, slope, outside },
            Some(rho) => Demand::Nested {
                utility,
                slope,
                rho,
                nest: self.nest.iter().map(seat).collect(),
                nests: used.iter().map(|g| g.to_string()).collect(),
                outside,
            },
        };
        let products = self.owner.iter().enumerate();
        Market {
            name: "random".to_owned(),
            size: 1.0,
            firms: (0..6).map(|f| f.to_string()).collect(),
            products: products
                .map(|(j, &firm)| Product::new(&j.to_string(), firm, self.cost[j][0]))
                .collect(),
            demand,
            ownership: Ownership::Labels,
        }
    }
}

/// Eight markets into `count`.
fn add(draws: &mut Draws, rho: Option<f64>, count: &mut Count) {
    let eight = Eight::draw(draws);
    let status = eight.in_lanes(rho);
    for l in 0..L {
        count.failures += usize::from(!status.converged[l]);
        count.evaluations.push(status.iterations[l]);
        count.worst = count.worst.max(status.residual[l]);
    }
    let market = eight.first(rho);
    let Ok(solution) = solve(Isa::best(), &market) else {
        count.failures += 1;
        return;
    };
    let certificate = certify(Isa::best(), &market, &solution, false);
    count.failures += usize::from(!solution.converged || certificate.second_order_failures > 0);
    count.dense = count.dense.max(certificate.foc);
}

/// One line of the table; whether every bar is met.
fn row(name: &str, rho: Option<f64>, bars: &Bars) -> bool {
    let (mut draws, mut count) = (Draws(20_260_101), Count::default());
    for _ in 0..MARKETS / L {
        add(&mut draws, rho, &mut count);
    }
    count.evaluations.sort_unstable();
    let n = count.evaluations.len();
    let median = count.evaluations[n / 2];
    println!(
        "{name:<6} {n:>7} {:>9} {median:>7} {:>5} {:>5}  {:>11.1e}  {:>9.1e}",
        count.failures,
        count.evaluations[n * 99 / 100],
        count.evaluations[n - 1],
        count.worst,
        count.dense,
    );
    let met = count.failures == 0 && median <= bars.median;
    let met = met && count.worst <= bars.residual && count.dense <= bars.dense;
    if !met {
        println!("  above its bar: median {}, {:e}, {:e}", bars.median, bars.residual, bars.dense);
    }
    met
}

fn main() -> ExitCode {
    let starve = std::env::args().any(|flag| flag == "--starve");
    let median = if starve { 0 } else { 15 };
    println!("rho    markets  failures  median  99 %  most  worst FOC/s  dense FOC");
    let plain = Bars { median, residual: 1e-13, dense: 1e-13 };
    let mut failed = u32::from(!row("plain", None, &plain));
    for rho in [0.0, 0.5, 0.9, 0.98, 0.99, 0.999] {
        let (residual, dense) = (1e-14 / (1.0 - rho), 1e-13 / (1.0 - rho));
        failed += u32::from(!row(&rho.to_string(), Some(rho), &Bars { median, residual, dense }));
    }
    println!("7 settings, {failed} above their bars");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

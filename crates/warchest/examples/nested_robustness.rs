//! How often does the nested-logit price game fail, and how many evaluations does it take?
//!
//! 10,000 random markets at each nest correlation, started cold: 2 to 24 products, 1 to 6
//! firms, 1 to 5 nests drawn per product (so firms straddle nests and nests have one firm or
//! many), appeal spread over 7 units of utility. Run with `--release`; exits non-zero on a failure.

use std::process::ExitCode;
use warchest::demand::choice::NestedDemand;
use warchest::numerics::lanes::Isa;
use warchest::pricing::lanes::{NestedGame, nested_nash};

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

#[derive(Default)]
struct Count {
    failures: usize,
    evaluations: Vec<u32>,
    worst: f64,
}

/// Eight markets with the same products, owners and nests and their own tastes and costs.
fn eight_markets(draws: &mut Draws, rho: f64, count: &mut Count) {
    let products = 2 + draws.below(23);
    let (firms, nests) = (1 + draws.below(6), 1 + draws.below(5));
    let owner: Vec<usize> = (0..products).map(|_| draws.below(firms)).collect();
    let nest: Vec<usize> = (0..products).map(|_| draws.below(nests)).collect();
    let mut table = |low, high| -> Vec<[f64; L]> {
        (0..products).map(|_| std::array::from_fn(|_| draws.between(low, high))).collect()
    };
    let (utility, cost) = (table(-3.0, 4.0), table(0.0, 2.0));
    let slope = std::array::from_fn(|_| draws.between(0.5, 3.0));
    let (zero, one) = (vec![[0.0; L]; products], vec![[1.0; L]; products]);
    let demand = NestedDemand {
        utility: &utility,
        active: &one,
        slope,
        rho: [rho; L],
        nest: &nest,
        nests,
        outside: true,
    };
    let game = NestedGame { demand, cost: &cost, frozen: &zero, owner: &owner };
    let (mut prices, mut shares) = (zero.clone(), zero.clone());
    let status = nested_nash(Isa::best(), &game, &mut prices, &mut shares);
    for l in 0..L {
        count.failures += usize::from(!status.converged[l]);
        count.evaluations.push(status.iterations[l]);
        count.worst = count.worst.max(status.residual[l]);
        if !status.converged[l] && count.failures < 4 {
            println!(
                "  failed: {products} products, {firms} firms, {nests} nests, rho {rho}, residual {:e}",
                status.residual[l]
            );
        }
    }
}

fn main() -> ExitCode {
    let mut failures = 0;
    println!("rho    markets  failures  median  99 %  most  worst |FOC|/s");
    for rho in [0.0, 0.5, 0.9, 0.98, 0.99, 0.999] {
        let (mut draws, mut count) = (Draws(20_260_101), Count::default());
        for _ in 0..MARKETS / L {
            eight_markets(&mut draws, rho, &mut count);
        }
        count.evaluations.sort_unstable();
        let n = count.evaluations.len();
        println!(
            "{rho:<6} {n:>7} {:>9} {:>7} {:>5} {:>5}  {:.1e}",
            count.failures,
            count.evaluations[n / 2],
            count.evaluations[n * 99 / 100],
            count.evaluations[n - 1],
            count.worst
        );
        failures += count.failures;
    }
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

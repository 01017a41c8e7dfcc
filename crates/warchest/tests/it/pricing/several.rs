//! Markets with several equilibria or none, and searches that are told to stop.

use super::anchors::{logit, names};
use std::sync::atomic::{AtomicU32, Ordering};
use warchest::demand::mixed::Consumers;
use warchest::numerics::elementary::exp;
use warchest::numerics::lanes::Isa;
use warchest::pricing::certificate::certify;
use warchest::pricing::effort::Effort;
use warchest::pricing::experiment::{Change, apply};
use warchest::pricing::market::{Demand, Market};
use warchest::pricing::nash::{multistart, solve};

/// Buyers in three groups: loyal to either seller (a part `loyal` each), and those who switch.
struct Switchers {
    loyal: f64,
    keen: f64,
}

impl Switchers {
    fn weights(&self) -> [f64; 3] {
        [self.loyal, self.loyal, 1.0 - 2.0 * self.loyal]
    }

    fn slopes(&self) -> [f64; 3] {
        [-3.0, -3.0, -self.keen]
    }

    /// By consumer, then product.
    const UTILITY: [[f64; 2]; 3] = [[6.0, -5.0], [-5.0, 6.0], [6.0, 6.0]];

    fn market(&self) -> Market {
        let mut market = logit(&[0.0, 0.0], &[0.0, 0.0], 1.0);
        let v: Vec<f64> = (0..2).flat_map(|j| (0..3).map(move |i| Self::UTILITY[i][j])).collect();
        market.demand = Demand::Mixed(Consumers::new(&self.weights(), &self.slopes(), &v, true));
        market
    }

    /// Profit of seller `j`, written out anew.
    fn profit(&self, prices: [f64; 2], j: usize) -> f64 {
        let sold: f64 = (0..3)
            .map(|i| {
                let e = |k: usize| exp(Self::UTILITY[i][k] + self.slopes()[i] * prices[k]);
                self.weights()[i] * e(j) / (1.0 + e(0) + e(1))
            })
            .sum();
        prices[j] * sold
    }

    /// Where best replies on a grid of 0.002 end from `prices`, if they end.
    fn best_replies(&self, mut prices: [f64; 2]) -> Option<[f64; 2]> {
        for _ in 0..100 {
            let before = prices;
            for j in 0..2 {
                let mut best = (f64::MIN, 0.0);
                for step in 1..2000 {
                    let mut trial = prices;
                    trial[j] = 0.002 * f64::from(step);
                    let profit = self.profit(trial, j);
                    best = if profit > best.0 { (profit, trial[j]) } else { best };
                }
                prices[j] = best.1;
            }
            if prices == before {
                return Some(prices);
            }
        }
        None
    }
}

fn near(found: &[f64], wanted: [f64; 2], room: f64) -> bool {
    found.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() <= room)
}

/// One seller milks the loyal, the other takes the switchers, and it may be either: best
/// replies computed on a grid, with shares written out in the test, end at both.
#[test]
fn two_equilibria_are_both_found_and_counted() {
    let game = Switchers { loyal: 0.25, keen: 8.0 };
    let ends = [game.best_replies([0.1, 3.0]).unwrap(), game.best_replies([3.0, 0.1]).unwrap()];
    assert!((ends[0][0] - ends[1][1]).abs() < 1e-9 && (ends[0][0] - ends[0][1]).abs() > 0.5);
    let found = multistart(Isa::best(), &game.market(), 40).unwrap();
    assert_eq!((found.found.len(), found.failed), (2, 0), "{found:?}");
    for end in ends {
        assert!(found.found.iter().any(|s| near(&s.prices, end, 0.004)), "{end:?} {found:?}");
    }
    // What they have in common, prices alike, is stationary, and a deviation pays.
    let alike = |s: &&warchest::pricing::nash::Solution| (s.prices[0] - s.prices[1]).abs() < 1e-6;
    let middle = found.stationary.iter().find(alike).expect("the symmetric stationary point");
    assert!(!certify(Isa::best(), &game.market(), middle, true).is_equilibrium());
}

/// Where best replies chase each other for ever, nothing is called an equilibrium.
#[test]
fn none_is_found_where_best_replies_chase_each_other() {
    let game = Switchers { loyal: 0.15, keen: 8.0 };
    assert_eq!(game.best_replies([0.1, 3.0]), None);
    assert_eq!(game.best_replies([1.0, 1.0]), None);
    let found = multistart(Isa::best(), &game.market(), 40).unwrap();
    assert!(found.found.is_empty(), "{found:?}");
    assert!(!found.stationary.is_empty());
}

/// A seller to two kinds of buyers has a profit with two peaks; the lower one is no answer.
#[test]
fn the_lower_of_two_peaks_is_no_equilibrium() {
    let mut market = logit(&[0.0], &[0.0], 1.0);
    let consumers = Consumers::new(&[0.7, 0.3], &[-10.0, -4.0], &[10.0, 12.0], true);
    market.demand = Demand::Mixed(consumers);
    let profit = |p: f64| {
        let share = |u: f64| 1.0 / (1.0 + exp(-u));
        p * (0.7 * share(10.0 - 10.0 * p) + 0.3 * share(12.0 - 4.0 * p))
    };
    let grid = (1..40_000).map(|k| 1e-4 * f64::from(k));
    let best = grid.max_by(|a, b| profit(*a).total_cmp(&profit(*b))).unwrap();
    let found = multistart(Isa::best(), &market, 30).unwrap();
    assert_eq!(found.found.len(), 1, "{found:?}");
    assert!((found.found[0].prices[0] - best).abs() < 2e-4, "{best} {found:?}");
    assert_eq!(found.stationary.len(), 2, "{found:?}");
}

/// Stops after so many questions.
fn after(calls: u32) -> impl Fn() -> bool + Sync {
    let asked = AtomicU32::new(0);
    move || asked.fetch_add(1, Ordering::Relaxed) >= calls
}

#[test]
fn a_search_stops_when_told_and_says_so() {
    let market = Switchers { loyal: 0.25, keen: 8.0 }.market();
    let free = solve(Isa::best(), &market).unwrap();
    assert!(free.converged && !free.stopped && free.evaluations > 8);
    for calls in [0, 1, 5] {
        let stop = after(calls);
        let found = solve(Effort::until(Isa::best(), &stop), &market).unwrap();
        assert!(found.stopped && !found.converged, "{found:?}");
        assert!((1..=calls + 2).contains(&found.evaluations), "{calls} {found:?}");
        assert!(found.residual.is_finite() && found.prices.iter().all(|p| p.is_finite()));
    }
    // Enough time: the same bits as without a limit.
    let never = || false;
    assert_eq!(solve(Effort::until(Isa::best(), &never), &market).unwrap(), free);
    // Experiments, limits and many starts end as well.
    let now = || true;
    let effort = Effort::until(Isa::best(), &now);
    let mut tight = market.clone();
    tight.products[0].capacity = 0.1;
    assert!(solve(effort, &tight).unwrap().stopped);
    let changes = [Change::PriceWar { firms: names(&["firm 1"]), cut: 0.1 }];
    let war = apply(effort, &market, (&market, &free), &changes).unwrap();
    assert!(war.solution.stopped && !war.solution.converged);
    assert_eq!(multistart(effort, &market, 7).unwrap().failed, 7);
}

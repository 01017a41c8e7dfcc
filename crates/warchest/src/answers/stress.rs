//! Where a firm breaks: bisection on the size of a shock under common random numbers.

use crate::answers::types::{Breaking, Estimate};
use crate::world::ShockKind;

/// Half-width of a 95 % interval in standard errors.
const WIDE: f64 = 1.959964;

/// Survival of each firm at one size.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// Size of the shock.
    pub size: f64,
    /// Survival per firm.
    pub survival: Vec<Estimate>,
}

/// Sizes tried so far, from the mildest to the strongest.
///
/// Sizes grow upwards, or downwards where none is above zero (a bust of demand).
///
/// A breaking point is bracketed between two neighbouring sizes, one with survival of at least
/// 50 %, one below; its 95 % interval runs from where survival falls through `50 % + 1.96 se` to
/// where it falls through `50 % − 1.96 se`. All three are bracketed by bisection and read off the
/// line between the two sizes of their bracket. An interval wider than half of the range that was
/// tried, or with an end that no size brackets, settles nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bisection {
    probes: Vec<Probe>,
    down: bool,
}

impl Bisection {
    /// Nothing tried yet of a stress with these sizes.
    pub fn new(sizes: &[f64]) -> Bisection {
        let down = sizes.iter().all(|&size| size <= 0.0) && sizes.iter().any(|&size| size < 0.0);
        Bisection { probes: Vec::new(), down }
    }

    /// Adds what was found at one size.
    pub fn insert(&mut self, probe: Probe) {
        let milder = |other: &Probe| {
            if self.down { other.size > probe.size } else { other.size < probe.size }
        };
        let at = self.probes.partition_point(milder);
        self.probes.insert(at, probe);
    }

    /// What was found at each of `sizes`; nothing of one that was not tried.
    pub fn at(&self, sizes: &[f64]) -> Vec<&Probe> {
        let tried = |size: &f64| self.probes.iter().find(|probe| probe.size == *size);
        sizes.iter().filter_map(tried).collect()
    }

    /// The size to try next: the middle of the widest bracket that any firm needs narrower
    /// than `tolerance` (a fraction of the range of sizes); none when all are.
    pub fn next(&self, tolerance: f64) -> Option<f64> {
        let (first, last) = (self.probes.first()?, self.probes.last()?);
        let range = (last.size - first.size).abs();
        let mut widest: Option<(f64, f64)> = None;
        for firm in 0..first.survival.len() {
            for side in [0.0, 1.0, -1.0] {
                let Some(at) = self.crossing(firm, side) else { continue };
                let (mild, strong) = (self.probes[at - 1].size, self.probes[at].size);
                let (wide, middle) = ((strong - mild).abs(), 0.5 * (mild + strong));
                if middle == mild || middle == strong {
                    continue;
                }
                // The point itself comes before the ends of its interval.
                let weight = if side == 0.0 { wide } else { 0.25 * wide };
                let more = widest.is_none_or(|(most, _)| weight > most);
                if wide > tolerance * range && more {
                    widest = Some((weight, middle));
                }
            }
        }
        widest.map(|(_, size)| size)
    }

    /// First size whose survival is below 50 % + `side` half-widths, when an earlier one is not.
    fn crossing(&self, firm: usize, side: f64) -> Option<usize> {
        self.below(firm, side).filter(|&at| at > 0)
    }

    /// First size whose survival is below 50 % + `side` half-widths.
    fn below(&self, firm: usize, side: f64) -> Option<usize> {
        self.probes.iter().position(|probe| {
            let found = probe.survival[firm];
            found.value < 0.5 + side * WIDE * found.se
        })
    }

    /// Where `firm` breaks, from what was tried.
    pub fn breaking(&self, firm: usize) -> Breaking {
        let (Some(first), Some(last)) = (self.probes.first(), self.probes.last()) else {
            return Breaking::Never;
        };
        // Where survival perhaps, probably, surely falls through 50 %.
        let [perhaps, size, sure] = [1.0, 0.0, -1.0]
            .map(|side| self.crossing(firm, side).map(|at| self.between(firm, side, at)));
        if self.below(firm, 1.0).is_none() {
            return Breaking::Never;
        }
        if self.below(firm, -1.0) == Some(0) {
            return Breaking::Already;
        }
        let widest = 0.5 * (last.size - first.size).abs();
        match (perhaps, size, sure) {
            (Some(mild), Some(size), Some(strong)) if (strong - mild).abs() <= widest => {
                Breaking::At { size, low: mild.min(strong), high: mild.max(strong) }
            }
            _ => Breaking::Unsettled { low: perhaps, high: sure },
        }
    }

    /// Where the line from the size before `at` to that at `at` falls through 50 % + `side`
    /// half-widths.
    fn between(&self, firm: usize, side: f64, at: usize) -> f64 {
        let (before, after) = (&self.probes[at - 1], &self.probes[at]);
        let over = |probe: &Probe| {
            let found = probe.survival[firm];
            found.value - 0.5 - side * WIDE * found.se
        };
        let (above, below) = (over(before), over(after));
        before.size + above / (above - below) * (after.size - before.size)
    }
}

/// The breaking point of one firm whose survival at a size is `survival(size)`, between the
/// first and the last of `sizes`, bisected to `tolerance` of their range.
pub fn breaking_point(
    sizes: &[f64],
    tolerance: f64,
    survival: &mut dyn FnMut(f64) -> Estimate,
) -> Breaking {
    let mut bisection = Bisection::new(sizes);
    for &size in sizes {
        bisection.insert(Probe { size, survival: vec![survival(size)] });
    }
    while let Some(size) = bisection.next(tolerance) {
        bisection.insert(Probe { size, survival: vec![survival(size)] });
    }
    bisection.breaking(0)
}

/// What the size of a shock of this kind measures, in words.
pub fn size_means(kind: ShockKind) -> &'static str {
    match kind {
        ShockKind::PriceWar => "discount on every listed firm's price",
        ShockKind::Commoditise => "rise of substitution between products",
        ShockKind::Entrant => "probability that the entrants arrive",
        ShockKind::OpenRelease => "share of the open frontier's gap that closes",
        ShockKind::FundingFreeze => "share of the funding pool that is gone",
        ShockKind::ComputeShortage => "rise of the rental price of compute",
        ShockKind::DemandShift => "change of market sizes",
        ShockKind::ExportBan => "rise of the listed regions' compute price",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::proportion;

    /// Paths whose thresholds are spread evenly over 0..1: survival at size x is 1 − x, so the
    /// breaking point is 0.5 and the interval 0.5 ± 1.96·0.5/√n.
    fn even(paths: u64) -> impl FnMut(f64) -> Estimate {
        move |size| {
            let dead = (0..paths).filter(|i| (*i as f64 + 0.5) / (paths as f64) < size).count();
            proportion(paths - dead as u64, paths)
        }
    }

    #[test]
    fn breaking_point_of_even_thresholds() {
        let Breaking::At { size, low, high } =
            breaking_point(&[0.0, 0.3, 0.9], 0.002, &mut even(2_500))
        else {
            panic!("it breaks")
        };
        let half = 1.959964 * 0.5 / 50.0;
        assert!((size - 0.5).abs() < 0.002, "{size}");
        assert!((low - (0.5 - half)).abs() < 0.003, "{low}");
        assert!((high - (0.5 + half)).abs() < 0.003, "{high}");
        // Twin: from fewer paths it is wider, by the root of their ratio.
        let Breaking::At { low, high, .. } =
            breaking_point(&[0.0, 0.3, 0.9], 0.002, &mut even(100))
        else {
            panic!("it breaks")
        };
        assert!((high - low - 10.0 * half).abs() < 0.03, "{low} {high}");
        // A bust: the same below zero.
        let mut bust = |size: f64| even(2_500)(-size);
        let Breaking::At { size, low, high } = breaking_point(&[-0.9, -0.3, 0.0], 0.002, &mut bust)
        else {
            panic!("it breaks")
        };
        assert!((size + 0.5).abs() < 0.002 && low < size && size < high, "{low} {size} {high}");
        assert!((low + 0.5 + half).abs() < 0.003 && (high + 0.5 - half).abs() < 0.003);
    }

    #[test]
    fn the_ends_of_an_interval_are_not_sizes_of_the_grid() {
        // No size beyond the grid: all three are read off the lines between its sizes, which for
        // even thresholds lie where the thresholds do, but for the change of the error.
        let Breaking::At { size, low, high } =
            breaking_point(&[0.0, 0.25, 0.75, 1.0], 1.0, &mut even(400))
        else {
            panic!("it breaks")
        };
        let half = 1.959964 * 0.5 / 20.0;
        assert!((size - 0.5).abs() < 0.005, "{size}");
        assert!((low - (0.5 - half)).abs() < 0.01, "{low}");
        assert!((high - (0.5 + half)).abs() < 0.01, "{high}");
        // Nothing brackets either end.
        let mut doubtful = |size: f64| Estimate { value: 0.52 - 0.04 * size, se: 0.05 };
        let sizes = [0.0, 0.5, 1.0];
        let found = breaking_point(&sizes, 0.01, &mut doubtful);
        assert_eq!(found, Breaking::Unsettled { low: None, high: None });
    }

    #[test]
    fn a_firm_that_never_or_already_breaks_says_so() {
        let certain = |value: f64| move |_: f64| Estimate { value, se: 0.001 };
        assert_eq!(breaking_point(&[0.0, 0.5], 0.01, &mut certain(0.9)), Breaking::Never);
        assert_eq!(breaking_point(&[0.0, 0.5], 0.01, &mut certain(0.2)), Breaking::Already);
    }

    #[test]
    fn survival_near_even_odds_settles_nothing() {
        // Above 50 % everywhere, surely so (by 0.04, twice the error) only up to a size of 0.5.
        let mut near = |size: f64| Estimate { value: 0.56 - 0.0408 * size, se: 0.02 };
        let found = breaking_point(&[0.0, 1.0], 0.01, &mut near);
        let Breaking::Unsettled { low: Some(low), high: None } = found else { panic!("{found:?}") };
        assert!((low - 0.5).abs() < 0.05, "{low}");
        // Below at the mildest size, but not surely.
        let mut below = |size: f64| Estimate { value: 0.48 - 0.0384 * size, se: 0.02 };
        let found = breaking_point(&[0.0, 1.0], 0.01, &mut below);
        let Breaking::Unsettled { low: None, high: Some(high) } = found else {
            panic!("{found:?}")
        };
        assert!((high - 0.5).abs() < 0.05, "{high}");
    }
}

//! From a value to a pixel, and the round numbers at which an axis is ticked.

use warchest::numerics::elementary::{exp, ln};

/// How a scale bends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Bend {
    Linear,
    Log,
}

/// A map from a domain of values to a range of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    bend: Bend,
    /// Values at the two ends.
    pub domain: (f64, f64),
    /// Pixels at the two ends.
    pub range: (f64, f64),
}

impl Scale {
    /// Equal steps, equal distances. A domain without width is widened around its value.
    pub fn linear(low: f64, high: f64) -> Scale {
        let (low, high) = match (low.is_finite() && high.is_finite(), low == high) {
            (false, _) => (0.0, 1.0),
            (true, true) if low == 0.0 => (0.0, 1.0),
            (true, true) => (low - low.abs() * 0.5, low + low.abs() * 0.5),
            (true, false) => (low, high),
        };
        Scale { bend: Bend::Linear, domain: (low, high), range: (0.0, 1.0) }
    }

    /// Equal ratios, equal distances. Both ends must be above zero; others are replaced by the
    /// smallest sensible domain, a factor of ten.
    pub fn log(low: f64, high: f64) -> Scale {
        let good = low.is_finite() && high.is_finite() && low > 0.0 && high > 0.0;
        let (low, high) = if good { (low, high) } else { (1.0, 10.0) };
        let (low, high) = if low == high { (low / 2.0, high * 2.0) } else { (low, high) };
        Scale { bend: Bend::Log, domain: (low, high), range: (0.0, 1.0) }
    }

    /// Quarters `0..=count`: a quarter's value sits at its end, so the start of the run is 0.
    pub fn quarters(count: usize) -> Scale {
        Scale::linear(0.0, count.max(1) as f64)
    }

    /// Whether equal ratios are equal distances.
    pub fn is_log(&self) -> bool {
        self.bend == Bend::Log
    }

    /// The same scale over other pixels.
    pub fn onto(mut self, start: f64, end: f64) -> Scale {
        self.range = (start, end);
        self
    }

    /// The pixel of a value; not finite when the value has no place (zero on a log scale).
    pub fn at(&self, value: f64) -> f64 {
        let (low, high) = self.domain;
        let share = match self.bend {
            Bend::Linear => (value - low) / (high - low),
            Bend::Log if value > 0.0 => (ln(value) - ln(low)) / (ln(high) - ln(low)),
            Bend::Log => f64::NAN,
        };
        self.range.0 + share * (self.range.1 - self.range.0)
    }

    /// The pixel of a value, held inside the range.
    pub fn held(&self, value: f64) -> f64 {
        let (a, b) = (self.range.0.min(self.range.1), self.range.0.max(self.range.1));
        let at = self.at(value);
        if at.is_nan() { self.range.0 } else { at.clamp(a, b) }
    }

    /// Round values inside the domain, in increasing order: multiples of 1, 2, 2.5 or 5 times
    /// a power of ten on a linear scale, about `count` of them; on a log scale 1, 2 and 5 (or 1
    /// and 3, or 1 alone) times powers of ten, at most about `count`.
    pub fn ticks(&self, count: usize) -> Vec<f64> {
        let (low, high) = (self.domain.0.min(self.domain.1), self.domain.0.max(self.domain.1));
        match self.bend {
            Bend::Linear => linear_ticks(low, high, count),
            Bend::Log => log_ticks(low, high, count),
        }
    }

    /// The domain widened to the round values just outside it.
    pub fn nice(mut self, count: usize) -> Scale {
        if self.bend == Bend::Linear {
            let (low, high) = self.domain;
            let step = linear_step(low, high, count);
            let size = steps(1.0, step);
            let (first, last) = ((low / size + 1e-9).floor(), (high / size - 1e-9).ceil());
            self.domain = (steps(first, step), steps(last, step));
        }
        self
    }
}

/// Ten to a whole power, exact for the powers a chart meets.
fn ten_to(power: i32) -> f64 {
    format!("1e{power}").parse().unwrap_or(1.0)
}

/// Power of ten at or below a positive value.
fn decade(value: f64) -> i32 {
    let guess = (ln(value) / std::f64::consts::LN_10).floor() as i32;
    if ten_to(guess + 1) <= value {
        guess + 1
    } else if ten_to(guess) > value {
        guess - 1
    } else {
        guess
    }
}

/// The round step that cuts the domain into about `count` parts: mantissa and power of ten.
fn linear_step(low: f64, high: f64, count: usize) -> (f64, i32) {
    let rough = ((high - low) / count.max(1) as f64).abs();
    if rough <= 0.0 || !rough.is_finite() {
        return (1.0, 0);
    }
    let power = decade(rough);
    let step = [1.0, 2.0, 2.5, 5.0].into_iter().find(|m| m * ten_to(power) >= rough * 0.81);
    step.map_or((1.0, power + 1), |mantissa| (mantissa, power))
}

/// `i` steps, rounded once, so that 3 × 0.2 prints as 0.6.
fn steps(i: f64, (mantissa, power): (f64, i32)) -> f64 {
    let whole = i * mantissa;
    if power < 0 { whole / ten_to(-power) } else { whole * ten_to(power) }
}

fn linear_ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let step = linear_step(low, high, count);
    let size = steps(1.0, step);
    let (first, last) = ((low / size - 1e-9).ceil() as i64, (high / size + 1e-9).floor() as i64);
    (first..=last.min(first + 50)).map(|i| steps(i as f64, step)).collect()
}

fn log_ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let all = |mantissas: &[f64]| -> Vec<f64> {
        let decades = decade(low)..=decade(high);
        let every = decades.flat_map(|power| mantissas.iter().map(move |m| m * ten_to(power)));
        every.filter(|t| *t >= low * (1.0 - 1e-9) && *t <= high * (1.0 + 1e-9)).collect()
    };
    for mantissas in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]] {
        let ticks = all(mantissas);
        if ticks.len() <= count.max(2) {
            let narrow = ticks.len() < 3 && high < 10.0 * low;
            return if narrow { linear_ticks(low, high, count.max(2)) } else { ticks };
        }
    }
    let tens = all(&[1.0]);
    let every = tens.len().div_ceil(count.max(2));
    tens.into_iter().step_by(every).collect()
}

/// A value `share` of the way between two others on a log scale.
pub fn between_logs(low: f64, high: f64, share: f64) -> f64 {
    exp(ln(low) + share * (ln(high) - ln(low)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_scale_is_a_line() {
        let scale = Scale::linear(10.0, 30.0).onto(100.0, 0.0);
        assert_eq!((scale.at(10.0), scale.at(20.0), scale.at(30.0)), (100.0, 50.0, 0.0));
        assert_eq!(scale.held(99.0), 0.0);
    }

    #[test]
    fn a_log_scale_turns_ratios_into_distances() {
        let scale = Scale::log(1.0, 1000.0).onto(0.0, 300.0);
        for (value, pixel) in [(1.0, 0.0), (10.0, 100.0), (100.0, 200.0), (1000.0, 300.0)] {
            assert!((scale.at(value) - pixel).abs() < 1e-9, "{value}");
        }
        assert!(scale.at(0.0).is_nan());
        assert!((between_logs(1.0, 100.0, 0.5) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(Scale::linear(0.0, 1.0).ticks(4), vec![0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(Scale::linear(0.0, 97.0).ticks(5), vec![0.0, 20.0, 40.0, 60.0, 80.0]);
        assert_eq!(Scale::linear(-3.0, 4.0).ticks(4), vec![-2.0, 0.0, 2.0, 4.0]);
        assert_eq!(Scale::log(1.0, 100.0).ticks(8), vec![1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
        assert_eq!(Scale::log(1.0, 100.0).ticks(5), vec![1.0, 3.0, 10.0, 30.0, 100.0]);
        assert_eq!(Scale::log(1e-3, 1e3).ticks(7).len(), 7);
        assert_eq!(Scale::log(2e8, 8e10).ticks(4), vec![1e9, 1e10]);
        assert_eq!(Scale::log(1.0, 1e12).ticks(5).len(), 5);
    }

    #[test]
    fn a_narrow_log_domain_is_still_ticked() {
        let ticks = Scale::log(1.2, 1.8).ticks(4);
        assert!(ticks.len() >= 2 && ticks.iter().all(|t| (1.2..=1.8).contains(t)), "{ticks:?}");
    }

    #[test]
    fn nice_ends_lie_on_ticks() {
        let scale = Scale::linear(0.0, 87.0).nice(4);
        assert_eq!(scale.domain, (0.0, 100.0));
        assert_eq!(Scale::linear(0.0, 80.0).nice(4).domain, (0.0, 80.0));
        assert_eq!(Scale::linear(-13.0, 80.0).nice(4).domain, (-20.0, 80.0));
    }

    #[test]
    fn a_domain_without_width_is_drawn() {
        assert_eq!(Scale::linear(0.0, 0.0).domain, (0.0, 1.0));
        assert_eq!(Scale::linear(4.0, 4.0).domain, (2.0, 6.0));
        assert_eq!(Scale::log(-1.0, 3.0).domain, (1.0, 10.0));
    }
}

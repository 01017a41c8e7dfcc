//! From tallies to estimates with their Monte-Carlo standard errors.

use crate::answers::types::{Curve, Distribution, Estimate, Fan, QUANTILES};
use crate::simulate::outcome::{FIRM_FIGURES, MARKET_FIGURES, QuarterTally, Spread};

/// A probability from `hits` of `paths`, with its standard error.
///
/// The error uses `(hits + 1/2)/(paths + 1)`, so that a probability of 0 or 1 found on a few
/// paths does not pretend to be certain.
pub fn proportion(hits: u64, paths: u64) -> Estimate {
    let n = paths as f64;
    let p = (hits as f64 + 0.5) / (n + 1.0);
    Estimate { value: hits as f64 / n, se: (p * (1.0 - p) / n).sqrt() }
}

/// What a probability has in common with a related one that is known better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Related {
    /// Paths on which the other came true.
    pub hits: u64,
    /// Paths on which both did.
    pub both: u64,
    /// The other on many more paths, those among them.
    pub many: Estimate,
}

/// Share of `hits` among `paths`, corrected by how far a related probability is off on these
/// paths: a control variate (Glasserman 2003, "Monte Carlo Methods in Financial Engineering",
/// section 4.1) with the coefficient `cov/var` of these paths.
///
/// The standard error is that of the residual, at least as large as if half a path more were
/// explained by neither, and that of the related probability times the coefficient, with which
/// the residual is not correlated.
pub fn controlled(hits: u64, paths: u64, related: &Related) -> Estimate {
    let n = paths as f64;
    let (own, other) = (hits as f64 / n, related.hits as f64 / n);
    let (cov, var) = (related.both as f64 / n - own * other, other * (1.0 - other));
    let beta = if var > 0.0 { cov / var } else { 0.0 };
    let plain = proportion(hits, paths);
    let residual = (own * (1.0 - own) - beta * cov).max(0.5 / (n + 1.0));
    let carried = beta * related.many.se;
    let se = (residual / n).min(plain.se * plain.se) + carried * carried;
    let value = own + beta * (related.many.value - other);
    Estimate { value: value.clamp(0.0, 1.0), se: se.sqrt() }
}

/// Probabilities by quarter from cumulative counts.
pub fn curve(counts: impl IntoIterator<Item = u64>, paths: u64) -> Curve {
    let (value, se) = counts
        .into_iter()
        .map(|hits| proportion(hits, paths))
        .map(|found| (found.value, found.se))
        .unzip();
    Curve { value, se }
}

/// Running sums.
pub fn cumulative(counts: &[u64]) -> Vec<u64> {
    let mut sum = 0;
    counts
        .iter()
        .map(|n| {
            sum += n;
            sum
        })
        .collect()
}

/// Mean with its standard error.
pub fn mean(spread: &Spread) -> Estimate {
    Estimate { value: spread.mean(), se: spread.standard_error() }
}

/// Standard deviation within a bin of a sketch, 1/128 of its octave's start wide, over the value.
const BIN_ERROR: f64 = 1.0 / 128.0 / 3.464;

/// Quantile `p` of the values and of `above` more that are larger than any of them (NaN when
/// the quantile lies among those). The standard error is half the distance between the order
/// statistics one binomial standard deviation to either side, and that of a value that is known
/// by its bin only, unless all values are the same.
pub fn quantile(spread: &Spread, above: u64, p: f64) -> Estimate {
    let held = spread.count() as f64;
    let n = held + above as f64;
    let at = band(n, p).map(|p| p * n / held);
    let found = spread.quantiles(at);
    let beyond = |k: usize| if held == 0.0 || at[k] > 1.0 { f64::NAN } else { found[k] };
    within(spread, [0, 1, 2].map(beyond))
}

/// `p`, and what lies one binomial standard deviation of `n` values to either side.
fn band(n: f64, p: f64) -> [f64; 3] {
    let band = (p * (1.0 - p) / n).sqrt();
    [(p - band).max(0.0), p, (p + band).min(1.0)]
}

/// The estimate from the quantiles of a [`band`].
fn within(spread: &Spread, [low, value, high]: [f64; 3]) -> Estimate {
    // Beyond the last value the band is one-sided.
    let se = if high.is_nan() { value - low } else { 0.5 * (high - low) };
    let one = spread.moments.range().is_none_or(|(least, most)| least == most);
    let bin = if one { 0.0 } else { BIN_ERROR * value };
    Estimate { value, se: (se * se + bin * bin).sqrt() }
}

/// Mean and quantiles.
pub fn distribution(spread: &Spread) -> Distribution {
    Distribution {
        count: spread.count(),
        mean: if spread.count() == 0 { Estimate::default() } else { mean(spread) },
        quantiles: QUANTILES.iter().map(|&p| quantile(spread, 0, p)).collect(),
    }
}

/// Whose figure of a quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A firm's, by its name in [`FIRM_FIGURES`].
    Firm(usize),
    /// A market's, by its name in [`MARKET_FIGURES`].
    Market(usize),
    /// All of it: the place in `outcome::common_figures`.
    Whole(usize),
}

impl Of {
    /// The figure called `name` in a quarter, where it is recorded.
    pub fn find<'a>(self, quarter: &'a QuarterTally, name: &str) -> Option<&'a Spread> {
        let place = |names: &[&str]| names.iter().position(|known| *known == name);
        match self {
            Of::Firm(f) => quarter.firms.get(f * FIRM_FIGURES.len() + place(&FIRM_FIGURES)?),
            Of::Market(m) => {
                quarter.markets.get(m * MARKET_FIGURES.len() + place(&MARKET_FIGURES)?)
            }
            Of::Whole(k) => quarter.common.get(k),
        }
    }
}

/// A figure by quarter; empty when the run recorded none.
pub fn fan(quarters: &[QuarterTally], of: Of, name: &str) -> Fan {
    let (label, unit) = words(name);
    let mut out = Fan {
        name: name.to_string(),
        label: label.to_string(),
        unit: unit.to_string(),
        ..Fan::default()
    };
    let none = Spread::default();
    for quarter in quarters {
        let spread = of.find(quarter, name).unwrap_or(&none);
        let [low, middle, high] = band(spread.count() as f64, 0.5);
        let [p05, p25, low, p50, high, p75, p95] =
            spread.quantiles([0.05, 0.25, low, middle, high, 0.75, 0.95]);
        let median = within(spread, [low, p50, high]);
        out.count.push(spread.count());
        out.p05.push(p05);
        out.p25.push(p25);
        out.p50.push(median.value);
        out.p50_se.push(median.se);
        out.p75.push(p75);
        out.p95.push(p95);
        out.mean.push(spread.mean());
        out.mean_se.push(spread.standard_error());
    }
    out
}

/// Label and unit of a recorded figure.
fn words(name: &str) -> (&str, &'static str) {
    match name {
        "price_index" => ("quality-adjusted price index", "start = 1"),
        "price_frontier" => ("list price of the frontier tier", "USD/RT"),
        "price_as_of" => ("price of the capability of the start", "USD/RT"),
        "cash" => ("cash", "USD"),
        "revenue" => ("recognised revenue", "USD/quarter"),
        "levered_fcf" => ("levered free cash flow", "USD/quarter"),
        "unlevered_fcf" => ("unlevered free cash flow", "USD/quarter"),
        "operating_profit" => ("operating profit", "USD/quarter"),
        "run_rate" => ("run-rate revenue", "USD/year"),
        "share" => ("share of final spend", "share"),
        "valuation" => ("last mark", "USD"),
        "raised" => ("equity raised", "USD/quarter"),
        "research" => ("research spending", "USD/quarter"),
        "quality" => ("quality of the best model", "log points"),
        "price" => ("mean price paid", "USD/unit"),
        "size" => ("market size", "units or USD/quarter"),
        "inside_share" => ("share of the size that is bought", "share"),
        "open_share" => ("share of open-weights sellers", "share"),
        "hhi_spend" => ("concentration of spend (HHI)", "0 to 1"),
        "hhi_usage" => ("concentration of usage (HHI)", "0 to 1"),
        "compute_price" => ("rental price of compute", "USD/h"),
        "mood" => ("mood of the funding market", "log points"),
        "final_spend" => ("final customers' spend", "USD/quarter"),
        "consumer_surplus" => ("consumer surplus", "USD/quarter"),
        "capex" => ("capital expenditure", "USD/quarter"),
        "related_flows" => ("flows between related parties", "USD/quarter"),
        "adopters" => ("adopters", "persons"),
        _ if name.starts_with("hhi_") => (name, "0 to 1"),
        _ if name.starts_with("value_added_") => (name, "USD/quarter"),
        _ => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    fn spread(values: impl IntoIterator<Item = f64>) -> Spread {
        let mut out = Spread::default();
        values.into_iter().for_each(|value| out.add(value));
        out
    }

    /// A fair coin tossed 10,000 times: standard error 1/2/100.
    #[test]
    fn standard_error_of_a_proportion() {
        let found = proportion(5_000, 10_000);
        assert_eq!(found.value, 0.5);
        assert!((found.se - 0.005).abs() < 1e-9);
        // Never on ten paths is not certain: it could well be 5 %.
        assert!(proportion(0, 10).se > 0.04);
    }

    /// A firm that lives when calm with probability 0.6 and is broken by the stress with 0.2: survival
    /// 0.48. On 128 paths beside 4,000 calm ones the estimate is unbiased, its standard error is
    /// its scatter, and both are well below those of the 128 paths alone.
    #[test]
    fn what_is_known_of_the_calm_market_makes_the_stressed_one_sharper() {
        let (lives, breaks) = (Stream::new(3, "firm", "lives"), Stream::new(3, "firm", "breaks"));
        let (n, many, times) = (128u64, 4_000u64, 2_000u64);
        let (mut bias, mut squares, mut claimed, mut plain) = (0.0, 0.0, 0.0, 0.0);
        for time in 0..times {
            let calm = |path: u64| lives.uniform(time * many + path, 0) < 0.6;
            let stressed = |path: u64| calm(path) && breaks.uniform(time * many + path, 0) > 0.2;
            let count = |paths: u64, on: &dyn Fn(u64) -> bool| {
                (0..paths).filter(|&path| on(path)).count() as u64
            };
            let hits = count(n, &stressed);
            let related = Related {
                hits: count(n, &calm),
                both: hits,
                many: proportion(count(many, &calm), many),
            };
            let found = controlled(hits, n, &related);
            let (error, alone) = (found.value - 0.48, proportion(hits, n).se);
            bias += error / times as f64;
            squares += error * error / times as f64;
            claimed += found.se * found.se / times as f64;
            plain += alone * alone / times as f64;
        }
        let scatter = (squares / times as f64).sqrt();
        assert!(bias.abs() < 4.0 * scatter, "{bias} {scatter}");
        assert!((0.9..1.2).contains(&(claimed / squares)), "{claimed} {squares}");
        assert!(claimed < 0.5 * plain, "{claimed} {plain}");
    }

    #[test]
    fn a_control_that_says_nothing_or_all_changes_nothing_or_all() {
        let many = Estimate { value: 0.65, se: 0.007 };
        // Nobody survives: what happens in calm does not matter.
        let none = controlled(0, 128, &Related { hits: 80, both: 0, many });
        assert_eq!((none.value, none.se), (0.0, proportion(0, 128).se));
        // A control that always comes true has no bearing either.
        let always = Related { hits: 128, both: 64, many: Estimate { value: 1.0, se: 0.001 } };
        assert_eq!(controlled(64, 128, &always), proportion(64, 128));
        // The stress changes no path: the calm market's answer, a little less sure.
        let same = controlled(80, 128, &Related { hits: 80, both: 80, many });
        assert!((same.value - 0.65).abs() < 1e-12 && same.se > many.se && same.se < 0.01);
    }

    /// Uniform on 1..2: the median has density 1, so its error is 1/2/sqrt(n); the sketch adds
    /// its own 0.4 %.
    #[test]
    fn standard_error_of_a_median() {
        let n = 40_000;
        let found = quantile(&spread((0..n).map(|i| 1.0 + f64::from(i) / f64::from(n))), 0, 0.5);
        assert!((found.value - 1.5).abs() < 0.006);
        assert!((found.se - 0.0025).abs() < 0.0045);
        let few = quantile(&spread((0..100).map(|i| 1.0 + f64::from(i) / 100.0)), 0, 0.5);
        assert!((few.se - 0.05).abs() < 0.012);
    }

    /// What is the same on all paths is known exactly; what is not, only by its bin.
    #[test]
    fn a_quantile_says_how_well_it_is_known() {
        let same = spread([96e9; 50]);
        let found = quantile(&same, 0, 0.5);
        assert_eq!((found.value, found.se), (96e9, 0.0));
        assert_eq!((same.mean(), same.standard_error()), (96e9, 0.0));
        let two = quantile(&spread([96e9, 96.001e9]), 0, 0.5);
        assert!((96e9..=96.001e9).contains(&two.value) && two.se > 0.001 * two.value);
    }

    /// Half of the paths have a value: the median over all is the largest of them, and the
    /// 90 % quantile does not exist.
    #[test]
    fn paths_that_never_get_there_are_above_every_quantile() {
        let reached = spread((1..=100).map(f64::from));
        assert!((quantile(&reached, 100, 0.25).value - 50.0).abs() < 1.0);
        assert!(quantile(&reached, 100, 0.9).value.is_nan());
    }
}

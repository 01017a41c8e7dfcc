//! A made-up run to draw while testing. Its numbers are formulas, not results.

use super::input::*;
use super::references::References;
use super::svg::Calendar;
use warchest::numerics::elementary::{exp, powf};

const NAMES: [&str; 9] = [
    "OpenAI",
    "Anthropic",
    "xAI",
    "Google",
    "Meta",
    "DeepSeek",
    "Lightweight Labs",
    "Open-weights hosts",
    "Mistral",
];

fn estimate(value: f64) -> Estimate {
    let paths = 4000.0;
    Estimate { value, error: (value.abs().min(1.0) * (1.0 - value.abs().min(1.0)) / paths).sqrt() }
}

fn quantiles(middle: f64, spread: f64) -> Quantiles {
    [-1.64, -0.67, 0.0, 0.67, 1.64].map(|z| middle * exp(z * spread))
}

fn firm(i: usize, name: &str, quarters: usize) -> Firm {
    let hazard = [0.035, 0.02, 0.06, 0.0003, 0.001, 0.012, 0.028, 0.018, 0.045][i % 9];
    let alive = |t: usize| exp(-hazard * (t as f64 + 1.0) * (t as f64 / quarters as f64 + 0.3));
    let end = alive(quarters - 1);
    let start = [20e9, 14e9, 9e9, 95e9, 70e9, 1.2e9, 0.8e9, 0.4e9, 2.0e9][i % 9];
    let fan = |t: usize, from: f64, drift: f64| {
        let spread = 0.12 * (t as f64 + 1.0).sqrt();
        quantiles(from * exp(drift * t as f64), spread)
    };
    let gone = 1.0 - end;
    Firm {
        name: name.into(),
        survival: (0..quarters).map(|t| estimate(alive(t))).collect(),
        survival_with_acquired: (0..quarters)
            .map(|t| estimate(1.0 - (1.0 - alive(t)) * 0.6))
            .collect(),
        ends: [end * 0.8, end * 0.2, gone * 0.4, gone * 0.3, gone * 0.2, gone * 0.1, 0.0]
            .map(estimate)
            .to_vec(),
        cash: (0..quarters).map(|t| fan(t, start, 0.02 - hazard)).collect(),
        share: (0..quarters)
            .map(|t| fan(t, 0.02 + 0.3 / (i as f64 + 1.5), 0.01 - hazard).map(|v| v.min(1.0)))
            .collect(),
        need: (i != 3).then(|| Need {
            half: Estimate { value: start * 3.0, error: start * 0.05 },
            nine_tenths: Estimate { value: start * 8.0, error: start * 0.3 },
            never: estimate(0.1 + hazard * 5.0),
            reached: start * 2.5,
        }),
        cash_positive: (0..quarters).map(|t| estimate((1.0 - gone) * t as f64 / 25.0)).collect(),
        cash_positive_median: if gone < 0.3 { 17.0 } else { f64::NAN },
    }
}

fn stress(name: &str, question: &str, power: f64, firms: usize) -> Stress {
    let sizes: Vec<f64> = (0..=8).map(|k| f64::from(k) * 0.1).collect();
    let base = |i: usize| 1.0 - 0.08 * i as f64;
    let curve = |i: usize, x: f64| base(i) * exp(-power * x * x * (0.3 + 0.2 * i as f64));
    let breaking = |i: usize| match curve(i, 0.8) {
        _ if base(i) < 0.5 => Breaking::Already,
        end if end >= 0.5 => Breaking::Never,
        _ => {
            let size = powf(
                warchest::numerics::elementary::ln(2.0 * base(i))
                    / (power * (0.3 + 0.2 * i as f64)),
                0.5,
            );
            Breaking::At { size, low: size - 0.02, high: size + 0.025 }
        }
    };
    Stress {
        name: name.into(),
        question: question.into(),
        size_means: "size of the shock".into(),
        survival: (0..firms)
            .map(|i| sizes.iter().map(|x| estimate(curve(i, *x))).collect())
            .collect(),
        breaking: (0..firms).map(breaking).collect(),
        sizes,
        paths: 128,
    }
}

fn fans(quarters: usize) -> (Vec<Fan>, Vec<Fan>, Vec<Fan>) {
    let fan = |name: &str, unit: &str, from: f64, drift: f64, spread: f64| Fan {
        name: name.into(),
        unit: unit.into(),
        rows: (0..quarters)
            .map(|t| quantiles(from * exp(drift * t as f64), spread * (t as f64 + 1.0).sqrt()))
            .collect(),
    };
    let prices = vec![
        fan("quality-adjusted index", "start = 100", 100.0, -0.14, 0.08),
        fan("list price of the frontier tier", "USD/RT", 12.0, -0.02, 0.06),
        fan("price of the as-of capability", "USD/RT", 12.0, -0.2, 0.1),
    ];
    let markets = [
        "enterprise API, US + allies",
        "coding, US + allies",
        "batch, China",
        "consumer, rest of the world",
    ]
    .map(|name| fan(name, "USD/RT", 4.0, -0.09, 0.07))
    .to_vec();
    let hhi = ["on spend", "on usage"]
        .map(|name| {
            let mut hhi = fan(name, "0 to 1", 0.22, 0.01, 0.04);
            hhi.rows.iter_mut().for_each(|q| q.iter_mut().for_each(|v| *v = v.min(1.0)));
            hhi
        })
        .to_vec();
    (prices, markets, hhi)
}

fn money() -> Money {
    let layers = ["chips", "cloud", "labs", "applications", "energy"].map(String::from).to_vec();
    let exact = |value: f64| Estimate { value, error: value.abs() * 0.01 };
    Money {
        layers,
        total: [310e9, 420e9, -60e9, 240e9, 90e9].map(exact).to_vec(),
        kept: [640e9, 230e9, -200e9, 240e9, 90e9].map(exact).to_vec(),
        spend: exact(1000e9),
        capex: exact(640e9),
        surplus: exact(1830e9),
        years: (0..6)
            .map(|y| {
                let size = exp(0.4 * f64::from(y));
                let values = [20e9, 26e9, -8e9 + 2e9 * f64::from(y), 12e9, 6e9].map(|v| v * size);
                let quarters = if y == 0 { 2 } else { 4 };
                MoneyYear { year: 2025 + y, quarters, values: values.to_vec() }
            })
            .collect(),
    }
}

fn assumptions() -> Vec<Assumption> {
    let mut all = Vec::new();
    for (i, name) in NAMES.iter().enumerate() {
        for (k, what) in ["cash", "opex", "valuation"].iter().enumerate() {
            all.push(Assumption {
                path: format!("firm.{name}.{what}"),
                text: format!("{} GUSD to {} GUSD", i + 1, i + 3 + k),
                source: match (i, k) {
                    (1, _) => Some("Reuters [7]".into()),
                    (_, 2) => None,
                    _ => Some(format!(
                        "Company filing {i}, 2025, https://example.org/filing/{i}?page=1&x=2"
                    )),
                },
                known_at: Some("2025-05-12".into()),
                why: Some(
                    "Last round less the burn reported since; the interval spans <both> reports."
                        .into(),
                ),
                origin: format!("frontier.toml:{}", 40 + i * 10 + k),
            });
        }
    }
    all
}

/// A run of nine firms and all answers.
pub fn full() -> ReportInput {
    let quarters = 22;
    let (prices, markets, concentration) = fans(quarters);
    let odds = |what: &str, p: f64| Odds {
        group: "giants".into(),
        what: what.into(),
        probability: estimate(p),
    };
    ReportInput {
        title: "Who survives a price war at the frontier of AI?".into(),
        question: "Who survives, how much capital it takes, and where the money ends up. A made-up run for tests.".into(),
        as_of: "2025-05-31".into(),
        hindsight: false,
        calendar: Calendar { first_year: 2025, first_quarter: 3 },
        quarters,
        paths: 4000,
        shadow_paths: 1024,
        verdict: None,
        firms: NAMES.iter().enumerate().map(|(i, name)| firm(i, name, quarters)).collect(),
        survivors: [0.0, 0.001, 0.02, 0.08, 0.2, 0.32, 0.24, 0.11, 0.028, 0.001].map(estimate).to_vec(),
        mean_survivors: Estimate { value: 5.2, error: 0.02 },
        drivers: markets[..2].to_vec(),
        prices,
        markets,
        concentration,
        money: Some(money()),
        stresses: vec![
            stress("Price war", "What if the followers undercut everyone?", 2.0, 9),
            stress("Commoditisation", "What if buyers stop caring who serves them?", 1.2, 9),
            stress("Open release", "What if an open model catches up?", 0.5, 9),
            stress("Funding freeze", "What if nobody invests for two years?", 4.0, 9),
            stress("Compute shortage", "What if chips are short?", 0.3, 9),
        ],
        implied: ["OpenAI", "Anthropic", "xAI"].iter().enumerate().map(|(i, name)| implied(i, name)).collect(),
        odds: vec![
            odds("at least one firm above $10 trn by 2030", 0.21),
            odds("at least three firms above $10 trn by 2030", 0.013),
            odds("OpenAI cannot pay a take-or-pay commitment", 0.34),
            odds("the largest seller changes before the end", 0.72),
        ],
        checks: vec![
            Check { name: "books".into(), text: "cash balances".into(), passed: true, found: "0 failures in 198,000 firm-quarters".into() },
            Check { name: "shake-out".into(), text: "survivors(2030) between 1 and 4".into(), passed: false, found: "5.3".into() },
        ],
        assumptions: assumptions(),
        limits: vec![
            "Elasticities conflict by an order of magnitude and are never averaged.".into(),
            "Marginal cost is unobserved.".into(),
        ],
        references: References::known("frontier.toml", 7, "Reuters, A story. reuters.com/a/b. Known 2025-05-01."),
        appendix: Vec::new(),
        card: RunCard {
            command: "warchest run scenarios/frontier.toml --seed 1 --paths 4000".into(),
            facts: vec![("version".into(), "0.1.0".into()), ("seed".into(), "1".into())],
        },
    }
}

fn implied(i: usize, name: &str) -> Implied {
    let rates = vec![0.08, 0.12, 0.16, 0.20, 0.25];
    let multiples = vec![4.0, 6.0, 8.0, 12.0, 16.0];
    let growth = |r: f64, m: f64| 0.2 + 0.15 * i as f64 + r - 0.02 * m;
    Implied {
        firm: name.into(),
        valuation: 300e9 - 100e9 * i as f64,
        revenue: 10e9 / (i as f64 + 1.0),
        years: 5.0,
        growth: rates.iter().map(|r| multiples.iter().map(|m| growth(*r, *m)).collect()).collect(),
        rates,
        multiples,
        simulated: (i == 0).then_some(0.41),
        dilution: 0.05,
        reached: 0.22,
    }
}

/// Four firms and nothing but survival.
pub fn small() -> ReportInput {
    let mut input = full();
    input.firms.truncate(4);
    for firm in &mut input.firms {
        firm.cash.clear();
        firm.share.clear();
        firm.need = None;
    }
    input.stresses.clear();
    input.prices.clear();
    input.markets.clear();
    input.drivers.clear();
    input.concentration.clear();
    input.money = None;
    input.implied.clear();
    input.odds.clear();
    input.survivors.clear();
    input
}

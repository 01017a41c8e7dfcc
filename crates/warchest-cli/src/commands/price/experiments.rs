//! Experiments as written, and as the library's changes.

use super::file::{FileError, Source, one};
use serde::Deserialize;
use warchest::pricing::experiment::Change;

/// Most steps of an experiment.
const STEPS_MAX: u32 = 10_000;

/// `[[experiment]]`: one or more changes made together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawExperiment {
    name: String,
    steps: Option<u32>,
    merger: Option<Vec<String>>,
    collusion: Option<RawCollusion>,
    cost: Option<RawCost>,
    tax: Option<RawTax>,
    exit: Option<Vec<String>>,
    entry: Option<Vec<String>>,
    price_war: Option<RawWar>,
    reprice: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCollusion {
    firms: Vec<String>,
    #[serde(default = "one")]
    weight: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCost {
    #[serde(default)]
    products: Vec<String>,
    #[serde(default = "one")]
    factor: f64,
    #[serde(default)]
    add: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTax {
    #[serde(default)]
    products: Vec<String>,
    #[serde(default)]
    rate: f64,
    #[serde(default)]
    unit: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWar {
    firms: Vec<String>,
    cut: f64,
}

/// Changes made together; of an experiment in several steps, one step.
pub struct Experiment {
    pub name: String,
    /// 1, 2, …: from 2 on the search starts at the prices of the step before.
    pub step: u32,
    pub changes: Vec<Change>,
}

impl Source {
    /// The experiments, those in several steps taken apart.
    ///
    /// # Errors
    /// [`FileError::Experiment`] for one that changes nothing or goes in no steps.
    pub fn experiments(&self) -> Result<Vec<Experiment>, FileError> {
        let mut out = Vec::new();
        for raw in &self.raw.experiments {
            let (span, raw) = (raw.span(), raw.get_ref());
            let changes = raw.changes();
            let steps = raw.steps.unwrap_or(1);
            let wrong = |message: String| {
                let (at, file) = (span.clone().into(), self.file.clone());
                Err(FileError::Experiment { message, at, file })
            };
            if changes.is_empty() {
                return wrong(format!("experiment `{}` changes nothing", raw.name));
            }
            if !(1..=STEPS_MAX).contains(&steps) {
                return wrong(format!("`{}` in {steps} steps; 1 to {STEPS_MAX} go", raw.name));
            }
            for step in 1..=steps {
                let part = f64::from(step) / f64::from(steps);
                let name = match steps {
                    1 => raw.name.clone(),
                    _ => format!("{} {step}/{steps}", raw.name),
                };
                let changes = changes.iter().map(|change| change.scaled(part)).collect();
                out.push(Experiment { name, step, changes });
            }
        }
        Ok(out)
    }
}

impl RawExperiment {
    /// The changes it makes, in the order of the documentation.
    pub fn changes(&self) -> Vec<Change> {
        let mut out = Vec::new();
        let names = |names: &[String]| names.to_vec();
        out.extend(self.merger.as_ref().map(|firms| Change::Merger { firms: names(firms) }));
        out.extend(
            self.collusion
                .as_ref()
                .map(|c| Change::Collusion { firms: names(&c.firms), weight: c.weight }),
        );
        out.extend(self.cost.as_ref().map(|c| Change::Cost {
            products: names(&c.products),
            factor: c.factor,
            add: c.add,
        }));
        out.extend(self.tax.as_ref().map(|t| Change::Tax {
            products: names(&t.products),
            rate: t.rate,
            unit: t.unit,
        }));
        out.extend(self.exit.as_ref().map(|products| Change::Exit { products: names(products) }));
        out.extend(self.entry.as_ref().map(|products| Change::Entry { products: names(products) }));
        out.extend(
            self.price_war
                .as_ref()
                .map(|w| Change::PriceWar { firms: names(&w.firms), cut: w.cut }),
        );
        out.extend(self.reprice.as_ref().map(|firms| Change::Reprice { firms: names(firms) }));
        out
    }
}

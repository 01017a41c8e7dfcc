//! A run's `summary.json` as a place to look numbers up.

use crate::error::CliError;
use serde_json::Value;
use std::path::Path;
use warchest::claims::Run;

/// The answers of a run.
#[derive(Debug)]
pub struct RunFolder {
    summary: Value,
}

impl RunFolder {
    /// The answers in a summary that was read or made elsewhere.
    pub fn of(summary: Value) -> Self {
        Self { summary }
    }

    /// Reads `summary.json` of the folder, or the file itself.
    ///
    /// # Errors
    /// [`CliError::Read`] when it is not there or is not JSON.
    pub fn read(path: &Path) -> miette::Result<Self> {
        let file = if path.is_dir() { path.join("summary.json") } else { path.to_path_buf() };
        let text = std::fs::read_to_string(&file).map_err(|e| CliError::read(&file, e))?;
        let summary = serde_json::from_str(&text).map_err(|e| CliError::read(&file, e))?;
        Ok(Self { summary })
    }
}

impl Run for RunFolder {
    fn number(&self, path: &str) -> Result<(f64, Option<f64>), String> {
        let mut at = &self.summary;
        for (depth, step) in path.split('.').enumerate() {
            let next = match at {
                Value::Object(fields) => fields.get(step),
                Value::Array(items) => step
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get(index))
                    .or_else(|| items.iter().find(|item| item["name"].as_str() == Some(step))),
                _ => None,
            };
            let seen = path.split('.').take(depth).collect::<Vec<_>>().join(".");
            at = next.ok_or_else(|| format!("it has {}", under(at, &seen)))?;
        }
        let number = at.as_f64().or_else(|| at["value"].as_f64());
        let error = at["se"].as_f64();
        number.map(|x| (x, error)).ok_or_else(|| format!("it has {}", under(at, path)))
    }

    fn quarter(&self, at: u32) -> Option<String> {
        self.summary["scenario"]["labels"][at as usize].as_str().map(str::to_owned)
    }

    fn describe(&self) -> String {
        let run = &self.summary["run"];
        let paths = run["paths"].as_u64().unwrap_or_default();
        let seed = run["seed"].as_u64().unwrap_or_default();
        let command = run["command"].as_str().unwrap_or("an unnamed run");
        format!("{command} ({paths} paths, seed {seed})")
    }
}

/// What stands at a place, in words.
fn under(at: &Value, path: &str) -> String {
    let place = if path.is_empty() { "the summary".to_string() } else { format!("`{path}`") };
    let names: Vec<&str> = match at {
        Value::Object(fields) => fields.keys().map(String::as_str).collect(),
        Value::Array(items) => items.iter().filter_map(|item| item["name"].as_str()).collect(),
        Value::Null => return format!("no number at {place}"),
        _ => Vec::new(),
    };
    match names.is_empty() {
        true => format!("nothing below {place}"),
        false => format!("{} in {place}", names[..names.len().min(12)].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_go_through_fields_names_and_places() {
        let summary = json!({"firms": [{"name": "OpenAI", "survival": {"value": 0.7, "se": 0.01}}],
            "scenario": {"labels": ["2025Q3", "2025Q4"]},
            "giants": {"at_least": [1.0, 0.5, 0.25], "none": null}});
        let run = RunFolder { summary };
        assert_eq!(run.number("firms.OpenAI.survival"), Ok((0.7, Some(0.01))));
        assert_eq!(run.number("giants.at_least.2"), Ok((0.25, None)));
        assert_eq!(run.number("giants.none"), Err("it has no number at `giants.none`".into()));
        assert_eq!((run.quarter(1).as_deref(), run.quarter(2)), (Some("2025Q4"), None));
        assert_eq!(run.number("firms.Nobody"), Err("it has OpenAI in `firms`".into()));
    }
}

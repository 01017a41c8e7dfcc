//! `docs/summary.md` is written from the types of the summary.

use std::fmt::Write;

use serde_json::Value;
use warchest::answers::{ENDS, LAYERS, QUANTILES, SUMMARY_VERSION, Summary};

use crate::scenario::fresh;

const HEAD: &str = "# summary.json

Every answer of a run. `warchest run FILE --json` prints it, and the run folder keeps it (`docs/run-folder.md`).
This page is written by the program from its types (`cargo test` fails when it is stale).

";

const READ: &str = "
Money is in US dollars, a probability or share is a fraction of one, quarters count from 0 (`scenario.labels[q]` is the name
of quarter `q`). A number that does not exist is `null`: the quantile of something that less than that part of the paths reach,
or the figure of a quarter in which no path has one. Lists by quarter have one entry per simulated quarter.

```sh
warchest run scenarios/toy.toml --json | jq -r '.firms[] | [.name, .survival.value, .survival.se] | @tsv'
```

```python
import json
found = json.load(open(\"runs/toy/summary.json\"))
assert found[\"schema\"] == 1
survival = {firm[\"name\"]: firm[\"survival\"][\"value\"] for firm in found[\"firms\"]}
```
";

/// Doc comments link to code and may run over lines; a cell of a table does neither.
fn cell(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default().replace('\n', " ");
    text.replace("[`", "`").replace("`]", "`").replace('|', "\\|")
}

/// Name of the type behind a reference.
fn target(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().and_then(|path| path.rsplit('/').next())
}

/// A type in words, and the named types it mentions.
fn words(schema: &Value, mentioned: &mut Vec<String>) -> String {
    if let Some(name) = target(schema) {
        mentioned.push(name.to_string());
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let words: Vec<String> = choices.iter().map(|one| words(one, mentioned)).collect();
        return words.join(" or ");
    }
    match &schema["type"] {
        Value::String(one) if one == "array" => {
            format!("list of {}", words(&schema["items"], mentioned))
        }
        Value::String(one) => one.clone(),
        Value::Array(several) => {
            let words: Vec<&str> = several.iter().filter_map(Value::as_str).collect();
            words.join(" or ")
        }
        _ => "any".to_string(),
    }
}

/// A table of the keys of one type.
fn table(schema: &Value, mentioned: &mut Vec<String>) -> String {
    let mut text = "| key | type | meaning |\n|---|---|---|\n".to_string();
    for (key, field) in schema["properties"].as_object().into_iter().flatten() {
        let kind = match &field["const"] {
            Value::String(one) => format!("`\"{one}\"`"),
            _ => words(field, mentioned),
        };
        let _ = writeln!(text, "| `{key}` | {kind} | {} |", cell(field));
    }
    text
}

fn section(name: &str, schema: &Value, mentioned: &mut Vec<String>) -> String {
    let mut text = format!("\n## {name}\n\n{}\n\n", cell(schema));
    let Some(choices) = schema["oneOf"].as_array() else {
        return text + &table(schema, mentioned);
    };
    for choice in choices {
        let _ = write!(text, "{}\n\n{}\n", cell(choice), table(choice, mentioned));
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn markdown() -> String {
    let schema = serde_json::to_value(schemars::schema_for!(Summary)).expect("JSON");
    let mut text = HEAD.to_string();
    let _ = writeln!(
        text,
        "The shape has version **{SUMMARY_VERSION}** (key `schema`); a name, unit or meaning that changes raises it."
    );
    text += READ;
    let list =
        |names: &[&str]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    let quantiles: Vec<String> = QUANTILES.iter().map(|p| format!("{} %", 100.0 * p)).collect();
    let _ = write!(
        text,
        "\nLists in a fixed order: `ends` are {}; `layers` are {}; `quantiles` are those at {}.\n",
        list(&ENDS),
        list(&LAYERS),
        quantiles.join(", ")
    );
    let mut open = vec!["Summary".to_string()];
    let mut done: Vec<String> = Vec::new();
    while let Some(name) = (!open.is_empty()).then(|| open.remove(0)) {
        if done.contains(&name) {
            continue;
        }
        let part = if name == "Summary" { &schema } else { &schema["$defs"][&name] };
        text += &section(&name, part, &mut open);
        done.push(name);
    }
    text
}

#[test]
fn the_page_of_the_summary_is_fresh() {
    fresh("docs/summary.md", &markdown());
}

/// Every key is explained; an `Estimate` and a tagged choice come out as they should.
#[test]
fn every_key_is_explained() {
    let text = markdown();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
    assert!(rows.len() > 100);
    for row in &rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let tag = cells[1] == "`where`";
        assert!(tag || cells[3].len() > 3, "{row}");
        assert!(cells[2] != "any", "{row}");
    }
    assert!(rows.contains(&"| `value` | number | The estimate. |"), "{rows:?}");
    assert!(text.contains("| `where` | `\"at\"` |"), "{text}");
}

//! The pages about what a run writes name everything that it writes.

use std::collections::BTreeSet;
use std::fs::{self, File};

use crate::program::{TRIO, ends, root, scratch, write};
use parquet::file::reader::{FileReader, SerializedFileReader};

/// Every key below a value.
fn keys(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, inner) in map {
                found.insert(key.clone());
                keys(inner, found);
            }
        }
        serde_json::Value::Array(list) => list.iter().for_each(|inner| keys(inner, found)),
        _ => {}
    }
}

/// Those of `names` that no row of a table on the page starts with.
fn unnamed(page: &str, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let row = |name: &String| page.contains(&format!("\n| `{name}` |"));
    names.into_iter().filter(|name| !row(name)).collect()
}

#[test]
fn what_a_run_writes_is_documented() {
    let folder = scratch("documented");
    let file = write(&folder, "trio.toml", TRIO);
    let run = folder.join("run");
    ends(0, &["run", &file, "--paths", "512", "--out", &run.display().to_string()]);
    let page = |name: &str| fs::read_to_string(root().join(name)).expect("a page");
    let (summary, about) = (page("docs/summary.md"), page("docs/run-folder.md"));
    let none = Vec::<String>::new();
    let mut found = BTreeSet::new();
    let text = fs::read(run.join("summary.json")).expect("a summary");
    keys(&serde_json::from_slice(&text).expect("JSON"), &mut found);
    assert_eq!(unnamed(&summary, found), none);
    let files = fs::read_dir(&run).expect("a folder").map(|entry| entry.expect("an entry"));
    let files = files.map(|entry| entry.file_name().to_string_lossy().into_owned());
    assert_eq!(unnamed(&about, files), none);
    for name in ["paths.parquet", "market.parquet", "quarters.parquet"] {
        let reader = SerializedFileReader::new(File::open(run.join(name)).expect("a file"));
        let reader = reader.expect("Parquet");
        let schema = reader.metadata().file_metadata().schema_descr();
        let columns = schema.columns().iter().map(|column| column.name().to_string());
        let at = about.find(&format!("\n## {name}")).expect("a section");
        let section = about[at + 1..].split("\n## ").next().unwrap_or_default();
        assert_eq!(unnamed(section, columns), none, "{name}");
    }
    let mut found = BTreeSet::new();
    let lock: serde_json::Value =
        serde_json::from_slice(&fs::read(run.join("lock.json")).expect("a lock")).expect("JSON");
    keys(&lock, &mut found);
    assert_eq!(unnamed(&about, found), none);
    // Twin: a name that stands nowhere is seen.
    assert_eq!(unnamed(&about, ["nowhere".to_string()]), ["nowhere"]);
}

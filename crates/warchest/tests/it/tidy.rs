//! The house rules, each a check that can fail, so that they cannot rot.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels down").into()
}

/// Files below `folder` with one of these endings, by path relative to the root.
fn files(folder: &str, endings: &[&str]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.')
                    && !["target", "node_modules", "runs", "dist", "__pycache__"]
                        .contains(&name.as_str())
                {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let key = path.strip_prefix(root()).expect("below the root");
                let text = fs::read_to_string(&path).unwrap_or_default();
                found.insert(key.to_string_lossy().into_owned(), text);
            }
        }
    }
    found
}

/// The source above its unit tests, without comments.
fn product_code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Modules of the library, and which of ours each may import (house plan).
const IMPORTS: [(&str, &[&str]); 16] = [
    ("units", &[]),
    ("numerics", &[]),
    ("rng", &["numerics"]),
    ("curves", &["units", "rng", "numerics"]),
    ("demand", &["units", "numerics"]),
    ("capital", &["units", "rng", "numerics"]),
    ("pricing", &["units", "numerics", "demand", "rng"]),
    ("firms", &["units", "curves", "capital", "numerics"]),
    ("world", &["units", "curves", "demand", "pricing", "capital", "firms"]),
    (
        "simulate",
        &["world", "rng", "units", "numerics", "curves", "demand", "pricing", "firms", "capital"],
    ),
    ("solve", &["world", "numerics", "units", "demand", "pricing", "firms"]),
    ("sensitivity", &["rng", "numerics"]),
    ("portfolio", &["units", "numerics", "simulate"]),
    ("answers", &["world", "units", "numerics", "curves", "simulate", "portfolio"]),
    ("claims", &["units", "numerics", "curves", "simulate", "portfolio", "answers"]),
    ("calibrate", &["units", "rng", "numerics", "curves", "demand", "world", "simulate"]),
];

/// Imports that the table above does not allow, as `file: module`.
fn forbidden_imports(sources: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in sources {
        let Some(inner) = path.strip_prefix("crates/warchest/src/") else {
            continue;
        };
        let module = inner.split(['/', '.']).next().unwrap_or_default();
        let Some((_, allowed)) = IMPORTS.iter().find(|(name, _)| *name == module) else {
            continue;
        };
        let code = product_code(text);
        for at in code.match_indices("crate::").map(|(at, _)| at) {
            if code[..at].ends_with('$') {
                continue;
            }
            let rest = &code[at + 7..];
            let names: Vec<&str> = if let Some(group) = rest.strip_prefix('{') {
                let group = group.split("};").next().unwrap_or_default();
                group.split(',').map(|item| item.trim().split("::").next().unwrap_or("")).collect()
            } else {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                vec![&rest[..end.unwrap_or(rest.len())]]
            };
            for name in names {
                let ours = IMPORTS.iter().any(|(other, _)| *other == name) || name == "scenario";
                if ours && name != module && !allowed.contains(&name) {
                    found.push(format!("{path}: {name}"));
                }
            }
        }
    }
    found
}

#[test]
fn imports_point_down() {
    assert_eq!(forbidden_imports(&files("crates/warchest/src", &[".rs"])), Vec::<String>::new());
    // Twin: an upward import is seen.
    let twin = BTreeMap::from([(
        "crates/warchest/src/curves/mod.rs".to_string(),
        "use crate::simulate::outcome;\nuse crate::rng::Stream;".to_string(),
    )]);
    assert_eq!(forbidden_imports(&twin), ["crates/warchest/src/curves/mod.rs: simulate"]);
}

/// What the library must never reach for.
const NEVER: [&str; 14] = [
    "std::fs",
    "std::env::",
    "SystemTime",
    "Instant::",
    "println!",
    "print!(",
    "std::thread",
    "std::process",
    "std::net",
    "thread_local!",
    "todo!(",
    "unimplemented!(",
    "pyo3",
    "std::io::stdin",
];

fn reaches(sources: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in sources {
        let code = product_code(text);
        found.extend(
            NEVER.iter().filter(|word| code.contains(**word)).map(|word| format!("{path}: {word}")),
        );
        let rayon_at_home = [
            "simulate/ensemble",
            "simulate/merge",
            "curves/",
            "pricing/batch",
            "solve/",
            "sensitivity/",
        ]
        .iter()
        .any(|home| path.contains(home));
        if code.contains("rayon::") && !rayon_at_home {
            found.push(format!("{path}: rayon"));
        }
        if code.contains("unsafe {") && !path.contains("numerics/") {
            found.push(format!("{path}: unsafe"));
        }
    }
    found
}

#[test]
fn the_library_reaches_for_nothing_outside() {
    assert_eq!(reaches(&files("crates/warchest/src", &[".rs"])), Vec::<String>::new());
    let twin = BTreeMap::from([("a.rs".to_string(), "fn f() { println!(\"x\"); }".to_string())]);
    assert_eq!(reaches(&twin).len(), 1);
}

/// Functions longer than 70 lines, as `file:line: lines`. Formatted code closes a function with
/// a brace at the indentation of its `fn`.
fn long_functions(path: &str, text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let body = line.trim_start();
        let indent = line.len() - body.len();
        let is_function =
            body.split(" fn ").count() == 2 && !body.contains('"') && !body.contains("//")
                || body.starts_with("fn ");
        if !is_function || body.ends_with(';') {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        let length = lines[start..].iter().position(|other| *other == close).unwrap_or(0) + 1;
        if length > 70 {
            found.push(format!("{path}:{}: {length} lines", start + 1));
        }
    }
    found
}

#[test]
fn functions_and_files_stay_short() {
    let mut found = Vec::new();
    for folder in ["crates", "peers", "web"] {
        for (path, text) in files(folder, &[".rs", ".py", ".js", ".ts"]) {
            let lines = text.lines().count();
            if lines > 500 {
                found.push(format!("{path}: {lines} lines"));
            }
            if path.ends_with(".rs") {
                found.extend(long_functions(&path, &text));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
    let twin = format!("fn long() {{\n{}}}\n", "    x();\n".repeat(70));
    assert_eq!(long_functions("a.rs", &twin).len(), 1);
}

#[test]
fn every_source_file_is_reached() {
    let mut lost = Vec::new();
    for krate in ["crates/warchest", "crates/warchest-cli"] {
        let sources = files(&format!("{krate}/src"), &[".rs"]);
        let all: String = sources.values().map(String::as_str).collect::<Vec<_>>().join("\n");
        for path in sources.keys() {
            let stem = Path::new(path).file_stem().expect("a file").to_string_lossy().into_owned();
            let name = match stem.as_str() {
                "lib" | "main" => continue,
                "mod" => Path::new(path)
                    .parent()
                    .and_then(Path::file_name)
                    .expect("a folder")
                    .to_string_lossy()
                    .into_owned(),
                _ => stem,
            };
            if !all.contains(&format!("mod {name};")) && !all.contains(&format!("mod {name} ")) {
                lost.push(path.clone());
            }
        }
    }
    assert_eq!(lost, Vec::<String>::new());
}

/// Paths in backticks or links that look like ours and do not exist.
fn missing_paths(path: &str, text: &str) -> Vec<String> {
    const OURS: [&str; 8] =
        ["crates/", "scenarios/", "data/", "docs/", "peers/", "claims/", "web/", "schema/"];
    let mut missing = Vec::new();
    for word in text.split(['`', '(', ')', ' ', '\n']) {
        let word = word.split(['#', ':']).next().unwrap_or_default();
        let word = word.trim_end_matches(['.', ',']);
        let plain = word.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c));
        if OURS.iter().any(|start| word.starts_with(start))
            && plain
            && !word.contains("..")
            && !root().join(word).exists()
        {
            missing.push(format!("{path}: {word}"));
        }
    }
    missing
}

#[test]
fn documented_paths_exist() {
    let mut texts = files("docs", &[".md"]);
    for name in ["README.md", "CONTRIBUTING.md"] {
        texts.insert(name.into(), fs::read_to_string(root().join(name)).unwrap_or_default());
    }
    let found: Vec<String> =
        texts.iter().flat_map(|(path, text)| missing_paths(path, text)).collect();
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(missing_paths("a.md", "see `docs/nowhere.md`.").len(), 1);
}

#[test]
fn nothing_is_left_over() {
    let marks = [["FIX", "ME"].concat(), ["XX", "X"].concat(), ["dbg", "!("].concat()];
    let mut found = Vec::new();
    for (path, text) in files("crates", &[".rs"]) {
        let ignored = text.lines().any(|line| line.trim() == ["#[ign", "ore]"].concat());
        if ignored || marks.iter().any(|mark| text.contains(mark.as_str())) {
            found.push(path);
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

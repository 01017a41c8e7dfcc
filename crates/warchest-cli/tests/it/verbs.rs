//! `check`, `show`, `explain`, `schema` and `new` as a user types them: `tests/cmd/*.trycmd`
//! hold command lines with what they print, the rest is here.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels down").into()
}

fn warchest(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warchest"));
    command.current_dir(folder).args(args).env("NO_COLOR", "1").output().expect("it starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn command_lines_print_what_is_written() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd").env("NO_COLOR", "1").run();
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("verbs-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A new scenario runs at once, and so does each of its blocks once its `#` are gone.
#[test]
fn a_new_scenario_runs_at_once() {
    let folder = scratch("new");
    let (at, root) = (folder.display().to_string(), root());
    for like in ["toy", "scenarios/frontier-ai-2025-05.toml", "scenarios/frontier-ai-latest.toml"] {
        let name = format!("{at}/mine-{}.toml", like.replace('/', "-").trim_end_matches(".toml"));
        let made = warchest(&root, &["new", &name, "--like", like]);
        assert!(made.status.success(), "{}", text(&made.stderr));
        let checked = warchest(&folder, &["check", &name, "--json"]);
        assert!(checked.status.success(), "{}", text(&checked.stderr));
        let written = std::fs::read_to_string(&name).expect("the new file");
        assert!(written.starts_with("#:schema "), "{written}");
        assert!(written.contains("my variant"), "{written}");
        let bare = |line: &str| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with([' ', ':']) => rest.to_string() + "\n",
            _ => line.to_string() + "\n",
        };
        let whole: String = written.lines().map(bare).collect();
        assert!(whole.contains("[[stress]]\n") && whole.contains("[[firm]]\n"), "{whole}");
        let other = name.replace(".toml", "-whole.toml");
        std::fs::write(&other, whole).expect("written");
        let checked = warchest(&folder, &["check", &other]);
        assert!(checked.status.success(), "{}", text(&checked.stderr));
    }
}

#[test]
fn a_new_scenario_replaces_nothing_unless_told() {
    let (folder, root) = (scratch("force"), root());
    let name = folder.join("mine.toml").display().to_string();
    std::fs::write(&name, "mine").expect("written");
    let refused = warchest(&root, &["new", &name, "--like", "toy"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("cli::exists"));
    assert_eq!(std::fs::read_to_string(&name).expect("still there"), "mine");
    // A folder that is not there is what is missing, not the base.
    let nowhere = folder.join("a b/mine").display().to_string();
    let refused = warchest(&root, &["new", &nowhere, "--like", "toy"]);
    let said = text(&refused.stderr);
    assert!(said.contains("is no folder") && said.contains("mkdir -p '"), "{said}");
    // What is suggested can be typed.
    std::fs::create_dir(folder.join("a b")).expect("a folder");
    let made = text(&warchest(&root, &["new", &nowhere, "--like", "toy"]).stdout);
    assert!(made.contains(&format!("warchest check '{nowhere}.toml'")), "{made}");
    let forced = warchest(&root, &["new", &name, "--like", "toy", "--force", "--json"]);
    assert!(forced.status.success());
    assert!(json(&forced)["base"].as_str().expect("a path").ends_with("scenarios/toy.toml"));
    assert_ne!(std::fs::read_to_string(&name).expect("replaced"), "mine");
    let broken = warchest(
        &root,
        &["new", "x", "--like", "crates/warchest-cli/tests/broken/unit_missing.toml"],
    );
    assert_eq!(broken.status.code(), Some(1));
    assert!(!root.join("x.toml").exists());
}

/// Errors stand in the JSON with their places, all of them; on stderr as many as one reads.
#[test]
fn errors_as_data() {
    let folder = scratch("errors");
    let wrong: String = (0..50).map(|i| format!("wrong_{i} = 1\n")).collect();
    let file = format!("[meta]\nas_of = \"2025-05-31\"\n[[firm]]\nname = \"A\"\n{wrong}");
    std::fs::write(folder.join("many.toml"), file).expect("written");
    let found = warchest(&folder, &["check", "many.toml", "--json"]);
    assert_eq!(found.status.code(), Some(1));
    let answer = json(&found);
    assert_eq!(answer["sound"], false);
    let errors = answer["errors"].as_array().expect("a list");
    assert_eq!(errors.len(), 50);
    let last = &errors[49];
    assert_eq!((&last["line"], &last["column"]), (&54.into(), &1.into()));
    assert_eq!(
        (&last["found"], &last["code"]),
        (&"wrong_49".into(), &"scenario::unknown_key".into())
    );
    let said = text(&found.stderr);
    assert_eq!(said.matches("scenario::unknown_key").count(), 20);
    assert!(said.contains("30 more are not") && said.contains("50 errors"), "{said}");
}

/// Counts agree with the list of values, and the list with the file.
#[test]
fn sources_are_counted_and_placed() {
    let file = "scenarios/frontier-ai-2025-05.toml";
    let answer = json(&warchest(&root(), &["check", file, "--sources", "--json"]));
    let values = answer["values"].as_array().expect("a list");
    let count = |basis: &str| values.iter().filter(|value| value["basis"] == basis).count();
    let holds = &answer["holds"];
    for (basis, key) in [("cited", "cited"), ("judged", "judged"), ("none", "without_source")] {
        assert_eq!(holds[key], count(basis), "{basis}");
    }
    assert_eq!(holds["quantities"], values.len());
    let lines: Vec<String> = std::fs::read_to_string(root().join(file))
        .expect("it ships")
        .lines()
        .map(String::from)
        .collect();
    for value in values {
        let origin = value["origin"].as_str().expect("a place");
        let line: usize = origin.rsplit(':').next().expect("a line").parse().expect("a number");
        let key = value["path"].as_str().expect("a path").rsplit('.').next().expect("a key");
        assert!(lines[line - 1].contains(key), "{origin} has no {key}");
    }
    let strict = warchest(&root(), &["check", "scenarios/toy.toml", "--sources", "--strict"]);
    assert_eq!(strict.status.code(), Some(3));
}

/// The merged scenario names the file of every line, and `--set` is one of them.
#[test]
fn resolved_lines_say_where_they_come_from() {
    let args = ["show", "scenarios/frontier-ai-latest.toml", "--resolved", "--json"];
    let set = ["--set", "technology.open_lag=5 quarters"];
    let answer = json(&warchest(&root(), &[&args[..], &set[..]].concat()));
    let lines = answer["lines"].as_array().expect("a list");
    let origin = |path: &str| {
        let line = lines.iter().find(|line| line["path"] == path).expect(path);
        line["origin"].as_str().expect("a place").to_string()
    };
    assert_eq!(origin("technology.open_lag"), "--set");
    assert!(origin("meta.title").starts_with("scenarios/frontier-ai-latest.toml:"));
    assert!(
        origin("segment.coding.substitution").starts_with("scenarios/frontier-ai-2025-05.toml:")
    );
    assert!(lines.iter().any(|line| line["origin"] == "default"));
    let written = warchest(&root(), &["show", "scenarios/toy.toml"]);
    assert_eq!(
        text(&written.stdout),
        std::fs::read_to_string(root().join("scenarios/toy.toml")).expect("it ships")
    );
    let broken = warchest(&root(), &["show", "crates/warchest-cli/tests/broken/unit_missing.toml"]);
    assert!(broken.status.success(), "as written, even when it is wrong");
}

#[test]
fn the_schema_printed_is_the_schema_that_ships() {
    let folder = scratch("schema");
    let printed = warchest(&folder, &["schema"]);
    let shipped =
        std::fs::read_to_string(root().join("docs/scenario.schema.json")).expect("it ships");
    assert!(text(&printed.stdout) == shipped);
    assert!(warchest(&folder, &["schema", "s.json"]).status.success());
    assert!(std::fs::read_to_string(folder.join("s.json")).expect("written") == shipped);
}

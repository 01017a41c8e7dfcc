//! `warchest claims` as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels down").into()
}

fn warchest(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warchest"));
    command.current_dir(root()).args(args).env("NO_COLOR", "1").output().expect("it starts")
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("claims-{name}"));
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

const ARTICLE: &str = "claims/article-2025-05-30.toml";

#[test]
fn verdicts_as_text_and_json() {
    let text = warchest(&["claims", ARTICLE, "--rows"]);
    assert!(text.status.success(), "{}", String::from_utf8_lossy(&text.stderr));
    let shown = String::from_utf8_lossy(&text.stdout);
    for line in [
        "tesla-earned: holds under one of two readings: net income",
        "holds   net income: 40.02 GUSD against 40 GUSD",
        "Tesla net_income 2021 = 5519 MUSD [B]",
    ] {
        assert!(shown.contains(line), "{line} is not in\n{shown}");
    }
    let json = warchest(&["claims", ARTICLE, "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(report["schema"], 1);
    let mut earned = report["claims"].as_array().expect("a list").iter();
    let earned = earned.rfind(|c| c["id"] == "tesla-earned").expect("it is there");
    assert_eq!(earned["verdict"], "holds_under");
    assert_eq!(earned["rows"].as_array().map(Vec::len), Some(12));
}

#[test]
fn a_run_folder_answers_what_lies_ahead() {
    let folder = scratch("run");
    let summary = r#"{"run": {"paths": 400, "seed": 7, "command": "warchest run x.toml"},
        "scenario": {"labels": ["2025Q3", "2025Q4"]},
        "firms": [{"name": "OpenAI", "cash_positive":
            {"ever": {"value": 0.6, "se": 0.01}, "median_quarter": {"value": 1.0, "se": 0.5}}}],
        "giants": {"at_least": [{"value": 0.5, "se": 0.02}, {"value": 0.25, "se": 0.02}]}}"#;
    std::fs::write(folder.join("summary.json"), summary).expect("written");
    let folder = folder.display().to_string();
    let text = warchest(&["claims", ARTICLE, "--run", &folder]);
    let shown = String::from_utf8_lossy(&text.stdout);
    assert!(
        shown.contains("giants: not testable before 2035; the model says 25 % ± 2 %"),
        "{shown}"
    );
    let dated =
        "not testable before 2035; the model says 60 % ± 1 %, on half of the paths by 2025Q4";
    assert!(shown.contains(dated), "{shown}");
    assert!(shown.contains("of: warchest run x.toml (400 paths, seed 7)"), "{shown}");
    assert!(
        shown.contains("no `giants.outside_north_america` of a run: it has at_least in `giants`")
    );
}

#[test]
fn the_page_stands_alone() {
    let page = scratch("page").join("claims.html");
    let shown = warchest(&["claims", ARTICLE, "--report", &page.display().to_string()]);
    assert!(shown.status.success());
    let html = std::fs::read_to_string(&page).expect("the page");
    for part in ["id=\"claims\"", "id=\"claim-tesla-earned\"", "net income", "12 rows of data"] {
        assert!(html.contains(part), "{part}");
    }
    for outside in ["<link rel=\"stylesheet\"", "src=\"http", "@import", "url(http"] {
        assert!(!html.contains(outside), "{outside}");
    }
    // The same claims, the same bytes.
    let again = scratch("page").join("again.html");
    warchest(&["claims", ARTICLE, "--report", &again.display().to_string()]);
    assert_eq!(html, std::fs::read_to_string(&again).expect("the page"));
}

#[test]
fn what_is_wrong_is_shown_with_its_place() {
    let file = scratch("wrong").join("bad.toml");
    let text = "title = \"t\"\nas_of = \"2025-05-31\"\n[[table]]\npath = \"nowhere.csv\"\n\
                [[claim]]\nid = \"a\"\nsays = \"s\"\n[[claim.reading]]\nname = \"r\"\nvalue = '4 GUDS'\n";
    std::fs::write(&file, text).expect("written");
    let found = warchest(&["claims", &file.display().to_string()]);
    assert_eq!(found.status.code(), Some(1));
    assert!(found.stdout.is_empty());
    let shown = String::from_utf8_lossy(&found.stderr);
    for part in ["2 errors", "nowhere.csv", "unknown unit `GUDS`", "did you mean `GUSD`?", ":10:12"]
    {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let found = warchest(&["claims", "claims/none.toml"]);
    assert_eq!(found.status.code(), Some(1));
}

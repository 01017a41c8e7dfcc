//! The program as its users start it, and small scenarios to start it on.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The root of the repository, where every command line of these tests runs.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two levels down").into()
}

/// An empty folder of this name.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

/// The command, without colour.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warchest"));
    command.current_dir(root()).args(args).env("NO_COLOR", "1");
    command
}

/// What the command says.
pub fn warchest(args: &[&str]) -> Output {
    command(args).output().expect("it starts")
}

/// What was said, without the breaks and rules of its lines.
pub fn flat(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

/// A command line that must end with `code`; returns stdout, and stderr on one line.
pub fn ends(code: i32, args: &[&str]) -> (String, String) {
    let found = warchest(args);
    let (out, err) = (String::from_utf8_lossy(&found.stdout).into_owned(), flat(&found.stderr));
    assert_eq!(found.status.code(), Some(code), "{args:?}\n{out}\n{err}");
    (out, err)
}

/// JSON on stdout and nothing else.
pub fn json(args: &[&str]) -> serde_json::Value {
    let (out, _) = ends(0, args);
    serde_json::from_str(&out).expect("JSON and nothing else on stdout")
}

/// Three sellers who play the price game for two years; two of them may run out of cash.
pub const TRIO: &str = r#"
[meta]
title = "Three sellers"
as_of = "2024-12-31"

[clock]
length = "2 years"

[[segment]]
name = "all"
choice = "unit"
sells = "RT"
price_slope = "1 per USD/RT"
size = "400 MRT/quarter"
volatility = "10 %/quarter"

[[firm]]
name = "Strong"
cash = "900 MUSD"
opex = "100 MUSD/quarter"
efficiency_volatility = "10 %/quarter"
product = [{ taste = 2.0, unit_cost = "1 USD/RT", taste_volatility = "0.3 /quarter" }]

[[firm]]
name = "Middling"
cash = "200 to 600 MUSD"
opex = "110 MUSD/quarter"
efficiency_volatility = "10 %/quarter"
product = [{ taste = 1.5, unit_cost = "1 USD/RT", taste_volatility = "0.3 /quarter" }]

[[firm]]
name = "Weak"
cash = "150 MUSD"
opex = "90 MUSD/quarter"
efficiency_volatility = "10 %/quarter"
product = [{ taste = 1.0, unit_cost = "1 USD/RT", taste_volatility = "0.3 /quarter" }]

[[stress]]
name = "price war"
question = "How deep a cut can they take?"
kind = "price-war"
start = "2025-Q2"
length = "1 year"
sizes = ["0 %", "30 %", "60 %"]

[[check]]
expect = "cash balances"

[[check]]
name = "somebody lives"
expect = "survivors(2026) between 0.5 and 3"
"#;

/// One seller who breaks even with half of the buyers at a margin of half a dollar: 100 million
/// a quarter earned and spent. Cash is anything from 0 to 1 billion.
pub const EVEN: &str = r#"
[meta]
title = "One seller who breaks even"
as_of = "2024-12-31"

[clock]
length = "3 years"

[[segment]]
name = "all"
choice = "unit"
sells = "RT"
price_slope = "1 per USD/RT"
size = "400 MRT/quarter"

[[firm]]
name = "Even"
strategy = "cost-plus"
markup = "50 %"
cash = "uniform(0, 1) GUSD"
opex = "100 MUSD/quarter"
product = [{ taste = 1.5, unit_cost = "1 USD/RT" }]

[[stress]]
name = "bust"
question = "How many buyers can it lose for two years?"
kind = "demand-shift"
start = "2025-Q1"
length = "2 years"
sizes = ["-100 %", "-50 %", "0 %"]

[[shock]]
name = "blip"
kind = "demand-shift"
start = "2025-Q2"
length = "1 quarters"
size = "0 %"
"#;

/// Writes a scenario into a folder; its path as text.
pub fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

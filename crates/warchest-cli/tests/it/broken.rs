//! Broken scenarios, each with the message it must give. The files are in `tests/broken`; what
//! cannot lie there (wrong bytes, huge files, flags) is made here. Snapshots are read line by
//! line when they change: is the mark where the error is, does the message say what was found,
//! what is allowed, and how to mend it?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}

/// What `warchest check` says of a scenario in `folder`, and whether it refused it.
fn check(folder: &Path, args: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warchest"));
    command.current_dir(folder).arg("check").args(args).env("NO_COLOR", "1");
    let output = command.output().expect("it starts");
    let refused = output.status.code() == Some(1);
    assert!(refused || output.status.success(), "{args:?}: {:?}", output.status);
    assert!(!refused || output.stdout.is_empty(), "{args:?} talks on stdout");
    let said = if refused { output.stderr } else { output.stdout };
    let said = String::from_utf8(said).expect("UTF-8");
    (refused, said.lines().map(|line| line.trim_end().to_string() + "\n").collect())
}

/// One snapshot per group of cases, the group being the word before the first `_`.
fn compare(cases: BTreeMap<String, (bool, String)>) {
    let mut groups: BTreeMap<&str, String> = BTreeMap::new();
    for (name, (refused, said)) in &cases {
        assert!(refused, "{name} is accepted:\n{said}");
        let group = name.split('_').next().unwrap_or(name);
        *groups.entry(group).or_default() += &format!("=== {name}\n{said}\n");
    }
    for (group, said) in groups {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../broken/messages");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(group, said));
    }
}

#[test]
fn every_broken_file_says_what_is_wrong() {
    let mut cases = BTreeMap::new();
    for entry in std::fs::read_dir(folder()).expect("the corpus").flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let Some(name) = file.strip_suffix(".toml") else { continue };
        if name != "sound" {
            cases.insert(name.to_string(), check(&folder(), &[&file]));
        }
    }
    assert!(cases.len() >= 150, "{} cases", cases.len());
    compare(cases);
    let (refused, said) = check(&folder(), &["sound.toml"]);
    assert!(!refused, "{said}");
}

#[test]
fn every_broken_override_says_what_is_wrong() {
    let overrides = [
        ("key", "firm.Dear.csh=\"1 GUSD\""),
        ("list_forgotten", "Dear.cash=\"1 GUSD\""),
        ("name", "firm.Deer.cash=\"1 GUSD\""),
        ("no_equals", "firm.Dear.cash"),
        ("no_value", "firm.Dear.cash="),
        ("empty_part", ".cash=1"),
        ("table", "firm.Dear=1"),
        ("list", "firm=1"),
        ("table_misspelt", "technolgy.efficiency_growth=\"3 %/year\""),
        ("too_deep", "firm.Dear.cash.value=1"),
        ("unit", "firm.Dear.cash=1"),
        ("unit_misspelt", "funding.pool=10 GUDS/year"),
        ("product", "firm.Dear.product.coding.list_prise=\"2 USD/RT\""),
        ("path_forgotten", "efficiency_growth=\"3 %/year\""),
        ("base", "base=\"other.toml\""),
        ("range", "firm.Dear.partner_share=\"120 %\""),
    ];
    let cases = overrides.map(|(name, text)| {
        (format!("set_{name}"), check(&folder(), &["sound.toml", "--set", text]))
    });
    compare(cases.into());
    let (refused, said) = check(&folder(), &["sound.toml", "--set", "firm.Dear.cash=\"1 GUSD\""]);
    assert!(!refused, "{said}");
}

/// Files made here: wrong bytes, line ends, and sizes nobody writes by hand.
fn made() -> Vec<(&'static str, Vec<u8>)> {
    let sound = std::fs::read_to_string(folder().join("sound.toml")).expect("the sound one");
    let utf16 = |big: bool| -> Vec<u8> {
        let mark = [0xfeffu16];
        let units = mark.into_iter().chain(sound.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let head = "[meta]\nas_of = \"2025-05-31\"\n[[firm]]\nname = \"A\"\n";
    let long = |piece: &str, times: usize| format!("{head}cash = \"{}\"\n", piece.repeat(times));
    let crlf = sound.replace("cash = \"11 to 13 GUSD\"", "cash = \"11 to 13 GUDS\"");
    let nested = format!("a = {}{}\n", "[".repeat(5_000), "]".repeat(5_000));
    vec![
        ("made_latin_1", b"[meta]\ntitle = \"March\xe9\"\nas_of = \"2025-05-31\"\n".to_vec()),
        ("made_utf_16_little", utf16(false)),
        ("made_utf_16_big", utf16(true)),
        ("made_gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03".to_vec()),
        ("made_nul", b"[meta]\nas_of = \"2025-05-31\0\"\n".to_vec()),
        ("made_bom_and_error", [b"\xef\xbb\xbf", "[meta\n".as_bytes()].concat()),
        ("made_crlf", crlf.replace('\n', "\r\n").into_bytes()),
        ("made_too_large", vec![b'#'; (2 << 20) + 1]),
        ("made_many_firms", "[[firm]]\nname = \"A\"\n".repeat(300).into_bytes()),
        ("made_many_keys", (0..300).map(|i| format!("k{i} = 1\n")).collect::<String>().into()),
        ("made_many_errors", format!("{head}{}", errors(60)).into_bytes()),
        ("made_long_quantity", long("x", 100_000).into_bytes()),
        ("made_long_unit", long("1 USD/", 100_000).into_bytes()),
        ("made_per_per", format!("{head}cash = \"1 {}USD\"\n", "per ".repeat(90_000)).into()),
        ("made_brackets", long("mixture(", 50_000).into_bytes()),
        ("made_nested", nested.into_bytes()),
        ("made_dots", format!("a{} = 1\n", ".a".repeat(50_000)).into_bytes()),
        (
            "made_names",
            format!("{head}[[correlate]]\nnames = [{}]\nrho = 0.1\n", "\"a\", ".repeat(200)).into(),
        ),
    ]
}

fn errors(count: usize) -> String {
    (0..count).map(|i| format!("wrong_{i} = 1\n")).collect()
}

#[test]
fn every_broken_byte_says_what_is_wrong() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken");
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    let mut cases = BTreeMap::new();
    for (name, bytes) in made() {
        let file = format!("{name}.toml");
        std::fs::write(folder.join(&file), bytes).expect("written");
        cases.insert(name.to_string(), check(&folder, &[&file]));
    }
    cases.insert("made_nowhere".into(), check(&folder, &["nowhere.toml"]));
    cases.insert("made_folder".into(), check(&folder, &["."]));
    compare(cases);
    // A byte-order mark and the line ends of Windows alone break nothing.
    let sound = std::fs::read_to_string(self::folder().join("sound.toml")).expect("sound");
    for text in [format!("\u{feff}{sound}"), sound.replace('\n', "\r\n")] {
        std::fs::write(folder.join("sound.toml"), text).expect("written");
        let (refused, said) = check(&folder, &["sound.toml"]);
        assert!(!refused, "{said}");
    }
}

//! `warchest run`, `merge` and the run folder: same inputs, same bytes, whatever happens.

use crate::program::{TRIO, command, ends, flat, json, root, scratch, warchest, write};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Paths of three parts, the last of them short.
const PATHS: &str = "5000";

/// What must not depend on how a run came about.
const FILES: [&str; 6] = [
    "summary.json",
    "paths.parquet",
    "market.parquet",
    "quarters.parquet",
    "report.html",
    "survival.svg",
];

fn bytes(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn same(a: &Path, b: &Path) {
    for name in FILES {
        assert!(bytes(a, name) == bytes(b, name), "{name} differs");
    }
    assert!(!b.join("parts").exists(), "parts are gone once the run is complete");
}

/// The lock of a folder.
fn lock(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&bytes(folder, "lock.json")).expect("JSON")
}

/// A scenario in a folder of its own, and a run of it on one thread.
fn reference(name: &str) -> (PathBuf, String, PathBuf) {
    let folder = scratch(name);
    let file = write(&folder, "trio.toml", TRIO);
    let whole = folder.join("whole");
    run(&file, &whole, &["--threads", "1"]);
    (folder, file, whole)
}

fn line<'a>(file: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["run", file, "--paths", PATHS, "--out", out];
    args.extend_from_slice(more);
    args
}

fn run(file: &str, folder: &Path, more: &[&str]) -> (String, String) {
    ends(0, &line(file, &folder.display().to_string(), more))
}

#[test]
fn threads_and_shards_change_no_byte() {
    let (folder, file, whole) = reference("threads");
    run(&file, &folder.join("two"), &["--threads", "2"]);
    same(&whole, &folder.join("two"));
    for n in [2, 3, 5] {
        let mut shards = Vec::new();
        for i in 1..=n {
            let shard = folder.join(format!("shard{i}of{n}"));
            let (_, err) = run(&file, &shard, &["--shard", &format!("{i}/{n}")]);
            assert!(err.contains("`warchest merge` joins the shards"), "{err}");
            shards.push(shard.display().to_string());
        }
        let joined = folder.join(format!("joined{n}"));
        shards.reverse();
        let mut args = vec!["merge", "--out"];
        let out = joined.display().to_string();
        args.push(&out);
        args.extend(shards.iter().map(String::as_str));
        ends(0, &args);
        same(&whole, &joined);
        // A shard that is missing, and one that is no shard.
        let (_, err) = ends(1, &["merge", &shards[0], "--out", &out]);
        assert!(err.contains("is in none of the folders"), "{err}");
    }
    // A finished shard is not run again.
    let shard = folder.join("shard1of2");
    let (_, err) = run(&file, &shard, &["--shard", "1/2"]);
    assert!(err.contains("1 of 1 parts were there already"), "{err}");
    let (_, err) = ends(1, &["merge", &whole.display().to_string()]);
    assert!(err.contains("is no shard"), "{err}");
    // Twin: another seed, other bytes.
    run(&file, &folder.join("seed"), &["--seed", "2"]);
    assert!(bytes(&whole, "paths.parquet") != bytes(&folder.join("seed"), "paths.parquet"));
}

/// Starts a run and ends it by `signal` once one part is finished and it is at work on another;
/// gives up on a run that is faster than that.
fn cut_short(file: &str, folder: &Path, signal: &str) -> Option<i32> {
    let out = folder.display().to_string();
    let args = ["run", file, "--paths", "24576", "--threads", "1", "--plain", "--out", &out];
    let mut child =
        command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let started = Instant::now();
    while !folder.join("parts/00000001.counts").exists() {
        assert!(started.elapsed() < Duration::from_secs(120), "no part in two minutes");
        std::thread::sleep(Duration::from_millis(2));
    }
    let id = child.id().to_string();
    std::process::Command::new("kill").args([signal, &id]).status().expect("kill is there");
    child.wait().expect("it ends").code()
}

#[test]
fn killed_and_resumed() {
    let folder = scratch("killed");
    let file = write(&folder, "trio.toml", TRIO);
    let (whole, cut) = (folder.join("whole"), folder.join("cut"));
    let args = |out: &Path| {
        let mut args: Vec<String> =
            ["run", &file, "--paths", "24576", "--plain", "--out"].map(String::from).to_vec();
        args.push(out.display().to_string());
        args
    };
    let go = |out: &Path, more: &[&str]| {
        let args = args(out);
        let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
        args.extend_from_slice(more);
        ends(0, &args)
    };
    go(&whole, &[]);
    // Killed outright: no code, an unfinished run.
    assert_eq!(cut_short(&file, &cut, "-KILL"), None);
    assert_eq!(lock(&cut)["complete"], false);
    assert!(!cut.join("summary.json").exists());
    let (_, err) = go(&cut, &["--resume"]);
    let kept = err.split(" of 12 parts were there already").next().expect("a first part");
    let kept: u64 = kept.rsplit(' ').next().and_then(|n| n.parse().ok()).expect("a count");
    assert!((2..12).contains(&kept), "{err}");
    same(&whole, &cut);
    // Ctrl-C: 130, and the same afterwards.
    let cut = folder.join("interrupted");
    assert_eq!(cut_short(&file, &cut, "-INT"), Some(130));
    assert_eq!(lock(&cut)["complete"], false);
    let (_, err) = go(&cut, &["--resume"]);
    assert!(err.contains("of 12 parts were there already"), "{err}");
    same(&whole, &cut);
}

#[test]
fn two_runs_do_not_write_one_folder() {
    let folder = scratch("held");
    let file = write(&folder, "trio.toml", TRIO);
    let out = folder.join("run");
    fs::create_dir(&out).expect("a folder");
    let held = fs::File::open(&out).expect("a folder");
    held.try_lock().expect("nobody else holds it");
    let shown = out.display().to_string();
    let args = ["run", &file, "--paths", "256", "--plain", "--json", "--out", &shown];
    let (_, err) = ends(1, &args);
    assert!(err.contains("is being written by another run"), "{err}");
    drop(held);
    ends(0, &args);
    // A shard says as data what it wrote.
    let shard = folder.join("shard").display().to_string();
    let args = ["run", &file, "--paths", "256", "--json", "--shard", "1/1", "--out", &shard];
    let found = json(&args);
    assert_eq!((found["shard"].as_str(), found["paths_done"].as_u64()), (Some("1/1"), Some(256)));
}

#[test]
fn a_damaged_part_is_noticed_and_run_again() {
    let (folder, file, whole) = reference("damaged");
    let cut = folder.join("cut");
    // No space for the last file: every part is finished, the run is not.
    fs::create_dir_all(&cut).expect("a folder");
    fs::copy(whole.join("lock.json"), cut.join("lock.json")).expect("a lock");
    std::os::unix::fs::symlink("/dev/full", cut.join("summary.json.tmp")).expect("a link");
    let out = cut.display().to_string();
    let (_, err) = ends(1, &line(&file, &out, &[]));
    for part in ["cannot write", "summary.json", "No space left on device", "--resume"] {
        assert!(err.contains(part), "{part} is not in\n{err}");
    }
    assert_eq!(lock(&cut)["complete"], false);
    for (name, at) in [("00000001.counts", 5000), ("00000002.paths.parquet", 3000)] {
        let path = cut.join("parts").join(name);
        let mut found = fs::read(&path).expect("a part");
        found[at] ^= 1;
        fs::write(&path, found).expect("written");
    }
    let (_, err) = run(&file, &cut, &["--resume"]);
    for part in ["00000001.counts is damaged", "00000002.paths.parquet is damaged", "1 of 3 parts"]
    {
        assert!(err.contains(part), "{part} is not in\n{err}");
    }
    same(&whole, &cut);
}

#[test]
fn a_damaged_shard_is_refused() {
    let (folder, file, _) = reference("damaged-shard");
    let shard = folder.join("shard");
    run(&file, &shard, &["--shard", "1/1"]);
    let path = shard.join("parts/00000000.market.parquet");
    let mut found = fs::read(&path).expect("a part");
    found.truncate(2000);
    fs::write(&path, found).expect("written");
    let (shard, out) = (shard.display().to_string(), folder.join("joined").display().to_string());
    let (_, err) = ends(1, &["merge", &shard, "--out", &out]);
    assert!(err.contains("00000000.market.parquet is damaged"), "{err}");
}

#[test]
fn a_shard_of_other_bits_is_refused() {
    let (folder, file, _) = reference("other-bits");
    let shard = folder.join("shard");
    run(&file, &shard, &["--shard", "1/1"]);
    let path = shard.join("lock.json");
    let text = fs::read_to_string(&path).expect("a lock");
    let bits = format!("\"bits\": {}", warchest::simulate::outcome::BITS_VERSION);
    assert!(text.contains(&bits), "{text}");
    fs::write(&path, text.replace(&bits, "\"bits\": 1")).expect("written");
    let (shard, out) = (shard.display().to_string(), folder.join("joined").display().to_string());
    let (_, err) = ends(1, &["merge", &shard, "--out", &out]);
    assert!(err.contains("was run by version") && err.contains("(bits 1)"), "{err}");
}

#[test]
fn the_same_inputs_again_are_there_already() {
    let (_, file, whole) = reference("cache");
    let before = fs::metadata(whole.join("paths.parquet")).and_then(|m| m.modified()).ok();
    let out = whole.display().to_string();
    let (_, err) = ends(0, &line(&file, &out, &["--threads", "2"]));
    assert!(err.contains("(the same run, made before)"), "{err}");
    let found = json(&line(&file, &out, &["--json"]));
    assert_eq!(found["run"]["paths"], 5000);
    let after = fs::metadata(whole.join("paths.parquet")).and_then(|m| m.modified()).ok();
    assert!(before.is_some() && before == after);
    // Not when a file has changed since, ...
    fs::write(whole.join("quarters.parquet"), "x").expect("written");
    let (_, err) = ends(0, &line(&file, &out, &[]));
    assert!(!err.contains("made before"), "{err}");
    assert!(bytes(&whole, "quarters.parquet").len() > 100);
    // ... nor when the scenario has: that is another run.
    fs::write(&file, TRIO.replace("900 MUSD", "901 MUSD")).expect("written");
    let (_, err) = ends(1, &line(&file, &out, &[]));
    assert!(err.contains("holds another run") && err.contains("--out"), "{err}");
}

#[test]
fn files_of_others_are_left_alone() {
    let folder = scratch("others");
    let file = write(&folder, "scenario.toml", TRIO);
    let own = folder.join("own");
    fs::create_dir_all(own.join("parts")).expect("a folder");
    fs::write(own.join("parts/thesis.txt"), "years of work").expect("written");
    fs::write(own.join("report.html"), "mine").expect("written");
    let here = folder.display().to_string();
    let own = own.display().to_string();
    let shard = folder.join("shard").display().to_string();
    for out in [&here, &own] {
        let (_, err) = ends(1, &["run", &file, "--paths", "256", "--plain", "--out", out]);
        for part in ["holds files that are no run of warchest", "empty folder with --out"] {
            assert!(err.contains(part), "{part} is not in\n{err}");
        }
    }
    // What a file manager leaves behind is nobody's work.
    fs::create_dir_all(&shard).expect("a folder");
    fs::write(Path::new(&shard).join(".DS_Store"), "").expect("written");
    ends(0, &["run", &file, "--paths", "256", "--plain", "--shard", "1/1", "--out", &shard]);
    let (_, err) = ends(1, &["merge", &shard, "--out", &own]);
    assert!(err.contains("holds files that are no run of warchest"), "{err}");
    // Nor does a merge write over the shards it reads.
    let (_, err) = ends(1, &["merge", &shard, "--out", &shard]);
    assert!(err.contains("holds a shard"), "{err}");
    let (_, err) = ends(1, &["stress", &file, "--shock", "none", "--out", &file]);
    assert!(err.contains("is what the command reads"), "{err}");
    assert_eq!(bytes(&folder, "scenario.toml"), TRIO.as_bytes());
    assert_eq!(bytes(Path::new(&own), "parts/thesis.txt"), b"years of work");
    assert_eq!(bytes(Path::new(&own), "report.html"), b"mine");
    // Twin: an empty folder is as good as a new one.
    let empty = folder.join("empty");
    fs::create_dir(&empty).expect("a folder");
    let empty = empty.display().to_string();
    ends(0, &["run", &file, "--paths", "256", "--plain", "--out", &empty]);
}

#[test]
fn a_run_stops_by_precision() {
    let folder = scratch("until");
    let file = write(&folder, "trio.toml", TRIO);
    let go = |until: &str, name: &str, more: &[&str]| {
        let out = folder.join(name).display().to_string();
        let mut args = vec!["run", &file, "--plain", "--until", until, "--out", &out, "--json"];
        args.extend_from_slice(more);
        let (found, err) = ends(0, &args);
        (serde_json::from_str::<serde_json::Value>(&found).expect("JSON"), err)
    };
    // At a half of the paths the error is 0.5/√n: under 0.8 % from 3,906 paths on, so after two
    // parts of 2,048 at the latest; and not before a part is over.
    let (found, err) = go("se(survive) < 0.8 %", "all", &[]);
    assert!(err.contains("precise enough after"), "{err}");
    let paths = found["run"]["paths"].as_u64().expect("a count");
    assert!(paths == 2048 || paths == 4096, "{paths}");
    let firms = found["firms"].as_array().expect("firms");
    assert!(firms.iter().all(|firm| firm["survival"]["se"].as_f64().expect("a number") < 0.008));
    // One firm that is almost sure to live needs fewer.
    let (found, _) = go("se(survive/Strong) < 0.8 %", "strong", &[]);
    assert_eq!(found["run"]["paths"], 2048);
    let (found, err) = go("se(survive) < 0.01 %", "most", &["--paths", "3000"]);
    assert_eq!(found["run"]["paths"], 3000);
    assert!(err.contains("not that precise"), "{err}");
    let (_, err) = ends(1, &["run", &file, "--until", "se(survive/Nobody) < 1 %"]);
    assert!(err.contains("Nobody"), "{err}");
    for never in ["se(survive) < 0", "se(survive) < -1 %"] {
        let (_, err) = ends(1, &["run", &file, "--until", never]);
        assert!(err.contains("the bound must be above it"), "{err}");
    }
}

#[test]
fn json_is_alone_on_stdout_and_sets_add_up() {
    let folder = scratch("json");
    let file = write(&folder, "trio.toml", TRIO);
    let out = folder.join("run").display().to_string();
    let args = ["run", &file, "--paths", "256", "--out", &out, "--json"];
    let found = json(
        &[
            &args[..],
            &["--set", "firm.Strong.cash=\"2 MUSD\""],
            &["--set", "firm.Strong.opex=\"9 GUSD/quarter\""],
        ]
        .concat(),
    );
    assert_eq!(found["schema"], 3);
    assert_eq!(found["firms"][0]["survival"]["value"], 0.0);
    let command = found["run"]["command"].as_str().expect("a command");
    assert!(command.matches("--set").count() == 2, "{command}");
    assert!(command.starts_with("warchest run "), "{command}");
    // What is on stdout is what is in the folder.
    let kept: serde_json::Value =
        serde_json::from_slice(&bytes(Path::new(&out), "summary.json")).expect("JSON");
    assert!(found == kept);
    // Without --json: one screen on stdout, talk on stderr.
    let out = folder.join("screen").display().to_string();
    let (shown, err) = ends(0, &["run", &file, "--paths", "256", "--out", &out]);
    assert!(shown.contains("Checks: 2 of 2 hold."), "{shown}");
    assert!(err.contains("report.html") && !shown.contains("report.html"));
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
    assert!(!shown.contains('\u{1b}'), "no colour");
}

/// One firm, nothing sold: no sentence about rivals, shares, giants or markets.
#[test]
fn one_firm_without_market_is_spoken_of_as_one() {
    let out = scratch("runway").join("run");
    let shown = out.display().to_string();
    let args = ["run", "scenarios/runway.toml", "--paths", "1024", "--out", &shown];
    let (screen, _) = ends(0, &args);
    assert!(screen.contains("Runner is still independent on"), "{screen}");
    assert!(!screen.contains("elasticities") && !screen.contains("Marginal cost"), "{screen}");
    let report = String::from_utf8(bytes(&out, "report.html")).expect("UTF-8");
    for wrong in
        ["sells the most", "share shrinks", "No of", "frailest", "comes closest", "One of one"]
    {
        assert!(!report.contains(wrong), "{wrong}");
    }
    for right in ["survival of Runner", "Runner is likelier than not to turn cash-positive"] {
        assert!(report.contains(right), "{right}");
    }
}

#[test]
fn full_disks_and_unreadable_files_say_so() {
    let folder = scratch("full");
    let file = write(&folder, "trio.toml", TRIO);
    let out = folder.join("run").display().to_string();
    // Standard output is full.
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
    let args = ["run", &file, "--paths", "256", "--plain", "--json", "--out", &out];
    let found = command(&args).stdout(full).output().expect("it starts");
    let err = flat(&found.stderr);
    assert_eq!(found.status.code(), Some(1), "{err}");
    assert!(err.contains("cannot write to standard output"), "{err}");
    // No file may grow beyond one kilobyte: what is written is a whole file or none.
    let small = folder.join("small");
    let script = format!(
        "trap '' XFSZ; ulimit -f 2; exec '{}' run '{file}' --paths 256 --plain --out '{}'",
        env!("CARGO_BIN_EXE_warchest"),
        small.display()
    );
    let mut shell = std::process::Command::new("sh");
    let found = shell.current_dir(root()).args(["-c", &script]).output().expect("a shell");
    let err = flat(&found.stderr);
    assert_eq!(found.status.code(), Some(1), "{err}");
    assert!(err.contains("cannot write") && err.contains("too large"), "{err}");
    assert!(!small.join("summary.json").exists());
    // The folder cannot be made; the scenario cannot be read.
    for (args, reason) in [
        (["run", file.as_str(), "--out", "/dev/null/run"], "Not a directory"),
        (["run", "scenarios", "--out", &out], "directory"),
        (["run", "scenarios/none.toml", "--out", &out], "no such file"),
        (["run", "/dev/null/x.toml", "--out", &out], "Not a directory"),
    ] {
        let (shown, err) = ends(1, &args);
        assert!(shown.is_empty() && err.contains(reason), "{args:?}\n{err}");
    }
    fs::write(folder.join("run/lock.json"), "{").expect("written");
    let (_, err) = ends(1, &["run", &file, "--out", &out]);
    assert!(err.contains("lock.json") && err.contains("not a lock file"), "{err}");
    // A pipe that nobody reads to the end is no error.
    let quiet = folder.join("quiet").display().to_string();
    let mut child =
        command(&["run", &file, "--paths", "256", "--plain", "--json", "--out", &quiet])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn checks_ask_for_attention_when_strict() {
    let folder = scratch("strict");
    let text = TRIO.replace("between 0.5 and 3", "between 2.9 and 3");
    let file = write(&folder, "trio.toml", &text);
    let out = folder.join("run").display().to_string();
    let args = ["run", &file, "--paths", "256", "--plain", "--out", &out];
    let (shown, _) = ends(0, &args);
    assert!(shown.contains("Checks: 1 of 2 hold."), "{shown}");
    assert!(
        shown.contains("FAILS: somebody lives (survivors(2026) between 2.9 and 3):"),
        "{shown}"
    );
    let (shown, _) = ends(3, &[&args[..], &["--strict"]].concat());
    assert!(shown.contains("Checks: 1 of 2 hold."));
    let (shown, _) = ends(3, &[&args[..], &["--strict", "--json"]].concat());
    let found: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(found["checks"][0]["passed"], true);
    assert_eq!(found["checks"][1]["passed"], false);
    // The books are checked on every run, audited or not; with --audit on every path.
    assert_eq!(found["run"]["audited_paths"], 256);
    let out = folder.join("audit").display().to_string();
    let args = ["run", &file, "--paths", "600", "--plain", "--audit", "--json", "--out", &out];
    let found = warchest(&args);
    let found: serde_json::Value = serde_json::from_slice(&found.stdout).expect("JSON");
    assert_eq!(found["run"]["audited_paths"], 600);
    assert_eq!(found["run"]["identity_failures"], 0);
}

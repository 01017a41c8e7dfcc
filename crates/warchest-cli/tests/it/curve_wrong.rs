//! What `warchest curve` says when something is wrong: what was found, what is allowed, how to
//! mend it; exit code 1, nothing on stdout, never a panic.

use crate::curve::{scratch, warchest};

fn refused(args: &[&str], parts: &[&str]) {
    let found = warchest(args);
    let shown = String::from_utf8_lossy(&found.stderr);
    assert_eq!(found.status.code(), Some(1), "{args:?}: {shown}");
    assert!(found.stdout.is_empty(), "{args:?}");
    let joined = shown.replace("\n  │ ", " ").split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(joined.contains(part), "{args:?}: {part} is not in\n{shown}");
    }
    assert!(!shown.contains("panicked"), "{args:?}: {shown}");
}

#[test]
fn files_that_are_not_series() {
    let folder = scratch("wrong");
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("year,cost\n".bytes().flat_map(|b| [b, 0])).collect();
    let files: [(&str, &[u8], &[&str]); 19] = [
        ("empty", b"", &["no column `date`"]),
        ("header", b"year,cost\n", &["has no rows", "one row a date"]),
        ("columns", b"when,price\n2000,1\n", &["no column `date`", "when, price", "`year,cost`"]),
        ("zero", b"year,cost\n2000,5\n2001,0\n", &["line 3", "`0` is not a number above zero"]),
        ("below", b"year,cost\n2000,-5\n", &["`-5` is not a number above zero"]),
        ("nan", b"year,cost\n2000,NaN\n", &["`NaN` is not a number above zero"]),
        ("infinite", b"year,cost\n2000,inf\n", &["`inf` is not a number above zero"]),
        ("overflow", b"year,cost\n2000,1e999\n", &["`1e999` is not a number above zero"]),
        ("blank", b"year,cost\n2000,\n", &["`` is not a number above zero"]),
        ("words", b"year,cost\n2000,cheap\n", &["`cheap` is not a number"]),
        ("date", b"year,cost\nsoon,1\n", &["`soon` is not a date", "2024-05-13"]),
        ("twice", b"year,cost\n2000,5\n2000,4\n", &["2000", "does not follow", "one row a date"]),
        ("order", b"year,cost\n2001,5\n2000,4\n", &["does not follow 2001", "sort the rows"]),
        ("production", b"year,cost,production\n2000,5,0\n", &["column `production`", "`0`"]),
        ("semicolons", b"year;cost\n2000;5,5\n", &["separated by semicolons", "2013,0.82"]),
        ("latin", b"year,cost\n2000,5\n2001,4 \xe9\n", &["line 3", "not UTF-8", "CSV UTF-8"]),
        ("wide", &utf16, &["UTF-16", "CSV UTF-8"]),
        ("one", b"year,cost\n2000,5\n", &["0 changes", "too few"]),
        ("bytes", b"\x00\x01\x02,\n\n\"", &["no column `date`"]),
    ];
    for (name, bytes, parts) in files {
        let path = folder.join(format!("{name}.csv"));
        std::fs::write(&path, bytes).expect("written");
        let path = path.display().to_string();
        refused(&["fit", &path], parts);
        refused(&["forecast", &path], parts);
    }
}

#[test]
fn a_file_without_end_is_not_read_to_its_end() {
    let path = scratch("wrong").join("huge.csv");
    let file = std::fs::File::create(&path).expect("created");
    file.set_len(1 << 36).expect("a sparse file");
    refused(&["fit", &path.display().to_string()], &["more than 8388608 bytes", "a row a year"]);
    std::fs::remove_file(&path).expect("removed");
    refused(&["fit", "nowhere.csv"], &["cannot read nowhere.csv"]);
}

/// A file at the limit, every row a series of its own, is read in seconds.
#[test]
fn many_series_in_one_file() {
    let path = scratch("wrong").join("many.csv");
    let mut rows = String::from("series,year,cost\n");
    (0..300_000).for_each(|i| rows.push_str(&format!("s{i},2000,1\n")));
    std::fs::write(&path, rows).expect("written");
    let name = path.display().to_string();
    let began = std::time::Instant::now();
    refused(&["fit", &name], &["names 300000 series", "#s0"]);
    refused(&["fit", &format!("{name}#s300000")], &["no series `s300000`", "did you mean"]);
    assert!(began.elapsed().as_secs() < 60);
    std::fs::remove_file(&path).expect("removed");
}

#[test]
fn names_that_are_not_there() {
    refused(&["fit", "solarpv"], &["no series `solarpv`; did you mean `solar-pv`", "curve list"]);
    refused(&["fit", "acrylic-fiber"], &["names 2 series", "farmer-lafond-2016/acrylic-fiber"]);
    refused(&["fit", "xyzzy-quux-frobnicate"], &["no series", "curve list"]);
    refused(&["hindcast", "farmer-lafond"], &["did you mean `farmer-lafond-2016`?"]);
    refused(&["since-launch", "solar-pv@soon"], &["not a date"]);
    refused(&["since-launch", "solar-pv@2030"], &["too few"]);
    refused(&["fit", "solar-pv", "--data", "nowhere"], &["cannot read nowhere"]);
    refused(&["fit", "solar-pv", "--data", "docs"], &["docs holds no series"]);
}

#[test]
fn questions_without_an_answer() {
    refused(&["forecast", "solar-pv", "--from", "yesterday"], &["--from yesterday: not a date"]);
    refused(&["forecast", "solar-pv", "--from", "1900"], &["a forecast from 1900"]);
    refused(&["forecast", "solar-pv", "--horizon", "0"], &["--horizon 0", "at most 200"]);
    refused(&["forecast", "solar-pv", "--horizon", "NaN"], &["--horizon NaN"]);
    refused(&["forecast", "solar-pv", "--horizon", "1e9"], &["at most 200"]);
    refused(
        &["forecast", "computer-memory/disk-drives", "--model", "wright"],
        &["wright", "curves::"],
    );
    refused(&["fit", "solar-pv", "--as-of", "2030-02-31"], &["--as-of 2030-02-31: not a date"]);
    refused(&["hindcast", "farmer-lafond-2016", "--folds", "1"], &["--folds 1", "2 to 100"]);
    refused(&["hindcast", "solar-pv-lcoe", "--model", "pooled"], &["too few"]);
    refused(
        &["forecast", "solar-pv", "--report", "/nowhere/x.html"],
        &["cannot write /nowhere/x.html"],
    );
    let flat = scratch("wrong").join("flat.csv");
    std::fs::write(&flat, "year,cost\n2000,5\n2001,5\n2002,5\n").expect("written");
    let flat = flat.display().to_string();
    refused(&["forecast", &flat, "--model", "moore"], &["no variation", "use pooled"]);
    // The pooled law lends its volatility to a price that has not moved.
    assert!(warchest(&["forecast", &flat]).status.success());
    refused(&["hindcast", &flat], &["nothing in", "one value a year, eight of them"]);
}

//! What must hold for every report: it stands alone, it is well formed, every chart has its
//! table and its file, and the same input gives the same bytes.

use super::references::{References, file_of};
use super::{LIMIT, render, sample};

/// Names of unbalanced or crossed elements, in a page whose void elements close themselves.
fn unbalanced(html: &str) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    let mut wrong = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = rest.find('>').unwrap_or(rest.len());
        let tag = &rest[..end];
        rest = &rest[end..];
        if tag.starts_with('!') || tag.ends_with('/') {
            continue;
        }
        let name = |tag: &str| tag.split([' ', '\n']).next().unwrap_or("").to_string();
        if let Some(closed) = tag.strip_prefix('/') {
            match open.pop() {
                Some(last) if last == name(closed) => {}
                other => wrong.push(format!("{other:?} closed by {closed}")),
            }
            continue;
        }
        let opened = name(tag);
        if matches!(opened.as_str(), "script" | "style") {
            let close = format!("</{opened}>");
            rest = &rest[rest.find(&close).map_or(rest.len(), |at| at + close.len())..];
            continue;
        }
        open.push(opened);
    }
    wrong.extend(open);
    wrong
}

/// Values of an attribute.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let key = format!(" {name}=\"");
    html.split(key.as_str()).skip(1).filter_map(|tail| tail.split('"').next()).collect()
}

#[test]
fn tags_are_balanced() {
    assert_eq!(unbalanced(&render(&sample::full())), Vec::<String>::new());
    assert_eq!(unbalanced(&render(&sample::small())), Vec::<String>::new());
    // The check can see a crossed pair.
    assert!(!unbalanced("<p><b>x</p></b>").is_empty());
}

#[test]
fn the_page_is_small_and_stands_alone() {
    let html = render(&sample::full());
    assert!(html.len() < LIMIT, "{} bytes", html.len());
    assert!(!html.contains(" src=") && !html.contains("@import") && !html.contains("url("));
    let links = attributes(&html, "href");
    let outside = |link: &&&str| link.starts_with("http") || link.starts_with("//");
    let in_anchor = html.matches("<a href=\"https://").count();
    assert_eq!(links.iter().filter(outside).count(), in_anchor, "links leave by <a> only");
    assert!(in_anchor > 0);
    for word in ["fetch(", "XMLHttpRequest", "WebSocket", "sendBeacon", "import("] {
        assert!(!html.contains(word), "{word}");
    }
}

#[test]
fn every_figure_has_a_table_and_a_file() {
    let html = render(&sample::full());
    let figures: Vec<&str> = html.split("<figure ").skip(1).collect();
    assert!(figures.len() > 12);
    for figure in figures {
        let figure = figure.split("</figure>").next().unwrap();
        assert!(
            figure.contains("<table>") && figure.contains("href=\"data:text/csv"),
            "{}",
            &figure[..80]
        );
        assert!(figure.contains("class=\"source\">Source: "), "{}", &figure[..80]);
        assert!(figure.contains("art wide") && figure.contains("art narrow"));
        assert!(!figure.contains("NaN") && !figure.contains("inf"), "{}", &figure[..80]);
    }
}

#[test]
fn ids_are_unique_and_every_drawing_is_named() {
    let html = render(&sample::full());
    let mut ids = attributes(&html, "id");
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    let drawings = html.matches("<svg").count();
    assert_eq!(html.matches("role=\"img\"").count(), drawings);
    assert_eq!(html.matches("<title id=").count(), drawings);
    assert_eq!(html.matches("<desc id=").count(), drawings);
}

#[test]
fn same_input_same_bytes() {
    assert_eq!(render(&sample::full()), render(&sample::full()));
}

#[test]
fn the_picture_stands_alone() {
    let svg = super::picture::render(&sample::full());
    assert_eq!(unbalanced(&svg), Vec::<String>::new());
    assert!(
        svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && svg.contains("<style>")
    );
    assert!(svg.len() < 150_000, "{} bytes", svg.len());
    assert!(!svg.contains("href") && !svg.contains("NaN"));
}

#[test]
fn an_empty_run_still_makes_a_page() {
    let mut input = sample::small();
    input.firms.clear();
    let html = render(&input);
    assert!(html.contains("no firm is reported"));
    assert_eq!(unbalanced(&html), Vec::<String>::new());
}

#[test]
fn missing_numbers_draw_nothing_rather_than_nonsense() {
    let mut input = sample::full();
    for firm in &mut input.firms {
        firm.cash[0] = [f64::NAN; 5];
        firm.cash.last_mut().unwrap().fill(f64::NAN);
        firm.survival[3].error = f64::NAN;
    }
    let html = render(&input);
    assert!(!html.contains("NaN") && !html.contains("\"inf"));
}

/// A summary with nothing in it is a page too.
#[test]
fn an_empty_summary_binds() {
    let html = super::html(&warchest::answers::Summary::default(), Vec::new(), Default::default());
    assert_eq!(unbalanced(&html), Vec::<String>::new());
    assert!(!html.contains("NaN"));
}

/// Writes the sample, or the summary.json named by `WARCHEST_SUMMARY`, where a browser can look
/// at it.
#[test]
fn sample_page_is_written_on_request() {
    let Some(path) = std::env::var_os("WARCHEST_SAMPLE_REPORT").map(std::path::PathBuf::from)
    else {
        return;
    };
    let input = match std::env::var_os("WARCHEST_SUMMARY") {
        Some(summary) => {
            let text = std::fs::read_to_string(summary).unwrap();
            let mut input = super::bind::bind(&serde_json::from_str(&text).unwrap(), Vec::new());
            let files = input.assumptions.iter().map(|found| file_of(&found.origin));
            let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
            let files: Vec<String> = files.map(|file| format!("{root}{file}")).collect();
            input.references = References::beside(files.iter().map(String::as_str));
            for found in &mut input.assumptions {
                found.origin.insert_str(0, root);
            }
            input
        }
        None => sample::full(),
    };
    std::fs::write(&path, render(&input)).unwrap();
    std::fs::write(path.with_extension("svg"), super::picture::render(&input)).unwrap();
}

/// A figure of the page, by the id it has.
fn figure<'a>(html: &'a str, id: &str) -> &'a str {
    let rest = html.split(&format!("<figure id=\"{id}\"")).nth(1).expect("a figure of this id");
    rest.split("</figure>").next().expect("its end")
}

/// A chart says how many paths it rests on, not how many the run had.
#[test]
fn captions_count_their_own_paths() {
    let html = render(&sample::full());
    for id in ["breaking-points", "stress-curves"] {
        let found = figure(&html, id);
        assert!(
            found.contains("Source: 128 simulated paths of this scenario at each size"),
            "{id}"
        );
        assert!(found.contains("from all 4000 (control variate)"), "{id}");
    }
    let shadow = "Source: the first 1024 of the 4000 simulated paths of this scenario, run";
    assert!(figure(&html, "need").contains(shadow));
    assert!(figure(&html, "cash-positive").contains("Source: 4000 simulated paths of"));
    // The capital that suffices on half of all paths counts those that never get there.
    assert!(html.contains("to carry itself on half of all paths"));
    assert!(!html.contains("on half of the paths that get there"));
}

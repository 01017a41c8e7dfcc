//! The list of references that bracketed numbers in a scenario's sources point to.

use std::collections::BTreeMap;
use std::path::Path;

/// References by number.
pub type References = BTreeMap<u32, String>;

/// The numbered lines (`12. Author, title. address`) of `references.md` beside the scenario, or
/// of `docs/references.md` one folder up; empty when there is neither.
pub fn beside(scenario: &Path) -> References {
    let folder = scenario.parent().unwrap_or_else(|| Path::new("."));
    let places =
        [folder.join("references.md"), folder.join("..").join("docs").join("references.md")];
    let text = places.iter().find_map(|place| std::fs::read_to_string(place).ok());
    parse(&text.unwrap_or_default())
}

fn parse(text: &str) -> References {
    let numbered = text.lines().filter_map(|line| {
        let (number, rest) = line.split_once(". ")?;
        Some((number.parse().ok()?, rest.trim().to_string()))
    });
    numbered.collect()
}

/// Numbers in square brackets in a source, in order.
pub fn cited(source: &str) -> Vec<u32> {
    let inside = source.split('[').skip(1).filter_map(|tail| tail.split(']').next());
    inside.flat_map(|numbers| numbers.split(',')).filter_map(|n| n.trim().parse().ok()).collect()
}

/// The text with bare addresses (`host.tld/path`) written in full, so that they become links.
pub fn with_addresses(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let core = word.trim_end_matches([';', ',', '.', ')']);
        let host = core.split('/').next().unwrap_or("");
        let labels: Vec<&str> = host.split('.').collect();
        let plain = |label: &&str| {
            !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        let ending =
            labels.last().is_some_and(|l| l.len() > 1 && l.chars().all(|c| c.is_ascii_lowercase()));
        match labels.len() > 1 && ending && labels.iter().all(plain) && core.contains('/') {
            true => format!("https://{word}"),
            false => word.to_string(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_lines_are_references() {
        let list =
            parse("# References\n\n1. BOND, Trends. bond.com/a/b. Known 2025.\n12. Other\nno. 3\n");
        assert_eq!(list.keys().copied().collect::<Vec<_>>(), vec![1, 12]);
        assert_eq!(list[&12], "Other");
    }

    #[test]
    fn brackets_cite() {
        assert_eq!(cited("TheWrap [2]; users [14] [15, 16] and [sic]"), vec![2, 14, 15, 16]);
    }

    #[test]
    fn bare_addresses_are_completed() {
        let text = with_addresses(
            "J. Battelle, 12.4/3 GPUs. battellemedia.com/archives/2025; epoch.ai/x.",
        );
        assert_eq!(
            text,
            "J. Battelle, 12.4/3 GPUs. https://battellemedia.com/archives/2025; https://epoch.ai/x."
        );
    }
}

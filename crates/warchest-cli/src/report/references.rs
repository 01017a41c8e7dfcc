//! The list of references that bracketed numbers in a scenario's sources point to.

use std::collections::BTreeMap;
use std::path::Path;

/// Numbered lines by number.
type List = BTreeMap<u32, String>;

/// What the bracketed numbers in the sources of scenario files stand for: each file has the list
/// beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct References {
    lists: BTreeMap<String, List>,
}

impl References {
    /// The lists of these scenario files: the numbered lines (`12. Author, title. address`) of
    /// `references.md` beside each, or of `docs/references.md` one folder up.
    pub fn beside<'a>(files: impl IntoIterator<Item = &'a str>) -> References {
        let mut lists = BTreeMap::new();
        for file in files {
            if !lists.contains_key(file) {
                lists.insert(file.to_string(), read(Path::new(file)));
            }
        }
        References { lists }
    }

    /// One line of the list beside one file.
    #[cfg(test)]
    pub fn known(file: &str, number: u32, line: &str) -> References {
        let list = List::from([(number, line.to_string())]);
        References { lists: [(file.to_string(), list)].into() }
    }

    /// What `number` stands for in a value written at `origin` (`file:line`).
    pub fn of(&self, origin: &str, number: u32) -> Option<&str> {
        self.lists.get(file_of(origin))?.get(&number).map(String::as_str)
    }
}

/// The file of an origin `file:line`.
pub fn file_of(origin: &str) -> &str {
    origin.rsplit_once(':').map_or(origin, |(file, _)| file)
}

fn read(scenario: &Path) -> List {
    let folder = scenario.parent().unwrap_or_else(|| Path::new("."));
    let places =
        [folder.join("references.md"), folder.join("..").join("docs").join("references.md")];
    let text = places.iter().find_map(|place| std::fs::read_to_string(place).ok());
    parse(&text.unwrap_or_default())
}

fn parse(text: &str) -> List {
    let numbered = text.lines().filter_map(|line| {
        let (number, rest) = line.split_once(". ")?;
        Some((number.parse().ok()?, rest.trim().to_string()))
    });
    numbered.collect()
}

/// A piece of a source.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece<'a> {
    /// Words.
    Words(&'a str),
    /// Numbers that stood in square brackets.
    Numbers(Vec<u32>),
}

/// A source cut at its bracketed numbers: `BOND [1]; Battelle [5, 6]`.
pub fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut from = 0;
    for (open, _) in source.match_indices('[') {
        let Some(length) = source[open..].find(']') else { break };
        let inside = source[open + 1..open + length].split(',').map(|n| n.trim().parse().ok());
        if let Some(numbers) = inside.collect::<Option<Vec<u32>>>() {
            if from < open {
                out.push(Piece::Words(&source[from..open]));
            }
            out.push(Piece::Numbers(numbers));
            from = open + length + 1;
        }
    }
    if from < source.len() {
        out.push(Piece::Words(&source[from..]));
    }
    out
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
        use Piece::{Numbers, Words};
        let found = pieces("TheWrap [2]; users [14] [15, 16] and [sic]");
        let wanted = vec![
            Words("TheWrap "),
            Numbers(vec![2]),
            Words("; users "),
            Numbers(vec![14]),
            Words(" "),
            Numbers(vec![15, 16]),
            Words(" and [sic]"),
        ];
        assert_eq!(found, wanted);
        assert_eq!(pieces("a [1"), vec![Words("a [1")]);
    }

    #[test]
    fn a_file_has_the_list_beside_it() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let shipped = format!("{root}/scenarios/toy.toml");
        let known = References::beside([shipped.as_str(), "/nowhere/x.toml"]);
        let bond = known.of(&format!("{shipped}:12"), 1).expect("the first reference");
        assert!(bond.starts_with("BOND, Trends"), "{bond}");
        assert_eq!(known.of("/nowhere/x.toml:3", 1), None);
        assert_eq!(known.of("other.toml:3", 1), None);
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

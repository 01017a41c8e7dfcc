//! The nearest word, for "did you mean".

/// Damerau–Levenshtein distance in its optimal-string-alignment form: insertions, deletions,
/// substitutions and swaps of neighbours, each 1; letters compared without case.
///
/// # Source
/// Damerau (1964), Communications of the ACM 7(3); restricted form of Boytsov (2011).
pub fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let width = b.len() + 1;
    let mut table = vec![0usize; (a.len() + 1) * width];
    for (j, cell) in table.iter_mut().take(width).enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        table[i * width] = i;
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (table[(i - 1) * width + j] + 1)
                .min(table[i * width + j - 1] + 1)
                .min(table[(i - 1) * width + j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(table[(i - 2) * width + j - 2] + 1);
            }
            table[i * width + j] = best;
        }
    }
    table[a.len() * width + b.len()]
}

/// The candidate nearest to `found`, if it is near enough to have been meant: at most a third
/// of the longer word's letters away, and at least one when the words are short.
pub fn nearest<'a>(found: &str, among: impl IntoIterator<Item = &'a str>) -> Option<String> {
    if found.len() > 80 {
        return None;
    }
    among
        .into_iter()
        .map(|word| (distance(found, word), word))
        .filter(|(far, word)| {
            let longest = found.chars().count().max(word.chars().count());
            *far <= (longest / 3).max(1) && *far < longest
        })
        .min()
        .map(|(_, word)| word.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Textbook pairs: kitten/sitting 3, and a swap that plain Levenshtein counts as 2.
    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("csah", "cash"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("Cash", "cash"), 0);
        assert_ne!(distance("cash", "mash"), 0);
    }

    #[test]
    fn nearest_is_found_or_refused() {
        assert_eq!(nearest("csh", ["cash", "debt"]).as_deref(), Some("cash"));
        assert_eq!(nearest("zebra", ["cash", "debt"]), None);
    }
}

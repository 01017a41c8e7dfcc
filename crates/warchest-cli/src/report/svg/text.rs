//! How wide a piece of text is, near enough to place labels.

/// Advance widths of Helvetica for ASCII 32..=126, in thousandths of the font size
/// (Adobe Font Metrics of the core fonts).
const ADVANCE: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278,
    278, // space../
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, // 0..?
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, // @..O
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, // P.._
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, // `..o
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, // p..~
];

/// Width in pixels at a font size in pixels; bold runs 6 % wider.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    let thousandths: u32 = text.chars().map(|c| u32::from(advance(c))).sum();
    let plain = f64::from(thousandths) / 1000.0 * size;
    if bold { plain * 1.06 } else { plain }
}

fn advance(c: char) -> u16 {
    match c {
        ' '..='~' => ADVANCE[c as usize - 32],
        '\u{a0}' => 278,
        '\u{202f}' | '\u{2009}' => 200,
        '–' | '×' | '≥' | '≤' | '±' | '−' => 570,
        '’' | '‘' | '·' => 250,
        '⁰'..='⁹' | '¹' | '²' | '³' | '⁻' => 350,
        '—' | '…' => 1000,
        _ => 600,
    }
}

/// Breaks at spaces so that no line is wider than `limit` pixels (a single word may be).
pub fn wrap(text: &str, size: f64, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let joined = match lines.last() {
            Some(line) => format!("{line} {word}"),
            None => word.to_string(),
        };
        match lines.last_mut() {
            Some(line) if width(&joined, size, false) <= limit => *line = joined,
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

/// The text cut with an ellipsis when it is wider than `limit` pixels.
pub fn fit(text: &str, size: f64, bold: bool, limit: f64) -> String {
    if width(text, size, bold) <= limit {
        return text.to_string();
    }
    let mut kept = String::new();
    for c in text.chars() {
        let longer = format!("{kept}{c}…");
        if width(&longer, size, bold) > limit {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_tabular_and_letters_are_not() {
        assert_eq!(width("1111", 12.0, false), width("8888", 12.0, false));
        assert!(width("iiii", 12.0, false) < width("mmmm", 12.0, false));
        assert!((width("0", 1000.0, false) - 556.0).abs() < 1e-9);
    }

    #[test]
    fn lines_hold_their_words_and_their_limit() {
        let text = "how much capital that takes before the firm carries itself";
        let lines = wrap(text, 12.0, 120.0);
        assert_eq!(lines.join(" "), text);
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|line| width(line, 12.0, false) <= 120.0));
        assert_eq!(wrap("", 12.0, 50.0), Vec::<String>::new());
    }

    #[test]
    fn cut_text_fits() {
        let cut = fit("Open-weights hosts of the whole world", 12.0, true, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0, true) <= 100.0);
        assert_eq!(fit("xAI", 12.0, false, 100.0), "xAI");
    }
}

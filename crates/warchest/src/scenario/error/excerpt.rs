//! The lines around a place, cut where a line is longer than a person reads.

use std::ops::Range;
use std::sync::Arc;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// Longest line that is shown whole, in bytes.
const LINE_MAX: usize = 240;
/// What is shown of a longer one before and after the place.
const BEFORE: usize = 60;
const AFTER: usize = 120;

/// A text that is shown in pieces.
#[derive(Clone, Debug)]
pub struct Excerpt {
    name: String,
    text: Arc<str>,
}

impl Excerpt {
    /// A text under a name.
    pub fn new(name: &str, text: &Arc<str>) -> Excerpt {
        Excerpt { name: name.to_string(), text: Arc::clone(text) }
    }
}

/// The span, at character boundaries of `text`, no longer than what is shown of a line.
pub fn clipped(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = floor(text, span.start);
    let end = span.end.min(text.len()).max(start);
    let line = text[start..].find('\n').map_or(text.len(), |at| start + at);
    if line < end && end - start > LINE_MAX {
        return start..line;
    }
    start..floor(text, end.min(start + AFTER.max(LINE_MAX / 2))).max(start)
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text: &'a str = &self.text;
        let whole = text.read_span(span, before, after)?;
        let long = whole.data().split(|byte| *byte == b'\n').any(|line| line.len() > LINE_MAX);
        let (line, mut column, lines) = (whole.line(), whole.column(), whole.line_count());
        if !long || before + after == 0 {
            if before == 0 {
                // Columns count letters, not bytes.
                let head = &text[..floor(text, span.offset())];
                column = head[head.rfind('\n').map_or(0, |at| at + 1)..].chars().count();
            }
            let (data, at) = (whole.data(), *whole.span());
            let name = self.name.clone();
            let contents = MietteSpanContents::new_named(name, data, at, line, column, lines);
            return Ok(Box::new(contents));
        }
        let (from, until) = (span.offset(), span.offset() + span.len());
        let start = text[..from].rfind('\n').map_or(0, |at| at + 1);
        let end = text[until..].find('\n').map_or(text.len(), |at| until + at);
        let cut = floor(text, start.max(from.saturating_sub(BEFORE)));
        let end = floor(text, end.min(until + AFTER)).max(until);
        let line = text[..cut].matches('\n').count();
        let at = SourceSpan::from((cut, end - cut));
        let data = &text.as_bytes()[cut..end];
        let name = self.name.clone();
        Ok(Box::new(MietteSpanContents::new_named(name, data, at, line, cut - start, 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_at_letters() {
        let text: Arc<str> = Arc::from(format!("a = 1\nb = \"{}\"\n", "é".repeat(1000)));
        let excerpt = Excerpt::new("x", &text);
        let found = excerpt.read_span(&(305, 2).into(), 1, 1).expect("inside");
        assert!(found.data().len() < 2 * LINE_MAX);
        assert!(std::str::from_utf8(found.data()).is_ok());
        // Sixty bytes before 305; letters of two bytes start at the odd ones from 11 on.
        assert_eq!((found.line(), found.span().offset()), (1, 245));
        let found = excerpt.read_span(&(0, 1).into(), 0, 0).expect("inside");
        assert_eq!((found.line(), found.column()), (0, 0));
        assert!(clipped(&text, &(6..2000)).len() <= LINE_MAX);
        assert_eq!(clipped(&text, &(0..5)), 0..5);
    }
}

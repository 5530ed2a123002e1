//! Lines and columns of a text: found in a time that does not grow with the length of its lines, as
//! minified JSON is one line of megabytes. Never panics.

use super::source::{offset, position};
use crate::limits::text::{SNIPPET_CHARS_BEFORE, SNIPPET_CHARS_MAX};

/// Characters are counted up to every so many bytes.
const BLOCK_BYTES: usize = 4096;

/// Where lines begin, and how many characters stand before each block.
#[derive(Debug)]
pub(super) struct Lines {
    starts: Box<[u32]>,
    chars_before: Box<[u32]>,
}

/// A place in a text, both numbers from 0.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LineColumn {
    pub(super) line: u32,
    /// In characters.
    pub(super) column: u32,
    pub(super) snippet: String,
}

impl Lines {
    /// Lines end at LF, CR LF or CR, as in YAML 1.2 §5.4.
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for end in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let next = end.saturating_add(1);
            let two = bytes.get(end) == Some(&b'\r') && bytes.get(next) == Some(&b'\n');
            if !two {
                starts.push(offset(next));
            }
        }
        let mut chars: u32 = 0;
        let mut chars_before = Vec::new();
        for block in bytes.chunks(BLOCK_BYTES) {
            chars_before.push(chars);
            chars = chars.saturating_add(chars_begun(block));
        }
        // The end of a text that fills its last block belongs to a further one.
        chars_before.push(chars);
        Self { starts: starts.into_boxed_slice(), chars_before: chars_before.into_boxed_slice() }
    }

    /// Where byte `at` of `text`, a character boundary, stands.
    pub(super) fn find(&self, text: &str, at: u32) -> LineColumn {
        let line = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let column = self.chars_up_to(text, at).saturating_sub(self.chars_up_to(text, start));
        LineColumn {
            line: offset(line),
            column,
            snippet: snippet(text, position(start), position(at), column),
        }
    }

    fn chars_up_to(&self, text: &str, at: u32) -> u32 {
        let block = position(at).checked_div(BLOCK_BYTES).unwrap_or_default();
        let start = block.saturating_mul(BLOCK_BYTES);
        let rest = text.as_bytes().get(start..position(at)).unwrap_or_default();
        let before = self.chars_before.get(block).copied().unwrap_or(u32::MAX);
        before.saturating_add(chars_begun(rest))
    }
}

/// How many characters begin in `bytes` of UTF-8.
fn chars_begun(bytes: &[u8]) -> u32 {
    offset(bytes.iter().filter(|byte| *byte & 0xC0 != 0x80).count())
}

/// The line round `at`, cut on the left as `SNIPPET_CHARS_BEFORE` says. What a terminal would act on
/// is replaced.
fn snippet(text: &str, line_start: usize, at: usize, column: u32) -> String {
    let before = text.get(line_start..at).unwrap_or_default();
    let is_cut = position(column) >= SNIPPET_CHARS_MAX.saturating_sub(1);
    let start = match before.char_indices().rev().nth(SNIPPET_CHARS_BEFORE.saturating_sub(1)) {
        Some((start, _)) if is_cut => line_start.saturating_add(start),
        _ => line_start,
    };
    let line = text.get(start..).unwrap_or_default().chars();
    let mut line = line.take_while(|char| !matches!(char, '\n' | '\r')).map(printable);
    let mut snippet = String::new();
    if is_cut {
        snippet.push('…');
    }
    snippet.extend(line.by_ref().take(SNIPPET_CHARS_MAX));
    if line.next().is_some() {
        snippet.push('…');
    }
    snippet
}

fn printable(char: char) -> char {
    match char {
        '\t' => ' ',
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
        char if char.is_control() => '\u{FFFD}',
        char => char,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slow and plain way.
    fn expected(text: &str, at: usize) -> (u32, u32) {
        let before = &text[..at];
        let ends = before.replace("\r\n", "\n").matches(['\n', '\r']).count();
        // Between CR and LF the line has not ended.
        let between = before.ends_with('\r') && text[at..].starts_with('\n');
        let start =
            before[..before.len() - usize::from(between)].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        (offset(ends - usize::from(between)), offset(text[start..at].chars().count()))
    }

    #[test]
    fn every_boundary_is_found() {
        let ascii = "abc\n".repeat(1100);
        let wide = "äöü€😀\r\nab\rc".repeat(300);
        let one_line = "é€x".repeat(900);
        for text in ["", "a", "\n", "a\r", &"x".repeat(BLOCK_BYTES), &ascii, &wide, &one_line] {
            let lines = Lines::new(text);
            let edges = |at: &usize| *at < 40 || at.abs_diff(BLOCK_BYTES) < 20 || text.len() - at < 20;
            for at in (0..=text.len()).filter(edges).filter(|at| text.is_char_boundary(*at)) {
                let found = lines.find(text, offset(at));
                assert_eq!((found.line, found.column), expected(text, at), "{at} of {}", text.len());
            }
        }
    }

    #[test]
    fn long_lines_are_cut_round_the_place() {
        let line = format!("{}X{}", "é".repeat(5000), "b".repeat(500));
        let found = Lines::new(&line).find(&line, 10_000);
        assert_eq!(found.column, 5000);
        assert_eq!(found.snippet.chars().nth(SNIPPET_CHARS_BEFORE + 1), Some('X'), "{}", found.snippet);
        assert_eq!(found.snippet.chars().count(), SNIPPET_CHARS_MAX + 2);
    }
}

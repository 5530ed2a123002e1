//! One document's text under the name that its user gave it, and where an offset stands in it.
//!
//! Takes: bytes or text. Gives: places with line, column and the source line. Never panics: an
//! offset past the end is the end.

use std::fmt;
use std::sync::Arc;

use super::finding::{self, Finding};
use super::lines::Lines;
use crate::description::{Diagnostics, Place, Span};
use crate::limits::text::SNIPPET_CHARS_MAX;

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// The text of one document and its name; cheap to clone.
///
/// ```
/// use brrtrouter::description::{Span, text::Source};
///
/// let source = Source::new("pets.yaml", "openapi: 3.1.2\ninfo: {}\n");
/// let place = source.place(Span { start: 21, end: 23 }, "/info");
/// assert_eq!((place.line, place.column, place.snippet.as_str()), (2, 7, "info: {}"));
/// ```
#[derive(Clone)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    /// Made when the first place is asked for.
    #[expect(clippy::disallowed_types, reason = "a source's own lines, which no other value shares")]
    lines: Arc<std::sync::OnceLock<Lines>>,
}

impl Source {
    /// A document: `name` is the file path or URI as the user wrote it. A byte order mark at the
    /// start of the text is dropped (RFC 8259 §8.1, YAML 1.2 §5.2); offsets count from behind it.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let mut text = text.into();
        if let Some(rest) = text.strip_prefix(BYTE_ORDER_MARK) {
            text = Arc::from(rest);
        }
        Self { name: name.into(), text, lines: Arc::default() }
    }

    /// A document from the bytes of a file or of a response.
    ///
    /// # Errors
    ///
    /// The bytes are not UTF-8, which RFC 8259 §8.1 demands and we demand of YAML too; UTF-16 and
    /// UTF-32 are told apart from plain damage.
    pub fn from_bytes(name: impl Into<Arc<str>>, bytes: &[u8]) -> Result<Self, Diagnostics> {
        let name = name.into();
        if let Some(encoding) = wide_encoding(bytes) {
            let source = Self::new(name, "");
            return Err(finding::wide_encoding(encoding).into_diagnostics(&source));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(error) => {
                // The text up to the damage is enough to say where it is.
                let (valid, rest) = bytes.split_at_checked(error.valid_up_to()).unwrap_or((bytes, &[]));
                let line_end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                let line = rest.get(..line_end.min(SNIPPET_CHARS_MAX)).unwrap_or_default();
                let valid = String::from_utf8_lossy(valid);
                let at = offset(valid.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&valid).len());
                let text = format!("{valid}{}", String::from_utf8_lossy(line));
                let byte = rest.first().copied().unwrap_or_default();
                Err(finding::not_utf8(at, byte).into_diagnostics(&Self::new(name, text)))
            }
        }
    }

    /// The file path or URI as the user named it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text, without a byte order mark.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of `span`, whose value `pointer` (a JSON Pointer) names.
    #[must_use]
    pub fn place(&self, span: Span, pointer: &str) -> Place {
        let lines = self.lines.get_or_init(|| Lines::new(&self.text));
        let found = lines.find(&self.text, self.floor(span.start));
        Place {
            document: Arc::clone(&self.name),
            line: found.line.saturating_add(1),
            column: found.column.saturating_add(1),
            pointer: pointer.to_owned(),
            snippet: found.snippet,
        }
    }

    /// The text of `span`; empty where there is none.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(position(span.start)..position(span.end)).unwrap_or_default()
    }

    /// The nearest character boundary at or before `at`.
    fn floor(&self, at: u32) -> u32 {
        let mut at = position(at).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at = at.saturating_sub(1);
        }
        offset(at)
    }

    /// The finding's diagnostic, placed in this document.
    pub(super) fn locate(&self, finding: Finding) -> crate::description::Diagnostic {
        finding.into_diagnostic(self)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).field("bytes", &self.text.len()).finish()
    }
}

/// A byte position as a span counts it; text beyond 4 GiB is refused before it is read.
pub(super) fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// A span's offset as an index.
pub(super) fn position(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// The encoding that a byte order mark or the NUL bytes of the first characters show, as in
/// YAML 1.2 §5.2; a description begins with ASCII.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, _, ..] | [0xFF, 0xFE, 0, 0, ..] => Some("UTF-32"),
        [_, 0, 0, 0, ..] => Some("UTF-32"),
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, _, ..] | [_, 0, ..] => Some("UTF-16"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, at: u32, expected: (u32, u32, &str)) {
        let place = Source::new("a", text).place(Span { start: at, end: at }, "");
        assert_eq!((place.line, place.column, place.snippet.as_str()), expected, "{text:?} at {at}");
    }

    #[test]
    fn places() {
        for (text, at, expected) in [
            ("", 0, (1, 1, "")),
            ("", 9, (1, 1, "")),
            ("ab\ncd", 3, (2, 1, "cd")),
            ("ab\ncd", 2, (1, 3, "ab")),
            ("ab\r\ncd", 5, (2, 2, "cd")),
            ("ab\rcd", 4, (2, 2, "cd")),
            ("é\n\té!", 5, (2, 2, " é!")),
            // In the middle of a character, at its start.
            ("é!", 1, (1, 1, "é!")),
            ("\u{FEFF}ab", 1, (1, 2, "ab")),
            ("a\u{1b}[31m", 0, (1, 1, "a\u{FFFD}[31m")),
        ] {
            check(text, at, expected);
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_say_where() {
        for (bytes, expected) in [
            (b"ab\nc\xFFd\n".as_slice(), (2, 2, "c\u{FFFD}d", "0xFF")),
            (b"\xEF\xBB\xBFab\x80".as_slice(), (1, 3, "ab\u{FFFD}", "0x80")),
            (b"\xFE\xFF\0a".as_slice(), (1, 1, "", "UTF-16")),
            (b"{\0}\0".as_slice(), (1, 1, "", "UTF-16")),
            (b"{\0\0\0".as_slice(), (1, 1, "", "UTF-32")),
        ] {
            let found = Source::from_bytes("a", bytes).expect_err("not UTF-8");
            let found = found.iter().next().expect("one finding");
            let place = &found.place;
            assert_eq!(
                (place.line, place.column, place.snippet.as_str()),
                (expected.0, expected.1, expected.2)
            );
            assert!(found.what.contains(expected.3), "{found}");
        }
    }
}

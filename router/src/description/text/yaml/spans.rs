//! Places of the scanner, which count characters, as byte offsets. Never panics.

use saphyr_parser::{ScalarStyle, Span as CharSpan};

use crate::description::Span;
use crate::description::text::finding::char_span;
use crate::description::text::source::{offset, position};

/// How many bytes are counted at once.
const BLOCK_BYTES: usize = 64;

/// Converts places that mostly grow: it walks from the last one.
pub(super) struct Spans<'s> {
    text: &'s str,
    is_ascii: bool,
    chars: usize,
    bytes: usize,
}

impl<'s> Spans<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        Self { text, is_ascii: text.is_ascii(), chars: 0, bytes: 0 }
    }

    /// The byte offset of character number `chars`.
    pub(super) fn offset(&mut self, chars: usize) -> u32 {
        if self.is_ascii {
            return offset(chars.min(self.text.len()));
        }
        self.forward(chars);
        while self.chars > chars && self.bytes > 0 {
            self.bytes = self.bytes.saturating_sub(1);
            while !self.text.is_char_boundary(self.bytes) {
                self.bytes = self.bytes.saturating_sub(1);
            }
            self.chars = self.chars.saturating_sub(1);
        }
        offset(self.bytes)
    }

    /// Walks to character number `chars`, block by block as far as it goes.
    fn forward(&mut self, chars: usize) {
        let bytes = self.text.as_bytes();
        let begins = |byte: &u8| byte & 0xC0 != 0x80;
        // A block has no more characters than bytes, so it does not lead too far.
        while chars.saturating_sub(self.chars) >= BLOCK_BYTES {
            let end = self.bytes.saturating_add(BLOCK_BYTES);
            let Some(block) = bytes.get(self.bytes..end) else { break };
            self.chars = self.chars.saturating_add(block.iter().filter(|byte| begins(byte)).count());
            self.bytes = end;
        }
        for byte in bytes.get(self.bytes..).unwrap_or_default() {
            if begins(byte) && self.chars >= chars {
                break;
            }
            self.chars = self.chars.saturating_add(usize::from(begins(byte)));
            self.bytes = self.bytes.saturating_add(1);
        }
    }

    pub(super) fn span(&mut self, span: CharSpan) -> Span {
        let start = self.offset(span.start.index());
        Span { start, end: self.offset(span.end.index()).max(start) }
    }

    /// The byte at `at`.
    pub(super) fn byte(&self, at: u32) -> Option<u8> {
        self.text.as_bytes().get(position(at)).copied()
    }

    /// Whether a collection that begins at `at` is in brackets and ends with `bracket`. An anchor or a
    /// tag may stand before its bracket, so only the next `[`, `{` or line end tells.
    pub(super) fn opens(&self, at: u32, bracket: u8) -> bool {
        let open = if bracket == b'}' { b'{' } else { b'[' };
        let rest = self.text.as_bytes().get(position(at)..).unwrap_or_default();
        match rest.first() {
            Some(b'&' | b'!') => true,
            first => first == Some(&open),
        }
    }

    /// Where a sequence begins: for one that is not indented the scanner gives the place after `- `.
    pub(super) fn sequence(&self, span: Span) -> Span {
        if let Some(b'-' | b'[' | b'&' | b'!') = self.byte(span.start) {
            return span;
        }
        let before = self.text.get(..position(span.start)).unwrap_or_default();
        let line = memchr::memrchr2(b'\n', b'\r', before.as_bytes()).map_or(0, |end| end.saturating_add(1));
        let blanks = before.bytes().skip(line).take_while(|byte| *byte == b' ').count();
        let dash = line.saturating_add(blanks);
        let start = if before.as_bytes().get(dash) == Some(&b'-') { offset(dash) } else { span.start };
        Span { start, end: span.end }
    }

    /// The first character of `span`.
    pub(super) fn first_char(&self, span: Span) -> Span {
        char_span(self.text, position(span.start))
    }

    /// A scalar's span, without the blanks and the comment that the scanner adds to quoted ones, and
    /// without the token that follows an empty one.
    pub(super) fn scalar(&self, span: Span, style: ScalarStyle, is_empty: bool) -> Span {
        let text = self.text.get(position(span.start)..position(span.end)).unwrap_or_default();
        let length = match style {
            ScalarStyle::Plain if is_empty => 0,
            ScalarStyle::SingleQuoted => single_quoted_length(text),
            ScalarStyle::DoubleQuoted => double_quoted_length(text),
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => text.len(),
        };
        Span { start: span.start, end: span.start.saturating_add(offset(length)) }
    }
}

/// An anchor or tag may stand before the quote.
fn single_quoted_length(text: &str) -> usize {
    let mut quotes = memchr::memchr_iter(b'\'', text.as_bytes()).skip(1).peekable();
    while let Some(quote) = quotes.next() {
        let next = quote.saturating_add(1);
        if quotes.next_if_eq(&next).is_none() {
            return next;
        }
    }
    text.len()
}

fn double_quoted_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let Some(mut at) = memchr::memchr(b'"', bytes).map(|open| open.saturating_add(1)) else {
        return text.len();
    };
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        let found = at.saturating_add(found);
        if bytes.get(found) == Some(&b'"') {
            return found.saturating_add(1);
        }
        at = found.saturating_add(2);
    }
    text.len()
}

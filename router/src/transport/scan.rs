//! Finds the end of a request head in what has come so far, looking at every octet once.
//!
//! Takes: octets, more of them each time. Gives: where the head starts and ends, or the first fault: a line that does not end in CR LF, a bound that is
//! passed, a request line that is none. A client that sends one octet at a time costs no more than one that sends all. Never panics.

use memchr::memchr2;

use super::fault::FramingFault;
use super::head::RequestLine;
use super::options::ServerOptions;
use crate::description::token::is_tchar;
use crate::limits::http::{EMPTY_LINES_BYTES_MAX, METHOD_BYTES_MAX};

/// Where in the octets the search stands; all places count from the first octet that is not used.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Where the head starts, behind empty lines.
    start: usize,
    /// Where the present line starts.
    line: usize,
    /// What was looked at.
    at: usize,
    /// Where the header section starts, once the request line is there.
    fields: Option<usize>,
    lines: usize,
    is_line_checked: bool,
}

/// A head that is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HeadPlace {
    pub(super) start: usize,
    /// Where the header section starts.
    pub(super) fields: usize,
    /// How many field lines it has.
    pub(super) lines: usize,
    /// Where the body starts.
    pub(super) end: usize,
}

/// The longest head in bytes, with all that may stand before it.
pub(super) const fn head_bytes_max(options: &ServerOptions) -> usize {
    line_bytes_max(options).saturating_add(options.header_bytes_max).saturating_add(EMPTY_LINES_BYTES_MAX)
}

/// `method SP target SP HTTP/1.1 CR LF`
const fn line_bytes_max(options: &ServerOptions) -> usize {
    options.target_bytes_max.saturating_add(METHOD_BYTES_MAX).saturating_add("  HTTP/1.1\r\n".len())
}

impl Scan {
    /// Whether nothing of a head has come.
    pub(super) const fn is_at_start(&self) -> bool {
        self.at == 0
    }

    /// Goes on through what is there now.
    pub(super) fn advance(
        &mut self,
        octets: &[u8],
        options: &ServerOptions,
    ) -> Result<Option<HeadPlace>, FramingFault> {
        while let Some(found) = octets.get(self.at..).and_then(|rest| memchr2(b'\r', b'\n', rest)) {
            let end = self.at.saturating_add(found);
            match (octets.get(end), octets.get(end.saturating_add(1))) {
                (Some(b'\r'), Some(b'\n')) => {}
                (Some(b'\r'), None) => {
                    self.at = end;
                    return self.partial(octets, options);
                }
                _ => return Err(self.stray(octets)),
            }
            self.at = end.saturating_add(2);
            if let Some(end) = self.line_ends(end, options)? {
                return Ok(Some(end));
            }
            self.line = self.at;
        }
        self.at = octets.len();
        self.partial(octets, options)
    }

    /// A line is complete; it is the last where it is empty.
    fn line_ends(&mut self, end: usize, options: &ServerOptions) -> Result<Option<HeadPlace>, FramingFault> {
        let is_empty = end == self.line;
        let Some(fields) = self.fields else { return self.first_line_ends(is_empty) };
        if self.at.saturating_sub(fields) > options.header_bytes_max || self.lines > options.fields_max {
            return Err(FramingFault::HeaderTooLarge);
        }
        if is_empty {
            return Ok(Some(HeadPlace { start: self.start, fields, lines: self.lines, end: self.at }));
        }
        self.lines = self.lines.saturating_add(1);
        Ok(None)
    }

    /// A line is complete before the header section: the request line, or an empty one.
    fn first_line_ends(&mut self, is_empty: bool) -> Result<Option<HeadPlace>, FramingFault> {
        if !is_empty {
            self.fields = Some(self.at);
            return Ok(None);
        }
        self.start = self.at;
        if self.start > EMPTY_LINES_BYTES_MAX { Err(FramingFault::RequestLine) } else { Ok(None) }
    }

    /// What is there is no whole head yet, and it may show already that it will not become one.
    fn partial(&mut self, octets: &[u8], options: &ServerOptions) -> Result<Option<HeadPlace>, FramingFault> {
        let line = octets.get(self.start..).unwrap_or_default();
        match self.fields {
            None => {
                if line.first().is_some_and(|first| !is_tchar(*first) && *first != b'\r') {
                    return Err(FramingFault::RequestLine);
                }
                let method = line.iter().position(|octet| *octet == b' ').unwrap_or(line.len());
                if method > METHOD_BYTES_MAX {
                    return Err(FramingFault::MethodTooLong);
                }
                if line.len() > line_bytes_max(options) {
                    return Err(FramingFault::TargetTooLong);
                }
            }
            Some(fields) => {
                if octets.len().saturating_sub(fields) > options.header_bytes_max {
                    return Err(FramingFault::HeaderTooLarge);
                }
                if !self.is_line_checked {
                    self.is_line_checked = true;
                    RequestLine::parse(octets.get(self.start..fields).unwrap_or_default(), options)?;
                }
            }
        }
        Ok(None)
    }

    /// A CR or LF stands alone. In the midst of the first line it is the request line that is broken.
    fn stray(&self, octets: &[u8]) -> FramingFault {
        let first = octets.get(self.start);
        if self.fields.is_none() && first.is_some_and(|first| !is_tchar(*first)) {
            FramingFault::RequestLine
        } else {
            FramingFault::LineEnd
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(head: &[u8]) -> Result<Option<usize>, FramingFault> {
        Scan::default().advance(head, &ServerOptions::default()).map(|place| place.map(|place| place.end))
    }

    #[test]
    fn heads_end_at_an_empty_line() {
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(8192));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(101));
        let large = format!("GET / HTTP/1.1\r\na: {}\r\n\r\n", "b".repeat(16 * 1024));
        let cases: &[(&[u8], Result<Option<usize>, FramingFault>)] = &[
            (b"GET / HTTP/1.1\r\n\r\n", Ok(Some(18))),
            (b"\r\nGET / HTTP/1.1\r\na: b\r\n\r\nrest", Ok(Some(26))),
            (b"GET / HTTP/1.1\r\n\r", Ok(None)),
            (b"", Ok(None)),
            (b"\r", Ok(None)),
            (b"GET / HTTP/1.1\n\n", Err(FramingFault::LineEnd)),
            (b"GET / HTTP/1.1\r\na: b\n\r\n", Err(FramingFault::LineEnd)),
            (b"GET / HTTP/1.1\r\na: b\rc\r\n\r\n", Err(FramingFault::LineEnd)),
            (b"\r\n\r\n\r\n\r\n\r\n", Err(FramingFault::RequestLine)),
            (b"\x16\x03\x01\x02", Err(FramingFault::RequestLine)),
            (b"GET / HTTP/2.0\r\n", Err(FramingFault::Version)),
            (b"GET /\r\n", Err(FramingFault::RequestLine)),
            (&[b'A'; 33], Err(FramingFault::MethodTooLong)),
            (many.as_bytes(), Err(FramingFault::HeaderTooLarge)),
            (large.as_bytes(), Err(FramingFault::HeaderTooLarge)),
        ];
        for (head, expected) in cases {
            assert_eq!(end_of(head), *expected, "{}", head.escape_ascii());
        }
        assert_eq!(end_of(long.as_bytes()), Ok(Some(long.len())), "its length is for who reads the target");
    }

    #[test]
    fn octets_one_by_one_give_the_same() {
        let head = b"\r\nPOST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";
        let (mut scan, options) = (Scan::default(), ServerOptions::default());
        let found: Vec<_> =
            (0..=head.len()).filter_map(|count| scan.advance(&head[..count], &options).unwrap()).collect();
        assert_eq!(
            found.first().map(|place| (place.start, place.end, place.lines)),
            Some((2, head.len() - 1, 2))
        );
    }
}

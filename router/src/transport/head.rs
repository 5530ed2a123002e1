//! A complete head becomes method, target and field lines (RFC 9112 §3, §5), borrowed from the octets.
//!
//! Takes: a head that [`scan`](super::scan) found, so every line ends in CR LF. Gives: its parts, or the first fault. Strict where leniency lets two
//! readers of one message differ: one space between the parts of a request line, no folded lines, no space before a colon. Allocates
//! only for more than [`FIELDS_INLINE`] field lines. Never panics.

use http::Method;
use smallvec::SmallVec;

use super::fault::FramingFault;
use super::options::ServerOptions;
use super::scan::HeadPlace;
use crate::description::token::is_token;
use crate::limits::http::METHOD_BYTES_MAX;
use crate::serve::FieldLine;

/// How many field lines lie on the stack; browsers send some 20.
const FIELDS_INLINE: usize = 24;

/// The field lines of one request.
pub(super) type FieldLines<'b> = SmallVec<[FieldLine<'b>; FIELDS_INLINE]>;

/// The version of a request; every higher minor version is read as 1.1 (RFC 9110 §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Http10,
    Http11,
}

/// `method SP request-target SP HTTP-version`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RequestLine<'b> {
    pub(super) method: Method,
    pub(super) target: &'b str,
    pub(super) version: Version,
}

impl<'b> RequestLine<'b> {
    /// Reads the line, which ends in CR LF.
    pub(super) fn parse(line: &'b [u8], options: &ServerOptions) -> Result<Self, FramingFault> {
        let line = line.strip_suffix(b"\r\n").ok_or(FramingFault::RequestLine)?;
        let first = memchr::memchr(b' ', line).ok_or(FramingFault::RequestLine)?;
        let last =
            memchr::memrchr(b' ', line).filter(|last| *last > first).ok_or(FramingFault::RequestLine)?;
        let (method, target, version) = split(line, first, last).ok_or(FramingFault::RequestLine)?;
        let version = parse_version(version)?;
        let method = parse_method(method)?;
        if target.len() > options.target_bytes_max {
            return Err(FramingFault::TargetTooLong);
        }
        let target = std::str::from_utf8(target).map_err(|_| FramingFault::Target)?;
        Ok(Self { method, target, version })
    }
}

fn split(line: &[u8], first: usize, last: usize) -> Option<(&[u8], &[u8], &[u8])> {
    Some((line.get(..first)?, line.get(first.checked_add(1)?..last)?, line.get(last.checked_add(1)?..)?))
}

fn parse_method(method: &[u8]) -> Result<Method, FramingFault> {
    if method.len() > METHOD_BYTES_MAX {
        return Err(FramingFault::MethodTooLong);
    }
    Method::from_bytes(method).map_err(|_| FramingFault::RequestLine)
}

fn parse_version(version: &[u8]) -> Result<Version, FramingFault> {
    match version.strip_prefix(b"HTTP/") {
        Some(b"1.1") => Ok(Version::Http11),
        Some(b"1.0") => Ok(Version::Http10),
        Some([b'1', b'.', minor]) if minor.is_ascii_digit() => Ok(Version::Http11),
        Some([major, b'.', minor]) if major.is_ascii_digit() && minor.is_ascii_digit() => {
            Err(FramingFault::Version)
        }
        Some(_) | None => Err(FramingFault::RequestLine),
    }
}

/// Reads the field lines of the header section `octets`, which ends in an empty line, into `fields`.
pub(super) fn parse_fields<'b>(
    octets: &'b [u8],
    place: &HeadPlace,
    fields: &mut FieldLines<'b>,
) -> Result<(), FramingFault> {
    // Room for as many as there are, filled where it lies: no more of the stack is touched.
    let mut room: SmallVec<[_; FIELDS_INLINE]> = SmallVec::new();
    room.resize(place.lines, httparse::EMPTY_HEADER);
    let Ok(httparse::Status::Complete((_, lines))) = httparse::parse_headers(octets, &mut room) else {
        return Err(FramingFault::FieldLine);
    };
    // What `httparse` forgives beyond tokens is not ours to forgive; lines were counted apart.
    if lines.len() != place.lines || lines.iter().any(|line| !is_token(line.name)) {
        return Err(FramingFault::FieldLine);
    }
    fields.extend(lines.iter().map(|line| FieldLine { name: line.name, value: line.value.trim_ascii() }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_lines() {
        let long = format!("GET /{} HTTP/1.1\r\n", "a".repeat(8192));
        let cases: &[(&str, Result<(&str, &str, Version), FramingFault>)] = &[
            ("GET / HTTP/1.1\r\n", Ok(("GET", "/", Version::Http11))),
            ("M-SEARCH * HTTP/1.0\r\n", Ok(("M-SEARCH", "*", Version::Http10))),
            ("GET /a HTTP/1.7\r\n", Ok(("GET", "/a", Version::Http11))),
            ("get / HTTP/1.1\r\n", Ok(("get", "/", Version::Http11))),
            ("GET / HTTP/2.0\r\n", Err(FramingFault::Version)),
            ("GET / HTTP/0.9\r\n", Err(FramingFault::Version)),
            ("GET / http/1.1\r\n", Err(FramingFault::RequestLine)),
            ("GET / HTTP/1.10\r\n", Err(FramingFault::RequestLine)),
            ("GET / HTTP/11\r\n", Err(FramingFault::RequestLine)),
            ("GET / HTTP/1.1 \r\n", Err(FramingFault::RequestLine)),
            ("GET /\r\n", Err(FramingFault::RequestLine)),
            ("GET\r\n", Err(FramingFault::RequestLine)),
            (" GET / HTTP/1.1\r\n", Err(FramingFault::RequestLine)),
            ("G\tT / HTTP/1.1\r\n", Err(FramingFault::RequestLine)),
            ("GET\t/\tHTTP/1.1\r\n", Err(FramingFault::RequestLine)),
            (&long, Err(FramingFault::TargetTooLong)),
        ];
        for (line, expected) in cases {
            let read = RequestLine::parse(line.as_bytes(), &ServerOptions::default());
            let read = read.as_ref().map(|line| (line.method.as_str(), line.target, line.version));
            assert_eq!(read, expected.as_ref().copied(), "{line}");
        }
    }

    #[test]
    fn field_lines() {
        let cases: &[(&str, Option<&[(&str, &str)]>)] = &[
            ("\r\n", Some(&[])),
            ("A: b\r\nc:\r\nD:\t e f \t\r\n\r\n", Some(&[("A", "b"), ("c", ""), ("D", "e f")])),
            ("A : b\r\n\r\n", None),
            (" A: b\r\n\r\n", None),
            ("A: b\r\n c\r\n\r\n", None),
            (": b\r\n\r\n", None),
            ("A\r\n\r\n", None),
            ("A: b\0\r\n\r\n", None),
            ("A: b\x7f\r\n\r\n", None),
            ("A(: b\r\n\r\n", None),
            ("\u{e9}: b\r\n\r\n", None),
            ("A: \u{e9}\r\n\r\n", Some(&[("A", "\u{e9}")])),
        ];
        for (section, expected) in cases {
            let lines = section.matches("\r\n").count() - 1;
            let place = HeadPlace { start: 0, fields: 0, lines, end: section.len() };
            let mut fields = FieldLines::new();
            let read = parse_fields(section.as_bytes(), &place, &mut fields);
            let read =
                read.ok().map(|()| fields.iter().map(|l| (l.name, l.text().unwrap())).collect::<Vec<_>>());
            assert_eq!(read.as_deref(), *expected, "{section:?}");
        }
    }

    #[test]
    fn many_field_lines_are_read_too() {
        let section = format!("{}\r\n", "a: b\r\n".repeat(90));
        let place = HeadPlace { start: 0, fields: 0, lines: 90, end: section.len() };
        let mut fields = FieldLines::new();
        assert_eq!(parse_fields(section.as_bytes(), &place, &mut fields), Ok(()));
        assert_eq!(fields.len(), 90);
    }
}

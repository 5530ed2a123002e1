//! What the field lines of a head say about the message itself: how its body ends, and what becomes of the connection.
//!
//! Takes: request line and field lines. Gives: a [`Framing`], or the fault. Every way in which two readers could see different ends of one body is a fault
//! (RFC 9112 §6.3, §11.2): the connection then closes. Allocates nothing; never panics.

use http::Method;

use super::fault::FramingFault;
use super::head::{FieldLines, RequestLine, Version};
use super::target::{authority, is_authority};

/// How the body of a request ends (RFC 9112 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyFraming {
    /// After so many octets; none where nothing was said.
    Length(u64),
    /// With the last chunk.
    Chunked,
}

/// What the transport has to know of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Framing {
    pub(super) version: Version,
    pub(super) body: BodyFraming,
    /// Whether the peer wants the connection to stay open (RFC 9112 §9.3).
    pub(super) persists: bool,
    /// Whether the peer waits for 100 (Continue) before it sends its body (RFC 9110 §10.1.1).
    pub(super) expects_continue: bool,
}

/// What was found so far.
#[derive(Default)]
struct Found<'b> {
    host: Option<&'b [u8]>,
    length: Option<u64>,
    codings: Codings,
    closes: bool,
    keeps_alive: bool,
    expects_continue: bool,
}

/// What `Transfer-Encoding` names, in order (RFC 9112 §6.1).
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Codings {
    #[default]
    None,
    /// `chunked` alone.
    Chunked,
    /// Others before it.
    OthersThenChunked,
    /// Without `chunked`, or with something behind it.
    Unframed,
}

impl Framing {
    /// Reads the fields that frame the message.
    pub(super) fn of(line: &RequestLine<'_>, fields: &FieldLines<'_>) -> Result<Self, FramingFault> {
        let mut found = Found::default();
        for field in fields {
            found.see(field.name, field.value)?;
        }
        check_host(line, found.host)?;
        let body = found.body(line)?;
        let persists = match line.version {
            Version::Http11 => !found.closes,
            Version::Http10 => found.keeps_alive && !found.closes,
        };
        let expects_continue = found.expects_continue && line.version == Version::Http11;
        Ok(Self { version: line.version, body, persists, expects_continue })
    }
}

impl<'b> Found<'b> {
    fn see(&mut self, name: &str, value: &'b [u8]) -> Result<(), FramingFault> {
        match name.len() {
            4 if name.eq_ignore_ascii_case("host") => {
                once(&mut self.host, value).ok_or(FramingFault::Host)?;
            }
            6 if name.eq_ignore_ascii_case("expect") => {
                if !value.eq_ignore_ascii_case(b"100-continue") {
                    return Err(FramingFault::Expectation);
                }
                self.expects_continue = true;
            }
            10 if name.eq_ignore_ascii_case("connection") => {
                for option in elements(value) {
                    self.closes |= option.eq_ignore_ascii_case(b"close");
                    self.keeps_alive |= option.eq_ignore_ascii_case(b"keep-alive");
                }
            }
            14 if name.eq_ignore_ascii_case("content-length") => {
                once(&mut self.length, parse_length(value)?).ok_or(FramingFault::Length)?;
            }
            17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                // Each line is at least one coding, so that an empty one frames nothing.
                for coding in value.split(|octet| *octet == b',') {
                    self.codings = self.codings.and(coding.trim_ascii());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn body(&self, line: &RequestLine<'_>) -> Result<BodyFraming, FramingFault> {
        if self.codings == Codings::None {
            return match self.length {
                Some(length) => Ok(BodyFraming::Length(length)),
                None if line.version == Version::Http10 && sends_content(&line.method) => {
                    Err(FramingFault::LengthRequired)
                }
                None => Ok(BodyFraming::Length(0)),
            };
        }
        if self.length.is_some() {
            return Err(FramingFault::Length);
        }
        if line.version == Version::Http10 {
            return Err(FramingFault::TransferEncoding);
        }
        match self.codings {
            Codings::Chunked => Ok(BodyFraming::Chunked),
            Codings::OthersThenChunked => Err(FramingFault::TransferCoding),
            Codings::None | Codings::Unframed => Err(FramingFault::TransferEncoding),
        }
    }
}

/// Takes the value of a field that may come once.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

impl Codings {
    fn and(self, coding: &[u8]) -> Self {
        let is_chunked = coding.eq_ignore_ascii_case(b"chunked");
        match self {
            Self::None if is_chunked => Self::Chunked,
            Self::None => Self::Unframed,
            Self::Unframed if is_chunked => Self::OthersThenChunked,
            // Chunks within chunks, or a coding over them, leave the end of the body open.
            Self::Unframed | Self::Chunked | Self::OthersThenChunked => Self::Unframed,
        }
    }
}

/// The methods whose requests have content by nature (RFC 9110 §9.3).
fn sends_content(method: &Method) -> bool {
    *method == Method::POST || *method == Method::PUT || *method == Method::PATCH
}

/// The elements of a list without white space; empty ones are left out (RFC 9110 §5.6.1).
fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|octet| *octet == b',').map(<[u8]>::trim_ascii).filter(|element| !element.is_empty())
}

/// `1*DIGIT` (RFC 9110 §8.6); a list of equal numbers is refused, as the section allows.
fn parse_length(value: &[u8]) -> Result<u64, FramingFault> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(FramingFault::Length);
    }
    let digits = std::str::from_utf8(value).unwrap_or_default();
    digits.parse().map_err(|_| FramingFault::Length)
}

fn check_host(line: &RequestLine<'_>, host: Option<&[u8]>) -> Result<(), FramingFault> {
    if line.method == Method::CONNECT {
        return Err(FramingFault::Connect);
    }
    match host {
        Some(host) if !is_authority(host) => return Err(FramingFault::Host),
        None if line.version == Version::Http11 => return Err(FramingFault::Host),
        Some(_) | None => {}
    }
    match authority(line.target) {
        Some(authority) if !is_authority(authority.as_bytes()) => Err(FramingFault::Target),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::FieldLine;

    fn framing(
        version: Version,
        method: &str,
        lines: &[(&'static str, &'static str)],
    ) -> Result<Framing, FramingFault> {
        let line =
            RequestLine { method: Method::from_bytes(method.as_bytes()).unwrap(), target: "/", version };
        Framing::of(&line, &lines.iter().map(|(name, value)| FieldLine::new(name, value)).collect())
    }

    #[test]
    fn bodies_end_in_one_way_only() {
        use BodyFraming::{Chunked, Length};
        let cases: &[(&[(&str, &str)], Result<BodyFraming, FramingFault>)] = &[
            (&[], Ok(Length(0))),
            (&[("Content-Length", "5")], Ok(Length(5))),
            (&[("content-length", "0005")], Ok(Length(5))),
            (&[("Content-Length", "18446744073709551616")], Err(FramingFault::Length)),
            (&[("Content-Length", "+5")], Err(FramingFault::Length)),
            (&[("Content-Length", "-5")], Err(FramingFault::Length)),
            (&[("Content-Length", "5, 5")], Err(FramingFault::Length)),
            (&[("Content-Length", "")], Err(FramingFault::Length)),
            (&[("Content-Length", "0x5")], Err(FramingFault::Length)),
            (&[("Content-Length", "5"), ("Content-Length", "5")], Err(FramingFault::Length)),
            (&[("Transfer-Encoding", "chunked")], Ok(Chunked)),
            (&[("transfer-encoding", "CHUNKED")], Ok(Chunked)),
            (&[("Transfer-Encoding", "gzip, chunked")], Err(FramingFault::TransferCoding)),
            (
                &[("Transfer-Encoding", "gzip"), ("Transfer-Encoding", "chunked")],
                Err(FramingFault::TransferCoding),
            ),
            (&[("Transfer-Encoding", "chunked, gzip")], Err(FramingFault::TransferEncoding)),
            (&[("Transfer-Encoding", "chunked, chunked")], Err(FramingFault::TransferEncoding)),
            (
                &[("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "identity")],
                Err(FramingFault::TransferEncoding),
            ),
            (&[("Transfer-Encoding", "chunked,")], Err(FramingFault::TransferEncoding)),
            (&[("Transfer-Encoding", "")], Err(FramingFault::TransferEncoding)),
            (&[("Transfer-Encoding", "xchunked")], Err(FramingFault::TransferEncoding)),
            (&[("Transfer-Encoding", "\"chunked\"")], Err(FramingFault::TransferEncoding)),
            (&[("Transfer-Encoding", "chunked;a=b")], Err(FramingFault::TransferEncoding)),
            (&[("Content-Length", "5"), ("Transfer-Encoding", "chunked")], Err(FramingFault::Length)),
            (&[("Transfer-Encoding", "chunked"), ("Content-Length", "5")], Err(FramingFault::Length)),
        ];
        for (lines, expected) in cases {
            let lines: Vec<_> = [("Host", "a")].iter().chain(*lines).copied().collect();
            assert_eq!(
                framing(Version::Http11, "POST", &lines).map(|framing| framing.body),
                *expected,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn http_1_0_knows_no_chunks_and_needs_a_length() {
        let of = |method, lines| framing(Version::Http10, method, lines).map(|framing| framing.body);
        assert_eq!(of("GET", &[]), Ok(BodyFraming::Length(0)));
        assert_eq!(of("POST", &[]), Err(FramingFault::LengthRequired));
        assert_eq!(of("POST", &[("Content-Length", "1")]), Ok(BodyFraming::Length(1)));
        assert_eq!(of("POST", &[("Transfer-Encoding", "chunked")]), Err(FramingFault::TransferEncoding));
    }

    #[test]
    fn connections_persist_as_both_say() {
        let cases = [
            (Version::Http11, "", true),
            (Version::Http11, "close", false),
            (Version::Http11, "x, Close", false),
            (Version::Http11, "closed", true),
            (Version::Http10, "", false),
            (Version::Http10, "Keep-Alive", true),
            (Version::Http10, "keep-alive, close", false),
        ];
        for (version, option, expected) in cases {
            let read = framing(version, "GET", &[("Host", "a"), ("Connection", option)]).unwrap();
            assert_eq!(read.persists, expected, "{version:?} {option}");
        }
    }

    #[test]
    fn hosts_and_expectations() {
        let of = |lines| framing(Version::Http11, "GET", lines);
        assert_eq!(of(&[]), Err(FramingFault::Host));
        assert_eq!(of(&[("Host", "a"), ("host", "a")]), Err(FramingFault::Host));
        assert_eq!(of(&[("Host", "a b")]), Err(FramingFault::Host));
        assert_eq!(of(&[("Host", "")]), Err(FramingFault::Host));
        assert!(of(&[("Host", "a"), ("Expect", "100-Continue")]).unwrap().expects_continue);
        assert_eq!(of(&[("Host", "a"), ("Expect", "200-ok")]), Err(FramingFault::Expectation));
        assert_eq!(framing(Version::Http11, "CONNECT", &[("Host", "a")]), Err(FramingFault::Connect));
    }
}

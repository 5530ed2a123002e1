//! The content of a response: nothing, octets from one of several owners, a problem, or a stream.
//!
//! Takes: octets or a source of octets. Gives: their length where it is known, and the octets. Octets
//! that are static or shared are not copied. Never panics.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::Arc;

use crate::serve::problem::ProblemContent;

/// Octets that are made while they are sent.
///
/// Whatever one call of [`read`](Self::read) gives is sent on at once, so an event stream gives one
/// event per call.
pub trait BodyStream: Send {
    /// The length in bytes where it is known beforehand.
    fn length(&self) -> Option<u64> {
        None
    }

    /// Writes the next octets into `buffer` and tells how many; 0 is the end.
    ///
    /// # Errors
    /// Any [`io::Error`]; the status line is gone by then, so the connection is closed.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
}

/// The content of a response.
#[derive(Default)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "a refusal costs no heap allocation: its problem lies inline")]
pub enum Body {
    /// No content.
    #[default]
    Empty,
    /// Octets that live as long as the program.
    Static(&'static [u8]),
    /// Octets shared between responses.
    Shared(Arc<[u8]>),
    /// Octets of this response alone.
    Bytes(Vec<u8>),
    /// A problem (RFC 9457), rendered only when it is sent.
    Problem(ProblemContent),
    /// Octets that are made while they are sent.
    Stream(Box<dyn BodyStream>),
}

impl Body {
    /// The length in bytes; `None` for a stream that does not know its own.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        let length = match self {
            Self::Empty => 0,
            Self::Static(bytes) => bytes.len(),
            Self::Shared(bytes) => bytes.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Problem(problem) => return Some(problem.length()),
            Self::Stream(stream) => return stream.length(),
        };
        u64::try_from(length).ok()
    }

    /// The octets; `None` for a stream. Only a problem is rendered anew.
    #[must_use]
    pub fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Empty => Some(Cow::Borrowed(&[])),
            Self::Static(bytes) => Some(Cow::Borrowed(bytes)),
            Self::Shared(bytes) => Some(Cow::Borrowed(bytes)),
            Self::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
            Self::Problem(problem) => Some(Cow::Owned(problem.to_bytes())),
            Self::Stream(_) => None,
        }
    }

    /// Writes the whole content, a stream included, and tells how many bytes there were.
    ///
    /// # Errors
    /// Those of `out` and of the stream.
    pub fn write_to(&mut self, out: &mut dyn io::Write) -> io::Result<u64> {
        match self {
            Self::Empty => Ok(0),
            Self::Static(bytes) => write_all(out, bytes),
            Self::Shared(bytes) => write_all(out, bytes),
            Self::Bytes(bytes) => write_all(out, bytes),
            Self::Problem(problem) => problem.write_to(out),
            Self::Stream(stream) => drain(stream.as_mut(), out),
        }
    }

    /// Whether there is no content at all; a stream may still turn out empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length() == Some(0)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Empty => "Empty",
            Self::Static(_) => "Static",
            Self::Shared(_) => "Shared",
            Self::Bytes(_) => "Bytes",
            Self::Problem(_) => "Problem",
            Self::Stream(_) => "Stream",
        };
        match self.length() {
            Some(length) => write!(f, "{name}({length} bytes)"),
            None => write!(f, "{name}"),
        }
    }
}

fn write_all(out: &mut dyn io::Write, bytes: &[u8]) -> io::Result<u64> {
    out.write_all(bytes)?;
    Ok(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
}

/// How many bytes of a stream are held at a time; small, because it lies on the stack.
const DRAIN_BYTES: usize = 4096;

fn drain(stream: &mut dyn BodyStream, out: &mut dyn io::Write) -> io::Result<u64> {
    let mut buffer = [0; DRAIN_BYTES];
    let mut total = 0_u64;
    loop {
        let count = stream.read(&mut buffer)?;
        let Some(now) = buffer.get(..count).filter(|now| !now.is_empty()) else { return Ok(total) };
        total = total.saturating_add(write_all(out, now)?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ticks(u8);

    impl BodyStream for Ticks {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Ok(0);
            }
            self.0 -= 1;
            buffer[..5].copy_from_slice(b"tick\n");
            Ok(5)
        }
    }

    #[test]
    fn every_body_is_written_whole() {
        let cases: Vec<(Body, Option<u64>, &[u8])> = vec![
            (Body::Empty, Some(0), b""),
            (Body::Static(b"abc"), Some(3), b"abc"),
            (Body::Shared(Arc::from(&b"abc"[..])), Some(3), b"abc"),
            (Body::Bytes(vec![0, 255]), Some(2), &[0, 255]),
            (Body::Stream(Box::new(Ticks(2))), None, b"tick\ntick\n"),
        ];
        for (mut body, length, expected) in cases {
            assert_eq!(body.length(), length, "{body:?}");
            let mut out = Vec::new();
            let written = body.write_to(&mut out).unwrap();
            assert_eq!(
                (out.as_slice(), written),
                (expected, u64::try_from(expected.len()).unwrap()),
                "{body:?}"
            );
        }
    }
}

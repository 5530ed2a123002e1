//! The chunked transfer coding (RFC 9112 §7.1), as steps over octets that have come.
//!
//! Takes: octets behind a head. Gives: how many of them are data, or that more are needed, or that the body is over; extensions and trailers are bounded,
//! checked and left out. Every line ends in CR LF: a reader that took a bare LF for an end would see another body than we do. Never panics.

use crate::description::token::is_token;
use crate::limits::http::{CHUNK_LINE_BYTES_MAX, CHUNK_OVERHEAD_BYTES_FREE, TRAILER_BYTES_MAX};

/// The coding is broken, or its lines pass their bounds; where the body ends is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChunkFault;

/// What the octets at hand are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChunkStep {
    /// So many octets frame the body and are used up.
    Framing(usize),
    /// Up to so many octets from here on are data, though none may be there yet; who takes some tells [`Chunked::took`].
    Data(u64),
    /// More octets are needed.
    More,
    /// The body is over.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before `chunk-size [ chunk-ext ] CRLF`.
    Size,
    /// In the midst of a chunk with so many octets left.
    Data(u64),
    /// Before the CRLF behind a chunk's data.
    DataEnd,
    /// Before a line of the trailer section.
    Trailer,
    End,
}

/// Reads one chunked body.
#[derive(Debug)]
pub(super) struct Chunked {
    state: State,
    /// What lines cost beyond what their data excuses.
    overhead: u64,
    trailer_bytes: usize,
}

/// What a chunk may cost for itself: size and line ends.
const CHUNK_BYTES_FREE: u64 = 16;

impl Chunked {
    pub(super) const fn new() -> Self {
        Self { state: State::Size, overhead: 0, trailer_bytes: 0 }
    }

    pub(super) fn is_over(&self) -> bool {
        self.state == State::End
    }

    /// Looks at the octets at hand.
    pub(super) fn step(&mut self, octets: &[u8]) -> Result<ChunkStep, ChunkFault> {
        match self.state {
            State::End => Ok(ChunkStep::End),
            State::Data(left) => Ok(ChunkStep::Data(left)),
            State::DataEnd => match octets {
                [b'\r', b'\n', ..] => {
                    self.state = State::Size;
                    Ok(ChunkStep::Framing(2))
                }
                [] | [b'\r'] => Ok(ChunkStep::More),
                _ => Err(ChunkFault),
            },
            State::Size => match line(octets, CHUNK_LINE_BYTES_MAX)? {
                Some(line) => self.size(line),
                None => Ok(ChunkStep::More),
            },
            State::Trailer => {
                let room = TRAILER_BYTES_MAX.saturating_sub(self.trailer_bytes);
                match line(octets, room)? {
                    Some(line) => self.trailer(line),
                    None => Ok(ChunkStep::More),
                }
            }
        }
    }

    /// So many octets of data were taken.
    pub(super) fn took(&mut self, count: u64) {
        if let State::Data(left) = self.state {
            let left = left.saturating_sub(count);
            self.state = if left == 0 { State::DataEnd } else { State::Data(left) };
        }
    }

    fn size(&mut self, line: &[u8]) -> Result<ChunkStep, ChunkFault> {
        let size = parse_size(line).ok_or(ChunkFault)?;
        let used = line.len().saturating_add(2);
        // Tiny chunks are for the sender to choose; long extensions on them would be work for nothing.
        let excused = CHUNK_BYTES_FREE.saturating_add(size.saturating_mul(2));
        let cost = u64::try_from(used).unwrap_or(u64::MAX);
        self.overhead = self.overhead.saturating_add(cost).saturating_sub(excused);
        if self.overhead > CHUNK_OVERHEAD_BYTES_FREE {
            return Err(ChunkFault);
        }
        self.state = if size == 0 { State::Trailer } else { State::Data(size) };
        Ok(ChunkStep::Framing(used))
    }

    fn trailer(&mut self, line: &[u8]) -> Result<ChunkStep, ChunkFault> {
        let used = line.len().saturating_add(2);
        self.trailer_bytes = self.trailer_bytes.saturating_add(used);
        if line.is_empty() {
            self.state = State::End;
        } else if !is_field_line(line) {
            return Err(ChunkFault);
        }
        Ok(ChunkStep::Framing(used))
    }
}

/// The line at the start without its CR LF; `None` where it has not come whole.
fn line(octets: &[u8], bytes_max: usize) -> Result<Option<&[u8]>, ChunkFault> {
    let within = octets.get(..bytes_max).unwrap_or(octets);
    match memchr::memchr2(b'\n', b'\r', within) {
        Some(end) => match (octets.get(end), octets.get(end.saturating_add(1))) {
            (Some(b'\r'), Some(b'\n')) => Ok(octets.get(..end)),
            (Some(b'\r'), None) => Ok(None),
            _ => Err(ChunkFault),
        },
        None if within.len() >= bytes_max => Err(ChunkFault),
        None => Ok(None),
    }
}

/// `1*HEXDIG [ chunk-ext ]`
fn parse_size(line: &[u8]) -> Option<u64> {
    let digits = line.iter().take_while(|octet| octet.is_ascii_hexdigit()).count();
    let (digits, extension) = line.split_at_checked(digits)?;
    if digits.is_empty() || !is_extension(extension) {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// `*( BWS ";" BWS name [ BWS "=" BWS value ] )`, of which no more is checked than that it starts so and holds no control.
fn is_extension(extension: &[u8]) -> bool {
    let Some(first) = extension.trim_ascii_start().first() else { return extension.is_empty() };
    *first == b';' && extension.iter().all(|octet| *octet == b'\t' || !octet.is_ascii_control())
}

fn is_field_line(line: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', line) else { return false };
    let Some((name, value)) = line.split_at_checked(colon) else { return false };
    std::str::from_utf8(name).is_ok_and(is_token)
        && value.iter().all(|octet| *octet == b'\t' || !octet.is_ascii_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes with `window` octets at hand at most; gives the data and what is left behind the body.
    fn decode(sent: &[u8], window: usize) -> Result<Option<(Vec<u8>, usize)>, ChunkFault> {
        let (mut decoder, mut data) = (Chunked::new(), Vec::new());
        let (mut from, mut to) = (0, 0);
        loop {
            match decoder.step(&sent[from..to])? {
                ChunkStep::Framing(count) => from += count,
                ChunkStep::Data(_) if from == to && to == sent.len() => return Ok(None),
                ChunkStep::Data(_) if from == to => to = (to + window).min(sent.len()),
                ChunkStep::Data(most) => {
                    let count = usize::try_from(most).unwrap().min(to - from);
                    data.extend_from_slice(&sent[from..from + count]);
                    decoder.took(count as u64);
                    from += count;
                }
                ChunkStep::More if to == sent.len() => return Ok(None),
                ChunkStep::More => to = (to + window).min(sent.len()),
                ChunkStep::End => return Ok(Some((data, sent.len() - from))),
            }
        }
    }

    #[test]
    fn bodies_are_the_same_however_they_come() {
        let long_extension = format!("1;a={}\r\nx\r\n0\r\n\r\n", "b".repeat(300));
        let long_trailer = format!("0\r\na: {}\r\n\r\n", "b".repeat(5000));
        let many_extensions = format!("{}0\r\n\r\n", format!("1;a={}\r\nx\r\n", "b".repeat(200)).repeat(100));
        let tiny = format!("{}0\r\n\r\n", "1\r\nx\r\n".repeat(5000));
        let cases: &[(&[u8], Result<Option<(&[u8], usize)>, ChunkFault>)] = &[
            (b"0\r\n\r\n", Ok(Some((b"", 0)))),
            (b"5\r\nhello\r\n0\r\n\r\n", Ok(Some((b"hello", 0)))),
            (b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nrest", Ok(Some((b"abcde", 4)))),
            (b"A\r\n0123456789\r\n00\r\n\r\n", Ok(Some((b"0123456789", 0)))),
            (b"a;x=\"y z\" ; q\r\n0123456789\r\n0;last\r\n\r\n", Ok(Some((b"0123456789", 0)))),
            (b"0\r\nX-Sum: 1\r\nY:\r\n\r\n", Ok(Some((b"", 0)))),
            (b"5\r\nhel", Ok(None)),
            (b"0\r\n", Ok(None)),
            (b"", Ok(None)),
            (b"\r\n", Err(ChunkFault)),
            (b"5\nhello\r\n0\r\n\r\n", Err(ChunkFault)),
            (b"5\r\nhello\n0\r\n\r\n", Err(ChunkFault)),
            (b"5\r\nhelloo0\r\n\r\n", Err(ChunkFault)),
            (b"0x5\r\nhello\r\n", Err(ChunkFault)),
            (b"+5\r\nhello\r\n", Err(ChunkFault)),
            (b"-5\r\nhello\r\n", Err(ChunkFault)),
            (b" 5\r\nhello\r\n", Err(ChunkFault)),
            (b"5 \r\nhello\r\n", Err(ChunkFault)),
            (b"g\r\n", Err(ChunkFault)),
            (b"10000000000000000\r\n", Err(ChunkFault)),
            (b"5;a\x00\r\n", Err(ChunkFault)),
            (b"5;a\nb\r\n", Err(ChunkFault)),
            (b"5\rx", Err(ChunkFault)),
            (b"0\r\nbad line\r\n\r\n", Err(ChunkFault)),
            (b"0\r\na : b\r\n\r\n", Err(ChunkFault)),
            (b"0\r\na: b\n\r\n", Err(ChunkFault)),
            (long_extension.as_bytes(), Err(ChunkFault)),
            (long_trailer.as_bytes(), Err(ChunkFault)),
            (many_extensions.as_bytes(), Err(ChunkFault)),
        ];
        for (sent, expected) in cases {
            for window in [1, 2, 3, 7, sent.len().max(1)] {
                let expected = expected.map(|read| read.map(|(data, left)| (data.to_vec(), left)));
                let read = decode(sent, window);
                assert_eq!(read, expected, "{} by {window}", sent.escape_ascii());
            }
        }
        assert_eq!(decode(tiny.as_bytes(), 64).unwrap().unwrap().0.len(), 5000);
    }
}

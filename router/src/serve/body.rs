//! The request body as the journey pulls it: bounded, from memory or from a connection.
//!
//! Takes: nothing but what the transport has framed. Gives: octets on demand. Never panics.

use std::fmt;

/// Why a body could not be read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// More octets than allowed came, or were announced (RFC 9110 §15.5.14): 413.
    TooLarge {
        /// The bound that was passed, in bytes.
        bytes_max: u64,
    },
    /// The peer was too slow: 408.
    TimedOut,
    /// The framing of the body was broken (RFC 9112 §6): 400, and the connection closes.
    Framing,
    /// The peer is gone; nobody reads an answer.
    Disconnected,
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes_max } => write!(f, "the body is larger than {bytes_max} bytes"),
            Self::TimedOut => f.write_str("the body did not arrive in time"),
            Self::Framing => f.write_str("the framing of the body is broken"),
            Self::Disconnected => f.write_str("the peer closed the connection within the body"),
        }
    }
}

impl std::error::Error for BodyError {}

/// Something to do on whatever thread.
pub type Computation = Box<dyn FnOnce() + Send>;

/// Where the octets of one request body come from.
pub trait BodySource {
    /// The length that the head announced; `None` where it is not known, as for chunked bodies.
    fn length(&self) -> Option<u64>;

    /// Learns how many octets the reader takes at most, so that a source that knows of more can say so before they come.
    fn limit(&mut self, bytes_max: u64) {
        let _unused = bytes_max;
    }

    /// Does what takes long for the number of octets that came, and waits for it: here, unless the source has a better place. A source whose
    /// thread serves others as well should have one.
    fn compute(&mut self, computation: Computation) {
        computation();
    }

    /// Reads into `buffer` and tells how many bytes came; 0 is the end of the body.
    ///
    /// # Errors
    /// A [`BodyError`]; nothing may be read after one.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError>;
}

/// No body.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptyBody;

impl BodySource for EmptyBody {
    fn length(&self) -> Option<u64> {
        Some(0)
    }

    fn read(&mut self, _buffer: &mut [u8]) -> Result<usize, BodyError> {
        Ok(0)
    }
}

/// A body held in memory.
#[derive(Clone, Debug)]
pub struct BytesBody<'b> {
    rest: &'b [u8],
}

impl<'b> BytesBody<'b> {
    /// A body of exactly these bytes.
    #[must_use]
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl BodySource for BytesBody<'_> {
    fn length(&self) -> Option<u64> {
        u64::try_from(self.rest.len()).ok()
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        let count = self.rest.len().min(buffer.len());
        let Some((now, later)) = self.rest.split_at_checked(count) else { return Ok(0) };
        if let Some(target) = buffer.get_mut(..count) {
            target.copy_from_slice(now);
        }
        self.rest = later;
        Ok(count)
    }
}

/// A body whose octets are counted as they are read.
pub(super) struct CountedBody<'b> {
    pub(super) source: &'b mut dyn BodySource,
    pub(super) bytes: u64,
}

impl BodySource for CountedBody<'_> {
    fn length(&self) -> Option<u64> {
        self.source.length()
    }

    fn limit(&mut self, bytes_max: u64) {
        self.source.limit(bytes_max);
    }

    fn compute(&mut self, computation: Computation) {
        self.source.compute(computation);
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        let count = self.source.read(buffer)?;
        self.bytes = self.bytes.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }
}

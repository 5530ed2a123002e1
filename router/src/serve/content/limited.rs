//! A body source that stops at a bound (HTTP-010).
//!
//! Takes: a source and the most octets that may come. Gives: the same octets, or [`BodyError::TooLarge`] as soon as one
//! too many came, without reading the rest. Never panics.

use crate::limits::content::{READ_BYTES_MAX, READ_BYTES_MIN, RESERVE_BYTES_MAX};
use crate::serve::{BodyError, BodySource, Computation};

/// A source of at most so many octets; what came may be kept for whoever needs the raw content.
pub struct LimitedBody<'b> {
    source: &'b mut dyn BodySource,
    bytes_max: u64,
    bytes_left: u64,
    kept: Option<Vec<u8>>,
}

impl<'b> LimitedBody<'b> {
    /// Passes on at most `bytes_max` octets of `source`.
    ///
    /// # Errors
    /// [`BodyError::TooLarge`] where the source announces more: nothing is read then.
    pub fn new(source: &'b mut dyn BodySource, bytes_max: u64) -> Result<Self, BodyError> {
        if source.length().is_some_and(|length| length > bytes_max) {
            return Err(BodyError::TooLarge { bytes_max });
        }
        source.limit(bytes_max);
        Ok(Self { source, bytes_max, bytes_left: bytes_max, kept: None })
    }

    /// Keeps from now on what is read, for [`Self::take_kept`].
    pub(super) fn keep(&mut self) {
        self.kept = Some(Vec::new());
    }

    /// What was read since [`Self::keep`].
    pub(super) fn take_kept(&mut self) -> Vec<u8> {
        self.kept.take().unwrap_or_default()
    }

    /// Reads to the end.
    pub(crate) fn read_all(&mut self) -> Result<Vec<u8>, BodyError> {
        // Only so much is reserved as a peer has to send soon anyway; one byte more shows the end.
        let announced = self.length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let mut octets = Vec::with_capacity(announced.min(RESERVE_BYTES_MAX).saturating_add(1));
        loop {
            let filled = octets.len();
            let free = octets.capacity().saturating_sub(filled);
            let step = if free > 0 { free } else { filled.clamp(READ_BYTES_MIN, READ_BYTES_MAX) };
            octets.resize(filled.saturating_add(step), 0);
            let count = self.read(octets.get_mut(filled..).unwrap_or_default())?;
            octets.truncate(filled.saturating_add(count));
            if count == 0 {
                return Ok(octets);
            }
        }
    }
}

impl std::fmt::Debug for LimitedBody<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LimitedBody").field("bytes_left", &self.bytes_left).finish_non_exhaustive()
    }
}

impl BodySource for LimitedBody<'_> {
    fn length(&self) -> Option<u64> {
        self.source.length()
    }

    fn compute(&mut self, computation: Computation) {
        self.source.compute(computation);
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        let count = self.source.read(buffer)?.min(buffer.len());
        let bytes = u64::try_from(count).unwrap_or(u64::MAX);
        self.bytes_left =
            self.bytes_left.checked_sub(bytes).ok_or(BodyError::TooLarge { bytes_max: self.bytes_max })?;
        if let (Some(kept), Some(read)) = (&mut self.kept, buffer.get(..count)) {
            kept.extend_from_slice(read);
        }
        Ok(count)
    }
}

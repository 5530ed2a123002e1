//! The body of a request on its way in: framed by a length or by chunks, pulled by the journey, timed by its rate.
//!
//! Takes: a channel and what is already in its input. Gives: a [`BodySource`]. 100 (Continue) is sent when the first octet is asked for and none is there, so
//! only for a request that was let in and whose length suits (HTTP-013). Never panics.

use super::channel::{Channel, ReadFault};
use super::chunked::{ChunkFault, ChunkStep, Chunked};
use super::framing::{BodyFraming, Framing};
use super::input::Input;
use super::line::Line;
use super::peer::Wait;
use crate::limits::http::{DRAIN_BYTES_MAX, OUTPUT_BYTES_MAX};
use crate::serve::{BodyError, BodySource, Computation};

/// What is left of a body.
#[derive(Debug)]
enum Left {
    Length(u64),
    Chunked(Chunked),
}

/// How far a body has been read; outlives the reading, so that the answer can be written in between.
#[derive(Debug)]
pub(super) struct BodyProgress {
    announced: Option<u64>,
    left: Left,
    /// How many octets the journey takes.
    bytes_max: u64,
    /// Octets of data that were given.
    given: u64,
    began_millis: u64,
    must_continue: bool,
    fault: Option<BodyError>,
}

impl BodyProgress {
    /// A body of which nothing was read.
    pub(super) const fn new(framing: &Framing, began_millis: u64) -> Self {
        let (announced, left) = match framing.body {
            BodyFraming::Length(length) => (Some(length), Left::Length(length)),
            BodyFraming::Chunked => (None, Left::Chunked(Chunked::new())),
        };
        Self {
            announced,
            left,
            bytes_max: u64::MAX,
            given: 0,
            began_millis,
            must_continue: framing.expects_continue,
            fault: None,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        match &self.left {
            Left::Length(left) => *left == 0,
            Left::Chunked(chunked) => chunked.is_over(),
        }
    }

    /// Whether the connection can be used again at a bounded cost: what is left is small, or may be.
    pub(super) fn is_drainable(&self) -> bool {
        let is_small = match &self.left {
            Left::Length(left) => *left <= DRAIN_BYTES_MAX,
            Left::Chunked(_) => true,
        };
        // A peer that still waits for 100 (Continue) may send its body or not: nobody can tell where the next request starts.
        self.is_over() || (self.fault.is_none() && !self.must_continue && is_small)
    }

    /// Whether the peer is gone, so that nobody reads an answer.
    pub(super) fn is_abandoned(&self) -> bool {
        self.fault == Some(BodyError::Disconnected)
    }

    /// Whether the peer was too slow to send it.
    pub(super) fn is_late(&self) -> bool {
        self.fault == Some(BodyError::TimedOut)
    }
}

/// The body of the request that is being served.
pub(super) struct IncomingBody<'c, S> {
    channel: &'c mut Channel<S>,
    input: &'c mut Input,
    progress: &'c mut BodyProgress,
}

impl<'c, S: Line> IncomingBody<'c, S> {
    pub(super) const fn new(
        channel: &'c mut Channel<S>,
        input: &'c mut Input,
        progress: &'c mut BodyProgress,
    ) -> Self {
        Self { channel, input, progress }
    }

    /// Reads what is left for nothing; tells whether the next request starts behind it.
    pub(super) fn drain(mut self) -> bool {
        self.progress.bytes_max = u64::MAX;
        let mut nowhere = [0; 1024];
        let mut drained = 0_u64;
        while drained <= DRAIN_BYTES_MAX {
            match self.read(&mut nowhere) {
                Ok(0) => return true,
                Ok(count) => drained = drained.saturating_add(u64::try_from(count).unwrap_or(u64::MAX)),
                Err(_) => return false,
            }
        }
        false
    }

    fn pull(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        loop {
            let most = match &mut self.progress.left {
                Left::Length(0) => return Ok(0),
                Left::Length(left) => *left,
                Left::Chunked(chunked) => match chunked.step(self.input.filled()) {
                    Ok(ChunkStep::End) => return Ok(0),
                    // A chunk that cannot be taken whole is not waited for.
                    Ok(ChunkStep::Data(most))
                        if self.progress.given.saturating_add(most) > self.progress.bytes_max =>
                    {
                        return Err(BodyError::TooLarge { bytes_max: self.progress.bytes_max });
                    }
                    Ok(ChunkStep::Data(most)) => most,
                    Ok(ChunkStep::Framing(count)) => {
                        self.input.consume(count);
                        continue;
                    }
                    Ok(ChunkStep::More) => {
                        self.fill()?;
                        continue;
                    }
                    Err(ChunkFault) => return Err(BodyError::Framing),
                },
            };
            if self.input.is_empty() {
                self.fill()?;
                continue;
            }
            return Ok(self.take(most, buffer));
        }
    }

    /// Gives what is there, at most `most` octets of it.
    fn take(&mut self, most: u64, buffer: &mut [u8]) -> usize {
        let filled = self.input.filled();
        let count = usize::try_from(most).unwrap_or(usize::MAX).min(filled.len()).min(buffer.len());
        if let (Some(target), Some(source)) = (buffer.get_mut(..count), filled.get(..count)) {
            target.copy_from_slice(source);
        }
        self.input.consume(count);
        let taken = u64::try_from(count).unwrap_or(u64::MAX);
        self.progress.given = self.progress.given.saturating_add(taken);
        match &mut self.progress.left {
            Left::Length(left) => *left = left.saturating_sub(taken),
            Left::Chunked(chunked) => chunked.took(taken),
        }
        count
    }

    fn fill(&mut self) -> Result<(), BodyError> {
        if std::mem::take(&mut self.progress.must_continue) {
            self.channel.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").map_err(|_| BodyError::Disconnected)?;
        }
        self.channel.wait_until(self.until(), Wait::Octets);
        let read = self.channel.fill(self.input, OUTPUT_BYTES_MAX);
        self.channel.go_on();
        match read {
            Ok(0) | Err(ReadFault::Gone) => Err(BodyError::Disconnected),
            Ok(_) => Ok(()),
            Err(ReadFault::Late) => Err(BodyError::TimedOut),
        }
    }

    /// When the next octet has to be there so that the rate is kept.
    fn until(&self) -> u64 {
        let options = &self.channel.shared().options;
        let rate = u64::from(options.body_rate_min.max(1));
        let earned = self.progress.given.saturating_mul(1000).checked_div(rate).unwrap_or(0);
        self.progress
            .began_millis
            .saturating_add(earned)
            .saturating_add(super::ticker::whole_millis(options.body_grace_time))
    }
}

impl<S: Line> BodySource for IncomingBody<'_, S> {
    fn length(&self) -> Option<u64> {
        self.progress.announced
    }

    fn limit(&mut self, bytes_max: u64) {
        self.progress.bytes_max = bytes_max;
    }

    fn compute(&mut self, computation: Computation) {
        self.channel.shared().apart.compute(computation);
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BodyError> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if let Some(fault) = self.progress.fault {
            return Err(fault);
        }
        let read = self.pull(buffer);
        self.progress.fault = read.err();
        read
    }
}

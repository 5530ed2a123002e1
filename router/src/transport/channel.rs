//! A connection's stream with its deadline: whoever waits for the peer waits here.
//!
//! Takes: octets to write, buffers to fill. Gives: octets, or that the peer is late or gone. Never panics.

use std::io;
use std::sync::Arc;

use super::input::Input;
use super::line::{AtOnce, Line};
use super::peer::{Peer, Wait};
use super::readiness::News;
use super::server::Shared;
use crate::limits::http::{
    BURST_MAX, LINGER_BYTES_MAX, LINGER_MILLIS_MAX, OUTPUT_BYTES_MAX, WRITE_STEP_BYTES,
};

/// Why nothing came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadFault {
    /// The deadline passed.
    Late,
    /// The connection is broken.
    Gone,
}

/// The peer takes nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unwritten;

/// One connection's stream.
pub(super) struct Channel<S> {
    stream: S,
    peer: Arc<Peer>,
    shared: Arc<Shared>,
    /// Whether the peer was too slow to take an answer.
    has_written_late: bool,
    /// Whether the parking watches the socket.
    is_watched: bool,
    /// How many requests were served since it last waited for one.
    burst: u32,
}

impl<S: Line> Channel<S> {
    pub(super) const fn new(stream: S, peer: Arc<Peer>, shared: Arc<Shared>) -> Self {
        Self { stream, peer, shared, has_written_late: false, is_watched: false, burst: 0 }
    }

    /// The same channel over another line.
    #[cfg(feature = "tls")]
    pub(super) fn over<T: Line>(self, line: impl FnOnce(S) -> T) -> Channel<T> {
        Channel {
            stream: line(self.stream),
            peer: self.peer,
            shared: self.shared,
            has_written_late: self.has_written_late,
            is_watched: self.is_watched,
            burst: self.burst,
        }
    }

    #[cfg(feature = "tls")]
    pub(super) const fn line(&mut self) -> &mut S {
        &mut self.stream
    }

    #[cfg(feature = "tls")]
    pub(super) fn is_late(&self) -> bool {
        self.peer.is_late()
    }

    pub(super) const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(super) fn millis(&self) -> u64 {
        self.shared.ticker.millis()
    }

    pub(super) fn wait_until(&self, millis: u64, wait: Wait) {
        self.peer.wait_until(millis, wait);
    }

    pub(super) fn go_on(&self) {
        self.peer.go_on();
    }

    /// Reads once into `input`; 0 is the end.
    pub(super) fn fill(&mut self, input: &mut Input, bytes_max: usize) -> Result<usize, ReadFault> {
        loop {
            match input.fill(&mut self.stream, bytes_max) {
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                read => return self.judge(&read),
            }
        }
    }

    /// The same for a connection that waits for a request; `None` where it was woken to rest or to end.
    pub(super) fn fill_unless_woken(
        &mut self,
        input: &mut Input,
        bytes_max: usize,
    ) -> Result<Option<usize>, ReadFault> {
        loop {
            match self.fill_at_once(input, bytes_max)? {
                Some(count) => return Ok(Some(count)),
                None if self.peer.is_resting() || self.peer.is_ending() => return Ok(None),
                None => {
                    self.burst = 0;
                    self.stream.wait().map_err(|_| ReadFault::Gone)?;
                }
            }
        }
    }

    /// Whether no request is taken any more that has not begun to come.
    pub(super) fn is_ending(&self) -> bool {
        self.peer.is_ending()
    }

    /// Lets the parking tell of all that comes from now on, and of what has come already.
    pub(super) fn be_watched(&mut self, slot: usize) -> io::Result<()> {
        if !self.is_watched {
            let parking = self.shared.parking.as_ref().ok_or(io::ErrorKind::Unsupported)?;
            parking.watch(self.peer.socket(), slot)?;
            self.is_watched = true;
        }
        Ok(())
    }

    /// The connection waits for itself again.
    pub(super) fn be_unwatched(&mut self) {
        if std::mem::take(&mut self.is_watched)
            && let Some(parking) = &self.shared.parking
        {
            // A socket that is still told of is looked at once too often.
            parking.unwatch(self.peer.socket()).unwrap_or_default();
        }
    }

    /// Something has come while others waited for the connection.
    pub(super) fn look_again(&mut self, news: News) {
        self.burst = 0;
        self.stream.look_again(news);
    }

    /// A request more was served. Whether there were so many without a wait that others should have their turn.
    pub(super) const fn has_had_its_turn(&mut self) -> bool {
        self.burst = self.burst.saturating_add(1);
        let is_over = self.burst >= BURST_MAX;
        if is_over {
            self.burst = 0;
        }
        is_over
    }

    /// The same without waiting; `None` where nothing has come.
    pub(super) fn fill_at_once(
        &mut self,
        input: &mut Input,
        bytes_max: usize,
    ) -> Result<Option<usize>, ReadFault> {
        loop {
            match input.fill(&mut AtOnce(&mut self.stream), bytes_max) {
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                read => return self.judge(&read).map(Some),
            }
        }
    }

    fn judge(&self, read: &io::Result<usize>) -> Result<usize, ReadFault> {
        match read {
            Ok(0) | Err(_) if self.peer.is_late() => Err(ReadFault::Late),
            Ok(count) => Ok(*count),
            Err(_) => Err(ReadFault::Gone),
        }
    }

    /// Writes all, step by step, each within its time.
    pub(super) fn write_all(&mut self, octets: &[u8]) -> Result<(), Unwritten> {
        let time = self.shared.options.write_time_max;
        for step in octets.chunks(WRITE_STEP_BYTES) {
            self.peer.wait_until(self.shared.ticker.after(time), Wait::Writing);
            let written = self.stream.write_all(step).and_then(|()| self.stream.flush());
            self.has_written_late = written.is_err() && self.peer.is_late();
            self.peer.go_on();
            written.map_err(|_| Unwritten)?;
        }
        Ok(())
    }

    /// Whether the last answer could not be written because the peer was too slow to take it.
    pub(super) const fn has_written_late(&self) -> bool {
        self.has_written_late
    }

    /// Says farewell on a line that has words for it; whether it arrives is the peer's affair.
    pub(super) fn farewell(&mut self) {
        if S::HAS_FAREWELL {
            self.peer.wait_until(self.shared.ticker.after(self.shared.options.write_time_max), Wait::Writing);
            self.stream.farewell().unwrap_or_default();
            self.peer.go_on();
        }
    }

    /// Tells the peer that this was the last answer.
    pub(super) fn end_of_answers(&mut self) {
        self.farewell();
        self.peer.end_of_answers();
    }

    /// Reads on for a while after the last answer, so that the peer gets to read it: a socket that is closed with octets unread resets the
    /// connection, and the answer may be lost with it (RFC 9112 §9.6).
    pub(super) fn linger(&mut self, input: &mut Input) {
        self.end_of_answers();
        self.wait_until(self.millis().saturating_add(LINGER_MILLIS_MAX), Wait::Octets);
        let mut left = LINGER_BYTES_MAX;
        while left > 0 {
            input.consume(usize::MAX);
            match self.fill(input, OUTPUT_BYTES_MAX) {
                Ok(0) | Err(_) => return,
                Ok(count) => left = left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX)),
            }
        }
    }
}

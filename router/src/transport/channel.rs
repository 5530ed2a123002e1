//! A connection's stream with its deadline: whoever waits for the peer waits here.
//!
//! Takes: octets to write, buffers to fill. Gives: octets, or that the peer is late or gone. Never panics.

use std::io::{self, Read, Write};
use std::sync::Arc;

use super::input::Input;
use super::server::Shared;
use super::table::{Peer, Wait};
use crate::limits::http::WRITE_STEP_BYTES;

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
}

impl<S: Read + Write> Channel<S> {
    pub(super) const fn new(stream: S, peer: Arc<Peer>, shared: Arc<Shared>) -> Self {
        Self { stream, peer, shared }
    }

    pub(super) fn shared(&self) -> &Shared {
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
                Ok(0) if self.peer.is_late() => return Err(ReadFault::Late),
                Ok(count) => return Ok(count),
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(_) if self.peer.is_late() => return Err(ReadFault::Late),
                Err(_) => return Err(ReadFault::Gone),
            }
        }
    }

    /// Writes all, step by step, each within its time.
    pub(super) fn write_all(&mut self, octets: &[u8]) -> Result<(), Unwritten> {
        let time = self.shared.options.write_time_max;
        for step in octets.chunks(WRITE_STEP_BYTES) {
            self.peer.wait_until(self.shared.ticker.after(time), Wait::Writing);
            let written = self.stream.write_all(step).and_then(|()| self.stream.flush());
            self.peer.go_on();
            written.map_err(|_| Unwritten)?;
        }
        Ok(())
    }

    /// Tells the peer that this was the last answer.
    pub(super) fn end_of_answers(&self) {
        self.peer.end_of_answers();
    }
}

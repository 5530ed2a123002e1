//! One connection from its first octet to its last: requests one after the other, each answered before the next is read.
//!
//! Takes: a stream, and what is known of its peer. Gives: nothing; the connection is over when this returns. Runs in a coroutine of its own. Buffers
//! are given back while it waits. Never panics, but for what a panicking `Api` passes on.

use std::io::{Read, Write};
use std::sync::Arc;

use may::io::CoIo;

use super::channel::{Channel, ReadFault};
use super::exchange::Next;
use super::fault::FramingFault;
use super::input::Input;
use super::output::Output;
use super::scan::{HeadPlace, Scan, head_bytes_max};
use super::server::Shared;
use super::table::{Registration, Wait, Wire};
use crate::limits::http::{LINGER_BYTES_MAX, LINGER_MILLIS_MAX, OUTPUT_BYTES_MAX, PIPELINE_BURST_MAX};
use crate::serve::Connection;

/// Serves the connection of a registration.
pub(super) fn serve(shared: &Arc<Shared>, registration: &Registration, connection: Connection) {
    let peer = registration.peer();
    match CoIo::new(Wire(Arc::clone(peer))) {
        Ok(stream) => {
            let channel = Channel::new(stream, Arc::clone(peer), Arc::clone(shared));
            Conversation::new(channel, connection).run();
        }
        Err(fault) => tracing::warn!(%fault, "a connection cannot be waited for"),
    }
}

/// The state of a connection between and within requests.
pub(super) struct Conversation<S> {
    pub(super) channel: Channel<S>,
    pub(super) connection: Connection,
    pub(super) input: Input,
    /// What came behind the head of a request whose body is being pulled.
    pub(super) behind: Input,
    pub(super) output: Output,
    requests: u64,
}

/// Why there is no further head.
enum Stop {
    /// The peer is gone, or has nothing more to ask.
    Closed,
    /// What came is no request.
    Fault(FramingFault),
}

impl From<FramingFault> for Stop {
    fn from(fault: FramingFault) -> Self {
        Self::Fault(fault)
    }
}

impl<S: Read + Write> Conversation<S> {
    pub(super) fn new(channel: Channel<S>, connection: Connection) -> Self {
        let (input, behind, output) = (Input::default(), Input::default(), Output::default());
        Self { channel, connection, input, behind, output, requests: 0 }
    }

    /// Serves requests until one side has enough.
    pub(super) fn run(mut self) {
        let mut burst = 0_u32;
        loop {
            let waited = self.input.is_empty();
            let next = match self.next_head() {
                Ok(place) => self.exchange(place),
                Err(Stop::Fault(fault)) => self.refuse(fault),
                Err(Stop::Closed) => return,
            };
            self.requests = self.requests.saturating_add(1);
            if next != Next::Request {
                return self.end(next);
            }
            burst = if waited { 0 } else { burst.saturating_add(1) };
            if burst >= PIPELINE_BURST_MAX {
                burst = 0;
                may::coroutine::yield_now();
            }
        }
    }

    /// Whether the last answer still arrives is the peer's affair.
    fn end(mut self, next: Next) {
        if next == Next::Abandon || self.output.flush(&mut self.channel).is_err() {
            return;
        }
        if next == Next::Close && self.input.is_empty() {
            self.channel.end_of_answers();
        } else {
            self.linger();
        }
    }

    /// Waits for the next head. Answers leave before it waits.
    fn next_head(&mut self) -> Result<HeadPlace, Stop> {
        let (mut scan, mut is_timed) = (Scan::default(), false);
        loop {
            if let Some(place) = scan.advance(self.input.filled(), &self.channel.shared().options)? {
                self.channel.go_on();
                return Ok(place);
            }
            self.output.flush(&mut self.channel).map_err(|_| Stop::Closed)?;
            if self.input.is_empty() {
                self.wait_for_request()?;
            } else if !std::mem::replace(&mut is_timed, true) {
                let until = self.channel.shared().ticker.after(self.channel.shared().options.head_time_max);
                self.channel.wait_until(until, Wait::Octets);
            }
            let most = head_bytes_max(&self.channel.shared().options).saturating_add(OUTPUT_BYTES_MAX);
            match self.channel.fill(&mut self.input, most) {
                Ok(1..) => {}
                Ok(0) if !scan.is_at_start() => return Err(FramingFault::Incomplete.into()),
                Err(ReadFault::Late) if !scan.is_at_start() => return Err(FramingFault::TimedOut.into()),
                Ok(0) | Err(ReadFault::Late | ReadFault::Gone) => return Err(Stop::Closed),
            }
        }
    }

    /// Nothing has come yet: the connection is idle, or new.
    fn wait_for_request(&mut self) -> Result<(), Stop> {
        let shared = self.channel.shared();
        let time =
            if self.requests == 0 { shared.options.head_time_max } else { shared.options.idle_time_max };
        let until = shared.ticker.after(time);
        self.channel.wait_until(until, Wait::Request);
        if self.channel.shared().is_draining() && self.requests > 0 {
            return Err(Stop::Closed);
        }
        self.input.shrink();
        Ok(())
    }

    /// Reads on for a while after the last answer, so that the peer gets to read it: a socket that is closed with octets unread resets the
    /// connection, and the answer may be lost with it (RFC 9112 §9.6).
    fn linger(&mut self) {
        self.channel.end_of_answers();
        let until = self.channel.millis().saturating_add(LINGER_MILLIS_MAX);
        self.channel.wait_until(until, Wait::Octets);
        let mut left = LINGER_BYTES_MAX;
        while left > 0 {
            self.input.consume(usize::MAX);
            match self.channel.fill(&mut self.input, OUTPUT_BYTES_MAX) {
                Ok(0) | Err(_) => return,
                Ok(count) => left = left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX)),
            }
        }
    }
}

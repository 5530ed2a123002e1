//! One connection from its first octet to its last: requests one after the other, each answered before the next is read.
//!
//! Takes: a stream, and what is known of its peer. Gives: nothing; the connection is over when this returns, or it is parked: it waits for a request, or has had its turn,
//! and goes on in another coroutine. While it is served it has a coroutine to itself. Never panics, but for what a panicking `Api` passes on.

use std::sync::Arc;

use super::channel::{Channel, ReadFault};
use super::counts::{CloseCause, Ending};
use super::exchange::Next;
use super::fault::FramingFault;
use super::input::Input;
use super::line::{Line, PlainLine};
use super::output::Output;
use super::parking::{Parked, Parking};
use super::peer::Wait;
use super::protection::Protection;
use super::readiness::News;
use super::scan::{HeadPlace, Scan, head_bytes_max};
use super::server::Shared;
use super::table::Registration;
use crate::limits::http::{OUTPUT_BYTES_MAX, REST_MILLIS};
use crate::serve::Connection;

/// Serves the connection of a registration.
pub(super) fn serve(
    shared: &Arc<Shared>,
    registration: Registration,
    connection: Connection,
    protection: &Protection,
) {
    let ending = Ending::of(&shared.counts);
    let channel = Channel::new(
        PlainLine::new(registration.peer()),
        Arc::clone(registration.peer()),
        Arc::clone(shared),
    );
    match protection {
        Protection::Plain => Session::new(channel, connection, registration).run(ending),
        #[cfg(feature = "tls")]
        Protection::Tls(config) => match super::tls::secure(channel, config.server(), connection) {
            Some((channel, connection)) => Session::new(channel, connection, registration).run(ending),
            None => ending.by(CloseCause::Handshake),
        },
    }
}

/// A connection with all that is its own, so that it can be parked.
struct Session<S> {
    conversation: Conversation<S>,
    /// The last, since it must outlive what reads and writes the socket.
    registration: Registration,
}

impl<S: Line> Session<S> {
    fn new(channel: Channel<S>, connection: Connection, registration: Registration) -> Box<Self> {
        let conversation = Conversation::new(channel, connection);
        Box::new(Self { conversation, registration })
    }

    /// Serves it until it ends or is parked.
    fn run(mut self: Box<Self>, ending: Ending<'_>) {
        let shared = Arc::clone(self.conversation.channel.shared());
        let slot = self.registration.slot();
        loop {
            match self.conversation.run() {
                Progress::Over(cause) => return ending.by(cause),
                Progress::Waits => {}
                Progress::Yields(parking) => {
                    shared.table.keep(slot, self);
                    parking.go_on_later(&[slot]);
                    return ending.put_off();
                }
            }
            if let Err(fault) = self.conversation.channel.be_watched(slot) {
                tracing::warn!(%fault, "an idle connection cannot be watched, and waits in a coroutine");
                self.conversation.stays = true;
                continue;
            }
            match shared.table.park(slot, self) {
                Ok(()) => return ending.put_off(),
                Err((session, news)) => {
                    self = session;
                    self.conversation.channel.look_again(news);
                }
            }
        }
    }
}

impl<S: Line> Parked for Session<S> {
    fn go_on(mut self: Box<Self>, news: News) {
        self.conversation.channel.look_again(news);
        let shared = Arc::clone(self.conversation.channel.shared());
        self.run(Ending::of(&shared.counts));
    }
}

/// How far a connection has come.
enum Progress {
    Over(CloseCause),
    /// It waits for a request, and needs no coroutine meanwhile.
    Waits,
    /// It has more to do, and has had its turn.
    Yields(Arc<Parking>),
}

/// The state of a connection between and within requests.
pub(super) struct Conversation<S> {
    pub(super) channel: Channel<S>,
    pub(super) connection: Connection,
    pub(super) input: Input,
    /// What came behind the head of a request whose body is being pulled.
    pub(super) behind: Input,
    pub(super) output: Output,
    /// What will have ended the connection, where the answer alone does not tell.
    pub(super) cause: Option<CloseCause>,
    requests: u64,
    /// Whether it was parked, with a deadline that stands.
    was_parked: bool,
    /// Whether it has to wait in a coroutine.
    stays: bool,
}

/// Why there is no further head.
enum Stop {
    /// Nobody is there to ask or to answer, or no more requests are taken.
    Closed(CloseCause),
    /// It has waited for so long that it may as well be parked.
    Parks,
    /// What came is no request.
    Fault(FramingFault),
}

impl From<FramingFault> for Stop {
    fn from(fault: FramingFault) -> Self {
        Self::Fault(fault)
    }
}

impl<S: Line> Conversation<S> {
    pub(super) fn new(channel: Channel<S>, connection: Connection) -> Self {
        let (input, behind, output) = (Input::default(), Input::default(), Output::default());
        Self {
            channel,
            connection,
            input,
            behind,
            output,
            cause: None,
            requests: 0,
            was_parked: false,
            stays: false,
        }
    }

    /// Serves requests until one side has enough, or none comes.
    fn run(&mut self) -> Progress {
        let progress = self.converse();
        let shared = self.channel.shared();
        let Progress::Over(cause) = progress else { return progress };
        if !shared.is_draining() {
            return progress;
        }
        let is_cut_off = shared.is_cut_off();
        Progress::Over(match cause {
            // A head of which the rest could not come any more is no fault of who sends it.
            CloseCause::Fault if is_cut_off => CloseCause::CutOff,
            CloseCause::Peer | CloseCause::Asked | CloseCause::Idle | CloseCause::Drained => {
                if is_cut_off {
                    CloseCause::CutOff
                } else {
                    CloseCause::Drained
                }
            }
            CloseCause::LateHead
            | CloseCause::LateBody
            | CloseCause::LateWrite
            | CloseCause::Handshake
            | CloseCause::Fault
            | CloseCause::CutOff => cause,
        })
    }

    fn converse(&mut self) -> Progress {
        loop {
            let next = match self.next_head() {
                Ok(place) => self.exchange(place),
                Err(Stop::Fault(fault)) => self.refuse(fault),
                Err(Stop::Closed(cause)) => {
                    self.channel.farewell();
                    return Progress::Over(cause);
                }
                Err(Stop::Parks) => return Progress::Waits,
            };
            self.requests = self.requests.saturating_add(1);
            if next != Next::Request {
                return Progress::Over(self.end(next));
            }
            if self.channel.has_had_its_turn() {
                match &self.channel.shared().parking {
                    Some(parking) => return Progress::Yields(Arc::clone(parking)),
                    None => may::coroutine::yield_now(),
                }
            }
        }
    }

    /// Whether the last answer still arrives is the peer's affair.
    fn end(&mut self, next: Next) -> CloseCause {
        if next == Next::Abandon || self.output.flush(&mut self.channel).is_err() {
            return self.cause.unwrap_or_else(|| self.unanswered());
        }
        if next == Next::Close && self.input.is_empty() {
            self.channel.end_of_answers();
        } else {
            self.channel.linger(&mut self.input);
        }
        self.cause.unwrap_or(CloseCause::Asked)
    }

    /// Why an answer could not be written.
    const fn unanswered(&self) -> CloseCause {
        if self.channel.has_written_late() { CloseCause::LateWrite } else { CloseCause::Peer }
    }

    /// Why no request came.
    const fn unasked(&self) -> CloseCause {
        if self.requests == 0 { CloseCause::LateHead } else { CloseCause::Idle }
    }

    /// Waits for the next head. Answers leave before it waits.
    fn next_head(&mut self) -> Result<HeadPlace, Stop> {
        let (mut scan, mut is_timed) = (Scan::default(), false);
        loop {
            if let Some(place) = scan.advance(self.input.filled(), &self.channel.shared().options)? {
                self.channel.go_on();
                return Ok(place);
            }
            self.output.flush(&mut self.channel).map_err(|_| Stop::Closed(self.unanswered()))?;
            let most = head_bytes_max(&self.channel.shared().options).saturating_add(OUTPUT_BYTES_MAX);
            let read = if self.input.is_empty() {
                self.wait_for_request(most)?
            } else {
                self.wait_for_octets(most, std::mem::replace(&mut is_timed, true))
            };
            match read {
                Ok(1..) => {}
                Ok(0) if !scan.is_at_start() => return Err(FramingFault::Incomplete.into()),
                Err(ReadFault::Late) if !scan.is_at_start() => return Err(FramingFault::TimedOut.into()),
                Err(ReadFault::Late) => return Err(Stop::Closed(self.unasked())),
                Ok(0) | Err(ReadFault::Gone) => return Err(Stop::Closed(CloseCause::Peer)),
            }
        }
    }

    /// A head has begun to come.
    fn wait_for_octets(&mut self, most: usize, is_timed: bool) -> Result<usize, ReadFault> {
        if !is_timed {
            let until = self.channel.shared().ticker.after(self.channel.shared().options.head_time_max);
            self.channel.wait_until(until, Wait::Octets);
        }
        self.channel.fill(&mut self.input, most)
    }

    /// Nothing has come yet: the connection is idle, or new. Gives what is read first.
    fn wait_for_request(&mut self, most: usize) -> Result<Result<usize, ReadFault>, Stop> {
        if std::mem::take(&mut self.was_parked) {
            // Should it have been woken for nothing, its deadline still stands.
            return self.fill_or_park(most);
        }
        let shared = self.channel.shared();
        let time =
            if self.requests == 0 { shared.options.head_time_max } else { shared.options.idle_time_max };
        let until = shared.ticker.after(time);
        if shared.is_crowded() && !self.stays {
            self.begin_to_wait(until, Wait::Request);
            return self.fill_or_park(most);
        }
        let rests_at = shared.ticker.millis().saturating_add(REST_MILLIS);
        self.channel.be_unwatched();
        if rests_at < until {
            self.begin_to_wait(rests_at, Wait::Rest);
        } else {
            self.begin_to_wait(until, Wait::Request);
        }
        if let Some(read) = self.fill_or_rest(most)? {
            return Ok(read);
        }
        self.begin_to_wait(until, Wait::Request);
        if self.channel.shared().parking.is_some() && !self.stays {
            return Err(self.park());
        }
        // It is not asked to rest any more.
        self.fill_or_rest(most)?.ok_or(Stop::Closed(CloseCause::Idle))
    }

    /// Sets the deadline, by which a server that stops sees the connection wait as well.
    fn begin_to_wait(&mut self, until: u64, wait: Wait) {
        self.channel.wait_until(until, wait);
        self.input.shrink();
    }

    /// Waits for a request; `None` where it is time to rest.
    fn fill_or_rest(&mut self, most: usize) -> Result<Option<Result<usize, ReadFault>>, Stop> {
        let read = self.channel.fill_unless_woken(&mut self.input, most).transpose();
        if read.is_none() && self.channel.is_ending() {
            return self.read_last(most).map(Some);
        }
        Ok(read)
    }

    /// Reads what has come, if anything has.
    fn fill_or_park(&mut self, most: usize) -> Result<Result<usize, ReadFault>, Stop> {
        let read = self.channel.fill_at_once(&mut self.input, most).transpose();
        if read.is_none() && self.channel.is_ending() {
            return self.read_last(most);
        }
        read.ok_or_else(|| self.park())
    }

    /// A last look before it ends: a request may have begun to come between the look before this one and the stop.
    fn read_last(&mut self, most: usize) -> Result<Result<usize, ReadFault>, Stop> {
        self.channel.look_again(News { has_end: false });
        let read = self.channel.fill_at_once(&mut self.input, most).transpose();
        read.ok_or(Stop::Closed(CloseCause::Drained))
    }

    /// Keeps as little memory as can be.
    fn park(&mut self) -> Stop {
        self.input.release();
        self.behind.release();
        self.output.release();
        self.was_parked = true;
        Stop::Parks
    }
}

//! One connection as those see it who do not serve it: its socket, and the deadline until which it waits.
//!
//! Takes: what it waits for, and until when. Gives: whether that time is over, which the ticker asks of each. A deadline that passes shuts the socket down, which
//! wakes whoever reads or writes it: `may`'s own timers would keep a list for every length of time that was ever asked for, and write to an event descriptor for
//! most reads. All of it is one atomic, without a lock. Never panics.

use std::fmt;
use std::io::{self, Read, Write};
#[cfg(not(target_os = "linux"))]
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use may::io::WaitIoWaker;
#[cfg(target_os = "linux")]
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::Socket;

use crate::serve::Departure;

/// What a connection waits for, and so what its deadline ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// The first octet of the next request.
    Request,
    /// The rest of a head or a body.
    Octets,
    /// That the peer takes more of an answer.
    Writing,
    /// The first octet of the next request, for so long that the connection may as well rest: nothing ends with this deadline.
    Rest,
}

impl Wait {
    const fn bits(self) -> u64 {
        match self {
            Self::Request => 0,
            Self::Octets => 1,
            Self::Writing => 2,
            Self::Rest => 3,
        }
    }
}

/// A moment in milliseconds of the ticker, with what ends then in its lowest bits.
#[derive(Debug, Default)]
struct Deadline(AtomicU64);

const NONE: u64 = 0;
const PASSED: u64 = u64::MAX;
/// The connection was woken to rest.
const RESTING: u64 = u64::MAX - 1;
/// The connection was woken to end: nobody takes the request that it waits for.
const ENDING: u64 = u64::MAX - 2;
const KIND_BITS: u32 = 2;
const KIND_MASK: u64 = (1 << KIND_BITS) - 1;

#[expect(
    clippy::disallowed_types,
    reason = "the ticker reads what the first coroutine that waits leaves there"
)]
type Waker = std::sync::OnceLock<WaitIoWaker>;

/// One connection, as those see it who do not serve it.
pub(super) struct Peer {
    socket: Socket,
    deadline: Deadline,
    /// What wakes the coroutine that waits for it, where one has.
    waker: Waker,
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { socket, deadline, waker: _ } = self;
        f.debug_struct("Peer").field("socket", socket).field("deadline", deadline).finish_non_exhaustive()
    }
}

impl Peer {
    pub(super) const fn new(socket: Socket) -> Self {
        Self { socket, deadline: Deadline(AtomicU64::new(NONE)), waker: Waker::new() }
    }

    pub(super) const fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The connection ends at `millis` of the ticker unless it goes on before.
    ///
    /// A deadline that passes at this very moment is lost with this store, its shutdown is not: the next read finds the end.
    pub(super) fn wait_until(&self, millis: u64, wait: Wait) {
        self.deadline.0.store((millis.max(1) << KIND_BITS) | wait.bits(), Ordering::Relaxed);
    }

    /// Nothing is waited for.
    pub(super) fn go_on(&self) {
        self.deadline.0.store(NONE, Ordering::Relaxed);
    }

    /// Whether a deadline passed; the connection is over then.
    pub(super) fn is_late(&self) -> bool {
        self.deadline.0.load(Ordering::Relaxed) == PASSED
    }

    /// Whether the connection was woken to rest.
    pub(super) fn is_resting(&self) -> bool {
        self.deadline.0.load(Ordering::Relaxed) == RESTING
    }

    /// Whether the connection was woken to end, unless a request has come.
    pub(super) fn is_ending(&self) -> bool {
        self.deadline.0.load(Ordering::Relaxed) == ENDING
    }

    /// Lets the ticker wake the coroutine that waits for it.
    pub(super) fn be_woken_by(&self, waker: WaitIoWaker) {
        // There is one for the whole connection.
        self.waker.set(waker).unwrap_or_default();
    }

    /// Wakes that coroutine, where there is one. Should it go on at this very moment, it is woken for nothing: who waits for a socket looks whether that is ready.
    pub(super) fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            waker.wakeup();
        }
    }

    /// Ends it in the midst of what it does.
    pub(super) fn cut_off(&self) {
        self.shut(Shutdown::Both);
    }

    /// Tells the peer that nothing more comes, while it may still send.
    pub(super) fn end_of_answers(&self) {
        self.shut(Shutdown::Write);
    }

    /// Ends what waits for a request. Tells whether this is the moment.
    pub(super) fn end_idle(&self) -> bool {
        let now = self.deadline.0.load(Ordering::Relaxed);
        let is_idle = match now {
            NONE | PASSED | ENDING => false,
            RESTING => true,
            _ => [Wait::Request.bits(), Wait::Rest.bits()].contains(&(now & KIND_MASK)),
        };
        is_idle && self.passes(now, ENDING)
    }

    /// Whether it was asked something a short while ago: an idle one waits until `idle_until` at most.
    pub(super) fn is_busy(&self, idle_until: u64) -> bool {
        let now = self.deadline.0.load(Ordering::Relaxed);
        match now {
            NONE => true,
            PASSED | RESTING | ENDING => false,
            _ => now & KIND_MASK != Wait::Request.bits() || (now >> KIND_BITS) > idle_until,
        }
    }

    /// Ends what waits, if its time is over. Tells whether it may rest instead, and is to be woken for that.
    pub(super) fn look(&self, millis: u64, may_rest: bool) -> bool {
        let now = self.deadline.0.load(Ordering::Relaxed);
        if matches!(now, NONE | PASSED | RESTING | ENDING) || (now >> KIND_BITS) > millis {
            return false;
        }
        if now & KIND_MASK == Wait::Rest.bits() {
            return may_rest && self.waker.get().is_some() && self.passes(now, RESTING);
        }
        if self.passes(now, PASSED) {
            // Who reads may still answer; who writes has nobody to answer to.
            let writes = now & KIND_MASK == Wait::Writing.bits();
            self.shut(if writes { Shutdown::Both } else { Shutdown::Read });
        }
        false
    }

    fn passes(&self, now: u64, to: u64) -> bool {
        self.deadline.0.compare_exchange(now, to, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    fn shut(&self, how: Shutdown) {
        // A socket that the peer has closed cannot be shut down, and needs not.
        self.socket.shutdown(how).unwrap_or_default();
    }
}

impl Departure for Peer {
    /// The end is seen past octets that nobody has read yet: a request that was sent ahead, or the farewell of TLS.
    #[cfg(target_os = "linux")]
    fn has_departed(&self) -> bool {
        let mut ends = [PollFd::new(&self.socket, PollFlags::RDHUP)];
        poll(&mut ends, Some(&Timespec::default())).is_ok_and(|count| count > 0)
    }

    /// The end is seen once all that came before it was read.
    #[cfg(not(target_os = "linux"))]
    fn has_departed(&self) -> bool {
        let mut octet = [MaybeUninit::uninit()];
        match self.socket.peek(&mut octet) {
            Ok(count) => count == 0,
            Err(fault) => fault.kind() != io::ErrorKind::WouldBlock,
        }
    }
}

/// The socket of a peer, as coroutines read and write it.
#[derive(Clone, Debug)]
pub(super) struct Wire(pub(super) Arc<Peer>);

impl AsRawFd for Wire {
    fn as_raw_fd(&self) -> RawFd {
        self.0.socket.as_raw_fd()
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&self.0.socket).read(buffer)
    }
}

impl Write for Wire {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        (&self.0.socket).write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

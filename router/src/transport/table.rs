//! The connections that are open, each with a deadline that the ticker looks at.
//!
//! Takes: accepted sockets. Gives: a [`Registration`] that lasts as long as its connection. A deadline that passes shuts the socket down, which wakes
//! whoever reads or writes it: `may`'s own timers would keep a list for every length of time that was ever asked for, and write to an event
//! descriptor for most reads. The lock is held for a few instructions, or by the ticker for one look at each; nothing waits under it. Never panics.

use std::fmt;
use std::io::{self, Read, Write};
#[cfg(not(target_os = "linux"))]
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use may::io::WaitIoWaker;
#[cfg(target_os = "linux")]
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::Socket;

use super::parking::Parked;
use super::readiness::{News, Ready};
use super::ticker::whole_millis;
use crate::limits::http::{CROWD_MIN, REST_MILLIS, RESTS_PER_TICK_MAX};
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

    /// Lets the ticker wake the coroutine that waits for it.
    pub(super) fn be_woken_by(&self, waker: WaitIoWaker) {
        // There is one for the whole connection.
        self.waker.set(waker).unwrap_or_default();
    }

    /// Tells the peer that nothing more comes, while it may still send.
    pub(super) fn end_of_answers(&self) {
        self.shut(Shutdown::Write);
    }

    fn is_idle(&self) -> bool {
        let now = self.deadline.0.load(Ordering::Relaxed);
        match now {
            NONE | PASSED => false,
            RESTING => true,
            _ => [Wait::Request.bits(), Wait::Rest.bits()].contains(&(now & KIND_MASK)),
        }
    }

    /// Whether it was asked something a short while ago: an idle one waits until `idle_until` at most.
    fn is_busy(&self, idle_until: u64) -> bool {
        let now = self.deadline.0.load(Ordering::Relaxed);
        match now {
            NONE => true,
            PASSED | RESTING => false,
            _ => now & KIND_MASK != Wait::Request.bits() || (now >> KIND_BITS) > idle_until,
        }
    }

    /// Ends what waits, if its time is over. Tells whether it may rest instead, and is to be woken for that.
    fn look(&self, millis: u64, may_rest: bool) -> bool {
        let now = self.deadline.0.load(Ordering::Relaxed);
        if matches!(now, NONE | PASSED | RESTING) || (now >> KIND_BITS) > millis {
            return false;
        }
        if now & KIND_MASK == Wait::Rest.bits() {
            return may_rest && self.passes(now, RESTING);
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

/// The lock is held for a few instructions, and never across a wait.
#[expect(
    clippy::disallowed_types,
    reason = "connections come and go on every worker, and the ticker looks at all"
)]
type SharedSlots = std::sync::Mutex<Slots>;

#[derive(Debug, Default)]
struct Slots {
    peers: Vec<Option<Entry>>,
    free: Vec<usize>,
}

impl Slots {
    fn peers(&self) -> impl Iterator<Item = &Arc<Peer>> {
        self.peers.iter().flatten().map(|entry| &entry.peer)
    }
}

/// A connection, and itself where nobody serves it.
struct Entry {
    peer: Arc<Peer>,
    parked: Option<Box<dyn Parked>>,
    /// What has come while it was being served.
    news: Option<News>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.peer.fmt(f)
    }
}

/// All connections of a server.
#[derive(Debug, Default)]
pub(super) struct ConnectionTable {
    slots: SharedSlots,
    open: AtomicUsize,
    is_crowded: AtomicBool,
}

impl ConnectionTable {
    /// How many there are.
    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Whether more of them were busy at the last look than have room in the caches with a stack each.
    pub(super) fn is_crowded(&self) -> bool {
        self.is_crowded.load(Ordering::Relaxed)
    }

    /// Counts a connection in.
    pub(super) fn register(self: &Arc<Self>, socket: Socket) -> Registration {
        let peer = Arc::new(Peer::new(socket));
        let mut slots = self.lock();
        let slot = slots.free.pop().unwrap_or(slots.peers.len());
        let entry = Some(Entry { peer: Arc::clone(&peer), parked: None, news: None });
        match slots.peers.get_mut(slot) {
            Some(place) => *place = entry,
            None => slots.peers.push(entry),
        }
        drop(slots);
        self.open.fetch_add(1, Ordering::Relaxed);
        Registration { table: Arc::clone(self), peer, slot }
    }

    /// Ends those whose time is over, wakes some of those that may rest, few enough that nobody waits for them, and sees how many are busy.
    pub(super) fn look(&self, millis: u64, idle_time_max: Duration) {
        let mut rests = RESTS_PER_TICK_MAX;
        let mut busy = 0_usize;
        let idle_until = millis.saturating_add(whole_millis(idle_time_max)).saturating_sub(REST_MILLIS);
        for Entry { peer, .. } in self.lock().peers.iter().flatten() {
            busy = busy.saturating_add(usize::from(peer.is_busy(idle_until)));
            let Some(waker) = peer.waker.get() else {
                peer.look(millis, false);
                continue;
            };
            if peer.look(millis, rests > 0) {
                rests = rests.saturating_sub(1);
                // Should it go on at this very moment, it is woken for nothing: who waits for a socket looks whether that is ready.
                waker.wakeup();
            }
        }
        self.is_crowded.store(busy > CROWD_MIN, Ordering::Relaxed);
    }

    /// Keeps a connection in its own slot until somebody takes it from there. Gives it back where something has come since it was last unparked.
    pub(super) fn park<P: Parked + 'static>(
        &self,
        slot: usize,
        parked: Box<P>,
    ) -> Result<(), (Box<P>, News)> {
        let mut slots = self.lock();
        let Some(Some(entry)) = slots.peers.get_mut(slot) else { return Ok(()) };
        if let Some(news) = entry.news.take() {
            return Err((parked, news));
        }
        entry.parked = Some(parked);
        Ok(())
    }

    /// Keeps it in any case; what has come stays told.
    pub(super) fn keep(&self, slot: usize, kept: Box<dyn Parked>) {
        if let Some(Some(entry)) = self.lock().peers.get_mut(slot) {
            entry.parked = Some(kept);
        }
    }

    /// Takes the connection that is parked in a slot. One that is being served is told when it comes to be parked.
    pub(super) fn unpark(&self, ready: Ready) -> Option<Box<dyn Parked>> {
        let mut slots = self.lock();
        let entry = slots.peers.get_mut(ready.slot)?.as_mut()?;
        if entry.parked.is_none() {
            let has_end = ready.news.has_end || entry.news.is_some_and(|news| news.has_end);
            entry.news = Some(News { has_end });
        }
        entry.parked.take()
    }

    /// Ends those that wait for a request: what they already sent is still read and answered.
    pub(super) fn end_idle(&self) {
        let slots = self.lock();
        let idle = slots.peers().filter(|peer| peer.is_idle());
        idle.for_each(|peer| peer.shut(Shutdown::Read));
    }

    /// Ends all, in the midst of what they do.
    pub(super) fn cut_off(&self) {
        self.lock().peers().for_each(|peer| peer.shut(Shutdown::Both));
    }

    fn remove(&self, slot: usize) {
        let mut slots = self.lock();
        let entry = slots.peers.get_mut(slot).and_then(Option::take);
        slots.free.push(slot);
        drop(slots);
        // The descriptor may be closed here, outside the lock.
        drop(entry);
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a connection in the table, left when this is dropped.
///
/// It must outlive what reads and writes the socket: `may` takes a descriptor out of its selector by number, after
/// which nobody else may have that number yet.
#[derive(Debug)]
pub(super) struct Registration {
    table: Arc<ConnectionTable>,
    peer: Arc<Peer>,
    slot: usize,
}

impl Registration {
    pub(super) const fn peer(&self) -> &Arc<Peer> {
        &self.peer
    }

    /// Where in the table it is.
    pub(super) const fn slot(&self) -> usize {
        self.slot
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.table.remove(self.slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Idle;

    impl Parked for Idle {
        fn go_on(self: Box<Self>, _: News) {}
    }

    fn registered() -> Registration {
        let (socket, _) = Socket::pair(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
        Arc::<ConnectionTable>::default().register(socket)
    }

    const NEWS: News = News { has_end: false };
    const END: News = News { has_end: true };

    #[test]
    fn who_is_parked_is_taken_once() {
        let registration = registered();
        let (table, slot) = (&registration.table, registration.slot());
        assert!(table.park(slot, Box::new(Idle)).is_ok());
        assert!(table.unpark(Ready { slot, news: NEWS }).is_some());
        assert!(table.unpark(Ready { slot, news: NEWS }).is_none());
        assert!(table.unpark(Ready { slot: 7, news: NEWS }).is_none());
    }

    #[test]
    fn what_came_meanwhile_is_told_to_who_comes_to_be_parked() {
        let registration = registered();
        let (table, slot) = (&registration.table, registration.slot());
        for (told, expected) in [(&[NEWS][..], NEWS), (&[NEWS, END], END), (&[END, NEWS], END)] {
            told.iter().for_each(|news| assert!(table.unpark(Ready { slot, news: *news }).is_none()));
            let Err((idle, news)) = table.park(slot, Box::new(Idle)) else { panic!("{told:?} is lost") };
            assert_eq!(news, expected);
            assert!(table.park(slot, idle).is_ok(), "it is told once");
            assert!(table.unpark(Ready { slot, news: NEWS }).is_some());
        }
    }

    #[test]
    fn many_busy_connections_are_a_crowd_and_idle_ones_are_not() {
        const IDLE_TIME_MAX: Duration = Duration::from_secs(60);
        let table = Arc::<ConnectionTable>::default();
        let all: Vec<_> = (0..=CROWD_MIN)
            .map(|_| {
                table.register(Socket::pair(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap().0)
            })
            .collect();
        let looks = |millis| {
            table.look(millis, IDLE_TIME_MAX);
            table.is_crowded()
        };
        // A request is answered, or comes, or has come a short while ago.
        assert!(looks(1_000));
        all.iter().for_each(|one| one.peer.wait_until(9_000, Wait::Octets));
        assert!(looks(1_000));
        all.iter().for_each(|one| one.peer.wait_until(61_000, Wait::Request));
        assert!(looks(1_000) && looks(1_000 + REST_MILLIS - 1));
        assert!(!looks(1_000 + REST_MILLIS), "all are idle");
        all.iter().skip(1).for_each(|one| one.peer.go_on());
        assert!(!looks(1_000 + REST_MILLIS), "one is idle, and the others are no crowd");
        all.iter().for_each(|one| one.peer.go_on());
        assert!(looks(1_000 + REST_MILLIS));
    }
}

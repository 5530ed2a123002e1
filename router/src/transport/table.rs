//! The connections that are open, each in a slot of its own: served by a coroutine, or parked there.
//!
//! Takes: accepted sockets. Gives: a [`Registration`] that lasts as long as its connection, and what the ticker and a stop do to all of them. The lock is held
//! for a few instructions, or for one look at each; nothing waits under it. Never panics.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::Socket;

use super::parking::Parked;
use super::peer::Peer;
use super::readiness::{News, Ready};
use super::ticker::whole_millis;
use crate::limits::http::{CROWD_MIN, REST_MILLIS, RESTS_PER_TICK_MAX};

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
            if peer.look(millis, rests > 0) {
                rests = rests.saturating_sub(1);
                peer.wake();
            }
        }
        self.is_crowded.store(busy > CROWD_MIN, Ordering::Relaxed);
    }

    /// Keeps a connection in its own slot until somebody takes it from there. Gives it back where something has come since it was last unparked, or it is to end.
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
        if entry.peer.is_ending() {
            return Err((parked, News { has_end: false }));
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

    /// Wakes those that wait for a request, to end: what they already sent is still read and answered, and a request that began to come may come to its
    /// end, which it could not if the socket were shut down. Gives the slots of those that are parked, and so cannot be woken here.
    pub(super) fn end_idle(&self) -> Vec<usize> {
        let mut are_parked = Vec::new();
        for (slot, entry) in self.lock().peers.iter().enumerate() {
            let Some(Entry { peer, parked, .. }) = entry else { continue };
            let begins_to_end = peer.end_idle();
            if parked.is_some() {
                are_parked.extend(begins_to_end.then_some(slot));
            } else if peer.is_ending() {
                peer.wake();
            }
        }
        are_parked
    }

    /// Ends all, in the midst of what they do.
    pub(super) fn cut_off(&self) {
        self.lock().peers.iter().flatten().for_each(|entry| entry.peer.cut_off());
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
    use std::io::{Read, Write};

    use super::super::peer::{Wait, Wire};
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
    fn one_that_is_to_end_is_not_parked_and_can_still_be_read() {
        let (ours, mut theirs) = Socket::pair(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
        let registration = Arc::<ConnectionTable>::default().register(ours);
        let (table, peer, slot) = (&registration.table, registration.peer(), registration.slot());
        assert!(table.park(slot, Box::new(Idle)).is_ok());
        assert!(table.end_idle().is_empty(), "it does not wait for a request");
        peer.wait_until(9_000, Wait::Request);
        assert_eq!(table.end_idle(), [slot]);
        assert!(table.end_idle().is_empty(), "it is told once");
        let ready = Ready { slot, news: NEWS };
        assert!(table.unpark(ready).is_some() && peer.is_ending());
        assert!(table.park(slot, Box::new(Idle)).is_err());
        theirs.write_all(b"GET /").unwrap();
        assert_eq!(Wire(Arc::clone(peer)).read(&mut [0; 8]).unwrap(), 5);
        peer.wait_until(9_000, Wait::Octets);
        assert!(table.end_idle().is_empty() && !peer.is_ending(), "a request has come");
        assert!(table.park(slot, Box::new(Idle)).is_ok());
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

//! Where connections wait that have no coroutine, and so no stack: idle ones, and in a crowd all of them.
//!
//! Takes: a connection that waits for a request, whole, in its slot of the table. Gives: it goes on once something has come, its deadline has passed or the server
//! ends it. A watcher sees what has come. Runners serve it: each takes one connection after the other, on one stack, which stays in the processor's caches where the
//! stacks of a thousand coroutines would not. Before a runner serves one, another is on its way for the rest: it goes on where the first has to wait, or on
//! another processor. Linux; elsewhere a connection waits in its coroutine. Never panics.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Arc, MutexGuard, PoisonError, Weak};

use arrayvec::ArrayVec;
use may::io::{CoIo, WaitIo, WaitIoWaker};
use socket2::Socket;

use super::readiness::{News, Readiness, Ready};
use super::server::Shared;
use crate::limits::http::{RUNNER_TURN_MAX, WORKERS_SEEN_MAX};

/// A connection that waits, and what it does next.
pub(super) trait Parked: Send {
    /// Goes on with it, in a coroutine.
    fn go_on(self: Box<Self>, news: News);
}

/// What tells that something has come for a parked connection, and those that are to go on.
#[derive(Debug)]
pub(super) struct Parking {
    readiness: Arc<Readiness>,
    woken: SharedWoken,
}

/// The lock is held for a few instructions, and never across a wait.
#[expect(clippy::disallowed_types, reason = "runners on every worker take from it")]
type SharedWoken = std::sync::Mutex<Woken>;

/// The connections that are to go on, and the runners that are on their way to them.
#[derive(Debug)]
struct Woken {
    /// The one that was woken first in front.
    ready: VecDeque<Ready>,
    /// Those that have had their turn: they are ready once the watcher has been here, and so all others before them.
    later: Vec<Ready>,
    runners: Runners,
}

/// The workers in whose queue a runner is that has not begun yet.
#[derive(Debug)]
struct Runners {
    sent: ArrayVec<bool, WORKERS_SEEN_MAX>,
    /// Which worker gets the next.
    next: usize,
}

impl Runners {
    fn new(workers: usize) -> Self {
        let sent = std::iter::repeat_n(false, workers.clamp(1, WORKERS_SEEN_MAX)).collect();
        Self { sent, next: 0 }
    }

    /// The next worker without one, which counts as sent from now on.
    fn want(&mut self) -> Option<usize> {
        let workers = self.sent.len();
        let of_all =
            (0..workers).map(|at| self.next.saturating_add(at).checked_rem(workers).unwrap_or_default());
        let worker = of_all.into_iter().find(|worker| self.sent.get(*worker) == Some(&false))?;
        self.set(worker, true);
        self.next = worker.saturating_add(1);
        Some(worker)
    }

    fn set(&mut self, worker: usize, is_sent: bool) {
        if let Some(sent) = self.sent.get_mut(worker) {
            *sent = is_sent;
        }
    }

    fn on_their_way(&self) -> usize {
        self.sent.iter().filter(|is_sent| **is_sent).count()
    }
}

impl Woken {
    fn new(workers: usize) -> Self {
        Self { ready: VecDeque::new(), later: Vec::new(), runners: Runners::new(workers) }
    }

    /// The worker that a runner is to be sent to: as long as there are fewer on their way than connections that wait for one.
    fn wants_runner(&mut self) -> Option<usize> {
        (self.runners.on_their_way() < self.ready.len()).then(|| self.runners.want()).flatten()
    }
}

impl Parking {
    /// Opens it; `None` where the system has none.
    pub(super) fn open() -> io::Result<Option<Arc<Self>>> {
        let Some(readiness) = Readiness::open()? else { return Ok(None) };
        let woken = SharedWoken::new(Woken::new(may::config().get_workers()));
        Ok(Some(Arc::new(Self { readiness: Arc::new(readiness), woken })))
    }

    /// Wakes the connection in a slot of the table whenever something comes, from now on; what has come already counts.
    pub(super) fn watch(&self, socket: &Socket, slot: usize) -> io::Result<()> {
        self.readiness.watch(socket, slot)
    }

    /// Does so no more.
    pub(super) fn unwatch(&self, socket: &Socket) -> io::Result<()> {
        self.readiness.unwatch(socket)
    }

    /// Lets connections that are kept in their slots go on when others have had their turn, those that wait for a selector of `may` among them.
    pub(super) fn go_on_later(&self, slots: &[usize]) {
        if !slots.is_empty() {
            let ready = slots.iter().map(|slot| Ready { slot: *slot, news: News { has_end: false } });
            self.lock().later.extend(ready);
            self.readiness.nudge();
        }
    }

    /// Takes up all for which something has come: the system tells of what comes from then on.
    fn take_up(&self) {
        loop {
            let look = self.readiness.look();
            let mut woken = self.lock();
            let Woken { ready, later, .. } = &mut *woken;
            ready.extend(look.ready);
            if !look.may_be_more {
                ready.extend(later.drain(..));
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Woken> {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The readiness, as a coroutine waits for it.
#[derive(Debug)]
struct Watched(Arc<Readiness>);

impl AsRawFd for Watched {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// Sees what has come for parked connections. The one place where they pass through the selector of `may`, which so tells of all others in between.
pub(super) struct Watcher {
    /// The first, since `may` takes a descriptor out of its selector by number, which nobody else may have by then.
    waiting: CoIo<Watched>,
    parking: Arc<Parking>,
}

impl Watcher {
    pub(super) fn new(parking: &Arc<Parking>) -> io::Result<Self> {
        let waiting = CoIo::new(Watched(Arc::clone(&parking.readiness))).map_err(io::Error::from)?;
        Ok(Self { waiting, parking: Arc::clone(parking) })
    }

    /// Wakes the watcher, so that it looks whether the server is gone.
    pub(super) fn waker(&self) -> WaitIoWaker {
        self.waiting.waker()
    }

    /// Watches until the server is gone.
    pub(super) fn run(&self, server: &Weak<Shared>) {
        while let Some(server) = server.upgrade() {
            self.parking.take_up();
            Runner::send(&server, &self.parking);
            drop(server);
            self.waiting.wait_io();
        }
    }
}

/// What every tick does: the watcher or a runner may be in the queue of a worker that a handler keeps to itself, and there may be others.
pub(super) fn tick(server: &Arc<Shared>) {
    let Some(parking) = &server.parking else { return };
    parking.take_up();
    let mut wanted = ArrayVec::<_, WORKERS_SEEN_MAX>::new();
    let mut woken = parking.lock();
    if !woken.ready.is_empty() {
        wanted.extend(std::iter::from_fn(|| woken.runners.want()));
    }
    drop(woken);
    wanted.into_iter().for_each(|worker| Runner::start(server, parking, worker));
}

/// Serves connections that were woken.
struct Runner {
    server: Arc<Shared>,
    way: Way,
}

/// That a runner is on its way to a worker, until it begins or is lost.
struct Way {
    parking: Arc<Parking>,
    worker: usize,
}

impl Drop for Way {
    fn drop(&mut self) {
        self.parking.lock().runners.set(self.worker, false);
    }
}

impl Runner {
    /// Starts one, where one is wanted.
    fn send(server: &Arc<Shared>, parking: &Arc<Parking>) {
        let wanted = parking.lock().wants_runner();
        if let Some(worker) = wanted {
            Self::start(server, parking, worker);
        }
    }

    fn start(server: &Arc<Shared>, parking: &Arc<Parking>, worker: usize) {
        let way = Way { parking: Arc::clone(parking), worker };
        let runner = Self { server: Arc::clone(server), way };
        server.coroutines.start_on(worker, move || runner.run());
    }

    /// Serves until none is left, or others that wait for this worker should have their turn.
    fn run(self) {
        let Self { server, way } = self;
        let parking = Arc::clone(&way.parking);
        drop(way);
        for _ in 0..RUNNER_TURN_MAX {
            let Some(ready) = Self::take(&server, &parking) else { return };
            if let Some(parked) = server.table.unpark(ready) {
                parked.go_on(ready.news);
            }
        }
        Self::send(&server, &parking);
    }

    /// The next one. Should it have to wait, or its code panic, another runner is on its way for the others.
    fn take(server: &Arc<Shared>, parking: &Arc<Parking>) -> Option<Ready> {
        let mut woken = parking.lock();
        let ready = woken.ready.pop_front()?;
        let wanted = woken.wants_runner();
        drop(woken);
        if let Some(worker) = wanted {
            Self::start(server, parking, worker);
        }
        Some(ready)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_worker_is_sent_one_runner_and_no_more_than_connections_wait() {
        let mut woken = Woken::new(3);
        assert_eq!(woken.wants_runner(), None, "nobody waits");
        let ready = Ready { slot: 0, news: News { has_end: false } };
        woken.ready.extend([ready; 2]);
        assert_eq!(
            [woken.wants_runner(), woken.wants_runner(), woken.wants_runner()],
            [Some(0), Some(1), None]
        );
        woken.ready.extend([ready; 2]);
        woken.runners.set(0, false);
        assert_eq!(
            [woken.wants_runner(), woken.wants_runner(), woken.wants_runner()],
            [Some(2), Some(0), None]
        );
    }
}

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

use may::io::{CoIo, WaitIo, WaitIoWaker};
use socket2::Socket;

use super::readiness::{News, Readiness, Ready};
use super::server::Shared;
use crate::limits::http::RUNNER_TURN_MAX;

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

/// The connections that are to go on, the one that was woken first in front.
#[derive(Debug, Default)]
struct Woken {
    ready: VecDeque<Ready>,
    /// Whether a runner was sent that has not begun yet.
    has_runner: bool,
}

impl Woken {
    /// Whether a runner has to be sent; it counts as sent from now on.
    fn wants_runner(&mut self) -> bool {
        !self.ready.is_empty() && !std::mem::replace(&mut self.has_runner, true)
    }
}

impl Parking {
    /// Opens it; `None` where the system has none.
    pub(super) fn open() -> io::Result<Option<Arc<Self>>> {
        let readiness = Readiness::open()?.map(Arc::new);
        Ok(readiness.map(|readiness| Arc::new(Self { readiness, woken: SharedWoken::default() })))
    }

    /// Wakes the connection in a slot of the table whenever something comes, from now on; what has come already counts.
    pub(super) fn watch(&self, socket: &Socket, slot: usize) -> io::Result<()> {
        self.readiness.watch(socket, slot)
    }

    /// Does so no more.
    pub(super) fn unwatch(&self, socket: &Socket) -> io::Result<()> {
        self.readiness.unwatch(socket)
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
            if self.take_up() {
                Runner::send(&server);
            }
            drop(server);
            self.waiting.wait_io();
        }
    }

    /// Takes up all for which something has come: the system tells of what comes from then on. Tells whether a runner has to be sent.
    fn take_up(&self) -> bool {
        loop {
            let ready = self.parking.readiness.look();
            let may_be_more = ready.is_full();
            let mut woken = self.parking.lock();
            woken.ready.extend(ready);
            if !may_be_more {
                return woken.wants_runner();
            }
        }
    }
}

/// Serves connections that were woken.
struct Runner {
    server: Arc<Shared>,
}

impl Runner {
    /// Starts one.
    fn send(server: &Arc<Shared>) {
        let runner = Self { server: Arc::clone(server) };
        let _detached = may::go!(move || runner.run());
    }

    /// Serves until none is left, or others that wait for this worker should have their turn.
    fn run(self) {
        let Some(parking) = &self.server.parking else { return };
        parking.lock().has_runner = false;
        for _ in 0..RUNNER_TURN_MAX {
            let Some(ready) = self.take(parking) else { return };
            if let Some(parked) = self.server.table.unpark(ready) {
                parked.go_on(ready.news);
            }
        }
        if parking.lock().wants_runner() {
            Self::send(&self.server);
        }
    }

    /// The next one. Should it have to wait, or its code panic, another runner is on its way for the others.
    fn take(&self, parking: &Parking) -> Option<Ready> {
        let mut woken = parking.lock();
        let ready = woken.ready.pop_front()?;
        let wants_runner = woken.wants_runner();
        drop(woken);
        if wants_runner {
            Self::send(&self.server);
        }
        Some(ready)
    }
}

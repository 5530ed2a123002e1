//! Where idle connections wait: without a coroutine, and so without its stack.
//!
//! Takes: a connection that has waited for a while, whole, in its slot of the table. Gives: a coroutine that goes on with it once something has come, its deadline has
//! passed or the server ends it. One thread waits for all of them. Linux; elsewhere a connection waits in its coroutine. Never panics.

use std::io;
#[cfg(target_os = "linux")]
use std::mem::MaybeUninit;
use std::sync::{Arc, Weak};
use std::time::Duration;

use arrayvec::ArrayVec;
#[cfg(target_os = "linux")]
use rustix::event::{Timespec, epoll};
use socket2::Socket;

use super::server::Shared;
use crate::limits::http::{PARKING_LOOK_SECONDS, PARKING_WAKES_MAX};

/// A connection that waits, and what it does next.
pub(super) trait Parked: Send {
    /// Goes on with it, in a coroutine.
    fn go_on(self: Box<Self>);
}

/// What tells that something has come for a parked connection.
#[derive(Debug)]
pub(super) struct Parking {
    #[cfg(target_os = "linux")]
    epoll: std::os::fd::OwnedFd,
}

/// The slots of connections that are to go on.
type Woken = ArrayVec<usize, PARKING_WAKES_MAX>;

#[cfg(target_os = "linux")]
impl Parking {
    /// Opens it; `None` where the system has none.
    pub(super) fn open() -> io::Result<Option<Arc<Self>>> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        Ok(Some(Arc::new(Self { epoll })))
    }

    /// Wakes what is parked in a slot of the table, once, as soon as its socket has something to read, which may be now.
    ///
    /// A socket stays known until it is closed, and one that `is_known` is only armed again.
    pub(super) fn watch(&self, socket: &Socket, slot: usize, is_known: bool) -> io::Result<()> {
        let slot = epoll::EventData::new_u64(u64::try_from(slot).unwrap_or(u64::MAX));
        let wakes = epoll::EventFlags::IN | epoll::EventFlags::RDHUP | epoll::EventFlags::ONESHOT;
        let told = if is_known {
            epoll::modify(&self.epoll, socket, slot, wakes)
        } else {
            epoll::add(&self.epoll, socket, slot, wakes)
        };
        told.map_err(io::Error::from)
    }

    fn wait(&self, most: Duration) -> Woken {
        let mut events = [const { MaybeUninit::uninit() }; PARKING_WAKES_MAX];
        // A signal may end it early; nothing else can.
        let most = Timespec::try_from(most).ok();
        let Ok((events, _)) = epoll::wait(&self.epoll, &mut events, most.as_ref()) else {
            return Woken::new();
        };
        events.iter().filter_map(|event| usize::try_from(event.data.u64()).ok()).collect()
    }
}

#[cfg(not(target_os = "linux"))]
impl Parking {
    pub(super) fn open() -> io::Result<Option<Arc<Self>>> {
        Ok(None)
    }

    pub(super) fn watch(&self, _: &Socket, _: usize, _: bool) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn wait(&self, most: Duration) -> Woken {
        std::thread::park_timeout(most);
        Woken::new()
    }
}

/// Wakes parked connections until the server is gone.
pub(super) fn run(parking: &Parking, server: &Weak<Shared>) {
    while server.strong_count() > 0 {
        let woken = parking.wait(Duration::from_secs(PARKING_LOOK_SECONDS));
        let Some(server) = server.upgrade() else { return };
        for parked in woken.into_iter().filter_map(|slot| server.table.unpark(slot)) {
            let _detached = may::go!(move || parked.go_on());
        }
    }
}

//! What the system tells of the sockets of parked connections: which of them have something to read.
//!
//! Takes: sockets, each with the slot of its connection. Gives: slots. It can be waited for as a whole, as if it were a socket. Linux; elsewhere there is none.
//! Never panics.

use std::io;
use std::os::fd::{AsRawFd, RawFd};

use arrayvec::ArrayVec;
use socket2::Socket;

use crate::limits::http::PARKING_WAKES_MAX;

/// The slots of connections for which something has come.
pub(super) type Slots = ArrayVec<usize, PARKING_WAKES_MAX>;

/// A selector of its own, beside those of `may`, which know a socket by the coroutine that waits for it.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(super) struct Readiness(std::os::fd::OwnedFd);

#[cfg(target_os = "linux")]
mod linux {
    use std::mem::MaybeUninit;

    use rustix::event::{Timespec, epoll};

    use super::{AsRawFd, PARKING_WAKES_MAX, RawFd, Readiness, Slots, Socket, io};

    impl Readiness {
        /// Opens it; `None` where the system has none.
        pub(in crate::transport) fn open() -> io::Result<Option<Self>> {
            Ok(Some(Self(epoll::create(epoll::CreateFlags::CLOEXEC)?)))
        }

        /// Tells of a socket once, as soon as it has something to read, which may be now.
        ///
        /// A socket stays known until it is closed, and one that `is_known` is only armed again.
        pub(in crate::transport) fn watch(
            &self,
            socket: &Socket,
            slot: usize,
            is_known: bool,
        ) -> io::Result<()> {
            let slot = epoll::EventData::new_u64(u64::try_from(slot).unwrap_or(u64::MAX));
            let wakes = epoll::EventFlags::IN | epoll::EventFlags::RDHUP | epoll::EventFlags::ONESHOT;
            let told = if is_known {
                epoll::modify(&self.0, socket, slot, wakes)
            } else {
                epoll::add(&self.0, socket, slot, wakes)
            };
            told.map_err(io::Error::from)
        }

        /// What has become ready, without waiting. Where there is no room left in what this gives, there may be more.
        pub(in crate::transport) fn look(&self) -> Slots {
            let mut events = [const { MaybeUninit::uninit() }; PARKING_WAKES_MAX];
            // A signal may end it early; nothing else can.
            match epoll::wait(&self.0, &mut events, Some(&Timespec::default())) {
                Ok((events, _)) => {
                    events.iter().filter_map(|event| usize::try_from(event.data.u64()).ok()).collect()
                }
                Err(_) => Slots::new(),
            }
        }
    }

    impl AsRawFd for Readiness {
        fn as_raw_fd(&self) -> RawFd {
            self.0.as_raw_fd()
        }
    }
}

/// There is none.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(super) enum Readiness {}

#[cfg(not(target_os = "linux"))]
impl Readiness {
    pub(super) fn open() -> io::Result<Option<Self>> {
        Ok(None)
    }

    pub(super) fn watch(&self, _: &Socket, _: usize, _: bool) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn look(&self) -> Slots {
        match *self {}
    }
}

#[cfg(not(target_os = "linux"))]
impl AsRawFd for Readiness {
    fn as_raw_fd(&self) -> RawFd {
        match *self {}
    }
}

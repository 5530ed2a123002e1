//! What the system tells of the sockets of parked connections: which of them have something to read.
//!
//! Takes: sockets, each with the slot of its connection. Gives: slots, and what is new there. It can be waited for as a whole, as if it were a socket. Linux; elsewhere there is none.
//! Never panics.

use std::io;
use std::os::fd::{AsRawFd, RawFd};

use arrayvec::ArrayVec;
use socket2::Socket;

use crate::limits::http::PARKING_WAKES_MAX;

/// What the system tells of a socket, beyond that something has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct News {
    /// Whether the peer has said or done its last; the system may tell of that with the octets before it, and not again.
    pub(super) has_end: bool,
}

/// The slot of a connection for which something has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ready {
    pub(super) slot: usize,
    pub(super) news: News,
}

/// What has come since it was last looked for.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) ready: ArrayVec<Ready, PARKING_WAKES_MAX>,
    /// Whether there may be more than is told of at once.
    pub(super) may_be_more: bool,
}

/// A selector of its own, beside those of `may`, which know a socket by the coroutine that waits for it.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(super) struct Readiness {
    epoll: std::os::fd::OwnedFd,
    /// What makes it ready without a socket.
    nudge: std::os::fd::OwnedFd,
}

#[cfg(target_os = "linux")]
mod linux {
    use std::mem::MaybeUninit;

    use rustix::event::{EventfdFlags, Timespec, epoll, eventfd};

    use super::{AsRawFd, Look, News, PARKING_WAKES_MAX, RawFd, Readiness, Ready, Socket, io};

    /// In place of a slot.
    const NUDGE: u64 = u64::MAX;

    impl Readiness {
        /// Opens it; `None` where the system has none.
        pub(in crate::transport) fn open() -> io::Result<Option<Self>> {
            let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
            let nudge = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
            let tells = epoll::EventFlags::IN | epoll::EventFlags::ET;
            epoll::add(&epoll, &nudge, epoll::EventData::new_u64(NUDGE), tells)?;
            Ok(Some(Self { epoll, nudge }))
        }

        /// Makes it ready, with nothing to tell: whoever waits for it comes to look.
        pub(in crate::transport) fn nudge(&self) {
            // Each write is an arrival. Nobody reads the count, which reaches its end after longer than anything runs.
            rustix::io::write(&self.nudge, &1_u64.to_ne_bytes()).unwrap_or_default();
        }

        /// Tells from now on of all that comes for a socket, once for each time it comes, until it is closed; and of what has come already.
        pub(in crate::transport) fn watch(&self, socket: &Socket, slot: usize) -> io::Result<()> {
            let slot = epoll::EventData::new_u64(u64::try_from(slot).unwrap_or(u64::MAX));
            let tells = epoll::EventFlags::IN | epoll::EventFlags::RDHUP | epoll::EventFlags::ET;
            epoll::add(&self.epoll, socket, slot, tells).map_err(io::Error::from)
        }

        /// Tells of it no more, but for what was told already.
        pub(in crate::transport) fn unwatch(&self, socket: &Socket) -> io::Result<()> {
            epoll::delete(&self.epoll, socket).map_err(io::Error::from)
        }

        /// What has come since it was last looked for, without waiting.
        pub(in crate::transport) fn look(&self) -> Look {
            let mut events = [const { MaybeUninit::uninit() }; PARKING_WAKES_MAX];
            // A signal may end it early; nothing else can.
            match epoll::wait(&self.epoll, &mut events, Some(&Timespec::default())) {
                Ok((events, rest)) => {
                    Look { ready: events.iter().filter_map(ready).collect(), may_be_more: rest.is_empty() }
                }
                Err(_) => Look::default(),
            }
        }
    }

    fn ready(event: &epoll::Event) -> Option<Ready> {
        const ENDS: epoll::EventFlags =
            epoll::EventFlags::RDHUP.union(epoll::EventFlags::HUP).union(epoll::EventFlags::ERR);
        // It is packed, so that it cannot be borrowed in parts.
        let (slot, flags) = (event.data.u64(), event.flags);
        if slot == NUDGE {
            return None;
        }
        Some(Ready { slot: usize::try_from(slot).ok()?, news: News { has_end: flags.intersects(ENDS) } })
    }

    impl AsRawFd for Readiness {
        fn as_raw_fd(&self) -> RawFd {
            self.epoll.as_raw_fd()
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

    pub(super) fn watch(&self, _: &Socket, _: usize) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn unwatch(&self, _: &Socket) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn nudge(&self) {
        match *self {}
    }

    pub(super) fn look(&self) -> Look {
        match *self {}
    }
}

#[cfg(not(target_os = "linux"))]
impl AsRawFd for Readiness {
    fn as_raw_fd(&self) -> RawFd {
        match *self {}
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{Read, Write};

    use socket2::{Domain, Type};

    use super::*;

    #[test]
    fn each_arrival_is_told_once_and_an_end_with_the_octets_before_it() {
        let readiness = Readiness::open().unwrap().unwrap();
        let (mut ours, mut theirs) = Socket::pair(Domain::UNIX, Type::STREAM, None).unwrap();
        theirs.write_all(b"before").unwrap();
        readiness.watch(&ours, 5).unwrap();
        let news = |has_end| [Ready { slot: 5, news: News { has_end } }];
        assert_eq!(readiness.look().ready[..], news(false), "what came before counts");
        assert!(readiness.look().ready.is_empty(), "it was told");
        assert_eq!(ours.read(&mut [0; 8]).unwrap(), 6);
        theirs.write_all(b"last").unwrap();
        drop(theirs);
        assert_eq!(readiness.look().ready[..], news(true));
        assert!(readiness.look().ready.is_empty());
        readiness.unwatch(&ours).unwrap();
        assert!(readiness.unwatch(&ours).is_err());
    }

    #[test]
    fn a_nudge_makes_it_ready_and_tells_nothing() {
        let readiness = Readiness::open().unwrap().unwrap();
        for _ in 0..2 {
            readiness.nudge();
            let mut waits = [rustix::event::PollFd::new(&readiness.epoll, rustix::event::PollFlags::IN)];
            assert_eq!(rustix::event::poll(&mut waits, None).unwrap(), 1);
            assert!(readiness.look().ready.is_empty());
        }
    }
}

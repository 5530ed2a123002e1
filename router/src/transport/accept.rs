//! Connections come in: each gets a place in the table and a coroutine of its own, or is told that there is no room.
//!
//! Takes: a listening socket. Gives: nothing; returns when the server is stopped. Runs in a coroutine. An accept that fails for want of something
//! (descriptors, memory) is tried again a little later; the peer waits meanwhile. Never panics.

use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

use may::io::{CoIo, WaitIo, WaitIoWaker};
use socket2::{SockAddr, Socket};

use super::connection;
use super::peer::Peer;
use super::protection::Protection;
use super::server::Shared;
use crate::limits::http::ACCEPT_BACK_OFF_MILLIS;
use crate::serve::{Connection, Departure};

/// A listening socket that is shared with whoever has to close it last.
///
/// `may` takes a descriptor out of its selector by number when a [`CoIo`] is dropped, after it has dropped what it holds: the number must
/// not be free by then.
#[derive(Clone, Debug)]
pub(super) struct Listening(pub(super) Arc<Socket>);

impl AsRawFd for Listening {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// A listening socket that coroutines can wait for.
pub(super) struct Acceptor {
    waiting: CoIo<Listening>,
    socket: Listening,
    protection: Protection,
}

impl Acceptor {
    pub(super) fn new(socket: Listening, protection: Protection) -> io::Result<Self> {
        let waiting = CoIo::new(socket.clone()).map_err(io::Error::from)?;
        Ok(Self { waiting, socket, protection })
    }

    /// Wakes the acceptor, so that it looks whether the server was stopped.
    pub(super) fn waker(&self) -> WaitIoWaker {
        self.waiting.waker()
    }

    /// Accepts until the server is stopped.
    pub(super) fn run(self, shared: &Arc<Shared>) {
        while !shared.is_draining() {
            match self.socket.0.accept() {
                Ok((socket, address)) => admit(shared, socket, &address, &self.protection),
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => {
                    self.waiting.wait_io();
                }
                Err(fault) if is_the_peers(&fault) => {}
                Err(fault) => {
                    tracing::warn!(%fault, "a connection cannot be accepted; trying again");
                    shared.counts.accept_failed();
                    may::coroutine::sleep(Duration::from_millis(ACCEPT_BACK_OFF_MILLIS));
                }
            }
        }
    }
}

/// The connection broke before it was accepted, or a signal came.
fn is_the_peers(fault: &io::Error) -> bool {
    matches!(fault.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted)
}

fn admit(shared: &Arc<Shared>, socket: Socket, address: &SockAddr, protection: &Protection) {
    if shared.table.open() >= shared.connections_max {
        shared.counts.refused();
        refuse(&socket);
        return;
    }
    if let Err(fault) = socket.set_nonblocking(true) {
        tracing::warn!(%fault, "a connection cannot be read without waiting, and is closed");
        return;
    }
    shared.counts.accepted();
    // Answers are written whole: nothing is gained by holding them back. A Unix socket has no such option.
    socket.set_tcp_nodelay(true).unwrap_or_default();
    let local = socket.local_addr().ok().and_then(|address| address.as_socket());
    let registration = shared.table.register(socket);
    let departure: Arc<dyn Departure> = Arc::<Peer>::clone(registration.peer());
    let departure = Some(departure);
    let connection = Connection { peer: address.as_socket(), local, departure, ..Connection::default() };
    let (served, protection) = (Arc::clone(shared), protection.clone());
    shared.coroutines.start(move || connection::serve(&served, registration, connection, &protection));
}

/// One try to say why; a peer that has no room for it in its buffer goes without.
fn refuse(mut socket: &Socket) {
    const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    if socket.set_nonblocking(true).is_ok() {
        // A socket that is closed with octets unread resets the connection, and the answer may be lost with it.
        socket.read(&mut [0; 4096]).unwrap_or_default();
        socket.write(ANSWER).unwrap_or_default();
    }
}

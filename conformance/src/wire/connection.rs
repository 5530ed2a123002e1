//! A TCP connection to the server under test: octets out, octets in, each wait with its end.
//!
//! What was sent and what came is kept for the report. A write that fails or stalls is no failure by itself: a server may
//! answer early and close. While it writes it also reads, so that neither side can block the other for ever. Never panics.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::response::{Asked, Malformed, Response, parse};

/// How long one write may block before what came is taken in.
const WRITE_SLICE: Duration = Duration::from_millis(20);
/// How long to look whether something came, where there is no need to wait.
const GLANCE: Duration = Duration::from_millis(1);
const BUFFER_BYTES: usize = 64 << 10;
/// How many octets of each direction are kept for the report, at the least.
const KEPT_BYTES: usize = 4096;

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Octets came.
    Octets,
    /// The server closed or reset the connection.
    End,
    /// Nothing in this time.
    Silence,
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoResponse {
    /// The server closed first.
    Ended,
    /// Nothing, or not all of it, in this time.
    Late {
        /// How many octets of it there are.
        octets: usize,
    },
    /// What came is no response.
    Malformed(Malformed),
}

/// A connection, and what went over it.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    /// What came and was not read as a response yet.
    waiting: Vec<u8>,
    ended: bool,
    /// The start of what was sent.
    pub sent: Vec<u8>,
    /// The start of what came.
    pub came: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// The operating system's.
    pub fn open(address: SocketAddr, patience: Duration) -> std::io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, patience)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE_SLICE))?;
        Ok(Self { stream, waiting: Vec::new(), ended: false, sent: Vec::new(), came: Vec::new() })
    }

    /// Octets that came and belong to no response that was read.
    #[must_use]
    pub fn left(&self) -> &[u8] {
        &self.waiting
    }

    /// Sends; stops when the server takes nothing more for `patience`, or is gone.
    pub fn send(&mut self, mut octets: &[u8], patience: Duration) {
        let room = KEPT_BYTES.saturating_sub(self.sent.len());
        self.sent.extend_from_slice(octets.get(..room.min(octets.len())).unwrap_or_default());
        let mut progress = Instant::now();
        while !octets.is_empty() && progress.elapsed() < patience {
            let Some(count) = self.write(octets) else { return };
            if count > 0 {
                octets = octets.get(count..).unwrap_or_default();
                progress = Instant::now();
            }
        }
    }

    /// How many octets were taken: none where the server reads too slowly; `None` where it is gone.
    fn write(&mut self, octets: &[u8]) -> Option<usize> {
        match self.stream.write(octets) {
            Ok(0) => None,
            Ok(count) => Some(count),
            Err(error) if is_pause(error.kind()) => (self.wait(GLANCE) != Arrival::End).then_some(0),
            Err(_) => None,
        }
    }

    /// Waits for octets or the end.
    pub fn wait(&mut self, time: Duration) -> Arrival {
        if self.ended {
            return Arrival::End;
        }
        // Zero would mean for ever.
        if self.stream.set_read_timeout(Some(time.max(GLANCE))).is_err() {
            self.ended = true;
            return Arrival::End;
        }
        let mut buffer = [0; BUFFER_BYTES];
        match self.stream.read(&mut buffer) {
            Ok(0) => self.ended = true,
            Ok(count) => {
                let octets = buffer.get(..count).unwrap_or_default();
                self.waiting.extend_from_slice(octets);
                let room = KEPT_BYTES.saturating_sub(self.came.len());
                self.came.extend_from_slice(octets.get(..room.min(count)).unwrap_or_default());
                return Arrival::Octets;
            }
            Err(error) if is_pause(error.kind()) => return Arrival::Silence,
            // A reset ends the connection as a close does; what came before it was read before.
            Err(_) => self.ended = true,
        }
        Arrival::End
    }

    /// The next response, interim ones included.
    ///
    /// # Errors
    /// That none came in this time, or that what came is none.
    pub fn response(&mut self, asked: Asked, time: Duration) -> Result<Response, NoResponse> {
        let until = Instant::now() + time;
        loop {
            if self.ended && self.waiting.is_empty() {
                return Err(NoResponse::Ended);
            }
            if let Some((response, taken)) =
                parse(&self.waiting, asked, self.ended).map_err(NoResponse::Malformed)?
            {
                self.waiting.drain(..taken);
                return Ok(response);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(NoResponse::Late { octets: self.waiting.len() });
            }
            self.wait(left);
        }
    }

    /// No more octets will be sent.
    pub fn half_close(&mut self) {
        if self.stream.shutdown(Shutdown::Write).is_err() {
            // It fails where the server has reset the connection already.
            self.wait(GLANCE);
        }
    }

    /// Closes with a reset: what the other side has not read is lost.
    ///
    /// # Errors
    /// The operating system's.
    pub fn reset(self) -> std::io::Result<()> {
        rustix::net::sockopt::set_socket_linger(&self.stream, Some(Duration::ZERO))?;
        Ok(())
    }
}

const fn is_pause(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

//! What a connection's octets come and go over; here the socket itself, with nothing between.
//!
//! Takes: octets to write, buffers to fill. Gives: octets; its coroutine waits meanwhile. Every way of waiting leads through [`PlainLine::wait`], which sees all that the
//! system tells of the socket: so a read that left room in its buffer needs no other one to learn that nothing is left. Never panics.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

use may::io::{CoIo, WaitIo};

use super::peer::{Peer, Wire};
use super::readiness::News;

/// What a connection is read from and written to.
pub(super) trait Line: Read + Write + Send + 'static {
    /// Whether the end of what we say has to be said in words of the line's own.
    const HAS_FAREWELL: bool;

    /// Says that nothing more comes; the socket is shut down afterwards.
    fn farewell(&mut self) -> io::Result<()>;

    /// Reads once without waiting; an error of the kind `WouldBlock` where nothing has come.
    fn read_at_once(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Waits until something may have come, or the ticker wakes it; an error where the system cannot tell of that.
    fn wait(&mut self) -> io::Result<()>;

    /// Something may have come while somebody else waited.
    fn look_again(&mut self, news: News);
}

/// Reads a line without waiting.
pub(super) struct AtOnce<'l, S>(pub(super) &'l mut S);

impl<S: Line> Read for AtOnce<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at_once(buffer)
    }
}

/// A socket, and what is known of it without asking the system.
pub(super) struct PlainLine {
    wire: Wire,
    /// The same socket, once its coroutine had to wait for it: `may` need not know one for which others wait.
    waiting: Option<CoIo<Wire>>,
    /// Whether all that had come was read, and the system will tell of more.
    is_drained: bool,
    /// Whether the system told of an end, after which it tells of nothing.
    has_end: bool,
}

/// What Linux tells of an end: `EPOLLERR`, `EPOLLHUP`, `EPOLLRDHUP`. Other systems tell in other words, so that there an end is always looked for.
const ENDS: usize = 0x8 | 0x10 | 0x2000;

impl PlainLine {
    pub(super) fn new(peer: &Arc<Peer>) -> Self {
        let wire = Wire(Arc::clone(peer));
        Self { wire, waiting: None, is_drained: false, has_end: !cfg!(target_os = "linux") }
    }

    /// The socket, which reads and writes without waiting.
    #[cfg(feature = "tls")]
    pub(super) fn wire(&self) -> Wire {
        self.wire.clone()
    }

    /// What the coroutine waits with.
    fn waiting(&mut self) -> io::Result<&CoIo<Wire>> {
        if self.waiting.is_none() {
            let waiting = CoIo::new(self.wire.clone())?;
            self.wire.0.be_woken_by(waiting.waker());
            return Ok(self.waiting.insert(waiting));
        }
        self.waiting.as_ref().ok_or_else(|| ErrorKind::NotFound.into())
    }
}

impl Line for PlainLine {
    const HAS_FAREWELL: bool = false;

    fn farewell(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn read_at_once(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_drained {
            return Err(ErrorKind::WouldBlock.into());
        }
        let count = self.wire.read(buffer)?;
        // Whoever finds less than there is room for has found all, as epoll(7) has it, unless the end lies behind.
        self.is_drained = 0 < count && count < buffer.len() && !self.has_end;
        Ok(count)
    }

    fn wait(&mut self) -> io::Result<()> {
        let has_end = self.waiting()?.wait_io() & ENDS != 0;
        self.look_again(News { has_end });
        Ok(())
    }

    fn look_again(&mut self, news: News) {
        self.has_end |= news.has_end;
        self.is_drained = false;
    }
}

impl Read for PlainLine {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.read_at_once(buffer) {
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => self.wait()?,
                read => return read,
            }
        }
    }
}

impl Write for PlainLine {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        loop {
            match self.wire.write(octets) {
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => self.wait()?,
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use socket2::{Domain, Socket, Type};

    use super::*;

    /// A line, and what the peer writes to.
    fn line() -> (PlainLine, Socket) {
        let (ours, theirs) = Socket::pair(Domain::UNIX, Type::STREAM, None).unwrap();
        ours.set_nonblocking(true).unwrap();
        (PlainLine::new(&Arc::new(Peer::new(ours))), theirs)
    }

    fn read(line: &mut PlainLine) -> Result<usize, ErrorKind> {
        line.read_at_once(&mut [0; 8]).map_err(|fault| fault.kind())
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_read_that_left_room_is_the_last_until_the_system_tells_of_more() {
        let (mut line, mut theirs) = line();
        theirs.write_all(b"request").unwrap();
        assert_eq!(read(&mut line), Ok(7));
        // A read would find this, and is not made.
        theirs.write_all(b"more").unwrap();
        assert_eq!(read(&mut line), Err(ErrorKind::WouldBlock));
        line.look_again(News { has_end: false });
        assert_eq!(read(&mut line), Ok(4));
    }

    #[test]
    fn a_read_that_left_no_room_is_not_the_last() {
        let (mut line, mut theirs) = line();
        theirs.write_all(b"request of more").unwrap();
        assert_eq!((read(&mut line), read(&mut line)), (Ok(8), Ok(7)));
    }

    #[test]
    fn behind_the_last_octets_the_end_is_read_where_it_was_told_of() {
        let (mut line, mut theirs) = line();
        theirs.write_all(b"request").unwrap();
        drop(theirs);
        line.look_again(News { has_end: true });
        assert_eq!((read(&mut line), read(&mut line)), (Ok(7), Ok(0)));
    }
}

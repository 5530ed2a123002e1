//! TLS between the socket and HTTP.
//!
//! Takes: octets of HTTP to write, buffers to fill. Gives: octets of HTTP. An end that was not said (no `close_notify`) is an error and not an end, so that a
//! message that somebody cut is not taken for a whole one. Never panics.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::ServerConnection;

use crate::limits::http::TLS_RECORD_BYTES_MAX;
use crate::transport::line::{AtOnce, Line, PlainLine};
use crate::transport::readiness::News;

/// A socket that speaks TLS.
pub(in crate::transport) struct TlsLine {
    wire: PlainLine,
    /// Apart from the coroutine's stack, which is moved and kept small.
    session: Box<ServerConnection>,
}

/// Why nothing came.
#[derive(Debug)]
pub(super) enum ReceiveFault {
    /// The connection is broken, or over.
    Gone(io::Error),
    /// What came is not TLS as it must be; the peer was told as far as it listens.
    Refused(rustls::Error),
}

impl From<ReceiveFault> for io::Error {
    fn from(fault: ReceiveFault) -> Self {
        match fault {
            ReceiveFault::Gone(fault) => fault,
            ReceiveFault::Refused(fault) => Self::new(io::ErrorKind::InvalidData, fault),
        }
    }
}

impl TlsLine {
    pub(super) fn new(wire: PlainLine, session: ServerConnection) -> Self {
        Self { wire, session: Box::new(session) }
    }

    pub(super) fn into_wire(self) -> PlainLine {
        self.wire
    }

    pub(super) fn wants_write(&self) -> bool {
        self.session.wants_write()
    }

    pub(super) fn is_handshaking(&self) -> bool {
        self.session.is_handshaking()
    }

    /// The verified certificate of the client in DER form.
    pub(super) fn client_certificate(&self) -> Option<Arc<[u8]>> {
        self.session.peer_certificates()?.first().map(|certificate| certificate.as_ref().into())
    }

    /// Reads once and takes it in.
    fn receive(&mut self) -> Result<(), ReceiveFault> {
        let read = self.session.read_tls(&mut self.wire);
        self.take_in(read)
    }

    /// The same without waiting; `false` where nothing has come.
    pub(super) fn receive_at_once(&mut self) -> Result<bool, ReceiveFault> {
        match self.session.read_tls(&mut AtOnce(&mut self.wire)) {
            Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => Ok(false),
            read => self.take_in(read).map(|()| true),
        }
    }

    fn take_in(&mut self, read: io::Result<usize>) -> Result<(), ReceiveFault> {
        match read {
            Ok(0) => return Err(ReceiveFault::Gone(io::ErrorKind::UnexpectedEof.into())),
            Ok(_) => {}
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(fault) => return Err(ReceiveFault::Gone(fault)),
        }
        let taken = self.session.process_new_packets();
        self.send_at_once();
        taken.map(drop).map_err(ReceiveFault::Refused)
    }

    /// Writes what TLS has to say. Who calls this has set a deadline for writing.
    pub(super) fn send(&mut self) -> io::Result<()> {
        while self.session.wants_write() {
            match self.session.write_tls(&mut self.wire) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(_) => {}
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// One try to write without waiting: the deadline of who reads would not wake who writes. What does not go now goes with the next answer.
    fn send_at_once(&mut self) {
        let mut wire = self.wire.wire();
        while self.session.wants_write() && self.session.write_tls(&mut wire).is_ok_and(|count| count > 0) {}
    }
}

impl Read for TlsLine {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.session.reader().read(buffer) {
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => self.receive()?,
                read => return read,
            }
        }
    }
}

impl Write for TlsLine {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        // Record by record, so that what is encrypted and not yet sent stays small.
        let piece = octets.get(..TLS_RECORD_BYTES_MAX).unwrap_or(octets);
        let count = self.session.writer().write(piece)?;
        self.send()?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}

impl Line for TlsLine {
    const HAS_FAREWELL: bool = true;

    fn farewell(&mut self) -> io::Result<()> {
        self.session.send_close_notify();
        self.send()
    }

    fn read_at_once(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.session.reader().read(buffer) {
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
            if !self.receive_at_once()? {
                return Err(io::ErrorKind::WouldBlock.into());
            }
        }
    }

    fn wait(&mut self) -> io::Result<()> {
        self.wire.wait()
    }

    fn look_again(&mut self, news: News) {
        self.wire.look_again(news);
    }
}

//! A connection becomes one that TLS protects, within the time that a head may take.
//!
//! Takes: a channel of which nothing was read. Gives: a channel over TLS, with what is known of the client. A handshake that fails ends its connection: with an
//! alert where `rustls` has one, counted and told at debug, since any scanner causes some. Never panics.

use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection};

use super::line::{ReceiveFault, TlsLine};
use crate::serve::Connection;
use crate::transport::channel::Channel;
use crate::transport::input::Input;
use crate::transport::line::{Line, PlainLine};
use crate::transport::peer::Wait;

/// Why a handshake failed.
#[derive(Debug)]
enum HandshakeFault {
    /// It took too long.
    Late,
    /// The peer went, or the server stops.
    Gone(io::Error),
    /// What the peer sent, or showed, is refused.
    Refused(rustls::Error),
}

impl fmt::Display for HandshakeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late => f.write_str("it took too long"),
            Self::Gone(fault) => write!(f, "the connection ended: {fault}"),
            Self::Refused(fault) => fault.fmt(f),
        }
    }
}

impl From<ReceiveFault> for HandshakeFault {
    fn from(fault: ReceiveFault) -> Self {
        match fault {
            ReceiveFault::Gone(fault) => Self::Gone(fault),
            ReceiveFault::Refused(fault) => Self::Refused(fault),
        }
    }
}

/// Shakes hands; `None` where that failed and the connection is over.
pub(in crate::transport) fn secure(
    channel: Channel<PlainLine>,
    config: &Arc<ServerConfig>,
    mut connection: Connection,
) -> Option<(Channel<TlsLine>, Connection)> {
    let session = ServerConnection::new(Arc::clone(config))
        .inspect_err(|fault| tracing::error!(%fault, "TLS cannot be spoken as it is configured"))
        .ok()?;
    let mut channel = channel.over(|wire| TlsLine::new(wire, session));
    let Err(fault) = shake_hands(&mut channel) else {
        connection.tls = true;
        connection.client_certificate = channel.line().client_certificate();
        return Some((channel, connection));
    };
    let fault = if channel.is_late() { HandshakeFault::Late } else { fault };
    channel.shared().counts.handshake_failed();
    tracing::debug!(peer = ?connection.peer, %fault, "a TLS handshake failed");
    if matches!(fault, HandshakeFault::Refused(_)) {
        // The alert was sent; it is lost if the socket is closed with octets unread.
        channel.over(TlsLine::into_wire).linger(&mut Input::default());
    }
    None
}

fn shake_hands(channel: &mut Channel<TlsLine>) -> Result<(), HandshakeFault> {
    let until = channel.shared().ticker.after(channel.shared().options.head_time_max);
    loop {
        if channel.line().wants_write() {
            channel.wait_until(until, Wait::Writing);
            channel.line().send().map_err(HandshakeFault::Gone)?;
        } else if channel.line().is_handshaking() {
            channel.wait_until(until, Wait::Request);
            receive(channel)?;
        } else {
            channel.go_on();
            return Ok(());
        }
    }
}

/// As for a request: a server that stops does not wait for what has not come.
fn receive(channel: &mut Channel<TlsLine>) -> Result<(), HandshakeFault> {
    while !channel.line().receive_at_once()? {
        if channel.is_ending() {
            return Err(HandshakeFault::Gone(io::ErrorKind::ConnectionAborted.into()));
        }
        channel.line().wait().map_err(HandshakeFault::Gone)?;
    }
    Ok(())
}

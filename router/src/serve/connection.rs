//! What is known of the connection that a request came over; tests fake it freely.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

/// Tells whether the peer of a connection is still there.
pub trait Departure: Send + Sync {
    /// Whether the peer has closed its side or broken the connection; it may still read an answer in the former case. What it sent before does not hide that.
    fn has_departed(&self) -> bool;
}

/// The connection as the journey sees it.
#[derive(Clone, Default)]
pub struct Connection {
    /// The peer's address, where the transport has one. Behind a proxy that the server trusts it is the address that the proxy tells, with port 0 where
    /// it tells none.
    pub peer: Option<SocketAddr>,
    /// Our own address.
    pub local: Option<SocketAddr>,
    /// Whether TLS protects the connection.
    pub tls: bool,
    /// Whether the client's own connection was protected, where a proxy that the server trusts has told.
    pub forwarded_secure: Option<bool>,
    /// The verified client certificate in DER form: that of the proxy, behind one, for `mutualTLS` (SEC-011).
    pub client_certificate: Option<Arc<[u8]>>,
    /// Asks the transport for the peer; without it nobody is known to be gone.
    pub departure: Option<Arc<dyn Departure>>,
}

impl Connection {
    /// Whether the client's connection is protected: as a trusted proxy tells, or else whether this one is.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.forwarded_secure.unwrap_or(self.tls)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("peer", &self.peer)
            .field("local", &self.local)
            .field("tls", &self.tls)
            .field("forwarded_secure", &self.forwarded_secure)
            .field("client_certificate", &self.client_certificate.is_some())
            .finish_non_exhaustive()
    }
}

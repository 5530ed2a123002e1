//! What is known of the connection that a request came over; tests fake it freely.

use std::net::SocketAddr;
use std::sync::Arc;

/// The connection as the journey sees it.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The peer's address, where the transport has one.
    pub peer: Option<SocketAddr>,
    /// Our own address.
    pub local: Option<SocketAddr>,
    /// Whether TLS protects the connection.
    pub tls: bool,
    /// The verified client certificate in DER form, for `mutualTLS` (SEC-011).
    pub client_certificate: Option<Arc<[u8]>>,
}

//! Every bound of a server that its user may choose; the defaults are those of [`limits::http`].

use std::time::Duration;

use super::proxy::TrustedProxy;
use crate::limits::http as limits;

/// The bounds of a server. All of them hold for each connection, but for the number of connections.
///
/// ```
/// use std::time::Duration;
/// use brrtrouter::ServerOptions;
///
/// let options = ServerOptions { head_time_max: Duration::from_secs(2), ..ServerOptions::default() };
/// assert_eq!(options.fields_max, 100);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerOptions {
    /// The most connections at once; more are answered with 503. The system's bounds on descriptors and mappings may lower it.
    pub connections_max: usize,
    /// The longest request target in bytes: 414 beyond.
    pub target_bytes_max: usize,
    /// The longest header section in bytes, the request line apart: 431 beyond.
    pub header_bytes_max: usize,
    /// The most field lines of a request: 431 beyond.
    pub fields_max: usize,
    /// How long the head of a request may take from its first octet, and the first octet of a connection to come: 408 beyond.
    pub head_time_max: Duration,
    /// How long a body may take before its rate is looked at.
    pub body_grace_time: Duration,
    /// How fast a body must come after that, in bytes a second on the average: 408 below.
    pub body_rate_min: u32,
    /// How long a connection may wait for its next request; it is then closed.
    pub idle_time_max: Duration,
    /// How long a peer may take to accept 64 KiB of an answer; the connection is then closed.
    pub write_time_max: Duration,
    /// How long requests may go on once the server is stopped; what is left then is cut off.
    pub drain_time_max: Duration,
    /// Whose word is taken for where a request came from (`Forwarded`, `X-Forwarded-For`, `X-Forwarded-Proto`): nobody's by default.
    /// Such a proxy must write or remove **each** of the three: one that it passes on as the client wrote it is believed as its own word, so that a client may call
    /// itself secure behind a proxy that writes `X-Forwarded-For` alone.
    pub trusted_proxies: Vec<TrustedProxy>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            connections_max: limits::CONNECTIONS_MAX,
            target_bytes_max: crate::limits::TARGET_BYTES_MAX,
            header_bytes_max: limits::HEADER_BYTES_MAX,
            fields_max: limits::FIELDS_MAX,
            head_time_max: Duration::from_secs(limits::HEAD_SECONDS_MAX),
            body_grace_time: Duration::from_secs(limits::BODY_GRACE_SECONDS),
            body_rate_min: limits::BODY_BYTES_PER_SECOND_MIN,
            idle_time_max: Duration::from_secs(limits::IDLE_SECONDS_MAX),
            write_time_max: Duration::from_secs(limits::WRITE_SECONDS_MAX),
            drain_time_max: Duration::from_secs(limits::DRAIN_SECONDS_MAX),
            trusted_proxies: Vec::new(),
        }
    }
}

//! HTTP/1.1 over `may`: octets from a listener become requests of the journey, and answers become octets again.
//!
//! Takes: a bound address and an [`Api`](crate::Api). Gives: a [`ServerHandle`]. Framing only (RFC 9112): what a request means is decided in
//! [`serve`](crate::serve), which this calls in its two steps, so that `Expect: 100-continue`, early refusals and large bodies fit in between. The
//! files read in the order of a connection's life:
//!
//! | File | From | To |
//! |---|---|---|
//! | `address`, `options`, `runtime` | configuration | what to listen on, every bound, coroutines |
//! | `server`, `handle`, `signal` | an address and an `Api` | a running server, and its end |
//! | `accept`, `capacity`, `table`, `peer`, `ticker` | a listening socket | connections that are counted, timed and findable |
//! | `parking` | a connection that has waited for a while | the same without a coroutine, until something comes |
//! | `protection`, `tls` (feature `tls`) | a connection | the same, protected |
//! | `connection`, `exchange` | one connection | requests in order, an answer each |
//! | `input`, `scan`, `head`, `target`, `framing` | octets | a request head and how its body ends |
//! | `proxy`, `forwarded` | what a trusted proxy tells | who asks, and how they came |
//! | `line`, `channel`, `body`, `chunked` | octets behind the head | a [`BodySource`](crate::BodySource) |
//! | `output`, `date` | a response | octets |
//! | `pool` | handlers that compute or block | threads of their own |
//!
//! Never panics on what a peer sends; a coroutine that does panic for another reason ends its own connection alone.

mod accept;
mod address;
mod apart;
mod body;
mod capacity;
mod channel;
mod chunked;
mod connection;
mod coroutine;
mod counts;
mod date;
mod exchange;
mod fault;
mod forwarded;
mod framing;
mod handle;
mod head;
mod input;
mod line;
mod options;
mod output;
mod parking;
mod peer;
mod pool;
#[cfg(test)]
mod properties;
mod protection;
mod proxy;
mod readiness;
mod runtime;
mod scan;
mod server;
mod signal;
mod table;
mod target;
mod ticker;
#[cfg(feature = "tls")]
mod tls;

pub use address::{AddressError, ListenAddress};
pub use counts::{CloseCause, ConnectionCounts};
pub use handle::ServerHandle;
pub use options::ServerOptions;
pub use pool::{PoolSize, WorkerPool};
pub use protection::ClientCertificates;
pub use proxy::{TrustedProxy, TrustedProxyError};
pub use runtime::{RuntimeConfig, RuntimeError};
pub use server::{Server, ServerError};
#[cfg(feature = "tls")]
pub use tls::{PemOrigin, TlsCertificates, TlsConfig, TlsError};

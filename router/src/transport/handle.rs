//! A running server in the hands of its program: where it listens, how it ends.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use may::io::WaitIoWaker;

use super::address::ListenAddress;
use super::counts::ConnectionCounts;
use super::server::Shared;
use super::signal::SignalWatch;
use crate::serve::Service;

/// A running server. Dropping it stops the server at once.
#[must_use = "dropping the handle stops the server"]
pub struct ServerHandle {
    shared: Arc<Shared>,
    addresses: Vec<ListenAddress>,
    stopper: Arc<Stopper>,
    signals: Option<SignalWatch>,
    #[cfg(feature = "tls")]
    certificates: Vec<super::tls::TlsCertificates>,
    #[cfg(feature = "tls")]
    renewal: Option<super::tls::Renewal>,
}

/// Stops a server, from whichever thread.
pub(super) struct Stopper {
    shared: Arc<Shared>,
    wakers: Vec<WaitIoWaker>,
}

impl Stopper {
    /// No more connections, no more requests; a second time nothing is waited for.
    pub(super) fn stop(&self) {
        if self.shared.is_draining() {
            self.shared.cut_off();
        } else {
            self.drain();
        }
    }

    fn drain(&self) {
        self.shared.drain();
        self.wakers.iter().for_each(WaitIoWaker::wakeup);
        self.shared.end_idle();
    }
}

/// How often a waiting thread looks whether what it waits for has come.
const LOOK: Duration = Duration::from_millis(5);

impl ServerHandle {
    pub(super) fn new(shared: Arc<Shared>, addresses: Vec<ListenAddress>, wakers: Vec<WaitIoWaker>) -> Self {
        let stopper = Arc::new(Stopper { shared: Arc::clone(&shared), wakers });
        Self {
            shared,
            addresses,
            stopper,
            signals: None,
            #[cfg(feature = "tls")]
            certificates: Vec::new(),
            #[cfg(feature = "tls")]
            renewal: None,
        }
    }

    /// With the certificates that its listeners show.
    #[cfg(feature = "tls")]
    pub(super) fn showing(mut self, certificates: Vec<super::tls::TlsCertificates>) -> Self {
        for one in certificates {
            // Several addresses may show the same.
            if !self.certificates.iter().any(|other| other.is(&one)) {
                self.certificates.push(one);
            }
        }
        self
    }

    /// The first Internet address that the server listens on, with its port.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.addresses.iter().find_map(|address| match address {
            ListenAddress::Tcp(address) => Some(*address),
            ListenAddress::Unix(_) => None,
        })
    }

    /// All addresses that the server listens on.
    #[must_use]
    pub fn addresses(&self) -> &[ListenAddress] {
        &self.addresses
    }

    /// Waits until connections are accepted. They are kept by the system from [`Server::bind`](super::Server::bind) on, so a client needs not wait for it.
    pub fn wait_ready(&self) {
        while self.shared.ticker.ticks() == 0 && !self.shared.is_draining() {
            std::thread::park_timeout(LOOK);
        }
    }

    /// The connections at this moment.
    #[must_use]
    pub fn connections(&self) -> ConnectionCounts {
        let counts = self.shared.counts.read(self.shared.table.open());
        #[cfg(feature = "tls")]
        let counts = counts.with_renewals(&self.certificates);
        counts
    }

    /// Lets metrics tell of this server's connections and certificates, from now on and also when the server is gone.
    #[cfg(feature = "metrics")]
    pub fn report_to(&self, metrics: &crate::Metrics) {
        let (counts, table) = (Arc::clone(&self.shared.counts), Arc::clone(&self.shared.table));
        #[cfg(feature = "tls")]
        let certificates = self.certificates.clone();
        metrics.watch_server(Box::new(move || {
            let counts = counts.read(table.open());
            #[cfg(feature = "tls")]
            let counts = counts.with_renewals(&certificates);
            counts
        }));
    }

    /// Serves another `Api` or service from the next request on; requests that run end with the one they began with.
    pub fn replace(&self, service: impl Into<Service>) {
        self.shared.replace(service.into());
    }

    /// Stops on SIGTERM and SIGINT as [`Self::stop`] does; a second signal waits for nothing.
    ///
    /// # Errors
    /// When the system refuses the handler.
    pub fn stop_on_signals(mut self) -> io::Result<Self> {
        self.signals = Some(SignalWatch::start(Arc::clone(&self.stopper))?);
        Ok(self)
    }

    /// Reads the certificates of all addresses again by itself, so that renewed ones need no restart: within five seconds of a change of their files, and on SIGHUP
    /// at once. New handshakes get them, connections keep what they began with. Files that cannot be used change nothing, and why is told once, as a
    /// warning; they are tried again. A thread of its own does it. SIGHUP, which also tells that a terminal is gone, ends the program no more.
    ///
    /// The authorities of clients ([`TlsConfig::client_certificates`](super::TlsConfig::client_certificates)) stay what they were.
    ///
    /// # Errors
    /// When no certificates came from files, or the system refuses the handler or the thread.
    #[cfg(feature = "tls")]
    pub fn renew_certificates(mut self) -> io::Result<Self> {
        self.renewal = Some(super::tls::Renewal::start(&self.certificates)?);
        Ok(self)
    }

    /// Accepts no more connections and lets the requests finish that have begun, at most for
    /// [`drain_time_max`](super::ServerOptions::drain_time_max). Returns at once; [`Self::wait`] waits for the end.
    pub fn stop(&self) {
        self.stopper.drain();
    }

    /// Waits until the server was stopped and its last connection has ended, or was cut off after
    /// [`drain_time_max`](super::ServerOptions::drain_time_max): a handler that never ends keeps no program from ending.
    pub fn wait(&self) {
        while !self.shared.is_over() {
            std::thread::park_timeout(LOOK);
        }
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        self.stopper.drain();
        self.shared.cut_off();
        for address in &self.addresses {
            if let ListenAddress::Unix(path) = address {
                remove(path);
            }
        }
    }
}

fn remove(path: &Path) {
    // Somebody else may have taken it away.
    std::fs::remove_file(path).unwrap_or_default();
}

impl fmt::Debug for ServerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHandle").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

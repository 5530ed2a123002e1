//! A server before and while it runs: bound to its addresses, then shared by all that serves.
//!
//! Takes: addresses, options, a [`Service`]. Gives: a [`ServerHandle`]. A port that is taken is an error here, not later, and port 0 is known as soon as it is bound.
//! Never panics.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use arc_swap::ArcSwap;
use may::io::WaitIoWaker;
use socket2::{Domain, SockAddr, Socket, Type};

use super::accept::{Acceptor, Listening};
use super::address::{AddressError, ListenAddress};
use super::apart::Apart;
use super::capacity;
use super::coroutine::Coroutines;
use super::counts::ServerCounts;
use super::handle::ServerHandle;
use super::options::ServerOptions;
use super::parking::{self, Parking, Watcher};
use super::protection::Protection;
use super::runtime::{RuntimeConfig, RuntimeError};
use super::table::ConnectionTable;
use super::ticker::{self, Ticker};
use crate::limits::http::{BACKLOG_MAX, CUT_OFF_MILLIS_MAX};
use crate::serve::Service;

/// A server that is bound and does not serve yet.
///
/// ```
/// use brrtrouter::{Api, Description, Handlers, Response, Server};
///
/// let description = Description::from_text("up.yaml", "
/// openapi: 3.1.2
/// info: { title: Up, version: '1' }
/// paths:
///   /up: { get: { responses: { '204': { description: up } } } }
/// ")?;
/// let api = Api::builder(&description).handlers(Handlers::new().on("get_up", |_| Ok(Response::no_content()))).build()?;
///
/// let running = Server::bind("127.0.0.1:0")?.serve(api)?;
/// let address = running.local_addr().ok_or("a port was bound")?;
/// assert_ne!(address.port(), 0);
/// running.stop();
/// running.wait();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "a bound server answers nobody before `serve`"]
pub struct Server {
    listeners: Vec<Listener>,
    options: ServerOptions,
    runtime: RuntimeConfig,
}

#[derive(Debug)]
struct Listener {
    socket: Arc<Socket>,
    address: ListenAddress,
    protection: Protection,
}

/// Why a server cannot run.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServerError {
    /// The text is no address.
    Address(AddressError),
    /// Another program, or another server of this one, listens there.
    Taken {
        /// Where.
        address: ListenAddress,
    },
    /// The system does not let this program listen there.
    Bind {
        /// Where.
        address: ListenAddress,
        /// What the system says.
        source: io::Error,
    },
    /// There is no address to listen on.
    NoAddress,
    /// A setting of TLS is given without another that it needs, both by their keys of a [`Config`](crate::Config).
    TlsIncomplete {
        /// What is given.
        given: &'static str,
        /// What is missing.
        missing: &'static str,
    },
    /// Files for TLS are given, and no address speaks it: Unix sockets do not.
    TlsNowhere,
    /// Files for TLS are given, and the library was built without the feature `tls`.
    TlsNotBuilt,
    /// The files for TLS cannot be used.
    #[cfg(feature = "tls")]
    Tls(super::tls::TlsError),
    /// Coroutines cannot run as asked.
    Runtime(RuntimeError),
    /// A thread or a selector could not be had.
    System(io::Error),
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(fault) => fault.fmt(f),
            Self::Taken { address } => write!(
                f,
                "{address} is taken: another program listens there. Stop it, or choose another address; port 0 lets the system choose"
            ),
            Self::Bind { address, source } => write!(f, "cannot listen on {address}: {source}"),
            Self::NoAddress => {
                f.write_str("there is no address to listen on: name one, such as `127.0.0.1:8080`")
            }
            Self::TlsIncomplete { given, missing } => {
                write!(f, "`{given}` is given without `{missing}`: give both, or neither")
            }
            Self::TlsNowhere => f.write_str(
                "files for TLS are given, but every address is a Unix socket, and those speak no TLS: listen on an address such as `[::]:8443`, or take `tls` out",
            ),
            Self::TlsNotBuilt => f.write_str(
                "files for TLS are given, but this program was built without the feature `tls`: build it with that feature, or take `tls` out",
            ),
            #[cfg(feature = "tls")]
            Self::Tls(fault) => fault.fmt(f),
            Self::Runtime(fault) => fault.fmt(f),
            Self::System(source) => write!(f, "the server cannot start: {source}"),
        }
    }
}

impl std::error::Error for ServerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Address(fault) => Some(fault),
            Self::Bind { source, .. } | Self::System(source) => Some(source),
            Self::Runtime(fault) => Some(fault),
            #[cfg(feature = "tls")]
            Self::Tls(fault) => Some(fault),
            Self::Taken { .. }
            | Self::NoAddress
            | Self::TlsIncomplete { .. }
            | Self::TlsNowhere
            | Self::TlsNotBuilt => None,
        }
    }
}

impl From<AddressError> for ServerError {
    fn from(fault: AddressError) -> Self {
        Self::Address(fault)
    }
}

impl From<RuntimeError> for ServerError {
    fn from(fault: RuntimeError) -> Self {
        Self::Runtime(fault)
    }
}

impl From<Infallible> for ServerError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl Server {
    /// Binds an address: text (`127.0.0.1:8080`, `unix:/run/pets.sock`), a `SocketAddr` or a [`ListenAddress`].
    ///
    /// # Errors
    /// A [`ServerError`] where the text is no address, the address is taken, or the system refuses it.
    pub fn bind<A>(address: A) -> Result<Self, ServerError>
    where
        A: TryInto<ListenAddress>,
        ServerError: From<A::Error>,
    {
        let server = Self {
            listeners: Vec::new(),
            options: ServerOptions::default(),
            runtime: RuntimeConfig::default(),
        };
        server.and(address)
    }

    /// Binds one more address, which serves the same.
    ///
    /// # Errors
    /// As for [`Self::bind`].
    pub fn and<A>(mut self, address: A) -> Result<Self, ServerError>
    where
        A: TryInto<ListenAddress>,
        ServerError: From<A::Error>,
    {
        self.listeners.push(Listener::open(address.try_into()?)?);
        Ok(self)
    }

    /// Speaks TLS, and nothing else, at the address that was bound last.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, config: super::tls::TlsConfig) -> Self {
        if let Some(listener) = self.listeners.last_mut() {
            listener.protection = Protection::Tls(config);
        }
        self
    }

    /// The bounds of connections.
    pub fn options(mut self, options: ServerOptions) -> Self {
        self.options = options;
        self
    }

    /// How coroutines run; the same for all servers of a process.
    pub const fn runtime(mut self, runtime: RuntimeConfig) -> Self {
        self.runtime = runtime;
        self
    }

    /// The addresses, with the ports that the system chose.
    pub fn addresses(&self) -> impl Iterator<Item = &ListenAddress> {
        self.listeners.iter().map(|listener| &listener.address)
    }

    /// Starts to serve an [`Api`](crate::Api), or a [`Service`] around one.
    ///
    /// # Errors
    /// A [`ServerError`] where coroutines cannot run as asked, or the system has no thread left.
    pub fn serve(self, service: impl Into<Service>) -> Result<ServerHandle, ServerError> {
        self.runtime.apply()?;
        let apart = Apart::start().map_err(ServerError::System)?;
        let parking = Parking::open().map_err(ServerError::System)?;
        let shared = Arc::new(Shared::new(self.options, apart, parking, service.into()));
        let mut wakers = Vec::new();
        let mut addresses = Vec::new();
        #[cfg(feature = "tls")]
        let certificates =
            self.listeners.iter().filter_map(|listener| listener.protection.certificates()).collect();
        for listener in self.listeners {
            let acceptor = Acceptor::new(Listening(listener.socket), listener.protection)
                .map_err(ServerError::System)?;
            wakers.push(acceptor.waker());
            addresses.push(listener.address);
            let shared = Arc::clone(&shared);
            shared.accepting.fetch_add(1, Ordering::AcqRel);
            let coroutines = Arc::clone(&shared.coroutines);
            coroutines.start(move || {
                let ended = Accepting(Arc::clone(&shared));
                acceptor.run(&shared);
                drop(ended);
            });
        }
        let watcher = start_watcher(&shared).map_err(ServerError::System)?;
        start_ticker(&shared, watcher).map_err(ServerError::System)?;
        let handle = ServerHandle::new(shared, addresses, wakers);
        #[cfg(feature = "tls")]
        let handle = handle.showing(certificates);
        Ok(handle)
    }
}

/// Starts what watches parked connections. Gives what wakes it.
fn start_watcher(shared: &Arc<Shared>) -> io::Result<Option<WaitIoWaker>> {
    let Some(parking) = &shared.parking else { return Ok(None) };
    let watcher = Watcher::new(parking)?;
    let waker = watcher.waker();
    let watched = Arc::downgrade(shared);
    shared.coroutines.start(move || watcher.run(&watched));
    Ok(Some(waker))
}

/// Starts the thread that ticks until the server is gone, and then lets its watcher know.
fn start_ticker(shared: &Arc<Shared>, watcher: Option<WaitIoWaker>) -> io::Result<()> {
    let (watched, service) = (Arc::downgrade(shared), Arc::clone(&shared.service));
    let coroutines = Arc::clone(&shared.coroutines);
    let ticks = move || {
        ticker::run(&watched);
        watcher.iter().for_each(WaitIoWaker::wakeup);
        // The last to have it, whoever was the last to serve: a coroutine has less stack than its end takes.
        drop(service);
        ticker::forget(&coroutines);
    };
    std::thread::Builder::new().name("brrtrouter-ticker".to_owned()).spawn(ticks)?;
    Ok(())
}

impl Listener {
    fn open(address: ListenAddress) -> Result<Self, ServerError> {
        let socket = match &address {
            ListenAddress::Tcp(address) => listen(Domain::for_address(*address), &(*address).into()),
            ListenAddress::Unix(path) => listen_at(path),
        };
        match socket {
            Ok(socket) => {
                let bound = socket.local_addr().ok().and_then(|bound| bound.as_socket());
                let address = bound.map_or(address, ListenAddress::Tcp);
                Ok(Self { socket: Arc::new(socket), address, protection: Protection::Plain })
            }
            Err(fault) if fault.kind() == io::ErrorKind::AddrInUse => Err(ServerError::Taken { address }),
            Err(source) => Err(ServerError::Bind { address, source }),
        }
    }
}

fn listen(domain: Domain, address: &SockAddr) -> io::Result<Socket> {
    let socket = Socket::new(domain, Type::STREAM, None)?;
    // Lets a server start again while connections of the last one are still remembered; not while another one listens.
    socket.set_reuse_address(true)?;
    Socket::bind(&socket, address)?;
    Socket::listen(&socket, BACKLOG_MAX)?;
    Ok(socket)
}

/// A Unix socket; the file of a server that is gone does not stand in the way.
fn listen_at(path: &Path) -> io::Result<Socket> {
    let address = SockAddr::unix(path)?;
    match listen(Domain::UNIX, &address) {
        Err(fault) if fault.kind() == io::ErrorKind::AddrInUse => {
            let asks = Socket::new(Domain::UNIX, Type::STREAM, None)?;
            if asks.connect(&address).is_ok() {
                return Err(fault);
            }
            std::fs::remove_file(path)?;
            listen(Domain::UNIX, &address)
        }
        bound => bound,
    }
}

/// What all connections of a server share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) service: Arc<ArcSwap<Service>>,
    pub(super) options: ServerOptions,
    pub(super) apart: Apart,
    pub(super) coroutines: Arc<Coroutines>,
    /// Where idle connections wait; without it each waits in its coroutine.
    pub(super) parking: Option<Arc<Parking>>,
    pub(super) connections_max: usize,
    pub(super) table: Arc<ConnectionTable>,
    pub(super) ticker: Ticker,
    pub(super) counts: Arc<ServerCounts>,
    /// How many listeners accept.
    pub(super) accepting: AtomicUsize,
    draining: AtomicBool,
    /// When what still runs is cut off, in milliseconds of the ticker.
    cut_off_at: AtomicU64,
    /// What was replaced and may still serve requests: it is dropped on the ticker's thread, since that takes more stack than a coroutine has.
    retired: Retired,
}

/// Old services; the lock is held for a few instructions, and never across a wait.
#[expect(clippy::disallowed_types, reason = "who replaces and who drops are two threads")]
type Retired = std::sync::Mutex<Vec<Arc<Service>>>;

impl Shared {
    fn new(options: ServerOptions, apart: Apart, parking: Option<Arc<Parking>>, service: Service) -> Self {
        Self {
            service: Arc::new(ArcSwap::from_pointee(service)),
            connections_max: capacity::connections_max(options.connections_max),
            options,
            apart,
            coroutines: Arc::default(),
            parking,
            table: Arc::default(),
            ticker: Ticker::new(),
            counts: Arc::default(),
            accepting: AtomicUsize::new(0),
            draining: AtomicBool::new(false),
            cut_off_at: AtomicU64::new(u64::MAX),
            retired: Retired::default(),
        }
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// No connection is accepted from now on, and no request after the present ones.
    pub(super) fn drain(&self) {
        if !self.draining.swap(true, Ordering::AcqRel) {
            self.cut_off_at.store(self.ticker.after(self.options.drain_time_max), Ordering::Relaxed);
            self.service.load().readiness().drain();
        }
    }

    /// Ends the connections that wait for a request, in their own coroutines.
    pub(super) fn end_idle(&self) {
        let parked = self.table.end_idle();
        if let Some(parking) = &self.parking {
            parking.go_on_later(&parked);
        }
    }

    /// What is left is cut off with the next tick.
    pub(super) fn cut_off(&self) {
        self.drain();
        self.cut_off_at.store(self.ticker.millis(), Ordering::Relaxed);
    }

    /// Whether so many connections are busy that none should wait in a coroutine of its own.
    pub(super) fn is_crowded(&self) -> bool {
        self.parking.is_some() && self.table.is_crowded()
    }

    /// Whether nothing is left to wait for: the last connection has ended, or does not though it was cut off.
    pub(super) fn is_over(&self) -> bool {
        let ends_by = self.cut_off_at.load(Ordering::Relaxed).saturating_add(CUT_OFF_MILLIS_MAX);
        let is_empty = self.table.open() == 0 && self.accepting.load(Ordering::Acquire) == 0;
        self.is_draining() && (is_empty || self.ticker.millis() >= ends_by)
    }

    /// Whether what is left may be cut off.
    pub(super) fn is_cut_off(&self) -> bool {
        self.is_draining() && self.ticker.millis() >= self.cut_off_at.load(Ordering::Relaxed)
    }

    /// What every tick does.
    pub(super) fn tick(self: &Arc<Self>) {
        let millis = self.ticker.millis();
        self.coroutines.tick();
        parking::tick(self);
        self.table.look(millis, self.options.idle_time_max);
        if self.is_draining() {
            self.end_idle();
            if self.is_cut_off() {
                self.table.cut_off();
            }
        }
        let mut retired = self.retired.lock().unwrap_or_else(PoisonError::into_inner);
        retired.retain(|service| Arc::strong_count(service) > 1);
    }

    /// Serves another service from the next request on.
    pub(super) fn replace(&self, service: Service) {
        if self.is_draining() {
            service.readiness().drain();
        }
        let replaced = self.service.swap(Arc::new(service));
        self.counts.replaced();
        self.retired.lock().unwrap_or_else(PoisonError::into_inner).push(replaced);
    }
}

/// A listener that accepts, until this is dropped.
struct Accepting(Arc<Shared>);

impl Drop for Accepting {
    fn drop(&mut self) {
        self.0.accepting.fetch_sub(1, Ordering::AcqRel);
    }
}

//! Metrics of services and servers, in the text format of Prometheus (feature `metrics`).
//!
//! A [`Metrics`] is made once, given to every [`Service`](crate::Service) that is built, and survives all of them: the series of an operation
//! that stays under its name and template go on behind a reload. Its labels come from the description and from fixed lists, never from
//! what a client sends. A request costs some additions and two readings of the clock, and neither a look-up nor an allocation.
//!
//! | Series | Type | Labels |
//! |---|---|---|
//! | `http_requests_total` | counter | `operation`, `route`, `method`, `status` |
//! | `http_request_duration_seconds` | histogram | `operation` |
//! | `http_request_size_bytes`, `http_response_size_bytes` | histograms | `operation` |
//! | `http_requests_in_flight` | gauge | |
//! | `brrtrouter_validation_failures_total` | counter | `operation`, `kind` |
//! | `brrtrouter_authentication_failures_total` | counter | `operation`, `reason` |
//! | `brrtrouter_handler_errors_total` | counter | `operation`, `kind` |
//! | `brrtrouter_panics_total` | counter | `operation` |
//! | `brrtrouter_pool_waiting_jobs` | gauge | |
//! | `brrtrouter_connections_open` | gauge | |
//! | `brrtrouter_connections_accepted_total`, `brrtrouter_connections_refused_total` | counters | |
//! | `brrtrouter_connections_closed_total` | counter | `cause` |
//! | `brrtrouter_accept_failures_total` | counter | |
//! | `brrtrouter_reloads_total` | counter | `result` |
//! | `brrtrouter_certificate_renewals_total` | counter | `result` |
//! | `brrtrouter_build_info` | gauge | `version` |
//!
//! Never panics.

mod book;
mod failure;
mod operation;
mod service;
mod status;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use prometheus::{Gauge, HistogramOpts, HistogramVec, IntGauge, Opts, Registry, TextEncoder};

#[cfg(feature = "server")]
pub(crate) use book::Connections;
use book::{Book, BookCollector};
pub(crate) use operation::Ended;
use operation::{Histograms, Labels, OperationCounts, float};
pub(crate) use service::{InFlight, ServiceSeries};

use crate::limits::metrics as limits;
use crate::serve::{Executor, Operation};

/// The metrics of a program; clones share them.
///
/// ```
/// use brrtrouter::{Api, Description, Handlers, Metrics, Response, Service};
///
/// let description = Description::from_text("up.yaml", "
/// openapi: 3.1.2
/// info: { title: Up, version: '1' }
/// paths: { /up: { get: { operationId: up, responses: { '204': { description: up } } } } }
/// ")?;
/// let api = Api::builder(&description).handlers(Handlers::new().on("up", |_| Ok(Response::no_content()))).build()?;
///
/// let metrics = Metrics::new()?;
/// let service = Service::builder(api).metrics(&metrics).metrics_page(&metrics).build()?;
/// assert_eq!(service.test().get("/up").send().status(), 204);
///
/// let page = service.test().get("/metrics").send();
/// assert_eq!(page.field("Content-Type"), Some("text/plain; version=0.0.4"));
/// assert!(page.text().contains(r#"http_requests_total{operation="up",route="/up",method="GET",status="204"} 1"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    book: Arc<Book>,
    histograms: Histograms,
    in_flight: IntGauge,
}

/// Why there are no metrics, or none to be told.
#[derive(Debug)]
pub struct MetricsError(prometheus::Error);

impl fmt::Display for MetricsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "metrics: {}", self.0)
    }
}

impl std::error::Error for MetricsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl From<prometheus::Error> for MetricsError {
    fn from(fault: prometheus::Error) -> Self {
        Self(fault)
    }
}

impl Metrics {
    /// Metrics with a registry of their own.
    ///
    /// # Errors
    /// None that is known of; what the crate `prometheus` says of a name or a bucket is passed on.
    pub fn new() -> Result<Self, MetricsError> {
        Self::in_registry(Registry::new())
    }

    /// Metrics in a registry that holds a program's own as well.
    ///
    /// # Errors
    /// Where the registry has one of the names already.
    pub fn in_registry(registry: Registry) -> Result<Self, MetricsError> {
        let histogram = |name: &str, help: &str, buckets: &[f64]| {
            let histogram =
                HistogramVec::new(HistogramOpts::new(name, help).buckets(buckets.to_vec()), &["operation"])?;
            registry.register(Box::new(histogram.clone()))?;
            Ok::<_, prometheus::Error>(histogram)
        };
        let (seconds, bytes) = (&limits::DURATION_BUCKETS_SECONDS, &limits::SIZE_BUCKETS_BYTES);
        let histograms = Histograms {
            duration: histogram(
                "http_request_duration_seconds",
                "Time from the end of a request's head to its answer being ready.",
                seconds,
            )?,
            request_size: histogram("http_request_size_bytes", "Content of requests that was read.", bytes)?,
            response_size: histogram(
                "http_response_size_bytes",
                "Content of responses, streams of unknown length apart.",
                bytes,
            )?,
        };
        let in_flight = IntGauge::new("http_requests_in_flight", "Requests that are being answered.")?;
        let build = Opts::new("brrtrouter_build_info", "The library that serves; always 1.");
        let build = Gauge::with_opts(build.const_label("version", env!("CARGO_PKG_VERSION")))?;
        build.set(1.0);
        registry.register(Box::new(in_flight.clone()))?;
        registry.register(Box::new(build))?;
        let book = Arc::<Book>::default();
        registry.register(Box::new(BookCollector::new(Arc::clone(&book))?))?;
        Ok(Self(Arc::new(Inner { registry, book, histograms, in_flight })))
    }

    /// The registry, for a program's own metrics.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    /// All series in the text format 0.0.4.
    ///
    /// # Errors
    /// Where a collector of the program's own gives what cannot be told.
    pub fn to_text(&self) -> Result<String, MetricsError> {
        Ok(TextEncoder::new().encode_to_string(&self.0.registry.gather())?)
    }

    /// Counts a description that was to replace the one served and could not; [`ServerHandle::replace`](crate::ServerHandle::replace)
    /// counts those that did.
    pub fn count_failed_reload(&self) {
        self.0.book.failed_reloads.fetch_add(1, Ordering::Relaxed);
    }

    /// Tells of a server's connections from now on; of several servers, their sum.
    #[cfg(feature = "server")]
    pub(crate) fn watch_server(&self, connections: Connections) {
        self.0.book.watch_server(connections);
    }

    fn watch_executor(&self, executor: &Arc<dyn Executor>) {
        self.0.book.watch_executor(executor);
    }

    fn counts_of(&self, operation: &Operation) -> Arc<OperationCounts> {
        let labels = Labels {
            operation: Arc::clone(&operation.name),
            route: Arc::clone(&operation.template),
            method: operation.method.as_str().into(),
        };
        self.0.book.counts_of(&labels, &self.0.histograms)
    }

    fn unrouted(&self) -> Arc<OperationCounts> {
        let labels = Labels { operation: "".into(), route: "".into(), method: "".into() };
        self.0.book.counts_of(&labels, &self.0.histograms)
    }

    fn in_flight(&self) -> IntGauge {
        self.0.in_flight.clone()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

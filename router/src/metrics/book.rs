//! All series of a [`Metrics`](super::Metrics), got or created, and how they are told to Prometheus.
//!
//! Locks are held while a service is built and while series are told, never for a request and never across a wait. Never panics.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, MutexGuard, PoisonError, Weak};

use prometheus::core::{Collector, Desc};
use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};

use super::failure::Family;
use super::operation::{Histograms, Labels, OperationCounts};
use crate::serve::Executor;
#[cfg(feature = "server")]
use crate::transport::{CloseCause, ConnectionCounts};

/// A lock that is held for a few instructions, or while series are told.
#[expect(
    clippy::disallowed_types,
    reason = "services are built, servers start and scrapes come on different threads"
)]
type Shared<T> = std::sync::Mutex<T>;

/// What a server tells of its connections when it is asked.
#[cfg(feature = "server")]
pub(crate) type Connections = Box<dyn Fn() -> ConnectionCounts + Send + Sync>;

/// Name and help of every family that is told here.
pub(super) const FAMILIES: [(&str, &str); 13] = [
    (
        "http_requests_total",
        "Requests that were answered, by operation, path template, method and status code.",
    ),
    (
        "brrtrouter_validation_failures_total",
        "Requests whose parameters or content break the description, by what was broken.",
    ),
    ("brrtrouter_authentication_failures_total", "Requests that were not let in, by reason."),
    (
        "brrtrouter_handler_errors_total",
        "Requests that an operation answered with a problem of the server's, by kind.",
    ),
    ("brrtrouter_panics_total", "Panics of handlers and middleware."),
    ("brrtrouter_pool_waiting_jobs", "Jobs that wait for a thread of the pool."),
    ("brrtrouter_connections_open", "Connections that are open."),
    ("brrtrouter_connections_accepted_total", "Connections that were accepted."),
    ("brrtrouter_connections_refused_total", "Connections that were refused for want of room."),
    ("brrtrouter_connections_closed_total", "Connections that ended, by cause."),
    ("brrtrouter_accept_failures_total", "Failures of the system to give a connection that was there."),
    ("brrtrouter_reloads_total", "Descriptions that were to replace the one served, by result."),
    ("brrtrouter_certificate_renewals_total", "Certificates that were to replace those shown, by result."),
];

#[derive(Default)]
pub(super) struct Book {
    operations: Shared<BTreeMap<Labels, Arc<OperationCounts>>>,
    executors: Shared<Vec<Weak<dyn Executor>>>,
    #[cfg(feature = "server")]
    servers: Shared<Vec<Connections>>,
    pub(super) failed_reloads: std::sync::atomic::AtomicU64,
}

fn lock<T>(shared: &Shared<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Book {
    pub(super) fn counts_of(&self, labels: &Labels, histograms: &Histograms) -> Arc<OperationCounts> {
        let mut operations = lock(&self.operations);
        let made = || Arc::new(OperationCounts::new(labels.clone(), histograms));
        Arc::clone(operations.entry(labels.clone()).or_insert_with(made))
    }

    pub(super) fn watch_executor(&self, executor: &Arc<dyn Executor>) {
        lock(&self.executors).push(Arc::downgrade(executor));
    }

    #[cfg(feature = "server")]
    pub(super) fn watch_server(&self, connections: Connections) {
        lock(&self.servers).push(connections);
    }

    /// The jobs that wait; `None` where no executor that is in use has a queue.
    fn jobs(&self) -> Option<usize> {
        let mut executors = lock(&self.executors);
        executors.retain(|executor| executor.strong_count() > 0);
        let waiting =
            executors.iter().filter_map(Weak::upgrade).filter_map(|executor| executor.waiting_jobs());
        waiting.reduce(usize::saturating_add)
    }

    fn of_operations(&self, told: &mut Told) {
        for counts in lock(&self.operations).values() {
            let operation = ("operation", &*counts.labels.operation);
            let route = ("route", &*counts.labels.route);
            for (method, status, count) in counts.requests() {
                let labels = [operation, route, ("method", method), ("status", &status)];
                told.count("http_requests_total", &labels, count);
            }
            for family in [Family::Validation, Family::Authentication, Family::Handler] {
                let (name, label) = family.names();
                let failures = counts.failures.read(family);
                failures.for_each(|(value, count)| told.count(name, &[operation, (label, value)], count));
            }
            told.count("brrtrouter_panics_total", &[operation], counts.panics());
        }
    }

    #[cfg(feature = "server")]
    fn of_servers(&self, told: &mut Told) {
        let servers = lock(&self.servers);
        if servers.is_empty() {
            return;
        }
        let mut all = ConnectionCounts::default();
        servers.iter().for_each(|server| all.add(&server()));
        drop(servers);
        told.gauge("brrtrouter_connections_open", u64::try_from(all.open).unwrap_or(u64::MAX));
        told.count("brrtrouter_connections_accepted_total", &[], all.accepted);
        told.count("brrtrouter_connections_refused_total", &[], all.refused);
        told.count("brrtrouter_accept_failures_total", &[], all.accept_failures);
        for cause in CloseCause::ALL {
            told.count(
                "brrtrouter_connections_closed_total",
                &[("cause", cause.as_str())],
                all.closed(cause),
            );
        }
        let failed = self.failed_reloads.load(std::sync::atomic::Ordering::Relaxed);
        told.count("brrtrouter_reloads_total", &[("result", "ok")], all.replaced);
        told.count("brrtrouter_reloads_total", &[("result", "failed")], failed);
        let renewals = "brrtrouter_certificate_renewals_total";
        told.count(renewals, &[("result", "ok")], all.certificates_renewed);
        told.count(renewals, &[("result", "failed")], all.certificate_renewals_failed);
    }
}

/// The families while they are gathered.
#[derive(Default)]
struct Told(BTreeMap<&'static str, (MetricType, Vec<Metric>)>);

impl Told {
    fn count(&mut self, name: &'static str, labels: &[(&str, &str)], count: u64) {
        let mut counter = Counter::default();
        counter.set_value(super::float(count));
        let mut metric = Metric::from_label(labels.iter().map(pair).collect());
        metric.set_counter(counter);
        self.push(name, MetricType::COUNTER, metric);
    }

    fn gauge(&mut self, name: &'static str, value: u64) {
        let mut gauge = Gauge::default();
        gauge.set_value(super::float(value));
        self.push(name, MetricType::GAUGE, Metric::from_gauge(gauge));
    }

    fn push(&mut self, name: &'static str, kind: MetricType, metric: Metric) {
        self.0.entry(name).or_insert_with(|| (kind, Vec::new())).1.push(metric);
    }

    fn into_families(mut self) -> Vec<MetricFamily> {
        let told = FAMILIES.iter().filter_map(|(name, help)| {
            let (kind, metrics) = self.0.remove(name)?;
            let mut family = MetricFamily::default();
            family.set_name((*name).to_owned());
            family.set_help((*help).to_owned());
            family.set_field_type(kind);
            family.set_metric(metrics);
            Some(family)
        });
        told.collect()
    }
}

fn pair((name, value): &(&str, &str)) -> LabelPair {
    let mut pair = LabelPair::default();
    pair.set_name((*name).to_owned());
    pair.set_value((*value).to_owned());
    pair
}

/// The book as a registry asks it.
pub(super) struct BookCollector {
    pub(super) book: Arc<Book>,
    descriptions: Vec<Desc>,
}

impl BookCollector {
    pub(super) fn new(book: Arc<Book>) -> prometheus::Result<Self> {
        let describe = |(name, help): &(&str, &str)| {
            Desc::new((*name).to_owned(), (*help).to_owned(), Vec::new(), HashMap::new())
        };
        Ok(Self { book, descriptions: FAMILIES.iter().map(describe).collect::<Result<_, _>>()? })
    }
}

impl Collector for BookCollector {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut told = Told::default();
        self.book.of_operations(&mut told);
        if let Some(waiting) = self.book.jobs() {
            told.gauge("brrtrouter_pool_waiting_jobs", u64::try_from(waiting).unwrap_or(u64::MAX));
        }
        #[cfg(feature = "server")]
        self.book.of_servers(&mut told);
        told.into_families()
    }
}

//! What is counted of one operation, or of all requests that reach none.
//!
//! Everything is there before the first request: recording one adds to what is found by an index and a comparison of methods. Never panics.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::{Method, StatusCode};
use prometheus::{Histogram, HistogramVec};

use super::failure::FailureCounts;
use super::status::StatusCounts;
use crate::serve::Told;

/// The label of a method that is none of those known.
const OTHER: &str = "other";

/// What tells the series of one operation from those of others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Labels {
    pub(super) operation: Arc<str>,
    pub(super) route: Arc<str>,
    pub(super) method: Arc<str>,
}

/// How one request ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended<'r> {
    pub(crate) method: &'r Method,
    pub(crate) status: StatusCode,
    pub(crate) told: Told,
    pub(crate) elapsed: Option<Duration>,
    /// The octets of the answer's content, where they are known.
    pub(crate) sent: Option<u64>,
}

/// The histograms, each by operation.
pub(super) struct Histograms {
    pub(super) duration: HistogramVec,
    pub(super) request_size: HistogramVec,
    pub(super) response_size: HistogramVec,
}

#[derive(Debug)]
struct Row {
    /// `None` for every other method.
    method: Option<Method>,
    statuses: StatusCounts,
}

/// The series of one operation.
pub(super) struct OperationCounts {
    pub(super) labels: Labels,
    rows: Box<[Row]>,
    pub(super) failures: FailureCounts,
    panics: AtomicU64,
    duration: Histogram,
    request_size: Histogram,
    response_size: Histogram,
}

impl OperationCounts {
    pub(super) fn new(labels: Labels, histograms: &Histograms) -> Self {
        let by = [&*labels.operation];
        Self {
            rows: methods(&labels.method)
                .map(|method| Row { method, statuses: StatusCounts::default() })
                .collect(),
            failures: FailureCounts::default(),
            panics: AtomicU64::new(0),
            duration: histograms.duration.with_label_values(&by),
            request_size: histograms.request_size.with_label_values(&by),
            response_size: histograms.response_size.with_label_values(&by),
            labels,
        }
    }

    pub(super) fn record(&self, ended: &Ended<'_>) {
        let is_of = |row: &&Row| row.method.as_ref().is_none_or(|method| method == ended.method);
        if let Some(row) = self.rows.iter().find(is_of) {
            row.statuses.count(ended.status);
        }
        if let Some(kind) = ended.told.kind {
            self.failures.count(kind, ended.status);
        }
        if ended.told.panicked {
            self.panics.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(elapsed) = ended.elapsed {
            self.duration.observe(elapsed.as_secs_f64());
            self.request_size.observe(float(ended.told.received));
        }
        if let Some(sent) = ended.sent {
            self.response_size.observe(float(sent));
        }
    }

    /// How often each status code was answered, by method.
    pub(super) fn requests(&self) -> impl Iterator<Item = (&str, String, u64)> {
        self.rows.iter().flat_map(|row| {
            let method = row.method.as_ref().map_or(OTHER, Method::as_str);
            row.statuses.read().map(move |(status, count)| (method, status, count))
        })
    }

    pub(super) fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }
}

/// The methods that reach an operation of this one: its own, and HEAD where that is answered as GET is. Without an operation, all.
fn methods(of: &str) -> impl Iterator<Item = Option<Method>> {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::CONNECT,
        Method::OPTIONS,
        Method::TRACE,
        Method::PATCH,
    ];
    let of = of.to_owned();
    let is_all = of.is_empty();
    let own = Method::from_bytes(of.as_bytes()).ok().filter(|own| !known.contains(own));
    let reaches =
        move |method: &Method| is_all || method == of.as_str() || (of == "GET" && *method == Method::HEAD);
    let known = known.into_iter().filter(reaches).map(Some);
    known.chain(own.map(Some)).chain(is_all.then_some(None))
}

/// The nearest number; sizes beyond 2^53 lose their last digits.
pub(super) fn float(bytes: u64) -> f64 {
    const HALF: f64 = 4_294_967_296.0;
    let half = |value: u64| f64::from(u32::try_from(value).unwrap_or(u32::MAX));
    half(bytes >> 32).mul_add(HALF, half(bytes & u64::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_exact() {
        for (bytes, expected) in
            [(0, 0.0), (1, 1.0), (4_294_967_295, 4_294_967_295.0), (1 << 40, 1_099_511_627_776.0)]
        {
            assert!((float(bytes) - expected).abs() < f64::EPSILON, "{bytes}");
        }
    }

    #[test]
    fn methods_are_bounded() {
        let of = |method: &str| methods(method).collect::<Vec<_>>();
        assert_eq!(of("GET"), [Some(Method::GET), Some(Method::HEAD)]);
        assert_eq!(of("POST"), [Some(Method::POST)]);
        assert_eq!(of("QUERY"), [Some(Method::from_bytes(b"QUERY").unwrap())]);
        assert_eq!((of("").len(), of("").last()), (10, Some(&None)));
    }
}

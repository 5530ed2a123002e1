//! The access log: one event of `tracing` for each request, as it leaves.
//!
//! Takes: the exchange and its answer. Gives: an event of the target `brrtrouter::access`, which whoever collects events writes where
//! they like. It names neither the query nor any field line, since both may hold secrets. Allocates nothing, and never panics.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Exchange, Middleware};
use crate::serve::Response;

/// Middleware that tells of every request, or of every failure and some of the rest.
///
/// The event is `INFO`, and `ERROR` for 5xx. Its fields: `request_id`, `operation`, `route`, `method`, `path`, `status`, `duration_micros`,
/// `bytes_in`, `bytes_out`, `problem` (the type of a problem), `peer`; those that are not known are left out. Added first, it sees what all other middleware
/// makes of an answer.
///
/// ```
/// use std::num::NonZeroU64;
/// use brrtrouter::{AccessLog, Api, Description, Handlers, Otherwise, RequestIds, Service};
///
/// # let description = Description::from_text("up.yaml", "
/// # openapi: 3.1.2
/// # info: { title: Up, version: '1' }
/// # paths: { /up: { get: { operationId: up, responses: { '204': { description: up } } } } }
/// # ")?;
/// # let api = Api::builder(&description).handlers(Handlers::new().otherwise(Otherwise::NotImplemented)).build()?;
/// let one_in_hundred = NonZeroU64::new(100).ok_or("not zero")?;
/// let service = Service::builder(api)
///     .request_ids(RequestIds::new())
///     .middleware(AccessLog::new().one_success_in(one_in_hundred))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct AccessLog {
    one_in: NonZeroU64,
    without_peer: bool,
    successes: AtomicU64,
}

impl AccessLog {
    /// Tells of every request.
    #[must_use]
    pub const fn new() -> Self {
        Self { one_in: NonZeroU64::MIN, without_peer: false, successes: AtomicU64::new(0) }
    }

    /// Tells of the first of every so many requests whose status is below 400, and of all others.
    #[must_use]
    pub const fn one_success_in(mut self, count: NonZeroU64) -> Self {
        self.one_in = count;
        self
    }

    /// Leaves out the address of the peer, which may be personal data.
    #[must_use]
    pub const fn without_peer(mut self) -> Self {
        self.without_peer = true;
        self
    }

    fn is_told(&self, response: &Response) -> bool {
        let is_failure = response.status().as_u16() >= 400;
        is_failure || self.successes.fetch_add(1, Ordering::Relaxed).checked_rem(self.one_in.get()) == Some(0)
    }
}

impl Default for AccessLog {
    fn default() -> Self {
        Self::new()
    }
}

/// Writes the fields once, whatever the level.
macro_rules! tell {
    ($level:expr, $log:expr, $exchange:expr, $response:expr) => {
        tracing::event!(
            target: "brrtrouter::access",
            $level,
            request_id = $exchange.request_id(),
            operation = $exchange.operation().map(|operation| operation.name()),
            route = $exchange.operation().map(|operation| operation.template()),
            method = $exchange.head().method().as_str(),
            path = $exchange.head().path(),
            status = $response.status().as_u16(),
            duration_micros = $exchange.elapsed().map(|elapsed| u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)),
            bytes_in = $exchange.bytes_received(),
            bytes_out = $response.body().length(),
            problem = $exchange.problem_kind().map(|kind| kind.type_uri()),
            peer = $exchange.connection().peer.filter(|_| !$log.without_peer).map(tracing::field::display),
        )
    };
}

impl Middleware for AccessLog {
    fn after(&self, exchange: &Exchange<'_>, response: &mut Response) {
        if !self.is_told(response) {
            return;
        }
        if response.status().is_server_error() {
            tell!(tracing::Level::ERROR, self, exchange, response);
        } else {
            tell!(tracing::Level::INFO, self, exchange, response);
        }
    }
}

//! The series of one service: those of each operation of its API by the operation's number, and those of requests that reach none.
//!
//! Takes: how a request ended. Gives: nothing; adds to what was there when the service was built, without a look-up or an allocation. Never panics.

use std::sync::Arc;

use prometheus::IntGauge;

use super::Metrics;
use super::operation::{Ended, OperationCounts};
use crate::serve::{Api, Operation};

pub(crate) struct ServiceSeries {
    by_number: Box<[Arc<OperationCounts>]>,
    unrouted: Arc<OperationCounts>,
    in_flight: IntGauge,
}

impl ServiceSeries {
    pub(crate) fn new(metrics: &Metrics, api: &Api) -> Self {
        metrics.watch_executor(&api.executor);
        Self {
            by_number: api.operations().map(|operation| metrics.counts_of(operation)).collect(),
            unrouted: metrics.unrouted(),
            in_flight: metrics.in_flight(),
        }
    }

    /// A request is in flight until this is dropped.
    pub(crate) fn enter(&self) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight(&self.in_flight)
    }

    pub(crate) fn take_in(&self, operation: Option<&Operation>, ended: &Ended<'_>) {
        let counts = operation.and_then(|operation| self.by_number.get(operation.number));
        counts.unwrap_or(&self.unrouted).record(ended);
    }
}

/// A request in flight.
pub(crate) struct InFlight<'s>(&'s IntGauge);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

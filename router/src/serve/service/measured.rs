//! What a service tells its metrics.
//!
//! Takes: how a request ended. Gives: nothing. Allocates nothing, and never panics.

use http::Method;

use super::{Service, Visit};
use crate::metrics::Ended;
use crate::serve::journey::Routed;
use crate::serve::{Response, Told};

impl Visit<'_> {
    /// Counts the request under what its answer has become.
    pub(super) fn report(&self, routed: &Routed<'_>, response: &Response) {
        let Some(series) = &self.service.series else { return };
        let elapsed = self.exchange(Some(routed)).elapsed();
        series.take_in(routed.operation, &ended(self.head.method(), routed.told, response, elapsed));
    }
}

impl Service {
    /// Counts a request whose head could not be read: its method is not known, and nobody saw it begin.
    pub(super) fn count_refusal(&self, response: &Response) {
        let Some(series) = &self.series else { return };
        let mut told = Told::default();
        told.note(response);
        // The one method that the list of known ones does not have.
        let Ok(none) = Method::from_bytes(b"-") else { return };
        series.take_in(None, &ended(&none, told, response, None));
    }
}

fn ended<'r>(
    method: &'r Method,
    told: Told,
    response: &Response,
    elapsed: Option<std::time::Duration>,
) -> Ended<'r> {
    // A HEAD and a 304 announce a length and send nothing, so the body's own counts; that of a stream is known or not.
    Ended { method, status: response.status(), told, elapsed, sent: response.body().length() }
}

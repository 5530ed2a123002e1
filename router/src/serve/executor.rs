//! Where pooled handlers run: a request becomes a [`Job`] that owns it, and an [`Executor`] runs the job.
//!
//! Takes: jobs of the operations registered by [`Handlers::on_pool`](crate::Handlers::on_pool). Gives: their results, in
//! time or not at all. Never panics; what a handler's panic becomes is the same here as in the connection's thread.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::clock::has_passed;
use super::handler::{Function, guard};
use super::owned::OwnedRequest;
use super::response::{FieldText, ResponseField};
use super::{Operation, Problem, ProblemKind, Response};

/// Runs the handlers that were registered by [`Handlers::on_pool`](crate::Handlers::on_pool).
///
/// How a caller waits depends on its runtime, so waiting is the executor's part as well. It should
/// wait no longer than [`Job::time_left`]; a result that comes later is dropped in any case.
///
/// ```
/// use brrtrouter::{Executor, ExecutorError, Job, Problem, Response};
///
/// /// Gives every job a thread of its own; a pool would bound them.
/// struct OneThreadEach;
///
/// impl Executor for OneThreadEach {
///     fn run(&self, job: Job) -> Result<Response, Problem> {
///         std::thread::spawn(move || job.run()).join().map_err(|_| ExecutorError::Lost)?
///     }
/// }
/// ```
pub trait Executor: Send + Sync {
    /// Runs the job, here or on another thread, and waits for its result.
    ///
    /// # Errors
    /// The handler's own problem, or an [`ExecutorError`] where there is no result.
    fn run(&self, job: Job) -> Result<Response, Problem>;

    /// How many jobs wait at this moment, for metrics; `None` where none ever does.
    fn waiting_jobs(&self) -> Option<usize> {
        None
    }
}

/// A pool that outlives an `Api` is shared with it, and with the one that replaces it.
impl<E: Executor + ?Sized> Executor for Arc<E> {
    fn run(&self, job: Job) -> Result<Response, Problem> {
        (**self).run(job)
    }

    fn waiting_jobs(&self) -> Option<usize> {
        (**self).waiting_jobs()
    }
}

/// Runs each job at once, in the thread of its connection: the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct InPlace;

impl Executor for InPlace {
    fn run(&self, job: Job) -> Result<Response, Problem> {
        job.run()
    }
}

/// Why an executor has no result for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutorError {
    /// There is no room for the job: 503, and when to try again, in whole seconds rounded up (RFC 9110 §10.2.3).
    Full {
        /// After which time there may be room.
        retry_after: Duration,
    },
    /// The job ended without a result, as when its thread died: 500.
    Lost,
    /// The deadline passed before there was a result: 504.
    DeadlineExceeded,
}

impl fmt::Display for ExecutorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full { .. } => "the pool has no room for the job",
            Self::Lost => "the job ended without a result",
            Self::DeadlineExceeded => "the deadline passed before the job had a result",
        })
    }
}

impl std::error::Error for ExecutorError {}

impl From<ExecutorError> for Problem {
    fn from(fault: ExecutorError) -> Self {
        match fault {
            ExecutorError::Full { retry_after } => {
                let seconds = retry_after.as_secs().saturating_add(u64::from(retry_after.subsec_nanos() > 0));
                let value = FieldText::from(seconds.to_string());
                Self::of(ProblemKind::Overloaded).with_field(ResponseField::known("Retry-After", value))
            }
            ExecutorError::Lost => Self::internal(&fault),
            ExecutorError::DeadlineExceeded => Self::of(ProblemKind::DeadlineExceeded),
        }
    }
}

/// One request of a pooled operation with the handler that answers it. It owns both, so that it can
/// move to another thread; dropping it drops the request.
#[must_use = "a job does nothing until it is run"]
pub struct Job {
    handler: Function,
    request: OwnedRequest,
}

impl Job {
    pub(crate) fn new(handler: Function, request: OwnedRequest) -> Self {
        Self { handler, request }
    }

    /// The operation that runs.
    #[must_use]
    pub fn operation(&self) -> &Operation {
        &self.request.operation
    }

    /// How long somebody waits for the result, zero once the deadline has passed; `None` where requests may take any time.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let clock = &self.request.clock;
        self.request.deadline.map(|deadline| deadline.saturating_duration_since(clock.now()))
    }

    /// Runs the handler, unless the job waited until its deadline passed. A panic of the handler is a 500; one
    /// without text is passed on, as it is by an inline handler.
    ///
    /// # Errors
    /// The handler's problem, 500 or 504.
    pub fn run(self) -> Result<Response, Problem> {
        let Self { handler, request } = self;
        if has_passed(request.deadline, &*request.clock) {
            return Err(ExecutorError::DeadlineExceeded.into());
        }
        request.lend(|context| guard(context.operation(), context.request_id(), || handler(context)))
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("operation", &self.operation().name()).finish_non_exhaustive()
    }
}

const _: () = {
    const fn movable<T: Send + 'static>() {}
    movable::<Job>();
    movable::<Result<Response, Problem>>();
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_their_status() {
        let full = |millis| ExecutorError::Full { retry_after: Duration::from_millis(millis) };
        let cases = [
            (full(0), 503, Some("0")),
            (full(1000), 503, Some("1")),
            (full(1001), 503, Some("2")),
            (ExecutorError::Lost, 500, None),
            (ExecutorError::DeadlineExceeded, 504, None),
        ];
        for (fault, status, retry_after) in cases {
            let response = Response::from(Problem::from(fault));
            assert_eq!(response.status().as_u16(), status, "{fault}");
            assert_eq!(response.field("Retry-After"), retry_after, "{fault}");
        }
    }
}

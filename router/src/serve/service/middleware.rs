//! The user's code around every request, whichever operation it is for.

use std::time::Instant;

use crate::serve::{Connection, Operation, RequestHead, Response};

/// What middleware sees of a request beside its answer.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'r> {
    pub(super) head: &'r RequestHead<'r>,
    pub(super) connection: &'r Connection,
    pub(super) operation: Option<&'r Operation>,
    pub(super) request_id: Option<&'r str>,
    pub(super) started: Option<Instant>,
}

impl<'r> Exchange<'r> {
    /// The head.
    #[must_use]
    pub const fn head(&self) -> &'r RequestHead<'r> {
        self.head
    }

    /// The connection that the request came over.
    #[must_use]
    pub const fn connection(&self) -> &'r Connection {
        self.connection
    }

    /// The operation that path and method lead to, also where security or validation refused the request; `None` before routing, and
    /// where no operation was found: own paths, 404, 405.
    #[must_use]
    pub const fn operation(&self) -> Option<&'r Operation> {
        self.operation
    }

    /// The request id; `None` where the service gives none.
    #[must_use]
    pub const fn request_id(&self) -> Option<&'r str> {
        self.request_id
    }

    /// When the head was there, by the clock of the API.
    #[must_use]
    pub const fn started(&self) -> Option<Instant> {
        self.started
    }
}

/// Code that runs before and after every request to a [`Service`](crate::Service), its own paths included.
///
/// `before` runs in the order in which middleware was added, until one answers; `after` of all of them in reverse order, for every
/// answer: of an operation, of an own path, early ones, and those of other middleware whose `before` kept one's own from
/// running. The fields of CORS and the request id are written behind the last `after`. A panic is answered with 500.
///
/// A preflight of CORS passes here as well: what asks for credentials in `before` lets OPTIONS by.
///
/// ```
/// use brrtrouter::{Exchange, Middleware, Problem, Response, StatusCode};
///
/// struct ReadOnly;
///
/// impl Middleware for ReadOnly {
///     fn before(&self, exchange: &Exchange<'_>) -> Result<(), Response> {
///         if exchange.head().method().is_safe() {
///             return Ok(());
///         }
///         Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE).with_detail("only reading works at the moment"))?
///     }
///
///     fn after(&self, exchange: &Exchange<'_>, response: &mut Response) {
///         if exchange.operation().is_some_and(|operation| operation.deprecated()) {
///             response.set_field("Deprecation", "@0");
///         }
///     }
/// }
/// ```
pub trait Middleware: Send + Sync {
    /// Looks at the head before anything else does.
    ///
    /// # Errors
    /// The answer, where the request is to go no further. A [`Problem`](crate::Problem) becomes one by `?`.
    #[expect(clippy::result_large_err, reason = "the error is the answer; boxing it would allocate")]
    fn before(&self, _exchange: &Exchange<'_>) -> Result<(), Response> {
        Ok(())
    }

    /// Looks at the answer, and may change it.
    fn after(&self, _exchange: &Exchange<'_>, _response: &mut Response) {}
}

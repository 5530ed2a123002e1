//! The journey of one request through the stages, in the two steps of the design.
//!
//! [`Api::admit`] decides on the head alone: route, security, parameters, media type. [`Admitted::run`], for which see `run.rs`, reads the
//! content, runs the handler and checks its response. Nothing about parameters or content is disclosed
//! before security has let the request in (SEC-020). Never panics; a handler's panic becomes a 500.

use std::sync::Arc;
use std::time::Instant;

use http::{Method, StatusCode};

use crate::serve::content::{self, Selected};
use crate::serve::cors::CorsAnswer;
use crate::serve::parameter::{self, ParameterInput, ParameterValues};
use crate::serve::problem::ProblemFormat;
use crate::serve::route::{Captures, PathError, RouteOutcome};
use crate::serve::run::{Entry, id_of};
use crate::serve::security::SecurityContext;
use crate::serve::service::Visit;
use crate::serve::told::Told;
use crate::serve::{
    Api, BodySource, Connection, Operation, Problem, ProblemContext, ProblemKind, RequestHead, Response,
};

/// What routing found: the operation, and where the template's expressions stand in the path as sent.
struct RouteMatch<'r, 'c> {
    operation: &'r Arc<Operation>,
    path: &'r str,
    captures: &'c Captures,
}

impl parameter::Captures for RouteMatch<'_, '_> {
    fn capture(&self, name: &str) -> Option<&str> {
        let at = self.operation.expressions.iter().position(|expression| &**expression == name)?;
        self.captures.get(self.path, at)
    }
}

/// Why a request ends before its operation.
enum Early {
    /// It is refused.
    Problem(Problem),
    /// Automatic OPTIONS: the methods that are allowed.
    Options(Arc<str>),
}

impl From<Problem> for Early {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// A request that was let in on its head; its body is still to be read.
#[must_use = "an admitted request has still to run"]
pub struct Admitted<'r> {
    pub(super) entry: Entry<'r>,
    pub(super) parameters: ParameterValues,
    /// The way through the service that it came by.
    pub(super) visit: Option<Visit<'r>>,
    pub(super) flight: Flight<'r>,
}

/// What counts a request as in flight.
#[cfg(feature = "metrics")]
pub(super) type Flight<'r> = Option<crate::metrics::InFlight<'r>>;
#[cfg(not(feature = "metrics"))]
pub(super) type Flight<'r> = std::marker::PhantomData<&'r ()>;

/// What is known of a request beside its answer, once it is routed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Routed<'r> {
    pub(crate) operation: Option<&'r Operation>,
    pub(crate) cors: Option<CorsAnswer<'r>>,
    pub(crate) told: Told,
    /// Whether someone else will say it, later.
    pub(crate) is_silent: bool,
}

impl Routed<'_> {
    fn say_early(&self, response: &mut Response) {
        if !self.is_silent {
            self.say_cors(response);
        }
    }

    /// Writes what the response says of origins, last of all, so that nothing that was said before stands against it.
    pub(crate) fn say_cors(&self, response: &mut Response) {
        if let Some(answer) = &self.cors {
            answer.apply(response);
        }
    }
}

/// What the head decides, its parameters aside.
pub(super) struct Decision<'r> {
    pub(super) operation: &'r Arc<Operation>,
    pub(super) security: SecurityContext,
    pub(super) selected: Option<Selected<'r, 'r>>,
    pub(super) accepted: Option<&'r str>,
    pub(super) deadline: Option<Instant>,
}

impl Api {
    /// Lets a request in on its head: routes it, checks its credentials, decodes its parameters and chooses
    /// how its content will be read.
    ///
    /// # Errors
    /// The response to send instead; the body then stays unread.
    #[expect(
        clippy::result_large_err,
        reason = "the error is the answer; boxing it would allocate on every 404"
    )]
    pub fn admit<'r>(
        &'r self,
        head: &'r RequestHead<'r>,
        connection: &'r Connection,
    ) -> Result<Admitted<'r>, Response> {
        let mut parameters = ParameterValues::default();
        let entry = self.enter(head, connection, &mut Routed::default(), &mut parameters)?;
        Ok(Admitted { entry, parameters, visit: None, flight: Flight::default() })
    }

    /// The same, with the parameters decoded where they stay, telling in `routed` which operation it was and what is to be said of origins; where
    /// `routed` is to be silent, an early answer does not say it yet.
    #[expect(clippy::result_large_err, reason = "as for `admit`")]
    pub(crate) fn enter<'r>(
        &'r self,
        head: &'r RequestHead<'r>,
        connection: &'r Connection,
        routed: &mut Routed<'r>,
        parameters: &mut ParameterValues,
    ) -> Result<Entry<'r>, Response> {
        let mut captures = Captures::new();
        let found = self.route(head, &mut captures);
        routed.operation = found.as_ref().ok().map(|operation| &***operation);
        if let Some(cors) = &self.cors {
            routed.cors = self.preflight(cors, head);
            if routed.cors.is_some() {
                let mut response = Response::no_content();
                routed.say_early(&mut response);
                return Err(response);
            }
            routed.cors = Some(cors.answer(head, routed.operation));
        }
        let operation = match found {
            Ok(operation) => operation,
            Err(early) => {
                let mut response = self.refuse(head, early, &mut routed.told);
                routed.say_early(&mut response);
                return Err(response);
            }
        };
        let matched = RouteMatch { operation, path: head.path(), captures: &captures };
        match self.decide(&matched, head, connection, parameters) {
            Ok(decision) => Ok(Entry { api: self, head, connection, decision, cors: routed.cors }),
            Err(problem) => {
                let mut response = Response::from(problem);
                routed.told.note(&response);
                self.finish_for(operation, head, &mut response);
                routed.say_early(&mut response);
                Err(response)
            }
        }
    }

    /// What the service answers itself, settled as any answer of the API.
    pub(crate) fn settled_early<'r>(
        &'r self,
        head: &RequestHead<'r>,
        mut response: Response,
        routed: &mut Routed<'r>,
    ) -> Response {
        routed.cors = self.cors_answer(head);
        routed.told.note(&response);
        self.finish(head, &mut response);
        response
    }

    /// What is said of origins where there is no operation.
    pub(crate) fn cors_answer<'r>(&'r self, head: &RequestHead<'r>) -> Option<CorsAnswer<'r>> {
        self.cors.as_ref().map(|cors| cors.answer(head, None))
    }

    fn refuse(&self, head: &RequestHead<'_>, early: Early, told: &mut Told) -> Response {
        let mut response = match early {
            Early::Problem(problem) => Response::from(problem),
            Early::Options(allow) => allowed(allow),
        };
        told.note(&response);
        self.finish(head, &mut response);
        response
    }

    /// Serves a whole request: both steps at once.
    pub fn answer(
        &self,
        head: &RequestHead<'_>,
        connection: &Connection,
        body: &mut dyn BodySource,
    ) -> Response {
        let mut parameters = ParameterValues::default();
        match self.enter(head, connection, &mut Routed::default(), &mut parameters) {
            Ok(mut entry) => entry.run(&mut parameters, None, body),
            Err(response) => response,
        }
    }

    /// What the head decides once its operation is known; its parameters are decoded into their place.
    fn decide<'r>(
        &'r self,
        matched: &RouteMatch<'r, '_>,
        head: &'r RequestHead<'r>,
        connection: &'r Connection,
        parameters: &mut ParameterValues,
    ) -> Result<Decision<'r>, Problem> {
        let operation = matched.operation;
        let security = operation.security.authorise(head, connection)?;
        let input = ParameterInput { captures: matched, query: head.query(), fields: head.fields() };
        parameter::decode_into(&operation.parameters, &input, &self.schemas, parameters)
            .map_err(Problem::from)?;
        let selected = content::select(&operation.content, head, &self.options.content)
            .map_err(|error| error.into_problem(&operation.content, head.method()))?;
        let accepted = operation.responses.negotiate_for(head);
        let accepted = accepted.map_err(|_| Problem::of(ProblemKind::NotAcceptable))?;
        let deadline = operation.request_time_max.and_then(|time| self.clock.now().checked_add(time));
        Ok(Decision { operation, security, selected, accepted, deadline })
    }

    /// The operation that path and method lead to, whether or not the request would be let in; for tools that
    /// ask where a request would go.
    #[must_use]
    pub fn operation_of<'r>(&'r self, head: &'r RequestHead<'r>) -> Option<&'r Operation> {
        self.operation_at(head.method(), head.path())
    }

    /// The operation that serves this method at this path.
    pub(crate) fn operation_at(&self, method: &Method, path: &str) -> Option<&Operation> {
        self.lookup(method, path, &mut Captures::new()).ok().map(|operation| &**operation)
    }

    fn route(&self, head: &RequestHead<'_>, captures: &mut Captures) -> Result<&Arc<Operation>, Early> {
        self.lookup(head.method(), head.path(), captures)
    }

    fn lookup(&self, method: &Method, path: &str, captures: &mut Captures) -> Result<&Arc<Operation>, Early> {
        let kind = match self.routes.find(method, path, captures) {
            RouteOutcome::Found(index) | RouteOutcome::AutomaticHead(index) => {
                let operation = usize::try_from(index).ok().and_then(|index| self.operations.get(index));
                return operation.ok_or_else(|| Problem::of(ProblemKind::NotFound).into());
            }
            RouteOutcome::AutomaticOptions(allow) => return Err(Early::Options(allow.clone())),
            RouteOutcome::MethodNotAllowed(allow) => {
                return Err(Problem::method_not_allowed(allow.clone()).into());
            }
            RouteOutcome::UnknownMethod => ProblemKind::UnknownMethod,
            RouteOutcome::NotFound => ProblemKind::NotFound,
            RouteOutcome::Refused(fault) => {
                return Err(Problem::of(ProblemKind::InvalidTarget).with_detail(detail(fault)).into());
            }
        };
        Err(Problem::of(kind).into())
    }

    /// Settles what depends on the request: the problem's instance, format and status, and whether content is
    /// sent at all (HTTP-005, HTTP-018).
    pub(crate) fn finish(&self, head: &RequestHead<'_>, response: &mut Response) {
        self.settle(head, response);
        response.finish_in_place(*head.method() == Method::HEAD);
    }

    /// The same for an operation, which may have its own form of errors (HTTP-014).
    pub(super) fn finish_for(&self, operation: &Operation, head: &RequestHead<'_>, response: &mut Response) {
        if self.own_form.is_some() {
            self.settle(head, response);
            self.in_own_form(response, operation, head);
        }
        self.finish(head, response);
    }

    fn settle(&self, head: &RequestHead<'_>, response: &mut Response) {
        // Only a problem has something to settle, so only then is Accept read for it.
        if response.problem().is_some() || response.fault().is_some() {
            response.settle_in_place(&ProblemContext {
                path: head.path(),
                format: ProblemFormat::preferred(head),
                validation_status: self.options.validation_status,
            });
        }
    }
}

const fn detail(fault: PathError) -> &'static str {
    match fault {
        PathError::MalformedTriplet => "a `%` in the path is not followed by two hexadecimal digits",
        PathError::DotSegment => "the path holds a dot segment",
        PathError::TooLong => "the path is too long",
    }
}

/// 204 with `Allow`: automatic OPTIONS (HTTP-006).
fn allowed(allow: Arc<str>) -> Response {
    Response::new(StatusCode::NO_CONTENT).with_field("Allow", allow)
}

impl<'r> Admitted<'r> {
    /// The operation that will run.
    #[must_use]
    pub fn operation(&self) -> &'r Operation {
        self.entry.operation()
    }

    /// Reads and validates the content, runs the handler, checks its response.
    pub fn run(mut self, body: &mut dyn BodySource) -> Response {
        let _until_it_returns = std::mem::take(&mut self.flight);
        self.entry.run(&mut self.parameters, self.visit.as_ref(), body)
    }

    /// The id that the [`Service`](crate::Service) gave the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        id_of(self.visit.as_ref())
    }
}

impl std::fmt::Debug for Admitted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Admitted").field("operation", &self.operation().name()).finish_non_exhaustive()
    }
}

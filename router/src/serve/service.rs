//! What a transport serves: an [`Api`], and around it what belongs to no operation.
//!
//! Takes: a head, a connection, a body. Gives: a response, in the two steps of [`Api`]. In this order: request id, the
//! middleware's `before`, the service's own paths, the `Api` (route, CORS, security, ...), the middleware's `after`, the fields of
//! CORS, the request id. The user's code may panic, and the request is then answered with 500; nothing else here does.

mod access_log;
mod admin;
mod builder;
mod description_texts;
mod error;
#[cfg(feature = "metrics")]
mod measured;
mod middleware;
mod own_path;
mod readiness;
mod request_id;
#[cfg(test)]
mod tests;

use std::time::Instant;

pub use access_log::AccessLog;
pub use builder::ServiceBuilder;
pub use description_texts::DescriptionTexts;
pub use error::ServiceError;
pub use middleware::{Exchange, Middleware};
use own_path::OwnPaths;
pub use readiness::Readiness;
use request_id::Issuer;
pub(crate) use request_id::RequestId;
pub use request_id::RequestIds;

use std::sync::Arc;

#[cfg(feature = "metrics")]
use crate::metrics::ServiceSeries;
use crate::serve::handler::contain;
use crate::serve::journey::Routed;
use crate::serve::parameter::ParameterValues;
use crate::serve::run::Entry;
use crate::serve::{
    Admitted, Api, BodySource, Connection, FieldLine, Problem, ProblemKind, RequestHead, Response, TestClient,
};

/// An [`Api`] as a transport serves it: with request ids, middleware, and paths of its own.
///
/// A service made `From` an `Api` is bare: it answers as the `Api` does, at no cost. [`Service::builder`] gives one that
/// also tells whether it lives (`/health`) and takes requests (`/ready`).
///
/// ```
/// use brrtrouter::{Api, Description, Handlers, RequestIds, Response, Service};
///
/// let description = Description::from_text("up.yaml", "
/// openapi: 3.1.2
/// info: { title: Up, version: '1' }
/// paths: { /up: { get: { operationId: up, responses: { '200': { description: up, content: { text/plain: {} } } } } } }
/// ")?;
/// let handlers = Handlers::new().on("up", |cx| Ok(Response::text(cx.request_id().unwrap_or("-").to_owned())));
/// let api = Api::builder(&description).handlers(handlers).build()?;
/// let service = Service::builder(api)
///     .request_ids(RequestIds::new().accept_incoming())
///     .description(&description)
///     .build()?;
///
/// let answer = service.test().get("/up").field("X-Request-Id", "order-7").send();
/// assert_eq!((answer.text().as_ref(), answer.field("X-Request-Id")), ("order-7", Some("order-7")));
/// assert_eq!(service.test().get("/health").send().text(), r#"{"status":"pass"}"#);
/// assert!(service.test().get("/openapi.yaml").send().text().contains("title: Up"));
///
/// service.readiness().drain();
/// assert_eq!(service.test().get("/ready").send().status(), 503);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Service {
    api: Arc<Api>,
    issuer: Option<Issuer>,
    middleware: Box<[Box<dyn Middleware>]>,
    own_paths: OwnPaths,
    readiness: Readiness,
    left_out: Vec<ServiceError>,
    #[cfg(feature = "metrics")]
    series: Option<ServiceSeries>,
}

impl Service {
    /// Starts a service that answers `/health` and `/ready` beside the API.
    pub fn builder(api: impl Into<Arc<Api>>) -> ServiceBuilder {
        ServiceBuilder::new(api.into())
    }

    fn bare(api: Arc<Api>) -> Self {
        Self {
            api,
            issuer: None,
            middleware: Box::default(),
            own_paths: OwnPaths::default(),
            readiness: Readiness::default(),
            left_out: Vec::new(),
            #[cfg(feature = "metrics")]
            series: None,
        }
    }

    /// The API.
    #[must_use]
    pub const fn api(&self) -> &Arc<Api> {
        &self.api
    }

    /// Whether the service takes requests; the handle is shared, so that a server may tell that it drains.
    #[must_use]
    pub const fn readiness(&self) -> &Readiness {
        &self.readiness
    }

    /// The own paths that are left out because the description declares a path there.
    #[must_use]
    pub fn left_out(&self) -> &[ServiceError] {
        &self.left_out
    }

    /// Lets a request in on its head, as [`Api::admit`] does; what is admitted runs with [`Admitted::run`].
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
        let visit = self.visit(head, connection);
        #[cfg(feature = "metrics")]
        let flight = self.series.as_ref().map(ServiceSeries::enter);
        #[cfg(not(feature = "metrics"))]
        let flight = std::marker::PhantomData;
        let mut parameters = ParameterValues::default();
        let entry = self.enter(&visit, &mut parameters)?;
        Ok(Admitted { entry, parameters, visit: Some(visit), flight })
    }

    /// Serves a whole request: both steps at once.
    pub fn answer(
        &self,
        head: &RequestHead<'_>,
        connection: &Connection,
        body: &mut dyn BodySource,
    ) -> Response {
        let visit = self.visit(head, connection);
        #[cfg(feature = "metrics")]
        let _until_it_returns = self.series.as_ref().map(ServiceSeries::enter);
        // Lent from stage to stage, where what is admitted would be copied.
        let mut parameters = ParameterValues::default();
        match self.enter(&visit, &mut parameters) {
            Ok(mut entry) => entry.run(&mut parameters, Some(&visit), body),
            Err(response) => response,
        }
    }

    /// The first step, up to where an early answer is on its way back.
    #[expect(clippy::result_large_err, reason = "as for `admit`")]
    fn enter<'r>(
        &'r self,
        visit: &Visit<'r>,
        parameters: &mut ParameterValues,
    ) -> Result<Entry<'r>, Response> {
        let mut routed = Routed { is_silent: true, ..Routed::default() };
        let entered = match self.answer_early(visit) {
            Some(early) => Err(self.api.settled_early(visit.head, early, &mut routed)),
            None => self.api.enter(visit.head, visit.connection, &mut routed, parameters),
        };
        entered.map_err(|mut response| {
            visit.leave(&mut routed, &mut response);
            response
        })
    }

    /// The answer to a request whose head could not be read: with a request id and the fields of CORS, as far as `fields` tell.
    /// Middleware does not see it, since there is no request.
    #[must_use]
    pub fn refuse(&self, problem: impl Into<Problem>, fields: &[FieldLine<'_>]) -> Response {
        let mut response = Response::from(problem.into());
        #[cfg(feature = "metrics")]
        self.count_refusal(&response);
        let Ok(head) = RequestHead::new(http::Method::GET, "/", fields) else { return response };
        let routed = Routed { cors: self.api.cors_answer(&head), ..Routed::default() };
        routed.say_cors(&mut response);
        self.say_id(self.id_of(&head).as_ref(), &mut response);
        response
    }

    /// A client that makes requests without a socket, as [`Api::test`].
    #[must_use]
    pub fn test(&self) -> TestClient<'_> {
        TestClient::of_service(self)
    }

    fn visit<'r>(&'r self, head: &'r RequestHead<'r>, connection: &'r Connection) -> Visit<'r> {
        // The clock is read for middleware and metrics alone.
        let started = self.is_timed().then(|| self.api.clock.now());
        Visit { service: self, head, connection, id: self.id_of(head), started }
    }

    fn is_timed(&self) -> bool {
        #[cfg(feature = "metrics")]
        if self.series.is_some() {
            return true;
        }
        !self.middleware.is_empty()
    }

    fn id_of<'r>(&self, head: &RequestHead<'r>) -> Option<RequestId<'r>> {
        self.issuer.as_ref().map(|issuer| issuer.id_of(head))
    }

    fn say_id(&self, id: Option<&RequestId<'_>>, response: &mut Response) {
        if let (Some(issuer), Some(id)) = (&self.issuer, id) {
            response.set_field(issuer.field(), id.to_field());
        }
    }

    /// What middleware or an own path answers before the API is asked.
    fn answer_early(&self, visit: &Visit<'_>) -> Option<Response> {
        let exchange = visit.exchange(None);
        for middleware in &self.middleware {
            match contain(MIDDLEWARE, exchange.request_id, || middleware.before(&exchange).err()) {
                Some(None) => {}
                Some(Some(answer)) => return Some(answer),
                None => return Some(Problem::of(ProblemKind::Internal).ending_connection().into()),
            }
        }
        self.own_paths.answer(visit.head, &self.readiness)
    }
}

/// How the log calls the user's code here.
const MIDDLEWARE: &str = "middleware";

/// One request on its way through a service.
#[derive(Clone)]
pub(crate) struct Visit<'r> {
    service: &'r Service,
    head: &'r RequestHead<'r>,
    connection: &'r Connection,
    pub(crate) id: Option<RequestId<'r>>,
    started: Option<Instant>,
}

impl Visit<'_> {
    fn exchange<'v>(&'v self, routed: Option<&Routed<'v>>) -> Exchange<'v> {
        Exchange {
            head: self.head,
            connection: self.connection,
            operation: routed.and_then(|routed| routed.operation),
            request_id: self.id.as_ref().map(RequestId::as_str),
            started: self.started,
            told: routed.map(|routed| routed.told).unwrap_or_default(),
            clock: &*self.service.api.clock,
        }
    }

    /// Lets middleware see the response, and says what is said last.
    pub(crate) fn leave(&self, routed: &mut Routed<'_>, response: &mut Response) {
        let service = self.service;
        for middleware in service.middleware.iter().rev() {
            let exchange = self.exchange(Some(routed));
            if contain(MIDDLEWARE, exchange.request_id, || middleware.after(&exchange, response)).is_none() {
                *response = Problem::of(ProblemKind::Internal).ending_connection().into();
                routed.told.note(response);
            }
        }
        if !service.middleware.is_empty() {
            // What middleware put in its place is settled as any response is.
            service.api.finish(self.head, response);
        }
        routed.say_cors(response);
        service.say_id(self.id.as_ref(), response);
        #[cfg(feature = "metrics")]
        self.report(routed, response);
    }
}

impl From<Arc<Api>> for Service {
    /// The bare service.
    fn from(api: Arc<Api>) -> Self {
        Self::bare(api)
    }
}

impl From<Api> for Service {
    /// The bare service.
    fn from(api: Api) -> Self {
        Self::bare(Arc::new(api))
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service")
            .field("api", &self.api)
            .field("own_paths", &self.own_paths)
            .field("middleware", &self.middleware.len())
            .finish_non_exhaustive()
    }
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Service>();
};

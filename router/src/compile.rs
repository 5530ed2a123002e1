//! Description + handlers -> [`Api`]: everything that can be known before the first request is
//! computed here, and every fault of description and registry is collected, not only the first.
//!
//! Takes: a loaded [`Description`], [`Handlers`], providers, options. Gives: an immutable [`Api`], or all
//! that stands against it. What could not be served as the description says is refused. Never panics.

mod base_path;
mod cors;
mod diagnose;
mod example;
mod handlers;
mod mock;
mod naming;
mod operation;
mod operation_limits;
mod overlap;
mod pooled;
mod routes;
mod security;

use std::sync::Arc;
use std::time::Duration;

use crate::description::{Description, Diagnostics, OpenApi, check_strictly};
use crate::schema::{SchemaCompiler, SchemaOptions, check_schemas};
use crate::serve::content::ContentLimits;
use crate::serve::parameter::ParameterOptions;
use crate::serve::response::{OwnForm, ResponsePolicy};
use crate::serve::security::SecurityProviders;
use crate::serve::{
    Api, Clock, CorsPolicy, Executor, Handlers, InPlace, Operation, Otherwise, Problem, RequestHead,
    Response, SystemClock, ValidationStatus,
};

/// How an API is served; what the description leaves open.
///
/// ```
/// use brrtrouter::{ApiOptions, ValidationStatus};
///
/// let options = ApiOptions { validation_status: ValidationStatus::UnprocessableContent, ..ApiOptions::default() };
/// assert_eq!(options.content.bytes_max, 1024 * 1024);
/// ```
#[derive(Clone, Debug)]
pub struct ApiOptions {
    /// Which formats are asserted, and the policies for `readOnly`, `writeOnly` and `default`.
    pub schema: SchemaOptions,
    /// Unknown query keys, repeated keys, defaults.
    pub parameter: ParameterOptions,
    /// What happens to a response that breaks the description; by default it is replaced by a 500.
    pub response_policy: ResponsePolicy,
    /// 400 or 422 for parameters and content that break the description.
    pub validation_status: ValidationStatus,
    /// The bounds of request content.
    pub content: ContentLimits,
    /// How long a request may take, from its admission; a handler sees the end as
    /// [`Context::deadline`](crate::Context::deadline). Without it the clock is not read.
    pub request_time_max: Option<Duration>,
    /// The path under which the description is served: relative server URLs resolve against it (SRV-005).
    pub served_from: String,
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self {
            schema: SchemaOptions::default(),
            parameter: ParameterOptions::default(),
            response_policy: ResponsePolicy::default(),
            validation_status: ValidationStatus::default(),
            content: ContentLimits::default(),
            request_time_max: None,
            served_from: "/openapi.json".to_owned(),
        }
    }
}

/// Collects what an [`Api`] is made of; see [`Api::builder`].
#[must_use = "nothing is compiled before `build`"]
pub struct ApiBuilder<'d> {
    description: &'d Description,
    handlers: Handlers,
    providers: SecurityProviders,
    options: ApiOptions,
    clock: Arc<dyn Clock>,
    executor: Arc<dyn Executor>,
    own_form: Option<Box<OwnForm>>,
    cors: Option<CorsPolicy>,
}

impl std::fmt::Debug for ApiBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiBuilder")
            .field("handlers", &self.handlers)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<'d> ApiBuilder<'d> {
    pub(crate) fn new(description: &'d Description) -> Self {
        Self {
            description,
            handlers: Handlers::new(),
            providers: SecurityProviders::new(),
            options: ApiOptions::default(),
            clock: Arc::new(SystemClock),
            executor: Arc::new(InPlace),
            own_form: None,
            cors: None,
        }
    }

    /// The handlers of the operations.
    pub fn handlers(mut self, handlers: Handlers) -> Self {
        self.handlers = handlers;
        self
    }

    /// The providers that verify credentials, by the component name of their security scheme.
    pub fn security(mut self, providers: SecurityProviders) -> Self {
        self.providers = providers;
        self
    }

    /// The clock that deadlines are measured with; that of the machine unless a test says otherwise.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Where the handlers of [`Handlers::on_pool`] run; in the thread of their connection unless told otherwise.
    pub fn executor(mut self, executor: impl Executor + 'static) -> Self {
        self.executor = Arc::new(executor);
        self
    }

    /// Tells problems in the form that the description gives to errors, instead of `application/problem+json` (HTTP-014).
    ///
    /// `form` is asked about every problem of an operation that declares content for the problem's status code: by number,
    /// by range (`4XX`) or as `default`. It gives the content; status code and field lines (`WWW-Authenticate`, `Retry-After`)
    /// stay those of the problem. The result is checked as a handler's response is, by [`ApiOptions::response_policy`].
    /// With `None`, and where no operation was found (404, 405, 501), the problem is told in the library's form.
    ///
    /// ```
    /// use brrtrouter::{Api, Description, Handlers, Response};
    /// use serde_json::json;
    ///
    /// let description = Description::from_text("pets.yaml", "
    /// openapi: 3.1.2
    /// info: { title: Pets, version: '1' }
    /// paths:
    ///   /pets/{id}:
    ///     get:
    ///       operationId: getPet
    ///       parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    ///       responses:
    ///         '200': { description: A pet, content: { text/plain: {} } }
    ///         4XX: { description: A fault, content: { application/json: { schema: { required: [code, message] } } } }
    /// ")?;
    /// let api = Api::builder(&description)
    ///     .handlers(Handlers::new().on("getPet", |cx| Ok(Response::text(cx.path::<u64>("id")?.to_string()))))
    ///     .problems_as(|problem, _operation, _head| {
    ///         Some(Response::json(&json!({ "code": problem.status().as_u16(), "message": problem.title() })))
    ///     })
    ///     .build()?;
    ///
    /// let refused = api.test().get("/pets/rex").send();
    /// assert_eq!(refused.status(), 400);
    /// assert_eq!(refused.text(), r#"{"code":400,"message":"Parameters are not valid"}"#);
    /// assert_eq!(api.test().get("/nowhere").send().field("Content-Type"), Some("application/problem+json"));
    /// # Ok::<(), brrtrouter::Diagnostics>(())
    /// ```
    pub fn problems_as<F>(mut self, form: F) -> Self
    where
        F: Fn(&Problem, &Operation, &RequestHead<'_>) -> Option<Response> + Send + Sync + 'static,
    {
        self.own_form = Some(Box::new(form));
        self
    }

    /// Which pages of other origins may read the answers (HTTP-017). Without a policy nothing is said about origins, and a
    /// preflight is an OPTIONS request like any other.
    ///
    /// The fields stand on every response: those of handlers, errors of every kind, 404 and 405 included. See [`CorsPolicy`].
    pub fn cors(mut self, policy: CorsPolicy) -> Self {
        self.cors = Some(policy);
        self
    }

    /// What the description leaves open.
    pub fn options(mut self, options: ApiOptions) -> Self {
        self.options = options;
        self
    }

    /// Compiles. This may take a while and needs more stack than a coroutine has: build on an OS thread.
    ///
    /// # Errors
    /// Every error of the description, of the registry of handlers and of the providers, with its place.
    pub fn build(self) -> Result<Api, Diagnostics> {
        let mut diagnostics = check_strictly(self.description);
        diagnostics.extend_absent(self.description.diagnostics());
        diagnostics.extend_absent(&check_schemas(self.description));
        let openapi = OpenApi::new(self.description);
        let declared = operation::declared(&openapi);
        let mocks = match self.handlers.fallback() {
            Otherwise::Mock => mock::Mocks::compile(&declared, self.description, &self.options.schema),
            Otherwise::Refuse | Otherwise::NotImplemented | Otherwise::Example | Otherwise::Handler(_) => {
                mock::Mocks::default()
            }
        };
        let registry =
            handlers::assign(&declared, &self.handlers, &mocks, self.description, &mut diagnostics);
        let mut schemas = SchemaCompiler::new(self.description, &self.options.schema);
        let security = security::Security::new(self.description, openapi, &self.providers);
        let cors = self.cors.as_ref().map(|policy| cors::draft(policy, self.description, &mut diagnostics));
        let mut compiler = operation::Compiler {
            description: self.description,
            openapi,
            options: &self.options,
            security,
            schemas: &mut schemas,
            cors: cors.as_ref(),
            diagnostics: &mut diagnostics,
        };
        let operations: Vec<_> = declared
            .iter()
            .zip(registry)
            .filter_map(|(declared, handler)| compiler.compile(declared, handler))
            .collect();
        compiler.security.finish(compiler.diagnostics);
        let routes = routes::build(
            &declared,
            &operations,
            (self.description, &self.options.served_from),
            &mut diagnostics,
        );
        let schemas = schemas.compile().map_err(|faults| diagnostics.extend(faults)).ok();
        if let Some(schemas) = &schemas {
            diagnostics.extend_absent(schemas.diagnostics());
        }
        diagnostics.sort();
        match (routes, schemas) {
            (Some(routes), Some(schemas)) if !diagnostics.has_errors() => {
                let services = (self.clock, self.executor, self.own_form);
                let cors = cors.map(|draft| draft.finish(&routes, &operations));
                Ok(Api::new(operations, (routes, cors), (schemas, self.options), services, diagnostics))
            }
            _ => Err(diagnostics),
        }
    }
}

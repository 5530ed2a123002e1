//! Handlers: the user's code, registered by operation name.
//!
//! The registry is checked when the [`Api`](crate::Api) is built: an operation without a handler and a handler
//! without an operation are both errors unless the user says otherwise. A handler runs in the thread of its connection,
//! or, registered apart, on the pool.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use crate::serve::{Context, Operation, Problem, ProblemKind, Response};

/// The user's code.
pub(crate) type Function = Arc<dyn Fn(&Context<'_>) -> Result<Response, Problem> + Send + Sync>;

/// What runs for an operation, and where.
#[derive(Clone)]
pub(crate) enum Handler {
    /// In the thread of the connection.
    Inline(Function),
    /// Where the [`Executor`](crate::Executor) lets it run.
    Pooled(Function),
    /// In the thread of the connection, with content that nobody has read.
    Streaming(Function),
}

/// Runs the user's code for an operation; a panic becomes a 500 that tells nothing and is the last answer of its connection.
pub(crate) fn guard<T>(
    operation: &Operation,
    request_id: Option<&str>,
    run: impl FnOnce() -> Result<T, Problem>,
) -> Result<T, Problem> {
    // What it left behind of its connection is not known: the next request starts on another one.
    let panicked = || Err(Problem::of(ProblemKind::Internal).ending_connection());
    contain(operation.name(), request_id, run).unwrap_or_else(panicked)
}

/// Runs the user's code: that of an operation, or what else `whose` names. `None` where it panicked, of which the log tells whose
/// code it was and for which request.
pub(crate) fn contain<T>(whose: &str, request_id: Option<&str>, run: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(given) => Some(given),
        Err(panicked) => {
            // A panic without text is how coroutine runtimes cancel: it is not ours to stop.
            if !panicked.is::<&str>() && !panicked.is::<String>() {
                resume_unwind(panicked);
            }
            tracing::error!(operation = whose, request_id, "the handler panicked");
            None
        }
    }
}

/// What an operation without a handler of its own does.
#[derive(Clone, Default)]
pub enum Otherwise {
    /// The `Api` is not built; the error names the operation. The default.
    #[default]
    Refuse,
    /// The operation answers 501.
    NotImplemented,
    /// The operation answers with the example that the description gives of its success, else 501.
    Example,
    /// The operation answers from its examples, else with values made from its schemas; what cannot be made validly is
    /// 501. Requests choose by `Prefer: code=404`, `example=name`, `dynamic=true` (RFC 7240).
    ///
    /// ```
    /// use brrtrouter::{Api, Description, Handlers, Otherwise};
    ///
    /// let description = Description::from_text("pets.yaml", "
    /// openapi: 3.1.2
    /// info: { title: Pets, version: '1' }
    /// paths:
    ///   /pets:
    ///     get:
    ///       responses:
    ///         '200':
    ///           description: How many pets there are
    ///           content: { application/json: { schema: { type: object, required: [count],
    ///             properties: { count: { type: integer, minimum: 3 } } } } }
    ///         '404': { description: None }
    /// ")?;
    /// let api = Api::builder(&description).handlers(Handlers::new().otherwise(Otherwise::Mock)).build()?;
    /// assert_eq!(api.test().get("/pets").send().text(), r#"{"count":3}"#);
    /// assert_eq!(api.test().get("/pets").field("Prefer", "code=404").send().status(), 404);
    /// # Ok::<(), brrtrouter::Diagnostics>(())
    /// ```
    Mock,
    /// This handler runs, as for an echo.
    Handler(HandlerFn),
}

/// A shared handler; made by [`HandlerFn::new`].
#[derive(Clone)]
pub struct HandlerFn(pub(crate) Function);

impl HandlerFn {
    /// Wraps a function.
    pub fn new<F>(handler: F) -> Self
    where
        F: Fn(&Context<'_>) -> Result<Response, Problem> + Send + Sync + 'static,
    {
        Self(Arc::new(handler))
    }
}

impl fmt::Debug for HandlerFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandlerFn")
    }
}

impl fmt::Debug for Otherwise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refuse => "Refuse",
            Self::NotImplemented => "NotImplemented",
            Self::Example => "Example",
            Self::Mock => "Mock",
            Self::Handler(_) => "Handler",
        })
    }
}

/// The handlers of an API by operation name: the `x-handler` name where the description gives one,
/// else the `operationId`, else the derived name (`get_pets_by_id`).
///
/// ```
/// use brrtrouter::{Handlers, Otherwise, Response};
///
/// let handlers = Handlers::new()
///     .on("getPet", |cx| Ok(Response::text(format!("pet {}", cx.path::<u64>("id")?))))
///     .otherwise(Otherwise::NotImplemented);
/// assert_eq!(handlers.names().collect::<Vec<_>>(), ["getPet"]);
/// ```
#[derive(Clone, Default)]
pub struct Handlers {
    by_name: BTreeMap<String, Handler>,
    repeated: Vec<String>,
    otherwise: Otherwise,
}

impl Handlers {
    /// No handlers yet; operations without one are refused.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a handler. Registering a name twice is an error when the `Api` is built.
    #[must_use]
    pub fn on<F>(mut self, operation: impl Into<String>, handler: F) -> Self
    where
        F: Fn(&Context<'_>) -> Result<Response, Problem> + Send + Sync + 'static,
    {
        self.insert(operation.into(), Handler::Inline(Arc::new(handler)));
        self
    }

    /// Registers a handler that runs on the pool, where it keeps neither its connection nor any other waiting: for
    /// long computations and for calls that block the thread. It reads the same [`Context`], made of a copy of the request, and
    /// its names are those of [`on`](Self::on).
    ///
    /// The pool is the [`Executor`](crate::Executor) of the [`ApiBuilder`](crate::ApiBuilder::executor). A full pool answers 503 with
    /// `Retry-After`; a result that comes after the [deadline](Context::deadline) is dropped and answered with 504. The
    /// content is read before, so an operation whose content is a stream is refused when the `Api` is built.
    ///
    /// ```
    /// use brrtrouter::{Api, Description, Executor, ExecutorError, Handlers, Job, Problem, Response};
    ///
    /// struct OneThreadEach;
    ///
    /// impl Executor for OneThreadEach {
    ///     fn run(&self, job: Job) -> Result<Response, Problem> {
    ///         std::thread::spawn(move || job.run()).join().map_err(|_| ExecutorError::Lost)?
    ///     }
    /// }
    ///
    /// let description = Description::from_text("sums.yaml", "
    /// openapi: 3.1.2
    /// info: { title: Sums, version: '1' }
    /// paths:
    ///   /sums/{upto}:
    ///     get:
    ///       operationId: sum
    ///       parameters: [{ name: upto, in: path, required: true, schema: { type: integer, maximum: 1000000 } }]
    ///       responses: { '200': { description: The sum, content: { text/plain: {} } } }
    /// ")?;
    /// let handlers = Handlers::new().on_pool("sum", |cx| {
    ///     let sum: u64 = (1..=cx.path::<u64>("upto")?).sum();
    ///     Ok(Response::text(sum.to_string()))
    /// });
    /// let api = Api::builder(&description).handlers(handlers).executor(OneThreadEach).build()?;
    /// assert_eq!(api.test().get("/sums/1000").send().text(), "500500");
    /// # Ok::<(), brrtrouter::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn on_pool<F>(mut self, operation: impl Into<String>, handler: F) -> Self
    where
        F: Fn(&Context<'_>) -> Result<Response, Problem> + Send + Sync + 'static,
    {
        self.insert(operation.into(), Handler::Pooled(Arc::new(handler)));
        self
    }

    /// Registers a handler that reads the content itself, whatever its media type, while it comes: as octets by
    /// [`take_stream`](Context::take_stream), or part by part by [`take_parts`](Context::take_parts). For uploads that are not to be held in memory.
    ///
    /// Route, security, parameters, media type and the bound of the body are checked as ever. The content's schema is not
    /// applied: the handler answers for what it lets in.
    ///
    /// ```
    /// use brrtrouter::{Api, Description, Handlers, Response};
    ///
    /// let description = Description::from_text("photos.yaml", "
    /// openapi: 3.1.2
    /// info: { title: Photos, version: '1' }
    /// paths:
    ///   /photos:
    ///     post:
    ///       operationId: upload
    ///       requestBody: { required: true, content: { multipart/form-data: { schema: { type: object } } } }
    ///       responses: { '200': { description: How much came, content: { application/json: {} } } }
    /// ")?;
    /// let handlers = Handlers::new().on_stream("upload", |cx| {
    ///     let mut sizes = Vec::new();
    ///     let Some(mut parts) = cx.take_parts()? else { return Ok(Response::json(&sizes)) };
    ///     while let Some(head) = parts.next_part()? {
    ///         let (mut octets, mut size) = ([0; 4096], 0);
    ///         loop {
    ///             match parts.read(&mut octets)? {
    ///                 0 => break,
    ///                 count => size += count,
    ///             }
    ///         }
    ///         sizes.push((head.file_name().map(str::to_owned), size));
    ///     }
    ///     Ok(Response::json(&sizes))
    /// });
    /// let api = Api::builder(&description).handlers(handlers).build()?;
    /// let body = "--b\r\nContent-Disposition: form-data; name=\"p\"; filename=\"a.png\"\r\n\r\n12345\r\n--b--\r\n";
    /// let answer = api.test().post("/photos").content("multipart/form-data; boundary=b", body).send();
    /// assert_eq!(answer.text(), r#"[["a.png",5]]"#);
    /// # Ok::<(), brrtrouter::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn on_stream<F>(mut self, operation: impl Into<String>, handler: F) -> Self
    where
        F: Fn(&Context<'_>) -> Result<Response, Problem> + Send + Sync + 'static,
    {
        self.insert(operation.into(), Handler::Streaming(Arc::new(handler)));
        self
    }

    fn insert(&mut self, name: String, handler: Handler) {
        if self.by_name.insert(name.clone(), handler).is_some() {
            self.repeated.push(name);
        }
    }

    /// Says what operations without a handler do.
    #[must_use]
    pub fn otherwise(mut self, otherwise: Otherwise) -> Self {
        self.otherwise = otherwise;
        self
    }

    /// The registered names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Handler> {
        self.by_name.get(name)
    }

    pub(crate) fn repeated(&self) -> &[String] {
        &self.repeated
    }

    pub(crate) const fn fallback(&self) -> &Otherwise {
        &self.otherwise
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handlers")
            .field("names", &self.by_name.keys())
            .field("otherwise", &self.otherwise)
            .finish_non_exhaustive()
    }
}

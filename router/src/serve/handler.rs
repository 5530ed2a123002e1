//! Handlers: the user's code, registered by operation name.
//!
//! The registry is checked when the [`Api`](crate::Api) is built: an operation without a handler and a handler
//! without an operation are both errors unless the user says otherwise.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::serve::{Context, Problem, Response};

/// What runs for an operation.
pub(crate) type Handler = Arc<dyn Fn(&Context<'_>) -> Result<Response, Problem> + Send + Sync>;

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
    /// This handler runs, as for an echo or a mock.
    Handler(HandlerFn),
}

/// A shared handler; made by [`HandlerFn::new`].
#[derive(Clone)]
pub struct HandlerFn(pub(crate) Handler);

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
        let name = operation.into();
        if self.by_name.insert(name.clone(), Arc::new(handler)).is_some() {
            self.repeated.push(name);
        }
        self
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

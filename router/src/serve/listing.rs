//! What an API serves, as a table for people: method, path, operation, handler, security.
//!
//! Takes: a compiled [`Api`]. Gives: a [`Listing`] that prints itself, in the order of the description. It is made of what
//! requests are decided by, so that it cannot say anything else. Never panics.

use std::fmt;

use crate::serve::handler::Handler;
use crate::serve::{Api, Operation};

/// The table of an [`Api`]; see [`Api::listing`].
#[derive(Clone, Copy)]
pub struct Listing<'a> {
    api: &'a Api,
}

/// How wide the columns are that have others to their right, in characters.
#[derive(Clone, Copy, Default)]
struct Widths {
    method: usize,
    path: usize,
    name: usize,
}

impl Api {
    /// What is served, as a table that prints itself: a line for each operation and base path.
    ///
    /// ```
    /// use brrtrouter::{Api, Description, Handlers, Response};
    ///
    /// let description = Description::from_text("up.yaml", "
    /// openapi: 3.1.2
    /// info: { title: Up, version: '1' }
    /// paths: { /up: { get: { operationId: up, responses: { '204': { description: up } } } } }
    /// ")?;
    /// let api = Api::builder(&description).handlers(Handlers::new().on("up", |_| Ok(Response::no_content()))).build()?;
    /// assert_eq!(api.listing().to_string(), "GET  /up  up  handler  open\n");
    /// # Ok::<(), brrtrouter::Diagnostics>(())
    /// ```
    #[must_use]
    pub const fn listing(&self) -> Listing<'_> {
        Listing { api: self }
    }
}

impl Operation {
    /// Whether a request without credentials is served (SEC-006).
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.security.is_open()
    }

    /// Whether nobody is let in: every requirement asks for a scheme that no provider checks (SEC-017).
    #[must_use]
    pub fn is_barred(&self) -> bool {
        self.security.is_barred()
    }

    /// What stands in for the operation's code.
    const fn place(&self) -> &'static str {
        match self.handler {
            Some(Handler::Inline(_)) => "handler",
            Some(Handler::Pooled(_)) => "pool",
            Some(Handler::Streaming(_)) => "stream",
            None => "501",
        }
    }
}

impl Widths {
    fn of(api: &Api) -> Self {
        let mut widths = Self::default();
        for operation in api.operations() {
            let path = operation.paths().map(|path| path.chars().count()).max().unwrap_or(0);
            widths.method = widths.method.max(operation.method().as_str().len());
            widths.path = widths.path.max(path);
            widths.name = widths.name.max(operation.name().chars().count());
        }
        widths
    }
}

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Widths { method, path, name } = Widths::of(self.api);
        for operation in self.api.operations() {
            for at in operation.paths() {
                let (verb, own, place) = (operation.method().as_str(), operation.name(), operation.place());
                let security = &operation.security;
                writeln!(f, "{verb:method$}  {at:path$}  {own:name$}  {place:7}  {security}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

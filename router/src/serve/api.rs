//! The compiled API: immutable, shared by every connection.

use std::sync::Arc;

use crate::compile::{ApiBuilder, ApiOptions};
use crate::description::{Description, Diagnostics};
use crate::schema::Schemas;
use crate::serve::cors::Cors;
use crate::serve::response::OwnForm;
use crate::serve::route::RouteTable;
use crate::serve::{Clock, Executor, Operation, TestClient};

/// A description, compiled together with its handlers.
///
/// It never changes once built, so that any number of connections can share it. A request is served in two
/// steps, [`admit`](Self::admit) on its head and [`Admitted::run`](crate::Admitted::run) on its body.
pub struct Api {
    /// Each shared, because a job of the pool keeps its own operation.
    pub(crate) operations: Box<[Arc<Operation>]>,
    pub(crate) routes: RouteTable,
    /// Shared, because large content is judged apart from its connection.
    pub(crate) schemas: Arc<Schemas>,
    pub(crate) options: ApiOptions,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) executor: Arc<dyn Executor>,
    /// How problems are told where an operation declares errors of its own.
    pub(crate) own_form: Option<Box<OwnForm>>,
    /// Boxed, as it is asked for once and large.
    pub(crate) cors: Option<Box<Cors>>,
    diagnostics: Diagnostics,
}

impl Api {
    /// Starts compiling a description.
    ///
    /// ```
    /// use brrtrouter::{Api, Description, Handlers, Response};
    ///
    /// let description = Description::from_text("up.json", r#"{ "openapi": "3.1.2",
    ///     "info": { "title": "Up", "version": "1" },
    ///     "paths": { "/up": { "get": { "responses": { "204": { "description": "up" } } } } } }"#)?;
    /// let handlers = Handlers::new().on("get_up", |_| Ok(Response::no_content()));
    /// let api = Api::builder(&description).handlers(handlers).build()?;
    /// assert_eq!(api.test().get("/up").send().status(), 204);
    /// # Ok::<(), brrtrouter::Diagnostics>(())
    /// ```
    pub fn builder(description: &Description) -> ApiBuilder<'_> {
        ApiBuilder::new(description)
    }

    pub(crate) fn new(
        operations: Vec<Operation>,
        (routes, cors): (RouteTable, Option<Box<Cors>>),
        (schemas, options): (Schemas, ApiOptions),
        (clock, executor, own_form): (Arc<dyn Clock>, Arc<dyn Executor>, Option<Box<OwnForm>>),
        diagnostics: Diagnostics,
    ) -> Self {
        #[cfg(feature = "metrics")]
        let operations =
            operations.into_iter().enumerate().map(|(number, operation)| Operation { number, ..operation });
        let operations = operations.into_iter().map(Arc::new).collect();
        let schemas = Arc::new(schemas);
        Self { operations, routes, schemas, options, clock, executor, own_form, cors, diagnostics }
    }

    /// The operations, in document order.
    pub fn operations(&self) -> impl ExactSizeIterator<Item = &Operation> {
        self.operations.iter().map(|operation| &**operation)
    }

    /// The operation of this name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations().find(|operation| operation.name() == name)
    }

    /// Warnings and lints of description and build.
    #[must_use]
    pub const fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// A client that makes requests without a socket.
    ///
    /// A 500 tells the client nothing. What was wrong is an event of `tracing`, so a test that is to show it installs a subscriber; how a response
    /// breaks the description is also in [`Response::violations`](crate::Response::violations).
    #[must_use]
    pub fn test(&self) -> TestClient<'_> {
        TestClient::new(self)
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("operations", &self.operations).finish_non_exhaustive()
    }
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Api>();
};

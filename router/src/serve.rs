//! One request's journey, in order: head -> route -> security -> parameter -> content -> handler -> response.
//!
//! Every stage takes what only the stage before it can give. Nothing here opens a socket.

mod api;
mod body;
mod clock;
mod connection;
pub mod content;
mod context;
pub(crate) mod cors;
mod digest;
mod echo;
mod executor;
pub(crate) mod handler;
mod head;
pub(crate) mod journey;
mod listing;
mod operation;
mod owned;
pub mod parameter;
mod problem;
pub(crate) mod response;
pub(crate) mod route;
mod run;
pub mod security;
mod service;
mod test_client;
mod told;

pub use api::Api;
pub use body::{BodyError, BodySource, BytesBody, Computation, EmptyBody};
pub use clock::{Clock, SystemClock};
pub use connection::{Connection, Departure};
pub use context::Context;
pub use cors::CorsPolicy;
pub use echo::echo;
pub use executor::{Executor, ExecutorError, InPlace, Job};
pub use handler::{HandlerFn, Handlers, Otherwise};
pub use head::{FieldLine, HeadError, RequestHead};
pub use journey::Admitted;
pub use listing::Listing;
pub use operation::Operation;
pub use problem::{
    Problem, ProblemContent, ProblemError, ProblemFormat, ProblemKind, ProblemPlace, ValidationStatus,
};
pub use response::{
    Body, BodyStream, Cookie, CookieError, FieldError, FieldText, NotAcceptable, ProblemContext, Response,
    ResponseFault, ResponseField, ResponsePlans, ResponsePolicy, ResponseViolation, SameSite, ShortText,
};
pub use service::{
    AccessLog, DescriptionTexts, Exchange, Middleware, Readiness, RequestIds, Service, ServiceBuilder,
    ServiceError,
};
pub use test_client::{TestClient, TestRequest, TestResponse};
pub(crate) use told::Told;

//! An OpenAPI-first request router: the description is the single source of truth.
//!
//! A [`Description`] is loaded and checked, compiled with [`Handlers`] into an [`Api`], and the `Api` serves: without a
//! socket, in two steps, [`Api::admit`] on the head of a request and [`Admitted::run`] on its body.
//!
//! | Stage | Takes | Gives |
//! |---|---|---|
//! | head | method, target, field lines | [`RequestHead`] |
//! | route | path and method | the [`Operation`] and its captures |
//! | security | the head alone | [`SecurityContext`] |
//! | parameter | captures, query, fields | decoded, validated values |
//! | content | media type and a [`BodySource`] | decoded, validated [`content::Content`] |
//! | handler | a [`Context`] | a [`Response`] or a [`Problem`] |
//! | response | the handler's response | a response that keeps to the description |
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::exit,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::string_slice,
        clippy::unwrap_used
    )
)]
#![deny(missing_docs)]

mod compile;
#[cfg(feature = "server")]
mod config;
pub mod description;
pub mod limits;
#[cfg(feature = "metrics")]
mod metrics;
mod octets;
pub mod schema;
mod serve;
#[cfg(feature = "server")]
mod transport;

pub use compile::{ApiBuilder, ApiOptions};
#[cfg(feature = "server")]
pub use config::{Config, ConfigError, ConfigErrors, TlsFiles};
pub use description::{Description, Diagnostics};
/// From the crate `http`, so that programs need not depend on it to name a status code or a method.
pub use http::{Method, StatusCode};
#[cfg(feature = "metrics")]
pub use metrics::{Metrics, MetricsError};
pub use serve::content;
pub use serve::parameter;
pub use serve::route::{Captures, PathError, RouteOutcome, RouteTable, RouteTableBuilder, RouteTableError};
pub use serve::security;
pub use serve::security::{
    ApiKeys, BasicVerifier, BearerVerifier, Credential, MissingProvider, Principal, SecurityContext,
    SecurityProvider, SecurityProviders, SecurityRequest, Verdict, secrets_are_equal,
};
pub use serve::{
    AccessLog, DescriptionTexts, Exchange, Middleware, Readiness, RequestIds, Service, ServiceBuilder,
    ServiceError,
};
pub use serve::{
    Admitted, Api, Context, CorsPolicy, Executor, ExecutorError, HandlerFn, Handlers, InPlace, Job, Listing,
    Operation, Otherwise, TestClient, TestRequest, TestResponse, echo,
};
pub use serve::{
    Body, BodyStream, Cookie, CookieError, FieldError, FieldText, NotAcceptable, Problem, ProblemContent,
    ProblemContext, ProblemError, ProblemFormat, ProblemKind, ProblemPlace, Response, ResponseFault,
    ResponseField, ResponsePlans, ResponsePolicy, ResponseViolation, SameSite, ShortText, ValidationStatus,
};
pub use serve::{
    BodyError, BodySource, BytesBody, Clock, Computation, Connection, Departure, EmptyBody, FieldLine,
    HeadError, RequestHead, SystemClock,
};
#[cfg(feature = "server")]
pub use transport::{
    AddressError, ClientCertificates, CloseCause, ConnectionCounts, ListenAddress, PoolSize, RuntimeConfig,
    RuntimeError, Server, ServerError, ServerHandle, ServerOptions, TrustedProxy, TrustedProxyError,
    WorkerPool,
};
#[cfg(feature = "tls")]
pub use transport::{PemOrigin, TlsCertificates, TlsConfig, TlsError};

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The examples of the page on the server are tests.
#[cfg(all(doctest, feature = "metrics", feature = "server"))]
#[doc = include_str!("../../docs/server.md")]
struct ServerPage;

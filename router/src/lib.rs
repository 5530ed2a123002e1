//! An OpenAPI-first request router: the description is the single source of truth.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
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

pub mod description;
pub mod limits;
pub mod schema;
mod serve;

pub use serve::content;
pub use serve::parameter;
pub use serve::security;
pub use serve::security::{
    ApiKeys, BasicVerifier, BearerVerifier, Credential, MissingProvider, Principal, SecurityContext,
    SecurityProvider, SecurityProviders, SecurityRequest, Verdict, secrets_are_equal,
};
pub use serve::{
    Body, BodyStream, Cookie, CookieError, FieldError, FieldText, Problem, ProblemContent, ProblemContext,
    ProblemError, ProblemFormat, ProblemKind, ProblemPlace, Response, ResponseFault, ResponseField, SameSite,
    ValidationStatus,
};
pub use serve::{BodyError, BodySource, BytesBody, Connection, EmptyBody, FieldLine, HeadError, RequestHead};

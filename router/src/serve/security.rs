//! Security: whether a request may be served, decided from its head alone (SEC-020).
//!
//! Takes: the head and the connection. Gives: a [`SecurityContext`], or a problem that tells what is
//! missing and nothing else. The journey asks before it looks at parameters or content, so that no
//! error about those is disclosed to a stranger. Allocates nothing itself; never panics.
//!
//! - A list of requirements is a choice: they are tried in the order of the description, and the first
//!   that holds decides (SEC-005). All schemes inside one must hold (SEC-004).
//! - `{}` allows anonymous access and is tried last, wherever it stands, so that valid credentials are
//!   made known to the handler (SEC-006). Credentials that are not valid do not bar anonymous access;
//!   [`SecurityContext::is_refused`] tells of them.
//! - A scheme without a provider never lets a request through (SEC-017).
//! - Every scope or role that a requirement lists must be among those of the principal (SEC-012,
//!   SEC-013), whatever the provider said.
//! - 401 carries a challenge per acceptable scheme, 403 answers known credentials that do not suffice
//!   (SEC-018), 503 those that could not be checked.

mod api_keys;
mod challenge;
mod compile;
mod context;
mod credential;
mod http_schemes;
mod plan;
mod principal;
mod provider;
mod query;
mod scheme;

pub use api_keys::ApiKeys;
pub use compile::{Requirement, SecurityCompiler, SecurityFault};
pub use context::{Grant, SecurityContext};
pub use credential::Credential;
pub use http_schemes::{BasicVerifier, BearerVerifier, secrets_are_equal};
pub use plan::SecurityPlan;
pub use principal::Principal;
pub use provider::{MissingProvider, SecurityProvider, SecurityProviders, SecurityRequest, Verdict};
pub use scheme::{ApiKeyLocation, SchemeKind};

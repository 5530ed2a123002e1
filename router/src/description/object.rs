//! The Objects of the specification: a grammar, the rules and a typed view of each, one per file.
//!
//! Takes: a loaded description. Gives: every finding about its Objects at once, and read-only
//! views that apply defaults and follow references. Never panics.

mod callback;
mod check;
mod components;
mod connections;
mod contact;
mod discriminator;
mod encoding;
mod example;
mod external_documentation;
mod finding;
mod grammar;
mod header;
mod info;
mod license;
mod link;
mod media_type;
mod oauth_flow;
mod oauth_flows;
mod openapi;
mod operation;
mod parameter;
mod parameter_rules;
mod path_item;
mod paths;
mod reference;
mod referral;
mod request_body;
mod response;
mod responses;
mod rules;
mod schema;
mod schema_rules;
mod security_requirement;
mod security_scheme;
mod server;
mod server_variable;
mod tag;
mod unknown;
mod value;
mod xml;

use super::{Description, Diagnostics, Severity};

pub use callback::Callback;
pub use encoding::Encoding;
pub use example::Example;
pub use header::Header;
pub use link::Link;
pub use media_type::MediaType;
pub use openapi::OpenApi;
pub use operation::Operation;
pub use parameter::{Parameter, ParameterLocation, Style};
pub use path_item::PathItem;
pub use request_body::RequestBody;
pub use response::Response;
pub use responses::StatusKey;
pub use security_requirement::SecurityRequirement;
pub use security_scheme::{OAuthFlow, SecurityScheme};
pub use server::{Server, ServerVariable};
pub use tag::Tag;

/// Checks every Object of a description as loading does: rules that tie Objects together
/// (`PTH-006`, `PTH-007`, `SEC-002`, `CBK-009`, `DIS-006`) are warnings.
#[must_use]
pub fn check(description: &Description) -> Diagnostics {
    run(description, Severity::Warning)
}

/// Checks every Object of a description as compiling does: rules that tie Objects together are
/// errors, since nothing is served from a description that contradicts itself.
#[must_use]
pub fn check_strictly(description: &Description) -> Diagnostics {
    run(description, Severity::Error)
}

fn run(description: &Description, connections: Severity) -> Diagnostics {
    let mut check = check::Check::new(description, connections);
    check.walk();
    check.finish()
}

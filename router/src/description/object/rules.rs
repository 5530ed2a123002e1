//! Which rules hold for which Object, beyond its grammar.

use super::check::Check;
use super::connections::{operations_of, path_item_of};
use super::grammar::ObjectType;
use super::responses::StatusKey;
use super::{
    callback, encoding, example, header, license, link, media_type, openapi, operation, parameter_rules,
    path_item, paths, request_body, response, responses, schema_rules, security_requirement, security_scheme,
    server, server_variable, xml,
};
use crate::description::Location;

/// Runs the rules of one Object.
pub(super) fn object_rules(cx: &mut Check<'_>, at: Location, object: ObjectType) {
    match object {
        ObjectType::OpenApi => openapi::check(cx, at),
        ObjectType::License => license::check(cx, at),
        ObjectType::Server => server::check(cx, at),
        ObjectType::ServerVariable => server_variable::check(cx, at),
        ObjectType::Paths => paths::check(cx, at),
        ObjectType::PathItem => {
            path_item::check(cx, at);
            parameter_rules::check_list(cx, at, None);
        }
        ObjectType::Operation => {
            operation::check(cx, at);
            let around = path_item_of(cx, at).filter(|item| operations_of(cx, *item).contains(&at));
            parameter_rules::check_list(cx, at, around);
        }
        ObjectType::Parameter => parameter_rules::check(cx, at),
        ObjectType::RequestBody => request_body::check(cx, at),
        ObjectType::MediaType => media_type::check(cx, at),
        ObjectType::Encoding => encoding::check(cx, at),
        ObjectType::Responses => responses::check(cx, at),
        ObjectType::Response => response::check(cx, at),
        ObjectType::Callback => callback::check(cx, at),
        ObjectType::Example => example::check(cx, at),
        ObjectType::Link => link::check(cx, at),
        ObjectType::Header => header::check(cx, at),
        ObjectType::Schema => schema_rules::check(cx, at),
        ObjectType::Xml => xml::check(cx, at),
        ObjectType::SecurityScheme => security_scheme::check(cx, at),
        ObjectType::SecurityRequirement => security_requirement::check(cx, at),
        ObjectType::Info
        | ObjectType::Contact
        | ObjectType::Components
        | ObjectType::ExternalDocumentation
        | ObjectType::Tag
        | ObjectType::Reference
        | ObjectType::Discriminator
        | ObjectType::OAuthFlows
        | ObjectType::ImplicitFlow
        | ObjectType::PasswordFlow
        | ObjectType::ClientCredentialsFlow
        | ObjectType::AuthorizationCodeFlow
        | ObjectType::DeviceAuthorizationFlow => {}
    }
}

/// `RSP-002`.
pub(super) fn is_status_key(name: &str) -> bool {
    StatusKey::from_name(name).is_some()
}

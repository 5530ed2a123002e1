//! Security Scheme Object: its grammar, its rules (`SEC-001`, `SEC-010`) and its view.

use super::check::Check;
use super::finding::Finding;
use super::grammar::{Edition, Field, Grammar, ObjectType, Shape};
use super::parameter::ParameterLocation;
use super::value::Value;
use crate::description::token::is_token;
use crate::description::{Location, NodeRef};

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Security Scheme Object",
    "SEC-001",
    &[
        Field::new("type", Shape::OneOf(&["apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"]))
            .required("SEC-001"),
        Field::string("description"),
        Field::string("name"),
        Field::new("in", Shape::OneOf(&["query", "header", "cookie"])),
        Field::string("scheme"),
        Field::string("bearerFormat"),
        Field::new("flows", Shape::Object(ObjectType::OAuthFlows)),
        Field::uri("openIdConnectUrl").code("SEC-014"),
        Field::uri("oauth2MetadataUrl").code("SEC-015").since(Edition::V3_2),
        Field::boolean("deprecated").since(Edition::V3_2),
    ],
);

/// The IANA HTTP Authentication Scheme Registry, in lower case (`SEC-010`).
const REGISTERED: [&str; 14] = [
    "basic",
    "bearer",
    "concealed",
    "digest",
    "dpop",
    "gnap",
    "hoba",
    "mutual",
    "negotiate",
    "oauth",
    "privatetoken",
    "scram-sha-1",
    "scram-sha-256",
    "vapid",
];

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    let node = cx.node(at);
    let Some(kind) = node.get("type").and_then(NodeRef::as_str) else { return };
    let (required, optional): (&[&str], &[&str]) = match kind {
        "apiKey" => (&["name", "in"], &[]),
        "http" => (&["scheme"], &["bearerFormat"]),
        "oauth2" => (&["flows"], &["oauth2MetadataUrl"]),
        "openIdConnect" => (&["openIdConnectUrl"], &[]),
        _ => (&[], &[]),
    };
    for field in required.iter().filter(|field| node.get(field).is_none()) {
        cx.report(
            Finding::error("SEC-001", at)
                .what(format!("the scheme of type {kind} has no `{field}`"))
                .why("each type has its required fields (§Security Scheme Object)")
                .mend(format!("add `{field}`")),
        );
    }
    let of_a_type =
        ["name", "in", "scheme", "bearerFormat", "flows", "openIdConnectUrl", "oauth2MetadataUrl"];
    let foreign =
        |field: &&&str| node.get(field).is_some() && !required.contains(*field) && !optional.contains(*field);
    for field in of_a_type.iter().filter(foreign) {
        cx.report(
            Finding::warning("SEC-001", at)
                .named(field)
                .what(format!("`{field}` has no meaning for the type {kind}"))
                .why("the field applies to other types (§Security Scheme Object)")
                .mend(format!("remove `{field}`, or change `type`")),
        );
    }
    if kind == "mutualTLS" && cx.edition(at.document) == Edition::V3_0 {
        cx.report(
            Finding::error("SEC-001", at)
                .named("type")
                .what("OpenAPI 3.0 has no type mutualTLS")
                .why("it came with OpenAPI 3.1 (§Security Scheme Object)")
                .mend("declare `openapi: 3.1.0`"),
        );
    }
    if kind == "http" {
        check_scheme(cx, at);
    }
}

/// `SEC-010`: an unregistered scheme needs a provider of its own, else requests are refused.
fn check_scheme(cx: &mut Check<'_>, at: Location) {
    let Some(scheme) = cx.node(at).get("scheme").and_then(NodeRef::as_str) else { return };
    if REGISTERED.contains(&scheme.to_ascii_lowercase().as_str()) {
        return;
    }
    let finding = if is_token(scheme) { Finding::lint("SEC-010", at) } else { Finding::error("SEC-010", at) };
    cx.report(
        finding
            .named("scheme")
            .what(format!("`{scheme}` is no registered authentication scheme"))
            .why("scheme names should come from the IANA registry (RFC 9110 §16.4.1)")
            .mend("use a registered scheme, or register a provider for this one"),
    );
}

/// A security scheme (OpenAPI §Security Scheme Object).
#[derive(Clone, Debug)]
pub enum SecurityScheme<'d> {
    /// A key in a header, query parameter or cookie.
    ApiKey {
        /// The name of the header, query parameter or cookie.
        name: &'d str,
        /// Which of them it is.
        location: ParameterLocation,
    },
    /// A scheme of the `Authorization` header.
    Http {
        /// The scheme's name; compares without regard to case (`SEC-009`).
        scheme: &'d str,
        /// How a bearer token is made; documentation only.
        bearer_format: Option<&'d str>,
    },
    /// A client certificate.
    MutualTls,
    /// OAuth 2.0.
    OAuth2 {
        /// The declared flows.
        flows: Vec<OAuthFlow<'d>>,
        /// The authorization server's metadata, new in 3.2.
        metadata_url: Option<&'d str>,
    },
    /// OpenID Connect.
    OpenIdConnect {
        /// The discovery document.
        url: &'d str,
    },
}

/// A flow of OAuth 2.0 (OpenAPI §OAuth Flow Object).
#[derive(Clone, Copy, Debug)]
pub struct OAuthFlow<'d> {
    name: &'d str,
    value: Value<'d>,
}

impl<'d> SecurityScheme<'d> {
    /// The view of the scheme at `value`, references followed; `None` when its type is unknown.
    pub(super) fn new(value: Value<'d>) -> Option<Self> {
        let value = value.followed();
        match value.text("type")? {
            "apiKey" => Some(Self::ApiKey {
                name: value.text("name")?,
                location: value.text("in").and_then(ParameterLocation::from_name)?,
            }),
            "http" => {
                Some(Self::Http { scheme: value.text("scheme")?, bearer_format: value.text("bearerFormat") })
            }
            "mutualTLS" => Some(Self::MutualTls),
            "oauth2" => {
                let flows = value.map("flows").filter(|(name, _)| !name.starts_with("x-"));
                let flows = flows.map(|(name, value)| OAuthFlow { name, value }).collect();
                Some(Self::OAuth2 { flows, metadata_url: value.text("oauth2MetadataUrl") })
            }
            "openIdConnect" => Some(Self::OpenIdConnect { url: value.text("openIdConnectUrl")? }),
            _ => None,
        }
    }
}

impl<'d> OAuthFlow<'d> {
    /// The field's name, such as `clientCredentials`.
    #[must_use]
    pub const fn name(self) -> &'d str {
        self.name
    }

    /// `authorizationUrl`.
    #[must_use]
    pub fn authorization_url(self) -> Option<&'d str> {
        self.value.text("authorizationUrl")
    }

    /// `tokenUrl`.
    #[must_use]
    pub fn token_url(self) -> Option<&'d str> {
        self.value.text("tokenUrl")
    }

    /// The scopes with their descriptions.
    #[must_use]
    pub fn scopes(self) -> Vec<(&'d str, &'d str)> {
        let scopes = self.value.map("scopes");
        scopes.map(|(name, value)| (name, value.node().as_str().unwrap_or_default())).collect()
    }
}

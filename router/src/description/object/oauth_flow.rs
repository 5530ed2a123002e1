//! OAuth Flow Object: the grammar of each flow (`SEC-015`).
//!
//! Which URLs are required depends on the flow, so that each has its own table.

use super::grammar::{Field, Grammar, Names, Shape};

const AUTHORIZATION_URL: Field = Field::uri("authorizationUrl").required("SEC-015");
const DEVICE_AUTHORIZATION_URL: Field = Field::uri("deviceAuthorizationUrl").required("SEC-015");
const TOKEN_URL: Field = Field::uri("tokenUrl").required("SEC-015");
const REFRESH_URL: Field = Field::uri("refreshUrl");
const SCOPES: Field = Field::new("scopes", Shape::Map(&Shape::String, Names::Any)).required("SEC-015");

pub(super) const IMPLICIT: Grammar =
    Grammar::new("OAuth Flow Object (implicit)", "SEC-015", &[AUTHORIZATION_URL, REFRESH_URL, SCOPES]);

pub(super) const PASSWORD: Grammar =
    Grammar::new("OAuth Flow Object (password)", "SEC-015", &[TOKEN_URL, REFRESH_URL, SCOPES]);

pub(super) const CLIENT_CREDENTIALS: Grammar =
    Grammar::new("OAuth Flow Object (clientCredentials)", "SEC-015", &[TOKEN_URL, REFRESH_URL, SCOPES]);

pub(super) const AUTHORIZATION_CODE: Grammar = Grammar::new(
    "OAuth Flow Object (authorizationCode)",
    "SEC-015",
    &[AUTHORIZATION_URL, TOKEN_URL, REFRESH_URL, SCOPES],
);

pub(super) const DEVICE_AUTHORIZATION: Grammar = Grammar::new(
    "OAuth Flow Object (deviceAuthorization)",
    "SEC-015",
    &[DEVICE_AUTHORIZATION_URL, TOKEN_URL, REFRESH_URL, SCOPES],
);

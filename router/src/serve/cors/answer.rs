//! The decision about one request, and how it is written into the response.

use std::sync::Arc;

use super::grant::{AllowedHeaders, Grant};
use super::origins::AllowedOrigin;
use crate::serve::{FieldText, Response};

/// What the response is to say, decided on the head.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CorsAnswer<'r> {
    pub(super) vary: Vary,
    pub(super) granted: Option<Granted<'r>>,
}

/// What the answer depends on, for caches (RFC 9110 §12.5.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Vary {
    /// On no field.
    #[default]
    Nothing,
    /// On the origin.
    Origin,
    /// On all that a preflight tells.
    Preflight,
}

/// An origin that is let in, and to what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Granted<'r> {
    pub(super) origin: AllowedOrigin<'r>,
    pub(super) grant: &'r Grant,
    pub(super) preflight: Option<Preflight<'r>>,
}

/// What only a preflight is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Preflight<'r> {
    pub(super) methods: Option<&'r Arc<str>>,
    /// The field names that were asked for, where they are to be repeated.
    pub(super) requested: Option<&'r str>,
}

const ALLOW_ORIGIN: &str = "Access-Control-Allow-Origin";
const ALLOW_CREDENTIALS: &str = "Access-Control-Allow-Credentials";
const EXPOSE_HEADERS: &str = "Access-Control-Expose-Headers";
const ALLOW_METHODS: &str = "Access-Control-Allow-Methods";
const ALLOW_HEADERS: &str = "Access-Control-Allow-Headers";
const MAX_AGE: &str = "Access-Control-Max-Age";

/// The fields that a policy governs, so that a handler's own never stand beside them.
const GOVERNED: [&str; 6] =
    [ALLOW_ORIGIN, ALLOW_CREDENTIALS, EXPOSE_HEADERS, ALLOW_METHODS, ALLOW_HEADERS, MAX_AGE];

impl CorsAnswer<'_> {
    /// Writes the fields. A policy is the only one to speak: what a handler said of CORS is taken out, since its `*` beside our
    /// credentials would be what no response may say.
    pub(crate) fn apply(&self, response: &mut Response) {
        response.remove_fields(|name| GOVERNED.iter().any(|governed| name.eq_ignore_ascii_case(governed)));
        match self.vary {
            Vary::Nothing => {}
            Vary::Origin => response.vary_on("Origin"),
            Vary::Preflight => {
                response.vary_on("Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
            }
        }
        if let Some(granted) = &self.granted {
            granted.apply(response);
        }
    }
}

impl Granted<'_> {
    fn apply(&self, response: &mut Response) {
        response.push_field(ALLOW_ORIGIN, self.origin.text());
        // `*` goes with no credentials; the build refuses such a policy, and this line would hold if it did not.
        if self.grant.credentials && !self.origin.is_any() {
            response.push_field(ALLOW_CREDENTIALS, FieldText::Static("true"));
        }
        match &self.preflight {
            Some(preflight) => preflight.apply(self.grant, response),
            None => push_shared(response, EXPOSE_HEADERS, self.grant.exposed.as_ref()),
        }
    }
}

impl Preflight<'_> {
    fn apply(&self, grant: &Grant, response: &mut Response) {
        push_shared(response, ALLOW_METHODS, self.methods);
        match (&grant.headers, self.requested) {
            (AllowedHeaders::Listed(listed), _) => push_shared(response, ALLOW_HEADERS, Some(listed)),
            (AllowedHeaders::Mirrored, Some(requested)) => {
                response.push_field(ALLOW_HEADERS, FieldText::Owned(requested.into()));
            }
            (AllowedHeaders::Mirrored, None) | (AllowedHeaders::Safelisted, _) => {}
        }
        push_shared(response, MAX_AGE, grant.max_age.as_ref());
    }
}

fn push_shared(response: &mut Response, name: &'static str, value: Option<&Arc<str>>) {
    if let Some(value) = value {
        response.push_field(name, FieldText::from(value));
    }
}

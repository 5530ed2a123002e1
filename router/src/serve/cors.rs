//! CORS: which pages of other origins may read an API's answers (Fetch §3.2 and §3.3, HTTP-017).
//!
//! Takes: a [`CorsPolicy`], and of a request its method, its path and its `Origin`. Gives: the answer to a preflight, and the
//! fields that every other response gets. What can be known before a request is computed when the `Api` is built: an
//! origin that is listed costs no allocation. Never panics; a predicate's panic lets nobody in.

mod answer;
mod grant;
mod origin;
mod origins;
mod policy;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::Method;

pub(crate) use answer::CorsAnswer;
use answer::{Granted, Preflight, Vary};
pub(crate) use grant::{AllowedHeaders, Grant};
pub(crate) use origin::is_scheme;
#[cfg(test)]
pub(crate) use origin::is_serialized;
pub(crate) use origins::Origins;
pub use policy::CorsPolicy;

use crate::description::token::is_token;
use crate::limits;
use crate::serve::{Api, Operation, RequestHead};

/// The policy of an API, compiled.
#[derive(Debug)]
pub(crate) struct Cors {
    /// Who is let in.
    pub(crate) origins: Origins,
    /// What holds where no operation says otherwise, and on 404 and 405.
    pub(crate) grant: Arc<Grant>,
    /// The methods that each path of the route table allows to other origins, by the number of the path.
    pub(crate) methods: Box<[Option<Arc<str>>]>,
}

impl Cors {
    /// What a response to this request is to say; without an operation the API's own policy holds.
    pub(crate) fn answer<'r>(
        &'r self,
        head: &RequestHead<'r>,
        operation: Option<&'r Operation>,
    ) -> CorsAnswer<'r> {
        let Some(grant) = operation.map_or(Some(&self.grant), |operation| operation.cors.as_ref()) else {
            return CorsAnswer::default();
        };
        let vary = if self.origins.tell_apart() { Vary::Origin } else { Vary::Nothing };
        let granted = self.origins.admit(head).map(|origin| Granted { origin, grant, preflight: None });
        CorsAnswer { vary, granted }
    }
}

impl Api {
    /// What a preflight is answered with; `None` where the request is none, or its path leads nowhere (HTTP-006).
    ///
    /// A preflight is an OPTIONS request with `Origin` and `Access-Control-Request-Method` (Fetch §3.3.2). It asks about
    /// another request, so that neither a declared OPTIONS operation nor security is asked.
    pub(crate) fn preflight<'r>(&'r self, cors: &'r Cors, head: &RequestHead<'r>) -> Option<CorsAnswer<'r>> {
        if *head.method() != Method::OPTIONS || head.field("Origin").is_none() {
            return None;
        }
        let asked = head.field("Access-Control-Request-Method")?;
        let path = self.routes.path_number(head.path())?;
        let refused = CorsAnswer { vary: Vary::Preflight, granted: None };
        let Some(method) = Method::from_bytes(asked.value).ok() else { return Some(refused) };
        // A method that is declared nowhere is answered as the API answers 405: the list tells that it is not allowed.
        let grant = match self.operation_at(&method, head.path()) {
            Some(operation) => operation.cors.as_ref(),
            None => Some(&cors.grant),
        };
        let (Some(grant), Some(origin)) = (grant, cors.origins.admit(head)) else { return Some(refused) };
        let methods = cors.methods.get(path).and_then(Option::as_ref);
        let requested = requested_headers(head).filter(|_| grant.headers.are_mirrored());
        let preflight = Some(Preflight { methods, requested });
        Some(CorsAnswer { granted: Some(Granted { origin, grant, preflight }), ..refused })
    }
}

/// The field names that the request to come will carry; `None` where there are none, or where they are no list of names.
fn requested_headers<'r>(head: &RequestHead<'r>) -> Option<&'r str> {
    let mut lines = head.fields_named("Access-Control-Request-Headers");
    let text = lines.next()?.text().filter(|text| text.len() <= limits::CORS_REQUESTED_HEADERS_BYTES_MAX)?;
    // `*` would allow every field, where only those that were asked for are repeated.
    let are_names = || text.split(',').map(str::trim).all(|name| is_token(name) && name != "*");
    (lines.next().is_none() && are_names()).then_some(text)
}

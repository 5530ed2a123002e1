//! A shop of each test's own, and requests as rows of a table.

use brrtrouter::{Api, Method, TestRequest, TestResponse};
use pet_store::{Config, api};

pub const KEY: (&str, &str) = ("X-API-Key", "demo-key");
pub const READER: (&str, &str) = ("Authorization", "Bearer demo-reader-token");
pub const STAFF: (&str, &str) = ("Authorization", "Bearer demo-staff-token");
/// `admin:demo-admin-password`.
pub const ADMIN: (&str, &str) = ("Authorization", "Basic YWRtaW46ZGVtby1hZG1pbi1wYXNzd29yZA==");

/// A shop as it is at the start.
pub fn open() -> Api {
    api(&Config::demo().unwrap()).unwrap()
}

/// Content and its media type.
pub type Content<'c> = Option<(&'c str, &'c [u8])>;

pub const fn json(text: &str) -> Content<'_> {
    Some(("application/json", text.as_bytes()))
}

/// A request: `GET /v1/pets`, field lines, content.
pub fn ask<'a>(api: &'a Api, line: &str, fields: &[(&str, &str)], content: Content<'_>) -> TestRequest<'a> {
    let (method, target) = line.split_once(' ').unwrap();
    let mut request = api.test().request(Method::from_bytes(method.as_bytes()).unwrap(), target);
    for (name, value) in fields {
        request = request.field(*name, value);
    }
    match content {
        Some((media_type, octets)) => request.content(media_type, octets),
        None => request,
    }
}

/// Sends it, and tells what came where another status code was expected.
pub fn send(
    api: &Api,
    line: &str,
    fields: &[(&str, &str)],
    content: Content<'_>,
    status: u16,
) -> TestResponse {
    let response = ask(api, line, fields, content).send();
    let (text, violations) = (response.text(), response.response().violations());
    assert_eq!(response.status(), status, "{line}: {text} {violations:?}");
    response
}

//! A client without a socket, for tests: `api.test().get("/pets").send()`.
//!
//! The request goes through exactly the code that serves, [`Api::admit`] and
//! [`Admitted::run`](crate::Admitted::run). A request that no transport could deliver is answered as the transport would.

use std::borrow::Cow;

use http::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::serve::{
    Api, BodySource, BytesBody, Connection, EmptyBody, FieldLine, HeadError, Problem, RequestHead, Response,
    Service,
};

/// Makes requests to an [`Api`] or a [`Service`] in this process.
#[derive(Clone, Debug)]
pub struct TestClient<'a> {
    served: Served<'a>,
    connection: Connection,
}

/// What answers.
#[derive(Clone, Copy, Debug)]
enum Served<'a> {
    Api(&'a Api),
    Service(&'a Service),
}

impl Served<'_> {
    fn answer(self, head: &RequestHead<'_>, connection: &Connection, body: &mut dyn BodySource) -> Response {
        match self {
            Self::Api(api) => api.answer(head, connection, body),
            Self::Service(service) => service.answer(head, connection, body),
        }
    }

    fn refuse(self, fault: HeadError, fields: &[FieldLine<'_>]) -> Response {
        match self {
            Self::Api(_) => Response::from(Problem::from(fault)),
            Self::Service(service) => service.refuse(fault, fields),
        }
    }
}

impl<'a> TestClient<'a> {
    pub(crate) fn new(api: &'a Api) -> Self {
        Self { served: Served::Api(api), connection: Connection::default() }
    }

    pub(crate) fn of_service(service: &'a Service) -> Self {
        Self { served: Served::Service(service), connection: Connection::default() }
    }

    /// The same client over another connection.
    #[must_use]
    pub fn over(mut self, connection: Connection) -> Self {
        self.connection = connection;
        self
    }

    /// A request of any method.
    pub fn request(&self, method: Method, target: impl Into<String>) -> TestRequest<'a> {
        TestRequest {
            served: self.served,
            connection: self.connection.clone(),
            method,
            target: target.into(),
            fields: Vec::new(),
            body: None,
        }
    }

    /// A GET request.
    pub fn get(&self, target: impl Into<String>) -> TestRequest<'a> {
        self.request(Method::GET, target)
    }

    /// A POST request.
    pub fn post(&self, target: impl Into<String>) -> TestRequest<'a> {
        self.request(Method::POST, target)
    }

    /// A PUT request.
    pub fn put(&self, target: impl Into<String>) -> TestRequest<'a> {
        self.request(Method::PUT, target)
    }

    /// A PATCH request.
    pub fn patch(&self, target: impl Into<String>) -> TestRequest<'a> {
        self.request(Method::PATCH, target)
    }

    /// A DELETE request.
    pub fn delete(&self, target: impl Into<String>) -> TestRequest<'a> {
        self.request(Method::DELETE, target)
    }
}

/// A request in the making.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct TestRequest<'a> {
    served: Served<'a>,
    connection: Connection,
    method: Method,
    target: String,
    fields: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
}

impl TestRequest<'_> {
    /// The same request with one more field line.
    pub fn field(mut self, name: impl Into<String>, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name.into(), value.as_ref().to_vec()));
        self
    }

    /// The same request with content of this media type.
    pub fn content(mut self, media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Some(bytes.into());
        self.field("Content-Type", media_type)
    }

    /// The same request with content, without a Content-Type of its own.
    pub fn bytes(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    /// The same request with `value` as `application/json`; a value that is no JSON is sent as `null`.
    pub fn json(self, value: &impl Serialize) -> Self {
        let text = serde_json::to_vec(value).unwrap_or_else(|_| b"null".to_vec());
        self.content("application/json", text)
    }

    /// Sends it and waits for the answer.
    #[must_use]
    pub fn send(&self) -> TestResponse {
        let mut lines: Vec<FieldLine<'_>> =
            self.fields.iter().map(|(name, value)| FieldLine { name, value }).collect();
        let length = self.body.as_ref().map(|body| body.len().to_string());
        if let Some(length) = &length {
            lines.push(FieldLine::new("Content-Length", length));
        }
        let head = match RequestHead::new(self.method.clone(), &self.target, &lines) {
            Ok(head) => head,
            Err(fault) => {
                let refused = self.served.refuse(fault, &lines).finish(self.method == Method::HEAD);
                return TestResponse::new(refused);
            }
        };
        let mut empty = EmptyBody;
        let mut bytes = BytesBody::new(self.body.as_deref().unwrap_or_default());
        let body: &mut dyn BodySource = if self.body.is_some() { &mut bytes } else { &mut empty };
        TestResponse::new(self.served.answer(&head, &self.connection, body))
    }
}

/// An answer, with its content read to the end.
#[derive(Debug)]
pub struct TestResponse {
    response: Response,
    bytes: Vec<u8>,
}

impl TestResponse {
    fn new(mut response: Response) -> Self {
        let mut bytes = Vec::new();
        // A stream that fails leaves what it gave, as on a connection that breaks.
        response.body_mut().write_to(&mut bytes).unwrap_or_default();
        Self { response, bytes }
    }

    /// The status code; compares with a number: `assert_eq!(response.status(), 200)`.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The first field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.response.field(name)
    }

    /// The whole response.
    #[must_use]
    pub const fn response(&self) -> &Response {
        &self.response
    }

    /// The content.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The content as text; octets that are no UTF-8 show as replacement characters.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    /// The content read as JSON.
    ///
    /// # Errors
    /// When it is not JSON of this form.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.bytes)
    }
}

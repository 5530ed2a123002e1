//! The answer to a request: status code, field lines and content (RFC 9110 §6, §15).
//!
//! Takes: what a handler says. Gives: a [`Response`] that is safe to frame: its field lines hold no
//! control octets, its length always agrees with its content, and a fault in building it becomes a 500
//! instead of a broken message. Static and shared text and octets are not copied. Never panics.

use std::fmt;
use std::sync::Arc;

use arrayvec::ArrayString;
use http::StatusCode;
use serde::Serialize;
use smallvec::SmallVec;

use super::problem::{Problem, ProblemContent, ProblemFormat, ProblemKind, ValidationStatus};

mod body;
mod cookie;
mod field;
mod own_form;
mod plan;
#[cfg(test)]
mod tests;
mod validate;
#[cfg(test)]
mod validate_tests;
mod vary;
mod write_only;

pub use body::{Body, BodyStream};
pub use cookie::{Cookie, CookieError, SameSite};
pub use field::{FieldError, FieldText, ResponseField, ShortText};
pub(crate) use own_form::OwnForm;
pub use plan::{NotAcceptable, ResponsePlans};
pub use validate::{ResponsePolicy, ResponseViolation};

/// How many field lines a response holds without heap allocation: two of its own, those of CORS and a request id.
const FIELDS_INLINE: usize = 6;

/// A response.
///
/// ```
/// use brrtrouter::Response;
/// use http::StatusCode;
///
/// let response = Response::json(&["Rex", "Ida"]).with_field("Cache-Control", "no-store");
/// assert_eq!(response.status(), StatusCode::OK);
/// assert_eq!(response.field("content-type"), Some("application/json"));
/// assert_eq!(response.body().bytes().as_deref(), Some(&b"[\"Rex\",\"Ida\"]"[..]));
/// ```
#[derive(Debug)]
pub struct Response {
    status: StatusCode,
    fields: SmallVec<[ResponseField; FIELDS_INLINE]>,
    body: Body,
    announced: Announced,
    fault: Option<ResponseFault>,
    violations: Vec<ResponseViolation>,
    ends_connection: bool,
}

/// The length that a response tells where its content is not here: for HEAD and 304.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Announced {
    /// That of its content.
    AsContent,
    Bytes(u64),
    /// None: GET would have sent a stream (RFC 9110 §8.6).
    Unknown,
}

/// Why a response cannot be sent as its handler built it; it becomes a 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseFault {
    /// A field line was refused.
    Field(FieldError),
    /// A cookie was refused.
    Cookie(CookieError),
    /// The value could not be written as JSON.
    Json,
    /// The location of a redirection is not a URI reference in ASCII.
    Location,
}

impl fmt::Display for ResponseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(fault) => fault.fmt(f),
            Self::Cookie(fault) => fault.fmt(f),
            Self::Json => f.write_str("the value cannot be written as JSON"),
            Self::Location => f.write_str("the location is not a URI reference"),
        }
    }
}

impl std::error::Error for ResponseFault {}

/// What of a request shapes the problem that answers it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProblemContext<'r> {
    /// The path of the request target as sent, for the `instance` member.
    pub path: &'r str,
    /// The media type that the request prefers.
    pub format: ProblemFormat,
    /// The status code for breaches of the description.
    pub validation_status: ValidationStatus,
}

impl Response {
    /// A response without content.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            fields: SmallVec::new(),
            body: Body::Empty,
            announced: Announced::AsContent,
            fault: None,
            violations: Vec::new(),
            ends_connection: false,
        }
    }

    /// 204 No Content.
    #[must_use]
    pub fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT)
    }

    /// 200 with `value` as `application/json`. A value that cannot be written becomes a 500.
    #[must_use]
    pub fn json(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => Self::content("application/json", Body::Bytes(bytes)),
            Err(_) => Self::new(StatusCode::OK).with_fault(ResponseFault::Json),
        }
    }

    /// 200 with `text` as `text/plain` in UTF-8.
    #[must_use]
    pub fn text(text: impl Into<FieldText>) -> Self {
        let body = match text.into() {
            FieldText::Static(text) => Body::Static(text.as_bytes()),
            FieldText::Shared(text) => Body::Shared(text.into()),
            FieldText::Owned(text) => Body::Bytes(text.into_boxed_bytes().into_vec()),
            FieldText::Short(text) => Body::Bytes(text.as_str().into()),
        };
        Self::content("text/plain; charset=utf-8", body)
    }

    /// 200 with these octets as `media_type`.
    #[must_use]
    pub fn bytes(media_type: impl Into<FieldText>, bytes: impl Into<Body>) -> Self {
        Self::content(media_type, bytes.into())
    }

    /// 200 with octets that are made while they are sent.
    #[must_use]
    pub fn stream(media_type: impl Into<FieldText>, stream: impl BodyStream + 'static) -> Self {
        Self::content(media_type, Body::Stream(Box::new(stream)))
    }

    /// A redirection: `status` is one of 3xx, `location` a URI reference (RFC 9110 §10.2.2).
    #[must_use]
    pub fn redirect(status: StatusCode, location: impl Into<FieldText>) -> Self {
        let location = location.into();
        let response = Self::new(status);
        if !location.as_str().bytes().all(|byte| byte.is_ascii_graphic()) {
            return response.with_fault(ResponseFault::Location);
        }
        response.with_field("Location", location)
    }

    fn content(media_type: impl Into<FieldText>, body: Body) -> Self {
        let (mut fields, mut fault) = (SmallVec::new(), None);
        match ResponseField::of_name("Content-Type", media_type.into()) {
            Ok(field) => fields.push(field),
            Err(why) => fault = Some(ResponseFault::Field(why)),
        }
        Self { fields, body, fault, ..Self::new(StatusCode::OK) }
    }

    /// The same response with another status code.
    #[must_use]
    pub const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same response with other content; its Content-Type stays.
    #[must_use]
    pub fn with_body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// The same response with this field, in place of every earlier line of that name. A line that
    /// cannot be sent makes the response a 500.
    #[must_use]
    pub fn with_field(mut self, name: impl Into<FieldText>, value: impl Into<FieldText>) -> Self {
        self.set_field(name, value);
        self
    }

    /// [`Self::with_field`] of a response that lies where it will stay, as middleware sees it.
    pub fn set_field(&mut self, name: impl Into<FieldText>, value: impl Into<FieldText>) {
        match ResponseField::new(name, value) {
            Ok(field) => {
                self.fields.retain(|line| !line.is_named(field.name()));
                self.fields.push(field);
            }
            Err(fault) => {
                self.fault.get_or_insert(ResponseFault::Field(fault));
            }
        }
    }

    /// The same response with one more field line, such as a further `Link`. A line that cannot be
    /// sent makes the response a 500.
    #[must_use]
    pub fn with_added_field(mut self, name: impl Into<FieldText>, value: impl Into<FieldText>) -> Self {
        match ResponseField::new(name, value) {
            Ok(field) => {
                self.fields.push(field);
                self
            }
            Err(fault) => self.with_fault(ResponseFault::Field(fault)),
        }
    }

    /// The same response, setting this cookie too, on a line of its own (RSP-015). A cookie that
    /// browsers refuse makes the response a 500.
    #[must_use]
    pub fn with_cookie(self, cookie: &Cookie) -> Self {
        match cookie.to_field_value() {
            Ok(value) => self.with_added_field("Set-Cookie", value),
            Err(fault) => self.with_fault(ResponseFault::Cookie(fault)),
        }
    }

    /// The same response announcing a length without having the content: for a HEAD operation of
    /// one's own and for 304 (RFC 9110 §8.6). It is ignored where there is content.
    #[must_use]
    pub const fn with_length_announced(mut self, bytes: u64) -> Self {
        self.announced = Announced::Bytes(bytes);
        self
    }

    /// The same response as the last one of its connection, which the transport closes behind it (RFC 9112 §9.6).
    #[must_use]
    pub const fn ending_connection(mut self) -> Self {
        self.ends_connection = true;
        self
    }

    /// Whether the transport closes the connection behind this response.
    #[must_use]
    pub const fn ends_connection(&self) -> bool {
        self.ends_connection
    }

    pub(crate) fn with_fault(mut self, fault: ResponseFault) -> Self {
        self.fault.get_or_insert(fault);
        self
    }

    /// The status code.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The field lines in order, without those that frame the message.
    #[must_use]
    pub fn fields(&self) -> &[ResponseField] {
        &self.fields
    }

    /// The value of the first field line called `name`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|line| line.is_named(name)).map(ResponseField::value)
    }

    /// The content.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// The content, to be read or replaced.
    pub const fn body_mut(&mut self) -> &mut Body {
        &mut self.body
    }

    /// The problem that this response carries, if it carries one.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        match &self.body {
            Body::Problem(content) => Some(content.problem()),
            Body::Empty | Body::Static(_) | Body::Shared(_) | Body::Bytes(_) | Body::Stream(_) => None,
        }
    }

    /// Why the response cannot be sent as it was built.
    #[must_use]
    pub const fn fault(&self) -> Option<ResponseFault> {
        self.fault
    }

    /// How the response breaks the description, or how the one broke it that this one stands for; empty
    /// before the check.
    #[must_use]
    pub fn violations(&self) -> &[ResponseViolation] {
        &self.violations
    }

    /// The value of the Content-Length field; `None` where no such field is sent, because the status
    /// code forbids it (RFC 9110 §8.6) or the length is not known.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        if self.status.is_informational() || self.status == StatusCode::NO_CONTENT {
            return None;
        }
        match self.body {
            Body::Empty => match self.announced {
                Announced::Bytes(bytes) => Some(bytes),
                Announced::Unknown => None,
                Announced::AsContent => (self.status != StatusCode::NOT_MODIFIED).then_some(0),
            },
            Body::Static(_) | Body::Shared(_) | Body::Bytes(_) | Body::Problem(_) | Body::Stream(_) => {
                self.body.length()
            }
        }
    }

    /// A response that was built with a fault becomes a 500; a problem learns what of the request
    /// belongs into it: its instance, its media type and its configured status code.
    #[must_use]
    pub fn settle(mut self, context: &ProblemContext<'_>) -> Self {
        self.settle_in_place(context);
        self
    }

    /// [`Self::settle`] of a response that lies where it will stay.
    pub(crate) fn settle_in_place(&mut self, context: &ProblemContext<'_>) {
        if let Some(fault) = self.fault {
            tracing::error!(%fault, "the response cannot be sent");
            *self = Self::from(Problem::of(ProblemKind::Internal));
        }
        if let Body::Problem(content) = &mut self.body {
            content.instance = ArrayString::from(context.path).unwrap_or_default();
            content.problem.set_status(self.status);
            if content.format != context.format {
                content.format = context.format;
                self.fields.retain(|line| !line.is_named("Content-Type"));
                self.fields.push(content_type(context.format));
            }
            if let Some(status) = content.problem.settle_status(context.validation_status) {
                self.status = status;
            }
        }
    }

    /// What goes on the wire: no content where there may be none, which is in an answer to HEAD
    /// (HTTP-005) and with 1xx, 204 and 304 (HTTP-018). The length of what GET would have sent stays
    /// known to [`content_length`](Self::content_length).
    ///
    /// 205 has no content either (RFC 9110 §15.3.6). Where the status code rules content out, there is no Content-Type to tell
    /// of it (RFC 9110 §8.3), and a 304 sends no such metadata (RFC 9110 §15.4.5); an answer to HEAD says what GET would have said.
    #[must_use]
    pub fn finish(mut self, head_request: bool) -> Self {
        self.finish_in_place(head_request);
        self
    }

    /// [`Self::finish`] of a response that lies where it will stay.
    pub(crate) fn finish_in_place(&mut self, head_request: bool) {
        let bare = self.status.is_informational()
            || matches!(
                self.status,
                StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
            );
        if !bare && !head_request {
            return;
        }
        if head_request && self.status != StatusCode::RESET_CONTENT {
            self.announced = self.content_length().map_or(Announced::Unknown, Announced::Bytes);
        }
        if bare {
            self.fields.retain(|line| !line.is_named("Content-Type"));
        }
        self.body = Body::Empty;
    }
}

impl From<Problem> for Response {
    fn from(mut problem: Problem) -> Self {
        let mut response = Self::new(problem.status());
        response.ends_connection = problem.ends_connection();
        response.fields.push(content_type(ProblemFormat::Json));
        response.fields.extend(problem.take_fields());
        response.body = Body::Problem(ProblemContent::new(problem));
        response
    }
}

fn content_type(format: ProblemFormat) -> ResponseField {
    ResponseField::known("Content-Type", FieldText::Static(format.media_type()))
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Self::Static(bytes)
    }
}

impl From<Arc<[u8]>> for Body {
    fn from(bytes: Arc<[u8]>) -> Self {
        Self::Shared(bytes)
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

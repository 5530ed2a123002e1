//! Problems (RFC 9457): what a request that cannot be served is answered with.
//!
//! Takes: the rule that was broken, and what may be said of it. Gives: a [`Problem`], which becomes a
//! `Response` whose content is rendered only when it is sent. A problem without a list of errors costs
//! no heap allocation. What an internal fault was is logged, never disclosed. Never panics.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use arrayvec::ArrayString;
use http::StatusCode;
use smallvec::SmallVec;

use super::body::BodyError;
use super::content::{Accept, MediaType};
use super::head::{HeadError, RequestHead};
use super::response::{FieldError, ResponseField};
use crate::limits;

mod kind;
mod render;

pub use kind::{ProblemKind, ValidationStatus};

/// A problem: the answer to a request that cannot be served.
///
/// ```
/// use brrtrouter::{Problem, Response};
/// use http::StatusCode;
///
/// fn pet(id: u32) -> Result<Response, Problem> {
///     if id == 7 {
///         return Ok(Response::text("Rex"));
///     }
///     Err(Problem::new(StatusCode::NOT_FOUND).with_detail("there is no such pet"))
/// }
///
/// assert_eq!(pet(1).unwrap_err().status(), StatusCode::NOT_FOUND);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    kind: ProblemKind,
    status: StatusCode,
    detail: Option<Cow<'static, str>>,
    errors: Vec<ProblemError>,
    fields: SmallVec<[ResponseField; 1]>,
    own: Option<Box<OwnMembers>>,
    ends_connection: bool,
}

const _: () = assert!(size_of::<Problem>() <= 128, "a problem is returned in a Result by every stage");

/// The members that only a user's own problems have.
#[derive(Clone, Debug, Default, PartialEq)]
struct OwnMembers {
    type_uri: Option<Cow<'static, str>>,
    title: Option<Cow<'static, str>>,
    extensions: Vec<(Cow<'static, str>, serde_json::Value)>,
}

/// One of several faults that a problem tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemError {
    /// Where the fault is.
    pub place: ProblemPlace,
    /// The rule that was broken: a schema keyword such as `minimum`, or a name such as `missing`.
    pub rule: Cow<'static, str>,
    /// What is wrong, for people.
    pub detail: Cow<'static, str>,
}

/// Where in a request a fault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemPlace {
    /// In the content, at this JSON Pointer (RFC 6901); empty for the whole.
    Content {
        /// The JSON Pointer.
        pointer: Box<str>,
    },
    /// In a parameter.
    Parameter {
        /// `path`, `query`, `querystring`, `header` or `cookie`.
        location: &'static str,
        /// The parameter's name.
        name: Box<str>,
        /// The JSON Pointer into the parameter's value; empty for the whole.
        pointer: Box<str>,
    },
}

impl ProblemError {
    /// A fault in the content at a JSON Pointer.
    #[must_use]
    pub fn content(
        pointer: impl Into<Box<str>>,
        rule: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            place: ProblemPlace::Content { pointer: pointer.into() },
            rule: rule.into(),
            detail: detail.into(),
        }
    }

    /// A fault in a parameter as a whole; see [`with_pointer`](Self::with_pointer) for a part of it.
    #[must_use]
    pub fn parameter(
        location: &'static str,
        name: impl Into<Box<str>>,
        rule: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let place = ProblemPlace::Parameter { location, name: name.into(), pointer: Box::default() };
        Self { place, rule: rule.into(), detail: detail.into() }
    }

    /// The same fault at this JSON Pointer.
    #[must_use]
    pub fn with_pointer(mut self, at: impl Into<Box<str>>) -> Self {
        match &mut self.place {
            ProblemPlace::Content { pointer } | ProblemPlace::Parameter { pointer, .. } => {
                *pointer = at.into()
            }
        }
        self
    }
}

impl Problem {
    /// A problem of one's own: of type `about:blank` unless [`with_type`](Self::with_type) says more.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self::with_status_of(ProblemKind::Blank, status)
    }

    /// A problem of one of the library's own types, with its default status.
    #[must_use]
    pub fn of(kind: ProblemKind) -> Self {
        Self::with_status_of(kind, kind.status())
    }

    fn with_status_of(kind: ProblemKind, status: StatusCode) -> Self {
        Self {
            kind,
            status,
            detail: None,
            errors: Vec::new(),
            fields: SmallVec::new(),
            own: None,
            ends_connection: false,
        }
    }

    /// The same problem, whose answer is the last of its connection.
    pub(crate) const fn ending_connection(mut self) -> Self {
        self.ends_connection = true;
        self
    }

    pub(crate) const fn ends_connection(&self) -> bool {
        self.ends_connection
    }

    /// An internal fault: 500 that discloses nothing. The fault itself goes to the log.
    #[must_use]
    pub fn internal(fault: &dyn Error) -> Self {
        tracing::error!(fault = %Chain(fault), "the handler failed");
        Self::of(ProblemKind::Internal)
    }

    /// A method that the path does not have (HTTP-002); `allow` is the value of the Allow field.
    #[must_use]
    pub fn method_not_allowed(allow: impl Into<super::response::FieldText>) -> Self {
        Self::of(ProblemKind::MethodNotAllowed).with_field(ResponseField::known("Allow", allow.into()))
    }

    /// The same problem with another status code.
    #[must_use]
    pub const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same problem with a `detail` for people; it is disclosed to the client.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same problem with one fault more in its `errors` list.
    #[must_use]
    pub fn with_error(mut self, error: ProblemError) -> Self {
        self.errors.push(error);
        self
    }

    /// The same problem with these faults in its `errors` list.
    #[must_use]
    pub fn with_errors(mut self, errors: impl IntoIterator<Item = ProblemError>) -> Self {
        self.errors.extend(errors);
        self
    }

    /// The same problem with a field line more in its response, such as `Retry-After`.
    #[must_use]
    pub fn with_field(mut self, field: ResponseField) -> Self {
        self.fields.push(field);
        self
    }

    /// The same problem with a `type` of one's own: a URI reference (RFC 9457 §3.1.1).
    #[must_use]
    pub fn with_type(mut self, type_uri: impl Into<Cow<'static, str>>) -> Self {
        self.own.get_or_insert_default().type_uri = Some(type_uri.into());
        self
    }

    /// The same problem with a `title` of one's own.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<Cow<'static, str>>) -> Self {
        self.own.get_or_insert_default().title = Some(title.into());
        self
    }

    /// The same problem with an extension member (RFC 9457 §3.2), in place of an earlier one of that name. The names
    /// of the members that this type already has are not taken: they have methods of their own.
    #[must_use]
    pub fn with_extension(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<serde_json::Value>,
    ) -> Self {
        let name = name.into();
        if !render::MEMBERS.contains(&name.as_ref()) {
            let extensions = &mut self.own.get_or_insert_default().extensions;
            extensions.retain(|(earlier, _)| *earlier != name);
            extensions.push((name, value.into()));
        }
        self
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// The status code.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The `type` member.
    #[must_use]
    pub fn type_uri(&self) -> &str {
        let own = self.own.as_ref().and_then(|own| own.type_uri.as_deref());
        own.unwrap_or(self.kind.type_uri())
    }

    /// The `title` member; the status phrase where nothing else is known.
    #[must_use]
    pub fn title(&self) -> &str {
        if let Some(title) = self.own.as_ref().and_then(|own| own.title.as_deref()) {
            return title;
        }
        match self.kind.title() {
            "" => self.status.canonical_reason().unwrap_or("Unknown"),
            title => title,
        }
    }

    /// The `detail` member.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The faults.
    #[must_use]
    pub fn errors(&self) -> &[ProblemError] {
        &self.errors
    }

    /// The extension members.
    pub fn extensions(&self) -> impl Iterator<Item = (&str, &serde_json::Value)> {
        let extensions = self.own.iter().flat_map(|own| &own.extensions);
        extensions.map(|(name, value)| (name.as_ref(), value))
    }

    /// The field lines that the response to this problem carries.
    #[must_use]
    pub fn fields(&self) -> &[ResponseField] {
        &self.fields
    }

    /// Tells the status code that is really sent: the two must be the same (RFC 9457 §3.1.3).
    pub(crate) const fn set_status(&mut self, status: StatusCode) {
        self.status = status;
    }

    /// Applies the configured status code of breaches of the description, unless another was set.
    pub(crate) fn settle_status(&mut self, validation: ValidationStatus) -> Option<StatusCode> {
        let unprocessable = validation == ValidationStatus::UnprocessableContent;
        if !unprocessable || !self.kind.is_validation() || self.status != self.kind.status() {
            return None;
        }
        self.status = StatusCode::UNPROCESSABLE_ENTITY;
        Some(self.status)
    }

    /// Takes the field lines out, for the response.
    pub(crate) fn take_fields(&mut self) -> SmallVec<[ResponseField; 1]> {
        std::mem::take(&mut self.fields)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.title())?;
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, ": {detail}"))
    }
}

impl Error for Problem {}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self::of(kind)
    }
}

impl From<HeadError> for Problem {
    fn from(fault: HeadError) -> Self {
        Self::of(match fault {
            HeadError::TargetForm | HeadError::TargetOctet => ProblemKind::InvalidTarget,
            HeadError::TargetTooLong => ProblemKind::TargetTooLong,
        })
    }
}

impl From<BodyError> for Problem {
    fn from(fault: BodyError) -> Self {
        Self::of(match fault {
            BodyError::TooLarge { .. } => ProblemKind::ContentTooLarge,
            BodyError::TimedOut => ProblemKind::RequestTimeout,
            BodyError::Framing | BodyError::Disconnected => ProblemKind::InvalidFraming,
        })
    }
}

impl From<FieldError> for Problem {
    fn from(fault: FieldError) -> Self {
        Self::internal(&fault)
    }
}

impl From<std::io::Error> for Problem {
    fn from(fault: std::io::Error) -> Self {
        Self::internal(&fault)
    }
}

impl From<serde_json::Error> for Problem {
    fn from(fault: serde_json::Error) -> Self {
        Self::internal(&fault)
    }
}

impl From<Box<dyn Error + Send + Sync>> for Problem {
    fn from(fault: Box<dyn Error + Send + Sync>) -> Self {
        Self::internal(&*fault)
    }
}

/// An error and what caused it, in one line.
struct Chain<'e>(&'e dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let causes =
            std::iter::successors(self.0.source(), |cause: &&(dyn Error + 'static)| (*cause).source());
        causes.take(limits::PROBLEM_CAUSES_MAX).try_for_each(|cause| write!(f, ": {cause}"))
    }
}

/// The media type in which a problem is sent (HTTP-014).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProblemFormat {
    /// `application/problem+json`.
    #[default]
    Json,
    /// `application/problem+xml` (RFC 9457 Appendix B).
    Xml,
}

impl ProblemFormat {
    /// The media type that a request prefers for a problem; JSON where both are equally welcome or
    /// neither is, since an error is better told than withheld (RFC 9110 §12.5.1). A client that
    /// accepts plain JSON or XML is taken to read the problem of that kind.
    #[must_use]
    pub fn preferred(head: &RequestHead<'_>) -> Self {
        const OFFERED: [(MediaType<'_>, ProblemFormat); 4] = [
            (MediaType::PROBLEM_JSON, ProblemFormat::Json),
            (MediaType::PROBLEM_XML, ProblemFormat::Xml),
            (MediaType::JSON, ProblemFormat::Json),
            (MediaType::XML, ProblemFormat::Xml),
        ];
        // What most clients send, and what it comes to.
        const LIKELY: [&[u8]; 2] = [b"*/*", b"application/json"];
        let mut lines = head.fields_named("accept");
        let (line, further) = (lines.next(), lines.next());
        if further.is_none() && line.is_none_or(|line| LIKELY.contains(&line.value)) {
            return Self::Json;
        }
        let offered = OFFERED.iter().map(|(media_type, _)| *media_type);
        let chosen = Accept::of(head).choose(offered).and_then(|index| OFFERED.get(index));
        chosen.map_or(Self::Json, |(_, format)| *format)
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/problem+json",
            Self::Xml => "application/problem+xml",
        }
    }
}

/// A problem as the content of a response: rendered when it is sent, without an intermediate text.
#[derive(Clone, Debug)]
pub struct ProblemContent {
    pub(crate) problem: Problem,
    pub(crate) instance: ArrayString<{ limits::PROBLEM_INSTANCE_BYTES_MAX }>,
    pub(crate) format: ProblemFormat,
}

impl ProblemContent {
    pub(crate) fn new(problem: Problem) -> Self {
        Self { problem, instance: ArrayString::new(), format: ProblemFormat::Json }
    }

    /// The problem.
    #[must_use]
    pub const fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The `instance` member: the path of the request target, without its query, which may hold
    /// secrets. `None` where it is not known or longer than
    /// [`PROBLEM_INSTANCE_BYTES_MAX`](crate::limits::PROBLEM_INSTANCE_BYTES_MAX).
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        (!self.instance.is_empty()).then_some(self.instance.as_str())
    }

    /// The media type it is rendered as.
    #[must_use]
    pub const fn format(&self) -> ProblemFormat {
        self.format
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_earlier_stages_have_their_status() {
        let cases: &[(Problem, u16)] = &[
            (HeadError::TargetForm.into(), 400),
            (HeadError::TargetTooLong.into(), 414),
            (BodyError::TooLarge { bytes_max: 1 }.into(), 413),
            (BodyError::TimedOut.into(), 408),
            (BodyError::Framing.into(), 400),
            (FieldError::Value.into(), 500),
            (ProblemKind::CredentialsMissing.into(), 401),
        ];
        for (problem, status) in cases {
            assert_eq!(problem.status().as_u16(), *status, "{problem}");
        }
    }

    #[test]
    fn an_internal_fault_is_not_disclosed() {
        let problem = Problem::internal(&std::io::Error::other("password 1234 refused by db7"));
        let text = String::from_utf8(ProblemContent::new(problem).to_bytes()).unwrap();
        assert!(!text.contains("1234") && !text.contains("db7"), "{text}");
    }

    #[test]
    fn the_format_is_negotiated() {
        let cases: &[(&[&str], ProblemFormat)] = &[
            (&[], ProblemFormat::Json),
            (&["*/*"], ProblemFormat::Json),
            (&["application/json"], ProblemFormat::Json),
            (&["*/*", "application/problem+xml"], ProblemFormat::Xml),
            (&["application/problem+xml"], ProblemFormat::Xml),
            (&["application/xml, application/json;q=0.5"], ProblemFormat::Xml),
            (&["application/xml;q=0.5", "application/json"], ProblemFormat::Json),
            (&["text/html, application/xml;q=0.9, */*;q=0.8"], ProblemFormat::Xml),
            (&["image/png"], ProblemFormat::Json),
            (&["application/problem+json;q=0, application/json;q=0, application/*"], ProblemFormat::Xml),
            (&["nonsense"], ProblemFormat::Json),
        ];
        for (accept, expected) in cases {
            let lines: Vec<_> = accept.iter().map(|value| crate::FieldLine::new("Accept", value)).collect();
            let head = RequestHead::new(http::Method::GET, "/", &lines).unwrap();
            assert_eq!(ProblemFormat::preferred(&head), *expected, "{accept:?}");
        }
    }

    #[test]
    fn causes_are_logged() {
        #[derive(Debug)]
        struct Outer(std::io::Error);
        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("outer")
            }
        }
        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }
        assert_eq!(Chain(&Outer(std::io::Error::other("inner"))).to_string(), "outer: inner");
    }

    #[test]
    fn display_tells_status_title_and_detail() {
        let problem = Problem::new(StatusCode::CONFLICT).with_detail("the name is taken");
        assert_eq!(problem.to_string(), "409 Conflict: the name is taken");
    }
}

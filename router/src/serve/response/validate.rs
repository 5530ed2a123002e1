//! Whether a response keeps to the description, and what happens if not (RSP-008, RSP-009).
//!
//! Takes: a handler's response and the operation's plans. Gives: the response, or a 500 in its place.
//!
//! | What the response breaks | Off | Report | Enforce |
//! |---|---|---|---|
//! | its status code or Content-Type is not declared, or content has no Content-Type | sent | sent, logged | 500 |
//! | a required header is missing, or a header breaks its schema | sent | sent, logged | 500 |
//! | declared content is missing, malformed, or breaks its schema | sent | sent, logged | 500 |
//!
//! The 500 tells nothing of the schema; what was broken is logged and can be read from
//! [`Response::violations`]. Problems are exempt: they are the library's own form of errors, whatever
//! the description declares. A stream is checked up to its Content-Type, and so is content that is
//! neither JSON, XML, text nor a form. Never panics.

use std::fmt;

use http::StatusCode;
use smallvec::SmallVec;

use super::plan::{ResponsePlan, ResponsePlans};
use super::{Body, Response, ResponseField};
use crate::limits;
use crate::schema::instance::{Instance, InstanceNode, JsonError, JsonLimits, parse_json_into};
use crate::schema::{SchemaError, SchemaSlot, Schemas};
use crate::serve::content::{
    self, Content, ContentError, ContentLimits, MediaType, Reading, Selected, select_text,
};
use crate::serve::parameter::{self, ParameterError, ParameterInput, ParameterPlans};
use crate::serve::{BytesBody, FieldLine, Problem, ProblemKind};

/// What happens to a response that breaks the description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponsePolicy {
    /// Nothing is checked.
    Off,
    /// The violations are logged; the response is sent.
    Report,
    /// The violations are logged; a 500 is sent instead.
    #[default]
    Enforce,
}

/// How a response breaks the description.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseViolation {
    /// The status code is not declared (RSP-008).
    UndeclaredStatus(u16),
    /// The Content-Type is not declared (RSP-008).
    UndeclaredMediaType(Box<str>),
    /// There is content without a Content-Type, or with one that cannot be read.
    UnknownMediaType,
    /// Content is declared, and there is none.
    MissingContent,
    /// A header is missing, malformed or breaks its schema (RSP-012, RSP-013, RSP-014).
    Header(ParameterError),
    /// The content cannot be parsed as its media type.
    MalformedContent(ContentError),
    /// The content breaks its schema (RSP-009).
    InvalidContent(Vec<SchemaError>),
    /// The content holds `writeOnly` members at these JSON Pointers, which the options refuse (SCH-018).
    WriteOnlyMembers(Vec<String>),
}

impl fmt::Display for ResponseViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UndeclaredStatus(status) => write!(f, "the status code {status} is not declared"),
            Self::UndeclaredMediaType(text) => write!(f, "the media type `{text}` is not declared"),
            Self::UnknownMediaType => f.write_str("the content has no readable Content-Type"),
            Self::MissingContent => f.write_str("the declared content is missing"),
            Self::Header(error) => error.fmt(f),
            Self::MalformedContent(fault) => write!(f, "the content is malformed: {fault}"),
            Self::InvalidContent(errors) => {
                f.write_str("the content is not valid")?;
                errors.iter().try_for_each(|error| write!(f, "; {error}"))
            }
            Self::WriteOnlyMembers(pointers) => {
                write!(f, "the content holds writeOnly members: {}", pointers.join(", "))
            }
        }
    }
}

impl ResponsePlans {
    /// Checks a handler's response by `policy`. `head_request` tells that the answer is to HEAD, where
    /// content may be absent.
    #[must_use]
    pub fn check(
        &self,
        mut response: Response,
        schemas: &Schemas,
        policy: ResponsePolicy,
        head_request: bool,
    ) -> Response {
        self.check_in_place(&mut response, schemas, policy, head_request);
        response
    }

    /// [`Self::check`] of a response that lies where it will stay.
    pub(crate) fn check_in_place(
        &self,
        response: &mut Response,
        schemas: &Schemas,
        policy: ResponsePolicy,
        head_request: bool,
    ) {
        if response.fault().is_some() || response.problem().is_some() {
            return;
        }
        if policy == ResponsePolicy::Off {
            return self.take_out_write_only(response);
        }
        let violations = self.violations(response, schemas, head_request);
        for violation in &violations {
            tracing::error!(status = response.status().as_u16(), %violation, "the response breaks the description");
        }
        if policy == ResponsePolicy::Enforce && !violations.is_empty() {
            *response = Response::from(Problem::of(ProblemKind::ResponseInvalid));
        } else {
            self.take_out_write_only(response);
        }
        response.violations = violations;
    }

    /// Takes out what the options keep from clients, whatever the policy; content that should be JSON and is
    /// not could hold anything, and is not sent then.
    fn take_out_write_only(&self, response: &mut Response) {
        let Some(plan) = self.plan(response.status().as_u16()) else { return };
        match plan.stripped(response) {
            Ok(Some(body)) => *response.body_mut() = body,
            Ok(None) => {}
            Err(fault) => {
                tracing::error!(%fault, "writeOnly members cannot be taken out of the response");
                *response = Response::from(Problem::of(ProblemKind::ResponseInvalid));
            }
        }
    }

    /// How a response breaks the description; none where it keeps to it, and none where the operation
    /// declares no responses at all, which OAS 3.1 allows.
    #[must_use]
    pub fn violations(
        &self,
        response: &Response,
        schemas: &Schemas,
        head_request: bool,
    ) -> Vec<ResponseViolation> {
        let status = response.status();
        if self.is_empty() {
            return Vec::new();
        }
        let Some(plan) = self.plan(status.as_u16()) else {
            return vec![ResponseViolation::UndeclaredStatus(status.as_u16())];
        };
        let mut violations = Vec::new();
        plan.header_violations(response.fields(), schemas, &mut violations);
        let bare = head_request && response.body().is_empty();
        if !bare && may_have_content(status) {
            violations.extend(plan.content_violation(response, schemas));
        }
        violations
    }
}

/// Whether a response with this status code can have content at all (HTTP-018).
fn may_have_content(status: StatusCode) -> bool {
    let bare = [StatusCode::NO_CONTENT, StatusCode::RESET_CONTENT, StatusCode::NOT_MODIFIED];
    !status.is_informational() && !bare.contains(&status)
}

impl ResponsePlan {
    /// Headers are judged as header parameters are; every `Set-Cookie` line alone (RSP-015).
    fn header_violations(
        &self,
        fields: &[ResponseField],
        schemas: &Schemas,
        violations: &mut Vec<ResponseViolation>,
    ) {
        if self.headers.is_idle() && self.set_cookie.is_idle() {
            return;
        }
        let lines: SmallVec<[FieldLine<'_>; 8]> =
            fields.iter().map(|field| FieldLine::new(field.name(), field.value())).collect();
        judge_headers(&self.headers, &lines, schemas, violations);
        if self.set_cookie.as_slice().is_empty() {
            return;
        }
        let mut cookies = lines.iter().filter(|line| line.is_named("set-cookie")).peekable();
        if cookies.peek().is_none() {
            judge_headers(&self.set_cookie, &[], schemas, violations);
        }
        for line in cookies {
            judge_headers(&self.set_cookie, &[*line], schemas, violations);
        }
    }

    fn content_violation(&self, response: &Response, schemas: &Schemas) -> Option<ResponseViolation> {
        let Some(text) = response.field("Content-Type") else {
            return match (response.body().is_empty(), self.has_content()) {
                (true, false) => None,
                (true, true) => Some(ResponseViolation::MissingContent),
                (false, _) => Some(ResponseViolation::UnknownMediaType),
            };
        };
        // The most specific key that covers the media type counts (RSP-007).
        match select_text(&self.content, text) {
            Ok(selected) => self.judge_content(&selected, response.body(), schemas),
            Err(ContentError::MediaTypeMalformed(_)) => Some(ResponseViolation::UnknownMediaType),
            Err(ContentError::MediaTypeUndeclared) => {
                Some(ResponseViolation::UndeclaredMediaType(text.into()))
            }
            Err(fault) => Some(ResponseViolation::MalformedContent(fault)),
        }
    }

    /// Judges content that is in memory. What is decoded here is JSON, XML, text and forms; other media types have
    /// no instance that a schema could judge.
    fn judge_content(
        &self,
        selected: &Selected<'_, '_>,
        body: &Body,
        schemas: &Schemas,
    ) -> Option<ResponseViolation> {
        let slot = selected.plan().slot()?;
        let bytes = body.bytes()?;
        if selected.reading() == Reading::Json {
            let mut instance = Instance::new();
            return match parse_json_into(&bytes, &JSON_LIMITS, &mut instance) {
                Ok(()) => judge(schemas, slot, instance.root())
                    .or_else(|| self.write_only_members(selected.plan().key(), instance.root())),
                Err(fault) => Some(ResponseViolation::MalformedContent(ContentError::Json(fault))),
            };
        }
        let limits = ContentLimits { bytes_max: u64::MAX, json: JSON_LIMITS, ..ContentLimits::default() };
        match content::read(selected, &mut BytesBody::new(&bytes), &limits) {
            Ok(Content::Decoded(decoded)) => judge(schemas, slot, decoded.value())
                .or_else(|| self.write_only_members(selected.plan().key(), decoded.value())),
            Ok(Content::None | Content::Octets(_) | Content::Stream) => None,
            Err(fault) => Some(ResponseViolation::MalformedContent(fault)),
        }
    }

    fn write_only_members(&self, key: &str, value: InstanceNode<'_>) -> Option<ResponseViolation> {
        let pointers = self.write_only.refused(key, value);
        (!pointers.is_empty()).then_some(ResponseViolation::WriteOnlyMembers(pointers))
    }

    /// The content without members that clients may not see, where it has such.
    fn stripped(&self, response: &Response) -> Result<Option<Body>, JsonError> {
        if !self.write_only.strips() {
            return Ok(None);
        }
        let media_type = response.field("Content-Type").and_then(|text| MediaType::parse_concrete(text).ok());
        let Some(media_type) = media_type.filter(MediaType::is_json) else { return Ok(None) };
        let Some(plan) = self.content.of(&media_type) else { return Ok(None) };
        self.write_only.stripped(plan.key(), response.body())
    }
}

fn judge_headers(
    plans: &ParameterPlans,
    fields: &[FieldLine<'_>],
    schemas: &Schemas,
    violations: &mut Vec<ResponseViolation>,
) {
    let input = ParameterInput { captures: &[("", ""); 0], query: None, fields };
    if let Err(errors) = parameter::decode(plans, &input, schemas) {
        violations.extend(errors.iter().cloned().map(ResponseViolation::Header));
    }
}

/// A response is our own work: it may be larger than a request, and is not nested deeper, which is what
/// stack use depends on.
pub(super) const JSON_LIMITS: JsonLimits = JsonLimits {
    bytes_max: u32::MAX,
    nesting_max: limits::RESPONSE_NESTING_MAX,
    values_max: limits::RESPONSE_VALUES_MAX,
    number_bytes_max: limits::RESPONSE_NUMBER_BYTES_MAX,
};

fn judge(schemas: &Schemas, slot: SchemaSlot, value: InstanceNode<'_>) -> Option<ResponseViolation> {
    if schemas.is_valid(slot, value) {
        return None;
    }
    Some(ResponseViolation::InvalidContent(schemas.errors(slot, value, limits::RESPONSE_ERRORS_MAX)))
}

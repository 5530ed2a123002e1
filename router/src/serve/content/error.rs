//! Why content is refused: a variant per rule, each mapped to its problem, and so to its status code, here.
//!
//! Takes: the faults of every reader of content. Gives: [`ContentError`], which becomes a problem with the place
//! of the fault: a byte offset or a JSON pointer, never the content itself. Never panics.

use std::fmt;

use http::{Method, StatusCode};

use super::form::FormRule;
use super::media_type::MediaTypeError;
use super::multipart::{MultipartError, MultipartRule};
use super::plan::ContentPlan;
use super::xml::{XmlError, XmlFault, XmlRule};
use crate::limits::content::NAME_SHOWN_BYTES_MAX;
use crate::schema::instance::{JsonError, JsonRule};
use crate::serve::{BodyError, FieldText, Problem, ProblemError, ProblemKind, ResponseField};

/// Why the content of a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentError {
    /// The operation requires content and none came (BOD-002).
    Missing,
    /// `Content-Length` is not a number.
    LengthMalformed,
    /// There is content, no `Content-Type`, and `application/octet-stream` is not declared (HTTP-007).
    MediaTypeMissing,
    /// There is more than one `Content-Type` field line.
    MediaTypeRepeated,
    /// `Content-Type` is malformed.
    MediaTypeMalformed(MediaTypeError),
    /// The operation declares no such media type (HTTP-007).
    MediaTypeUndeclared,
    /// The text is in a charset that is not read.
    CharsetUnsupported,
    /// The content is compressed or otherwise coded (HTTP-009).
    CodingUnsupported,
    /// More octets than allowed were announced or came (HTTP-010, BOD-015).
    TooLarge {
        /// The bound that was passed, in bytes.
        bytes_max: u64,
    },
    /// The body is not the JSON text that its media type says (BOD-007, BOD-011).
    Json(JsonError),
    /// The body is not the XML text that its media type says, or not in the described form (SCH-025).
    Xml {
        /// The rule and its place in the text.
        error: XmlError,
        /// The JSON Pointer of the value that is in another form; empty for the text as a whole.
        pointer: Box<str>,
    },
    /// A text body is not in its charset.
    Text {
        /// The first byte that is not.
        offset: u64,
    },
    /// A form body is malformed (ENC-001).
    Form {
        /// The rule.
        rule: FormRule,
        /// The first byte of the pair.
        offset: u64,
    },
    /// A multipart body is malformed (ENC-019).
    Multipart {
        /// The rule.
        rule: MultipartRule,
        /// The place in the body, in bytes.
        offset: u64,
    },
    /// One field or part cannot be read.
    Field {
        /// Its name, cut to a readable length; empty for a part without one.
        name: Box<str>,
        /// The rule.
        rule: FieldRule,
    },
    /// The body could not be read to its end.
    Body(BodyError),
}

/// Why one field of a form or one part cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldRule {
    /// It is not the JSON text that its content type says (ENC-006).
    Json(JsonError),
    /// It is not the XML text that its content type says, or not in the described form (ENC-006, SCH-025).
    Xml(XmlError),
    /// It is not UTF-8 text.
    Text,
    /// It comes more than once and is no array (ENC-004).
    Repeated,
    /// The part has no name (ENC-012).
    Unnamed,
    /// Its own content type is not one of those declared (ENC-007).
    MediaType,
    /// Its `Content-Transfer-Encoding` is not declared, or contradicts `contentEncoding` (ENC-020).
    TransferEncoding,
    /// It is not serialized in its declared style (ENC-008).
    Style,
    /// A declared header of the part is missing or cannot be decoded (ENC-011).
    Header,
}

impl FieldRule {
    /// What is wrong, in words.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Json(error) => error.rule.message(),
            Self::Xml(error) => error.rule.message(),
            Self::Text => "the text is not UTF-8",
            Self::Repeated => "the name occurs more than once and the value is no array",
            Self::Unnamed => "the part has no name",
            Self::MediaType => "the part's media type is not declared for it",
            Self::TransferEncoding => "the part's Content-Transfer-Encoding is not declared for it",
            Self::Style => "the text is not serialized in the declared style",
            Self::Header => "a header of the part is missing or malformed",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Json(_) => "json",
            Self::Xml(_) => "xml",
            Self::Text => "text",
            Self::Repeated => "repeated",
            Self::Unnamed => "unnamed",
            Self::MediaType => "media-type",
            Self::TransferEncoding => "transfer-encoding",
            Self::Style => "style",
            Self::Header => "header",
        }
    }
}

impl ContentError {
    /// A fault of the field or part called `name`.
    pub(super) fn field(name: &str, rule: FieldRule) -> Self {
        let end =
            (0..=NAME_SHOWN_BYTES_MAX).rev().find(|end| name.is_char_boundary(*end)).unwrap_or_default();
        Self::Field { name: name.get(..end).unwrap_or(name).into(), rule }
    }

    /// The problem that this is answered with: the one place where content errors get their status code.
    #[must_use]
    pub const fn kind(&self) -> ProblemKind {
        match self {
            Self::Missing => ProblemKind::ContentMissing,
            Self::LengthMalformed => ProblemKind::InvalidFraming,
            Self::MediaTypeMissing => ProblemKind::ContentTypeMissing,
            Self::MediaTypeRepeated
            | Self::MediaTypeMalformed(_)
            | Self::MediaTypeUndeclared
            | Self::CharsetUnsupported => ProblemKind::ContentTypeUnsupported,
            Self::CodingUnsupported => ProblemKind::ContentCodingUnsupported,
            Self::TooLarge { .. } => ProblemKind::ContentTooLarge,
            Self::Json(error) => kind_of_json(error.rule),
            Self::Xml { error, .. } => kind_of_xml(error.rule),
            Self::Text { .. } => ProblemKind::ContentMalformed,
            Self::Form { rule, .. } if rule.is_limit() => ProblemKind::ContentLimits,
            Self::Form { .. } => ProblemKind::ContentMalformed,
            Self::Multipart { rule, .. } => kind_of_multipart(*rule),
            Self::Field { rule, .. } => kind_of_field(*rule),
            Self::Body(error) => kind_of_body(*error),
        }
    }

    /// The status code: 400, 408, 413 or 415.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.kind().status()
    }

    /// The problem with what would have been accepted: `Accept` and the field of the method in a 415 for the media
    /// type, `Accept-Encoding` in one for the coding (HTTP-007, HTTP-009; RFC 9110 §12.5.1, §12.5.3, §15.5.16).
    #[must_use]
    pub fn into_problem(self, plan: &ContentPlan, method: &Method) -> Problem {
        let kind = self.kind();
        let of_field = matches!(self, Self::Field { .. });
        let mut problem = Problem::from(self);
        if kind == ProblemKind::ContentCodingUnsupported {
            return with_hint(problem, "Accept-Encoding", "identity");
        }
        let unaccepted =
            matches!(kind, ProblemKind::ContentTypeMissing | ProblemKind::ContentTypeUnsupported);
        if of_field || !unaccepted || plan.accepted().is_empty() {
            return problem;
        }
        let of_method = match method.as_str() {
            "POST" => Some("Accept-Post"),
            "PATCH" => Some("Accept-Patch"),
            "QUERY" => Some("Accept-Query"),
            _ => None,
        };
        for name in std::iter::once("Accept").chain(of_method) {
            problem = with_hint(problem, name, plan.accepted());
        }
        problem
    }

    /// What is wrong, in words; never any of the content.
    #[must_use]
    pub const fn message(&self) -> &'static str {
        match self {
            Self::Missing => "the operation requires content",
            Self::LengthMalformed => "the Content-Length is not a number",
            Self::MediaTypeMissing => "the content has no Content-Type",
            Self::MediaTypeRepeated => "there is more than one Content-Type",
            Self::MediaTypeMalformed(error) => error.message(),
            Self::MediaTypeUndeclared => "the operation does not declare this media type",
            Self::CharsetUnsupported => "the charset is not supported; send UTF-8",
            Self::CodingUnsupported => "the content coding is not supported; send the content as it is",
            Self::TooLarge { .. } => "the content is larger than allowed",
            Self::Json(error) => error.rule.message(),
            Self::Xml { error, .. } => error.rule.message(),
            Self::Text { .. } => "the text is not in its charset",
            Self::Form { rule, .. } => rule.message(),
            Self::Multipart { rule, .. } => rule.message(),
            Self::Field { rule, .. } => rule.message(),
            Self::Body(_) => "the body could not be read",
        }
    }

    /// The JSON pointer of the field that is at fault; empty for the content as a whole.
    #[must_use]
    pub fn pointer(&self) -> String {
        if let Self::Field { name, rule } = self
            && *rule != FieldRule::Unnamed
        {
            return pointer_of(name);
        }
        if let Self::Xml { pointer, .. } = self {
            return pointer.to_string();
        }
        String::new()
    }

    /// The first byte of the body that is at fault, where one can be named.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        if let Self::Json(error) = self {
            return Some(u64::from(error.offset));
        }
        if let Self::Xml { error, .. } = self {
            return Some(u64::from(error.offset));
        }
        if let Self::Text { offset } | Self::Form { offset, .. } | Self::Multipart { offset, .. } = self {
            return Some(*offset);
        }
        None
    }
}

/// The JSON pointer of a member (RFC 6901).
pub(super) fn pointer_of(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Adds a field; a key that no field value can hold gives no hint.
fn with_hint(problem: Problem, name: &'static str, value: impl Into<FieldText>) -> Problem {
    match ResponseField::new(name, value) {
        Ok(field) => problem.with_field(field),
        Err(_) => problem,
    }
}

const fn kind_of_json(rule: JsonRule) -> ProblemKind {
    if matches!(rule, JsonRule::TooLong) {
        ProblemKind::ContentTooLarge
    } else if rule.is_limit() {
        ProblemKind::ContentLimits
    } else {
        ProblemKind::ContentMalformed
    }
}

const fn kind_of_xml(rule: XmlRule) -> ProblemKind {
    if matches!(rule, XmlRule::TooLong) {
        ProblemKind::ContentTooLarge
    } else if rule.is_limit() {
        ProblemKind::ContentLimits
    } else {
        ProblemKind::ContentMalformed
    }
}

const fn kind_of_multipart(rule: MultipartRule) -> ProblemKind {
    if matches!(rule, MultipartRule::PartTooLong) {
        ProblemKind::ContentTooLarge
    } else if rule.is_limit() {
        ProblemKind::ContentLimits
    } else {
        ProblemKind::ContentMalformed
    }
}

const fn kind_of_body(error: BodyError) -> ProblemKind {
    match error {
        BodyError::TooLarge { .. } => ProblemKind::ContentTooLarge,
        BodyError::TimedOut => ProblemKind::RequestTimeout,
        BodyError::Framing | BodyError::Disconnected => ProblemKind::InvalidFraming,
    }
}

const fn kind_of_field(rule: FieldRule) -> ProblemKind {
    match rule {
        FieldRule::Json(error) => kind_of_json(error.rule),
        FieldRule::Xml(error) => kind_of_xml(error.rule),
        FieldRule::MediaType => ProblemKind::ContentTypeUnsupported,
        FieldRule::Text
        | FieldRule::Repeated
        | FieldRule::Unnamed
        | FieldRule::TransferEncoding
        | FieldRule::Style
        | FieldRule::Header => ProblemKind::ContentMalformed,
    }
}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())?;
        if let Self::TooLarge { bytes_max } = self {
            return write!(f, " (at most {bytes_max} bytes)");
        }
        if let Self::Json(error) | Self::Field { rule: FieldRule::Json(error), .. } = self {
            write!(f, " (line {}, column {})", error.line, error.column)?;
        } else if let Self::Xml { error, .. } | Self::Field { rule: FieldRule::Xml(error), .. } = self {
            write!(f, " (line {}, column {})", error.line, error.column)?;
        } else if let Some(offset) = self.offset() {
            write!(f, " (at byte {offset})")?;
        }
        if let Self::Field { name, .. } = self {
            write!(f, " (field {name:?})")?;
        }
        Ok(())
    }
}

impl std::error::Error for ContentError {}

impl From<BodyError> for ContentError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { bytes_max } => Self::TooLarge { bytes_max },
            BodyError::TimedOut | BodyError::Framing | BodyError::Disconnected => Self::Body(error),
        }
    }
}

impl From<MultipartError> for ContentError {
    fn from(error: MultipartError) -> Self {
        match error {
            MultipartError::Content { rule, offset } => Self::Multipart { rule, offset },
            MultipartError::Body(error) => error.into(),
        }
    }
}

impl From<JsonError> for ContentError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

impl From<XmlFault> for ContentError {
    fn from(fault: XmlFault) -> Self {
        Self::Xml { error: fault.error, pointer: fault.pointer.into() }
    }
}

impl From<MultipartError> for Problem {
    fn from(error: MultipartError) -> Self {
        ContentError::from(error).into()
    }
}

impl From<ContentError> for Problem {
    fn from(error: ContentError) -> Self {
        let problem = Self::from(error.kind());
        if let ContentError::Field { rule, .. } = &error {
            return problem.with_error(ProblemError::content(
                error.pointer(),
                rule.name(),
                error.to_string(),
            ));
        }
        let pointer = error.pointer();
        if !pointer.is_empty() {
            return problem.with_error(ProblemError::content(pointer, "xml", error.to_string()));
        }
        if error.offset().is_some() || matches!(error, ContentError::TooLarge { .. }) {
            return problem.with_detail(error.to_string());
        }
        problem.with_detail(error.message())
    }
}

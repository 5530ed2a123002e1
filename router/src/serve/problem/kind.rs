//! Every problem that the library itself can answer with: one stable type per rule (RFC 9457 §3.1).
//!
//! The type URIs are `urn:brrtrouter:problem:<name>`: names that never change and that nobody has to
//! fetch. Title and default status stand in one table beside them, nowhere else.
//!
//! | Type | Status | Rule |
//! |---|---|---|
//! | `about:blank` | any | nothing beyond the status code |
//! | `invalid-target` | 400 | the request target is malformed |
//! | `target-too-long` | 414 | the request target passes its bound |
//! | `header-too-large` | 431 | the header section passes its bound |
//! | `invalid-framing` | 400 | the message framing is broken |
//! | `not-found` | 404 | no path matches |
//! | `method-not-allowed` | 405 | the path has no such method |
//! | `unknown-method` | 501 | the method is not known at all |
//! | `not-implemented` | 501 | the operation is declared and has no handler |
//! | `credentials-missing` | 401 | no credentials came |
//! | `credentials-invalid` | 401 | the credentials are malformed or refused |
//! | `insufficient-scope` | 403 | the credentials are known and do not suffice |
//! | `security-unavailable` | 503 | credentials could not be checked |
//! | `invalid-parameters` | 400 or 422 | parameters break their declaration |
//! | `content-missing` | 400 | required content is absent |
//! | `content-type-missing` | 415 | content came without a Content-Type |
//! | `content-type-unsupported` | 415 | the media type is not declared |
//! | `content-coding-unsupported` | 415 | the content coding is not supported |
//! | `content-too-large` | 413 | the content passes its bound |
//! | `content-malformed` | 400 | the content cannot be parsed as its media type |
//! | `content-limits` | 400 | the content is nested too deep or has too many members |
//! | `content-invalid` | 400 or 422 | the content breaks its schema |
//! | `length-required` | 411 | the body needs a length that was not told |
//! | `request-timeout` | 408 | the request did not arrive in time |
//! | `not-acceptable` | 406 | no declared media type is acceptable |
//! | `expectation-failed` | 417 | the expectation cannot be met |
//! | `too-many-requests` | 429 | a rate limit was passed |
//! | `version-unsupported` | 505 | the major version of HTTP is not supported |
//! | `transfer-coding-unsupported` | 501 | the transfer coding is not supported |
//! | `internal` | 500 | the handler failed |
//! | `response-invalid` | 500 | the handler's response breaks the description |
//! | `overloaded` | 503 | no capacity at the moment |
//! | `deadline-exceeded` | 504 | the operation took too long |

use http::StatusCode;

/// A rule whose breach is answered with a problem of its own type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// Nothing beyond the status code; what [`Problem::new`](crate::Problem::new) gives.
    Blank,
    /// The request target is malformed.
    InvalidTarget,
    /// The request target is longer than allowed (HTTP-011).
    TargetTooLong,
    /// The header section is larger than allowed (HTTP-011).
    HeaderTooLarge,
    /// The framing of the message is broken (HTTP-012).
    InvalidFraming,
    /// No path of the description matches (HTTP-001).
    NotFound,
    /// The path exists and has no such method (HTTP-002).
    MethodNotAllowed,
    /// The method is not one that the library knows (HTTP-004).
    UnknownMethod,
    /// The operation is declared and has no handler.
    NotImplemented,
    /// No credentials came for any acceptable scheme (SEC-018).
    CredentialsMissing,
    /// Credentials came and are malformed or were refused (SEC-018).
    CredentialsInvalid,
    /// The credentials are known and do not suffice (SEC-018).
    InsufficientScope,
    /// The credentials could not be checked.
    SecurityUnavailable,
    /// Parameters break their declaration.
    InvalidParameters,
    /// The content is required and absent.
    ContentMissing,
    /// Content came without a Content-Type (HTTP-007).
    ContentTypeMissing,
    /// The media type is not declared (HTTP-007).
    ContentTypeUnsupported,
    /// The content coding is not supported (HTTP-009).
    ContentCodingUnsupported,
    /// The content is larger than allowed (HTTP-010).
    ContentTooLarge,
    /// The content cannot be parsed as its media type.
    ContentMalformed,
    /// The content is nested too deep, or has more members or longer numbers than allowed.
    ContentLimits,
    /// The content breaks its schema.
    ContentInvalid,
    /// The body needs a length that was not told (RFC 9110 §15.5.12).
    LengthRequired,
    /// The request did not arrive in time.
    RequestTimeout,
    /// None of the declared media types is acceptable (HTTP-008).
    NotAcceptable,
    /// The expectation of the request cannot be met (HTTP-013).
    ExpectationFailed,
    /// A rate limit was passed.
    TooManyRequests,
    /// The major version of HTTP is not supported (RFC 9110 §15.6.6).
    VersionUnsupported,
    /// The transfer coding is not supported (RFC 9112 §6.1).
    TransferCodingUnsupported,
    /// The handler failed; nothing of its reason is disclosed.
    Internal,
    /// The handler's response breaks the description (RSP-009); nothing of the schema is disclosed.
    ResponseInvalid,
    /// There is no capacity at the moment.
    Overloaded,
    /// The operation took longer than it may.
    DeadlineExceeded,
}

/// The status of a breach of the description's own rules, that is of [`ProblemKind::InvalidParameters`]
/// and [`ProblemKind::ContentInvalid`]; what cannot even be parsed stays 400.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ValidationStatus {
    /// 400 Bad Request.
    #[default]
    BadRequest,
    /// 422 Unprocessable Content.
    UnprocessableContent,
}

/// What one kind stands for on the wire.
struct Facts {
    type_uri: &'static str,
    title: &'static str,
    status: StatusCode,
}

/// Writes the table once: kind, name of the type, title, status.
macro_rules! table {
    ($($kind:ident $name:literal $title:literal $status:ident;)*) => {
        impl ProblemKind {
            /// Every kind with a type of its own, that is all but [`ProblemKind::Blank`].
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            const fn facts(self) -> Facts {
                match self {
                    Self::Blank => Facts { type_uri: "about:blank", title: "", status: StatusCode::INTERNAL_SERVER_ERROR },
                    $(Self::$kind => Facts {
                        type_uri: concat!("urn:brrtrouter:problem:", $name),
                        title: $title,
                        status: StatusCode::$status,
                    },)*
                }
            }
        }
    };
}

table! {
    InvalidTarget "invalid-target" "The request target is malformed" BAD_REQUEST;
    TargetTooLong "target-too-long" "The request target is too long" URI_TOO_LONG;
    HeaderTooLarge "header-too-large" "The header section is too large" REQUEST_HEADER_FIELDS_TOO_LARGE;
    InvalidFraming "invalid-framing" "The message framing is broken" BAD_REQUEST;
    NotFound "not-found" "No such resource" NOT_FOUND;
    MethodNotAllowed "method-not-allowed" "The resource does not allow this method" METHOD_NOT_ALLOWED;
    UnknownMethod "unknown-method" "The method is not known" NOT_IMPLEMENTED;
    NotImplemented "not-implemented" "The operation is not implemented" NOT_IMPLEMENTED;
    CredentialsMissing "credentials-missing" "Credentials are required" UNAUTHORIZED;
    CredentialsInvalid "credentials-invalid" "The credentials are not valid" UNAUTHORIZED;
    InsufficientScope "insufficient-scope" "The credentials do not suffice" FORBIDDEN;
    SecurityUnavailable "security-unavailable" "The credentials cannot be checked at the moment" SERVICE_UNAVAILABLE;
    InvalidParameters "invalid-parameters" "Parameters are not valid" BAD_REQUEST;
    ContentMissing "content-missing" "Content is required" BAD_REQUEST;
    ContentTypeMissing "content-type-missing" "The Content-Type field is required" UNSUPPORTED_MEDIA_TYPE;
    ContentTypeUnsupported "content-type-unsupported" "The media type is not supported" UNSUPPORTED_MEDIA_TYPE;
    ContentCodingUnsupported "content-coding-unsupported" "The content coding is not supported" UNSUPPORTED_MEDIA_TYPE;
    ContentTooLarge "content-too-large" "The content is too large" PAYLOAD_TOO_LARGE;
    ContentMalformed "content-malformed" "The content is malformed" BAD_REQUEST;
    ContentLimits "content-limits" "The content is too deep or has too many parts" BAD_REQUEST;
    ContentInvalid "content-invalid" "The content is not valid" BAD_REQUEST;
    LengthRequired "length-required" "The length of the content is required" LENGTH_REQUIRED;
    RequestTimeout "request-timeout" "The request did not arrive in time" REQUEST_TIMEOUT;
    NotAcceptable "not-acceptable" "No acceptable media type" NOT_ACCEPTABLE;
    ExpectationFailed "expectation-failed" "The expectation cannot be met" EXPECTATION_FAILED;
    TooManyRequests "too-many-requests" "Too many requests" TOO_MANY_REQUESTS;
    VersionUnsupported "version-unsupported" "The version of HTTP is not supported" HTTP_VERSION_NOT_SUPPORTED;
    TransferCodingUnsupported "transfer-coding-unsupported" "The transfer coding is not supported" NOT_IMPLEMENTED;
    Internal "internal" "The request could not be served" INTERNAL_SERVER_ERROR;
    ResponseInvalid "response-invalid" "The response could not be sent" INTERNAL_SERVER_ERROR;
    Overloaded "overloaded" "There is no capacity at the moment" SERVICE_UNAVAILABLE;
    DeadlineExceeded "deadline-exceeded" "The operation took too long" GATEWAY_TIMEOUT;
}

impl ProblemKind {
    /// The stable `type` member.
    #[must_use]
    pub const fn type_uri(self) -> &'static str {
        self.facts().type_uri
    }

    /// The `title` member; empty for [`ProblemKind::Blank`], whose title is the status phrase.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.facts().title
    }

    /// The status code unless configured otherwise.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.facts().status
    }

    /// Whether the request could be read and breaks what the description says of it.
    #[must_use]
    pub const fn is_validation(self) -> bool {
        matches!(self, Self::InvalidParameters | Self::ContentInvalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_distinct_and_titles_present() {
        for (index, kind) in ProblemKind::ALL.iter().enumerate() {
            assert!(!kind.title().is_empty(), "{kind:?}");
            assert!(kind.status().is_client_error() || kind.status().is_server_error(), "{kind:?}");
            assert!(
                ProblemKind::ALL[..index].iter().all(|other| other.type_uri() != kind.type_uri()),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn the_documented_table_is_the_one_in_code() {
        let documentation = include_str!("kind.rs");
        for kind in ProblemKind::ALL {
            let name = kind.type_uri().trim_start_matches("urn:brrtrouter:problem:");
            let row = documentation
                .lines()
                .find(|line| line.starts_with(&format!("//! | `{name}` |")))
                .unwrap_or_else(|| panic!("{kind:?} is not in the table"));
            assert!(row.contains(kind.status().as_str()), "{row}");
            assert_eq!(row.contains("or 422"), kind.is_validation(), "{row}");
        }
    }
}

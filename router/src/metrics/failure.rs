//! What a request failed by, as far as it is counted: the kinds of problems, in the three families that are told of them.
//!
//! Takes: the kind of a problem. Gives: the place that counts it. Never panics.

use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;

use crate::serve::ProblemKind;

/// Which family of metrics a failure belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Validation,
    Authentication,
    Handler,
}

impl Family {
    /// The name of the family, and that of the label that tells its failures apart.
    pub(super) const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Validation => ("brrtrouter_validation_failures_total", "kind"),
            Self::Authentication => ("brrtrouter_authentication_failures_total", "reason"),
            Self::Handler => ("brrtrouter_handler_errors_total", "kind"),
        }
    }
}

/// Every failure that is counted: its family and its label.
const PLACES: [(Family, &str); 15] = [
    (Family::Validation, "parameters"),
    (Family::Validation, "content_missing"),
    (Family::Validation, "content_type"),
    (Family::Validation, "content_malformed"),
    (Family::Validation, "content"),
    (Family::Authentication, "missing"),
    (Family::Authentication, "invalid"),
    (Family::Authentication, "scope"),
    (Family::Authentication, "unavailable"),
    (Family::Handler, "internal"),
    (Family::Handler, "told"),
    (Family::Handler, "response_invalid"),
    (Family::Handler, "overloaded"),
    (Family::Handler, "deadline_exceeded"),
    (Family::Handler, "not_implemented"),
];

/// How often requests failed, by what.
#[derive(Debug, Default)]
pub(super) struct FailureCounts([AtomicU64; PLACES.len()]);

impl FailureCounts {
    pub(super) fn count(&self, kind: ProblemKind, status: StatusCode) {
        let place = place_of(kind, status).and_then(|name| PLACES.iter().position(|place| *place == name));
        if let Some(count) = place.and_then(|place| self.0.get(place)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The failures of a family that occurred, and internal errors in any case, so that the first of them shows as an increase.
    pub(super) fn read(&self, family: Family) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed));
        let all = PLACES.iter().zip(counts).filter(move |((of, _), _)| *of == family);
        all.map(|((_, label), count)| (*label, count))
            .filter(|(label, count)| *count > 0 || *label == "internal")
    }
}

/// The place that counts a problem; `None` for what tells of the request's form alone, which the status code tells as well.
fn place_of(kind: ProblemKind, status: StatusCode) -> Option<(Family, &'static str)> {
    use ProblemKind as Kind;
    Some(match kind {
        Kind::InvalidParameters => (Family::Validation, "parameters"),
        Kind::ContentMissing => (Family::Validation, "content_missing"),
        Kind::ContentTypeMissing | Kind::ContentTypeUnsupported | Kind::ContentCodingUnsupported => {
            (Family::Validation, "content_type")
        }
        Kind::ContentMalformed | Kind::ContentLimits | Kind::ContentTooLarge => {
            (Family::Validation, "content_malformed")
        }
        Kind::ContentInvalid => (Family::Validation, "content"),
        Kind::CredentialsMissing => (Family::Authentication, "missing"),
        Kind::CredentialsInvalid => (Family::Authentication, "invalid"),
        Kind::InsufficientScope => (Family::Authentication, "scope"),
        Kind::SecurityUnavailable => (Family::Authentication, "unavailable"),
        Kind::Internal => (Family::Handler, "internal"),
        Kind::Blank if status.is_server_error() => (Family::Handler, "told"),
        Kind::ResponseInvalid => (Family::Handler, "response_invalid"),
        Kind::Overloaded => (Family::Handler, "overloaded"),
        Kind::DeadlineExceeded => (Family::Handler, "deadline_exceeded"),
        Kind::NotImplemented => (Family::Handler, "not_implemented"),
        Kind::Blank
        | Kind::InvalidTarget
        | Kind::TargetTooLong
        | Kind::HeaderTooLarge
        | Kind::InvalidFraming
        | Kind::NotFound
        | Kind::MethodNotAllowed
        | Kind::UnknownMethod
        | Kind::LengthRequired
        | Kind::RequestTimeout
        | Kind::NotAcceptable
        | Kind::ExpectationFailed
        | Kind::TooManyRequests
        | Kind::VersionUnsupported
        | Kind::TransferCodingUnsupported => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_that_is_named_is_there() {
        for kind in ProblemKind::ALL.iter().copied().chain([ProblemKind::Blank]) {
            let place = place_of(kind, StatusCode::BAD_GATEWAY);
            assert!(place.is_none_or(|place| PLACES.contains(&place)), "{kind:?}");
        }
    }
}

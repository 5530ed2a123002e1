//! What several resources answer in the same way.

use brrtrouter::{Problem, Response, StatusCode};
use serde::Serialize;

/// 201 with the value and where it is.
pub fn created(location: String, value: &impl Serialize) -> Response {
    Response::json(value).with_status(StatusCode::CREATED).with_field("Location", location)
}

/// 409: the request is well formed, and does not fit what is there.
pub fn conflict(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::CONFLICT).with_detail(detail.into())
}

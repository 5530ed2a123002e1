//! The paths that a service answers itself: health, readiness, and the description.
//!
//! Takes: a head. Gives: a response where the path is one of these. They are compared as sent, octet by octet. Never panics.

use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

use http::{Method, StatusCode};

use super::Readiness;
use crate::serve::{Problem, RequestHead, Response};

/// What stands at an own path.
#[derive(Debug)]
pub(super) enum OwnPath {
    /// That the process answers.
    Health,
    /// Whether it takes requests.
    Ready,
    /// A text that never changes.
    Document(Document),
}

/// A text with its validator.
#[derive(Debug)]
pub(super) struct Document {
    media_type: &'static str,
    octets: Arc<[u8]>,
    etag: Arc<str>,
}

impl Document {
    pub(super) fn new(media_type: &'static str, octets: Arc<[u8]>) -> Self {
        // A change of the text changes the tag; nobody gains by two texts that share one.
        let mut hasher = DefaultHasher::new();
        hasher.write(&octets);
        let etag = format!("\"{:016x}-{:x}\"", Hasher::finish(&hasher), octets.len()).into();
        Self { media_type, octets, etag }
    }

    /// The text, or 304 where the client has it (RFC 9110 §13.1.2).
    fn answer(&self, head: &RequestHead<'_>) -> Response {
        let response = if self.is_known(head) {
            Response::new(StatusCode::NOT_MODIFIED)
        } else {
            Response::bytes(self.media_type, Arc::clone(&self.octets))
        };
        response.with_field("ETag", Arc::clone(&self.etag)).with_field("Cache-Control", "no-cache")
    }

    /// By weak comparison, as the condition is defined.
    fn is_known(&self, head: &RequestHead<'_>) -> bool {
        let values = head.fields_named("If-None-Match").filter_map(|line| line.text());
        let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
        tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == &*self.etag)
    }
}

/// All own paths of a service.
#[derive(Debug, Default)]
pub(super) struct OwnPaths(pub(super) Vec<(Box<str>, OwnPath)>);

impl OwnPaths {
    pub(super) fn answer(&self, head: &RequestHead<'_>, readiness: &Readiness) -> Option<Response> {
        let (_, found) = self.0.iter().find(|(path, _)| **path == *head.path())?;
        if *head.method() != Method::GET && *head.method() != Method::HEAD {
            return Some(Problem::method_not_allowed("GET, HEAD").into());
        }
        Some(match found {
            OwnPath::Health => status(StatusCode::OK, PASS),
            OwnPath::Ready if readiness.is_ready() => status(StatusCode::OK, PASS),
            OwnPath::Ready => status(StatusCode::SERVICE_UNAVAILABLE, FAIL),
            OwnPath::Document(document) => document.answer(head),
        })
    }
}

const PASS: &[u8] = br#"{"status":"pass"}"#;
const FAIL: &[u8] = br#"{"status":"fail"}"#;

fn status(code: StatusCode, text: &'static [u8]) -> Response {
    Response::bytes("application/json", text).with_status(code).with_field("Cache-Control", "no-store")
}

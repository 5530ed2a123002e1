//! The handler of an operation that answers with the example its description gives.
//!
//! Takes: the responses of an operation. Gives: a handler for the first response that means success. The example is sent
//! in its serialised form: JSON for JSON types, the text itself for others (EXA-005, EXA-006). Where the description has
//! content and no example of it, the answer is 501.

use http::StatusCode;

use crate::description::{self, MediaType as MediaTypeObject, NodeRef, StatusKey};
use crate::serve::content::MediaType;
use crate::serve::{Body, HandlerFn, Problem, ProblemKind, Response};

/// An example, ready to be sent.
struct Sample {
    media_type: Box<str>,
    bytes: Box<[u8]>,
}

/// Makes the handler.
pub(super) fn handler(operation: description::Operation<'_>) -> HandlerFn {
    let success =
        operation.responses().into_iter().find_map(|(key, response)| Some((status(key)?, response)));
    let Some((status, response)) = success else {
        return HandlerFn::new(|_| Err(Problem::of(ProblemKind::NotImplemented)));
    };
    let content = response.content();
    let bare = content.is_empty();
    let samples: Vec<Sample> =
        content.into_iter().filter_map(|(key, media_type)| sample(key, media_type)).collect();
    HandlerFn::new(move |cx| {
        if bare {
            return Ok(Response::new(status));
        }
        let wanted = cx.accepted();
        let chosen = samples.iter().find(|sample| wanted.is_none_or(|wanted| *sample.media_type == *wanted));
        let Some(sample) = chosen else { return Err(Problem::of(ProblemKind::NotImplemented)) };
        let body = Body::Bytes(sample.bytes.to_vec());
        Ok(Response::bytes(sample.media_type.to_string(), body).with_status(status))
    })
}

fn status(key: StatusKey) -> Option<StatusCode> {
    match key {
        StatusKey::Code(code) if (200..300).contains(&code) => StatusCode::from_u16(code).ok(),
        StatusKey::Range(2) | StatusKey::Default => Some(StatusCode::OK),
        StatusKey::Code(_) | StatusKey::Range(_) => None,
    }
}

fn sample(key: &str, media_type: MediaTypeObject<'_>) -> Option<Sample> {
    let parsed = MediaType::parse(key).ok().filter(|parsed| !parsed.is_range())?;
    let examples = media_type.examples();
    let first = examples.first().map(|(_, example)| example);
    if let Some(text) = first.and_then(|example| example.serialized_value()) {
        return Some(Sample { media_type: key.into(), bytes: text.as_bytes().into() });
    }
    let named = first.and_then(|example| example.data_value().or_else(|| example.value()));
    let value = media_type.example().or(named)?;
    Some(Sample { media_type: key.into(), bytes: serialized(value, parsed.is_json()).into_bytes().into() })
}

fn serialized(value: NodeRef<'_>, json: bool) -> String {
    match value.as_str() {
        Some(text) if !json => text.to_owned(),
        _ => value.to_json_text(),
    }
}

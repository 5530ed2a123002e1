//! `exchange`: one request through the whole journey, without a socket or over one.

use std::sync::Arc;

use brrtrouter::{
    Api, BodySource, BytesBody, Connection, EmptyBody, FieldLine, Problem, RequestHead, Response,
    ResponsePolicy,
};
use http::Method;
use serde_json::Value;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::convert::bytes_of;
use super::live::Live;
use super::load::Kept;
use super::security::Known;
use super::{NotOffered, State, Way};
use crate::protocol::{Exchange, ExchangeResult, Fields, Request};

pub fn exchange(state: &mut State, ask: &Exchange) -> Result<ExchangeResult, NotOffered> {
    let State { loaded, way } = state;
    let Some(kept) = loaded else {
        return Err(NotOffered::new("no description is loaded"));
    };
    if let Some(credentials) = &ask.credentials
        && let Ok(mut known) = kept.known.write()
    {
        *known = Known::of(credentials);
    }
    // What the description says of responses is not the matter of an exchange whose handler echoes.
    let policy = if ask.response.is_some() { kept.policy() } else { ResponsePolicy::Off };
    let answered = run(kept, way, ask, policy)?;
    let mut violations = answered.violations.clone();
    let mut result = answered.into_result(ask);
    if let Some(seen) = kept.script.take_seen() {
        result.operation = Some(seen.operation);
        result.parameters = seen.parameters;
        result.body = seen.body;
        result.security = Some(seen.security);
    }
    // Nothing on the wire tells it.
    if ask.response.is_some() && matches!(way, Way::InProcess) {
        if policy == ResponsePolicy::Off {
            violations = run(kept, way, ask, ResponsePolicy::Report)?.violations;
        }
        result.response_ok = Some(violations.is_empty());
        result.response_errors = violations;
    }
    Ok(result)
}

fn run(
    kept: &mut Kept,
    way: &mut Way,
    ask: &Exchange,
    policy: ResponsePolicy,
) -> Result<Answered, NotOffered> {
    kept.script.begin(ask.response.clone());
    let api = kept.under(policy)?;
    match way {
        Way::InProcess => on_a_small_stack(|| serve(&api, &ask.request)),
        Way::Socket(Some(live)) => live.ask(&api, &ask.request),
        Way::Socket(slot @ None) => {
            slot.insert(Box::new(Live::start(Arc::clone(&api))?)).ask(&api, &ask.request)
        }
    }
}

/// The stack that a connection has, and four times as much where nothing is optimised.
pub const STACK_BYTES: usize = if cfg!(debug_assertions) { 1 << 20 } else { 1 << 18 };

/// Serves on a stack as small as a coroutine's, so that an overflow there is one here (REF-020).
fn on_a_small_stack<T: Send>(work: impl FnOnce() -> Result<T, NotOffered> + Send) -> Result<T, NotOffered> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("connection".to_owned()).stack_size(STACK_BYTES);
        let thread = builder
            .spawn_scoped(scope, work)
            .map_err(|error| NotOffered::new(format!("no thread for the request: {error}")))?;
        // A panic must end the process: the runner takes it for the case's verdict.
        thread.join().unwrap_or_else(|panicked| std::panic::resume_unwind(panicked))
    })
}

/// An answer, whichever way it came.
pub struct Answered {
    pub status: u16,
    pub fields: Fields,
    pub bytes: Vec<u8>,
    pub routed: Option<String>,
    pub violations: Vec<String>,
}

impl Answered {
    fn into_result(self, ask: &Exchange) -> ExchangeResult {
        let (status, headers) = (self.status, self.fields);
        let is_problem = headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.starts_with("application/problem+json")
        });
        let problem = if is_problem { serde_json::from_slice::<Value>(&self.bytes).ok() } else { None };
        let (response_body, response_body_base64) = match String::from_utf8(self.bytes) {
            Ok(text) => (Some(text), None),
            Err(error) => (None, Some(STANDARD.encode(error.as_bytes()))),
        };
        ExchangeResult {
            id: ask.id.clone(),
            status,
            headers,
            problem,
            routed: self.routed,
            response_body,
            response_body_base64,
            ..ExchangeResult::default()
        }
    }
}

fn serve(api: &Api, request: &Request) -> Result<Answered, NotOffered> {
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| NotOffered::new(format!("the method `{}` is no token", request.method)))?;
    let bytes = bytes_of(request.body.as_ref(), request.body_base64.as_ref());
    let has_body = request.body.is_some() || request.body_base64.is_some();
    let length = bytes.len().to_string();
    let mut lines: Vec<FieldLine<'_>> =
        request.headers.iter().map(|(name, value)| FieldLine { name, value: value.as_bytes() }).collect();
    let framed = request.headers.iter().any(|(name, _)| {
        name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding")
    });
    if has_body && !framed {
        lines.push(FieldLine::new("Content-Length", &length));
    }
    let connection = Connection::default();
    let mut routed = None;
    let mut response = match RequestHead::new(method, &request.target, &lines) {
        Ok(head) => {
            let (mut some, mut none) = (BytesBody::new(&bytes), EmptyBody);
            let body: &mut dyn BodySource = if has_body { &mut some } else { &mut none };
            routed = api.operation_of(&head).map(|operation| operation.name().to_owned());
            api.answer(&head, &connection, body)
        }
        Err(fault) => Response::from(Problem::from(fault)),
    };
    let mut bytes = Vec::new();
    response.body_mut().write_to(&mut bytes).map_err(|error| NotOffered::new(error.to_string()))?;
    let fields =
        response.fields().iter().map(|field| (field.name().to_owned(), field.value().to_owned())).collect();
    let violations = response.violations().iter().map(ToString::to_string).collect();
    Ok(Answered { status: response.status().as_u16(), fields, bytes, routed, violations })
}

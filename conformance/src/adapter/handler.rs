//! The handler of every operation: notes what it sees, answers what the case says, or echoes.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brrtrouter::content::{Content, DecodedContent};
use brrtrouter::description::{Description, Location};
use brrtrouter::parameter::ParameterLocation;
use brrtrouter::schema::instance::InstanceNode;
use brrtrouter::{Api, BodySource, Context, HandlerFn, Problem, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::convert::bytes_of;
use super::load::Statuses;
use crate::protocol::HandlerResponse;

/// What a handler saw.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub operation: String,
    pub parameters: Value,
    pub body: Option<Value>,
    pub security: Vec<String>,
}

/// What the handlers are to answer, and what the last of them saw.
#[derive(Debug, Default)]
pub struct Script {
    answer: Mutex<Option<HandlerResponse>>,
    seen: Mutex<Option<Seen>>,
    statuses: Mutex<Statuses>,
}

impl Script {
    pub fn know(&self, statuses: Statuses) {
        if let Ok(mut known) = self.statuses.lock() {
            *known = statuses;
        }
    }

    /// Sets what is to be answered, and forgets what was seen.
    pub fn begin(&self, answer: Option<HandlerResponse>) {
        if let (Ok(mut slot), Ok(mut seen)) = (self.answer.lock(), self.seen.lock()) {
            *slot = answer;
            *seen = None;
        }
    }

    pub fn take_seen(&self) -> Option<Seen> {
        self.seen.lock().ok().and_then(|mut seen| seen.take())
    }

    pub fn handle(&self, cx: &Context<'_>) -> Result<Response, Problem> {
        let seen = look(cx);
        let answer = self.answer.lock().ok().and_then(|answer| answer.clone());
        let name = &seen.operation;
        let status = self.statuses.lock().ok().and_then(|known| known.get(name).copied()).unwrap_or(200);
        let response = match answer {
            Some(answer) => scripted_response(&answer),
            None => echo(&seen, status, cx.accepted()),
        };
        if let Ok(mut slot) = self.seen.lock() {
            *slot = Some(seen);
        }
        Ok(response)
    }
}

/// The handler.
pub fn scripted(script: &Arc<Script>) -> HandlerFn {
    let script = Arc::clone(script);
    HandlerFn::new(move |cx| script.handle(cx))
}

/// The locations that the protocol names.
const LOCATIONS: [ParameterLocation; 5] = [
    ParameterLocation::Path,
    ParameterLocation::Query,
    ParameterLocation::QueryString,
    ParameterLocation::Header,
    ParameterLocation::Cookie,
];

fn look(cx: &Context<'_>) -> Seen {
    let mut parameters = Map::new();
    for location in LOCATIONS {
        let values = cx.parameters(location).map(|(name, node)| (name.to_owned(), node.to_json()));
        parameters.insert(location.name().to_owned(), Value::Object(values.collect()));
    }
    Seen {
        operation: cx.operation().name().to_owned(),
        parameters: Value::Object(parameters),
        body: body(cx),
        security: cx.security().grants().iter().map(|grant| grant.scheme().to_owned()).collect(),
    }
}

fn body(cx: &Context<'_>) -> Option<Value> {
    let octets = |bytes: &[u8]| json!({ "base64": STANDARD.encode(bytes) });
    match cx.content() {
        Content::None => None,
        Content::Decoded(decoded) => Some(decoded_value(decoded, octets)),
        Content::Octets(bytes) => Some(octets(bytes)),
        Content::Stream => cx.take_stream().map(|stream| octets(&read_all(stream))),
    }
}

/// The value, with the octets of files in their places: members of the object, or items of a member.
fn decoded_value(decoded: &DecodedContent, octets: impl Fn(&[u8]) -> Value) -> Value {
    let mut value = decoded.value().to_json();
    let node = decoded.value();
    let file = |node: InstanceNode<'_>| {
        let (number, _) = node.as_binary()?;
        decoded.part(number).map(|part| octets(part.octets()))
    };
    for (name, member) in node.members() {
        let items = member.items().enumerate().filter_map(|(at, item)| Some((Some(at), file(item)?)));
        for (at, found) in file(member).map(|found| (None, found)).into_iter().chain(items) {
            match at {
                None => value[name] = found,
                Some(at) => value[name][at] = found,
            }
        }
    }
    value
}

fn read_all(stream: &mut dyn BodySource) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count) = stream.read(&mut buffer) {
        match buffer.get(..count) {
            Some(bytes) if count > 0 => all.extend_from_slice(bytes),
            _ => break,
        }
    }
    all
}

fn scripted_response(answer: &HandlerResponse) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = Response::new(status);
    if answer.body.is_some() || answer.body_base64.is_some() {
        let bytes = bytes_of(answer.body.as_ref(), answer.body_base64.as_ref());
        response = response.with_body(bytes.into());
    }
    for (name, value) in &answer.headers {
        response = response.with_added_field(name.clone(), value.clone());
    }
    response
}

/// What was seen, as JSON, under the media type that the client prefers.
fn echo(seen: &Seen, status: u16, accepted: Option<&str>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    if matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED) {
        return Response::new(status);
    }
    let value = json!({
        "operation": seen.operation, "parameters": seen.parameters, "body": seen.body, "security": seen.security,
    });
    let body = value.to_string().into_bytes().into();
    let kind = accepted.filter(|kind| !kind.contains('*')).unwrap_or("application/json").to_owned();
    Response::new(status).with_body(body).with_field("Content-Type", kind)
}

/// The first success status that each operation declares; 200 for operations that declare none.
pub fn success_statuses(description: &Description, api: &Api) -> Statuses {
    let mut statuses = Statuses::new();
    for operation in api.operations() {
        let template = operation.template().replace('~', "~0").replace('/', "~1");
        let item = description
            .at_pointer(description.entry().document, &format!("/paths/{template}"))
            .and_then(|item| description.follow(item).ok());
        let found = item.and_then(|item| declared_status(description, item, operation.method().as_str()));
        statuses.insert(operation.name().to_owned(), found.unwrap_or(200));
    }
    statuses
}

fn declared_status(description: &Description, item: Location, method: &str) -> Option<u16> {
    let fixed = description.child(item, &method.to_ascii_lowercase());
    let more = || description.child(description.child(item, "additionalOperations")?, method);
    let responses = description.child(fixed.or_else(more)?, "responses")?;
    let names = description.at(responses).members().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
    names.iter().find_map(|name| name.parse::<u16>().ok().filter(|status| (200..300).contains(status)))
}

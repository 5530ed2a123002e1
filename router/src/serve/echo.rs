//! The echo handler: answers with what the request was decoded to.
//!
//! Serves descriptions that have no handlers yet, and shows the suite what a handler would have seen.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use crate::serve::content::LimitedBody;
use crate::serve::parameter::ParameterLocation;
use crate::serve::{Context, HandlerFn, Problem, Response};

/// A handler that answers with operation, parameters, content and security context as JSON.
///
/// ```
/// use brrtrouter::{Api, Description, Handlers, Otherwise, echo};
///
/// let description = Description::from_text("pets.yaml", "
/// openapi: 3.1.2
/// info: { title: Pets, version: '1' }
/// paths:
///   /pets/{id}:
///     get:
///       operationId: getPet
///       parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
///       responses: { '200': { description: A pet, content: { application/json: {} } } }
/// ")?;
/// let api = Api::builder(&description).handlers(Handlers::new().otherwise(Otherwise::Handler(echo()))).build()?;
/// let answer: serde_json::Value = api.test().get("/pets/7").send().json().unwrap_or_default();
/// assert_eq!(answer["operation"], "getPet");
/// assert_eq!(answer["parameters"]["path"]["id"], 7);
/// # Ok::<(), brrtrouter::Diagnostics>(())
/// ```
#[must_use]
pub fn echo() -> HandlerFn {
    HandlerFn::new(|cx| Ok(Response::json(&seen(cx)?)))
}

/// The locations in the order of the answer.
const LOCATIONS: [ParameterLocation; 5] = [
    ParameterLocation::Path,
    ParameterLocation::Query,
    ParameterLocation::QueryString,
    ParameterLocation::Header,
    ParameterLocation::Cookie,
];

fn seen(cx: &Context<'_>) -> Result<Value, Problem> {
    let mut parameters = Map::new();
    for location in LOCATIONS {
        let values = cx.parameters(location).map(|(name, node)| (name.to_owned(), node.to_json()));
        parameters.insert(location.name().to_owned(), Value::Object(values.collect()));
    }
    Ok(json!({
        "operation": cx.operation().name(),
        "method": cx.head().method().as_str(),
        "parameters": parameters,
        "body": body(cx)?,
        "security": cx.security().grants().iter().map(|grant| grant.scheme()).collect::<Vec<_>>(),
    }))
}

/// The decoded content; octets that no schema describes are told as text, or in Base64 where they are none.
fn body(cx: &Context<'_>) -> Result<Value, Problem> {
    if let Some(node) = cx.content().value() {
        return Ok(node.to_json());
    }
    if let Some(stream) = cx.take_stream() {
        return Ok(octets(LimitedBody::new(stream, u64::MAX)?.read_all()?));
    }
    Ok(if cx.raw().is_empty() { Value::Null } else { octets(cx.raw().to_vec()) })
}

fn octets(octets: Vec<u8>) -> Value {
    String::from_utf8(octets)
        .map_or_else(|fault| BASE64_STANDARD.encode(fault.as_bytes()).into(), Value::String)
}

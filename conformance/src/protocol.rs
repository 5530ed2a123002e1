//! The worker protocol: questions to a worker and its answers, one JSON object per line.
//!
//! `schemas/worker-protocol.schema.json` is the published form of these types. Values whose member order and
//! number text matter travel as raw JSON. Never panics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::offer::Observation;

mod cors;
mod probe;

pub use cors::Cors;
pub use probe::{
    Decode, Decoded, Encode, Encoded, Parse, Parsed, Reader, Resolve, Resolved, SchemaError, Step, Validate,
    Validated, Verdict,
};

/// The version that `hello` exchanges.
pub const PROTOCOL: u32 = 1;

/// A question, from the runner to the worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Question {
    /// Opens the conversation.
    Hello(Hello),
    /// Load a description.
    Load(Box<Load>),
    /// One request, in the description loaded last.
    Exchange(Exchange),
    /// Instances against a schema.
    Validate(Validate),
    /// Look references up.
    Resolve(Resolve),
    /// Decode a serialised parameter.
    Decode(Decode),
    /// Serialise a parameter's value.
    Encode(Encode),
    /// Parse a text by itself.
    Parse(Parse),
}

impl Question {
    /// The question's own id, which its answer repeats.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Hello(_) => "hello",
            Self::Load(load) => &load.id,
            Self::Exchange(exchange) => &exchange.id,
            Self::Validate(validate) => &validate.id,
            Self::Resolve(resolve) => &resolve.id,
            Self::Decode(decode) => &decode.id,
            Self::Encode(encode) => &encode.id,
            Self::Parse(parse) => &parse.id,
        }
    }
}

/// An answer, from the worker to the runner.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// To `hello`.
    Hello(HelloBack),
    /// To `load`.
    Loaded(Loaded),
    /// To `exchange`.
    Result(Box<ExchangeResult>),
    /// To `validate`.
    Validated(Validated),
    /// To `resolve`.
    Resolved(Resolved),
    /// To `decode`.
    Decoded(Decoded),
    /// To `encode`.
    Encoded(Encoded),
    /// To `parse`.
    Parsed(Parsed),
    /// To anything that the worker does not offer.
    Unsupported(Unsupported),
}

/// The runner's greeting.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL`].
    pub protocol: u32,
}

/// The worker's greeting.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HelloBack {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Who is under test.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What its answers can show; all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offers: Option<Vec<Observation>>,
}

/// One document of a set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Document {
    /// Its retrieval URI.
    pub uri: String,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub document: Option<Box<RawValue>>,
    /// Or its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The text's format; by the URI's ending where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
}

/// How a text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// RFC 8259.
    Json,
    /// YAML 1.2.
    Yaml,
}

/// One description to load: by path, value, text, or as a set of documents.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Load {
    /// Repeated by the answer and named by exchanges.
    pub id: String,
    /// A file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A value.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub document: Option<Box<RawValue>>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Bytes that are to be read as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_base64: Option<String>,
    /// The text's format; JSON or YAML by its first character where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// A set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documents: Option<Vec<Document>>,
    /// The set's entry document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Where the description is to be thought of as coming from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieval_uri: Option<String>,
    /// How it is to be served.
    #[serde(default)]
    pub options: Options,
}

/// How a description is to be served. Absent: the library's default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Duplicate keys: the last wins with a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lenient: Option<bool>,
    /// Advice and examples are looked at too; they are where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lint: Option<bool>,
    /// `format` is asserted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format_assertion: Option<bool>,
    /// `contentEncoding` and `contentMediaType` are asserted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_assertion: Option<bool>,
    /// `ignore` or `reject`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_query: Option<String>,
    /// `off`, `report` or `enforce`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_policy: Option<String>,
    /// Schemes without a provider: `refuse_to_build` or `refuse_requests`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_provider: Option<String>,
    /// 400 or 422.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_error_status: Option<u16>,
    /// Errors as the operation declares them: their members, each by the member of the problem that it takes its value from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem_members: Option<BTreeMap<String, String>>,
    /// Which other origins may read the answers (HTTP-017); without it nothing is said of origins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors>,
    /// `ignore`, `strip` or `reject`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<String>,
    /// `ignore`, `strip` or `reject`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_only: Option<String>,
    /// Defaults are filled in after decoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill_defaults: Option<bool>,
    /// `strict` or `lenient`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trailing_slash: Option<String>,
    /// `refuse`, `not_implemented` or `example`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unregistered: Option<String>,
    /// Operations that get a handler; all where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handlers: Option<Vec<String>>,
    /// Bytes of request content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_bytes_max: Option<u64>,
    /// Nesting of JSON content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json_depth_max: Option<u64>,
    /// Bytes of the request target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_bytes_max: Option<u64>,
    /// The base URI of last resort (RFC 3986 §5.1.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_base_uri: Option<String>,
    /// What the security provider accepts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Vec<Credential>>,
}

/// What the security provider knows about one scheme.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Credential {
    /// The scheme's component name.
    pub scheme: String,
    /// `false`: the scheme has no provider at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<bool>,
    /// For apiKey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// For http basic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For http basic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// For bearer tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The scopes that were granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// Who it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
}

/// Field lines in order.
pub type Fields = Vec<(String, String)>;

/// One request and what the handler answers to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exchange {
    /// Repeated by the answer.
    pub id: String,
    /// The id of the load.
    #[serde(default)]
    pub load: String,
    /// As it arrives.
    pub request: Request,
    /// What the handler gives; without it the handler echoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<HandlerResponse>,
    /// What the security provider knows, instead of what the load said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Vec<Credential>>,
}

/// A request as it arrives.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Request {
    /// The method token.
    pub method: String,
    /// The request target.
    pub target: String,
    /// Field lines.
    #[serde(default)]
    pub headers: Fields,
    /// Content as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Content as bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
}

/// A handler's response.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct HandlerResponse {
    /// Its status code.
    pub status: u16,
    /// Field lines.
    #[serde(default)]
    pub headers: Fields,
    /// Content as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Content as bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
}

/// One finding about a description.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Diagnostic {
    /// The catalogue row.
    pub code: String,
    /// `error`, `warning` or `lint`.
    pub severity: String,
    /// What and why.
    pub message: String,
    /// How to mend it.
    pub mend: String,
    /// The document's name.
    pub document: String,
    /// From 1; 0 where unknown.
    pub line: u32,
    /// From 1; 0 where unknown.
    pub column: u32,
    /// JSON Pointer.
    pub pointer: String,
}

/// One operation that is served.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Its operationId or derived name.
    pub name: String,
    /// Its method token.
    pub method: String,
    /// Its path template with the base path.
    pub path: String,
}

/// The answer to a load.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Loaded {
    /// The load's id.
    pub id: String,
    /// Whether the description can be served.
    pub ok: bool,
    /// Whether it is right as a description, be it served or not; as `ok` where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid: Option<bool>,
    /// What is served.
    pub operations: Vec<Operation>,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// The version line that was applied, such as `3.1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openapi: Option<String>,
}

impl Loaded {
    /// Whether it is right as a description.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.valid.unwrap_or(self.ok)
    }
}

/// The answer to an exchange.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExchangeResult {
    /// The exchange's id.
    pub id: String,
    /// The response's status code.
    pub status: u16,
    /// The response's field lines.
    pub headers: Fields,
    /// The operation whose handler ran.
    pub operation: Option<String>,
    /// The operation that the path and method matched, whether or not its handler ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routed: Option<String>,
    /// Decoded values by location and name.
    pub parameters: Value,
    /// The decoded request content.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub body: Option<Value>,
    /// The problem details.
    pub problem: Option<Value>,
    /// The response content, where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_body: Option<String>,
    /// The response content, where it is not text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_body_base64: Option<String>,
    /// Whether the handler's response keeps to the description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_ok: Option<bool>,
    /// How it does not.
    pub response_errors: Vec<String>,
    /// The schemes that authorised the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<Vec<String>>,
}

/// A question that the worker does not answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unsupported {
    /// The question's id.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// Reads a member that is there, be it `null`, as `Some`.
///
/// # Errors
/// Those of the member's type.
pub fn present<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

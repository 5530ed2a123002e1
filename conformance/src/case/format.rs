//! The case format as types: what `schemas/case-file.schema.json` says, for serde.
//!
//! Values whose order and number text matter stay raw JSON; expectations are values. Never panics.

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

mod probe;

pub use probe::{
    DecodeProbe, EncodeProbe, InstanceExpectation, ParseProbe, Probe, ResolveProbe, SchemaErrorExpectation,
    StepExpectation, ValidateProbe,
};

use super::{Level, Limits, Polarity, Profile};
use crate::protocol::{self, Credential, Fields, Format, Options, present};

/// A file as it stands: a case, or a group of cases that share its other members.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct CaseFile {
    pub(super) id: Option<String>,
    pub(super) title: Option<String>,
    #[serde(rename = "note")]
    pub(super) _note: Option<String>,
    pub(super) ids: Option<Vec<String>>,
    pub(super) level: Option<Level>,
    pub(super) profiles: Option<Vec<Profile>>,
    pub(super) polarity: Option<Polarity>,
    #[serde(deserialize_with = "present")]
    pub(super) description: Option<Box<RawValue>>,
    pub(super) text: Option<Text>,
    pub(super) text_base64: Option<String>,
    pub(super) format: Option<Format>,
    pub(super) documents: Option<Vec<Document>>,
    pub(super) entry: Option<String>,
    pub(super) file: Option<PathBuf>,
    pub(super) retrieval_uri: Option<String>,
    pub(super) options: Option<Options>,
    pub(super) limits: Option<Limits>,
    pub(super) load: Option<LoadExpectation>,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) probes: Vec<Probe>,
    pub(super) cases: Option<Vec<CaseFile>>,
}

/// Text as it is, or stretches of it that are repeated.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// As it is.
    Plain(String),
    /// One after another.
    Stretches(Vec<Stretch>),
}

/// A text, repeated.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stretch {
    text: String,
    times: Option<usize>,
}

impl Text {
    /// Written out.
    #[must_use]
    pub fn expand(&self) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Stretches(stretches) => {
                stretches.iter().map(|stretch| stretch.text.repeat(stretch.times.unwrap_or(1))).collect()
            }
        }
    }
}

/// One document of a set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    uri: String,
    #[serde(default, deserialize_with = "present")]
    value: Option<Box<RawValue>>,
    #[serde(default)]
    text: Option<Text>,
    #[serde(default)]
    format: Option<Format>,
}

impl Document {
    /// As the protocol carries it.
    #[must_use]
    pub fn to_protocol(&self) -> protocol::Document {
        protocol::Document {
            uri: self.uri.clone(),
            document: self.value.clone(),
            text: self.text.as_ref().map(Text::expand),
            format: self.format,
        }
    }
}

/// What loading must give.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct LoadExpectation {
    /// Whether the description can be served; true where absent.
    pub ok: Option<bool>,
    /// No errors.
    pub no_errors: bool,
    /// No errors and no warnings.
    pub no_diagnostics: bool,
    /// Codes that must not be reported.
    pub absent: Vec<String>,
    /// The exact set of operation names.
    pub operations: Option<Vec<String>>,
    /// Findings that must be reported.
    pub diagnostics: Vec<DiagnosticExpectation>,
}

/// A finding that must be reported.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct DiagnosticExpectation {
    /// Catalogue row.
    pub code: Option<String>,
    /// `error`, `warning` or `lint`.
    pub severity: Option<String>,
    /// JSON Pointer.
    pub pointer: Option<String>,
    /// The end of the document's name.
    pub document: Option<String>,
    /// From 1.
    pub line: Option<u32>,
    /// From 1.
    pub column: Option<u32>,
    /// Texts in the message or the mend.
    pub mentions: Vec<String>,
}

/// One request and what must come back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What it is about.
    #[serde(default)]
    pub title: Option<String>,
    request: RequestForm,
    #[serde(default)]
    response: Option<ResponseForm>,
    #[serde(default)]
    credentials: Option<Vec<Credential>>,
    /// What must come back.
    pub expect: Expect,
}

impl Exchange {
    /// The protocol's question.
    #[must_use]
    pub fn question(&self, id: String, load: &str) -> protocol::Exchange {
        protocol::Exchange {
            id,
            load: load.to_owned(),
            request: self.request.to_protocol(),
            response: self.response.as_ref().map(ResponseForm::to_protocol),
            credentials: self.credentials.clone(),
        }
    }

    /// The request line, for messages.
    #[must_use]
    pub fn request_line(&self) -> String {
        let target = self.request.target.expand();
        let short: String = target.chars().take(120).collect();
        format!("{} {short}", self.request.method.as_deref().unwrap_or("GET"))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestForm {
    #[serde(default)]
    method: Option<String>,
    target: Text,
    #[serde(default)]
    headers: Headers,
    #[serde(default)]
    body: Option<Text>,
    #[serde(default, deserialize_with = "present")]
    json: Option<Box<RawValue>>,
    #[serde(default)]
    base64: Option<String>,
}

impl RequestForm {
    fn to_protocol(&self) -> protocol::Request {
        let mut headers = self.headers.to_fields();
        let body = content(&mut headers, self.body.as_ref(), self.json.as_deref());
        protocol::Request {
            method: self.method.clone().unwrap_or_else(|| "GET".to_owned()),
            target: self.target.expand(),
            headers,
            body,
            body_base64: self.base64.as_deref().map(normalise_base64),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResponseForm {
    status: u16,
    #[serde(default)]
    headers: Headers,
    #[serde(default)]
    body: Option<Text>,
    #[serde(default, deserialize_with = "present")]
    json: Option<Box<RawValue>>,
    #[serde(default)]
    base64: Option<String>,
}

impl ResponseForm {
    fn to_protocol(&self) -> protocol::HandlerResponse {
        let mut headers = self.headers.to_fields();
        let body = content(&mut headers, self.body.as_ref(), self.json.as_deref());
        protocol::HandlerResponse {
            status: self.status,
            headers,
            body,
            body_base64: self.base64.as_deref().map(normalise_base64),
        }
    }
}

/// The content as text; a `json` body brings its media type where none is given.
fn content(headers: &mut Fields, body: Option<&Text>, json: Option<&RawValue>) -> Option<String> {
    let Some(json) = json else { return body.map(Text::expand) };
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    Some(json.get().to_owned())
}

/// Base64 may be folded over several lines in a case file.
pub(super) fn normalise_base64(text: &str) -> String {
    let compact: String = text.chars().filter(|char| !char.is_whitespace()).collect();
    match STANDARD.decode(&compact) {
        Ok(bytes) => STANDARD.encode(bytes),
        Err(_) => compact,
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Headers {
    Lines(Vec<(String, Text)>),
    Map(BTreeMap<String, Text>),
}

impl Default for Headers {
    fn default() -> Self {
        Self::Lines(Vec::new())
    }
}

impl Headers {
    fn to_fields(&self) -> Fields {
        match self {
            Self::Lines(lines) => lines.iter().map(|(name, value)| (name.clone(), value.expand())).collect(),
            Self::Map(map) => map.iter().map(|(name, value)| (name.clone(), value.expand())).collect(),
        }
    }
}

/// What must come back.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// The status code.
    pub status: Option<Status>,
    /// The operation; `Some(None)`: none was reached.
    #[serde(deserialize_with = "present")]
    pub operation: Option<Option<String>>,
    /// Decoded values by location and name.
    pub parameters: BTreeMap<String, BTreeMap<String, Value>>,
    /// Names by location that must be absent.
    pub absent: BTreeMap<String, Vec<String>>,
    /// Decoded content.
    #[serde(deserialize_with = "present")]
    pub body: Option<Value>,
    /// No content reached the handler.
    pub no_body: bool,
    /// The problem details.
    pub problem: Option<ProblemExpectation>,
    /// Field lines by name.
    pub headers: BTreeMap<String, HeaderExpectation>,
    /// Whether the handler's response keeps to the description.
    pub response_ok: Option<bool>,
    /// Texts, each in one of the violations.
    pub response_errors: Vec<String>,
    /// Response content as text.
    pub response_body: Option<String>,
    /// Response content as a value.
    #[serde(deserialize_with = "present")]
    pub response_json: Option<Value>,
}

/// A status code, or a choice of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Status {
    /// This one.
    One(u16),
    /// Any of these.
    AnyOf(Vec<u16>),
}

impl Status {
    /// Whether `status` is right.
    #[must_use]
    pub fn allows(&self, status: u16) -> bool {
        match self {
            Self::One(one) => *one == status,
            Self::AnyOf(list) => list.contains(&status),
        }
    }
}

/// What a problem must say.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct ProblemExpectation {
    /// Its `type`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Pointers among its errors.
    pub pointers: Vec<String>,
    /// Texts that occur in it.
    pub mentions: Vec<String>,
    /// Texts that do not.
    pub silent: Vec<String>,
}

/// What a response's field must be.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum HeaderExpectation {
    /// This value.
    Equals(String),
    /// A matcher.
    Matcher(HeaderMatcher),
    /// Absent (`null`).
    Absent,
}

/// A field's matcher; all that is given must hold.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct HeaderMatcher {
    /// Whether it is there.
    pub present: Option<bool>,
    /// A text that occurs in it.
    pub contains: Option<String>,
    /// Its comma-separated members in any order.
    pub members: Option<Vec<String>>,
    /// Its field lines.
    pub lines: Option<Vec<String>>,
}

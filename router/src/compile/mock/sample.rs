//! What a mock may answer: every declared response, its header fields and its content, made and checked.
//!
//! Takes: an operation, its compiled responses and schemas. Gives: answers that keep to the description, or why there is none.
//! Each way of making a value is tried in turn, and the first that passes the check of responses is kept. Never panics.

use std::sync::Arc;

use http::StatusCode;
use serde_json::Value;

use super::generate::{Attempt, Generator, MockFault};
use super::rank;
use crate::description::{self, Description, Header, MediaType as MediaTypeObject, NodeRef, StatusKey};
use crate::limits::{MOCK_ATTEMPTS_MAX, MOCK_VARIANTS_MAX};
use crate::schema::Schemas;
use crate::serve::content::{MediaType, MediaTypeKey};
use crate::serve::{Response, ResponsePlans, ResponseViolation};

/// One declared response.
pub(super) struct Answer {
    pub(super) key: StatusKey,
    /// The fields that the response must have.
    pub(super) fields: Vec<(Box<str>, Box<str>)>,
    /// Why the fields cannot be made.
    pub(super) fault: Option<String>,
    /// Empty where the response has no content.
    pub(super) contents: Vec<Content>,
}

/// What a response has in one media type.
pub(super) struct Content {
    pub(super) key: MediaTypeKey,
    /// The media type that is sent: the key, or one that it covers.
    pub(super) media_type: Box<str>,
    /// Those of the description, in its order, else one that was made.
    pub(super) samples: Vec<Sample>,
    /// Other values that were made.
    pub(super) variants: Vec<Sample>,
    /// Why there is none.
    pub(super) fault: String,
}

/// Content, ready to be sent.
pub(super) struct Sample {
    pub(super) name: Option<Box<str>>,
    pub(super) octets: Arc<[u8]>,
}

/// What answers are checked by.
type Check<'c> = (&'c ResponsePlans, &'c Schemas);

/// A Media Type Object with the media type that is sent.
type Typed<'t, 'd> = (&'t str, MediaTypeObject<'d>);

struct Making<'m, 'd> {
    description: &'d Description,
    check: Check<'m>,
    status: StatusCode,
    fields: Vec<(Box<str>, Box<str>)>,
}

/// All answers of an operation.
pub(super) fn answers(
    description: &Description,
    operation: description::Operation<'_>,
    check: Check<'_>,
) -> Vec<Answer> {
    let responses = operation.responses();
    let keys: Vec<StatusKey> = responses.iter().map(|(key, _)| *key).collect();
    let mut answers = Vec::new();
    for (key, response) in responses {
        let Some(status) = probe(key, &keys) else { continue };
        let mut making = Making { description, check, status, fields: Vec::new() };
        let fault = making.make_fields(&response.headers()).err();
        let bare = matches!(status.as_u16(), 100..200 | 204 | 205 | 304);
        let declared = if bare { Vec::new() } else { response.content() };
        let contents = declared.into_iter().filter_map(|(text, object)| making.content(text, object));
        let contents = contents.collect();
        answers.push(Answer { key, fault, contents, fields: making.fields });
    }
    answers
}

/// A status code that this response alone is about.
fn probe(key: StatusKey, all: &[StatusKey]) -> Option<StatusCode> {
    let codes = match key {
        StatusKey::Code(code) => code..code.saturating_add(1),
        StatusKey::Range(class) => {
            let first = u16::from(class).saturating_mul(100);
            first..first.saturating_add(100)
        }
        StatusKey::Default => 200..600,
    };
    let own = |code: &u16| !all.iter().any(|other| rank(*other) < rank(key) && other.covers(*code));
    codes.into_iter().find(own).and_then(|code| StatusCode::from_u16(code).ok())
}

impl Making<'_, '_> {
    /// Makes the required fields; on failure tells why.
    fn make_fields(&mut self, headers: &[(&str, Header<'_>)]) -> Result<(), String> {
        let required: Vec<_> = headers
            .iter()
            .filter(|(name, header)| header.required() && !name.eq_ignore_ascii_case("content-type"))
            .collect();
        let mut fault = String::new();
        for attempt in attempts(0) {
            let made = required.iter().map(|(name, header)| self.field(name, *header, attempt));
            match made.collect::<Result<Vec<_>, MockFault>>() {
                Ok(fields) => self.fields = fields,
                Err(reason) => {
                    fault = reason.to_string();
                    continue;
                }
            }
            match self.violations("", b"").into_iter().find(is_of_header) {
                Some(broken) => fault = broken.to_string(),
                None => return Ok(()),
            }
        }
        Err(format!("a required header cannot be made: {fault}"))
    }

    fn field(
        &self,
        name: &str,
        header: Header<'_>,
        attempt: Attempt,
    ) -> Result<(Box<str>, Box<str>), MockFault> {
        let content = header.content();
        let schema = header.schema().or_else(|| content.and_then(|(_, object)| object.schema()));
        let value = match schema {
            Some(at) => Generator::new(self.description, attempt).make(at)?,
            None => Value::String("mock".to_owned()),
        };
        let text = if content.is_some() { value.to_string() } else { simple(&value) };
        Ok((name.into(), text.into()))
    }

    fn content(&self, text: &str, object: MediaTypeObject<'_>) -> Option<Content> {
        let key = MediaTypeKey::new(text).ok()?;
        let media_type = concrete(text, &key.media_type());
        let mut content = Content {
            key,
            media_type: media_type.as_str().into(),
            samples: Vec::new(),
            variants: Vec::new(),
            fault: String::new(),
        };
        self.add_examples(object, &mut content);
        let mut seeds = 0..=MOCK_VARIANTS_MAX;
        let first = seeds.next().unwrap_or(0);
        if content.samples.is_empty() {
            content.samples.extend(self.made((&media_type, object), first, &mut content.fault));
        }
        let mut ignored = String::new();
        let variants: Vec<Sample> =
            seeds.filter_map(|seed| self.made((&media_type, object), seed, &mut ignored)).collect();
        content.variants = variants;
        Some(content)
    }

    fn add_examples(&self, object: MediaTypeObject<'_>, content: &mut Content) {
        let json = MediaType::parse(&content.media_type).is_ok_and(|kind| kind.is_json());
        let mut found: Vec<(Option<&str>, Vec<u8>)> = Vec::new();
        found.extend(object.example().map(|value| (None, serialized(value, json))));
        for (name, example) in object.examples() {
            let value = example.data_value().or_else(|| example.value());
            let octets = match example.serialized_value() {
                Some(text) => Some(text.as_bytes().to_vec()),
                None => value.map(|value| serialized(value, json)),
            };
            found.extend(octets.map(|octets| (Some(name), octets)));
        }
        for (name, octets) in found {
            match self.violations(&content.media_type, &octets).into_iter().find(|found| !is_of_header(found))
            {
                Some(broken) => content.fault = format!("the example breaks the description: {broken}"),
                None => content.samples.push(Sample { name: name.map(Into::into), octets: octets.into() }),
            }
        }
    }

    /// The first value that is valid.
    fn made(&self, (text, object): Typed<'_, '_>, seed: u64, fault: &mut String) -> Option<Sample> {
        for attempt in attempts(seed) {
            let octets = match self.octets((text, object), attempt) {
                Ok(octets) => octets,
                Err(reason) => {
                    *fault = reason.to_string();
                    continue;
                }
            };
            match self.violations(text, &octets).into_iter().find(|found| !is_of_header(found)) {
                Some(broken) => *fault = format!("what was made breaks the description: {broken}"),
                None => return Some(Sample { name: None, octets: octets.into() }),
            }
        }
        None
    }

    /// One value in its media type's form.
    fn octets(&self, (text, object): Typed<'_, '_>, attempt: Attempt) -> Result<Vec<u8>, MockFault> {
        let kind = MediaType::parse(text).map_err(|_| MockFault::MediaType)?;
        let form = kind.is("application", "x-www-form-urlencoded");
        if kind.is_xml() || form || kind.type_name().eq_ignore_ascii_case("multipart") {
            return Err(MockFault::MediaType);
        }
        let Some(at) = object.schema() else {
            let plain =
                kind.type_name().eq_ignore_ascii_case("text") || kind.is("application", "octet-stream");
            return match (kind.is_json(), plain) {
                (true, _) => Ok(b"{}".to_vec()),
                (false, true) => Ok(b"mock".to_vec()),
                (false, false) => Err(MockFault::MediaType),
            };
        };
        let value = Generator::new(self.description, attempt).make(at)?;
        match value.as_str() {
            Some(text) if !kind.is_json() => Ok(text.as_bytes().to_vec()),
            _ => Ok(value.to_string().into_bytes()),
        }
    }

    fn violations(&self, media_type: &str, octets: &[u8]) -> Vec<ResponseViolation> {
        let mut response = match media_type {
            "" => Response::new(self.status),
            media_type => Response::bytes(media_type.to_owned(), octets.to_vec()).with_status(self.status),
        };
        for (name, value) in &self.fields {
            response = response.with_field(name.to_string(), value.to_string());
        }
        if response.fault().is_some() {
            return vec![ResponseViolation::UnknownMediaType];
        }
        let (plans, schemas) = self.check;
        plans.violations(&response, schemas, false)
    }
}

fn is_of_header(violation: &ResponseViolation) -> bool {
    matches!(violation, ResponseViolation::Header(_))
}

fn attempts(seed: u64) -> impl Iterator<Item = Attempt> {
    (0..MOCK_ATTEMPTS_MAX).map(move |number| Attempt::new(number, seed))
}

/// The media type that stands for a range.
fn concrete(text: &str, key: &MediaType<'_>) -> String {
    match (key.type_name(), key.subtype()) {
        ("text", "*") => "text/plain".to_owned(),
        ("image", "*") => "image/png".to_owned(),
        ("*" | "application", "*") => "application/json".to_owned(),
        _ => text.to_owned(),
    }
}

fn serialized(value: NodeRef<'_>, json: bool) -> Vec<u8> {
    match value.as_str() {
        Some(text) if !json => text.as_bytes().to_vec(),
        _ => value.to_json_text().into_bytes(),
    }
}

/// A value in style `simple` (OAS 3.1 §4.8.12).
fn simple(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(scalar).collect::<Vec<_>>().join(","),
        Value::Object(members) => {
            let pairs = members.iter().flat_map(|(name, value)| [name.clone(), scalar(value)]);
            pairs.collect::<Vec<_>>().join(",")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

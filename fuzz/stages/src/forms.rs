//! Forms: bodies against a plain reading of the WHATWG's rules, and what the writers write is read as the same.
//!
//! The first octet chooses what is done with the rest.

use crate::bodies::Bodies;
use crate::vocabulary;
use arbitrary::{Result, Unstructured};
use brrtrouter::content::{FormWriter, MultipartWriter};
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// A request body without schemas, then one with a schema and Encoding Objects.
const DESCRIPTION: &str = r#"
openapi: 3.2.0
info: { title: Forms, version: "1" }
paths:
  /free:
    post:
      requestBody: { content: { application/x-www-form-urlencoded: {}, multipart/form-data: {} } }
      responses: { "204": { description: done } }
  /typed:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema: &form
              type: object
              properties:
                a: { type: integer }
                b: { type: array, items: { type: string } }
                c: { type: object, additionalProperties: { type: integer } }
                d: { type: array, items: { type: boolean } }
                e: { type: string, contentEncoding: base64 }
            encoding: { c: { style: deepObject }, d: { style: pipeDelimited, explode: false } }
          multipart/form-data:
            schema: *form
            encoding: { b: { contentType: "text/plain, image/*" }, c: { headers: { X-A: { schema: { type: integer } } } } }
      responses: { "204": { description: done } }
"#;

static BODIES: LazyLock<Bodies> = LazyLock::new(|| Bodies::of(DESCRIPTION));

pub(crate) fn run(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    match choice % 4 {
        0 => plain(rest),
        1 => typed(FormWriter::MEDIA_TYPE, rest),
        2 => typed("multipart/form-data; boundary=b", rest),
        _ => crate::structured(rest, written),
    }
}

/// The value of a body that nothing is said about; `None` where it is refused.
fn value(media_type: &str, body: &[u8]) -> Option<Value> {
    BODIES.read(0, media_type, body).ok()?.value().map(|value| value.to_json())
}

/// Without a schema a form is its pairs.
fn plain(body: &[u8]) {
    let ours = value(FormWriter::MEDIA_TYPE, body);
    let theirs = std::str::from_utf8(body).ok().and_then(pairs);
    assert_eq!(ours, theirs.as_deref().map(object), "{:?}", String::from_utf8_lossy(body));
}

/// The pairs of a form (WHATWG URL §5.1), where malformed triplets and octets that are no text are refused.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let pieces = text.split('&').filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            Some((decoded(name)?, decoded(value)?))
        })
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let mut pieces = spaced.split('%');
    let mut octets = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        octets.push(u8::from_str_radix(digits, 16).ok()?);
        octets.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(octets).ok()
}

/// Repeated names make a list.
fn object(pairs: &[(String, String)]) -> Value {
    let mut object = Map::new();
    for (name, value) in pairs {
        let value = Value::String(value.clone());
        match object.get_mut(name) {
            None => {
                object.insert(name.clone(), value);
            }
            Some(Value::Array(items)) => items.push(value),
            Some(first) => *first = Value::Array(vec![first.clone(), value]),
        }
    }
    Value::Object(object)
}

/// With schema and encodings: whatever is read can be judged.
fn typed(media_type: &str, body: &[u8]) {
    let Ok(content) = BODIES.read(1, media_type, body) else { return };
    let Some(decoded) = content.decoded() else { panic!("a form is decoded") };
    assert_eq!(decoded.raw(), body);
    assert!(decoded.errors(&BODIES.schemas, 8).len() <= 8);
    for part in decoded.parts() {
        assert!(part.octets().len() <= body.len());
        assert!(part.name().is_none_or(|name| !name.contains(['\r', '\n'])));
    }
}

/// What is written is read.
fn written(input: &mut Unstructured<'_>) -> Result<()> {
    let mut pairs = Vec::new();
    for _ in 0..input.int_in_range(0..=5)? {
        pairs.push((vocabulary::text_of_its_own(input)?, vocabulary::text_of_its_own(input)?));
    }
    let form = pairs.iter().fold(FormWriter::new(), |form, (name, value)| form.field(name, value)).finish();
    assert_eq!(value(FormWriter::MEDIA_TYPE, form.as_bytes()), Some(object(&pairs)), "{form}");
    // The names of parts cannot hold controls.
    if pairs.iter().all(|(name, _)| !name.contains(char::is_control)) {
        let writer = pairs.iter().fold(MultipartWriter::new(), |form, (name, value)| form.field(name, value));
        let (media_type, body) = writer.finish();
        assert_eq!(value(&media_type, &body), Some(object(&pairs)), "{pairs:?}");
    }
    Ok(())
}

//! XML bodies: any text, comments that change nothing, and values that are read as they were written.
//!
//! The first octet chooses between a text and a value to write.

use crate::bodies::Bodies;
use crate::vocabulary::text_of_its_own;
use arbitrary::{Result, Unstructured};
use brrtrouter::content::ContentError;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const DESCRIPTION: &str = r##"
openapi: 3.2.0
info: { title: XML, version: "1" }
paths:
  /x:
    post:
      requestBody: { content: { application/xml: { schema: { $ref: "#/components/schemas/Pet" } } } }
      responses: { "204": { description: done } }
components:
  schemas:
    Pet:
      type: object
      xml: { name: pet }
      properties:
        id: { type: integer, xml: { attribute: true } }
        name: { type: string, xml: { namespace: "https://example.test/n", prefix: n } }
        tags: { type: array, items: { type: string, xml: { name: tag } }, xml: { wrapped: true } }
        toys: { type: array, items: { type: integer, xml: { name: toy } } }
        note: { type: [string, "null"] }
        mother: { $ref: "#/components/schemas/Pet", xml: { name: mother } }
"##;

const NAMESPACES: &str =
    r#"xmlns:n="https://example.test/n" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#;

static BODIES: LazyLock<Bodies> = LazyLock::new(|| Bodies::of(DESCRIPTION));

pub(crate) fn run(data: &[u8]) {
    match data.split_first() {
        Some((choice, text)) if choice & 1 == 0 => any_text(text),
        Some((_, rest)) => crate::structured(rest, written),
        None => {}
    }
}

fn decode(text: &[u8]) -> std::result::Result<Value, ContentError> {
    let content = BODIES.read(0, "application/xml", text)?;
    let Some(decoded) = content.decoded() else { panic!("the schema describes an object") };
    assert!(decoded.errors(&BODIES.schemas, 4).len() <= 4);
    Ok(decoded.value().to_json())
}

fn any_text(text: &[u8]) {
    match decode(text) {
        Ok(value) => {
            assert!(value.is_object() || value.is_string(), "{value}");
            // Before an XML declaration there is nothing.
            let before: &[u8] =
                if text.starts_with(b"<?xml") || text.starts_with(b"\xEF") { b"" } else { b"<?a b?>" };
            let commented = [before, text, b"<!-- c -->\n"].concat();
            assert_eq!(decode(&commented).ok(), Some(value), "{:?}", String::from_utf8_lossy(text));
        }
        Err(ContentError::Xml { error, pointer }) => {
            assert!(error.offset as usize <= text.len() && error.line > 0 && error.column > 0, "{error}");
            assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer}");
        }
        Err(error) => panic!("{error} is no fault of XML"),
    }
}

fn written(input: &mut Unstructured<'_>) -> Result<()> {
    let (value, text) = pet(input, ("pet", NAMESPACES), 2)?;
    let decoded = decode(text.as_bytes());
    match decoded {
        Ok(decoded) => assert_eq!(decoded, value, "{text}"),
        Err(error) => panic!("{error}: {text}"),
    }
    Ok(())
}

/// A value and the XML that stands for it.
fn pet(input: &mut Unstructured<'_>, (name, declared): (&str, &str), depth: u8) -> Result<(Value, String)> {
    let mut value = Map::new();
    let (mut attributes, mut inside) = (declared.to_owned(), String::new());
    if input.arbitrary()? {
        let id: i32 = input.arbitrary()?;
        attributes.push_str(&format!(" id='{id}'"));
        value.insert("id".to_owned(), id.into());
    }
    if input.arbitrary()? {
        let text = text(input)?;
        inside.push_str(&format!("<n:name>{}</n:name>", escaped(&text, input)?));
        value.insert("name".to_owned(), text.into());
    }
    if input.arbitrary()? {
        let tags = (0..input.int_in_range(0..=3)?).map(|_| text(input)).collect::<Result<Vec<_>>>()?;
        inside.push_str("<tags>");
        for tag in &tags {
            inside.push_str(&format!("<tag>{}</tag>", escaped(tag, input)?));
        }
        inside.push_str("</tags>");
        value.insert("tags".to_owned(), json!(tags));
    }
    let toys = (0..input.int_in_range(0..=3)?).map(|_| input.arbitrary()).collect::<Result<Vec<i64>>>()?;
    inside.extend(toys.iter().map(|toy| format!("<toy>{toy}</toy>")));
    if !toys.is_empty() {
        value.insert("toys".to_owned(), json!(toys));
    }
    if input.arbitrary()? {
        inside.push_str("<note xsi:nil='true'/>");
        value.insert("note".to_owned(), Value::Null);
    }
    if depth > 0 && input.arbitrary()? {
        let (mother, text) = pet(input, ("mother", ""), depth - 1)?;
        inside.push_str(&text);
        value.insert("mother".to_owned(), mother);
    }
    Ok((value.into(), format!("<{name} {attributes}>{inside}</{name}>")))
}

/// A text of characters that XML has.
fn text(input: &mut Unstructured<'_>) -> Result<String> {
    let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..);
    Ok(text_of_its_own(input)?.chars().filter(allowed).collect())
}

/// The text as character data, in one of the ways to write it.
fn escaped(text: &str, input: &mut Unstructured<'_>) -> Result<String> {
    if input.ratio(1, 4)? && !text.contains("]]>") && !text.contains('\r') {
        return Ok(format!("<![CDATA[{text}]]>"));
    }
    let as_number = input.ratio(1, 4)?;
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\r' => escaped.push_str("&#13;"),
            c if as_number => escaped.push_str(&format!("&#x{:X};", u32::from(c))),
            c => escaped.push(c),
        }
    }
    Ok(escaped)
}

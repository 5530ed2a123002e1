//! Arbitrary JSON values in the words of OpenAPI and JSON Schema, and edits of whole documents.
//!
//! Takes: what a fuzzer gives. Gives: values that look enough like descriptions to pass the first checks.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value};

/// Names of members.
const NAMES: &[&str] = &[
    "$ref",
    "$id",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$defs",
    "$schema",
    "$self",
    "openapi",
    "info",
    "paths",
    "components",
    "schemas",
    "schema",
    "content",
    "parameters",
    "name",
    "in",
    "required",
    "style",
    "explode",
    "allowReserved",
    "allowEmptyValue",
    "requestBody",
    "responses",
    "headers",
    "encoding",
    "itemEncoding",
    "contentType",
    "security",
    "securitySchemes",
    "servers",
    "url",
    "variables",
    "default",
    "enum",
    "const",
    "type",
    "properties",
    "items",
    "prefixItems",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "patternProperties",
    "propertyNames",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "discriminator",
    "propertyName",
    "mapping",
    "example",
    "examples",
    "value",
    "dataValue",
    "serializedValue",
    "links",
    "operationId",
    "operationRef",
    "callbacks",
    "get",
    "put",
    "post",
    "query",
    "delete",
    "additionalOperations",
    "200",
    "4XX",
    "description",
    "title",
    "version",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "minContains",
    "minProperties",
    "maxProperties",
    "dependentRequired",
    "dependentSchemas",
    "readOnly",
    "writeOnly",
    "nullable",
    "deprecated",
    "xml",
    "nodeType",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "jsonSchemaDialect",
    "webhooks",
    "tags",
    "parent",
    "x-a",
    "a",
    "b",
    "",
];

/// Texts that mean something somewhere.
const TEXTS: &[&str] = &[
    "#/components/schemas/Pet",
    "#/components/schemas/Tree",
    "#/components/parameters/trace",
    "#/components/schemas/S0",
    "#/components/schemas/S1",
    "#/components/schemas/S2",
    "#",
    "#/",
    "#here",
    "#node",
    "other.json",
    "other.json#/a",
    "./",
    "../x",
    "https://example.test/tree",
    "urn:a:b",
    "3.1.2",
    "3.0.3",
    "3.2.0",
    "query",
    "path",
    "header",
    "cookie",
    "querystring",
    "form",
    "simple",
    "matrix",
    "label",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
    "string",
    "integer",
    "number",
    "boolean",
    "array",
    "object",
    "null",
    "int32",
    "int64",
    "date-time",
    "uuid",
    "byte",
    "binary",
    "email",
    "^a+$",
    "^(a|b)*c$",
    "[",
    "\\d{3}",
    "application/json",
    "multipart/form-data",
    "image/*",
    "text/plain",
    "application/x-www-form-urlencoded",
    "/",
    "/{a}",
    "/{a}/{b}",
    "/{a}{b}",
    "/a-{a}.{b}",
    "{$request.body#/a}",
    "$url",
    "http",
    "apiKey",
    "oauth2",
    "mutualTLS",
    "openIdConnect",
    "basic",
    "bearer",
    "a",
    "b",
    "",
    "~0~1",
    "%2F",
    "\u{e9}",
    "\u{1f600}",
    "\n",
];

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "3",
    "0.5",
    "1.5",
    "1e2",
    "-0.0",
    "64",
    "4294967296",
    "18446744073709551616",
    "1e-7",
];

pub(crate) fn name(input: &mut Unstructured<'_>) -> Result<String> {
    if !input.ratio(15, 16)? { text_of_its_own(input) } else { Ok((*input.choose(NAMES)?).to_owned()) }
}

pub(crate) fn text(input: &mut Unstructured<'_>) -> Result<String> {
    if !input.ratio(7, 8)? { text_of_its_own(input) } else { Ok((*input.choose(TEXTS)?).to_owned()) }
}

/// A short text of any characters.
pub(crate) fn text_of_its_own(input: &mut Unstructured<'_>) -> Result<String> {
    let length = input.int_in_range(0..=12)?;
    (0..length)
        .map(|_| {
            if input.ratio(3, 4)? {
                Ok(char::from(input.int_in_range(32..=126_u8)?))
            } else {
                input.arbitrary()
            }
        })
        .collect()
}

/// A value, nested at most `depth` levels.
pub(crate) fn value(input: &mut Unstructured<'_>, depth: u8) -> Result<Value> {
    let kinds = if depth == 0 { 4 } else { 8 };
    Ok(match input.int_in_range(0..=kinds)? {
        0 => Value::Null,
        1 => Value::Bool(input.arbitrary()?),
        2 => serde_json::from_str(input.choose(NUMBERS)?).unwrap_or_default(),
        3 | 4 => Value::String(text(input)?),
        5 => {
            let length = input.int_in_range(0..=3)?;
            (0..length).map(|_| value(input, depth - 1)).collect::<Result<Vec<_>>>()?.into()
        }
        _ => {
            let length = input.int_in_range(0..=4)?;
            let members = (0..length).map(|_| Ok((name(input)?, value(input, depth - 1)?)));
            Value::Object(members.collect::<Result<Map<_, _>>>()?)
        }
    })
}

/// Changes a document in a few places, so that most of it stays valid.
pub(crate) fn edit(document: &mut Value, input: &mut Unstructured<'_>) -> Result<()> {
    let edits = input.int_in_range(0..=5)?;
    for _ in 0..edits {
        let count = count(document);
        let at = input.int_in_range(0..=count - 1)?;
        let donor = if input.ratio(1, 3)? {
            let from = input.int_in_range(0..=count - 1)?;
            nth(document, from).cloned().filter(|donor| self::count(donor) < 64).unwrap_or_default()
        } else {
            value(input, 3)?
        };
        let Some(place) = nth(document, at) else { continue };
        change(place, donor, input)?;
    }
    Ok(())
}

fn change(place: &mut Value, donor: Value, input: &mut Unstructured<'_>) -> Result<()> {
    match (place, input.int_in_range(0..=3)?) {
        (Value::Object(members), 0) => {
            members.insert(name(input)?, donor);
        }
        (Value::Object(members), 1) if !members.is_empty() => {
            let names: Vec<String> = members.keys().cloned().collect();
            members.remove(input.choose(&names)?);
        }
        (Value::Object(members), 2) if !members.is_empty() => {
            let names: Vec<String> = members.keys().cloned().collect();
            let moved = members.remove(input.choose(&names)?).unwrap_or_default();
            members.insert(if input.ratio(1, 2)? { name(input)? } else { text(input)? }, moved);
        }
        (Value::Array(items), 0) => items.push(donor),
        (Value::Array(items), 1) => drop(items.pop()),
        (Value::String(text), 0) => text.push_str(&self::text(input)?),
        (place, _) => *place = donor,
    }
    Ok(())
}

/// How many values there are, the document itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0_usize,
    }
}

/// The value at this place in document order.
fn nth(value: &mut Value, at: usize) -> Option<&mut Value> {
    if at == 0 {
        return Some(value);
    }
    let children: Box<dyn Iterator<Item = &mut Value>> = match value {
        Value::Array(items) => Box::new(items.iter_mut()),
        Value::Object(members) => Box::new(members.values_mut()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    let mut before = 1;
    for child in children {
        let size = count(child);
        if at < before + size {
            return nth(child, at - before);
        }
        before += size;
    }
    None
}

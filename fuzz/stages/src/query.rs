//! The query string of one operation with parameters of every style: order does not matter, and nothing is lost.
//!
//! The input is the query string; a field line for cookies and headers follows after a line feed.

use crate::parameters::{compile, told};
use brrtrouter::FieldLine;
use brrtrouter::parameter::{ParameterErrors, ParameterInput, ParameterPlans, decode};
use brrtrouter::schema::Schemas;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static OPERATION: LazyLock<(ParameterPlans, Schemas)> = LazyLock::new(|| {
    let text = || json!({"type": "string"});
    let texts = || json!({"type": "array", "items": {"type": "string"}});
    let parameters = json!([
        {"name": "a", "in": "query", "schema": text()},
        {"name": "b", "in": "query", "schema": {"type": ["integer", "null"]}, "allowEmptyValue": true},
        {"name": "c", "in": "query", "schema": texts()},
        {"name": "d", "in": "query", "explode": false, "schema": texts()},
        {"name": "e", "in": "query", "style": "pipeDelimited", "explode": false, "schema": texts()},
        {"name": "f", "in": "query", "style": "deepObject", "schema": {"type": "object", "additionalProperties": text()}},
        {"name": "g", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}},
        {"name": "h", "in": "query", "schema": {"type": "object", "properties": {"i": text(), "j": {"type": "boolean"}}}},
        {"name": "k", "in": "query", "schema": {"type": "object", "additionalProperties": text()}},
        {"name": "X-L", "in": "header", "schema": texts()},
        {"name": "m", "in": "cookie", "style": "cookie", "schema": text()},
        {"name": "n", "in": "cookie", "schema": texts()}
    ]);
    compile(&parameters).unwrap_or_else(|| panic!("the parameters of this target are valid"))
});

pub(crate) fn run(data: &[u8]) {
    let (query, line) = match data.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &data[..0]),
    };
    let Ok(query) = std::str::from_utf8(query) else { return };
    let sent = values(query, line);
    if let Err(errors) = &sent {
        told(errors);
    }
    let sorted = values(&sorted(query), line);
    match (sent, sorted) {
        (Ok(sent), Ok(sorted)) => assert_eq!(sent, sorted, "{query}"),
        (Err(_), Err(_)) => {}
        (sent, sorted) => panic!("{query}: {sent:?}, in another order {sorted:?}"),
    }
}

fn values(query: &str, line: &[u8]) -> Result<Value, ParameterErrors> {
    let (plans, schemas) = &*OPERATION;
    let fields = [FieldLine { name: "Cookie", value: line }, FieldLine { name: "X-L", value: line }];
    let captures: [(&str, &str); 0] = [];
    let input = ParameterInput { captures: &captures, query: Some(query), fields: &fields };
    let values = decode(plans, &input, schemas)?;
    let named = plans.as_slice().iter().enumerate();
    let named = named.filter_map(|(at, plan)| Some((plan.name().to_owned(), values.at(at)?.to_json())));
    Ok(Value::Object(named.collect::<Map<_, _>>()))
}

/// The same pairs by their keys; those of one key stay in their order.
fn sorted(query: &str) -> String {
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.sort_by_key(|pair| key(pair));
    pairs.join("&")
}

/// The key as it is after decoding, so that `%61` and `a` are one.
fn key(pair: &str) -> Vec<u8> {
    let raw = pair.split('=').next().unwrap_or_default().as_bytes();
    let mut key = Vec::new();
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        let digits = raw.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) if *byte == b'%' => {
                key.push(decoded);
                at += 3;
            }
            _ => {
                key.push(if *byte == b'+' { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    key
}

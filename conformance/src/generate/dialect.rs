//! Schemas of OpenAPI 3.0 in the words of JSON Schema 2020-12.
//!
//! Takes: a document of version 3.0. Gives: the same document, where `nullable`, Boolean `exclusiveMinimum` and
//! `exclusiveMaximum`, and members beside `$ref` say what 3.0 means by them. Recurses as deep as the reader allowed the
//! document to be. Never panics.

use serde_json::{Map, Value};

/// Members that hold examples, not schemas.
const EXAMPLES: [&str; 5] = ["example", "examples", "default", "enum", "value"];

/// Rewrites `value` in place.
pub fn modernise(value: &mut Value) {
    object_or_array(value, false);
}

fn object_or_array(value: &mut Value, names_are_free: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| object_or_array(item, false)),
        Value::Object(members) => {
            if !names_are_free {
                schema(members);
            }
            for (name, member) in members.iter_mut() {
                let free = !names_are_free && name == "properties";
                let skipped =
                    !names_are_free && (EXAMPLES.contains(&name.as_str()) || name.starts_with("x-"));
                if !skipped {
                    object_or_array(member, free);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn schema(members: &mut Map<String, Value>) {
    if members.get("$ref").is_some_and(Value::is_string) {
        members.retain(|name, _| name == "$ref");
        return;
    }
    let nullable = members.get("nullable") == Some(&Value::Bool(true));
    if let Some(Value::String(kind)) = members.get("type")
        && nullable
    {
        let kinds = vec![Value::from(kind.as_str()), Value::from("null")];
        members.insert("type".to_owned(), Value::from(kinds));
    }
    bound(members, "exclusiveMinimum", "minimum");
    bound(members, "exclusiveMaximum", "maximum");
}

fn bound(members: &mut Map<String, Value>, exclusive: &str, inclusive: &str) {
    let Some(Value::Bool(is_exclusive)) = members.get(exclusive) else { return };
    let is_exclusive = *is_exclusive;
    members.remove(exclusive);
    if is_exclusive && let Some(limit) = members.remove(inclusive) {
        members.insert(exclusive.to_owned(), limit);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn three_point_nought_is_rewritten() {
        for (old, new) in [
            (
                json!({"type": "string", "nullable": true}),
                json!({"type": ["string", "null"], "nullable": true}),
            ),
            (json!({"minimum": 1, "exclusiveMinimum": true}), json!({"exclusiveMinimum": 1})),
            (json!({"maximum": 1, "exclusiveMaximum": false}), json!({"maximum": 1})),
            (json!({"$ref": "#/a", "nullable": true}), json!({"$ref": "#/a"})),
            (
                json!({"properties": {"example": {"type": "string", "nullable": true}}}),
                json!({"properties": {"example": {"type": ["string", "null"], "nullable": true}}}),
            ),
            (
                json!({"example": {"type": "a", "nullable": true}}),
                json!({"example": {"type": "a", "nullable": true}}),
            ),
        ] {
            let mut value = old;
            modernise(&mut value);
            assert_eq!(value, new);
        }
    }
}

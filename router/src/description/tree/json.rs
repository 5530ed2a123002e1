//! A tree's value as `serde_json` and as JSON text. Never panics; recursion is as deep as the tree,
//! which its reader bounds.

use super::{Kind, NodeRef};
use serde_json::Value as Json;

impl NodeRef<'_> {
    /// The same value for `serde_json`, which the schema compiler reads. Numbers beyond 64 bits
    /// become the nearest finite double, as everywhere in `serde_json` without arbitrary precision.
    #[must_use]
    pub fn to_json(self) -> Json {
        match self.kind() {
            Kind::Null => Json::Null,
            Kind::Boolean => Json::Bool(self.as_bool().unwrap_or_default()),
            Kind::Number => number(self.as_number().unwrap_or_default()),
            Kind::String => Json::String(self.as_str().unwrap_or_default().to_owned()),
            Kind::Array => Json::Array(self.items().map(NodeRef::to_json).collect()),
            Kind::Object => {
                Json::Object(self.members().map(|(name, value)| (name.to_owned(), value.to_json())).collect())
            }
        }
    }

    /// Compact JSON text of the value; members keep their order and numbers their text.
    #[must_use]
    pub fn to_json_text(self) -> String {
        let mut text = String::new();
        write(self, &mut text);
        text
    }
}

fn number(text: &str) -> Json {
    if let Ok(number) = serde_json::from_str(text) {
        return Json::Number(number);
    }
    // Beyond the range of a double, such as 1e400.
    let nearest = text.parse::<f64>().unwrap_or_default().clamp(f64::MIN, f64::MAX);
    serde_json::Number::from_f64(nearest).map_or(Json::Null, Json::Number)
}

fn write(value: NodeRef<'_>, text: &mut String) {
    match value.kind() {
        Kind::Null => text.push_str("null"),
        Kind::Boolean => text.push_str(if value.as_bool() == Some(true) { "true" } else { "false" }),
        Kind::Number => text.push_str(value.as_number().unwrap_or_default()),
        Kind::String => write_string(value.as_str().unwrap_or_default(), text),
        Kind::Array => {
            for (index, item) in value.items().enumerate() {
                text.push(if index == 0 { '[' } else { ',' });
                write(item, text);
            }
            text.push_str(if value.is_empty() { "[]" } else { "]" });
        }
        Kind::Object => {
            for (index, (name, member)) in value.members().enumerate() {
                text.push(if index == 0 { '{' } else { ',' });
                write_string(name, text);
                text.push(':');
                write(member, text);
            }
            text.push_str(if value.is_empty() { "{}" } else { "}" });
        }
    }
}

fn write_string(string: &str, text: &mut String) {
    // A string always has a JSON form.
    text.push_str(&serde_json::to_string(string).unwrap_or_default());
}

//! JSON texts of requests, against `serde_json`: the same verdict within our bounds, and the same value.
//!
//! The first octet chooses the bounds, the rest is the text.

use brrtrouter::schema::instance::{InstanceKind, InstanceNode, JsonLimits, JsonRule, parse_json};
use serde_json::Value;

/// The default bounds, and some that short texts reach.
fn limits(choice: u8) -> JsonLimits {
    match choice % 4 {
        1 => JsonLimits { nesting_max: 3, ..JsonLimits::default() },
        2 => JsonLimits { values_max: 5, ..JsonLimits::default() },
        3 => JsonLimits { number_bytes_max: 4, bytes_max: 64, ..JsonLimits::default() },
        _ => JsonLimits::default(),
    }
}

pub(crate) fn run(data: &[u8]) {
    let Some((choice, text)) = data.split_first() else { return };
    let limits = limits(*choice);
    let theirs = serde_json::from_slice::<Value>(text);
    match parse_json(text, &limits) {
        Ok(instance) => {
            assert!(instance.len() <= limits.values_max as usize);
            node(instance.root());
            match theirs {
                Ok(value) => assert_eq!(instance.root().to_json(), value),
                // A number beyond a double keeps its digits here.
                Err(error) => assert!(error.to_string().contains("number out of range"), "{error}"),
            }
            written(instance.root());
        }
        Err(error) => {
            assert!(error.offset as usize <= text.len() && error.line > 0 && error.column > 0, "{error}");
            let ours_alone = error.rule.is_limit() || error.rule == JsonRule::DuplicateMember;
            assert!(theirs.is_err() || ours_alone, "{error}, but it is {theirs:?}");
        }
    }
}

/// What is written is read as the same value, number text included.
fn written(root: InstanceNode<'_>) {
    let mut text = String::new();
    root.write_json(&mut text);
    let again = parse_json(text.as_bytes(), &JsonLimits { bytes_max: u32::MAX, ..JsonLimits::default() });
    let again = again.unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut twice = String::new();
    again.root().write_json(&mut twice);
    assert_eq!(text, twice);
}

/// Numbers convert as the standard library converts their text; members and items are found where they are listed.
fn node(value: InstanceNode<'_>) {
    match value.kind() {
        InstanceKind::Number => number(value),
        InstanceKind::Array => {
            assert_eq!(value.items().count(), value.len());
            value.items().for_each(node);
        }
        InstanceKind::Object => {
            assert_eq!(value.members().count(), value.len());
            for (name, member) in value.members() {
                assert_eq!(value.get(name).map(InstanceNode::to_json), Some(member.to_json()));
                node(member);
            }
        }
        InstanceKind::Null | InstanceKind::Boolean | InstanceKind::String | InstanceKind::Binary => {}
    }
}

fn number(value: InstanceNode<'_>) {
    let text = value.number_text().unwrap_or_default();
    if let Ok(expected) = text.parse::<u64>() {
        assert_eq!(value.as_u64(), Some(expected), "{text}");
    }
    if let Ok(expected) = text.parse::<i64>() {
        assert_eq!(value.as_i64(), Some(expected), "{text}");
    }
    if let Some(double) = value.as_f64() {
        assert_eq!(text.parse(), Ok(double), "{text}");
    }
}

//! Whatever documents say, loading ends, says the same each time, and gives what can be read.

use brrtrouter::description::{Location, Uri};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{load, openapi};

const NAMES: [&str; 26] = [
    "$ref",
    "$ref",
    "$id",
    "id",
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$schema",
    "$defs",
    "properties",
    "allOf",
    "items",
    "not",
    "discriminator",
    "mapping",
    "security",
    "components",
    "schemas",
    "parameters",
    "paths",
    "/a",
    "get",
    "responses",
    "a",
    "b~/c",
    "0",
];
const TEXTS: [&str; 22] = [
    "#",
    "#/",
    "#/components/schemas/a",
    "#/components/schemas",
    "#/paths/~1a",
    "#/a/0",
    "#a",
    "##",
    "#%",
    "#%ff",
    "a",
    "b",
    "b#/a",
    "../a",
    "urn:a",
    "urn:a#b",
    "https://e.x/a",
    "http://[",
    "%",
    "",
    "https://json-schema.org/draft/2020-12/schema",
    "http://json-schema.org/draft-04/schema#",
];

/// Values made of the words that matter here, so that many of them mean something.
fn values() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(TEXTS.as_slice()).prop_map(Value::from);
    let leaf = prop_oneof![4 => text, 1 => Just(json!(true)), 1 => Just(json!(null)), 1 => Just(json!(1))];
    leaf.prop_recursive(5, 64, 6, |inner| {
        let name = prop::sample::select(NAMES.as_slice()).prop_map(str::to_owned);
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => prop::collection::hash_map(name, inner, 0..6).prop_map(|members| json!(members)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever documents say, loading comes to an end, says the same each time, and what it gives can be read.
    #[test]
    fn any_documents_are_loaded_or_refused(schemas in values(), paths in values(), other in values(), later: bool) {
        let version = if later { "3.2.0" } else { "3.1.0" };
        let entry = openapi(version, json!({"components": {"schemas": schemas}, "paths": {"/a": paths}}));
        let documents = [("a", entry), ("b", other)];
        let result = load(&documents);
        let again = load(&documents);
        match (result, again) {
            (Ok(description), Ok(again)) => {
                prop_assert_eq!(description.diagnostics(), again.diagnostics());
                for (id, document) in description.documents() {
                    let mut stack = vec![document.tree().root()];
                    while let Some(node) = stack.pop() {
                        let at = Location { document: id, node: node.id() };
                        prop_assert!(Uri::parse(&description.base_uri(at)).is_ok());
                        prop_assert_eq!(description.follow(at).is_ok(), description.follow(at).is_ok());
                        prop_assert_eq!(description.place(at).pointer, node.pointer());
                        stack.extend(node.items());
                        stack.extend(node.members().map(|(_, value)| value));
                    }
                }
            }
            (Err(diagnostics), Err(again)) => {
                prop_assert!(diagnostics.has_errors());
                prop_assert_eq!(diagnostics, again);
            }
            (one, other) => prop_assert!(false, "{} and {}", one.is_ok(), other.is_ok()),
        }
    }
}

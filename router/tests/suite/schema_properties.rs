//! Compiled schemas against the validator they are built on, over arbitrary instances; and what every report keeps to.

use brrtrouter::description::{Description, Loader};
use brrtrouter::schema::instance::Instance;
use brrtrouter::schema::{SchemaCompiler, SchemaOptions};
use proptest::prelude::*;
use serde_json::{Value, json};

const SCHEMAS: [&str; 14] = [
    r#"{"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}, "required": ["a"]}"#,
    r#"{"properties": {"a": {"minimum": 2, "exclusiveMaximum": 5.5}}, "additionalProperties": {"type": ["null", "array"]}}"#,
    r#"{"type": ["array", "boolean"], "items": {"enum": [1, "a", null, [1]]}, "uniqueItems": true}"#,
    r#"{"oneOf": [{"required": ["a"]}, {"required": ["b"]}, {"type": "array", "contains": {"const": 1}, "maxContains": 1}]}"#,
    r#"{"anyOf": [{"type": "string", "minLength": 2}, {"multipleOf": 1.5, "type": "number"}, {"not": {"type": ["string", "number"]}}]}"#,
    r#"{"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": {"type": "boolean"}}"#,
    r#"{"prefixItems": [{"type": "integer"}, {"type": "string"}], "unevaluatedItems": false}"#,
    r#"{"if": {"required": ["a"]}, "then": {"maxProperties": 1}, "else": {"minProperties": 1, "minItems": 1, "maxLength": 1}}"#,
    r#"{"propertyNames": {"pattern": "^[ab]$"}, "patternProperties": {"^a": {"type": "number"}}, "maxItems": 2}"#,
    r#"{"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"properties": {"a": false}}}}"#,
    r#"{"$defs": {"n": {"anyOf": [{"type": "null"}, {"items": {"$ref": "/x#/$defs/n"}, "type": "array"}]}}, "$id": "/x", "$ref": "/x#/$defs/n"}"#,
    r#"{"type": "object", "additionalProperties": {"$ref": "https://example.test/loop"}, "$id": "https://example.test/loop"}"#,
    r#"{"const": {"a": [1, 2.0], "b": null}}"#,
    r#"{"contains": {"type": "integer"}, "minContains": 2, "items": {"not": {"const": "a"}}}"#,
];

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..7).prop_map(Value::from),
        prop::sample::select(vec![1.0, 1.5, 3.0, 5.5, -0.0]).prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-c]", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn describe() -> Description {
    let components: Vec<String> =
        SCHEMAS.iter().enumerate().map(|(number, schema)| format!("\"S{number}\": {schema}")).collect();
    let text = format!(
        r#"{{"openapi": "3.1.2", "info": {{"title": "t", "version": "1"}}, "components": {{"schemas": {{{}}}}}}}"#,
        components.join(",")
    );
    Loader::new()
        .document("https://example.test/api.json", text)
        .load("https://example.test/api.json")
        .unwrap_or_else(|found| panic!("{found}"))
}

#[test]
fn verdicts_and_reports_agree() {
    let description = describe();
    let document = description.entry().document;
    let options = SchemaOptions::default();
    let mut compiler = SchemaCompiler::new(&description, &options);
    let slots: Vec<_> = (0..SCHEMAS.len())
        .map(|number| {
            let at = description.at_pointer(document, &format!("/components/schemas/S{number}"));
            compiler.slot(at.expect("it is there"))
        })
        .collect();
    let schemas = compiler.compile().unwrap_or_else(|found| panic!("{found}"));
    let others: Vec<_> = SCHEMAS
        .iter()
        .map(|text| {
            let mut schema: Value = serde_json::from_str(text).expect("it is JSON");
            if let Some(id) = schema.get_mut("$id") {
                *id = json!("https://example.test/loop");
            }
            let text = schema.to_string().replace("/x#", "#");
            let schema: Value = serde_json::from_str(&text).expect("it is JSON");
            jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{error}"))
        })
        .collect();
    proptest!(ProptestConfig::with_cases(512), |(value in values())| {
        let instance = Instance::from(&value);
        for ((slot, other), text) in slots.iter().zip(&others).zip(SCHEMAS) {
            let valid = schemas.is_valid(*slot, instance.root());
            prop_assert_eq!(valid, other.is_valid(&value), "{} {}", text, value);
            let errors = schemas.errors(*slot, instance.root(), 32);
            prop_assert_eq!(errors.is_empty(), valid, "{} {}", text, value);
            for error in errors {
                prop_assert!(value.pointer(&error.instance_pointer).is_some(), "{:?} {}", error, value);
                prop_assert!(description.at_pointer(document, &error.keyword_pointer).is_some(), "{:?}", error);
                prop_assert!(!error.message.is_empty() && error.message.chars().count() < 200, "{:?}", error);
            }
            prop_assert!(schemas.errors(*slot, instance.root(), 1).len() <= 1);
        }
    });
}

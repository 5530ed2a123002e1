//! Plain verdicts are those of the general validator.

use crate::description::Description;
use crate::schema::instance::{Instance, InstanceNode, JsonLimits, parse_json};
use crate::schema::{FormatPolicy, SchemaCompiler, SchemaOptions, SchemaSlot, Schemas};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Compiles `X`, beside `Tree`, which refers to itself and to `X`.
fn compile(schema: &Value) -> (Schemas, SchemaSlot) {
    let refer = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let tree = json!({
        "type": ["object", "array", "integer"],
        "items": refer("Tree"), "properties": { "a": refer("X"), "b": refer("Tree") },
    });
    let description = json!({
        "openapi": "3.1.2", "info": { "title": "t", "version": "1" },
        "components": { "schemas": { "X": schema, "Tree": tree, "Other": { "pattern": "^a" } } },
    });
    let description = Description::from_text("t.json", &description.to_string()).unwrap();
    let at = description.at_pointer(description.entry().document, "/components/schemas/X").unwrap();
    let options = SchemaOptions { formats: FormatPolicy::Assert, ..SchemaOptions::default() };
    let mut compiler = SchemaCompiler::new(&description, &options);
    let slot = compiler.slot(at);
    (compiler.compile().unwrap_or_else(|found| panic!("{schema}: {found}")), slot)
}

/// The plain verdict, where there is one, and that of the general validator.
fn verdicts(schemas: &Schemas, slot: SchemaSlot, node: InstanceNode<'_>) -> (Option<bool>, bool) {
    let own = schemas.slot(slot).unwrap();
    (schemas.plain.verdict(own.entry, node), schemas.is_valid_in_general(own, node))
}

fn is_plain(schema: &Value) -> bool {
    let (schemas, slot) = compile(schema);
    verdicts(&schemas, slot, Instance::new().root()).0.is_some()
}

#[test]
fn what_forks_or_is_not_known_is_left_to_the_general_validator() {
    let other = json!({ "$ref": "#/components/schemas/Other" });
    let tree = json!({ "$ref": "#/components/schemas/Tree" });
    let cases = [
        (json!({}), true),
        (json!({ "$ref": "#/components/schemas/Tree" }), true),
        (json!({ "properties": { "a": { "items": tree } } }), true),
        (json!({ "title": "annotations are nothing", "default": 1, "readOnly": true }), true),
        (json!({ "type": "integer", "format": "int32" }), true),
        (json!({ "type": "string", "format": "date" }), false),
        (json!({ "pattern": "^a" }), false),
        (json!({ "$ref": "#/components/schemas/Tree", "minimum": 1 }), false),
        (json!({ "allOf": [tree] }), false),
        (json!({ "anyOf": [tree] }), false),
        (json!({ "patternProperties": { "^a": tree } }), false),
        (json!({ "unevaluatedProperties": false }), false),
        (json!({ "enum": [1, 2] }), false),
        (json!({ "enum": ["a"], "const": "a" }), false),
        (json!({ "properties": { "a": { "items": { "not": {} } } } }), false),
        (json!({ "properties": { "a": other } }), false),
        (json!({ "additionalProperties": { "items": other } }), false),
        (json!({ "required": (0..64).map(|name| name.to_string()).collect::<Vec<_>>() }), true),
        (json!({ "required": (0..65).map(|name| name.to_string()).collect::<Vec<_>>() }), false),
    ];
    for (schema, expected) in cases {
        assert_eq!(is_plain(&schema), expected, "{schema}");
    }
}

#[test]
fn many_properties_are_all_found() {
    let properties: Map<String, Value> =
        (0..40).map(|name| (format!("p{name}"), json!({ "type": "integer" }))).collect();
    let (schemas, slot) = compile(&json!({ "properties": properties, "required": ["p7", "z"] }));
    let check = |text: &str, expected: bool| {
        let instance = parse_json(text.as_bytes(), &JsonLimits::default()).unwrap();
        assert_eq!(verdicts(&schemas, slot, instance.root()), (Some(expected), expected), "{text}");
    };
    check(r#"{"p7": 1, "z": "", "p39": 2, "q": "free"}"#, true);
    check(r#"{"p7": 1, "z": "", "p39": "2"}"#, false);
    check(r#"{"p7": 1, "p39": 2}"#, false);
    check(r#"{"z": 1}"#, false);
}

#[test]
fn octets_are_a_string_without_text() {
    let mut instance = Instance::new();
    let octets = instance.binary(0, 5);
    let schemas = [
        json!({}),
        json!({ "type": "string" }),
        json!({ "type": "object" }),
        json!({ "minLength": 5, "maxLength": 5 }),
        json!({ "minLength": 6 }),
        json!({ "maxLength": 4 }),
        json!({ "enum": ["", "a"] }),
        json!({ "const": "" }),
        json!({ "minimum": 1, "minItems": 1, "required": ["a"] }),
    ];
    for schema in schemas {
        let (schemas, slot) = compile(&schema);
        let (plain, general) = verdicts(&schemas, slot, instance.node(octets));
        assert_eq!(plain, Some(general), "{schema}");
    }
}

fn types() -> impl Strategy<Value = Value> {
    let names = ["null", "boolean", "integer", "number", "string", "array", "object"];
    prop_oneof![
        prop::sample::select(names.to_vec()).prop_map(|name| json!(name)),
        prop::sample::subsequence(names.to_vec(), 1..=4).prop_map(|names| json!(names)),
    ]
}

fn listed() -> impl Strategy<Value = Value> {
    let values = vec![json!("a"), json!("\u{e9}"), json!(""), json!(null), json!(true), json!(false)];
    prop::sample::subsequence(values, 1..=4).prop_map(Value::Array)
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c", "\u{e9}", ""]).prop_map(str::to_owned)
}

fn bound() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![json!(-1), json!(0), json!(1), json!(2.5), json!(10), json!(1e30)])
}

/// A schema of random keywords of those that are plain.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(true)),
        Just(json!(false)),
        Just(json!({})),
        Just(json!({ "$ref": "#/components/schemas/Tree" })),
        types().prop_map(|types| json!({ "type": types })),
        listed().prop_map(|values| json!({ "enum": values })),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let keyword = prop_oneof![
            3 => types().prop_map(|types| ("type", types)),
            1 => listed().prop_map(|values| ("enum", values)),
            1 => (prop::sample::select(vec!["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"]), 0..4_u8)
                .prop_map(|(keyword, count)| (keyword, json!(count))),
            1 => (prop::sample::select(vec!["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]), bound()),
            1 => prop::sample::select(vec![json!(1), json!(0.5), json!(3)]).prop_map(|divisor| ("multipleOf", divisor)),
            1 => prop::sample::select(vec!["int32", "int64", "float", "double"]).prop_map(|format| ("format", json!(format))),
            1 => any::<bool>().prop_map(|unique| ("uniqueItems", json!(unique))),
            2 => inner.clone().prop_map(|items| ("items", items)),
            2 => prop::collection::btree_map(name(), inner.clone(), 0..4).prop_map(|map| ("properties", json!(map))),
            2 => inner.prop_map(|others| ("additionalProperties", others)),
            1 => prop::collection::btree_set(name(), 0..3).prop_map(|names| ("required", json!(names))),
        ];
        prop::collection::vec(keyword, 0..5)
            .prop_map(|keywords| Value::Object(keywords.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
    })
}

/// JSON text, with numbers in every form.
fn instance() -> impl Strategy<Value = String> {
    let numbers = [
        "0",
        "-0",
        "1",
        "1.0",
        "10e-1",
        "-1",
        "2.5",
        "2",
        "3",
        "1e30",
        "2147483648",
        "9007199254740993",
        "1e400",
    ];
    let strings = [r#""""#, r#""a""#, r#""é""#, r#""ab""#, r#""🦀x""#, r#""\u0061bc""#, r#""abcd""#];
    let others = ["null", "true", "false"];
    let all: Vec<&str> = numbers.iter().chain(&strings).chain(&others).copied().collect();
    prop::sample::select(all).prop_map(str::to_owned).prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::btree_map(name(), inner, 0..4).prop_map(|members| {
                let members: Vec<String> =
                    members.iter().map(|(name, value)| format!("{:?}:{value}", name)).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn verdicts_are_those_of_the_general_validator(
        schema in schema(),
        texts in prop::collection::vec(instance(), 24),
    ) {
        let (schemas, slot) = compile(&schema);
        for text in texts {
            let instance = parse_json(text.as_bytes(), &JsonLimits::default()).unwrap();
            let (plain, general) = verdicts(&schemas, slot, instance.root());
            prop_assert_eq!(plain, Some(general), "{} of {}", text, schema);
        }
    }
}

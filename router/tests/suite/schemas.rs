//! Compiled schemas from outside: verdicts, reports, dialects, bounds.

mod bounds;
mod discriminator;

use brrtrouter::description::{Description, Loader};
use brrtrouter::schema::instance::{Instance, JsonLimits, parse_json};
use brrtrouter::schema::{
    FormatPolicy, SchemaCompiler, SchemaError, SchemaOptions, SchemaSlot, Schemas, check_schemas,
};

/// A description with these components' schemas and further top-level members.
fn describe(schemas: &str, more: &str) -> Description {
    // `defaultMapping` came with 3.2.
    let version = if schemas.contains("defaultMapping") { "3.2.0" } else { "3.1.2" };
    let text = format!(
        r#"{{"openapi":"{version}","info":{{"title":"t","version":"1"}},"components":{{"schemas":{schemas}}}{more}}}"#
    );
    Loader::new()
        .document("https://example.test/api.json", text)
        .load("https://example.test/api.json")
        .unwrap_or_else(|found| panic!("{found}"))
}

fn try_compile(
    description: &Description,
    options: &SchemaOptions,
) -> Result<(Schemas, SchemaSlot), Vec<String>> {
    let at =
        description.at_pointer(description.entry().document, "/components/schemas/X").expect("X is there");
    let mut compiler = SchemaCompiler::new(description, options);
    let slot = compiler.slot(at);
    let listed = |found: brrtrouter::description::Diagnostics| {
        found.iter().map(|one| format!("{} {}", one.code, one.place.pointer)).collect()
    };
    compiler.compile().map(|schemas| (schemas, slot)).map_err(listed)
}

fn compile(schemas: &str, options: &SchemaOptions) -> (Schemas, SchemaSlot) {
    try_compile(&describe(schemas, ""), options).unwrap_or_else(|found| panic!("{found:?}"))
}

fn instance(text: &str) -> Instance {
    parse_json(text.as_bytes(), &JsonLimits::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn plain() -> SchemaOptions {
    SchemaOptions::default()
}

fn errors(schemas: &str, text: &str) -> Vec<SchemaError> {
    let (schemas, slot) = compile(schemas, &plain());
    schemas.errors(slot, instance(text).root(), 32)
}

/// Each error as `instance pointer | keyword pointer | message`.
fn report(schemas: &str, text: &str) -> Vec<String> {
    let one = |error: SchemaError| {
        let pointer = error.keyword_pointer.trim_start_matches("/components/schemas").to_owned();
        format!("{} | {pointer} | {}", error.instance_pointer, error.message)
    };
    errors(schemas, text).into_iter().map(one).collect()
}

const PETS: &str = r##"{
    "X": {"type": "object", "required": ["id", "name"], "properties": {
        "id": {"type": "integer", "format": "int64", "minimum": 1},
        "name": {"type": "string", "minLength": 1, "maxLength": 40, "pattern": "^[A-Z]"},
        "kind": {"enum": ["cat", "dog", "bird"]},
        "weight": {"type": "number", "multipleOf": 0.01},
        "owner": {"$ref": "#/components/schemas/Owner"},
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": true, "maxItems": 8},
        "friends": {"type": "array", "items": {"$ref": "#/components/schemas/X"}}
    }, "additionalProperties": false},
    "Owner": {"allOf": [{"required": ["email"]}, {"properties": {"email": {"type": "string"}}}]}
}"##;

#[test]
fn a_verdict_allocates_nothing() {
    let (schemas, slot) = compile(PETS, &plain());
    let pet = instance(
        r#"{"id": 7, "name": "Rex", "kind": "dog", "weight": 12.25, "owner": {"email": "a@b"},
            "tags": ["a", "b"], "friends": [{"id": 8, "name": "Tom", "friends": []}]}"#,
    );
    assert!(schemas.is_valid(slot, pet.root()));
    let counted = allocation_counter::measure(|| assert!(schemas.is_valid(slot, pet.root())));
    assert_eq!(counted.count_total, 0);
    let scalar = instance("\"x\"");
    let counted = allocation_counter::measure(|| assert!(!schemas.is_valid(slot, scalar.root())));
    assert_eq!(counted.count_total, 0);
}

#[test]
fn reports_name_places_and_keywords() {
    let check = |text: &str, expected: &[&str]| {
        let mut found = report(PETS, text);
        found.sort();
        assert_eq!(found, expected, "{text}");
    };
    check(r#"{"id": 1, "name": "Rex"}"#, &[]);
    check("[]", &[" | /X/type | is an array, not object"]);
    check(
        r#"{"id": 0, "name": "", "kind": "fish", "weight": 0.005, "x": 1}"#,
        &[
            " | /X/additionalProperties | has members that are not allowed: \"x\"",
            "/id | /X/properties/id/minimum | 0 is less than 1",
            "/kind | /X/properties/kind/enum | is none of [\"cat\",\"dog\",\"bird\"]",
            "/name | /X/properties/name/minLength | is shorter than 1 characters",
            "/name | /X/properties/name/pattern | does not match the pattern \"^[A-Z]\"",
            "/weight | /X/properties/weight/multipleOf | 0.005 is not a multiple of 0.01",
        ],
    );
    check(
        r#"{"id": 1, "name": "A", "owner": {}, "friends": [{"id": 2, "name": "B"}, {"id": "x"}]}"#,
        &[
            "/friends/1 | /X/required | lacks the member \"name\"",
            "/friends/1/id | /X/properties/id/type | is a string, not integer",
            "/owner | /Owner/allOf/0/required | lacks the member \"email\"",
        ],
    );
}

#[test]
fn reports_are_bounded() {
    let items: Vec<String> = (0..200_000).map(|number| format!("\"{number}\"")).collect();
    let text = format!("[{}]", items.join(","));
    let (schemas, slot) = compile(
        r#"{"X": {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}}"#,
        &plain(),
    );
    let long = instance(&text);
    let mut found = Vec::new();
    let counted = allocation_counter::measure(|| found = schemas.errors(slot, long.root(), 32));
    assert_eq!(found.len(), 32);
    assert_eq!(found[31].instance_pointer, "/31");
    assert!(counted.bytes_max < 4 << 20, "{} bytes", counted.bytes_max);

    let found = errors(
        r#"{"X": {"type": "string", "maxLength": 3, "const": "a"}}"#,
        &format!("\"{}\"", "é".repeat(10_000)),
    );
    assert!(found.iter().all(|error| error.message.chars().count() < 120), "{found:?}");
}

#[test]
fn numbers_are_judged_by_their_digits() {
    let check = |schema: &str, text: &str, expected: bool| {
        let (schemas, slot) = compile(&format!("{{\"X\": {schema}}}"), &plain());
        assert_eq!(schemas.is_valid(slot, instance(text).root()), expected, "{schema} {text}");
    };
    check(r#"{"maximum": 9007199254740992}"#, "9007199254740993", false);
    check(r#"{"maximum": 9007199254740992}"#, "9007199254740992.0000001", false);
    check(r#"{"exclusiveMinimum": 0.1}"#, "0.10000000000000000001", true);
    check(r#"{"maximum": 18446744073709551616}"#, "18446744073709551617", false);
    check(r#"{"minimum": -1e400}"#, "-1e399", true);
    check(r#"{"multipleOf": 0.01}"#, "1070468.13", true);
    check(r#"{"multipleOf": 0.01}"#, "1070468.135", false);
    check(r#"{"multipleOf": 3}"#, "135107988821114880000000000001", false);
    check(r#"{"const": 18446744073709551617}"#, "18446744073709551616", false);
    check(r#"{"const": 1.0}"#, "1", true);
    check(
        r#"{"enum": [0.1, {"a": [12345678901234567890123]}]}"#,
        r#"{"a": [12345678901234567890124]}"#,
        false,
    );
    check(
        r#"{"enum": [0.1, {"a": [12345678901234567890123]}]}"#,
        r#"{"a": [12345678901234567890123.0]}"#,
        true,
    );
    check(r#"{"type": "integer"}"#, "12345678901234567890123.0", true);
    check(r#"{"type": "integer"}"#, "12345678901234567890123.5", false);
    check(r#"{"type": "integer"}"#, "1e-1", false);
    check(r#"{"minLength": 2, "maxLength": 2}"#, "\"🦀é\"", true);
}

#[test]
fn formats_are_a_switch() {
    let named = FormatPolicy::AssertNamed(["int32".to_owned(), "uuid".to_owned()].into());
    let check = |schema: &str, text: &str, verdicts: [bool; 3]| {
        let policies = [FormatPolicy::Annotate, FormatPolicy::Assert, named.clone()];
        let found = policies.map(|formats| {
            let (schemas, slot) =
                compile(&format!("{{\"X\": {schema}}}"), &SchemaOptions { formats, ..plain() });
            schemas.is_valid(slot, instance(text).root())
        });
        assert_eq!(found, verdicts, "{schema} {text}");
    };
    check(r#"{"format": "int32"}"#, "2147483647", [true; 3]);
    check(r#"{"format": "int32"}"#, "2147483648", [true, false, false]);
    check(r#"{"format": "int32"}"#, "\"x\"", [true; 3]);
    check(r#"{"format": "int64"}"#, "9223372036854775808", [true, false, true]);
    check(r#"{"format": "float"}"#, "1e39", [true, false, true]);
    check(r#"{"format": "double"}"#, "1e39", [true; 3]);
    check(r#"{"format": "password"}"#, "12", [true; 3]);
    check(r#"{"format": "uuid"}"#, "\"x\"", [true, false, false]);
    check(r#"{"format": "date"}"#, "\"2024-02-30\"", [true, false, true]);
    check(r#"{"format": "no-such-format"}"#, "\"x\"", [true; 3]);
    check(r#"{"format": "binary"}"#, "\"x\"", [true; 3]);
}

#[test]
fn content_is_judged_when_asked_for() {
    let options = SchemaOptions { assert_content: true, ..plain() };
    let schema = r#"{"X": {"contentEncoding": "base64", "contentMediaType": "application/json"}}"#;
    let (annotated, asserted) = (compile(schema, &plain()), compile(schema, &options));
    for (text, valid) in
        [("\"e30=\"", true), ("\"e30\"", true), ("\"e3\"", false), ("\"?\"", false), ("1", true)]
    {
        assert!(annotated.0.is_valid(annotated.1, instance(text).root()), "{text}");
        assert_eq!(asserted.0.is_valid(asserted.1, instance(text).root()), valid, "{text}");
    }
}

#[test]
fn dialects_are_those_of_their_document_or_schema() {
    let check = |schema: &str, dialect: &str, expected: Result<bool, &[&str]>| {
        let description = describe(&format!("{{\"X\": {schema}}}"), dialect);
        let found = try_compile(&description, &plain());
        let verdict = found.map(|(schemas, slot)| schemas.is_valid(slot, instance("[1, \"a\"]").root()));
        assert_eq!(
            verdict,
            expected.map_err(|list| list.iter().map(|one| (*one).to_owned()).collect()),
            "{schema} {dialect}"
        );
    };
    let draft_7 = r#","jsonSchemaDialect":"http://json-schema.org/draft-07/schema#""#;
    let oas = r#","jsonSchemaDialect":"https://spec.openapis.org/oas/3.1/dialect/2024-11-10""#;
    // Draft 7 does not know `prefixItems`.
    check(r#"{"prefixItems": [{"type": "null"}]}"#, "", Ok(false));
    check(r#"{"prefixItems": [{"type": "null"}]}"#, oas, Ok(false));
    check(r#"{"prefixItems": [{"type": "null"}]}"#, draft_7, Ok(true));
    check(r#"{"items": [{"type": "null"}]}"#, draft_7, Ok(false));
    check(r#"{"items": [{"type": "null"}]}"#, "", Err(&["SCH-002 /components/schemas/X/items"]));
    check(
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "items": [{}, {"type": "null"}]}"#,
        "",
        Ok(false),
    );
    check(
        r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "prefixItems": [{"type": "null"}]}"#,
        draft_7,
        Ok(false),
    );
    check(
        "{}",
        r#","jsonSchemaDialect":"https://example.test/none""#,
        Err(&["SCH-005 /components/schemas/X"]),
    );
}

#[test]
fn reports_have_the_keywords_of_their_draft() {
    let schemas = r#"{"X": {"$schema": "http://json-schema.org/draft-04/schema#", "properties": {
        "prefixItems": {"items": [{"type": "null"}, {"minimum": 2, "exclusiveMinimum": true}], "additionalItems": {"type": "string"}},
        "b": {"dependencies": {"c": ["d"], "e": {"required": ["f"]}}}
    }}}"#;
    let found = report(schemas, r#"{"prefixItems": [1, 2, 3], "b": {"c": 1, "e": 2}}"#);
    let mut pointers: Vec<_> = found.iter().filter_map(|line| line.split(" | ").nth(1)).collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        [
            "/X/properties/b/dependencies",
            "/X/properties/b/dependencies/e/required",
            "/X/properties/prefixItems/additionalItems/type",
            "/X/properties/prefixItems/items/0/type",
            "/X/properties/prefixItems/items/1/exclusiveMinimum",
        ]
    );
}

#[test]
fn every_fault_is_told_with_its_place() {
    let check = |schemas: &str, expected: &[&str]| {
        let mut found = try_compile(&describe(schemas, ""), &plain()).err().unwrap_or_default();
        found.sort();
        assert_eq!(found, expected, "{schemas}");
    };
    check(
        r#"{"X": {"type": "strin", "minLength": -1, "properties": {"a": {"required": "b"}, "b": 7},
            "allOf": [], "items": {"pattern": "("}, "multipleOf": 0, "enum": {}, "not": {"maximum": "9"}}}"#,
        &[
            "SCH-001 /components/schemas/X/allOf",
            "SCH-001 /components/schemas/X/enum",
            "SCH-001 /components/schemas/X/minLength",
            "SCH-001 /components/schemas/X/multipleOf",
            "SCH-001 /components/schemas/X/not/maximum",
            "SCH-001 /components/schemas/X/properties/a/required",
            "SCH-001 /components/schemas/X/type",
            "SCH-002 /components/schemas/X/properties/b",
            "SCH-022 /components/schemas/X/items/pattern",
        ],
    );
    check(r#"{"X": {"nullable": true, "x-anything": 1, "discriminatr": {}, "example": {"type": 1}}}"#, &[]);
}

/// The generic list of the specification (SCH-009).
#[test]
fn dynamic_references_follow_their_scope() {
    let description = describe(
        r##"{
            "X": {"$ref": "#/components/schemas/Numbers"},
            "List": {"$id": "list", "type": "array", "items": {"$dynamicRef": "#item"},
                     "$defs": {"any": {"$dynamicAnchor": "item"}}},
            "Numbers": {"$id": "numbers", "$ref": "list", "$defs": {"n": {"$dynamicAnchor": "item", "type": "number"}}},
            "Strings": {"$id": "strings", "$ref": "list", "$defs": {"s": {"$dynamicAnchor": "item", "type": "string"}}}
        }"##,
        "",
    );
    let options = plain();
    let mut compiler = SchemaCompiler::new(&description, &options);
    let slots = ["X", "List", "Numbers", "Strings"].map(|name| {
        let pointer = format!("/components/schemas/{name}");
        compiler.slot(description.at_pointer(description.entry().document, &pointer).expect("it is there"))
    });
    let schemas = compiler.compile().unwrap_or_else(|found| panic!("{found}"));
    for (text, expected) in [("[1]", [true, true, true, false]), ("[\"a\"]", [false, true, false, true])] {
        let found = slots.map(|slot| schemas.is_valid(slot, instance(text).root()));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn binary_content_is_not_forced_through_string_keywords() {
    let (schemas, slot) =
        compile(r#"{"X": {"type": "string", "pattern": "^a$", "enum": ["a"], "maxLength": 5}}"#, &plain());
    let mut file = Instance::new();
    let id = file.binary(0, 4);
    // `enum` compares values, and octets equal no string.
    assert!(!schemas.is_valid(slot, file.node(id)));
    let (schemas, slot) = compile(r#"{"X": {"type": "string", "pattern": "^a$", "maxLength": 5}}"#, &plain());
    let long = file.binary(1, 6);
    assert!(schemas.is_valid(slot, file.node(id)));
    assert!(!schemas.is_valid(slot, file.node(long)));
}

/// The OAS dialect's meta-schema and the check of schemas give the same verdicts (SCH-004).
#[test]
fn the_meta_schema_of_the_dialect_agrees_with_the_check() {
    let meta = r#"{"X": {"$ref": "https://spec.openapis.org/oas/3.1/dialect/base"}}"#;
    let (schemas, slot) = compile(meta, &plain());
    let check = |schema: &str, expected: bool| {
        assert_eq!(schemas.is_valid(slot, instance(schema).root()), expected, "meta-schema: {schema}");
        let description = Loader::new()
            .document(
                "https://example.test/api.json",
                r#"{"openapi":"3.1.2","info":{"title":"t","version":"1"},"components":{}}"#,
            )
            .schema_document("https://example.test/schema.json", schema)
            .load("https://example.test/api.json");
        let sound = description.is_ok_and(|description| !check_schemas(&description).has_errors());
        assert_eq!(sound, expected, "check: {schema}");
    };
    for sound in [
        "true",
        "{}",
        r#"{"type": ["string", "null"]}"#,
        r#"{"enum": []}"#,
        r#"{"required": []}"#,
        r#"{"minLength": 2.0}"#,
        r#"{"properties": {"type": {"const": null}}}"#,
        r#"{"items": false}"#,
        r#"{"x": 1, "nullable": 3}"#,
        r#"{"dependentRequired": {"a": ["b"]}}"#,
        r#"{"example": {"type": 3}}"#,
        r#"{"maximum": -1e400}"#,
        r#"{"$defs": {"a": {"multipleOf": 0.5}}}"#,
        r#"{"not": {"allOf": [{}]}}"#,
        r#"{"default": {"type": 1}}"#,
    ] {
        check(sound, true);
    }
    for unsound in [
        "1",
        "[]",
        r#"{"type": []}"#,
        r#"{"type": "any"}"#,
        r#"{"type": ["string", "string"]}"#,
        r#"{"enum": 1}"#,
        r#"{"required": ["a", "a"]}"#,
        r#"{"required": "a"}"#,
        r#"{"minLength": -1}"#,
        r#"{"minLength": 1.5}"#,
        r#"{"items": []}"#,
        r#"{"properties": []}"#,
        r#"{"properties": {"a": 1}}"#,
        r#"{"multipleOf": 0}"#,
        r#"{"exclusiveMinimum": true}"#,
        r#"{"allOf": []}"#,
        r#"{"anyOf": {}}"#,
        r#"{"dependentRequired": {"a": ["b", "b"]}}"#,
        r#"{"uniqueItems": 1}"#,
        r#"{"$defs": {"a": {"maximum": "1"}}}"#,
        r#"{"if": 1}"#,
        r#"{"title": 1}"#,
        r#"{"readOnly": "no"}"#,
        r#"{"examples": {}}"#,
        r#"{"prefixItems": []}"#,
        r#"{"format": 1}"#,
        r#"{"deprecated": 0}"#,
        r#"{"contentSchema": 0}"#,
        r#"{"maxContains": -1}"#,
    ] {
        check(unsound, false);
    }
}

#[test]
fn compiled_schemas_are_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    let (schemas, _) = compile(PETS, &plain());
    shared(&schemas);
}

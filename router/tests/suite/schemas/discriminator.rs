//! `discriminator`: it picks the branch that a report is about, and changes no verdict (DIS).

use super::{compile, instance, plain, report};

const UNION: &str = r##"{
    "X": {"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}, {"type": "string"}],
          "discriminator": {"propertyName": "kind", "mapping": {"hound": "#/components/schemas/Dog", "Cat": "Dog", "2": "Cat"}}},
    "Cat": {"type": "object", "required": ["claws"]},
    "Dog": {"type": "object", "required": ["bark"], "properties": {"bark": {"type": "integer"}, "pup": {"$ref": "#/components/schemas/X"}}}
}"##;

#[test]
fn a_discriminator_picks_the_branch_of_the_report() {
    let check = |text: &str, expected: &[&str]| assert_eq!(report(UNION, text), expected, "{text}");
    // DIS-004: by name, by mapping; a mapping overrides a name.
    check(
        r#"{"kind": "Dog", "bark": "x"}"#,
        &["/bark | /Dog/properties/bark/type | is a string, not integer"],
    );
    check(r#"{"kind": "hound"}"#, &[" | /Dog/required | lacks the member \"bark\""]);
    check(r#"{"kind": "Cat"}"#, &[" | /Dog/required | lacks the member \"bark\""]);
    // DIS-007: numbers by their text.
    check(r#"{"kind": 2}"#, &[" | /Cat/required | lacks the member \"claws\""]);
    // DIS-008, DIS-009.
    check(
        r#"{"kind": "fish"}"#,
        &[" | /X/oneOf | matches no schema: `kind` is \"fish\", which selects none of them"],
    );
    check("{}", &[" | /X/oneOf | matches no schema, and has no `kind` that would tell which one is meant"]);
    check(
        r#"{"kind": "Dog", "bark": 1, "pup": {"kind": "Dog"}}"#,
        &["/pup | /Dog/required | lacks the member \"bark\""],
    );
}

#[test]
fn a_union_is_reported_by_the_only_branch_of_the_type() {
    let schemas = r##"{
        "X": {"type": "object", "properties": {
            "a": {"anyOf": [{"$ref": "#/components/schemas/O"}, {"type": "null"}]},
            "b": {"oneOf": [{"type": "integer", "minimum": 3}, {"type": "string"}, {"type": "array", "items": {"$ref": "#/components/schemas/X"}}]},
            "c": {"anyOf": [{"required": ["p"]}, {"required": ["q"]}]}
        }},
        "O": {"type": "object", "required": ["id"]}
    }"##;
    let check = |text: &str, expected: &[&str]| assert_eq!(report(schemas, text), expected, "{text}");
    check(r#"{"a": {}}"#, &["/a | /O/required | lacks the member \"id\""]);
    check(r#"{"a": 1}"#, &["/a | /X/properties/a/anyOf | matches none of the schemas"]);
    check(r#"{"b": 1}"#, &["/b | /X/properties/b/oneOf/0/minimum | 1 is less than 3"]);
    check(
        r#"{"b": [{}, {"a": {}}, 5]}"#,
        &["/b/1/a | /O/required | lacks the member \"id\"", "/b/2 | /X/type | is 5, not object"],
    );
    check(r#"{"c": {}}"#, &["/c | /X/properties/c/anyOf | matches none of the schemas"]);
}

#[test]
fn a_discriminator_changes_no_verdict() {
    let plain_union = UNION.replace("\"discriminator\"", "\"x-nothing\"");
    let ((with, slot), (without, other)) = (compile(UNION, &plain()), compile(&plain_union, &plain()));
    for text in [
        "\"s\"",
        "{}",
        "1",
        r#"{"kind": "Cat", "claws": 1}"#,
        r#"{"kind": "Dog", "claws": 1}"#,
        r#"{"kind": "Cat", "bark": 1}"#,
        r#"{"claws": 1, "bark": 1}"#,
        r#"{"kind": "fish", "bark": 1}"#,
    ] {
        let value = instance(text);
        assert_eq!(with.is_valid(slot, value.root()), without.is_valid(other, value.root()), "{text}");
    }
}

#[test]
fn a_default_mapping_is_for_absent_and_unknown_values() {
    let union = UNION.replace("\"propertyName\"", "\"defaultMapping\": \"Cat\", \"propertyName\"");
    for text in ["{}", r#"{"kind": "fish"}"#] {
        assert_eq!(report(&union, text), [" | /Cat/required | lacks the member \"claws\""], "{text}");
    }
}

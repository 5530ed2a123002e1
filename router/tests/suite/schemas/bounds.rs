//! What schemas and instances may cost: stack, work, and circles that are refused when they are compiled.

use super::{compile, describe, instance, plain, try_compile};

#[test]
fn schemas_that_judge_themselves_are_refused() {
    let check = |schemas: &str, expected: &[&str]| {
        let found = try_compile(&describe(schemas, ""), &plain()).err().unwrap_or_default();
        assert_eq!(found, expected, "{schemas}");
    };
    check(
        r##"{"X": {"allOf": [{"$ref": "#/components/schemas/B"}]}, "B": {"anyOf": [{"$ref": "#/components/schemas/X"}]}}"##,
        &["REF-019 /components/schemas/X"],
    );
    check(
        r##"{"X": {"properties": {"a": {"not": {"$ref": "#/components/schemas/X/properties/a"}}}}}"##,
        &["REF-019 /components/schemas/X/properties/a"],
    );
    // Looking inside the instance ends.
    check(r##"{"X": {"allOf": [{"properties": {"a": {"$ref": "#/components/schemas/X"}}}]}}"##, &[]);
    check(r##"{"X": {"items": {"anyOf": [{"$ref": "#/components/schemas/X"}, {"type": "null"}]}}}"##, &[]);
}

/// REF-020: what one value costs in stack is bounded when schemas are compiled.
#[test]
fn long_chains_about_one_value_are_refused() {
    let chain = |links: usize, keyword: &str| {
        let mut schemas = String::from("{");
        for link in 0..links {
            let name = if link == 0 { "X".to_owned() } else { format!("S{link}") };
            let next = format!("{{\"$ref\": \"#/components/schemas/S{}\"}}", link + 1);
            let inner = if keyword == "allOf" { format!("[{next}]") } else { format!("{{\"a\": {next}}}") };
            schemas.push_str(&format!("\"{name}\": {{\"{keyword}\": {inner}}},"));
        }
        schemas.push_str(&format!("\"S{links}\": {{\"type\": \"integer\"}}}}"));
        try_compile(&describe(&schemas, ""), &plain()).map(|_| ())
    };
    assert_eq!(chain(64, "allOf"), Ok(()));
    assert_eq!(chain(65, "allOf"), Err(vec!["REF-020 /components/schemas/X".to_owned()]));
    assert_eq!(chain(2_000, "properties"), Ok(()));
}

#[test]
fn nested_unions_of_a_recursive_schema_end() {
    let (schemas, slot) = compile(
        r##"{"X": {"anyOf": [
            {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/X"}}, "required": ["no"]},
            {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/X"}}, "required": ["not"]},
            {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/X"}}, "required": ["a"]},
            {"type": "integer"}
        ]}}"##,
        &plain(),
    );
    let nested = |inner: &str| format!("{}{inner}{}", "{\"a\":".repeat(60), "}".repeat(60));
    assert!(schemas.is_valid(slot, instance(&nested("1")).root()));
    let wrong = instance(&nested("\"x\""));
    assert!(!schemas.is_valid(slot, wrong.root()));
    assert!(!schemas.errors(slot, wrong.root(), 32).is_empty());
}

/// REF-020: a deep instance of a recursive schema needs a bounded stack. Coroutines have 256 KiB; half of it is for this.
#[test]
fn deep_instances_need_a_bounded_stack() {
    let schemas = r##"{
        "X": {"type": "object", "required": ["id"], "additionalProperties": false, "properties": {
            "id": {"type": "integer"},
            "a": {"anyOf": [{"allOf": [{"$ref": "#/components/schemas/X"}, {"$ref": "#/components/schemas/Y"}]}, {"type": "null"}]}
        }},
        "Y": {"oneOf": [{"$ref": "#/components/schemas/X"}, {"type": "integer"}], "unevaluatedProperties": false}
    }"##;
    let (schemas, slot) = compile(schemas, &plain());
    let nested = |inner: &str| format!("{}{inner}{}", "{\"id\":1,\"a\":".repeat(63), "}".repeat(63));
    let (right, wrong) = (nested("{\"id\":1}"), nested("{\"id\":\"x\"}"));
    let judge = || {
        assert!(schemas.is_valid(slot, instance(&right).root()));
        assert!(!schemas.errors(slot, instance(&wrong).root(), 32).is_empty());
    };
    // Without optimisation our own frames are several times as large.
    let stack_bytes = if cfg!(debug_assertions) { 1024 * 1024 } else { 128 * 1024 };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(stack_bytes).spawn_scoped(scope, judge);
        thread.expect("a thread").join().expect("it ends");
    });
}

/// SCH-022: a pattern that needs backtracking gives up after bounded work.
#[test]
fn patterns_do_bounded_work() {
    for pattern in ["^(a+)+$", "(?=a)(a+)+$", r"^(a|aa|(a))+\\2b$"] {
        let start = std::time::Instant::now();
        let subject = format!("{}!", "a".repeat(4_000));
        let named = format!(
            r#"{{"X": {{"patternProperties": {{"{pattern}": false, "^a": {{"type": "integer"}}}}}}}}"#
        );
        let pointers = [
            (format!(r#"{{"X": {{"pattern": "{pattern}"}}}}"#), format!("\"{subject}\"")),
            (
                format!(r#"{{"X": {{"items": {{"pattern": "{pattern}"}}}}}}"#),
                format!("[\"a\",\"{subject}\"]"),
            ),
            (
                format!(r#"{{"X": {{"propertyNames": {{"pattern": "{pattern}"}}}}}}"#),
                format!("{{\"{subject}\":1}}"),
            ),
            (named, format!("{{\"{subject}\":\"x\"}}")),
        ];
        for (schema, text) in pointers {
            let (schemas, slot) = compile(&schema, &plain());
            let value = instance(&text);
            assert!(!schemas.is_valid(slot, value.root()), "{schema}");
            assert!(!schemas.errors(slot, value.root(), 4).is_empty(), "{schema}");
        }
        assert!(start.elapsed().as_secs() < 5, "{pattern}: {:?}", start.elapsed());
    }
}

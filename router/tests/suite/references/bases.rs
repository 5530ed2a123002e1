//! What URI a document or schema has, and what that does to the references in it.

use serde_json::json;

use super::{check, openapi, resolves};

/// Appendix F of OAS 3.2, "Base URI Within Content" and "Resolving Relative `$self` and `$id`".
#[test]
fn content_retrieval_and_self_give_the_base() {
    let entry = |own: &str| {
        openapi(
            "3.2.0",
            json!({"$self": own, "paths": {"/foo": {"get": {
            "requestBody": {"$ref": "shared/foo#/components/requestBodies/Foo"}}}}}),
        )
    };
    let shared = |own: &str, foo: &str, bar: &str| {
        openapi(
            "3.2.0",
            json!({"$self": own, "components": {
            "requestBodies": {"Foo": {"content": {"application/json": {"schema": {"$ref": "../schemas/foo"}}}}},
            "schemas": {
                "Foo": {"$id": foo, "properties": {"bar": {"$ref": "bar"}}},
                "Bar": {"$id": bar, "type": "string"},
            }}}),
        )
    };
    let base = "https://example.com/api/";
    let absolute = [
        ("file:///home/someone/openapi.yaml", entry("https://example.com/api/openapi")),
        (
            "https://git.example.com/shared/foo.yaml",
            shared(
                &format!("{base}shared/foo"),
                &format!("{base}schemas/foo"),
                &format!("{base}schemas/bar"),
            ),
        ),
    ];
    let relative = [
        ("https://staging.example.com/api/openapi", entry("/api/openapi")),
        (
            "https://staging.example.com/api/shared/foo",
            shared("/api/shared/foo", "/api/schemas/foo", "/api/schemas/bar"),
        ),
    ];
    for documents in [absolute, relative] {
        let description = check(&documents, &[]).unwrap();
        let (entry, shared) = (documents[0].0, documents[1].0);
        resolves(
            &description,
            &format!("{entry}#/paths/~1foo/get/requestBody/$ref"),
            &format!("{shared}#/components/requestBodies/Foo"),
        );
        resolves(
            &description,
            &format!("{shared}#/components/requestBodies/Foo/content/application~1json/schema/$ref"),
            &format!("{shared}#/components/schemas/Foo"),
        );
        resolves(
            &description,
            &format!("{shared}#/components/schemas/Foo/properties/bar/$ref"),
            &format!("{shared}#/components/schemas/Bar"),
        );
    }
}

#[test]
fn a_document_with_self_is_named_by_it() {
    let entry = openapi("3.2.0", json!({"paths": {"/a": {"$ref": "other.json#/components/pathItems/A"}}}));
    let other = openapi(
        "3.2.0",
        json!({"$self": "https://example.com/other",
        "components": {"pathItems": {"A": {}}}}),
    );
    let documents = [("api.json", entry), ("other.json", other)];
    check(&documents, &["warning REF-008 api.json#/paths/~1a/$ref"]).unwrap();
    let broken = openapi("3.2.0", json!({"$self": "https://example.com/a#b"}));
    check(&[("api.json", broken)], &["error REF-007 api.json#/$self"]).unwrap_err();
    // `$self` means nothing before 3.2, where it is an unknown field.
    let (entry, mut other) = (documents[0].1.clone(), documents[1].1.clone());
    other["openapi"] = json!("3.1.2");
    let refused = check(&[("api.json", entry), ("other.json", other)], &[]).unwrap_err();
    assert!(refused.to_string().contains("DOC-015"), "{refused}");
}

#[test]
fn pointers_do_not_cross_into_identified_schemas() {
    for (version, severity) in [("3.1.2", "warning"), ("3.2.0", "error")] {
        let document = openapi(
            version,
            json!({"components": {"schemas": {
                "A": {"$id": "https://example.com/a", "properties": {"b": {"$ref": "#/$defs/c"}}, "$defs": {"c": {}}},
                "Good": {"$ref": "https://example.com/a#/$defs/c"},
                "Bad": {"$ref": "#/components/schemas/A/properties/b"},
            }}}),
        );
        let expected = format!("{severity} REF-026 api.json#/components/schemas/Bad/$ref");
        let result = check(&[("api.json", document)], &[&expected]);
        let text = result.map_or_else(|found| found.to_string(), |loaded| loaded.diagnostics().to_string());
        assert!(text.contains("write `https://example.com/a#/properties/b`"), "{text}");
    }
}

//! References across documents, and what is said about those that lead nowhere (REF).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bases;
mod properties;

use std::cell::RefCell;

use brrtrouter::description::{
    Description, Diagnostics, Loader, Location, ReferenceError, Retrieve, RetrieveError, RetrieveLimits,
    Retrieved, Severity, Uri, Version,
};
use brrtrouter::limits::load::{FINDINGS_MAX, REFERENCE_CHAIN_MAX};
use serde_json::{Value, json};

/// An OpenAPI document with `more` beside the required fields.
fn openapi(version: &str, mut more: Value) -> Value {
    let mut document = json!({"openapi": version, "info": {"title": "t", "version": "1"}});
    let members = document.as_object_mut().unwrap();
    members.append(more.as_object_mut().unwrap());
    if !["paths", "components", "webhooks"].iter().any(|name| members.contains_key(*name)) {
        members.insert("paths".to_owned(), json!({}));
    }
    document
}

fn load(documents: &[(&str, Value)]) -> Result<Description, Diagnostics> {
    let mut loader = Loader::new();
    for (uri, document) in documents {
        loader = loader.document(uri, document.to_string());
    }
    loader.load(documents[0].0)
}

/// Severity, code and `document#pointer` of every finding in the area of references.
fn found(result: &Result<Description, Diagnostics>) -> Vec<String> {
    let diagnostics = match result {
        Ok(description) => description.diagnostics(),
        Err(diagnostics) => diagnostics,
    };
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code.as_str().starts_with("REF"))
        .map(|diagnostic| {
            let name = match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Lint => "lint",
            };
            let place = &diagnostic.place;
            format!("{name} {} {}#{}", diagnostic.code, place.document, place.pointer)
        })
        .collect()
}

#[track_caller]
fn check(documents: &[(&str, Value)], expected: &[&str]) -> Result<Description, Diagnostics> {
    let result = load(documents);
    let text = result.as_ref().err().map(ToString::to_string).unwrap_or_default();
    assert_eq!(found(&result), expected, "{text}");
    result
}

#[track_caller]
fn resolves(description: &Description, from: &str, to: &str) {
    let at = |text: &str| -> Location {
        let (name, pointer) = text.split_once('#').unwrap();
        let (id, _) = description.documents().find(|(_, document)| document.name() == name).unwrap();
        description.at_pointer(id, pointer).unwrap_or_else(|| panic!("{text}"))
    };
    let reference = description.at(at(from)).as_str().unwrap().to_owned();
    let holder = at(from.rsplit_once('/').unwrap().0);
    let target = description.resolve(holder, &reference).unwrap_or_else(|error| panic!("{from}: {error}"));
    assert_eq!(target, at(to), "{from} -> {reference}");
}

fn schemas(schemas: Value) -> Value {
    let mut document = openapi("3.1.2", json!({"components": {}}));
    document["components"]["schemas"] = schemas;
    document
}

#[test]
fn references_inside_one_document() {
    let document = schemas(json!({
        "Zero": {"$defs": {"a/b~c": {"type": "string"}, "Space and {é}": {"type": "string"}}},
        "One": {"$ref": "#/components/schemas/Zero/$defs/a~1b~0c"},
        "Two": {"$ref": "#/components/schemas/Zero/$defs/Space%20and%20%7B%C3%A9%7D"},
        "Three": {"prefixItems": [{"type": "null"}, {"$ref": "#/components/schemas/Three/prefixItems/0"}]},
        "Four": {"$anchor": "four", "$ref": "#four"},
        "Five": {"$dynamicAnchor": "five", "properties": {"a": {"$dynamicRef": "#five"}}},
        "Six": {"$ref": "#"},
        "Seven": {"$ref": "a.json"},
    }));
    let mut document = document;
    document["components"]["schemas"]["Six"] = json!({"$ref": "#/components/schemas/Six"});
    document["components"]["schemas"]["Seven"] = json!({"$ref": "api.json#four"});
    let description = check(&[("api.json", document)], &[]).unwrap();
    for (from, to) in [
        ("One/$ref", "Zero/$defs/a~1b~0c"),
        ("Two/$ref", "Zero/$defs/Space and {é}"),
        ("Three/prefixItems/1/$ref", "Three/prefixItems/0"),
        ("Four/$ref", "Four"),
        ("Five/properties/a/$dynamicRef", "Five"),
        ("Six/$ref", "Six"),
        ("Seven/$ref", "Four"),
    ] {
        let at = |path: &str| format!("api.json#/components/schemas/{path}");
        resolves(&description, &at(from), &at(to));
    }
}

#[test]
fn what_leads_nowhere_is_said_where_it_stands() {
    let cases = [
        ("#/components/schemas/Pett", "REF-011", "did you mean `#/components/schemas/Pet`?"),
        ("#/components/schema/Pet", "REF-011", "did you mean `#/components/schemas`?"),
        ("#/components/schemas/Pet/type/x", "REF-011", "is a string"),
        ("#/components/schemas/~Pet", "REF-011", ""),
        ("#/components/schemas/%FF", "REF-011", "UTF-8"),
        ("#pett", "REF-012", "did you mean `#pet`?"),
        ("#a#b", "REF-013", ""),
        ("http://[", "REF-013", ""),
        ("other.json", "REF-001", "add it to the loader"),
        ("file:///etc/passwd", "REF-001", ""),
    ];
    for (reference, code, says) in cases {
        let document = schemas(json!({
            "Pet": {"$anchor": "pet", "type": "string"},
            "Use": {"$ref": reference},
        }));
        let expected = format!("error {code} api.json#/components/schemas/Use/$ref");
        let diagnostics = check(&[("api.json", document)], &[&expected]).unwrap_err();
        let text = diagnostics.to_string();
        assert!(text.contains(says), "{reference}: {text}");
    }
}

#[test]
fn identifiers_stand_only_where_schemas_stand() {
    let id = |id: &str| json!({"$id": format!("https://example.com/{id}"), "$anchor": "here"});
    let hidden = schemas(json!({
        "A": {
            "example": id("example"), "examples": [id("examples")], "enum": [id("enum")], "const": id("const"),
            "default": id("default"), "x-more": id("extension"), "unknown": id("unknown"),
            "properties": {"$id": {"type": "string"}, "enum": id("property")},
        },
        "B": {"items": {"$ref": "https://example.com/property#here"}},
    }));
    check(&[("api.json", hidden.clone())], &[]).unwrap();
    for name in ["example", "examples", "enum", "const", "default", "extension", "unknown"] {
        let mut document = hidden.clone();
        document["components"]["schemas"]["B"]["items"]["$ref"] =
            json!(format!("https://example.com/{name}"));
        let expected = "warning REF-010 api.json#/components/schemas/B/items/$ref";
        check(&[("api.json", document)], &[expected]).unwrap();
    }
    // Schemas in every corner of an OpenAPI document are seen.
    let corners = ["webhook", "header", "item", "encoding", "parameter", "callback", "media"];
    let all = corners.map(|name| json!({"$ref": format!("https://example.com/{name}#here")}));
    let media = |id_text: &str| json!({"content": {"application/json": {"schema": id(id_text)}}});
    let document = openapi(
        "3.2.0",
        json!({
            "webhooks": {"w": {"post": {"requestBody": media("webhook"), "responses": {"200": {
                "description": "", "headers": {"H": {"schema": id("header")}}, "content": {"multipart/mixed": {
                    "itemSchema": id("item"), "itemEncoding": {"headers": {"I": {"schema": id("encoding")}}}}}}}}}},
            "paths": {"/p": {
                "parameters": [{"name": "q", "in": "query", "schema": id("parameter")}],
                "additionalOperations": {"COPY": {"callbacks": {"c": {"{$request.body}": {
                    "get": {"responses": {"default": media("callback")}}}}}}},
            }},
            "components": {"mediaTypes": {"m": {"schema": id("media")}}, "schemas": {
                "All": {"allOf": all},
            }},
        }),
    );
    check(&[("api.json", document)], &[]).unwrap();
}

#[test]
fn older_drafts_identify_in_their_own_way() {
    let document = schemas(json!({
        "Four": {"$schema": "http://json-schema.org/draft-04/schema#", "id": "https://example.com/four",
            "items": [{"id": "#a"}], "definitions": {"b": {"id": "four/b", "$id": "https://example.com/no"}},
            "$defs": {"unknown": {"id": "https://example.com/unknown"}}},
        "Seven": {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.com/seven",
            "definitions": {"c": {"$id": "#c"}, "d": {"$ref": "#c", "$id": "https://example.com/hidden"}},
            "dependencies": {"x": ["y"], "z": {"$id": "z"}}},
        "Use": {"allOf": [
            {"$ref": "https://example.com/four#a"}, {"$ref": "https://example.com/four/b"},
            {"$ref": "https://example.com/seven#c"}, {"$ref": "https://example.com/z"},
        ]},
    }));
    let description = check(&[("api.json", document.clone())], &[]).unwrap();
    let at = description.at_pointer(description.entry().document, "/components/schemas/Seven/definitions/d");
    assert_eq!(description.base_uri(at.unwrap()), "https://example.com/seven");
    assert_eq!(description.dialect(at.unwrap()), Some("http://json-schema.org/draft-07/schema#"));
    for hidden in ["no", "unknown", "hidden"] {
        let mut document = document.clone();
        document["components"]["schemas"]["Use"] = json!({"$ref": format!("https://example.com/{hidden}")});
        let expected = "warning REF-010 api.json#/components/schemas/Use/$ref";
        let description = check(&[("api.json", document)], &[expected]).unwrap();
        assert_eq!(description.unretrieved().len(), 1);
    }
}

#[test]
fn documents_with_another_root_load_when_referenced() {
    let entry = openapi(
        "3.1.2",
        json!({"paths": {"/a": {"$ref": "path.json"}, "/b": {"get": {
        "parameters": [{"$ref": "parameters.json#/limit"}],
        "responses": {"200": {"$ref": "responses/ok.json"}}}}}}),
    );
    let documents = [
        ("api.json", entry),
        ("path.json", json!({"get": {"responses": {"200": {"$ref": "responses/ok.json"}}}})),
        (
            "parameters.json",
            json!({"limit": {"name": "limit", "in": "query", "schema": {"$ref": "#/types/limit"}},
            "types": {"limit": {"$ref": "schemas.json#/$defs/limit"}}}),
        ),
        (
            "responses/ok.json",
            json!({"description": "ok", "content": {"application/json": {
            "schema": {"$ref": "../schemas.json#thing"}}}}),
        ),
        ("schemas.json", json!({"$defs": {"limit": {"type": "integer"}, "thing": {"$anchor": "thing"}}})),
        ("alone.json", json!({"title": "read as a schema"})),
    ];
    let description = check(&documents, &[]).unwrap();
    assert_eq!(description.documents().len(), 6);
    resolves(
        &description,
        "responses/ok.json#/content/application~1json/schema/$ref",
        "schemas.json#/$defs/thing",
    );
    let kinds: Vec<_> = description
        .documents()
        .map(|(id, _)| description.kind(description.root(id)).map(|kind| kind.name()))
        .collect();
    let expected = [
        Some("OpenAPI Object"),
        Some("Path Item Object"),
        None,
        Some("Response Object"),
        Some("Schema Object"),
        Some("Schema Object"),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn the_target_is_what_the_place_calls_for() {
    let document = openapi(
        "3.1.2",
        json!({
            "paths": {"/a": {"get": {"parameters": [{"$ref": "#/components/schemas/A"}], "responses": {}}}},
            "components": {"schemas": {"A": {"$id": "https://example.com/a"}}},
        }),
    );
    let diagnostics =
        check(&[("api.json", document)], &["error REF-015 api.json#/paths/~1a/get/parameters/0/$ref"])
            .unwrap_err();
    let related: Vec<_> = diagnostics.iter().flat_map(|diagnostic| &diagnostic.related).collect();
    assert!(related.iter().any(|(_, place)| place.pointer == "/components/schemas/A"));
}

#[test]
fn circles_of_reference_objects_are_said_once() {
    let document = openapi(
        "3.1.2",
        json!({"components": {"parameters": {
            "A": {"$ref": "#/components/parameters/B"},
            "B": {"$ref": "#/components/parameters/C"},
            "C": {"$ref": "#/components/parameters/B"},
            "Self": {"$ref": "#/components/parameters/Self"},
        }}}),
    );
    let expected = [
        "error REF-019 api.json#/components/parameters/B/$ref",
        "error REF-019 api.json#/components/parameters/Self/$ref",
    ];
    check(&[("api.json", document)], &expected).unwrap_err();
    let recursive = schemas(json!({
        "Tree": {"properties": {"children": {"items": {"$ref": "#/components/schemas/Tree"}}}},
    }));
    let description = check(&[("api.json", recursive)], &[]).unwrap();
    let at = description
        .at_pointer(description.entry().document, "/components/schemas/Tree/properties/children/items");
    assert!(description.follow(at.unwrap()).is_ok());
    // Schemas that are only each other are for the schema compiler to refuse; following them comes to an end.
    let empty =
        schemas(json!({"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}));
    let description = check(&[("api.json", empty)], &[]).unwrap();
    let at = description.at_pointer(description.entry().document, "/components/schemas/A").unwrap();
    assert!(matches!(description.follow(at), Err(ReferenceError::Cycle { .. })));
}

#[test]
fn order_does_not_matter() {
    // The identifier stands in a document that nothing names by its place.
    let entry = schemas(json!({"A": {"$ref": "https://example.com/b"}}));
    let one = json!({"$defs": {"x": {"$ref": "https://example.com/c"}}});
    let two =
        json!({"$defs": {"b": {"$id": "https://example.com/b"}, "c": {"$id": "https://example.com/c"}}});
    for documents in [
        [("api.json", entry.clone()), ("one.json", one.clone()), ("two.json", two.clone())],
        [("api.json", entry), ("two.json", two), ("one.json", one)],
    ] {
        check(&documents, &[]).unwrap();
    }
}

#[test]
fn an_anchor_may_be_found_later_than_its_reference() {
    let mut document = schemas(json!({
        "A": {"$ref": "#late"},
        "B": {"$ref": "#/x-hidden"},
    }));
    document["x-hidden"] = json!({"items": {"$anchor": "late"}});
    let description = check(&[("api.json", document)], &[]).unwrap();
    resolves(&description, "api.json#/components/schemas/A/$ref", "api.json#/x-hidden/items");
}

#[test]
fn identifiers_are_unique() {
    let document = schemas(json!({
        "A": {"$id": "https://example.com/a"},
        "B": {"$id": "https://example.com/a"},
        "C": {"$anchor": "c"},
        "D": {"$dynamicAnchor": "c"},
        "E": {"$anchor": "e", "$dynamicAnchor": "e"},
        "F": {"$id": "#f"},
        "G": {"$id": "g#h"},
        "H": {"$ref": 1},
    }));
    let at = |code: &str, path: &str| format!("error {code} api.json#/components/schemas/{path}");
    let expected = [
        at("REF-005", "B/$id"),
        at("REF-012", "D/$dynamicAnchor"),
        at("REF-005", "F/$id"),
        at("REF-005", "G/$id"),
        at("REF-013", "H/$ref"),
    ];
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check(&[("api.json", document)], &expected).unwrap_err();
}

#[test]
fn links_discriminators_and_requirements_refer() {
    let document = |version: &str| {
        openapi(
            version,
            json!({
                "paths": {"/a/{b}": {"get": {"responses": {"200": {"description": "", "links": {
                    "good": {"operationRef": "#/paths/~1a~1%7Bb%7D/get"},
                    "raw": {"operationRef": "#/paths/~1a~1{b}/get"},
                    "far": {"operationRef": "links.json#/paths/~1c/get"},
                }}}}}},
                "security": [{"key": [], "security.json#/components/securitySchemes/key": []}],
                "components": {
                    "schemas": {"A": {"discriminator": {"propertyName": "p", "mapping": {
                        "name": "B", "uri": "#/components/schemas/B", "file": "schema.json"}}}, "B": {}},
                    "securitySchemes": {"key": {"type": "mutualTLS"}},
                },
            }),
        )
    };
    let loaded = |version: &str| {
        let asked = RefCell::new(Vec::new());
        let entry = document(version).to_string();
        let result = Loader::new().document("api.json", entry).retriever(Asked(&asked)).load("api.json");
        assert!(found(&result).contains(
            &"warning REF-013 api.json#/paths/~1a~1{b}/get/responses/200/links/raw/operationRef".to_owned()
        ));
        let mut asked = asked.into_inner();
        asked.sort();
        asked
    };
    let all = ["links.json", "schema.json", "security.json"].map(|name| format!("description:///{name}"));
    assert_eq!(loaded("3.2.0"), all);
    // Before 3.2 a requirement names components only.
    assert_eq!(loaded("3.1.2"), &all[..2]);
}

/// Has nothing, but remembers what was asked for.
struct Asked<'a>(&'a RefCell<Vec<String>>);

impl Retrieve for Asked<'_> {
    fn retrieve(&self, uri: &Uri, _: &RetrieveLimits) -> Result<Retrieved, RetrieveError> {
        self.0.borrow_mut().push(uri.to_string());
        Err(RetrieveError::NotOffered)
    }
}

#[test]
fn versions() {
    let cases = [
        ("3.1.0", Some(Version::V3_1)),
        ("3.1.99", Some(Version::V3_1)),
        ("3.2.1", Some(Version::V3_2)),
        ("3.0.3", Some(Version::V3_1)),
        ("3.3.0", None),
        ("4.0.0", None),
        ("2.0", None),
        ("", None),
        ("31.0", None),
    ];
    for (text, version) in cases {
        let result = load(&[("api.json", openapi(text, json!({})))]);
        let refused = result.as_ref().err().is_some_and(|diagnostics| {
            diagnostics.iter().any(|diagnostic| diagnostic.code.as_str() == "DOC-005")
        });
        assert_eq!(refused, version.is_none(), "{text}");
        let read = result.ok().map(|description| description.version(description.entry().document));
        assert_eq!(read, version, "{text}");
    }
    let swagger = load(&[("api.json", json!({"swagger": "2.0", "info": {}, "paths": {}}))]).unwrap_err();
    assert_eq!(swagger.iter().map(|diagnostic| diagnostic.code.as_str()).collect::<Vec<_>>(), ["DOC-005"]);
}

#[test]
fn one_uri_means_one_document() {
    let entry = openapi("3.2.0", json!({"$self": "https://example.com/api"}));
    let mut other = entry.clone();
    let copies = [("api.json", entry.clone()), ("mirror/api.json", entry.clone())];
    let description = check(&copies, &[]).unwrap();
    assert_eq!(description.documents().len(), 1);
    assert!(description.resolve_uri("description:///", "mirror/api.json#/info").is_ok());
    other["info"]["title"] = json!("another");
    check(&[("api.json", entry), ("other.json", other)], &["error REF-006 other.json#"]).unwrap_err();
    // A schema document's `$id` is resolved once, against where it was retrieved.
    let schema =
        json!({"$id": "nested/pet.json", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "toy.json"}}});
    let toy = json!({"$id": "https://example.com/nested/toy.json"});
    let documents = [("https://example.com/pet.json", schema), ("toy.json", toy)];
    let description = check(&documents, &[]).unwrap();
    let uris: Vec<_> = description.documents().map(|(_, document)| document.uri().to_string()).collect();
    assert_eq!(uris, ["https://example.com/nested/pet.json", "https://example.com/nested/toy.json"]);
}

#[test]
fn an_openapi_document_is_one_whatever_refers_to_it() {
    let entry = openapi("3.1.2", json!({"paths": {"/a": {"$ref": "other.json"}}}));
    let other = openapi("3.2.0", json!({}));
    let expected = ["error REF-015 api.json#/paths/~1a/$ref"];
    check(&[("api.json", entry), ("other.json", other)], &expected).unwrap_err();
}

#[test]
fn names_come_before_uris() {
    let entry = openapi(
        "3.2.0",
        json!({
            "security": [{"key.json": [], "lost": []}, {"./key.json": []}],
            "components": {
                "securitySchemes": {"key.json": {"type": "mutualTLS"}},
                "schemas": {"A": {"discriminator": {"propertyName": "p", "mapping": {"a": "b.json", "b": "./b.json"}}},
                    "b.json": {"type": "object"}},
            },
        }),
    );
    // Neither file is a document of its kind, so that it would be told if it were read.
    let wrong = openapi("3.2.0", json!({"$self": "other"}));
    let result = load(&[("api.json", entry), ("b.json", wrong.clone()), ("key.json", wrong)]);
    let errors: Vec<_> =
        found(&result).into_iter().filter(|found| found.starts_with("error REF-015")).collect();
    let expected = [
        "error REF-015 api.json#/components/schemas/A/discriminator/mapping/b",
        "error REF-015 api.json#/security/1/.~1key.json",
    ];
    assert_eq!(errors, expected);
}

#[test]
fn long_chains_and_many_findings_are_cut() {
    let chain = |length: usize| {
        let link = |index: usize| json!({"$ref": format!("#/components/parameters/p{}", index + 1)});
        let mut parameters: serde_json::Map<String, Value> =
            (0..length).map(|index| (format!("p{index}"), link(index))).collect();
        parameters.insert(format!("p{length}"), json!({"name": "p", "in": "query", "schema": {}}));
        let mut document = openapi("3.1.2", json!({"components": {}}));
        document["components"]["parameters"] = Value::Object(parameters);
        document
    };
    let longest = REFERENCE_CHAIN_MAX;
    check(&[("api.json", chain(longest))], &[]).unwrap();
    let expected = "error REF-019 api.json#/components/parameters/p0/$ref";
    check(&[("api.json", chain(longest + 1))], &[expected]).unwrap_err();

    let lost: serde_json::Map<String, Value> =
        (0..FINDINGS_MAX + 7).map(|index| (format!("s{index}"), json!({"$ref": "#/lost"}))).collect();
    let result = load(&[("api.json", schemas(Value::Object(lost)))]);
    let found = found(&result);
    assert_eq!(found.len(), FINDINGS_MAX + 1);
    let text = result.unwrap_err().to_string();
    assert!(text.contains("7 more findings"), "{text}");

    let long = format!("#/{}", "long".repeat(10_000));
    let diagnostics = load(&[("api.json", schemas(json!({"A": {"$ref": long}})))]).unwrap_err();
    let texts = diagnostics.iter().map(|found| found.what.len() + found.mend.len()).max();
    assert!(texts.is_some_and(|length| length < 1_000), "{diagnostics}");
}

/// Every region is found only by way of the one before it, and all references wait from the start.
#[test]
fn references_that_wait_for_each_other_settle() {
    let mut document = openapi("3.1.2", json!({"components": {"schemas": {}}}));
    let mut region = json!({});
    for index in (0..64).rev() {
        region = json!({"$id": format!("https://example.com/{index}"), "x-next": region});
    }
    document["x-regions"] = region;
    let mut all = serde_json::Map::new();
    all.insert("start".to_owned(), json!({"$ref": "#/x-regions"}));
    for index in (0..63).rev() {
        let reference = format!("https://example.com/{index}#/x-next");
        all.insert(format!("w{index}"), json!({"$ref": reference}));
    }
    document["components"]["schemas"] = Value::Object(all);
    let description = load(&[("api.json", document)]).unwrap();
    assert!(description.resolve_uri("https://example.com/63", "").is_ok());
}

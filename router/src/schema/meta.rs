//! The meta-schemas of the OAS dialects, as documents that a schema may refer to (SCH-004).
//!
//! Takes: a URI. Gives: the text of the meta-schema or vocabulary that it names, written from the specification's text (OAS 3.1 and 3.2
//! §Schema Object, §Discriminator Object, §XML Object). Needs no network. Never panics.

use serde_json::{Value, json};

/// The dialect, or the vocabulary, with that URI; whatever the date in it.
pub(crate) fn oas_meta_schema(uri: &str) -> Option<Value> {
    let rest = uri.strip_prefix("https://spec.openapis.org/oas/")?;
    let (version, rest) = rest.split_once('/')?;
    let (kind, edition) = rest.split_once('/')?;
    if !matches!(version, "3.1" | "3.2") || !super::dialect::is_edition(edition) {
        return None;
    }
    match kind {
        "dialect" => Some(dialect(uri, version, edition)),
        "meta" => Some(vocabulary(uri, version)),
        _ => None,
    }
}

fn dialect(uri: &str, version: &str, edition: &str) -> Value {
    let standard = |name: &str| format!("https://json-schema.org/draft/2020-12/vocab/{name}");
    json!({
        "$id": uri,
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("The schema dialect of OpenAPI {version}"),
        "$vocabulary": {
            standard("core"): true,
            standard("applicator"): true,
            standard("unevaluated"): true,
            standard("validation"): true,
            standard("meta-data"): true,
            standard("format-annotation"): true,
            standard("content"): true,
            format!("https://spec.openapis.org/oas/{version}/vocab/base"): false,
        },
        "$dynamicAnchor": "meta",
        "allOf": [
            {"$ref": "https://json-schema.org/draft/2020-12/schema"},
            {"$ref": format!("https://spec.openapis.org/oas/{version}/meta/{edition}")},
        ],
    })
}

fn vocabulary(uri: &str, version: &str) -> Value {
    let later = version == "3.2";
    // SCH-026: the old and the new way of saying where a value stands do not go together.
    let (xml, xml_rules) = if later {
        (xml_3_2(), json!({"nodeType": {"properties": {"attribute": false, "wrapped": false}}}))
    } else {
        (xml_3_1(), json!({}))
    };
    json!({
        "$id": uri,
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("The base vocabulary of OpenAPI {version}"),
        "$dynamicAnchor": "meta",
        "type": ["object", "boolean"],
        "properties": {
            "discriminator": object(&discriminator(later), &json!(["propertyName"]), &json!({})),
            "example": true,
            "externalDocs": object(
                &json!({"url": {"type": "string", "format": "uri-reference"}, "description": {"type": "string"}}),
                &json!(["url"]),
                &json!({}),
            ),
            "xml": object(&xml, &json!([]), &xml_rules),
        },
    })
}

fn discriminator(later: bool) -> Value {
    json!({
        "propertyName": {"type": "string"},
        "mapping": {"type": "object", "additionalProperties": {"type": "string"}},
        // It came with 3.2.
        "defaultMapping": if later { json!({"type": "string"}) } else { json!(false) },
    })
}

fn xml_3_1() -> Value {
    json!({
        "name": {"type": "string"},
        "namespace": {"type": "string", "format": "iri"},
        "prefix": {"type": "string"},
        "attribute": {"type": "boolean"},
        "wrapped": {"type": "boolean"},
    })
}

fn xml_3_2() -> Value {
    json!({
        "nodeType": {"enum": ["element", "attribute", "text", "cdata", "none"]},
        "name": {"type": "string"},
        "namespace": {"type": "string", "format": "iri"},
        "prefix": {"type": "string"},
        "attribute": {"type": "boolean"},
        "wrapped": {"type": "boolean"},
    })
}

/// An Object with fixed fields that may be extended.
fn object(properties: &Value, required: &Value, dependent: &Value) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "dependentSchemas": dependent,
        "patternProperties": {"^x-": true},
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::oas_meta_schema;

    #[test]
    fn dialects_and_vocabularies_are_at_hand() {
        let check = |uri: &str, known: bool| assert_eq!(oas_meta_schema(uri).is_some(), known, "{uri}");
        check("https://spec.openapis.org/oas/3.1/dialect/base", true);
        check("https://spec.openapis.org/oas/3.1/meta/base", true);
        check("https://spec.openapis.org/oas/3.2/dialect/2025-09-17", true);
        check("https://spec.openapis.org/oas/3.2/meta/2025-09-17", true);
        check("https://spec.openapis.org/oas/3.0/dialect/base", false);
        check("https://spec.openapis.org/oas/3.1/schema/2022-10-07", false);
        check("https://example.org/oas/3.1/dialect/base", false);
    }
}

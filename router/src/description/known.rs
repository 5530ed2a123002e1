//! Meta-schemas that every reader of schemas has at hand and never retrieves: those of JSON Schema and of OpenAPI's dialects.
//!
//! Takes: a URI. Gives: the text of the meta-schema it names. Never panics.

use jsonschema::Draft;

use super::{Retrieved, Uri};

/// The URI of the schema that asks for a meta-schema.
const REFERRER: &str = "description:///known";

/// Where the meta-schemas of each draft live.
const DRAFTS: [(&str, Draft); 5] = [
    ("http://json-schema.org/draft-04/", Draft::Draft4),
    ("http://json-schema.org/draft-06/", Draft::Draft6),
    ("http://json-schema.org/draft-07/", Draft::Draft7),
    ("https://json-schema.org/draft/2019-09/", Draft::Draft201909),
    ("https://json-schema.org/draft/2020-12/", Draft::Draft202012),
];

/// The meta-schema (or vocabulary) with that URI.
pub(crate) fn meta_schema(uri: &Uri) -> Option<Retrieved> {
    if let Some(meta_schema) = crate::schema::oas_meta_schema(uri.as_str()) {
        return Some(Retrieved { bytes: meta_schema.to_string().into_bytes(), uri: uri.clone() });
    }
    let (_, draft) = DRAFTS.iter().find(|(prefix, _)| uri.as_str().starts_with(prefix))?;
    // A registry holds the meta-schemas of a draft when a schema in it refers to one of them.
    let schema = serde_json::json!({"$ref": uri.as_str()});
    let registry = jsonschema::Registry::new().draft(*draft).add(REFERRER, &schema).ok()?.prepare().ok()?;
    let resolver = registry.resolver(jsonschema::uri::from_str(REFERRER).ok()?);
    let found = resolver.lookup(uri.as_str()).ok()?;
    Some(Retrieved { bytes: found.contents().to_string().into_bytes(), uri: uri.clone() })
}

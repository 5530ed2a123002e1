//! References among three documents: URIs, pointers, anchors, circles. What resolves is there, and is found by its pointer.

use crate::description::well_formed;
use crate::vocabulary;
use arbitrary::{Result, Unstructured};
use brrtrouter::description::{Description, ExpressionTemplate, Loader, PathTemplate, ServerTemplate, Uri};
use serde_json::{Map, Value, json};

const BASES: &[&str] = &[
    "https://example.test/api.json",
    "https://example.test/a/api.json",
    "api.json",
    "urn:a:b",
    "file:///a/b.json",
];

pub(crate) fn run(data: &[u8]) {
    crate::structured(data, describe);
}

fn describe(input: &mut Unstructured<'_>) -> Result<()> {
    let entry = *input.choose(BASES)?;
    let other = *input.choose(&["other.json", "https://example.test/other.json", "urn:a:b", "tree"])?;
    let schemas = [schema(input)?, schema(input)?, schema(input)?];
    let second =
        json!({"$id": vocabulary::text(input)?, "$defs": {"a": schema(input)?}, "a": schema(input)?});
    let [zero, one, two] = schemas;
    let first = json!({
        "openapi": input.choose(&["3.1.2", "3.2.0"])?, "info": {"title": "t", "version": "1"},
        "components": {"schemas": {"S0": zero, "S1": one, "S2": two},
            "parameters": {"trace": {"$ref": vocabulary::text(input)?}}}
    });
    let references = [vocabulary::text(input)?, vocabulary::text_of_its_own(input)?];
    texts(&references);
    let loader = Loader::new().document(entry, first.to_string()).document(other, second.to_string());
    match loader.load(entry) {
        Ok(description) => references.iter().for_each(|reference| resolve(&description, reference)),
        Err(found) => well_formed(&found),
    }
    Ok(())
}

/// A schema with identifiers and references in it.
fn schema(input: &mut Unstructured<'_>) -> Result<Value> {
    const PLACES: &[&str] = &["$ref", "$dynamicRef", "$id", "$anchor", "$dynamicAnchor"];
    let mut schema = match vocabulary::value(input, 3)? {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    for _ in 0..input.int_in_range(0..=2)? {
        schema.insert((*input.choose(PLACES)?).to_owned(), vocabulary::text(input)?.into());
    }
    Ok(schema.into())
}

fn resolve(description: &Description, reference: &str) {
    for (document, _) in description.documents() {
        let root = description.root(document);
        match description.resolve(root, reference) {
            Ok(at) => {
                let pointer = description.at(at).pointer();
                assert_eq!(description.at_pointer(at.document, &pointer), Some(at), "{reference}");
                drop(description.follow(at));
            }
            Err(error) => {
                assert!(!error.to_string().is_empty() && !error.mend().is_empty());
                drop(description.near(&error));
            }
        }
    }
}

/// The small grammars that stand in descriptions.
fn texts(texts: &[String]) {
    for text in texts {
        if let Ok(template) = PathTemplate::parse(text) {
            let hierarchy = template.hierarchy();
            assert!(hierarchy.starts_with('/'));
            drop(template.faults());
        }
        if let Ok(template) = ServerTemplate::parse(text) {
            drop(template.faults());
        }
        drop(ExpressionTemplate::parse(text));
        for base in BASES {
            let Ok(base) = Uri::parse(base) else { continue };
            if let Ok((joined, _)) = base.join(text) {
                assert_eq!(Uri::parse(joined.as_str()), Ok(joined));
            }
        }
    }
}

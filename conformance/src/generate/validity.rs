//! The independent path: whether an instance is valid, by the crate `jsonschema` over the schema as the document has it.
//!
//! Takes: nodes of a description and instances. Gives: a judgement that owes nothing to the library under test; none
//! where the schema cannot be compiled there. Never panics.

use std::collections::HashMap;

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};

use super::description::{Description, Node};

/// Compiled schemas by their place.
#[derive(Debug)]
pub struct Validity<'d> {
    description: &'d Description,
    registry: Option<Registry<'d>>,
    compiled: HashMap<String, Option<Validator>>,
}

impl<'d> Validity<'d> {
    /// Of the schemas of `description`.
    pub fn new(description: &'d Description) -> Self {
        let mut builder = Registry::new().draft(Draft::Draft202012);
        for (uri, value) in description.documents() {
            // OpenAPI documents are no schemas: the draft is told, not read from them.
            match builder.add(uri, Draft::Draft202012.create_resource_ref(value)) {
                Ok(next) => builder = next,
                Err(_) => return Self { description, registry: None, compiled: HashMap::new() },
            }
        }
        Self { description, registry: builder.prepare().ok(), compiled: HashMap::new() }
    }

    /// Whether `instance` is valid against `schema`; `None` where nobody independent can say.
    pub fn judge(&mut self, schema: &Node<'_>, instance: &Value) -> Option<bool> {
        let uri = self.description.uri(schema);
        if !self.compiled.contains_key(&uri) {
            let validator = self.compile(&uri);
            self.compiled.insert(uri.clone(), validator);
        }
        let validator = self.compiled.get(&uri)?.as_ref()?;
        Some(validator.is_valid(instance))
    }

    /// The validator of the schema at `uri`; `None` where it cannot be compiled.
    pub fn compile(&self, uri: &str) -> Option<Validator> {
        let registry = self.registry.as_ref()?;
        let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(registry);
        options.offline().should_validate_formats(false).build(&json!({ "$ref": uri })).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_judged_where_they_stand() {
        let description = Description::of(json!({
            "openapi": "3.0.3",
            "components": {"schemas": {
                "A/b": {"type": "object", "properties": {"c": {"$ref": "#/components/schemas/C"}}},
                "C": {"type": "integer", "nullable": true, "minimum": 1, "exclusiveMinimum": true},
                "Broken": {"$ref": "#/nowhere"},
            }},
        }));
        let mut validity = Validity::new(&description);
        let schemas = description.entry().and_then(|root| root.child("components")?.child("schemas"));
        let schemas = schemas.expect("schemas");
        let mut judge = |name: &str, instance| validity.judge(&schemas.child(name).expect(name), &instance);
        assert_eq!(judge("A/b", json!({"c": 2})), Some(true));
        assert_eq!(judge("A/b", json!({"c": 1})), Some(false));
        assert_eq!(judge("A/b", json!({"c": null})), Some(true));
        assert_eq!(judge("Broken", json!(1)), None);
    }
}

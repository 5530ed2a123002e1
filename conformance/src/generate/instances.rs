//! Instances that are known to be valid: candidates that the independent path has judged.
//!
//! Takes: a schema's place. Gives: a valid instance, the description's own examples and defaults, or why there is none.
//! Never panics.

use serde_json::Value;

use super::Reason;
use super::description::{Description, Node};
use super::random::Random;
use super::telling::tells;
use super::validity::Validity;
use super::values::{Maker, Written};

/// Candidates for one instance.
const CANDIDATES_MAX: usize = 14;
/// Text that stands for no one value.
const UNTOLD: &str = "value in text whose type only `enum` or a branch tells (SER-029, SER-030)";
/// Examples of one place.
const EXAMPLES_MAX: usize = 3;

/// Makes and judges instances.
#[derive(Debug)]
pub struct Instances<'d> {
    /// Where references lead.
    pub description: &'d Description,
    /// Who judges.
    pub validity: Validity<'d>,
    /// Where chance comes from.
    pub random: Random,
}

impl<'d> Instances<'d> {
    /// A valid instance of `schema`, with optional members where `full`.
    ///
    /// # Errors
    /// Why there is none.
    pub fn valid(&mut self, schema: &Node<'d>, written: Written, full: bool) -> Result<Value, Reason> {
        let mut why = "no candidate that is valid".to_owned();
        for attempt in 0..CANDIDATES_MAX {
            let mut maker = Maker {
                description: self.description,
                random: &mut self.random,
                written,
                full: full && attempt % 2 == 0,
                wander: attempt > 1,
                optional: 0,
            };
            match maker.make(std::slice::from_ref(schema), 0) {
                Ok(value) => match self.validity.judge(schema, &value) {
                    Some(true) if self.stands(schema, &value, written) => return Ok(value),
                    Some(true) => why = UNTOLD.to_owned(),
                    Some(false) => {}
                    None => return Err("schema that the independent path cannot compile".to_owned()),
                },
                Err(reason) => why = reason,
            }
        }
        let told = self.told(schema).into_iter().find(|value| self.stands(schema, value, written));
        told.ok_or(why)
    }

    /// Whether a value can be written at its place, and be read there as what it is.
    pub fn stands(&self, schema: &Node<'d>, value: &Value, written: Written) -> bool {
        let told = || tells(self.description, std::slice::from_ref(schema), value, 0);
        may_stand(value, written) && (written == Written::Json || told())
    }

    /// Valid examples and defaults of the schema itself.
    pub fn told(&mut self, schema: &Node<'d>) -> Vec<Value> {
        let Ok(node) = self.description.follow(schema) else { return Vec::new() };
        let mut values: Vec<Value> = Vec::new();
        for name in ["example", "default"] {
            values.extend(node.value.get(name).cloned());
        }
        values.extend(node.value.get("examples").and_then(Value::as_array).into_iter().flatten().cloned());
        self.only_valid(schema, values)
    }

    /// Valid values of `example` and `examples` beside a schema, as parameters and media types have them.
    pub fn examples(&mut self, holder: &Node<'d>, schema: &Node<'d>) -> Vec<Value> {
        let mut values: Vec<Value> = holder.value.get("example").cloned().into_iter().collect();
        for (_, example) in holder.child("examples").map(|list| list.members()).unwrap_or_default() {
            let Ok(example) = self.description.follow(&example) else { continue };
            values.extend(example.value.get("value").or(example.value.get("dataValue")).cloned());
        }
        self.only_valid(schema, values)
    }

    fn only_valid(&mut self, schema: &Node<'d>, mut values: Vec<Value>) -> Vec<Value> {
        values.truncate(EXAMPLES_MAX);
        values.retain(|value| self.validity.judge(schema, value) == Some(true));
        values
    }
}

/// Whether a told value can be written at its place at all.
fn may_stand(value: &Value, written: Written) -> bool {
    let stands = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
        Value::Array(items) => !items.is_empty() && items.iter().all(is_full_scalar),
        Value::Object(members) => !members.is_empty() && members.values().all(is_full_scalar),
    };
    match written {
        Written::Json => true,
        Written::Xml => is_full(value),
        Written::Parameter => stands(value),
        Written::Form => value.as_object().is_some_and(|members| members.values().all(stands)),
    }
}

/// Whether nothing in it is empty or `null`.
fn is_full(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty() && items.iter().all(is_full),
        Value::Object(members) => !members.is_empty() && members.values().all(is_full),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => is_full_scalar(value),
    }
}

fn is_full_scalar(value: &Value) -> bool {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => false,
        Value::String(text) => !text.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Each schema, and whether a value is found for it.
    fn check(version: &str, schema: &Value, found: bool) {
        let description = Description::of(json!({
            "openapi": version,
            "components": {"schemas": {"S": schema, "Leaf": {"type": "integer", "minimum": 3}}},
        }));
        let node =
            description.entry().and_then(|root| root.child("components")?.child("schemas")?.child("S"));
        let node = node.expect("a schema");
        for seed in 0..20 {
            for (written, full) in [(Written::Json, true), (Written::Json, false), (Written::Parameter, true)]
            {
                let validity = Validity::new(&description);
                let random = Random::new(seed, "S");
                let mut instances = Instances { description: &description, validity, random };
                let value = instances.valid(&node, written, full);
                // A parameter may have no place for what JSON has.
                assert!(
                    value.is_ok() == found || written == Written::Parameter,
                    "{schema}: {value:?}",
                    schema = node.value
                );
                let judged = value.map_or(Some(true), |value| instances.validity.judge(&node, &value));
                assert_eq!(judged, Some(true), "{schema}", schema = node.value);
            }
        }
    }

    #[test]
    fn values_are_valid() {
        for schema in [
            json!(true),
            json!({}),
            json!({"const": [1]}),
            json!({"enum": [null, "a", 3]}),
            json!({"type": ["null", "string"], "minLength": 9, "maxLength": 9}),
            json!({"type": "integer", "minimum": 7, "maximum": 20, "multipleOf": 5}),
            json!({"type": "integer", "exclusiveMinimum": -3, "exclusiveMaximum": -1}),
            json!({"type": "number", "minimum": 0.25, "maximum": 0.5}),
            json!({"type": "number", "exclusiveMinimum": 0, "maximum": 0.1}),
            json!({"type": "string", "pattern": "^[a-z]{2}-\\d{3,}$", "minLength": 9}),
            json!({"type": "string", "format": "uuid"}),
            json!({"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 3, "uniqueItems": true}),
            json!({"type": "array", "prefixItems": [{"type": "null"}, {"type": "string"}], "items": false}),
            json!({"type": "array", "contains": {"const": 4}}),
            json!({"type": "object", "required": ["a", "b"], "properties": {"a": {"$ref": "#/components/schemas/Leaf"}}}),
            json!({"type": "object", "minProperties": 2, "additionalProperties": {"type": "boolean"}}),
            json!({"type": "object", "additionalProperties": false, "properties": {"a": {"type": "string", "readOnly": true}}}),
            json!({"allOf": [{"required": ["a"]}, {"properties": {"a": {"minimum": 2}}}, {"properties": {"a": {"type": "integer", "maximum": 2}}}]}),
            json!({"oneOf": [{"type": "integer"}, {"type": "number"}]}),
            json!({"anyOf": [{"type": "null"}, {"type": "string"}]}),
            json!({"type": "object", "properties": {"next": {"$ref": "#/components/schemas/S"}, "more": {"type": "array", "items": {"$ref": "#/components/schemas/S"}}}}),
            json!({"type": "object", "dependentRequired": {"a": ["b"]}, "properties": {"a": {}, "b": {"type": "integer"}}}),
        ] {
            check("3.1.0", &schema, true);
        }
        for schema in [
            json!({"type": "string", "nullable": true, "enum": ["a", null]}),
            json!({"type": "number", "minimum": 1, "exclusiveMinimum": true, "maximum": 2}),
        ] {
            check("3.0.3", &schema, true);
        }
    }

    #[test]
    fn what_cannot_be_made_is_told() {
        for schema in [
            json!(false),
            json!({"type": "string", "pattern": "^(?=a)b"}),
            json!({"type": "object", "required": ["s"], "properties": {"s": {"$ref": "#/components/schemas/S"}}}),
            json!({"allOf": [{"type": "string"}, {"type": "integer"}]}),
            json!({"$ref": "#/components/schemas/Nowhere"}),
        ] {
            check("3.1.0", &schema, false);
        }
    }
}

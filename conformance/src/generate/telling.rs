//! Whether text tells a value: parameters and forms are text, and only a `type` says what text stands for.
//!
//! Takes: a schema and a value. Gives: whether a reader that follows `$ref` and `allOf` alone, and branches that agree, must read the
//! value's text as that value (SER-029 to SER-032). What only an `enum` or a branch tells stays a string. Never panics.

use std::collections::BTreeSet;

use serde_json::Value;

use super::description::{Description, Node};
use super::keywords::Keywords;

/// Branches within branches.
const DEPTH_MAX: usize = 8;

/// Whether the text of `value` tells it, all of `schemas` given.
pub fn tells<'d>(description: &'d Description, schemas: &[Node<'d>], value: &Value, depth: usize) -> bool {
    let Ok(keywords) = Keywords::common(description, schemas) else { return false };
    let types = types(description, &keywords, DEPTH_MAX);
    let only = |name: &str| {
        types.as_ref().is_some_and(|types| {
            types.contains(name) && types.iter().all(|known| [name, "null"].contains(known))
        })
    };
    let has = |name: &str| types.as_ref().is_some_and(|types| types.contains(name));
    match value {
        Value::String(_) => true,
        Value::Null => has("null"),
        Value::Bool(_) => has("boolean"),
        Value::Number(number) => has("number") || (has("integer") && !number.is_f64()),
        Value::Array(items) => {
            let schemas = item_schemas(&keywords);
            only("array")
                && items.iter().all(|item| tells(description, &schemas, item, depth.saturating_add(1)))
        }
        // The root of a form is an object whatever is said of it.
        Value::Object(members) => {
            (depth == 0 || only("object"))
                && members.iter().all(|(name, member)| {
                    tells(description, &member_schemas(&keywords, name), member, depth.saturating_add(1))
                })
        }
    }
}

/// The schemas of items; of `prefixItems` the first, where no other says anything.
fn item_schemas<'d>(keywords: &Keywords<'d>) -> Vec<Node<'d>> {
    let items: Vec<Node<'d>> =
        keywords.all("items").into_iter().filter(|node| node.value.is_object()).collect();
    if !items.is_empty() {
        return items;
    }
    keywords.all("prefixItems").iter().filter_map(|list| list.items().into_iter().next()).collect()
}

fn member_schemas<'d>(keywords: &Keywords<'d>, name: &str) -> Vec<Node<'d>> {
    let declared = keywords.properties().into_iter().find(|(known, _)| *known == name);
    declared.map_or_else(|| keywords.all("additionalProperties"), |(_, schemas)| schemas)
}

/// The types that are told; `None` where none is.
fn types<'d>(
    description: &'d Description,
    keywords: &Keywords<'d>,
    depth_left: usize,
) -> Option<BTreeSet<&'d str>> {
    let mut found: Option<BTreeSet<&str>> = keywords.types().map(|types| types.into_iter().collect());
    let depth_left = depth_left.checked_sub(1)?;
    for list in keywords.all("oneOf").into_iter().chain(keywords.all("anyOf")) {
        let mut all = BTreeSet::new();
        for branch in list.items() {
            let Ok(branch) = Keywords::common(description, &[branch]) else { continue };
            match types(description, &branch, depth_left) {
                Some(types) => all.extend(types),
                None => return found,
            }
        }
        let agreed = all.iter().filter(|name| **name != "null").count() == 1;
        if agreed && found.is_none() {
            found = Some(all);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_type_tells() {
        for (schema, value, told) in [
            (json!({}), json!("a"), true),
            (json!({}), json!(1), false),
            (json!({"enum": [1]}), json!(1), false),
            (json!({"type": "integer"}), json!(1), true),
            (json!({"allOf": [{"type": "boolean"}]}), json!(true), true),
            (json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}), json!(1), true),
            (json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}), json!(1), false),
            (json!({"type": "array", "items": {"type": "integer"}}), json!([1]), true),
            (json!({"type": "array", "items": {"enum": [1]}}), json!([1]), false),
            (json!({"type": ["array", "string"]}), json!(["a"]), false),
            (
                json!({"oneOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}]}),
                json!({"a": 1}),
                false,
            ),
            (json!({"properties": {"a": {"type": "integer"}}}), json!({"a": 1}), true),
        ] {
            let description = Description::of(json!({"schema": schema}));
            let node = description.entry().and_then(|root| root.child("schema")).expect("a schema");
            assert_eq!(tells(&description, &[node], &value, 0), told, "{schema} {value}");
        }
    }
}

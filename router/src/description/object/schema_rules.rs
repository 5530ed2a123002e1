//! What the Objects around a schema need to know of it, and OpenAPI's own rules for schemas.
//!
//! Takes: places of schemas. Gives: types and property names as far as `$ref` and `allOf` show
//! them, and findings of the areas SCH and DIS. Follows at most [`RELATED_SCHEMAS_MAX`] schemas for one
//! question, so that recursive schemas end. Never panics.

use std::collections::HashSet;

use super::check::{Check, beside};
use super::finding::Finding;
use super::grammar::Edition;
use crate::description::{Kind, Location, NodeRef};
use crate::limits::load::RELATED_SCHEMAS_MAX;

/// The schemas that apply to the same instance as `start`: itself, and what `$ref` and the given
/// keywords lead to. `None` when there are too many.
fn applied(cx: &Check<'_>, start: Location, keywords: &[&str]) -> Option<Vec<Location>> {
    let mut found = vec![start];
    let mut next = 0_usize;
    while let Some(at) = found.get(next).copied() {
        next = next.saturating_add(1);
        if next > RELATED_SCHEMAS_MAX {
            return None;
        }
        let node = cx.node(at);
        let target = node.get("$ref").and_then(NodeRef::as_str);
        let target = target.and_then(|text| cx.description.resolve(at, text).ok());
        let lists = keywords.iter().filter_map(|keyword| node.get(keyword)).flat_map(NodeRef::items);
        let further: Vec<Location> = target.into_iter().chain(lists.map(|child| beside(at, child))).collect();
        for place in further {
            if !found.contains(&place) {
                found.push(place);
            }
        }
    }
    Some(found)
}

/// The types that a schema states through `$ref` and `allOf`; `None` when it states none.
pub(super) fn types(cx: &Check<'_>, schema: Location) -> Option<Vec<String>> {
    for at in applied(cx, schema, &["allOf"])? {
        let Some(stated) = cx.node(at).get("type") else { continue };
        let list = match stated.as_str() {
            Some(single) => vec![single.to_owned()],
            None => stated.items().filter_map(NodeRef::as_str).map(str::to_owned).collect(),
        };
        return Some(list);
    }
    None
}

/// Whether the instances may be arrays: they are unless another type is stated.
pub(super) fn may_be_array(cx: &Check<'_>, schema: Location) -> bool {
    types(cx, schema).is_none_or(|types| types.iter().any(|stated| stated == "array"))
}

/// The names of all properties; `None` when the schema leaves names open in another way.
pub(super) fn property_names<'d>(cx: &Check<'d>, schema: Location) -> Option<Vec<&'d str>> {
    let mut names = Vec::new();
    for at in applied(cx, schema, &["allOf", "oneOf", "anyOf"])? {
        let node = cx.node(at);
        let open = ["patternProperties", "if", "then", "else", "dependentSchemas", "$dynamicRef", "items"];
        let unresolved = node.get("$ref").and_then(NodeRef::as_str);
        let unresolved = unresolved.is_some_and(|text| cx.description.resolve(at, text).is_err());
        let additional = node.get("additionalProperties").is_some_and(|value| value.as_bool() != Some(false));
        if unresolved || additional || open.iter().any(|keyword| node.get(keyword).is_some()) {
            return None;
        }
        names.extend(node.get("properties").into_iter().flat_map(NodeRef::members).map(|(name, _)| name));
    }
    if names.is_empty() { None } else { Some(names) }
}

/// Whether the OAS dialect holds for a schema: another dialect gives OpenAPI's keywords no meaning.
fn is_oas_dialect(cx: &Check<'_>, at: Location) -> bool {
    let mut node = Some(cx.node(at));
    let mut root = None;
    while let Some(current) = node {
        if let Some(dialect) = current.get("$schema").and_then(NodeRef::as_str) {
            return dialect.contains("spec.openapis.org/oas/");
        }
        root = Some(current);
        node = current.parent();
    }
    let dialect = root.and_then(|root| root.get("jsonSchemaDialect")).and_then(NodeRef::as_str);
    dialect.is_none_or(|dialect| dialect.contains("spec.openapis.org/oas/"))
}

/// `SCH-015`: keywords of 3.0 that have lost their meaning.
pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    let node = cx.node(at);
    if node.get("discriminator").is_some() && is_oas_dialect(cx, at) {
        cx.discriminators.push(at);
    }
    if cx.edition(at.document) == Edition::V3_0 || node.get("$schema").is_some() {
        return;
    }
    let boolean = |name: &str| node.get(name).is_some_and(|value| value.kind() == Kind::Boolean);
    let migrations: [(&str, bool, &'static str); 3] = [
        ("nullable", node.get("nullable").is_some(), "add \"null\" to `type` instead"),
        ("exclusiveMinimum", boolean("exclusiveMinimum"), "write the bound itself as `exclusiveMinimum`"),
        ("exclusiveMaximum", boolean("exclusiveMaximum"), "write the bound itself as `exclusiveMaximum`"),
    ];
    for (name, found, mend) in migrations {
        if found {
            migrate(cx, at, name, mend);
        }
    }
    match node.get("format").and_then(NodeRef::as_str) {
        Some("binary") => migrate(cx, at, "format", "omit the schema, or use `contentMediaType`"),
        Some("byte" | "base64") => migrate(cx, at, "format", "use `contentEncoding: base64` instead"),
        Some(_) | None => {}
    }
}

fn migrate(cx: &mut Check<'_>, at: Location, name: &str, mend: &'static str) {
    cx.report(
        Finding::lint("SCH-015", at)
            .named(name)
            .what(format!("`{name}` is written as in OpenAPI 3.0 and has no such meaning here"))
            .why("since 3.1 schemas follow JSON Schema 2020-12 (§Schema Object)")
            .mend(mend),
    );
}

/// The rules of discriminators, once all schemas have been met. `parents` are the schemas that
/// others name under `allOf`.
pub(super) fn check_discriminators(cx: &mut Check<'_>, parents: &HashSet<Location>) {
    for at in std::mem::take(&mut cx.discriminators) {
        let node = cx.node(at);
        let Some(discriminator) = node.get("discriminator") else { continue };
        let listed: Vec<NodeRef<'_>> =
            ["oneOf", "anyOf"].iter().filter_map(|name| node.get(name)).flat_map(NodeRef::items).collect();
        if listed.is_empty() && node.get("allOf").is_none() && !parents.contains(&at) {
            cx.report(
                Finding::lint("DIS-002", beside(at, discriminator))
                    .what("the discriminator stands beside neither `oneOf`, `anyOf` nor `allOf`, and nothing names this schema under `allOf`")
                    .why("it chooses between the schemas of these keywords (§Discriminator Object)")
                    .mend("remove it, or list the schemas"),
            );
        }
        check_inline(cx, at, &listed);
        check_mapping(cx, at, &listed);
        check_optional(cx, at, &listed);
    }
}

/// `DIS-004`: inline schemas have no name that a value could select.
fn check_inline(cx: &mut Check<'_>, at: Location, listed: &[NodeRef<'_>]) {
    for schema in listed.iter().filter(|schema| schema.get("$ref").is_none()) {
        cx.report(
            Finding::lint("DIS-003", beside(at, *schema))
                .what("an inline schema stands beside a discriminator")
                .why("only named schemas can be selected (§Options for Mapping Values to Schemas)")
                .mend("move it to `components/schemas` and refer to it"),
        );
    }
}

/// `DIS-003` and `DIS-006`: mapping targets resolve, and are listed.
fn check_mapping(cx: &mut Check<'_>, at: Location, listed: &[NodeRef<'_>]) {
    let Some(discriminator) = cx.node(at).get("discriminator") else { return };
    let targets: Vec<Location> = listed.iter().map(|schema| cx.followed(beside(at, *schema))).collect();
    let mapping = discriminator.get("mapping").into_iter().flat_map(NodeRef::members);
    let values: Vec<NodeRef<'_>> =
        mapping.map(|(_, value)| value).chain(discriminator.get("defaultMapping")).collect();
    for value in values {
        let Some(text) = value.as_str() else { continue };
        let Some(target) = mapping_target(cx, at, text) else {
            cx.report(
                Finding::connection(cx, "DIS-006", beside(at, value))
                    .what(format!(
                        "the mapping target {text:?} is neither a component schema nor a resolvable URI"
                    ))
                    .why("a mapping leads from a value to a schema (§Discriminator Object)")
                    .mend("write the name of a component schema, or a URI reference"),
            );
            continue;
        };
        let target = cx.followed(target);
        if !targets.is_empty() && !targets.contains(&target) {
            cx.report(
                Finding::warning("DIS-003", beside(at, value))
                    .what(format!("the mapping target {text:?} is not listed under `oneOf` or `anyOf`"))
                    .why("all possible schemas are listed there; this one can never be valid (§Discriminator Object)")
                    .mend("list it, or remove it from the mapping")
                    .related("the target", target),
            );
        }
    }
}

/// A name first, then a URI (`DIS-005`); names belong to the entry document (`REF-022`).
fn mapping_target(cx: &Check<'_>, at: Location, text: &str) -> Option<Location> {
    let component = |root: Location| {
        let schemas = cx.description.child(cx.description.child(root, "components")?, "schemas")?;
        cx.description.child(schemas, text)
    };
    let own = Location { document: at.document, node: crate::description::NodeId::ROOT };
    component(cx.description.entry())
        .or_else(|| component(own))
        .or_else(|| cx.description.resolve(at, text).ok())
}

/// `DIS-010`: an optional property needs `defaultMapping` in 3.2.
fn check_optional(cx: &mut Check<'_>, at: Location, listed: &[NodeRef<'_>]) {
    if cx.edition(at.document) != Edition::V3_2 {
        return;
    }
    let Some(discriminator) = cx.node(at).get("discriminator") else { return };
    let name = discriminator.get("propertyName").and_then(NodeRef::as_str);
    let Some(name) = name.filter(|_| discriminator.get("defaultMapping").is_none()) else { return };
    let branches = listed.iter().map(|schema| beside(at, *schema));
    let optional = !requires(cx, at, name)
        && (listed.is_empty() || branches.map(|branch| requires(cx, branch, name)).any(|required| !required));
    if optional {
        cx.report(
            Finding::error("DIS-010", beside(at, discriminator))
                .what(format!("the property `{name}` is optional, and there is no `defaultMapping`"))
                .why("an optional discriminating property needs a `defaultMapping` (§Discriminator Object)")
                .mend(format!("add `{name}` to `required`, or add `defaultMapping`")),
        );
    }
}

/// Whether a schema requires the property, itself or through `$ref` and `allOf`.
fn requires(cx: &Check<'_>, schema: Location, name: &str) -> bool {
    let Some(applied) = applied(cx, schema, &["allOf"]) else { return true };
    applied.into_iter().any(|at| {
        let required = cx.node(at).get("required");
        required.into_iter().flat_map(NodeRef::items).any(|item| item.as_str() == Some(name))
    })
}

//! Reads a document of OpenAPI 3.0 as one of 3.1: rewrites its Schema Objects on the spanned tree.
//!
//! Takes: the tree of a 3.0 document. Gives: a tree that says the same in the words of 3.1, every value
//! at the place where it was written, and what was changed. All other Objects of 3.0 are read by the
//! rules of 3.0 (`object/grammar.rs`). Recursion is bounded by the depth of the text. Never panics.
//!
//! What is done, following OpenAPI 3.0.4 and the migration notes of 3.1:
//! - members beside `$ref` are dropped, since 3.0 ignores them;
//! - `nullable: true` adds `null` to `type`; without a `type` in the same schema it has no effect, and it
//!   never widens `enum`, `allOf` or a reference (3.0.4 §Schema Object);
//! - `exclusiveMinimum: true` and `exclusiveMaximum: true` turn the bound beside them into an exclusive one;
//! - `format: byte` becomes `contentEncoding: base64`; `format: binary` becomes
//!   `contentMediaType: application/octet-stream` without `type`, since raw octets are no JSON string;
//! - keywords that 3.0 does not know, but 3.1 does, are dropped, so that they gain no meaning;
//! - `example` stays, and is not validated.

use std::collections::{HashMap, HashSet};

use percent_encoding::percent_decode_str;

use super::reference::{Draft, Subschemas};
use super::{Holding, Kind, NodeId, NodeRef, ObjectKind, Span, Tree, TreeBuilder};

/// Keywords of JSON Schema 2020-12 that 3.0 does not know and that would change a verdict or a type.
const LATER_KEYWORDS: [&str; 26] = [
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$schema",
    "$vocabulary",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "examples",
    "if",
    "maxContains",
    "minContains",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "dependencies",
    "$comment",
];

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Change {
    /// Members beside `$ref` were dropped.
    Siblings,
    /// `nullable: true` became a second type.
    Nullable,
    /// `nullable: true` had no `type` beside it and so no effect.
    NullableWithoutType,
    /// `nullable: true` stood beside an `enum` that does not list `null`, and has no effect.
    NullableEnum,
    /// A boolean exclusive bound took over the bound.
    Exclusive,
    /// `format: byte` became `contentEncoding`.
    Byte,
    /// `format: binary` became `contentMediaType`.
    Binary,
    /// A keyword unknown to 3.0 was dropped.
    Later,
}

impl Change {
    /// What was done, in words.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::Siblings => "members beside `$ref` are ignored",
            Self::Nullable => "`nullable: true` is read as a second type, `null`",
            Self::NullableWithoutType => "`nullable` has no effect without a `type` in the same schema",
            Self::NullableEnum => "`nullable` has no effect, since `enum` does not list `null`",
            Self::Exclusive => {
                "a boolean exclusive bound is read as `exclusiveMinimum` or `exclusiveMaximum`"
            }
            Self::Byte => "`format: byte` is read as `contentEncoding: base64`",
            Self::Binary => "`format: binary` is read as `contentMediaType: application/octet-stream`",
            Self::Later => "a keyword that OpenAPI 3.0 does not know is ignored",
        }
    }
}

/// A change, where it was made first, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) change: Change,
    pub(crate) count: usize,
    pub(crate) span: Span,
    pub(crate) pointer: String,
}

/// Rewrites a tree whose root is an Object of `kind`. Without a kind every object that uses a keyword
/// of 3.0 is taken for a schema, except in examples and extensions.
pub(crate) fn upgrade(tree: &Tree, kind: Option<ObjectKind>) -> (Tree, Vec<Changed>) {
    let root = tree.root();
    let schemas = match kind {
        Some(kind) => schemas_below(root, kind),
        None => candidates(root),
    };
    let mut upgrade =
        Upgrade { schemas, certain: kind.is_some(), builder: TreeBuilder::new(), changes: HashMap::new() };
    upgrade.value(root);
    let mut changes: Vec<Changed> = upgrade.changes.into_values().collect();
    changes.sort_by_key(|changed| changed.change);
    (upgrade.builder.finish(), changes)
}

/// Every Schema Object: where the structure puts one, and where local references to one lead.
fn schemas_below(root: NodeRef<'_>, kind: ObjectKind) -> HashSet<NodeId> {
    let mut schemas = HashSet::new();
    let mut seen: HashSet<(NodeId, ObjectKind)> = HashSet::new();
    let mut stack = vec![(root, kind)];
    while let Some((node, kind)) = stack.pop() {
        if !seen.insert((node.id(), kind)) {
            continue;
        }
        stack.extend(local_target(root, node).map(|target| (target, kind)));
        if kind == ObjectKind::Schema && node.kind() == Kind::Object && node.get("$schema").is_none() {
            schemas.insert(node.id());
        }
        for (name, value) in node.members() {
            let held = if kind == ObjectKind::Schema { subschemas(name) } else { kind.member(name) };
            match held {
                None => {}
                Some(Holding::One(kind)) => stack.push((value, kind)),
                Some(Holding::List(kind)) => stack.extend(value.items().map(|item| (item, kind))),
                Some(Holding::Map(kind)) => stack.extend(value.members().map(|(_, value)| (value, kind))),
            }
        }
    }
    schemas
}

/// The schemas under a keyword of 3.0, `definitions` included since references lead there.
fn subschemas(keyword: &str) -> Option<Holding> {
    Some(match Draft::Four.subschemas(keyword)? {
        Subschemas::One | Subschemas::OneOrList => Holding::One(ObjectKind::Schema),
        Subschemas::List => Holding::List(ObjectKind::Schema),
        Subschemas::Map => Holding::Map(ObjectKind::Schema),
    })
}

fn local_target<'t>(root: NodeRef<'t>, node: NodeRef<'t>) -> Option<NodeRef<'t>> {
    let pointer = node.get("$ref")?.as_str()?.strip_prefix('#')?;
    root.at_pointer(&percent_decode_str(pointer).decode_utf8().ok()?)
}

/// Every object outside examples and extensions.
fn candidates(root: NodeRef<'_>) -> HashSet<NodeId> {
    let mut found = HashSet::new();
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        if node.kind() == Kind::Object {
            found.insert(node.id());
        }
        let literal = |name: &str| matches!(name, "example" | "examples" | "default" | "enum" | "value");
        let members = node.members().filter(|(name, _)| !literal(name) && !name.starts_with("x-"));
        stack.extend(members.map(|(_, value)| value).chain(node.items()));
    }
    found
}

struct Upgrade {
    schemas: HashSet<NodeId>,
    /// Whether `schemas` holds schemas only.
    certain: bool,
    builder: TreeBuilder,
    changes: HashMap<Change, Changed>,
}

impl Upgrade {
    fn note(&mut self, change: Change, at: NodeRef<'_>) {
        let first = || Changed { change, count: 0, span: at.span(), pointer: at.pointer() };
        let changed = self.changes.entry(change).or_insert_with(first);
        changed.count = changed.count.saturating_add(1);
    }

    fn value(&mut self, node: NodeRef<'_>) {
        match node.kind() {
            Kind::Array => {
                let id = self.builder.open_array(node.span());
                for item in node.items() {
                    self.value(item);
                }
                self.builder.close(id, node.span().end);
            }
            Kind::Object => {
                let id = self.builder.open_object(node.span());
                self.members(node);
                self.builder.close(id, node.span().end);
            }
            Kind::Null | Kind::Boolean | Kind::Number | Kind::String => {
                self.builder.copy(node);
            }
        }
    }

    fn members(&mut self, node: NodeRef<'_>) {
        if self.schemas.contains(&node.id()) {
            return self.schema(node);
        }
        for (name, value) in node.members() {
            self.member(node, name, value);
        }
    }

    fn member(&mut self, node: NodeRef<'_>, name: &str, value: NodeRef<'_>) {
        self.builder.member_name(name, node.name_span(name).unwrap_or_default());
        self.value(value);
    }

    /// The members of a Schema Object.
    fn schema(&mut self, node: NodeRef<'_>) {
        if let Some(reference) =
            node.get("$ref").filter(|reference| self.certain && reference.as_str().is_some())
        {
            if node.len() > 1 {
                self.note(Change::Siblings, node);
            }
            self.member(node, "$ref", reference);
            return;
        }
        let schema = Schema::new(node);
        self.nullable(&schema);
        for (name, value) in node.members() {
            self.keyword(&schema, name, value);
        }
    }

    fn nullable(&mut self, schema: &Schema<'_>) {
        if !schema.nullable {
            return;
        }
        let node = schema.node;
        let lists_null = |values: NodeRef<'_>| values.items().any(|value| value.kind() == Kind::Null);
        if node.get("type").is_none() {
            self.note(Change::NullableWithoutType, node);
        } else if node.get("enum").is_some_and(|values| !lists_null(values)) {
            self.note(Change::NullableEnum, node);
        } else {
            self.note(Change::Nullable, node);
        }
    }

    fn keyword(&mut self, schema: &Schema<'_>, name: &str, value: NodeRef<'_>) {
        let node = schema.node;
        let exclusive = |bound: &str| node.get(bound).and_then(NodeRef::as_bool);
        match name {
            "nullable" => {}
            "type" if schema.binary => {}
            "type" if schema.nullable && value.as_str().is_some() => self.two_types(node, value),
            "minimum" if exclusive("exclusiveMinimum") == Some(true) => {}
            "maximum" if exclusive("exclusiveMaximum") == Some(true) => {}
            "exclusiveMinimum" if exclusive(name).is_some() => self.bound(node, name, "minimum"),
            "exclusiveMaximum" if exclusive(name).is_some() => self.bound(node, name, "maximum"),
            "format" if schema.binary => {
                self.note(Change::Binary, value);
                self.text(node, ("contentMediaType", "application/octet-stream"), value);
            }
            "format" if value.as_str() == Some("byte") => {
                self.note(Change::Byte, value);
                self.text(node, ("contentEncoding", "base64"), value);
            }
            _ if self.certain && LATER_KEYWORDS.contains(&name) => self.note(Change::Later, value),
            _ => self.member(node, name, value),
        }
    }

    /// `type: T` and `nullable: true` become `type: [T, "null"]`.
    fn two_types(&mut self, node: NodeRef<'_>, value: NodeRef<'_>) {
        self.builder.member_name("type", node.name_span("type").unwrap_or_default());
        let id = self.builder.open_array(value.span());
        self.builder.copy(value);
        self.builder.string("null", node.get("nullable").map_or_else(|| value.span(), NodeRef::span));
        self.builder.close(id, value.span().end);
    }

    /// The inclusive bound moves under the exclusive name; `false` just goes.
    fn bound(&mut self, node: NodeRef<'_>, name: &str, inclusive: &str) {
        let bound = node.get(inclusive).filter(|_| node.get(name).and_then(NodeRef::as_bool) == Some(true));
        if let Some(bound) = bound {
            self.note(Change::Exclusive, node);
            self.member(node, name, bound);
        }
    }

    fn text(&mut self, node: NodeRef<'_>, (name, text): (&str, &str), value: NodeRef<'_>) {
        self.builder.member_name(name, node.name_span("format").unwrap_or_default());
        self.builder.string(text, value.span());
    }
}

/// What of a Schema Object bears on several of its keywords.
struct Schema<'t> {
    node: NodeRef<'t>,
    nullable: bool,
    binary: bool,
}

impl<'t> Schema<'t> {
    fn new(node: NodeRef<'t>) -> Self {
        let text = |name: &str| node.get(name).and_then(NodeRef::as_str);
        let nullable = node.get("nullable").and_then(NodeRef::as_bool) == Some(true);
        let binary = text("format") == Some("binary") && matches!(text("type"), None | Some("string"));
        Self { node, nullable, binary }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::text::{Source, TextOptions, parse};

    fn tree(text: &str) -> Tree {
        let source = Source::new("api.json", text);
        parse(&source, &TextOptions::default()).0.expect("JSON")
    }

    /// The schema after the upgrade, and the changes made.
    fn upgraded(schema: &str) -> (String, Vec<Change>) {
        let (tree, changes) = upgrade(&tree(schema), Some(ObjectKind::Schema));
        (tree.root().to_json_text(), changes.iter().map(|changed| changed.change).collect())
    }

    #[test]
    fn schemas_say_the_same_in_the_words_of_3_1() {
        let table: [(&str, &str, &[Change]); 18] = [
            (r#"{"type":"string"}"#, r#"{"type":"string"}"#, &[]),
            (r#"{"type":"string","nullable":true}"#, r#"{"type":["string","null"]}"#, &[Change::Nullable]),
            (r#"{"type":"string","nullable":false}"#, r#"{"type":"string"}"#, &[]),
            (r#"{"nullable":true}"#, "{}", &[Change::NullableWithoutType]),
            (
                r##"{"nullable":true,"allOf":[{"$ref":"#/a"}]}"##,
                r##"{"allOf":[{"$ref":"#/a"}]}"##,
                &[Change::NullableWithoutType],
            ),
            (
                r#"{"type":"string","nullable":true,"enum":["a"]}"#,
                r#"{"type":["string","null"],"enum":["a"]}"#,
                &[Change::NullableEnum],
            ),
            (
                r#"{"type":"string","nullable":true,"enum":["a",null]}"#,
                r#"{"type":["string","null"],"enum":["a",null]}"#,
                &[Change::Nullable],
            ),
            (r##"{"$ref":"#/a","nullable":true}"##, r##"{"$ref":"#/a"}"##, &[Change::Siblings]),
            (r#"{"minimum":1,"exclusiveMinimum":true}"#, r#"{"exclusiveMinimum":1}"#, &[Change::Exclusive]),
            (r#"{"minimum":1,"exclusiveMinimum":false}"#, r#"{"minimum":1}"#, &[]),
            (r#"{"exclusiveMaximum":true,"maximum":9}"#, r#"{"exclusiveMaximum":9}"#, &[Change::Exclusive]),
            (r#"{"exclusiveMaximum":true}"#, "{}", &[]),
            (
                r#"{"type":"string","format":"byte"}"#,
                r#"{"type":"string","contentEncoding":"base64"}"#,
                &[Change::Byte],
            ),
            (
                r#"{"type":"string","format":"binary"}"#,
                r#"{"contentMediaType":"application/octet-stream"}"#,
                &[Change::Binary],
            ),
            (r#"{"const":1,"example":2}"#, r#"{"example":2}"#, &[Change::Later]),
            (
                r#"{"properties":{"nullable":{"type":"boolean","nullable":true}}}"#,
                r#"{"properties":{"nullable":{"type":["boolean","null"]}}}"#,
                &[Change::Nullable],
            ),
            (
                r#"{"example":{"type":"a","nullable":true},"items":{"nullable":true,"type":"array"}}"#,
                r#"{"example":{"type":"a","nullable":true},"items":{"type":["array","null"]}}"#,
                &[Change::Nullable],
            ),
            (r#"{"x-a":{"type":"a","nullable":true}}"#, r#"{"x-a":{"type":"a","nullable":true}}"#, &[]),
        ];
        for (schema, expected, changes) in table {
            let expected: serde_json::Value = serde_json::from_str(expected).expect("JSON");
            let (text, made) = upgraded(schema);
            let text: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!((text, made.as_slice()), (expected, changes), "{schema}");
        }
    }

    #[test]
    fn places_are_kept() {
        let text = r#"{"components":{"schemas":{"A":{"type":"string","nullable":true}}}}"#;
        let (tree, _) = upgrade(&tree(text), Some(ObjectKind::OpenApi));
        let kind = tree.root().at_pointer("/components/schemas/A/type/0").expect("the type");
        let span = kind.span();
        let start = usize::try_from(span.start).expect("small");
        let end = usize::try_from(span.end).expect("small");
        assert_eq!(&text[start..end], "\"string\"");
    }

    #[test]
    fn schemas_are_found_through_local_references_and_without_a_kind() {
        let referred = r##"{"paths":{"/a":{"get":{"parameters":[{"$ref":"#/x-parts/p"}]}}},
            "x-parts":{"p":{"schema":{"type":"string","nullable":true}}}}"##;
        let (upgraded, _) = upgrade(&tree(referred), Some(ObjectKind::OpenApi));
        assert!(upgraded.root().at_pointer("/x-parts/p/schema/type/1").is_some());
        let bag = r#"{"limit":{"schema":{"type":"string","nullable":true},"example":{"type":"a","nullable":true}}}"#;
        let (upgraded, _) = upgrade(&tree(bag), None);
        assert!(upgraded.root().at_pointer("/limit/schema/type/1").is_some());
        assert!(upgraded.root().at_pointer("/limit/example/nullable").is_some());
    }
}

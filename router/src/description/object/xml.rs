//! XML Object: its grammar and `SCH-026`.

use super::check::{Check, beside};
use super::finding::Finding;
use super::grammar::{Edition, Field, Grammar, Shape};
use crate::description::Location;

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "XML Object",
    "SCH-026",
    &[
        Field::new("nodeType", Shape::OneOf(&["element", "attribute", "text", "cdata", "none"]))
            .since(Edition::V3_2),
        Field::string("name"),
        Field::string("namespace"),
        Field::string("prefix"),
        Field::boolean("attribute"),
        Field::boolean("wrapped"),
    ],
);

/// `SCH-026`: `nodeType` excludes what it replaces; a relative namespace is no namespace.
pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    cx.exclusive("SCH-026", at, ["nodeType", "attribute"], "XML Object");
    cx.exclusive("SCH-026", at, ["nodeType", "wrapped"], "XML Object");
    let node = cx.node(at);
    let unnamed =
        matches!(node.get("nodeType").and_then(|kind| kind.as_str()), Some("text" | "cdata" | "none"));
    if unnamed && node.get("name").is_some() {
        cx.report(
            Finding::lint("SCH-026", at)
                .named("name")
                .what("`name` is ignored for this node type")
                .why("text, CDATA sections and left-out nodes have no name (§XML Object)")
                .mend("remove `name`"),
        );
    }
    if let Some(namespace) = node.get("namespace")
        && namespace.as_str().is_some_and(|text| !text.contains(':'))
    {
        cx.report(
            Finding::error("SCH-026", beside(at, namespace))
                .what(format!("the namespace {} is relative", namespace.to_json_text()))
                .why("a namespace is a non-relative IRI (§XML Object)")
                .mend("write an absolute IRI"),
        );
    }
}

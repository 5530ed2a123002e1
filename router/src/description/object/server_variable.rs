//! Server Variable Object: its grammar and `SRV-007`. Its view stands with the Server Object's.

use super::check::{Check, beside};
use super::finding::Finding;
use super::grammar::{Edition, Field, Grammar, Shape};
use crate::description::{Code, Location, NodeRef, Severity};

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Server Variable Object",
    "SRV-006",
    &[
        Field::new("enum", Shape::List(&Shape::String)),
        Field::string("default").required("SRV-006"),
        Field::string("description"),
    ],
);

/// `SRV-007`: a SHOULD up to 3.0, a MUST since.
pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    let node = cx.node(at);
    let Some(values) = node.get("enum") else { return };
    let severity = if cx.edition(at.document) == Edition::V3_0 { Severity::Warning } else { Severity::Error };
    let default = node.get("default").and_then(NodeRef::as_str);
    let what = if values.is_empty() {
        "`enum` is empty".to_owned()
    } else {
        match default {
            Some(default) if !values.items().any(|value| value.as_str() == Some(default)) => {
                format!("`enum` does not list the default {default:?}")
            }
            Some(_) | None => return,
        }
    };
    cx.report(
        Finding::new(Code::new("SRV-007"), severity, beside(at, values))
            .what(what)
            .why("`enum` is not empty and lists the default (§Server Variable Object)")
            .mend("add the default to `enum`, or remove `enum`"),
    );
}

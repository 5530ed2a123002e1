//! Callback Object: its grammar, the form of its keys (`CBK-001`, `CBK-002`) and its view.

use super::check::Check;
use super::finding::Finding;
use super::grammar::{Grammar, ObjectType, Patterned, Shape};
use super::path_item::PathItem;
use super::value::Value;
use crate::description::Location;
use crate::description::runtime_expression::ExpressionTemplate;

pub(super) const GRAMMAR: Grammar = Grammar::new("Callback Object", "CBK-001", &[])
    .patterned(Patterned::Every(Shape::Object(ObjectType::PathItem)));

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    for (key, _) in cx.node(at).members().filter(|(name, _)| !name.starts_with("x-")) {
        if let Err(error) = ExpressionTemplate::parse(key) {
            cx.report(
                Finding::error("CBK-002", at)
                    .named(key)
                    .what(format!("the callback's key `{key}` is no runtime expression: {error}"))
                    .why("a key is an expression, or a URL with expressions in braces (§Key Expression)")
                    .mend("write, for example, `{$request.body#/callbackUrl}`"),
            );
        }
    }
}

/// The requests that the provider may send back (OpenAPI §Callback Object). Never routed.
#[derive(Clone, Copy, Debug)]
pub struct Callback<'d> {
    value: Value<'d>,
}

impl<'d> Callback<'d> {
    pub(super) const fn new(value: Value<'d>) -> Self {
        Self { value }
    }

    /// Where it stands, references followed.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// The key expressions with their Path Items.
    #[must_use]
    pub fn path_items(self) -> Vec<(&'d str, PathItem<'d>)> {
        self.value.members().map(|(key, value)| (key, PathItem::new(value))).collect()
    }
}

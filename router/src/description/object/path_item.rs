//! Path Item Object: its grammar, its rules (`REF-018`, `PTH-020`, `PTH-025`) and its view.

use super::check::{Check, beside};
use super::finding::Finding;
use super::grammar::{Edition, Field, Grammar, Names, ObjectType, Shape};
use super::operation::Operation;
use super::parameter::{self, Parameter};
use super::server::{self, Server};
use super::value::Value;
use crate::description::token::is_token;
use crate::description::{Location, NodeRef};
use crate::limits::load::PATH_ITEM_REFERENCES_MAX;

const OPERATION: Shape = Shape::Object(ObjectType::Operation);

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Path Item Object",
    "PTH-017",
    &[
        Field::string("$ref"),
        Field::string("summary"),
        Field::string("description"),
        Field::new("get", OPERATION),
        Field::new("put", OPERATION),
        Field::new("post", OPERATION),
        Field::new("delete", OPERATION),
        Field::new("options", OPERATION),
        Field::new("head", OPERATION),
        Field::new("patch", OPERATION),
        Field::new("trace", OPERATION),
        Field::new("query", OPERATION).since(Edition::V3_2),
        Field::new("additionalOperations", Shape::Map(&OPERATION, Names::Any)).since(Edition::V3_2),
        Field::new("servers", server::LIST).code("SRV-004"),
        Field::new("parameters", parameter::LIST).code("PAR-001"),
    ],
);

/// The fixed fields that are methods, and the methods that they are.
pub(super) const METHODS: [(&str, &str); 9] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("trace", "TRACE"),
    ("query", "QUERY"),
];

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    server::check_list(cx, at);
    check_siblings(cx, at);
    check_additional(cx, at);
    check_bodies(cx, at);
}

/// `REF-018`: fields beside `$ref` win over the referenced Path Item's.
fn check_siblings(cx: &mut Check<'_>, at: Location) {
    let node = cx.node(at);
    if node.get("$ref").is_none() {
        return;
    }
    let target = cx.followed(at);
    if target == at {
        return;
    }
    for (name, _) in node.members() {
        if name == "$ref" || name.starts_with("x-") || cx.node(target).get(name).is_none() {
            continue;
        }
        cx.report(
            Finding::warning("REF-018", at)
                .named(name)
                .what(format!("`{name}` stands beside `$ref` and in the referenced Path Item too"))
                .why(
                    "which of them holds is undefined; here the field beside `$ref` wins (§Path Item Object)",
                )
                .mend("keep one of them")
                .related("the referenced Path Item", target),
        );
    }
}

/// `PTH-020`.
fn check_additional(cx: &mut Check<'_>, at: Location) {
    let Some(additional) = cx.node(at).get("additionalOperations") else { return };
    if cx.edition(at.document) < Edition::V3_2 {
        return;
    }
    for (method, _) in additional.members() {
        let fixed = METHODS.iter().find(|(_, fixed)| *fixed == method);
        let (what, mend) = if let Some((field, _)) = fixed {
            (format!("`{method}` has a field of its own"), format!("use the field `{field}`"))
        } else if is_token(method) {
            continue;
        } else {
            (format!("`{method}` is no method"), "write a token, such as `COPY`".to_owned())
        };
        cx.report(
            Finding::error("PTH-020", beside(at, additional))
                .named(method)
                .what(what)
                .why("keys are method tokens (RFC 9110 §9.1) without a fixed field (§Path Item Object)")
                .mend(mend),
        );
    }
}

/// `PTH-025`: content in requests whose method gives it no meaning.
fn check_bodies(cx: &mut Check<'_>, at: Location) {
    for method in ["get", "head", "delete", "trace"] {
        let Some(operation) = cx.node(at).get(method) else { continue };
        if operation.get("requestBody").is_none() {
            continue;
        }
        cx.report(
            Finding::lint("PTH-025", beside(at, operation))
                .named("requestBody")
                .what(format!("a {} request is described with content", method.to_ascii_uppercase()))
                .why("content has no defined semantics there (RFC 9110 §9.3), and SHOULD be avoided (§Operation Object)")
                .mend("use another method, or parameters"),
        );
    }
}

/// A Path Item with its references followed (OpenAPI §Path Item Object, `REF-017`). A field beside
/// `$ref` wins over the referenced one (`REF-018`).
#[derive(Clone, Copy, Debug)]
pub struct PathItem<'d> {
    value: Value<'d>,
}

impl<'d> PathItem<'d> {
    pub(super) const fn new(value: Value<'d>) -> Self {
        Self { value }
    }

    /// Where it stands, before references are followed.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// This object and those that its `$ref` leads to, nearest first.
    fn levels(self) -> impl Iterator<Item = Value<'d>> {
        let next = |value: &Value<'d>| {
            let at = value.description.resolve(value.at, value.text("$ref")?).ok()?;
            Some(Value::new(value.description, at))
        };
        std::iter::successors(Some(self.value), next).take(PATH_ITEM_REFERENCES_MAX)
    }

    /// The nearest object that has the field.
    fn level(self, field: &str) -> Option<Value<'d>> {
        self.levels().find(|value| value.node().get(field).is_some())
    }

    /// The parameters of all operations, references followed, those that are ignored left out
    /// (`PAR-008`).
    #[must_use]
    pub fn parameters(self) -> Vec<Parameter<'d>> {
        self.level("parameters").map(|value| parameter::list(value).collect()).unwrap_or_default()
    }

    /// The servers that replace the root's; empty when there are none (`SRV-003`).
    #[must_use]
    pub fn servers(self) -> Vec<Server<'d>> {
        self.level("servers")
            .map(|value| value.list("servers").map(Server::new).collect())
            .unwrap_or_default()
    }

    /// The operations with their methods as sent on the wire (`PTH-017` to `PTH-019`).
    #[must_use]
    pub fn operations(self) -> Vec<(&'d str, Operation<'d>)> {
        let mut found = Vec::new();
        for (field, method) in METHODS {
            if let Some(value) = self.level(field).and_then(|value| value.get(field)) {
                found.push((method, Operation::new(self, value)));
            }
        }
        if let Some(value) = self.level("additionalOperations") {
            let additional = value.map("additionalOperations");
            found.extend(additional.map(|(method, value)| (method, Operation::new(self, value))));
        }
        found
    }

    /// The extension called `name`.
    #[must_use]
    pub fn extension(self, name: &str) -> Option<NodeRef<'d>> {
        self.level(name).and_then(|value| value.node().get(name))
    }
}

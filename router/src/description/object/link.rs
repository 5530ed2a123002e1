//! Link Object: its grammar, the rules it can break alone (`CBK-002`, `CBK-009`) and its view.
//! Whether its operation exists is a rule about the description (`connections.rs`).

use super::check::{Check, beside};
use super::finding::Finding;
use super::grammar::{Field, Grammar, Names, ObjectType, Shape};
use super::server::Server;
use super::value::Value;
use crate::description::runtime_expression::Expression;
use crate::description::{Code, Location, NodeRef, Severity};

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Link Object",
    "CBK-009",
    &[
        // Its form is judged when references are resolved (`REF-013`).
        Field::string("operationRef"),
        Field::string("operationId"),
        // The text allows any constant, the published JSON Schema strings only: the text wins (`DOC-023`).
        Field::new("parameters", Shape::Map(&Shape::Any, Names::Any)),
        Field::new("requestBody", Shape::Any),
        Field::string("description"),
        Field::new("server", Shape::Object(ObjectType::Server)),
    ],
);

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    let node = cx.node(at);
    cx.exclusive("CBK-009", at, ["operationRef", "operationId"], "Link Object");
    if node.get("operationRef").is_none() && node.get("operationId").is_none() {
        cx.report(
            Finding::error("CBK-009", at)
                .what("the link names no operation")
                .why("a linked operation is identified by `operationRef` or `operationId` (§Link Object)")
                .mend("add `operationId`"),
        );
    }
    let parameters = node.get("parameters");
    for (_, value) in parameters.into_iter().flat_map(NodeRef::members) {
        check_expression(cx, at, value);
    }
    if let Some(body) = node.get("requestBody") {
        check_expression(cx, at, body);
    }
    cx.links.push(at);
}

/// `CBK-002`: what begins like an expression is one; any other value is a constant.
fn check_expression(cx: &mut Check<'_>, at: Location, value: NodeRef<'_>) {
    let Some(text) = value.as_str().filter(|text| text.starts_with('$')) else { return };
    let Err(error) = Expression::parse(text) else { return };
    let meant = text.starts_with("$request") || text.starts_with("$response");
    let severity = if meant { Severity::Error } else { Severity::Warning };
    cx.report(
        Finding::new(Code::new("CBK-002"), severity, beside(at, value))
            .what(format!("`{text}` is no runtime expression: {error}"))
            .why("the grammar of expressions is fixed (§Runtime Expressions); other text is a constant")
            .mend("write, for example, `$response.body#/id`"),
    );
}

/// A link to a further operation (OpenAPI §Link Object).
#[derive(Clone, Copy, Debug)]
pub struct Link<'d> {
    value: Value<'d>,
}

impl<'d> Link<'d> {
    pub(super) const fn new(value: Value<'d>) -> Self {
        Self { value }
    }

    /// Where it stands, references followed.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// The linked operation's name.
    #[must_use]
    pub fn operation_id(self) -> Option<&'d str> {
        self.value.text("operationId")
    }

    /// The linked operation's place, if it is given by reference and can be resolved (`CBK-012`).
    #[must_use]
    pub fn operation_ref(self) -> Option<Location> {
        self.value.description.resolve(self.value.at, self.value.text("operationRef")?).ok()
    }

    /// The parameters: constants or runtime expressions.
    #[must_use]
    pub fn parameters(self) -> Vec<(&'d str, NodeRef<'d>)> {
        self.value.map("parameters").map(|(name, value)| (name, value.node())).collect()
    }

    /// The content of the request: a constant or a runtime expression.
    #[must_use]
    pub fn request_body(self) -> Option<NodeRef<'d>> {
        self.value.node().get("requestBody")
    }

    /// The server to use instead of the operation's own (`CBK-013`).
    #[must_use]
    pub fn server(self) -> Option<Server<'d>> {
        self.value.get("server").map(Server::new)
    }
}

//! Operation Object: its grammar, its rules and its view.

use std::collections::HashSet;

use super::callback::Callback;
use super::check::Check;
use super::grammar::{Edition, Field, Grammar, Names, ObjectType, Shape};
use super::parameter::{self, Parameter};
use super::path_item::PathItem;
use super::request_body::RequestBody;
use super::response::Response;
use super::responses::{self, StatusKey};
use super::security_requirement::{self, SecurityRequirement};
use super::server::{self, Server};
use super::value::Value;
use crate::description::{Location, NodeRef};

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "Operation Object",
    "PTH-017",
    &[
        Field::new("tags", Shape::List(&Shape::String)),
        Field::string("summary"),
        Field::string("description"),
        Field::new("externalDocs", Shape::Object(ObjectType::ExternalDocumentation)),
        Field::string("operationId").code("PTH-022"),
        Field::new("parameters", parameter::LIST).code("PAR-001"),
        Field::new("requestBody", Shape::OrReference(ObjectType::RequestBody)),
        Field::new("responses", Shape::Object(ObjectType::Responses))
            .required_until("RSP-001", Edition::V3_0),
        Field::new("callbacks", Shape::Map(&Shape::OrReference(ObjectType::Callback), Names::Any)),
        Field::boolean("deprecated").code("PTH-024"),
        Field::new("security", security_requirement::LIST).code("SEC-002"),
        Field::new("servers", server::LIST).code("SRV-004"),
    ],
);

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    server::check_list(cx, at);
    cx.operations.push(at);
}

/// An operation (OpenAPI §Operation Object).
#[derive(Clone, Copy, Debug)]
pub struct Operation<'d> {
    path_item: PathItem<'d>,
    value: Value<'d>,
}

impl<'d> Operation<'d> {
    pub(super) const fn new(path_item: PathItem<'d>, value: Value<'d>) -> Self {
        Self { path_item, value }
    }

    /// Where it stands.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// The Path Item through which it was reached.
    #[must_use]
    pub const fn path_item(self) -> PathItem<'d> {
        self.path_item
    }

    /// Its unique name, if it has one.
    #[must_use]
    pub fn operation_id(self) -> Option<&'d str> {
        self.value.text("operationId")
    }

    /// The Path Item's parameters and its own, which override those of the same name and location
    /// (`PAR-002`); header parameters that are to be ignored are left out (`PAR-008`).
    #[must_use]
    pub fn parameters(self) -> Vec<Parameter<'d>> {
        let own: Vec<Parameter<'d>> = parameter::list(self.value).collect();
        let mut merged: Vec<Parameter<'d>> = self.path_item.parameters();
        if !merged.is_empty() {
            let replaced: HashSet<_> = own.iter().map(|parameter| parameter.identity()).collect();
            merged.retain(|parameter| !replaced.contains(&parameter.identity()));
        }
        merged.extend(own);
        merged
    }

    /// The request body, if it has one.
    #[must_use]
    pub fn request_body(self) -> Option<RequestBody<'d>> {
        self.value.get("requestBody").map(|value| RequestBody::new(value.followed()))
    }

    /// The declared responses, in document order.
    #[must_use]
    pub fn responses(self) -> Vec<(StatusKey, Response<'d>)> {
        self.value.get("responses").map(responses::list).unwrap_or_default()
    }

    /// Its own security requirements: `None` inherits the root's, an empty list needs nothing (`SEC-007`).
    #[must_use]
    pub fn security(self) -> Option<Vec<SecurityRequirement<'d>>> {
        self.value.get("security")?;
        Some(self.value.list("security").map(SecurityRequirement::new).collect())
    }

    /// The servers that replace the Path Item's and the root's; empty when there are none (`SRV-003`).
    #[must_use]
    pub fn servers(self) -> Vec<Server<'d>> {
        self.value.list("servers").map(Server::new).collect()
    }

    /// The tags.
    #[must_use]
    pub fn tags(self) -> Vec<&'d str> {
        self.value.list("tags").filter_map(|tag| tag.node().as_str()).collect()
    }

    /// Whether it should no longer be used (`PTH-024`).
    #[must_use]
    pub fn deprecated(self) -> bool {
        self.value.flag("deprecated").unwrap_or(false)
    }

    /// The callbacks with their names.
    #[must_use]
    pub fn callbacks(self) -> Vec<(&'d str, Callback<'d>)> {
        self.value.map("callbacks").map(|(name, value)| (name, Callback::new(value.followed()))).collect()
    }

    /// The extension called `name`, such as `x-handler`.
    #[must_use]
    pub fn extension(self, name: &str) -> Option<NodeRef<'d>> {
        self.value.node().get(name)
    }

    /// The specification extensions.
    pub fn extensions(self) -> impl Iterator<Item = (&'d str, NodeRef<'d>)> {
        self.value.node().members().filter(|(name, _)| name.starts_with("x-"))
    }
}

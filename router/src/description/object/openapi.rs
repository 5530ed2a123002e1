//! OpenAPI Object: its grammar, its rules and the view of the whole description.

use std::collections::HashMap;

use super::check::{Check, beside};
use super::finding::Finding;
use super::grammar::{Edition, Field, Grammar, Names, ObjectType, Shape};
use super::path_item::PathItem;
use super::security_requirement::{self, SecurityRequirement};
use super::security_scheme::SecurityScheme;
use super::server::{self, Server};
use super::tag::Tag;
use super::value::Value;
use crate::description::{Description, Location, NodeRef};

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "OpenAPI Object",
    "DOC-001",
    &[
        Field::string("openapi").required("DOC-001"),
        Field::uri("$self").code("REF-006").since(Edition::V3_2),
        Field::new("info", Shape::Object(ObjectType::Info)).required("DOC-001"),
        Field::uri("jsonSchemaDialect").code("SCH-006").since(Edition::V3_1),
        Field::new("servers", server::LIST).code("SRV-004"),
        Field::new("paths", Shape::Object(ObjectType::Paths)).required_until("DOC-002", Edition::V3_0),
        Field::new("webhooks", Shape::Map(&Shape::Object(ObjectType::PathItem), Names::Any))
            .since(Edition::V3_1),
        Field::new("components", Shape::Object(ObjectType::Components)),
        Field::new("security", security_requirement::LIST).code("SEC-002"),
        Field::new("tags", Shape::List(&Shape::Object(ObjectType::Tag))).code("DOC-019"),
        Field::new("externalDocs", Shape::Object(ObjectType::ExternalDocumentation)),
    ],
);

/// `DOC-002`, `DOC-019` and `SRV-012`.
pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    let node = cx.node(at);
    let anything = ["paths", "components", "webhooks"].iter().any(|name| node.get(name).is_some());
    if !anything && cx.edition(at.document) != Edition::V3_0 {
        cx.report(
            Finding::error("DOC-002", at)
                .what("none of `paths`, `components` and `webhooks` is present")
                .why("a document holds at least one of them (§OpenAPI Object)")
                .mend("add `paths: {}`"),
        );
    }
    server::check_list(cx, at);
    check_tags(cx, at);
}

/// `DOC-019`: names are unique; in 3.2 parents exist and do not form a circle.
fn check_tags(cx: &mut Check<'_>, at: Location) {
    let Some(tags) = cx.node(at).get("tags") else { return };
    let mut parents: HashMap<&str, Option<&str>> = HashMap::new();
    let mut first: HashMap<&str, NodeRef<'_>> = HashMap::new();
    for tag in tags.items() {
        let Some(name) = tag.get("name").and_then(NodeRef::as_str) else { continue };
        parents.entry(name).or_insert_with(|| tag.get("parent").and_then(NodeRef::as_str));
        let Some(earlier) = first.insert(name, tag) else { continue };
        cx.report(
            Finding::error("DOC-019", beside(at, tag.get("name").unwrap_or(tag)))
                .what(format!("the tag `{name}` is declared twice"))
                .why("tag names are unique in the list (§OpenAPI Object)")
                .mend("merge the two")
                .related("first declared here", beside(at, earlier)),
        );
    }
    for tag in tags.items() {
        let Some(parent) = tag.get("parent").and_then(NodeRef::as_str) else { continue };
        let fault =
            if parents.contains_key(parent) { circle(&parents, parent) } else { Some("does not exist") };
        let Some(fault) = fault else { continue };
        cx.report(
            Finding::error("DOC-019", beside(at, tag))
                .named("parent")
                .what(format!("the parent tag `{parent}` {fault}"))
                .why("a tag's parent exists and tags form no circle (§Tag Object)")
                .mend("declare the parent tag, or remove `parent`"),
        );
    }
}

fn circle(parents: &HashMap<&str, Option<&str>>, start: &str) -> Option<&'static str> {
    let mut at = start;
    for _ in 0..parents.len() {
        match parents.get(at) {
            Some(Some(parent)) => at = parent,
            Some(None) | None => return None,
        }
    }
    Some("is part of a circle")
}

/// A description seen from its entry document (OpenAPI §OpenAPI Object).
///
/// Views read a description that has been checked; what a lenient check let pass reads as absent.
#[derive(Clone, Copy, Debug)]
pub struct OpenApi<'d> {
    value: Value<'d>,
}

impl<'d> OpenApi<'d> {
    /// The view of the entry document.
    #[must_use]
    pub fn new(description: &'d Description) -> Self {
        Self { value: Value::new(description, description.entry()) }
    }

    /// Where it stands.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// `info.title`.
    #[must_use]
    pub fn title(self) -> &'d str {
        self.value.get("info").and_then(|info| info.text("title")).unwrap_or_default()
    }

    /// `info.version`: the version of the API, not of OpenAPI.
    #[must_use]
    pub fn api_version(self) -> &'d str {
        self.value.get("info").and_then(|info| info.text("version")).unwrap_or_default()
    }

    /// The root's servers; empty when absent, which means one server with `url: /` (`SRV-001`).
    #[must_use]
    pub fn servers(self) -> Vec<Server<'d>> {
        self.value.list("servers").map(Server::new).collect()
    }

    /// The path templates with their Path Items, in document order.
    #[must_use]
    pub fn paths(self) -> Vec<(&'d str, PathItem<'d>)> {
        let paths = self.value.map("paths").filter(|(name, _)| name.starts_with('/'));
        paths.map(|(template, item)| (template, PathItem::new(item))).collect()
    }

    /// The webhooks with their names, in document order.
    #[must_use]
    pub fn webhooks(self) -> Vec<(&'d str, PathItem<'d>)> {
        self.value.map("webhooks").map(|(name, item)| (name, PathItem::new(item))).collect()
    }

    /// The root's security requirements; `None` when absent.
    #[must_use]
    pub fn security(self) -> Option<Vec<SecurityRequirement<'d>>> {
        self.value.get("security")?;
        Some(self.value.list("security").map(SecurityRequirement::new).collect())
    }

    /// The security scheme that a requirement of the description calls `name`: a component of the
    /// entry document (`REF-022`, `SEC-016`), or in 3.2 the scheme that `name` is the URI of (`SEC-003`).
    #[must_use]
    pub fn security_scheme(self, name: &str) -> Option<SecurityScheme<'d>> {
        let at = security_requirement::resolve(self.value.description, self.value.at, name)?;
        SecurityScheme::new(Value::new(self.value.description, at))
    }

    /// The declared security schemes with their names.
    #[must_use]
    pub fn security_schemes(self) -> Vec<(&'d str, SecurityScheme<'d>)> {
        let Some(components) = self.value.get("components") else { return Vec::new() };
        let schemes = components.map("securitySchemes");
        schemes.filter_map(|(name, scheme)| Some((name, SecurityScheme::new(scheme)?))).collect()
    }

    /// The declared tags.
    #[must_use]
    pub fn tags(self) -> Vec<Tag<'d>> {
        self.value.list("tags").map(Tag::new).collect()
    }

    /// The extension called `name`, such as `x-limits`.
    #[must_use]
    pub fn extension(self, name: &str) -> Option<NodeRef<'d>> {
        self.value.node().get(name)
    }
}

//! Security Requirement Object: its grammar, how its names are resolved (`SEC-002`, `SEC-003`) and its view.

use super::check::{Check, beside};
use super::finding::Finding;
use super::grammar::{Edition, Grammar, ObjectType, Patterned, Shape};
use super::value::Value;
use crate::description::{Description, Location, NodeRef, Version};

pub(super) const LIST: Shape = Shape::List(&Shape::Object(ObjectType::SecurityRequirement));

pub(super) const GRAMMAR: Grammar = Grammar::new("Security Requirement Object", "SEC-002", &[])
    .patterned(Patterned::Every(Shape::List(&Shape::String)))
    .closed();

pub(super) fn check(cx: &mut Check<'_>, at: Location) {
    cx.requirements.push(at);
    if cx.edition(at.document) != Edition::V3_0 {
        return;
    }
    for (name, scopes) in cx.node(at).members() {
        let Some(scheme) = resolve(cx.description, at, name) else { continue };
        let scheme = cx.node(cx.followed(scheme)).get("type").and_then(NodeRef::as_str);
        if !scopes.is_empty() && !matches!(scheme, Some("oauth2" | "openIdConnect")) {
            cx.report(
                Finding::warning("SEC-002", beside(at, scopes))
                    .what(format!("`{name}` lists roles, which OpenAPI 3.0 does not know"))
                    .why("up to 3.0 the array is empty but for oauth2 and openIdConnect (§Security Requirement Object)")
                    .mend("empty the array, or declare `openapi: 3.1.0`"),
            );
        }
    }
}

/// The scheme that `name` means: a component of the entry document (`REF-022`), of the document
/// itself otherwise, or in 3.2 the Security Scheme Object at that URI (`SEC-003`).
pub(super) fn resolve(description: &Description, from: Location, name: &str) -> Option<Location> {
    let component = |root: Location| {
        let schemes = description.child(description.child(root, "components")?, "securitySchemes")?;
        description.child(schemes, name)
    };
    let own = Location { document: from.document, node: crate::description::NodeId::ROOT };
    component(description.entry()).or_else(|| component(own)).or_else(|| {
        if description.version(from.document) != Version::V3_2 {
            return None;
        }
        let target = description.resolve(from, name).ok()?;
        description.at(target).get("type").is_some().then_some(target)
    })
}

/// One alternative: all of its schemes together (`SEC-004`).
#[derive(Clone, Copy, Debug)]
pub struct SecurityRequirement<'d> {
    value: Value<'d>,
}

impl<'d> SecurityRequirement<'d> {
    pub(super) const fn new(value: Value<'d>) -> Self {
        Self { value }
    }

    /// Where it stands.
    #[must_use]
    pub const fn at(self) -> Location {
        self.value.at
    }

    /// The names of the schemes with their scopes or roles; empty for `{}`, which allows anonymous
    /// access (`SEC-006`).
    #[must_use]
    pub fn schemes(self) -> Vec<(&'d str, Vec<&'d str>)> {
        let scopes = |value: NodeRef<'d>| value.items().filter_map(NodeRef::as_str).collect();
        self.value.node().members().map(|(name, value)| (name, scopes(value))).collect()
    }

    /// The Security Scheme that `name` means here.
    #[must_use]
    pub fn scheme(self, name: &str) -> Option<super::SecurityScheme<'d>> {
        let at = resolve(self.value.description, self.value.at, name)?;
        super::SecurityScheme::new(Value::new(self.value.description, at))
    }
}

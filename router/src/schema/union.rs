//! Discriminators: which branch of a union an instance claims to be (DIS).
//!
//! Takes: a Discriminator Object beside `oneOf` or `anyOf`. Gives: the branch for a value, so that an error report talks
//! about one branch instead of all (DIS-013). No verdict ever asks it (DIS-001); the `allOf` form searches nothing
//! (DIS-012). Numbers and booleans compare by their JSON text (DIS-007). Never panics.

use super::closure::Closure;
use super::instance::{InstanceKind, InstanceNode};
use super::lower::Union;
use crate::description::{Description, Location, NodeRef};

/// A branch by the name of the slot that validates it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Branch(pub(super) usize);

/// A compiled Discriminator Object.
#[derive(Clone, Debug)]
pub(super) struct Discriminator {
    pub(super) property: Box<str>,
    branches: Vec<(Box<str>, Branch)>,
    default: Option<Branch>,
}

/// What a discriminator says about an instance.
pub(super) enum Choice<'s, 'i> {
    /// This branch.
    Branch(Branch),
    /// The property is absent (DIS-009), or its value selects nothing (DIS-008).
    None { property: &'s str, value: Option<&'i str> },
}

impl Discriminator {
    /// The branches are those that the union lists and that are references: an inline schema has no name (DIS-004).
    pub(super) fn compile(description: &Description, closure: &Closure<'_>, union: &Union) -> Option<Self> {
        let schema = description.at(union.at);
        let object = schema.get("discriminator")?;
        let property = object.get("propertyName")?.as_str()?;
        let listed = schema.get("oneOf").or_else(|| schema.get("anyOf"))?;
        let mut discriminator = Self { property: property.into(), branches: Vec::new(), default: None };
        let mut targets = Vec::new();
        for branch in listed.items() {
            let Some(reference) = branch.get("$ref").and_then(NodeRef::as_str) else { continue };
            let at = Location { document: union.at.document, node: branch.id() };
            let Ok(key) = closure.target(at, "$ref", reference, &union.scope) else { continue };
            if let Some(position) = closure.position(&key) {
                targets.push((key.at, Branch(position)));
            }
        }
        let branch_at =
            |at: Location| targets.iter().find(|(target, _)| *target == at).map(|(_, branch)| *branch);
        let meant = |text: &str| branch_at(mapped(description, union.at, text)?);
        if let Some(mapping) = object.get("mapping") {
            let explicit = mapping
                .members()
                .filter_map(|(value, target)| Some((value.into(), meant(target.as_str()?)?)));
            discriminator.branches.extend(explicit);
        }
        // Explicit mappings come first, so that they override names.
        for (at, branch) in &targets {
            if let Some(name) = component_name(description, *at) {
                discriminator.branches.push((name.into(), *branch));
            }
        }
        discriminator.default = object.get("defaultMapping").and_then(NodeRef::as_str).and_then(meant);
        Some(discriminator)
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = Branch> + '_ {
        self.branches.iter().map(|(_, branch)| *branch).chain(self.default)
    }

    /// What the instance's own value selects; `defaultMapping` when it selects nothing (DIS-011).
    pub(super) fn choose<'i>(&self, node: InstanceNode<'i>) -> Choice<'_, 'i> {
        let value = node.get(&self.property).and_then(text_of);
        let named = value.and_then(|value| self.branches.iter().find(|(name, _)| **name == *value));
        match named.map(|(_, branch)| *branch).or(self.default) {
            Some(branch) => Choice::Branch(branch),
            None => Choice::None { property: &self.property, value },
        }
    }
}

fn text_of(node: InstanceNode<'_>) -> Option<&str> {
    match node.kind() {
        InstanceKind::String => node.as_str(),
        InstanceKind::Number => node.number_text(),
        InstanceKind::Boolean => node.as_bool().map(|value| if value { "true" } else { "false" }),
        InstanceKind::Null | InstanceKind::Array | InstanceKind::Object | InstanceKind::Binary => None,
    }
}

/// DIS-005: a name of the entry document's components comes before a URI.
fn mapped(description: &Description, at: Location, text: &str) -> Option<Location> {
    component(description, text).or_else(|| description.resolve(at, text).ok())
}

fn component(description: &Description, name: &str) -> Option<Location> {
    let components = description.child(description.entry(), "components")?;
    description.child(description.child(components, "schemas")?, name)
}

/// The name of a schema that stands directly under a document's `components/schemas`.
fn component_name(description: &Description, at: Location) -> Option<String> {
    let node = description.at(at);
    let schemas = node.parent()?;
    let components = schemas.parent().filter(|_| schemas.key().as_deref() == Some("schemas"))?;
    let is_root =
        components.key().as_deref() == Some("components") && components.parent()?.parent().is_none();
    is_root.then(|| node.key().map(std::borrow::Cow::into_owned)).flatten()
}

//! A value with the description it belongs to: what every typed view is made of.
//!
//! Takes: a place in a checked description. Gives: members and items, references followed. What is
//! missing or of the wrong type reads as absent, so that nothing can fail. Never panics.

use crate::description::{Description, Location, NodeRef};

/// A place and its description; cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'d> {
    pub(crate) description: &'d Description,
    pub(crate) at: Location,
}

impl<'d> Value<'d> {
    pub(crate) const fn new(description: &'d Description, at: Location) -> Self {
        Self { description, at }
    }

    pub(crate) fn node(self) -> NodeRef<'d> {
        self.description.at(self.at)
    }

    fn beside(self, node: NodeRef<'_>) -> Self {
        let at = Location { document: self.at.document, node: node.id() };
        Self { description: self.description, at }
    }

    /// The end of the references that begin here; the place itself when there are none.
    pub(crate) fn followed(self) -> Self {
        let at = self.description.follow(self.at).unwrap_or(self.at);
        Self { description: self.description, at }
    }

    /// A member as it stands.
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        self.node().get(name).map(|node| self.beside(node))
    }

    pub(crate) fn text(self, name: &str) -> Option<&'d str> {
        self.node().get(name).and_then(NodeRef::as_str)
    }

    pub(crate) fn flag(self, name: &str) -> Option<bool> {
        self.node().get(name).and_then(NodeRef::as_bool)
    }

    /// The items of the array `name`.
    pub(crate) fn list(self, name: &str) -> impl Iterator<Item = Self> + use<'d> {
        let items = self.node().get(name).into_iter().flat_map(NodeRef::items);
        items.map(move |item| self.beside(item))
    }

    /// The members of this object, without specification extensions.
    pub(crate) fn members(self) -> impl Iterator<Item = (&'d str, Self)> {
        self.node()
            .members()
            .filter(|(name, _)| !name.starts_with("x-"))
            .map(move |(name, node)| (name, self.beside(node)))
    }

    /// The members of the map `name`.
    pub(crate) fn map(self, name: &str) -> impl Iterator<Item = (&'d str, Self)> + use<'d> {
        let members = self.node().get(name).into_iter().flat_map(NodeRef::members);
        members.map(move |(name, node)| (name, self.beside(node)))
    }
}

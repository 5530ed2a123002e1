//! A value as it was given: a node of a file, or the text of an environment variable.

use crate::description::{Kind, NodeRef};

#[derive(Clone, Copy)]
pub(super) enum Given<'g> {
    Node(NodeRef<'g>),
    Text(&'g str),
}

impl<'g> Given<'g> {
    /// A whole number.
    pub(super) fn whole(self) -> Option<u64> {
        match self {
            Self::Node(node) => node.as_number()?.parse().ok(),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }

    /// A text; a number is its own text.
    pub(super) fn text(self) -> Option<&'g str> {
        match self {
            Self::Node(node) => node.as_str().or_else(|| node.as_number()),
            Self::Text(text) => Some(text.trim()),
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(self) -> Option<bool> {
        match self {
            Self::Node(node) => node.as_bool(),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }

    /// Texts: an array of them, or one; in a variable separated by commas.
    pub(super) fn list(self) -> Option<Vec<&'g str>> {
        match self {
            Self::Node(node) if node.kind() == Kind::Array => node.items().map(NodeRef::as_str).collect(),
            Self::Node(node) => node.as_str().map(|one| vec![one]),
            Self::Text(text) => Some(text.split(',').map(str::trim).filter(|one| !one.is_empty()).collect()),
        }
    }
}

//! The trie of template segments, as the templates were added.
//!
//! Build phase only: [`determinise`](super::determinise) turns it into the automaton that requests meet.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::pattern::{Part, Segment, specificity};

/// A node of the trie; the root is 0.
pub(super) type NodeId = u32;

/// Index of a leaf, in the order in which templates were first added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct LeafId(pub(super) u32);

impl LeafId {
    pub(super) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub(super) literals: BTreeMap<Box<str>, NodeId>,
    /// Sorted by specificity: the order in which they win.
    pub(super) mixed: Vec<(Arc<[Part]>, NodeId)>,
    pub(super) expression: Option<NodeId>,
    pub(super) leaf: Option<LeafId>,
}

#[derive(Debug)]
pub(super) struct Trie {
    nodes: Vec<Node>,
    leaves: u32,
}

impl Trie {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::default()], leaves: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(usize::try_from(id).ok()?)
    }

    /// The leaf of a template given as its segments, made if it is new; `None` past what 32 bits count.
    pub(super) fn leaf(&mut self, segments: &[Segment]) -> Option<LeafId> {
        let mut at = 0;
        for segment in segments {
            at = self.child(at, segment)?;
        }
        let fresh = LeafId(self.leaves);
        let node = self.nodes.get_mut(usize::try_from(at).ok()?)?;
        if let Some(leaf) = node.leaf {
            return Some(leaf);
        }
        node.leaf = Some(fresh);
        self.leaves = self.leaves.checked_add(1)?;
        Some(fresh)
    }

    fn child(&mut self, at: NodeId, segment: &Segment) -> Option<NodeId> {
        let fresh = u32::try_from(self.nodes.len()).ok()?;
        let node = self.nodes.get_mut(usize::try_from(at).ok()?)?;
        let existing = match segment {
            Segment::Literal(text) => node.literals.get(text).copied(),
            Segment::Mixed(parts) => node.mixed.iter().find(|(have, _)| **have == **parts).map(|(_, id)| *id),
            Segment::Expression => node.expression,
        };
        if existing.is_some() {
            return existing;
        }
        match segment {
            Segment::Literal(text) => drop(node.literals.insert(text.clone(), fresh)),
            Segment::Mixed(parts) => {
                node.mixed.push((Arc::from(&**parts), fresh));
                node.mixed.sort_by(|(a, _), (b, _)| specificity(a).cmp(&specificity(b)));
            }
            Segment::Expression => node.expression = Some(fresh),
        }
        self.nodes.push(Node::default());
        Some(fresh)
    }
}

//! Routing: which operation a request target and method name (PTH, SRV, HTTP-001 to HTTP-006).
//!
//! Takes: the path of a [`RequestHead`](crate::RequestHead). Gives: a leaf and the spans of the template's
//! expressions, or the reason why there is none. Allocates only for a path that needs normalising.
//! Work is bounded by [`limits::MATCH_VISITS_MAX`](crate::limits), checked when the tree is built. Never panics.

mod leaf;
mod normalize;
mod pattern;
mod tree;

pub(crate) use leaf::{Leaf, MethodMatch, allow_value};
pub(crate) use normalize::{PathError, normalize_literal, normalize_path, raw_spans};
pub(crate) use pattern::{Part, Segment};
pub(crate) use tree::{Captures, RouteTree, RouteTreeBuilder, RouteTreeError};

/// What requests are matched with: the tree and what stands at its leaves.
pub(crate) struct RouteTable {
    pub(crate) tree: RouteTree,
    pub(crate) leaves: Box<[Leaf<u32>]>,
    /// The value of `Allow` for `OPTIONS *`.
    pub(crate) allow_all: std::sync::Arc<str>,
}

impl RouteTable {
    /// The leaf that a normalised path leads to.
    pub(crate) fn find(&self, path: &str, captures: &mut Captures) -> Option<&Leaf<u32>> {
        let leaf = self.tree.find(path, captures)?;
        self.leaves.get(leaf.index())
    }
}

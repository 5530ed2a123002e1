//! The tree of template segments and the search through it.
//!
//! At every segment the order is: literal, mixtures by specificity, whole-segment expression
//! (PTH-002); a branch that dead-ends is left for the next one (PTH-004, PTH-005). No node is visited
//! twice for one path, and the most visits that any path can cause are counted when the tree is
//! built: a tree above [`limits::MATCH_VISITS_MAX`] is refused.

use std::sync::Arc;

use smallvec::SmallVec;

use super::pattern::{Part, Segment, matches, specificity};
use crate::limits;

/// Index of a leaf, in the order in which templates were first added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct LeafId(u32);

impl LeafId {
    pub(super) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// The spans of the template's expressions in the normalised path, in template order.
pub(super) type Captures = SmallVec<[(u16, u16); 8]>;

/// Why a tree could not be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RouteTreeError {
    /// Some path could cause more node visits than [`limits::MATCH_VISITS_MAX`].
    OverlapTooCostly { visits: u64 },
    /// More nodes than 32 bits count.
    TooManyNodes,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Sorted by text once built.
    literals: Vec<(Box<str>, u32)>,
    /// Sorted by specificity once built.
    mixed: Vec<(Arc<[Part]>, u32)>,
    expression: Option<u32>,
    leaf: Option<LeafId>,
}

/// Builds a [`RouteTree`].
#[derive(Debug)]
pub(super) struct RouteTreeBuilder {
    nodes: Vec<Node>,
    leaves: u32,
}

impl RouteTreeBuilder {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::default()], leaves: 0 }
    }

    /// The leaf of a template given as its segments, made if it is new.
    pub(super) fn leaf(&mut self, segments: &[Segment]) -> Result<LeafId, RouteTreeError> {
        let mut at = 0;
        for segment in segments {
            at = self.child(at, segment)?;
        }
        let node = self.node_mut(at).ok_or(RouteTreeError::TooManyNodes)?;
        if let Some(leaf) = node.leaf {
            return Ok(leaf);
        }
        let leaf = LeafId(self.leaves);
        self.leaves = self.leaves.checked_add(1).ok_or(RouteTreeError::TooManyNodes)?;
        if let Some(node) = self.node_mut(at) {
            node.leaf = Some(leaf);
        }
        Ok(leaf)
    }

    fn node_mut(&mut self, at: u32) -> Option<&mut Node> {
        self.nodes.get_mut(usize::try_from(at).ok()?)
    }

    fn child(&mut self, at: u32, segment: &Segment) -> Result<u32, RouteTreeError> {
        let fresh = u32::try_from(self.nodes.len()).map_err(|_| RouteTreeError::TooManyNodes)?;
        let node = self.node_mut(at).ok_or(RouteTreeError::TooManyNodes)?;
        let existing = match segment {
            Segment::Literal(text) => find_literal_unsorted(&node.literals, text),
            Segment::Mixed(parts) => node.mixed.iter().find(|(have, _)| **have == **parts).map(|(_, id)| *id),
            Segment::Expression => node.expression,
        };
        if let Some(id) = existing {
            return Ok(id);
        }
        match segment {
            Segment::Literal(text) => node.literals.push((text.clone(), fresh)),
            Segment::Mixed(parts) => node.mixed.push((Arc::from(&**parts), fresh)),
            Segment::Expression => node.expression = Some(fresh),
        }
        self.nodes.push(Node::default());
        Ok(fresh)
    }

    /// Sorts the branches and proves the bound.
    pub(super) fn build(mut self) -> Result<RouteTree, RouteTreeError> {
        for node in &mut self.nodes {
            node.literals.sort();
            node.mixed.sort_by(|(a, _), (b, _)| specificity(a).cmp(&specificity(b)));
        }
        let visits = most_visits(&self.nodes);
        if visits > limits::MATCH_VISITS_MAX {
            return Err(RouteTreeError::OverlapTooCostly { visits });
        }
        Ok(RouteTree { nodes: self.nodes.into_boxed_slice() })
    }
}

/// Linear, but only while building; big siblings lists are found by the last few entries first.
fn find_literal_unsorted(literals: &[(Box<str>, u32)], text: &str) -> Option<u32> {
    literals.iter().rev().find(|(have, _)| **have == *text).map(|(_, id)| *id)
}

/// The most nodes that one path can visit. Children come after their parents, so that one pass
/// from the back sees every child before its parent.
fn most_visits(nodes: &[Node]) -> u64 {
    let mut visits = vec![1_u64; nodes.len()];
    for (at, node) in nodes.iter().enumerate().rev() {
        let of = |id: &u32| usize::try_from(*id).ok().and_then(|id| visits.get(id)).copied().unwrap_or(0);
        let literal = node.literals.iter().map(|(_, id)| of(id)).max().unwrap_or(0);
        let mixed = node.mixed.iter().map(|(_, id)| of(id)).fold(0, u64::saturating_add);
        let expression = node.expression.as_ref().map_or(0, of);
        let total = literal.saturating_add(mixed).saturating_add(expression).saturating_add(1);
        if let Some(slot) = visits.get_mut(at) {
            *slot = total;
        }
    }
    visits.first().copied().unwrap_or(0)
}

/// The built tree.
#[derive(Clone, Debug)]
pub(super) struct RouteTree {
    nodes: Box<[Node]>,
}

/// A node on the way down, and which of its branches is to be tried next.
#[derive(Clone, Copy)]
struct Frame {
    node: u32,
    /// The byte at which the node's segment starts; one past the path's end where no segment is left.
    start: usize,
    /// 0: literal; 1 to n: mixture n - 1; n + 1: expression; beyond: none left.
    branch: usize,
    /// How many captures there were above this node.
    captures: usize,
}

impl RouteTree {
    /// Finds the leaf of a normalised path; `captures` then holds its expressions' spans.
    pub(super) fn find(&self, path: &str, captures: &mut Captures) -> Option<LeafId> {
        captures.clear();
        let mut stack: SmallVec<[Frame; 16]> = SmallVec::new();
        let start = usize::from(path.starts_with('/'));
        stack.push(Frame { node: 0, start, branch: 0, captures: 0 });
        while let Some(frame) = stack.last_mut() {
            captures.truncate(frame.captures);
            let node = self.node(frame.node)?;
            let ended = frame.start > path.len();
            if ended && node.leaf.is_some() {
                return node.leaf;
            }
            if ended {
                stack.pop();
                continue;
            }
            let current = *frame;
            frame.branch = frame.branch.saturating_add(1);
            match step(node, path, current, captures) {
                Step::Down(next) => stack.push(next),
                Step::Next => {}
                Step::Exhausted => drop(stack.pop()),
            }
        }
        None
    }

    fn node(&self, id: u32) -> Option<&Node> {
        self.nodes.get(usize::try_from(id).ok()?)
    }
}

enum Step {
    Down(Frame),
    Next,
    Exhausted,
}

/// Tries the frame's branch on the segment that starts at the frame's byte.
fn step(node: &Node, path: &str, frame: Frame, captures: &mut Captures) -> Step {
    let rest = path.as_bytes().get(frame.start..).unwrap_or_default();
    let length = memchr::memchr(b'/', rest).unwrap_or(rest.len());
    let end = frame.start.saturating_add(length);
    let segment = path.get(frame.start..end).unwrap_or_default();
    let child = match frame.branch.checked_sub(1) {
        None => find_literal(&node.literals, segment),
        Some(mixture) => match node.mixed.get(mixture) {
            Some((parts, id)) => {
                let matched = matches(parts, segment, |from, to| {
                    push_capture(captures, frame.start.saturating_add(from), frame.start.saturating_add(to));
                });
                matched.then_some(*id)
            }
            None if mixture == node.mixed.len() && !segment.is_empty() => {
                push_capture(captures, frame.start, end);
                node.expression
            }
            None => return Step::Exhausted,
        },
    };
    child.map_or(Step::Next, |node| {
        Step::Down(Frame { node, start: end.saturating_add(1), branch: 0, captures: captures.len() })
    })
}

fn find_literal(literals: &[(Box<str>, u32)], segment: &str) -> Option<u32> {
    let at = literals.binary_search_by(|(text, _)| (**text).cmp(segment)).ok()?;
    literals.get(at).map(|(_, id)| *id)
}

/// Targets are shorter than 65,536 bytes (a const assertion in `limits`), so no span is cut.
fn push_capture(captures: &mut Captures, from: usize, to: usize) {
    captures.push((u16::try_from(from).unwrap_or(u16::MAX), u16::try_from(to).unwrap_or(u16::MAX)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(template: &str) -> Vec<Segment> {
        template[1..].split('/').map(segment).collect()
    }

    fn segment(text: &str) -> Segment {
        let mut parts = Vec::new();
        for piece in text.split_inclusive('}') {
            let (literal, expression) =
                piece.split_once('{').map_or((piece, false), |(text, _)| (text, true));
            parts.extend((!literal.is_empty()).then(|| Part::Literal(literal.into())));
            parts.extend(expression.then_some(Part::Expression));
        }
        Segment::new(parts).unwrap()
    }

    fn check(templates: &[&str], cases: &[(&str, Option<(&str, &[&str])>)]) {
        for reversed in [false, true] {
            let mut order = templates.to_vec();
            if reversed {
                order.reverse();
            }
            let mut builder = RouteTreeBuilder::new();
            for template in &order {
                builder.leaf(&segments(template)).unwrap();
            }
            let tree = builder.build().unwrap();
            for (path, expected) in cases {
                let mut captures = Captures::new();
                let leaf = tree.find(path, &mut captures);
                let texts: Vec<&str> =
                    captures.iter().map(|(from, to)| &path[usize::from(*from)..usize::from(*to)]).collect();
                let found = leaf.map(|leaf| (order[leaf.index()], texts.as_slice()));
                assert_eq!(found, *expected, "{path}, reversed: {reversed}");
            }
        }
    }

    #[test]
    fn concrete_before_templated() {
        check(
            &["/pets/{id}", "/pets/mine", "/pets", "/pets/", "/", "/pets/{id}/toys/{toy}"],
            &[
                ("/pets/mine", Some(("/pets/mine", &[]))),
                ("/pets/7", Some(("/pets/{id}", &["7"]))),
                ("/pets", Some(("/pets", &[]))),
                ("/pets/", Some(("/pets/", &[]))),
                ("/", Some(("/", &[]))),
                ("/pets/a%2Fb", Some(("/pets/{id}", &["a%2Fb"]))),
                ("/pets/7/toys/8", Some(("/pets/{id}/toys/{toy}", &["7", "8"]))),
                ("/pets/7/toys", None),
                ("/pets//toys/8", None),
                ("//", None),
                ("/Pets", None),
                ("/pets/7/", None),
                ("*", None),
            ],
        );
    }

    #[test]
    fn dead_ends_backtrack() {
        check(
            &["/a/b/c", "/a/{x}/d", "/{e}/me", "/books/{id}", "/{x}/{y}/{z}/w"],
            &[
                ("/a/b/c", Some(("/a/b/c", &[]))),
                ("/a/b/d", Some(("/a/{x}/d", &["b"]))),
                ("/a/b/c/w", Some(("/{x}/{y}/{z}/w", &["a", "b", "c"]))),
                ("/books/me", Some(("/books/{id}", &["me"]))),
                ("/films/me", Some(("/{e}/me", &["films"]))),
            ],
        );
    }

    #[test]
    fn mixtures_before_expressions() {
        check(
            &["/x/{id}", "/x/{id}:activate", "/x/{a}-{b}", "/x/{a}-{b}.{c}", "/x/v{n}"],
            &[
                ("/x/7", Some(("/x/{id}", &["7"]))),
                ("/x/7:activate", Some(("/x/{id}:activate", &["7"]))),
                ("/x/1-2", Some(("/x/{a}-{b}", &["1", "2"]))),
                ("/x/1-2.json", Some(("/x/{a}-{b}.{c}", &["1", "2", "json"]))),
                ("/x/v3", Some(("/x/v{n}", &["3"]))),
                ("/x/v", Some(("/x/{id}", &["v"]))),
            ],
        );
    }

    #[test]
    fn costly_overlap_is_refused() {
        let mut builder = RouteTreeBuilder::new();
        for bits in 0_u32..1 << 13 {
            let template: String = (0..13)
                .map(|at| if bits >> at & 1 == 1 { "/{x}".to_owned() } else { "/a".to_owned() })
                .collect();
            builder.leaf(&segments(&template)).unwrap();
        }
        assert!(matches!(builder.build(), Err(RouteTreeError::OverlapTooCostly { visits }) if visits > 8000));
    }
}

//! The spanned tree: what JSON or YAML text says, with the place of every value and key.
//!
//! Takes: a builder's calls, in document order, from `text::json` or `text::yaml`. Gives: an
//! immutable arena that the whole build phase reads. Numbers keep their source text. Duplicate
//! keys were settled while building. Never panics: an id of another tree reads as `null`.
//!
//! Values lie in document order in one vector; items and members in two more, one run per container;
//! all text in one string. So a tree costs some 40 bytes a value, is dropped without recursion, and a
//! value finds its own key by binary search among its siblings.

mod builder;
mod json;
mod pointer;

use std::borrow::Cow;

pub use builder::TreeBuilder;
use pointer::{array_index, unescape_token};

/// A stretch of source text, in bytes from the start of the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// The position of a node in the arena of its own tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    /// The root of every tree.
    pub const ROOT: Self = Self(0);

    pub(crate) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// The six kinds of JSON value (RFC 8259 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number, kept as its source text in JSON form.
    Number,
    /// A string, unescaped.
    String,
    /// An array.
    Array,
    /// An object; its members keep their order.
    Object,
}

impl Kind {
    /// The name that JSON Schema gives this kind.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// A value: its text, truth, items or members are found by `start` and `length`.
#[derive(Clone, Copy, Debug)]
struct Node {
    span: Span,
    parent: NodeId,
    kind: Kind,
    /// Text: the first byte. Array and object: the first of `Tree::items` or `Tree::members`.
    /// Boolean: 1 for `true`.
    start: u32,
    length: u32,
}

/// A name, as a stretch of `Tree::text`, and its value.
#[derive(Clone, Copy, Debug)]
struct Member {
    name_start: u32,
    name_length: u32,
    name_span: Span,
    value: NodeId,
}

/// Where the members of a large object lie in `Tree::by_name`.
#[derive(Clone, Copy, Debug)]
struct Index {
    object: NodeId,
    start: u32,
}

/// Objects of up to this many members are searched one by one.
const SEARCHED_MEMBERS_MAX: usize = 16;

/// One document's values.
///
/// ```
/// use brrtrouter::description::{Kind, Span, TreeBuilder};
///
/// let mut builder = TreeBuilder::new();
/// let root = builder.open_object(Span { start: 0, end: 0 });
/// builder.member_name("openapi", Span { start: 1, end: 10 });
/// builder.string("3.1.2", Span { start: 12, end: 19 });
/// builder.close(root, 20);
/// let tree = builder.finish();
/// assert_eq!(tree.root().get("openapi").and_then(|node| node.as_str()), Some("3.1.2"));
/// assert_eq!(tree.root().kind(), Kind::Object);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    items: Vec<NodeId>,
    members: Vec<Member>,
    text: String,
    /// One entry per large object, in order of id.
    indexes: Vec<Index>,
    /// Positions in `members`, one run per large object, in order of name.
    by_name: Vec<u32>,
}

impl Tree {
    /// A tree without values, whose root reads as `null`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            nodes: Vec::new(),
            items: Vec::new(),
            members: Vec::new(),
            text: String::new(),
            indexes: Vec::new(),
            by_name: Vec::new(),
        }
    }

    /// The root value; `null` for an empty document.
    #[must_use]
    pub fn root(&self) -> NodeRef<'_> {
        self.at(NodeId::ROOT)
    }

    /// The value at `id`.
    #[must_use]
    pub const fn at(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef { tree: self, id }
    }

    /// How many values the tree holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the document held no value at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The bytes of memory that the tree holds.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let vectors = [
            self.nodes.capacity().saturating_mul(size_of::<Node>()),
            self.items.capacity().saturating_mul(size_of::<NodeId>()),
            self.members.capacity().saturating_mul(size_of::<Member>()),
            self.indexes.capacity().saturating_mul(size_of::<Index>()),
            self.by_name.capacity().saturating_mul(size_of::<u32>()),
            self.text.capacity(),
        ];
        vectors.into_iter().fold(0, usize::saturating_add)
    }

    fn text_at(&self, start: u32, length: u32) -> &str {
        self.text.get(range(start, length)).unwrap_or_default()
    }

    fn name(&self, member: &Member) -> &str {
        self.text_at(member.name_start, member.name_length)
    }
}

fn range(start: u32, length: u32) -> std::ops::Range<usize> {
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    start..start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX))
}

/// A count as the arena keeps it; the readers stop far below 2^32.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// One value of a tree; cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl<'t> NodeRef<'t> {
    fn node(self) -> Option<&'t Node> {
        self.tree.nodes.get(self.id.index())
    }

    /// The node, if it is of this kind.
    fn node_of(self, kind: Kind) -> Option<&'t Node> {
        self.node().filter(|node| node.kind == kind)
    }

    /// This value's id in its tree.
    #[must_use]
    pub const fn id(self) -> NodeId {
        self.id
    }

    /// The tree it belongs to.
    #[must_use]
    pub const fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Where the value stands in its document's text.
    #[must_use]
    pub fn span(self) -> Span {
        self.node().map_or_else(Span::default, |node| node.span)
    }

    /// The kind of value.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.node().map_or(Kind::Null, |node| node.kind)
    }

    fn text_of(self, kind: Kind) -> Option<&'t str> {
        self.node_of(kind).map(|node| self.tree.text_at(node.start, node.length))
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(self) -> Option<&'t str> {
        self.text_of(Kind::String)
    }

    /// The value of a boolean.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        self.node_of(Kind::Boolean).map(|node| node.start == 1)
    }

    /// The text of a number, in JSON form (RFC 8259 §6).
    #[must_use]
    pub fn as_number(self) -> Option<&'t str> {
        self.text_of(Kind::Number)
    }

    fn raw_items(self) -> &'t [NodeId] {
        let run = self.node_of(Kind::Array).map(|node| range(node.start, node.length));
        run.and_then(|run| self.tree.items.get(run)).unwrap_or_default()
    }

    fn raw_members(self) -> &'t [Member] {
        let run = self.node_of(Kind::Object).map(|node| range(node.start, node.length));
        run.and_then(|run| self.tree.members.get(run)).unwrap_or_default()
    }

    /// The items of an array; nothing for any other kind.
    pub fn items(self) -> impl ExactSizeIterator<Item = NodeRef<'t>> + DoubleEndedIterator {
        self.raw_items().iter().map(move |id| self.tree.at(*id))
    }

    /// The members of an object in document order; nothing for any other kind.
    pub fn members(self) -> impl ExactSizeIterator<Item = (&'t str, NodeRef<'t>)> + DoubleEndedIterator {
        self.raw_members().iter().map(move |member| (self.tree.name(member), self.tree.at(member.value)))
    }

    /// The members of an object in document order, with the place of each name.
    pub fn members_with_spans(
        self,
    ) -> impl ExactSizeIterator<Item = (&'t str, Span, NodeRef<'t>)> + DoubleEndedIterator {
        let tree = self.tree;
        self.raw_members().iter().map(|member| (tree.name(member), member.name_span, tree.at(member.value)))
    }

    fn member(self, name: &str) -> Option<&'t Member> {
        let members = self.raw_members();
        if members.len() <= SEARCHED_MEMBERS_MAX {
            let length = count(name.len());
            return members
                .iter()
                .find(|member| member.name_length == length && self.tree.name(member) == name);
        }
        let tree = self.tree;
        let index = tree.indexes.binary_search_by_key(&self.id, |index| index.object).ok()?;
        let run = range(tree.indexes.get(index)?.start, count(members.len()));
        let run = tree.by_name.get(run)?;
        let name_at = |position: &u32| {
            let member = usize::try_from(*position).ok().and_then(|position| tree.members.get(position));
            member.map(|member| tree.name(member)).unwrap_or_default()
        };
        let found = run.binary_search_by(|position| name_at(position).cmp(name)).ok()?;
        tree.members.get(usize::try_from(*run.get(found)?).ok()?)
    }

    /// The member called `name`.
    #[must_use]
    pub fn get(self, name: &str) -> Option<NodeRef<'t>> {
        self.member(name).map(|member| self.tree.at(member.value))
    }

    /// Where the name of the member called `name` stands.
    #[must_use]
    pub fn name_span(self, name: &str) -> Option<Span> {
        self.member(name).map(|member| member.name_span)
    }

    /// Where this value's own name stands, if an object holds it.
    #[must_use]
    pub fn key_span(self) -> Option<Span> {
        self.own_member().map(|member| member.name_span)
    }

    /// The member that this value is.
    fn own_member(self) -> Option<&'t Member> {
        let members = self.parent()?.raw_members();
        // Ids grow in document order, as members do.
        let position = members.binary_search_by_key(&self.id, |member| member.value).ok()?;
        members.get(position)
    }

    /// How many items or members there are; 0 for scalars.
    #[must_use]
    pub fn len(self) -> usize {
        match self.kind() {
            Kind::Array => self.raw_items().len(),
            Kind::Object => self.raw_members().len(),
            Kind::Null | Kind::Boolean | Kind::Number | Kind::String => 0,
        }
    }

    /// Whether there are no items or members.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The array or object that holds this value; `None` for the root.
    #[must_use]
    pub fn parent(self) -> Option<NodeRef<'t>> {
        if self.id == NodeId::ROOT {
            return None;
        }
        self.node().map(|node| self.tree.at(node.parent))
    }

    /// The name or index under which the parent holds this value.
    #[must_use]
    pub fn key(self) -> Option<Cow<'t, str>> {
        let parent = self.parent()?;
        match parent.kind() {
            Kind::Array => {
                let position = parent.raw_items().binary_search(&self.id).ok()?;
                Some(Cow::Owned(position.to_string()))
            }
            Kind::Object => self.own_member().map(|member| Cow::Borrowed(self.tree.name(member))),
            Kind::Null | Kind::Boolean | Kind::Number | Kind::String => None,
        }
    }

    /// The JSON Pointer (RFC 6901) from the document's root to this value.
    #[must_use]
    pub fn pointer(self) -> String {
        let mut keys = Vec::new();
        let mut at = self;
        while let (Some(key), Some(parent)) = (at.key(), at.parent()) {
            keys.push(key);
            at = parent;
        }
        let mut pointer = String::new();
        for key in keys.iter().rev() {
            pointer::push_token(&mut pointer, key);
        }
        pointer
    }

    /// The value that a JSON Pointer (already percent-decoded) leads to from here.
    #[must_use]
    pub fn at_pointer(self, pointer: &str) -> Option<NodeRef<'t>> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut at = self;
        for token in pointer.strip_prefix('/')?.split('/') {
            at = at.step(&unescape_token(token)?)?;
        }
        Some(at)
    }

    fn step(self, token: &str) -> Option<NodeRef<'t>> {
        match self.kind() {
            Kind::Object => self.get(token),
            Kind::Array => self.raw_items().get(array_index(token)?).map(|id| self.tree.at(*id)),
            Kind::Null | Kind::Boolean | Kind::Number | Kind::String => None,
        }
    }
}

#[cfg(test)]
mod tests;

//! Builds a tree in document order, from text or from other trees.
//!
//! Takes: one call per value, name and end. Gives: a `Tree`. Never panics: an unbalanced `close` is
//! ignored, what is left open is closed by `finish`.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::{
    Index, Kind, Member, Node, NodeId, NodeRef, SEARCHED_MEMBERS_MAX, Span, Tree, count, pointer, range,
};

/// Stands for the value of a forgotten member.
const FORGOTTEN: NodeId = NodeId(u32::MAX);

/// Builds a [`Tree`] in document order.
///
/// A tree is rewritten by building another: [`Self::copy`] and [`Self::copy_members`] take over what
/// stays, spans included, so that findings in the new tree still point at the text.
///
/// ```
/// use brrtrouter::description::{Span, TreeBuilder, text};
///
/// let source = text::Source::new("old.json", r#"{"openapi": "3.0.4", "paths": {}}"#);
/// let (tree, _) = text::parse(&source, &text::TextOptions::default());
/// let old = tree.ok_or("not JSON")?;
/// let mut builder = TreeBuilder::new();
/// let root = builder.open_object(old.root().span());
/// for (name, name_span, value) in old.root().members_with_spans() {
///     builder.member_name(name, name_span);
///     match name {
///         "openapi" => builder.string("3.1.2", value.span()),
///         _ => builder.copy(value),
///     };
/// }
/// builder.close(root, old.root().span().end);
/// assert_eq!(builder.finish().root().to_json_text(), r#"{"openapi":"3.1.2","paths":{}}"#);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Default)]
pub struct TreeBuilder {
    tree: Tree,
    open: Vec<Open>,
    /// The children of all open containers, outer ones first; array items have no name.
    children: Vec<Member>,
    pending: Option<Name>,
    text_bytes: u64,
    hasher: RandomState,
}

/// A container that is not closed yet.
#[derive(Debug)]
struct Open {
    id: NodeId,
    /// Where its children begin in `TreeBuilder::children`.
    children: usize,
    /// Positions in `TreeBuilder::children` by the hash of the name, once there are many.
    names: Option<HashMap<u64, usize>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Name {
    start: u32,
    length: u32,
    span: Span,
}

impl TreeBuilder {
    /// An empty builder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many values there are so far, forgotten ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tree.nodes.len()
    }

    /// Whether there is no value yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tree.nodes.is_empty()
    }

    /// How many containers are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The bytes of all names and scalars so far, repetitions included.
    pub(in crate::description) fn text_bytes(&self) -> u64 {
        self.text_bytes
    }

    /// The JSON Pointer of the value that comes next, or of the innermost open object while its next
    /// name is not known.
    #[must_use]
    pub fn open_pointer(&self) -> String {
        let mut text = String::new();
        let ends = self.open.iter().skip(1).map(|open| open.children).chain([self.children.len()]);
        let innermost = self.open.len().saturating_sub(1);
        for (depth, (open, end)) in self.open.iter().zip(ends).enumerate() {
            let length = end.saturating_sub(open.children);
            let is_array = self.tree.at(open.id).kind() == Kind::Array;
            if is_array {
                // The innermost array's next item, or the item that is open.
                let index = length.saturating_sub(usize::from(depth < innermost));
                pointer::push_token(&mut text, &index.to_string());
            } else if depth < innermost {
                let name = end.checked_sub(1).and_then(|last| self.children.get(last));
                pointer::push_token(&mut text, name.map(|member| self.tree.name(member)).unwrap_or_default());
            } else if let Some(name) = &self.pending {
                pointer::push_token(&mut text, self.tree.text_at(name.start, name.length));
            }
        }
        text
    }

    fn push_text(&mut self, text: &str) -> (u32, u32) {
        let start = count(self.tree.text.len());
        self.tree.text.push_str(text);
        (start, count(text.len()))
    }

    fn push(&mut self, kind: Kind, span: Span, start: u32, length: u32) -> NodeId {
        let id = NodeId(count(self.tree.nodes.len()));
        let name = self.pending.take().unwrap_or_default();
        let parent = self.open.last().map(|open| open.id);
        if parent.is_some() {
            let Name { start, length, span } = name;
            self.children.push(Member { name_start: start, name_length: length, name_span: span, value: id });
        }
        let text = if matches!(kind, Kind::String | Kind::Number) { length } else { 0 };
        self.text_bytes =
            self.text_bytes.saturating_add(u64::from(text)).saturating_add(u64::from(name.length));
        let parent = parent.unwrap_or(NodeId::ROOT);
        self.tree.nodes.push(Node { span, parent, kind, start, length });
        id
    }

    fn open(&mut self, kind: Kind, span: Span) -> NodeId {
        let id = self.push(kind, span, 0, 0);
        self.open.push(Open { id, children: self.children.len(), names: None });
        id
    }

    /// Opens an object; what follows until [`Self::close`] are its members.
    pub fn open_object(&mut self, span: Span) -> NodeId {
        self.open(Kind::Object, span)
    }

    /// Opens an array; what follows until [`Self::close`] are its items.
    pub fn open_array(&mut self, span: Span) -> NodeId {
        self.open(Kind::Array, span)
    }

    /// Names the member whose value comes next.
    pub fn member_name(&mut self, name: &str, span: Span) {
        let (start, length) = self.push_text(name);
        self.pending = Some(Name { start, length, span });
    }

    /// Where the innermost open object already has a member called `name`.
    #[must_use]
    pub fn duplicate_of(&mut self, name: &str) -> Option<Span> {
        let position = self.position_of(name)?;
        self.children.get(position).map(|member| member.name_span)
    }

    /// Forgets the member called `name` of the innermost open object (lenient mode: the last wins).
    pub fn forget_member(&mut self, name: &str) {
        if let Some(position) = self.position_of(name)
            && let Some(member) = self.children.get_mut(position)
        {
            member.value = FORGOTTEN;
        }
    }

    /// The position among `children` of the innermost open container's member called `name`.
    fn position_of(&mut self, name: &str) -> Option<usize> {
        let Self { tree, open, children, hasher, .. } = self;
        let open = open.last_mut()?;
        let own = children.get(open.children..)?;
        let length = count(name.len());
        let is_it = |member: &Member| {
            member.name_length == length && member.value != FORGOTTEN && tree.name(member) == name
        };
        if own.len() <= SEARCHED_MEMBERS_MAX {
            return own.iter().position(is_it).map(|position| open.children.saturating_add(position));
        }
        let names = open.names.get_or_insert_default();
        // Every member passes here once, when the next one asks.
        let known = names.len();
        for (position, member) in own.iter().enumerate().skip(known) {
            let mut hash = hasher.hash_one(tree.name(member));
            // A taken slot belongs to a forgotten member of the same name, or (once in 2^64) to
            // another name: the next slot keeps the count of known members true.
            while names.contains_key(&hash) {
                hash = hash.wrapping_add(1);
            }
            names.insert(hash, open.children.saturating_add(position));
        }
        let mut hash = hasher.hash_one(name);
        while let Some(position) = names.get(&hash) {
            if children.get(*position).is_some_and(is_it) {
                return Some(*position);
            }
            hash = hash.wrapping_add(1);
        }
        None
    }

    /// Adds `null`.
    pub fn null(&mut self, span: Span) -> NodeId {
        self.push(Kind::Null, span, 0, 0)
    }

    /// Adds a boolean.
    pub fn boolean(&mut self, value: bool, span: Span) -> NodeId {
        self.push(Kind::Boolean, span, u32::from(value), 0)
    }

    /// Adds a number, whose text must have JSON form.
    pub fn number(&mut self, text: &str, span: Span) -> NodeId {
        let (start, length) = self.push_text(text);
        self.push(Kind::Number, span, start, length)
    }

    /// Adds a string, already unescaped.
    pub fn string(&mut self, text: &str, span: Span) -> NodeId {
        let (start, length) = self.push_text(text);
        self.push(Kind::String, span, start, length)
    }

    /// Closes `container`, whose text ends before byte `end`, and whatever is open inside it.
    pub fn close(&mut self, container: NodeId, end: u32) {
        if !self.open.iter().rev().any(|open| open.id == container) {
            return;
        }
        while let Some(open) = self.open.pop() {
            let is_last = open.id == container;
            let end = if is_last { Some(end) } else { None };
            self.settle(&open, end);
            if is_last {
                break;
            }
        }
    }

    /// Moves the children of a container that ends to their place in the tree.
    fn settle(&mut self, open: &Open, end: Option<u32>) {
        let Self { tree, children, .. } = self;
        let own = children.drain(open.children..).filter(|member| member.value != FORGOTTEN);
        let Some(node) = tree.nodes.get_mut(open.id.index()) else { return };
        node.span.end = end.unwrap_or(node.span.end);
        if node.kind == Kind::Array {
            node.start = count(tree.items.len());
            tree.items.extend(own.map(|member| member.value));
            node.length = count(tree.items.len()).saturating_sub(node.start);
            return;
        }
        node.start = count(tree.members.len());
        tree.members.extend(own);
        node.length = count(tree.members.len()).saturating_sub(node.start);
        let (start, length) = (node.start, node.length);
        if range(0, length).len() > SEARCHED_MEMBERS_MAX {
            tree.index(open.id, start, length);
        }
    }

    /// Copies a whole value of another tree, spans included.
    pub fn copy(&mut self, from: NodeRef<'_>) -> NodeId {
        self.copy_from(Origin::Other(from.tree), from.id)
    }

    /// Copies the members of an object of another tree into the innermost open object.
    pub fn copy_members(&mut self, from: NodeRef<'_>) {
        for (name, name_span, value) in from.members_with_spans() {
            self.member_name(name, name_span);
            self.copy(value);
        }
    }

    /// Copies a closed value of the tree being built; its text is shared, not copied.
    pub(in crate::description) fn repeat(&mut self, id: NodeId) -> NodeId {
        self.copy_from(Origin::Own, id)
    }

    fn copy_from(&mut self, origin: Origin<'_>, id: NodeId) -> NodeId {
        let copied = self.copy_one(origin, id);
        let mut containers = vec![(id, copied, 0)];
        while let Some((id, copied, next)) = containers.pop() {
            let Some((name, child)) = origin.of(self).child(id, next) else {
                self.close(copied, origin.of(self).at(id).span().end);
                continue;
            };
            containers.push((id, copied, next.saturating_add(1)));
            self.pending = name.map(|name| self.take_over(origin, name));
            let copied = self.copy_one(origin, child);
            if let Kind::Array | Kind::Object = origin.of(self).at(child).kind() {
                containers.push((child, copied, 0));
            }
        }
        copied
    }

    /// Copies a scalar, or opens a container of the same kind.
    fn copy_one(&mut self, origin: Origin<'_>, id: NodeId) -> NodeId {
        let Some(node) = origin.of(self).nodes.get(id.index()).copied() else {
            return self.null(Span::default());
        };
        match node.kind {
            Kind::Array | Kind::Object => self.open(node.kind, node.span),
            Kind::Null | Kind::Boolean => self.push(node.kind, node.span, node.start, node.length),
            Kind::Number | Kind::String => {
                let text = Name { start: node.start, length: node.length, span: node.span };
                let text = self.take_over(origin, text);
                self.push(node.kind, node.span, text.start, text.length)
            }
        }
    }

    fn take_over(&mut self, origin: Origin<'_>, text: Name) -> Name {
        match origin {
            Origin::Own => text,
            Origin::Other(tree) => {
                let (start, length) = self.push_text(tree.text_at(text.start, text.length));
                Name { start, length, span: text.span }
            }
        }
    }

    /// The finished tree.
    #[must_use]
    pub fn finish(mut self) -> Tree {
        while let Some(open) = self.open.pop() {
            self.settle(&open, None);
        }
        let mut tree = self.tree;
        tree.indexes.sort_unstable_by_key(|index| index.object);
        tree.nodes.shrink_to_fit();
        tree.items.shrink_to_fit();
        tree.members.shrink_to_fit();
        tree.text.shrink_to_fit();
        tree
    }
}

/// Where values are copied from.
#[derive(Clone, Copy)]
enum Origin<'t> {
    Other(&'t Tree),
    /// The tree being built.
    Own,
}

impl<'t> Origin<'t> {
    fn of<'a>(self, builder: &'a TreeBuilder) -> &'a Tree
    where
        't: 'a,
    {
        match self {
            Self::Other(tree) => tree,
            Self::Own => &builder.tree,
        }
    }
}

impl Tree {
    /// Child number `position` of a closed container, with its name in an object.
    fn child(&self, id: NodeId, position: usize) -> Option<(Option<Name>, NodeId)> {
        let node = self.at(id);
        match node.kind() {
            Kind::Array => node.raw_items().get(position).map(|item| (None, *item)),
            Kind::Object => node.raw_members().get(position).map(|member| {
                let Member { name_start, name_length, name_span, value } = *member;
                (Some(Name { start: name_start, length: name_length, span: name_span }), value)
            }),
            Kind::Null | Kind::Boolean | Kind::Number | Kind::String => None,
        }
    }

    /// Lists the members of a large object by name.
    fn index(&mut self, object: NodeId, start: u32, length: u32) {
        let Self { members, text, indexes, by_name, .. } = self;
        let name = |position: &u32| {
            let member = usize::try_from(*position).ok().and_then(|position| members.get(position));
            let run = member.map(|member| range(member.name_start, member.name_length));
            run.and_then(|run| text.get(run)).unwrap_or_default()
        };
        let first = by_name.len();
        indexes.push(Index { object, start: count(first) });
        by_name.extend(start..start.saturating_add(length));
        if let Some(run) = by_name.get_mut(first..) {
            run.sort_unstable_by(|a, b| name(a).cmp(name(b)));
        }
    }
}

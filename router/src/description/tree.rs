//! The spanned tree: what JSON or YAML text says, with the place of every value and key.
//!
//! Takes: a builder's calls, in document order, from `text::json` or `text::yaml`. Gives: an
//! immutable arena that the whole build phase reads. Numbers keep their source text. Duplicate
//! keys were settled while building. Never panics: an id of another tree reads as `null`.

use std::borrow::Cow;
use std::fmt::Write as _;

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

#[derive(Clone, Debug)]
enum Value {
    Null,
    Boolean(bool),
    Number(Box<str>),
    String(Box<str>),
    Array(Vec<NodeId>),
    Object(Vec<Member>),
}

#[derive(Clone, Debug)]
struct Member {
    name: Box<str>,
    name_span: Span,
    value: NodeId,
}

#[derive(Clone, Debug)]
struct Node {
    value: Value,
    span: Span,
    parent: NodeId,
}

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
}

impl Tree {
    /// A tree without values, whose root reads as `null`.
    #[must_use]
    pub const fn new() -> Self {
        Self { nodes: Vec::new() }
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

    fn value(self) -> &'t Value {
        const NULL: &Value = &Value::Null;
        self.node().map_or(NULL, |node| &node.value)
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
        match self.value() {
            Value::Null => Kind::Null,
            Value::Boolean(_) => Kind::Boolean,
            Value::Number(_) => Kind::Number,
            Value::String(_) => Kind::String,
            Value::Array(_) => Kind::Array,
            Value::Object(_) => Kind::Object,
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(self) -> Option<&'t str> {
        if let Value::String(text) = self.value() { Some(text) } else { None }
    }

    /// The value of a boolean.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        if let Value::Boolean(value) = self.value() { Some(*value) } else { None }
    }

    /// The text of a number, in JSON form (RFC 8259 §6).
    #[must_use]
    pub fn as_number(self) -> Option<&'t str> {
        if let Value::Number(text) = self.value() { Some(text) } else { None }
    }

    /// The items of an array; nothing for any other kind.
    pub fn items(self) -> impl ExactSizeIterator<Item = NodeRef<'t>> + DoubleEndedIterator {
        let ids: &'t [NodeId] = if let Value::Array(ids) = self.value() { ids } else { &[] };
        ids.iter().map(move |id| self.tree.at(*id))
    }

    fn raw_members(self) -> &'t [Member] {
        if let Value::Object(members) = self.value() { members } else { &[] }
    }

    /// The members of an object in document order; nothing for any other kind.
    pub fn members(self) -> impl ExactSizeIterator<Item = (&'t str, NodeRef<'t>)> + DoubleEndedIterator {
        self.raw_members().iter().map(move |member| (&*member.name, self.tree.at(member.value)))
    }

    /// The member called `name`.
    #[must_use]
    pub fn get(self, name: &str) -> Option<NodeRef<'t>> {
        let member = self.raw_members().iter().find(|member| &*member.name == name)?;
        Some(self.tree.at(member.value))
    }

    /// Where the name of the member called `name` stands.
    #[must_use]
    pub fn name_span(self, name: &str) -> Option<Span> {
        self.raw_members().iter().find(|member| &*member.name == name).map(|member| member.name_span)
    }

    /// How many items or members there are; 0 for scalars.
    #[must_use]
    pub fn len(self) -> usize {
        match self.value() {
            Value::Array(ids) => ids.len(),
            Value::Object(members) => members.len(),
            Value::Null | Value::Boolean(_) | Value::Number(_) | Value::String(_) => 0,
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
        match parent.value() {
            Value::Array(ids) => {
                ids.iter().position(|id| *id == self.id).map(|index| Cow::Owned(index.to_string()))
            }
            Value::Object(members) => members
                .iter()
                .find(|member| member.value == self.id)
                .map(|member| Cow::Borrowed(&*member.name)),
            Value::Null | Value::Boolean(_) | Value::Number(_) | Value::String(_) => None,
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
            pointer.push('/');
            pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
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
        match self.value() {
            Value::Object(_) => self.get(token),
            Value::Array(ids) => {
                let canonical = token == "0" || !token.starts_with('0');
                let digits = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
                let index: usize = if canonical && digits { token.parse().ok()? } else { return None };
                ids.get(index).map(|id| self.tree.at(*id))
            }
            Value::Null | Value::Boolean(_) | Value::Number(_) | Value::String(_) => None,
        }
    }

    /// The same value for `serde_json`, which the schema compiler reads. Numbers beyond 64 bits
    /// become the nearest double, as everywhere in `serde_json` without arbitrary precision.
    #[must_use]
    pub fn to_json(self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self.value() {
            Value::Null => Json::Null,
            Value::Boolean(value) => Json::Bool(*value),
            Value::Number(text) => serde_json::from_str(text).unwrap_or(Json::Null),
            Value::String(text) => Json::String(text.to_string()),
            Value::Array(_) => Json::Array(self.items().map(NodeRef::to_json).collect()),
            Value::Object(_) => {
                Json::Object(self.members().map(|(name, value)| (name.to_owned(), value.to_json())).collect())
            }
        }
    }

    /// Compact JSON text of the value.
    #[must_use]
    pub fn to_json_text(self) -> String {
        let mut text = String::new();
        // Writing to a `String` cannot fail.
        write!(text, "{}", self.to_json()).unwrap_or_default();
        text
    }
}

/// RFC 6901 §4: `~1` is `/`, `~0` is `~`, any other `~` is malformed.
fn unescape_token(token: &str) -> Option<Cow<'_, str>> {
    if !token.contains('~') {
        return Some(Cow::Borrowed(token));
    }
    let mut text = String::with_capacity(token.len());
    let mut rest = token.chars();
    while let Some(character) = rest.next() {
        text.push(match character {
            '~' => match rest.next() {
                Some('0') => '~',
                Some('1') => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(Cow::Owned(text))
}

/// Builds a [`Tree`] in document order.
#[derive(Debug, Default)]
pub struct TreeBuilder {
    nodes: Vec<Node>,
    open: Vec<NodeId>,
    pending: Option<(Box<str>, Span)>,
}

impl TreeBuilder {
    /// An empty builder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn push(&mut self, value: Value, span: Span) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let parent = self.open.last().copied().unwrap_or(NodeId::ROOT);
        let name = self.pending.take();
        match self.nodes.get_mut(parent.index()).map(|node| &mut node.value) {
            Some(Value::Array(ids)) => ids.push(id),
            Some(Value::Object(members)) => {
                let (name, name_span) = name.unwrap_or_default();
                members.push(Member { name, name_span, value: id });
            }
            _ => {}
        }
        self.nodes.push(Node { value, span, parent });
        id
    }

    /// Opens an object; what follows until [`Self::close`] are its members.
    pub fn open_object(&mut self, span: Span) -> NodeId {
        let id = self.push(Value::Object(Vec::new()), span);
        self.open.push(id);
        id
    }

    /// Opens an array; what follows until [`Self::close`] are its items.
    pub fn open_array(&mut self, span: Span) -> NodeId {
        let id = self.push(Value::Array(Vec::new()), span);
        self.open.push(id);
        id
    }

    /// Names the member whose value comes next.
    pub fn member_name(&mut self, name: &str, span: Span) {
        self.pending = Some((name.into(), span));
    }

    /// Where the innermost open object already has a member called `name`.
    #[must_use]
    pub fn duplicate_of(&self, name: &str) -> Option<Span> {
        let id = self.open.last()?;
        let Some(Value::Object(members)) = self.nodes.get(id.index()).map(|node| &node.value) else {
            return None;
        };
        members.iter().find(|member| &*member.name == name).map(|member| member.name_span)
    }

    /// Forgets the member called `name` of the innermost open object (lenient mode: the last wins).
    pub fn forget_member(&mut self, name: &str) {
        let Some(id) = self.open.last() else { return };
        if let Some(Value::Object(members)) = self.nodes.get_mut(id.index()).map(|node| &mut node.value) {
            members.retain(|member| &*member.name != name);
        }
    }

    /// Adds `null`.
    pub fn null(&mut self, span: Span) -> NodeId {
        self.push(Value::Null, span)
    }

    /// Adds a boolean.
    pub fn boolean(&mut self, value: bool, span: Span) -> NodeId {
        self.push(Value::Boolean(value), span)
    }

    /// Adds a number, whose text must have JSON form.
    pub fn number(&mut self, text: &str, span: Span) -> NodeId {
        self.push(Value::Number(text.into()), span)
    }

    /// Adds a string, already unescaped.
    pub fn string(&mut self, text: &str, span: Span) -> NodeId {
        self.push(Value::String(text.into()), span)
    }

    /// Closes `container`, whose text ends before byte `end`.
    pub fn close(&mut self, container: NodeId, end: u32) {
        if let Some(node) = self.nodes.get_mut(container.index()) {
            node.span.end = end;
        }
        while let Some(open) = self.open.pop() {
            if open == container {
                break;
            }
        }
    }

    /// Copies a whole value of another tree, spans included.
    pub fn copy(&mut self, from: NodeRef<'_>) -> NodeId {
        match from.value() {
            Value::Array(_) => {
                let id = self.open_array(from.span());
                for item in from.items() {
                    self.copy(item);
                }
                self.close(id, from.span().end);
                id
            }
            Value::Object(_) => {
                let id = self.open_object(from.span());
                for (name, value) in from.members() {
                    self.member_name(name, from.name_span(name).unwrap_or_default());
                    self.copy(value);
                }
                self.close(id, from.span().end);
                id
            }
            scalar @ (Value::Null | Value::Boolean(_) | Value::Number(_) | Value::String(_)) => {
                self.push(scalar.clone(), from.span())
            }
        }
    }

    /// The finished tree.
    #[must_use]
    pub fn finish(self) -> Tree {
        Tree { nodes: self.nodes }
    }
}

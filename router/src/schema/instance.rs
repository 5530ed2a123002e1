//! The instance: a JSON value decoded from a request, in one arena.
//!
//! Takes: a decoder's calls in document order, or JSON text ([`parse_json`]). Gives: nodes that
//! validators read and handlers deserialise. Numbers keep their text, so nothing is rounded before
//! somebody asks for a binary number. A small instance (16 values, 256 bytes of text) lives inline:
//! no heap allocation. Several roots share one arena, one for each parameter. Assumes that number
//! text has JSON form (RFC 8259 §6). Never panics: an id of another arena reads as `null`.

mod build;
mod copy;
mod deserialize;
mod json;
mod json_error;
mod node;
mod number;
mod serialize;
mod text;
mod unique;

pub use build::StringStart;
pub use deserialize::DeserializeError;
pub use json::parse_json;
pub(crate) use json::parse_json_into;
pub(crate) use json_error::line_and_column;
pub use json_error::{JsonError, JsonLimits, JsonRule};
pub(super) use node::InstanceValue;
pub use node::{InstanceKind, InstanceNode, Items, Members};
pub use number::Decimal;
pub(crate) use number::is_integer;
pub(super) use number::is_written_as_integer;

use smallvec::SmallVec;
use text::Text;

/// How many values an instance holds before it moves to the heap.
const INLINE_NODES: usize = 16;
/// How deep an instance nests while it is built before the stack of open containers moves to the heap.
const INLINE_OPEN: usize = 8;
/// From this many members on, an object is searched by its sorted index instead of one by one.
const INDEX_MEMBERS_MIN: u32 = 9;
/// Marks an object without an index.
const NO_INDEX: u32 = u32::MAX;

/// A root or inner value of one [`Instance`]: its position in the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceId(u32);

/// A stretch of the arena's text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct TextSpan {
    start: u32,
    length: u32,
}

impl TextSpan {
    fn between(start: usize, end: usize) -> Self {
        Self { start: narrow(start), length: narrow(end.saturating_sub(start)) }
    }
}

/// One value. Children follow their container in document order; `end` skips them.
#[derive(Clone, Copy, Debug)]
struct Slot {
    kind: InstanceKind,
    boolean: bool,
    /// The member's name, when the container is an object.
    name: TextSpan,
    /// Text of a string or number; octets of a binary value outside the arena; for an object
    /// where its sorted index starts, and the member count; for an array the item count.
    value: TextSpan,
    /// One past the last value of the subtree.
    end: u32,
}

/// A JSON value (or several) decoded from a request.
///
/// ```
/// use brrtrouter::schema::instance::Instance;
///
/// let mut instance = Instance::new();
/// instance.open_object();
/// instance.member_name("id");
/// instance.number("7");
/// let root = instance.close();
/// assert_eq!(instance.node(root).get("id").and_then(|id| id.as_u64()), Some(7));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Instance {
    slots: SmallVec<[Slot; INLINE_NODES]>,
    text: Text,
    /// Per large object, the slots of its members sorted by name.
    index: Vec<u32>,
    /// Containers still open while building.
    open: SmallVec<[u32; INLINE_OPEN]>,
    pending_name: TextSpan,
}

impl Instance {
    /// An instance without any value; allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value at `id`; `null` when `id` belongs to another instance.
    #[must_use]
    pub const fn node(&self, id: InstanceId) -> InstanceNode<'_> {
        InstanceNode::new(self, id.0)
    }

    /// The first root: the whole value, when only one was built. `null` when there is none.
    #[must_use]
    pub const fn root(&self) -> InstanceNode<'_> {
        InstanceNode::new(self, 0)
    }

    /// How many values the arena holds, containers and their contents.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether no value was built yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Forgets every value and keeps the memory, so that a connection reuses it.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.text.clear();
        self.index.clear();
        self.open.clear();
        self.pending_name = TextSpan::default();
    }

    #[inline]
    fn slot(&self, index: u32) -> Option<&Slot> {
        self.slots.get(wide(index))
    }

    #[inline]
    fn span_text(&self, span: TextSpan) -> &str {
        self.text.get(span.start, span.length)
    }
}

/// A `u32` as an index.
#[inline]
fn wide(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// A length as a `u32`; every limit of [`JsonLimits`] keeps lengths far below its maximum.
#[inline]
fn narrow(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Instance, InstanceId};

    #[test]
    fn several_roots_share_one_arena() {
        let mut instance = Instance::new();
        let id = instance.number("42");
        let colors = instance.open_array();
        instance.string("red");
        let start = instance.begin_string();
        instance.extend_string("bl");
        instance.extend_string("ue");
        instance.end_string(start);
        instance.close();
        let filter = instance.open_object();
        instance.member_name("a");
        instance.open_object();
        instance.member_name("b/~");
        instance.null();
        instance.close();
        instance.member_name("c");
        instance.boolean(true);
        instance.close();
        let file = instance.binary(3, 1_000);

        assert_eq!(instance.node(id).as_u64(), Some(42));
        let texts: Vec<_> = instance.node(colors).items().filter_map(|item| item.as_str()).collect();
        assert_eq!(texts, ["red", "blue"]);
        let names: Vec<_> = instance.node(filter).members().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "c"]);
        assert!(instance.node(filter).at_pointer("/a/b~1~0").is_some_and(|node| node.is_null()));
        assert_eq!(instance.node(colors).at_pointer("/1").and_then(|node| node.as_str()), Some("blue"));
        assert!(instance.node(colors).at_pointer("/01").is_none());
        assert!(instance.node(colors).at_pointer("/2").is_none());
        assert_eq!(instance.node(file).as_binary(), Some((3, 1_000)));
        assert!(instance.node(InstanceId(99)).is_null());
        instance.clear();
        assert!(instance.is_empty() && instance.root().is_null());
    }

    #[test]
    fn duplicates_are_found_when_asked_for() {
        let check = |names: &[&str], expected: Option<&str>| {
            let mut instance = Instance::new();
            instance.open_object();
            for name in names {
                instance.member_name(name);
                instance.null();
            }
            instance.close();
            assert_eq!(instance.root().duplicate_member().map(|(name, _)| name), expected, "{names:?}");
        };
        check(&["a", "b", "a"], Some("a"));
        check(&["a", "b", "c"], None);
        check(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"], None);
        check(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "c", "k"], Some("c"));
    }
}

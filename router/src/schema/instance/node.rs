//! One value of an instance: a cheap handle.
//!
//! Takes: an arena and a position. Gives: kinds, scalars, items, members. Never panics.

use super::{Decimal, Instance, NO_INDEX, Slot, TextSpan, wide};
use serde_json::Value;
use std::cmp::Ordering;
use std::fmt::Write as _;

/// The kinds of value: those of JSON (RFC 8259 §3), and octets that are no JSON at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InstanceKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number, kept as its text.
    Number,
    /// A string, unescaped.
    String,
    /// An array.
    Array,
    /// An object; members keep their order.
    Object,
    /// A raw octet string outside the arena; a schema sees a string without text (BOD-014).
    Binary,
}

impl InstanceKind {
    /// The name that JSON Schema gives this kind; octets count as a string.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String | Self::Binary => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// A value, looked up once.
pub(crate) enum InstanceValue<'i> {
    Null,
    Boolean(bool),
    Number(&'i str),
    String(&'i str),
    /// So many octets.
    Binary(u32),
    Array(Items<'i>),
    Object(Members<'i>),
}

/// A value of an [`Instance`]; cheap to copy. Deserialise with `T::deserialize(node)`.
#[derive(Clone, Copy, Debug)]
pub struct InstanceNode<'i> {
    instance: &'i Instance,
    index: u32,
}

impl<'i> InstanceNode<'i> {
    pub(super) const fn new(instance: &'i Instance, index: u32) -> Self {
        Self { instance, index }
    }

    #[inline]
    fn slot(self) -> Option<&'i Slot> {
        self.instance.slot(self.index)
    }

    /// The arena's address and the position in it: what tells this value from every other.
    pub(crate) fn identity(self) -> (usize, u32) {
        (std::ptr::from_ref(self.instance).addr(), self.index)
    }

    /// The kind of value.
    #[must_use]
    pub fn kind(self) -> InstanceKind {
        self.slot().map_or(InstanceKind::Null, |slot| slot.kind)
    }

    /// The value itself, for those who need its kind and what it holds.
    #[inline]
    pub(crate) fn value(self) -> InstanceValue<'i> {
        let Some(slot) = self.slot() else { return InstanceValue::Null };
        match slot.kind {
            InstanceKind::Null => InstanceValue::Null,
            InstanceKind::Boolean => InstanceValue::Boolean(slot.boolean),
            InstanceKind::Number => InstanceValue::Number(self.instance.span_text(slot.value)),
            InstanceKind::String => InstanceValue::String(self.instance.span_text(slot.value)),
            InstanceKind::Binary => InstanceValue::Binary(slot.value.length),
            InstanceKind::Array => InstanceValue::Array(Items(self.children_of(slot))),
            InstanceKind::Object => InstanceValue::Object(Members(self.children_of(slot))),
        }
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == InstanceKind::Null
    }

    fn text_of(self, kind: InstanceKind) -> Option<&'i str> {
        let slot = self.slot().filter(|slot| slot.kind == kind)?;
        Some(self.instance.span_text(slot.value))
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(self) -> Option<&'i str> {
        self.text_of(InstanceKind::String)
    }

    /// The value of a boolean.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        self.slot().filter(|slot| slot.kind == InstanceKind::Boolean).map(|slot| slot.boolean)
    }

    /// The text of a number, as it was sent.
    #[must_use]
    pub fn number_text(self) -> Option<&'i str> {
        self.text_of(InstanceKind::Number)
    }

    /// A number as an unsigned integer, when it is one exactly (`7`, `7.0`, `70e-1`).
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        let text = self.number_text()?;
        text.parse().ok().or_else(|| Decimal::parse(text).to_u64())
    }

    /// A number as a signed integer, when it is one exactly.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        let text = self.number_text()?;
        text.parse().ok().or_else(|| Decimal::parse(text).to_i64())
    }

    /// A number as the nearest binary number; `None` beyond its range.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        self.number_text()?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The caller's mark and the octet count of a binary value.
    #[must_use]
    pub fn as_binary(self) -> Option<(u32, u32)> {
        let slot = self.slot().filter(|slot| slot.kind == InstanceKind::Binary)?;
        Some((slot.value.start, slot.value.length))
    }

    fn children(self) -> Children<'i> {
        match self.slot() {
            Some(slot) if matches!(slot.kind, InstanceKind::Array | InstanceKind::Object) => {
                self.children_of(slot)
            }
            _ => Children::none(self.instance),
        }
    }

    /// The children of the container that stands in this value's slot.
    #[inline]
    const fn children_of(self, slot: &Slot) -> Children<'i> {
        let at = self.index.saturating_add(1);
        Children { instance: self.instance, at, end: slot.end, left: slot.value.length }
    }

    /// The items of an array; nothing for any other kind.
    #[must_use]
    pub fn items(self) -> Items<'i> {
        if self.kind() == InstanceKind::Array {
            Items(self.children())
        } else {
            Items(Children::none(self.instance))
        }
    }

    /// The members of an object in document order; nothing for any other kind.
    #[must_use]
    pub fn members(self) -> Members<'i> {
        if self.kind() == InstanceKind::Object {
            Members(self.children())
        } else {
            Members(Children::none(self.instance))
        }
    }

    /// How many items or members there are; 0 for scalars.
    #[must_use]
    pub fn len(self) -> usize {
        wide(self.children().left)
    }

    /// Whether there are no items or members.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The member called `name`: one look at each of a few members, binary search among many.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Self> {
        let slot = self.slot().filter(|slot| slot.kind == InstanceKind::Object)?;
        if slot.value.start == NO_INDEX {
            return self.members().find(|(own, _)| *own == name).map(|(_, value)| value);
        }
        let index = self.sorted_members(slot);
        let found = index.binary_search_by(|at| self.instance.name_order(*at, name)).ok()?;
        index.get(found).map(|at| Self::new(self.instance, *at))
    }

    fn sorted_members(self, slot: &Slot) -> &'i [u32] {
        let start = wide(slot.value.start);
        let end = start.saturating_add(wide(slot.value.length));
        self.instance.index.get(start..end).unwrap_or_default()
    }

    /// The item at `position`, from 0.
    #[must_use]
    pub fn item(self, position: usize) -> Option<Self> {
        self.items().nth(position)
    }

    /// The second member of a name that an object holds twice, if any.
    #[must_use]
    pub fn duplicate_member(self) -> Option<(&'i str, Self)> {
        let slot = self.slot().filter(|slot| slot.kind == InstanceKind::Object)?;
        let second = if slot.value.start == NO_INDEX {
            self.duplicate_of_few()?
        } else {
            let pair = self.sorted_members(slot).windows(2).find(|pair| {
                matches!(pair, [a, b] if self.instance.name_order(*a, self.instance.slot_name(*b)) == Ordering::Equal)
            })?;
            Self::new(self.instance, *pair.last()?)
        };
        Some((self.instance.slot_name(second.index), second))
    }

    fn duplicate_of_few(self) -> Option<Self> {
        let mut seen = 0_u64;
        let text = self.instance.text.as_str().as_bytes();
        let mut children = self.children();
        let may_repeat = std::iter::from_fn(|| children.next_slot()).any(|(slot, _)| {
            let mark = mark_of(slot.name, text);
            let again = seen & mark != 0;
            seen |= mark;
            again
        });
        if !may_repeat {
            return None;
        }
        for (position, (name, value)) in self.members().enumerate() {
            if self.members().take(position).any(|(earlier, _)| earlier == name) {
                return Some(value);
            }
        }
        None
    }

    /// The value that a JSON Pointer (RFC 6901, not percent-encoded) leads to from here.
    #[must_use]
    pub fn at_pointer(self, pointer: &str) -> Option<Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut at = self;
        for token in pointer.strip_prefix('/')?.split('/') {
            at = at.step(token)?;
        }
        Some(at)
    }

    fn step(self, token: &str) -> Option<Self> {
        match self.kind() {
            InstanceKind::Object if token.contains('~') => {
                self.get(&token.replace("~1", "/").replace("~0", "~"))
            }
            InstanceKind::Object => self.get(token),
            InstanceKind::Array => {
                let canonical = token == "0" || (!token.starts_with('0') && !token.starts_with('+'));
                let position: usize = if canonical { token.parse().ok()? } else { return None };
                self.item(position)
            }
            InstanceKind::Null
            | InstanceKind::Boolean
            | InstanceKind::Number
            | InstanceKind::String
            | InstanceKind::Binary => None,
        }
    }

    /// The same value for `serde_json`; numbers beyond 64 bits become the nearest binary number.
    /// Recurses once per nesting level, which [`super::JsonLimits::nesting_max`] bounds.
    #[must_use]
    pub fn to_json(self) -> Value {
        match self.kind() {
            InstanceKind::Null => Value::Null,
            InstanceKind::Boolean => Value::Bool(self.as_bool().unwrap_or_default()),
            InstanceKind::Number => {
                self.number_text().and_then(|text| text.parse().ok()).map_or(Value::Null, Value::Number)
            }
            InstanceKind::String => Value::String(self.as_str().unwrap_or_default().to_owned()),
            InstanceKind::Binary => Value::String(String::new()),
            InstanceKind::Array => Value::Array(self.items().map(Self::to_json).collect()),
            InstanceKind::Object => Value::Object(
                self.members().map(|(name, value)| (name.to_owned(), value.to_json())).collect(),
            ),
        }
    }

    /// Appends compact JSON text that keeps every number's own text.
    pub fn write_json(self, to: &mut String) {
        match self.kind() {
            InstanceKind::Null => to.push_str("null"),
            InstanceKind::Boolean => to.push_str(if self.as_bool() == Some(true) { "true" } else { "false" }),
            InstanceKind::Number => to.push_str(self.number_text().unwrap_or_default()),
            InstanceKind::String => write_json_string(self.as_str().unwrap_or_default(), to),
            InstanceKind::Binary => to.push_str("\"\""),
            InstanceKind::Array => {
                to.push('[');
                for (position, item) in self.items().enumerate() {
                    to.push_str(separator(position));
                    item.write_json(to);
                }
                to.push(']');
            }
            InstanceKind::Object => {
                to.push('{');
                for (position, (name, value)) in self.members().enumerate() {
                    to.push_str(separator(position));
                    write_json_string(name, to);
                    to.push(':');
                    value.write_json(to);
                }
                to.push('}');
            }
        }
    }
}

/// One bit for a name, so that names with different bits differ: by its length, and by its first octet where it has one.
fn mark_of(name: TextSpan, text: &[u8]) -> u64 {
    let first = text.get(wide(name.start)).filter(|_| name.length > 0).copied().map_or(0, u32::from);
    1_u64.wrapping_shl(first.wrapping_mul(5).wrapping_add(name.length.wrapping_mul(7)))
}

const fn separator(position: usize) -> &'static str {
    if position == 0 { "" } else { "," }
}

fn write_json_string(text: &str, to: &mut String) {
    to.push('"');
    for character in text.chars() {
        match character {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            '\t' => to.push_str("\\t"),
            // Writing to a `String` cannot fail.
            control if control < ' ' => write!(to, "\\u{:04x}", u32::from(control)).unwrap_or_default(),
            plain => to.push(plain),
        }
    }
    to.push('"');
}

/// Equal as JSON Schema means it: numbers by their exact value, objects whatever the order.
impl PartialEq for InstanceNode<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.kind(), other.kind()) {
            (InstanceKind::Null, InstanceKind::Null) => true,
            (InstanceKind::Boolean, InstanceKind::Boolean) => self.as_bool() == other.as_bool(),
            (InstanceKind::Number, InstanceKind::Number) => {
                let (a, b) =
                    (self.number_text().unwrap_or_default(), other.number_text().unwrap_or_default());
                a == b || Decimal::parse(a) == Decimal::parse(b)
            }
            (InstanceKind::String, InstanceKind::String) => self.as_str() == other.as_str(),
            (InstanceKind::Binary, InstanceKind::Binary) => self.as_binary() == other.as_binary(),
            (InstanceKind::Array, InstanceKind::Array) => {
                self.len() == other.len() && self.items().zip(other.items()).all(|(a, b)| a == b)
            }
            (InstanceKind::Object, InstanceKind::Object) => {
                self.len() == other.len()
                    && self.members().all(|(name, value)| other.get(name).is_some_and(|own| own == value))
            }
            _ => false,
        }
    }
}

/// The children of a container, in order.
#[derive(Clone, Debug)]
struct Children<'i> {
    instance: &'i Instance,
    at: u32,
    end: u32,
    left: u32,
}

impl<'i> Children<'i> {
    const fn none(instance: &'i Instance) -> Self {
        Self { instance, at: 0, end: 0, left: 0 }
    }

    #[inline]
    fn next_slot(&mut self) -> Option<(&'i Slot, InstanceNode<'i>)> {
        if self.at >= self.end || self.left == 0 {
            return None;
        }
        let slot = self.instance.slot(self.at)?;
        let node = InstanceNode::new(self.instance, self.at);
        self.at = slot.end.max(self.at.saturating_add(1));
        self.left = self.left.saturating_sub(1);
        Some((slot, node))
    }
}

/// The items of an array.
#[derive(Clone, Debug)]
pub struct Items<'i>(Children<'i>);

impl<'i> Iterator for Items<'i> {
    type Item = InstanceNode<'i>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next_slot().map(|(_, node)| node)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (wide(self.0.left), Some(wide(self.0.left)))
    }
}

impl ExactSizeIterator for Items<'_> {}

/// The members of an object.
#[derive(Clone, Debug)]
pub struct Members<'i>(Children<'i>);

impl<'i> Iterator for Members<'i> {
    type Item = (&'i str, InstanceNode<'i>);

    fn next(&mut self) -> Option<Self::Item> {
        let (slot, node) = self.0.next_slot()?;
        Some((self.0.instance.span_text(slot.name), node))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (wide(self.0.left), Some(wide(self.0.left)))
    }
}

impl ExactSizeIterator for Members<'_> {}

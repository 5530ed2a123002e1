//! Building an instance: a decoder's calls in document order.
//!
//! Takes: scalars, member names, opening and closing of containers. Gives: ids. Assumes that every
//! container is closed before its values are read. Never panics: a call out of order builds a
//! value that nobody sees.

use super::{INDEX_MEMBERS_MIN, Instance, InstanceId, InstanceKind, NO_INDEX, Slot, TextSpan, narrow, wide};
use std::cmp::Ordering;

impl Instance {
    #[inline]
    fn push(&mut self, kind: InstanceKind, boolean: bool, value: TextSpan) -> InstanceId {
        let index = narrow(self.slots.len());
        let name = std::mem::take(&mut self.pending_name);
        self.slots.push(Slot { kind, boolean, name, value, end: index.saturating_add(1) });
        if let Some(slot) = self.open.last().and_then(|open| self.slots.get_mut(wide(*open))) {
            slot.value.length = slot.value.length.saturating_add(1);
        }
        InstanceId(index)
    }

    fn push_text(&mut self, text: &str) -> TextSpan {
        let start = self.text.len();
        self.text.push_str(text);
        TextSpan { start, length: narrow(text.len()) }
    }

    /// Adds `null`.
    pub fn null(&mut self) -> InstanceId {
        self.push(InstanceKind::Null, false, TextSpan::default())
    }

    /// Adds a boolean.
    pub fn boolean(&mut self, value: bool) -> InstanceId {
        self.push(InstanceKind::Boolean, value, TextSpan::default())
    }

    /// Adds a number by its text, which must have JSON form (RFC 8259 §6); the text is kept as it is.
    pub fn number(&mut self, text: &str) -> InstanceId {
        let span = self.push_text(text);
        self.push(InstanceKind::Number, false, span)
    }

    /// Adds a string, already unescaped.
    pub fn string(&mut self, text: &str) -> InstanceId {
        let span = self.push_text(text);
        self.push(InstanceKind::String, false, span)
    }

    /// Adds a raw octet string of `octets` bytes that stay outside the arena (a file, an
    /// `application/octet-stream` body). `mark` is the caller's own number for it. String keywords
    /// do not look into it (BOD-014); `maxLength` limits its octets (BOD-015).
    pub fn binary(&mut self, mark: u32, octets: u32) -> InstanceId {
        self.push(InstanceKind::Binary, false, TextSpan { start: mark, length: octets })
    }

    /// Room for `bytes` more text, asked for once instead of grown into.
    pub fn reserve_text(&mut self, bytes: usize) {
        self.text.reserve(bytes);
    }

    /// Starts a string that is given in pieces with [`Self::extend_string`].
    pub fn begin_string(&mut self) -> StringStart {
        StringStart(self.text.len())
    }

    /// Adds a piece to the string that was begun last.
    pub fn extend_string(&mut self, piece: &str) {
        self.text.push_str(piece);
    }

    /// Adds the string that was begun with `start`.
    pub fn end_string(&mut self, start: StringStart) -> InstanceId {
        let span = self.span_since(start);
        self.push(InstanceKind::String, false, span)
    }

    /// Makes the string that was begun with `start` the name of the next member.
    pub fn end_member_name(&mut self, start: StringStart) {
        self.pending_name = self.span_since(start);
    }

    /// Adds the string that stands at `span` already.
    pub(super) fn string_at(&mut self, span: TextSpan) -> InstanceId {
        self.push(InstanceKind::String, false, span)
    }

    /// Adds the number that stands at `span` already.
    pub(super) fn number_at(&mut self, span: TextSpan) -> InstanceId {
        self.push(InstanceKind::Number, false, span)
    }

    /// Makes what stands at `span` already the name of the next member.
    pub(super) fn member_name_at(&mut self, span: TextSpan) {
        self.pending_name = span;
    }

    pub(super) fn span_since(&self, start: StringStart) -> TextSpan {
        TextSpan { start: start.0, length: self.text.len().saturating_sub(start.0) }
    }

    /// Opens an array; what follows until [`Self::close`] are its items.
    pub fn open_array(&mut self) -> InstanceId {
        self.open(InstanceKind::Array)
    }

    /// Opens an object; what follows until [`Self::close`] are its members, each after a [`Self::member_name`].
    pub fn open_object(&mut self) -> InstanceId {
        self.open(InstanceKind::Object)
    }

    fn open(&mut self, kind: InstanceKind) -> InstanceId {
        let id = self.push(kind, false, TextSpan { start: NO_INDEX, length: 0 });
        self.open.push(id.0);
        id
    }

    /// Names the member whose value comes next.
    pub fn member_name(&mut self, name: &str) {
        self.pending_name = self.push_text(name);
    }

    /// How many containers are open.
    #[must_use]
    pub fn nesting(&self) -> usize {
        self.open.len()
    }

    /// The JSON Pointer of the innermost open container.
    pub(crate) fn open_pointer(&self) -> String {
        let mut pointer = String::new();
        for (outer, inner) in self.open.iter().zip(self.open.iter().skip(1)) {
            if let Some(slot) = self.slot(*outer) {
                push_token(&mut pointer, slot, slot.value.length.saturating_sub(1), self.slot_name(*inner));
            }
        }
        pointer
    }

    /// The JSON Pointer that the value added next will have.
    pub(crate) fn next_pointer(&self) -> String {
        let mut pointer = self.open_pointer();
        if let Some(slot) = self.open.last().and_then(|open| self.slot(*open)) {
            push_token(&mut pointer, slot, slot.value.length, self.span_text(self.pending_name));
        }
        pointer
    }

    /// The kind of the innermost open container.
    pub(super) fn innermost(&self) -> Option<InstanceKind> {
        self.open.last().and_then(|open| self.slot(*open)).map(|slot| slot.kind)
    }

    /// Closes the innermost open container. A repeated member name is kept, and found by
    /// [`super::InstanceNode::duplicate_member`]; [`super::InstanceNode::get`] then gives one of them.
    pub fn close(&mut self) -> InstanceId {
        let end = narrow(self.slots.len());
        let Some(index) = self.open.pop() else { return InstanceId(0) };
        let Some(slot) = self.slots.get_mut(wide(index)) else { return InstanceId(index) };
        slot.end = end;
        if slot.kind == InstanceKind::Object && slot.value.length >= INDEX_MEMBERS_MIN {
            slot.value.start = narrow(self.index.len());
            self.index_members(index, end);
        }
        InstanceId(index)
    }

    /// Sorts a large object's members by name: O(n log n) whatever the names, unlike a hash table
    /// whose keys the sender chooses.
    fn index_members(&mut self, object: u32, end: u32) {
        let first = self.index.len();
        let mut at = object.saturating_add(1);
        while at < end {
            self.index.push(at);
            at = self.slot(at).map_or(end, |slot| slot.end.max(at.saturating_add(1)));
        }
        let mut members = self.index.split_off(first);
        members.sort_unstable_by(|a, b| self.name_order(*a, self.slot_name(*b)).then_with(|| a.cmp(b)));
        self.index.append(&mut members);
    }

    pub(super) fn slot_name(&self, index: u32) -> &str {
        self.slot(index).map_or("", |slot| self.span_text(slot.name))
    }

    /// The order of the index: by length, then by bytes.
    pub(super) fn name_order(&self, index: u32, name: &str) -> Ordering {
        let own = self.slot_name(index);
        own.len().cmp(&name.len()).then_with(|| own.cmp(name))
    }
}

/// Appends the step into a container: to the item at a position, or to the member of a name.
fn push_token(pointer: &mut String, container: &Slot, position: u32, name: &str) {
    pointer.push('/');
    if container.kind == InstanceKind::Array {
        pointer.push_str(&position.to_string());
    } else {
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
    }
}

/// Where a string that is built in pieces starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringStart(u32);

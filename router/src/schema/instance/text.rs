//! The arena's text: one growing string, inline while it is short.
//!
//! Takes: strings to append. Gives: them back by span. Never panics: a wrong span reads as "".

use super::{narrow, wide};
use arrayvec::ArrayString;

/// How many bytes of text live inline.
const INLINE_BYTES: usize = 256;

#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "the inline form exists to keep short text off the heap")]
pub(super) enum Text {
    Inline(ArrayString<INLINE_BYTES>),
    Heap(String),
}

impl Default for Text {
    fn default() -> Self {
        Self::Inline(ArrayString::new())
    }
}

impl Text {
    #[inline]
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Inline(text) => text,
            Self::Heap(text) => text,
        }
    }

    /// The length in bytes.
    pub(super) fn len(&self) -> u32 {
        narrow(self.as_str().len())
    }

    pub(super) fn push_str(&mut self, more: &str) {
        if let Self::Inline(text) = self {
            if text.try_push_str(more).is_ok() {
                return;
            }
            let mut spilled = String::with_capacity(text.len().saturating_add(more.len()).saturating_mul(2));
            spilled.push_str(text);
            *self = Self::Heap(spilled);
        }
        if let Self::Heap(text) = self {
            text.push_str(more);
        }
    }

    /// Room for `bytes` more, asked for once instead of grown into.
    pub(super) fn reserve(&mut self, bytes: usize) {
        match self {
            Self::Inline(text) if text.remaining_capacity() >= bytes => {}
            Self::Inline(text) => {
                let mut spilled = String::with_capacity(text.len().saturating_add(bytes));
                spilled.push_str(text);
                *self = Self::Heap(spilled);
            }
            Self::Heap(text) => text.reserve(bytes),
        }
    }

    #[inline]
    pub(super) fn get(&self, start: u32, length: u32) -> &str {
        let start = wide(start);
        let end = start.saturating_add(wide(length));
        self.as_str().get(start..end).unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Inline(text) => text.clear(),
            Self::Heap(text) => text.clear(),
        }
    }
}

//! Anchors and what their aliases may add: the guard against alias bombs. Never panics.

use std::borrow::Cow;

use saphyr_parser::ScalarStyle;

use super::Scalar;
use crate::description::text::TextLimits;
use crate::description::text::finding::{self, Finding};
use crate::description::text::source::position;
use crate::description::{NodeId, Span};
use crate::limits::text::ALIAS_NODES_FREE;

/// What an alias stands for.
#[derive(Clone)]
pub(super) enum Anchor {
    /// A scalar, which resolves anew wherever it is used.
    Scalar(Scalar<'static>),
    /// A collection that was read to its end, with its size.
    Collection { id: NodeId, nodes: usize, bytes: u64, height: u32 },
    /// A collection that the alias itself is part of.
    Open(Span),
    /// Part of something that was not read.
    Unread,
}

/// All anchors of a document, by the numbers that the parser gives them.
#[derive(Default)]
pub(super) struct Anchors {
    list: Vec<Anchor>,
    /// Values and bytes that aliases added so far.
    added: (usize, usize),
}

/// Aliases stand for too much.
pub(super) struct Excess {
    amount: String,
    field: &'static str,
}

impl Excess {
    pub(super) fn at(&self, span: Span) -> Finding {
        finding::alias_bomb(span, &self.amount, self.field)
    }
}

impl Anchors {
    pub(super) fn set(&mut self, number: usize, anchor: Anchor) {
        if number == 0 {
            return;
        }
        // The parser numbers them one by one, so the list grows by one at a time, or by those unread.
        while self.list.len() <= number {
            self.list.push(Anchor::Unread);
        }
        if let Some(slot) = self.list.get_mut(number) {
            *slot = anchor;
        }
    }

    /// A scalar that is not sound is mere text to its aliases.
    pub(super) fn set_scalar(&mut self, number: usize, scalar: &Scalar<'_>, is_sound: bool) {
        if number == 0 {
            return;
        }
        let Scalar { text, style, tag, span } = scalar;
        let text = Cow::Owned(text.clone().into_owned());
        let tag = tag.clone().filter(|_| is_sound).map(|tag| Cow::Owned(tag.into_owned()));
        let style = if is_sound { *style } else { ScalarStyle::DoubleQuoted };
        self.set(number, Anchor::Scalar(Scalar { text, style, tag, span: *span }));
    }

    pub(super) fn get(&self, number: usize) -> Anchor {
        self.list.get(number).cloned().unwrap_or(Anchor::Unread)
    }

    /// Counts `more` values and bytes, to be added to a tree that has `nodes` values with earlier
    /// aliases included.
    pub(super) fn charge(
        &mut self,
        limits: &TextLimits,
        nodes: usize,
        more: (usize, usize),
    ) -> Result<(), Excess> {
        let written = nodes.saturating_sub(self.added.0);
        self.added.0 = self.added.0.saturating_add(more.0);
        self.added.1 = self.added.1.saturating_add(more.1);
        let (added, bytes) = self.added;
        let proportionate = written.saturating_mul(position(limits.alias_ratio_max));
        let field = if added > position(limits.alias_nodes_max) {
            "alias_nodes_max"
        } else if added > proportionate.max(position(ALIAS_NODES_FREE)) {
            "alias_ratio_max"
        } else if nodes.saturating_add(more.0) > position(limits.nodes_max) {
            "nodes_max"
        } else if bytes > position(limits.alias_bytes_max) {
            return Err(Excess { amount: format!("{bytes} bytes of text"), field: "alias_bytes_max" });
        } else {
            return Ok(());
        };
        Err(Excess { amount: format!("{added} values"), field })
    }
}

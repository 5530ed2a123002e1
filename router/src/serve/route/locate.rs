//! Finding a template's expressions in a path that it matched, where the walk has not kept them all: mixtures, long
//! templates, paths that were normalised.

use super::leaf::{Captured, LOCATED, Leaf, Leaves};
use super::normalize::raw_spans;
use super::pattern::Part;
use super::{Captures, pattern};

/// Puts the spans of the leaf's expressions in the path's normal form into `captures`, which hold no span yet, but
/// where the walk has found its segments.
pub(super) fn locate(leaves: &Leaves, leaf: &Leaf, normal: &str, captures: &mut Captures) {
    if leaf.count == LOCATED {
        segments(leaves.captured(leaf), normal, captures);
    } else {
        captures.set(leaf.depths, leaf.count);
    }
}

/// Turns spans of the normal form into spans of the path as sent.
pub(super) fn as_sent(raw: &str, normal: &str, captures: &mut Captures) {
    let mut spans = captures.spans(normal).collect::<super::captures::Spans>();
    raw_spans(raw, normal.len(), &mut spans);
    captures.clear();
    for (from, to) in spans {
        captures.push(raw, from, to);
    }
}

fn segments(captured: &[Captured], normal: &str, captures: &mut Captures) {
    let mut captured = captured.iter().peekable();
    let mut from = 1_usize;
    for (depth, segment) in normal.get(1..).unwrap_or_default().split('/').enumerate() {
        if let Some(own) = captured.next_if(|captured| captured.depth == depth) {
            let parts = own.mixed.as_deref().unwrap_or(&[Part::Expression]);
            pattern::matches(parts, segment, |start, end| {
                captures.push(normal, from.saturating_add(start), from.saturating_add(end));
            });
        }
        from = from.saturating_add(segment.len()).saturating_add(1);
    }
}

//! Finding a template's expressions in a path that it matched, where they are not all segments that the walk has kept:
//! mixtures, long templates, paths that were normalised.

use super::automaton::SEGMENTS_KEPT;
use super::captures::Spans;
use super::leaf::Captured;
use super::normalize::raw_spans;
use super::pattern::Part;
use super::{Captures, pattern};

/// Puts the spans of these expressions into `captures`, whose segments are those that a walk has found in the path's
/// normal form.
pub(super) fn locate(captured: &[Captured], normal: &str, captures: &mut Captures) {
    let spans = spans(captured, normal, captures);
    captures.set_spans(spans);
}

/// Turns spans of the normal form into spans of the path as sent.
pub(super) fn as_sent(raw: &str, normal: &str, captures: &mut Captures) {
    let narrow = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    let spans = (0..captures.len()).map_while(|at| captures.span(at));
    let mut spans: Spans = spans.map(|(from, to)| (narrow(from), narrow(to))).collect();
    raw_spans(raw, normal.len(), &mut spans);
    captures.set_spans(spans);
}

fn spans(captured: &[Captured], normal: &str, captures: &Captures) -> Spans {
    let mut spans = Spans::new();
    for Captured { depth, mixed } in captured {
        let Some((from, to)) = segment(*depth, normal, captures) else { break };
        let parts = mixed.as_deref().unwrap_or(&[Part::Expression]);
        let text = normal.get(from..to).unwrap_or_default();
        pattern::matches(parts, text.as_bytes(), |start, end| {
            let at = |within: usize| u16::try_from(from.saturating_add(within)).unwrap_or(u16::MAX);
            if !spans.is_full() {
                spans.push((at(start), at(end)));
            }
        });
    }
    spans
}

/// First byte and byte after the last of the segment at this depth; those that a walk does not keep are counted.
fn segment(depth: usize, normal: &str, captures: &Captures) -> Option<(usize, usize)> {
    if depth < SEGMENTS_KEPT {
        return Some(captures.segment(u8::try_from(depth).ok()?));
    }
    let mut from = 1_usize;
    let mut segments = normal.get(1..)?.split('/');
    for segment in segments.by_ref().take(depth) {
        from = from.saturating_add(segment.len()).saturating_add(1);
    }
    let length = segments.next()?.len();
    Some((from, from.saturating_add(length)))
}

//! One segment of a path template: a literal, one expression, or a mixture (PTH-012).
//!
//! A mixture is matched from left to right: each expression takes the fewest octets, at least one,
//! that let the rest match. Leading and trailing literals are anchored, so that one pass decides
//! and the work is linear in the segment.

use std::cmp::Reverse;

use memchr::memchr;

/// A piece of a segment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Text in normal form.
    Literal(Box<str>),
    /// A template expression; its name is the operation's affair.
    Expression,
}

/// A segment of a template, classed by how it is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// Plain text.
    Literal(Box<str>),
    /// Text and expressions.
    Mixed(Box<[Part]>),
    /// One expression that takes the whole segment.
    Expression,
}

impl Segment {
    /// Classes the pieces of one segment; `None` where two expressions stand side by side, since
    /// nothing says where the first ends.
    pub(super) fn new(parts: Vec<Part>) -> Option<Self> {
        let adjacent = |pair: &[Part]| matches!(pair, [Part::Expression, Part::Expression]);
        if parts.windows(2).any(adjacent) {
            return None;
        }
        Some(match parts.as_slice() {
            [] => Self::Literal("".into()),
            [Part::Literal(text)] => Self::Literal(text.clone()),
            [Part::Expression] => Self::Expression,
            _ => Self::Mixed(parts.into_boxed_slice()),
        })
    }
}

/// The order in which mixtures are tried: more literal text first, then fewer expressions, then text.
pub(super) fn specificity(parts: &[Part]) -> (Reverse<usize>, usize, &[Part]) {
    let literal: usize =
        parts.iter().map(|part| if let Part::Literal(text) = part { text.len() } else { 0 }).sum();
    let expressions = parts.iter().filter(|part| **part == Part::Expression).count();
    (Reverse(literal), expressions, parts)
}

/// Whether no segment can match both: their first or their last literals differ.
pub(super) fn are_exclusive(a: &[Part], b: &[Part]) -> bool {
    let both = |a: Option<&Part>, b: Option<&Part>, agree: fn(&str, &str) -> bool| match (a, b) {
        (Some(Part::Literal(a)), Some(Part::Literal(b))) => !agree(a, b) && !agree(b, a),
        _ => false,
    };
    both(a.first(), b.first(), |a, b| a.starts_with(b)) || both(a.last(), b.last(), |a, b| a.ends_with(b))
}

/// Matches a whole segment; `capture` gets each expression's span within the segment.
///
/// Gives false, with some captures perhaps made, where the segment does not match.
pub(super) fn matches(parts: &[Part], segment: &[u8], mut capture: impl FnMut(usize, usize)) -> bool {
    let mut at = 0;
    let mut rest = parts;
    loop {
        match rest {
            [] => return at == segment.len(),
            [Part::Literal(text), later @ ..] => {
                if !starts_with_at(segment, text, at) {
                    return false;
                }
                at = at.saturating_add(text.len());
                rest = later;
            }
            [Part::Expression, later @ ..] => {
                let Some(end) = expression_end(segment, at, later) else { return false };
                capture(at, end);
                at = end;
                rest = later;
            }
        }
    }
}

fn starts_with_at(segment: &[u8], text: &str, at: usize) -> bool {
    segment.get(at..).is_some_and(|rest| rest.starts_with(text.as_bytes()))
}

/// Where the expression that starts at `at` ends, given what follows it.
fn expression_end(segment: &[u8], at: usize, later: &[Part]) -> Option<usize> {
    let from = at.checked_add(1)?;
    match later {
        [] | [Part::Expression, ..] => (segment.len() >= from).then_some(segment.len()),
        [Part::Literal(text)] => {
            let end = segment.len().checked_sub(text.len())?;
            (end >= from && !is_within_triplet(segment, end)).then_some(end)
        }
        [Part::Literal(text), ..] => first_outside_triplets(segment, from, text),
    }
}

/// Where `text` first begins, at `from` or behind it, and not within a triplet. Its places may overlap: `%252525` holds `2525` within
/// the triplet and again behind it.
fn first_outside_triplets(segment: &[u8], from: usize, text: &str) -> Option<usize> {
    let mut from = from;
    loop {
        // Literals between expressions are short, most of one octet: a searcher would cost more to set up than it saves.
        let first = memchr(*text.as_bytes().first()?, segment.get(from..)?)?;
        let found = from.checked_add(first)?;
        if starts_with_at(segment, text, found) && !is_within_triplet(segment, found) {
            return Some(found);
        }
        from = found.checked_add(1)?;
    }
}

/// Whether `at` lies behind the `%` of a triplet and before its end: what is percent-encoded is data, never part of a
/// literal (PTH-010).
fn is_within_triplet(segment: &[u8], at: usize) -> bool {
    let is_percent = |back: usize| at.checked_sub(back).and_then(|at| segment.get(at)) == Some(&b'%');
    is_percent(1) || is_percent(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(template: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        for piece in template.split_inclusive('}') {
            let (literal, expression) =
                piece.split_once('{').map_or((piece, false), |(text, _)| (text, true));
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.into()));
            }
            if expression {
                parts.push(Part::Expression);
            }
        }
        parts
    }

    #[test]
    fn mixtures() {
        let cases: &[(&str, &str, Option<&[&str]>)] = &[
            ("{from}-{to}", "ams-ber", Some(&["ams", "ber"])),
            ("{from}-{to}", "a-b-c", Some(&["a", "b-c"])),
            ("{from}-{to}", "-b", None),
            ("{from}-{to}", "--b", Some(&["-", "b"])),
            ("{from}-{to}", "a-", None),
            ("{from}-{to}.{format}", "a-b.json", Some(&["a", "b", "json"])),
            ("{from}-{to}.{format}", "a-b", None),
            ("{name}.{ext}", "a.tar.gz", Some(&["a", "tar.gz"])),
            ("v{version}", "v12", Some(&["12"])),
            ("v{version}", "v", None),
            ("v{version}", "x12", None),
            ("{id}:activate", "7:activate", Some(&["7"])),
            ("{id}:activate", ":activate", None),
            ("{id}:activate", "7:activated", None),
            ("{id}:activate", "7:activate:activate", Some(&["7:activate"])),
            ("({id})", "(7)", Some(&["7"])),
            ("({id})", "()", None),
            ("{a}aa", "aaa", Some(&["a"])),
            ("{a}xy{b}y", "1xyy", None),
            ("{a}xy{b}y", "1xy2y", Some(&["1", "2"])),
            ("{a}F", "a%2F", None),
            ("{a}F", "a%2FF", Some(&["a%2F"])),
            ("{a}5{b}", "x%255y", Some(&["x%25", "y"])),
            ("{a}2{b}", "x%2Fy", None),
            ("{a}2525{b}", "%252525a", Some(&["%25", "a"])),
        ];
        for (template, segment, expected) in cases {
            let mut found = Vec::new();
            let matched =
                matches(&parts(template), segment.as_bytes(), |start, end| found.push(&segment[start..end]));
            assert_eq!(matched.then_some(found.as_slice()), *expected, "{template} on {segment}");
        }
    }

    #[test]
    fn adjacent_expressions_are_refused() {
        assert_eq!(Segment::new(vec![Part::Expression, Part::Expression]), None);
    }
}

//! Percent-encoding normalisation of paths and literals (RFC 3986 §6.2.2), before any comparison.
//!
//! Triplets of unreserved characters become the characters, hexadecimal digits become upper case;
//! reserved characters stay as they were sent, so `%2F` remains data (PTH-010, PTH-015). A path that
//! is malformed or holds a dot segment is refused (PTH-016, PTH-026).

use arrayvec::ArrayString;
use memchr::{memchr, memchr_iter};

use crate::limits;

/// Why a request path was refused: always 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathError {
    /// A `%` that two hexadecimal digits do not follow.
    MalformedTriplet,
    /// A segment `.` or `..`, plain or encoded: what it would reach depends on who normalises it.
    DotSegment,
    /// Longer than [`limits::TARGET_BYTES_MAX`].
    TooLong,
}

/// Room for the normal form of any path, so that normalising needs no heap.
pub(super) type NormalPath = ArrayString<{ limits::TARGET_BYTES_MAX }>;

/// The path in normal form, written into `room`; `None` where it is in normal form as it was sent.
pub(super) fn normalize_path<'n>(path: &str, room: &'n mut NormalPath) -> Result<Option<&'n str>, PathError> {
    let normal = match memchr(b'%', path.as_bytes()) {
        None => None,
        Some(_) => write_normal(path, room)?.then_some(room.as_str()),
    };
    if has_dot_segment(normal.unwrap_or(path)) { Err(PathError::DotSegment) } else { Ok(normal) }
}

/// Writes the normal form; gives whether it differs from what was sent.
fn write_normal(path: &str, room: &mut NormalPath) -> Result<bool, PathError> {
    let mut differs = false;
    let mut rest = path;
    while let Some(at) = memchr(b'%', rest.as_bytes()) {
        let (plain, triplet) = rest.split_at_checked(at).ok_or(PathError::MalformedTriplet)?;
        let byte = decode_triplet(triplet).ok_or(PathError::MalformedTriplet)?;
        let (sent, after) = triplet.split_at_checked(3).ok_or(PathError::MalformedTriplet)?;
        room.try_push_str(plain).map_err(|_| PathError::TooLong)?;
        let from = room.len();
        let written = if is_unreserved(byte) {
            room.try_push(char::from(byte))
        } else {
            triplet_of(byte).into_iter().try_for_each(|character| room.try_push(character))
        };
        written.map_err(|_| PathError::TooLong)?;
        differs |= room.get(from..) != Some(sent);
        rest = after;
    }
    room.try_push_str(rest).map_err(|_| PathError::TooLong)?;
    Ok(differs)
}

/// Looks for dots behind slashes: paths without them, nearly all, cost one scan.
fn has_dot_segment(path: &str) -> bool {
    let bytes = path.as_bytes();
    let starts = |at: &usize| at.checked_sub(1).is_none_or(|before| bytes.get(before) == Some(&b'/'));
    memchr_iter(b'.', bytes).filter(starts).any(|at| {
        let segment = bytes.get(at..).unwrap_or_default();
        let segment = segment.split(|byte| *byte == b'/').next().unwrap_or_default();
        is_dot_segment(segment)
    })
}

/// Whether this is `.` or `..` (RFC 3986 §3.3).
pub(super) fn is_dot_segment(segment: &[u8]) -> bool {
    segment == b"." || segment == b".."
}

/// A template's literal in the form that a normalised request path has: characters that no path
/// segment may hold are percent-encoded, triplets are normalised, a stray `%` stands for itself.
pub(super) fn normalize_literal(literal: &str) -> String {
    if literal.bytes().all(is_unreserved) {
        return literal.to_owned();
    }
    let mut encoded = String::with_capacity(literal.len());
    let mut rest = literal;
    while let Some(first) = rest.chars().next() {
        let (taken, later) =
            rest.split_at_checked(triplet_length(rest).max(first.len_utf8())).unwrap_or((rest, ""));
        if taken.len() == 3 && taken.starts_with('%') || is_path_character(first) {
            encoded.push_str(taken);
        } else {
            taken.bytes().for_each(|byte| push_triplet(&mut encoded, byte));
        }
        rest = later;
    }
    normalize_triplets(&encoded).unwrap_or(encoded)
}

/// 3 when `text` starts with a well-formed triplet, else 0.
fn triplet_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let formed = bytes.first() == Some(&b'%')
        && bytes.get(1..3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    if formed { 3 } else { 0 }
}

/// Turns spans of a path's normal form into spans of the path as sent, in place.
///
/// Parameter styles split before they decode, so they need what was sent: `%2E` is data in style label, and a
/// plain dot is a delimiter (SER-017).
pub(super) fn raw_spans(raw: &str, normal_length: usize, spans: &mut [(u16, u16)]) {
    let at = |normal: u16| u16::try_from(raw_offset(raw, normal_length, normal.into())).unwrap_or(u16::MAX);
    for (from, to) in spans {
        (*from, *to) = (at(*from), at(*to));
    }
}

/// The byte of `raw` that byte `normal` of its normal form comes from.
fn raw_offset(raw: &str, normal_length: usize, normal: usize) -> usize {
    let (mut sent, mut made) = (0_usize, 0_usize);
    while made < normal.min(normal_length) {
        let unreserved = raw.get(sent..).and_then(decode_triplet_at).is_some_and(is_unreserved);
        sent = sent.saturating_add(if unreserved { 3 } else { 1 });
        made = made.saturating_add(1);
    }
    sent
}

fn decode_triplet_at(text: &str) -> Option<u8> {
    if text.starts_with('%') { decode_triplet(text) } else { None }
}

/// `pchar` of RFC 3986 §3.3 without its triplets.
fn is_path_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(character)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn push_triplet(text: &mut String, byte: u8) {
    text.extend(triplet_of(byte));
}

fn triplet_of(byte: u8) -> [char; 3] {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('0');
    ['%', digit(byte >> 4), digit(byte & 0xF)]
}

fn normalize_triplets(text: &str) -> Option<String> {
    let mut normal = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(b'%', rest.as_bytes()) {
        let (plain, triplet) = rest.split_at_checked(at)?;
        normal.push_str(plain);
        let byte = decode_triplet(triplet)?;
        if is_unreserved(byte) {
            normal.push(char::from(byte))
        } else {
            push_triplet(&mut normal, byte)
        }
        rest = triplet.get(3..)?;
    }
    normal.push_str(rest);
    Some(normal)
}

fn decode_triplet(text: &str) -> Option<u8> {
    let digit = |at: usize| text.get(at..)?.chars().next()?.to_digit(16);
    let value = digit(1)?.checked_mul(16)?.checked_add(digit(2)?)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let cases: &[(&str, Result<&str, PathError>)] = &[
            ("/pets", Ok("/pets")),
            ("/%70ets", Ok("/pets")),
            ("/a%2fb", Ok("/a%2Fb")),
            ("/a%2Fb", Ok("/a%2Fb")),
            ("/%7euser", Ok("/~user")),
            ("/%e2%82%ac", Ok("/%E2%82%AC")),
            ("/a%", Err(PathError::MalformedTriplet)),
            ("/a%4", Err(PathError::MalformedTriplet)),
            ("/a%zz", Err(PathError::MalformedTriplet)),
            ("/a%+1", Err(PathError::MalformedTriplet)),
            ("/a/../b", Err(PathError::DotSegment)),
            ("/a/%2e%2E/b", Err(PathError::DotSegment)),
            ("/a/.", Err(PathError::DotSegment)),
            ("/..", Err(PathError::DotSegment)),
            ("/.well-known/x", Ok("/.well-known/x")),
            ("/a/...", Ok("/a/...")),
            ("/a..b", Ok("/a..b")),
            ("//a", Ok("//a")),
        ];
        for (path, expected) in cases {
            let mut room = NormalPath::new();
            let normal = normalize_path(path, &mut room).map(|normal| normal.unwrap_or(path));
            assert_eq!(normal, *expected, "{path}");
        }
    }

    #[test]
    fn spans_of_the_path_as_sent() {
        for (raw, span, expected) in [
            ("/%70ets/%2Eb%2e", (6, 9), "%2Eb%2e"),
            ("/%70ets/a%2Fb", (6, 11), "a%2Fb"),
            ("/a/%41", (3, 4), "%41"),
        ] {
            let mut room = NormalPath::new();
            let normal = normalize_path(raw, &mut room).unwrap().unwrap();
            let mut spans = [span];
            raw_spans(raw, normal.len(), &mut spans);
            let (from, to) = (usize::from(spans[0].0), usize::from(spans[0].1));
            assert_eq!(&raw[from..to], expected, "{raw}");
        }
    }

    #[test]
    fn literals() {
        for (literal, expected) in [
            ("pets", "pets"),
            ("café", "caf%C3%A9"),
            ("a b", "a%20b"),
            ("%70ets", "pets"),
            ("a%2fb", "a%2Fb"),
            ("100%", "100%25"),
            ("a:b@c", "a:b@c"),
            ("\u{1F600}%zz", "%F0%9F%98%80%25zz"),
        ] {
            assert_eq!(normalize_literal(literal), expected, "{literal}");
        }
    }
}

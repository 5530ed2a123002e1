//! Percent-encoding normalisation of paths and literals (RFC 3986 §6.2.2), before any comparison.
//!
//! Triplets of unreserved characters become the characters, hexadecimal digits become upper case;
//! reserved characters stay as they were sent, so `%2F` remains data (PTH-010, PTH-015). A path that
//! is malformed or holds a dot segment is refused (PTH-016, PTH-026).

use std::borrow::Cow;

use memchr::memchr;

/// Why a request path was refused: always 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathError {
    /// A `%` that two hexadecimal digits do not follow.
    MalformedTriplet,
    /// A segment `.` or `..`, plain or encoded: what it would reach depends on who normalises it.
    DotSegment,
}

/// The path in normal form; borrowed unless it holds a triplet.
pub(super) fn normalize_path(path: &str) -> Result<Cow<'_, str>, PathError> {
    let normal = if memchr(b'%', path.as_bytes()).is_none() {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(normalize_triplets(path).ok_or(PathError::MalformedTriplet)?)
    };
    if has_dot_segment(&normal) { Err(PathError::DotSegment) } else { Ok(normal) }
}

/// Looks for `/.` first: paths without it, nearly all, cost one scan.
fn has_dot_segment(path: &str) -> bool {
    path.contains("/.") && path.split('/').any(|segment| segment == "." || segment == "..")
}

/// A template's literal in the form that a normalised request path has: characters that no path
/// segment may hold are percent-encoded, triplets are normalised, a stray `%` stands for itself.
pub(super) fn normalize_literal(literal: &str) -> String {
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
    let at = |normal: u16| raw_offset(raw, normal_length, usize::from(normal));
    for (from, to) in spans {
        (*from, *to) = (at(*from), at(*to));
    }
}

/// The byte of `raw` that byte `normal` of its normal form comes from.
fn raw_offset(raw: &str, normal_length: usize, normal: usize) -> u16 {
    let (mut sent, mut made) = (0_usize, 0_usize);
    while made < normal.min(normal_length) {
        let unreserved = raw.get(sent..).and_then(decode_triplet_at).is_some_and(is_unreserved);
        sent = sent.saturating_add(if unreserved { 3 } else { 1 });
        made = made.saturating_add(1);
    }
    u16::try_from(sent).unwrap_or(u16::MAX)
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
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    text.push('%');
    for nibble in [byte >> 4, byte & 0xF] {
        text.push(DIGITS.get(usize::from(nibble)).copied().unwrap_or('0'));
    }
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
            assert_eq!(
                normalize_path(path).as_deref().map_err(|error| *error),
                expected.map(|path| path),
                "{path}"
            );
        }
    }

    #[test]
    fn spans_of_the_path_as_sent() {
        for (raw, span, expected) in [
            ("/%70ets/%2Eb%2e", (6, 9), "%2Eb%2e"),
            ("/%70ets/a%2Fb", (6, 11), "a%2Fb"),
            ("/a/%41", (3, 4), "%41"),
        ] {
            let normal = normalize_path(raw).unwrap();
            let mut spans = [span];
            raw_spans(raw, normal.len(), &mut spans);
            let (from, to) = spans[0];
            assert_eq!(&raw[usize::from(from)..usize::from(to)], expected, "{raw}");
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

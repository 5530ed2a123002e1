//! The name-value pairs of a query string and of a Cookie header, raw.
//!
//! Takes: `a=1&b` or `a=1; b=2`. Gives: each name and value, not decoded. Allocates nothing; never panics.

use super::read::RawPair;

/// The pairs of a query string; a name alone has the empty value, empty pieces (`&&`) are none
/// (WHATWG URL §5.1).
pub(super) fn query(text: &str) -> impl Iterator<Item = RawPair<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (piece, equals, behind) = first_piece(rest);
            rest = behind;
            if !piece.is_empty() {
                let pair = equals.and_then(|at| Some((piece.get(..at)?, piece.get(at.saturating_add(1)..)?)));
                return Some(pair.unwrap_or((piece, "")));
            }
        }
        None
    })
}

/// What stands before the first `&`, where its first `=` is, and what stands behind.
fn first_piece(text: &str) -> (&str, Option<usize>, &str) {
    let mut equals = None;
    for (at, octet) in text.bytes().enumerate() {
        match octet {
            b'&' => {
                let (piece, rest) = text.split_at_checked(at).unwrap_or((text, ""));
                return (piece, equals, rest.get(1..).unwrap_or_default());
            }
            b'=' if equals.is_none() => equals = Some(at),
            _ => {}
        }
    }
    (text, equals, "")
}

/// The pairs of a Cookie field's value (RFC 6265 §4.2.1, read as §5.4 writes it): pieces between `;`
/// without the white space round them. A piece without `=` or whose name is not text is none, and spoils
/// no other (HTTP-015). The value is `None` where it is not UTF-8.
pub(super) fn cookies(value: &[u8]) -> impl Iterator<Item = (&str, Option<&str>)> {
    value.split(|byte| *byte == b';').filter_map(|piece| {
        let piece = piece.trim_ascii();
        let at = memchr::memchr(b'=', piece)?;
        let (name, rest) = piece.split_at_checked(at)?;
        let name = std::str::from_utf8(name).ok().filter(|name| !name.is_empty())?;
        Some((name, std::str::from_utf8(rest.get(1..)?).ok()))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn query_pairs() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("&&&", &[]),
            ("=", &[("", "")]),
            ("a", &[("a", "")]),
            ("a=1&b=2=3&&=c", &[("a", "1"), ("b", "2=3"), ("", "c")]),
            ("a?b;c=1", &[("a?b;c", "1")]),
        ];
        for (text, expected) in cases {
            assert_eq!(super::query(text).collect::<Vec<_>>(), *expected, "{text}");
        }
    }

    #[test]
    fn cookie_pairs() {
        let cases: &[(&[u8], &[(&str, Option<&str>)])] = &[
            (b"", &[]),
            (b"a=1; b=2", &[("a", Some("1")), ("b", Some("2"))]),
            (b"a=1;b=2 ;\tc=3", &[("a", Some("1")), ("b", Some("2")), ("c", Some("3"))]),
            (b"broken; =x; a=\"q=\"", &[("a", Some("\"q=\""))]),
            (b"\xff=1; a=\xff; b=2", &[("a", None), ("b", Some("2"))]),
        ];
        for (value, expected) in cases {
            assert_eq!(super::cookies(value).collect::<Vec<_>>(), *expected, "{value:?}");
        }
    }
}

//! Percent-encoding, both ways (RFC 3986 §2.1, WHATWG URL §5, OAS Appendix E).
//!
//! Takes: text of the request target or of a field. Gives: decoded text, or the fact that it is
//! malformed: nothing is guessed and nothing replaced (PTH-016). Splitting at delimiters comes
//! before (SER-017). Decodes into a buffer that lives on the stack up to 256 bytes. Never panics.

use smallvec::SmallVec;

/// How text travels where a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As it is: header values, cookies of style `cookie` (SER-019, SER-020), and what is known to have nothing encoded.
    Verbatim,
    /// Percent-encoded, where `+` is a plus: path values, cookies of style `form` (SER-018).
    Percent,
    /// Percent-encoded, where `+` is a space: query strings (SER-018).
    FormPercent,
}

impl Coding {
    /// How the pieces of a query string travel: as they are, where nothing in all of it is encoded.
    pub(super) fn of_query(query: &str) -> Self {
        match memchr::memchr2(b'%', b'+', query.as_bytes()) {
            Some(_) => Self::FormPercent,
            None => Self::Verbatim,
        }
    }
}

/// A `%` that no two hexadecimal digits follow, or octets that are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The buffer that decoded text is put in; reused from value to value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    bytes: SmallVec<[u8; 256]>,
}

impl Scratch {
    /// The decoded text of `raw`: `raw` itself where nothing is encoded.
    pub(crate) fn decode<'t>(&'t mut self, raw: &'t str, coding: Coding) -> Result<&'t str, Malformed> {
        let encoded = match coding {
            Coding::Verbatim => None,
            Coding::Percent => memchr::memchr(b'%', raw.as_bytes()),
            Coding::FormPercent => memchr::memchr2(b'%', b'+', raw.as_bytes()),
        };
        match encoded {
            None => Ok(raw),
            Some(_) => self.decode_bytes(raw.as_bytes(), coding == Coding::FormPercent),
        }
    }

    fn decode_bytes(&mut self, mut rest: &[u8], plus_is_space: bool) -> Result<&str, Malformed> {
        self.bytes.clear();
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            if byte == b'%' {
                let (&[high, low], tail) = rest.split_first_chunk::<2>().ok_or(Malformed)?;
                self.bytes.push(octet(high, low).ok_or(Malformed)?);
                rest = tail;
            } else if byte == b'+' && plus_is_space {
                self.bytes.push(b' ');
            } else {
                self.bytes.push(byte);
            }
        }
        std::str::from_utf8(&self.bytes).map_err(|_| Malformed)
    }
}

/// The octet that two hexadecimal digits name.
fn octet(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(high)? << 4) | digit(low)?)
}

/// What stays unencoded in serialized text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Safe {
    /// The unreserved characters of RFC 3986 §2.3.
    Unreserved,
    /// The same without `.`, where that is the delimiter (SER-023).
    UnreservedNotDot,
    /// Unreserved and reserved characters, and triplets that are there already: `allowReserved` (SER-021).
    Reserved,
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Appends `text`, percent-encoded except for what is `safe`.
pub(crate) fn push_encoded(to: &mut String, text: &str, safe: Safe) {
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if is_safe(byte, tail, safe) {
            to.push(char::from(byte));
        } else {
            to.push('%');
            to.push(hex_digit(byte >> 4));
            to.push(hex_digit(byte & 0x0F));
        }
        rest = tail;
    }
}

fn hex_digit(nibble: u8) -> char {
    HEX.get(usize::from(nibble)).copied().map_or('0', char::from)
}

fn is_safe(byte: u8, tail: &[u8], safe: Safe) -> bool {
    let unreserved = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    match safe {
        Safe::Unreserved => unreserved,
        Safe::UnreservedNotDot => unreserved && byte != b'.',
        Safe::Reserved => {
            unreserved || b":/?#[]@!$&'()*+,;=".contains(&byte) || (byte == b'%' && is_triplet(tail))
        }
    }
}

fn is_triplet(tail: &[u8]) -> bool {
    tail.first_chunk::<2>().is_some_and(|[high, low]| octet(*high, *low).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding() {
        use Coding::{FormPercent, Percent, Verbatim};
        let cases: &[(&str, Coding, Result<&str, Malformed>)] = &[
            ("", Percent, Ok("")),
            ("a+b%2B", Percent, Ok("a+b+")),
            ("a+b%2B", FormPercent, Ok("a b+")),
            ("a+b%2B", Verbatim, Ok("a+b%2B")),
            ("%e2%9D%a4", Percent, Ok("\u{2764}")),
            ("\u{2764}+", FormPercent, Ok("\u{2764} ")),
            ("%00", Percent, Ok("\0")),
            ("%", Percent, Err(Malformed)),
            ("%2", Percent, Err(Malformed)),
            ("%zz", Percent, Err(Malformed)),
            ("%+1", FormPercent, Err(Malformed)),
            ("%ff", Percent, Err(Malformed)),
            ("%e2%9D", Percent, Err(Malformed)),
            ("%ed%a0%80", Percent, Err(Malformed)),
            ("%c0%af", Percent, Err(Malformed)),
            ("%zz", Verbatim, Ok("%zz")),
        ];
        for (raw, coding, expected) in cases {
            assert_eq!(Scratch::default().decode(raw, *coding), *expected, "{raw} {coding:?}");
        }
    }

    #[test]
    fn encoding() {
        let cases: &[(&str, Safe, &str)] = &[
            ("a b,c.d~", Safe::Unreserved, "a%20b%2Cc.d~"),
            ("a.b", Safe::UnreservedNotDot, "a%2Eb"),
            ("\u{2764}", Safe::Unreserved, "%E2%9D%A4"),
            ("100%25/a?b%zz^", Safe::Reserved, "100%25/a?b%25zz%5E"),
            ("50%", Safe::Reserved, "50%25"),
        ];
        for (text, safe, expected) in cases {
            let mut to = String::new();
            push_encoded(&mut to, text, *safe);
            assert_eq!(to, *expected);
        }
    }
}

//! The authority of a request: the `Host` field, or the one in an absolute-form target (RFC 9112 §3.2, RFC 9110 §7.2).
//!
//! Takes: text. Gives: whether it is `uri-host [ ":" port ]` of RFC 3986 §3.2.2 with a host that is not empty. User information has no place in it
//! (RFC 9110 §4.2.4). Allocates nothing; never panics.

/// Whether `text` is a host and perhaps a port.
pub(super) fn is_authority(text: &[u8]) -> bool {
    let (host, port) = match text.split_first() {
        Some((b'[', rest)) => {
            let Some(end) = memchr::memchr(b']', rest) else { return false };
            let (address, behind) = rest.split_at_checked(end).unwrap_or_default();
            let port = match behind.split_first() {
                Some((_, [])) => &[],
                Some((_, [b':', port @ ..])) => port,
                Some(_) | None => return false,
            };
            return is_ip_literal(address) && is_port(port);
        }
        Some(_) => match memchr::memchr(b':', text) {
            Some(colon) => {
                let (host, port) = text.split_at_checked(colon).unwrap_or_default();
                (host, port.get(1..).unwrap_or_default())
            }
            None => (text, &[][..]),
        },
        None => return false,
    };
    !host.is_empty() && is_registered_name(host) && is_port(port)
}

/// `IPv6address / IPvFuture`; the characters, and for IPv6 the parser of the standard library.
fn is_ip_literal(address: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(address) else { return false };
    match text.strip_prefix(['v', 'V']) {
        Some(future) => future.split_once('.').is_some_and(|(version, rest)| {
            !version.is_empty()
                && version.bytes().all(|octet| octet.is_ascii_hexdigit())
                && !rest.is_empty()
                && rest.bytes().all(|octet| octet == b':' || is_name_octet(octet))
        }),
        None => text.parse::<std::net::Ipv6Addr>().is_ok(),
    }
}

fn is_port(port: &[u8]) -> bool {
    port.len() <= 5 && port.iter().all(u8::is_ascii_digit)
}

/// `*( unreserved / pct-encoded / sub-delims )`
fn is_registered_name(host: &[u8]) -> bool {
    let mut octets = host.iter();
    while let Some(octet) = octets.next() {
        let fits = match octet {
            b'%' => {
                [octets.next(), octets.next()].iter().all(|digit| digit.is_some_and(u8::is_ascii_hexdigit))
            }
            octet => is_name_octet(*octet),
        };
        if !fits {
            return false;
        }
    }
    true
}

const fn is_name_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
        )
}

/// The authority of an absolute-form target; `None` for the other forms.
pub(super) fn authority(target: &str) -> Option<&str> {
    if target.starts_with('/') {
        return None;
    }
    let (_, rest) = target.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    rest.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities() {
        let valid =
            ["a", "a:80", "a.example:", "127.0.0.1:8080", "[::1]", "[::1]:80", "[v1.a:b]", "a%41", "a_b"];
        let invalid = [
            "", ":80", "a b", "a/b", "a@b", "a:b", "a:80:80", "a:123456", "[::1", "[::1]x", "[:::1]", "[]",
            "a%4", "a%zz", "a?b", "a#b", "\u{e9}", "a,b\u{0}", "[v.a]",
        ];
        for text in valid {
            assert!(is_authority(text.as_bytes()), "{text}");
        }
        for text in invalid {
            assert!(!is_authority(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn absolute_targets_have_an_authority() {
        let cases = [
            ("/a", None),
            ("/http://a", None),
            ("*", None),
            ("http://a:80/b", Some("a:80")),
            ("http://a", Some("a")),
            ("http://a?b/c", Some("a")),
            ("http:///b", Some("")),
        ];
        for (target, expected) in cases {
            assert_eq!(authority(target), expected, "{target}");
        }
    }
}

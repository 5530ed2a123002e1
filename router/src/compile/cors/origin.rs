//! Origins as a configuration writes them: `scheme://host` or `scheme://host:port` (HTML "serialization of an origin").
//!
//! Takes: a text. Gives: the form that browsers send, or what is wrong. Never panics.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::limits;
use crate::serve::cors::is_scheme;

/// Why a text is no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OriginFault {
    /// `*`, which is no origin but all of them.
    Any,
    /// `null`, which has to be allowed by its own name.
    Null,
    /// A `*` in the host.
    Wildcard,
    /// There is no scheme.
    NoScheme,
    /// The scheme is none.
    Scheme,
    /// Something follows host and port: a slash, a path, a query.
    Path,
    /// A user stands before the host.
    User,
    /// The host is none, or not in ASCII.
    Host,
    /// The port is none.
    Port,
    /// It is longer than any origin.
    TooLong,
}

impl OriginFault {
    /// What to do about it.
    pub(super) const fn mend(self) -> &'static str {
        match self {
            Self::Any => "say `CorsPolicy::any_origin`",
            Self::Null => "say `CorsPolicy::null_origin`",
            Self::Wildcard => {
                "say `CorsPolicy::origin_pattern`, such as `https://[a-z0-9-]+\\.example\\.com` for all names below one"
            }
            Self::NoScheme => "write the scheme too, such as `https://shop.example`",
            Self::Scheme => "write a scheme such as `https`",
            Self::Path => "end the origin behind host and port: no slash, no path",
            Self::User => "leave the user out",
            Self::Host => {
                "write a host name in ASCII (punycode for others), an IPv4 address, or an IPv6 address in brackets"
            }
            Self::Port => "write a port from 1 to 65535, or none",
            Self::TooLong => "shorten it",
        }
    }
}

impl fmt::Display for OriginFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "it stands for all origins",
            Self::Null => "`null` is never let in by accident",
            Self::Wildcard => "an origin holds no `*`",
            Self::NoScheme => "it has no scheme",
            Self::Scheme => "its scheme is none",
            Self::Path => "something follows host and port",
            Self::User => "a user stands before the host",
            Self::Host => "its host is none",
            Self::Port => "its port is none",
            Self::TooLong => "no origin is that long",
        })
    }
}

/// The origin in the form that browsers send: in lower case, without the scheme's own port.
pub(super) fn normalize(text: &str) -> Result<String, OriginFault> {
    match text {
        "*" => return Err(OriginFault::Any),
        "null" => return Err(OriginFault::Null),
        _ if text.len() > limits::CORS_ORIGIN_BYTES_MAX => return Err(OriginFault::TooLong),
        _ => {}
    }
    let (scheme, rest) = text.split_once("://").ok_or(OriginFault::NoScheme)?;
    if !is_scheme(scheme) {
        return Err(OriginFault::Scheme);
    }
    if rest.contains(['/', '?', '#', '\\']) {
        return Err(OriginFault::Path);
    }
    if rest.contains('@') {
        return Err(OriginFault::User);
    }
    let (host, port) = split_port(rest)?;
    let scheme = scheme.to_ascii_lowercase();
    let host = normal_host(host)?;
    Ok(match port.filter(|port| own_port(&scheme) != Some(*port)) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

fn split_port(rest: &str) -> Result<(&str, Option<u16>), OriginFault> {
    let host_end = rest.rfind(']').unwrap_or_default();
    let Some(colon) = rest.rfind(':').filter(|colon| *colon >= host_end) else { return Ok((rest, None)) };
    let (host, port) = rest.split_at_checked(colon).ok_or(OriginFault::Host)?;
    let digits = port.strip_prefix(':').unwrap_or_default();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse::<u16>().ok().filter(|port| is_number && *port > 0);
    port.map(|port| (host, Some(port))).ok_or(OriginFault::Port)
}

fn normal_host(host: &str) -> Result<String, OriginFault> {
    if host.contains('*') {
        return Err(OriginFault::Wildcard);
    }
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').and_then(|address| address.parse::<Ipv6Addr>().ok());
        return address.map(written).ok_or(OriginFault::Host);
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let ends_in_number =
        host.rsplit('.').next().is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()));
    if !host.split('.').all(is_label) || (ends_in_number && host.parse::<Ipv4Addr>().is_err()) {
        return Err(OriginFault::Host);
    }
    Ok(host.to_ascii_lowercase())
}

/// As browsers write it: an IPv4 address inside is not written as one.
fn written(address: Ipv6Addr) -> String {
    match (address.to_ipv4_mapped(), address.segments()) {
        (Some(_), [.., high, low]) => format!("[::ffff:{high:x}:{low:x}]"),
        (None, _) => format!("[{address}]"),
    }
}

/// The port that need not be written.
fn own_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::cors::is_serialized;

    #[test]
    fn origins_are_normalised_or_refused() {
        let cases: &[(&str, Result<&str, OriginFault>)] = &[
            ("https://shop.example", Ok("https://shop.example")),
            ("HTTPS://Shop.Example", Ok("https://shop.example")),
            ("https://shop.example:443", Ok("https://shop.example")),
            ("http://shop.example:443", Ok("http://shop.example:443")),
            ("http://localhost:3000", Ok("http://localhost:3000")),
            ("http://localhost:080", Ok("http://localhost")),
            ("http://127.0.0.1:8080", Ok("http://127.0.0.1:8080")),
            ("http://[::1]:8080", Ok("http://[::1]:8080")),
            ("http://[0:0:0:0:0:0:0:1]", Ok("http://[::1]")),
            ("http://[::FFFF:1.2.3.4]", Ok("http://[::ffff:102:304]")),
            ("https://xn--bcher-kva.example", Ok("https://xn--bcher-kva.example")),
            ("chrome-extension://abcdef", Ok("chrome-extension://abcdef")),
            ("*", Err(OriginFault::Any)),
            ("null", Err(OriginFault::Null)),
            ("https://*.shop.example", Err(OriginFault::Wildcard)),
            ("shop.example", Err(OriginFault::NoScheme)),
            ("//shop.example", Err(OriginFault::NoScheme)),
            ("", Err(OriginFault::NoScheme)),
            ("1https://shop.example", Err(OriginFault::Scheme)),
            ("://shop.example", Err(OriginFault::Scheme)),
            ("https://shop.example/", Err(OriginFault::Path)),
            ("https://shop.example/a", Err(OriginFault::Path)),
            ("https://shop.example?a", Err(OriginFault::Path)),
            ("https://shop.example#", Err(OriginFault::Path)),
            ("https://ada@shop.example", Err(OriginFault::User)),
            ("https://", Err(OriginFault::Host)),
            ("https://shop example", Err(OriginFault::Host)),
            ("https://b\u{fc}cher.example", Err(OriginFault::Host)),
            ("https://shop..example", Err(OriginFault::Host)),
            ("https://1.2.3", Err(OriginFault::Host)),
            ("https://[::1", Err(OriginFault::Host)),
            ("https://[shop]", Err(OriginFault::Host)),
            ("https://shop.example:", Err(OriginFault::Port)),
            ("https://shop.example:0", Err(OriginFault::Port)),
            ("https://shop.example:65536", Err(OriginFault::Port)),
            ("https://shop.example:+80", Err(OriginFault::Port)),
        ];
        for (text, expected) in cases {
            let normal = normalize(text);
            assert_eq!(normal.as_deref().map_err(|fault| *fault), *expected, "{text}");
            if let Ok(normal) = normal {
                assert!(is_serialized(&normal), "{normal}");
                assert_eq!(normalize(&normal).as_ref(), Ok(&normal));
            }
        }
        assert_eq!(normalize(&format!("https://{}", "a".repeat(600))), Err(OriginFault::TooLong));
    }
}

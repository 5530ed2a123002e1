//! The `Origin` of a request: `scheme://host` or `scheme://host:port` (Fetch §3.2, HTML "serialization of an origin").
//!
//! Takes: what a request says. Gives: whether it has that form. Allocates nothing; never panics.

use crate::limits;

/// Whether a request's `Origin` has the form of one, so that it may be matched and repeated.
pub(crate) fn is_serialized(text: &str) -> bool {
    let is_place = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'-' | b'.' | b'_' | b':' | b'[' | b']')
    };
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    text.len() <= limits::CORS_ORIGIN_BYTES_MAX
        && is_scheme(scheme)
        && !scheme.bytes().any(|byte| byte.is_ascii_uppercase())
        && !rest.is_empty()
        && rest.bytes().all(is_place)
}

/// Whether `text` is a scheme (RFC 3986 §3.1).
pub(crate) fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sent_origin_has_its_form() {
        for text in
            ["null", "", "https://", "https://A", "https://a/", "https://a b", "https://a, https://b", "//a"]
        {
            assert!(!is_serialized(text), "{text}");
        }
    }
}

//! `token` of RFC 9110 §5.6.2: the form of method and field names, of authentication schemes, and of the two names in a media type.

/// Whether `text` is a token.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// Whether a token may hold the byte.
pub(crate) const fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_hold_all_but_controls_space_and_delimiters() {
        for byte in 0..=u8::MAX {
            let delimiter = b"\"(),/:;<=>?@[\\]{}".contains(&byte);
            assert_eq!(is_tchar(byte), byte.is_ascii_graphic() && !delimiter, "{byte}");
        }
        assert!(is_token("M-SEARCH") && !is_token("") && !is_token("a b"));
    }
}

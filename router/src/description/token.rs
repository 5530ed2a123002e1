//! `token` of RFC 9110 §5.6.2: the form of method and field names, of authentication schemes, and of the two names in a media type.

/// Whether `text` is a token.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// Whether two names are equal where case does not count; mostly they are written alike.
#[inline]
pub(crate) fn is_same_name(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one == other || one.eq_ignore_ascii_case(other))
}

/// Whether a token may hold the byte.
#[inline]
pub(crate) const fn is_tchar(byte: u8) -> bool {
    let places = match byte {
        0..=63 => TCHARS_BELOW_64,
        64..=127 => TCHARS_FROM_64,
        128..=255 => 0,
    };
    (places >> (byte & 63)) & 1 == 1
}

const TCHARS_BELOW_64: u64 = tchars_from(0);
const TCHARS_FROM_64: u64 = tchars_from(64);

/// A bit for each of the 64 bytes from `first` on that a token may hold.
const fn tchars_from(first: u8) -> u64 {
    let (mut bits, mut at) = (0_u64, 0_u8);
    while at < 64 {
        if is_listed(first | at) {
            bits |= 1 << at;
        }
        at = at.saturating_add(1);
    }
    bits
}

const fn is_listed(byte: u8) -> bool {
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

//! Octets of text, eight at a time.
//!
//! Takes: text of a request. Gives: how far it is of one kind. Allocates nothing; never panics.

const EACH: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;
const QUOTES: u64 = EACH.wrapping_mul(0x22);
const BACKSLASHES: u64 = EACH.wrapping_mul(0x5C);
const SPACES: u64 = EACH.wrapping_mul(0x20);

/// How many octets precede the first that a JSON string has to escape (RFC 8259 §7): quote, backslash or control; all where there is none.
#[inline]
pub(crate) fn plain_in_json(text: &[u8]) -> usize {
    let mut rest = text;
    // It never passes the end of the text.
    let mut plain = 0_usize;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let found = marks(u64::from_le_bytes(*word));
        if found != 0 {
            return plain.wrapping_add(usize::try_from(found.trailing_zeros() >> 3).unwrap_or(0));
        }
        plain = plain.wrapping_add(8);
        rest = behind;
    }
    let tail = rest.iter().position(|octet| matches!(octet, b'"' | b'\\' | 0..=0x1F));
    plain.wrapping_add(tail.unwrap_or(rest.len()))
}

/// The high bit of the first octet that is not plain. Octets behind it may be marked as well, whatever they are: a borrow goes
/// upwards only.
const fn marks(word: u64) -> u64 {
    let quote = word ^ QUOTES;
    let backslash = word ^ BACKSLASHES;
    let quotes = quote.wrapping_sub(EACH) & !quote;
    let backslashes = backslash.wrapping_sub(EACH) & !backslash;
    let controls = word.wrapping_sub(SPACES) & !word;
    (quotes | backslashes | controls) & HIGH
}

/// Whether every octet is a visible character of ASCII.
pub(crate) fn are_graphic(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        let below = word.wrapping_sub(EACH.wrapping_mul(0x21)) & !word;
        // DEL alone gets its high bit from the addition; what has it already is not ASCII.
        if (below | word | word.wrapping_add(EACH)) & HIGH != 0 {
            return false;
        }
        rest = behind;
    }
    rest.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::{are_graphic, plain_in_json};
    use proptest::prelude::*;

    #[test]
    fn every_octet_at_every_place() {
        for (octet, at) in (0..=u8::MAX).flat_map(|octet| (0..20_usize).map(move |at| (octet, at))) {
            let mut text = [b'a'; 20];
            text[at] = octet;
            let stops = octet == b'"' || octet == b'\\' || octet < 0x20;
            assert_eq!(plain_in_json(&text), if stops { at } else { 20 }, "{octet} at {at}");
            assert_eq!(are_graphic(&text), octet.is_ascii_graphic(), "{octet} at {at}");
        }
    }

    proptest! {
        #[test]
        fn words_say_what_octets_say(text in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'"'), Just(0x1F_u8), Just(0x20_u8), Just(b'a')], 0..40)) {
            let one_by_one = text.iter().position(|octet| matches!(octet, b'"' | b'\\' | 0..=0x1F));
            prop_assert_eq!(plain_in_json(&text), one_by_one.unwrap_or(text.len()));
            prop_assert_eq!(are_graphic(&text), text.iter().all(u8::is_ascii_graphic));
        }
    }
}

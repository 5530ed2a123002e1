//! Segments as words of eight octets: what they are compared by.
//!
//! A segment of fewer than eight octets is the upper octets of one word, with the slash before it below them and zeros below that,
//! and a zero; a longer one is its first eight octets and its last eight, which overlap where it has fewer than sixteen. With its
//! length that is all of a segment of up to sixteen octets. Never panics, never reads outside the text.

use brrtrouter_delimiters::word_of;

/// The octets of a word.
pub(super) const WORD: usize = 8;

/// The two words of the segment between these octets, behind a slash; `None` where that is not within the text.
#[inline(always)]
pub(super) fn words(text: &[u8], from: usize, end: usize) -> Option<[u64; 2]> {
    let part = text.get(from..end)?;
    match (part.first_chunk::<WORD>(), part.last_chunk::<WORD>()) {
        (Some(first), Some(last)) => Some([u64::from_le_bytes(*first), u64::from_le_bytes(*last)]),
        _ => Some([last_word(text, end, part.len())?, 0]),
    }
}

/// The two words of a literal.
pub(super) fn words_of_literal(text: &[u8]) -> [u64; 2] {
    if let (Some(first), Some(last)) = (text.first_chunk::<WORD>(), text.last_chunk::<WORD>()) {
        return [u64::from_le_bytes(*first), u64::from_le_bytes(*last)];
    }
    let mut octets = [0; WORD];
    let behind_slash = text.iter().rev().chain(b"/");
    octets.iter_mut().rev().zip(behind_slash).for_each(|(place, octet)| *place = *octet);
    [u64::from_le_bytes(octets), 0]
}

/// The word of a segment that ends here and has fewer than eight octets.
#[inline(always)]
pub(super) fn last_word(text: &[u8], end: usize, length: usize) -> Option<u64> {
    let word = match end.checked_sub(WORD) {
        Some(at) => word(text, at)?,
        None => head(text).wrapping_shl(bits(WORD.wrapping_sub(end))),
    };
    Some(with_slash(word, length))
}

/// What to keep of the last eight octets up to the end of a segment of fewer, and of the slash before it.
const KEPT: [u64; WORD] = [
    0xFF << 56,
    0xFFFF << 48,
    0xFF_FFFF << 40,
    0xFFFF_FFFF << 32,
    0xFF_FFFF_FFFF << 24,
    0xFFFF_FFFF_FFFF << 16,
    0xFF_FFFF_FFFF_FFFF << 8,
    u64::MAX,
];

/// What a word that ends where a segment of fewer than eight octets does holds of it and of the slash before it.
#[inline(always)]
pub(super) fn with_slash(word: u64, length: usize) -> u64 {
    KEPT.get(length).map_or(0, |kept| word & kept)
}

/// The first eight octets, zero behind the end.
#[inline(always)]
fn head(text: &[u8]) -> u64 {
    match text.first_chunk::<WORD>() {
        Some(word) => u64::from_le_bytes(*word),
        None => short(text),
    }
}

#[cold]
#[inline(never)]
fn short(text: &[u8]) -> u64 {
    word_of(text)
}

/// The eight octets from this one on.
#[inline(always)]
pub(super) fn word(text: &[u8], at: usize) -> Option<u64> {
    let octets = text.get(at..at.wrapping_add(WORD))?.first_chunk::<WORD>()?;
    Some(u64::from_le_bytes(*octets))
}

#[inline(always)]
fn bits(octets: usize) -> u32 {
    u32::try_from(octets << 3 & 127).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, from: usize, end: usize) {
        let segment = &text[from..end];
        let alone = format!("/{segment}");
        let mut expected = [0, 0];
        if segment.len() < 8 {
            let mut octets = [0; 8];
            octets[7 - segment.len()..].copy_from_slice(alone.as_bytes());
            expected[0] = u64::from_le_bytes(octets);
        } else {
            let octets = segment.as_bytes();
            expected = [word_of(octets), word_of(&octets[octets.len() - 8..])];
        }
        assert_eq!(words(text.as_bytes(), from, end), Some(expected), "{text}, {from} to {end}");
        assert_eq!(words_of_literal(segment.as_bytes()), expected, "{segment} as a literal");
        assert_eq!(words(alone.as_bytes(), 1, alone.len()), Some(expected), "{segment} alone");
    }

    #[test]
    fn words_of_every_segment() {
        for length in 1..40 {
            let text: String = (0..length).map(|at| char::from(b'A' + at)).collect();
            for from in 1..=text.len() {
                let text = format!("{}/{}", &text[..from - 1], &text[from..]);
                (from..=text.len()).for_each(|end| check(&text, from, end));
                assert_eq!(words(text.as_bytes(), from, text.len() + 1), None);
            }
        }
    }
}

//! A path, read eight bytes at a time.
//!
//! Behind its end a path reads as slashes, so that every segment ends in one and a segment's first words hold
//! its length as well: `pets/` and `pet/` differ. Never panics, never reads outside the path.

const LOWS: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const SLASHES: u64 = 0x2F2F_2F2F_2F2F_2F2F;
const PERCENTS: u64 = 0x2525_2525_2525_2525;
const DOTS: u64 = 0x2E2E_2E2E_2E2E_2E2E;

use crate::limits;

/// The bytes of a word.
pub(super) const WORD: usize = 8;

/// What is left of a path.
#[derive(Clone, Copy)]
pub(super) struct Rest<'p> {
    bytes: &'p [u8],
    /// The last seven bytes of the path, the very last one highest but one: what is shifted into place where fewer than
    /// eight are left.
    tail: u64,
}

impl<'p> Rest<'p> {
    #[inline(always)]
    pub(super) fn new(bytes: &'p [u8]) -> Self {
        let tail = match bytes.last_chunk::<WORD>() {
            Some(word) => u64::from_le_bytes(*word),
            None => short(bytes),
        };
        Self { bytes, tail: tail >> 8 }
    }

    #[inline(always)]
    pub(super) const fn len(self) -> usize {
        self.bytes.len()
    }

    /// The first eight bytes, the first one lowest.
    #[inline(always)]
    pub(super) fn word(self) -> Word {
        match self.bytes.first_chunk::<WORD>() {
            Some(word) => Word(u64::from_le_bytes(*word)),
            None => self.last_word(),
        }
    }

    /// Fewer than eight bytes are left: slashes follow them.
    #[inline(always)]
    fn last_word(self) -> Word {
        let bits = u32::try_from(self.bytes.len() << 3 & 63).unwrap_or(0);
        Word(SLASHES.wrapping_shl(bits) | self.tail.wrapping_shr(56_u32.wrapping_sub(bits)))
    }

    /// What follows the first `count` bytes; `None` where there are not as many.
    #[inline(always)]
    pub(super) fn after(self, count: usize) -> Option<Self> {
        Some(Self { bytes: self.bytes.get(count..)?, tail: self.tail })
    }

    /// The length of the segment that begins here, and whether it holds a `%`.
    #[inline(always)]
    pub(super) fn segment(self) -> (usize, bool) {
        // In registers: a structure would be passed in memory, and kept there by whoever calls.
        segment(self.bytes, self.tail)
    }

    /// What is left.
    #[inline(always)]
    pub(super) const fn bytes(self) -> &'p [u8] {
        self.bytes
    }
}

#[inline(never)]
fn segment(bytes: &[u8], tail: u64) -> (usize, bool) {
    let (mut rest, mut length, mut percents) = (Rest { bytes, tail }, 0_usize, 0);
    loop {
        let word = rest.word();
        if let Some(end) = word.segment_end() {
            let percents = percents | end.key.percents();
            return (length.wrapping_add(end.length), percents & HIGHS != 0);
        }
        percents |= word.percents();
        length = length.wrapping_add(WORD);
        // A word without a slash ends inside the path.
        rest = rest.after(WORD).unwrap_or(Rest { bytes: &[], tail });
    }
}

/// Whether this is a path of normal length that holds neither a `%` nor a dot behind a slash: what is certainly well formed and in
/// normal form.
pub(super) fn is_plain(path: &[u8]) -> bool {
    if path.first() != Some(&b'/') || path.len() > limits::TARGET_BYTES_MAX {
        return false;
    }
    let mut rest = Rest::new(path);
    let (mut odd, mut after_slash) = (0, 0);
    while rest.len() != 0 {
        let word = rest.word();
        let dots = zero_bytes(word.0 ^ DOTS);
        let slashes = zero_bytes(word.0 ^ SLASHES);
        odd |= dots & (slashes << 8 | after_slash) | word.percents() & HIGHS;
        after_slash = slashes >> 56;
        rest = rest.after(WORD).unwrap_or(Rest { bytes: &[], ..rest });
    }
    odd == 0
}

/// A path of fewer than eight bytes, in the upper bytes.
fn short(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |word, byte| word >> 8 | u64::from(*byte) << 56)
}

/// Eight bytes of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(pub(super) u64);

/// The first slash of a word.
#[derive(Clone, Copy)]
pub(super) struct SegmentEnd {
    /// The word up to and with the slash, and nothing behind it.
    pub(super) key: Word,
    /// How many bytes stand before the slash.
    pub(super) length: usize,
}

impl Word {
    #[inline(always)]
    pub(super) fn segment_end(self) -> Option<SegmentEnd> {
        let slashes = zero_bytes(self.0 ^ SLASHES);
        if slashes == 0 {
            return None;
        }
        // All bits up to the lowest set one, which is the highest of the slash's byte.
        let through = slashes ^ slashes.wrapping_sub(1);
        let length = usize::try_from(slashes.trailing_zeros() >> 3).unwrap_or(0);
        Some(SegmentEnd { key: Self(self.0 & through), length })
    }

    /// Has a bit of [`HIGHS`] where a byte is `%`, and other bits of no meaning, so that words can be joined before they
    /// are looked at.
    #[inline(always)]
    const fn percents(self) -> u64 {
        let of_percents = self.0 ^ PERCENTS;
        of_percents.wrapping_sub(LOWS) & !of_percents
    }

    #[inline(always)]
    pub(super) const fn has_percent(self) -> bool {
        self.percents() & HIGHS != 0
    }

    /// Whether this key is that of a segment which an expression may not take, or only after a closer look: one that holds a
    /// `%`, begins with a dot or is empty.
    #[inline(always)]
    pub(super) const fn is_odd(self) -> bool {
        // A dot and a slash differ in one bit.
        self.0 & 0xFE == 0x2E || self.has_percent()
    }
}

/// The highest bit of every byte that is zero; above the lowest such byte others may be marked as well.
#[inline(always)]
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(LOWS) & !word & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_every_length() {
        for length in 0..40 {
            let bytes: Vec<u8> = (0..length).map(|at| b'a' + at).collect();
            for at in 0..=bytes.len() {
                let expected: Vec<u8> =
                    (at..at + 8).map(|at| bytes.get(at).copied().unwrap_or(b'/')).collect();
                let word = Rest::new(&bytes).after(at).unwrap().word();
                assert_eq!(word.0.to_le_bytes(), *expected, "{length} bytes, at {at}");
            }
            assert!(Rest::new(&bytes).after(bytes.len() + 1).is_none());
        }
    }

    #[test]
    fn ends_of_segments() {
        for (path, from, expected) in [
            ("/pets", 1, (4, false)),
            ("/pets/7", 1, (4, false)),
            ("/pets/7", 6, (1, false)),
            ("/pets/", 6, (0, false)),
            ("/a%20b/%", 1, (5, true)),
            ("/abcdefgh/x", 1, (8, false)),
            ("/abcdefg%41", 1, (10, true)),
            ("/0123456789abcdef0123/%41", 1, (20, false)),
            ("", 0, (0, false)),
        ] {
            let found = Rest::new(path.as_bytes()).after(from).unwrap().segment();
            assert_eq!(found, expected, "{path} from {from}");
        }
    }

    #[test]
    fn plain_paths() {
        for (path, expected) in [
            ("/pets/7", true),
            ("/apps.v1/a.b./c..d", true),
            ("/abcdefg/.", false),
            ("/abcdef/.x", false),
            ("/.well-known", false),
            ("/a%20", false),
            ("pets", false),
            ("*", false),
            ("", false),
        ] {
            assert_eq!(is_plain(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn keys() {
        for (text, key, length) in [
            ("pets/7/8", "pets/", 4),
            ("./abcdef", "./", 1),
            ("../x/y/z", "../", 2),
            ("/abcdefg", "/", 0),
            ("a%/bcdef", "a%/", 2),
        ] {
            let word = Rest::new(text.as_bytes()).word();
            let end = word.segment_end().unwrap();
            assert_eq!(end.length, length, "{text}");
            assert_eq!(&end.key.0.to_le_bytes()[..key.len()], key.as_bytes(), "{text}");
            assert_eq!(end.key.is_odd(), !key.starts_with('p'), "{text}");
        }
        assert!(Rest::new(b"abcdefgh").word().segment_end().is_none());
    }
}

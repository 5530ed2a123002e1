//! Short paths without expressions, found as a whole: three words, one look-up.
//!
//! Takes: a path of up to 24 octets, as words. Gives: the leaf of the template that is this path, letter by letter. Such a template
//! wins over all others (PTH-004), so that nothing else need be looked at: not where the path's segments end, nor, since these
//! templates have none, whether it holds a `%` or a dot segment.

use brrtrouter_delimiters::short_words;

use super::automaton::{NONE, index, slot};
use super::pack::{Layout, TooLarge, lay_out};
use super::words::{WORD, word};

/// How many octets a path may have.
pub(super) const SHORT_OCTETS: usize = 3 * WORD;

/// A path as words, and its leaf. Where it has fewer than sixteen octets, zeros are behind it; otherwise the last word is that of its
/// last octets.
#[derive(Clone, Copy, Debug)]
struct Short {
    words: [u64; 3],
    length: u32,
    leaf: u32,
}

/// The short paths of a table.
#[derive(Debug)]
pub(super) struct Shorts {
    slots: Box<[Short]>,
    multiplier: u64,
    shift: u8,
}

impl Shorts {
    /// Takes paths and their leaves.
    pub(super) fn pack(paths: &[(Box<str>, u32)]) -> Result<Self, TooLarge> {
        let short = |(path, leaf): &(Box<str>, u32)| {
            let words = match short_words(path.as_bytes()) {
                Some([first, second]) => [first, second, 0],
                None => three_words(path.as_bytes())?,
            };
            Some(Short { words, length: u32::try_from(path.len()).ok()?, leaf: *leaf })
        };
        let shorts: Vec<Short> = paths.iter().filter_map(short).collect();
        let inputs: Vec<u64> = shorts.iter().map(|short| hash_input(short.words)).collect();
        let Layout { multiplier, shift, places, size, .. } = lay_out(&inputs).ok_or(TooLarge)?;
        let free = Short { words: [0; 3], length: u32::MAX, leaf: NONE };
        let mut slots = vec![free; size];
        for (short, place) in shorts.into_iter().zip(places) {
            *slots.get_mut(place).ok_or(TooLarge)? = short;
        }
        Ok(Self { slots: slots.into(), multiplier, shift })
    }

    /// The leaf of a path of fewer than sixteen octets, given as its words; `None` as well where it is not in the slot where it would
    /// rather be.
    #[inline(always)]
    pub(super) fn find(&self, [first, second]: [u64; 2], length: usize) -> Option<u32> {
        self.find_words([first, second, 0], length)
    }

    /// The leaf of a path of more octets, likewise.
    #[inline(always)]
    pub(super) fn find_longer(&self, path: &[u8]) -> Option<u32> {
        if path.len() > SHORT_OCTETS {
            return None;
        }
        self.find_words(three_words(path)?, path.len())
    }

    #[inline(always)]
    fn find_words(&self, words: [u64; 3], length: usize) -> Option<u32> {
        let short = self.slots.get(slot(hash_input(words), self.multiplier, self.shift))?;
        (short.words == words && index(short.length) == length).then_some(short.leaf)
    }
}

/// The words of a path of 16 to 24 octets.
#[inline(always)]
fn three_words(path: &[u8]) -> Option<[u64; 3]> {
    Some([word(path, 0)?, word(path, WORD)?, word(path, path.len().checked_sub(WORD)?)?])
}

#[inline(always)]
const fn hash_input([first, second, third]: [u64; 3]) -> u64 {
    first.wrapping_add(second).wrapping_add(third)
}

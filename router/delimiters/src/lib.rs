//! Where the slashes of a request path stand, sixty-four octets at a time.
//!
//! A part of [brrtrouter](https://docs.rs/brrtrouter), kept apart because it uses the vector instructions that every
//! processor of its architecture has: SSE2 on x86-64, Advanced SIMD on aarch64. What it says is the same everywhere, and
//! [`portable`] is the twin, in plain arithmetic, that says so: the tests hold the two against each other for every length.
//!
//! No unsafe code, no allocation, and no panic for any input.

#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]
#![deny(missing_docs)]

mod block;
mod short;

#[cfg(target_arch = "aarch64")]
use block::Neon as Native;
#[cfg(target_arch = "x86_64")]
use block::Sse2 as Native;
#[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
use block::Words as Native;
use block::{BLOCK, Block};
pub use short::{Room, Windows};

/// How many octets a window covers.
pub const WINDOW: usize = 64;

/// What is known of up to sixty-four octets of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// A bit for each octet, the first one lowest, set where it is a slash. The octet behind the last one of the path
    /// counts as a slash as well, so that every segment ends in one; bits behind that are zero.
    pub slashes: u64,
    /// Whether one of the octets is a `%`.
    pub has_percent: bool,
}

/// What is known of the octets of `path` from `from` on, up to [`WINDOW`] of them. Behind the end of the path there are none.
///
/// ```
/// let window = brrtrouter_delimiters::window(b"/pets/7", 0);
/// assert_eq!(window.slashes, 0b1010_0001);
/// assert!(!window.has_percent);
/// ```
#[inline]
#[must_use]
pub fn window(path: &[u8], from: usize) -> Window {
    window_by::<Native>(path, from)
}

/// The same as [`window`], in plain arithmetic.
///
/// ```
/// assert_eq!(brrtrouter_delimiters::portable(b"/a/%41", 1), brrtrouter_delimiters::window(b"/a/%41", 1));
/// ```
#[must_use]
pub fn portable(path: &[u8], from: usize) -> Window {
    window_by::<block::Words>(path, from)
}

/// Whether `path` holds neither a `%` nor a dot behind a slash, so that it has no triplets and no dot segments.
///
/// ```
/// assert!(brrtrouter_delimiters::is_plain(b"/apps.v1/a.b./c..d"));
/// assert!(!brrtrouter_delimiters::is_plain(b"/a/../b"));
/// assert!(!brrtrouter_delimiters::is_plain(b"/a%20b"));
/// ```
#[inline]
#[must_use]
pub fn is_plain(path: &[u8]) -> bool {
    is_plain_by::<Native>(path)
}

#[inline(always)]
fn is_plain_by<B: Block>(path: &[u8]) -> bool {
    let Some(last) = path.last_chunk::<BLOCK>() else {
        let (low, high) = short_path(path, path.len());
        return is_plain_block(B::new(low, high), 0);
    };
    let (mut is_plain, mut after_slash) = (true, 0);
    for block in path.as_chunks::<BLOCK>().0 {
        let block = block_at::<B>(block, 0);
        is_plain &= is_plain_block(block, after_slash);
        after_slash = block.slashes() >> 15;
    }
    // The last block overlaps the one before it, which has looked at its first octet.
    is_plain && is_plain_block(block_at::<B>(last, 0), 0)
}

#[inline(always)]
fn is_plain_block<B: Block>(block: B, after_slash: u64) -> bool {
    let starts = block.slashes() << 1 | after_slash;
    (starts & block.dots() == 0) & !block.percents().is_any()
}

#[inline(always)]
fn window_by<B: Block>(path: &[u8], from: usize) -> Window {
    let Some(rest) = path.get(from..) else { return Window { slashes: 0, has_percent: false } };
    match rest.first_chunk::<WINDOW>() {
        Some(whole) => whole_window(&[0, 16, 32, 48].map(|at| block_at::<B>(whole, at))),
        None if rest.len() >= BLOCK => long_rest::<B>(rest),
        None => short_rest::<B>(path, rest.len()),
    }
}

#[inline(always)]
fn whole_window<B: Block>(blocks: &[B; 4]) -> Window {
    let [a, b, c, d] = blocks.map(Block::slashes);
    let [e, f, g, h] = blocks.map(Block::percents);
    Window { slashes: a | b << 16 | c << 32 | d << 48, has_percent: e.or(f).or(g.or(h)).is_any() }
}

/// At least one block is left and no whole window: the last block overlaps the one before it.
#[inline(always)]
fn long_rest<B: Block>(rest: &[u8]) -> Window {
    let length = rest.len();
    let first = block_at::<B>(rest, 0);
    let (mut slashes, mut percents) = (first.slashes(), first.percents());
    for at in [16_usize, 32] {
        if length > at.wrapping_add(BLOCK) {
            let block = block_at::<B>(rest, at);
            slashes |= block.slashes() << at;
            percents = percents.or(block.percents());
        }
    }
    let last = length.wrapping_sub(BLOCK);
    let block = block_at::<B>(rest, last);
    slashes |= shifted_up(block.slashes(), last);
    Window { slashes: slashes | shifted_up(1, length), has_percent: percents.or(block.percents()).is_any() }
}

/// Fewer octets than a block are left: those before them are read as well and shifted out.
#[inline(always)]
fn short_rest<B: Block>(path: &[u8], length: usize) -> Window {
    let (low, high) = match path.last_chunk::<BLOCK>() {
        Some(last) => {
            let unwanted = shift(BLOCK.wrapping_sub(length).wrapping_mul(8)) & 127;
            halves(u128::from_le_bytes(*last).wrapping_shr(unwanted))
        }
        None => short_path(path, length),
    };
    // Where nothing is left, shifting by all bits would be shifting by none.
    let (low, high) = if length == 0 { (0, 0) } else { (low, high) };
    let block = B::new(low, high);
    Window { slashes: block.slashes() | shifted_up(1, length), has_percent: block.percents().is_any() }
}

/// The last octets of a path that is shorter than a block.
#[inline(always)]
fn short_path(path: &[u8], length: usize) -> (u64, u64) {
    let rest = path.get(path.len().wrapping_sub(length)..).unwrap_or_default();
    match (rest.first_chunk::<8>(), rest.last_chunk::<8>()) {
        (Some(first), Some(last)) => {
            // In two steps, since shifting by all bits would be shifting by none.
            let unwanted = shift((BLOCK - 1).wrapping_sub(length).wrapping_mul(8)) & 63;
            (u64::from_le_bytes(*first), (u64::from_le_bytes(*last) >> 8).wrapping_shr(unwanted))
        }
        _ => (word_of(rest), 0),
    }
}

/// A path of fewer than sixteen octets as two words, the first octet lowest, zero behind them; `None` for any other.
///
/// ```
/// let words = [u64::from_le_bytes(*b"/pets/mi"), u64::from_le_bytes(*b"ne\0\0\0\0\0\0")];
/// assert_eq!(brrtrouter_delimiters::short_words(b"/pets/mine"), Some(words));
/// assert_eq!(brrtrouter_delimiters::short_words(&[b'/'; 16]), None);
/// ```
#[inline(always)]
#[must_use]
pub fn short_words(path: &[u8]) -> Option<[u64; 2]> {
    let (low, high) = if path.len() < BLOCK { short_path(path, path.len()) } else { return None };
    Some([low, high])
}

/// Up to eight octets as a word, the first one lowest, zero behind them.
#[inline]
#[must_use]
pub fn word_of(octets: &[u8]) -> u64 {
    if let Some(word) = octets.first_chunk::<8>() {
        return u64::from_le_bytes(*word);
    }
    let length = octets.len();
    match (octets.first_chunk::<4>(), octets.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            let high = u64::from(u32::from_le_bytes(*last));
            u64::from(u32::from_le_bytes(*first)) | shifted_up(high, length.wrapping_sub(4).wrapping_mul(8))
        }
        _ => octets.iter().rev().fold(0, |word, octet| word << 8 | u64::from(*octet)),
    }
}

#[inline(always)]
fn block_at<B: Block>(octets: &[u8], at: usize) -> B {
    let octets = octets.get(at..at.wrapping_add(BLOCK)).and_then(|block| block.first_chunk::<BLOCK>());
    let (low, high) = halves(octets.map_or(0, |octets| u128::from_le_bytes(*octets)));
    B::new(low, high)
}

#[inline(always)]
fn halves(block: u128) -> (u64, u64) {
    let half = |at: u32| u64::try_from(block.wrapping_shr(at) & u128::from(u64::MAX)).unwrap_or(0);
    (half(0), half(64))
}

#[inline(always)]
fn shift(by: usize) -> u32 {
    u32::try_from(by & 127).unwrap_or(0)
}

#[inline(always)]
fn shifted_up(bits: u64, by: usize) -> u64 {
    bits.wrapping_shl(shift(by))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a window is, word for word.
    fn plainly(path: &[u8], from: usize) -> Window {
        let mut window = Window { slashes: 0, has_percent: false };
        for at in from..(from + WINDOW).min(path.len() + 1) {
            let octet = path.get(at).copied();
            window.slashes |= u64::from(matches!(octet, None | Some(b'/'))) << (at - from);
            window.has_percent |= octet == Some(b'%');
        }
        window
    }

    /// Lengths up to this one: all of them, or, where an interpreter runs this, some around those that matter.
    pub(crate) fn lengths(end: usize) -> impl Iterator<Item = usize> {
        let some = [0, 7, 16, 17, 64, 65];
        (0..end).filter(move |length| !cfg!(miri) || some.contains(length))
    }

    fn check(path: &[u8]) {
        for from in lengths(path.len() + 3) {
            let expected = plainly(path, from);
            let text = String::from_utf8_lossy(path);
            assert_eq!(window(path, from), expected, "{text} from {from}");
            assert_eq!(portable(path, from), expected, "portable: {text} from {from}");
        }
    }

    const PAIRS: [&[u8]; 7] = [b"/.", b"./", b"//", b"..", b"a%", b"/a", b".a"];

    fn is_plainly_plain(path: &[u8]) -> bool {
        !path.contains(&b'%') && !path.windows(2).any(|pair| pair == b"/.")
    }

    fn check_plain(path: &[u8]) {
        let (expected, text) = (is_plainly_plain(path), String::from_utf8_lossy(path));
        assert_eq!(is_plain(path), expected, "{text}");
        assert_eq!(is_plain_by::<block::Words>(path), expected, "portable: {text}");
    }

    #[test]
    fn plain_paths() {
        for length in lengths(70) {
            check_plain(&vec![b'a'; length]);
            for (at, two) in lengths(length).flat_map(|at| PAIRS.map(|two| (at, two))) {
                let mut path = vec![b'a'; length];
                path.splice(at..(at + 2).min(length), two.iter().copied());
                check_plain(&path);
                path.splice(length / 2..length / 2, b"/.".iter().copied());
                check_plain(&path);
            }
        }
    }

    #[test]
    fn every_length_and_start() {
        for length in lengths(150) {
            check(&vec![b'a'; length]);
            check(&vec![b'/'; length]);
            check(&vec![b'%'; length]);
        }
    }

    #[test]
    fn every_place_of_every_octet() {
        for length in [1, 7, 8, 9, 15, 16, 17, 31, 33, 47, 63, 64, 65, 81] {
            let octets = [b'/', b'%', b'.', b'0', 0xAF, 0xA5, 0, 0xFF];
            for (at, octet) in lengths(length).flat_map(|at| octets.map(|octet| (at, octet))) {
                let mut path = vec![b'x'; length];
                path[at] = octet;
                check(&path);
            }
        }
    }

    #[test]
    fn mixed_octets() {
        let mut seed = 7_u64;
        for length in lengths(140) {
            let path: Vec<u8> = (0..length)
                .map(|_| {
                    seed = seed.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
                    b"/%.a"[usize::try_from(seed >> 62).unwrap()]
                })
                .collect();
            check(&path);
        }
    }

    #[test]
    fn words() {
        for length in 0..12_u8 {
            let octets: Vec<u8> = (1..=length).collect();
            let mut expected = [0; 8];
            octets.iter().zip(&mut expected).for_each(|(octet, place)| *place = *octet);
            assert_eq!(word_of(&octets), u64::from_le_bytes(expected), "{length}");
        }
    }
}

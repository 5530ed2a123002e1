//! A path as a walk sees it: where its segments end, one after the other, and their words. The end of the path is the last
//! slash.

use brrtrouter_delimiters::{Room, WINDOW, Window, is_plain, window};

use super::words;

/// A part of a path: its first byte, and the byte after the last.
pub(super) type Part = (usize, usize);

/// What is ahead in a path.
pub(super) trait View {
    /// Whether the end has been taken, with what is before this octet.
    fn is_done(&mut self, from: usize) -> bool;

    /// Takes the next slash, which ends the segment that begins here; [`ODD_SLASH`] where the path is to be looked at more
    /// closely.
    fn next(&mut self, path: &[u8], from: usize) -> usize;

    /// Goes on behind this octet, if it is a slash that is ahead.
    fn skip(&mut self, path: &[u8], slash: usize) -> bool;

    /// The eight octets from this one on; `None` where they are not all within the path, if that is known.
    fn word(&self, path: &[u8], at: usize) -> Option<u64>;

    /// The eight octets before this one, of a segment that has as many.
    fn word_before(&self, path: &[u8], end: usize) -> Option<u64>;

    /// The word of a segment of fewer than eight octets.
    fn short_word(&self, path: &[u8], part: Part) -> Option<u64>;

    /// Whether there is surely neither a `%` nor a dot segment in the path, so that it is in normal form.
    fn is_plain(&self, path: &[u8]) -> bool;
}

/// Behind every path.
pub(super) const ODD_SLASH: usize = usize::MAX;

/// A path that lies within one window, without a `%`.
pub(super) struct Near<'r> {
    room: &'r Room,
    /// A bit for each octet, set for the slashes that are still ahead.
    ahead: u64,
    /// The same for all slashes.
    slashes: u64,
}

impl<'r> Near<'r> {
    /// What is behind the leading slash; `None` where there is none.
    #[inline(always)]
    pub(super) fn new(room: &'r Room, slashes: u64) -> Option<Self> {
        (slashes & 1 != 0).then_some(Self { room, ahead: without_lowest(slashes), slashes })
    }
}

impl View for Near<'_> {
    #[inline(always)]
    fn is_done(&mut self, _: usize) -> bool {
        self.ahead == 0
    }

    #[inline(always)]
    fn next(&mut self, _: &[u8], _: usize) -> usize {
        let slash = place(self.ahead);
        self.ahead = without_lowest(self.ahead);
        slash
    }

    #[inline(always)]
    fn skip(&mut self, _: &[u8], slash: usize) -> bool {
        let bit = bit(slash);
        let is_slash = slash < WINDOW && self.ahead & bit != 0;
        self.ahead &= above(bit);
        is_slash
    }

    #[inline(always)]
    fn word(&self, _: &[u8], at: usize) -> Option<u64> {
        Some(self.room.word(at))
    }

    #[inline(always)]
    fn word_before(&self, _: &[u8], end: usize) -> Option<u64> {
        Some(self.room.word_before(end))
    }

    #[inline(always)]
    fn short_word(&self, _: &[u8], (from, end): Part) -> Option<u64> {
        Some(words::with_slash(self.room.word_before(end), end.wrapping_sub(from)))
    }

    #[inline(always)]
    fn is_plain(&self, _: &[u8]) -> bool {
        !self.room.has_dot_behind([self.slashes, 0])
    }
}

/// A path that lies within two windows, without a `%`.
pub(super) struct Middle<'r> {
    room: &'r Room,
    /// A bit for each octet from `base` on, set for the slashes that are still ahead.
    ahead: u64,
    base: usize,
    /// The slashes of both windows.
    slashes: [u64; 2],
}

impl<'r> Middle<'r> {
    /// What is behind the leading slash; `None` where there is none.
    #[inline(always)]
    pub(super) fn new(room: &'r Room, slashes: [u64; 2]) -> Option<Self> {
        let [first, _] = slashes;
        (first & 1 != 0).then_some(Self { room, ahead: without_lowest(first), base: 0, slashes })
    }
}

impl View for Middle<'_> {
    #[inline(always)]
    fn is_done(&mut self, _: usize) -> bool {
        if self.ahead != 0 {
            return false;
        }
        if self.base != 0 {
            return true;
        }
        (self.ahead, self.base) = (self.slashes[1], WINDOW);
        self.ahead == 0
    }

    #[inline(always)]
    fn next(&mut self, _: &[u8], _: usize) -> usize {
        let slash = self.base.wrapping_add(place(self.ahead));
        self.ahead = without_lowest(self.ahead);
        slash
    }

    #[inline(always)]
    fn skip(&mut self, _: &[u8], slash: usize) -> bool {
        if slash >= WINDOW && self.base == 0 {
            (self.ahead, self.base) = (self.slashes[1], WINDOW);
        }
        let bit = bit(slash);
        let is_slash = slash.wrapping_sub(self.base) < WINDOW && self.ahead & bit != 0;
        self.ahead &= above(bit);
        is_slash
    }

    #[inline(always)]
    fn word(&self, _: &[u8], at: usize) -> Option<u64> {
        Some(self.room.word(at))
    }

    #[inline(always)]
    fn word_before(&self, _: &[u8], end: usize) -> Option<u64> {
        Some(self.room.word_before(end))
    }

    #[inline(always)]
    fn short_word(&self, _: &[u8], (from, end): Part) -> Option<u64> {
        Some(words::with_slash(self.room.word_before(end), end.wrapping_sub(from)))
    }

    #[inline(always)]
    fn is_plain(&self, _: &[u8]) -> bool {
        !self.room.has_dot_behind(self.slashes)
    }
}

/// A path of any length, whose slashes are found window after window, as far as they are asked for.
///
/// What is skipped is never looked at. A `%` in what is looked at is odd, unless the path is known to be in normal form.
#[derive(Clone, Copy)]
pub(super) struct Far<const IS_NORMAL: bool> {
    /// A bit for each octet from `base` on; none before the first window.
    bits: u64,
    base: usize,
    length: usize,
}

impl<const IS_NORMAL: bool> Far<IS_NORMAL> {
    /// What is behind the leading slash; `None` where there is none.
    pub(super) fn new(path: &[u8]) -> Option<Self> {
        path.starts_with(b"/").then_some(Self { bits: 0, base: 0, length: path.len() })
    }
}

impl Far<true> {
    /// For whoever asks for words alone.
    pub(super) const fn words_alone() -> Self {
        Self { bits: 0, base: 0, length: 0 }
    }
}

impl<const IS_NORMAL: bool> View for Far<IS_NORMAL> {
    #[inline(always)]
    fn is_done(&mut self, from: usize) -> bool {
        from > self.length
    }

    #[inline(always)]
    fn next(&mut self, path: &[u8], from: usize) -> usize {
        if self.bits == 0 {
            (self.bits, self.base) = further::<IS_NORMAL>(path, from);
        }
        if !IS_NORMAL && self.bits == 0 {
            return ODD_SLASH;
        }
        let slash = self.base.wrapping_add(place(self.bits));
        self.bits = without_lowest(self.bits);
        slash
    }

    #[inline(always)]
    fn skip(&mut self, path: &[u8], slash: usize) -> bool {
        let at = slash.wrapping_sub(self.base);
        self.bits = if at < WINDOW { self.bits & above(bit(at)) } else { 0 };
        slash == path.len() || path.get(slash) == Some(&b'/')
    }

    #[inline(always)]
    fn word(&self, path: &[u8], at: usize) -> Option<u64> {
        words::word(path, at)
    }

    #[inline(always)]
    fn word_before(&self, path: &[u8], end: usize) -> Option<u64> {
        words::word(path, end.wrapping_sub(words::WORD))
    }

    #[inline(always)]
    fn short_word(&self, path: &[u8], (from, end): Part) -> Option<u64> {
        words::last_word(path, end, end.wrapping_sub(from))
    }

    #[inline(always)]
    fn is_plain(&self, path: &[u8]) -> bool {
        IS_NORMAL || is_plain(path)
    }
}

/// The first window from here on that has a slash, which the one with the end of the path has, and where it begins; none where
/// there is a `%` that is not expected.
#[inline(never)]
fn further<const IS_NORMAL: bool>(path: &[u8], mut base: usize) -> (u64, usize) {
    loop {
        let Window { slashes, has_percent } = window(path, base);
        if !IS_NORMAL && has_percent {
            return (0, base);
        }
        if slashes != 0 || base > path.len() {
            return (slashes, base);
        }
        base = base.wrapping_add(WINDOW);
    }
}

/// The place of the lowest bit.
#[inline(always)]
fn place(bits: u64) -> usize {
    usize::try_from(bits.trailing_zeros()).unwrap_or(0)
}

#[inline(always)]
const fn without_lowest(bits: u64) -> u64 {
    bits & bits.wrapping_sub(1)
}

/// The bit of this place in its window.
#[inline(always)]
fn bit(place: usize) -> u64 {
    1_u64.wrapping_shl(u32::try_from(place & 63).unwrap_or(0))
}

/// All bits above this one.
#[inline(always)]
const fn above(bit: u64) -> u64 {
    !(bit | bit.wrapping_sub(1))
}

//! A path as a walk sees it: where its segments end, one after the other, and their words. The end of the path is the last
//! slash.

use brrtrouter_delimiters::{LongRoom, Room, WINDOW, Window, window};

use super::words;

/// A part of a path: its first byte, and the byte after the last.
pub(super) type Part = (usize, usize);

/// What is ahead in a path.
pub(super) trait View {
    /// Takes the next slash, which ends the segment that begins here; [`ODD_SLASH`] where the path is to be looked at more
    /// closely.
    fn next(&mut self, path: &[u8], from: usize) -> usize;

    /// Goes on behind this slash, which was found in another way.
    fn skip(&mut self, slash: usize);

    /// Whether the end has been taken.
    fn is_done(&mut self) -> bool;

    /// The eight octets from this one on; `None` where they are not all within the path, if that is known.
    fn word(&self, path: &[u8], at: usize) -> Option<u64>;

    /// The word of a segment of fewer than eight octets.
    #[inline(always)]
    fn short_word(&self, path: &[u8], (from, end): Part) -> Option<u64> {
        Some(words::moved_up(self.word(path, from.wrapping_sub(1))?, end.wrapping_sub(from)))
    }
}

/// Behind every path.
pub(super) const ODD_SLASH: usize = usize::MAX;

/// A path that lies within one window.
pub(super) struct Near<'r> {
    room: &'r Room,
    /// A bit for each octet, set for the slashes that are still ahead.
    slashes: u64,
}

impl<'r> Near<'r> {
    /// What is behind the leading slash; `None` where there is none.
    #[inline(always)]
    pub(super) fn new(room: &'r Room, slashes: u64) -> Option<Self> {
        (slashes & 1 != 0).then_some(Self { room, slashes: slashes & slashes.wrapping_sub(1) })
    }
}

impl View for Near<'_> {
    #[inline(always)]
    fn next(&mut self, _: &[u8], _: usize) -> usize {
        let slash = place(self.slashes);
        self.slashes &= self.slashes.wrapping_sub(1);
        slash
    }

    #[inline(always)]
    fn skip(&mut self, slash: usize) {
        self.slashes &= behind(slash);
    }

    #[inline(always)]
    fn is_done(&mut self) -> bool {
        self.slashes == 0
    }

    #[inline(always)]
    fn word(&self, _: &[u8], at: usize) -> Option<u64> {
        Some(self.room.word(at))
    }
}

/// A path that lies within two windows.
pub(super) struct Middle<'r> {
    room: &'r LongRoom,
    /// A bit for each octet from `base` on, set for the slashes that are still ahead.
    slashes: u64,
    base: usize,
    /// Those of the second window.
    further: u64,
}

impl<'r> Middle<'r> {
    /// What is behind the leading slash; `None` where there is none.
    #[inline(always)]
    pub(super) fn new(room: &'r LongRoom, [first, further]: [u64; 2]) -> Option<Self> {
        let mut view = Self { room, slashes: first & first.wrapping_sub(1), base: 0, further };
        (first & 1 != 0 && !view.is_done()).then_some(view)
    }
}

impl View for Middle<'_> {
    #[inline(always)]
    fn next(&mut self, _: &[u8], _: usize) -> usize {
        let slash = self.base.wrapping_add(place(self.slashes));
        self.slashes &= self.slashes.wrapping_sub(1);
        slash
    }

    #[inline(always)]
    fn skip(&mut self, slash: usize) {
        if slash >= WINDOW && self.base == 0 {
            (self.slashes, self.base) = (self.further, WINDOW);
        }
        self.slashes &= behind(slash.wrapping_sub(self.base));
    }

    #[inline(always)]
    fn is_done(&mut self) -> bool {
        if self.slashes == 0 && self.base == 0 {
            (self.slashes, self.base) = (self.further, WINDOW);
        }
        self.slashes == 0
    }

    #[inline(always)]
    fn word(&self, _: &[u8], at: usize) -> Option<u64> {
        Some(self.room.word(at))
    }
}

/// A path of any length, whose slashes are found window after window, as far as they are asked for.
///
/// What is skipped is never looked at. A `%` in what is looked at is odd, unless it is expected.
#[derive(Clone, Copy)]
pub(super) struct Far<const PERCENT_EXPECTED: bool> {
    /// A bit for each octet from `base` on; none before the first window.
    bits: u64,
    base: usize,
    length: usize,
    is_done: bool,
}

impl<const PERCENT_EXPECTED: bool> Far<PERCENT_EXPECTED> {
    /// What is behind the leading slash; `None` where there is none.
    pub(super) fn new(path: &[u8]) -> Option<Self> {
        path.starts_with(b"/").then_some(Self { bits: 0, base: 0, length: path.len(), is_done: false })
    }
}

impl Far<true> {
    /// For whoever asks for words alone.
    pub(super) const fn words_alone() -> Self {
        Self { bits: 0, base: 0, length: 0, is_done: false }
    }
}

impl<const PERCENT_EXPECTED: bool> View for Far<PERCENT_EXPECTED> {
    #[inline(always)]
    fn next(&mut self, path: &[u8], from: usize) -> usize {
        if self.bits == 0 {
            (self.bits, self.base) = further::<PERCENT_EXPECTED>(path, from);
        }
        if !PERCENT_EXPECTED && self.bits == 0 {
            return ODD_SLASH;
        }
        let slash = self.base.wrapping_add(place(self.bits));
        self.bits &= self.bits.wrapping_sub(1);
        self.is_done = slash >= self.length;
        slash
    }

    #[inline(always)]
    fn skip(&mut self, slash: usize) {
        self.is_done = slash >= self.length;
        let at = slash.wrapping_sub(self.base);
        self.bits = if at < WINDOW { self.bits & behind(at) } else { 0 };
    }

    #[inline(always)]
    fn is_done(&mut self) -> bool {
        self.is_done
    }

    #[inline(always)]
    fn word(&self, path: &[u8], at: usize) -> Option<u64> {
        words::word(path, at)
    }

    /// Behind the segment the path may have too few octets for a word.
    #[inline(always)]
    fn short_word(&self, path: &[u8], (from, end): Part) -> Option<u64> {
        words::last_word(path, end, end.wrapping_sub(from))
    }
}

/// The first window from here on that has a slash, which the one with the end of the path has, and where it begins; none where
/// there is a `%` that is not expected.
#[inline(never)]
fn further<const PERCENT_EXPECTED: bool>(path: &[u8], mut base: usize) -> (u64, usize) {
    loop {
        let Window { slashes, has_percent } = window(path, base);
        if !PERCENT_EXPECTED && has_percent {
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

/// All bits above this place.
#[inline(always)]
fn behind(place: usize) -> u64 {
    u64::MAX.wrapping_shl(u32::try_from(place & 63).unwrap_or(0)) << 1
}
